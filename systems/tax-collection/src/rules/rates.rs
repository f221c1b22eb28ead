//! The dated rates (割合と端数), read from `standards/rates/tax-collection.toml`.

use std::sync::LazyLock;

use domain::{Date, Yen};
use register::Fault;
use serde::Deserialize;
use system::Finding;

const FILE: &str = include_str!("../../../../standards/rates/tax-collection.toml");

static RATES: LazyLock<Result<Rates, toml::de::Error>> = LazyLock::new(|| toml::from_str(FILE));

/// Everything the law and the municipality set by number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// How amounts are cut.
    pub rounding: Rounding,
    /// In which order money is put to a debt.
    pub clearing: Clearing,
    /// 延滞金の割合, by calendar year.
    pub delinquency: Vec<DelinquencyRate>,
    /// 還付加算金の割合, by calendar year.
    pub addition: Vec<AdditionRate>,
    /// Days and bounds of 滞納整理.
    pub arrears: Arrears,
    /// 督促手数料, by tax item and day.
    pub reminder_fee: Vec<ReminderFee>,
    /// 時効の期間, by tax item.
    pub limitation: Vec<LimitationPeriod>,
}

/// Days and bounds of what is done with arrears (滞納整理).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrears {
    /// A reminder goes out within so many days behind the due date.
    pub reminder_within_days: i64,
    /// So many days from the sending of a reminder keep the limitation from being completed, and a seizure from being made.
    pub reminder_days: i64,
    /// A public notice counts as served so many days from its first.
    pub public_notice_days: i64,
    /// A demand keeps the limitation from being completed for so many months.
    pub demand_months: i32,
    /// A suspension that lasted so many months ends the duty.
    pub suspension_months: i32,
    /// What is added to a levy behind its due date is due when so many months have passed since the decision.
    pub increase_months: i32,
    /// A promised payment may be booked so many days after its day.
    pub pledge_grace_days: i64,
    /// A deferment of more than this, and longer than `security_months`, needs a security.
    pub security_yen: i64,
    /// See `security_yen`.
    pub security_months: i32,
    /// A deferment lasts so many months at most, extensions included.
    pub deferment_months_max: i32,
    /// Articles.
    pub source: String,
}

/// The fee for a reminder (督促手数料).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReminderFee {
    /// 税目; `00` for every one that has no row of its own.
    pub tax_item: String,
    /// First day of sending.
    pub from: Date,
    /// Last day of sending.
    pub until: Date,
    /// How much.
    pub yen: Yen,
    /// 条例.
    pub source: String,
}

/// How long a debt can be collected (時効の期間).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitationPeriod {
    /// 税目; `00` for every one that has no row of its own.
    pub tax_item: String,
    /// Months.
    pub months: i32,
    /// Article.
    pub source: String,
}

/// Cutting of amounts (端数処理).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// The base is cut to this.
    pub base_unit: i64,
    /// A base below this gives nothing.
    pub base_min: i64,
    /// The amount is cut to this.
    pub amount_unit: i64,
    /// An amount below this is nothing.
    pub amount_min: i64,
    /// A year has so many days, leap years too.
    pub days_in_year: i64,
    /// Where stretches of days are cut to yen.
    pub mode: RoundingMode,
    /// Article.
    pub source: String,
    /// Whose way of cutting stretches it is.
    pub mode_source: String,
}

/// Where stretches of days are cut to yen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundingMode {
    /// Each stretch with one rate and one base (区間ごと).
    Segment,
    /// All stretches before one month, and all behind it (期間ごと).
    Phase,
}

/// The order of clearing (充てる順).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clearing {
    /// Behind the costs of disposition, which come first.
    pub order: Vec<Kind>,
    /// Article.
    pub source: String,
}

/// What a debt is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 本税.
    Tax,
    /// 督促手数料.
    Fee,
    /// 延滞金.
    Delinquency,
}

/// The rates of the delinquency charge in some years (延滞金の割合), in thousandths.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelinquencyRate {
    /// First year.
    pub from: i16,
    /// Last year.
    pub until: i16,
    /// Up to one month behind the due date.
    pub first: i64,
    /// From then on.
    pub after: i64,
    /// Article.
    pub source: String,
}

/// The rate of the addition to refunds in some years (還付加算金の割合), in thousandths.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdditionRate {
    /// First year.
    pub from: i16,
    /// Last year.
    pub until: i16,
    /// The rate.
    pub rate: i64,
    /// Article.
    pub source: String,
}

/// Where the holidays stand.
pub(crate) const HOLIDAYS: &str = "standards/calendar/holidays.tsv";

/// No row of the rates answers for a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Which table.
    pub table: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// The year asked for.
    pub year: i16,
}

impl Missing {
    /// As a finding: which row is missing.
    pub fn finding(&self) -> Finding {
        Finding::error(
            "R001",
            "",
            self.title,
            format!("{}年の{}が登録されていません。", self.year, self.title),
            &if self.table == HOLIDAYS {
                format!("{HOLIDAYS} に、その年の休日を根拠とともに加えてください。")
            } else {
                format!(
                    "standards/rates/tax-collection.toml の [[{}]] に、その年の行を根拠とともに加えてください。",
                    self.table
                )
            },
        )
    }
}

impl Rates {
    /// The rates of a year.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn delinquency_of(&self, year: i16) -> Result<&DelinquencyRate, Missing> {
        let missing = Missing { table: "delinquency", title: "延滞金の割合", year };
        self.delinquency.iter().find(|row| row.from <= year && year <= row.until).ok_or(missing)
    }

    /// The rate of a year.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn addition_of(&self, year: i16) -> Result<&AdditionRate, Missing> {
        let missing = Missing { table: "addition", title: "還付加算金の割合", year };
        self.addition.iter().find(|row| row.from <= year && year <= row.until).ok_or(missing)
    }

    /// The fee for a reminder that is sent on a day: the row of the tax item, or that of all.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn reminder_fee_of(&self, tax_item: &str, on: Date) -> Result<Yen, Missing> {
        let row = |item: &str| {
            let holds = |row: &&ReminderFee| row.tax_item == item && row.from <= on && on <= row.until;
            self.reminder_fee.iter().find(holds)
        };
        let missing = Missing { table: "reminder_fee", title: "督促手数料", year: on.year() };
        row(tax_item).or_else(|| row("00")).map(|row| row.yen).ok_or(missing)
    }

    /// How long a debt of a tax item can be collected.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn limitation_of(&self, tax_item: &str) -> Result<&LimitationPeriod, Missing> {
        let row = |item: &str| self.limitation.iter().find(|row| row.tax_item == item);
        let missing = Missing { table: "limitation", title: "時効の期間", year: 0 };
        row(tax_item).or_else(|| row("00")).ok_or(missing)
    }
}

impl Rounding {
    /// What is charged on: cut, and nothing below the least.
    pub fn base(&self, amount: Yen) -> Yen {
        if amount.0 < self.base_min { Yen::ZERO } else { amount.floor_to(self.base_unit) }
    }

    /// What is charged: cut, and nothing below the least.
    pub fn amount(&self, amount: Yen) -> Yen {
        if amount.0 < self.amount_min { Yen::ZERO } else { amount.floor_to(self.amount_unit) }
    }
}

/// The rates of the program.
///
/// # Errors
/// When the file does not read, which a test excludes.
pub fn rates() -> Result<&'static Rates, Fault> {
    RATES
        .as_ref()
        .map_err(|error| Fault::because(format!("the rates of tax-collection do not read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_year_has_one_row_from_the_first_to_the_last() {
        let rates = rates().unwrap();
        let spans = [
            rates
                .delinquency
                .iter()
                .map(|row| (row.from, row.until, row.source.as_str()))
                .collect::<Vec<_>>(),
            rates.addition.iter().map(|row| (row.from, row.until, row.source.as_str())).collect(),
        ];
        for rows in spans {
            assert!(rows.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0), "{rows:?}");
            assert!(rows.iter().all(|(from, until, source)| from <= until && !source.is_empty()), "{rows:?}");
        }
    }
}
