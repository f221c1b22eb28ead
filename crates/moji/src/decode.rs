//! Bytes to text, one field at a time.

use std::sync::Arc;

use crate::backward::{self, At, ROOM, Stop};
use crate::charset::Charset;
use crate::cluster::Cluster;
use crate::code::Code;
use crate::compiled::{Compiled, Framing};
use crate::error::{DecodeError, DecodeRule};
use crate::event::{CharEvent, Done, Piece};
use crate::options::{Field, Options, Undefined};
use crate::policy::kept;
use crate::unicode::{Scalars, UnicodePolicy};

/// Reads text in a charset (文字コード変換・入力側). Every field starts fresh. Get one by
/// [`Tables::decoder`](crate::Tables::decoder).
#[derive(Clone)]
pub struct Decoder {
    pub(crate) charset: Charset,
    pub(crate) options: Options,
    pub(crate) engine: DecodeEngine,
}

#[derive(Clone)]
pub(crate) enum DecodeEngine {
    Unicode(UnicodePolicy),
    Table(Arc<Compiled>),
}

/// Where a piece of bytes stands in its stream, and the shift state there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub offset: usize,
    pub position: usize,
    pub double: bool,
    /// Offset in the stream behind the shift code that was read last.
    pub shifted: usize,
}

impl Place {
    /// The start of a field or stream.
    pub(crate) const START: Self = Self { offset: 0, position: 0, double: false, shifted: usize::MAX };
}

impl Decoder {
    /// The charset it reads.
    #[must_use]
    pub fn charset(&self) -> &Charset {
        &self.charset
    }

    /// Name and hash of the tables, for the evidence of a delivery (変換表の版).
    #[must_use]
    pub fn table_version(&self) -> &str {
        match &self.engine {
            DecodeEngine::Unicode(policy) => policy.version(),
            DecodeEngine::Table(table) => table.version(),
        }
    }

    /// Appends the text of one field to `out`. A byte order mark is the caller's business: it stands at the start of a
    /// stream, not of a field.
    ///
    /// # Errors
    /// A [`DecodeError`] with the offset in `bytes`, under [`Undefined::Reject`]. `out` and `events` are then as before the
    /// call.
    pub fn decode(
        &self,
        field: Field,
        bytes: &[u8],
        out: &mut String,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), DecodeError> {
        let mut text = Vec::new();
        self.decode_utf8(field, bytes, &mut text, events)?;
        // The text is UTF-8 by construction; should it not be, it is shown rather than lost.
        out.push_str(&String::from_utf8_lossy(&text));
        Ok(())
    }

    /// As [`decode`](Self::decode), into a buffer of UTF-8 that a caller reuses for many fields.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    pub fn decode_utf8(
        &self,
        field: Field,
        bytes: &[u8],
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), DecodeError> {
        let (start, events_start) = (out.len(), events.len());
        let bytes = if self.options.trim { self.without_padding(field, bytes) } else { bytes };
        let mut place = Place::START;
        self.read(field, bytes, true, &mut place, out, events)
            .map(|_| self.finish(field, &place, events))
            .inspect_err(|_| {
                out.truncate(start);
                events.truncate(events_start);
            })?;
        if self.options.trim {
            let kept = start + self.trimmed(field, out.get(start..).unwrap_or_default());
            out.truncate(kept);
        }
        Ok(())
    }

    /// Padding that is none of the field's characters goes before it is read: the unified code has no space, and N fields of
    /// Windows-31J and EUC are filled with the space of one byte.
    fn without_padding<'a>(&self, field: Field, bytes: &'a [u8]) -> &'a [u8] {
        let padding: &[u8] = match &self.engine {
            DecodeEngine::Table(_) if self.charset == Charset::Juki => &[0x30, 0x00],
            DecodeEngine::Table(table) if table.framing == Framing::Lead && field == Field::Double => b" ",
            DecodeEngine::Table(_) | DecodeEngine::Unicode(_) => return bytes,
        };
        let mut rest = bytes;
        while let Some(shorter) = rest.strip_suffix(padding) {
            rest = shorter;
        }
        rest
    }

    /// Bytes of the text without trailing spaces.
    fn trimmed(&self, field: Field, text: &[u8]) -> usize {
        let narrow = field != Field::Double || self.pads_narrow();
        let mut rest = text;
        loop {
            rest = match rest {
                [front @ .., b' '] if narrow => front,
                [front @ .., 0xE3, 0x80, 0x80] if field == Field::Double => front,
                _ => return rest.len(),
            };
        }
    }

    /// Whether N fields are padded with the space of one byte.
    fn pads_narrow(&self) -> bool {
        match &self.engine {
            DecodeEngine::Unicode(_) => matches!(self.charset, Charset::Utf8 { .. } | Charset::Pack(_)),
            DecodeEngine::Table(table) => table.framing == Framing::Lead,
        }
    }

    /// Reads a piece whose neighbours come in other calls; returns how many bytes it took. If `last` is false, it may leave
    /// the start of a character to be given again in front of the next piece.
    pub(crate) fn read(
        &self,
        field: Field,
        bytes: &[u8],
        last: bool,
        place: &mut Place,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<usize, DecodeError> {
        let (start, first_event) = (out.len(), events.len());
        let piece = Piecewise { bytes, last, undefined: self.options.undefined, start };
        let taken = match &self.engine {
            DecodeEngine::Unicode(policy) => policy.read(&piece, out, events),
            DecodeEngine::Table(table) => read_table(table, field, &piece, place, out, events),
        };
        // Until here `position` is an offset in the text made, and `offset` one in the piece.
        let made = out.get(start..).unwrap_or_default();
        let mut scalars = Scalars::new(made);
        for event in events.get_mut(first_event..).unwrap_or_default() {
            event.position = place.position + scalars.before(event.position);
            event.offset += place.offset;
        }
        place.position += scalars.all();
        let taken = taken.map_err(|error| DecodeError { offset: place.offset + error.offset, ..error })?;
        place.offset += taken;
        Ok(taken)
    }

    /// Tells what is still open at the end of a field or stream.
    pub(crate) fn finish(&self, field: Field, place: &Place, events: &mut Vec<CharEvent>) {
        let DecodeEngine::Table(table) = &self.engine else { return };
        if place.double && field == Field::Mixed && matches!(table.framing, Framing::Shift { .. }) {
            events.push(CharEvent {
                position: place.position,
                offset: place.offset,
                from: Piece::Nothing,
                done: Done::Tidied,
                to: Piece::Nothing,
            });
        }
    }
}

/// One call's input.
pub(crate) struct Piecewise<'a> {
    pub bytes: &'a [u8],
    pub last: bool,
    pub undefined: Undefined,
    /// Where the text of this call starts in the output.
    pub start: usize,
}

fn read_table(
    table: &Compiled,
    field: Field,
    piece: &Piecewise<'_>,
    place: &mut Place,
    out: &mut Vec<u8>,
    events: &mut Vec<CharEvent>,
) -> Result<usize, DecodeError> {
    let bytes = piece.bytes;
    let shifted = place.shifted.wrapping_sub(place.offset);
    let mut at = At { read: 0, written: piece.start, double: place.double, shifted };
    out.resize(piece.start + bytes.len() + bytes.len() / 2 + ROOM, 0);
    loop {
        let (reached, stop) = backward::run(table, field, bytes, at, out);
        at = reached;
        match stop {
            Stop::End => break,
            Stop::Full => out.resize(at.written + (bytes.len() - at.read) * 2 + ROOM, 0),
            Stop::Slow => {
                let rest = bytes.get(at.read..).unwrap_or_default();
                let Some(found) = next(table, field, rest, at, piece.last) else { break };
                if out.len() < at.written + ROOM {
                    out.resize(at.written + rest.len() * 2 + ROOM, 0);
                }
                take(table, field, piece, found, &mut at, out, events)
                    .inspect_err(|_| out.truncate(at.written))?;
            }
        }
    }
    out.truncate(at.written);
    place.double = at.double;
    place.shifted = at.shifted.wrapping_add(place.offset);
    Ok(at.read)
}

/// What the slow path finds at the next byte.
enum Found {
    /// A shift code, and the state behind it.
    Shift(u8, bool),
    /// A character.
    Text(Code, Cluster),
    /// Half a padding character at the end.
    HalfPadding(u8),
    /// The space of one byte in an N field.
    Padding(u8),
    /// Bytes that stand for nothing.
    Bad(DecodeRule, Code),
}

/// [`None`] if more bytes are needed and may come.
fn next(table: &Compiled, field: Field, rest: &[u8], at: At, last: bool) -> Option<Found> {
    let &[first, ..] = rest else { return None };
    let single = || match table.text(Code::single(first)) {
        Some(text) => Found::Text(Code::single(first), text),
        None => Found::Bad(DecodeRule::Undefined, Code::single(first)),
    };
    match table.framing {
        Framing::Shift { enter, enter_too, leave } => {
            if field == Field::Mixed && [enter, enter_too, leave].contains(&first) {
                return Some(Found::Shift(first, first != leave));
            }
            if !(at.double || field == Field::Double) {
                return Some(single());
            }
        }
        Framing::Lead => match field {
            // An N field is padded with the space of one byte, which is none of its characters.
            Field::Double if first == b' ' => return Some(Found::Padding(first)),
            Field::Double => {}
            Field::Single if Some(first) != table.lead_of_narrow => return Some(single()),
            Field::Single | Field::Mixed if table.text(Code::single(first)).is_some() => {
                return Some(single());
            }
            Field::Single | Field::Mixed => {}
        },
        Framing::Pairs => {}
    }
    multi(table, field, rest, first, last)
}

/// A code of two or three bytes.
fn multi(table: &Compiled, field: Field, rest: &[u8], first: u8, last: bool) -> Option<Found> {
    let bad = |rule, bytes: &[u8]| Code::new(bytes).map(|code| Found::Bad(rule, code));
    let three = Some(first) == table.lead_of_three;
    if table.framing != Framing::Pairs && !three && !table.leads.has(first) {
        return bad(DecodeRule::Undefined, &[first]);
    }
    let length = if three { 3 } else { 2 };
    for at in 1..length {
        match rest.get(at) {
            None if !last => return None,
            None if first == 0x40 && matches!(table.framing, Framing::Shift { .. }) => {
                return Some(Found::HalfPadding(first));
            }
            None => return bad(DecodeRule::TruncatedPair, &[first]),
            Some(&byte) if table.framing != Framing::Pairs && !table.seconds.has(byte) => {
                return bad(DecodeRule::TruncatedPair, &[first]);
            }
            Some(_) => {}
        }
    }
    let code = Code::new(rest.get(..length).unwrap_or_default())?;
    Some(match table.text(code).filter(|_| table.fits(field, code)) {
        Some(text) => Found::Text(code, text),
        None => Found::Bad(DecodeRule::Undefined, code),
    })
}

fn take(
    table: &Compiled,
    field: Field,
    piece: &Piecewise<'_>,
    found: Found,
    at: &mut At,
    out: &mut [u8],
    events: &mut Vec<CharEvent>,
) -> Result<(), DecodeError> {
    let event =
        |from, done, to| CharEvent { position: at.written - piece.start, offset: at.read, from, done, to };
    let (code, text) = match found {
        Found::Shift(byte, double) => {
            let plain = match table.framing {
                Framing::Shift { enter, leave, .. } => byte == if double { enter } else { leave },
                Framing::Lead | Framing::Pairs => false,
            };
            // The second code that enters, one too many, and an empty run are not written this way again.
            if !plain || double == at.double || at.shifted == at.read {
                events.push(event(Piece::Code(Code::single(byte)), Done::Tidied, Piece::Nothing));
            }
            at.double = double;
            at.read += 1;
            at.shifted = at.read;
            return Ok(());
        }
        Found::HalfPadding(byte) => {
            events.push(event(Piece::Code(Code::single(byte)), Done::Tidied, Piece::Nothing));
            at.read += 1;
            return Ok(());
        }
        Found::Padding(byte) => {
            let (code, space) = (Code::single(byte), Cluster::of(' '));
            events.push(event(Piece::Code(code), Done::Tidied, Piece::Text(space)));
            (code, space)
        }
        Found::Text(code, text) => {
            if table.code(field, text) != Some(code) {
                events.push(event(Piece::Code(code), Done::Respelled, Piece::Text(text)));
            }
            (code, text)
        }
        Found::Bad(rule, code) => {
            let escape = code.as_double().filter(|_| rule == DecodeRule::Undefined && table.can_keep);
            let (done, text) = match (piece.undefined, escape.and_then(kept)) {
                (Undefined::Reject, _) => return Err(DecodeError { offset: at.read, rule }),
                (Undefined::Keep, Some(kept)) => (Done::Kept, Cluster::of(kept)),
                _ => (Done::Substituted, Cluster::of(char::REPLACEMENT_CHARACTER)),
            };
            events.push(event(Piece::Code(code), done, Piece::Text(text)));
            (code, text)
        }
    };
    let length = text.len_utf8();
    let mut slot = out.get_mut(at.written..at.written + length).unwrap_or_default();
    for c in text.chars() {
        let (front, behind) = slot.split_at_mut_checked(c.len_utf8()).unwrap_or_default();
        c.encode_utf8(front);
        slot = behind;
    }
    at.written += length;
    at.read += code.bytes().len();
    Ok(())
}
