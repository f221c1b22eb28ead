//! What JIS X 0208 changed in 1983.

use super::table::{Table, one_char};

pub(super) const TABLE: Table = Table::new("jis-1978", "1", include_str!("../../data/jis-1978.tsv"));

/// How a kanji of JIS C 6226-1978 changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Two kanji changed places.
    Pair,
    /// Another form at the same place.
    Form,
    /// As [`Form`](Self::Form), and the old form got a place in row 84.
    Moved,
}

/// A kanji that JIS changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// How.
    pub change: Change,
    /// What JIS X 0208:1983 and later has at the place.
    pub new: char,
    /// What JIS C 6226-1978 has there. In a [`Change::Pair`] it stands where `new` stood.
    pub old: char,
}

/// All changes, in the order of the file.
pub fn jis_1978() -> impl Iterator<Item = Changed> {
    TABLE.lines().filter_map(changed)
}

pub(super) fn changed(line: &str) -> Option<Changed> {
    let mut columns = line.split('\t');
    let change = match columns.next()? {
        "pair" => Change::Pair,
        "form" => Change::Form,
        "moved" => Change::Moved,
        _ => return None,
    };
    let (new, old) = (one_char(columns.next()?)?, one_char(columns.next()?)?);
    Some(Changed { change, new, old })
}
