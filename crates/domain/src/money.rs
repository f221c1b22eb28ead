//! Money (金額) and the fiscal year (会計年度).

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::era::{EraDate, year_label};

/// An amount in yen (円); negative for a refund or a reduction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(pub i64);

/// The most yen an amount of a register has: twelve digits.
pub const YEN_MAX: i64 = 999_999_999_999;

impl Yen {
    /// Nothing.
    pub const ZERO: Yen = Yen(0);

    /// The sum; `None` on overflow.
    pub fn checked_add(self, other: Yen) -> Option<Yen> {
        self.0.checked_add(other.0).map(Yen)
    }

    /// The difference; `None` on overflow.
    pub fn checked_sub(self, other: Yen) -> Option<Yen> {
        self.0.checked_sub(other.0).map(Yen)
    }

    /// The product; `None` on overflow.
    pub fn checked_mul(self, times: i64) -> Option<Yen> {
        self.0.checked_mul(times).map(Yen)
    }

    /// The sum of many; `None` on overflow.
    pub fn total(amounts: impl IntoIterator<Item = Yen>) -> Option<Yen> {
        amounts.into_iter().try_fold(Yen::ZERO, Yen::checked_add)
    }

    /// Drops what is below a unit (端数切捨て): 1,980 to 100 is 1,900.
    ///
    /// A reduction is cut as an amount: -1,980 gives -1,900. A unit below 1 leaves the amount.
    pub fn floor_to(self, unit: i64) -> Yen {
        if unit < 1 {
            return self;
        }
        Yen(self.0 - self.0 % unit)
    }
}

impl fmt::Display for Yen {
    /// Writes `1,234`, `-1,234`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
        if self.0 < 0 {
            text.push('-');
        }
        for (index, digit) in digits.chars().enumerate() {
            if index != 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

/// A fiscal year (会計年度): 1 April to 31 March, named by the year it begins in.
///
/// Source: 地方自治法 art. 208(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FiscalYear(pub i16);

impl FiscalYear {
    /// The fiscal year of a day.
    pub fn of(date: Date) -> FiscalYear {
        let year = date.year();
        FiscalYear(if date.month() < 4 { year.saturating_sub(1) } else { year })
    }

    /// The western year it begins in.
    pub fn year(self) -> i16 {
        self.0
    }

    /// 1 April; the calendar's end when the year is out of it.
    pub fn first_day(self) -> Date {
        Date::new(self.0, 4, 1).unwrap_or(if self.0 < 0 { Date::MIN } else { Date::MAX })
    }

    /// 31 March of the following year; the calendar's end when that is out of it.
    pub fn last_day(self) -> Date {
        Date::new(self.0.saturating_add(1), 3, 31).unwrap_or(if self.0 < 0 { Date::MIN } else { Date::MAX })
    }

    /// Whether a day lies in it.
    pub fn contains(self, date: Date) -> bool {
        FiscalYear::of(date) == self
    }

    /// The one after.
    pub fn next(self) -> FiscalYear {
        FiscalYear(self.0.saturating_add(1))
    }

    /// The one before.
    pub fn previous(self) -> FiscalYear {
        FiscalYear(self.0.saturating_sub(1))
    }

    /// 令和8年度. The era is the one at the end of the calendar year it begins in, so that 2019 is 令和元年度
    /// and 1988 is 昭和63年度, as they were called.
    pub fn label(self) -> String {
        let named = Date::new(self.0, 12, 31).ok().and_then(EraDate::of);
        match named {
            Some(named) => format!("{}度", year_label(named.era, named.year)),
            None => format!("{}年度", self.0),
        }
    }
}
