//! Whole streams from one charset to another, in pieces of any size.

use std::mem;

use crate::charset::{Charset, Endian};
use crate::cluster::{is_selector, is_voiced_mark};
use crate::code::Code;
use crate::decode::{self, DecodeEngine, Decoder};
use crate::encode::{self, Encoder};
use crate::error::{CodecError, DecodeError, EncodeError};
use crate::event::{CharEvent, Done, Piece};
use crate::options::{Field, Options};
use crate::tables::Tables;

/// Bytes taken at a time, so that text and output stay in the processor's near memory.
const BLOCK_BYTES: usize = 32 * 1024;

/// Converts a stream (文字コード変換). What comes out does not depend on how the input is cut.
///
/// A record of a stream is a line; in a stream without line ends everything is record 1.
pub struct Converter {
    decoder: Decoder,
    encoder: Encoder,
    read: decode::Place,
    write: encode::Place,
    /// Bytes that are the start of a character.
    bytes_held: Vec<u8>,
    /// Text whose last cluster may go on.
    text: Vec<u8>,
    /// Line ends in the text that was written.
    lines: usize,
    started: bool,
    raw: Vec<CharEvent>,
}

/// One side of a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// From bytes to text.
    Decoding,
    /// From text to bytes.
    Encoding,
}

/// A report with the record it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamEvent {
    /// The record, from 1.
    pub record: usize,
    /// On which side. On the encoding side offsets are those of the text in UTF-8.
    pub side: Side,
    /// What was done.
    pub event: CharEvent,
}

/// Why a stream cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// The input cannot be read.
    #[error("{record}件目のレコード、入力の{source}")]
    Decode {
        /// The record, from 1.
        record: usize,
        /// What is wrong, with the offset in the whole stream.
        source: DecodeError,
    },
    /// A character cannot be written.
    #[error("{record}件目のレコード、{source}")]
    Encode {
        /// The record, from 1.
        record: usize,
        /// What is wrong, with the offset in scalars of the whole stream.
        source: EncodeError,
    },
}

impl Converter {
    /// A converter between two charsets, each side with its own options.
    ///
    /// # Errors
    /// [`CodecError`] if a side's codec cannot be made.
    pub fn new(
        tables: &Tables,
        from: (&Charset, &Options),
        to: (&Charset, &Options),
    ) -> Result<Self, CodecError> {
        Ok(Self {
            decoder: tables.decoder(from.0, from.1)?,
            encoder: tables.encoder(to.0, to.1)?,
            read: decode::Place::START,
            write: encode::Place::default(),
            bytes_held: Vec::new(),
            text: Vec::new(),
            lines: 0,
            started: false,
            raw: Vec::new(),
        })
    }

    /// Names and hashes of the tables of both sides (変換表の版).
    #[must_use]
    pub fn table_versions(&self) -> (&str, &str) {
        (self.decoder.table_version(), self.encoder.table_version())
    }

    /// Takes the next piece of input and appends what is settled to `out`.
    ///
    /// # Errors
    /// [`ConvertError`]; `out` then ends before the character that is wrong.
    pub fn push(
        &mut self,
        input: &[u8],
        out: &mut Vec<u8>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), ConvertError> {
        self.take(input, false, out, events)
    }

    /// Takes the last piece and ends the stream.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(
        &mut self,
        input: &[u8],
        out: &mut Vec<u8>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), ConvertError> {
        self.take(input, true, out, events)?;
        self.raw.clear();
        self.decoder.finish(Field::Mixed, &self.read, &mut self.raw);
        let record = self.lines + 1;
        let open = self.raw.drain(..);
        events.extend(open.map(|event| StreamEvent { record, side: Side::Decoding, event }));
        self.encoder.close(Field::Mixed, &mut self.write, out);
        Ok(())
    }

    fn take(
        &mut self,
        input: &[u8],
        last: bool,
        out: &mut Vec<u8>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), ConvertError> {
        let mut input = input;
        if !self.started {
            // The byte order mark has up to four bytes.
            let missing = 4_usize.saturating_sub(self.bytes_held.len()).min(input.len());
            let (front, rest) = input.split_at_checked(missing).unwrap_or((input, &[]));
            self.bytes_held.extend_from_slice(front);
            input = rest;
            if self.bytes_held.len() < 4 && !last {
                return Ok(());
            }
            self.started = true;
            self.start(events);
            out.extend_from_slice(self.encoder.charset().bom());
        }
        if !self.bytes_held.is_empty() {
            // What was held goes first, with a little behind it, so that the rest needs no copy.
            let mut held = mem::take(&mut self.bytes_held);
            let ends_here = input.len() <= 8;
            let (front, rest) = input.split_at_checked(8).unwrap_or((input, &[]));
            held.extend_from_slice(front);
            let taken = self.block(&held, last && ends_here, out, events)?;
            let left = held.len() - taken;
            if left <= front.len() {
                input = input.get(front.len() - left..).unwrap_or_default();
            } else {
                self.bytes_held = held.split_off(taken);
                input = rest;
            }
        }
        while BLOCK_BYTES < input.len() {
            let taken = self.block(input.get(..BLOCK_BYTES).unwrap_or(input), false, out, events)?;
            input = input.get(taken..).unwrap_or_default();
        }
        if !input.is_empty() || last {
            let taken = self.block(input, last, out, events)?;
            self.bytes_held.extend_from_slice(input.get(taken..).unwrap_or_default());
        }
        Ok(())
    }

    /// Settles the byte order mark at the start of the stream.
    fn start(&mut self, events: &mut Vec<StreamEvent>) {
        let DecodeEngine::Unicode(policy) = &mut self.decoder.engine else { return };
        let declared = self.decoder.charset.clone();
        let endian = |endian| match &declared {
            Charset::Utf16 { bom, .. } => Charset::Utf16 { endian, bom: *bom },
            Charset::Utf32 { bom, .. } => Charset::Utf32 { endian, bom: *bom },
            other => other.clone(),
        };
        let known: [(&[u8], Charset); 2] = match &declared {
            Charset::Utf16 { .. } => {
                [(b"\xFF\xFE", endian(Endian::Little)), (b"\xFE\xFF", endian(Endian::Big))]
            }
            Charset::Utf32 { .. } => {
                [(b"\xFF\xFE\0\0", endian(Endian::Little)), (b"\0\0\xFE\xFF", endian(Endian::Big))]
            }
            _ => [(b"\xEF\xBB\xBF", policy.base.clone()), (b"\xEF\xBB\xBF", policy.base.clone())],
        };
        let expects = !declared.bom().is_empty();
        // Without a declared mark the byte order is the declared one, and only its own mark is taken for one.
        let found = known.iter().find(|(mark, charset)| {
            self.bytes_held.starts_with(mark) && (expects || *charset == policy.base || mark.len() == 3)
        });
        let from = match found {
            Some((mark, charset)) => {
                policy.base = charset.clone();
                self.bytes_held.drain(..mark.len());
                self.read.offset = mark.len();
                Code::new(mark).map_or(Piece::Nothing, Piece::Code)
            }
            None => Piece::Nothing,
        };
        if found.is_some() != expects {
            let (done, to) = (Done::Tidied, Piece::Nothing);
            let event = CharEvent { position: 0, offset: 0, from, done, to };
            events.push(StreamEvent { record: 1, side: Side::Decoding, event });
        }
    }

    /// Converts one block; returns how many bytes it took.
    fn block(
        &mut self,
        bytes: &[u8],
        last: bool,
        out: &mut Vec<u8>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<usize, ConvertError> {
        self.raw.clear();
        let (held, position) = (self.text.len(), self.read.position);
        let decoded =
            self.decoder.read(Field::Mixed, bytes, last, &mut self.read, &mut self.text, &mut self.raw);
        let made = self.text.get(held..).unwrap_or_default();
        let before = self.lines + line_ends(self.text.get(..held).unwrap_or_default());
        tell(Side::Decoding, made, position, before, &self.raw, events);
        // What was read before the error is written all the same.
        let cut = if last || decoded.is_err() { self.text.len() } else { settled(&self.text) };
        let text = mem::take(&mut self.text);
        let (ready, rest) = text.split_at_checked(cut).unwrap_or((&text, &[]));
        let written = self.write_text(ready, out, events);
        self.text.extend_from_slice(rest);
        written?;
        decoded.map_err(|source| ConvertError::Decode { record: self.lines + 1, source })
    }

    fn write_text(
        &mut self,
        text: &[u8],
        out: &mut Vec<u8>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), ConvertError> {
        self.raw.clear();
        // The text is UTF-8 by construction; should it not be, it is shown rather than lost.
        let lossy;
        let checked = match simdutf8::basic::from_utf8(text) {
            Ok(text) => text,
            Err(_) => {
                lossy = String::from_utf8_lossy(text);
                &lossy
            }
        };
        let (position, start) = (self.write.position, out.len());
        let written = self.encoder.write(Field::Mixed, checked, &mut self.write, out, &mut self.raw);
        let written = written.map_err(|source| {
            let at = match &source {
                EncodeError::Unmappable { scalar_offset, .. } => scalar_offset - position,
                EncodeError::Overflow { .. } | EncodeError::Length { .. } => 0,
            };
            out.truncate(start);
            let before = checked.char_indices().nth(at).and_then(|(at, _)| checked.get(..at));
            // What stands before it is written, for the caller to see how far it went.
            let before = before.unwrap_or(checked);
            self.raw.clear();
            // It was writable a moment ago.
            let _ = self.encoder.write(Field::Mixed, before, &mut self.write, out, &mut self.raw);
            ConvertError::Encode { record: self.lines + line_ends(before.as_bytes()) + 1, source }
        });
        tell(Side::Encoding, text, position, self.lines, &self.raw, events);
        self.lines += line_ends(text);
        written
    }
}

/// Adds the record to each event: the line ends of the text that stand before it.
fn tell(
    side: Side,
    text: &[u8],
    start: usize,
    lines: usize,
    raw: &[CharEvent],
    events: &mut Vec<StreamEvent>,
) {
    let mut chars = text.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80);
    let (mut record, mut at) = (lines + 1, 0);
    for event in raw {
        let scalar = event.position - start;
        while at < scalar {
            let Some((_, byte)) = chars.next() else { break };
            record += usize::from(*byte == b'\n');
            at += 1;
        }
        events.push(StreamEvent { record, side, event: *event });
    }
}

fn line_ends(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b'\n').count()
}

/// How much of a text is settled whatever follows: all but the last cluster, and a half-width kana that may still get its
/// voiced mark.
fn settled(text: &[u8]) -> usize {
    // The last scalar may always get something; what stands before it is held with it only where the two belong together.
    let Some((mut first, mut end)) = last_scalar(text) else { return 0 };
    while let Some((before, start)) = last_scalar(text.get(..end).unwrap_or_default())
        && joins(before, first)
    {
        (first, end) = (before, start);
    }
    end
}

/// The last scalar of UTF-8 and where it starts.
fn last_scalar(text: &[u8]) -> Option<(char, usize)> {
    let start = text.iter().rposition(|byte| byte & 0xC0 != 0x80)?;
    let c = std::str::from_utf8(text.get(start..)?).ok()?.chars().next()?;
    Some((c, start))
}

/// Whether a scalar may be of one character with the one before it. What is one already takes no further: runs of marks fall
/// apart, so that never more than three scalars are held.
fn joins(before: char, c: char) -> bool {
    match c {
        '\u{FF9E}' | '\u{FF9F}' => ('\u{FF66}'..='\u{FF9D}').contains(&before),
        c if is_selector(c) => !is_selector(before),
        c if is_voiced_mark(c) => !(is_selector(before) || is_voiced_mark(before)),
        _ => false,
    }
}
