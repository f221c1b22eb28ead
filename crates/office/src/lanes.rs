//! Rows worked on by several threads at once (並列処理), whose work comes out in the order one thread would have done it in.
//!
//! One thread scans the register and hands records on in batches, to the lanes in turn; what the lanes make of them is taken from
//! the lanes in the same turn. So nothing is numbered or sorted, and as every channel is short, memory stays small however
//! large the register is. The first failure in the order of the rows is the one that is told.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread::{Builder, ScopedJoinHandle, scope};

use register::{AsOf, Fault, Journal, Stored, View};
use system::Dataset;

use crate::rows::{Chosen, RowMaker};

/// Records and bytes of bodies that fill a batch: enough that a channel costs nothing beside its rows.
const BATCH_ROWS: usize = 128;
const BATCH_BYTES: usize = 128 * 1024;

/// Batches that wait before a lane, and pieces behind it.
const WAITING: usize = 2;

/// How often views of one moment are asked for while others commit.
const TRIES: usize = 4;

/// Threads that help with full extracts. One extract at a time has them: every lane holds a connection to the database, and
/// twice as many lanes as cores are no faster. Others are written by one thread meanwhile.
pub(crate) struct Helpers {
    count: usize,
    lent: Mutex<()>,
}

impl Helpers {
    pub(crate) fn new(count: usize) -> Self {
        Self { count, lent: Mutex::new(()) }
    }

    /// How many there are for an extract, and what gives them back when it is dropped; none while another has them.
    pub(crate) fn lend(&self) -> (usize, Option<MutexGuard<'_, ()>>) {
        let lent = match self.lent.try_lock() {
            Ok(lent) => Some(lent),
            // Whoever panicked has given them back by that.
            Err(TryLockError::Poisoned(panicked)) => Some(panicked.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        (if lent.is_some() { self.count } else { 0 }, lent)
    }
}

/// What one thread does with the rows it is given.
pub(crate) trait Lane: Send {
    /// What became of rows that follow each other.
    type Piece: Send;

    /// Takes the subject and the values of a row.
    fn row(&mut self, subject: &str, values: &[&str]);

    /// Gives what was made of the rows since the last piece.
    fn cut(&mut self) -> Self::Piece;
}

/// Readings of one moment: one to scan with, and one for each lane, because a row may look up other records.
pub(crate) struct Views<'a> {
    pub(crate) main: Box<dyn View + Send + 'a>,
    of_lanes: Vec<Box<dyn View + Send + 'a>>,
}

impl<'a> Views<'a> {
    /// Opens them. None is opened as of the position of another: a reading of the past looks up by walking over the register.
    /// Where others never stop committing there are no lanes.
    pub(crate) fn open(journal: &'a dyn Journal, as_of: AsOf, lanes: usize) -> Result<Self, Fault> {
        for _ in 0..TRIES {
            let main = journal.view(as_of)?;
            let of_lanes = (0..lanes).map(|_| journal.view(as_of)).collect::<Result<Vec<_>, _>>()?;
            if of_lanes.iter().all(|view| view.position() == main.position()) {
                return Ok(Self { main, of_lanes });
            }
        }
        Ok(Self { main: journal.view(as_of)?, of_lanes: Vec::new() })
    }

    /// Whether there are lanes.
    pub(crate) fn has_lanes(&self) -> bool {
        !self.of_lanes.is_empty()
    }
}

/// Gives the chosen rows of everybody to lanes, and what they make of them to `take`, in the order of the register. The lanes
/// come back, in no order that means anything.
pub(crate) fn in_lanes<L: Lane>(
    (dataset, chosen): (&Dataset, &Chosen),
    views: &mut Views<'_>,
    lane: impl Fn() -> L,
    take: &mut dyn FnMut(L::Piece) -> Result<(), Fault>,
) -> Result<Vec<L>, Fault> {
    let unstarted = |error| Fault::new("a thread cannot be started", error);
    let Views { main, of_lanes } = views;
    scope(|scope| {
        let (mut inlets, mut outlets, mut workers) = (Vec::new(), Vec::new(), Vec::new());
        for view in of_lanes {
            let (inlet, batches) = sync_channel(WAITING);
            let (pieces, outlet) = sync_channel(WAITING);
            let (lane, maker) = (lane(), RowMaker::new(dataset, chosen));
            let work = move || run_lane(lane, maker, &**view, &batches, &pieces);
            workers.push(Builder::new().spawn_scoped(scope, work).map_err(unstarted)?);
            inlets.push(inlet);
            outlets.push(outlet);
        }
        let scan = move || scan(dataset, &**main, &inlets);
        let scanner = Builder::new().spawn_scoped(scope, scan).map_err(unstarted)?;
        let taken = take_in_turn(&outlets, take);
        // Whoever still works finds nobody who takes it, and ends.
        drop(outlets);
        let lanes = workers.into_iter().map(ended).collect();
        let scanned = ended(scanner);
        taken.and(scanned).map(|()| lanes)
    })
}

/// What a thread ended with. One that panicked goes on doing so here, as if its work had been done in this thread.
fn ended<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Scans the register, and gives a batch to each lane in turn.
fn scan(dataset: &Dataset, view: &dyn View, inlets: &[SyncSender<Vec<Stored>>]) -> Result<(), Fault> {
    let mut turn = inlets.iter().cycle();
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut bytes = 0;
    // Nobody takes a batch any more when something failed behind it; that is told there.
    let mut give = |batch| turn.next().is_some_and(|inlet| inlet.send(batch).is_ok());
    let mut goes_on = true;
    dataset.scan(view, &mut |stored| {
        bytes += stored.body.as_str().len();
        batch.push(stored.clone());
        if BATCH_ROWS <= batch.len() || BATCH_BYTES <= bytes {
            bytes = 0;
            goes_on = give(std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS)));
        }
        Ok(if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    if goes_on && !batch.is_empty() {
        give(batch);
    }
    Ok(())
}

/// Works on batches until there are no more, one fails, or nobody takes what is made of them.
fn run_lane<L: Lane>(
    mut lane: L,
    mut maker: RowMaker<'_>,
    view: &dyn View,
    batches: &Receiver<Vec<Stored>>,
    pieces: &SyncSender<Result<L::Piece, Fault>>,
) -> L {
    for batch in batches {
        let done = batch.iter().try_for_each(|stored| {
            maker.pass(view, stored, &mut |subject, values| {
                lane.row(subject, values);
                Ok(())
            })
        });
        let failed = done.is_err();
        if pieces.send(done.map(|()| lane.cut())).is_err() || failed {
            break;
        }
    }
    lane
}

/// Takes a piece from each lane in turn. A lane that has none in its turn was given no batch in that turn, and neither was one
/// behind it.
fn take_in_turn<P>(
    outlets: &[Receiver<Result<P, Fault>>],
    take: &mut dyn FnMut(P) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for outlet in outlets.iter().cycle() {
        match outlet.recv() {
            Ok(piece) => take(piece?)?,
            Err(_) => break,
        }
    }
    Ok(())
}
