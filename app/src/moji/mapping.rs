//! Published mapping tables in JSON: an array of objects, one for each pair of a code and a character.

use moji::MappingRow;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Whether a text is a mapping table in JSON rather than a pack file.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{FEFF}').trim_start().starts_with(['[', '{'])
}

/// Reads the rows; the error names line and rule.
pub(super) fn rows(name: &str, text: &str) -> Result<Vec<MappingRow>, String> {
    let text = text.trim_start_matches('\u{FEFF}');
    let objects: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| {
        format!("{name} {}行目: 対応表（JSONの配列）として読めません: {error}", error.line())
    })?;
    let (mut line, mut seen) = (1, 0);
    let mut rows = Vec::with_capacity(objects.len());
    for object in objects {
        // An object is a part of the text, so its place in it gives the line.
        let at = object.get().as_ptr().addr() - text.as_ptr().addr();
        line += text.get(seen..at).unwrap_or_default().matches('\n').count();
        seen = at;
        rows.push(row(line, object.get()).ok_or_else(|| {
            format!("{name} {line}行目: コード（jef、keis、code など）と文字の組（JSONのオブジェクト）ではありません")
        })?);
    }
    Ok(rows)
}

/// Keys that are not the code's.
const KNOWN: [&str; 6] = ["unicode", "sp", "hd", "aj1", "text", "options"];

fn row(line: usize, object: &str) -> Option<MappingRow> {
    let object: Map<String, Value> = serde_json::from_str(object).ok()?;
    let string = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_code = |key: &&String| !KNOWN.contains(&key.as_str()) && !string(key).is_empty();
    let key = object.keys().find(is_code)?.clone();
    let options = object.get("options").and_then(Value::as_array);
    let words = options.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    Some(MappingRow {
        line,
        code: string(&key),
        key,
        unicode: string("unicode"),
        sp: string("sp"),
        hd: string("hd"),
        aj1: string("aj1"),
        text: string("text"),
        options: words.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_line_and_a_wrong_one_is_named() {
        let text = "[\n{ \"unicode\": \"845B\", \"jef\": \"B3EB\", \"options\": [] },\n\n{ \"keis\": \"A1A1\", \"sp\": null }\n]";
        let found = rows("a.json", text).unwrap();
        assert_eq!(
            found.iter().map(|row| (row.line, row.key.as_str(), row.code.as_str())).collect::<Vec<_>>(),
            [(2, "jef", "B3EB"), (4, "keis", "A1A1")]
        );
        let told = |text: &str| rows("a.json", text).unwrap_err();
        assert!(told("[\n{ \"unicode\": \"845B\" }]").starts_with("a.json 2行目: コード"));
        assert!(told("[\n{ \"unicode\": }]").starts_with("a.json 2行目: 対応表"));
        assert!(told("{}").starts_with("a.json 1行目"));
    }
}
