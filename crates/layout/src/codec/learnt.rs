//! The short way of charsets with tables, learnt from their codecs.

use moji::{Charset, CodecError, Decoder, Encoder, Field, Options, Tables, Undefined, Unmappable};

/// What may be written and read without a word.
pub(super) struct Learnt {
    /// By scalar below U+10000: the single byte, the two bytes of a double one, flags.
    cells: Box<[u32; 0x1_0000]>,
    /// By single byte: three bytes of UTF-8, flags and length.
    singles: Box<[u32; 0x100]>,
    /// By code of two bytes, the first in the high byte: seven bytes of UTF-8, flags and length.
    doubles: Box<[u64; 0x1_0000]>,
    /// Codes that enter and leave double-byte state.
    pub(super) shift: Option<(u8, u8)>,
}

/// Flags of a cell, and in the highest byte of a text, where the low four bits are its length.
const SINGLE: u8 = 0x10;
const DOUBLE: u8 = 0x20;
/// As a single byte in an M field.
const MIXED_SINGLE: u8 = 0x40;
/// As a double one in an M field.
const MIXED_DOUBLE: u8 = 0x80;
const LENGTH: u8 = 0x0F;

/// The codecs while they are asked.
struct Asked {
    encoder: Encoder,
    decoder: Decoder,
    code: Vec<u8>,
    text: Vec<u8>,
    events: Vec<moji::CharEvent>,
}

impl Asked {
    /// The text of a code that goes without an event.
    fn text(&mut self, field: Field, code: &[u8]) -> Option<&str> {
        self.text.clear();
        self.events.clear();
        self.decoder.decode_utf8(field, code, &mut self.text, &mut self.events).ok()?;
        if !self.events.is_empty() {
            return None;
        }
        std::str::from_utf8(&self.text).ok()
    }

    /// Whether a text is written as this code without an event.
    fn writes(&mut self, field: Field, text: &str, code: &[u8]) -> bool {
        self.code.clear();
        self.events.clear();
        let done = self.encoder.encode(field, text, &mut self.code, &mut self.events);
        done.is_ok() && self.events.is_empty() && self.code == code
    }
}

impl Learnt {
    pub(super) fn from(tables: &Tables, charset: &Charset, options: &Options) -> Result<Self, CodecError> {
        // Whatever a policy would do is no longer plain. Widening concerns characters that have no code of their own.
        let strict = Options {
            unmappable: Unmappable::Reject,
            undefined: Undefined::Reject,
            trim: false,
            widen: false,
            ..options.clone()
        };
        let mut asked = Asked {
            encoder: tables.encoder(charset, &strict)?,
            decoder: tables.decoder(charset, &strict)?,
            code: Vec::new(),
            text: Vec::new(),
            events: Vec::new(),
        };
        let mut learnt =
            Self { cells: filled(0), singles: filled(0), doubles: filled(0), shift: shift(&mut asked) };
        for byte in 0..=0xFF_u8 {
            learnt.learn_single(&mut asked, byte);
        }
        for code in 0..=0xFFFF_u16 {
            learnt.learn_double(&mut asked, code);
        }
        Ok(learnt)
    }

    fn learn_single(&mut self, asked: &mut Asked, byte: u8) {
        let Some(c) = asked.text(Field::Single, &[byte]).and_then(only).filter(|&c| is_plain(c)) else {
            return;
        };
        let text = c.to_string();
        let mut flags = 0;
        if asked.writes(Field::Single, &text, &[byte]) {
            flags |= SINGLE;
        }
        if asked.text(Field::Mixed, &[byte]) == Some(&text) && asked.writes(Field::Mixed, &text, &[byte]) {
            flags |= MIXED_SINGLE;
        }
        let (Some(cell), Some(packed)) = (self.cell(c), pack(&text)) else { return };
        let [_, first, second, known] = cell.to_le_bytes();
        *cell = u32::from_le_bytes([byte, first, second, known | flags]);
        let [a, b, c, .., length] = packed.to_le_bytes();
        if let Some(place) = self.singles.get_mut(usize::from(byte)) {
            *place = u32::from_le_bytes([a, b, c, length | flags]);
        }
    }

    fn learn_double(&mut self, asked: &mut Asked, code: u16) {
        let pair = code.to_be_bytes();
        let Some(text) = asked.text(Field::Double, &pair).map(str::to_owned) else { return };
        if text.is_empty() || !text.chars().all(is_plain) {
            return;
        }
        let mut flags = 0;
        if asked.writes(Field::Double, &text, &pair) {
            flags |= DOUBLE;
        }
        let [first, second] = pair;
        let in_mixed = match self.shift {
            Some((enter, leave)) => asked.writes(Field::Mixed, &text, &[enter, first, second, leave]),
            None => asked.writes(Field::Mixed, &text, &pair),
        };
        if in_mixed {
            flags |= MIXED_DOUBLE;
        }
        if let (Some(packed), Some(place)) = (pack(&text), self.doubles.get_mut(usize::from(code))) {
            *place = packed | u64::from(flags) << 56;
        }
        if let Some(cell) = only(&text).and_then(|c| self.cell(c)) {
            let [single, .., known] = cell.to_le_bytes();
            *cell = u32::from_le_bytes([single, first, second, known | flags]);
        }
    }

    fn cell(&mut self, c: char) -> Option<&mut u32> {
        self.cells.get_mut(usize::from(u16::try_from(u32::from(c)).ok()?))
    }

    #[inline]
    pub(super) fn put_single(&self, text: &str, slot: &mut [u8]) -> Option<usize> {
        let mut rest = text.as_bytes();
        let (room, mut places) = (slot.len(), slot.iter_mut());
        while let Some(scalar) = next(&mut rest)? {
            let [single, _, _, flags] = self.look(scalar);
            if flags & SINGLE == 0 {
                return None;
            }
            *places.next()? = single;
        }
        Some(room - places.len())
    }

    #[inline]
    pub(super) fn put_double(&self, widens: bool, text: &str, slot: &mut [u8]) -> Option<usize> {
        // Nearly every text of an N field has characters of three bytes only.
        let (chars, rest) = text.as_bytes().as_chunks::<3>();
        if !rest.is_empty() || !chars.iter().all(|[first, ..]| first & 0xF0 == 0xE0) {
            return self.put_any_double(widens, text, slot);
        }
        let places = slot.get_mut(..2 * chars.len())?.as_chunks_mut::<2>().0;
        let mut flags = DOUBLE;
        for (&[a, b, c], place) in chars.iter().zip(places) {
            let scalar = u16::from(a & 0x0F) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F);
            let [_, first, second, own] = self.look(scalar);
            // Half-width katakana is widened, and so not plain here.
            flags &= if widens && a == 0xEF && is_narrow(scalar) { 0 } else { own };
            *place = [first, second];
        }
        (flags != 0).then_some(2 * chars.len())
    }

    fn put_any_double(&self, widens: bool, text: &str, slot: &mut [u8]) -> Option<usize> {
        let mut rest = text.as_bytes();
        let mut written = 0;
        while let Some(scalar) = next(&mut rest)? {
            let [_, first, second, flags] = self.look(scalar);
            if flags & DOUBLE == 0 || (widens && is_narrow(scalar)) {
                return None;
            }
            *slot.get_mut(written..)?.first_chunk_mut::<2>()? = [first, second];
            written += 2;
        }
        Some(written)
    }

    #[inline]
    pub(super) fn put_mixed(&self, text: &str, slot: &mut [u8]) -> Option<usize> {
        let mut rest = text.as_bytes();
        let mut written = 0;
        let mut double = false;
        while let Some(scalar) = next(&mut rest)? {
            let [single, first, second, flags] = self.look(scalar);
            if flags & (MIXED_SINGLE | MIXED_DOUBLE) == 0 {
                return None;
            }
            let is_double = flags & MIXED_SINGLE == 0;
            if let Some((enter, leave)) = self.shift
                && double != is_double
            {
                *slot.get_mut(written)? = if is_double { enter } else { leave };
                written += 1;
                double = is_double;
            }
            if is_double {
                *slot.get_mut(written..)?.first_chunk_mut::<2>()? = [first, second];
                written += 2;
            } else {
                *slot.get_mut(written)? = single;
                written += 1;
            }
        }
        if let (Some((_, leave)), true) = (self.shift, double) {
            *slot.get_mut(written)? = leave;
            written += 1;
        }
        Some(written)
    }

    #[inline]
    fn look(&self, scalar: u16) -> [u8; 4] {
        self.cells.get(usize::from(scalar)).copied().unwrap_or_default().to_le_bytes()
    }

    #[inline]
    pub(super) fn take_single(&self, bytes: &[u8], text: &mut [u8]) -> Option<usize> {
        let mut written = 0;
        for &byte in bytes {
            written += self.put_text_of_single::<SINGLE>(byte, text, written)?;
        }
        Some(written)
    }

    #[inline]
    pub(super) fn take_double(&self, bytes: &[u8], text: &mut [u8]) -> Option<usize> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let mut written = 0;
        for &pair in pairs {
            written += self.put_text_of_double::<DOUBLE>(pair, text, written)?;
        }
        rest.is_empty().then_some(written)
    }

    #[inline]
    pub(super) fn take_mixed(&self, bytes: &[u8], text: &mut [u8]) -> Option<usize> {
        let Some((enter, leave)) = self.shift else { return self.take_lead(bytes, text) };
        let mut rest = bytes;
        let mut written = 0;
        let mut double = false;
        loop {
            match *rest {
                [] => return (!double).then_some(written),
                // Behind a shift code there must be something of its kind: an empty run is told by the long way.
                [byte, next, ..] if byte == enter && !double && next != leave => {
                    double = true;
                    rest = rest.get(1..)?;
                }
                [byte, ref tail @ ..] if byte == leave && double && tail.first() != Some(&enter) => {
                    double = false;
                    rest = tail;
                }
                [first, second, ref tail @ ..] if double => {
                    written += self.put_text_of_double::<MIXED_DOUBLE>([first, second], text, written)?;
                    rest = tail;
                }
                [byte, ref tail @ ..] if !double => {
                    written += self.put_text_of_single::<MIXED_SINGLE>(byte, text, written)?;
                    rest = tail;
                }
                _ => return None,
            }
        }
    }

    fn take_lead(&self, bytes: &[u8], text: &mut [u8]) -> Option<usize> {
        let mut rest = bytes;
        let mut written = 0;
        loop {
            match *rest {
                [] => return Some(written),
                [byte, ref tail @ ..] => match self.put_text_of_single::<MIXED_SINGLE>(byte, text, written) {
                    Some(length) => {
                        written += length;
                        rest = tail;
                    }
                    None => {
                        let pair = *rest.first_chunk::<2>()?;
                        written += self.put_text_of_double::<MIXED_DOUBLE>(pair, text, written)?;
                        rest = rest.get(2..)?;
                    }
                },
            }
        }
    }

    #[inline]
    fn put_text_of_single<const FLAG: u8>(&self, byte: u8, text: &mut [u8], at: usize) -> Option<usize> {
        let [a, b, c, flags] = self.singles.get(usize::from(byte)).copied().unwrap_or_default().to_le_bytes();
        if flags & FLAG == 0 {
            return None;
        }
        // One store; what it writes too much is written over.
        *text.get_mut(at..)?.first_chunk_mut::<4>()? = [a, b, c, flags];
        Some(usize::from(flags & LENGTH))
    }

    #[inline]
    fn put_text_of_double<const FLAG: u8>(&self, pair: [u8; 2], text: &mut [u8], at: usize) -> Option<usize> {
        let found = self.doubles.get(usize::from(u16::from_be_bytes(pair))).copied().unwrap_or_default();
        let bytes = found.to_le_bytes();
        let [.., flags] = bytes;
        if flags & FLAG == 0 {
            return None;
        }
        *text.get_mut(at..)?.first_chunk_mut::<8>()? = bytes;
        Some(usize::from(flags & LENGTH))
    }
}

/// Whether a scalar is ASCII or half-width katakana.
#[inline]
fn is_narrow(scalar: u16) -> bool {
    scalar < 0x80 || (0xFF61..=0xFF9F).contains(&scalar)
}

/// Takes the next scalar off well-formed UTF-8: [`None`] if it is beyond the BMP, inner [`None`] at the end.
#[inline]
fn next(rest: &mut &[u8]) -> Option<Option<u16>> {
    let (scalar, tail) = match **rest {
        [] => return Some(None),
        [a, ref tail @ ..] if a < 0x80 => (u16::from(a), tail),
        [a, b, c, ref tail @ ..] if a & 0xF0 == 0xE0 => {
            (u16::from(a & 0x0F) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F), tail)
        }
        [a, b, ref tail @ ..] if a & 0xE0 == 0xC0 => (u16::from(a & 0x1F) << 6 | u16::from(b & 0x3F), tail),
        _ => return None,
    };
    *rest = tail;
    Some(Some(scalar))
}

/// The shift codes, told by what stands around one kanji in an M field.
fn shift(asked: &mut Asked) -> Option<(u8, u8)> {
    asked.code.clear();
    asked.encoder.encode(Field::Mixed, "一", &mut asked.code, &mut asked.events).ok()?;
    match *asked.code {
        [enter, _, _, leave] => Some((enter, leave)),
        _ => None,
    }
}

/// Whether a character is nobody else's business: a selector or voiced mark belongs to what stands before it, a control
/// character has no place in a field.
fn is_plain(c: char) -> bool {
    !(c.is_control() || moji::is_voiced_mark(c) || c == '\u{FEFF}')
}

fn only(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.as_str().is_empty())
}

/// UTF-8 with its length in the highest byte, [`None`] if it has eight bytes or more.
fn pack(text: &str) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..7)?.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some(u64::from_le_bytes(bytes) | u64::try_from(text.len()).ok()? << 56)
}

/// An array on the heap, made without passing over the stack.
fn filled<T: Copy, const N: usize>(value: T) -> Box<[T; N]> {
    // The vector has N elements, so the conversion succeeds; the other arm only satisfies the types.
    vec![value; N].into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([value; N]))
}
