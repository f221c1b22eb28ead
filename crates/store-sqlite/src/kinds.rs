//! The kinds a store was opened with, each with its SQL written once.

use register::ColumnRule;
use store::{Kinds, OfKind, Shape};

/// One kind with its table and the text of every statement on it, so that no call builds SQL.
pub(crate) struct KindSql {
    pub(crate) shape: Shape,
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
    /// Of the keys, of the closed ones, of the declared columns.
    pub(crate) indexes: Vec<Index>,
    /// Per declared column: the open records of a value.
    pub(crate) find: Vec<(&'static str, String)>,
    /// Per unique column: its place among the columns, and the other open record of a value.
    pub(crate) holder: Vec<(usize, &'static str, String)>,
}

/// An index of a kind's current records, as `verify` reads it.
pub(crate) struct Index {
    pub(crate) name: String,
    /// Whether no value may be there twice.
    pub(crate) is_unique: bool,
    /// Whether it holds the closed records, all under the same value; others hold a text.
    pub(crate) holds_closed: bool,
}

impl KindSql {
    pub(crate) fn new(shape: Shape) -> Self {
        let (kind, table) = (shape.kind, &shape.table);
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
        let by_column = kind.columns.iter().map(|column| Index {
            name: format!("{table}_by_{}", column.name),
            is_unique: column.rule == ColumnRule::Unique,
            holds_closed: false,
        });
        let indexes = [
            Index { name: format!("sqlite_autoindex_{table}_1"), is_unique: true, holds_closed: false },
            Index { name: format!("{table}_closed"), is_unique: false, holds_closed: true },
        ];
        let indexes = indexes.into_iter().chain(by_column).collect();
        Self {
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
            indexes,
            find: find.collect(),
            holder: holder.collect(),
            shape,
        }
    }
}

impl OfKind for KindSql {
    fn shape(&self) -> &Shape {
        &self.shape
    }
}

/// The statements one connection may hold ready.
pub(crate) fn statements(kinds: &Kinds<KindSql>) -> usize {
    let all = kinds.all();
    let per_kind = all.iter().map(|kind| 10 + kind.find.len() + kind.holder.len()).sum::<usize>();
    per_kind.saturating_add(40)
}
