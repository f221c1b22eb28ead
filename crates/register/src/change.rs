//! A change on its way into the journal.

use domain::Date;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Body, Kind, Position, Record};

/// Who made a change: a user's id, or the program itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A member of staff (職員), by user id.
    User(String),
    /// The program, by the name of the work (a link, a batch, an import).
    Program(String),
}

impl Actor {
    /// The id as logs and screens show it.
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) | Self::Program(id) => id,
        }
    }
}

/// What made the change happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Somebody used a function on a screen, the API or the command line.
    Function,
    /// A delivery of a link was applied or recorded.
    Delivery {
        /// The link's id.
        link: String,
        /// The delivery's number on that link.
        no: u64,
    },
    /// A batch run.
    Batch {
        /// The run's id.
        run: String,
    },
    /// The first load of a town.
    Load,
}

/// The version a write expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No open record of that key.
    New,
    /// Exactly this version, open.
    Version(u32),
}

/// What a write does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Appends a version with this body.
    Put(Body),
    /// Appends a closing version; the body of the last version stays readable in the history.
    Close,
}

/// One new version of one record.
#[derive(Clone, Debug)]
pub struct Write {
    /// The record's kind.
    pub kind: &'static Kind,
    /// The record's key.
    pub key: String,
    /// What must be there now.
    pub expect: Expect,
    /// The day from which it is so; the change's own day when none.
    pub effective_on: Option<Date>,
    /// What is done.
    pub op: Op,
}

impl Write {
    /// Opens a record.
    pub fn create(kind: &'static Kind, key: impl Into<String>, body: Body) -> Self {
        Self { kind, key: key.into(), expect: Expect::New, effective_on: None, op: Op::Put(body) }
    }

    /// Appends a version to a record whose newest version is `version`.
    pub fn replace(kind: &'static Kind, key: impl Into<String>, version: u32, body: Body) -> Self {
        Self {
            kind,
            key: key.into(),
            expect: Expect::Version(version),
            effective_on: None,
            op: Op::Put(body),
        }
    }

    /// Closes a record whose newest version is `version`.
    pub fn close(kind: &'static Kind, key: impl Into<String>, version: u32) -> Self {
        Self { kind, key: key.into(), expect: Expect::Version(version), effective_on: None, op: Op::Close }
    }

    /// Writes a typed record: opens it, or replaces the version given.
    ///
    /// # Errors
    /// When the record cannot be written as JSON.
    pub fn put<R: Record>(record: &R, version: Option<u32>) -> Result<Self, crate::BodyError> {
        let body = Body::of(record)?;
        Ok(match version {
            None => Self::create(R::KIND, record.key(), body),
            Some(version) => Self::replace(R::KIND, record.key(), version, body),
        })
    }

    /// The same write, so from another day than the change's.
    #[must_use]
    pub fn effective(mut self, on: Date) -> Self {
        self.effective_on = Some(on);
        self
    }
}

/// A named reader's place in the feed, moved in the same commit as the effect of what it read (exactly once).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorMove {
    /// The reader's name, such as `link/city-25`.
    pub name: String,
    /// Where it stood; the commit is refused when it stands elsewhere.
    pub from: Position,
    /// Where it stands afterwards.
    pub to: Position,
}

/// Proof that the committing worker still holds its lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseGuard {
    /// The lease's name.
    pub name: String,
    /// The fencing token it was granted with.
    pub token: u64,
}

/// A change before it is committed. Commit is all or nothing.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The system it belongs to.
    pub system: String,
    /// The function by which it is made.
    pub function: String,
    /// Who.
    pub actor: Actor,
    /// When it is recorded. The journal never goes back: a store moves it up to the newest change's time.
    pub at: Timestamp,
    /// From which day it is so; the day of recording when none.
    pub effective_on: Option<Date>,
    /// Why, in words or as a reason code.
    pub reason: String,
    /// What made it happen.
    pub cause: Cause,
    /// The versions it appends.
    pub writes: Vec<Write>,
    /// Readers' places it moves.
    pub cursors: Vec<CursorMove>,
    /// The lease it is made under, if any.
    pub guard: Option<LeaseGuard>,
}

impl Draft {
    /// A change without writes, to be filled.
    pub fn new(system: impl Into<String>, function: impl Into<String>, actor: Actor, at: Timestamp) -> Self {
        Self {
            system: system.into(),
            function: function.into(),
            actor,
            at,
            effective_on: None,
            reason: String::new(),
            cause: Cause::Function,
            writes: Vec::new(),
            cursors: Vec::new(),
            guard: None,
        }
    }
}

/// What the journal says of an accepted change. Durable: fsynced before it is returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The change's place in the journal.
    pub position: Position,
    /// The time it was recorded at.
    pub at: Timestamp,
}
