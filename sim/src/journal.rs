//! A journal whose storage fails when it is told to.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use linkage::{LANE, LINK, LinkState};
use register::{
    AsOf, CommitError, Committed, Draft, Entry, Expect, Fault, Journal, Lease, Op, Position, Touched,
    Verification, View, Write,
};
use store_sqlite::Store;

use crate::defect::Defect;
use crate::ledger::{Entered, Ledger, Trace};

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
    fn reading(&self) -> Result<&Store, Fault> {
        match self.ledger.enter(false)? {
            Entered::Goes => Ok(&self.store),
            Entered::DiesBehind => Err(Fault::because("simulated: the process is dead")),
        }
    }
}

impl Journal for Faulty {
    fn commit(&self, mut draft: Draft) -> Result<Committed, CommitError> {
        let entered = self.ledger.enter(true)?;
        match self.ledger.defect() {
            Some(Defect::LostChange) if self.ledger.once() => {
                let position = Position(self.store.head()?.0 + 1);
                let at = draft.at;
                self.ledger.acknowledge(position, Trace::of(&draft));
                return Ok(Committed { position, at });
            }
            Some(Defect::Overtakes) => draft.writes.retain(|write| write.kind.id != LANE.id),
            Some(Defect::ForgetsPosition) => draft.writes.iter_mut().for_each(forget),
            _ => {}
        }
        let trace = Trace::of(&draft);
        let again = (self.ledger.defect() == Some(Defect::CommitsTwice)).then(|| draft.clone());
        let committed = self.store.commit(draft)?;
        if let Some(again) = again
            && self.ledger.once()
        {
            self.store.commit(behind(again))?;
        }
        if entered == Entered::DiesBehind {
            self.ledger.perhaps(trace);
            return Err(Fault::because("simulated: the process is dead").into());
        }
        self.ledger.acknowledge(committed.position, trace);
        Ok(committed)
    }

    fn commit_all(&self, drafts: Vec<Draft>) -> Result<Vec<Committed>, CommitError> {
        drafts.into_iter().map(|draft| self.commit(draft)).collect()
    }

    fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault> {
        self.reading()?.view(as_of)
    }

    fn head(&self) -> Result<Position, Fault> {
        self.reading()?.head()
    }

    fn feed(&self, after: Position, kinds: &[&str], limit: usize) -> Result<Vec<Entry>, Fault> {
        let mut entries = self.reading()?.feed(after, kinds, limit)?;
        if self.ledger.defect() == Some(Defect::SkipsChange) {
            entries.retain(|entry| !entry.position.0.is_multiple_of(5));
        }
        Ok(entries)
    }

    fn next_change(&self, after: Position, kinds: &[&str]) -> Result<Option<Position>, Fault> {
        self.reading()?.next_change(after, kinds)
    }

    fn touched(&self, after: Position, until: Position) -> Result<Vec<Touched>, Fault> {
        self.reading()?.touched(after, until)
    }

    fn cursor(&self, name: &str) -> Result<Position, Fault> {
        self.reading()?.cursor(name)
    }

    fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Fault> {
        self.reading()?.lease(name, holder, now, until)
    }

    fn wait(&self, after: Position, _at_most: Duration) -> Position {
        self.store.wait(after, Duration::ZERO)
    }

    fn verify(&self) -> Result<Verification, Fault> {
        self.reading()?.verify()
    }
}

/// The same change once more, on the versions the first left.
fn behind(mut draft: Draft) -> Draft {
    for write in &mut draft.writes {
        write.expect = Expect::Version(match write.expect {
            Expect::New => 1,
            Expect::Version(version) => version + 1,
        });
    }
    draft
}

/// A link's state that has forgotten how far it was.
fn forget(write: &mut Write) {
    let Op::Put(body) = &write.op else { return };
    if write.kind.id != LINK.id {
        return;
    }
    let Ok(mut state) = body.read::<LinkState>() else { return };
    state.position = Position(0);
    if let Ok(body) = register::Body::of(&state) {
        write.op = Op::Put(body);
    }
}
