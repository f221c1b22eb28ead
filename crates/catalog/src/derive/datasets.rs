//! Datasets of systems that have no crate of their own, as files a stand-in loads.

use serde::Deserialize;

use super::schemas::{ItemKind, KINDS, Schema, SchemaItem};
use super::write::{list, text};
use crate::{Problem, STAND_IN};

/// One item of a [`DerivedDataset`] (項目).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedItem {
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
}

/// What the stand-in offers for a system without a crate (代役の提供データ); one file `stand-ins/<name>.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedDataset {
    /// Identifier, such as `stand-in/health-management-health-check`.
    pub id: String,
    /// Japanese title: system and data.
    pub title: String,
    /// The item that names the person or thing a row is about.
    pub subject: String,
    /// The items in order.
    pub items: Vec<DerivedItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    title: String,
    subject: String,
    items: Vec<FileItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileItem {
    name: String,
    title: String,
    kind: String,
    chars_max: u32,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    unknown_parts: bool,
}

impl DerivedDataset {
    pub(crate) fn of(source: &str, source_name: &str, schema: &Schema) -> Self {
        let item = |item: &SchemaItem| DerivedItem {
            name: item.name.clone(),
            title: item.title.clone(),
            kind: item.kind,
            chars_max: item.chars_max,
            required: item.required,
            unknown_parts: item.unknown_parts,
        };
        Self {
            id: format!("{STAND_IN}/{source}-{}", schema.id),
            title: format!("{source_name}の{}", schema.title),
            subject: schema.subject.clone(),
            items: schema.items.iter().map(item).collect(),
        }
    }

    /// The name behind the `/`: the stem of its file.
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.split_once('/').map_or(self.id.as_str(), |(_, name)| name)
    }

    /// The item names in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.name.as_str()).collect()
    }

    /// The file, for people to read and edit; read back by [`DerivedDataset::parse`] it is equal.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut lines = vec![
            "# 代役（stand-in）の提供データ。標準の詳細なレイアウトは公開されていないので、項目は仮のものです。".to_owned(),
            "# 相手と項目を取り決めたら、ここと layouts/ のレイアウトを直してください。".to_owned(),
            format!("id = {}", text(&self.id)),
            format!("title = {}", text(&self.title)),
            format!("subject = {}", text(&self.subject)),
        ];
        let items: Vec<String> = self.items.iter().map(line).collect();
        lines.push(list("items", &items));
        lines.join("\n") + "\n"
    }

    /// Reads the file of one dataset.
    ///
    /// # Errors
    ///
    /// The first [`Problem`]: text that is no TOML, an unknown or missing key, an unknown kind, an item named twice, no
    /// subject, or an identifier that is not the stand-in's or not the file's name.
    pub fn parse(toml_text: &str, file_name: &str) -> Result<Self, Problem> {
        let problem = |what: String| Problem::new(file_name, what).remedy("直してください");
        let file: File = toml::from_str(toml_text)
            .map_err(|error| problem(format!("TOMLとして読めません（{}）", error.message())))?;
        let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let stem = stem.strip_suffix(".toml").unwrap_or(stem);
        if file.id != format!("{STAND_IN}/{stem}") {
            return Err(problem(format!("id「{}」が「{STAND_IN}/{stem}」ではありません", file.id)));
        }
        let mut items: Vec<DerivedItem> = Vec::with_capacity(file.items.len());
        for item in file.items {
            let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == item.kind) else {
                return Err(problem(format!(
                    "項目「{}」の種類「{}」は知らない言葉です",
                    item.name, item.kind
                )));
            };
            if item.chars_max == 0 || items.iter().any(|before| before.name == item.name) {
                return Err(problem(format!("項目「{}」が2度あるか、桁数が0です", item.name)));
            }
            items.push(DerivedItem {
                name: item.name,
                title: item.title,
                kind: *kind,
                chars_max: item.chars_max,
                required: item.required,
                unknown_parts: item.unknown_parts,
            });
        }
        if !items.iter().any(|item| item.name == file.subject && item.required) {
            return Err(problem(format!("対象「{}」が必須の項目にありません", file.subject)));
        }
        Ok(Self { id: file.id, title: file.title, subject: file.subject, items })
    }
}

fn line(item: &DerivedItem) -> String {
    let kind = KINDS.iter().find(|(_, kind)| *kind == item.kind).map_or("text", |(word, _)| word);
    let mut parts = vec![
        format!("name = {}", text(&item.name)),
        format!("title = {}", text(&item.title)),
        format!("kind = {}", text(kind)),
        format!("chars_max = {}", item.chars_max),
    ];
    parts.extend(item.required.then(|| "required = true".to_owned()));
    parts.extend(item.unknown_parts.then(|| "unknown_parts = true".to_owned()));
    format!("{{ {} }}", parts.join(", "))
}
