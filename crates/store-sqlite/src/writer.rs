//! The one place where is written, and the thread that sits there. It takes all waiting jobs into one transaction, so that they
//! share one flush. A caller who finds the place free and nobody waiting does its job there itself.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Duration;

use register::{CommitError, Committed, Draft, Fault, Lease, in_one_line};
use rusqlite::Connection;

use crate::Shared;
use store::{Answer, LeaseHeld, LeaseRequest, Reply, Tip, Trouble, lease_token, time};

use crate::apply::Desk;
use crate::error::named;
use crate::mark::EndMark;
use crate::room::Room;
use crate::rows;

/// Most jobs of one transaction; more only make the first of them wait.
const GROUP_MAX: usize = 256;

/// How long nothing must arrive before the log is folded into the database.
const IDLE: Duration = Duration::from_millis(250);

/// What the writer is asked to do.
pub(crate) enum Job {
    Commit(Box<Draft>, Reply<Committed>),
    CommitAll(Vec<Draft>, Reply<Vec<Committed>>),
    Lease(LeaseRequest, Reply<Option<Lease>>),
    /// Nothing to write: an idle moment is to be looked for.
    Look,
    /// Fault injection.
    #[cfg(test)]
    Sql(&'static str, Reply<()>),
}

/// The writer, and what decides who works with it.
///
/// Two changes of thread cost a third of what a flush does, so that a lone caller works here itself. As soon as several come at
/// once all leave their jobs to the thread, for a flush they share is worth more.
pub(crate) struct Seat {
    pub(crate) writer: Mutex<Writer>,
    /// Jobs left to the thread and not yet taken. Nobody passes them by.
    waiting: AtomicUsize,
    /// Whether the thread's last transaction held several jobs.
    crowded: AtomicBool,
    /// Transactions so far.
    turns: AtomicU64,
    /// Whether the thread looks for an idle moment.
    awake: AtomicBool,
}

impl Seat {
    pub(crate) fn new(writer: Writer) -> Self {
        Self {
            writer: Mutex::new(writer),
            waiting: AtomicUsize::new(0),
            crowded: AtomicBool::new(false),
            turns: AtomicU64::new(0),
            awake: AtomicBool::new(false),
        }
    }

    /// Does a job at once when nobody else writes or waits, and says whether the thread must be told to look for an idle moment.
    /// Otherwise the job comes back: it is counted as waiting and must be sent to the thread.
    pub(crate) fn at_once(&self, job: Job) -> Result<bool, Job> {
        let free = !self.crowded.load(Ordering::SeqCst) && self.waiting.load(Ordering::SeqCst) == 0;
        #[cfg(test)]
        let free = free && !matches!(job, Job::Sql(..));
        // One that panicked there leaves the thread to say so.
        match if free { self.writer.try_lock() } else { Err(TryLockError::WouldBlock) } {
            Ok(mut writer) => {
                writer.group(vec![job]);
                drop(writer);
                self.turns.fetch_add(1, Ordering::SeqCst);
                Ok(!self.awake.swap(true, Ordering::SeqCst))
            }
            Err(_) => {
                self.waiting.fetch_add(1, Ordering::SeqCst);
                Err(job)
            }
        }
    }
}

/// The thread at the seat.
pub(crate) struct Worker {
    pub(crate) seat: Arc<Seat>,
    /// Asks the checkpoint thread to fold the log.
    pub(crate) checkpoint: SyncSender<()>,
    /// Whether it asks when nothing arrives for a while.
    pub(crate) folds_when_idle: bool,
}

impl Worker {
    /// Works until every sender is gone, or somebody panicked at the seat.
    pub(crate) fn run(self, jobs: &Receiver<Job>) {
        let mut left: Option<Job> = None;
        while let Some(job) = left.take().or_else(|| self.next(jobs)) {
            if matches!(job, Job::Look) {
                continue;
            }
            let Ok(mut writer) = self.seat.writer.lock() else { return };
            left = self.group(&mut writer, job, jobs);
            drop(writer);
            self.seat.turns.fetch_add(1, Ordering::SeqCst);
            self.seat.awake.store(true, Ordering::SeqCst);
        }
    }

    /// Takes what waits into one transaction; the job that does not fit there comes back.
    fn group(&self, writer: &mut MutexGuard<'_, Writer>, job: Job, jobs: &Receiver<Job>) -> Option<Job> {
        let taken = || self.seat.waiting.fetch_sub(1, Ordering::SeqCst);
        taken();
        #[cfg(test)]
        if let Job::Sql(sql, reply) = job {
            let done = store::OrFault::or_fault(writer.conn.execute_batch(sql), "fault injection");
            let _gone = reply.send(done.map_err(CommitError::from)).is_err();
            return None;
        }
        let mut left = None;
        // A first load is a transaction of its own: it needs no savepoint, which would copy every page it touches.
        let mut group = vec![job];
        while !matches!(group.first(), Some(Job::CommitAll(..))) && group.len() < GROUP_MAX {
            match jobs.try_recv() {
                Ok(job @ (Job::Commit(..) | Job::Lease(..))) => {
                    taken();
                    group.push(job);
                }
                Ok(Job::Look) => {}
                Ok(other) => {
                    left = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        self.seat.crowded.store(1 < group.len(), Ordering::SeqCst);
        writer.group(group);
        left
    }

    /// The next job; an idle moment before it is used to ask for a checkpoint.
    fn next(&self, jobs: &Receiver<Job>) -> Option<Job> {
        while self.folds_when_idle && self.seat.awake.load(Ordering::SeqCst) {
            let turns = self.seat.turns.load(Ordering::SeqCst);
            match jobs.recv_timeout(IDLE) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    // In this order: whoever writes behind the comparison finds nobody awake, and says so.
                    self.seat.awake.store(false, Ordering::SeqCst);
                    if self.seat.turns.load(Ordering::SeqCst) == turns {
                        // When one is already under way, it is asked for again after the next commit.
                        let _busy = self.checkpoint.try_send(()).is_err();
                    } else {
                        self.seat.awake.store(true, Ordering::SeqCst);
                    }
                }
            }
        }
        jobs.recv().ok()
    }
}

pub(crate) struct Writer {
    pub(crate) conn: Connection,
    pub(crate) shared: Arc<Shared>,
    pub(crate) tip: Tip,
    /// Says beside the database how far it goes.
    pub(crate) mark: EndMark,
    /// Makes room in the log; none where nothing is flushed, or where it is not folded in idle moments.
    pub(crate) room: Option<Room>,
}

impl Writer {
    /// One transaction, one flush, then all answers.
    fn group(&mut self, jobs: Vec<Job>) {
        let before = self.tip;
        let alone = jobs.len() == 1;
        let mut lost = self.conn.execute_batch("BEGIN IMMEDIATE").err().map(Lost::of);
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            let answer = match job {
                Job::Commit(draft, reply) => {
                    let done = self.step(&mut lost, alone, |desk, tip| desk.apply(tip, &draft));
                    Answer::Commit(reply, done)
                }
                Job::CommitAll(drafts, reply) => {
                    let all = |desk: &Desk<'_>, tip: &mut Tip| {
                        drafts.iter().map(|draft| desk.apply(tip, draft)).collect()
                    };
                    Answer::CommitAll(reply, self.step(&mut lost, alone, all))
                }
                Job::Lease(request, reply) => {
                    let grant =
                        |desk: &Desk<'_>, _: &mut Tip| grant(desk.conn, &request).map_err(CommitError::from);
                    Answer::Lease(reply, self.step(&mut lost, alone, grant))
                }
                Job::Look => continue,
                #[cfg(test)]
                Job::Sql(..) => continue,
            };
            answers.push(answer);
        }
        if lost.is_none() && answers.iter().any(Answer::is_ok) {
            lost = self.conn.execute_batch("COMMIT").err().map(Lost::of);
        }
        if !self.conn.is_autocommit() {
            // Refused wholly, or the commit failed. When even this fails, the next BEGIN says so to its callers.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        if lost.is_some() {
            self.tip = before;
        } else if before.position < self.tip.position {
            // Before anybody is told: what was acknowledged and is not there later is noticed.
            self.mark.set(&self.tip);
            self.shared.advance(self.tip.position);
            if let Some(room) = &mut self.room {
                room.committed();
            }
        }
        for answer in answers {
            match &lost {
                None => answer.send(),
                Some(lost) => answer.or(|| lost.fault().into()).send(),
            }
        }
    }

    /// One job of the transaction. A refused one leaves nothing; a storage failure that ended the whole
    /// transaction is noted in `lost`.
    fn step<T>(
        &mut self,
        lost: &mut Option<Lost>,
        alone: bool,
        work: impl FnOnce(&Desk<'_>, &mut Tip) -> Result<T, CommitError>,
    ) -> Result<T, CommitError> {
        if let Some(lost) = lost {
            return Err(lost.fault().into());
        }
        if !alone {
            self.batch("SAVEPOINT draft", lost)?;
        }
        let mut tip = self.tip;
        let desk = Desk { conn: &self.conn, kinds: &self.shared.kinds, vault: self.shared.vault.as_ref() };
        match work(&desk, &mut tip) {
            Ok(done) => {
                if !alone {
                    self.batch("RELEASE draft", lost)?;
                }
                self.tip = tip;
                Ok(done)
            }
            Err(error) => {
                let error = match error {
                    CommitError::Fault(fault) => CommitError::Fault(named(fault)),
                    refused => refused,
                };
                if self.conn.is_autocommit() {
                    let said =
                        format!("storage failed while several changes were written: {}", in_one_line(&error));
                    *lost = Some(Lost { said, trouble: Trouble::of(&error).cloned() });
                } else if alone {
                    // Nothing else is in the transaction: the group rolls it back, for no answer is an acceptance.
                } else {
                    self.batch("ROLLBACK TO draft; RELEASE draft", lost)?;
                }
                Err(error)
            }
        }
    }

    fn batch(&self, sql: &str, lost: &mut Option<Lost>) -> Result<(), Fault> {
        self.conn.execute_batch(sql).map_err(|error| lost.insert(Lost::of(error)).fault())
    }
}

/// Why nothing of a transaction was kept, for each of its callers.
struct Lost {
    said: String,
    trouble: Option<Trouble>,
}

impl Lost {
    fn of(error: rusqlite::Error) -> Self {
        let said = format!("the change could not be made durable: {error}");
        let trouble = Trouble::of(&named(Fault::new(said.as_str(), error))).cloned();
        Self { said, trouble }
    }

    fn fault(&self) -> Fault {
        match &self.trouble {
            Some(trouble) => Fault::new(self.said.as_str(), trouble.clone()),
            None => Fault::because(self.said.as_str()),
        }
    }
}

/// Grants, renews or refuses a lease.
fn grant(conn: &Connection, request: &LeaseRequest) -> Result<Option<Lease>, Fault> {
    let held = rows::lease(conn, &request.name)?;
    let Some(token) = lease_token(held.as_ref(), request) else { return Ok(None) };
    let until_us = request.until.as_microsecond();
    let granted = LeaseHeld { holder: request.holder.clone(), token, until_us };
    rows::put_lease(conn, &request.name, &granted)?;
    Ok(Some(Lease { name: request.name.clone(), token, until: time(until_us)? }))
}
