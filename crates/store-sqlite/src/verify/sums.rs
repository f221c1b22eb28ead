//! Whether two tables hold the same rows, told without bringing them into one order.
//!
//! Each row becomes 64 bits by a keyed hash, and the bits are added up: equal multisets have equal sums, and others have them
//! by a chance of one in 2^64. The key is of this run, so that nobody can prepare rows whose bits make up for each other.
//!
//! A body is long, and the hash of rows (SipHash) made for short keys. It is first made short by POLYVAL, with a key of this run as
//! well: two different bodies of n blocks of 16 bytes become one by a chance of n in 2^128, whoever chose them (RFC 8452).

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

use polyval::Polyval;
use polyval::universal_hash::UniversalHash;
use register::Fault;
use store::random;

/// A hash with the keys of this run.
#[derive(Clone, Debug)]
pub(crate) struct Keyed {
    rows: RandomState,
    bodies: Polyval,
}

/// What stands for a body in a row: its length and its short form.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(crate) struct Short(usize, [u8; 16]);

impl Keyed {
    /// Draws the keys of a run.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub(crate) fn new() -> Result<Self, Fault> {
        Ok(Self { rows: RandomState::new(), bodies: Polyval::new(&random::<16>()?.into()) })
    }

    /// The bits of a row.
    pub(crate) fn row(&self, row: impl Hash) -> u64 {
        let mut gathered = Gathered { hash: self.rows.build_hasher(), bytes: [0; GATHERED_BYTES], length: 0 };
        row.hash(&mut gathered);
        gathered.finish()
    }

    /// The short form of a body. The last block is filled up with zeros, which the length tells from zeros of the body.
    pub(crate) fn short(&self, body: &str) -> Short {
        let mut short = self.bodies.clone();
        short.update_padded(body.as_bytes());
        Short(body.len(), short.finalize().into())
    }
}

/// Bytes of a row that are hashed at once; a usual one has fewer.
const GATHERED_BYTES: usize = 128;

/// The fields of a row on their way to its hash: it takes one piece much faster than many short ones, and to the same effect.
struct Gathered {
    hash: DefaultHasher,
    bytes: [u8; GATHERED_BYTES],
    length: usize,
}

impl Hasher for Gathered {
    fn write(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(place) = self.bytes.get_mut(self.length..end) {
            place.copy_from_slice(bytes);
            self.length = end;
            return;
        }
        self.hash.write(self.bytes.get(..self.length).unwrap_or_default());
        self.hash.write(bytes);
        self.length = 0;
    }

    fn finish(&self) -> u64 {
        let mut hash = self.hash.clone();
        hash.write(self.bytes.get(..self.length).unwrap_or_default());
        hash.finish()
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
        let keyed = Keyed::new().unwrap();
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
    #[test]
    fn bodies_count_by_every_byte_and_their_length() {
        let keyed = Keyed::new().unwrap();
        let long = "版".repeat(300);
        for (one, other) in
            [("", "\0"), ("a", "a\0"), ("0123456789abcdef", "0123456789abcdeg"), (&long, &long[3..])]
        {
            assert_ne!(keyed.short(one), keyed.short(other), "{one:?} {other:?}");
            assert_eq!(keyed.short(one), keyed.short(one), "{one:?}");
        }
    }
}
