#![doc = include_str!("../README.md")]

mod check;
mod checkpoint;
mod cursors;
mod line;
mod manifest;
mod mask;
mod plan;
mod segment;
mod words;

pub use check::{FileError, check_file, line_of};
pub use checkpoint::{Checkpoint, CheckpointError, CheckpointLog, PublicKey, SecretKey};
pub use cursors::{SafeCursor, safe_cursors};
pub use manifest::{Archived, Event, Manifest, ManifestError};
pub use mask::{Masker, RuleError, Rules, Unknown};
pub use plan::{PlanError, Target, plan};
pub use segment::{Extent, Header, SegmentError, SegmentReader, SegmentWriter, Summary};
pub use words::chain_in_words;
