//! A journal whose storage fails when it is told to, and which remembers what it acknowledged.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use register::{
    AsOf, CommitError, Committed, Draft, Entry, Fault, Journal, Lease, Position, Verification, View,
};
use store_sqlite::Store;

/// How a storage call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// This call fails; nothing is done.
    Once,
    /// This call and all that follow fail, as with a full or broken disk, until the program is started anew.
    FromNowOn,
    /// The process dies before the call.
    KilledBefore,
    /// The process dies when the call is done and has not come back.
    KilledBehind,
}

/// A change by what a caller can tell it from others by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) function: String,
    pub(crate) actor: String,
    /// Kind and key of each record, in order.
    pub(crate) records: Vec<(String, String)>,
}

impl Trace {
    fn of(draft: &Draft) -> Self {
        let records =
            draft.writes.iter().map(|write| (write.kind.id.to_owned(), write.key.clone())).collect();
        Self { function: draft.function.clone(), actor: draft.actor.id().to_owned(), records }
    }

    pub(crate) fn of_entry(entry: &Entry) -> Self {
        let records =
            entry.versions.iter().map(|version| (version.kind.clone(), version.key.clone())).collect();
        Self { function: entry.function.clone(), actor: entry.actor.id().to_owned(), records }
    }
}

/// What a run arranges and learns about storage. It outlives the program under test.
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
    /// Whether the simulation itself looks: its calls are no calls.
    is_looking: bool,
    failed: u64,
    /// Every acknowledged change.
    acknowledged: Vec<(Position, Trace)>,
    /// The change a dying process may have committed.
    perhaps: Option<Trace>,
    /// Acknowledge without committing: the defect that a run must find.
    lies: bool,
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

    pub(crate) fn lie(&self) {
        self.state().lies = true;
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.state().is_dead
    }

    /// Whether storage fails now, or did.
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

    pub(crate) fn acknowledged(&self) -> usize {
        self.state().acknowledged.len()
    }

    /// Compares the journal of a program just started with what was acknowledged; what a dying process committed without
    /// telling counts as acknowledged from now on.
    pub(crate) fn compare(&self, journal: &dyn Journal, from: usize) -> Result<Option<String>, Fault> {
        let mut state = self.state();
        if let Some(trace) = state.perhaps.take() {
            let head = journal.head()?;
            let last = state.acknowledged.last().map_or(Position(0), |(position, _)| *position);
            if last < head {
                state.acknowledged.push((head, trace));
            }
        }
        let start = from.checked_sub(1).and_then(|before| state.acknowledged.get(before));
        let mut after = start.map_or(Position(0), |(position, _)| *position);
        let head = journal.head()?;
        if head < after {
            return Ok(Some(format!("change {after} was acknowledged, and the journal ends at {head}")));
        }
        let mut wanted = state.acknowledged.iter().skip(from);
        loop {
            let entries = journal.feed(after, &[], 500)?;
            let Some(last) = entries.last() else { break };
            after = last.position;
            for entry in &entries {
                let found = Trace::of_entry(entry);
                match wanted.next() {
                    Some((position, trace)) if *position == entry.position && *trace == found => {}
                    Some((position, trace)) => {
                        return Ok(Some(format!(
                            "change {position} was acknowledged as {trace:?}, and change {} is {found:?}",
                            entry.position
                        )));
                    }
                    None => {
                        return Ok(Some(format!(
                            "change {} {found:?} was never acknowledged",
                            entry.position
                        )));
                    }
                }
            }
        }
        Ok(wanted
            .next()
            .map(|(position, trace)| format!("change {position} {trace:?} was acknowledged and is lost")))
    }

    /// Counts a call; what is to happen to it.
    fn enter(&self) -> Result<bool, Fault> {
        let mut state = self.state();
        if state.is_looking {
            return Ok(false);
        }
        state.calls += 1;
        let due = state.armed.filter(|(at, _)| *at <= state.calls).map(|(_, trouble)| trouble);
        if due.is_some() {
            state.armed = None;
        }
        match due {
            Some(Trouble::FromNowOn) => state.is_broken = true,
            Some(Trouble::KilledBefore | Trouble::KilledBehind) => state.is_dead = true,
            Some(Trouble::Once) | None => {}
        }
        let dies_behind = due == Some(Trouble::KilledBehind);
        if (due.is_some() || state.is_dead || state.is_broken) && !dies_behind {
            state.failed += 1;
            return Err(Fault::because("simulated: storage does not answer"));
        }
        Ok(dies_behind)
    }
}

/// The store of a program under test.
pub(crate) struct Faulty {
    store: Store,
    ledger: Arc<Ledger>,
}

impl Faulty {
    pub(crate) fn new(store: Store, ledger: Arc<Ledger>) -> Self {
        Self { store, ledger }
    }

    /// Reads, or fails.
    fn reading<T>(&self, read: impl FnOnce(&Store) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.ledger.enter()? {
            return Err(Fault::because("simulated: the process is dead"));
        }
        read(&self.store)
    }
}

impl Journal for Faulty {
    fn commit(&self, draft: Draft) -> Result<Committed, CommitError> {
        let dies_behind = self.ledger.enter()?;
        let trace = Trace::of(&draft);
        if self.ledger.state().lies {
            let (head, at) = (self.store.head()?, draft.at);
            let mut state = self.ledger.state();
            state.lies = false;
            state.acknowledged.push((Position(head.0 + 1), trace));
            return Ok(Committed { position: Position(head.0 + 1), at });
        }
        let committed = self.store.commit(draft)?;
        let mut state = self.ledger.state();
        if dies_behind {
            state.perhaps = Some(trace);
            return Err(Fault::because("simulated: the process is dead").into());
        }
        state.acknowledged.push((committed.position, trace));
        state.log_bytes = std::fs::metadata(&state.log).map_or(0, |log| log.len());
        Ok(committed)
    }

    fn commit_all(&self, drafts: Vec<Draft>) -> Result<Vec<Committed>, CommitError> {
        drafts.into_iter().map(|draft| self.commit(draft)).collect()
    }

    fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault> {
        if self.ledger.enter()? {
            return Err(Fault::because("simulated: the process is dead"));
        }
        self.store.view(as_of)
    }

    fn head(&self) -> Result<Position, Fault> {
        self.reading(Store::head)
    }

    fn feed(&self, after: Position, kinds: &[&str], limit: usize) -> Result<Vec<Entry>, Fault> {
        self.reading(|store| store.feed(after, kinds, limit))
    }

    fn next_change(&self, after: Position, kinds: &[&str]) -> Result<Option<Position>, Fault> {
        self.reading(|store| store.next_change(after, kinds))
    }

    fn cursor(&self, name: &str) -> Result<Position, Fault> {
        self.reading(|store| store.cursor(name))
    }

    fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Fault> {
        self.reading(|store| store.lease(name, holder, now, until))
    }

    fn wait(&self, after: Position, _at_most: Duration) -> Position {
        self.store.wait(after, Duration::ZERO)
    }

    fn verify(&self) -> Result<Verification, Fault> {
        self.reading(Store::verify)
    }
}
