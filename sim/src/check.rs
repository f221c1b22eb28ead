//! What must hold at any moment.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use linkage::{Delivery, LinkState, Phase};
use register::{AsOf, Position, View, ViewExt};
use system::{Fate, Row};

use crate::broken::{Broken, broken};
use crate::receiver::Rows;
use crate::world::World;

/// What was checked before and cannot change.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// By link: the newest delivery that is done, and where it ended.
    done: BTreeMap<String, (u64, Option<Position>)>,
    /// The journal when the systems' own checks ran last.
    head: Position,
}

impl World {
    /// What must hold at any moment. `whole` walks the whole journal, too.
    pub(crate) fn check(&mut self, whole: bool) -> Result<(), Broken> {
        self.ledger.look(true);
        let mut checked = std::mem::take(&mut self.checked);
        let found = self.contradiction(&mut checked, whole);
        self.checked = checked;
        self.ledger.look(false);
        found
    }

    fn contradiction(&self, checked: &mut Checked, whole: bool) -> Result<(), Broken> {
        let office = self.office()?;
        let journal = office.journal();
        if let Some(what) = self.ledger.compare(journal)? {
            return broken(what);
        }
        let view = journal.view(AsOf::default())?;
        let has_changed = checked.head != view.position();
        checked.head = view.position();
        for running in office.links().all() {
            let id = &running.link.id;
            if let Some(state) = view.load::<LinkState>(id)? {
                let done = checked.done.entry(id.clone()).or_insert((0, None));
                self.check_link(&state.record, &*view, done)?;
            }
        }
        if has_changed || whole {
            for check in office.systems().iter().flat_map(|system| &system.checks) {
                if let Some(found) = (check.run)(&*view)?.first() {
                    return broken(format!("{}: {} {}", check.title, found.record, found.what));
                }
            }
        }
        if whole && let Some(problem) = journal.verify()?.problems.first() {
            return broken(problem.clone());
        }
        Ok(())
    }

    /// Deliveries follow one another, their bytes are kept, and the receiver has what the sender says it has and no more.
    fn check_link(
        &self,
        state: &LinkState,
        view: &dyn View,
        done: &mut (u64, Option<Position>),
    ) -> Result<(), Broken> {
        let says = |what: String| broken(format!("{}: {what}", state.link));
        let newest = state.next_no - 1 + u64::from(state.in_flight.is_some());
        let receiver = self.receivers.iter().find(|receiver| receiver.has(&state.link));
        for no in done.0 + 1..=newest {
            let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(&state.link, no))? else {
                return says(format!("delivery {no} has no record"));
            };
            let delivery = delivery.record;
            // What lies between two went to the receiver by another link.
            let follows =
                done.1.is_none_or(|to| to == delivery.from || receiver.is_some() && to < delivery.from)
                    || !delivery.per.is_empty() && done.1 == Some(delivery.to);
            if !follows || delivery.to < delivery.from {
                let (from, to) = (delivery.from, delivery.to);
                return says(format!("delivery {no} goes from {from} to {to}, behind {:?}", done.1));
            }
            if receiver.is_some() && !self.ledger.is_full() {
                let problems = office::evidence_problems(&self.evidence().join(&state.link), &delivery);
                if let Some(problem) = problems.first() {
                    return says(problem.clone());
                }
            }
            let is_done = delivery.phase == Phase::Applied;
            if is_done
                && let Some(receiver) = receiver
                && receiver.seen.get(&(state.link.clone(), no)) != Some(&delivery.sha256)
            {
                return says(format!("delivery {no} is recorded as received, and it was not"));
            }
            if is_done != (no < state.next_no) {
                return says(format!(
                    "delivery {no} is {:?}, and the next is {}",
                    delivery.phase, state.next_no
                ));
            }
            if is_done {
                *done = (no, Some(delivery.to));
            }
        }
        let Some(receiver) = receiver else { return Ok(()) };
        match receiver.taken.get(&state.link) {
            Some(taken) if newest < *taken => says(format!("the receiver has delivery {taken} of {newest}")),
            _ => Ok(()),
        }
    }

    pub(crate) fn read_rows(&self, plan: &layout::Plan, as_of: Option<u64>) -> Result<Rows, Broken> {
        let office = self.office()?;
        let dataset = office.links().all().iter().find_map(|running| {
            running
                .ready
                .as_ref()
                .ok()
                .and_then(|ready| ready.dataset())
                .filter(|own| own.id == "resident-register/resident")
        });
        let Some(dataset) = dataset else { return broken("nobody offers residents") };
        let subject = dataset.items.iter().position(|item| item.name == dataset.subject).unwrap_or(0);
        let view = office.journal().view(AsOf { position: as_of.map(Position), ..AsOf::default() })?;
        let (mut rows, mut row, mut writer) = (BTreeMap::new(), Row::new(), plan.writer());
        view.scan(dataset.kind, None, &mut |stored| {
            row.clear();
            if (dataset.row)(&*view, stored, &mut row)? == Fate::Row {
                let values: Vec<&str> = row.values().collect();
                let (mut out, mut events) = (Vec::new(), Vec::new());
                // A row the layout refuses is in no file either.
                if writer.write_row(&values, &mut out, &mut events).is_ok() {
                    rows.insert(row.get(subject).to_owned(), out);
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    pub(crate) fn position(&self) -> Position {
        self.ledger.look(true);
        let head = self.office.as_ref().and_then(|office| office.journal().head().ok());
        self.ledger.look(false);
        head.unwrap_or_default()
    }
}
