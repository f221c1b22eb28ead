//! Our side of the character benchmark: the one file that knows the API of `moji`.

use anyhow::Context;
use moji::{Decoder, Encoder, Endian, Field, Options, Undefined, Unmappable};

/// A charset that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// JEF and EBCDIC with kana, with shift codes; of the peers IBM-930, which is built alike.
    Jef,
    /// Microsoft's code page 932.
    Cp932,
    /// UTF-16, little endian, without a byte order mark.
    Utf16,
    /// EUC-JP with Microsoft's extensions.
    EucJp,
}

/// What a conversion appends to its output for one block of at most 64 KB, whole lines; and the events it reports.
type Run = Box<dyn FnMut(&[u8], &mut Vec<u8>) -> anyhow::Result<usize>>;

/// One direction of one charset.
pub(crate) struct Conversion {
    /// Which part of `moji` does it, for the table.
    pub(crate) name: &'static str,
    /// Converts one block.
    pub(crate) run: Run,
}

/// UTF-8 to a charset, [`None`] where there is no such conversion (yet).
pub(crate) fn to(charset: Charset) -> Option<Conversion> {
    let encoder = Encoder::new(of(charset)?, options());
    let mut events = Vec::new();
    let run = move |block: &[u8], out: &mut Vec<u8>| {
        let text = std::str::from_utf8(block)?;
        events.clear();
        // Line by line, as records are written: a character without a code then slows its own line only.
        for line in text.split_inclusive('\n') {
            encoder.encode(Field::Text, line, out, &mut events)?;
        }
        Ok(events.len())
    };
    Some(Conversion { name: "Encoder::encode, a line at a time", run: Box::new(run) })
}

/// A charset to UTF-8.
pub(crate) fn from(charset: Charset) -> Option<Conversion> {
    let decoder = Decoder::new(of(charset)?, options());
    let mut events = Vec::new();
    let run = move |block: &[u8], out: &mut Vec<u8>| {
        let mut text = String::from_utf8(std::mem::take(out)).context("the output is appended to bytes")?;
        events.clear();
        decoder.decode(Field::Text, block, &mut text, &mut events)?;
        *out = text.into_bytes();
        Ok(events.len())
    };
    Some(Conversion { name: "Decoder::decode, a block at a time", run: Box::new(run) })
}

fn of(charset: Charset) -> Option<moji::Charset> {
    match charset {
        Charset::Jef => Some(moji::Charset::JefEbcdicKana),
        Charset::Utf16 => Some(moji::Charset::Utf16 { endian: Endian::Little, bom: false }),
        Charset::Cp932 | Charset::EucJp => None,
    }
}

fn options() -> Options {
    Options { unmappable: Unmappable::Substitute, undefined: Undefined::Substitute, ..Options::default() }
}
