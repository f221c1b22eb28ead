//! A layout file as a tree whose every part knows its line, so that every complaint can name it.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) value: Tree,
}

/// What a layout file can hold.
pub(crate) enum Tree {
    /// A text, or what may stand for one: a number, a yes or no.
    Text(String),
    List(Vec<Node>),
    Table(Table),
}

/// Keys with their values, in the order of the file.
pub(crate) struct Table {
    pub(crate) file: Arc<str>,
    pub(crate) line: usize,
    pub(crate) entries: Vec<(String, Node)>,
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }
}

/// Reads TOML. The errors are lines and what is wrong there.
pub(crate) fn from_toml(file: &Arc<str>, text: &str) -> Result<Table, Vec<(Option<usize>, String)>> {
    let lines = Lines::of(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let told = |error: toml::de::Error| {
            let line = error.span().map(|span| lines.at(span.start));
            (line, format!("TOMLとして読めません（{}）", error.message()))
        };
        return Err(errors.into_iter().map(told).collect());
    }
    Ok(table(file, &lines, 1, document.get_ref()))
}

fn table(file: &Arc<str>, lines: &Lines, line: usize, table: &DeTable<'_>) -> Table {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entries = entries
        .into_iter()
        .map(|(key, value)| (key.get_ref().to_string(), node(file, lines, lines.at(key.span().start), value)))
        .collect();
    Table { file: file.clone(), line, entries }
}

/// `key_line` is where the key stands: what a person looks for first.
fn node(file: &Arc<str>, lines: &Lines, key_line: usize, value: &Spanned<DeValue<'_>>) -> Node {
    let line = lines.at(value.span().start).max(key_line);
    let value = match value.get_ref() {
        DeValue::String(text) => Tree::Text(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Tree::Text(number.as_str().to_owned()),
        DeValue::Integer(number) => Tree::Text(number.to_string()),
        DeValue::Float(number) => Tree::Text(number.as_str().to_owned()),
        DeValue::Boolean(yes) => Tree::Text(yes.to_string()),
        DeValue::Datetime(moment) => Tree::Text(moment.to_string()),
        DeValue::Array(values) => {
            Tree::List(values.iter().map(|value| node(file, lines, key_line, value)).collect())
        }
        DeValue::Table(inner) => Tree::Table(table(file, lines, line, inner)),
    };
    Node { line, value }
}

/// Reads a table of fields: the first line names the keys, every other line is one item, an empty cell is an absent key.
/// Lines that begin with `#` are remarks.
pub(crate) fn from_tsv(file: &Arc<str>, text: &str) -> Vec<Table> {
    let rows = (1..).zip(text.trim_start_matches('\u{FEFF}').lines());
    let mut rows = rows.filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    let Some((_, head)) = rows.next() else { return Vec::new() };
    let keys: Vec<&str> = head.split('\t').map(str::trim).collect();
    rows.map(|(line, row)| {
        let mut cells = row.split('\t').map(str::trim);
        let mut entries: Vec<(String, Node)> = keys
            .iter()
            .zip(&mut cells)
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(key, cell)| ((*key).to_owned(), Node { line, value: Tree::Text(cell.to_owned()) }))
            .collect();
        // What stands behind the last named column would be lost without a word.
        for cell in cells.filter(|cell| !cell.is_empty()) {
            entries.push((
                format!("（見出しのない列「{cell}」）"),
                Node { line, value: Tree::Text(String::new()) },
            ));
        }
        Table { file: file.clone(), line, entries }
    })
    .collect()
}

/// Where lines start, so that finding one does not read the text again.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of an offset, from 1.
    fn at(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|&start| start <= offset)
    }
}
