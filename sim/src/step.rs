//! What happens in a step, and what goes wrong with it.

use jiff::SignedDuration;
use office::{LinkWorker, RunError, Turn};

use crate::broken::{Broken, broken};
use crate::faults::Fault;
use crate::ledger::Trouble;
use crate::mischief::OF_PLACES;
use crate::receiver::Rows;
use crate::staff::{Staff, caller};
use crate::world::World;

/// Storage calls ahead of which a trouble is arranged: a step makes about that many.
const CALLS_AHEAD: usize = 14;

/// Steps of a link at a time.
const TURNS_MAX: usize = 4;

impl World {
    /// Does one thing; what it was, for the trace.
    pub(crate) fn step(&mut self) -> Result<String, Broken> {
        let armed = self.arm();
        let before = self.ledger.failed();
        let day = self.office()?.today();
        let mut what = self.act(before)?;
        if let Some(fault) = armed
            && !self.ledger.disarm()
        {
            self.tally.faults.note(fault);
        }
        let mut dies = self.ledger.is_dead();
        if !dies && self.faults.has(Fault::Kill) && self.rng.per_mille(10) {
            self.tally.faults.note(Fault::Kill);
            dies = true;
        }
        if dies {
            let power_cut = self.faults.has(Fault::PowerCut) && self.rng.per_mille(500);
            self.restart(power_cut)?;
            what.push_str(if power_cut { ", killed by a power cut" } else { ", killed" });
        } else if self.ledger.is_broken() && self.rng.per_mille(300) {
            // A broken disk is noticed and replaced some time.
            self.restart(false)?;
            what.push_str(", started anew");
        }
        if self.ledger.is_full() && self.rng.per_mille(150) {
            self.fill(false)?;
            what.push_str(", room on the disk");
        }
        let day_after = self.office()?.today();
        self.tally.cross(day, day_after);
        Ok(what)
    }

    /// Arranges trouble with storage for this step, now and then.
    fn arm(&mut self) -> Option<Fault> {
        if !self.rng.per_mille(90) {
            return None;
        }
        let (fault, trouble) = match self.rng.below(6) {
            0 => (Fault::CallFails, Trouble::Once),
            1 => (Fault::CallsFail, Trouble::FromNowOn),
            2 => (Fault::Kill, Trouble::KilledBefore),
            3 => (Fault::Kill, Trouble::KilledBehind),
            _ => (Fault::Kill, Trouble::KilledBehindCommit),
        };
        let later = u64::try_from(self.rng.below(CALLS_AHEAD)).unwrap_or_default() + 1;
        if !self.faults.has(fault) {
            return None;
        }
        self.ledger.arm(later, trouble);
        Some(fault)
    }

    fn act(&mut self, failed: u64) -> Result<String, Broken> {
        match self.rng.below(100) {
            0..36 => {
                let office = self.office.as_ref().ok_or_else(|| Broken::Promise("no program".to_owned()))?;
                let done = self.staff.act(office, &mut self.rng);
                self.forgiven(failed, done.map(str::to_owned))
            }
            36..66 => self.work(failed),
            66..82 => self.receive(),
            82..88 => self.pass(failed),
            88..92 => self.steer(failed),
            92..94 => self.mend(),
            _ => self.suffer(),
        }
    }

    /// A link does what it owes, some steps of it.
    fn work(&mut self, failed: u64) -> Result<String, Broken> {
        // Files need more steps than what goes in process.
        let outside = self.rng.per_mille(700);
        let (id, at_most) = (self.any_link(outside)?, 1 + self.rng.below(TURNS_MAX));
        let (worker, mut worked) = (LinkWorker::new(self.office()?), 0);
        let turn = loop {
            match worker.turn(&id) {
                Ok(Turn::Worked) => worked += 1,
                other => break other,
            }
            if at_most <= worked {
                break Ok(Turn::Worked);
            }
        };
        let told = |turn| match turn {
            Turn::Worked => format!("{id} works {worked}"),
            Turn::Waiting => format!("{id} works {worked}, waits for a receipt"),
            Turn::Idle { until } => {
                format!(
                    "{id} works {worked}, idle{}",
                    until.map_or_else(String::new, |until| format!(" until {until}"))
                )
            }
        };
        self.forgiven(failed, turn.map(told).map_err(RunError::Fault))
    }

    /// One of the receivers takes what is there.
    fn receive(&mut self) -> Result<String, Broken> {
        let at = self.rng.below(self.receivers.len());
        let mut receivers = std::mem::take(&mut self.receivers);
        let taken = match receivers.get_mut(at) {
            Some(receiver) => receiver.turn(&mut |plan, as_of| self.rows(plan, Some(as_of))),
            None => Ok(0),
        };
        self.receivers = receivers;
        let place = self.receivers.get(at).map(|receiver| receiver.place.clone()).unwrap_or_default();
        Ok(format!("{place} takes {}", taken?))
    }

    /// Time passes; a day later, the nightly batch runs.
    fn pass(&mut self, failed: u64) -> Result<String, Broken> {
        const DAY: i64 = 24 * 60;
        let minutes = [1, 5, 40, 61, 240, 700, DAY, DAY, 3 * DAY, -60, -DAY];
        let minutes = self.rng.pick(&minutes).copied().unwrap_or(1);
        let jumps = minutes.abs() == DAY;
        if (jumps || minutes < 0) && !self.faults.has(Fault::ClockJump) {
            return Ok("-".to_owned());
        }
        if jumps {
            self.tally.faults.note(Fault::ClockJump);
        }
        self.clock.pass(SignedDuration::from_mins(minutes));
        if minutes < DAY {
            return Ok(format!("{minutes} minutes"));
        }
        let done = Staff::night(self.office()?);
        self.forgiven(failed, done.map(|()| format!("{minutes} minutes, and a night")))
    }

    /// Somebody steers a link.
    fn steer(&mut self, failed: u64) -> Result<String, Broken> {
        let (id, unyo, which) = (self.any_link(true)?, caller("unyo"), self.rng.below(4));
        let office = self.office()?;
        let (what, done) = match which {
            0 => ("held", office.hold_link(&unyo, &id, "試験")),
            1 | 2 => ("released", office.release_link(&unyo, &id)),
            _ => ("asked to run", office.run_link(&unyo, &id)),
        };
        // An inquiry link has nothing to run.
        if matches!(done, Err(RunError::Refused(_))) {
            return Ok("-".to_owned());
        }
        self.forgiven(failed, done.map(|()| format!("{id} {what}")))
    }

    /// One receiver and its place are well again.
    fn mend(&mut self) -> Result<String, Broken> {
        let at = self.rng.below(self.receivers.len());
        let Some(receiver) = self.receivers.get_mut(at) else { return Ok("-".to_owned()) };
        receiver.mend()?;
        receiver.arrive()?;
        Ok(format!("{} is well", receiver.place))
    }

    /// Something goes wrong outside, or the disk fills.
    fn suffer(&mut self) -> Result<String, Broken> {
        let which = self.rng.below(OF_PLACES.len() + 1);
        let fault = OF_PLACES.get(which).copied().unwrap_or(Fault::DiskFull);
        let at = self.rng.below(self.receivers.len());
        if fault == Fault::DiskFull && self.faults.has(fault) {
            self.fill(true)?;
            self.tally.faults.note(fault);
            return Ok(fault.name().to_owned());
        }
        let Some(receiver) = self.receivers.get_mut(at) else { return Ok("-".to_owned()) };
        // What has nothing to happen to makes room for the next.
        for fault in OF_PLACES.iter().cycle().skip(which).take(OF_PLACES.len()) {
            if self.faults.has(*fault) && receiver.suffer(*fault, &mut self.rng)? {
                self.tally.faults.note(*fault);
                return Ok(format!("{}: {}", receiver.place, fault.name()));
            }
        }
        Ok("-".to_owned())
    }

    /// A delivery is sent a second time under the next number, once: a defect, for the test of this test.
    pub(crate) fn send_twice(&self) -> Result<(), Broken> {
        if self.ledger.defect().is_none() {
            return Ok(());
        }
        for receiver in self.receivers.iter().filter(|receiver| !receiver.is_blocked) {
            if !receiver.past.is_empty() && self.ledger.once() {
                receiver.duplicate()?;
            }
        }
        Ok(())
    }

    fn any_link(&mut self, outside: bool) -> Result<String, Broken> {
        let links = self.office()?.links().all().iter().map(|running| running.link.id.clone());
        let goes_out = |id: &String| self.receivers.iter().any(|receiver| receiver.has(id));
        let links: Vec<String> = links.filter(|id| !outside || goes_out(id)).collect();
        Ok(self.rng.pick(&links).cloned().unwrap_or_default())
    }

    /// A failure is all right when storage was made to fail during it.
    fn forgiven(&self, failed: u64, done: Result<String, RunError>) -> Result<String, Broken> {
        match done {
            Ok(what) => Ok(what),
            Err(_) if failed < self.ledger.failed() || self.ledger.is_dead() => Ok("failed".to_owned()),
            Err(error) => broken(register::in_one_line(&error)),
        }
    }

    /// Every row of the residents as a layout writes them, now or as it was after a change.
    pub(crate) fn rows(&self, plan: &layout::Plan, as_of: Option<u64>) -> Result<Rows, Broken> {
        self.ledger.look(true);
        let rows = self.read_rows(plan, as_of);
        self.ledger.look(false);
        rows
    }
}
