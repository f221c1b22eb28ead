//! Figures of a run.

use std::fmt;

use domain::Date;

use crate::faults::Happened;

/// Figures of a run, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changes acknowledged.
    pub changes: u64,
    /// Times the program was started.
    pub starts: u64,
    /// Storage calls that failed.
    pub failed_calls: u64,
    /// Deliveries taken by receivers outside.
    pub deliveries: u64,
    /// Ends of a month that were crossed.
    pub months: u64,
    /// Ends of a year that were crossed.
    pub years: u64,
    /// Changes of era that were crossed.
    pub eras: u64,
    /// Faults that happened.
    pub faults: Happened,
}

impl Tally {
    /// The first day of Reiwa (令和).
    const REIWA: Date = Date::constant(2019, 5, 1);

    /// The calendar goes on.
    pub(crate) fn cross(&mut self, before: Date, after: Date) {
        self.years += u64::from(before.year() < after.year());
        self.months += u64::from((before.year(), before.month()) < (after.year(), after.month()));
        self.eras += u64::from(before < Self::REIWA && Self::REIWA <= after);
    }

    /// Adds another run.
    pub fn sum(&mut self, other: &Self) {
        self.changes += other.changes;
        self.starts += other.starts;
        self.failed_calls += other.failed_calls;
        self.deliveries += other.deliveries;
        self.months += other.months;
        self.years += other.years;
        self.eras += other.eras;
        self.faults.sum(&other.faults);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { changes, starts, failed_calls, deliveries, months, years, eras, faults } = self;
        write!(
            f,
            "{changes} changes, {starts} starts, {failed_calls} failed calls, {deliveries} deliveries, ends of {months} months, {years} years, {eras} eras;"
        )?;
        for (fault, times) in faults.counts() {
            write!(f, " {}={times}", fault.name())?;
        }
        Ok(())
    }
}
