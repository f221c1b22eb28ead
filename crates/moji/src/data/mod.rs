//! The character tables (文字コード表・文字情報) as values. They stand in `crates/moji/data`, whose README names their sources
//! and licences, and are compiled in.
//!
//! A table that is searched is parsed once, on first use. A line that does not parse is left out: a test of this crate reads
//! every line, so there is none.

mod charts;
mod table;
#[cfg(test)]
mod tests;

pub use charts::{ByteCell, Cell, Direction, MultiByte, SingleByte};
pub use table::Table;
