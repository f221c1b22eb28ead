//! The one thread that writes. It takes all waiting jobs into one transaction, so that they share one flush.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use register::{CommitError, Committed, Draft, Fault, Lease, in_one_line};
use rusqlite::Connection;

use crate::Shared;
use store::{Answer, LeaseHeld, LeaseRequest, Reply, Tip, lease_token, time};

use crate::apply::Desk;
use crate::mark::EndMark;
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
    /// Fault injection.
    #[cfg(test)]
    Sql(&'static str, Reply<()>),
}

pub(crate) struct Writer {
    pub(crate) conn: Connection,
    pub(crate) shared: Arc<Shared>,
    pub(crate) tip: Tip,
    /// Says beside the database how far it goes.
    pub(crate) mark: EndMark,
    /// Asks the checkpoint thread to fold the log.
    pub(crate) checkpoint: SyncSender<()>,
    /// Whether it asks when nothing arrives for a while.
    pub(crate) folds_when_idle: bool,
}

impl Writer {
    /// Works until every sender is gone.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        let mut waiting: Option<Job> = None;
        let mut dirty = false;
        loop {
            let job = match waiting.take() {
                Some(job) => job,
                None => match self.next(jobs, &mut dirty) {
                    Some(job) => job,
                    None => return,
                },
            };
            dirty = true;
            #[cfg(test)]
            if let Job::Sql(sql, reply) = job {
                let done = store::OrFault::or_fault(self.conn.execute_batch(sql), "fault injection");
                let _gone = reply.send(done.map_err(CommitError::from)).is_err();
                continue;
            }
            // A first load is a transaction of its own: it needs no savepoint, which would copy every page it touches.
            let mut group = vec![job];
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
            self.group(group);
        }
    }

    /// The next job; an idle moment before it is used to ask for a checkpoint.
    fn next(&self, jobs: &Receiver<Job>, dirty: &mut bool) -> Option<Job> {
        if *dirty && self.folds_when_idle {
            match jobs.recv_timeout(IDLE) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    *dirty = false;
                    // When one is already under way, it is asked for again after the next commit.
                    let _busy = self.checkpoint.try_send(()).is_err();
                }
            }
        }
        jobs.recv().ok()
    }

    /// One transaction, one flush, then all answers.
    fn group(&mut self, jobs: Vec<Job>) {
        let before = self.tip;
        let alone = jobs.len() == 1;
        let mut lost = self.conn.execute_batch("BEGIN IMMEDIATE").err().map(|error| why(&error));
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
                #[cfg(test)]
                Job::Sql(..) => continue,
            };
            answers.push(answer);
        }
        if lost.is_none() && answers.iter().any(Answer::is_ok) {
            lost = self.conn.execute_batch("COMMIT").err().map(|error| why(&error));
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
        }
        for answer in answers {
            match &lost {
                None => answer.send(),
                Some(why) => answer.or(|| Fault::because(why.as_str()).into()).send(),
            }
        }
    }

    /// One job of the transaction. A refused one leaves nothing; a storage failure that ended the whole
    /// transaction is noted in `lost`.
    fn step<T>(
        &mut self,
        lost: &mut Option<String>,
        alone: bool,
        work: impl FnOnce(&Desk<'_>, &mut Tip) -> Result<T, CommitError>,
    ) -> Result<T, CommitError> {
        if let Some(why) = lost {
            return Err(Fault::because(why.as_str()).into());
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
                if self.conn.is_autocommit() {
                    *lost = Some(format!(
                        "storage failed while several changes were written: {}",
                        in_one_line(&error)
                    ));
                } else if alone {
                    // Nothing else is in the transaction: the group rolls it back, for no answer is an acceptance.
                } else {
                    self.batch("ROLLBACK TO draft; RELEASE draft", lost)?;
                }
                Err(error)
            }
        }
    }

    fn batch(&self, sql: &str, lost: &mut Option<String>) -> Result<(), Fault> {
        self.conn.execute_batch(sql).map_err(|error| {
            *lost = Some(why(&error));
            Fault::new("storage failed", error)
        })
    }
}

fn why(error: &rusqlite::Error) -> String {
    format!("the change could not be made durable: {error}")
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
