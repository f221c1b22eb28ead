//! Small conversions between Rust's values and SQLite's.

use std::error::Error;

use domain::Date;
use jiff::Timestamp;
use register::Fault;

/// Turns the error of a driver or parser into a fault that says what was being done.
pub(crate) trait OrFault<T> {
    fn or_fault(self, what: &str) -> Result<T, Fault>;
}

impl<T, E: Error + Send + Sync + 'static> OrFault<T> for Result<T, E> {
    fn or_fault(self, what: &str) -> Result<T, Fault> {
        self.map_err(|error| Fault::new(what, error))
    }
}

/// Bits of `versions.line` that hold the ordinal within the change.
///
/// One integer for (position, ordinal) makes the feed's order the table's own: no second index, and rows are only
/// ever appended at the end.
const ORDINAL_BITS: u32 = 20;

/// Most versions one change may append.
pub(crate) const WRITES_MAX: usize = 1 << ORDINAL_BITS;

/// The row number of a version.
pub(crate) fn line(position: u64, ordinal: u64) -> i64 {
    // A position that does not fit is behind every line there can be.
    i64::try_from(position)
        .ok()
        .and_then(|position| position.checked_mul(1 << ORDINAL_BITS))
        .and_then(|line| line.checked_add_unsigned(ordinal))
        .unwrap_or(i64::MAX)
}

/// The position and the ordinal of a row number.
pub(crate) fn unline(line: i64) -> (u64, u64) {
    let line = line.cast_unsigned();
    (line >> ORDINAL_BITS, line & ((1 << ORDINAL_BITS) - 1))
}

/// A number as SQLite takes it; one that does not fit stands behind every other.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number SQLite gave; what should never be negative and is, counts as zero.
pub(crate) fn uint(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(crate) fn version(number: i64) -> Result<u32, Fault> {
    u32::try_from(number).or_fault("a stored version number is out of range")
}

pub(crate) fn date(text: &str) -> Result<Date, Fault> {
    text.parse().or_fault("a stored date does not read")
}

pub(crate) fn time(microseconds: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_microsecond(microseconds).or_fault("a stored time is out of range")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_the_order_of_positions_and_ordinals() {
        let last = u64::try_from(WRITES_MAX).unwrap() - 1;
        assert_eq!(unline(line(7, 3)), (7, 3));
        assert_eq!(unline(line(7, last)), (7, last));
        assert!(line(7, last) < line(8, 0));
        assert_eq!(line(u64::MAX, 0), i64::MAX);
    }
}
