//! Serial numbers (採番).

use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 採番, key the series' name.
pub static COUNTER: Kind = Kind::new("addressee/counter", "宛名番号の採番");

/// The last serial given of one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Name of the series, as `standards/codes/addressee/series.tsv` has it.
    pub name: String,
    /// The last serial given.
    pub last: u64,
}

impl Record for Counter {
    const KIND: &'static Kind = &COUNTER;

    fn key(&self) -> String {
        self.name.clone()
    }
}
