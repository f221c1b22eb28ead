//! The acceptance of a link (連携検収書): what is printed, already put into words.

use serde::{Deserialize, Serialize};

/// What a link did on some days, held to what it is accepted by (連携検収書). It names no resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkAcceptance {
    /// The municipality.
    pub town: String,
    /// The outcome as a whole (総合判定).
    pub outcome: String,
    /// How many checks came to what, in one line.
    pub summary: String,
    /// What the link is.
    pub facts: Vec<Fact>,
    /// What it was held to.
    pub checks: Vec<CheckedItem>,
    /// The newest of its deliveries, oldest first.
    pub deliveries: Vec<ListedDelivery>,
    /// How many older ones are not listed.
    pub unlisted: usize,
    /// The number at the foot of every page.
    pub issue_number: String,
}

/// A line about the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it says.
    pub name: String,
    /// Its words.
    pub value: String,
}

/// One check (検収項目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedItem {
    /// Its title.
    pub title: String,
    /// What has to be so (基準).
    pub required: String,
    /// What was seen (結果).
    pub seen: String,
    /// 適, 否, 要確認, 未実施 or 対象外.
    pub verdict: String,
}

/// One delivery (配信).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedDelivery {
    /// Its number.
    pub no: String,
    /// When it was made.
    pub at: String,
    /// How far it is.
    pub phase: String,
    /// Rows in it.
    pub rows: String,
    /// Rows the receiver counted; empty without a receipt.
    pub confirmed: String,
    /// The checksum of its file.
    pub sha256: String,
}
