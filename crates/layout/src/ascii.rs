//! Digits of one byte each, eight at a time.

/// The same byte in every place.
const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Eight bytes as numbers from 0 to 9; `zero` is the code of the digit zero.
#[inline]
fn values(bytes: [u8; 8], zero: u8) -> Option<u64> {
    let values = u64::from_le_bytes(bytes) ^ all(zero);
    // A value over 9 sets the highest bit of its byte; a carry only comes from a byte that has it set already.
    let over = (values.wrapping_add(all(0x76)) | values) & all(0x80);
    (over == 0).then_some(values)
}

/// Codes digits anew: from those after `from` to those after `to`, into the same places of `out`. Both codes of zero have
/// four low bits of zero, as in ASCII and EBCDIC.
#[inline]
pub(crate) fn recode(digits: &[u8], from: u8, to: u8, out: &mut [u8]) -> Option<()> {
    let out = out.get_mut(..digits.len())?;
    if let (Some(last), Some(slot)) = (digits.last_chunk::<8>(), out.last_chunk_mut::<8>()) {
        *slot = (values(*last, from)? | all(to)).to_le_bytes();
        for (slot, &chunk) in out.as_chunks_mut::<8>().0.iter_mut().zip(digits.as_chunks::<8>().0) {
            *slot = (values(chunk, from)? | all(to)).to_le_bytes();
        }
        return Some(());
    }
    for (slot, &byte) in out.iter_mut().zip(digits) {
        let value = byte ^ from;
        if 9 < value {
            return None;
        }
        *slot = value | to;
    }
    Some(())
}

/// Year, month and day of eight digits, if that is a day of the calendar and not the year zero.
#[inline]
fn is_day(values: u64) -> bool {
    let [y1, y2, y3, y4, m1, m2, d1, d2] = values.to_le_bytes();
    let (month, day) = (m1 * 10 + m2, d1 * 10 + d2);
    if !(1..=12).contains(&month) || day == 0 || values & 0xFFFF_FFFF == 0 {
        return false;
    }
    day <= 28 || {
        let year = [y1, y2, y3, y4].iter().fold(0, |year, &digit| year * 10 + u16::from(digit));
        crate::date::is_day(year, month.into(), day.into())
    }
}

/// `1985-04-01` as eight digits, if it is a day of the calendar.
#[inline]
pub(crate) fn shorten(day: &[u8], to: u8) -> Option<[u8; 8]> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = day else { return None };
    let values = values([a, b, c, d, e, f, g, h], b'0')?;
    is_day(values).then(|| (values | all(to)).to_le_bytes())
}

/// Eight digits as `1985-04-01`, if that is a day of the calendar; inner [`None`] if they are all zero.
#[inline]
pub(crate) fn lengthen(digits: [u8; 8], from: u8) -> Option<Option<[u8; 10]>> {
    let values = values(digits, from)?;
    if values == 0 {
        return Some(None);
    }
    let [a, b, c, d, e, f, g, h] = (values | all(b'0')).to_le_bytes();
    is_day(values).then_some(Some([a, b, c, d, b'-', e, f, b'-', g, h]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_told_from_everything_else() {
        for byte in 0..=0xFF_u8 {
            for at in 0..11 {
                let mut digits = *b"12345678901";
                digits[at] = byte;
                let mut out = [0; 11];
                let done = recode(&digits, b'0', 0xF0, &mut out);
                assert_eq!(done.is_some(), byte.is_ascii_digit(), "{byte:02X} at {at}");
                if done.is_some() {
                    assert_eq!(out.map(|code| code & 0x3F), digits);
                }
            }
        }
    }

    #[test]
    fn days_of_the_calendar_only() {
        for (day, want) in [
            ("1985-04-01", true),
            ("2024-02-29", true),
            ("2025-02-29", false),
            ("2025-04-31", false),
            ("2025-00-10", false),
            ("2025-13-10", false),
            ("2025-12-00", false),
            ("0000-12-10", false),
            ("2025/12/10", false),
            ("2025-1-100", false),
        ] {
            let digits = shorten(day.as_bytes(), 0xF0);
            assert_eq!(digits.is_some(), want, "{day}");
            if let Some(digits) = digits {
                assert_eq!(lengthen(digits, 0xF0), Some(Some(day.as_bytes().try_into().unwrap())));
            }
        }
        assert_eq!(lengthen([0xF0; 8], 0xF0), Some(None));
        assert_eq!(lengthen(*b"20250229", b'0'), None);
    }
}
