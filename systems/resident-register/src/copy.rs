//! The data of the template `resident-record-copy` (住民票の写し, 除票の写し): what is printed, already put into words.
//!
//! The shapes are those of the `documents` room, written here as data because a system does not know that room.

use domain::{Date, RegisterDate, ResidentKind, wareki};
use serde::Serialize;

use crate::certificates::attest::Attestation;
use crate::certificates::history::Block;
use crate::certificates::overflow::{Fit, Over, Overflow};
use crate::records::Person;
use crate::rules::data::status_label;
use crate::rules::kana::{self, Which};
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
    /// A 転出 whose day has not come.
    pub(crate) plan: bool,
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
            (self.plan, "move_out_plan"),
        ]
        .into_iter()
        .filter(|(asked, _)| *asked)
        .map(|(_, name)| name.to_owned())
        .collect()
    }
}

#[derive(Serialize)]
pub(crate) struct Copy {
    pub(crate) title: &'static str,
    pub(crate) form: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) official_use: bool,
    pub(crate) specimen: bool,
    pub(crate) address: Cell,
    pub(crate) head: Cell,
    pub(crate) persons: Vec<Printed>,
    pub(crate) attestation: Attestation,
    pub(crate) overflow: Vec<Over>,
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
    pub(crate) deletion: Option<Deletion>,
    remarks: Vec<String>,
    pub(crate) blocks: Vec<Block>,
}

/// The end of a record, on a 除票の写し.
#[derive(Serialize)]
pub(crate) struct Deletion {
    pub(crate) reason: Cell,
    pub(crate) event_date: Cell,
    pub(crate) notified_on: Cell,
    pub(crate) moved: Option<MovedOut>,
}

#[derive(Serialize)]
pub(crate) struct MovedOut {
    pub(crate) planned: Cell,
    pub(crate) planned_on: Cell,
    pub(crate) confirmed: Cell,
    pub(crate) confirmed_on: Cell,
    pub(crate) notice_on: Cell,
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

/// One person in print. A planned 転出 is left out before its day unless asked for.
///
/// Source: 住民記録システム標準仕様書 5.1; 住民基本台帳法 art. 7.
pub(crate) fn printed(person: &Person, asked: Asked, today: Date, overflow: &mut Overflow) -> Printed {
    let whose = person.called();
    let date = |date: Option<&RegisterDate>| date.map(RegisterDate::label_wareki).unwrap_or_default();
    let mut name = |item: &str, text: &str, kana: &str| Name {
        text: overflow.fit(whose, item, Fit::Name, text),
        kana: Some(overflow.fit(whose, &format!("{item}のフリガナ"), Fit::Kana, kana))
            .filter(|kana| asked.kana && !kana.is_empty()),
    };
    let reading = |which| if asked.kana { kana::printed(person, which, today) } else { "" };
    let main_name = name("氏名", &person.name, reading(Which::Name));
    let mut other = |item: &str, text: &str, kana: &str| (!text.is_empty()).then(|| name(item, text, kana));
    let former_name = other("旧氏", &person.former_family_name, reading(Which::Former));
    let alias = other("通称", &person.alias_name, reading(Which::Alias));
    // 住所を定めた年月日 is printed only after a 転居.
    let address_since =
        if person.moved_from_address.is_some() { date(person.addr_since.as_ref()) } else { String::new() };
    let mut fit = |asked: bool, item: &str, place: Fit, text: &str| {
        if asked { Cell::of(overflow.fit(whose, item, place, text)) } else { Cell::Omitted }
    };
    let nationality = match person.resident_kind {
        ResidentKind::Japanese => Nationality::Japanese {
            former_name,
            resident_since: Cell::of(date(person.resident_since.as_ref())),
            registered_domicile: fit(
                asked.domicile,
                "本籍",
                Fit::Address,
                &one_line(person.registered_domicile.as_ref()),
            ),
            register_head: fit(asked.domicile, "筆頭者", Fit::Cell, &person.register_head),
        },
        ResidentKind::Foreign => Nationality::Foreign {
            alias,
            resident_since: Cell::of(date(person.foreign_resident_since.as_ref())),
            country: fit(asked.foreign_items, "国籍・地域", Fit::Cell, &person.nationality),
            status_of_residence: fit(
                asked.foreign_items,
                "在留資格",
                Fit::Cell,
                status_label(&person.status_of_residence),
            ),
            stay_period: fit(asked.foreign_items, "在留期間", Fit::Cell, &person.stay_period),
            stay_expires_on: Cell::when(asked.foreign_items, sheet::western(person.stay_expires_on)),
            card_number: Cell::when(asked.foreign_items, &person.residence_card_no),
            class: Cell::when(asked.foreign_items, person.art30_45_class.map_or("", |class| class.label())),
        },
    };
    let previous_address = fit(true, "前住所", Fit::Address, &one_line(person.prev_address.as_ref()));
    let relation = fit(asked.relation, "続柄", Fit::Cell, &person.relation.label());
    let code = person.resident_record_code.as_ref().map_or("", |code| code.expose());
    let number = person.individual_number.as_ref().map_or("", |number| number.expose());
    Printed {
        name: main_name,
        birth_date: Cell::of(sheet::birth_label(person)),
        sex: Cell::of(person.sex.label()),
        relation,
        address_since: Cell::of(address_since),
        notified_on: Cell::of(person.moved_in_notified_on.map(wareki).unwrap_or_default()),
        previous_address,
        record_code: Cell::when(asked.record_code, code),
        individual_number: Cell::when(asked.individual_number, number),
        nationality,
        deletion: None,
        remarks: remarks(person, asked.plan, today),
        blocks: Vec::new(),
    }
}

/// Why and when a record was deleted, and where to; the destination may be left out on request.
///
/// Source: 住民基本台帳法施行令 art. 8; 住民記録システム標準仕様書 1.1.5, 4.1.3.1.1.
pub(crate) fn deletion(person: &Person, destination: bool, overflow: &mut Overflow) -> Deletion {
    let day = |day: Option<Date>| Cell::of(day.map(wareki).unwrap_or_default());
    let whose = person.called();
    let planned = person.dest_address_planned.as_ref();
    let confirmed = person.dest_address_confirmed.as_ref();
    let moved = (planned.is_some() || confirmed.is_some()).then(|| {
        let mut place = |item: &str, address: Option<&domain::Address>| {
            if destination {
                Cell::of(overflow.fit(whose, item, Fit::Address, &one_line(address)))
            } else {
                Cell::Omitted
            }
        };
        MovedOut {
            planned: place("転出先（予定）", planned),
            planned_on: day(person.moveout_planned_on),
            confirmed: place("転出先（確定）", confirmed),
            confirmed_on: day(person.moveout_confirmed_on),
            notice_on: day(person.movein_notice_on),
        }
    });
    let notified = match person.deletion_notified_on {
        Some(day) => format!("{}届出", wareki(day)),
        None => format!("{}職権", wareki(person.processed_on)),
    };
    Deletion {
        reason: Cell::of(person.deletion_reason.map_or("", |reason| reason.label())),
        event_date: Cell::of(
            person.deletion_event_date.as_ref().map(RegisterDate::label_wareki).unwrap_or_default(),
        ),
        notified_on: Cell::of(notified),
        moved,
    }
}

/// An address on one line; empty when there is none.
pub(crate) fn one_line(address: Option<&domain::Address>) -> String {
    address.map(domain::Address::one_line).unwrap_or_default()
}

fn remarks(person: &Person, plan: bool, today: Date) -> Vec<String> {
    let mut lines = person.remarks.clone();
    if !person.de_facto_head.is_empty() {
        lines.push(format!("事実上の世帯主　{}", person.de_facto_head));
    }
    if let (Some(day), Some(dest)) = (person.moveout_planned_on, &person.dest_address_planned)
        && person.is_resident()
        && (plan || day <= today)
    {
        lines.push(format!("{} {}へ転出予定", wareki(day), dest.one_line()));
    }
    lines
}
