//! The one thread of a process that writes. It takes all waiting jobs into one transaction, so that they share one
//! flush, and needs two exchanges with the server for it: lock and read, then write and commit.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use register::{CommitError, Committed, Fault, Lease, in_one_line};
use store::{Answer, LeaseRequest, Reply, Trouble, int, random, time};
use tokio_postgres::Error;

use crate::Shared;
use crate::conn::{Backend, Conn, OpenError};
use crate::error::{fault, is_lost, is_passing, is_undone};
use crate::group::{Decided, decide, hold, send};
use crate::plan::{Needs, Prepared};

/// Begins a transaction and takes the journal for it. Who waits here sees, in its next statement, all that was committed
/// before.
pub(crate) fn begin(lock: i64) -> String {
    format!("BEGIN; SELECT pg_advisory_xact_lock({lock})")
}

/// Most jobs of one transaction; more only make the first of them wait.
const GROUP_MAX: usize = 512;

/// Times a transaction is done again that the server undid, or whose connection went before it was written.
const TRIES_MAX: u32 = 8;

/// Waits between attempts to reach the server again; the last is repeated.
const WAITS_MS: [u64; 6] = [10, 50, 100, 200, 500, 1_000];

/// What the writer is asked to do.
pub(crate) enum Job {
    Commit(Box<Prepared>, Reply<Committed>),
    CommitAll(Vec<Prepared>, Reply<Vec<Committed>>),
    Lease(LeaseRequest, Reply<Option<Lease>>),
}

impl Job {
    fn needs<'a>(&'a self, needs: &mut Needs<'a>) {
        match self {
            Self::Commit(draft, _) => needs.of(draft),
            Self::CommitAll(drafts, _) => drafts.iter().for_each(|draft| needs.of(draft)),
            Self::Lease(request, _) => {
                needs.leases.insert(&request.name);
            }
        }
    }

    /// The answer to a job that failed with all of its group.
    fn refuse(&self, error: CommitError) -> Answer {
        match self {
            Self::Commit(_, reply) => Answer::Commit(reply.clone(), Err(error)),
            Self::CommitAll(_, reply) => Answer::CommitAll(reply.clone(), Err(error)),
            Self::Lease(_, reply) => Answer::Lease(reply.clone(), Err(error)),
        }
    }
}

/// How an attempt ended that did not end well.
pub(crate) enum Failure {
    /// The connection went before anything could have been committed.
    Lost(Error),
    /// The connection went while the commit was under way; with what was decided.
    Open(Error, Option<Box<Decided>>),
    /// The server undid the transaction and it may be done again.
    Undone(Error),
    /// It failed, and nothing was written.
    Failed(Fault),
}

impl Failure {
    /// What an error means before the commit was sent.
    pub(crate) fn before(what: &str, error: Error) -> Self {
        if is_lost(&error) {
            Self::Lost(error)
        } else if is_undone(&error) {
            Self::Undone(error)
        } else {
            Self::Failed(fault(what, error))
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) conn: Option<Conn>,
}

impl Writer {
    /// Works until every sender is gone.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        let mut waiting: Option<Job> = None;
        while let Some(job) = waiting.take().or_else(|| jobs.recv().ok()) {
            let mut group = vec![job];
            // A first load is a transaction of its own, so that the counter does not wait for its size twice.
            while !matches!(group.first(), Some(Job::CommitAll(..))) && group.len() < GROUP_MAX {
                match jobs.try_recv() {
                    Ok(job @ (Job::Commit(..) | Job::Lease(..))) => group.push(job),
                    Ok(other) => {
                        waiting = Some(other);
                        break;
                    }
                    Err(_) => break,
                }
            }
            self.answer(group);
        }
    }

    fn answer(&mut self, group: Vec<Job>) {
        match self.group(&group) {
            Ok(answers) => answers.into_iter().for_each(Answer::send),
            // One of them holds what the server does not take. Alone, only that one fails.
            Err(CommitError::Fault(fault)) if 1 < group.len() && Trouble::of(&fault).is_none() => {
                for job in group {
                    let answers = self.group(std::slice::from_ref(&job));
                    match answers {
                        Ok(answers) => answers.into_iter().for_each(Answer::send),
                        Err(error) => job.refuse(error).send(),
                    }
                }
            }
            Err(error) => {
                let text = in_one_line(&error);
                let again = || match &error {
                    CommitError::Unknown(_) => CommitError::Unknown(Fault::because(text.as_str())),
                    error => {
                        let trouble = Trouble::of(error).cloned();
                        CommitError::Fault(match trouble {
                            Some(trouble) => Fault::new(text.as_str(), trouble),
                            None => Fault::because(text.as_str()),
                        })
                    }
                };
                group.iter().for_each(|job| job.refuse(again()).send());
            }
        }
    }

    /// One transaction, done again as often as others make it necessary.
    fn group(&mut self, jobs: &[Job]) -> Result<Vec<Answer>, CommitError> {
        let mut needs = Needs::default();
        jobs.iter().for_each(|job| job.needs(&mut needs));
        let (mut undone, mut lost) = (0_u32, 0_u32);
        let batch: [u8; 16] = random()?;
        loop {
            self.connect("the change was not written")?;
            match self.attempt(jobs, &needs, &batch) {
                Ok(decided) => return Ok(decided.answers()),
                Err(failure) => match failure {
                    Failure::Failed(fault) => return Err(fault.into()),
                    Failure::Lost(error) => {
                        self.conn = None;
                        lost += 1;
                        if TRIES_MAX < lost {
                            return Err(fault("the connection was lost again and again", error).into());
                        }
                    }
                    Failure::Undone(error) => {
                        undone += 1;
                        if TRIES_MAX < undone {
                            return Err(fault("the change was undone again and again", error).into());
                        }
                    }
                    Failure::Open(error, decided) => {
                        let former = self.conn.take().map(|conn| conn.backend);
                        // Without a change there is only a lease, and asking for it again is the same.
                        let Some((decided, first)) = decided.and_then(|decided| decided.with_first()) else {
                            continue;
                        };
                        let committed =
                            self.was_committed(former.as_ref(), first, &batch).map_err(|found| {
                                let why = format!("{}: {}", in_one_line(&error), in_one_line(&found));
                                CommitError::Unknown(Fault::new(why, Trouble::Unreachable))
                            })?;
                        if committed {
                            return Ok(self.done(decided).answers());
                        }
                    }
                },
            }
        }
    }

    /// Lock, read, decide, write, commit. What was decided is told also when the commit's outcome is open.
    fn attempt(&mut self, jobs: &[Job], needs: &Needs<'_>, batch: &[u8; 16]) -> Result<Decided, Failure> {
        let shared = Arc::clone(&self.shared);
        let Some(conn) = &self.conn else {
            return Err(Failure::Failed(Fault::because("there is no connection")));
        };
        let held = hold(&shared, conn, needs);
        let decided = match held.and_then(|desk| decide(conn, desk, jobs)) {
            Ok(decided) => decided,
            Err(failure) => {
                self.undo();
                return Err(failure);
            }
        };
        if decided.is_empty() {
            self.undo();
            return Ok(decided);
        }
        match send(&shared, conn, &decided, batch) {
            Ok(()) => Ok(self.done(decided)),
            Err(Failure::Open(error, _)) => Err(Failure::Open(error, Some(Box::new(decided)))),
            Err(failure) => {
                self.undo();
                Err(failure)
            }
        }
    }

    fn done(&self, decided: Decided) -> Decided {
        self.shared.heard.tell(decided.head());
        decided
    }

    /// Ends a transaction that wrote nothing. When even this fails, the connection is of no use.
    fn undo(&mut self) {
        if self.conn.as_ref().is_some_and(|conn| conn.batch("ROLLBACK").is_err()) {
            self.conn = None;
        }
    }

    /// Makes sure there is a connection, trying as long as the options have patience.
    fn connect(&mut self, what: &str) -> Result<(), Fault> {
        if self.conn.as_ref().is_some_and(|conn| !conn.client.is_closed()) {
            return Ok(());
        }
        let mut waits = WAITS_MS.iter().copied().chain(std::iter::repeat(1_000));
        let mut waited = Duration::ZERO;
        loop {
            let error = match Conn::open_for_writing(&self.shared.server) {
                Ok(conn) => {
                    self.shared.reached(true);
                    self.conn = Some(conn);
                    return Ok(());
                }
                Err(OpenError::Thread(error)) => return Err(Fault::new(what, error)),
                Err(OpenError::Server(error)) => error,
            };
            let patience = if self.shared.is_reached() { self.shared.patience } else { Duration::ZERO };
            if !is_passing(&error) || patience <= waited || self.shared.is_closing() {
                // Who comes next does not wait as long again for what is known to be away.
                self.shared.reached(false);
                return Err(Fault::new(format!("{what}: {}", in_one_line(&error)), Trouble::Unreachable));
            }
            let wait = Duration::from_millis(waits.next().unwrap_or(1_000));
            waited += wait;
            self.shared.pause(wait);
        }
    }

    /// Whether a transaction that was under way when its connection went was committed: asked of the database, never
    /// guessed.
    ///
    /// The session that may still be at it is ended first. Then the journal's lock is taken, which it held until its
    /// end. What stands in the journal after that is the answer.
    fn was_committed(
        &mut self,
        former: Option<&Backend>,
        first: u64,
        batch: &[u8; 16],
    ) -> Result<bool, Fault> {
        let what = "whether the change was written is not known";
        loop {
            self.connect(what)?;
            let Some(conn) = &self.conn else { continue };
            let ask = || -> Result<bool, Error> {
                if let Some(former) = former {
                    conn.query(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE pid = $1 AND backend_start::text = $2 AND usename = current_user",
                        &[&former.pid, &former.started],
                    )?;
                }
                conn.batch(&self.shared.begin)?;
                let rows = conn.query(
                    "SELECT 1 FROM changes WHERE position = $1 AND batch = $2",
                    &[&int(first), &batch.as_slice()],
                )?;
                conn.batch("COMMIT")?;
                Ok(!rows.is_empty())
            };
            match ask() {
                Ok(committed) => return Ok(committed),
                Err(error) if is_lost(&error) => self.conn = None,
                Err(error) => return Err(fault(what, error)),
            }
        }
    }
}

/// A granted lease as its holder is told.
pub(crate) fn lease(request: &LeaseRequest, token: u64) -> Result<Lease, Fault> {
    Ok(Lease { name: request.name.clone(), token, until: time(request.until.as_microsecond())? })
}
