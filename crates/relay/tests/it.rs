//! Relay databases against the suite of places, and against programs that know nothing but SQL.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail by panicking")]

#[path = "it/hindrance.rs"]
mod hindrance;
#[path = "it/hostile.rs"]
mod hostile;
#[path = "it/partner.rs"]
mod partner;
#[path = "it/suite.rs"]
mod suite;
