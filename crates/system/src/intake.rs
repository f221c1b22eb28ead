//! Intakes: rows a system accepts from others.

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

    /// The value of an item; empty when the sender does not have it.
    pub fn text(&self, name: &str) -> &'a str {
        self.names
            .iter()
            .position(|known| *known == name)
            .map(|index| self.row.get(index))
            .unwrap_or_default()
    }
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
    pub apply: fn(&dyn View, &[Incoming<'_>], &Context<'_>) -> Result<Applied, Fault>,
}
