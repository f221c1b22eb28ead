//! The kinds a store was opened with, and what stands in their tables.

use std::collections::HashMap;

use register::{Body, Fault, Kind};

use crate::fields::Fields;
use crate::trouble::Trouble;
use crate::vault::Vault;

/// Columns of a `current_…` table that are a store's or its database's own, so that no kind may declare them.
const OWN_COLUMNS: [&str; 16] = [
    "row_no",
    "key",
    "version",
    "position",
    "recorded_us",
    "effective_on",
    "closed",
    "body",
    "rowid",
    "oid",
    "ctid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
    "tableoid",
];

/// Longest kind id or column name a store takes; they stand in every version and index.
const NAME_BYTES_MAX: usize = 100;

/// Longest key; keys stand in every version and index.
pub const KEY_BYTES_MAX: usize = 512;

/// Longest value of a declared column: an index of PostgreSQL takes no more, and nobody searches by such a text.
const COLUMN_BYTES_MAX: usize = 2_000;

/// One kind and its table.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The kind.
    pub kind: &'static Kind,
    /// Its `current_…` table. Checked to be a plain SQL name.
    pub table: String,
}

impl Shape {
    /// The shape of a kind.
    ///
    /// # Errors
    /// When a name of the kind cannot be one of SQL: names become SQL, so they are checked and not escaped.
    pub fn new(kind: &'static Kind) -> Result<Self, Fault> {
        check_names(kind)?;
        Ok(Self { kind, table: table_of(kind.id) })
    }

    /// The values of the declared columns of a readable body; those of sealed fields as keyed hashes.
    ///
    /// # Errors
    /// When the body does not read, or a column's field holds a list, an object or an overlong text.
    pub fn columns(&self, vault: Option<&Vault>, body: &str) -> Result<Vec<Option<String>>, Fault> {
        if self.kind.columns.is_empty() {
            return Ok(Vec::new());
        }
        let fields = Fields::of(body)?;
        let values = self.kind.columns.iter().map(|column| {
            let text = fields.text(column.name)?;
            let text = text.map(|text| self.column_value(vault, column.name, text)).transpose()?;
            if text.as_ref().is_some_and(|text| COLUMN_BYTES_MAX < text.len()) {
                return Err(Fault::because(format!(
                    "column {} of {} is longer than {COLUMN_BYTES_MAX} bytes",
                    column.name, self.kind.id
                )));
            }
            Ok(text)
        });
        values.collect()
    }

    /// The values of the declared columns of a body as it is stored.
    ///
    /// # Errors
    /// When a field is sealed and there is no vault, or as [`columns`](Self::columns).
    pub fn stored_columns(
        &self,
        vault: Option<&Vault>,
        key: &str,
        stored: &str,
    ) -> Result<Vec<Option<String>>, Fault> {
        if self.kind.columns.is_empty() {
            return Ok(Vec::new());
        }
        let body = self.open(vault, key, stored.to_owned())?;
        self.columns(vault, body.as_str())
    }

    /// What stands in a column for a value: itself, or its keyed hash when the field is sealed.
    ///
    /// # Errors
    /// When the field is sealed and there is no vault.
    pub fn column_value(&self, vault: Option<&Vault>, column: &str, text: String) -> Result<String, Fault> {
        if self.kind.is_sealed(column) {
            vault_of(vault, self.kind)?.index(self.kind, column, &text)
        } else {
            Ok(text)
        }
    }

    /// The body as it is stored; none when it is stored as it is.
    ///
    /// # Errors
    /// When a field is sealed and there is no vault, or the body does not read.
    pub fn seal(&self, vault: Option<&Vault>, key: &str, body: &str) -> Result<Option<Body>, Fault> {
        if self.kind.sealed.is_empty() {
            return Ok(None);
        }
        vault_of(vault, self.kind)?.seal(self.kind, key, body).map(Some)
    }

    /// The body as it is read.
    ///
    /// # Errors
    /// When a field is sealed and there is no vault, or it does not open.
    pub fn open(&self, vault: Option<&Vault>, key: &str, stored: String) -> Result<Body, Fault> {
        if self.kind.sealed.is_empty() {
            return Ok(Body::from_stored(stored));
        }
        vault_of(vault, self.kind)?.open(self.kind, key, &stored)
    }
}

fn vault_of<'a>(vault: Option<&'a Vault>, kind: &Kind) -> Result<&'a Vault, Fault> {
    vault.ok_or_else(|| Trouble::NoKey { kind: kind.id.to_owned() }.into())
}

/// The table of a kind's current records.
fn table_of(id: &str) -> String {
    format!("current_{}", id.replace('-', "_").replace('/', "__"))
}

/// The table of a kind this program does not know.
///
/// # Errors
/// When the id is none: ids become SQL, so they are checked and not escaped.
pub fn unknown_table(id: &str) -> Result<String, Fault> {
    check_id(id)?;
    Ok(table_of(id))
}

fn check_id(id: &str) -> Result<(), Fault> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'/';
    if id.is_empty() || NAME_BYTES_MAX < id.len() || !id.bytes().all(fits) {
        return Err(Fault::because(format!("{id:?} is no kind id: lower-case ASCII, digits, - and /")));
    }
    Ok(())
}

fn check_names(kind: &Kind) -> Result<(), Fault> {
    check_id(kind.id)?;
    for (index, column) in kind.columns.iter().enumerate() {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let name = column.name;
        let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !starts || NAME_BYTES_MAX < name.len() || !name.bytes().all(fits) {
            return Err(Fault::because(format!("{}: {name:?} is no column name: snake_case ASCII", kind.id)));
        }
        if OWN_COLUMNS.contains(&name) {
            return Err(Fault::because(format!("{}: column name {name} is the store's own", kind.id)));
        }
        if kind.columns.iter().take(index).any(|other| other.name == name) {
            return Err(Fault::because(format!("{}: column {name} is declared twice", kind.id)));
        }
    }
    Ok(())
}

/// What a store holds per kind, such as the text of its SQL.
pub trait OfKind {
    /// The kind's shape.
    fn shape(&self) -> &Shape;
}

impl OfKind for Shape {
    fn shape(&self) -> &Shape {
        self
    }
}

/// All kinds by id, each with what the store holds of it.
#[derive(Debug)]
pub struct Kinds<K>(HashMap<&'static str, K>);

impl<K: OfKind> Kinds<K> {
    /// The kinds of a store.
    ///
    /// # Errors
    /// When a name does not fit, or two kinds are one by name.
    pub fn new(kinds: &[&'static Kind], of: impl Fn(Shape) -> K) -> Result<Self, Fault> {
        let mut all: HashMap<&'static str, K> = HashMap::new();
        let mut tables = HashMap::new();
        for kind in kinds {
            let shape = Shape::new(kind)?;
            if let Some(other) = tables.insert(shape.table.clone(), kind.id)
                && other != kind.id
            {
                return Err(Fault::because(format!("kinds {other} and {} would share a table", kind.id)));
            }
            if all.insert(kind.id, of(shape)).is_some_and(|before| before.shape().kind != *kind) {
                return Err(Fault::because(format!("kind {} is declared twice, differently", kind.id)));
            }
        }
        Ok(Self(all))
    }

    /// The kind of this declaration.
    ///
    /// # Errors
    /// When the store was not opened with it.
    pub fn of(&self, kind: &Kind) -> Result<&K, Fault> {
        let known = self
            .0
            .get(kind.id)
            .ok_or_else(|| Fault::because(format!("kind {} is unknown to this store", kind.id)))?;
        let declared = known.shape().kind;
        if !std::ptr::eq(declared, kind) && declared != kind {
            return Err(Fault::because(format!(
                "kind {} differs from what the store was opened with",
                kind.id
            )));
        }
        Ok(known)
    }

    /// The kind of this id.
    pub fn get(&self, id: &str) -> Option<&K> {
        self.0.get(id)
    }

    /// All kinds, in the order of their ids.
    pub fn all(&self) -> Vec<&K> {
        let mut all: Vec<_> = self.0.values().collect();
        all.sort_unstable_by_key(|of| of.shape().kind.id);
        all
    }
}
