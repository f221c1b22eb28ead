//! Our side of the character benchmark: the one file that knows the API of `moji`.

use moji::{Ebcdic, Endian, Field, Options, Tables, Undefined, Unmappable};

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

/// UTF-8 to a charset: the bytes are checked and converted, and everything that is not an exact round trip is told.
pub(crate) fn to(charset: Charset) -> anyhow::Result<Conversion> {
    let encoder = Tables::built_in().encoder(&of(charset), &options())?;
    let mut events = Vec::new();
    let run = move |block: &[u8], out: &mut Vec<u8>| {
        let text = simdutf8::basic::from_utf8(block)?;
        events.clear();
        encoder.encode(Field::Mixed, text, out, &mut events)?;
        Ok(events.len())
    };
    Ok(Conversion { name: "Encoder::encode, a block at a time", run: Box::new(run) })
}

/// A charset to UTF-8.
pub(crate) fn from(charset: Charset) -> anyhow::Result<Conversion> {
    let decoder = Tables::built_in().decoder(&of(charset), &options())?;
    let mut events = Vec::new();
    let run = move |block: &[u8], out: &mut Vec<u8>| {
        events.clear();
        decoder.decode_utf8(Field::Mixed, block, out, &mut events)?;
        Ok(events.len())
    };
    Ok(Conversion { name: "Decoder::decode_utf8, a block at a time", run: Box::new(run) })
}

fn of(charset: Charset) -> moji::Charset {
    match charset {
        Charset::Jef => moji::Charset::Jef(Ebcdic::Kana),
        Charset::Utf16 => moji::Charset::Utf16 { endian: Endian::Little, bom: false },
        Charset::Cp932 => moji::Charset::Windows31J,
        Charset::EucJp => moji::Charset::EucJp,
    }
}

fn options() -> Options {
    Options { unmappable: Unmappable::Substitute, undefined: Undefined::Substitute, ..Options::default() }
}
