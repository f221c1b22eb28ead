//! What rows of lists carry: schemas with their items, the rules that choose one, and who offers and takes it.

use crate::Problem;
use crate::fold::folded;
use crate::table::{Row, Table};

/// What an item of a schema holds (項目の種類).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// Text as people write it.
    Text,
    /// A code or number that is no quantity; leading zeros belong to it.
    Code,
    /// A date in the register's notation.
    Date,
    /// A whole number.
    Number,
    /// An amount in yen, which may be negative.
    Yen,
}

pub(crate) const KINDS: &[(&str, ItemKind)] = &[
    ("text", ItemKind::Text),
    ("code", ItemKind::Code),
    ("date", ItemKind::Date),
    ("number", ItemKind::Number),
    ("yen", ItemKind::Yen),
];

/// Which characters an item has in a file of fixed length (属性), as `layout` knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FixedType {
    Single,
    Double,
    Mixed,
    Digits,
    Zoned,
}

const TYPES: &[(&str, FixedType)] = &[
    ("X", FixedType::Single),
    ("N", FixedType::Double),
    ("M", FixedType::Mixed),
    ("9", FixedType::Digits),
    ("S9", FixedType::Zoned),
];

impl FixedType {
    /// The word of a layout file.
    pub(crate) fn word(self) -> &'static str {
        TYPES.iter().find(|(_, kind)| *kind == self).map_or("X", |(word, _)| word)
    }
}

/// One item of a schema (項目).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaItem {
    /// Name, such as `addressee_no`.
    pub name: String,
    /// Japanese name (項目名).
    pub title: String,
    /// What it holds.
    pub kind: ItemKind,
    /// Longest value in characters.
    pub chars_max: u32,
    /// Whether every row has it (必須).
    pub required: bool,
    /// Whether a date may be unknown in part (不詳).
    pub unknown_parts: bool,
    pub(crate) fixed: FixedType,
}

/// What rows of one sort carry (データの型), such as 住民情報.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Identifier, such as `resident`.
    pub id: String,
    /// Japanese title.
    pub title: String,
    /// The item that names the person or thing a row is about.
    pub subject: String,
    /// The items in order.
    pub items: Vec<SchemaItem>,
}

/// The four tables of `standards/schemas` as texts.
#[derive(Debug, Clone, Copy)]
pub struct SchemaTables<'a> {
    /// `schemas.tsv`
    pub schemas: &'a str,
    /// `items.tsv`
    pub items: &'a str,
    /// `selection.tsv`
    pub selection: &'a str,
    /// `offers.tsv`
    pub offers: &'a str,
}

/// All schemas, and how rows of lists choose among them.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    schemas: Vec<Schema>,
    rules: Vec<Rule>,
    pub(crate) offers: Vec<Offer>,
}

/// A row of `selection.tsv`; an empty part fits everything.
#[derive(Debug, Clone)]
struct Rule {
    words: Vec<String>,
    sources: Vec<String>,
    targets: Vec<String>,
    schema: String,
}

/// A row of `offers.tsv`: a dataset of an installed system, the layouts made for it, the intakes that take it.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) schema: String,
    pub(crate) dataset: String,
    pub(crate) layouts: Vec<String>,
    pub(crate) intakes: Vec<String>,
}

/// The schema of rows that no rule knows.
const GENERAL: &str = "general";

impl Schemas {
    /// Reads the tables. A row that cannot be read is a [`Problem`]; the rest is loaded.
    #[must_use]
    pub fn parse(tables: SchemaTables<'_>) -> (Self, Vec<Problem>) {
        let mut schemas = Self::default();
        let mut problems = Vec::new();
        schemas.read_schemas(Table::read("schemas.tsv", tables.schemas), &mut problems);
        schemas.read_items(Table::read("items.tsv", tables.items), &mut problems);
        schemas.read_rules(Table::read("selection.tsv", tables.selection), &mut problems);
        schemas.read_offers(Table::read("offers.tsv", tables.offers), &mut problems);
        for schema in &schemas.schemas {
            if !schema.items.iter().any(|item| item.name == schema.subject && item.required) {
                let what = format!("「{}」の対象「{}」が必須の項目にありません", schema.id, schema.subject);
                problems.push(Problem::new("schemas.tsv", what).remedy("items.tsv に加えてください"));
            }
        }
        if schemas.get(GENERAL).is_none() {
            let what = format!("どの規則にも当たらない行のための「{GENERAL}」がありません");
            problems.push(Problem::new("schemas.tsv", what).remedy("加えてください"));
        }
        (schemas, problems)
    }

    /// The schema with this identifier.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.id == id)
    }

    /// Every schema, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Schema] {
        &self.schemas
    }

    /// The schema of what a row carries, by the first rule that fits, or 一般データ. `None` when there is not even that.
    pub(crate) fn choose(&self, text: &str, source: &str, target: &str) -> Option<&Schema> {
        let text = folded(text);
        let among =
            |names: &[String], name: &str| names.is_empty() || names.iter().any(|known| known == name);
        let fits = |rule: &&Rule| {
            (rule.words.is_empty() || rule.words.iter().any(|word| text.contains(word.as_str())))
                && among(&rule.sources, source)
                && among(&rule.targets, target)
        };
        let chosen = self.rules.iter().find(fits).map_or(GENERAL, |rule| rule.schema.as_str());
        self.get(chosen).or_else(|| self.get(GENERAL))
    }

    fn read_schemas(&mut self, mut table: Table<'_>, problems: &mut Vec<Problem>) {
        if table.demand(&["schema", "title", "subject"]) {
            for row in std::mem::take(&mut table.rows) {
                let cell = |name: &str| table.cell(&row, name).to_owned();
                let schema = Schema {
                    id: cell("schema"),
                    title: cell("title"),
                    subject: cell("subject"),
                    items: Vec::new(),
                };
                if !is_id(&schema.id) || self.get(&schema.id).is_some() {
                    let what = format!("「{}」は使えないか、2度あります", schema.id);
                    problems.push(table.at(&row, "schema", what));
                } else {
                    self.schemas.push(schema);
                }
            }
        }
        problems.append(&mut table.problems);
    }

    fn read_items(&mut self, mut table: Table<'_>, problems: &mut Vec<Problem>) {
        let columns = ["schema", "name", "title", "kind", "chars", "type", "required", "unknown_parts"];
        if table.demand(&columns) {
            for row in std::mem::take(&mut table.rows) {
                match item(&table, &row) {
                    Err(problem) => problems.push(*problem),
                    Ok(item) => {
                        let of = table.cell(&row, "schema");
                        let schema = self.schemas.iter_mut().find(|schema| schema.id == of);
                        match schema {
                            None => problems.push(table.at(
                                &row,
                                "schema",
                                format!("「{of}」は schemas.tsv にありません"),
                            )),
                            Some(schema) if schema.items.iter().any(|before| before.name == item.name) => {
                                problems.push(table.at(
                                    &row,
                                    "name",
                                    format!("「{}」が2度あります", item.name),
                                ));
                            }
                            Some(schema) => schema.items.push(item),
                        }
                    }
                }
            }
        }
        problems.append(&mut table.problems);
    }

    fn read_rules(&mut self, mut table: Table<'_>, problems: &mut Vec<Problem>) {
        if table.demand(&["word", "from", "to", "schema"]) {
            for row in std::mem::take(&mut table.rows) {
                let schema = table.cell(&row, "schema");
                if self.get(schema).is_none() {
                    problems.push(table.at(
                        &row,
                        "schema",
                        format!("「{schema}」は schemas.tsv にありません"),
                    ));
                    continue;
                }
                self.rules.push(Rule {
                    words: parts(table.cell(&row, "word")).iter().map(|word| folded(word)).collect(),
                    sources: parts(table.cell(&row, "from")),
                    targets: parts(table.cell(&row, "to")),
                    schema: schema.to_owned(),
                });
            }
        }
        problems.append(&mut table.problems);
    }

    fn read_offers(&mut self, mut table: Table<'_>, problems: &mut Vec<Problem>) {
        if table.demand(&["schema", "dataset", "layouts", "intakes"]) {
            for row in std::mem::take(&mut table.rows) {
                let schema = table.cell(&row, "schema");
                if self.get(schema).is_none() {
                    problems.push(table.at(
                        &row,
                        "schema",
                        format!("「{schema}」は schemas.tsv にありません"),
                    ));
                    continue;
                }
                self.offers.push(Offer {
                    schema: schema.to_owned(),
                    dataset: table.cell(&row, "dataset").to_owned(),
                    layouts: parts(table.cell(&row, "layouts")),
                    intakes: parts(table.cell(&row, "intakes")),
                });
            }
        }
        problems.append(&mut table.problems);
    }
}

fn parts(cell: &str) -> Vec<String> {
    cell.split('|').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn item(table: &Table<'_>, row: &Row) -> Result<SchemaItem, Box<Problem>> {
    let cell = |name: &str| table.cell(row, name);
    let fault = |name: &str| Box::new(table.at(row, name, format!("「{}」は書けない値です", cell(name))));
    let named = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let flag = |name: &str| match cell(name) {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(fault(name)),
    };
    if !named(cell("name")) {
        return Err(fault("name"));
    }
    let kind = KINDS.iter().find(|(word, _)| *word == cell("kind")).map(|(_, kind)| *kind);
    let fixed = TYPES.iter().find(|(word, _)| *word == cell("type")).map(|(_, fixed)| *fixed);
    let chars_max = cell("chars").parse::<u32>().ok().filter(|chars| (1..=1000).contains(chars));
    Ok(SchemaItem {
        name: cell("name").to_owned(),
        title: cell("title").to_owned(),
        kind: kind.ok_or_else(|| fault("kind"))?,
        chars_max: chars_max.ok_or_else(|| fault("chars"))?,
        required: flag("required")?,
        unknown_parts: flag("unknown_parts")?,
        fixed: fixed.ok_or_else(|| fault("type"))?,
    })
}
