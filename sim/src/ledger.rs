//! What a run arranges for storage, and what storage acknowledged. It outlives the program under test.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use register::{Draft, Entry, Fault, Journal, Position};

use crate::defect::Defect;

/// Changes read at a time.
const PAGE: usize = 500;

/// How a storage call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// This call fails; nothing is done.
    Once,
    /// This call and all that follow fail, as with a broken disk, until the program is started anew.
    FromNowOn,
    /// The process dies before the call.
    KilledBefore,
    /// The process dies when the call is done and has not come back.
    KilledBehind,
    /// The same with the next commit.
    KilledBehindCommit,
}

/// What becomes of a call that was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// It is done.
    Goes,
    /// It is done, and nobody hears of it.
    DiesBehind,
}

/// A change by what a caller can tell it from others by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    function: String,
    actor: String,
    /// Kind and key of each record, in order.
    records: Vec<(String, String)>,
}

impl Trace {
    pub(crate) fn of(draft: &Draft) -> Self {
        let records =
            draft.writes.iter().map(|write| (write.kind.id.to_owned(), write.key.clone())).collect();
        Self { function: draft.function.clone(), actor: draft.actor.id().to_owned(), records }
    }

    fn of_entry(entry: &Entry) -> Self {
        let records =
            entry.versions.iter().map(|version| (version.kind.clone(), version.key.clone())).collect();
        Self { function: entry.function.clone(), actor: entry.actor.id().to_owned(), records }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    armed: Option<(u64, Trouble)>,
    is_dead: bool,
    is_broken: bool,
    is_full: bool,
    /// Whether the simulation itself looks: its calls are no calls.
    is_looking: bool,
    failed: u64,
    /// Every acknowledged change.
    acknowledged: Vec<(Position, Trace)>,
    /// How many of them were compared with the journal.
    compared: usize,
    /// The change a dying process may have committed.
    perhaps: Option<Trace>,
    defect: Option<Defect>,
    /// Whether a defect that happens once has happened.
    is_done: bool,
    log: PathBuf,
    /// Bytes of the log that were there when a change was last acknowledged.
    log_bytes: u64,
}

impl Ledger {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Arranges a trouble for the storage call that comes so many calls later.
    pub(crate) fn arm(&self, later: u64, trouble: Trouble) {
        let mut state = self.state();
        state.armed = Some((state.calls + later, trouble));
    }

    /// Disarms; whether a trouble was still to come.
    pub(crate) fn disarm(&self) -> bool {
        self.state().armed.take().is_some()
    }

    /// The disk is full, or no longer.
    pub(crate) fn fill(&self, is_full: bool) {
        self.state().is_full = is_full;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.state().is_full
    }

    /// A program is started: storage works, and its log is this file. What stands in it has outlived a power cut already.
    pub(crate) fn start(&self, log: PathBuf) {
        let mut state = self.state();
        (state.armed, state.is_dead, state.is_broken, state.log) = (None, false, false, log);
        state.log_bytes = std::fs::metadata(&state.log).map_or(0, |log| log.len());
    }

    /// Says whether the simulation itself looks from now on.
    pub(crate) fn look(&self, is_looking: bool) {
        self.state().is_looking = is_looking;
    }

    /// Breaks a rule from now on.
    pub(crate) fn break_rule(&self, defect: Defect) {
        self.state().defect = Some(defect);
    }

    /// The rule that is broken now.
    pub(crate) fn defect(&self) -> Option<Defect> {
        let state = self.state();
        state.defect.filter(|_| !state.is_looking)
    }

    /// Whether this is the first time it is asked.
    pub(crate) fn once(&self) -> bool {
        !std::mem::replace(&mut self.state().is_done, true)
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.state().is_dead
    }

    /// Whether storage fails until the program is started anew.
    pub(crate) fn is_broken(&self) -> bool {
        self.state().is_broken
    }

    /// Storage calls that failed so far.
    pub(crate) fn failed(&self) -> u64 {
        self.state().failed
    }

    pub(crate) fn log_bytes(&self) -> u64 {
        self.state().log_bytes
    }

    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.state().acknowledged.len()).unwrap_or(u64::MAX)
    }

    pub(crate) fn acknowledge(&self, position: Position, trace: Trace) {
        let mut state = self.state();
        state.acknowledged.push((position, trace));
        if state.defect != Some(Defect::EarlyAcknowledgement) {
            state.log_bytes = std::fs::metadata(&state.log).map_or(0, |log| log.len());
        }
    }

    /// A dying process may have committed this.
    pub(crate) fn perhaps(&self, trace: Trace) {
        self.state().perhaps = Some(trace);
    }

    /// Compares from the first change again.
    pub(crate) fn rewind(&self) {
        self.state().compared = 0;
    }

    /// Compares the journal with what was acknowledged since the last time: what is wrong, if anything is. Call it with a
    /// journal that does not fail. What a dying process committed without telling counts as acknowledged from now on.
    pub(crate) fn compare(&self, journal: &dyn Journal) -> Result<Option<String>, Fault> {
        let head = journal.head()?;
        let (mut after, mut wanted) = {
            let mut state = self.state();
            let last = state.acknowledged.last().map_or(Position(0), |(position, _)| *position);
            if let Some(trace) = state.perhaps.take().filter(|_| last < head) {
                state.acknowledged.push((head, trace));
            }
            let before = state.compared.checked_sub(1).and_then(|before| state.acknowledged.get(before));
            let after = before.map_or(Position(0), |(position, _)| *position);
            let wanted = state.acknowledged.get(state.compared..).unwrap_or_default().to_vec();
            state.compared = state.acknowledged.len();
            (after, wanted.into_iter())
        };
        if head < after {
            return Ok(Some(format!("change {after} was acknowledged, and the journal ends at {head}")));
        }
        loop {
            let entries = journal.feed(after, &[], PAGE)?;
            let Some(last) = entries.last() else { break };
            after = last.position;
            for entry in &entries {
                let found = Trace::of_entry(entry);
                let at = entry.position;
                match wanted.next() {
                    Some((position, trace)) if position == at && trace == found => {}
                    Some((position, trace)) => {
                        return Ok(Some(format!(
                            "change {position} was acknowledged as {trace:?}, and change {at} is {found:?}"
                        )));
                    }
                    None => return Ok(Some(format!("change {at} {found:?} was never acknowledged"))),
                }
            }
        }
        Ok(wanted
            .next()
            .map(|(position, trace)| format!("change {position} {trace:?} was acknowledged and is lost")))
    }

    /// Counts a call; what is to happen to it.
    ///
    /// # Errors
    /// When storage does not do it.
    pub(crate) fn enter(&self, writes: bool) -> Result<Entered, Fault> {
        let mut state = self.state();
        if state.is_looking {
            return Ok(Entered::Goes);
        }
        state.calls += 1;
        let comes = |(at, trouble): &(u64, Trouble)| {
            *at <= state.calls && (writes || *trouble != Trouble::KilledBehindCommit)
        };
        let due = state.armed.filter(comes).map(|(_, trouble)| trouble);
        if due.is_some() {
            state.armed = None;
        }
        match due {
            Some(Trouble::FromNowOn) => state.is_broken = true,
            Some(Trouble::KilledBefore | Trouble::KilledBehind | Trouble::KilledBehindCommit) => {
                state.is_dead = true;
            }
            Some(Trouble::Once) | None => {}
        }
        let is_full = state.is_full && writes;
        if matches!(due, Some(Trouble::KilledBehind | Trouble::KilledBehindCommit)) && !is_full {
            return Ok(Entered::DiesBehind);
        }
        if due.is_some() || state.is_dead || state.is_broken || is_full {
            state.failed += 1;
            return Err(Fault::because("simulated: storage does not answer"));
        }
        Ok(Entered::Goes)
    }
}
