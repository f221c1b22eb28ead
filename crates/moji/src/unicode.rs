//! UTF-8, UTF-16 and UTF-32, with the town's private characters where a table names them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::charset::{Charset, Endian};
use crate::cluster::{Cluster, Pairs};
use crate::code::Code;
use crate::decode::Piecewise;
use crate::encode::Place;
use crate::error::{DecodeError, DecodeRule, EncodeError};
use crate::event::{CharEvent, Done, Piece};
use crate::lanes::{Lanes, STEP, Wide, widest, widest_of_all};
use crate::options::{Field, Options, Undefined, Unmappable};
use crate::widen::{voiced, wide};

/// How many scalars valid UTF-8 has: the bytes that do not continue one.
pub(crate) fn scalars(text: &[u8]) -> usize {
    let (steps, rest) = text.as_chunks::<STEP>();
    let short = rest.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    if steps.is_empty() { short } else { short + widest(Count(steps)) }
}

struct Count<'a>(&'a [[u8; STEP]]);

impl Wide for Count<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> usize {
        self.0.iter().map(|step| usize::try_from(lanes.firsts(step).count_ones()).unwrap_or_default()).sum()
    }
}

/// Counts scalars before places that go forward only.
pub(crate) struct Scalars<'a> {
    text: &'a [u8],
    /// Where the present word of sixty-four bytes starts.
    start: usize,
    before: usize,
    /// Its bytes that do not continue a scalar.
    firsts: u64,
}

impl<'a> Scalars<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, start: 0, before: 0, firsts: firsts(text) }
    }

    /// Scalars that start before an offset, which is not lower than one asked for earlier.
    pub(crate) fn before(&mut self, offset: usize) -> usize {
        while self.start + 64 <= offset {
            self.before += count(self.firsts);
            self.start += 64;
            self.firsts = firsts(self.text.get(self.start..).unwrap_or_default());
        }
        let inside = u32::try_from(offset.saturating_sub(self.start)).unwrap_or_default();
        self.before + count(self.firsts & ((1 << inside) - 1))
    }

    /// All scalars.
    pub(crate) fn all(&self) -> usize {
        self.before + scalars(self.text.get(self.start..).unwrap_or_default())
    }
}

/// Of the first sixty-four bytes, those that do not continue a scalar.
fn firsts(text: &[u8]) -> u64 {
    let mut padded = [0x80; 2 * STEP];
    let front = text.get(..2 * STEP).unwrap_or(text);
    if let Some(slot) = padded.get_mut(..front.len()) {
        slot.copy_from_slice(front);
    }
    widest(Firsts(&padded))
}

struct Firsts<'a>(&'a [u8; 2 * STEP]);

impl Wide for Firsts<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let steps = self.0.as_chunks::<STEP>().0.iter().rev();
        steps.fold(0, |bits, step| bits << 32 | u64::from(lanes.firsts(step)))
    }
}

fn count(bits: u64) -> usize {
    usize::try_from(bits.count_ones()).unwrap_or_default()
}

/// A Unicode charset with a link's policy.
#[derive(Clone)]
pub(crate) struct UnicodePolicy {
    /// The Unicode charset that is written; of a pack, the one it is built on.
    pub base: Charset,
    pub pairs: Arc<Pairs>,
    pub unmappable: Unmappable,
    pub widen: bool,
    pub private: Option<Arc<Private>>,
}

/// The town's private scalars: what they stand for.
pub(crate) struct Private {
    pub name: String,
    pub of: HashMap<Cluster, char>,
    pub back: HashMap<char, Option<Cluster>>,
}

impl UnicodePolicy {
    pub(crate) fn new(
        base: Charset,
        options: &Options,
        pairs: Arc<Pairs>,
        private: Option<Arc<Private>>,
    ) -> Self {
        Self { base, pairs, unmappable: options.unmappable, widen: options.widen, private }
    }

    pub(crate) fn version(&self) -> &str {
        self.private.as_ref().map_or("unicode", |private| &private.name)
    }

    pub(crate) fn is_two_bytes(&self) -> bool {
        matches!(self.base, Charset::Utf16 { .. })
    }

    pub(crate) fn write(
        &self,
        field: Field,
        text: &str,
        place: &Place,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), EncodeError> {
        let widens = self.widen && field == Field::Double;
        let is_plain = self.private.is_none() && !(widens && text.chars().any(|c| wide(c).is_some()));
        if is_plain && put_unmarked(&self.base, text, out) {
            return Ok(());
        }
        let (mut rest, mut offset) = (text, 0);
        let mut edited = String::with_capacity(text.len());
        while let Some((cluster, behind)) = self.pairs.split_first(rest) {
            let mut report = |offset, from, done, to| {
                events.push(CharEvent { position: 0, offset, from: Piece::Text(from), done, to });
            };
            rest = behind;
            let start = offset;
            offset += cluster.len_utf8();
            // Whoever reads a byte order mark inside a text takes it for the start of another.
            if cluster.base() == '\u{FEFF}' {
                if matches!(self.unmappable, Unmappable::Reject | Unmappable::Keep) {
                    return Err(unmappable(text, start, cluster, place));
                }
                report(start, cluster, Done::Tidied, Piece::Nothing);
                continue;
            }
            if let (true, Some(c)) = (widens, cluster.single())
                && let Some(plain) = wide(c)
            {
                let mark = self.pairs.split_first(rest).and_then(|(mark, behind)| {
                    voiced(c, mark.single()?).map(|joined| (joined, mark, behind))
                });
                let full = mark.map_or(plain, |(joined, ..)| joined);
                report(start, cluster, Done::Widened, Piece::from(full));
                if let Some((_, mark, behind)) = mark {
                    report(offset, mark, Done::Widened, Piece::Nothing);
                    offset += mark.len_utf8();
                    rest = behind;
                }
                edited.push(full);
                continue;
            }
            match self.private.as_ref().map(|private| private.find(cluster)) {
                Some(Row::Own(private)) => edited.push(private),
                Some(Row::Taken) => {
                    if matches!(self.unmappable, Unmappable::Reject | Unmappable::Keep) {
                        return Err(unmappable(text, start, cluster, place));
                    }
                    report(start, cluster, Done::Substituted, Piece::from('〓'));
                    edited.push('〓');
                }
                Some(Row::None) | None => edited.extend(cluster.chars()),
            }
        }
        put(&self.base, &edited, out);
        Ok(())
    }

    pub(crate) fn read(
        &self,
        piece: &Piecewise<'_>,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<usize, DecodeError> {
        let mut reader = Reader { piece, out, events, private: self.private.as_deref() };
        match &self.base {
            Charset::Utf16 { endian, .. } => reader.utf16(*endian),
            Charset::Utf32 { endian, .. } => reader.utf32(*endian),
            _ => reader.utf8(),
        }
    }
}

/// The byte order mark in UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

fn unmappable(text: &str, start: usize, cluster: Cluster, place: &Place) -> EncodeError {
    let before = text.as_bytes().get(..start).unwrap_or_default();
    EncodeError::Unmappable { scalar_offset: place.position + scalars(before), cluster }
}

enum Row {
    /// The cluster's private scalar.
    Own(char),
    /// A private scalar that stands for another cluster.
    Taken,
    None,
}

impl Private {
    fn find(&self, cluster: Cluster) -> Row {
        match self.of.get(&cluster) {
            Some(&private) => Row::Own(private),
            None if self.back.contains_key(&cluster.base()) => Row::Taken,
            None => Row::None,
        }
    }
}

/// Appends text in a Unicode charset, unless it has a byte order mark in it: whether it was appended.
fn put_unmarked(charset: &Charset, text: &str, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    // UTF-16 finds the mark by the way.
    let is_marked = match charset {
        Charset::Utf16 { endian, .. } => put_utf16(*endian, text, out),
        _ => {
            memchr::memmem::find(text.as_bytes(), BOM).is_some() || {
                put(charset, text, out);
                false
            }
        }
    };
    if is_marked {
        out.truncate(start);
    }
    !is_marked
}

/// Appends text in a Unicode charset.
fn put(charset: &Charset, text: &str, out: &mut Vec<u8>) {
    match charset {
        Charset::Utf16 { endian, .. } => {
            put_utf16(*endian, text, out);
        }
        Charset::Utf32 { endian, .. } => {
            out.reserve(text.len());
            for c in text.chars() {
                out.extend_from_slice(&match endian {
                    Endian::Little => u32::from(c).to_le_bytes(),
                    Endian::Big => u32::from(c).to_be_bytes(),
                });
            }
        }
        _ => out.extend_from_slice(text.as_bytes()),
    }
}

/// Bytes of UTF-8 that are made UTF-16 at a time, so that what is made stays in near memory.
const PIECE_BYTES: usize = 8 * 1024;

/// Whether there was a byte order mark in the text.
fn put_utf16(endian: Endian, text: &str, out: &mut Vec<u8>) -> bool {
    let (swap, mut at, mut marked) = (endian == Endian::Big, (0, out.len()), false);
    while at.0 < text.len() {
        let end = text.floor_char_boundary(at.0 + PIECE_BYTES);
        // A byte of UTF-8 is one unit at most.
        out.resize(at.1 + 2 * (end - at.0) + 2 * STEP, 0);
        at = widest_of_all(Units { text, end, at, swap, marked: &mut marked, out });
    }
    out.truncate(at.1);
    marked
}

/// From UTF-8 to UTF-16, up to where a piece ends.
struct Units<'a> {
    text: &'a str,
    end: usize,
    /// Scalars that end before the first offset are written before the second.
    at: (usize, usize),
    swap: bool,
    marked: &'a mut bool,
    out: &'a mut [u8],
}

impl Wide for Units<'_> {
    type Output = (usize, usize);

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> (usize, usize) {
        let Self { text, end, at: (mut read, mut written), swap, marked, out } = self;
        let bytes = text.as_bytes();
        loop {
            // Two bytes before the step and one behind it are looked at too.
            while let Some(window) = read.checked_sub(2).and_then(|start| bytes.get(start..)?.first_chunk())
                && let Some(slot) = out.get_mut(written..).and_then(|rest| rest.first_chunk_mut())
                && read + STEP <= end
                && let Some(count) = lanes.units(window, swap, slot)
            {
                read += STEP;
                written += 2 * count;
            }
            if end <= read {
                return (read, written);
            }
            let done;
            (read, written, done) = some_units(text, end, read, written, swap, out);
            *marked |= done;
        }
    }
}

/// Writes a few scalars one by one: at both ends of the text, and where one lies beyond U+FFFF or is a byte order mark;
/// says whether there was a mark.
fn some_units(
    text: &str,
    end: usize,
    read: usize,
    written: usize,
    swap: bool,
    out: &mut [u8],
) -> (usize, usize, bool) {
    let (mut read, mut written, mut marked) = (text.floor_char_boundary(read), written, false);
    for c in text.get(read..end).unwrap_or_default().chars().take(STEP) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            if let Some(slot) = out.get_mut(written..).and_then(|rest| rest.first_chunk_mut::<2>()) {
                *slot = if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
                written += 2;
            }
        }
        read += c.len_utf8();
        marked |= c == '\u{FEFF}';
        // Behind the first scalar beyond U+FFFF the wide step goes on.
        if c.len_utf8() == 4 {
            break;
        }
    }
    (read, written, marked)
}

struct Reader<'a> {
    piece: &'a Piecewise<'a>,
    out: &'a mut Vec<u8>,
    events: &'a mut Vec<CharEvent>,
    private: Option<&'a Private>,
}

impl Reader<'_> {
    fn utf8(&mut self) -> Result<usize, DecodeError> {
        let bytes = self.piece.bytes;
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let (valid, bad) = match simdutf8::compat::from_utf8(rest) {
                Ok(_) => (rest.len(), None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            // What was found valid is looked at once more in `text`; the check costs a tenth of the copy.
            self.text(at, rest.get(..valid).unwrap_or_default(), 1)?;
            at += valid;
            match bad {
                None => return Ok(at),
                Some(None) if !self.piece.last => return Ok(at),
                Some(length) => {
                    let length = length.unwrap_or(bytes.len() - at);
                    let wrong = bytes.get(at..at + length).unwrap_or_default();
                    self.bad(at, wrong, DecodeRule::InvalidUtf8)?;
                    at += length;
                }
            }
        }
    }

    fn utf16(&mut self, endian: Endian) -> Result<usize, DecodeError> {
        let (pairs, rest) = self.piece.bytes.as_chunks::<2>();
        let unit = |pair: [u8; 2]| match endian {
            Endian::Little => u16::from_le_bytes(pair),
            Endian::Big => u16::from_be_bytes(pair),
        };
        let (mut at, mut start) = (0, 0);
        let mut text = String::with_capacity(self.piece.bytes.len() * 3 / 2);
        for c in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
            match c {
                Ok(c) => {
                    text.push(c);
                    at += 2 * c.len_utf16();
                }
                Err(lone) => {
                    let is_last = at + 2 == pairs.len() * 2;
                    if is_last && !self.piece.last && (0xD800..0xDC00).contains(&lone.unpaired_surrogate()) {
                        self.text(start, text.as_bytes(), 2)?;
                        return Ok(at);
                    }
                    self.text(start, text.as_bytes(), 2)?;
                    text.clear();
                    let wrong = self.piece.bytes.get(at..at + 2).unwrap_or_default();
                    self.bad(at, wrong, DecodeRule::LoneSurrogate)?;
                    at += 2;
                    start = at;
                }
            }
        }
        self.text(start, text.as_bytes(), 2)?;
        self.unit_left(at, rest)
    }

    fn utf32(&mut self, endian: Endian) -> Result<usize, DecodeError> {
        let (units, rest) = self.piece.bytes.as_chunks::<4>();
        let (mut at, mut start) = (0, 0);
        let mut text = String::with_capacity(self.piece.bytes.len());
        for &unit in units {
            let value = match endian {
                Endian::Little => u32::from_le_bytes(unit),
                Endian::Big => u32::from_be_bytes(unit),
            };
            match char::from_u32(value) {
                Some(c) => text.push(c),
                None => {
                    self.text(start, text.as_bytes(), 4)?;
                    text.clear();
                    self.bad(at, &unit, DecodeRule::InvalidScalar)?;
                    start = at + 4;
                }
            }
            at += 4;
        }
        self.text(start, text.as_bytes(), 4)?;
        self.unit_left(at, rest)
    }

    /// An incomplete unit at the end.
    fn unit_left(&mut self, at: usize, rest: &[u8]) -> Result<usize, DecodeError> {
        if rest.is_empty() || !self.piece.last {
            return Ok(at);
        }
        self.bad(at, rest, DecodeRule::TruncatedUnit)?;
        Ok(at + rest.len())
    }

    /// Appends valid text that started at an offset of the input, where a scalar of the BMP has `unit` bytes (1: UTF-8).
    fn text(&mut self, offset: usize, text: &[u8], unit: usize) -> Result<(), DecodeError> {
        let mut rest = text;
        let mut offset = offset;
        // A byte order mark inside a stream was put there by somebody who joined files.
        while let Some(found) = memchr::memmem::find(rest, BOM) {
            let before = rest.get(..found).unwrap_or_default();
            self.own(offset, before, unit);
            offset += length(before, unit);
            let mark = Piece::from('\u{FEFF}');
            if self.piece.undefined == Undefined::Reject {
                return Err(DecodeError { offset, rule: DecodeRule::BomInside });
            }
            self.report(offset, mark, Done::Substituted, Piece::from(char::REPLACEMENT_CHARACTER));
            Cluster::of(char::REPLACEMENT_CHARACTER).put(self.out);
            offset += if unit == 1 { 3 } else { unit };
            rest = rest.get(found + 3..).unwrap_or_default();
        }
        self.own(offset, rest, unit);
        Ok(())
    }

    /// Appends text with the town's private scalars read as what they stand for.
    fn own(&mut self, offset: usize, text: &[u8], unit: usize) {
        let Some(private) = self.private else {
            self.out.extend_from_slice(text);
            return;
        };
        let text = String::from_utf8_lossy(text);
        let mut at = 0;
        for c in text.chars() {
            match private.back.get(&c) {
                Some(Some(cluster)) => cluster.put(self.out),
                Some(None) => {
                    let offset = offset + length(text.as_bytes().get(..at).unwrap_or_default(), unit);
                    let to = Piece::from(char::REPLACEMENT_CHARACTER);
                    self.report(offset, Piece::from(c), Done::Substituted, to);
                    Cluster::of(char::REPLACEMENT_CHARACTER).put(self.out);
                }
                None => Cluster::of(c).put(self.out),
            }
            at += c.len_utf8();
        }
    }

    fn bad(&mut self, offset: usize, wrong: &[u8], rule: DecodeRule) -> Result<(), DecodeError> {
        if self.piece.undefined == Undefined::Reject {
            return Err(DecodeError { offset, rule });
        }
        let from = Code::new(wrong).map_or(Piece::Nothing, Piece::Code);
        self.report(offset, from, Done::Substituted, Piece::from(char::REPLACEMENT_CHARACTER));
        Cluster::of(char::REPLACEMENT_CHARACTER).put(self.out);
        Ok(())
    }

    fn report(&mut self, offset: usize, from: Piece, done: Done, to: Piece) {
        let position = self.out.len() - self.piece.start;
        self.events.push(CharEvent { position, offset, from, done, to });
    }
}

/// Bytes of valid UTF-8 in the input's own form.
fn length(text: &[u8], unit: usize) -> usize {
    match unit {
        1 => text.len(),
        // Scalars beyond the BMP have four bytes in UTF-8, and two units of UTF-16.
        2 => 2 * (scalars(text) + text.iter().filter(|&&byte| 0xF0 <= byte).count()),
        unit => unit * scalars(text),
    }
}
