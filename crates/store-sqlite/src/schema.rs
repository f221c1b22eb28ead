//! The tables, and how a file written by an older program is brought up to date.

use std::collections::BTreeSet;

use register::{ColumnRule, Fault};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use store::{KeyRing, Kinds, LeaseHeld, MARK_BYTES_MAX, OrFault, Shape, Trouble, Vault, body_version, uint};

use crate::kinds::KindSql;
use crate::rows;

/// Version of the tables that do not depend on kinds, in `user_version`.
const SCHEMA_VERSION: i64 = 2;

/// The version whose cursors and leases had no marks.
const WITHOUT_MARKS: i64 = 1;

/// "DAIC": tells `file` and us whose database it is.
const APPLICATION_ID: i64 = 0x4441_4943;

/// The row of `meta` that names the keys the file was sealed with, oldest first.
pub(crate) const VAULT_KEYS: &str = "vault_key_id";

/// Rows taken at once when a new column is filled.
const REFILL_ROWS: i64 = 1_000;

const TABLES: &str = "
CREATE TABLE changes (
  position     INTEGER PRIMARY KEY,
  at_us        INTEGER NOT NULL,
  effective_on TEXT NOT NULL,
  system       TEXT NOT NULL,
  function     TEXT NOT NULL,
  actor        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  cause        TEXT NOT NULL,
  hash         BLOB NOT NULL
) STRICT;
-- One number for both, so that the feed reads the table in its own order and appends touch only the last page.
CREATE TABLE versions (
  line         INTEGER PRIMARY KEY,
  position     INTEGER NOT NULL AS (line >> 20) VIRTUAL,
  ordinal      INTEGER NOT NULL AS (line & 1048575) VIRTUAL,
  kind         TEXT NOT NULL,
  key          TEXT NOT NULL,
  version      INTEGER NOT NULL,
  effective_on TEXT NOT NULL,
  closed       INTEGER NOT NULL,
  body         TEXT NOT NULL
) STRICT;
CREATE TABLE kinds (id TEXT PRIMARY KEY, table_name TEXT NOT NULL, title TEXT NOT NULL, sealed TEXT NOT NULL) STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
";

/// Rows that stand in no chain and therefore carry a mark of their own.
const MARKED: &str = "
CREATE TABLE cursors (name TEXT PRIMARY KEY, position INTEGER NOT NULL, mark TEXT NOT NULL) STRICT;
CREATE TABLE leases (
  name     TEXT PRIMARY KEY,
  holder   TEXT NOT NULL,
  token    INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  mark     TEXT NOT NULL
) STRICT;
";

const INDEXES: &str = "
CREATE UNIQUE INDEX versions_by_key ON versions (kind, key, version);
CREATE INDEX versions_by_kind ON versions (kind);
";

/// Makes the indexes of the versions.
pub(crate) fn index_versions(conn: &Connection) -> Result<(), Fault> {
    conn.execute_batch(INDEXES).or_fault("the versions cannot be indexed")
}

/// Makes the tables there and right for these kinds, in one transaction.
pub(crate) fn prepare(
    conn: &mut Connection,
    kinds: &Kinds<KindSql>,
    vault: Option<&Vault>,
) -> Result<(), Fault> {
    let tx = conn.transaction().or_fault("the database cannot be prepared")?;
    prepare_in(&tx, kinds, vault)?;
    tx.commit().or_fault("the database cannot be prepared")
}

/// The same within a change of the caller's.
pub(crate) fn prepare_in(
    tx: &Connection,
    kinds: &Kinds<KindSql>,
    vault: Option<&Vault>,
) -> Result<(), Fault> {
    match found(tx)? {
        Found::Nothing => {
            tx.execute_batch(TABLES).or_fault("the tables cannot be created")?;
            tx.execute_batch(MARKED).or_fault("the tables cannot be created")?;
            index_versions(tx)?;
            tx.pragma_update(None, "user_version", SCHEMA_VERSION)
                .or_fault("the tables cannot be created")?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)
                .or_fault("the tables cannot be created")?;
        }
        Found::Journal { version: WITHOUT_MARKS } => add_marks(tx)?,
        Found::Journal { .. } => {}
    }
    check_vault(tx, vault)?;
    for kind in kinds.all() {
        prepare_kind(tx, kind, vault)
            .map_err(|error| Fault::new(format!("kind {} cannot be prepared", kind.shape.kind.id), error))?;
    }
    Ok(())
}

/// What a file holds.
pub(crate) enum Found {
    /// Nothing yet.
    Nothing,
    /// A journal that can be opened.
    Journal { version: i64 },
}

/// Looks whose a file is. Nothing is written.
pub(crate) fn found(conn: &Connection) -> Result<Found, Fault> {
    let what = "the file is not a database";
    let number = |pragma: &str| conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let version = number("user_version").or_fault(what)?;
    let owner = number("application_id").or_fault(what)?;
    let tables: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).or_fault(what)?;
    match (owner, version) {
        (0, 0) if tables == 0 => Ok(Found::Nothing),
        (APPLICATION_ID, WITHOUT_MARKS..=SCHEMA_VERSION) => Ok(Found::Journal { version }),
        (APPLICATION_ID, newer) if SCHEMA_VERSION < newer => {
            Err(Trouble::Newer { found: newer, known: SCHEMA_VERSION }.into())
        }
        _ => Err(Trouble::Foreign.into()),
    }
}

/// Brings a file of schema 1 up to date: its cursors and leases have no marks.
fn add_marks(tx: &Connection) -> Result<(), Fault> {
    let what = "the tables cannot be brought up to date";
    let mut select = tx.prepare("SELECT name, position FROM cursors").or_fault(what)?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).or_fault(what)?;
    let cursors: Vec<(String, i64)> = rows.collect::<Result<_, _>>().or_fault(what)?;
    let mut select = tx.prepare("SELECT name, holder, token, until_us FROM leases").or_fault(what)?;
    let rows = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .or_fault(what)?;
    let leases: Vec<(String, String, i64, i64)> = rows.collect::<Result<_, _>>().or_fault(what)?;
    drop(select);
    tx.execute_batch("DROP TABLE cursors; DROP TABLE leases;").or_fault(what)?;
    tx.execute_batch(MARKED).or_fault(what)?;
    for (name, position) in cursors {
        rows::put_cursor(tx, &name, uint(position))?;
    }
    for (name, holder, token, until_us) in leases {
        rows::put_lease(tx, &name, &LeaseHeld { holder, token: uint(token), until_us })?;
    }
    tx.pragma_update(None, "user_version", SCHEMA_VERSION).or_fault(what)
}

/// Checks a file that is only read: ours, of a version this program knows, sealed with keys of this ring if one is given.
pub(crate) fn check(
    conn: &Connection,
    keys: Option<&KeyRing>,
    kinds: &Kinds<KindSql>,
) -> Result<Option<Vault>, Fault> {
    match found(conn)? {
        Found::Nothing => return Err(Trouble::Foreign.into()),
        Found::Journal { version: SCHEMA_VERSION } => {}
        Found::Journal { version } => {
            return Err(Trouble::Older { found: version, known: SCHEMA_VERSION }.into());
        }
    }
    for kind in kinds.all() {
        let shape = &kind.shape;
        let newest = noted(conn, &shape.version_note())?.map(|noted| noted.parse()).transpose();
        shape.is_behind(newest.or_fault("the versions of bodies cannot be read")?.unwrap_or(1))?;
    }
    let known = noted(conn, VAULT_KEYS)?;
    let vault = keys.map(Vault::new).transpose()?;
    Ok(vault.map(|vault| vault.as_noted(known.as_deref())).transpose()?)
}

/// What stands in `meta` under a name.
pub(crate) fn noted(conn: &Connection, name: &str) -> Result<Option<String>, Fault> {
    conn.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
        .optional()
        .or_fault("the notes of the database cannot be read")
}

pub(crate) fn note(conn: &Connection, name: &str, value: &str) -> Result<(), Fault> {
    conn.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )
    .map(drop)
    .or_fault("the database cannot be prepared")
}

/// The file takes on the newest key of the ring, and keeps in mind those it was sealed with before: all of them are needed.
fn check_vault(conn: &Connection, vault: Option<&Vault>) -> Result<(), Fault> {
    let Some(vault) = vault else { return Ok(()) };
    match vault.note(noted(conn, VAULT_KEYS)?.as_deref())? {
        None => Ok(()),
        Some(known) => note(conn, VAULT_KEYS, &known),
    }
}

/// Whether a kind's sealed columns are hashed with another key than the one that seals now. Where nothing is noted they
/// were hashed with the first key: there was no other before there were notes.
fn is_hashed_otherwise(conn: &Connection, shape: &Shape, vault: Option<&Vault>) -> Result<bool, Fault> {
    let (Some(name), Some(vault)) = (shape.index_note(), vault) else { return Ok(false) };
    let known = noted(conn, VAULT_KEYS)?.unwrap_or_default();
    let hashed = noted(conn, &name)?.or_else(|| known.split_whitespace().next().map(str::to_owned));
    note(conn, &name, vault.key_id())?;
    Ok(hashed.is_some_and(|hashed| hashed != vault.key_id()))
}

/// Makes the table of a kind's current records, without declared columns.
pub(crate) fn create_current(conn: &Connection, table: &str) -> Result<(), Fault> {
    conn.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {table} (
           row_no INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
           position INTEGER NOT NULL, recorded_us INTEGER NOT NULL, effective_on TEXT NOT NULL,
           closed INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
         CREATE INDEX IF NOT EXISTS {table}_closed ON {table} (closed) WHERE closed = 1;"
    ))
    .or_fault("the current table cannot be changed")
}

fn prepare_kind(conn: &Connection, sql: &KindSql, vault: Option<&Vault>) -> Result<(), Fault> {
    let (kind, table) = (sql.shape.kind, &sql.shape.table);
    let batch = |text: &str| conn.execute_batch(text).or_fault("the current table cannot be changed");
    create_current(conn, table)?;

    let behind = sql.shape.is_behind(newest_bodies(conn, &sql.shape)?)?;
    let sealed_before = sealed_before(conn, kind.id)?;
    if let Some(field) = sealed_before.iter().find(|field| !kind.is_sealed(field)) {
        return Err(Fault::because(format!(
            "field {field} is sealed in the database and no longer in the program"
        )));
    }
    if !kind.sealed.is_empty() && vault.is_none() {
        return Err(Trouble::NoKey { kind: kind.id.to_owned() }.into());
    }

    let without_view = crate::lists::drop_former(conn, sql)?;
    let present = names(conn, "SELECT name FROM pragma_table_info(?1) WHERE cid > 7", table)?;
    let unique = names(conn, "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1", table)?;
    let indexes = names(conn, "SELECT name FROM pragma_index_list(?1)", table)?;
    for name in present.iter().filter(|name| kind.column(name).is_none()) {
        batch(&format!(
            "DROP INDEX IF EXISTS {table}_by_{name}; ALTER TABLE {table} DROP COLUMN \"{name}\";"
        ))?;
    }
    // Called in any case, for it also notes the key.
    let hashed_otherwise = is_hashed_otherwise(conn, &sql.shape, vault)?;
    let mut refill = behind || hashed_otherwise;
    for column in kind.columns {
        let (name, index) = (column.name, format!("{table}_by_{}", column.name));
        if !present.contains(name) {
            refill = true;
            batch(&format!("ALTER TABLE {table} ADD COLUMN \"{name}\" TEXT;"))?;
        }
        refill |= kind.is_sealed(name) && !sealed_before.contains(name);
        let is_unique = column.rule == ColumnRule::Unique;
        if indexes.contains(&index) && unique.contains(&index) != is_unique {
            batch(&format!("DROP INDEX {index};"))?;
        }
    }
    if refill {
        // In the middle of it two records may hold what is to be unique; and indexes are sooner made than kept.
        for column in kind.columns {
            batch(&format!("DROP INDEX IF EXISTS {table}_by_{};", column.name))?;
        }
        fill_columns(conn, sql, vault)?;
    }
    for column in kind.columns {
        let unique = if column.rule == ColumnRule::Unique { "UNIQUE " } else { "" };
        conn.execute_batch(&format!(
            "CREATE {unique}INDEX IF NOT EXISTS {table}_by_{0} ON {table} (\"{0}\") \
             WHERE closed = 0 AND \"{0}\" IS NOT NULL;",
            column.name
        ))
        .map_err(|error| Fault::new(format!("column {} cannot be indexed", column.name), error))?;
    }
    note(conn, &sql.shape.version_note(), &kind.body_version().to_string())?;
    let sealed = serde_json::to_string(kind.sealed).or_fault("the kind cannot be recorded")?;
    conn.execute(
        "INSERT INTO kinds (id, table_name, title, sealed) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, sealed = excluded.sealed",
        params![kind.id, table, kind.title, sealed],
    )
    .or_fault("the kind cannot be recorded")?;
    if without_view { crate::lists::make(conn, sql) } else { Ok(()) }
}

/// The version of a kind's newest bodies: as noted, or as they tell themselves where nothing is noted, in a database that
/// was restored or written before there were notes.
fn newest_bodies(conn: &Connection, shape: &Shape) -> Result<u32, Fault> {
    let what = "the versions of bodies cannot be read";
    if let Some(noted) = noted(conn, &shape.version_note())? {
        return noted.parse().or_fault(what);
    }
    let table = &shape.table;
    let mut select = conn
        .prepare(&format!(
            "SELECT substr(body, 1, {MARK_BYTES_MAX}) FROM {table} WHERE body LIKE '{{\"#\":%'"
        ))
        .or_fault(what)?;
    let marked = select.query_map([], |row| row.get::<_, String>(0)).or_fault(what)?;
    marked
        .map(|text| text.map(|text| body_version(&text)).or_fault(what))
        .try_fold(1, |newest, version| version.map(|version| newest.max(version)))
}

fn sealed_before(conn: &Connection, kind: &str) -> Result<BTreeSet<String>, Fault> {
    let json: Option<String> = conn
        .query_row("SELECT sealed FROM kinds WHERE id = ?1", [kind], |row| row.get(0))
        .optional()
        .or_fault("the kinds cannot be read")?;
    serde_json::from_str(json.as_deref().unwrap_or("[]")).or_fault("the kinds cannot be read")
}

fn names(conn: &Connection, sql: &str, table: &str) -> Result<BTreeSet<String>, Fault> {
    let mut statement = conn.prepare(sql).or_fault("the schema cannot be read")?;
    let rows = statement.query_map([table], |row| row.get(0)).or_fault("the schema cannot be read")?;
    rows.collect::<Result<_, _>>().or_fault("the schema cannot be read")
}

/// Computes the declared columns of every record anew, closed ones too.
fn fill_columns(conn: &Connection, sql: &KindSql, vault: Option<&Vault>) -> Result<(), Fault> {
    let what = "the columns cannot be filled";
    let table = &sql.shape.table;
    let set: Vec<String> = (2..)
        .zip(sql.shape.kind.columns)
        .map(|(no, column)| format!("\"{}\" = ?{no}", column.name))
        .collect();
    let mut page = conn
        .prepare(&format!(
            "SELECT row_no, key, body FROM {table} WHERE row_no > ?1 ORDER BY row_no LIMIT {REFILL_ROWS}"
        ))
        .or_fault(what)?;
    let mut update =
        conn.prepare(&format!("UPDATE {table} SET {} WHERE row_no = ?1", set.join(", "))).or_fault(what)?;
    let mut after = i64::MIN;
    loop {
        let rows =
            page.query_map([after], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).or_fault(what)?;
        let rows: Vec<(i64, String, String)> = rows.collect::<Result<_, _>>().or_fault(what)?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after = *last;
        for (row, key, body) in rows {
            let body = sql.shape.open(vault, &key, body)?;
            let columns = sql.shape.columns(vault, body.as_str())?;
            let values = std::iter::once(rusqlite::types::Value::Integer(row))
                .chain(columns.into_iter().map(|text| text.map_or(rusqlite::types::Value::Null, Into::into)));
            update.execute(params_from_iter(values)).or_fault(what)?;
        }
    }
}
