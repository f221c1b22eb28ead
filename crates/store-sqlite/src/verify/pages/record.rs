//! The fields of a stored row, in their order.
//!
//! Source: <https://www.sqlite.org/fileformat2.html>, "Record Format".

use simdutf8::basic::from_utf8;

use super::bytes::{length, varint};

/// Sorts of fields that take no room.
const NOTHING: u64 = 0;
const ZERO: u64 = 8;
const ONE: u64 = 9;

/// A row under way; each field is taken once.
#[derive(Clone, Copy, Debug)]
pub(in crate::verify) struct Record<'r> {
    /// What sort each field is of.
    sorts: &'r [u8],
    /// The fields.
    fields: &'r [u8],
}

impl<'r> Record<'r> {
    /// The record of a payload.
    pub(in crate::verify) fn of(payload: &'r [u8]) -> Option<Self> {
        let (header, rest) = length(payload)?;
        let sorts = header.checked_sub(payload.len().checked_sub(rest.len())?)?;
        let (sorts, fields) = rest.split_at_checked(sorts)?;
        Some(Self { sorts, fields })
    }

    /// The next field, with its sort.
    #[inline]
    fn next(&mut self) -> Option<(u64, &'r [u8])> {
        let (sort, sorts) = varint(self.sorts)?;
        let bytes = match sort {
            12.. => usize::try_from((sort - 12) / 2).ok()?,
            NOTHING | ZERO | ONE => 0,
            1..=4 => usize::try_from(sort).ok()?,
            5 => 6,
            6 => 8,
            // Fractions are in none of our tables, and the others are in no file.
            _ => return None,
        };
        let (field, fields) = self.fields.split_at_checked(bytes)?;
        *self = Self { sorts, fields };
        Some((sort, field))
    }

    /// The next field, which is nothing: so the number of a row stands in the row itself.
    pub(in crate::verify) fn nothing(&mut self) -> Option<()> {
        (self.next()?.0 == NOTHING).then_some(())
    }

    /// The next field, which is a one.
    pub(in crate::verify) fn one(&mut self) -> Option<()> {
        (self.integer()? == 1).then_some(())
    }

    /// The next field, a number.
    pub(in crate::verify) fn integer(&mut self) -> Option<i64> {
        match self.next()? {
            (ZERO, _) => Some(0),
            (ONE, _) => Some(1),
            (1..=6, field) => Some(integer(field)),
            _ => None,
        }
    }

    /// The next field, a text, whose letters nobody looks at.
    pub(in crate::verify) fn letters(&mut self) -> Option<&'r [u8]> {
        let (sort, field) = self.next()?;
        is_text(sort).then_some(field)
    }

    /// The next field, a text.
    pub(in crate::verify) fn text(&mut self) -> Option<&'r str> {
        self.letters().and_then(|text| from_utf8(text).ok())
    }

    /// The next field, a text or nothing. A row from before its last columns ends early, and has nothing in them.
    pub(in crate::verify) fn text_or_nothing(&mut self) -> Option<Option<&'r str>> {
        if self.sorts.is_empty() {
            return Some(None);
        }
        match self.next()? {
            (NOTHING, _) => Some(None),
            (sort, text) if is_text(sort) => from_utf8(text).ok().map(Some),
            _ => None,
        }
    }

    /// The next field, so many bytes.
    pub(in crate::verify) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (sort, bytes) = self.next()?;
        bytes.try_into().ok().filter(|_| 12 <= sort && !is_text(sort))
    }

    /// Nothing is left.
    pub(in crate::verify) fn end(self) -> Option<()> {
        (self.sorts.is_empty() && self.fields.is_empty()).then_some(())
    }
}

/// Whether a field of this sort is a text.
fn is_text(sort: u64) -> bool {
    12 < sort && sort % 2 == 1
}

/// A number of one to eight bytes, the first of which has the sign.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| 0x80 <= *byte) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_as_sqlite_writes_them() {
        let numbers: [(&[u8], Option<i64>); 12] = [
            (&[2, 8], Some(0)),
            (&[2, 9], Some(1)),
            (&[2, 1, 0xFE], Some(-2)),
            (&[2, 2, 1, 0], Some(256)),
            (&[2, 3, 0xFF, 0xFF, 0xFD], Some(-3)),
            (&[2, 4, 0, 1, 0, 0], Some(65_536)),
            (&[2, 5, 0, 0, 0, 1, 0, 0], Some(65_536)),
            (&[2, 6, 0x80, 0, 0, 0, 0, 0, 0, 0], Some(i64::MIN)),
            (&[2, 0], None),
            // A fraction, what is in no file, a text.
            (&[2, 7, 0, 0, 0, 0, 0, 0, 0, 0], None),
            (&[2, 10], None),
            (&[2, 15, b'1'], None),
        ];
        for (payload, wanted) in numbers {
            assert_eq!(Record::of(payload).unwrap().integer(), wanted, "{payload:?}");
        }
        let texts: [(&[u8], Option<&str>); 5] = [
            (&[2, 13], Some("")),
            (&[2, 17, b'a', b'b'], Some("ab")),
            (&[2, 16, b'a', b'b'], None),
            (&[2, 17, b'a'], None),
            (&[1], None),
        ];
        for (payload, wanted) in texts {
            assert_eq!(Record::of(payload).unwrap().text(), wanted, "{payload:?}");
        }
        assert_eq!(Record::of(&[2, 16, 7, 8]).unwrap().bytes(), Some([7, 8]));
        assert_eq!(Record::of(&[2, 16, 7, 8]).unwrap().bytes(), None::<[u8; 3]>);
        assert_eq!(Record::of(&[2, 17, 7, 8]).unwrap().bytes(), None::<[u8; 2]>, "a text");
        assert_eq!(Record::of(&[2, 0]).unwrap().nothing(), Some(()));
        assert_eq!(Record::of(&[2, 8]).unwrap().nothing(), None);
    }

    #[test]
    fn what_is_left_over_is_noticed() {
        for (payload, ends) in [(&[2, 1, 5][..], true), (&[2, 1, 5, 5], false), (&[3, 1, 1, 5, 5], false)] {
            let mut record = Record::of(payload).unwrap();
            assert_eq!(record.integer(), Some(5));
            assert_eq!(record.end().is_some(), ends, "{payload:?}");
        }
        assert!(Record::of(&[3, 1]).is_none(), "a header longer than the row");
        assert!(Record::of(&[0, 1]).is_none(), "a header shorter than its own length");
    }

    #[test]
    fn a_row_from_before_a_column_has_nothing_in_it() {
        let mut record = Record::of(&[2, 15, b'a']).unwrap();
        assert_eq!(record.text_or_nothing(), Some(Some("a")));
        assert_eq!(record.text_or_nothing(), Some(None));
        assert_eq!(record.text(), None);
        let mut broken = Record::of(&[2, 15, 0xFF]).unwrap();
        assert_eq!(broken.text_or_nothing(), None, "no text");
    }
}
