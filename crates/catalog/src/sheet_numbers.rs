//! The numbers of rows: as printed, and made up where none is or one is taken.

use std::collections::BTreeSet;

use crate::heading::{Heading, Item};
use crate::sheet::Sheet;
use crate::{Question, QuestionKind};

/// The numbers in their column.
pub(crate) fn printed(rows: &[Vec<String>], heading: &Heading) -> BTreeSet<String> {
    let Some(column) = heading.column(Item::No) else { return BTreeSet::new() };
    let below = rows.iter().skip(heading.below()).filter_map(|row| row.get(column));
    below.map(|printed| number_of(printed)).filter(|printed| !printed.is_empty()).collect()
}

/// A number as a reference to a row can hold it.
fn number_of(printed: &str) -> String {
    printed.split_whitespace().collect::<String>().replace(':', "-")
}

impl Sheet<'_> {
    /// The number of a row: as printed, or its place. A number merged over several rows is told apart.
    pub(crate) fn number(&mut self, index: usize, printed: &str, doubts: &mut Vec<Question>) -> String {
        let printed = number_of(printed);
        let column = self.heading.column(Item::No);
        let place = index.saturating_sub(self.heading.below()).saturating_add(1);
        let wanted = if printed.is_empty() { format!("{place}行目") } else { printed.clone() };
        let no = self.free_number(&wanted);
        let merged = column.is_some_and(|column| self.grid.continues(index, column));
        if no != wanted && !merged && !printed.is_empty() {
            let said = format!("番号「{wanted}」が2度あるので、この行を「{no}」としました。よいですか。");
            doubts.push(Question::new(QuestionKind::Assumed, said));
        }
        no
    }

    pub(crate) fn free_number(&mut self, wanted: &str) -> String {
        let mut no = wanted.to_owned();
        for turn in 2_u32.. {
            // No number made up takes the place of one that is printed farther below.
            let is_free = no == wanted || !self.printed.contains(&no);
            if is_free && self.numbers.insert(no.clone()) {
                break;
            }
            no = format!("{wanted}-{turn}");
        }
        no
    }
}
