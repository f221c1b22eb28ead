//! The rows a verification walks over, in one snapshot.

mod pages;
mod quick;
mod sums;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use register::{ChainHash, Fault, Verification};
use rusqlite::{Connection, Row, Rows};
use store::{ChangeRow, Current, Line, OrFault, Source, Vault, VaultKey, Walk, date, uint, version};

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
///
/// The quick way reads the file once and says whether all is well. What it doubts, or does not know of, is looked at closely from
/// the beginning: that way tells what is wrong, and would find it alone.
pub(crate) fn verify(shared: &Shared) -> Result<Verification, Fault> {
    let reader = shared.reader()?;
    let head = reader.snapshot()?;
    let conn = reader.conn()?;
    let mut walk = Walk::default();
    check_schema(shared, conn, &mut walk)?;
    // What is declared otherwise cannot be read as the quick way reads it.
    let mut quickly = Walk::default();
    let doubts = (walk.problems() == 0).then(|| quick::read(shared, conn, &mut quickly));
    if matches!(&doubts, Some(Ok(doubts)) if doubts.is_empty()) {
        check_rows(conn, head, &mut quickly)?;
        check_other_tables(shared, conn, &mut quickly)?;
        return Ok(quickly.end());
    }
    closely(shared, conn, head, &mut walk)?;
    if let Some(Ok(doubts)) = doubts
        && walk.problems() == 0
    {
        let doubts: Vec<String> = doubts.into_iter().collect();
        walk.found(format!("データベースの二通りの読み方が一致しません: {}", doubts.join(", ")));
    }
    Ok(walk.end())
}

/// Walks along the chain, has SQLite look at its file, and brings together what belongs together.
fn closely(shared: &Shared, conn: &Connection, head: u64, walk: &mut Walk) -> Result<(), Fault> {
    chain(conn, walk)?;
    check_rows(conn, head, walk)?;
    damage(conn, "PRAGMA integrity_check", walk)?;
    check_kinds(shared, conn, walk)
}

/// Walks the versions of each kind, and its current records beside them.
fn check_kinds(shared: &Shared, conn: &Connection, walk: &mut Walk) -> Result<(), Fault> {
    for kind in kinds_in(shared, conn)? {
        let mut lines = conn.prepare(LINES_OF_KIND).or_fault(WHAT)?;
        let mut lines = lines.query([&kind]).or_fault(WHAT)?;
        let mut lines = || next(&mut lines, owned);
        match shared.kinds.get(&kind) {
            Some(sql) => walk_kind(shared, conn, sql, &mut lines, walk)?,
            None => walk.unknown_kind(&mut lines)?,
        }
    }
    Ok(())
}

fn chain(conn: &Connection, walk: &mut Walk) -> Result<(), Fault> {
    let mut changes = conn.prepare(CHANGES).or_fault(WHAT)?;
    let mut changes = changes.query([]).or_fault(WHAT)?;
    let mut lines = conn.prepare(LINES).or_fault(WHAT)?;
    let mut lines = lines.query([]).or_fault(WHAT)?;
    let mut changes = || next(&mut changes, |row| change(row).map(owned_change));
    walk.chain(&mut changes, &mut || next(&mut lines, owned))
}

fn walk_kind(
    shared: &Shared,
    conn: &Connection,
    sql: &KindSql,
    lines: Source<'_, Line<'static>>,
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

fn text<'r>(row: &'r Row<'_>, place: usize) -> Result<&'r str, Fault> {
    row.get_ref(place).or_fault(WHAT)?.as_str().or_fault(WHAT)
}

fn change<'r>(row: &'r Row<'_>) -> Result<ChangeRow<'r>, Fault> {
    let text = |place: usize| text(row, place).map(Cow::Borrowed);
    Ok(ChangeRow {
        position: uint(row.get(0).or_fault(WHAT)?),
        at_us: row.get(1).or_fault(WHAT)?,
        effective_on: text(2)?,
        system: text(3)?,
        function: text(4)?,
        actor: text(5)?,
        reason: text(6)?,
        cause: text(7)?,
        hash: ChainHash(row.get(8).or_fault(WHAT)?),
    })
}

fn owned_change(row: ChangeRow<'_>) -> ChangeRow<'static> {
    let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    ChangeRow {
        position: row.position,
        at_us: row.at_us,
        effective_on: own(row.effective_on),
        system: own(row.system),
        function: own(row.function),
        actor: own(row.actor),
        reason: own(row.reason),
        cause: own(row.cause),
        hash: row.hash,
    }
}

/// A row of `versions`, and when its change was recorded.
fn line<'r>(row: &'r Row<'_>, recorded_us: Option<i64>) -> Result<Line<'r>, Fault> {
    let (position, ordinal) = unline(row.get(0).or_fault(WHAT)?);
    let read = || -> Result<Line<'r>, Fault> {
        Ok(Line {
            position,
            ordinal,
            kind: text(row, 1)?.into(),
            key: text(row, 2)?.into(),
            version: version(row.get(3).or_fault(WHAT)?)?,
            effective_on: date(text(row, 4)?)?,
            closed: row.get::<_, i64>(5).or_fault(WHAT)? != 0,
            body: text(row, 6)?.into(),
            recorded_us,
        })
    };
    read().map_err(|fault| Fault::new(format!("a version of change {position} does not read"), fault))
}

/// The same, to be kept beside the next.
fn owned(row: &Row<'_>) -> Result<Line<'static>, Fault> {
    let line = line(row, row.get(7).or_fault(WHAT)?)?;
    let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    Ok(Line {
        position: line.position,
        ordinal: line.ordinal,
        kind: own(line.kind),
        key: own(line.key),
        version: line.version,
        effective_on: line.effective_on,
        closed: line.closed,
        body: own(line.body),
        recorded_us: line.recorded_us,
    })
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

/// What SQLite itself can see of the tables the quick way does not read, or of which somebody made an index it does not know: that
/// rows are of their sorts, and that every index holds what its table holds. A reading takes whichever is quicker, so that a
/// difference between them is a wrong answer.
fn check_other_tables(shared: &Shared, conn: &Connection, walk: &mut Walk) -> Result<(), Fault> {
    let all = shared.kinds.all();
    let mut known = BTreeSet::from(["changes", "versions", quick::BY_KEY, quick::BY_KIND]);
    for sql in &all {
        known.insert(&sql.shape.table);
        known.extend(sql.indexes.iter().map(|index| index.name.as_str()));
    }
    let mut others = BTreeSet::new();
    let declared = "SELECT name, tbl_name FROM sqlite_schema WHERE type IN ('table', 'index')";
    let mut select = conn.prepare(declared).or_fault(WHAT)?;
    let mut trees = select.query([]).or_fault(WHAT)?;
    while let Some(row) = trees.next().or_fault(WHAT)? {
        if !known.contains(text(row, 0)?) {
            others.insert(text(row, 1)?.replace('\'', "''"));
        }
    }
    for table in others {
        damage(conn, &format!("PRAGMA integrity_check('{table}')"), walk)?;
    }
    Ok(())
}

fn damage(conn: &Connection, pragma: &str, walk: &mut Walk) -> Result<(), Fault> {
    let mut check = conn.prepare(pragma).or_fault(WHAT)?;
    let mut rows = check.query([]).or_fault(WHAT)?;
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let said = text(row, 0)?;
        if said != "ok" {
            walk.found(format!("データベースのファイルが壊れています: {said}"));
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
    // What somebody else put beside it harms nobody; but a trigger writes.
    let mut triggers =
        conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").or_fault(WHAT)?;
    let mut triggers = triggers.query([]).or_fault(WHAT)?;
    while let Some(row) = triggers.next().or_fault(WHAT)? {
        let name = text(row, 0)?;
        if !wanted.contains_key(name) {
            walk.found(format!("トリガー{name}は、このプログラムのものではありません。変更のない書き込みをするおそれがあります"));
        }
    }
    for (name, declaration) in wanted {
        if found.get(&name) != Some(&declaration) {
            walk.found(format!(
                "{name}の定義が、あるべきものと違います。データベースのファイルが書き換えられています"
            ));
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
