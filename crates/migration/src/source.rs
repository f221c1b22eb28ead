//! Layouts of files whose first line names the columns, so that crate `layout` reads them all.

use std::fmt::Write as _;

use layout::{RowForm, RowReader};
use moji::{Charset, Field, Options, Tables};

/// The names of the columns in the first line of a file.
///
/// # Errors
/// What is wrong with the line, in Japanese.
pub fn columns_of(
    first_line: &[u8],
    charset: &str,
    delimiter: char,
    tables: &Tables,
) -> Result<Vec<String>, String> {
    let known = Charset::from_name(charset).map_err(|error| error.to_string())?;
    let line = without_mark(first_line, &known);
    let decoder =
        tables.decoder(&known.without_bom(), &Options::default()).map_err(|error| error.to_string())?;
    let (mut text, mut events) = (String::new(), Vec::new());
    decoder.decode(Field::Mixed, line, &mut text, &mut events).map_err(|error| {
        format!("見出しの行が {charset} として読めません（{error}）。文字コードを確かめてください")
    })?;
    // The reader of rows takes its first line as names: given twice, the second comes back with them.
    let text = text.trim_end_matches(['\r', '\n', '\u{1A}']);
    let twice = format!("{text}\n{text}\n");
    let mut reader = RowReader::new(RowForm::Csv(delimiter));
    let mut input = twice.as_bytes();
    let row = reader.read(&mut input, true).ok_or("見出しの行がありません")?;
    let cells = row.cells.map_err(|rule| format!("見出しの行が読めません（{rule}）"))?;
    let names: Vec<String> = cells.into_iter().map(|(_, name)| name.to_owned()).collect();
    for (at, name) in names.iter().enumerate() {
        if names.iter().take(at).any(|before| before == name) {
            return Err(format!("見出し「{name}」が二つあります。移行元の見出しを直してください"));
        }
    }
    Ok(names)
}

fn without_mark<'a>(line: &'a [u8], charset: &Charset) -> &'a [u8] {
    let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"];
    if !charset.is_unicode() {
        return line;
    }
    marks.iter().find_map(|mark| line.strip_prefix(*mark)).unwrap_or(line)
}

/// The text of a layout with these columns; `c1`, `c2` … are its names.
#[must_use]
pub fn layout_of(
    columns: &[String],
    charset: &str,
    delimiter: char,
    has_header: bool,
    has_mark: bool,
    gaiji: Option<&str>,
) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "form = \"{}\"", if delimiter == '\t' { "tsv" } else { "csv" });
    let _ = writeln!(text, "charset = {}", quoted(charset));
    let _ = writeln!(text, "header_line = \"{}\"", if has_header { "item" } else { "none" });
    let _ = writeln!(text, "undefined = \"keep\"\nunmappable = \"reject\"");
    if has_mark {
        let _ = writeln!(text, "bom = true");
    }
    if let Some(gaiji) = gaiji {
        let _ = writeln!(text, "gaiji = {}", quoted(gaiji));
    }
    text.push_str("detail = [\n");
    for (at, column) in (1..).zip(columns) {
        let _ = writeln!(text, "  {{ item = {}, name = \"c{at}\", type = \"M\" }},", quoted(column));
    }
    text.push_str("]\n");
    text
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
