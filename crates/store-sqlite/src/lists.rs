//! One view per kind for those who ask by SQL (EUC): Japanese names, open records only.

use register::Fault;
use rusqlite::{Connection, OptionalExtension};
use store::{LIST_BODY, LIST_FRONT, OrFault, list_name, list_titles};

use crate::kinds::KindSql;

const WHAT: &str = "the view for queries cannot be made";

/// Drops a kind's view unless it is as it should be: a view stands on its table's columns, so it goes before they change.
/// Tells whether there is none now.
pub(crate) fn drop_former(conn: &Connection, sql: &KindSql) -> Result<bool, Fault> {
    let name = list_name(&sql.shape.table);
    let found: Option<String> = conn
        .query_row("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1", [&name], |row| {
            row.get(0)
        })
        .optional()
        .or_fault(WHAT)?;
    if found.as_ref() == Some(&text(sql)) {
        return Ok(false);
    }
    conn.execute_batch(&format!("DROP VIEW IF EXISTS {name}")).or_fault(WHAT)?;
    Ok(true)
}

/// Makes the view of a kind.
pub(crate) fn make(conn: &Connection, sql: &KindSql) -> Result<(), Fault> {
    conn.execute_batch(&text(sql)).or_fault(WHAT)
}

/// Times are Japan's: a view has no zone of its own.
fn text(sql: &KindSql) -> String {
    let kind = sql.shape.kind;
    let [key, version, day, time] = LIST_FRONT;
    let columns: String = list_titles(kind)
        .iter()
        .map(|(column, title)| format!(", \"{column}\" AS \"{}\"", title.replace('"', "\"\"")))
        .collect();
    let sealed: String = kind.sealed.iter().map(|field| format!(", '$.{field}'")).collect();
    format!(
        "CREATE VIEW {} AS SELECT key AS \"{key}\", version AS \"{version}\", effective_on AS \"{day}\", \
         strftime('%Y-%m-%d %H:%M:%S', recorded_us / 1000000, 'unixepoch', '+9 hours') AS \"{time}\"{columns}, \
         json_remove(body{sealed}) AS \"{LIST_BODY}\" FROM {} WHERE closed = 0",
        list_name(&sql.shape.table),
        sql.shape.table
    )
}
