//! Text to bytes, one field at a time.

use crate::charset::{Charset, Endian};
use crate::cluster::{Cluster, is_selector, is_voiced_mark};
use crate::code::Code;
use crate::compiled::Framing;
use crate::error::EncodeError;
use crate::event::{CharEvent, Done, Piece};
use crate::forward::{self, At, Notes, ROOM, Stop};
use crate::lanes::DOUBLE;
use crate::options::{Field, Overflow};
use crate::policy::{Policy, Written};
use crate::unicode::{self, Scalars, UnicodePolicy};

/// Writes text in a charset (文字コード変換・出力側). Every field starts fresh, so fields may be written in any order and on
/// any thread. Get one by [`Tables::encoder`](crate::Tables::encoder).
#[derive(Clone)]
pub struct Encoder {
    pub(crate) charset: Charset,
    pub(crate) engine: EncodeEngine,
}

#[derive(Clone)]
pub(crate) enum EncodeEngine {
    Unicode(UnicodePolicy),
    Table(Policy),
}

/// Where a piece of text stands in its stream, and the shift state there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub offset: usize,
    pub position: usize,
    pub double: bool,
}

impl Encoder {
    /// The charset it writes.
    #[must_use]
    pub fn charset(&self) -> &Charset {
        &self.charset
    }

    /// Name and hash of the tables, for the evidence of a delivery (変換表の版).
    #[must_use]
    pub fn table_version(&self) -> &str {
        match &self.engine {
            EncodeEngine::Unicode(policy) => policy.version(),
            EncodeEngine::Table(policy) => policy.table.version(),
        }
    }

    /// The first cluster of a text and the rest behind it, split as this charset's table splits.
    #[must_use]
    pub fn split_first<'text>(&self, text: &'text str) -> Option<(Cluster, &'text str)> {
        match &self.engine {
            EncodeEngine::Unicode(policy) => policy.pairs.split_first(text),
            EncodeEngine::Table(policy) => policy.table.pairs.split_first(text),
        }
    }

    /// Appends `text` to `out`. What does not make an exact round trip is appended to `events`; clean text allocates nothing
    /// but the growth of `out`.
    ///
    /// # Errors
    /// [`EncodeError::Unmappable`] under [`Unmappable::Reject`](crate::Unmappable::Reject), or where nothing can be
    /// substituted. `out` and `events` are then as before the call.
    pub fn encode(
        &self,
        field: Field,
        text: &str,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), EncodeError> {
        let (start, events_start) = (out.len(), events.len());
        let mut place = Place::default();
        self.write(field, text, &mut place, out, events).inspect_err(|_| {
            out.truncate(start);
            events.truncate(events_start);
        })?;
        self.close(field, &mut place, out);
        Ok(())
    }

    /// Appends `text` and fills up to exactly `bytes` bytes with the field's padding: in a host charset X 40, N 4040, M 40
    /// behind the last shift-out; in UTF-16 and UTF-32 U+0020, in N fields U+3000; elsewhere 20.
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
            self.cut(field, text, bytes, out, events);
        }
        self.pad(field, start + bytes, out).map_err(|unit| {
            out.truncate(start);
            events.truncate(events_start);
            EncodeError::Length { bytes, unit }
        })
    }

    /// Bytes of one padding character, so that a layout can check a field's length beforehand.
    #[must_use]
    pub fn unit(&self, field: Field) -> usize {
        self.padding(field).1
    }

    /// One padding character of a field and its length.
    pub(crate) fn padding(&self, field: Field) -> ([u8; 4], usize) {
        let wide = field == Field::Double;
        match &self.charset {
            Charset::Utf16 { endian: Endian::Little, .. } if wide => ([0x00, 0x30, 0, 0], 2),
            Charset::Utf16 { endian: Endian::Little, .. } => ([0x20, 0x00, 0, 0], 2),
            Charset::Utf16 { endian: Endian::Big, .. } if wide => ([0x30, 0x00, 0, 0], 2),
            Charset::Utf16 { endian: Endian::Big, .. } => ([0x00, 0x20, 0, 0], 2),
            Charset::Utf32 { endian: Endian::Little, .. } if wide => ([0x00, 0x30, 0, 0], 4),
            Charset::Utf32 { endian: Endian::Little, .. } => ([0x20, 0x00, 0, 0], 4),
            Charset::Utf32 { endian: Endian::Big, .. } if wide => ([0, 0, 0x30, 0x00], 4),
            Charset::Utf32 { endian: Endian::Big, .. } => ([0, 0, 0x00, 0x20], 4),
            _ => match &self.engine {
                EncodeEngine::Unicode(policy) if policy.is_two_bytes() => self.padding_of_base(policy, field),
                // A UTF-8 field is counted in bytes, and only the one-byte space fills every rest.
                EncodeEngine::Unicode(_) => ([0x20, 0, 0, 0], 1),
                EncodeEngine::Table(policy) => match policy.table.framing {
                    Framing::Shift { .. } if wide => ([0x40, 0x40, 0, 0], 2),
                    Framing::Shift { .. } => ([0x40, 0, 0, 0], 1),
                    Framing::Pairs => ([0x30, 0x00, 0, 0], 2),
                    Framing::Lead => ([0x20, 0, 0, 0], 1),
                },
            },
        }
    }

    fn padding_of_base(&self, policy: &UnicodePolicy, field: Field) -> ([u8; 4], usize) {
        let base = Self { charset: policy.base.clone(), engine: self.engine.clone() };
        if base.charset.is_unicode() { base.padding(field) } else { ([0x20, 0, 0, 0], 1) }
    }

    /// Fills `out` up to `end`; the error is the unit that does not fit.
    fn pad(&self, field: Field, end: usize, out: &mut Vec<u8>) -> Result<(), usize> {
        let (padding, unit) = self.padding(field);
        let missing = end.saturating_sub(out.len());
        if !missing.is_multiple_of(unit) {
            return Err(unit);
        }
        let one = padding.get(..unit).unwrap_or_default();
        let [first, ..] = padding;
        if one.iter().all(|&byte| byte == first) {
            out.resize(end, first);
        } else {
            for _ in 0..missing / unit {
                out.extend_from_slice(one);
            }
        }
        Ok(())
    }

    /// Appends a piece of text whose neighbours come in other calls; `place` goes on behind it.
    pub(crate) fn write(
        &self,
        field: Field,
        text: &str,
        place: &mut Place,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), EncodeError> {
        let first_event = events.len();
        match &self.engine {
            EncodeEngine::Unicode(policy) => policy.write(field, text, place, out, events)?,
            EncodeEngine::Table(policy) => table_text(policy, field, text, place, out, events)?,
        }
        // Offsets are in the piece until here; where they stand in the stream is told once.
        let mut scalars = Scalars::new(text.as_bytes());
        for event in events.get_mut(first_event..).unwrap_or_default() {
            event.position = place.position + scalars.before(event.offset);
            event.offset += place.offset;
        }
        place.position += scalars.all();
        place.offset += text.len();
        Ok(())
    }

    /// Leaves double-byte state at the end of a field or stream.
    pub(crate) fn close(&self, field: Field, place: &mut Place, out: &mut Vec<u8>) {
        if let EncodeEngine::Table(policy) = &self.engine
            && let Framing::Shift { leave, .. } = policy.table.framing
            && field == Field::Mixed
            && place.double
        {
            out.push(leave);
        }
        place.double = false;
    }

    /// The longest run of whole clusters that fits. The text is known to be writable.
    fn cut(&self, field: Field, text: &str, bytes: usize, out: &mut Vec<u8>, events: &mut Vec<CharEvent>) {
        let start = out.len();
        let mut place = Place::default();
        let mut rest = text;
        while !rest.is_empty() {
            let length = match &self.engine {
                EncodeEngine::Unicode(policy) => policy.pairs.split_first(rest).map(|(c, _)| c.len_utf8()),
                EncodeEngine::Table(policy) => policy.next_unit(field, rest).map(|unit| unit.len_utf8()),
            };
            let Some((piece, behind)) = rest.split_at_checked(length.unwrap_or(rest.len())) else { break };
            let (before, written, reported) = (place, out.len(), events.len());
            let fits = self.write(field, piece, &mut place, out, events).is_ok();
            let end = out.len() - start + usize::from(place.double && field == Field::Mixed);
            if !fits || bytes < end {
                out.truncate(written);
                events.truncate(reported);
                place = before;
                let from = self.split_first(rest).map_or(Piece::Nothing, |(cluster, _)| Piece::Text(cluster));
                events.push(CharEvent {
                    position: place.position,
                    offset: place.offset,
                    from,
                    done: Done::Truncated,
                    to: Piece::Nothing,
                });
                break;
            }
            rest = behind;
        }
        self.close(field, &mut place, out);
    }
}

/// The fast path as far as it goes, the policy for one unit, and again.
fn table_text(
    policy: &Policy,
    field: Field,
    text: &str,
    place: &mut Place,
    out: &mut Vec<u8>,
    events: &mut Vec<CharEvent>,
) -> Result<(), EncodeError> {
    let (start, first_event) = (out.len(), events.len());
    let mut at = At { read: 0, written: start, double: place.double };
    // What stands before this offset is settled, and the shift state there: a selector behind it does not reach back.
    let mut floor = (0, place.double);
    let mut notes = Notes::new();
    out.resize(start + text.len() + text.len() / 2 + ROOM, 0);
    loop {
        let (reached, stop) = forward::run(&policy.table, field, text.as_bytes(), at, out, &mut notes);
        at = reached;
        let back = (stop == Stop::Slow && floor.0 < at.read)
            .then(|| text.get(at.read..).and_then(|rest| rest.chars().next()))
            .flatten()
            .is_some_and(extends);
        if back {
            step_back(policy, field, text, floor, &mut at);
            // It may have been told already, when the output was full behind it.
            if first_event < events.len() {
                events.pop_if(|event| event.offset == at.read && event.done == Done::Respelled);
            }
        }
        if !notes.is_empty() {
            report_notes(policy, text, &mut notes, at.read, events);
        }
        match stop {
            Stop::End => break,
            Stop::Notes => {}
            // What is left may need more than it has bytes itself, but each time at least as much again is left over.
            Stop::Full => out.resize(at.written + (text.len() - at.read) * 2 + ROOM, 0),
            Stop::Slow => {
                let rest = text.get(at.read..).unwrap_or_default();
                let Some(unit) = policy.next_unit(field, rest) else { break };
                let Some(written) = policy.write(field, &unit) else {
                    let before = text.as_bytes().get(..at.read).unwrap_or_default();
                    let scalar_offset = place.position + unicode::scalars(before);
                    return Err(EncodeError::Unmappable { scalar_offset, cluster: unit.first });
                };
                report(events, unit.first, unit.second, at.read, &written);
                if out.len() < at.written + ROOM {
                    out.resize(at.written + rest.len() * 2 + ROOM, 0);
                }
                put(policy, field, written.code, &mut at, out);
                at.read += unit.len_utf8();
                floor = (at.read, at.double);
            }
        }
    }
    out.truncate(at.written);
    let shifts = field == Field::Mixed && matches!(policy.table.framing, Framing::Shift { .. });
    place.double = shifts && at.double;
    Ok(())
}

/// Reports the characters whose codes read back as something else, as far as they are settled.
fn report_notes(policy: &Policy, text: &str, notes: &mut Notes, settled: usize, events: &mut Vec<CharEvent>) {
    let mut offsets = [0; 512];
    let count = notes.take(&mut offsets);
    events.reserve(count);
    for &offset in offsets.iter().take(count).filter(|&&offset| offset < settled) {
        let c = text.get(offset..).and_then(|rest| rest.chars().next());
        if let Some(c) = c
            && let Some(reads) = policy.table.reads(c)
        {
            let (from, to) = (Piece::from(c), Piece::Text(reads));
            events.push(CharEvent { position: 0, offset, from, done: Done::Respelled, to });
        }
    }
}

fn extends(c: char) -> bool {
    is_selector(c) || is_voiced_mark(c)
}

/// Takes the scalar before `at` back, which the fast path wrote before it was known what follows. `floor` is where the fast
/// path began, with the shift state there.
fn step_back(policy: &Policy, field: Field, text: &str, floor: (usize, bool), at: &mut At) {
    // The fast path writes scalars of the BMP only, with one byte or two.
    let is_double = |c| policy.table.cell(c) & DOUBLE != 0;
    let mut written = text.get(floor.0..at.read).unwrap_or_default().chars();
    let Some(last) = written.next_back() else { return };
    at.read -= last.len_utf8();
    at.written -= if is_double(last) { 2 } else { 1 };
    let before = written.next_back().map_or(floor.1, is_double);
    if field == Field::Mixed && matches!(policy.table.framing, Framing::Shift { .. }) && before != at.double {
        // It opened its run, so the shift code goes too.
        at.written -= 1;
        at.double = before;
    }
}

fn report(
    events: &mut Vec<CharEvent>,
    first: Cluster,
    second: Option<Cluster>,
    offset: usize,
    written: &Written,
) {
    let Some((done, to)) = written.event else { return };
    events.push(CharEvent { position: 0, offset, from: Piece::Text(first), done, to });
    // Of two clusters that became one, the second is told too: it went into the first.
    if let Some(second) = second {
        let (offset, from) = (offset + first.len_utf8(), Piece::Text(second));
        events.push(CharEvent { position: 0, offset, from, done, to: Piece::Nothing });
    }
}

/// Writes one code into the room behind `at`, with shift codes where the field has them.
fn put(policy: &Policy, field: Field, code: Code, at: &mut At, out: &mut [u8]) {
    let bytes = code.bytes();
    let mut put = |bytes: &[u8]| {
        if let Some(slot) = out.get_mut(at.written..at.written + bytes.len()) {
            slot.copy_from_slice(bytes);
            at.written += bytes.len();
        }
    };
    let double = 1 < bytes.len();
    match (policy.table.framing, field) {
        (Framing::Shift { enter, leave, .. }, Field::Mixed) if double != at.double => {
            put(&[if double { enter } else { leave }]);
            put(bytes);
            at.double = double;
        }
        _ => put(bytes),
    }
}
