//! The journal as it is stored: what an archive carries, an offline verifier walks and a restore brings back.
//!
//! A [`Journal`](crate::Journal) answers what is so; this is what stands there. Sealed fields stay sealed, JSON stays
//! the text that was hashed, so that a copy made of these values has the same chain as its original and needs no key.

use std::ops::ControlFlow;

use domain::Date;
use jiff::Timestamp;

use crate::{ChainHash, Chained, Fault, Position, VersionLine, change_hash};

/// One version exactly as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct RawVersion {
    /// Kind id.
    pub kind: String,
    /// Key.
    pub key: String,
    /// Version number of the key, from 1 without gaps.
    pub version: u32,
    /// From which day it is so.
    pub effective_on: Date,
    /// Whether it closes the record.
    pub closed: bool,
    /// The body's text, sealed fields sealed.
    pub body: String,
}

/// Bodies hold personal data: logs and panics see only where it stands.
impl std::fmt::Debug for RawVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawVersion({} {} version {})", self.kind, self.key, self.version)
    }
}

/// One change exactly as stored, with its versions in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawChange {
    /// Its place.
    pub position: Position,
    /// When, to the microsecond.
    pub at: Timestamp,
    /// From which day.
    pub effective_on: Date,
    /// System.
    pub system: String,
    /// Function.
    pub function: String,
    /// Actor as the JSON text that was hashed.
    pub actor: String,
    /// Reason.
    pub reason: String,
    /// Cause as the JSON text that was hashed.
    pub cause: String,
    /// Its hash as stored.
    pub hash: ChainHash,
    /// What it appended.
    pub versions: Vec<RawVersion>,
}

impl RawChange {
    /// What its hash must be behind this one.
    pub fn hash_after(&self, before: &ChainHash) -> ChainHash {
        let change = Chained {
            position: self.position,
            at: self.at,
            effective_on: self.effective_on,
            system: &self.system,
            function: &self.function,
            actor: &self.actor,
            reason: &self.reason,
            cause: &self.cause,
        };
        let versions = self.versions.iter().map(|version| VersionLine {
            kind: &version.kind,
            key: &version.key,
            version: version.version,
            effective_on: version.effective_on,
            closed: version.closed,
            body: &version.body,
        });
        change_hash(before, &change, versions)
    }
}

/// Why a change does not follow the one before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Another position than the next.
    #[error("change {found} stands where change {wanted} belongs")]
    Gap {
        /// The next position.
        wanted: Position,
        /// What stands there.
        found: Position,
    },
    /// A time before that of the change in front.
    #[error("change {0} was recorded before the change in front of it")]
    TimeBack(Position),
    /// Another hash than the one computed.
    #[error("change {0} does not fit its hash: it, or one before, was altered")]
    Hash(Position),
}

/// Walks along the chain: the end it has come to, and whether the next change follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainWalk {
    /// The newest change walked; zero before the first.
    pub position: Position,
    /// When it was recorded; none when not known.
    pub at: Option<Timestamp>,
    /// Its hash.
    pub hash: ChainHash,
}

impl ChainWalk {
    /// Before the first change.
    pub const START: Self = Self { position: Position(0), at: None, hash: ChainHash::START };

    /// Steps over one change.
    ///
    /// # Errors
    /// When it does not follow; the walk stays where it was then.
    pub fn step(&mut self, change: &RawChange) -> Result<(), ChainError> {
        let wanted = Position(self.position.0.saturating_add(1));
        if change.position != wanted {
            return Err(ChainError::Gap { wanted, found: change.position });
        }
        if self.at.is_some_and(|at| change.at < at) {
            return Err(ChainError::TimeBack(change.position));
        }
        if change.hash_after(&self.hash) != change.hash {
            return Err(ChainError::Hash(change.position));
        }
        *self = Self { position: change.position, at: Some(change.at), hash: change.hash };
        Ok(())
    }
}

/// A kind of records as the store knew it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindNote {
    /// Its id.
    pub id: String,
    /// The Japanese name.
    pub title: String,
    /// Fields that are sealed.
    pub sealed: Vec<String>,
}

/// What a store knows beside its changes, at the moment of a snapshot. None of it is covered by the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Readers' places, by name.
    pub cursors: Vec<(String, Position)>,
    /// The newest fencing token of each lease, by name. Who held it is not carried: he holds it no longer.
    pub leases: Vec<(String, u64)>,
    /// The ids of the keys sealed fields were sealed with, oldest first; empty when nothing is sealed.
    pub vault_keys: Vec<String>,
    /// The kinds, by id.
    pub kinds: Vec<KindNote>,
}

/// A store that can be read as it is stored.
pub trait Ledger: Send + Sync {
    /// A reading of this moment. Writers go on beside it; what they commit does not show in it.
    ///
    /// # Errors
    /// When storage fails.
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Fault>;
}

/// A store as it is stored, at one moment.
pub trait Snapshot {
    /// The newest change with its time and hash.
    ///
    /// # Errors
    /// When storage fails.
    fn head(&self) -> Result<ChainWalk, Fault>;

    /// One change's time and hash; none when there is no such change.
    ///
    /// # Errors
    /// When storage fails.
    fn link(&self, position: Position) -> Result<Option<ChainWalk>, Fault>;

    /// What is known beside the changes.
    ///
    /// # Errors
    /// When storage fails.
    fn standing(&self) -> Result<Standing, Fault>;

    /// Every change behind a place, in order, streamed. Nothing is checked: a broken chain is given as it stands.
    ///
    /// # Errors
    /// When storage fails, a stored value does not read (the message names the position), or `each` fails.
    fn changes(
        &self,
        after: Position,
        each: &mut dyn FnMut(RawChange) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault>;
}

/// Why a change was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It does not follow the chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Storage failed, or the store is not to be restored into.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// An empty store on the way to become the copy of another.
///
/// Between the first call and [`finish`](Restore::finish) the store is marked: opened as a journal it says that it is
/// half restored and serves nobody. It is thrown away then, and the restore begun anew.
pub trait Restore: Send {
    /// The newest change restored.
    fn reached(&self) -> ChainWalk;

    /// Appends changes in one transaction: positions, times and hashes as given, the chain checked.
    ///
    /// # Errors
    /// When one does not follow the chain or storage fails; nothing of the whole was written then.
    fn append(&mut self, changes: &[RawChange]) -> Result<(), RestoreError>;

    /// Builds the current records, sets cursors and tokens, flushes, and takes the mark away.
    ///
    /// # Errors
    /// When a cursor stands behind the newest change, a body does not read, a uniqueness does not hold, or storage
    /// fails; the mark stays then.
    fn finish(self: Box<Self>, standing: &Standing) -> Result<(), Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(position: u64, micros: i64, before: &ChainHash) -> RawChange {
        let mut change = RawChange {
            position: Position(position),
            at: Timestamp::from_microsecond(micros).unwrap(),
            effective_on: domain::Date::constant(2026, 4, 1),
            system: "s".to_owned(),
            function: "f".to_owned(),
            actor: r#"{"user":"u1"}"#.to_owned(),
            reason: String::new(),
            cause: "\"function\"".to_owned(),
            hash: ChainHash::START,
            versions: vec![RawVersion {
                kind: "t/note".to_owned(),
                key: position.to_string(),
                version: 1,
                effective_on: domain::Date::constant(2026, 4, 1),
                closed: false,
                body: r#"{"text":"葛󠄀"}"#.to_owned(),
            }],
        };
        change.hash = change.hash_after(before);
        change
    }

    #[test]
    fn a_walk_steps_only_over_what_follows() {
        let first = change(1, 10, &ChainHash::START);
        let second = change(2, 10, &first.hash);
        let mut edited = second.clone();
        edited.reason.push('x');
        let table = [
            ("the next", second.clone(), Ok(())),
            (
                "the same again",
                first.clone(),
                Err(ChainError::Gap { wanted: Position(2), found: Position(1) }),
            ),
            (
                "one left out",
                change(3, 10, &second.hash),
                Err(ChainError::Gap { wanted: Position(2), found: Position(3) }),
            ),
            ("an earlier time", change(2, 9, &first.hash), Err(ChainError::TimeBack(Position(2)))),
            ("another chain's", change(2, 10, &ChainHash([1; 32])), Err(ChainError::Hash(Position(2)))),
            ("edited", edited, Err(ChainError::Hash(Position(2)))),
        ];
        for (name, next, wanted) in table {
            let mut walk = ChainWalk::START;
            walk.step(&first).unwrap();
            let before = walk;
            assert_eq!(walk.step(&next), wanted, "{name}");
            assert_eq!(walk == before, wanted.is_err(), "{name}");
        }
    }

    #[test]
    fn debug_shows_no_body() {
        assert!(!format!("{:?}", change(1, 1, &ChainHash::START)).contains('葛'));
    }
}
