//! EUC-JP as UNIX hosts in Japan exchange it with Windows: eucJP-ms.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};

use super::chart::{COLUMNS, Chart, Way, plain_next};
use super::sources::{Sources, crate_version};
use super::whatwg::{SPELLINGS, euc_pairs, shift_jis_pairs};

/// The first cell of IBM's extensions in code set 3, and the last.
const IBM: (u32, u32) = (0x8F_F3F3, 0x8F_F4FE);

/// Spellings of code set 3 that differ: (cell, the index's spelling, Microsoft's).
const CODE_SET_3: [(u32, char, char); 1] = [(0x8F_A2C3, '¦', '￤')];

pub(super) fn euc_jp(_: &Sources) -> anyhow::Result<String> {
    let mut cells = BTreeMap::new();
    // Rows 85 and up are user-defined here; what the index has there is another vendor's.
    cells.extend(euc_pairs(&[]).into_iter().filter(|&(code, _)| code < 0xF5A1));
    cells.extend((0x8EA1..=0x8EDF).zip('\u{FF61}'..='\u{FF9F}'));
    let jis_x_0212: BTreeMap<u32, char> =
        euc_pairs(&[0x8F]).into_iter().filter(|&(code, _)| code < IBM.0).collect();
    let extensions = ibm_extensions(&jis_x_0212);
    cells.extend(jis_x_0212);
    cells.extend(extensions);
    for (code, index, microsoft) in CODE_SET_3 {
        let cell = cells.get_mut(&code).with_context(|| format!("{code:X} is empty"))?;
        if *cell != index && *cell != microsoft {
            bail!("{code:X} is neither {index} nor {microsoft}");
        }
        *cell = microsoft;
    }
    if cells.get(&IBM.1) != Some(&'黑') {
        bail!("IBM's extensions do not end at {:X}", IBM.1);
    }
    // Code set 1 before code set 3; in both, JIS before vendors' rows.
    let mut chart = Chart::decoding(&cells, |code| match code {
        0xADA1..=0xADFE => 1,
        0..=0xFFFF => 0,
        0x8F_A1A1..0x8F_F3A1 => 2,
        _ => 3,
    });
    chart.add_spellings(&SPELLINGS)?;
    chart.add_spellings(&[('—', '―')])?;
    chart.add_spellings(&CODE_SET_3.map(|(_, index, microsoft)| (index, microsoft)))?;
    let (both, decode, encode) = (chart.count(Way::Both), chart.count(Way::Decode), chart.count(Way::Encode));
    let version = crate_version("encoding_rs")?;
    Ok(format!(
        "\
# EUC-JP, flavour eucJP-ms: {both} cells both ways, {decode} decode only, {encode} encode only.
# Code set 1: JIS X 0208 and NEC row 13 (ADA1). Code set 2: half-width kana (8E). Code set 3 (8F): JIS X 0212 and IBM's
# extensions (8FF3F3-8FF4FE). Microsoft's spellings; JIS's are accepted on encoding.
# By formula, not listed: 00-7F are ASCII; user-defined cells F5A1-FEFE are U+E000-E3AB, 8FF5A1-8FFEFE U+E3AC-E757, in order.
{COLUMNS}\
# Source: indexes jis0208 and jis0212 of the WHATWG Encoding Standard, by the crate encoding_rs {version}; IBM's extensions: those
# of Windows-31J in their order, without what JIS X 0208 and JIS X 0212 have. Facts, no licence claimed.
{}",
        chart.lines(plain_next)?
    ))
}

/// IBM's extensions: the characters of FA40-FC4B of Windows-31J in order, without `￢`, `∵` (JIS X 0208), `￤` and the kanji of
/// JIS X 0212.
fn ibm_extensions(jis_x_0212: &BTreeMap<u32, char>) -> BTreeMap<u32, char> {
    let is_own = |c: &char| {
        let kanji_of_0212 = *c != '№' && jis_x_0212.values().any(|held| held == c);
        !kanji_of_0212 && !['￢', '∵', '￤'].contains(c)
    };
    let listed =
        shift_jis_pairs().into_iter().filter(|&(code, _)| 0xFA40 <= code).map(|(_, c)| c).filter(is_own);
    let row_83 = IBM.0..=0x8F_F3FE;
    row_83.chain(0x8F_F4A1..=IBM.1).zip(listed).collect()
}
