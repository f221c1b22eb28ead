//! Packed files: what we pack comes back, other programs open it, and what does not fit is told.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, at the place that is wrong"
)]

mod bench;
mod bundle;
mod keys;
mod peers;
mod round;
mod unfit;
