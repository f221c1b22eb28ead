//! Data migration of this register (データ移行): what its rows are as items, what must hold of them, how they are loaded.
//!
//! Pure, as everything here: who reads files, sorts and commits is the program's business.

mod checks;
mod history;
mod household;
mod items;
#[cfg(test)]
mod tests;

pub use checks::{check, outside};
pub use history::settle;
pub use household::{HouseholdRow, gather, household_row, household_values, writes};
pub use items::{household_table, person, person_table, values};
