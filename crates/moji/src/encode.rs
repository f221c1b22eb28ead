//! Text to bytes, one field at a time.

use crate::charset::{Charset, Endian};
use crate::cluster::{clusters, is_selector};
use crate::error::EncodeError;
use crate::jef::Jef;
use crate::options::{CharEvent, Done, Field, Options, Overflow, Unmappable};
use crate::widen::{voiced, wide};

/// Leaves double-byte state (漢字アウト).
const SHIFT_OUT: u8 = 0x29;
/// 〓 in JEF.
const SUBSTITUTE_DOUBLE: u16 = 0xA2AE;
/// `?` in EBCDIC.
const SUBSTITUTE_SINGLE: u8 = 0x6F;

/// Writes text in a charset (文字コード変換・出力側). Every field starts fresh, so fields may be written in any order and on
/// any thread.
#[derive(Clone, Copy)]
pub struct Encoder {
    charset: Charset,
    options: Options,
    /// Of a Unicode charset it is never asked.
    jef: Option<&'static Jef>,
}

impl Encoder {
    /// An encoder for one charset and one link's options. Builds the tables on first use in the process.
    #[must_use]
    pub fn new(charset: Charset, options: Options) -> Self {
        let jef = (charset == Charset::JefEbcdicKana).then(|| Jef::of(options.map));
        Self { charset, options, jef }
    }

    /// The charset it writes.
    #[must_use]
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// Name and hash of the tables, for the evidence of a delivery (変換表の版).
    #[must_use]
    pub fn table_version(&self) -> &str {
        self.jef.map_or("unicode", Jef::version)
    }

    /// Appends `text` to `out`. What was not written exactly is appended to `events`; clean text allocates nothing.
    ///
    /// # Errors
    /// [`EncodeError::Unmappable`] under [`Unmappable::Reject`]. `out` and `events` are then as before the call.
    pub fn encode(
        &self,
        field: Field,
        text: &str,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), EncodeError> {
        let (start, events_start) = (out.len(), events.len());
        if self.encode_clean(field, text, out) {
            return Ok(());
        }
        out.truncate(start);
        self.encode_reporting(field, text, None, out, events).inspect_err(|_| {
            out.truncate(start);
            events.truncate(events_start);
        })
    }

    /// Appends `text` and fills up to exactly `bytes` bytes with the field's padding: X 40, N 4040, M 40 behind the last
    /// shift-out; U+0020 (in N fields U+3000) in Unicode.
    ///
    /// # Errors
    /// As [`encode`](Self::encode); [`EncodeError::Overflow`] under [`Overflow::Reject`]; [`EncodeError::Length`] if
    /// `bytes` is not a whole number of padding characters. `out` and `events` are then as before the call.
    pub fn encode_fixed(
        &self,
        field: Field,
        text: &str,
        bytes: usize,
        overflow: Overflow,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), EncodeError> {
        let (start, events_start) = (out.len(), events.len());
        self.encode(field, text, out, events)?;
        let needed = out.len() - start;
        if bytes < needed {
            out.truncate(start);
            events.truncate(events_start);
            if overflow == Overflow::Reject {
                return Err(EncodeError::Overflow { needed, bytes });
            }
            self.encode_reporting(field, text, Some(bytes), out, events)?;
        }
        self.pad(field, bytes, start, out).inspect_err(|_| {
            out.truncate(start);
            events.truncate(events_start);
        })
    }

    /// Bytes of one padding character, so that a layout can check a field's length beforehand.
    #[must_use]
    pub fn unit(&self, field: Field) -> usize {
        self.padding(field).1
    }

    fn pad(&self, field: Field, bytes: usize, start: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let (padding, unit) = self.padding(field);
        let end = start + bytes;
        if !(end - out.len()).is_multiple_of(unit) {
            return Err(EncodeError::Length { bytes, unit });
        }
        while out.len() < end {
            out.extend_from_slice(padding.get(..unit).unwrap_or_default());
        }
        Ok(())
    }

    fn padding(&self, field: Field) -> ([u8; 4], usize) {
        let wide = field == Field::Double;
        match self.charset {
            // A UTF-8 field is counted in bytes, and only the one-byte space fills every rest.
            Charset::Utf8 => ([0x20, 0, 0, 0], 1),
            Charset::Utf16 { endian: Endian::Little, .. } if wide => ([0x00, 0x30, 0, 0], 2),
            Charset::Utf16 { endian: Endian::Little, .. } => ([0x20, 0x00, 0, 0], 2),
            Charset::Utf16 { endian: Endian::Big, .. } if wide => ([0x30, 0x00, 0, 0], 2),
            Charset::Utf16 { endian: Endian::Big, .. } => ([0x00, 0x20, 0, 0], 2),
            Charset::Ucs4 { endian: Endian::Little, .. } if wide => ([0x00, 0x30, 0, 0], 4),
            Charset::Ucs4 { endian: Endian::Little, .. } => ([0x20, 0x00, 0, 0], 4),
            Charset::Ucs4 { endian: Endian::Big, .. } if wide => ([0, 0, 0x30, 0x00], 4),
            Charset::Ucs4 { endian: Endian::Big, .. } => ([0, 0, 0x00, 0x20], 4),
            Charset::JefEbcdicKana if wide => ([0x40, 0x40, 0, 0], 2),
            Charset::JefEbcdicKana => ([0x40, 0, 0, 0], 1),
        }
    }

    /// The path of nearly every field: true if the whole text was written exactly. If false, `out` holds a part of it.
    fn encode_clean(&self, field: Field, text: &str, out: &mut Vec<u8>) -> bool {
        let Some(jef) = self.jef else {
            if self.options.widen && field == Field::Double && text.chars().any(|c| wide(c).is_some()) {
                return false;
            }
            put_unicode(self.charset, text, out);
            return true;
        };
        out.reserve(text.len());
        match field {
            Field::Double => text.chars().all(|c| match jef.double(c) {
                Some(code) => {
                    out.extend_from_slice(&code.to_be_bytes());
                    true
                }
                None => false,
            }),
            Field::Single => text.chars().all(|c| match jef.single(c) {
                Some((byte, false)) => {
                    out.push(byte);
                    true
                }
                _ => false,
            }),
            Field::Mixed | Field::Text => {
                let mut run = Run::new(self.options.shift_in.byte());
                let clean = text.chars().all(|c| match (jef.single(c), jef.double(c)) {
                    (Some((byte, false)), _) => {
                        run.single(byte, out);
                        true
                    }
                    (None, Some(code)) => {
                        run.double(code, out);
                        true
                    }
                    _ => false,
                });
                run.close(out);
                clean
            }
        }
    }

    /// Cluster by cluster, with events, and no further than `limit` bytes.
    fn encode_reporting(
        &self,
        field: Field,
        text: &str,
        limit: Option<usize>,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), EncodeError> {
        let start = out.len();
        let mut run = Run::new(self.options.shift_in.byte());
        let mut report = Report { events, run_end: None };
        let (mut rest, mut position, mut scalar_offset) = (text, 0, 0);
        while !rest.is_empty() {
            let unit = self.next_unit(field, rest);
            let written = self
                .unit_bytes(field, &unit)
                .ok_or_else(|| EncodeError::Unmappable { scalar_offset, cluster: unit.cluster.to_owned() })?;
            let before = (out.len(), run);
            match written.code {
                Code::Single(byte) => run.single(byte, out),
                Code::Double(code) if field == Field::Double => out.extend_from_slice(&code.to_be_bytes()),
                Code::Double(code) => run.double(code, out),
                Code::Unicode => put_unicode(self.charset, unit.text(&mut [0; 4]), out),
            }
            let close = usize::from(run.is_double());
            if limit.is_some_and(|limit| limit < out.len() - start + close) {
                out.truncate(before.0);
                run = before.1;
                report.push(position, 1, rest, Done::Truncated, "");
                break;
            }
            if let Some(wide) = unit.wide {
                report.push(position, unit.count, unit.cluster, Done::Widened, wide.encode_utf8(&mut [0; 4]));
            }
            if let Some((done, to)) = written.done {
                let to = to.map(String::from).unwrap_or_default();
                report.push(position, unit.count, unit.cluster, done, &to);
            }
            position += unit.count;
            scalar_offset += unit.cluster.chars().count();
            rest = rest.get(unit.cluster.len()..).unwrap_or_default();
        }
        run.close(out);
        Ok(())
    }

    /// The next cluster; two of them if a half-width kana and its voiced mark become one full-width kana.
    fn next_unit<'text>(&self, field: Field, rest: &'text str) -> Unit<'text> {
        let mut both = clusters(rest);
        let cluster = both.next().unwrap_or(rest);
        let unit = Unit { cluster, wide: None, count: 1 };
        if !(self.options.widen && field == Field::Double) {
            return unit;
        }
        let Some(kana) = one_scalar(cluster) else { return unit };
        if let Some(mark) = both.next().filter(|next| one_scalar(next).is_some())
            && let Some(joined) = mark.chars().next().and_then(|mark| voiced(kana, mark))
        {
            let cluster = rest.get(..cluster.len() + mark.len()).unwrap_or(cluster);
            return Unit { cluster, wide: Some(joined), count: 2 };
        }
        Unit { wide: wide(kana), ..unit }
    }

    /// What is written for a unit under the link's policy, [`None`] if it is refused.
    fn unit_bytes(&self, field: Field, unit: &Unit<'_>) -> Option<Written> {
        let Some(jef) = self.jef else { return Some(Written { code: Code::Unicode, done: None }) };
        let mut scalars = unit.cluster.chars();
        let base = unit.wide.or_else(|| scalars.next())?;
        // No table of variation sequences is loaded, so a selector never has an exact code.
        let selector = unit.wide.is_none() && scalars.next().is_some_and(is_selector);
        if !selector && let Some(written) = cell(jef, field, base) {
            return Some(written);
        }
        match self.options.unmappable {
            Unmappable::Reject => return None,
            Unmappable::Substitute | Unmappable::Shrink => {}
        }
        if selector && let Some(written) = cell(jef, field, base) {
            return Some(Written { done: Some((Done::SelectorDropped, Some(base))), ..written });
        }
        let (code, to) = match field {
            Field::Single => (Code::Single(SUBSTITUTE_SINGLE), '?'),
            Field::Double | Field::Mixed | Field::Text => (Code::Double(SUBSTITUTE_DOUBLE), '〓'),
        };
        Some(Written { code, done: Some((Done::Substituted, Some(to))) })
    }
}

/// The cell of one scalar: outside N fields the single-byte table first, outside X fields the double-byte table.
fn cell(jef: &Jef, field: Field, c: char) -> Option<Written> {
    if field != Field::Double
        && let Some((byte, folded)) = jef.single(c)
    {
        let done = folded.then(|| (Done::Folded, jef.char_of_single(byte)));
        return Some(Written { code: Code::Single(byte), done });
    }
    let code = jef.double(c).filter(|_| field != Field::Single)?;
    Some(Written { code: Code::Double(code), done: None })
}

struct Unit<'text> {
    cluster: &'text str,
    wide: Option<char>,
    /// Clusters in it.
    count: usize,
}

impl<'text> Unit<'text> {
    fn text<'buffer>(&self, buffer: &'buffer mut [u8; 4]) -> &'buffer str
    where
        'text: 'buffer,
    {
        match self.wide {
            Some(wide) => wide.encode_utf8(buffer),
            None => self.cluster,
        }
    }
}

struct Written {
    code: Code,
    done: Option<(Done, Option<char>)>,
}

enum Code {
    Single(u8),
    Double(u16),
    Unicode,
}

/// Shift state of an M field. N and X fields never change state and write no shift codes.
#[derive(Clone, Copy)]
struct Run {
    shift_in: u8,
    double: bool,
}

impl Run {
    fn new(shift_in: u8) -> Self {
        Self { shift_in, double: false }
    }

    fn is_double(self) -> bool {
        self.double
    }

    fn single(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.close(out);
        out.push(byte);
    }

    fn double(&mut self, code: u16, out: &mut Vec<u8>) {
        if !self.double {
            out.push(self.shift_in);
            self.double = true;
        }
        out.extend_from_slice(&code.to_be_bytes());
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.double {
            out.push(SHIFT_OUT);
            self.double = false;
        }
    }
}

/// Collects events; neighbours that were widened or folded become one event.
struct Report<'events> {
    events: &'events mut Vec<CharEvent>,
    run_end: Option<usize>,
}

impl Report<'_> {
    fn push(&mut self, position: usize, count: usize, cluster: &str, done: Done, to: &str) {
        let joins = matches!(done, Done::Widened | Done::Folded) && self.run_end == Some(position);
        self.run_end = Some(position + count);
        if let Some(last) = self.events.last_mut().filter(|last| joins && last.done == done) {
            last.cluster.push_str(cluster);
            last.to.push_str(to);
            return;
        }
        self.events.push(CharEvent { position, cluster: cluster.to_owned(), done, to: to.to_owned() });
    }
}

fn one_scalar(cluster: &str) -> Option<char> {
    let mut chars = cluster.chars();
    chars.next().filter(|_| chars.as_str().is_empty())
}

fn put_unicode(charset: Charset, text: &str, out: &mut Vec<u8>) {
    match charset {
        Charset::Utf8 | Charset::JefEbcdicKana => out.extend_from_slice(text.as_bytes()),
        Charset::Utf16 { endian, .. } => {
            out.reserve(text.len());
            for unit in text.encode_utf16() {
                out.extend_from_slice(&match endian {
                    Endian::Little => unit.to_le_bytes(),
                    Endian::Big => unit.to_be_bytes(),
                });
            }
        }
        Charset::Ucs4 { endian, .. } => {
            out.reserve(text.len());
            for c in text.chars() {
                out.extend_from_slice(&match endian {
                    Endian::Little => u32::from(c).to_le_bytes(),
                    Endian::Big => u32::from(c).to_be_bytes(),
                });
            }
        }
    }
}
