//! The texts residents are searched by.

use std::borrow::Cow;

use domain::{Address, RegisterDate, fold_kana, fold_name, kana_keys, kana_query};
use register::{Body, Fault};
use serde::Deserialize;
use serde::de::IgnoredAny;
use system::IndexedKind;

use crate::records::PERSON;

/// Residents and former residents, by fragments of what is asked at the counter.
pub(crate) static RESIDENTS: IndexedKind = IndexedKind {
    kind: &PERSON,
    fields: &[
        "name",
        "kana",
        "birth_date",
        "address",
        "addressee_no",
        "household_no",
        "status",
        "card",
        "sex",
        "relation",
        "town_code",
        "deletion_reason",
        "blank",
        "past_name",
        "past_kana",
        "past_address",
    ],
    texts,
    past: &[("name", "past_name"), ("kana", "past_kana"), ("address", "past_address")],
    anywhere: &["name", "kana", "birth_date", "address", "addressee_no", "household_no", "card"],
};

/// Items whose being blank is searched for (項目が空の人の検索): the word of the index and the name of the item.
///
/// Source: 住民記録システム標準仕様書 2.1.1.
pub(crate) const BLANKS: [(&str, &str); 12] = [
    ("name", "氏名"),
    ("name_kana", "氏名フリガナ"),
    ("birth_date", "生年月日（不詳）"),
    ("sex", "性別"),
    ("postcode", "郵便番号"),
    ("town_code", "町字コード"),
    ("building", "方書"),
    ("registered_domicile", "本籍"),
    ("register_head", "筆頭者"),
    ("resident_record_code", "住民票コード"),
    ("individual_number", "個人番号"),
    ("residence_card_no", "在留カード等番号"),
];

/// The fragment that stands in the text `blank` of somebody of whom the item is blank.
pub(crate) fn blank(item: &str) -> String {
    format!("|{item}|")
}

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
    #[serde(borrow)]
    sex: Cow<'a, str>,
    #[serde(borrow)]
    relation: Cow<'a, str>,
    #[serde(borrow)]
    resident_kind: Cow<'a, str>,
    #[serde(borrow, default)]
    deletion_reason: Cow<'a, str>,
    #[serde(borrow, default)]
    register_head: Cow<'a, str>,
    #[serde(default)]
    registered_domicile: Option<IgnoredAny>,
    #[serde(default)]
    resident_record_code: Option<IgnoredAny>,
    #[serde(default)]
    individual_number: Option<IgnoredAny>,
}

impl Searched<'_> {
    /// The items that are blank, of those the record of this kind has.
    fn blanks(&self) -> String {
        let japanese = self.resident_kind == domain::ResidentKind::Japanese.code();
        let is_blank = |item: &str| match item {
            "name" => self.name.is_empty(),
            "name_kana" => self.name_kana.is_empty(),
            "birth_date" => self.birth_date.sort_key().is_none(),
            "sex" => self.sex == domain::Sex::Unknown.code(),
            "postcode" => self.address.postcode.is_none(),
            "town_code" => self.address.town_code.is_none(),
            "building" => self.address.building.is_none(),
            "registered_domicile" => japanese && self.registered_domicile.is_none(),
            "register_head" => japanese && self.register_head.is_empty(),
            "resident_record_code" => self.resident_record_code.is_none(),
            "individual_number" => self.individual_number.is_none(),
            "residence_card_no" => !japanese && self.residence_card_no.is_empty(),
            _ => false,
        };
        BLANKS.iter().filter(|(item, _)| is_blank(item)).map(|(item, _)| blank(item)).collect()
    }
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
    let blanks = person.blanks();
    // The day first, so that a range of days finds who is known only by year and month, too.
    let day = person.birth_date.sort_key().map(|day| day.to_string()).unwrap_or_default();
    let written = person.birth_date.to_string();
    let birth = match () {
        () if day.is_empty() || day == written => written,
        () => format!("{day}{SEPARATOR}{written}"),
    };
    Ok(vec![
        joined(names.iter().map(|name| fold_text(name))),
        joined(kana.iter().flat_map(|kana| kana_keys(kana))),
        birth,
        fold_text(&person.address.one_line()),
        person.addressee_no.into_owned(),
        person.household_no.into_owned(),
        person.resident_status.into_owned(),
        person.residence_card_no.into_owned(),
        person.sex.into_owned(),
        person.relation.into_owned(),
        person.address.town_code.unwrap_or_default(),
        person.deletion_reason.into_owned(),
        blanks,
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

/// What a reading asks the index for.
pub(crate) fn asked_reading(text: &str) -> String {
    kana_query(text)
}

/// Folds a reading, to compare it with another.
pub(crate) fn fold_reading(text: &str) -> String {
    fold_kana(text)
}
