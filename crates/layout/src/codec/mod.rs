//! Characters of one policy: the codecs of `moji`, and before them a short way for what needs no word.
//!
//! A record has a dozen fields of a few characters each, so what a general codec does around each text costs more than the
//! characters. The short way looks plain characters up in arrays and writes them where they belong; whatever is not plain
//! makes it give up the whole field, which then goes through `moji`. Its arrays are learnt from the codecs themselves: what
//! stands in them was seen to go both ways without an event.

mod learnt;
mod unicode;

use std::sync::Arc;

use moji::{Charset, CodecError, Decoder, Encoder, Field, Options, Tables};

pub(crate) use unicode::is_plain;

use learnt::Learnt;
use unicode::Unicode;

/// The codecs of one policy.
#[derive(Clone)]
pub(crate) struct Codec {
    pub(crate) encoder: Encoder,
    pub(crate) decoder: Decoder,
}

/// The short way of a charset, the same for all policies.
#[derive(Clone)]
pub(crate) struct Short {
    charset: Known,
    /// Whether narrow characters may be widened in N fields, and so are not plain there.
    widens: bool,
}

/// A charset by its construction.
#[derive(Clone)]
enum Known {
    /// There is no short way.
    Not,
    Unicode(Unicode),
    Table(Arc<Learnt>),
}

impl Short {
    /// Learns from the codecs of a charset.
    pub(crate) fn new(
        tables: &Tables,
        charset: &Charset,
        options: &Options,
        widens: bool,
    ) -> Result<Self, CodecError> {
        let charset = match (Unicode::of(charset), &options.gaiji) {
            (Some(unicode), None) => Known::Unicode(unicode),
            // The town's own scalars are looked up one by one.
            (Some(_), Some(_)) => Known::Not,
            (None, _) => Known::Table(Arc::new(Learnt::from(tables, charset, options)?)),
        };
        Ok(Self { charset, widens })
    }

    /// Writes a text at the start of `slot`; the number of bytes, or [`None`] if anything about it is not plain or it does
    /// not fit. `slot` may then hold anything. Without `check` UTF-8 is copied as it stands, control characters too.
    #[inline(always)]
    pub(crate) fn put(&self, field: Field, check: bool, text: &str, slot: &mut [u8]) -> Option<usize> {
        match &self.charset {
            Known::Not => None,
            Known::Unicode(unicode) => unicode.put(field == Field::Double && self.widens, check, text, slot),
            Known::Table(learnt) => match field {
                Field::Single => learnt.put_single(text, slot),
                Field::Double => learnt.put_double(self.widens, text, slot),
                Field::Mixed => learnt.put_mixed(text, slot),
            },
        }
    }

    /// Reads bytes into the start of `text`, which must have room for four times as many; the number of bytes of UTF-8, or
    /// [`None`] if anything about them is not plain. UTF-8 is copied as it stands: see [`is_checked`](Self::is_checked).
    #[inline]
    pub(crate) fn take(&self, field: Field, bytes: &[u8], text: &mut [u8]) -> Option<usize> {
        match &self.charset {
            Known::Not => None,
            Known::Unicode(unicode) => unicode.take(bytes, text),
            Known::Table(learnt) => match field {
                Field::Single => learnt.take_single(bytes, text),
                Field::Double => learnt.take_double(bytes, text),
                Field::Mixed => learnt.take_mixed(bytes, text),
            },
        }
    }

    /// Whether what [`take`](Self::take) gave is well formed and free of control characters.
    pub(crate) fn is_checked(&self) -> bool {
        !matches!(&self.charset, Known::Unicode(Unicode::Utf8))
    }

    /// Codes that enter and leave double-byte state, if the charset has such.
    #[inline]
    pub(crate) fn shift(&self) -> Option<(u8, u8)> {
        match &self.charset {
            Known::Table(learnt) => learnt.shift,
            Known::Not | Known::Unicode(_) => None,
        }
    }
}

impl Codec {
    pub(crate) fn new(tables: &Tables, charset: &Charset, options: &Options) -> Result<Self, CodecError> {
        let (encoder, decoder) = (tables.encoder(charset, options)?, tables.decoder(charset, options)?);
        Ok(Self { encoder, decoder })
    }

    /// The code of the digit zero, if the digits are ten bytes in a row from one that ends in zero.
    pub(crate) fn zero(&self) -> Option<u8> {
        let digits = self.bytes(Field::Single, "0123456789")?;
        let zero = *digits.first()?;
        (0..10).zip(&digits).all(|(digit, &byte)| zero & 0x0F == 0 && byte == zero | digit).then_some(zero)
    }

    /// The code of a text that the charset surely has, such as a line end; [`None`] if it has not.
    pub(crate) fn bytes(&self, field: Field, text: &str) -> Option<Vec<u8>> {
        let (mut out, mut events) = (Vec::new(), Vec::new());
        self.encoder.encode(field, text, &mut out, &mut events).ok()?;
        events.is_empty().then_some(out)
    }
}
