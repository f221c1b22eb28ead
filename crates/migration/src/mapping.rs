//! The mapping file (対応表): which column of the old system becomes which item of ours.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use system::MigrationTable;

use crate::characters::Policy;
use crate::dates::DateForm;

/// A mapping file as a value; everything in it was found right by itself.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// What is migrated, in words.
    pub title: String,
    /// What becomes of characters outside the standard set.
    pub policy: Policy,
    /// What stands for a character that is lost.
    pub substitute: char,
    /// File of the town's table of user-defined characters (外字表), beside the mapping.
    pub gaiji: Option<String>,
    /// A charset all texts must fit, where the register is to hold no more than that.
    pub target: Option<String>,
    /// The old system's files.
    pub sources: Vec<Source>,
}

/// Files of one form with rows of one table (移行元).
#[derive(Clone, Debug)]
pub struct Source {
    /// The table its rows belong to.
    pub table: String,
    /// File names in the folder of the old data.
    pub files: Vec<String>,
    /// How they are read.
    pub form: SourceForm,
    /// Where each item comes from, by its name.
    pub rules: BTreeMap<String, Rule>,
}

/// How files are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceForm {
    /// Lines of columns.
    Lines {
        /// What stands between columns.
        delimiter: char,
        /// Charset as the codecs name it.
        charset: String,
        /// Names of the columns; none when the first line has them.
        columns: Option<Vec<String>>,
    },
    /// By a layout file beside the mapping: fixed length, or whatever the layout says.
    Layout(String),
}

/// What one item is made of.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where the value comes from.
    pub origin: Origin,
    /// Values that mean none.
    pub blank: Vec<String>,
    /// Old code to ours.
    pub codes: Option<CodeTable>,
    /// How a date is spelt.
    pub date: Option<DateForm>,
    /// Column with the words or the pattern of an unknown date.
    pub unknown: Option<String>,
    /// Digits to which zeros are put on the left.
    pub pad: Option<usize>,
    /// Whether half-width katakana become full-width.
    pub widen: bool,
    /// What a blank value becomes.
    pub default: Option<String>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A column.
    Column(String),
    /// Several columns, those that are not blank joined.
    Joined(Vec<String>, String),
    /// A part of a column, from 1; the last part holds the rest.
    Part(String, String, usize),
    /// The same value everywhere.
    Constant(String),
}

/// Old codes and what they are with us (コード変換表).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeTable {
    /// Old to ours.
    pub rows: BTreeMap<String, String>,
    /// What becomes of a code that is not in the table.
    pub otherwise: Otherwise,
}

/// What becomes of a code that is not in its table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// The row is refused.
    #[default]
    Reject,
    /// It stays as it is.
    Keep,
}

/// What is wrong with a mapping file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    /// Where: source and item.
    pub place: String,
    /// What is wrong and what to do, in Japanese.
    pub rule: String,
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.rule)
        } else {
            write!(f, "{}: {}", self.place, self.rule)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    title: String,
    #[serde(default)]
    characters: CharactersPart,
    #[serde(default)]
    codes: BTreeMap<String, BTreeMap<String, String>>,
    source: Vec<SourcePart>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CharactersPart {
    policy: Policy,
    substitute: Option<char>,
    gaiji: Option<String>,
    target: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcePart {
    table: String,
    files: Vec<String>,
    #[serde(default)]
    form: Option<String>,
    #[serde(default)]
    charset: Option<String>,
    #[serde(default)]
    columns: Option<Vec<String>>,
    #[serde(default)]
    layout: Option<String>,
    items: BTreeMap<String, ItemPart>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ItemPart {
    Column(String),
    Table(Box<RulePart>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RulePart {
    column: Option<String>,
    join: Option<Vec<String>>,
    with: Option<String>,
    split: Option<String>,
    part: Option<usize>,
    value: Option<String>,
    blank: Vec<String>,
    codes: Option<CodesPart>,
    otherwise: Otherwise,
    date: Option<DateForm>,
    unknown: Option<String>,
    pad: Option<usize>,
    widen: bool,
    default: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CodesPart {
    Named(String),
    Rows(BTreeMap<String, String>),
}

/// A full-width space, which stands between the parts of a name.
const SPACE: &str = "\u{3000}";

impl Mapping {
    /// Reads a mapping for these tables.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str, tables: &[MigrationTable]) -> Result<Self, Vec<MappingError>> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line =
                error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            let place = line.map(|line| format!("{line}行目")).unwrap_or_default();
            vec![MappingError {
                place, rule: format!("書き方に誤りがあります（{}）", error.message())
            }]
        })?;
        let mut errors = Vec::new();
        let mut sources = Vec::new();
        for part in file.source {
            if let Some(source) = source_of(part, &file.codes, tables, &mut errors) {
                sources.push(source);
            }
        }
        if sources.is_empty() && errors.is_empty() {
            errors.push(wrong("", "移行元（[[source]]）がありません"));
        }
        let characters = file.characters;
        if errors.is_empty() {
            Ok(Self {
                title: file.title,
                policy: characters.policy,
                substitute: characters.substitute.unwrap_or('〓'),
                gaiji: characters.gaiji,
                target: characters.target,
                sources,
            })
        } else {
            Err(errors)
        }
    }

    /// The sources of a table.
    pub fn sources_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a Source> {
        self.sources.iter().filter(move |source| source.table == table)
    }

    /// Whether an item of a table is mapped at all.
    #[must_use]
    pub fn maps(&self, table: &str, item: &str) -> bool {
        self.sources_of(table).any(|source| source.rules.contains_key(item))
    }
}

fn wrong(place: &str, rule: impl Into<String>) -> MappingError {
    MappingError { place: place.to_owned(), rule: rule.into() }
}

fn source_of(
    part: SourcePart,
    shared: &BTreeMap<String, BTreeMap<String, String>>,
    tables: &[MigrationTable],
    errors: &mut Vec<MappingError>,
) -> Option<Source> {
    let place = format!("[[source]] {}", part.files.join("、"));
    let before = errors.len();
    if part.files.is_empty() {
        errors.push(wrong(&place, "files にファイル名を書いてください"));
    }
    if part.files.iter().any(|file| file.contains(['/', '\\']) || file == "..") {
        errors.push(wrong(&place, "files にはフォルダの付かないファイル名だけを書いてください"));
    }
    let form = match (part.layout, part.form.as_deref()) {
        (Some(layout), None) => SourceForm::Layout(layout),
        (None, form @ (None | Some("csv" | "tsv"))) => SourceForm::Lines {
            delimiter: if form == Some("tsv") { '\t' } else { ',' },
            charset: part.charset.unwrap_or_else(|| "UTF-8".to_owned()),
            columns: part.columns,
        },
        (None, Some("fixed")) => {
            errors.push(wrong(&place, "固定長は layout にレイアウトのファイル名を書いてください"));
            return None;
        }
        (None, Some(other)) => {
            errors.push(wrong(
                &place,
                format!("form「{other}」はありません。csv か tsv にするか、layout を書いてください"),
            ));
            return None;
        }
        (Some(_), Some(_)) => {
            errors.push(wrong(&place, "layout と form は、どちらか一方だけを書いてください"));
            return None;
        }
    };
    let Some(table) = tables.iter().find(|table| table.id == part.table) else {
        let known: Vec<&str> = tables.iter().map(|table| table.id).collect();
        errors.push(wrong(
            &place,
            format!("table「{}」はありません。{} のどれかにしてください", part.table, known.join("・")),
        ));
        return None;
    };
    let mut rules = BTreeMap::new();
    for (name, item) in part.items {
        let at = format!("{place} の {name}");
        if table.place(&name).is_none() {
            errors.push(wrong(
                &at,
                format!(
                    "{}の項目にありません。項目の名前は daicho migrate items で確かめてください",
                    table.title
                ),
            ));
            continue;
        }
        match rule_of(item, shared) {
            Ok(rule) => {
                rules.insert(name, rule);
            }
            Err(rule) => errors.push(wrong(&at, rule)),
        }
    }
    for item in table.items.iter().filter(|item| item.required && !rules.contains_key(item.name)) {
        errors.push(wrong(
            &place,
            format!("{}（{}）の対応がありません。空にできない項目です", item.title, item.name),
        ));
    }
    (errors.len() == before).then_some(Source { table: part.table, files: part.files, form, rules })
}

fn rule_of(item: ItemPart, shared: &BTreeMap<String, BTreeMap<String, String>>) -> Result<Rule, String> {
    let part = match item {
        ItemPart::Column(column) => RulePart { column: Some(column), ..RulePart::default() },
        ItemPart::Table(part) => *part,
    };
    let origin = match (part.column, part.join, part.value, part.split, part.part) {
        (Some(column), None, None, None, None) => Origin::Column(column),
        (None, Some(columns), None, None, None) if 1 < columns.len() => {
            Origin::Joined(columns, part.with.unwrap_or_else(|| SPACE.to_owned()))
        }
        (None, None, Some(value), None, None) => Origin::Constant(value),
        (Some(column), None, None, at, Some(number)) if 0 < number => {
            Origin::Part(column, at.unwrap_or_else(|| SPACE.to_owned()), number)
        }
        _ => {
            return Err(
                "column（列）・join（列の結合）・value（固定値）のどれか一つを書いてください。分けるときは column に part（1から）を添えます"
                    .to_owned(),
            );
        }
    };
    let rows = match part.codes {
        None => None,
        Some(CodesPart::Rows(rows)) => Some(rows),
        Some(CodesPart::Named(name)) => match shared.get(&name) {
            Some(rows) => Some(rows.clone()),
            None => return Err(format!("コード変換表 [codes.{name}] がありません")),
        },
    };
    Ok(Rule {
        origin,
        blank: part.blank,
        codes: rows.map(|rows| CodeTable { rows, otherwise: part.otherwise }),
        date: part.date,
        unknown: part.unknown,
        pad: part.pad,
        widen: part.widen,
        default: part.default,
    })
}

impl Rule {
    /// A rule that takes a column as it is.
    #[must_use]
    pub fn column(name: &str) -> Self {
        Self {
            origin: Origin::Column(name.to_owned()),
            blank: Vec::new(),
            codes: None,
            date: None,
            unknown: None,
            pad: None,
            widen: false,
            default: None,
        }
    }

    /// The columns it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let named: Vec<&str> = match &self.origin {
            Origin::Column(column) | Origin::Part(column, ..) => vec![column],
            Origin::Joined(columns, _) => columns.iter().map(String::as_str).collect(),
            Origin::Constant(_) => Vec::new(),
        };
        named.into_iter().chain(self.unknown.as_deref())
    }
}
