//! The two traits storage fulfils, and what they speak of.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use domain::Date;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Actor, Body, BodyError, Cause, ChainHash, Committed, Draft, Kind, Record};

/// A place in the journal: the number of a change, from 1. Zero is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something below failed: a disk, a database, a body that does not read. Not the caller's doing, and nothing was
/// half-written.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    what: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Fault {
    /// A fault with its cause.
    pub fn new(what: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { what: what.into(), source: Some(source.into()) }
    }

    /// A fault that is its own cause.
    pub fn because(what: impl Into<String>) -> Self {
        Self { what: what.into(), source: None }
    }
}

/// An error with its causes in one line: `what: cause: cause`.
pub fn in_one_line(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (**error).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl From<BodyError> for Fault {
    fn from(error: BodyError) -> Self {
        Self::new("a stored record does not read", error)
    }
}

/// Which record stands in the way of a commit, and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Kind of the record.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// The version that was expected; none for "no open record".
    pub expected: Option<u32>,
    /// The newest version; none when there is no record.
    pub found: Option<u32>,
    /// Who wrote the newest version, by which function, when; none when there is no record.
    pub held_by: Option<(Actor, String, Timestamp)>,
}

/// Why a commit was not accepted. Nothing of it was written, but for [`CommitError::Unknown`].
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A record changed since it was read.
    #[error("{} {} is at version {:?}, not {:?}", .0.kind, .0.key, .0.found, .0.expected)]
    Conflict(Box<Conflict>),
    /// Another open record holds a value that must be unique.
    #[error("{kind}: another record holds the same {column}")]
    NotUnique {
        /// Kind of the records.
        kind: String,
        /// The unique column.
        column: String,
        /// Key of the record that was to be written.
        key: String,
        /// Key of the record that holds the value.
        holder: String,
    },
    /// A reader's cursor stands elsewhere: another worker was faster.
    #[error("cursor {name} stands at {found}, not {expected}")]
    CursorMoved {
        /// The cursor.
        name: String,
        /// Where the draft said it stands.
        expected: Position,
        /// Where it stands.
        found: Position,
    },
    /// The lease was taken over by another worker.
    #[error("lease {name} is no longer held")]
    LeaseLost {
        /// The lease.
        name: String,
    },
    /// Storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Storage went away while it was committing and did not come back in time: the change may be there or not. Who
    /// writes again with the versions it expected does no harm, for a change that is there makes it a conflict.
    #[error("whether the change was written is not known")]
    Unknown(#[source] Fault),
}

/// One version of a record as stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Kind id.
    pub kind: String,
    /// Key.
    pub key: String,
    /// Version number of the key, from 1 without gaps.
    pub version: u32,
    /// The change that wrote it.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// From which day it is so.
    pub effective_on: Date,
    /// Whether this version closes the record.
    pub closed: bool,
    /// The content, opened (sealed fields readable).
    pub body: Body,
}

/// A typed record with the version it was read at.
#[derive(Clone, Debug)]
pub struct Versioned<R> {
    /// The record.
    pub record: R,
    /// Its version, to be expected by the next write.
    pub version: u32,
    /// When that version was recorded.
    pub recorded_at: Timestamp,
    /// From which day it is so.
    pub effective_on: Date,
    /// The change that wrote it.
    pub position: Position,
}

/// One committed change with the versions it appended, as the feed yields it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place.
    pub position: Position,
    /// When it was recorded.
    pub at: Timestamp,
    /// From which day it is so.
    pub effective_on: Date,
    /// The system.
    pub system: String,
    /// The function.
    pub function: String,
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: String,
    /// What made it happen.
    pub cause: Cause,
    /// The appended versions, in the order of the draft.
    pub versions: Vec<Stored>,
}

/// A record that a change wrote a version of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The change.
    pub position: Position,
    /// Its kind.
    pub kind: String,
    /// Its key.
    pub key: String,
}

/// Which moment a reading is of, on both axes. The default is: all that is known, all that is so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsOf {
    /// As it was known after this change.
    pub position: Option<Position>,
    /// As it was known at this time (inclusive).
    pub recorded_at: Option<Timestamp>,
    /// As it was on this day: of the versions known, the newest whose effective day is not later.
    pub effective_on: Option<Date>,
}

/// A granted lease: the right to do one named piece of work until it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Its name.
    pub name: String,
    /// Fencing token: larger than every token granted before for the name.
    pub token: u64,
    /// When it ends unless renewed.
    pub until: Timestamp,
}

/// What a walk over the whole journal found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Changes walked.
    pub changes: u64,
    /// Versions walked.
    pub versions: u64,
    /// Hash of the newest change.
    pub head: Option<ChainHash>,
    /// What is wrong, in words with positions; empty when all is well.
    pub problems: Vec<String>,
}

/// A reading of all registers at one moment. Later commits do not show in it.
pub trait View {
    /// The newest change it shows.
    fn position(&self) -> Position;

    /// The open record of this key.
    ///
    /// # Errors
    /// When storage fails.
    fn get(&self, kind: &Kind, key: &str) -> Result<Option<Stored>, Fault>;

    /// The open records whose declared column has this value, by key.
    ///
    /// # Errors
    /// When storage fails or the kind declares no such column.
    fn find(&self, kind: &Kind, column: &str, value: &str) -> Result<Vec<Stored>, Fault>;

    /// All versions of a record, oldest first, closing versions included.
    ///
    /// # Errors
    /// When storage fails.
    fn history(&self, kind: &Kind, key: &str) -> Result<Vec<Stored>, Fault>;

    /// All open records of a kind in key order, streamed; `after` starts behind a key.
    ///
    /// # Errors
    /// When storage fails, or the first error `each` returns.
    fn scan(
        &self,
        kind: &Kind,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault>;

    /// As [`scan`](Self::scan), for whoever reads whole registers and none of their sealed fields: those of a body in the
    /// newest shape stay as they are stored, which saves most of the time a scan takes.
    ///
    /// # Errors
    /// When storage fails, or the first error `each` returns.
    fn scan_sealed(
        &self,
        kind: &Kind,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault>;

    /// How many open records a kind has.
    ///
    /// # Errors
    /// When storage fails.
    fn count(&self, kind: &Kind) -> Result<u64, Fault>;
}

/// Typed readings on top of [`View`].
pub trait ViewExt: View {
    /// The open record of this key.
    ///
    /// # Errors
    /// When storage fails or the body does not read.
    fn load<R: Record>(&self, key: &str) -> Result<Option<Versioned<R>>, Fault> {
        self.get(R::KIND, key)?.map(|stored| stored.typed()).transpose()
    }

    /// The open records whose declared column has this value.
    ///
    /// # Errors
    /// When storage fails or a body does not read.
    fn load_by<R: Record>(&self, column: &str, value: &str) -> Result<Vec<Versioned<R>>, Fault> {
        self.find(R::KIND, column, value)?.iter().map(Stored::typed).collect()
    }

    /// All versions of a record, oldest first.
    ///
    /// # Errors
    /// When storage fails or a body does not read.
    fn load_history<R: Record>(&self, key: &str) -> Result<Vec<Versioned<R>>, Fault> {
        self.history(R::KIND, key)?.iter().map(Stored::typed).collect()
    }
}

impl<V: View + ?Sized> ViewExt for V {}

impl Stored {
    /// Reads the body as a record type.
    ///
    /// # Errors
    /// When the body does not have the type's shape.
    pub fn typed<R: Record>(&self) -> Result<Versioned<R>, Fault> {
        let record = self.body.read().map_err(|error| {
            Fault::new(format!("{} {} version {}", self.kind, self.key, self.version), error)
        })?;
        Ok(Versioned {
            record,
            version: self.version,
            recorded_at: self.recorded_at,
            effective_on: self.effective_on,
            position: self.position,
        })
    }
}

/// The append-only, hash-chained log of all changes of a town.
pub trait Journal: Send + Sync {
    /// Commits a change. Durable when it returns; many callers at once share one flush.
    ///
    /// # Errors
    /// [`CommitError`]; nothing was written then, unless it says that this is not known.
    fn commit(&self, draft: Draft) -> Result<Committed, CommitError>;

    /// Commits many changes in one transaction: all or none. For first loads and batches.
    ///
    /// # Errors
    /// The first [`CommitError`]; nothing of the whole was written then, unless it says that this is not known.
    fn commit_all(&self, drafts: Vec<Draft>) -> Result<Vec<Committed>, CommitError>;

    /// A reading of this moment, or of an earlier one.
    ///
    /// # Errors
    /// When storage fails.
    fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault>;

    /// The newest change's place.
    ///
    /// # Errors
    /// When storage fails.
    fn head(&self) -> Result<Position, Fault>;

    /// Committed changes behind a place, every one exactly once, in an order that never goes back. With `kinds`, only
    /// changes that touch one of them, and only those versions. At most `limit` changes.
    ///
    /// # Errors
    /// When storage fails.
    fn feed(&self, after: Position, kinds: &[&str], limit: usize) -> Result<Vec<Entry>, Fault>;

    /// The place of the first change behind a place that touches one of the kinds, without reading it.
    ///
    /// # Errors
    /// When storage fails.
    fn next_change(&self, after: Position, kinds: &[&str]) -> Result<Option<Position>, Fault>;

    /// The records that were written behind a place and up to another, in order, without reading them.
    ///
    /// # Errors
    /// When storage fails.
    fn touched(&self, after: Position, until: Position) -> Result<Vec<Touched>, Fault>;

    /// Where a named reader stands; zero when it never moved.
    ///
    /// # Errors
    /// When storage fails.
    fn cursor(&self, name: &str) -> Result<Position, Fault>;

    /// Takes or renews a lease; none when another holder's has not ended.
    ///
    /// # Errors
    /// When storage fails.
    fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Fault>;

    /// Waits until a change behind `after` is committed, or the time is up; tells the newest place.
    fn wait(&self, after: Position, at_most: Duration) -> Position;

    /// Walks the chain and recomputes the current records.
    ///
    /// # Errors
    /// When storage fails. What is wrong with the content is in the answer.
    fn verify(&self) -> Result<Verification, Fault>;
}
