//! Codes: what a charset writes for one character.

use std::fmt;

/// The code of one character (文字コード), one to four bytes in the order in which they are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    length: u8,
    bytes: [u8; 4],
}

impl Code {
    /// A code of one byte.
    #[must_use]
    pub const fn single(byte: u8) -> Self {
        Self { length: 1, bytes: [byte, 0, 0, 0] }
    }

    /// A code of two bytes, the first in the high byte.
    #[must_use]
    pub const fn double(code: u16) -> Self {
        let [first, second] = code.to_be_bytes();
        Self { length: 2, bytes: [first, second, 0, 0] }
    }

    /// A code of one to four bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut code = Self { length: u8::try_from(bytes.len()).ok()?, bytes: [0; 4] };
        code.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        (code.length != 0).then_some(code)
    }

    /// Reads hex digits, two for each byte: `B0A2`.
    #[must_use]
    pub fn parse_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.is_empty() || 8 < digits.len() || !digits.len().is_multiple_of(2) {
            return None;
        }
        let mut bytes = [0; 4];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
            let pair = std::str::from_utf8(pair).ok()?;
            // `from_str_radix` takes a sign, which is no digit here.
            *byte = u8::from_str_radix(pair, 16).ok().filter(|_| !pair.starts_with('+'))?;
        }
        Self::new(bytes.get(..digits.len() / 2)?)
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Its value, if it has two bytes.
    #[must_use]
    pub fn as_double(self) -> Option<u16> {
        let [first, second, ..] = self.bytes;
        (self.length == 2).then_some(u16::from_be_bytes([first, second]))
    }

    /// Its value, if it has one byte.
    #[must_use]
    pub fn as_single(self) -> Option<u8> {
        let [first, ..] = self.bytes;
        (self.length == 1).then_some(first)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_in_hex() {
        for (text, want) in [
            ("F1", Some(Code::single(0xF1))),
            ("b0a2", Some(Code::double(0xB0A2))),
            ("8FA2AF", Code::new(&[0x8F, 0xA2, 0xAF])),
            ("", None),
            ("B0A", None),
            ("+0A2", None),
            ("B0A2B0A2B0", None),
            ("亜", None),
        ] {
            assert_eq!(Code::parse_hex(text), want, "{text}");
        }
        assert_eq!(Code::double(0xB0A2).to_string(), "B0A2");
        assert_eq!((Code::double(0x0041).as_double(), Code::single(0x41).as_double()), (Some(0x41), None));
    }
}
