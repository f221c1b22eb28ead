//! The copy of a resident record (住民票の写し) or of a deleted one (除票の写し): what is printed, already put into words.
//!
//! Which item may be printed for whom is decided before; here an item is [`Cell::Text`], [`Cell::Omitted`] or
//! [`Cell::Blank`], and dates are texts in the form the person's record asks for (era for Japanese, western for
//! foreign residents).
//!
//! Source: 住民基本台帳法 art. 7, 12, 30-45; 住民記録システム標準仕様書 1.1.1, 1.1.2, 5.1, 5.5-5.8. The layout is our own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One copy of a resident record (住民票の写し), of a household or of one person; or of deleted records (除票の写し).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentRecordCopy {
    /// The title: 住民票の写し or 除票の写し.
    pub title: String,
    /// One sheet for all or one sheet each.
    pub form: Form,
    /// Whether the sheet shows the whole household.
    pub scope: Scope,
    /// For use by a public office (公用); prints the mark.
    pub official_use: bool,
    /// Prints 「見本」 across every page. True for everything that is not issued, a demonstration above all.
    pub specimen: bool,
    /// The address (住所) of the household with its building (方書), which is always printed.
    pub address: Cell,
    /// The head of the household (世帯主の氏名). Omitted unless requested.
    pub head: Cell,
    /// The persons, in the order of the household (記載順位).
    pub persons: Vec<Person>,
    /// What the mayor attests, on the last page only.
    pub attestation: Attestation,
    /// The issue number (発行番号), at the foot of every page. Each copy has its own.
    pub issue_number: String,
    /// Texts too long for their place, whole, on a page of their own (別紙).
    pub overflow: Vec<Overflow>,
}

/// Many copies in one file, each from a page of its own and with pages counted by itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentRecordCopies {
    /// The copies.
    pub sheets: Vec<ResidentRecordCopy>,
}

/// A text too long for its place in the form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overflow {
    /// The number by which its place refers to it (別紙番号), from 1.
    pub no: usize,
    /// Whose it is.
    pub person: String,
    /// The item it stands under.
    pub item: String,
    /// The whole text.
    pub text: String,
}

/// How the persons are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Several persons on a sheet under one address (世帯連記式); four Japanese persons fit a page.
    Household,
    /// One page for each person (個人票).
    Individual,
}

/// Which part of the household is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All its members (世帯全員).
    Whole,
    /// Some of them (世帯の一部).
    Part,
    /// Deleted records belong to no household; nothing is said.
    None,
}

/// What stands in one place of the form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// The words to print.
    Text(String),
    /// Recorded or not, the applicant did not ask for it: prints 「省略」.
    Omitted,
    /// The record holds nothing here: stays empty.
    Blank,
}

impl Cell {
    /// A cell with these words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }
}

/// One person (住民) on the copy.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name (氏名).
    pub name: Name,
    /// Date of birth (生年月日).
    pub birth_date: Cell,
    /// Sex (性別).
    pub sex: Cell,
    /// Relationship to the head (続柄). Omitted unless requested.
    pub relation: Cell,
    /// Since when at this address (住所を定めた年月日). Blank until the first move inside the municipality (転居).
    pub address_since: Cell,
    /// When the person gave notice of moving in (届出の年月日).
    pub notified_on: Cell,
    /// Previous address (前住所).
    pub previous_address: Cell,
    /// Resident record code (住民票コード). Omitted unless requested.
    pub record_code: Cell,
    /// Individual number (個人番号). Omitted unless requested.
    pub individual_number: Cell,
    /// What Japanese and foreign residents do not share.
    pub nationality: Nationality,
    /// Why and when the record was deleted; on a 除票の写し only.
    pub deletion: Option<Deletion>,
    /// Remarks (備考), one line each.
    pub remarks: Vec<String>,
    /// The history (異動履歴), its notes (留意事項) and names in daily use (通称の履歴), as asked for.
    pub blocks: Vec<Block>,
}

/// The end of a record (消除).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// Why (消除事由).
    pub reason: Cell,
    /// When it happened (事由の生じた年月日).
    pub event_date: Cell,
    /// When notice was given; of an ex officio deletion the day it was made.
    pub notified_on: Cell,
    /// Where to, of somebody who moved out.
    pub moved: Option<MovedOut>,
}

/// Where somebody moved, as planned and as the new municipality told it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedOut {
    /// 転出先（予定）.
    pub planned: Cell,
    /// 転出予定年月日.
    pub planned_on: Cell,
    /// 転出先（確定）.
    pub confirmed: Cell,
    /// 転出年月日（確定）.
    pub confirmed_on: Cell,
    /// 転入通知年月日.
    pub notice_on: Cell,
}

/// Lines under a heading of their own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The heading.
    pub title: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// A name and how it is read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The name as recorded, variation selectors included. Empty for a child without a name yet.
    pub text: String,
    /// The reading (フリガナ), printed in brackets; `None` leaves it out.
    pub kana: Option<String>,
}

/// The items only one kind of record has (住民種別).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nationality {
    /// A Japanese resident (日本人住民).
    Japanese {
        /// Former family name (旧氏), if recorded.
        former_name: Option<Name>,
        /// Since when a resident (住民となった年月日).
        resident_since: Cell,
        /// Registered domicile (本籍). Omitted unless requested.
        registered_domicile: Cell,
        /// Head of the family register (筆頭者). Omitted unless requested.
        register_head: Cell,
    },
    /// A foreign resident (外国人住民).
    Foreign {
        /// Name in daily use (通称), if recorded.
        alias: Option<Name>,
        /// Since when a foreign resident (外国人住民となった年月日).
        resident_since: Cell,
        /// Nationality or region (国籍・地域).
        country: Cell,
        /// Status of residence (在留資格).
        status_of_residence: Cell,
        /// Period of stay (在留期間).
        stay_period: Cell,
        /// Its last day (在留期間の満了の日).
        stay_expires_on: Cell,
        /// Number of the residence card or special permanent resident certificate (在留カード等の番号).
        card_number: Cell,
        /// Class under article 30-45 (第30条の45に規定する区分).
        class: Cell,
    },
}

/// The mayor's statement (認証文) on the last page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The statement itself.
    pub text: String,
    /// The day of issue, as printed.
    pub date: String,
    /// Prefecture, municipality and office (「○○県○○市長」, or of who acts for the mayor).
    pub office: String,
    /// Name of the mayor or of who acts for the mayor (認証者). Required by the register before it gets here.
    pub name: String,
    /// Words in place of the seal (「公印省略」). `None` leaves a space of 25 mm for the seal (公印).
    pub seal_note: Option<String>,
}

// `Debug` shows no person: these values travel through logs of failed jobs.

impl fmt::Debug for ResidentRecordCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResidentRecordCopy")
            .field("issue_number", &self.issue_number)
            .field("form", &self.form)
            .field("scope", &self.scope)
            .field("persons", &self.persons.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ResidentRecordCopies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResidentRecordCopies").field("sheets", &self.sheets.len()).finish()
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(..)",
            Self::Omitted => "Omitted",
            Self::Blank => "Blank",
        })
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(..)")
    }
}

impl fmt::Debug for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overflow").field("no", &self.no).field("item", &self.item).finish_non_exhaustive()
    }
}

impl fmt::Debug for Deletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deletion(..)")
    }
}

impl fmt::Debug for MovedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MovedOut(..)")
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block").field("title", &self.title).finish_non_exhaustive()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(..)")
    }
}

impl fmt::Debug for Nationality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Japanese { .. } => "Japanese(..)",
            Self::Foreign { .. } => "Foreign(..)",
        })
    }
}
