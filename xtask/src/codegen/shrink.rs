//! IPA's MJ shrink map.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, ensure};

use super::mj::{NOTICE, Numbers, columns, number};
use super::sources::{Sources, mojidata};

/// The tables of the source, with number and the column that ranks, in the order in which a conversion asks them; the last
/// is never asked.
const TABLES: [(u8, &str, &str); 10] = [
    (1, "mjsm_JIS包摂規準UCS統合規則", "0"),
    (4, "mjsm_戸籍統一文字情報_親字正字", "\"ホップ数\""),
    (5, "mjsm_民一2842号通達別表_誤字俗字正字一覧表_無印", "0"),
    (6, "mjsm_民一2842号通達別表_誤字俗字正字一覧表_俗字", "0"),
    (8, "mjsm_民二5202号通知別表_正字俗字等対照表", "0"),
    (2, "mjsm_法務省告示582号別表第四_一", "\"順位\""),
    (3, "mjsm_法務省告示582号別表第四_二", "\"順位\""),
    (9, "mjsm_読み字形による類推", "0"),
    (10, "mjsm_辞書類等による関連字", "0"),
    (7, "mjsm_民一2842号通達別表_誤字俗字正字一覧表_別字", "0"),
];

/// The targets of a number, by place of the table in [`TABLES`] and by rank.
type Targets = BTreeMap<(usize, u8), Vec<char>>;

pub(super) fn shrink(sources: &Sources) -> anyhow::Result<String> {
    let mut numbers: BTreeMap<u32, Targets> = BTreeMap::new();
    let mut cells: BTreeMap<(u8, u8, u8), char> = BTreeMap::new();
    let mut count = 0;
    for (place, (_, table, rank)) in TABLES.into_iter().enumerate() {
        let rows = format!(r#"select "MJ文字図形名", {rank}, "縮退UCS", "縮退X0213" from "{table}""#);
        for row in sources.query(&rows)? {
            let [mj, rank, target, x0213] = columns(&row)?;
            let mut chars = target.chars();
            let c = chars
                .next()
                .filter(|_| chars.as_str().is_empty())
                .context("a target of several characters")?;
            let targets = numbers.entry(number(mj)?).or_default();
            targets.entry((place, rank.parse()?)).or_default().push(c);
            let held = cells.insert(cell(x0213)?, c);
            ensure!(held.is_none_or(|held| held == c), "{x0213} is {held:?} and {c}");
            count += 1;
        }
    }
    let chart = chart(&cells)?;
    let characters = numbers.len();
    let mut lines = String::new();
    let mut column = Numbers::default();
    for (number, targets) in numbers {
        write!(lines, "{}", column.column(number))?;
        let mut mark = '\t';
        for ((place, rank), mut chars) in targets {
            let (table, _, _) = TABLES.get(place).context("no such table")?;
            chars.sort_unstable();
            write!(lines, "{mark}{table}")?;
            if 0 < rank {
                write!(lines, ".{rank}")?;
            }
            lines.extend(chars);
            mark = ' ';
        }
        lines.push('\n');
    }
    Ok(format!(
        "\
# MJ縮退マップ (MJ shrink map) 1.2.0: {count} rows of {characters} characters.
# First part, the targets' places in JIS X 0213. Columns: plane-row-cell of the first; characters of consecutive cells of a row.
# Second part. Columns: MJ number without MJ and zeros (empty: the one before + 1); with spaces, in the order in which a
# conversion tries them: table[.rank]targets. Rank: 順位 of tables 2 and 3, ホップ数 of table 4. Tables:
#  1 JIS包摂規準・UCS統合規則            4 戸籍統一文字情報 親字・正字
#  5, 6, 7 民一2842号通達別表 誤字俗字・正字一覧表 (無印, 俗字, 別字)   8 民二5202号通知別表 正字・俗字等対照表
#  2, 3 法務省告示582号別表第四 (一, 二)   9 読み・字形による類推   10 辞書類等による関連字
{NOTICE}\
# Source: MJShrinkMapVer.1.2.0 of CITPC, by {}.
{chart}{lines}",
        mojidata()
    ))
}

/// Plane, row and cell of `1-16-01`.
fn cell(x0213: &str) -> anyhow::Result<(u8, u8, u8)> {
    let parts: Vec<u8> = x0213.split('-').map(str::parse).collect::<Result<_, _>>()?;
    match parts.as_slice() {
        &[plane, row, cell] => Ok((plane, row, cell)),
        _ => anyhow::bail!("{x0213} is no cell"),
    }
}

fn chart(cells: &BTreeMap<(u8, u8, u8), char>) -> anyhow::Result<String> {
    let mut text = String::new();
    let mut before = None;
    for (&(plane, row, cell), &c) in cells {
        if before.is_none_or(|before| before != (plane, row, cell - 1)) {
            let mark = if before.is_some() { "\n" } else { "" };
            write!(text, "{mark}{plane}-{row:02}-{cell:02}\t")?;
        }
        text.push(c);
        before = Some((plane, row, cell));
    }
    text.push('\n');
    Ok(text)
}
