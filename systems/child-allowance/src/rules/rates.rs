//! The dated rates (額と年齢), read from `standards/rates/child-allowance.toml`.

use std::sync::LazyLock;

use domain::{Date, Yen, attains_on, fiscal_year_end_after_attaining};
use register::Fault;
use serde::Deserialize;

use super::Month;

/// Everything the law sets by number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Days to claim in.
    pub claim: ClaimRule,
    /// Who may stand in the relation of a parent.
    pub payee: PayeeRule,
    /// The regimes in order of their first month.
    pub regime: Vec<Regime>,
}

/// The time to claim in (15日特例).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRule {
    /// Days from the day after the event.
    pub days_max: i32,
    /// Article.
    pub source: String,
}

/// Limits of the proposal for a payee.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayeeRule {
    /// Years a parent is older than the child at least.
    pub parent_years_min: i16,
    /// Where it comes from.
    pub source: String,
}

/// The law between two amendments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// First month.
    pub from: Month,
    /// A child is one up to 31 March on or after attaining this age (児童).
    pub child_until_years: i16,
    /// Third and later children are counted among those up to 31 March on or after attaining this age.
    pub counted_until_years: i16,
    /// Beyond 31 March on or after attaining this age they are counted only when the payee confirms the support.
    pub confirmed_beyond_years: i16,
    /// Article.
    pub source: String,
    /// What is not in the numbers.
    #[serde(default)]
    pub note: String,
    /// Classes of amounts, by age.
    pub class: Vec<AmountClass>,
}

/// One class of amounts (手当額の区分).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmountClass {
    /// Stable code, kept in records.
    pub code: String,
    /// The Japanese words.
    pub label: String,
    /// The age at which it ends.
    pub until_years: i16,
    /// How the end is reckoned.
    pub until: Until,
    /// Monthly yen for the first and second child.
    pub yen: Yen,
    /// Monthly yen for the third and later child.
    pub third_yen: Yen,
}

/// How the end of an age class is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// The month in which the age is attained.
    MonthAttained,
    /// March of the fiscal year in which the age is attained.
    FiscalYearEnd,
}

impl AmountClass {
    /// The last month a child born on this day is in the class or one before it.
    pub fn last_month(&self, birth: Date) -> Month {
        match self.until {
            Until::MonthAttained => Month::of(attains_on(birth, self.until_years)),
            Until::FiscalYearEnd => Month::of(fiscal_year_end_after_attaining(birth, self.until_years)),
        }
    }
}

impl Regime {
    /// The last month somebody born on this day is a child (児童).
    pub fn last_month_as_child(&self, birth: Date) -> Month {
        Month::of(fiscal_year_end_after_attaining(birth, self.child_until_years))
    }

    /// The last month somebody born on this day is counted for the third child.
    pub fn last_month_counted(&self, birth: Date) -> Month {
        Month::of(fiscal_year_end_after_attaining(birth, self.counted_until_years))
    }

    /// The last month somebody born on this day is counted without a confirmation of support.
    pub fn last_month_unconfirmed(&self, birth: Date) -> Month {
        Month::of(fiscal_year_end_after_attaining(birth, self.confirmed_beyond_years))
    }
}

impl Rates {
    /// The regime of a month; `None` before the first.
    pub fn regime_of(&self, month: Month) -> Option<&Regime> {
        self.regime.iter().rev().find(|regime| regime.from <= month)
    }

    /// The words of a class code.
    pub fn class_label(&self, code: &str) -> &str {
        let mut classes = self.regime.iter().flat_map(|regime| &regime.class);
        classes.find(|class| class.code == code).map_or("", |class| class.label.as_str())
    }

    /// First and last month in which somebody born on this day is a child, whoever the payee; `None` when they were
    /// too old when the first regime began.
    pub fn childhood(&self, birth: Date) -> Option<(Month, Month)> {
        let mut span: Option<(Month, Month)> = None;
        for (index, regime) in self.regime.iter().enumerate() {
            let begin = regime.from.max(Month::of(birth));
            let before_next = self.regime.get(index.saturating_add(1)).map(|next| next.from.previous());
            let by_age = regime.last_month_as_child(birth);
            let end = before_next.map_or(by_age, |last| last.min(by_age));
            if begin <= end {
                span = Some((span.map_or(begin, |(first, _)| first), end));
            }
        }
        span
    }
}

/// The rates in force, all regimes.
///
/// # Errors
/// A fault when the compiled-in file does not read, which a test excludes.
pub fn rates() -> Result<&'static Rates, Fault> {
    static RATES: LazyLock<Result<Rates, toml::de::Error>> =
        LazyLock::new(|| toml::from_str(include_str!("../../../../standards/rates/child-allowance.toml")));
    RATES
        .as_ref()
        .map_err(|error| Fault::new("standards/rates/child-allowance.toml does not read", error.clone()))
}
