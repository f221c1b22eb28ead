//! What the model knows: of each debt what was asked for and paid.

use std::collections::BTreeSet;

use domain::Date;
use jiff::{Span, ToSpan};

use super::FIRST;

/// Draws that are the same for the same seed.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn below(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }

    pub(super) fn yen(&mut self, below: i64) -> i64 {
        i64::try_from(self.below(u64::try_from(below).unwrap())).unwrap()
    }

    pub(super) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
}

pub(super) fn days(day: Date, days: i64) -> Date {
    day.checked_add(Span::new().days(days)).unwrap()
}

/// What a person was asked for on one slip, and what became of it.
pub(super) struct Debt {
    pub(super) person: u64,
    pub(super) vehicle: bool,
    pub(super) due: Date,
    pub(super) tax: i64,
    pub(super) fee: i64,
    pub(super) history: u32,
    pub(super) reminded: bool,
    pub(super) given_up: bool,
    pub(super) asked: bool,
    pub(super) told: BTreeSet<String>,
    pub(super) money: Vec<(Date, i64)>,
    /// Given back or put to another debt.
    pub(super) gone: i64,
    /// What a reduction made too much: it is put to the fee of the same slip by 充当, and not by itself.
    pub(super) freed: i64,
    pub(super) code: String,
}

impl Debt {
    /// 延滞金, day by day: of what was owed on the day, at the rate of its year and of the first month or behind it.
    pub(super) fn charge(&self) -> i64 {
        let mut money = self.money.clone();
        money.sort_unstable();
        let mut gone = self.gone;
        while let Some((_, yen)) = money.last_mut() {
            let off = gone.min(*yen);
            (*yen, gone) = (*yen - off, gone - off);
            if gone == 0 {
                break;
            }
            money.pop();
        }
        let paid = |until: Date| money.iter().filter(|(on, _)| *on < until).map(|(_, yen)| yen).sum::<i64>();
        let Some(met) = money.iter().map(|(on, _)| *on).find(|on| self.tax <= paid(days(*on, 1))) else {
            return 0;
        };
        let month_end = days(days(self.due, 1).checked_add(1.month()).unwrap(), -1);
        // Days at one rate on one base are cut together.
        let mut stretches: Vec<((i64, i64), i64)> = Vec::new();
        let mut day = days(self.due, 1);
        while day <= met {
            let left = self.tax - paid(day);
            let base = if left < 2_000 { 0 } else { left / 1_000 * 1_000 };
            let rate = match (day.year(), day <= month_end) {
                (2025, true) => 24,
                (2025, false) => 87,
                (2026, true) => 28,
                (2026, false) => 91,
                other => panic!("{other:?}"),
            };
            match stretches.last_mut().filter(|(of, _)| *of == (base, rate)) {
                Some((_, count)) => *count += 1,
                None => stretches.push(((base, rate), 1)),
            }
            day = days(day, 1);
        }
        let sum: i64 = stretches.iter().map(|((base, rate), days)| base * rate * days / 365_000).sum();
        if sum < 1_000 { 0 } else { sum / 100 * 100 }
    }

    /// The day of the first decision: of the parcels on the first day, of the vehicles 25 days before they are due.
    pub(super) fn decided(&self) -> Date {
        if self.vehicle { days(self.due, -25) } else { FIRST }
    }

    pub(super) fn here(&self) -> i64 {
        self.money.iter().map(|(_, yen)| yen).sum::<i64>() - self.gone
    }

    /// Owed of all, and too much.
    pub(super) fn stands(&self) -> (i64, i64) {
        let left = self.tax + self.fee + self.charge() - (self.here() - self.freed);
        (if self.given_up { 0 } else { left.max(0) }, (-left).max(0) + self.freed)
    }

    /// Another tax is decided; a levy that is cancelled has no fee.
    pub(super) fn correct(&mut self, tax: i64) {
        let met = (self.here() - self.freed).min(self.tax);
        self.freed += (met - tax).max(0);
        self.tax = tax;
        self.history += 1;
        if tax == 0 {
            self.fee = 0;
        }
    }

    /// What was too much leaves: paid back, or put to a debt.
    pub(super) fn leave(&mut self, yen: i64) {
        self.gone += yen;
        self.freed = (self.freed - yen).max(0);
    }
}
