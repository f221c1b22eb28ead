//! The text of every statement on a kind's table, so that no call builds SQL.

use register::ColumnRule;
use store::{OfKind, Shape, short_name};

/// What a reading of records selects, in this order.
pub(crate) const ROW: &str = "key, version, position, recorded_us, effective_on, closed, body";

/// One kind with its table and statements.
pub(crate) struct KindSql {
    pub(crate) shape: Shape,
    pub(crate) table: String,
    /// Keys, keys whose body is wanted, then values of each unique column → key, version, position, closed, body or
    /// null, then the declared columns, of the records of the keys and of the open ones that hold a value.
    pub(crate) lookup: String,
    /// The places of the unique columns.
    pub(crate) unique: Vec<usize>,
    /// Arrays of key, version, position, recorded_us, effective_on, closed, body, then of each declared column.
    pub(crate) upsert: String,
    /// Keys whose unique values go to other records in the same transaction.
    pub(crate) release: String,
    pub(crate) get: String,
    pub(crate) scan: String,
    pub(crate) scan_after: String,
    pub(crate) count: String,
    /// All rows in key order for `verify`, the declared columns behind.
    pub(crate) everything: String,
    /// Per declared column: the open records of a value.
    pub(crate) find: Vec<(&'static str, String)>,
}

impl KindSql {
    pub(crate) fn new(shape: Shape) -> Self {
        let (kind, table) = (shape.kind, short_name(&shape.table));
        let columns: Vec<String> = kind.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let listed: String = columns.iter().map(|column| format!(", {column}")).collect();
        let arrays: String = (8..).take(columns.len()).map(|no| format!(", ${no}::text[]")).collect();
        let set: String = columns.iter().map(|column| format!(", {column} = excluded.{column}")).collect();
        let columns_of = kind.columns.iter().enumerate();
        let unique: Vec<usize> = columns_of
            .filter(|(_, column)| column.rule == ColumnRule::Unique)
            .map(|(place, _)| place)
            .collect();
        let looked = format!(
            "SELECT key, version, position, closed, CASE WHEN key = ANY($2::text[]) THEN body END{listed} FROM {table}"
        );
        let holders: String = (3..)
            .zip(unique.iter().filter_map(|place| columns.get(*place)))
            .map(|(no, column)| {
                format!(" UNION ALL {looked} WHERE {column} = ANY(${no}::text[]) AND NOT closed")
            })
            .collect();
        let find = kind.columns.iter().map(|column| {
            let name = column.name;
            let sql = format!("SELECT {ROW} FROM {table} WHERE \"{name}\" = $1 AND NOT closed ORDER BY key");
            (name, sql)
        });
        Self {
            lookup: format!("{looked} WHERE key = ANY($1::text[]){holders}"),
            unique,
            upsert: format!(
                "INSERT INTO {table} ({ROW}{listed})
                 SELECT * FROM unnest($1::text[], $2::int8[], $3::int8[], $4::int8[], $5::text[], $6::bool[],
                   $7::text[]{arrays})
                 ON CONFLICT (key) DO UPDATE SET version = excluded.version, position = excluded.position,
                   recorded_us = excluded.recorded_us, effective_on = excluded.effective_on,
                   closed = excluded.closed, body = excluded.body{set}"
            ),
            release: format!("UPDATE {table} SET closed = true WHERE key = ANY($1)"),
            get: format!("SELECT {ROW} FROM {table} WHERE key = $1 AND NOT closed"),
            scan: format!("SELECT {ROW} FROM {table} WHERE NOT closed ORDER BY key LIMIT $1"),
            scan_after: format!(
                "SELECT {ROW} FROM {table} WHERE key > $1 AND NOT closed ORDER BY key LIMIT $2"
            ),
            // Counting all rows walks only the index of keys; the closed ones have a small index of their own.
            count: format!(
                "SELECT (SELECT count(*) FROM {table}) - (SELECT count(*) FROM {table} WHERE closed)"
            ),
            everything: format!("SELECT {ROW}{listed} FROM {table} ORDER BY key"),
            find: find.collect(),
            table,
            shape,
        }
    }
}

impl OfKind for KindSql {
    fn shape(&self) -> &Shape {
        &self.shape
    }
}
