//! Data migration of this register (データ移行): what its rows are as items, what must hold of them, how they are loaded.
//!
//! Pure, as everything here: who reads files, sorts and commits is the program's business.

mod checks;
mod history;
mod household;
mod items;

pub use checks::check;
pub use history::settle;
pub use household::{HouseholdRow, gather, household_row, household_values, writes};
pub use items::{household_table, person, person_table, values};

use system::Finding;

/// A finding from a message of the vocabulary, which names its rule in brackets at its end and its remedy in its last
/// sentence.
fn worded(path: &str, item: &str, message: &str) -> Finding {
    let (text, rule) = match message.strip_suffix('）').and_then(|text| text.rsplit_once('（')) {
        Some((text, rule)) if rule.len() == 4 && rule.is_ascii() => (text, rule),
        _ => (message, "E174"),
    };
    let (what, remedy) = text.split_once('。').unwrap_or((text, "移行元の値か対応表を確かめてください"));
    let remedy = format!("{}。", remedy.trim_end_matches('。'));
    Finding::error(rule, path, item, format!("{what}。"), &remedy)
}
