//! The JEF pack: `jef.tsv`, `jef-encode.tsv`, and perhaps `jef-area.tsv`.

use std::collections::HashSet;

use super::PackFile;
use super::read::{self, Report};
use crate::code::Code;
use crate::gaiji::TableError;
use crate::jef::{AreaKind, AreaRow, Jef};

/// First and last bytes of JEF's double-byte codes.
const LEADS: std::ops::RangeInclusive<u8> = 0x40..=0xFE;

pub(super) fn parse(
    main: PackFile<'_>,
    encode: Option<PackFile<'_>>,
    area: Option<PackFile<'_>>,
) -> Result<Jef, Vec<TableError>> {
    let mut report = Report::new(main.name);
    let readings = read::readings(main, &mut report);
    let codes: HashSet<Code> = readings.iter().map(|reading| reading.code).collect();
    for code in &codes {
        if !code.as_double().is_some_and(|code| LEADS.contains(&code.to_be_bytes()[0])) {
            report.say(1, format!("コード {code} はJEFの2バイトコードではありません"));
        }
    }
    let mut errors = report.errors;
    let Some(encode) = encode else {
        let rule = "jef-encode.tsv がありません".to_owned();
        errors.push(TableError { file: main.name.to_owned(), line: 1, rule });
        return Err(errors);
    };
    let mut report = Report::new(encode.name);
    let writings = read::writings(encode, &mut report);
    for (cluster, code, _) in &writings {
        if !codes.contains(code) {
            let points = cluster.code_points();
            report.say(1, format!("文字 {points} のコード {code} が {} にありません", main.name));
        }
    }
    errors.extend(report.errors);
    let area = match area {
        Some(file) => {
            let mut report = Report::new(file.name);
            let rows = area_rows(file, &codes, &mut report);
            errors.extend(report.errors);
            rows
        }
        None => Jef::standard().area,
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let texts = readings.iter().map(|reading| &reading.text);
    let pairs = read::pairs(writings.iter().map(|(cluster, ..)| cluster).chain(texts));
    Ok(Jef { name: String::new(), readings, writings, area, pairs })
}

/// Reads `jef, ucs_face, ucs_area, jef_face_of_area, kind`.
fn area_rows(file: PackFile<'_>, codes: &HashSet<Code>, report: &mut Report<'_>) -> Vec<AreaRow> {
    let mut found = Vec::new();
    for (line, columns) in read::rows(file.text) {
        let &[code, face, area, _, kind, ..] = columns.as_slice() else {
            report.say(line, "列が足りません（jef、ucs_face、ucs_area、jef_face_of_area、kind が必要です）");
            continue;
        };
        let kind = match kind.trim() {
            "S" => AreaKind::Symbol,
            "X" => AreaKind::Swapped,
            "F" | "A" => AreaKind::Form,
            other => {
                report.say(line, format!("kind「{other}」は S X F A のどれでもありません"));
                continue;
            }
        };
        match (Code::parse_hex(code), read::scalar(face), read::scalar(area)) {
            (Some(code), Some(face), Some(area)) if codes.contains(&code) => {
                found.push(AreaRow { code, face, area, kind });
            }
            _ => report.say(line, "コードか文字を読めません"),
        }
    }
    found
}
