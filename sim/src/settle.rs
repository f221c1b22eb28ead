//! Nothing fails any more: everything owed must come, and everybody must hold the same.

use catalog::Extent;
use jiff::SignedDuration;
use linkage::LinkState;
use office::{LinkWorker, Turn};
use register::{AsOf, ViewExt};

use crate::broken::{Broken, broken};
use crate::defect::Defect;
use crate::staff::caller;
use crate::world::World;

/// How long a run may take to settle once nothing fails any more.
const ROUNDS: usize = 60;

/// Rounds after which an operator looks by themselves whether a delivery still waits.
const HOURS: usize = 20;

/// Steps a link may do in a round.
const STEPS_MAX: usize = 100;

impl World {
    /// See the module.
    pub(crate) fn settle(&mut self, defect: Option<Defect>) -> Result<(), Broken> {
        self.fill(false)?;
        if self.ledger.is_broken() {
            self.restart(false)?;
        }
        for receiver in &mut self.receivers {
            receiver.mend()?;
            receiver.arrive()?;
        }
        self.settle_links()?;
        if defect == Some(Defect::LostPerson) {
            let contents = self.receivers.iter_mut().map(|receiver| &mut receiver.content);
            contents.for_each(|content| drop(content.pop_first()));
        }
        self.compare_content("after the last differences", |place| place == "welfare-suite")?;
        // A full extract of the day makes every receiver equal.
        let office = self.office()?;
        let links = office.links().all();
        for full in links.iter().filter(|running| running.link.extent == Extent::Full) {
            let asked = office.run_link(&caller("unyo"), &full.link.id);
            asked.map_err(|error| Broken::Promise(register::in_one_line(&error)))?;
        }
        self.settle_links()?;
        self.compare_content("after a full extract", |_| true)?;
        self.compare_intakes()?;
        self.check(true)?;
        self.read_back()?;
        self.tally.changes = self.ledger.count();
        self.tally.failed_calls = self.ledger.failed();
        self.tally.deliveries = self.receivers.iter().flat_map(|receiver| receiver.taken.values()).sum();
        Ok(())
    }

    fn settle_links(&mut self) -> Result<(), Broken> {
        let mut waiting = String::new();
        for round in 1..=ROUNDS {
            // The clock may have been wrong: it is right again, and later than anything that was planned.
            self.clock.pass(SignedDuration::from_mins(10));
            waiting.clear();
            let mut has_worked = false;
            let office = self.office()?;
            let (worker, unyo) = (LinkWorker::new(office), caller("unyo"));
            let steered = |done: Result<(), office::RunError>| {
                done.map_err(|error| Broken::Promise(register::in_one_line(&error)))
            };
            for running in office.links().all() {
                let id = &running.link.id;
                let mut steps = 0;
                while worker.turn(id)? == Turn::Worked {
                    steps += 1;
                    has_worked = true;
                    if STEPS_MAX < steps {
                        return broken(format!("{id} finds no end"));
                    }
                }
                let state = office.journal().view(AsOf::default())?.load::<LinkState>(id)?;
                let Some(state) = state.map(|state| state.record) else { continue };
                // The operator does what the manual says: what is overdue is held and released, so that it is sent again.
                // After hours they do so without being told: a clock that was set back knows no hours.
                let is_late = |own: &linkage::InFlight| own.overdue || round.is_multiple_of(HOURS);
                if state.in_flight.as_ref().is_some_and(is_late) && state.hold.is_none() {
                    steered(office.hold_link(&unyo, id, "送り直し"))?;
                    steered(office.release_link(&unyo, id))?;
                }
                if state.hold.is_some() {
                    steered(office.release_link(&unyo, id))?;
                }
                if state.hold.is_some()
                    || state.in_flight.is_some()
                    || state.trouble.is_some()
                    || state.run_asked
                {
                    waiting = format!("{state:?}");
                }
            }
            let mut receivers = std::mem::take(&mut self.receivers);
            let mut taken = 0;
            for receiver in &mut receivers {
                taken += receiver.turn(&mut |plan, as_of| self.rows(plan, Some(as_of)))?;
            }
            self.receivers = receivers;
            if waiting.is_empty() && taken == 0 && !has_worked {
                return self.check(false);
            }
        }
        broken(format!("it does not settle: {waiting}"))
    }

    /// What a receiver holds is, byte for byte, what the register says now.
    fn compare_content(&self, when: &str, of: impl Fn(&str) -> bool) -> Result<(), Broken> {
        for receiver in self.receivers.iter().filter(|receiver| of(&receiver.place)) {
            let Some(plan) = receiver.plan() else { continue };
            receiver.equals(&self.rows(plan, None)?, when)?;
        }
        Ok(())
    }

    /// The systems of the house hold what the register says: all its rows once more change nothing.
    fn compare_intakes(&self) -> Result<(), Broken> {
        let office = self.office()?;
        let view = office.journal().view(AsOf::default())?;
        for running in office.links().all() {
            if let Some(what) = office.not_taken(&*view, &running.link.id)? {
                return broken(what);
            }
        }
        Ok(())
    }
}
