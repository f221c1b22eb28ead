//! The kinds a store was opened with, each with its SQL written once.

use std::collections::HashMap;

use register::{Body, ColumnRule, Fault, Kind};

use crate::fields::Fields;
use crate::vault::Vault;

/// Columns of a `current_…` table that are the store's own, so that no kind may declare them.
const OWN_COLUMNS: [&str; 10] =
    ["row_no", "key", "version", "position", "recorded_us", "effective_on", "closed", "body", "rowid", "oid"];

/// Longest kind id, key or column name the store takes; they stand in every version and index.
const NAME_BYTES_MAX: usize = 100;

/// One kind with its table and the text of every statement on it, so that no call builds SQL.
pub(crate) struct KindSql {
    pub(crate) kind: &'static Kind,
    pub(crate) table: String,
    /// Key → row_no, version, position, closed, body, then the declared columns.
    pub(crate) lookup: String,
    /// key, version, position, recorded_us, effective_on, closed, body, then the declared columns.
    pub(crate) insert: String,
    /// Row, then as `insert` without the key.
    pub(crate) update: String,
    /// The same without `closed` and the declared columns: no index is touched, which is several times faster.
    pub(crate) update_body: String,
    pub(crate) get: String,
    pub(crate) scan: String,
    pub(crate) scan_after: String,
    pub(crate) count: String,
    /// All rows in key order for `verify`: version, position, recorded_us, effective_on, closed, body, columns.
    pub(crate) everything: String,
    /// Per declared column: the open records of a value.
    pub(crate) find: Vec<(&'static str, String)>,
    /// Per unique column: its place among the columns, and the other open record of a value.
    pub(crate) holder: Vec<(usize, &'static str, String)>,
}

impl KindSql {
    fn new(kind: &'static Kind) -> Result<Self, Fault> {
        check_names(kind)?;
        let table = format!("current_{}", kind.id.replace('-', "_").replace('/', "__"));
        let row = "key, version, position, recorded_us, effective_on, closed, body";
        let listed: String = kind.columns.iter().map(|column| format!(", \"{}\"", column.name)).collect();
        let places: String = (8..).take(kind.columns.len()).map(|no| format!(", ?{no}")).collect();
        let set: String =
            (8..).zip(kind.columns).map(|(no, column)| format!(", \"{}\" = ?{no}", column.name)).collect();
        let find = kind.columns.iter().map(|column| {
            let sql = format!(
                "SELECT {row} FROM {table} WHERE \"{}\" = ?1 AND closed = 0 ORDER BY key",
                column.name
            );
            (column.name, sql)
        });
        let unique = kind.columns.iter().enumerate().filter(|(_, column)| column.rule == ColumnRule::Unique);
        let holder = unique.map(|(place, column)| {
            let sql = format!(
                "SELECT key FROM {table} WHERE \"{}\" = ?1 AND closed = 0 AND key <> ?2",
                column.name
            );
            (place, column.name, sql)
        });
        Ok(Self {
            kind,
            lookup: format!(
                "SELECT row_no, version, position, closed, body{listed} FROM {table} WHERE key = ?1"
            ),
            insert: format!(
                "INSERT INTO {table} ({row}{listed}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7{places})"
            ),
            update: format!(
                "UPDATE {table} SET version = ?2, position = ?3, recorded_us = ?4, effective_on = ?5, closed = ?6, \
                 body = ?7{set} WHERE row_no = ?1"
            ),
            update_body: format!(
                "UPDATE {table} SET version = ?2, position = ?3, recorded_us = ?4, effective_on = ?5, body = ?6 \
                 WHERE row_no = ?1"
            ),
            get: format!("SELECT {row} FROM {table} WHERE key = ?1 AND closed = 0"),
            scan: format!("SELECT {row} FROM {table} WHERE closed = 0 ORDER BY key"),
            scan_after: format!("SELECT {row} FROM {table} WHERE key > ?1 AND closed = 0 ORDER BY key"),
            // Counting all rows walks only the index of keys; the closed ones have a small index of their own.
            count: format!(
                "SELECT (SELECT count(*) FROM {table}) - (SELECT count(*) FROM {table} WHERE closed = 1)"
            ),
            everything: format!("SELECT {row}{listed} FROM {table} ORDER BY key"),
            find: find.collect(),
            holder: holder.collect(),
            table,
        })
    }

    /// The values of the declared columns of a readable body; those of sealed fields as keyed hashes.
    pub(crate) fn columns(&self, vault: Option<&Vault>, body: &str) -> Result<Vec<Option<String>>, Fault> {
        if self.kind.columns.is_empty() {
            return Ok(Vec::new());
        }
        let fields = Fields::of(body)?;
        let values = self.kind.columns.iter().map(|column| {
            let text = fields.text(column.name)?;
            text.map(|text| self.column_value(vault, column.name, text)).transpose()
        });
        values.collect()
    }

    /// What stands in a column for a value: itself, or its keyed hash when the field is sealed.
    pub(crate) fn column_value(
        &self,
        vault: Option<&Vault>,
        column: &str,
        text: String,
    ) -> Result<String, Fault> {
        if self.kind.is_sealed(column) {
            vault_of(vault, self.kind)?.index(self.kind, column, &text)
        } else {
            Ok(text)
        }
    }

    /// The body as it is stored.
    pub(crate) fn seal(&self, vault: Option<&Vault>, key: &str, body: &str) -> Result<Option<Body>, Fault> {
        if self.kind.sealed.is_empty() {
            return Ok(None);
        }
        vault_of(vault, self.kind)?.seal(self.kind, key, body).map(Some)
    }

    /// The body as it is read.
    pub(crate) fn open(&self, vault: Option<&Vault>, key: &str, stored: String) -> Result<Body, Fault> {
        if self.kind.sealed.is_empty() {
            return Ok(Body::from_stored(stored));
        }
        vault_of(vault, self.kind)?.open(self.kind, key, &stored)
    }
}

fn vault_of<'a>(vault: Option<&'a Vault>, kind: &Kind) -> Result<&'a Vault, Fault> {
    vault.ok_or_else(|| Fault::because(format!("{} has sealed fields, and no vault key was given", kind.id)))
}

/// Names become SQL, so they are checked and not escaped.
fn check_names(kind: &Kind) -> Result<(), Fault> {
    let id_fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'/';
    if kind.id.is_empty() || NAME_BYTES_MAX < kind.id.len() || !kind.id.bytes().all(id_fits) {
        return Err(Fault::because(format!(
            "{:?} is no kind id: lower-case ASCII, digits, - and /",
            kind.id
        )));
    }
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

/// All kinds by id.
pub(crate) struct Kinds(HashMap<&'static str, KindSql>);

impl Kinds {
    pub(crate) fn new(kinds: &[&'static Kind]) -> Result<Self, Fault> {
        let mut all = HashMap::new();
        let mut tables = HashMap::new();
        for kind in kinds {
            let sql = KindSql::new(kind)?;
            if let Some(other) = tables.insert(sql.table.clone(), kind.id)
                && other != kind.id
            {
                return Err(Fault::because(format!("kinds {other} and {} would share a table", kind.id)));
            }
            let before: Option<KindSql> = all.insert(kind.id, sql);
            if before.is_some_and(|before| before.kind != *kind) {
                return Err(Fault::because(format!("kind {} is declared twice, differently", kind.id)));
            }
        }
        Ok(Self(all))
    }

    /// The kind of this declaration.
    pub(crate) fn of(&self, kind: &Kind) -> Result<&KindSql, Fault> {
        let known = self
            .0
            .get(kind.id)
            .ok_or_else(|| Fault::because(format!("kind {} is unknown to this store", kind.id)))?;
        if !std::ptr::eq(known.kind, kind) && known.kind != kind {
            return Err(Fault::because(format!(
                "kind {} differs from what the store was opened with",
                kind.id
            )));
        }
        Ok(known)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&KindSql> {
        self.0.get(id)
    }

    /// All kinds, in the order of their ids.
    pub(crate) fn all(&self) -> Vec<&KindSql> {
        let mut all: Vec<_> = self.0.values().collect();
        all.sort_unstable_by_key(|kind| kind.kind.id);
        all
    }

    /// The statements one connection may hold ready.
    pub(crate) fn statements(&self) -> usize {
        let per_kind = self.0.values().map(|kind| 10 + kind.find.len() + kind.holder.len()).sum::<usize>();
        per_kind.saturating_add(40)
    }
}
