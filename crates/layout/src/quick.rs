//! The short way of one item of fixed length, everything it asks close together: a record has many items, and most of what
//! a step knows is only asked when something is out of the ordinary.

use moji::Field;

use crate::ascii;
use crate::codec::Short;
use crate::kana;
use crate::model::{DateFormat, Justify, Pad, Type};
use crate::plan::{Source, Step};

/// How an item is written and read without a thought.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quick {
    pub(crate) way: Way,
    required: bool,
    /// Place of its step in the record, and of its value in a row.
    pub(crate) at: usize,
    pub(crate) position: usize,
    pub(crate) start: usize,
    pub(crate) bytes: usize,
    /// Eight bytes of padding, and the bytes of one padding character.
    padding: u64,
    unit: usize,
}

/// What an item holds, as far as it can be done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nothing: the long way.
    Long,
    Literal,
    Filler,
    /// Digits of one byte, zeros before them. Code of zero.
    Digits(u8),
    /// A date of eight digits of one byte. Code of zero, and whether eight zeros are an empty one.
    Date(u8, bool),
    /// Characters, spaces behind them.
    Single,
    Double,
    Mixed,
    /// Half-width kana, full-width kana.
    Narrow,
    Wide,
}

impl Quick {
    /// `zero` is the code of the digit zero where that is one byte, `text` whether texts have a short way at all.
    pub(crate) fn of(at: usize, step: &Step, zero: Option<u8>, text: bool) -> Self {
        let plain = step.codes.is_none() && step.default.is_empty();
        let days = step.bytes == 8 && step.format == Some(DateFormat::YyyyMmDd);
        let way = match (&step.source, step.kind, zero) {
            (Source::Literal(_), ..) => Way::Literal,
            (Source::Filler, ..) => Way::Filler,
            _ if !plain => Way::Long,
            (_, Type::Digits | Type::X, Some(zero)) if days => Way::Date(zero, step.pad == Pad::Zero),
            _ if step.format.is_some() => Way::Long,
            (_, Type::Digits, Some(zero)) if step.pad == Pad::Zero && step.decimals.is_none() => {
                Way::Digits(zero)
            }
            (_, kind, _) if text && step.pad == Pad::Space && step.justify == Justify::Left => match kind {
                Type::X => Way::Single,
                Type::N => Way::Double,
                Type::M | Type::Text => Way::Mixed,
                Type::NarrowKana => Way::Narrow,
                Type::WideKana => Way::Wide,
                Type::Digits | Type::Zoned | Type::Packed => Way::Long,
            },
            _ => Way::Long,
        };
        let mut padding = [0; 8];
        for (slot, &byte) in padding.iter_mut().zip(step.padding.iter().cycle()) {
            *slot = byte;
        }
        let position = match step.source {
            Source::Row(position) => position,
            _ => 0,
        };
        Self {
            way,
            required: step.required,
            at,
            position,
            start: step.start,
            bytes: step.bytes,
            padding: u64::from_le_bytes(padding),
            unit: step.padding.len(),
        }
    }

    /// Writes a value into its slot, where the padding stands already; false if the long way must be gone, which then writes
    /// the whole field.
    #[inline(always)]
    pub(crate) fn write(&self, short: &Short, check: bool, value: &str, slot: &mut [u8]) -> bool {
        if value.is_empty() {
            return !self.required && self.way != Way::Long;
        }
        match self.way {
            Way::Long | Way::Literal | Way::Filler => false,
            Way::Digits(zero) => {
                let tail = slot.len().checked_sub(value.len()).and_then(|start| slot.get_mut(start..));
                tail.is_some_and(|tail| ascii::recode(value.as_bytes(), b'0', zero, tail).is_some())
            }
            Way::Date(zero, _) => {
                let day = ascii::shorten(value.as_bytes(), zero);
                let (Some(day), Some(slot)) = (day, slot.first_chunk_mut::<8>()) else { return false };
                *slot = day;
                true
            }
            // Spaces at the end will be taken for padding, which must be told.
            _ if ends_with_space(value) => false,
            Way::Single => short.put(Field::Single, check, value, slot).is_some(),
            Way::Double => short.put(Field::Double, check, value, slot).is_some(),
            Way::Mixed => short.put(Field::Mixed, check, value, slot).is_some(),
            Way::Narrow => {
                value.chars().all(kana::is_narrow) && short.put(Field::Single, check, value, slot).is_some()
            }
            Way::Wide => {
                value.chars().all(kana::is_wide) && short.put(Field::Double, check, value, slot).is_some()
            }
        }
    }

    /// Reads a value into the start of `room`; [`None`] if the long way must be gone.
    #[inline]
    pub(crate) fn read(&self, short: &Short, bytes: &[u8], room: &mut [u8]) -> Option<usize> {
        let length = match self.way {
            Way::Filler => return Some(0),
            Way::Long | Way::Literal => return None,
            Way::Digits(zero) => ascii::recode(bytes, zero, b'0', room).map(|()| bytes.len())?,
            Way::Date(zero, zeros) => match ascii::lengthen(bytes.try_into().ok()?, zero)? {
                Some(day) => {
                    *room.first_chunk_mut::<10>()? = day;
                    10
                }
                None if zeros => 0,
                None => return None,
            },
            Way::Single => short.take(Field::Single, self.content(bytes), room)?,
            Way::Narrow => {
                let length = short.take(Field::Single, self.content(bytes), room)?;
                holds(room.get(..length)?, kana::is_narrow)?;
                length
            }
            Way::Double | Way::Wide => {
                let length = short.take(Field::Double, self.content(bytes), room)?;
                let made = room.get(..length)?;
                // Wide spaces at the end of a field that is filled with narrow ones.
                if matches!(made, [.., 0xE3, 0x80, 0x80]) {
                    return None;
                }
                if self.way == Way::Wide {
                    holds(made, kana::is_wide)?;
                }
                length
            }
            Way::Mixed => {
                let content = self.content(bytes);
                // Inside double-byte state what looks like padding may be half a character.
                if let Some((enter, leave)) = short.shift()
                    && content.last().is_some_and(|&byte| byte != leave)
                    && content.contains(&enter)
                {
                    return None;
                }
                short.take(Field::Mixed, content, room)?
            }
        };
        (length != 0 || !self.required).then_some(length)
    }

    /// A field without the padding at its end.
    #[inline]
    fn content<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        without_end(bytes, self.padding, self.unit)
    }
}

/// Whether a text has only characters of a kind.
fn holds(text: &[u8], is_one: fn(char) -> bool) -> Option<()> {
    std::str::from_utf8(text).ok().filter(|text| text.chars().all(is_one)).map(|_| ())
}

/// Whether a text ends with a space of either width.
#[inline]
fn ends_with_space(value: &str) -> bool {
    matches!(value.as_bytes(), [.., b' '] | [.., 0xE3, 0x80, 0x80])
}

/// Bytes without the padding characters at their end. `eight` is eight bytes of them, `unit` the bytes of one.
#[inline]
pub(crate) fn without_end(bytes: &[u8], eight: u64, unit: usize) -> &[u8] {
    let mut rest = bytes;
    while let Some((front, last)) = rest.split_last_chunk::<8>() {
        let differing = u64::from_le_bytes(*last) ^ eight;
        if differing != 0 {
            let same = usize::try_from(differing.leading_zeros() / 8).unwrap_or_default();
            let cut = match unit {
                0 => 0,
                1 => same,
                unit => same - same % unit,
            };
            return rest.get(..rest.len() - cut).unwrap_or_default();
        }
        rest = front;
    }
    let [a, b, c, d, ..] = eight.to_le_bytes();
    match unit {
        0 => bytes,
        1 => {
            while let [front @ .., last] = rest
                && *last == a
            {
                rest = front;
            }
            rest
        }
        2 => {
            while let [front @ .., first, second] = rest
                && (*first, *second) == (a, b)
            {
                rest = front;
            }
            rest
        }
        _ => rest.strip_suffix(&[a, b, c, d]).unwrap_or(rest),
    }
}

/// As [`without_end`], of any padding.
pub(crate) fn without_padding<'b>(bytes: &'b [u8], padding: &[u8]) -> &'b [u8] {
    let mut rest = bytes;
    while let Some(front) = rest.strip_suffix(padding).filter(|_| !padding.is_empty()) {
        rest = front;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_cut_in_whole_characters() {
        for padding in [&b"\x40"[..], b"\x30\x00", b"\x00\x00\x00\x20", b"\x40\x40"] {
            let mut eight = [0; 8];
            for (slot, &byte) in eight.iter_mut().zip(padding.iter().cycle()) {
                *slot = byte;
            }
            let eight = u64::from_le_bytes(eight);
            for characters in 0..12 {
                for content in
                    [&b""[..], b"\x41\x40\x42\x43", b"\x41\x42\x43\x44\x45\x46\x47\x30", b"\x20\x30\x30\x00"]
                {
                    let field = [content, &padding.repeat(characters)].concat();
                    let want = without_padding(&field, padding);
                    assert_eq!(without_end(&field, eight, padding.len()), want, "{field:X?} {padding:X?}");
                }
            }
        }
    }
}
