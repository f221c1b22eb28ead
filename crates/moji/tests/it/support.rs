//! One way to call the codecs, so that a change of their interface touches one place.

use std::path::PathBuf;
use std::sync::LazyLock;

use moji::*;

pub(crate) const UTF16: Charset = Charset::Utf16 { endian: Endian::Little, bom: true };
pub(crate) const UTF16_BE: Charset = Charset::Utf16 { endian: Endian::Big, bom: false };
pub(crate) const UTF32: Charset = Charset::Utf32 { endian: Endian::Big, bom: false };
pub(crate) const JEF: Charset = Charset::Jef(Ebcdic::Kana);

/// The built-in tables, compiled once.
pub(crate) fn built_in() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(Tables::built_in);
    &TABLES
}

pub(crate) fn substitute() -> Options {
    Options { unmappable: Unmappable::Substitute, undefined: Undefined::Substitute, ..Options::default() }
}

pub(crate) fn encode(
    charset: &Charset,
    options: &Options,
    field: Field,
    text: &str,
) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    let encoder = built_in().encoder(charset, options).unwrap();
    encoder.encode(field, text, &mut out, &mut Vec::new())?;
    Ok(out)
}

pub(crate) fn decode(
    charset: &Charset,
    options: &Options,
    field: Field,
    bytes: &[u8],
) -> Result<String, DecodeError> {
    let mut out = String::new();
    let decoder = built_in().decoder(charset, options).unwrap();
    decoder.decode(field, bytes, &mut out, &mut Vec::new())?;
    Ok(out)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let text: String = text.split_whitespace().collect();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Words events as `position:what from→to`.
pub(crate) fn told(events: &[CharEvent]) -> String {
    let words: Vec<String> = events
        .iter()
        .map(|event| format!("{}:{} {}→{}", event.position, event.done.word(), event.from, event.to))
        .collect();
    words.join(" ")
}

/// Encodes into a fixed field and words the outcome: bytes, then what was reported.
pub(crate) fn fixed(
    charset: &Charset,
    options: &Options,
    field: Field,
    bytes: usize,
    overflow: Overflow,
    text: &str,
) -> String {
    let (mut out, mut events) = (Vec::new(), Vec::new());
    let encoder = built_in().encoder(charset, options).unwrap();
    let done = encoder.encode_fixed(field, text, bytes, overflow, &mut out, &mut events);
    if let Err(error) = done {
        assert!(out.is_empty() && events.is_empty(), "a refused field leaves nothing behind");
        return error.to_string();
    }
    format!("{} {}", hex(&out), told(&events)).trim_end().to_owned()
}

/// The folder of the JEF pack, which is not part of this repository, if it is here: `DAICHO_TABLES`, or beside the checkout.
pub(crate) fn pack_folder() -> Option<PathBuf> {
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/moji");
    let folder = std::env::var_os("DAICHO_TABLES").map_or_else(beside, PathBuf::from);
    if folder.join("jef.tsv").exists() {
        return Some(folder);
    }
    eprintln!("NOT RUN: no JEF pack in {} (set DAICHO_TABLES)", folder.display());
    None
}

/// Tables with the JEF pack, if it is here.
pub(crate) fn with_pack() -> Option<Tables> {
    let folder = pack_folder()?;
    let read = |name: &str| (name.to_owned(), std::fs::read_to_string(folder.join(name)).unwrap());
    let texts = ["jef.tsv", "jef-encode.tsv", "jef-area.tsv"].map(read);
    let files: Vec<PackFile<'_>> = texts.iter().map(|(name, text)| PackFile { name, text }).collect();
    let found = Packs::parse(&files);
    assert_eq!(found.errors, []);
    Some(Tables::with_packs(found.packs))
}

/// As [`with_pack`], read and compiled once.
pub(crate) fn with_pack_once() -> Option<&'static Tables> {
    static TABLES: LazyLock<Option<Tables>> = LazyLock::new(with_pack);
    TABLES.as_ref()
}
