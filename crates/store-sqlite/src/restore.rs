//! A new file made the copy of another journal, change by change.

use std::path::Path;

use register::{ChainWalk, Fault, Kind, KindNote, RawChange, Restore, RestoreError, Standing};
use rusqlite::{Connection, OptionalExtension, Transaction, params, params_from_iter, types::Value};
use store::{
    Kinds, LeaseHeld, OrFault, RESTORING, Trouble, Vault, check_change, check_cursors, check_origin, int,
    unknown_table,
};

use crate::Options;
use crate::apply::read_tip;
use crate::error::named;
use crate::kinds::KindSql;
use crate::mark::EndMark;
use crate::pool::connect;
use crate::rows;
use crate::store::{Lock, lock, look, set_up};
use crate::text::{line, unline};

const WHAT: &str = "the restore cannot be written";

/// A journal's file on its way to become the copy of another journal.
///
/// Indexes are left out while changes are appended and built at the end, in order.
pub struct Restorer {
    conn: Connection,
    kinds: Kinds<KindSql>,
    vault: Option<Vault>,
    reached: ChainWalk,
    lock: Lock,
}

impl Restorer {
    /// Begins in a new or empty file. `origin` says what the copied store knew: its key and kinds.
    ///
    /// # Errors
    /// When the file holds changes or is half restored already, when a key the origin was sealed with is
    /// missing, when a kind was sealed there and is not here, or when storage fails.
    pub fn begin(
        path: &Path,
        kinds: &[&'static Kind],
        options: Options,
        origin: &Standing,
    ) -> Result<Self, Fault> {
        Self::begin_at(path, kinds, options, origin).map_err(named)
    }

    fn begin_at(
        path: &Path,
        kinds: &[&'static Kind],
        options: Options,
        origin: &Standing,
    ) -> Result<Self, Fault> {
        let kinds = Kinds::new(kinds, KindSql::new)?;
        let vault = options.keys.as_ref().map(Vault::new).transpose()?;
        let sealed_with = check_origin(&kinds, vault.as_ref(), origin)?;
        let lock = lock(path)?;
        look(path, |journal| {
            let changes = journal.map(read_tip).transpose()?.map_or(0, |tip| tip.position);
            if changes == 0 { Ok(()) } else { Err(Trouble::NotEmpty.into()) }
        })?;
        let mut conn = connect(path)?;
        // Whole after a power cut, though not up to the last batch: the mark says then what it is.
        set_up(&conn, "NORMAL")?;
        // In the change that makes the tables: a file that has them and no mark is a journal.
        let tx = conn.transaction().or_fault(WHAT)?;
        crate::schema::prepare_in(&tx, &kinds, vault.as_ref())?;
        tx.execute("INSERT INTO meta (name, value) VALUES (?1, 'half')", [RESTORING]).or_fault(WHAT)?;
        tx.execute_batch("DROP INDEX versions_by_key; DROP INDEX versions_by_kind;").or_fault(WHAT)?;
        for sql in kinds.all() {
            for column in sql.shape.kind.columns {
                tx.execute_batch(&format!("DROP INDEX {}_by_{};", sql.shape.table, column.name))
                    .or_fault(WHAT)?;
            }
        }
        note_kinds(&tx, &kinds, &origin.kinds)?;
        if let Some(known) = sealed_with {
            crate::schema::note(&tx, crate::schema::VAULT_KEYS, &known)?;
        }
        tx.commit().or_fault(WHAT)?;
        Ok(Self { conn, kinds, vault, reached: ChainWalk::START, lock })
    }

    fn fill(&mut self) -> Result<(), Fault> {
        let tx = self.conn.transaction().or_fault(WHAT)?;
        crate::schema::index_versions(&tx)?;
        let mut select = tx.prepare("SELECT DISTINCT kind FROM versions").or_fault(WHAT)?;
        let found = select.query_map([], |row| row.get(0)).or_fault(WHAT)?;
        let found: Vec<String> = found.collect::<Result<_, _>>().or_fault(WHAT)?;
        drop(select);
        for kind in found {
            match self.kinds.get(&kind) {
                Some(sql) => fill_kind(&tx, &kind, &sql.shape.table, Some((sql, self.vault.as_ref())))?,
                // Its records are there when a program comes that knows it; the columns are made then.
                None => {
                    let table = unknown_table(&kind)?;
                    crate::schema::create_current(&tx, &table)?;
                    fill_kind(&tx, &kind, &table, None)?;
                }
            }
        }
        tx.commit().or_fault(WHAT)
    }
}

impl Restore for Restorer {
    fn reached(&self) -> ChainWalk {
        self.reached
    }

    fn append(&mut self, changes: &[RawChange]) -> Result<(), RestoreError> {
        let mut walk = self.reached;
        let tx = self.conn.transaction().or_fault(WHAT)?;
        for change in changes {
            walk.step(change)?;
            append(&tx, change).map_err(named)?;
        }
        tx.commit().or_fault(WHAT).map_err(named)?;
        self.reached = walk;
        Ok(())
    }

    fn finish(mut self: Box<Self>, standing: &Standing) -> Result<(), Fault> {
        check_cursors(standing, self.reached.position)?;
        self.fill().map_err(named)?;
        crate::schema::prepare(&mut self.conn, &self.kinds, self.vault.as_ref())?;
        let tx = self.conn.transaction().or_fault(WHAT)?;
        for (name, place) in &standing.cursors {
            rows::put_cursor(&tx, name, place.0)?;
        }
        for (name, token) in &standing.leases {
            // Free to be taken, by a token larger than every one granted before.
            let free = LeaseHeld { holder: String::new(), token: *token, until_us: 0 };
            rows::put_lease(&tx, name, &free)?;
        }
        tx.commit().or_fault(WHAT)?;
        self.conn.pragma_update(None, "synchronous", "FULL").or_fault(WHAT)?;
        fold(&self.conn)?;
        // Beside it may lie the note of the journal that was here before.
        EndMark::beside(&self.lock)?.replace(&read_tip(&self.conn)?)?;
        self.conn.execute("DELETE FROM meta WHERE name = ?1", [RESTORING]).or_fault(WHAT)?;
        fold(&self.conn)
    }
}

/// Refuses a file whose restore was cut off.
pub(crate) fn refuse_half_restored(conn: &Connection) -> Result<(), Fault> {
    let mark: Option<String> = conn
        .query_row("SELECT value FROM meta WHERE name = ?1", [RESTORING], |row| row.get(0))
        .optional()
        .or_fault("the database cannot be read")?;
    match mark {
        None => Ok(()),
        Some(_) => Err(Trouble::HalfRestored.into()),
    }
}

/// Keeps the names and sealed fields of kinds this program does not know.
fn note_kinds(tx: &Transaction<'_>, kinds: &Kinds<KindSql>, notes: &[KindNote]) -> Result<(), Fault> {
    for note in notes.iter().filter(|note| kinds.get(&note.id).is_none()) {
        let table = unknown_table(&note.id)?;
        let sealed = serde_json::to_string(&note.sealed).or_fault(WHAT)?;
        tx.execute(
            "INSERT INTO kinds (id, table_name, title, sealed) VALUES (?1, ?2, ?3, ?4)",
            params![note.id, table, note.title, sealed],
        )
        .or_fault(WHAT)?;
    }
    Ok(())
}

fn append(tx: &Transaction<'_>, change: &RawChange) -> Result<(), Fault> {
    let position = change.position.0;
    let what = || format!("change {position} cannot be written");
    check_change(change)?;
    tx.prepare_cached("INSERT INTO changes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .and_then(|mut insert| {
            insert.execute(params![
                int(position),
                change.at.as_microsecond(),
                change.effective_on.to_string(),
                change.system,
                change.function,
                change.actor,
                change.reason,
                change.cause,
                change.hash.0
            ])
        })
        .map_err(|error| Fault::new(what(), error))?;
    let mut insert = tx
        .prepare_cached(
            "INSERT INTO versions (line, kind, key, version, effective_on, closed, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .or_fault(WHAT)?;
    for (ordinal, version) in (0..).zip(&change.versions) {
        insert
            .execute(params![
                line(position, ordinal),
                version.kind,
                version.key,
                version.version,
                version.effective_on.to_string(),
                version.closed,
                version.body
            ])
            .map_err(|error| Fault::new(what(), error))?;
    }
    Ok(())
}

/// Writes the newest version of every key into a kind's table, in key order. Which one it is stands in the index
/// alone, so that no older body is read.
fn fill_kind(
    tx: &Transaction<'_>,
    kind: &str,
    table: &str,
    known: Option<(&KindSql, Option<&Vault>)>,
) -> Result<(), Fault> {
    let what = || format!("the current records of {kind} cannot be built");
    let fault = |error: rusqlite::Error| Fault::new(what(), error);
    let columns = known.map_or(&[][..], |(sql, _)| sql.shape.kind.columns);
    let names: String = columns.iter().map(|column| format!(", \"{}\"", column.name)).collect();
    let places: String = (8..).take(columns.len()).map(|no| format!(", ?{no}")).collect();
    let mut insert = tx
        .prepare(&format!(
            "INSERT INTO {table} (key, version, position, recorded_us, effective_on, closed, body{names})
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7{places})"
        ))
        .map_err(fault)?;
    let mut select = tx
        .prepare(
            "SELECT v.line, v.key, v.version, c.at_us, v.effective_on, v.closed, v.body, n.versions
             FROM (SELECT line, max(version), count(*) AS versions FROM versions INDEXED BY versions_by_key
                   WHERE kind = ?1 GROUP BY key) n
             CROSS JOIN versions v ON v.line = n.line
             CROSS JOIN changes c ON c.position = v.position",
        )
        .map_err(fault)?;
    let mut rows = select.query([kind]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        let (position, _) = unline(row.get(0).map_err(fault)?);
        let (key, version): (String, i64) = (row.get(1).map_err(fault)?, row.get(2).map_err(fault)?);
        let body: String = row.get(6).map_err(fault)?;
        if row.get::<_, i64>(7).map_err(fault)? != version {
            return Err(Fault::because(format!("{kind} {key}: versions are missing before {version}")));
        }
        let filled = match known {
            None => Vec::new(),
            Some((sql, vault)) => sql.shape.stored_columns(vault, &key, &body)?,
        };
        let own = [
            Value::Text(key),
            Value::Integer(version),
            Value::Integer(int(position)),
            row.get(3).map_err(fault)?,
            row.get(4).map_err(fault)?,
            row.get(5).map_err(fault)?,
            Value::Text(body),
        ];
        let filled = filled.into_iter().map(|text| text.map_or(Value::Null, Value::Text));
        insert.execute(params_from_iter(own.into_iter().chain(filled))).map_err(fault)?;
    }
    Ok(())
}

/// Folds the log into the file and flushes it.
fn fold(conn: &Connection) -> Result<(), Fault> {
    let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).or_fault(WHAT)?;
    if busy == 0 { Ok(()) } else { Err(Fault::because("the restored database is open elsewhere")) }
}
