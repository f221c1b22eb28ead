//! Ages and periods by date, read from `standards/rates/electoral-roll.toml`.

use std::sync::LazyLock;

use domain::{BusinessCalendar, Date, RegisterDate};
use register::Fault;
use serde::Deserialize;

/// All regimes in order of their first day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Laws {
    /// The regimes.
    pub regime: Vec<Law>,
}

/// The law between two amendments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// First day.
    pub from: RegisterDate,
    /// Voting age (選挙権年齢).
    pub age_years: i16,
    /// Months in the resident register.
    pub residence_months: i32,
    /// Months a mark stands.
    pub mark_months: i32,
    /// Months of the regular registration (登録月).
    pub registration_months: Vec<i8>,
    /// Articles.
    pub source: String,
}

impl Laws {
    /// The law of a day; the first held for a day before it.
    ///
    /// # Errors
    /// When the file holds none.
    pub fn of(&self, day: Date) -> Result<&Law, Fault> {
        let latest = self.regime.iter().rev().find(|law| law.from.known().is_some_and(|from| from <= day));
        let law = latest.or(self.regime.first());
        law.ok_or_else(|| Fault::because("standards/rates/electoral-roll.toml holds no regime"))
    }
}

impl Law {
    /// Whether a day is a base date of the regular registration (定時登録の基準日): the first of a registration month.
    pub fn is_base_date(&self, day: Date) -> bool {
        day.day() == 1 && self.registration_months.contains(&day.month())
    }

    /// The newest base date of the regular registration on or before a day.
    pub fn newest_base_date(&self, today: Date) -> Date {
        let firsts = std::iter::successors(Some(today.first_of_month()), |first| {
            first.yesterday().ok().map(|last| last.first_of_month())
        });
        firsts.take(12).find(|first| self.is_base_date(*first)).unwrap_or(today.first_of_month())
    }
}

/// The laws held.
///
/// # Errors
/// A fault when the compiled-in file does not read, which a test excludes.
pub fn laws() -> Result<&'static Laws, Fault> {
    static LAWS: LazyLock<Result<Laws, toml::de::Error>> =
        LazyLock::new(|| toml::from_str(include_str!("../../../../standards/rates/electoral-roll.toml")));
    LAWS.as_ref()
        .map_err(|error| Fault::new("standards/rates/electoral-roll.toml does not read", error.clone()))
}

/// The day a registration falls on (登録日): the base date, or the next working day.
///
/// Source: 公職選挙法 art. 22(1); 地方自治法 art. 4-2.
pub fn first_working_day(base_date: Date) -> Date {
    BusinessCalendar::published().business_day_on_or_after(base_date)
}
