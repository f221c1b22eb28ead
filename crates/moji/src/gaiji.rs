//! A town's table of user-defined characters (外字表): which cluster a code of the other side stands for.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::cluster::Cluster;
use crate::data::{self, MjNumber};

/// A table of user-defined characters of one town, one system, one version.
///
/// A file in UTF-8 with one row for each character: the character, a tab, the code in hex. The first line may name the
/// columns (`#ucs<TAB>code`, or `#code<TAB>ucs` for the other order); other lines with `#` are remarks. The character
/// is written as itself, as code points in hex (`845B+E0102`, `U+E000`), or as MJ number (`MJ022335`); `none` says that
/// nobody uses the code, and reading it is an error. In a Unicode charset the code is the private scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaiji {
    version: String,
    pub(crate) rows: Vec<Row>,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub line: usize,
    /// [`None`]: nobody uses the code.
    pub cluster: Option<Cluster>,
    /// Hex digits in upper case.
    pub code: String,
}

/// What is wrong with a line of a table (外字表・変換表の誤り).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} {line}行目: {rule}")]
pub struct TableError {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The rule that is broken, in Japanese.
    pub rule: String,
}

impl Gaiji {
    /// Reads a table. `name` is for messages and for the version.
    ///
    /// # Errors
    /// A [`TableError`] for each line that cannot be read and for each cluster or code that stands twice.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<TableError>> {
        let mut errors = Vec::new();
        let (mut clusters, mut codes) = (HashMap::new(), HashMap::new());
        let mut rows: Vec<Row> = Vec::new();
        let mut code_first = false;
        for (line, content) in (1..).zip(text.trim_start_matches('\u{FEFF}').lines()) {
            let mut report = |rule: String| errors.push(TableError { file: name.to_owned(), line, rule });
            if let Some(head) = content.strip_prefix('#') {
                code_first |= head.split('\t').next().is_some_and(|column| is_code_column(column.trim()));
                continue;
            }
            if content.trim().is_empty() {
                continue;
            }
            let mut columns = content.split('\t').map(str::trim);
            let (first, second) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
            let (character, code) = if code_first { (second, first) } else { (first, second) };
            let Some(code) = read_code(code) else {
                report(format!("コード「{code}」を16進数として読めません"));
                continue;
            };
            let cluster = match read_character(character) {
                Ok(cluster) => cluster,
                Err(rule) => {
                    report(rule);
                    continue;
                }
            };
            let row = Row { line, cluster, code };
            match codes.get(&row.code).and_then(|&index: &usize| rows.get(index)) {
                Some(other) if other.cluster == row.cluster => continue,
                Some(other) => {
                    report(format!(
                        "コード {} には{}行目で別の文字が割り当てられています",
                        row.code, other.line
                    ));
                    continue;
                }
                None => {}
            }
            if let Some(cluster) = row.cluster
                && let Some(other) = clusters.insert(cluster, line)
            {
                let points = cluster.code_points();
                report(format!(
                    "文字「{cluster}」（{points}）には{other}行目で別のコードが割り当てられています"
                ));
                continue;
            }
            codes.insert(row.code.clone(), rows.len());
            rows.push(row);
        }
        if errors.is_empty() { Ok(Self { version: version(name, text), rows }) } else { Err(errors) }
    }

    /// Name and hash of the table, for the evidence of a conversion (外字表の版).
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its rows: the cluster ([`None`]: nobody uses the code) and the code in hex.
    pub fn rows(&self) -> impl Iterator<Item = (Option<Cluster>, &str)> {
        self.rows.iter().map(|row| (row.cluster, row.code.as_str()))
    }
}

fn is_code_column(name: &str) -> bool {
    ["code", "コード", "jef", "外字コード"].contains(&name.to_lowercase().as_str())
}

/// Hex digits, with the prefixes people write before them.
fn read_code(text: &str) -> Option<String> {
    let plain = ["0x", "0X", "U+", "u+"].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    let hex = !plain.is_empty() && plain.len() <= 8 && plain.bytes().all(|digit| digit.is_ascii_hexdigit());
    hex.then(|| plain.to_ascii_uppercase())
}

/// A character as itself, in hex, or as MJ number.
pub(crate) fn read_character(text: &str) -> Result<Option<Cluster>, String> {
    if ["none", "なし", "未使用"].contains(&text) {
        return Ok(None);
    }
    if let Ok(number) = text.parse::<MjNumber>() {
        let found = data::mj().get(number).and_then(|mj| mj.sequence());
        return found
            .map(|sequence| Some(sequence.into()))
            .ok_or_else(|| format!("{text} に当たるUnicodeの文字がありません"));
    }
    let plain = text.replace("U+", " ").replace("u+", " ");
    let parts: Vec<&str> = plain.split([' ', '+']).filter(|part| !part.is_empty()).collect();
    let looks_hex = parts
        .iter()
        .all(|part| (4..=6).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let hex = parts.join("+");
    let found = if looks_hex { Cluster::parse_hex(&hex) } else { Cluster::parse(text) };
    found.map(Some).ok_or_else(|| format!("文字「{text}」を一つの文字として読めません"))
}

/// Name and hash of a table's text.
pub(crate) fn version(name: &str, text: &str) -> String {
    let mut version = format!("{name} sha256:");
    for byte in Sha256::digest(text.as_bytes()).iter().take(6) {
        // Writing to a String cannot fail.
        let _ = write!(version, "{byte:02x}");
    }
    version
}
