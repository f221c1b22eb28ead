//! Certificates that are rows of items: 記載事項証明書, 転出証明書, 転出証明書に準ずる証明書.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Code;
use crate::resident_record_copy::{Attestation, Cell, Overflow};

/// A certificate made of rows of items, about one or several persons.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemCertificate {
    /// The title, such as 転出証明書.
    pub title: String,
    /// Marks beside the title, such as 公用 and 再交付.
    pub marks: Vec<String>,
    /// Prints 「見本」 across every page.
    pub specimen: bool,
    /// Rows all persons share; one or two items to a row.
    pub facts: Vec<Vec<Item>>,
    /// A block for each person.
    pub persons: Vec<ItemRows>,
    /// Sentences under the persons.
    pub notes: Vec<String>,
    /// Codes the next office reads instead of typing; often none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// What the mayor attests, on the last page only.
    pub attestation: Attestation,
    /// The issue number (発行番号), at the foot of every page.
    pub issue_number: String,
    /// Texts too long for their place (別紙).
    pub overflow: Vec<Overflow>,
}

/// The rows of one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRows {
    /// One or two items to a row.
    pub rows: Vec<Vec<Item>>,
}

/// One item and what the record says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The item (項目).
    pub label: String,
    /// What stands there.
    pub value: Cell,
    /// The reading over a name.
    pub kana: Option<String>,
    /// How it is set.
    pub kind: ItemKind,
}

/// How an item is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// As plain text.
    Plain,
    /// As a name: larger, with its reading.
    Name,
    /// As an empty place that is filled in by hand.
    Box,
}

// `Debug` shows no person: these values travel through logs of failed jobs.

impl fmt::Debug for ItemCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemCertificate")
            .field("title", &self.title)
            .field("issue_number", &self.issue_number)
            .field("persons", &self.persons.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ItemRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ItemRows(..)")
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item").field("label", &self.label).finish_non_exhaustive()
    }
}
