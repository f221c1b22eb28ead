//! IPA's lists of MJ characters: the list itself, readings, hentaigana.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail, ensure};

use super::sources::{Sources, mojidata};

/// The notice that goes with everything made from IPA's lists.
pub(super) const NOTICE: &str = "\
# List of MJ Characters / MJ shrink map, (c) Information-technology Promotion Agency, Japan, CC BY-SA 2.1 JP; recoded.
# https://creativecommons.org/licenses/by-sa/2.1/jp/
";

pub(super) fn mj(sources: &Sources) -> anyhow::Result<String> {
    let radicals = lists(
        sources,
        r#"select "MJ文字図形名", "部首" || '.' || "内画数" from mji_rsindex order by rowid"#,
    )?;
    let second = lists(
        sources,
        r#"select "MJ文字図形名", "重複実装したMoji_JohoコレクションIVS" from mji_duplicated_ivs"#,
    )?;
    let rows = sources.query(
        r#"select "MJ文字図形名", "対応するUCS", "総画数", "戸籍統一文字番号", "登記統一文字番号", "住基ネット統一文字コード",
                  "実装したUCS", "実装したMoji_JohoコレクションIVS", "実装したSVS", "X0213" from mji order by 1"#,
    )?;
    let count = rows.len();
    let mut lines = String::new();
    let mut numbers = Numbers::default();
    for row in rows {
        let [mj, ucs, strokes, koseki, touki, juki, own, ivs, svs, x0213] = columns(&row)?;
        let number = number(mj)?;
        let base = ucs.chars().next();
        let radicals = radicals.get(&number).context("no radical")?.join(" ");
        let touki = if !koseki.is_empty() && touki.strip_prefix("00") == Some(koseki) { "=" } else { touki };
        let juki = juki.trim_start_matches("J+");
        let juki =
            if base.is_some_and(|base| format!("{:04X}", u32::from(base)) == juki) { "=" } else { juki };
        let own = match own {
            "" => "-",
            same if same == ucs => "",
            other => other,
        };
        let mut selectors = selector(ivs, base)?.into_iter().collect::<Vec<_>>();
        for sequence in second.get(&number).into_iter().flatten() {
            let other = sequence.chars().next();
            let digits = selector(sequence, other)?.context("a second sequence without selector")?;
            selectors.extend(other.map(|other| format!("{other}{digits}")));
        }
        let selectors = selectors.join(" ");
        let standardized = selector(svs, base)?.unwrap_or_default();
        let number = numbers.column(number);
        let line = format!(
            "{number}\t{ucs}\t{strokes}\t{radicals}\t{koseki}\t{touki}\t{juki}\t{own}\t{selectors}\t{standardized}\t{x0213}"
        );
        // The first column may be empty as well, so only the end is shortened.
        writeln!(lines, "{}", line.trim_end_matches('\t'))?;
    }
    Ok(format!(
        "\
# MJ文字情報一覧表 (List of MJ Characters) 006.02: {count} characters.
# Columns, empty ones at the end left out:
#  1 MJ number without MJ and zeros; empty: the one before + 1
#  2 corresponding character (対応するUCS)
#  3 total strokes (総画数)
#  4 radical.inner strokes (部首.内画数), several with spaces; `-` strokes: unknown
#  5 family register number (戸籍統一文字番号)
#  6 registration number (登記統一文字番号); `=`: 00 and the family register number
#  7 resident network code (住基ネット統一文字コード) without J+; `=`: the code point of column 2
#  8 character that shows this glyph by itself (実装したUCS); empty: column 2; `-`: none
#  9 Moji_Joho selector E01xx of column 2, last two digits; behind a space: a second sequence that is only read, in full
# 10 standardized selector FE0x of column 2, last digit
# 11 JIS X 0213 plane-row-cell
{NOTICE}\
# Source: mji.00602.xlsx of CITPC, by {}.
{lines}",
        mojidata()
    ))
}

pub(super) fn readings(sources: &Sources) -> anyhow::Result<String> {
    let readings = lists(sources, r#"select "MJ文字図形名", "読み" from mji_reading order by rowid"#)?;
    let (characters, all) = (readings.len(), readings.values().map(Vec::len).sum::<usize>());
    let mut lines = String::new();
    let mut numbers = Numbers::default();
    let mut before = Vec::new();
    for (number, readings) in readings {
        ensure!(readings.iter().all(|reading| !reading.contains([' ', '='])), "a reading with a mark");
        let text = if readings == before { "=".to_owned() } else { readings.join(" ") };
        writeln!(lines, "{}\t{text}", numbers.column(number))?;
        before = readings;
    }
    Ok(format!(
        "\
# Readings (読み) of MJ文字情報一覧表 006.02: {all} readings of {characters} characters. On in katakana, kun in hiragana.
# Columns: MJ number without MJ and zeros (empty: the one before + 1); readings with spaces (`=`: as the line before).
{NOTICE}\
# Source: mji.00602.xlsx of CITPC, by {}.
{lines}",
        mojidata()
    ))
}

pub(super) fn hentaigana(sources: &Sources) -> anyhow::Result<String> {
    let sounds = lists(sources, r#"select "MJ文字図形名", "音価" from mjih_phonetic order by rowid"#)?;
    let rows = sources.query(
        r#"select "MJ文字図形名", "文字", "字母", "戸籍統一文字番号", "学術用変体仮名番号", "備考" from mjih order by 1"#,
    )?;
    let count = rows.len();
    let mut lines = String::new();
    let mut numbers = Numbers::default();
    for row in rows {
        let [mj, c, parent, koseki, academic, remark] = columns(&row)?;
        let number = number(mj)?;
        let merged = match remark.strip_suffix("へ統合") {
            Some(into) => self::number(into)?.to_string(),
            None => String::new(),
        };
        let sounds = sounds.get(&number).map(|sounds| sounds.concat()).unwrap_or_default();
        let number = numbers.column(number);
        let line = format!("{number}\t{c}\t{parent}\t{sounds}\t{koseki}\t{academic}\t{merged}");
        writeln!(lines, "{}", line.trim_end_matches('\t'))?;
    }
    Ok(format!(
        "\
# MJ文字情報一覧表 変体仮名編 (hentaigana) 002.01: {count} numbers, those without a character are merged into others.
# Columns, empty ones at the end left out: MJ number without MJ and zeros (empty: the one before + 1); character; parent kanji
# (字母); sounds, one kana each (音価); family register number (戸籍統一文字番号); academic number (学術用変体仮名番号); MJ number
# it was merged into (統合).
{NOTICE}\
# Source: MJIH00201.xlsx of CITPC, by {}.
{lines}",
        mojidata()
    ))
}

/// The number column: empty where a number follows the one before.
#[derive(Default)]
pub(super) struct Numbers {
    before: u32,
}

impl Numbers {
    pub(super) fn column(&mut self, number: u32) -> String {
        let follows = number == self.before + 1;
        self.before = number;
        if follows { String::new() } else { number.to_string() }
    }
}

/// `MJ000123` as a number.
pub(super) fn number(mj: &str) -> anyhow::Result<u32> {
    let digits = mj.strip_prefix("MJ").with_context(|| format!("{mj} is no MJ number"))?;
    digits.parse().with_context(|| format!("{mj} is no MJ number"))
}

/// The columns of a row, counted.
pub(super) fn columns<const N: usize>(row: &[String]) -> anyhow::Result<[&str; N]> {
    let columns: Vec<&str> = row.iter().map(String::as_str).collect();
    columns.try_into().ok().with_context(|| format!("{row:?} has not {N} columns"))
}

/// The rows of a query of two columns, by number.
fn lists(sources: &Sources, query: &str) -> anyhow::Result<BTreeMap<u32, Vec<String>>> {
    let mut lists: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for row in sources.query(query)? {
        let [mj, value] = columns(&row)?;
        lists.entry(number(mj)?).or_default().push(value.to_owned());
    }
    Ok(lists)
}

/// The selector of a sequence, as two digits (E01xx) or one (FE0x).
fn selector(sequence: &str, base: Option<char>) -> anyhow::Result<Option<String>> {
    let mut chars = sequence.chars();
    let (Some(first), Some(selector), None) = (chars.next(), chars.next(), chars.next()) else {
        ensure!(sequence.is_empty(), "{sequence} is no sequence");
        return Ok(None);
    };
    ensure!(Some(first) == base, "{sequence} does not vary its own character");
    match u32::from(selector) {
        code @ 0xE_0100..=0xE_01EF => Ok(Some(format!("{:02X}", code & 0xFF))),
        code @ 0xFE00..=0xFE0F => Ok(Some(format!("{:X}", code & 0xF))),
        code => bail!("U+{code:04X} is no selector"),
    }
}
