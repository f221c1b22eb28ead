//! Stores that are closed and opened again by other programs and with other keys.

use register::{Fault, Journal, Kind};
use store::KeyRing;

use crate::journal::Outcome;

/// A place of stores by name.
pub trait Shelf {
    /// Opens a store, new or known, as a program with these kinds and keys would.
    ///
    /// # Errors
    /// What the store says.
    fn open(&self, name: &str, kinds: &[&'static Kind], keys: &KeyRing) -> Result<Box<dyn Journal>, Fault>;

    /// What somebody reads who asks by SQL for all of a view, ordered by its first column: names of the columns, then rows.
    ///
    /// # Errors
    /// When there is no such view.
    fn list(&self, name: &str, view: &str) -> Result<Table, Fault>;
}

/// The answer to a query: texts as the database shows them.
pub type Table = (Vec<String>, Vec<Vec<Option<String>>>);

/// A named case.
pub(crate) type Case = (&'static str, fn(&dyn Shelf) -> Outcome);

/// Runs every case on stores of its own.
///
/// # Errors
/// The names of all cases that failed, each with the reason.
pub fn conformance(shelf: &dyn Shelf) -> Result<(), String> {
    let cases = [crate::bodies::CASES, crate::rotation::CASES, crate::lists::CASES].concat();
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|(name, run)| run(shelf).err().map(|error| format!("{name}: {error}")))
        .collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

/// A ring with one key for each hexadecimal digit, oldest first.
///
/// # Errors
/// When a digit is none.
pub fn ring(digits: &str) -> Result<KeyRing, Fault> {
    let keys: Vec<String> = digits.chars().map(|digit| digit.to_string().repeat(64)).collect();
    KeyRing::parse(&keys.join("\n"))
}
