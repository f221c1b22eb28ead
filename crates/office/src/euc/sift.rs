//! Going through a dataset, keeping what fits.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use register::{Fault, View};
use system::{Fate, Row};

use super::Sieve;
use crate::audit::SUBJECTS_MAX;

/// Rows that are shown before a file is made.
const SHOWN_MAX: usize = 50;

/// The first rows, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The items' names.
    pub titles: Vec<&'static str>,
    /// Whether they hold numbers.
    pub numbers: Vec<bool>,
    /// The first 50 rows.
    pub rows: Vec<Vec<String>>,
    /// How many rows fit.
    pub count: u64,
    /// Of how many of them something is kept back.
    pub withheld: u64,
}

/// What was counted on the way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    pub(super) rows: u64,
    pub(super) withheld: u64,
}

/// One row that fits: all items of the dataset, what is kept back blank.
pub(super) struct Sifted<'a> {
    pub(super) values: &'a [String],
}

impl Sifted<'_> {
    /// The wanted values in order.
    pub(super) fn wanted<'s>(&'s self, sieve: &'s Sieve<'_>) -> impl Iterator<Item = &'s str> {
        sieve.wanted.iter().map(|place| self.values.get(*place).map(String::as_str).unwrap_or_default())
    }

    /// Whom it is about.
    pub(super) fn person(&self, sieve: &Sieve<'_>) -> &str {
        sieve.person.and_then(|place| self.values.get(place)).map(String::as_str).unwrap_or_default()
    }
}

/// Calls `each` with the rows that fit, in the order of the register's keys.
pub(super) fn sift(
    view: &dyn View,
    sieve: &Sieve<'_>,
    each: &mut dyn FnMut(&Sifted<'_>) -> Result<(), Fault>,
) -> Result<Counted, Fault> {
    let dataset = sieve.offered.dataset;
    let protected: BTreeSet<String> =
        if sieve.withheld.is_empty() { BTreeSet::new() } else { (sieve.offered.extract.protected)(view)? };
    let mut counted = Counted::default();
    let mut row = Row::new();
    let mut values: Vec<String> = vec![String::new(); dataset.items.len()];
    dataset.scan(view, &mut |stored| {
        row.clear();
        if (dataset.row)(view, stored, &mut row)? == Fate::Skip {
            return Ok(ControlFlow::Continue(()));
        }
        for (place, value) in values.iter_mut().enumerate() {
            value.clear();
            value.push_str(row.get(place));
        }
        let person = sieve.person.and_then(|place| values.get(place));
        let is_protected = person.is_some_and(|person| protected.contains(person));
        if is_protected {
            // Before the conditions: what is kept back cannot be found by asking for it either.
            for place in &sieve.withheld {
                if let Some(value) = values.get_mut(*place) {
                    value.clear();
                }
            }
        }
        if sieve.conditions.iter().all(|condition| condition.holds(&values)) {
            counted.rows += 1;
            counted.withheld += u64::from(is_protected);
            each(&Sifted { values: &values })?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(counted)
}

/// What is shown, and who.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) rows: Vec<Vec<String>>,
    pub(super) persons: Vec<String>,
}

impl Shown {
    pub(super) fn take(&mut self, sieve: &Sieve<'_>, row: &Sifted<'_>) {
        if self.rows.len() < SHOWN_MAX {
            self.rows.push(row.wanted(sieve).map(str::to_owned).collect());
            self.persons.extend(audited(sieve, row));
        }
    }
}

/// The 宛名番号 the audit log names for a row.
pub(super) fn audited(sieve: &Sieve<'_>, row: &Sifted<'_>) -> Option<String> {
    let names_a_person = matches!(sieve.offered.extract.person, "addressee_no" | "taxpayer_no");
    let person = row.person(sieve);
    (names_a_person && !person.is_empty()).then(|| person.to_owned())
}

/// Those the audit log names of many rows: the first of them.
#[derive(Default)]
pub(super) struct Named(pub(super) Vec<String>);

impl Named {
    pub(super) fn take(&mut self, sieve: &Sieve<'_>, row: &Sifted<'_>) {
        if self.0.len() < SUBJECTS_MAX {
            self.0.extend(audited(sieve, row));
        }
    }
}
