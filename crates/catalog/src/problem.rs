use std::fmt;

/// A cell of a table or a key of a TOML file (列), as an error message names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The header word, or the key of a TOML file.
    pub name: String,
    /// Counted from 1; absent for a TOML key, which has no position a reader could count.
    pub index: Option<usize>,
}

/// Something in a file that cannot be taken as it stands (不備): where, what, by which rule, and what to do.
///
/// Shown in Japanese, as one line: `city.tsv 12行目 8列目（timing）: 時期「毎日」は読めません。…`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File name as the caller gave it.
    pub file: String,
    /// Line in the file, counted from 1, header included.
    pub line: Option<usize>,
    /// The cell or key, where one is to blame. Boxed to keep results that carry a problem small.
    pub column: Option<Box<Column>>,
    /// What is wrong, a Japanese sentence without 。.
    pub what: String,
    /// The rule it breaks, a Japanese sentence without 。.
    pub rule: String,
    /// What to do, a Japanese sentence without 。.
    pub remedy: String,
}

impl Problem {
    /// A file that could not be read at all, with the reason.
    #[must_use]
    pub fn of_file(file: &str, why: impl Into<String>) -> Self {
        Self::new(file, why).remedy("ファイルを直して、起動し直してください")
    }

    pub(crate) fn new(file: &str, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: None,
            what: what.into(),
            rule: String::new(),
            remedy: String::new(),
        }
    }

    pub(crate) fn line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) fn key(mut self, name: &str) -> Self {
        self.column = Some(Box::new(Column { name: name.to_owned(), index: None }));
        self
    }

    pub(crate) fn cell(mut self, name: &str, index: usize) -> Self {
        self.column = Some(Box::new(Column { name: name.to_owned(), index: Some(index) }));
        self
    }

    pub(crate) fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = rule.into();
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, " {line}行目")?;
        }
        match self.column.as_deref() {
            Some(Column { name, index: Some(index) }) => write!(f, " {index}列目（{name}）")?,
            Some(Column { name, index: None }) => write!(f, "（{name}）")?,
            None => {}
        }
        write!(f, ": {}。", self.what)?;
        for sentence in [&self.rule, &self.remedy] {
            if !sentence.is_empty() {
                write!(f, "{sentence}。")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
