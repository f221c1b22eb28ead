//! Code lists (コード表): our code, the other side's, and what it means.

use std::collections::HashMap;

/// A code list of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeList {
    /// The file it was read from, empty for one that stands in the layout.
    pub file: String,
    /// Its rows in the order of the file.
    pub rows: Vec<CodeRow>,
    by_ours: HashMap<String, usize>,
    by_theirs: HashMap<String, usize>,
}

/// One row of a code list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// Line in the file.
    pub line: usize,
    /// Our code.
    pub ours: String,
    /// The other side's.
    pub theirs: String,
    /// What it means (意味), may be empty.
    pub label: String,
}

impl CodeList {
    /// From rows. The errors are lines and rules: our code stands twice, with two targets. Two of ours may share one of
    /// theirs; the first is what it is read as.
    pub(crate) fn new(file: &str, rows: Vec<CodeRow>) -> Result<Self, Vec<(usize, String)>> {
        let mut errors = Vec::new();
        let (mut by_ours, mut by_theirs) = (HashMap::new(), HashMap::new());
        for (index, row) in rows.iter().enumerate() {
            by_theirs.entry(row.theirs.clone()).or_insert(index);
            let first = *by_ours.entry(row.ours.clone()).or_insert(index);
            if let Some(first) = rows.get(first).filter(|_| first != index) {
                let rule = format!(
                    "コード「{}」に「{}」（{}行目）と「{}」の二つの変換先があります",
                    row.ours, first.theirs, first.line, row.theirs
                );
                errors.push((row.line, rule));
            }
        }
        if rows.is_empty() {
            errors.push((1, "コード表に行がありません".to_owned()));
        }
        let list = Self { file: file.to_owned(), rows, by_ours, by_theirs };
        if errors.is_empty() { Ok(list) } else { Err(errors) }
    }

    /// Reads a TSV: our code, theirs, meaning. Lines that begin with `#` are remarks.
    pub(crate) fn from_tsv(file: &str, text: &str) -> Result<Self, Vec<(usize, String)>> {
        let (mut rows, mut errors) = (Vec::new(), Vec::new());
        for (line, content) in (1..).zip(text.trim_start_matches('\u{FEFF}').lines()) {
            if content.starts_with('#') || content.trim().is_empty() {
                continue;
            }
            let mut cells = content.split('\t').map(str::trim);
            let ours = cells.next().unwrap_or_default().to_owned();
            match cells.next() {
                Some(theirs) => {
                    let (theirs, label) = (theirs.to_owned(), cells.next().unwrap_or_default().to_owned());
                    rows.push(CodeRow { line, ours, theirs, label });
                }
                None => {
                    errors.push((line, "自分のコードと相手のコードを、タブで区切って書きます".to_owned()))
                }
            }
        }
        let list = Self::new(file, rows);
        match list {
            Ok(list) if errors.is_empty() => Ok(list),
            Ok(_) => Err(errors),
            Err(more) => Err(errors.into_iter().chain(more).collect()),
        }
    }

    /// The other side's code, and ours as theirs is read back.
    pub(crate) fn theirs(&self, ours: &str) -> Option<(&str, &str)> {
        let row = self.rows.get(*self.by_ours.get(ours)?)?;
        Some((&row.theirs, self.ours(&row.theirs).unwrap_or_default()))
    }

    /// Our code.
    pub(crate) fn ours(&self, theirs: &str) -> Option<&str> {
        self.rows.get(*self.by_theirs.get(theirs)?).map(|row| row.ours.as_str())
    }

    /// Our code of one of theirs that was filled up with zeros.
    pub(crate) fn ours_padded(&self, theirs: &str) -> Option<&str> {
        let plain = |text: &str| text.trim_start_matches('0').to_owned();
        self.rows.iter().find(|row| plain(&row.theirs) == plain(theirs)).map(|row| row.ours.as_str())
    }
}
