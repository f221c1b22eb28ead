//! The texts residents are searched by.

use std::borrow::Cow;

use domain::{Address, RegisterDate, fold_kana, fold_name, kana_keys};
use register::{Body, Fault};
use serde::Deserialize;
use system::IndexedKind;

use crate::records::PERSON;

/// Residents and former residents, by fragments of what is asked at the counter.
pub(crate) static RESIDENTS: IndexedKind = IndexedKind {
    kind: &PERSON,
    fields: &["name", "kana", "birth_date", "address", "addressee_no", "household_no", "status", "card"],
    texts,
};

/// Between two texts of one field, so that no fragment runs across.
const SEPARATOR: char = '\n';

#[derive(Deserialize)]
struct Searched<'a> {
    #[serde(borrow)]
    addressee_no: Cow<'a, str>,
    #[serde(borrow)]
    household_no: Cow<'a, str>,
    #[serde(borrow)]
    resident_status: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    name_roman: Cow<'a, str>,
    #[serde(borrow, default)]
    name_kanji: Cow<'a, str>,
    #[serde(borrow, default)]
    former_family_name: Cow<'a, str>,
    #[serde(borrow, default)]
    alias_name: Cow<'a, str>,
    #[serde(borrow, default)]
    name_kana: Cow<'a, str>,
    #[serde(borrow, default)]
    former_family_kana: Cow<'a, str>,
    #[serde(borrow, default)]
    alias_kana: Cow<'a, str>,
    #[serde(borrow, default)]
    residence_card_no: Cow<'a, str>,
    birth_date: RegisterDate,
    address: Address,
}

fn texts(body: &Body) -> Result<Vec<String>, Fault> {
    let person: Searched<'_> = serde_json::from_str(body.as_str())
        .map_err(|error| Fault::new("a resident record cannot be indexed", error))?;
    let names = [
        &person.name,
        &person.name_roman,
        &person.name_kanji,
        &person.former_family_name,
        &person.alias_name,
    ];
    let kana = [&person.name_kana, &person.former_family_kana, &person.alias_kana];
    let mut birth = person.birth_date.to_string();
    if let Some(day) = person
        .birth_date
        .sort_key()
        .filter(|_| person.birth_date.known().is_none_or(|day| day.to_string() != birth))
    {
        birth.push(SEPARATOR);
        birth.push_str(&day.to_string());
    }
    Ok(vec![
        joined(names.iter().map(|name| fold_text(name))),
        joined(kana.iter().flat_map(|kana| kana_keys(kana))),
        birth,
        fold_text(&person.address.one_line()),
        person.addressee_no.into_owned(),
        person.household_no.into_owned(),
        person.resident_status.into_owned(),
        person.residence_card_no.into_owned(),
    ])
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for part in parts.filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push(SEPARATOR);
        }
        text.push_str(&part);
    }
    text
}

/// Folds a name or an address for searching; index and question go through the same fold.
pub(crate) fn fold_text(text: &str) -> String {
    fold_name(text)
}

/// Folds a reading for searching.
pub(crate) fn fold_reading(text: &str) -> String {
    fold_kana(text)
}
