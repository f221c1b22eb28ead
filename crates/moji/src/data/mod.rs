//! The character tables (文字コード表・文字情報) as values. They stand in `crates/moji/data`, whose README names their sources
//! and licences, and are compiled in.
//!
//! A table that is searched is parsed once, on first use. A line that does not parse is left out: a test of this crate reads
//! every line, so there is none.

mod charts;
mod index;
mod ivd;
mod jis_1978;
mod kana;
mod mj;
mod number;
mod shrink;
mod table;
#[cfg(test)]
mod tests;

pub use charts::{ByteCell, Cell, Direction, MultiByte, SingleByte};
pub use ivd::{Ivd, Registration, ivd};
pub use jis_1978::{Change, Changed, jis_1978};
pub use kana::{Hentaigana, Readings, hentaigana, readings};
pub use mj::{Mj, MjList, RadicalStrokes, Sequence, mj};
pub use number::{JukiCode, KosekiNumber, MjNumber, NumberError, ToukiNumber, X0213};
pub use shrink::{ShrinkMap, ShrinkRow, ShrinkTable, shrink};
pub use table::Table;

/// All tables, by file name.
pub const TABLES: [Table; 15] = [
    SingleByte::EBCDIC_ASCII.table(),
    SingleByte::EBCDIC_KANA.table(),
    SingleByte::EBCDIC_LOWER.table(),
    MultiByte::EUC_JP.table(),
    SingleByte::IBM_930.table(),
    SingleByte::IBM_939.table(),
    MultiByte::IBM_KANJI.table(),
    Ivd::TABLE,
    jis_1978::TABLE,
    MultiByte::JIS_X_0208.table(),
    MjList::TABLE,
    Hentaigana::TABLE,
    Readings::TABLE,
    ShrinkMap::TABLE,
    MultiByte::WINDOWS_31J.table(),
];
