//! The number of a row of `versions`.

use store::WRITES_MAX;

/// Bits of `versions.line` that hold the ordinal within the change.
///
/// One integer for (position, ordinal) makes the feed's order the table's own: no second index, and rows are only
/// ever appended at the end.
const ORDINAL_BITS: u32 = 20;

const _: () = assert!(WRITES_MAX == 1 << ORDINAL_BITS, "every ordinal must fit a line");

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
