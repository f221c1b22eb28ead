//! The tables, and how a database written by an older program is brought up to date.

use std::collections::BTreeSet;

use register::{ColumnRule, Fault, hex};
use sha2::{Digest, Sha256};
use store::{
    KeyRing, Kinds, MARK_BYTES_MAX, OrFault, RESTORING, Shape, Trouble, Vault, body_version,
    short_name as name,
};
use tokio_postgres::Error;

use crate::conn::{Conn, Param};
use crate::error::OrSaid;
use crate::kinds::KindSql;

/// Version of the tables that do not depend on kinds, in `meta`.
const SCHEMA_VERSION: i64 = 1;

/// Oldest server: 15 is what this is tested with.
const SERVER_VERSION_MIN: i32 = 150_000;

/// The row of `meta` that names the keys the database was sealed with, oldest first.
pub(crate) const VAULT_KEYS: &str = "vault_key_id";

/// Rows taken at once when a new column is filled.
const REFILL_ROWS: i64 = 1_000;

/// Half of the name of the lock under which tables are made; the schema is the other half.
const PREPARING: i32 = 0x4441_4943;

/// Texts are in the order of their bytes, as a file of SQLite and Rust have them.
const TABLES: &str = r#"
CREATE TABLE meta (name TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE changes (
  position     BIGINT PRIMARY KEY,
  at_us        BIGINT NOT NULL,
  effective_on TEXT COLLATE "C" NOT NULL,
  system       TEXT NOT NULL,
  function     TEXT NOT NULL,
  actor        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  cause        TEXT NOT NULL,
  hash         BYTEA NOT NULL,
  -- Drawn for each transaction: by it a writer that lost its connection finds out whether it had committed.
  batch        BYTEA NOT NULL
);
CREATE TABLE versions (
  position     BIGINT NOT NULL,
  ordinal      INTEGER NOT NULL,
  kind         TEXT COLLATE "C" NOT NULL,
  key          TEXT COLLATE "C" NOT NULL,
  version      BIGINT NOT NULL,
  effective_on TEXT COLLATE "C" NOT NULL,
  closed       BOOLEAN NOT NULL,
  body         TEXT NOT NULL,
  PRIMARY KEY (position, ordinal)
);
CREATE TABLE kinds (id TEXT COLLATE "C" PRIMARY KEY, table_name TEXT NOT NULL, title TEXT NOT NULL, sealed TEXT NOT NULL);
CREATE TABLE cursors (name TEXT COLLATE "C" PRIMARY KEY, position BIGINT NOT NULL);
CREATE TABLE leases (
  name     TEXT COLLATE "C" PRIMARY KEY,
  holder   TEXT NOT NULL,
  token    BIGINT NOT NULL,
  until_us BIGINT NOT NULL
);
"#;

/// The indexes of the versions; a restore makes them at its end.
const INDEXES: &str = "
CREATE UNIQUE INDEX versions_by_key ON versions (kind, key, version DESC);
CREATE INDEX versions_by_kind ON versions (kind, position);
";

/// What every session of this store must know.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// Names the kinds as this program declares them.
    pub(crate) declared: String,
    /// The object id of `changes`: tells the journals of one database apart in locks and wake-ups.
    pub(crate) journal: u32,
}

/// Makes the tables there and right for these kinds, in one transaction.
pub(crate) fn prepare(
    conn: &Conn,
    kinds: &Kinds<KindSql>,
    vault: Option<&Vault>,
    scratch: bool,
) -> Result<Prepared, Fault> {
    let what = "the database cannot be prepared";
    check_server(conn, scratch)?;
    begin(conn)?;
    if tables(conn)?.is_empty() {
        create(conn)?;
        index_versions(conn)?;
    }
    check_owner(conn)?;
    check_vault(conn, vault)?;
    let declared = declaration(kinds, vault);
    if meta(conn, "declared")?.as_deref() != Some(&declared) {
        // Nobody writes while columns come and go. It is the writers' own lock, so none is cut off in the middle.
        let lock = journal_lock(journal_of(conn)?);
        conn.query("SELECT pg_advisory_xact_lock($1)::text", &[&lock]).or_said(what)?;
        for kind in kinds.all() {
            prepare_columns(conn, kind, vault).and_then(|()| prepare_indexes(conn, kind)).map_err(
                |error| Fault::new(format!("kind {} cannot be prepared", kind.shape.kind.id), error),
            )?;
        }
        set_meta(conn, "declared", &declared).or_said(what)?;
    }
    let journal = journal_of(conn)?;
    conn.batch("COMMIT").or_said(what)?;
    Ok(Prepared { declared, journal })
}

/// Begins a transaction in which nobody else makes tables in this schema.
pub(crate) fn begin(conn: &Conn) -> Result<(), Fault> {
    let what = "the database cannot be prepared";
    conn.batch("BEGIN").or_said(what)?;
    conn.query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))::text", &[&PREPARING])
        .map(drop)
        .or_said(what)
}

/// Makes the tables that do not depend on kinds, without the indexes of the versions.
pub(crate) fn create(conn: &Conn) -> Result<(), Fault> {
    let what = "the tables cannot be created";
    conn.batch(TABLES).or_said(what)?;
    set_meta(conn, "schema", &SCHEMA_VERSION.to_string()).or_said(what)
}

/// Makes the indexes of the versions.
pub(crate) fn index_versions(conn: &Conn) -> Result<(), Fault> {
    conn.batch(INDEXES).or_said("the versions cannot be indexed")
}

/// Checks a database that is only read: ours, whole, of a version and with bodies this program knows, sealed with keys of
/// this ring if one is given. A replica will do, and so will a user who may do nothing but read.
pub(crate) fn check(
    conn: &Conn,
    keys: Option<&KeyRing>,
    kinds: &Kinds<KindSql>,
) -> Result<Option<Vault>, Fault> {
    check_fit(conn)?;
    check_owner(conn)?;
    for kind in kinds.all() {
        let shape = &kind.shape;
        let newest = meta(conn, &shape.version_note())?.map(|noted| noted.parse()).transpose();
        shape.is_behind(newest.or_fault("the versions of bodies cannot be read")?.unwrap_or(1))?;
    }
    let known = meta(conn, VAULT_KEYS)?;
    let vault = keys.map(Vault::new).transpose()?;
    Ok(vault.map(|vault| vault.as_noted(known.as_deref())).transpose()?)
}

/// The number by which writers of one journal exclude each other.
pub(crate) fn journal_lock(journal: u32) -> i64 {
    i64::from(PREPARING) << 32 | i64::from(journal)
}

fn journal_of(conn: &Conn) -> Result<u32, Fault> {
    let what = "the tables cannot be found";
    let rows = conn.query("SELECT 'changes'::regclass::oid", &[]).or_said(what)?;
    let row = rows.first().ok_or_else(|| Fault::because(what))?;
    row.try_get(0).or_said(what)
}

fn ask(conn: &Conn, sql: &str) -> Result<String, Fault> {
    let what = "the server cannot be asked";
    let rows = conn.query(sql, &[]).or_said(what)?;
    rows.first().map_or(Ok(String::new()), |row| row.try_get(0).or_said(what))
}

/// Whether the server can keep a journal and is allowed to.
pub(crate) fn check_server(conn: &Conn, scratch: bool) -> Result<(), Fault> {
    check_fit(conn)?;
    if !scratch && ask(conn, "SELECT current_setting('fsync')")? != "on" {
        return Err(Trouble::Unfit("fsync is off: what it acknowledges may be lost".to_owned()).into());
    }
    if ask(conn, "SELECT current_setting('transaction_read_only')")? == "on" {
        return Err(Trouble::ReadOnly.into());
    }
    Ok(())
}

fn check_fit(conn: &Conn) -> Result<(), Fault> {
    let text = |sql: &str| ask(conn, sql);
    let version = text("SELECT current_setting('server_version_num')")?;
    if version.parse::<i32>().unwrap_or(0) < SERVER_VERSION_MIN {
        let version = text("SELECT current_setting('server_version')")?;
        return Err(Trouble::Unfit(format!("it is PostgreSQL {version}, and 15 is the oldest")).into());
    }
    let encoding = text("SELECT current_setting('server_encoding')")?;
    if encoding != "UTF8" {
        return Err(Trouble::Unfit(format!("its encoding is {encoding} and not UTF8")).into());
    }
    if text("SELECT COALESCE(current_schema()::text, '')")?.is_empty() {
        return Err(Trouble::Unfit("the search path names no schema that is there".to_owned()).into());
    }
    Ok(())
}

/// The tables and views of the schema, those of extensions aside.
pub(crate) fn tables(conn: &Conn) -> Result<BTreeSet<String>, Fault> {
    let tables = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace \
                  AND relkind IN ('r', 'p', 'v', 'm', 'f') \
                  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')";
    names(conn, tables, &[]).or_said("the tables cannot be listed")
}

/// Whether the tables are a journal's, of this version, and whole.
pub(crate) fn check_owner(conn: &Conn) -> Result<(), Fault> {
    let tables = tables(conn)?;
    if !tables.contains("meta") || !tables.contains("changes") {
        return Err(Trouble::Foreign.into());
    }
    match meta(conn, "schema")?.and_then(|found| found.parse::<i64>().ok()) {
        Some(SCHEMA_VERSION) => {}
        Some(found) if SCHEMA_VERSION < found => {
            return Err(Trouble::Newer { found, known: SCHEMA_VERSION }.into());
        }
        _ => return Err(Trouble::Foreign.into()),
    }
    match meta(conn, RESTORING)? {
        None => Ok(()),
        Some(_) => Err(Trouble::HalfRestored.into()),
    }
}

/// The database takes on the newest key of the ring, and keeps in mind those it was sealed with before: all of them are
/// needed.
pub(crate) fn check_vault(conn: &Conn, vault: Option<&Vault>) -> Result<(), Fault> {
    let Some(vault) = vault else { return Ok(()) };
    match vault.note(meta(conn, VAULT_KEYS)?.as_deref())? {
        None => Ok(()),
        Some(known) => {
            set_meta(conn, VAULT_KEYS, &known).or_said("the names of the vault's keys cannot be written")
        }
    }
}

/// Whether a kind's sealed columns are hashed with another key than the one that seals now. Where nothing is noted they
/// were hashed with the first key: there was no other before there were notes.
fn is_hashed_otherwise(conn: &Conn, shape: &Shape, vault: Option<&Vault>) -> Result<bool, Fault> {
    let (Some(name), Some(vault)) = (shape.index_note(), vault) else { return Ok(false) };
    let known = meta(conn, VAULT_KEYS)?.unwrap_or_default();
    let hashed = meta(conn, &name)?.or_else(|| known.split_whitespace().next().map(str::to_owned));
    set_meta(conn, &name, vault.key_id()).or_said("the kind cannot be recorded")?;
    Ok(hashed.is_some_and(|hashed| hashed != vault.key_id()))
}

pub(crate) fn meta(conn: &Conn, name: &str) -> Result<Option<String>, Fault> {
    let what = "what the database says of itself cannot be read";
    let rows = conn.query("SELECT value FROM meta WHERE name = $1", &[&name]).or_said(what)?;
    rows.first().map(|row| row.try_get(0)).transpose().or_said(what)
}

pub(crate) fn set_meta(conn: &Conn, name: &str, value: &str) -> Result<(), Error> {
    let sql = "INSERT INTO meta VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    conn.query(sql, &[&name, &value]).map(drop)
}

/// Names a set of declarations with the key that seals. A writer whose set is not the database's any more must stop: it
/// would leave out columns, or hash them with a former key.
pub(crate) fn declaration(kinds: &Kinds<KindSql>, vault: Option<&Vault>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(format!("views {}\n", crate::euc::FORM));
    hasher.update(format!("{:?}\n", vault.map(Vault::key_id)));
    for kind in kinds.all() {
        let kind = kind.shape.kind;
        let promises = (kind.id, kind.title, kind.columns, kind.sealed, kind.body_version());
        hasher.update(format!("{promises:?}\n"));
    }
    hex(hasher.finalize().as_slice())
}

fn names(conn: &Conn, sql: &str, params: &[Param<'_>]) -> Result<BTreeSet<String>, Error> {
    conn.query(sql, params)?.iter().map(|row| row.try_get(0)).collect()
}

/// Makes the table of a kind's current records, without declared columns.
pub(crate) fn create_current(conn: &Conn, table: &str) -> Result<(), Fault> {
    // Room is left on each page, so that a new version can stand beside the one it follows and no index is touched.
    conn.batch(&format!(
        r#"CREATE TABLE IF NOT EXISTS {table} (
             key TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, position BIGINT NOT NULL,
             recorded_us BIGINT NOT NULL, effective_on TEXT COLLATE "C" NOT NULL, closed BOOLEAN NOT NULL,
             body TEXT NOT NULL) WITH (fillfactor = 85);
           CREATE INDEX IF NOT EXISTS {} ON {table} (key) WHERE closed;"#,
        name(&format!("{table}_closed"))
    ))
    .or_said("the current table cannot be changed")
}

/// Makes a kind's table and its declared columns, and fills those that are new.
pub(crate) fn prepare_columns(conn: &Conn, sql: &KindSql, vault: Option<&Vault>) -> Result<(), Fault> {
    let (kind, table) = (sql.shape.kind, &sql.table);
    let batch = |text: String| conn.batch(&text).or_said("the current table cannot be changed");
    create_current(conn, table)?;

    let behind = sql.shape.is_behind(newest_bodies(conn, &sql.shape, table)?)?;
    let sealed_before = sealed_before(conn, kind.id)?;
    if let Some(field) = sealed_before.iter().find(|field| !kind.is_sealed(field)) {
        return Err(Fault::because(format!(
            "field {field} is sealed in the database and no longer in the program"
        )));
    }
    if !kind.sealed.is_empty() && vault.is_none() {
        return Err(Trouble::NoKey { kind: kind.id.to_owned() }.into());
    }

    batch(crate::euc::drop_text(sql))?;
    let what = "the schema cannot be read";
    let present = "SELECT attname::text FROM pg_attribute \
                   WHERE attrelid = to_regclass($1) AND attnum > 7 AND NOT attisdropped";
    let present = names(conn, present, &[table]).or_said(what)?;
    let indexes = "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
                   WHERE i.indrelid = to_regclass($1) AND (i.indisunique OR NOT $2)";
    let unique = names(conn, indexes, &[table, &true]).or_said(what)?;
    let indexes = names(conn, indexes, &[table, &false]).or_said(what)?;
    for column in present.iter().filter(|column| kind.column(column).is_none()) {
        batch(format!("ALTER TABLE {table} DROP COLUMN \"{column}\""))?;
    }
    // Called in any case, for it also notes the key.
    let hashed_otherwise = is_hashed_otherwise(conn, &sql.shape, vault)?;
    let mut refill = behind || hashed_otherwise;
    for column in kind.columns {
        if !present.contains(column.name) {
            refill = true;
            batch(format!("ALTER TABLE {table} ADD COLUMN \"{}\" TEXT COLLATE \"C\"", column.name))?;
        }
        refill |= kind.is_sealed(column.name) && !sealed_before.contains(column.name);
        let (index, is_unique) = (index_of(table, column.name), column.rule == ColumnRule::Unique);
        if indexes.contains(&index) && unique.contains(&index) != is_unique {
            batch(format!("DROP INDEX {index}"))?;
        }
    }
    if !refill {
        return Ok(());
    }
    // In the middle of it two records may hold what is to be unique; and indexes are sooner made than kept.
    for column in kind.columns {
        batch(format!("DROP INDEX IF EXISTS {}", index_of(table, column.name)))?;
    }
    fill_columns(conn, sql, vault)
}

fn index_of(table: &str, column: &str) -> String {
    name(&format!("{table}_by_{column}"))
}

/// Makes the indexes of a kind's declared columns and its view for queries, and notes the kind.
pub(crate) fn prepare_indexes(conn: &Conn, sql: &KindSql) -> Result<(), Fault> {
    let (kind, table) = (sql.shape.kind, &sql.table);
    for column in kind.columns {
        let unique = if column.rule == ColumnRule::Unique { "UNIQUE " } else { "" };
        conn.batch(&format!(
            "CREATE {unique}INDEX IF NOT EXISTS {} ON {table} (\"{1}\") WHERE NOT closed AND \"{1}\" IS NOT NULL",
            index_of(table, column.name),
            column.name
        ))
        .or_said(&format!("column {} cannot be indexed", column.name))?;
    }
    set_meta(conn, &sql.shape.version_note(), &kind.body_version().to_string())
        .or_said("the kind cannot be recorded")?;
    let sealed = serde_json::to_string(kind.sealed)
        .map_err(|error| Fault::new("the kind cannot be recorded", error))?;
    conn.query(
        "INSERT INTO kinds (id, table_name, title, sealed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, sealed = excluded.sealed",
        &[&kind.id, table, &kind.title, &sealed],
    )
    .map(drop)
    .or_said("the kind cannot be recorded")?;
    crate::euc::prepare(conn, sql)
}

/// The version of a kind's newest bodies: as noted, or as they tell themselves where nothing is noted, in a database that
/// was restored or written before there were notes.
fn newest_bodies(conn: &Conn, shape: &Shape, table: &str) -> Result<u32, Fault> {
    let what = "the versions of bodies cannot be read";
    if let Some(noted) = meta(conn, &shape.version_note())? {
        return noted.parse().or_fault(what);
    }
    let marked = format!("SELECT left(body, {MARK_BYTES_MAX}) FROM {table} WHERE body LIKE '{{\"#\":%'");
    let marked = names(conn, &marked, &[]).or_said(what)?;
    Ok(marked.iter().map(|text| body_version(text)).max().unwrap_or(1))
}

fn sealed_before(conn: &Conn, kind: &str) -> Result<BTreeSet<String>, Fault> {
    let what = "the kinds cannot be read";
    let rows = conn.query("SELECT sealed FROM kinds WHERE id = $1", &[&kind]).or_said(what)?;
    let json: Option<String> = rows.first().map(|row| row.try_get(0)).transpose().or_said(what)?;
    serde_json::from_str(json.as_deref().unwrap_or("[]")).map_err(|error| Fault::new(what, error))
}

/// Computes the declared columns of every record anew, closed ones too.
fn fill_columns(conn: &Conn, sql: &KindSql, vault: Option<&Vault>) -> Result<(), Fault> {
    let what = "the columns cannot be filled";
    let table = &sql.table;
    let columns = sql.shape.kind.columns;
    let set: Vec<String> =
        columns.iter().map(|column| format!("\"{0}\" = new.\"{0}\"", column.name)).collect();
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let arrays: Vec<String> = (2..).take(columns.len()).map(|no| format!("${no}::text[]")).collect();
    let update = format!(
        "UPDATE {table} SET {} FROM unnest($1::text[], {}) AS new(key, {}) WHERE {table}.key = new.key",
        set.join(", "),
        arrays.join(", "),
        names.join(", ")
    );
    let page = format!("SELECT key, body FROM {table} WHERE $1 OR key > $2 ORDER BY key LIMIT {REFILL_ROWS}");
    let mut after: Option<String> = None;
    loop {
        let last = after.clone().unwrap_or_default();
        let rows = conn.query(&page, &[&after.is_none(), &last]).or_said(what)?;
        let mut keys = Vec::with_capacity(rows.len());
        let mut values: Vec<Vec<Option<String>>> = vec![Vec::with_capacity(rows.len()); columns.len()];
        for row in &rows {
            let (key, body): (String, String) =
                (row.try_get(0).or_said(what)?, row.try_get(1).or_said(what)?);
            let body = sql.shape.open(vault, &key, body)?;
            for (all, value) in values.iter_mut().zip(sql.shape.columns(vault, body.as_str())?) {
                all.push(value);
            }
            keys.push(key);
        }
        let Some(end) = keys.last().cloned() else { return Ok(()) };
        let mut params: Vec<Param<'_>> = vec![&keys];
        params.extend(values.iter().map(|all| -> Param<'_> { all }));
        if !columns.is_empty() {
            conn.query(&update, &params).or_said(what)?;
        }
        after = Some(end);
    }
}
