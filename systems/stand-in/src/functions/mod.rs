//! The functions, one per file.

pub mod enter;
pub mod inquiry;
