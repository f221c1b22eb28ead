//! The record of one delivery: its evidence.

use std::collections::BTreeMap;

use catalog::{Extent, Packing};
use jiff::Timestamp;
use register::{Column, Kind, Position, Record};
use serde::{Deserialize, Serialize};
use system::RefusedRow;

/// Deliveries (配信), numbered per link without gaps.
pub static DELIVERY: Kind =
    Kind::new("linkage/delivery", "連携配信").columns(&[Column::plain("phase", "状態")]);

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// 受信済: it came from the other side and is being applied.
    Received,
    /// 作成済: its bytes are written.
    Prepared,
    /// 送信済: it lies in its place.
    Sent,
    /// 反映済: the receiver has applied it.
    Applied,
    /// 拒否: the receiver has refused it.
    Refused,
}

impl Phase {
    /// The word screens show.
    pub fn label(self) -> &'static str {
        match self {
            Self::Received => "受信済",
            Self::Prepared => "作成済",
            Self::Sent => "送信済",
            Self::Applied => "反映済",
            Self::Refused => "拒否",
        }
    }
}

/// What became of one character of one resident (文字変換の記録), or of a character in one item of all residents where only
/// its spelling changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharLine {
    /// The row's subject, such as a 宛名番号; empty for all residents together.
    pub subject: String,
    /// The item.
    pub item: String,
    /// Place in the item, counted in characters from 0; of all residents together 0.
    pub position: usize,
    /// The character, as it stands in the register.
    pub character: String,
    /// What was done, in Japanese.
    pub done: String,
    /// What stands in the file instead.
    pub to: String,
    /// How many times.
    pub count: u64,
}

/// How the data file of a delivery is packed, and what is in it (梱包).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// How; the name of its keys, never a key.
    pub packing: Packing,
    /// Size of what is in it; of a set the sum.
    pub bytes: u64,
    /// SHA-256 of what is in it; of a set one for each file, in order, with blanks between.
    pub sha256: String,
}

/// What the receipt said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFacts {
    /// Rows the receiver counted.
    pub rows: u64,
    /// Checksum the receiver computed.
    pub sha256: String,
    /// When it was read here.
    pub read_at: Timestamp,
    /// The receiver's reason when it refused; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// One numbered transmission on a link (配信). Each step appends a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The link's id.
    pub link: String,
    /// Its number on the link.
    pub no: u64,
    /// How far it is.
    pub phase: Phase,
    /// Full or difference.
    pub extent: Extent,
    /// The journal up to here was with the receiver before.
    pub from: Position,
    /// The journal up to here is in it.
    pub to: Position,
    /// Rows are as they stood at this position, where more waited behind `to`; none where it is `to` itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_as_of: Option<Position>,
    /// Rows in it.
    pub rows: u64,
    /// Rows that were held back, with their reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedRow>,
    /// When it was prepared, or applied in process.
    pub prepared_at: Timestamp,
    /// When it was put in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// The data file's name; none in process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Size of the data file as it lies.
    #[serde(default)]
    pub bytes: u64,
    /// SHA-256 of the data file as it lies; of a set one for each file, in order, with blanks between.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// What is in the data file, when it is packed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed: Option<Packed>,
    /// SHA-256 of the list of characters that lies beside the data file; empty where there is none, because nothing was to tell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub characters_sha256: String,
    /// The layout it was written with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub layout: String,
    /// Version of the character tables it was written with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub table_version: String,
    /// Characters that are not an exact round trip, counted by what was done (代替文字, 全角化 …); the list lies beside
    /// the bytes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub characters: BTreeMap<String, u64>,
    /// The values all of its rows have, of a link that sends a file for each (分割), in the order of its link file. Each delivery
    /// of a range has the same positions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per: Vec<String>,
    /// The persons or things that were asked about (照会の対象); empty for what was sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// Whether it carries once more, as they were then, rows that were sent before (再送).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resent: bool,
    /// When its kept bytes were put in their place once more after it was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_again_at: Option<Timestamp>,
    /// When its kept bytes were let go, at the end of the time they are kept for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruned_at: Option<Timestamp>,
    /// The receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptFacts>,
}

impl Delivery {
    /// A delivery that carries nothing yet: the link's id and the number on it, how much of the journal it is (from behind
    /// the first position up to the second), and when it was begun.
    pub fn new(
        (link, no): (&str, u64),
        phase: Phase,
        extent: Extent,
        (from, to): (Position, Position),
        prepared_at: Timestamp,
    ) -> Self {
        Self {
            link: link.to_owned(),
            no,
            phase,
            extent,
            from,
            to,
            rows_as_of: None,
            rows: 0,
            refused: Vec::new(),
            prepared_at,
            sent_at: None,
            file_name: None,
            bytes: 0,
            sha256: String::new(),
            packed: None,
            characters_sha256: String::new(),
            layout: String::new(),
            table_version: String::new(),
            characters: BTreeMap::new(),
            per: Vec::new(),
            asked: Vec::new(),
            resent: false,
            sent_again_at: None,
            pruned_at: None,
            receipt: None,
        }
    }

    /// The key of a delivery: numbers are padded so that key order is delivery order.
    pub fn key_of(link: &str, no: u64) -> String {
        format!("{link}/{no:012}")
    }
}

impl Record for Delivery {
    const KIND: &'static Kind = &DELIVERY;

    fn key(&self) -> String {
        Self::key_of(&self.link, self.no)
    }
}
