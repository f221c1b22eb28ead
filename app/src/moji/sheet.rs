//! What is known of a character, as text for people and as JSON for machines.

use std::fmt::Write as _;

use moji::data::{self, Mj, Registration, ShrinkRow};
use moji::show::{CodeRow, Sheet};
use moji::{Cluster, is_selector, is_voiced_mark};
use serde_json::{Value, json};

/// The sheet as aligned text.
pub(super) fn as_text(sheet: &Sheet) -> String {
    let mut out = String::new();
    let points = sheet.cluster.map(Cluster::code_points).unwrap_or_default();
    let shown = sheet.cluster.map(|cluster| cluster.to_string()).unwrap_or_default();
    let number = sheet.number.map(|number| number.to_string()).unwrap_or_default();
    let _ = writeln!(out, "{}", join(&[&shown, &points, &number]));
    section(&mut out, "注意", sheet.notes.iter().map(|note| vec![note.clone()]).collect());
    section(&mut out, "文字コード", sheet.codes.iter().map(code_row).collect());
    if let Some(kana) = sheet.hentaigana {
        let koseki = kana.koseki.map(|number| format!("戸籍 {number}")).unwrap_or_default();
        let merged = kana.merged_into.map(|number| format!("{number} に統合")).unwrap_or_default();
        let academic = kana.academic.map(|number| format!("学術用 {number}")).unwrap_or_default();
        let row = [
            kana.number.to_string(),
            format!("字母 {}", kana.parent),
            format!("音価 {}", kana.sounds),
            koseki,
            academic,
            merged,
        ];
        section(&mut out, "変体仮名", vec![row.to_vec()]);
    }
    section(&mut out, "MJ文字図形（＊ この字形、＝ セレクタなしの字形）", glyph_rows(sheet));
    section(&mut out, "異体字シーケンス", sequence_rows(sheet));
    section(&mut out, "縮退先（選ばれる順）", sheet.shrinks.iter().map(shrink_row).collect());
    out
}

fn join(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join("  ")
}

fn code_row(row: &CodeRow) -> Vec<String> {
    let code = if row.bytes.is_empty() { "なし".to_owned() } else { hex(&row.bytes) };
    let back = row.back.as_deref().map(|back| format!("→ {}", described(back))).unwrap_or_default();
    vec![row.charset.clone(), row.view.clone(), code, back]
}

fn described(text: &str) -> String {
    let points: Vec<String> = text.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
    let shown: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("{shown}（{}）", points.join(" "))
}

fn glyph_rows(sheet: &Sheet) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for glyph in &sheet.glyphs {
        let mj = glyph.mj;
        let sequence = mj.sequence().map(Cluster::from);
        let mark = match (glyph.is_asked, glyph.is_default) {
            (true, true) => "＊＝",
            (true, false) => "＊",
            (false, true) => "＝",
            (false, false) => "",
        };
        rows.push(vec![
            mark.to_owned(),
            mj.number.to_string(),
            sequence.map(|sequence| sequence.to_string()).unwrap_or_default(),
            sequence.map(Cluster::code_points).unwrap_or_default(),
            format!("{}画", mj.strokes),
            radicals(mj),
            mj.juki.map(|code| code.to_string()).unwrap_or_default(),
            mj.koseki.map(|number| format!("戸籍{number}")).unwrap_or_default(),
            mj.touki.map(|number| format!("登記{number}")).unwrap_or_default(),
            mj.x0213.map(|place| format!("JIS {place}")).unwrap_or_default(),
            data::readings().of(mj.number).collect::<Vec<_>>().join("・"),
        ]);
    }
    rows
}

/// Radicals with the strokes beside them: `140⾋+9`.
fn radicals(mj: &Mj) -> String {
    let radicals: Vec<String> = mj
        .radicals()
        .map(|found| {
            let shown = char::from_u32(0x2EFF + u32::from(found.radical)).unwrap_or(' ');
            let inner = found.inner.map(|inner| format!("+{inner}")).unwrap_or_default();
            format!("{}{shown}{inner}", found.radical)
        })
        .collect();
    radicals.join(" ")
}

fn sequence_rows(sheet: &Sheet) -> Vec<Vec<String>> {
    let base = sheet.glyphs.iter().find_map(|glyph| glyph.mj.ucs).or(sheet.cluster.map(Cluster::base));
    let rows = sheet.sequences.iter().map(|row| {
        let mark = if row.is_asked { "＊" } else { "" };
        let shown = base.map(|base| format!("{base}{}", row.selector)).unwrap_or_default();
        let [aj1, hanyo, mj] = collections(&row.registration);
        let labelled = |label: &str, id: String| {
            if id.is_empty() { String::new() } else { format!("{label} {id}") }
        };
        vec![
            mark.to_owned(),
            shown,
            format!("U+{:04X}", u32::from(row.selector)),
            labelled("Adobe-Japan1", aj1),
            labelled("Hanyo-Denshi", hanyo),
            labelled("Moji_Joho", mj),
        ]
    });
    rows.collect()
}

fn collections(found: &Registration) -> [String; 3] {
    [
        found.adobe_japan1.map(|cid| format!("CID+{cid}")).unwrap_or_default(),
        found.hanyo_denshi.unwrap_or_default().to_owned(),
        found.moji_joho.map(|number| number.to_string()).unwrap_or_default(),
    ]
}

fn shrink_row(row: &ShrinkRow) -> Vec<String> {
    let rank = row.rank.map(|rank| format!("順位{rank}"));
    let hops = row.hops.map(|hops| format!("ホップ{hops}"));
    let automatic = if Sheet::is_automatic(row) { "" } else { "自動では使いません" };
    vec![
        row.ucs.to_string(),
        format!("U+{:04X}", u32::from(row.ucs)),
        format!("JIS {}", row.x0213),
        format!("表{}", row.table.number()),
        row.table.name().to_owned(),
        rank.or(hops).unwrap_or_default(),
        row.table.source().to_owned(),
        automatic.to_owned(),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// A heading and aligned rows; nothing where there are no rows.
fn section(out: &mut String, title: &str, rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {title}");
    for line in aligned(&rows) {
        let _ = writeln!(out, "    {line}");
    }
}

/// Columns side by side; columns that are empty everywhere are left out.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or_default()
        })
        .collect();
    rows.iter()
        .map(|row| {
            let mut line = String::new();
            for (cell, &wide) in row.iter().zip(&widths).filter(|&(_, &wide)| wide != 0) {
                line.push_str(cell);
                line.push_str(&" ".repeat(wide - width(cell) + 2));
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// How many half-width cells a terminal takes for a text.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            c if is_selector(c) || is_voiced_mark(c) => 0,
            '\0'..='\u{02FF}' | '\u{FF61}'..='\u{FF9F}' => 1,
            _ => 2,
        })
        .sum()
}

/// The sheet for machines.
pub(super) fn as_json(sheet: &Sheet) -> Value {
    let cluster = sheet.cluster;
    let points = |cluster: Cluster| -> Vec<String> {
        cluster.chars().map(|c| format!("{:04X}", u32::from(c))).collect()
    };
    let codes = sheet.codes.iter().map(|row| {
        let code = (!row.bytes.is_empty()).then(|| hex(&row.bytes));
        json!({ "charset": row.charset, "view": row.view, "code": code, "reads_back_as": row.back })
    });
    let glyphs = sheet.glyphs.iter().map(|glyph| {
        let mj = glyph.mj;
        let sequence = mj.sequence().map(Cluster::from);
        let radicals = mj.radicals().map(|found| json!({ "radical": found.radical, "inner": found.inner }));
        json!({
            "mj": mj.number.to_string(),
            "text": sequence.map(|sequence| sequence.to_string()),
            "code_points": sequence.map(points),
            "is_asked": glyph.is_asked,
            "is_default": glyph.is_default,
            "juki": mj.juki.map(|found| found.to_string()),
            "koseki": mj.koseki.map(|found| found.to_string()),
            "touki": mj.touki.map(|found| found.to_string()),
            "x0213": mj.x0213.map(|found| found.to_string()),
            "strokes": mj.strokes,
            "radicals": radicals.collect::<Vec<_>>(),
            "readings": data::readings().of(mj.number).collect::<Vec<_>>(),
        })
    });
    let sequences = sheet.sequences.iter().map(|row| {
        let found = &row.registration;
        json!({
            "selector": format!("{:04X}", u32::from(row.selector)),
            "adobe_japan1": found.adobe_japan1,
            "hanyo_denshi": found.hanyo_denshi,
            "moji_joho": found.moji_joho.map(|number| number.to_string()),
            "is_asked": row.is_asked,
        })
    });
    let shrinks = sheet.shrinks.iter().map(|row| {
        json!({
            "text": row.ucs.to_string(),
            "code_point": format!("{:04X}", u32::from(row.ucs)),
            "x0213": row.x0213.to_string(),
            "table": row.table.number(),
            "name": row.table.name(),
            "source": row.table.source(),
            "rank": row.rank,
            "hops": row.hops,
            "automatic": Sheet::is_automatic(row),
        })
    });
    let hentaigana = sheet.hentaigana.map(|kana| {
        json!({
            "mj": kana.number.to_string(), "parent": kana.parent.to_string(), "sounds": kana.sounds,
            "koseki": kana.koseki.map(|number| number.to_string()), "academic": kana.academic,
            "merged_into": kana.merged_into.map(|number| number.to_string()),
        })
    });
    json!({
        "asked": sheet.asked,
        "text": cluster.map(|cluster| cluster.to_string()),
        "code_points": cluster.map(points),
        "mj": sheet.number.map(|number| number.to_string()),
        "codes": codes.collect::<Vec<_>>(),
        "glyphs": glyphs.collect::<Vec<_>>(),
        "sequences": sequences.collect::<Vec<_>>(),
        "shrinks": shrinks.collect::<Vec<_>>(),
        "hentaigana": hentaigana,
        "notes": sheet.notes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_in_japanese() {
        let rows = [["葛\u{E0102}", "", "a"], ["ｱB", "", "漢字"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(aligned(&rows), ["葛\u{E0102}  a", "ｱB  漢字"]);
    }
}
