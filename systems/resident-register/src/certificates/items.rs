//! The data of the template `item-certificate`: certificates that are rows of items.

use domain::{Date, RegisterDate, ResidentKind, wareki};
use serde::Serialize;

use super::attest::Attestation;
use super::overflow::{Fit, Over, Overflow};
use super::scan::Code;
use crate::copy::{Cell, one_line};
use crate::records::Person;
use crate::rules::data::status_label;
use crate::rules::kana::{self, Which};
use crate::sheet;

#[derive(Serialize)]
pub(crate) struct Certificate {
    pub(crate) title: &'static str,
    pub(crate) marks: Vec<&'static str>,
    pub(crate) specimen: bool,
    pub(crate) facts: Vec<Vec<Item>>,
    pub(crate) persons: Vec<Rows>,
    pub(crate) notes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) codes: Vec<Code>,
    pub(crate) attestation: Attestation,
    pub(crate) overflow: Vec<Over>,
}

#[derive(Serialize)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Vec<Item>>,
}

#[derive(Serialize)]
pub(crate) struct Item {
    pub(crate) label: &'static str,
    pub(crate) value: Cell,
    pub(crate) kana: Option<String>,
    pub(crate) kind: &'static str,
    /// Takes a row of its own.
    #[serde(skip)]
    wide: bool,
}

/// Puts one person's items into words, texts that are too long onto 別紙.
pub(crate) struct Writer<'a> {
    whose: &'a str,
    overflow: &'a mut Overflow,
    items: Vec<Item>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(whose: &'a str, overflow: &'a mut Overflow) -> Self {
        Self { whose, overflow, items: Vec::new() }
    }

    /// A name with its reading, on a row of its own.
    pub(crate) fn name(&mut self, label: &'static str, text: &str, kana: &str) {
        let text = self.overflow.fit(self.whose, label, Fit::Name, text);
        let kana = self.overflow.fit(self.whose, &format!("{label}のフリガナ"), Fit::Kana, kana);
        let kana = Some(kana).filter(|kana| !kana.is_empty());
        self.items.push(Item { label, value: Cell::of(text), kana, kind: "name", wide: true });
    }

    /// A short text beside another.
    pub(crate) fn short(&mut self, label: &'static str, text: impl AsRef<str>) {
        let text = self.overflow.fit(self.whose, label, Fit::Half, text.as_ref());
        self.items.push(Item { label, value: Cell::of(text), kana: None, kind: "plain", wide: false });
    }

    /// A long text, such as an address, on a row of its own.
    pub(crate) fn long(&mut self, label: &'static str, text: impl AsRef<str>) {
        let text = self.overflow.fit(self.whose, label, Fit::Address, text.as_ref());
        self.items.push(Item { label, value: Cell::of(text), kana: None, kind: "plain", wide: true });
    }

    /// An empty place that is filled in by hand.
    pub(crate) fn by_hand(&mut self, label: &'static str) {
        self.items.push(Item { label, value: Cell::Blank, kana: None, kind: "box", wide: false });
    }

    /// What only foreign residents have.
    ///
    /// Source: 住民基本台帳法 art. 30-45.
    pub(crate) fn foreign(&mut self, person: &Person) {
        if person.resident_kind != ResidentKind::Foreign {
            return;
        }
        self.short("国籍・地域", &person.nationality);
        self.short("第30条の45に規定する区分", person.art30_45_class.map_or("", |class| class.label()));
        self.short("在留資格", status_label(&person.status_of_residence));
        self.short("在留期間", &person.stay_period);
        self.short("在留期間の満了の日", sheet::western(person.stay_expires_on));
        self.short("在留カード等の番号", &person.residence_card_no);
    }

    /// 氏名 with 旧氏 or 通称 where they are recorded; with readings as a certificate of that day shows them.
    pub(crate) fn names(&mut self, person: &Person, kana: Option<Date>) {
        let of = |which| kana.map_or("", |day| kana::printed(person, which, day));
        self.name("氏名", &person.name, of(Which::Name));
        if !person.former_family_name.is_empty() {
            self.name("旧氏", &person.former_family_name, of(Which::Former));
        }
        if !person.alias_name.is_empty() {
            self.name("通称", &person.alias_name, of(Which::Alias));
        }
    }

    /// The items as rows: two short ones beside each other.
    pub(crate) fn rows(self) -> Vec<Vec<Item>> {
        let mut rows: Vec<Vec<Item>> = Vec::new();
        for item in self.items {
            match rows.last_mut() {
                Some(row) if !item.wide && matches!(row.as_slice(), [only] if !only.wide) => {
                    row.push(item);
                }
                _ => rows.push(vec![item]),
            }
        }
        rows
    }
}

/// 住民となった年月日 with the label of the kind of record.
pub(crate) fn since(person: &Person) -> (&'static str, String) {
    let label = match person.resident_kind {
        ResidentKind::Japanese => "住民となった年月日",
        ResidentKind::Foreign => "外国人住民となった年月日",
    };
    (label, date(person.since()))
}

/// 本籍 on one line.
pub(crate) fn domicile(person: &Person) -> String {
    one_line(person.registered_domicile.as_ref())
}

pub(crate) fn date(date: Option<&RegisterDate>) -> String {
    date.map(RegisterDate::label_wareki).unwrap_or_default()
}

pub(crate) fn day(day: Option<Date>) -> String {
    day.map(wareki).unwrap_or_default()
}
