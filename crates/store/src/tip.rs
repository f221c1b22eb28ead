//! The end of the journal, and what a change becomes there.

use domain::Date;
use jiff::Timestamp;
use register::{
    ChainHash, Chained, CommitError, Committed, Conflict, Draft, Expect, Fault, Position, VersionLine, Write,
    change_hash,
};

use crate::text::{OrFault, WRITES_MAX, time};

/// Japan has had one offset and no summer time since 1952, so the day of a change needs no zone database.
const JAPAN: jiff::tz::Offset = jiff::tz::Offset::constant(9);

/// The end of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Number of the newest change.
    pub position: u64,
    /// When it was recorded, microseconds since 1970.
    pub at_us: i64,
    /// Its hash.
    pub hash: ChainHash,
}

impl Tip {
    /// Before the first change.
    pub const START: Self = Self { position: 0, at_us: i64::MIN, hash: ChainHash::START };

    /// The place a draft would take behind this end.
    ///
    /// # Errors
    /// When the draft has too many writes or a time out of range.
    pub fn place<'a>(&self, draft: &'a Draft) -> Result<Place<'a>, Fault> {
        if WRITES_MAX < draft.writes.len() {
            return Err(Fault::because(format!("a change appends at most {WRITES_MAX} versions")));
        }
        let at_us = draft.at.as_microsecond().max(self.at_us);
        let at = time(at_us)?;
        Ok(Place {
            draft,
            before: self.hash,
            position: self.position.saturating_add(1),
            at_us,
            at,
            effective_on: draft.effective_on.unwrap_or_else(|| JAPAN.to_datetime(at).date()),
        })
    }
}

/// A change being written.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The draft.
    pub draft: &'a Draft,
    before: ChainHash,
    /// The number it gets.
    pub position: u64,
    /// Microseconds since 1970.
    pub at_us: i64,
    /// The same time.
    pub at: Timestamp,
    /// From which day it is so.
    pub effective_on: Date,
}

/// A change with its hash, ready to be written.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The actor as JSON.
    pub actor: String,
    /// The cause as JSON.
    pub cause: String,
    /// The end of the journal behind it.
    pub tip: Tip,
    /// What its author is told once it is durable.
    pub committed: Committed,
}

impl Place<'_> {
    /// Chains the change with the versions it appends.
    ///
    /// # Errors
    /// When actor or cause cannot be JSON.
    pub fn seal<'b>(&self, versions: impl IntoIterator<Item = VersionLine<'b>>) -> Result<Sealed, Fault> {
        let draft = self.draft;
        let actor = serde_json::to_string(&draft.actor).or_fault("the actor cannot be written")?;
        let cause = serde_json::to_string(&draft.cause).or_fault("the cause cannot be written")?;
        let chained = Chained {
            position: Position(self.position),
            at: self.at,
            effective_on: self.effective_on,
            system: &draft.system,
            function: &draft.function,
            actor: &actor,
            reason: &draft.reason,
            cause: &cause,
        };
        let hash = change_hash(&self.before, &chained, versions);
        let tip = Tip { position: self.position, at_us: self.at_us, hash };
        let committed = Committed { position: Position(self.position), at: self.at };
        Ok(Sealed { actor, cause, tip, committed })
    }
}

/// The newest version of a key, as far as a write must know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub version: u32,
    /// Whether it closes the record.
    pub closed: bool,
}

/// The number of the version a write appends; none when the write does not fit what was found.
///
/// # Errors
/// When a record has no number left.
pub fn next_version(expect: Expect, found: Option<Found>) -> Result<Option<u32>, Fault> {
    let fits = match (found, expect) {
        (None, Expect::New) => true,
        (Some(found), Expect::New) => found.closed,
        (Some(found), Expect::Version(version)) => !found.closed && found.version == version,
        (None, Expect::Version(_)) => false,
    };
    match found {
        _ if !fits => Ok(None),
        None => Ok(Some(1)),
        Some(found) => found
            .version
            .checked_add(1)
            .map(Some)
            .ok_or_else(|| Fault::because("a record has no version number left")),
    }
}

/// The refusal of a write that does not fit, naming who wrote what stands there.
pub fn conflict(
    write: &Write,
    found: Option<Found>,
    held_by: Option<(register::Actor, String, Timestamp)>,
) -> CommitError {
    CommitError::Conflict(Box::new(Conflict {
        kind: write.kind.id.to_owned(),
        key: write.key.clone(),
        expected: match write.expect {
            Expect::New => None,
            Expect::Version(version) => Some(version),
        },
        found: found.map(|found| found.version),
        held_by,
    }))
}

/// The same conflict with its holder named; any other refusal as it is.
pub fn conflict_holder(
    error: CommitError,
    holder: Option<(register::Actor, String, Timestamp)>,
) -> CommitError {
    match error {
        CommitError::Conflict(mut conflict) => {
            conflict.held_by = holder;
            CommitError::Conflict(conflict)
        }
        other => other,
    }
}
