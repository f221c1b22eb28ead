#![doc = include_str!("../README.md")]

mod body;
mod chain;
mod change;
mod hex;
mod journal;
mod kind;
mod ledger;
mod walk;

pub use body::{Body, BodyError};
pub use chain::{ChainHash, Chained, ChangeHasher, VersionLine, change_hash};
pub use change::{Actor, Cause, Committed, CursorMove, Draft, Expect, LeaseGuard, Op, Write};
pub use hex::{hex, unhex};
pub use journal::{
    AsOf, CommitError, Conflict, Entry, Fault, Journal, Lease, Position, Stored, Touched, Verification,
    Versioned, View, ViewExt, in_one_line,
};
pub use kind::{Column, ColumnRule, Kind, Record, UpcastError, Upcaster};
pub use ledger::{
    ChainError, ChainWalk, KindNote, Ledger, RawChange, RawVersion, Restore, RestoreError, Snapshot, Standing,
};
pub use walk::FieldWalk;
