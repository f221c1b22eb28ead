//! The rules, pure.

pub mod check;
pub mod items;
pub mod matching;
pub mod procedure;

pub use procedure::{Procedure, procedures};
