//! Numbers: from the text of a value to digits, and to zoned and packed bytes; and back.

use std::fmt::Write as _;

use crate::error::RowRule;

/// More digits than any number may have.
const ROOM: usize = 40;

/// A number as digits, its decimals counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) negative: bool,
    /// ASCII digits at the end, zeros before them.
    digits: [u8; ROOM],
}

impl Number {
    /// Reads a value: a sign, digits, a point, digits. Decimals the item has no place for must be zeros; nothing is rounded.
    pub(crate) fn parse(value: &str, decimals: usize) -> Result<Self, RowRule> {
        let (negative, plain) = match value.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let point = plain.iter().position(|&byte| byte == b'.').unwrap_or(plain.len());
        let (whole, fraction) = plain.split_at_checked(point).unwrap_or((plain, &[]));
        let fraction = fraction.get(1..).unwrap_or_default();
        let is_number = whole.iter().chain(fraction).all(u8::is_ascii_digit) && !whole.is_empty();
        if !is_number || (point != plain.len() && fraction.is_empty()) {
            return Err(RowRule::NotANumber);
        }
        let used = fraction.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
        if decimals < used {
            return Err(RowRule::Decimals { got: used, max: decimals });
        }
        let zeros = whole.iter().take_while(|&&digit| digit == b'0').count();
        let whole = whole.get(zeros..).unwrap_or_default();
        let mut number = Self { negative: false, digits: [b'0'; ROOM] };
        let length = whole.len() + decimals;
        let start = ROOM.checked_sub(length).ok_or(RowRule::Digits { got: length, max: ROOM })?;
        let shown = whole.iter().chain(fraction.iter().take(used));
        for (slot, &digit) in number.digits.iter_mut().skip(start).zip(shown) {
            *slot = digit;
        }
        number.negative = negative && !number.is_zero();
        Ok(number)
    }

    /// From ASCII digits, [`None`] if there are too many.
    pub(crate) fn of_digits(negative: bool, digits: &[u8]) -> Option<Self> {
        let mut number = Self { negative, digits: [b'0'; ROOM] };
        number.digits.get_mut(ROOM.checked_sub(digits.len())?..)?.copy_from_slice(digits);
        Some(number)
    }

    fn is_zero(&self) -> bool {
        self.digits.iter().all(|&digit| digit == b'0')
    }

    /// Its last digits, zeros before them.
    pub(crate) fn last(&self, count: usize) -> Result<&[u8], RowRule> {
        let got = self.length();
        let fits = if got <= count { self.digits.get(ROOM.saturating_sub(count)..) } else { None };
        fits.ok_or(RowRule::Digits { got, max: count })
    }

    /// Digits it has, leading zeros not counted.
    pub(crate) fn length(&self) -> usize {
        ROOM - self.digits.iter().position(|&digit| digit != b'0').unwrap_or(ROOM)
    }

    /// As a text: no leading zeros, all decimals, a sign only below zero.
    pub(crate) fn show(&self, decimals: usize, out: &mut String) {
        if self.negative {
            out.push('-');
        }
        let shown = self.length().max(decimals + 1);
        for (at, &digit) in self.digits.iter().enumerate().skip(ROOM.saturating_sub(shown)) {
            if at + decimals == ROOM && decimals != 0 {
                out.push('.');
            }
            out.push(char::from(digit));
        }
    }

    /// Its value as a whole number of its last decimal.
    pub(crate) fn value(&self) -> i128 {
        let magnitude = self.digits.iter().fold(0_i128, |sum, &digit| {
            sum.saturating_mul(10).saturating_add(i128::from(digit.wrapping_sub(b'0')))
        });
        if self.negative { -magnitude } else { magnitude }
    }

    /// Packed (パック10進): two digits in a byte, the sign in the last half.
    pub(crate) fn pack(&self, digits: usize, sign: bool, slot: &mut [u8]) -> Result<(), RowRule> {
        let nibbles = slot.len() * 2;
        if !sign && self.negative {
            return Err(RowRule::Negative);
        }
        let shown = self.last(digits.min(nibbles.saturating_sub(1)))?;
        let last = match (sign, self.negative) {
            (false, _) => 0xF,
            (true, false) => 0xC,
            (true, true) => 0xD,
        };
        let zeros = nibbles.saturating_sub(shown.len() + 1);
        let mut halves = std::iter::repeat_n(0, zeros)
            .chain(shown.iter().map(|digit| digit & 0x0F))
            .chain(std::iter::once(last));
        for byte in slot {
            let high = halves.next().unwrap_or_default();
            *byte = high << 4 | halves.next().unwrap_or_default();
        }
        Ok(())
    }
}

/// What packed bytes hold: the number, and whether its sign is another than the one that would be written.
pub(crate) fn unpack(bytes: &[u8], digits: usize, sign: bool) -> Option<(Number, bool)> {
    let mut ascii = [b'0'; ROOM];
    let (last, front) = bytes.split_last()?;
    let start = ROOM.checked_sub(bytes.len() * 2 - 1)?;
    let halves = front.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).chain([last >> 4]);
    for (slot, half) in ascii.iter_mut().skip(start).zip(halves) {
        *slot = b'0' + half;
    }
    let (negative, usual) = match (last & 0x0F, sign) {
        (0xC, true) | (0xF, false) => (false, true),
        (0xD, true) => (true, true),
        (0xA | 0xC | 0xE | 0xF, _) => (false, false),
        (0xB, true) => (true, false),
        _ => return None,
    };
    let number = Number { negative, digits: ascii };
    let fits = number.digits.iter().all(u8::is_ascii_digit) && number.length() <= digits;
    // A zero below zero is no number of ours; it is read as zero and told.
    let below = negative && number.is_zero();
    fits.then_some((Number { negative: negative && !below, ..number }, !usual || below))
}

/// Codes of the digit that carries the sign of a zoned number: for plus and minus, by digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ZoneCodes {
    pub(crate) plus: [u8; 10],
    pub(crate) minus: [u8; 10],
    /// Code of the digit zero.
    pub(crate) zero: u8,
    /// Whether other zones of a host are read too: A, C, E, F plus, B, D minus.
    pub(crate) host: bool,
}

impl ZoneCodes {
    /// A digit with its sign: digit, below zero, whether that is how it would be written.
    pub(crate) fn read(&self, byte: u8) -> Option<(u8, bool, bool)> {
        let among =
            |codes: &[u8; 10]| (0..10).zip(codes).find(|(_, code)| **code == byte).map(|(digit, _)| digit);
        if let Some(digit) = among(&self.plus) {
            return Some((digit, false, true));
        }
        if let Some(digit) = among(&self.minus) {
            return Some((digit, true, true));
        }
        let plain = byte.wrapping_sub(self.zero);
        if plain < 10 {
            return Some((plain, false, false));
        }
        let digit = byte & 0x0F;
        match byte >> 4 {
            0xA | 0xC | 0xE | 0xF if self.host && digit < 10 => Some((digit, false, false)),
            0xB | 0xD if self.host && digit < 10 => Some((digit, true, false)),
            _ => None,
        }
    }
}

/// A sum as a text.
pub(crate) fn show_sum(sum: i128, decimals: usize) -> String {
    let mut text = String::new();
    let scale = 10_i128.checked_pow(u32::try_from(decimals).unwrap_or(u32::MAX)).unwrap_or(i128::MAX);
    let sign = if sum < 0 { "-" } else { "" };
    let (whole, fraction) = ((sum / scale).unsigned_abs(), (sum % scale).unsigned_abs());
    // Writing to a String cannot fail.
    let _ = match decimals {
        0 => write!(text, "{sign}{whole}"),
        _ => write!(text, "{sign}{whole}.{fraction:0decimals$}"),
    };
    text
}

/// Bytes in hex for messages.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes.iter().take(ROOM) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02X}");
    }
    if ROOM < bytes.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: &Number, decimals: usize) -> String {
        let mut text = String::new();
        number.show(decimals, &mut text);
        text
    }

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        for (value, decimals, want) in [
            ("0", 0, "0"),
            ("-0", 0, "0"),
            ("007", 0, "7"),
            ("+12", 0, "12"),
            ("-12.5", 2, "-12.50"),
            ("12.50", 1, "12.5"),
            ("0.05", 2, "0.05"),
            ("-0.05", 2, "-0.05"),
            ("12.5", 0, "小数点以下が1桁ありますが、項目は0桁です"),
            ("12.", 0, "数値として読めません（符号・数字・小数点だけが使えます）"),
            (".5", 1, "数値として読めません（符号・数字・小数点だけが使えます）"),
            ("", 0, "数値として読めません（符号・数字・小数点だけが使えます）"),
            ("1,000", 0, "数値として読めません（符号・数字・小数点だけが使えます）"),
            ("１", 0, "数値として読めません（符号・数字・小数点だけが使えます）"),
        ] {
            let got = Number::parse(value, decimals)
                .map_or_else(|rule| rule.to_string(), |number| shown(&number, decimals));
            assert_eq!(got, want, "{value} {decimals}");
        }
    }

    #[test]
    fn packed_numbers() {
        for (value, bytes, sign, want) in [
            ("12345", 3, true, vec![0x12, 0x34, 0x5C]),
            ("-12345", 3, true, vec![0x12, 0x34, 0x5D]),
            ("7", 2, true, vec![0x00, 0x7C]),
            ("0", 1, true, vec![0x0C]),
            ("12345", 3, false, vec![0x12, 0x34, 0x5F]),
        ] {
            let mut slot = vec![0; bytes];
            let number = Number::parse(value, 0).unwrap();
            number.pack(bytes * 2 - 1, sign, &mut slot).unwrap();
            assert_eq!(slot, want, "{value}");
            assert_eq!(unpack(&slot, bytes * 2 - 1, sign), Some((number, false)));
        }
        let number = Number::parse("1000", 0).unwrap();
        assert_eq!(number.pack(3, true, &mut [0; 2]), Err(RowRule::Digits { got: 4, max: 3 }));
        // Four digits in three bytes: the first half byte is nobody's.
        assert_eq!(unpack(&[0x12, 0x34, 0x5C], 4, true), None);
        assert_eq!(
            unpack(&[0x01, 0x23, 0x4C], 4, true).map(|(number, odd)| (number.value(), odd)),
            Some((1234, false))
        );
        for (bytes, want) in [
            ([0x12, 0x3F], Some((123, true))),
            ([0x12, 0x3B], Some((-123, true))),
            ([0x00, 0x0D], Some((0, true))),
            ([0x1A, 0x3C], None),
            ([0x12, 0x34], None),
            ([0x40, 0x40], None),
        ] {
            assert_eq!(
                unpack(&bytes, 3, true).map(|(number, odd)| (number.value(), odd)),
                want,
                "{bytes:X?}"
            );
        }
    }

    #[test]
    fn sums_are_shown_with_their_decimals() {
        assert_eq!(show_sum(-1205, 2), "-12.05");
        assert_eq!(show_sum(-5, 2), "-0.05");
        assert_eq!(show_sum(1205, 0), "1205");
    }
}
