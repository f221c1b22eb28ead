//! How far the data migration of this register has come.

use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// データ移行, one record. It moves in the commit that loads the households it counts, so that a load that was killed goes
/// on behind the last of them and loads none twice.
pub static MIGRATION: Kind = Kind::new("resident-register/migration", "データ移行");

/// The key of the one record.
pub const MIGRATION_KEY: &str = "load";

/// The load of a register from an older system (データ移行).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// What is loaded: a hash over mapping and files, so that no other input is mixed in.
    pub manifest: String,
    /// Whether everything was loaded.
    pub done: bool,
    /// Groups (households, and who is in none) taken in so far, in their order; those left out are counted.
    pub groups: u64,
    /// Persons loaded.
    pub persons: u64,
    /// Rows loaded, histories counted.
    pub rows: u64,
    /// Households loaded.
    pub households: u64,
    /// Persons that were refused and left out.
    pub left_out: u64,
}

impl Record for Migration {
    const KIND: &'static Kind = &MIGRATION;

    fn key(&self) -> String {
        MIGRATION_KEY.to_owned()
    }
}
