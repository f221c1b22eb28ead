//! Tables of the town that rules go by (町の表): districts (地区管理コード) and lots (地番マスタ), read from tab-separated files.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use crate::config::Config;

/// Columns of the districts: 地区管理コードの番号 (1 to 10), code, 町字コード or 町字, lot where it is of one lot only, first and last
/// day, name.
const DISTRICTS: [&str; 8] = ["no", "code", "town_code", "town", "lot", "from", "to", "name"];

/// Columns of the lots: 町字コード or 町字, 番地号, last of a range where it is one, whether the 町字 has special lots, first and
/// last day.
const LOTS: [&str; 7] = ["town_code", "town", "lot", "lot_to", "special", "from", "to"];

/// 地区管理コード1 to 10.
const DISTRICT_NO_MAX: u8 = 10;

/// The districts of a town; nothing when the configuration names no file.
///
/// # Errors
/// When the file cannot be read or a line is wrong, with the line.
pub(crate) fn districts(config: &Config) -> anyhow::Result<Value> {
    table(config, &config.municipality.districts, &DISTRICTS, |row| {
        let no = text(row, "no").parse::<u8>().ok().filter(|no| (1..=DISTRICT_NO_MAX).contains(no));
        if no.is_none() {
            bail!("no は1から{DISTRICT_NO_MAX}までの数です");
        }
        if text(row, "code").is_empty() {
            bail!("code が空です");
        }
        Ok(())
    })
}

/// The lots of a town; nothing when the configuration names no file.
///
/// # Errors
/// As [`districts`].
pub(crate) fn lots(config: &Config) -> anyhow::Result<Value> {
    table(config, &config.municipality.lots, &LOTS, |row| {
        if text(row, "lot").is_empty() {
            bail!("lot が空です");
        }
        Ok(())
    })
}

fn text<'r>(row: &'r Map<String, Value>, name: &str) -> &'r str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn table(
    config: &Config,
    file: &str,
    columns: &[&str],
    check: impl Fn(&Map<String, Value>) -> anyhow::Result<()>,
) -> anyhow::Result<Value> {
    if file.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    let text = crate::house::read(config, Path::new(file))?;
    parse(&text, columns, check).with_context(|| file.to_owned())
}

fn parse(
    text: &str,
    columns: &[&str],
    check: impl Fn(&Map<String, Value>) -> anyhow::Result<()>,
) -> anyhow::Result<Value> {
    let lines = text.lines().zip(1_usize..);
    let mut lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let Some((header, _)) = lines.next() else { bail!("見出しの行がありません") };
    let names: Vec<&str> = header.split('\t').collect();
    if let Some(unknown) = names.iter().find(|name| !columns.contains(name)) {
        bail!("見出し「{unknown}」は知らない列です。使える列は {} です", columns.join("、"));
    }
    let mut rows = Vec::new();
    for (line, no) in lines {
        let at = || format!("{no}行目");
        let mut row = Map::new();
        let mut cells = line.split('\t');
        for name in &names {
            let cell = cells.next().unwrap_or_default();
            row.insert((*name).to_owned(), Value::String(cell.to_owned()));
        }
        if cells.next().is_some() {
            bail!("{}: 見出しより列が多くあります", at());
        }
        if text_of_town(&row).is_empty() {
            bail!("{}: town_code か town が要ります", at());
        }
        for name in ["from", "to"] {
            let day = self::text(&row, name);
            if !day.is_empty() && day.parse::<jiff::civil::Date>().is_err() {
                bail!("{}: {name} の「{day}」は日付（2026-04-01 の形）ではありません", at());
            }
        }
        check(&row).with_context(at)?;
        rows.push(Value::Object(row));
    }
    Ok(Value::Array(rows))
}

fn text_of_town(row: &Map<String, Value>) -> String {
    format!("{}{}", text(row, "town_code"), text(row, "town"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(table: &str) -> String {
        format!("{:#}", parse(table, &DISTRICTS, |_| Ok(())).unwrap_err())
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said_with_its_line() {
        assert!(fails("").contains("見出しの行がありません"));
        assert!(fails("no\tcolour\n").contains("見出し「colour」は知らない列です"));
        assert!(fails("no\tcode\ttown\n1\tA\t\n").contains("2行目: town_code か town が要ります"));
        assert!(fails("# 注\nno\ttown\tfrom\n1\t字浜\t4月\n").contains("3行目: from の「4月」は日付"));
        assert!(fails("no\ttown\n1\t字浜\tA\n").contains("2行目: 見出しより列が多くあります"));
    }

    #[test]
    fn the_tables_of_the_invented_town_read() {
        let districts = include_str!("../../standards/town/districts.tsv");
        let rows = parse(districts, &DISTRICTS, |_| Ok(())).unwrap();
        assert!(rows.as_array().is_some_and(|rows| !rows.is_empty()));
        let lots = include_str!("../../standards/town/lots.tsv");
        assert!(parse(lots, &LOTS, |_| Ok(())).unwrap().as_array().is_some_and(|rows| !rows.is_empty()));
    }
}
