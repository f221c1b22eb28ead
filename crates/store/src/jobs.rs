//! What a writer is asked, and the answers it holds back until they are durable.

use std::sync::mpsc::SyncSender;

use jiff::Timestamp;
use register::{CommitError, Committed, Fault, Lease};

/// Where an answer goes.
pub type Reply<T> = SyncSender<Result<T, CommitError>>;

/// Who wants which lease until when.
#[derive(Clone, Debug)]
pub struct LeaseRequest {
    /// The lease.
    pub name: String,
    /// Who asks.
    pub holder: String,
    /// The time of asking.
    pub now: Timestamp,
    /// Until when it is wanted.
    pub until: Timestamp,
}

/// A lease as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseHeld {
    /// Who has, or last had it.
    pub holder: String,
    /// The token it was granted with.
    pub token: u64,
    /// When it ends, microseconds since 1970.
    pub until_us: i64,
}

/// The token a lease is granted with; none when another holder's has not ended. It grows with every new holder, so
/// that a late writer is recognised.
pub fn lease_token(held: Option<&LeaseHeld>, request: &LeaseRequest) -> Option<u64> {
    match held {
        None => Some(1),
        Some(held) if held.holder == request.holder => Some(held.token),
        Some(held) if request.now.as_microsecond() < held.until_us => None,
        Some(held) => Some(held.token.saturating_add(1)),
    }
}

/// A job's answer, held back until it is durable.
#[derive(Debug)]
pub enum Answer {
    /// To one change.
    Commit(Reply<Committed>, Result<Committed, CommitError>),
    /// To many changes of one transaction.
    CommitAll(Reply<Vec<Committed>>, Result<Vec<Committed>, CommitError>),
    /// To a request for a lease.
    Lease(Reply<Option<Lease>>, Result<Option<Lease>, CommitError>),
}

impl Answer {
    /// Whether it accepts.
    pub fn is_ok(&self) -> bool {
        match self {
            Self::Commit(_, answer) => answer.is_ok(),
            Self::CommitAll(_, answer) => answer.is_ok(),
            Self::Lease(_, answer) => answer.is_ok(),
        }
    }

    /// Takes back an acceptance that did not become durable.
    #[must_use]
    pub fn or(self, lost: impl FnOnce() -> CommitError) -> Self {
        if !self.is_ok() {
            return self;
        }
        match self {
            Self::Commit(reply, _) => Self::Commit(reply, Err(lost())),
            Self::CommitAll(reply, _) => Self::CommitAll(reply, Err(lost())),
            Self::Lease(reply, _) => Self::Lease(reply, Err(lost())),
        }
    }

    /// A caller that is gone needs no answer.
    pub fn send(self) {
        let _gone = match self {
            Self::Commit(reply, answer) => reply.send(answer).is_err(),
            Self::CommitAll(reply, answer) => reply.send(answer).is_err(),
            Self::Lease(reply, answer) => reply.send(answer).is_err(),
        };
    }
}

/// Has a writer do a job and waits for its answer. `give` hands the job over and says whether anybody took it.
///
/// # Errors
/// The writer's answer, or a fault when it has ended.
pub fn ask<T, J>(job: impl FnOnce(Reply<T>) -> J, give: impl FnOnce(J) -> bool) -> Result<T, CommitError> {
    let gone = || {
        CommitError::Fault(Fault::because("the journal's writer has ended; the program must be restarted"))
    };
    let (reply, answer) = std::sync::mpsc::sync_channel(1);
    if !give(job(reply)) {
        return Err(gone());
    }
    answer.recv().map_err(|_| gone())?
}
