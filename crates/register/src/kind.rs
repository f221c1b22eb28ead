//! Kinds of records and their declared columns.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a declared column promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnRule {
    /// Searchable by equality.
    Plain,
    /// No two open records of the kind hold the same value.
    Unique,
}

/// A value a record is joined or kept unique by, taken from the body's top-level field of the same name.
///
/// Each column costs write speed (47,000 changes a second with none, 25,000 with two, 6,000 with ten), so a kind
/// declares the few it is really joined by; names and kana are searched in memory instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Field of the body, `snake_case` ASCII; also the SQL column.
    pub name: &'static str,
    /// The Japanese item name (項目名).
    pub title: &'static str,
    /// What the column promises.
    pub rule: ColumnRule,
}

impl Column {
    /// A column searchable by equality.
    pub const fn plain(name: &'static str, title: &'static str) -> Self {
        Self { name, title, rule: ColumnRule::Plain }
    }

    /// A column whose value only one open record may hold.
    pub const fn unique(name: &'static str, title: &'static str) -> Self {
        Self { name, title, rule: ColumnRule::Unique }
    }
}

/// One kind of record (台帳の記録の種類), owned by one system.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// `system/kind`, lower-case ASCII with hyphens.
    pub id: &'static str,
    /// The Japanese name of the register or record.
    pub title: &'static str,
    /// Version of the body's shape; a stored body of an older version is read through an upcaster.
    pub body_version: u32,
    /// Declared columns.
    pub columns: &'static [Column],
    /// Top-level body fields that are encrypted at rest and searched by keyed hash (個人番号, 住民票コード).
    pub sealed: &'static [&'static str],
}

impl Kind {
    /// A kind without columns or sealed fields.
    pub const fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, body_version: 1, columns: &[], sealed: &[] }
    }

    /// The same kind with declared columns.
    #[must_use]
    pub const fn columns(mut self, columns: &'static [Column]) -> Self {
        self.columns = columns;
        self
    }

    /// The same kind with fields that are encrypted at rest.
    #[must_use]
    pub const fn sealed(mut self, fields: &'static [&'static str]) -> Self {
        self.sealed = fields;
        self
    }

    /// The declared column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether this body field is encrypted at rest.
    pub fn is_sealed(&self, field: &str) -> bool {
        self.sealed.contains(&field)
    }
}

/// A typed record: a serde type that knows its kind and its key.
pub trait Record: Serialize + DeserializeOwned {
    /// The kind it is stored as.
    const KIND: &'static Kind;

    /// The key it is stored under, unique within its kind.
    fn key(&self) -> String;
}
