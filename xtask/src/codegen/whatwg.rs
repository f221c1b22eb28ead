//! Charts from the indexes of the WHATWG Encoding Standard, as the crate `encoding_rs` has them.

use std::collections::BTreeMap;

use anyhow::Context as _;
use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS};

use super::chart::{COLUMNS, Chart, Way, plain_next};
use super::sources::{Sources, crate_version};

/// Six characters that Microsoft's tables spell otherwise than JIS's: (JIS's spelling, Microsoft's). The index has
/// Microsoft's.
pub(super) const SPELLINGS: [(char, char); 6] =
    [('〜', '～'), ('‖', '∥'), ('−', '－'), ('¢', '￠'), ('£', '￡'), ('¬', '￢')];

/// The one character a byte sequence stands for.
pub(super) fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Option<char> {
    let (text, wrong) = encoding.decode_without_bom_handling(bytes);
    let mut chars = text.chars();
    chars.next().filter(|_| !wrong && chars.as_str().is_empty())
}

/// What the pairs of EUC-JP decode to, behind an optional 8F, by the whole code.
pub(super) fn euc_pairs(prefix: &[u8]) -> BTreeMap<u32, char> {
    let mut cells = BTreeMap::new();
    for row in 0xA1..=0xFE_u8 {
        for cell in 0xA1..=0xFE_u8 {
            let bytes = [prefix, &[row, cell]].concat();
            if let Some(c) = decode(EUC_JP, &bytes) {
                cells.insert(number(&bytes), c);
            }
        }
    }
    cells
}

/// The bytes as one number, the first the highest.
pub(super) fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |code, &byte| code << 8 | u32::from(byte))
}

/// What two-byte codes of Shift_JIS decode to, without the user-defined cells.
pub(super) fn shift_jis_pairs() -> BTreeMap<u32, char> {
    let mut cells = BTreeMap::new();
    for lead in (0x81..=0x9F_u8).chain(0xE0..=0xEF).chain(0xFA..=0xFC) {
        for trail in (0x40..=0x7E_u8).chain(0x80..=0xFC) {
            if let Some(c) = decode(SHIFT_JIS, &[lead, trail]) {
                cells.insert(number(&[lead, trail]), c);
            }
        }
    }
    cells
}

pub(super) fn jis_x_0208(_: &Sources) -> anyhow::Result<String> {
    let mut cells = BTreeMap::new();
    for (code, c) in euc_pairs(&[]) {
        // Row 13 and the rows past 84 are vendors'.
        if (0xA1A1..=0xF4FE).contains(&code) && code >> 8 != 0xAD {
            let jis = SPELLINGS.iter().find(|spelling| spelling.1 == c).map_or(c, |spelling| spelling.0);
            cells.insert(code & 0x7F7F, jis);
        }
    }
    let mut chart = Chart::decoding(&cells, |code| code);
    chart.add_spellings(&SPELLINGS.map(|(jis, microsoft)| (microsoft, jis)))?;
    chart.add_spellings(&[('—', '―')])?;
    let cells = chart.count(Way::Both);
    let version = crate_version("encoding_rs")?;
    Ok(format!(
        "\
# JIS X 0208:1990, rows 1-84: {cells} characters. The code is the JIS code 2121-747E (row + 20, cell + 20, hex).
# The wave dash family stands in JIS's spelling; Microsoft's is accepted on encoding.
{COLUMNS}\
# Source: index jis0208 of the WHATWG Encoding Standard, by the crate encoding_rs {version}. Facts, no licence claimed.
{}",
        chart.lines(plain_next)?
    ))
}

pub(super) fn windows_31j(_: &Sources) -> anyhow::Result<String> {
    let mut cells = shift_jis_pairs();
    for byte in 0xA1..=0xDF_u8 {
        let kana = decode(SHIFT_JIS, &[byte]).with_context(|| format!("{byte:02X} is no half-width kana"))?;
        cells.insert(u32::from(byte), kana);
    }
    // JIS first, then NEC row 13, then IBM's rows at FA; NEC's copies of these at ED are only read.
    let mut chart = Chart::decoding(&cells, |code| match code {
        0x8740..=0x87FC => 1,
        0xFA40.. => 2,
        0xED40.. => 3,
        _ => 0,
    });
    chart.add_spellings(&SPELLINGS)?;
    let (both, decode, encode) = (chart.count(Way::Both), chart.count(Way::Decode), chart.count(Way::Encode));
    let version = crate_version("encoding_rs")?;
    Ok(format!(
        "\
# Windows-31J (Microsoft code page 932, MS932): {both} cells both ways, {decode} decode only, {encode} encode only.
# By formula, not listed: 00-7F are ASCII; user-defined cells F040-F9FC are U+E000-E757 in order. 80, A0, FD-FF are undefined.
# A character of several cells is written to JIS's, else NEC row 13, else IBM's (FA40-FC4B), never NEC's selection (ED40-EEFC).
{COLUMNS}\
# Source: index jis0208 of the WHATWG Encoding Standard, by the crate encoding_rs {version}; order of writing: Microsoft.
# Facts, no licence claimed.
{}",
        chart.lines(|code| if code & 0xFF == 0x7E { code + 2 } else { code + 1 })?
    ))
}
