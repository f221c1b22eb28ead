//! Intakes: rows a system accepts from others.

use std::collections::BTreeSet;

use register::{Fault, View, Write};

use crate::{Context, Row};

/// Rows that arrived, with the names of their items.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    names: &'a [&'a str],
    row: &'a Row,
}

impl<'a> Incoming<'a> {
    /// A row under the item names of the dataset it came from.
    pub fn new(names: &'a [&'a str], row: &'a Row) -> Self {
        Self { names, row }
    }

    /// The item names, in the order of the values.
    pub fn names(&self) -> &'a [&'a str] {
        self.names
    }

    /// The values, in the order of the names.
    pub fn row(&self) -> &'a Row {
        self.row
    }

    /// 履歴番号, by which an older row is told from a newer one.
    ///
    /// # Errors
    /// The words, when it is not a whole number of 1 or more.
    pub fn history_no(&self) -> Result<u32, String> {
        let text = self.text("history_no");
        match text.parse() {
            Ok(0) | Err(_) => Err(format!(
                "履歴番号「{text}」が1以上の整数ではありません。送信元の記録を確かめてください。"
            )),
            Ok(number) => Ok(number),
        }
    }

    /// The value of an item; empty when the sender does not have it.
    pub fn text(&self, name: &str) -> &'a str {
        self.names
            .iter()
            .position(|known| *known == name)
            .map(|index| self.row.get(index))
            .unwrap_or_default()
    }
}

/// How much of a link's data a batch is (全件・差分).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchExtent<'a> {
    /// Rows that changed.
    Difference,
    /// Rows of a full extract; more of it follow.
    FullPart,
    /// The last rows of a full extract: what was not in any of them is with the sender no more.
    FullEnd {
        /// The subjects of all rows of the extract.
        subjects: &'a BTreeSet<String>,
    },
}

/// Rows that arrived together on one delivery of a link.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The link's id.
    pub link: &'a str,
    /// The delivery's number on the link.
    pub no: u64,
    /// How much of the sender's data they are.
    pub extent: BatchExtent<'a>,
    /// The item that names what a row is about.
    pub subject: &'a str,
    /// The rows, of distinct subjects.
    pub rows: &'a [Incoming<'a>],
}

/// A row that was not applied, with its reason. It is held and does not block other persons.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RefusedRow {
    /// The row's subject, such as a 宛名番号.
    pub subject: String,
    /// The item that is wrong.
    pub item: String,
    /// Why, in Japanese.
    pub message: String,
}

/// What an intake decided for a batch of rows.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The versions to append.
    pub writes: Vec<Write>,
    /// Rows that were refused.
    pub refused: Vec<RefusedRow>,
}

/// Rows a system accepts (受入データ).
///
/// `apply` is pure and idempotent: a row that says what is already so yields no write. Rows of one call have distinct
/// subjects; the engine splits repeats.
#[derive(Clone, Copy, Debug)]
pub struct Intake {
    /// `system/intake`.
    pub id: &'static str,
    /// The Japanese name.
    pub title: &'static str,
    /// Items it cannot do without.
    pub needs: &'static [&'static str],
    /// Decides what the rows change.
    pub apply: fn(&dyn View, &Batch<'_>, &Context<'_>) -> Result<Applied, Fault>,
}
