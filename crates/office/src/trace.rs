//! The trace of one person over all deliveries (ある人の行方).

use std::collections::BTreeSet;

use catalog::Extent;
use linkage::{DELIVERY, Delivery, LinkState};
use register::{AsOf, Cause, Fault, Position, Stored, View, ViewExt};
use serde::Serialize;
use system::{Fate, Row};

use crate::Office;
use crate::links::{Ready, RunningLink};
use crate::monitor::newest_no;
use crate::rows::Chosen;

/// How many of a link's newest deliveries a trace looks through where it has to look into each: full extracts, answers to
/// questions, rows of the other side that were held back.
const DELIVERIES_LOOKED_AT: u64 = 400;

/// One delivery that carried a person.
#[derive(Clone, Debug, Serialize)]
pub struct TraceLine {
    /// Title of the link.
    pub title: String,
    /// The delivery.
    pub delivery: Delivery,
    /// Whether the row itself was held back.
    pub refused: Option<String>,
}

impl Office {
    /// All deliveries that carried one record of a dataset, the newest first per link: what was sent, answered and taken in.
    ///
    /// Nothing is stored for this: a difference carried the record when one of its versions lies between the
    /// delivery's positions, a full extract when the record was open at its position, and what was taken in is the cause
    /// of a version of the receiving system's record.
    ///
    /// # Errors
    /// When storage fails.
    pub fn trace(&self, subject: &str) -> Result<Vec<TraceLine>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let mut lines = Vec::new();
        for running in self.links().all() {
            let Ok(ready) = &running.ready else { continue };
            let Some(state) = view.load::<LinkState>(&running.link.id)? else { continue };
            let newest = newest_no(&state.record);
            let mut numbers: Vec<u64> = Vec::new();
            let history = match ready.dataset() {
                Some(dataset) => view.history(dataset.kind, subject)?,
                None => Vec::new(),
            };
            if ready.dataset().is_none() {
                numbers = self.brought(&*view, running, ready, newest, subject)?;
            } else if history.is_empty() {
                continue;
            } else if running.link.extent == Extent::Full {
                let lowest = newest.saturating_sub(DELIVERIES_LOOKED_AT);
                for no in (lowest + 1..=newest).rev() {
                    let key = Delivery::key_of(&running.link.id, no);
                    let Some(delivery) = view.load::<Delivery>(&key)? else { continue };
                    if history.first().is_some_and(|first| delivery.record.to < first.position) {
                        break;
                    }
                    numbers.push(no);
                }
            } else {
                for version in &history {
                    if let Some(no) = carrier(&*view, &running.link.id, newest, version.position)? {
                        numbers.push(no);
                    }
                }
                numbers.dedup();
                numbers = divided(&*view, running, ready, newest, &history, numbers)?;
                numbers.reverse();
                numbers = self.with_resent(&*view, &running.link.id, newest, &history, numbers)?;
            }
            for no in numbers {
                if let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(&running.link.id, no))? {
                    let refused = delivery
                        .record
                        .refused
                        .iter()
                        .find(|row| row.subject == subject)
                        .map(|row| format!("{}: {}", row.item, row.message));
                    lines.push(TraceLine {
                        title: running.link.title.clone(),
                        delivery: delivery.record,
                        refused,
                    });
                }
            }
        }
        Ok(lines)
    }

    /// Puts the newest deliveries that carried a record once more before the others.
    fn with_resent(
        &self,
        view: &dyn View,
        link: &str,
        newest: u64,
        history: &[Stored],
        numbers: Vec<u64>,
    ) -> Result<Vec<u64>, Fault> {
        let mut all: BTreeSet<u64> = numbers.into_iter().collect();
        for no in newest.saturating_sub(DELIVERIES_LOOKED_AT) + 1..=newest {
            let delivery = view.load::<Delivery>(&Delivery::key_of(link, no))?.map(|found| found.record);
            let holds = |delivery: &Delivery| {
                let within =
                    |version: &Stored| delivery.from < version.position && version.position <= delivery.to;
                delivery.resent && history.iter().any(within)
            };
            if delivery.as_ref().is_some_and(holds) {
                all.insert(no);
            }
        }
        Ok(all.into_iter().rev().collect())
    }

    /// Numbers of a link's deliveries, the newest first, in which the other side brought a subject or was asked about it.
    fn brought(
        &self,
        view: &dyn View,
        running: &RunningLink,
        ready: &Ready,
        newest: u64,
        subject: &str,
    ) -> Result<Vec<u64>, Fault> {
        let link = &running.link.id;
        let mut numbers = BTreeSet::new();
        if let Ready::Inward(inward) = ready {
            let own = self.systems().iter().filter(|system| system.id == inward.target);
            for kind in own.flat_map(|system| &system.kinds) {
                // Keyed by the subject itself or, where each link has its own, below the link.
                for key in [subject.to_owned(), format!("{link}/{subject}")] {
                    for version in view.history(kind, &key)? {
                        let before = Position(version.position.0.saturating_sub(1));
                        let change = self.journal().feed(before, &[kind.id], 1)?.into_iter().next();
                        if let Some(Cause::Delivery { link: by, no }) = change.map(|change| change.cause)
                            && by == *link
                        {
                            numbers.insert(no);
                        }
                    }
                }
            }
        }
        let lowest = newest.saturating_sub(DELIVERIES_LOOKED_AT);
        for no in lowest + 1..=newest {
            let delivery = view.load::<Delivery>(&Delivery::key_of(link, no))?.map(|found| found.record);
            let named = |delivery: &Delivery| {
                delivery.asked.iter().any(|asked| asked == subject)
                    || delivery.refused.iter().any(|row| row.subject == subject)
            };
            if delivery.as_ref().is_some_and(named) {
                numbers.insert(no);
            }
        }
        Ok(numbers.into_iter().rev().collect())
    }
}

/// Of deliveries that share a range, value by value (分割), those that had the record's values: halving found any of them.
fn divided(
    view: &dyn View,
    running: &RunningLink,
    ready: &Ready,
    newest: u64,
    history: &[Stored],
    numbers: Vec<u64>,
) -> Result<Vec<u64>, Fault> {
    let (Some(dataset), per) = (ready.dataset(), &running.link.per) else { return Ok(numbers) };
    if per.is_empty() {
        return Ok(numbers);
    }
    let load = |no: u64| -> Result<Option<Delivery>, Fault> {
        let key = Delivery::key_of(&running.link.id, no);
        Ok(view.load::<Delivery>(&key)?.map(|found| found.record))
    };
    let mut found = BTreeSet::new();
    for no in numbers {
        let Some(one) = load(no)? else { continue };
        let in_range = |version: &&Stored| one.from < version.position && version.position <= one.to;
        let Some(version) = history.iter().rfind(in_range) else { continue };
        let mut row = Row::new();
        if (dataset.row)(view, version, &mut row)? != Fate::Row {
            continue;
        }
        let values: Vec<&str> = row.values().collect();
        let shares = |other: &Delivery| other.from == one.from && other.to == one.to;
        let mut at = no;
        while 1 < at && load(at - 1)?.as_ref().is_some_and(shares) {
            at -= 1;
        }
        while at <= newest
            && let Some(other) = load(at)?.filter(shares)
        {
            if Chosen::of(per, dataset, &other.per).holds(&values) {
                found.insert(at);
            }
            at += 1;
        }
    }
    Ok(found.into_iter().collect())
}

/// The delivery that carried a position first: what deliveries go up to never falls, so halving finds it.
fn carrier(view: &dyn View, link: &str, newest: u64, position: Position) -> Result<Option<u64>, Fault> {
    let (mut low, mut high) = (1, newest);
    let mut found = None;
    while low <= high {
        let middle = low + (high - low) / 2;
        let key = Delivery::key_of(link, middle);
        let Some(delivery) =
            view.get(&DELIVERY, &key)?.map(|stored| stored.typed::<Delivery>()).transpose()?
        else {
            return Ok(None);
        };
        if delivery.record.to < position {
            low = middle + 1;
        } else {
            found = (delivery.record.from < position).then_some(middle);
            high = middle - 1;
        }
    }
    Ok(found)
}
