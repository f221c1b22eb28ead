#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a proof fails by panicking, at the place that is wrong"
)]

pub mod batches;
pub mod draw;
pub mod flips;
pub mod kills;
pub mod town;
