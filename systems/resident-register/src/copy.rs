//! The data of the template `resident-record-copy`: what is printed, already put into words.
//!
//! The shapes are those of the `documents` room, written here as data because a system does not know that room.

use domain::{Date, RegisterDate, ResidentKind, wareki};
use serde::Serialize;

use crate::records::Person;
use crate::rules::data::status_label;
use crate::sheet;

/// What a request may ask to be printed (記載を求める項目). Everything is left out unless asked for.
///
/// Source: 住民基本台帳法 art. 12(5), 12-3; 住民記録システム標準仕様書 5.1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) relation: bool,
    pub(crate) domicile: bool,
    pub(crate) record_code: bool,
    pub(crate) individual_number: bool,
    pub(crate) foreign_items: bool,
    pub(crate) kana: bool,
}

impl Asked {
    /// The names of what was asked for, for the history of issuance.
    pub(crate) fn names(self) -> Vec<String> {
        [
            (self.relation, "relation"),
            (self.domicile, "domicile"),
            (self.record_code, "record_code"),
            (self.individual_number, "individual_number"),
            (self.foreign_items, "foreign_items"),
            (self.kana, "kana"),
        ]
        .into_iter()
        .filter(|(asked, _)| *asked)
        .map(|(_, name)| name.to_owned())
        .collect()
    }
}

#[derive(Serialize)]
pub(crate) struct Copy {
    pub(crate) form: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) official_use: bool,
    pub(crate) specimen: bool,
    pub(crate) address: Cell,
    pub(crate) head: Cell,
    pub(crate) persons: Vec<Printed>,
    pub(crate) attestation: Attestation,
    pub(crate) issue_number: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cell {
    Text(String),
    Omitted,
    Blank,
}

impl Cell {
    pub(crate) fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }

    /// The text when it was asked for.
    pub(crate) fn when(asked: bool, text: impl Into<String>) -> Self {
        if asked { Self::of(text) } else { Self::Omitted }
    }
}

#[derive(Serialize)]
pub(crate) struct Printed {
    name: Name,
    birth_date: Cell,
    sex: Cell,
    relation: Cell,
    address_since: Cell,
    notified_on: Cell,
    previous_address: Cell,
    record_code: Cell,
    individual_number: Cell,
    nationality: Nationality,
    remarks: Vec<String>,
}

#[derive(Serialize)]
struct Name {
    text: String,
    kana: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Nationality {
    Japanese {
        former_name: Option<Name>,
        resident_since: Cell,
        registered_domicile: Cell,
        register_head: Cell,
    },
    Foreign {
        alias: Option<Name>,
        resident_since: Cell,
        country: Cell,
        status_of_residence: Cell,
        stay_period: Cell,
        stay_expires_on: Cell,
        card_number: Cell,
        class: Cell,
    },
}

#[derive(Serialize)]
pub(crate) struct Attestation {
    pub(crate) text: String,
    pub(crate) date: String,
    pub(crate) office: String,
    pub(crate) name: String,
    pub(crate) seal_note: Option<String>,
}

/// One person in print. A planned 転出 is left out before its day.
///
/// Source: 住民記録システム標準仕様書 5.1; 住民基本台帳法 art. 7.
pub(crate) fn printed(person: &Person, asked: Asked, today: Date) -> Printed {
    let date = |date: Option<&RegisterDate>| date.map(RegisterDate::label_wareki).unwrap_or_default();
    let name = |text: &str, kana: &str| Name {
        text: text.to_owned(),
        kana: Some(kana.to_owned()).filter(|kana| asked.kana && !kana.is_empty()),
    };
    let other = |text: &str, kana: &str| (!text.is_empty()).then(|| name(text, kana));
    // 住所を定めた年月日 is printed only after a 転居.
    let address_since =
        if person.moved_from_address.is_some() { date(person.addr_since.as_ref()) } else { String::new() };
    let nationality = match person.resident_kind {
        ResidentKind::Japanese => Nationality::Japanese {
            former_name: other(&person.former_family_name, &person.former_family_kana),
            resident_since: Cell::of(date(person.resident_since.as_ref())),
            registered_domicile: Cell::when(
                asked.domicile,
                person.registered_domicile.as_ref().map(domain::Address::one_line).unwrap_or_default(),
            ),
            register_head: Cell::when(asked.domicile, &person.register_head),
        },
        ResidentKind::Foreign => Nationality::Foreign {
            alias: other(&person.alias_name, &person.alias_kana),
            resident_since: Cell::of(date(person.foreign_resident_since.as_ref())),
            country: Cell::when(asked.foreign_items, &person.nationality),
            status_of_residence: Cell::when(asked.foreign_items, status_label(&person.status_of_residence)),
            stay_period: Cell::when(asked.foreign_items, &person.stay_period),
            stay_expires_on: Cell::when(asked.foreign_items, sheet::western(person.stay_expires_on)),
            card_number: Cell::when(asked.foreign_items, &person.residence_card_no),
            class: Cell::when(asked.foreign_items, person.art30_45_class.map_or("", |class| class.label())),
        },
    };
    let code = person.resident_record_code.as_ref().map_or("", |code| code.expose());
    let number = person.individual_number.as_ref().map_or("", |number| number.expose());
    Printed {
        name: name(&person.name, &person.name_kana),
        birth_date: Cell::of(sheet::birth_label(person)),
        sex: Cell::of(person.sex.label()),
        relation: Cell::when(asked.relation, person.relation.label()),
        address_since: Cell::of(address_since),
        notified_on: Cell::of(person.moved_in_notified_on.map(wareki).unwrap_or_default()),
        previous_address: Cell::of(
            person.prev_address.as_ref().map(domain::Address::one_line).unwrap_or_default(),
        ),
        record_code: Cell::when(asked.record_code, code),
        individual_number: Cell::when(asked.individual_number, number),
        nationality,
        remarks: remarks(person, today),
    }
}

fn remarks(person: &Person, today: Date) -> Vec<String> {
    let mut lines = person.remarks.clone();
    if let (Some(day), Some(dest)) = (person.moveout_planned_on, &person.dest_address_planned)
        && person.is_resident()
        && day <= today
    {
        lines.push(format!("{} {}へ転出予定", wareki(day), dest.one_line()));
    }
    lines
}
