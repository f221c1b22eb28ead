//! A town's list of user-defined characters (外字一覧), and what was decided of them.

use std::collections::BTreeMap;

use crate::cluster::Cluster;
use crate::data;
use crate::gaiji::{TableError, read_character};

/// A row of a town's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Line of the list, from 1.
    pub line: usize,
    /// The code as it stands there.
    pub code: String,
    /// The private scalar it is in Unicode text.
    pub scalar: char,
    /// What somebody wrote about the glyph (備考・字形).
    pub remark: String,
    /// Readings (読み), in hiragana or katakana.
    pub readings: Vec<String>,
    /// Total strokes (総画数).
    pub strokes: Option<u8>,
    /// Number of the radical (部首).
    pub radical: Option<u8>,
    /// The character somebody thinks it is (候補).
    pub candidate: String,
    /// What the list itself says was decided.
    pub decision: Option<Option<Cluster>>,
}

/// What was decided of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The code as it was written.
    pub code: String,
    /// The character; [`None`]: nobody uses the code.
    pub character: Option<Cluster>,
}

/// Decisions (同定結果) by private scalar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions(BTreeMap<char, Decided>);

impl Decisions {
    /// What was decided of a private scalar.
    #[must_use]
    pub fn of(&self, scalar: char) -> Option<&Decided> {
        self.0.get(&scalar)
    }

    /// All scalars something was decided of.
    pub fn scalars(&self) -> impl Iterator<Item = char> {
        self.0.keys().copied()
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Code,
    Remark,
    Reading,
    Strokes,
    Radical,
    Candidate,
    Decision,
    /// A character, in a list a candidate, among decisions what was decided.
    Character,
    Other,
}

const NAMES: [(Column, &[&str]); 8] = [
    (Column::Code, &["code", "コード", "外字コード", "外字", "文字コード", "jef", "unicode", "内部コード"]),
    (Column::Remark, &["remark", "備考", "字形", "字形説明", "説明", "glyph", "note", "メモ"]),
    (
        Column::Reading,
        &["reading", "readings", "読み", "よみ", "ヨミ", "読み仮名", "カナ", "かな", "ふりがな"],
    ),
    (Column::Strokes, &["strokes", "画数", "総画数", "総画"]),
    (Column::Radical, &["radical", "部首", "部首番号"]),
    (Column::Candidate, &["candidate", "候補", "親字", "類字", "文字", "character", "候補文字"]),
    (Column::Decision, &["decision", "決定", "同定結果", "同定"]),
    (Column::Character, &["mj", "ucs", "mj文字図形名"]),
];

/// Columns of a file without a head line.
const LIST: [Column; 5] = [Column::Code, Column::Remark, Column::Reading, Column::Strokes, Column::Candidate];
const DECISIONS: [Column; 2] = [Column::Code, Column::Decision];

fn column(name: &str) -> Column {
    let name = name.trim().trim_start_matches('#').to_lowercase();
    let found = NAMES.iter().find(|(_, names)| names.contains(&name.as_str()));
    found.map_or(Column::Other, |&(column, _)| column)
}

/// A line with its cells by column.
struct Row<'a> {
    line: usize,
    columns: &'a [Column],
    cells: Vec<&'a str>,
}

impl Row<'_> {
    fn get(&self, wanted: Column) -> &str {
        let at = self.columns.iter().position(|&column| column == wanted);
        at.and_then(|at| self.cells.get(at)).map(|cell| cell.trim()).unwrap_or_default()
    }

    /// The first of two columns that the file has.
    fn either(&self, one: Column, other: Column) -> &str {
        self.get(if self.columns.contains(&one) { one } else { other })
    }
}

/// Lets `read` see every line, with the columns that the head line names, or `usual` ones.
fn rows(text: &str, usual: &[Column], mut read: impl FnMut(&Row<'_>)) {
    let mut columns: Vec<Column> = usual.to_vec();
    let mut is_first = true;
    for (line, content) in (1..).zip(text.trim_start_matches('\u{FEFF}').lines()) {
        if content.trim().is_empty() {
            continue;
        }
        let cells: Vec<&str> = content.split('\t').collect();
        let named: Vec<Column> = cells.iter().map(|cell| column(cell)).collect();
        let is_head = named.contains(&Column::Code) && cells.len() > 1;
        if is_head && (is_first || content.starts_with('#')) {
            columns = named;
            is_first = false;
            continue;
        }
        if content.starts_with('#') {
            continue;
        }
        is_first = false;
        read(&Row { line, columns: &columns, cells });
    }
}

/// Reads a list: tab-separated, one character a line; the first line may name the columns (code, remark, reading,
/// strokes, radical, candidate, decision, or their Japanese names), otherwise they are code, remark, reading, strokes,
/// candidate. `scalar_of` says which private scalar a code is.
///
/// # Errors
/// A [`TableError`] for each line whose code is none, or stands twice.
pub fn list(
    name: &str,
    text: &str,
    scalar_of: &dyn Fn(&str) -> Option<char>,
) -> Result<Vec<Listed>, Vec<TableError>> {
    let (mut found, mut errors): (Vec<Listed>, Vec<TableError>) = (Vec::new(), Vec::new());
    let mut lines: BTreeMap<char, usize> = BTreeMap::new();
    rows(text, &LIST, |row| {
        let mut say = |rule: String| errors.push(TableError { file: name.to_owned(), line: row.line, rule });
        let code = row.get(Column::Code);
        let Some(scalar) = scalar_of(code) else {
            return say(format!("コード「{code}」は外字のコードではありません"));
        };
        if let Some(other) = lines.insert(scalar, row.line) {
            return say(format!("コード「{code}」は{other}行目にもあります"));
        }
        let decision = match read_decision(row.get(Column::Decision)) {
            Ok(decision) => decision,
            Err(rule) => return say(rule),
        };
        let readings = row.get(Column::Reading).split([' ', '　', '、', '，', ',', '・', '/', '／']);
        found.push(Listed {
            line: row.line,
            code: code.to_owned(),
            scalar,
            remark: row.get(Column::Remark).to_owned(),
            readings: readings.filter(|reading| !reading.is_empty()).map(str::to_owned).collect(),
            strokes: number(row.get(Column::Strokes)),
            radical: radical(row.get(Column::Radical)),
            candidate: row.either(Column::Candidate, Column::Character).to_owned(),
            decision,
        });
    });
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

/// Reads decisions: code and character (as itself, as code points, as MJ number), or `none`; an empty cell decides
/// nothing. The first line may name the columns, so that a report with a filled column `decision` is such a file.
///
/// # Errors
/// A [`TableError`] for each line that cannot be read or contradicts another.
pub fn decisions(
    name: &str,
    text: &str,
    scalar_of: &dyn Fn(&str) -> Option<char>,
) -> Result<Decisions, Vec<TableError>> {
    let mut found: BTreeMap<char, Decided> = BTreeMap::new();
    let mut errors = Vec::new();
    rows(text, &DECISIONS, |row| {
        let mut say = |rule: String| errors.push(TableError { file: name.to_owned(), line: row.line, rule });
        let code = row.get(Column::Code);
        let character = row.either(Column::Decision, Column::Character);
        let character = match read_decision(character) {
            Ok(Some(character)) => character,
            Ok(None) => return,
            Err(rule) => return say(rule),
        };
        let Some(scalar) = scalar_of(code) else {
            return say(format!("コード「{code}」は外字のコードではありません"));
        };
        let decided = Decided { code: code.to_owned(), character };
        match found.insert(scalar, decided.clone()) {
            Some(other) if other != decided => say(format!("コード「{code}」には別の文字も決定されています")),
            _ => {}
        }
    });
    if errors.is_empty() { Ok(Decisions(found)) } else { Err(errors) }
}

/// A cell that decides: nothing, that nobody uses the code, or a character.
fn read_decision(cell: &str) -> Result<Option<Option<Cluster>>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let kana = data::hentaigana().iter().find(|kana| kana.number.to_string() == cell);
    match kana.and_then(|kana| kana.char) {
        Some(c) => Ok(Some(Some(Cluster::of(c)))),
        None => read_character(cell).map(Some),
    }
}

/// A number, perhaps with its counter: `11`, `１１画`.
fn number(cell: &str) -> Option<u8> {
    let digits: String = cell
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .filter(|c| *c != '画')
        .collect();
    digits.trim().parse().ok()
}

/// A radical by its number, by the radical itself (`⾋`), or by a character that is nothing but the radical (`艸`).
fn radical(cell: &str) -> Option<u8> {
    if let Some(number) = number(cell) {
        return Some(number).filter(|number| (1..=214).contains(number));
    }
    let c = Cluster::parse(cell.trim_end_matches('部'))?.single()?;
    if let Some(index) = u32::from(c).checked_sub(0x2F00).filter(|&index| index < 214) {
        return u8::try_from(index + 1).ok();
    }
    let alone = data::mj().by_sequence(c, None)?;
    alone.radicals().find(|found| found.inner == Some(0)).map(|found| found.radical)
}
