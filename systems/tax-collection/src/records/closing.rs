//! The closing of an account year (出納閉鎖).

use domain::{Date, FiscalYear, Yen};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// Closed account years, by year.
pub static CLOSING: Kind = Kind::new("tax-collection/closing", "出納閉鎖");

/// An account year that takes no more movements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// 会計年度.
    pub year: FiscalYear,
    /// When it was closed.
    pub closed_on: Date,
    /// How many instalments were carried over.
    pub carried: usize,
    /// What was carried over.
    pub carried_yen: Yen,
    /// Whether the carrying over came to its end.
    pub complete: bool,
}

impl Record for Closing {
    const KIND: &'static Kind = &CLOSING;

    fn key(&self) -> String {
        self.year.0.to_string()
    }
}
