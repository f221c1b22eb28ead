//! Whether two tables hold the same rows, told without bringing them into one order.
//!
//! Each row becomes 64 bits by a keyed hash, and the bits are added up: equal multisets have equal sums, and others have them
//! by a chance of one in 2^64. The key is of this run, so that nobody can prepare rows whose bits make up for each other.

use std::hash::{BuildHasher, Hash, RandomState};

/// A hash with the key of this run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keyed(RandomState);

impl Keyed {
    /// The bits of a row.
    pub(crate) fn row(&self, row: impl Hash) -> u64 {
        self.0.hash_one(row)
    }
}

/// The sum of some rows, in no order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    rows: u64,
    bits: u64,
}

impl Sum {
    /// Adds a row.
    pub(crate) fn add(&mut self, bits: u64) {
        self.rows = self.rows.wrapping_add(1);
        self.bits = self.bits.wrapping_add(bits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(keyed: &Keyed, rows: &[(&str, u32)]) -> Sum {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(keyed.row(row)));
        sum
    }

    #[test]
    fn rows_count_by_content_and_number_and_not_by_order() {
        let keyed = Keyed::default();
        let whole = sum(&keyed, &[("a", 1), ("b", 2), ("b", 2)]);
        type Case<'a> = (&'a str, &'a [(&'a str, u32)], bool);
        let table: [Case<'_>; 6] = [
            ("another order", &[("b", 2), ("a", 1), ("b", 2)], true),
            ("one less", &[("a", 1), ("b", 2)], false),
            ("another twice", &[("a", 1), ("a", 1), ("b", 2)], false),
            ("values exchanged", &[("a", 2), ("b", 1), ("b", 2)], false),
            ("texts parted elsewhere", &[("ab", 1), ("", 2), ("b", 2)], false),
            ("nothing", &[], false),
        ];
        for (name, rows, same) in table {
            assert_eq!(sum(&keyed, rows) == whole, same, "{name}");
        }
    }
}
