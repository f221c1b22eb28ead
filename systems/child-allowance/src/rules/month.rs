//! Months (月): the allowance is granted by the month.

use std::fmt;
use std::str::FromStr;

use domain::{Date, EraDate};
use serde::{Deserialize, Serialize};

/// A month of a year; `2026-10` as text and in bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(i32); // Invariant: months since year 0, of a year the calendar has.

impl Month {
    /// The month of a day.
    pub fn of(date: Date) -> Month {
        Month(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Month {
        Month(self.0.saturating_add(1))
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Month {
        Month(self.0.saturating_sub(1))
    }

    /// The first day; the calendar's last when the month is out of it.
    pub fn first_day(self) -> Date {
        let year = i16::try_from(self.0.div_euclid(12)).unwrap_or(i16::MAX);
        let month = i8::try_from(self.0.rem_euclid(12) + 1).unwrap_or(1);
        Date::new(year, month, 1).unwrap_or(Date::MAX)
    }

    /// As printed: 令和8年10月.
    pub fn label(self) -> String {
        let first = self.first_day();
        // The era on the month's last day names it, as 2019年5月 and as the month an era changes in.
        match EraDate::of(first.last_of_month()) {
            Some(EraDate { era, year: 1, month, .. }) => format!("{}元年{month}月", era.name()),
            Some(EraDate { era, year, month, .. }) => format!("{}{year}年{month}月", era.name()),
            None => format!("{}年{}月", first.year(), first.month()),
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first_day();
        write!(f, "{:04}-{:02}", first.year(), first.month())
    }
}

/// A text that is not a month such as `2026-10`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("「{0}」は年月（例 2026-10）ではありません")]
pub struct MonthError(String);

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Month, MonthError> {
        let refused = || MonthError(text.to_owned());
        let (year, month) = text.split_once('-').ok_or_else(refused)?;
        let day = Date::new(year.parse().map_err(|_| refused())?, month.parse().map_err(|_| refused())?, 1);
        Ok(Month::of(day.map_err(|_| refused())?))
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;

    fn try_from(text: String) -> Result<Month, MonthError> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}
