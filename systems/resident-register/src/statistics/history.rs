//! Reading histories as cheaply as counting allows.

use std::ops::ControlFlow;

use domain::{Date, HouseholdNo, MovementReason, RegisterDate, ResidentKind, ResidentStatus, Sex};
use jiff::Timestamp;
use register::{Body, Fault, View};
use serde::Deserialize;

use super::Basis;
use super::heads::Cell;
use crate::records::PERSON;

/// What counting reads of one row of a record; nothing else of it is decoded, least of all a name or a number.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) history_no: u32,
    pub(crate) household_no: HouseholdNo,
    pub(crate) resident_kind: ResidentKind,
    pub(crate) resident_status: ResidentStatus,
    pub(crate) birth_date: RegisterDate,
    pub(crate) sex: Sex,
    pub(crate) movement_reason: MovementReason,
    #[serde(default)]
    pub(crate) event_date: Option<RegisterDate>,
    pub(crate) processed_on: Date,
    #[serde(default)]
    pub(crate) address: Spot,
    #[serde(default)]
    pub(crate) prev_address: Option<Spot>,
    #[serde(default)]
    pub(crate) dest_address_planned: Option<Spot>,
    #[serde(default)]
    pub(crate) dest_address_confirmed: Option<Spot>,
    /// 履歴番号 of the rows this row cancels.
    #[serde(default)]
    pub(crate) cancels: Vec<u32>,
}

/// The parts of an address that are counted by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Spot {
    pub(crate) prefecture: String,
    pub(crate) town: String,
    pub(crate) country: String,
    pub(crate) overseas: String,
}

impl Entry {
    /// Whether the person is a resident by this row; a planned mover is one until the day.
    ///
    /// Source: 住民記録システム標準仕様書 6.1.
    pub(crate) fn is_resident(&self) -> bool {
        self.resident_status == ResidentStatus::Resident
    }

    pub(crate) fn cell(&self) -> Cell {
        Cell { kind: self.resident_kind, sex: self.sex }
    }

    /// The day this row is dated. An event that is yet to come (転出予定) or is not known is dated by its recording.
    fn day(&self, basis: Basis) -> Date {
        match basis {
            Basis::Processed => self.processed_on,
            Basis::Event => {
                let event = self.event_date.as_ref().and_then(RegisterDate::sort_key);
                event.map_or(self.processed_on, |event| event.min(self.processed_on))
            }
        }
    }
}

/// The day each row counts from: its own, or that of a later row dated earlier, for a row that a later one overtook
/// was never the newest of any day. Never goes back along the history.
///
/// With these days, the state on a day is that of the newest row dated up to it (as the journal reads a past day), and
/// the changes counted up to that day are exactly the ones that lead to it.
pub(crate) fn counted_days(history: &[Entry], basis: Basis) -> Vec<Date> {
    let mut days: Vec<Date> = history.iter().map(|row| row.day(basis)).collect();
    let mut next = Date::MAX;
    for day in days.iter_mut().rev() {
        next = next.min(*day);
        *day = next;
    }
    days
}

/// When the first of the records read was recorded; none when there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Since(pub(crate) Option<Timestamp>);

/// Every person's rows, oldest first, as far as they matter from a day on: of somebody nothing was recorded of since
/// that day, the newest row alone, which says how it was then and is now.
///
/// One walk over the current records, and one keyed reading for each person recorded more than once, the last time
/// since that day: the cost goes with the town, and with what happened since, not with how old the register is.
pub(crate) fn each(
    view: &dyn View,
    from: Option<Date>,
    each: &mut dyn FnMut(&[Entry]),
) -> Result<Since, Fault> {
    let mut since = Since::default();
    let mut changed: Vec<String> = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        since.0 = Some(since.0.map_or(stored.recorded_at, |first| first.min(stored.recorded_at)));
        let newest = read(&stored.body, &stored.key)?;
        if newest.history_no <= 1 || from.is_some_and(|from| newest.processed_on < from) {
            each(&[newest]);
        } else {
            // Read afterwards: a store need not take a question while it answers another.
            changed.push(stored.key.clone());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for key in changed {
        let mut rows = Vec::new();
        for stored in view.history(&PERSON, &key)? {
            since.0 = Some(since.0.map_or(stored.recorded_at, |first| first.min(stored.recorded_at)));
            rows.push(read(&stored.body, &key)?);
        }
        each(&rows);
    }
    Ok(since)
}

fn read(body: &Body, key: &str) -> Result<Entry, Fault> {
    serde_json::from_str(body.as_str())
        .map_err(|error| Fault::new(format!("resident record {key} does not read"), error))
}
