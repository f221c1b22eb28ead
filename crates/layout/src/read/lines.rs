//! Where a record of text ends: lines, and quotes that may hold line ends.
//!
//! Bytes are looked at before they are decoded, so that an error in one record leaves the next one alone. Charsets whose
//! double-byte characters could hold a quote or a line end are refused when a layout is compiled.

use moji::{Charset, Endian};

use crate::error::ReadRule;

/// The longest record of text: beyond it a quote that was never closed would take the whole file with it.
pub(super) const RECORD_BYTES_MAX: usize = 1 << 20;

/// What was looked at of the record at hand.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scan {
    /// Offset up to which it was looked at.
    pub(super) at: usize,
    /// Whether that is inside quotes.
    quoted: bool,
    /// Offset of the quote that was opened last, and of one that is wrong.
    open: usize,
    broken: Option<usize>,
    /// Whether what comes is the rest of a record that was too long.
    endless: bool,
    /// Elements of XML that are open.
    pub(super) depth: usize,
    /// Offset from which an end of the thing at `at`, or of a line with a wrong quote, is looked for.
    pub(super) inner: usize,
    /// Whether the root element of XML has come, and has gone.
    pub(super) opened: bool,
    pub(super) closed: bool,
    /// Whether a byte order mark nobody had announced is still to be told.
    pub(super) mark_told: bool,
}

impl Scan {
    /// Starts with the next record.
    pub(super) fn restart(&mut self) {
        *self = Self {
            endless: self.endless,
            opened: self.opened,
            closed: self.closed,
            mark_told: self.mark_told,
            ..Self::default()
        };
    }
}

/// A record found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes of the record without its line end.
    pub(super) body: usize,
    /// Bytes with it.
    pub(super) length: usize,
    /// What is wrong already, and where.
    pub(super) wrong: Option<(usize, ReadRule)>,
}

/// ASCII characters in a charset of units of one, two or four bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    pub(super) width: usize,
    big: bool,
}

impl Units {
    pub(super) fn of(charset: &Charset) -> Self {
        match charset {
            Charset::Utf16 { endian, .. } => Self { width: 2, big: *endian == Endian::Big },
            Charset::Utf32 { endian, .. } => Self { width: 4, big: *endian == Endian::Big },
            _ => Self { width: 1, big: false },
        }
    }

    /// The unit at an offset.
    pub(super) fn get(self, bytes: &[u8], at: usize) -> Option<u32> {
        let unit = bytes.get(at..at + self.width)?;
        let fold = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
        Some(if self.big { unit.iter().fold(0, fold) } else { unit.iter().rev().fold(0, fold) })
    }

    /// The first of some ASCII characters from an offset on.
    pub(super) fn find(self, bytes: &[u8], from: usize, any: [u8; 3]) -> Option<usize> {
        let rest = bytes.get(from..)?;
        if self.width == 1 {
            let [a, b, c] = any;
            return memchr::memchr3(a, b, c, rest).map(|at| from + at);
        }
        let wanted = any.map(u32::from);
        let is_wanted = |at: &usize| self.get(bytes, *at).is_some_and(|unit| wanted.contains(&unit));
        (from..bytes.len()).step_by(self.width).find(is_wanted)
    }

    /// Whether an ASCII text stands at an offset; [`None`] if there are too few bytes to tell.
    pub(super) fn starts(self, bytes: &[u8], at: usize, text: &str) -> Option<bool> {
        for (index, byte) in text.bytes().enumerate() {
            if self.get(bytes, at + index * self.width)? != u32::from(byte) {
                return Some(false);
            }
        }
        Some(true)
    }

    /// The first place of an ASCII text from an offset on.
    pub(super) fn find_text(self, bytes: &[u8], from: usize, text: &str) -> Option<usize> {
        let first = *text.as_bytes().first()?;
        let mut from = from;
        loop {
            let at = self.find(bytes, from, [first; 3])?;
            if self.starts(bytes, at, text)? {
                return Some(at);
            }
            from = at + self.width;
        }
    }
}

/// Finds the end of a line. [`None`]: more bytes are needed.
fn line_end(units: Units, bytes: &[u8], from: usize, last: bool) -> Option<Result<(usize, usize), usize>> {
    let Some(at) = units.find(bytes, from, *b"\n\r\n") else {
        return if last {
            Some(Ok((bytes.len(), bytes.len())))
        } else {
            Some(Err(whole(units, bytes.len())))
        };
    };
    let next = at + units.width;
    match (units.get(bytes, at), units.get(bytes, next)) {
        (Some(0x0A), _) => Some(Ok((at, next))),
        (_, Some(0x0A)) => Some(Ok((at, next + units.width))),
        (_, None) if !last => Some(Err(at)),
        _ => Some(Ok((at, next))),
    }
}

/// Whole units only, so that a unit that is cut is looked at again.
fn whole(units: Units, length: usize) -> usize {
    length - length % units.width
}

impl Scan {
    /// Finds a record that ends with its line (JSON lines, CSV without quotes). [`None`]: more bytes are needed.
    pub(super) fn line(&mut self, units: Units, bytes: &[u8], last: bool) -> Option<Found> {
        let endless = || Some((0, ReadRule::Endless { max: RECORD_BYTES_MAX }));
        match line_end(units, bytes, self.at, last)? {
            Ok((body, length)) => {
                let wrong = if std::mem::take(&mut self.endless) { endless() } else { None };
                Some(Found { body, length, wrong })
            }
            Err(at) if RECORD_BYTES_MAX < bytes.len() => {
                self.endless = true;
                Some(Found { body: at, length: at, wrong: endless() })
            }
            Err(at) => {
                self.at = at;
                None
            }
        }
    }

    /// Finds a record of CSV, whose quotes may hold line ends. [`None`]: more bytes are needed.
    ///
    /// A quote that is wrong ends the record at the end of its first line, so that it does not take those behind it along.
    /// A line that leaves a quote open has an odd run of quotes, and the lines up to where that is found to be wrong have
    /// none; read for themselves they leave nothing open, so nothing is looked at more than twice.
    pub(super) fn quoted(
        &mut self,
        units: Units,
        delimiter: char,
        bytes: &[u8],
        last: bool,
    ) -> Option<Found> {
        if self.endless {
            return self.line(units, bytes, last);
        }
        let delimiter = u32::from(delimiter);
        while self.broken.is_none() {
            if self.quoted {
                let Some(at) = units.find(bytes, self.at, *b"\"\"\"") else {
                    if last || RECORD_BYTES_MAX < bytes.len() {
                        self.broken = Some(whole(units, bytes.len()));
                        break;
                    }
                    self.at = whole(units, bytes.len());
                    return None;
                };
                let next = at + units.width;
                match units.get(bytes, next) {
                    Some(0x22) => self.at = next + units.width,
                    Some(unit) if unit == delimiter || unit == 0x0A || unit == 0x0D => {
                        (self.quoted, self.at) = (false, next);
                    }
                    None if last => (self.quoted, self.at) = (false, next),
                    None => {
                        self.at = at;
                        return None;
                    }
                    Some(_) => self.broken = Some(at),
                }
                continue;
            }
            let found = units.find(bytes, self.at, *b"\"\n\r");
            match found.filter(|&at| units.get(bytes, at) == Some(0x22)) {
                Some(at) => {
                    let before = at.checked_sub(units.width).and_then(|before| units.get(bytes, before));
                    if at == 0 || before == Some(delimiter) {
                        (self.quoted, self.open, self.at) = (true, at, at + units.width);
                    } else {
                        self.broken = Some(at);
                    }
                }
                None => {
                    self.at = found.unwrap_or(self.at);
                    return self.line(units, bytes, last);
                }
            }
        }
        let broken = self.broken?;
        // A quote that is wrong behind this line was opened in it.
        let told = |body| if broken < body { broken } else { self.open.min(body) };
        // Once a quote is wrong, only the line is looked for, from its start.
        match line_end(units, bytes, self.inner, last)? {
            Ok((body, length)) => Some(Found { body, length, wrong: Some((told(body), ReadRule::Quote)) }),
            Err(at) if RECORD_BYTES_MAX < bytes.len() => {
                self.endless = true;
                Some(Found { body: at, length: at, wrong: Some((told(at), ReadRule::Quote)) })
            }
            Err(at) => {
                self.inner = at;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records of a text, each with a mark behind it if it is wrong; the same whole and byte by byte.
    fn records(text: &str) -> Vec<String> {
        let units = Units::of(&Charset::UTF_8);
        let cut = |sizes: &mut dyn Iterator<Item = usize>| {
            let (mut held, mut given, mut found) = (0, 0, Vec::new());
            let mut scan = Scan::default();
            let bytes = text.as_bytes();
            loop {
                let last = given == bytes.len();
                if held == bytes.len() {
                    return found;
                }
                match scan.quoted(units, ',', &bytes[held..given], last) {
                    Some(record) => {
                        let mark = if record.wrong.is_some() { "!" } else { "" };
                        found.push(format!("{}{mark}", &text[held..held + record.body]));
                        held += record.length;
                        scan.restart();
                    }
                    None => given = (given + sizes.next().unwrap()).min(bytes.len()),
                }
            }
        };
        let whole = cut(&mut std::iter::repeat(text.len()));
        assert_eq!(cut(&mut std::iter::repeat(1)), whole, "byte by byte: {text:?}");
        whole
    }

    #[test]
    fn records_end_with_their_line_unless_it_is_quoted() {
        for (text, want) in [
            ("a,b\r\nc,d\r\n", vec!["a,b", "c,d"]),
            ("a\nb\rc", vec!["a", "b", "c"]),
            ("\"a\r\nb\",c\r\nd", vec!["\"a\r\nb\",c", "d"]),
            ("\"a\"\"\nb\"\nc", vec!["\"a\"\"\nb\"", "c"]),
            ("a\"b,c\nd\n", vec!["a\"b,c!", "d"]),
            ("\"a\"b\nd\n", vec!["\"a\"b!", "d"]),
            // Never closed: its line is lost, those behind it are not.
            ("a,\"b\nc,d\ne,f\n", vec!["a,\"b!", "c,d", "e,f"]),
            ("a,\"b\nc,\"d\"\ne,f\n", vec!["a,\"b!", "c,\"d\"", "e,f"]),
            ("", vec![]),
            ("\n\n", vec!["", ""]),
            ("\"", vec!["\"!"]),
        ] {
            assert_eq!(records(text), want, "{text:?}");
        }
    }
}
