//! Bytes to text, one field at a time.

use crate::charset::{Charset, Endian};
use crate::error::{DecodeError, DecodeRule};
use crate::jef::Jef;
use crate::options::{CharEvent, Done, Field, Options, Undefined};

/// Reads text in a charset (文字コード変換・入力側). Every field starts fresh.
#[derive(Clone, Copy)]
pub struct Decoder {
    charset: Charset,
    options: Options,
    jef: Option<&'static Jef>,
}

impl Decoder {
    /// A decoder for one charset and one link's options. Builds the tables on first use in the process.
    #[must_use]
    pub fn new(charset: Charset, options: Options) -> Self {
        let jef = (charset == Charset::JefEbcdicKana).then(|| Jef::of(options.map));
        Self { charset, options, jef }
    }

    /// Name and hash of the tables, for the evidence of a delivery (変換表の版).
    #[must_use]
    pub fn table_version(&self) -> &str {
        self.jef.map_or("unicode", Jef::version)
    }

    /// Appends the text of one field to `out`. A byte order mark is the caller's business: it stands at the start of a
    /// stream, not of a field.
    ///
    /// # Errors
    /// A [`DecodeError`] with the offset in `bytes`; in JEF only under [`Undefined::Reject`], in Unicode always. `out` and
    /// `events` are then as before the call.
    pub fn decode(
        &self,
        field: Field,
        bytes: &[u8],
        out: &mut String,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), DecodeError> {
        let (start, events_start) = (out.len(), events.len());
        let read = match (self.charset, self.jef) {
            (Charset::Utf16 { endian, .. }, _) => utf16(endian, bytes, out),
            (Charset::Ucs4 { endian, .. }, _) => ucs4(endian, bytes, out),
            (Charset::JefEbcdicKana, Some(jef)) => {
                let substitute = self.options.undefined == Undefined::Substitute;
                Reader { jef, bytes, at: 0, position: 0, substitute, out, events }.run(field)
            }
            (Charset::Utf8 | Charset::JefEbcdicKana, _) => utf8(bytes, out),
        };
        if let Err(error) = read {
            out.truncate(start);
            events.truncate(events_start);
            return Err(error);
        }
        if self.options.trim {
            let space = if field == Field::Double { '\u{3000}' } else { ' ' };
            let kept = out.get(start..).unwrap_or_default().trim_end_matches(space).len();
            out.truncate(start + kept);
        }
        Ok(())
    }
}

fn utf8(bytes: &[u8], out: &mut String) -> Result<(), DecodeError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| DecodeError { offset: error.valid_up_to(), rule: DecodeRule::InvalidUtf8 })?;
    out.push_str(text);
    Ok(())
}

fn utf16(endian: Endian, bytes: &[u8], out: &mut String) -> Result<(), DecodeError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| match endian {
        Endian::Little => u16::from_le_bytes(pair),
        Endian::Big => u16::from_be_bytes(pair),
    });
    out.reserve(bytes.len());
    let mut offset = 0;
    for c in char::decode_utf16(units) {
        let c = c.map_err(|_| DecodeError { offset, rule: DecodeRule::LoneSurrogate })?;
        out.push(c);
        offset += 2 * c.len_utf16();
    }
    if rest.is_empty() { Ok(()) } else { Err(DecodeError { offset, rule: DecodeRule::TruncatedUnit }) }
}

fn ucs4(endian: Endian, bytes: &[u8], out: &mut String) -> Result<(), DecodeError> {
    let (units, rest) = bytes.as_chunks::<4>();
    let mut offset = 0;
    for &unit in units {
        let value = match endian {
            Endian::Little => u32::from_le_bytes(unit),
            Endian::Big => u32::from_be_bytes(unit),
        };
        let rule = DecodeRule::InvalidScalar;
        out.push(char::from_u32(value).ok_or(DecodeError { offset, rule })?);
        offset += 4;
    }
    if rest.is_empty() { Ok(()) } else { Err(DecodeError { offset, rule: DecodeRule::TruncatedUnit }) }
}

struct Reader<'a> {
    jef: &'static Jef,
    bytes: &'a [u8],
    at: usize,
    position: usize,
    substitute: bool,
    out: &'a mut String,
    events: &'a mut Vec<CharEvent>,
}

impl Reader<'_> {
    fn run(&mut self, field: Field) -> Result<(), DecodeError> {
        let shifts = matches!(field, Field::Mixed | Field::Text);
        let mut double = field == Field::Double;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                0x28 | 0x38 if shifts => {
                    double = true;
                    self.at += 1;
                }
                0x29 if shifts => {
                    double = false;
                    self.at += 1;
                }
                _ if double => self.pair(byte)?,
                _ => match self.jef.char_of_single(byte) {
                    Some(c) => self.put(c, 1),
                    None => self.bad(DecodeRule::Undefined, 1)?,
                },
            }
        }
        Ok(())
    }

    fn pair(&mut self, lead: u8) -> Result<(), DecodeError> {
        if !(0x40..=0xFE).contains(&lead) {
            return self.bad(DecodeRule::Undefined, 1);
        }
        match self.bytes.get(self.at + 1) {
            // Half a padding character is padding that was cut.
            None if lead == 0x40 => {
                self.at += 1;
                Ok(())
            }
            None | Some(0x28 | 0x29 | 0x38) => self.bad(DecodeRule::TruncatedPair, 1),
            Some(&second) => match self.jef.char_of_double(u16::from_be_bytes([lead, second])) {
                Some(c) => {
                    self.put(c, 2);
                    Ok(())
                }
                None => self.bad(DecodeRule::Undefined, 2),
            },
        }
    }

    fn put(&mut self, c: char, bytes: usize) {
        self.out.push(c);
        self.at += bytes;
        self.position += 1;
    }

    fn bad(&mut self, rule: DecodeRule, length: usize) -> Result<(), DecodeError> {
        if !self.substitute {
            return Err(DecodeError { offset: self.at, rule });
        }
        let bytes = self.bytes.get(self.at..self.at + length).unwrap_or_default();
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        self.events.push(CharEvent {
            position: self.position,
            cluster: hex.concat(),
            done: Done::Substituted,
            to: '\u{FFFD}'.to_string(),
        });
        self.put('\u{FFFD}', length);
        Ok(())
    }
}
