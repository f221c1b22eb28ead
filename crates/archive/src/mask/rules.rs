//! The table of rules.

use std::collections::{BTreeMap, BTreeSet};

/// What becomes of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Stays, with all that is below it.
    Keep,
    /// Loses its content.
    Blank,
    /// 氏名: family and given name between spaces.
    Name,
    /// 氏.
    Family,
    /// 名.
    Given,
    /// カナ of the masked name in the field named, which stands beside this one.
    Kana(String),
    /// カナ of the masked 氏 in the field named.
    FamilyKana(String),
    /// ローマ字.
    Roman,
    /// 町字, without a number somebody typed behind it.
    Town,
    /// 番地.
    Lot,
    /// 方書.
    Building,
    /// An address in one line.
    Place,
    /// Phone numbers, postal codes, card numbers: every digit but a leading zero.
    Digits,
    /// Numbers of things, such as plates: each other number becomes another, so that none is there twice that was not.
    Numbers,
    /// 個人番号.
    IndividualNumber,
    /// 住民票コード.
    ResidentRecordCode,
}

impl Rule {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.split_once(':') {
            Some(("kana", of)) if !of.is_empty() => Self::Kana(of.to_owned()),
            Some(("family-kana", of)) if !of.is_empty() => Self::FamilyKana(of.to_owned()),
            Some(_) => return None,
            None => match text {
                "keep" => Self::Keep,
                "blank" => Self::Blank,
                "name" => Self::Name,
                "family" => Self::Family,
                "given" => Self::Given,
                "roman" => Self::Roman,
                "town" => Self::Town,
                "lot" => Self::Lot,
                "building" => Self::Building,
                "place" => Self::Place,
                "digits" => Self::Digits,
                "numbers" => Self::Numbers,
                "individual-number" => Self::IndividualNumber,
                "resident-record-code" => Self::ResidentRecordCode,
                _ => return None,
            },
        })
    }
}

/// Why a table of rules does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Not three columns.
    #[error("{0}行目: 種類、項目、規則の3列にしてください")]
    Columns(usize),
    /// No such rule.
    #[error("{line}行目: 規則「{rule}」はありません")]
    Rule {
        /// The line.
        line: usize,
        /// What stands there.
        rule: String,
    },
    /// The same field twice.
    #[error("{line}行目: {kind} の {path} が2度あります")]
    Twice {
        /// The line.
        line: usize,
        /// The kind.
        kind: String,
        /// The field.
        path: String,
    },
}

/// What becomes of each field of each kind.
///
/// A table of tab-separated kind, path and rule; `#` begins a comment line. A path is a field, fields within it behind
/// dots, the items of a list as `[]`: `history_entries[].text`.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    kinds: BTreeMap<String, BTreeMap<String, Rule>>,
    /// Paths that have rules below them.
    above: BTreeSet<(String, String)>,
}

impl Rules {
    /// Reads a table.
    ///
    /// # Errors
    /// At the first line that is malformed.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut rules = Self::default();
        for (line, row) in (1..).zip(text.lines()) {
            if row.trim().is_empty() || row.starts_with('#') {
                continue;
            }
            let mut columns = row.split('\t');
            let (Some(kind), Some(path), Some(rule), None) =
                (columns.next(), columns.next(), columns.next(), columns.next())
            else {
                return Err(RuleError::Columns(line));
            };
            let rule = Rule::parse(rule).ok_or_else(|| RuleError::Rule { line, rule: rule.to_owned() })?;
            let fields = rules.kinds.entry(kind.to_owned()).or_default();
            if fields.insert(path.to_owned(), rule).is_some() {
                return Err(RuleError::Twice { line, kind: kind.to_owned(), path: path.to_owned() });
            }
            for (at, _) in path.match_indices(['.', '[']).filter(|(at, _)| *at > 0) {
                rules.above.insert((kind.to_owned(), path.get(..at).unwrap_or_default().to_owned()));
            }
        }
        Ok(rules)
    }

    /// Whether the table names the kind.
    pub fn knows(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    pub(super) fn rule(&self, kind: &str, path: &str) -> Option<&Rule> {
        self.kinds.get(kind)?.get(path)
    }

    /// Whether some field below has a rule.
    pub(super) fn leads_on(&self, kind: &str, path: &str) -> bool {
        self.above.contains(&(kind.to_owned(), path.to_owned()))
    }
}
