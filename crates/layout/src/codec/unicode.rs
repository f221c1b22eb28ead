//! The short way of UTF-8, UTF-16 and UTF-32.

use moji::{Charset, Endian};

/// A Unicode charset.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unicode {
    Utf8,
    Utf16(Endian),
    Utf32(Endian),
}

impl Unicode {
    pub(super) fn of(charset: &Charset) -> Option<Self> {
        match charset {
            Charset::Utf8 { .. } => Some(Self::Utf8),
            Charset::Utf16 { endian, .. } => Some(Self::Utf16(*endian)),
            Charset::Utf32 { endian, .. } => Some(Self::Utf32(*endian)),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn put(self, widen: bool, check: bool, text: &str, slot: &mut [u8]) -> Option<usize> {
        if ((check || self != Self::Utf8) && !is_plain(text.as_bytes()))
            || (widen && text.chars().any(is_narrow))
        {
            return None;
        }
        match self {
            Self::Utf8 => {
                slot.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
                Some(text.len())
            }
            Self::Utf16(endian) => {
                let mut written = 0;
                for unit in text.encode_utf16() {
                    let bytes = match endian {
                        Endian::Little => unit.to_le_bytes(),
                        Endian::Big => unit.to_be_bytes(),
                    };
                    *slot.get_mut(written..)?.first_chunk_mut::<2>()? = bytes;
                    written += 2;
                }
                Some(written)
            }
            Self::Utf32(endian) => {
                let mut written = 0;
                for c in text.chars() {
                    let bytes = match endian {
                        Endian::Little => u32::from(c).to_le_bytes(),
                        Endian::Big => u32::from(c).to_be_bytes(),
                    };
                    *slot.get_mut(written..)?.first_chunk_mut::<4>()? = bytes;
                    written += 4;
                }
                Some(written)
            }
        }
    }

    #[inline]
    pub(super) fn take(self, bytes: &[u8], text: &mut [u8]) -> Option<usize> {
        let mut written = 0;
        match self {
            Self::Utf8 => {
                text.get_mut(..bytes.len())?.copy_from_slice(bytes);
                return Some(bytes.len());
            }
            Self::Utf16(endian) => {
                let (units, rest) = bytes.as_chunks::<2>();
                for &unit in units {
                    let value = match endian {
                        Endian::Little => u16::from_le_bytes(unit),
                        Endian::Big => u16::from_be_bytes(unit),
                    };
                    written += put_char(char::from_u32(value.into())?, text.get_mut(written..)?)?;
                }
                rest.is_empty().then_some(())?;
            }
            Self::Utf32(endian) => {
                let (units, rest) = bytes.as_chunks::<4>();
                for &unit in units {
                    let value = match endian {
                        Endian::Little => u32::from_le_bytes(unit),
                        Endian::Big => u32::from_be_bytes(unit),
                    };
                    written += put_char(char::from_u32(value)?, text.get_mut(written..)?)?;
                }
                rest.is_empty().then_some(())?;
            }
        }
        Some(written)
    }
}

#[inline]
fn put_char(c: char, text: &mut [u8]) -> Option<usize> {
    // Control characters and byte order marks inside a field are told by the long way.
    if c.is_control() || c == '\u{FEFF}' || text.len() < 4 {
        return None;
    }
    Some(c.encode_utf8(text).len())
}

/// Whether widening would change a character: ASCII and half-width kana.
fn is_narrow(c: char) -> bool {
    c.is_ascii() || ('\u{FF61}'..='\u{FF9F}').contains(&c)
}

/// Whether UTF-8, well formed or not, surely has no control character and no byte order mark. Characters from U+0080 to
/// U+00BF, and the few that end as the mark does, are rare enough to be looked at the long way.
#[inline]
pub(crate) fn is_plain(text: &[u8]) -> bool {
    let (chunks, rest) = text.as_chunks::<32>();
    let (nexts, _) = text.get(1..).unwrap_or_default().as_chunks::<32>();
    let mut odd = 0;
    for (chunk, next) in chunks.iter().zip(nexts) {
        odd |= oddities(chunk, next);
    }
    // What is left, with the last whole chunk when its end was the end of the text.
    let left = if chunks.len() == nexts.len() { rest.len() } else { rest.len() + 32 };
    let rest = text.get(text.len() - left..).unwrap_or_default();
    let mut last = [b' '; 65];
    if let Some(slot) = last.get_mut(..left) {
        slot.copy_from_slice(rest);
    }
    let (first, second) =
        (last.first_chunk::<32>(), last.get(32..).and_then(|rest| rest.first_chunk::<32>()));
    let (next, after) = (
        last.get(1..).and_then(|rest| rest.first_chunk::<32>()),
        last.get(33..).and_then(|rest| rest.first_chunk::<32>()),
    );
    if let (Some(first), Some(next)) = (first, next) {
        odd |= oddities(first, next);
    }
    if let (true, Some(second), Some(after)) = (32 < left, second, after) {
        odd |= oddities(second, after);
    }
    odd == 0
}

/// Not 0 if a byte is a control character's or begins or ends as one of the others; in a shape processors do at once.
#[inline]
fn oddities(chunk: &[u8; 32], next: &[u8; 32]) -> u8 {
    let mut odd = [0; 32];
    for ((odd, &byte), &next) in odd.iter_mut().zip(chunk).zip(next) {
        let mark = u8::from(byte == 0xBB) & u8::from(next == 0xBF);
        *odd = u8::from(byte < 0x20) | u8::from(byte == 0x7F) | u8::from(byte == 0xC2) | mark;
    }
    odd.iter().fold(0, |all, odd| all | odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_seen_wherever_it_stands() {
        for length in 0..100 {
            let plain = "１山a".repeat(16);
            let plain = &plain.as_bytes()[..length];
            assert!(is_plain(plain));
            for at in 0..length {
                for odd in ["\n", "\u{7F}", "\u{85}", "\u{FEFF}"] {
                    let text = [&plain[..at], odd.as_bytes(), &plain[at..]].concat();
                    assert!(!is_plain(&text), "{odd:?} at {at} of {length}");
                }
            }
        }
    }
}
