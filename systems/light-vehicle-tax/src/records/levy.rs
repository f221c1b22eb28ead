//! Levies (賦課・調定) and their totals.

use domain::{AddresseeNo, Date, Yen};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::TAX_ITEM;
use crate::rules::{Grade, Month, Use};

/// Levies (賦課), by `04-{年度}-{通知書番号}-01`. Of a vehicle and a year there is one that stands.
pub static LEVY: Kind = Kind::new("light-vehicle-tax/levy", "賦課")
    .columns(&[Column::unique("vehicle_year", "車両と年度"), Column::plain("vehicle_no", "車両番号")]);

/// Runs of the initial levy (当初課税の実行), by fiscal year.
pub static LEVY_RUN: Kind = Kind::new("light-vehicle-tax/levy-run", "当初課税の実行");

/// Rows of the levy table (調定表).
pub static LEVY_TOTAL: Kind = Kind::new("light-vehicle-tax/levy-total", "調定表");

/// A step of how an amount came about (算出過程).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevyStep {
    /// What is found.
    pub title: String,
    /// How.
    pub formula: String,
    /// The row or article.
    pub source: String,
}

/// One decision on a levy (調定・更正の決定).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevyChange {
    /// 決定日.
    pub decided_on: Date,
    /// 事由, a code of `levy-reasons.tsv`.
    pub reason: String,
    /// Yen before it; nothing for the first.
    pub before: Yen,
    /// Yen after it.
    pub after: Yen,
    /// 納期限 of what it adds, where it adds to a levy whose due date is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// The number of the correction it applies.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub correction_no: String,
}

impl LevyChange {
    /// 増減額.
    pub fn difference(&self) -> Yen {
        self.after.checked_sub(self.before).unwrap_or_default()
    }
}

/// The levy of a vehicle for a fiscal year (賦課).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levy {
    /// 相当年度.
    pub tax_year: i16,
    /// 調定年度: the fiscal year in which it was first set.
    pub levy_year: i16,
    /// 通知書番号: ten digits.
    pub notice_no: String,
    /// The version of this levy, from 1.
    pub history_no: u32,
    /// 車両番号.
    pub vehicle_no: String,
    /// `{車両番号}-{年度}` while it stands; none once it is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle_year: Option<String>,
    /// 納税義務者.
    pub addressee_no: AddresseeNo,
    /// 標識番号 on the day of assessment.
    pub object: String,
    /// 車種.
    pub kind: String,
    /// 用途.
    pub r#use: Use,
    /// Which amount of its kind.
    pub grade: Grade,
    /// The words of the kind.
    pub label: String,
    /// 年税額 before a reduction.
    pub annual: Yen,
    /// 減免額.
    pub reduced: Yen,
    /// 税額 now: nothing when it is cancelled.
    pub amount: Yen,
    /// 納期限, on an open day.
    pub due_on: Date,
    /// Every decision, oldest first; never empty.
    pub changes: Vec<LevyChange>,
    /// How the amount came about.
    pub steps: Vec<LevyStep>,
}

impl Levy {
    /// The key of a levy.
    pub fn key_of(tax_year: i16, notice_no: &str) -> String {
        format!("{TAX_ITEM}-{tax_year:04}-{notice_no}-01")
    }

    /// The value of `vehicle_year`.
    pub fn vehicle_year_of(vehicle_no: &str, tax_year: i16) -> String {
        format!("{vehicle_no}-{tax_year:04}")
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.vehicle_year.is_none()
    }

    /// The newest decision.
    pub fn newest(&self) -> Option<&LevyChange> {
        self.changes.last()
    }

    /// The parts of the amount by their due dates, oldest first: what was added behind a due date is due by itself, and what is taken off
    /// is taken off what was added last.
    pub fn dues(&self) -> Vec<(Yen, Date)> {
        let mut parts: Vec<(Yen, Date)> = Vec::new();
        for change in &self.changes {
            let mut off = Yen(change.difference().0.saturating_neg());
            if off < Yen::ZERO {
                let more = Yen(off.0.saturating_neg());
                match (change.due_on, parts.last_mut()) {
                    (None, Some(last)) => last.0 = Yen(last.0.0.saturating_add(more.0)),
                    (Some(due_on), Some(_)) => parts.push((more, due_on)),
                    (_, None) => parts.push((more, self.due_on)),
                }
            }
            while Yen::ZERO < off {
                let Some((yen, due_on)) = parts.pop() else { break };
                if off < yen {
                    parts.push((Yen(yen.0.saturating_sub(off.0)), due_on));
                }
                off = Yen(off.0.saturating_sub(yen.0).max(0));
            }
        }
        parts
    }

    /// 納期限 of what was added last, which is that of the levy where nothing was added behind it.
    pub fn last_due_on(&self) -> Date {
        self.dues().last().map_or(self.due_on, |(_, due_on)| *due_on)
    }

    /// Whether it ever asked for money.
    pub fn ever_due(&self) -> bool {
        self.changes.iter().any(|change| change.after != Yen::ZERO)
    }
}

/// Whether a run of the initial levy has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// 途中.
    Running,
    /// 完了.
    Done,
}

/// How far the initial levy of a year has come (当初課税の進み).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevyRun {
    /// 年度.
    pub tax_year: i16,
    /// 何回目.
    pub pass: u32,
    /// 途中 or 完了.
    pub state: RunState,
    /// The last vehicle of the part done.
    pub after: String,
    /// Vehicles looked at in this pass.
    pub looked_at: u64,
    /// Levies of this pass.
    pub levied: u64,
    /// Their yen.
    pub yen: Yen,
    /// Vehicles not taxable in this pass.
    pub not_taxable: u64,
    /// Exceptions of this pass.
    pub exceptions: u64,
}

/// A row of the levy table of a month (調定表).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevyTotal {
    /// 月.
    pub month: Month,
    /// 調定年度.
    pub levy_year: i16,
    /// 相当年度.
    pub tax_year: i16,
    /// 車種.
    pub kind: String,
    /// 用途.
    pub r#use: Use,
    /// Which amount of its kind.
    pub grade: Grade,
    /// The words of the kind.
    pub label: String,
    /// 当月の増: levies.
    pub count_up: u64,
    /// 当月の増: yen.
    pub yen_up: Yen,
    /// 当月の減: levies.
    pub count_down: u64,
    /// 当月の減: yen, as a positive amount.
    pub yen_down: Yen,
    /// 累計: levies that stand with an amount.
    pub count: u64,
    /// 累計: yen.
    pub yen: Yen,
    /// The day it was made on.
    pub made_on: Date,
}

impl Record for Levy {
    const KIND: &'static Kind = &LEVY;

    fn key(&self) -> String {
        Self::key_of(self.tax_year, &self.notice_no)
    }
}

impl Record for LevyRun {
    const KIND: &'static Kind = &LEVY_RUN;

    fn key(&self) -> String {
        format!("{:04}", self.tax_year)
    }
}

impl Record for LevyTotal {
    const KIND: &'static Kind = &LEVY_TOTAL;

    fn key(&self) -> String {
        format!(
            "{}-{:04}-{:04}-{}-{}-{}",
            self.month,
            self.levy_year,
            self.tax_year,
            self.kind,
            self.r#use.code(),
            self.grade.code()
        )
    }
}
