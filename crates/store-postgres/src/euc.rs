//! One view per kind for those who ask by SQL (EUC): Japanese names, open records only.

use register::Fault;
use store::{LIST_BODY, LIST_FRONT, list_name, list_titles};

use crate::conn::Conn;
use crate::error::OrSaid;
use crate::kinds::KindSql;

/// Counts the forms views have had, so that a program that makes them otherwise makes them anew.
pub(crate) const FORM: u32 = 2;

/// Makes the view of a kind.
pub(crate) fn prepare(conn: &Conn, sql: &KindSql) -> Result<(), Fault> {
    conn.batch(&text(sql)).or_said("the view for queries cannot be made")
}

/// A view stands on its table's columns, so it goes before they change.
pub(crate) fn drop_text(sql: &KindSql) -> String {
    format!("DROP VIEW IF EXISTS {}", list_name(&sql.shape.table))
}

/// Times are Japan's, whatever the session's zone; Japan has had one offset since 1952.
fn text(sql: &KindSql) -> String {
    let (view, kind) = (list_name(&sql.shape.table), sql.shape.kind);
    let [key, version, day, time] = LIST_FRONT;
    let columns: String = list_titles(kind)
        .iter()
        .map(|(column, title)| format!(", \"{column}\" AS {}", quoted(title)))
        .collect();
    let sealed: Vec<String> = kind.sealed.iter().map(|field| format!("'{field}'")).collect();
    // Only an object has fields to be left out.
    let body = if sealed.is_empty() {
        "body::jsonb".to_owned()
    } else {
        let sealed = sealed.join(", ");
        format!("CASE WHEN body LIKE '{{%' THEN body::jsonb - ARRAY[{sealed}] ELSE body::jsonb END")
    };
    format!(
        "CREATE VIEW {view} AS SELECT key AS \"{key}\", version AS \"{version}\",
           effective_on::date AS \"{day}\",
           to_timestamp(recorded_us / 1000000) AT TIME ZONE INTERVAL '9 hours' AS \"{time}\"{columns},
           {body} AS \"{LIST_BODY}\" FROM {} WHERE NOT closed;
         COMMENT ON VIEW {view} IS '{}'",
        sql.table,
        kind.title.replace('\'', "''")
    )
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
