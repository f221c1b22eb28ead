//! Datasets: rows a system offers to others.

use std::ops::ControlFlow;

use register::{Fault, Kind, Stored, View};

/// What an item of a dataset holds. Values travel as text in one canonical spelling each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemType {
    /// Any text.
    Text,
    /// A code of a code list.
    Code,
    /// A date as a register holds it, in register notation.
    Date,
    /// A whole number in decimal.
    Number,
    /// A 個人番号. It goes to systems of this house only, in the same commit, and never lies in a delivery, an answer or an extract.
    IndividualNumber,
}

/// One item (項目) of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// `snake_case` name, the same from screen to column.
    pub name: &'static str,
    /// The Japanese item name (項目名).
    pub title: &'static str,
    /// What it holds.
    pub holds: ItemType,
}

impl Item {
    /// An item.
    pub const fn new(name: &'static str, title: &'static str, holds: ItemType) -> Self {
        Self { name, title, holds }
    }
}

/// One row: the values of a dataset's items in order, in one buffer so that a full extract does not allocate per value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    text: String,
    ends: Vec<usize>,
}

impl Row {
    /// An empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes it empty, keeping its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Appends the next value.
    pub fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// Appends the next value by writing it; for values with a `Display`.
    pub fn push_display(&mut self, value: &dyn std::fmt::Display) {
        use std::fmt::Write;
        // Writing to a String cannot fail; a Display that refuses leaves the value empty.
        let _ = write!(self.text, "{value}");
        self.ends.push(self.text.len());
    }

    /// Appends the next value by writing it; blank when there is none.
    pub fn push_optional(&mut self, value: Option<impl std::fmt::Display>) {
        match value {
            Some(value) => self.push_display(&value),
            None => self.push(""),
        }
    }

    /// How many values it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The value at an index; empty when there is none.
    pub fn get(&self, index: usize) -> &str {
        let start = match index.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).copied().unwrap_or(self.text.len()),
        };
        self.ends.get(index).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// Whether a record becomes a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The row was filled.
    Row,
    /// The record is not part of the dataset.
    Skip,
}

/// Rows a system offers (提供データ): one per open record of one kind.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// `system/dataset`.
    pub id: &'static str,
    /// The Japanese name.
    pub title: &'static str,
    /// The kind whose records become rows.
    pub kind: &'static Kind,
    /// Its items in order.
    pub items: &'static [Item],
    /// The item that names the person or thing a row is about; order is kept per subject.
    pub subject: &'static str,
    /// Whether `row` reads a sealed field of the record it is given. Where it does not, whole registers are scanned without
    /// opening those, and the record may have them sealed; what `row` looks up by the view is opened as ever.
    pub reads_sealed: bool,
    /// Fills the row of one record.
    pub row: fn(&dyn View, &Stored, &mut Row) -> Result<Fate, Fault>,
}

impl Dataset {
    /// Whether its rows must not leave the house, as one of their items is a 個人番号.
    pub fn is_confined(&self) -> bool {
        self.items.iter().any(|item| item.holds == ItemType::IndividualNumber)
    }

    /// All open records of its kind in key order, each as `row` may be given it.
    ///
    /// # Errors
    /// When storage fails, or the first error `each` returns.
    pub fn scan(
        &self,
        view: &dyn View,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        if self.reads_sealed {
            view.scan(self.kind, None, each)
        } else {
            view.scan_sealed(self.kind, None, each)
        }
    }

    /// The item names in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.items.iter().map(|item| item.name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_gives_back_what_was_pushed() {
        let mut row = Row::new();
        row.push("");
        row.push("葛󠄀城");
        row.push_display(&42);
        row.push_optional(Some(7));
        row.push_optional(None::<u8>);
        assert_eq!(row.values().collect::<Vec<_>>(), ["", "葛󠄀城", "42", "7", ""]);
        assert_eq!(row.get(5), "");
        row.clear();
        assert!(row.is_empty());
    }
}
