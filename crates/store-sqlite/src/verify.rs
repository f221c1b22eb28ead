//! The rows a verification walks over, in one snapshot.

use std::collections::BTreeMap;

use register::{ChainHash, Fault, Verification};
use rusqlite::{Connection, Row, Rows};
use store::{ChangeRow, Current, Line, OrFault, Vault, VaultKey, Walk, date, uint, version};

use crate::Shared;
use crate::kinds::KindSql;
use crate::rows;
use crate::text::unline;

const WHAT: &str = "the journal cannot be walked";
const CHANGES: &str =
    "SELECT position, at_us, effective_on, system, function, actor, reason, cause, hash FROM changes
     ORDER BY position";
const LINES: &str =
    "SELECT line, kind, key, version, effective_on, closed, body, NULL FROM versions ORDER BY line";
const LINES_OF_KIND: &str = "SELECT line, kind, key, version, effective_on, closed, body,
     (SELECT at_us FROM changes c WHERE c.position = v.position)
     FROM versions v WHERE kind = ?1 ORDER BY key, version";

/// Walks everything.
pub(crate) fn verify(shared: &Shared) -> Result<Verification, Fault> {
    let reader = shared.reader()?;
    let head = reader.snapshot()?;
    let conn = reader.conn()?;
    let mut walk = Walk::default();
    let mut changes = conn.prepare(CHANGES).or_fault(WHAT)?;
    let mut changes = changes.query([]).or_fault(WHAT)?;
    let mut lines = conn.prepare(LINES).or_fault(WHAT)?;
    let mut lines = lines.query([]).or_fault(WHAT)?;
    walk.chain(&mut || next(&mut changes, change), &mut || next(&mut lines, line))?;
    check_rows(conn, head, &mut walk)?;
    check_pages(conn, &mut walk)?;
    check_schema(shared, conn, &mut walk)?;
    for kind in kinds_in(shared, conn)? {
        let mut lines = conn.prepare(LINES_OF_KIND).or_fault(WHAT)?;
        let mut lines = lines.query([&kind]).or_fault(WHAT)?;
        let mut lines = || next(&mut lines, line);
        let Some(sql) = shared.kinds.get(&kind) else {
            walk.unknown_kind(&mut lines)?;
            continue;
        };
        walk_kind(shared, conn, sql, &mut lines, &mut walk)?;
    }
    Ok(walk.end())
}

fn walk_kind(
    shared: &Shared,
    conn: &Connection,
    sql: &KindSql,
    lines: &mut dyn FnMut() -> Result<Option<Line>, Fault>,
    walk: &mut Walk,
) -> Result<(), Fault> {
    let columns = sql.shape.kind.columns.len();
    let mut currents = conn.prepare(&sql.everything).or_fault(WHAT)?;
    let mut currents = currents.query([]).or_fault(WHAT)?;
    let mut currents = || next(&mut currents, |row| current(row, columns));
    walk.kind(&sql.shape, shared.vault.as_ref(), lines, &mut currents)
}

fn next<T>(rows: &mut Rows<'_>, read: impl FnOnce(&Row<'_>) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    rows.next().or_fault(WHAT)?.map(read).transpose()
}

fn change(row: &Row<'_>) -> Result<ChangeRow, Fault> {
    Ok(ChangeRow {
        position: uint(row.get(0).or_fault(WHAT)?),
        at_us: row.get(1).or_fault(WHAT)?,
        effective_on: row.get(2).or_fault(WHAT)?,
        system: row.get(3).or_fault(WHAT)?,
        function: row.get(4).or_fault(WHAT)?,
        actor: row.get(5).or_fault(WHAT)?,
        reason: row.get(6).or_fault(WHAT)?,
        cause: row.get(7).or_fault(WHAT)?,
        hash: ChainHash(row.get(8).or_fault(WHAT)?),
    })
}

fn line(row: &Row<'_>) -> Result<Line, Fault> {
    let (position, ordinal) = unline(row.get(0).or_fault(WHAT)?);
    let read = || -> Result<Line, Fault> {
        Ok(Line {
            position,
            ordinal,
            kind: row.get(1).or_fault(WHAT)?,
            key: row.get(2).or_fault(WHAT)?,
            version: version(row.get(3).or_fault(WHAT)?)?,
            effective_on: date(&row.get::<_, String>(4).or_fault(WHAT)?)?,
            closed: row.get::<_, i64>(5).or_fault(WHAT)? != 0,
            body: row.get(6).or_fault(WHAT)?,
            recorded_us: row.get(7).or_fault(WHAT)?,
        })
    };
    read().map_err(|fault| Fault::new(format!("a version of change {position} does not read"), fault))
}

fn current(row: &Row<'_>, columns: usize) -> Result<Current, Fault> {
    let columns = (7..).take(columns).map(|place| row.get(place)).collect::<Result<_, _>>().or_fault(WHAT)?;
    Ok(Current {
        key: row.get(0).or_fault(WHAT)?,
        version: version(row.get(1).or_fault(WHAT)?)?,
        position: uint(row.get(2).or_fault(WHAT)?),
        recorded_us: row.get(3).or_fault(WHAT)?,
        effective_on: row.get(4).or_fault(WHAT)?,
        closed: row.get::<_, i64>(5).or_fault(WHAT)? != 0,
        body: row.get(6).or_fault(WHAT)?,
        columns,
    })
}

fn check_rows(conn: &Connection, head: u64, walk: &mut Walk) -> Result<(), Fault> {
    let found = rows::check(conn)?;
    for (name, position) in found.cursors {
        walk.cursor(&name, position, head);
    }
    for problem in found.problems {
        walk.found(problem);
    }
    Ok(())
}

/// What SQLite itself can see: pages, and that every index holds what its table holds. A reading takes whichever is
/// quicker, so that a difference between them is a wrong answer.
fn check_pages(conn: &Connection, walk: &mut Walk) -> Result<(), Fault> {
    let mut check = conn.prepare("PRAGMA integrity_check").or_fault(WHAT)?;
    let mut rows = check.query([]).or_fault(WHAT)?;
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let said: String = row.get(0).or_fault(WHAT)?;
        if said != "ok" {
            walk.found(format!("the database file is damaged: {said}"));
        }
    }
    Ok(())
}

/// Compares the declarations with those a new database would have: SQLite computes and searches by what they say.
fn check_schema(shared: &Shared, conn: &Connection, walk: &mut Walk) -> Result<(), Fault> {
    let mut fresh = Connection::open_in_memory().or_fault(WHAT)?;
    // Any key will do: only declarations are compared.
    let vault = Vault::new(&VaultKey::generate()?.into())?;
    crate::schema::prepare(&mut fresh, &shared.kinds, Some(&vault))?;
    let (wanted, found) = (declared(&fresh)?, declared(conn)?);
    for (name, declaration) in wanted {
        if found.get(&name) != Some(&declaration) {
            walk.found(format!("{name} is not declared as it should be: the database file was altered"));
        }
    }
    Ok(())
}

/// Tables and indexes by name, each with what it is. The tables of kinds grow column by column, in any order.
fn declared(conn: &Connection) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let mut select =
        conn.prepare("SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL").or_fault(WHAT)?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).or_fault(WHAT)?;
    let rows: Vec<(String, String, String)> = rows.collect::<Result<_, _>>().or_fault(WHAT)?;
    let mut columns = conn
        .prepare(
            "SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || pk || ' ' || hidden
             FROM pragma_table_xinfo(?1) ORDER BY name",
        )
        .or_fault(WHAT)?;
    let mut declared = BTreeMap::new();
    for (name, sort, sql) in rows {
        let parts = if sort == "table" && name.starts_with("current_") {
            let parts = columns.query_map([&name], |row| row.get(0)).or_fault(WHAT)?;
            parts.collect::<Result<_, _>>().or_fault(WHAT)?
        } else {
            vec![sql]
        };
        declared.insert(name, parts);
    }
    Ok(declared)
}

/// The kinds of the program and of the file.
fn kinds_in(shared: &Shared, conn: &Connection) -> Result<Vec<String>, Fault> {
    let mut select = conn.prepare("SELECT DISTINCT kind FROM versions").or_fault(WHAT)?;
    let rows = select.query_map([], |row| row.get(0)).or_fault(WHAT)?;
    let mut kinds: Vec<String> = rows.collect::<Result<_, _>>().or_fault(WHAT)?;
    kinds.extend(shared.kinds.all().iter().map(|sql| sql.shape.kind.id.to_owned()));
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}
