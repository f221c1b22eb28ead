//! The walk over everything: the chain, the version numbers, the current records.

use register::{ChainHash, Chained, Fault, Position, Verification, VersionLine, change_hash};
use rusqlite::{Connection, Row, Rows};

use crate::Shared;
use crate::kinds::KindSql;
use crate::text::{OrFault, date, time, uint, unline, version};

const WHAT: &str = "the journal cannot be walked";

/// Problems told; a thoroughly broken file would have one per row.
const PROBLEMS_MAX: usize = 1_000;

/// Walks everything in one snapshot.
pub(crate) fn verify(shared: &Shared) -> Result<Verification, Fault> {
    let reader = shared.reader()?;
    let head = reader.snapshot()?;
    let conn = reader.conn()?;
    let mut found = Verification::default();
    walk_chain(conn, &mut found)?;
    check_cursors(conn, head, &mut found)?;
    for kind in kinds_in(shared, conn)? {
        match shared.kinds.get(&kind) {
            Some(sql) => walk_kind(shared, conn, sql, &mut found)?,
            None => walk_unknown_kind(conn, &kind, &mut found)?,
        }
    }
    Ok(found)
}

fn tell(found: &mut Verification, problem: impl FnOnce() -> String) {
    if found.problems.len() < PROBLEMS_MAX {
        found.problems.push(problem());
    }
}

/// A row of `versions`.
struct Line {
    position: u64,
    ordinal: u64,
    kind: String,
    key: String,
    version: u32,
    effective_on: domain::Date,
    closed: bool,
    body: String,
}

const LINE: &str = "SELECT line, kind, key, version, effective_on, closed, body FROM versions";

fn next_line(rows: &mut Rows<'_>) -> Result<Option<Line>, Fault> {
    let Some(row) = rows.next().or_fault(WHAT)? else { return Ok(None) };
    let (position, ordinal) = unline(row.get(0).or_fault(WHAT)?);
    Ok(Some(Line {
        position,
        ordinal,
        kind: row.get(1).or_fault(WHAT)?,
        key: row.get(2).or_fault(WHAT)?,
        version: version(row.get(3).or_fault(WHAT)?)?,
        effective_on: date(&row.get::<_, String>(4).or_fault(WHAT)?)?,
        closed: row.get::<_, i64>(5).or_fault(WHAT)? != 0,
        body: row.get(6).or_fault(WHAT)?,
    }))
}

/// Positions without gaps, times that never go back, hashes recomputed, no version without its change.
fn walk_chain(conn: &Connection, found: &mut Verification) -> Result<(), Fault> {
    let mut changes = conn
        .prepare(
            "SELECT position, at_us, effective_on, system, function, actor, reason, cause, hash FROM changes
             ORDER BY position",
        )
        .or_fault(WHAT)?;
    let mut lines = conn.prepare(&format!("{LINE} ORDER BY line")).or_fault(WHAT)?;
    let mut lines = lines.query([]).or_fault(WHAT)?;
    let mut line = next_line(&mut lines)?;
    let mut rows = changes.query([]).or_fault(WHAT)?;
    let (mut before, mut position_before, mut at_before) = (ChainHash::START, 0_u64, i64::MIN);
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let position = uint(row.get(0).or_fault(WHAT)?);
        if position != position_before.saturating_add(1) {
            tell(found, || {
                format!("change {position} follows change {position_before}: changes are missing")
            });
        }
        let at_us: i64 = row.get(1).or_fault(WHAT)?;
        if at_us < at_before {
            tell(found, || format!("change {position} was recorded before the change in front of it"));
        }
        while let Some(orphan) = line.take_if(|line| line.position < position) {
            tell_orphan(found, &orphan);
            line = next_line(&mut lines)?;
        }
        let mut own = Vec::new();
        while let Some(next) = line.take_if(|line| line.position == position) {
            own.push(next);
            line = next_line(&mut lines)?;
        }
        if own.iter().zip(0..).any(|(line, ordinal)| line.ordinal != ordinal) {
            tell(found, || format!("change {position} has gaps between its versions"));
        }
        let stored = ChainHash(row.get(8).or_fault(WHAT)?);
        match hash_of(row, position, at_us, &before, &own) {
            Ok(hash) if hash == stored => {}
            Ok(_) => tell(found, || {
                format!("change {position} does not fit its hash: it, or one before, was altered")
            }),
            Err(error) => tell(found, || format!("change {position} does not read: {error}")),
        }
        found.changes = found.changes.saturating_add(1);
        found.versions = found.versions.saturating_add(u64::try_from(own.len()).unwrap_or(u64::MAX));
        found.head = Some(stored);
        // Going on from the stored hash tells each broken place once.
        (before, position_before, at_before) = (stored, position, at_us);
    }
    while let Some(orphan) = line {
        tell_orphan(found, &orphan);
        line = next_line(&mut lines)?;
    }
    Ok(())
}

fn hash_of(
    row: &Row<'_>,
    position: u64,
    at_us: i64,
    before: &ChainHash,
    own: &[Line],
) -> Result<ChainHash, Fault> {
    let text = |place: usize| row.get_ref(place).and_then(|value| Ok(value.as_str()?)).or_fault(WHAT);
    let change = Chained {
        position: Position(position),
        at: time(at_us)?,
        effective_on: date(text(2)?)?,
        system: text(3)?,
        function: text(4)?,
        actor: text(5)?,
        reason: text(6)?,
        cause: text(7)?,
    };
    let versions = own.iter().map(|line| VersionLine {
        kind: &line.kind,
        key: &line.key,
        version: line.version,
        effective_on: line.effective_on,
        closed: line.closed,
        body: &line.body,
    });
    Ok(change_hash(before, &change, versions))
}

fn tell_orphan(found: &mut Verification, line: &Line) {
    tell(found, || {
        format!(
            "{} {} version {} belongs to change {}, which is missing",
            line.kind, line.key, line.version, line.position
        )
    });
}

/// A cursor behind the end is a sign of an end that was cut off.
fn check_cursors(conn: &Connection, head: u64, found: &mut Verification) -> Result<(), Fault> {
    let mut select = conn.prepare("SELECT name, position FROM cursors ORDER BY name").or_fault(WHAT)?;
    let mut rows = select.query([]).or_fault(WHAT)?;
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let (name, position): (String, i64) = (row.get(0).or_fault(WHAT)?, row.get(1).or_fault(WHAT)?);
        if head < uint(position) {
            tell(found, || format!("cursor {name} stands at {position}, behind the newest change {head}"));
        }
    }
    Ok(())
}

/// The kinds of the program and of the file.
fn kinds_in(shared: &Shared, conn: &Connection) -> Result<Vec<String>, Fault> {
    let mut select = conn.prepare("SELECT DISTINCT kind FROM versions").or_fault(WHAT)?;
    let rows = select.query_map([], |row| row.get(0)).or_fault(WHAT)?;
    let mut kinds: Vec<String> = rows.collect::<Result<_, _>>().or_fault(WHAT)?;
    kinds.extend(shared.kinds.all().iter().map(|sql| sql.kind.id.to_owned()));
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

/// Tells when a version does not follow the one before it of the same key.
fn check_step(found: &mut Verification, before: Option<&Line>, line: &Line) {
    let expected = before.map_or(1, |before| before.version.saturating_add(1));
    if line.version != expected {
        tell(found, || {
            format!("{} {}: version {} stands where {expected} belongs", line.kind, line.key, line.version)
        });
    }
    if before.is_some_and(|before| (line.position, line.ordinal) <= (before.position, before.ordinal)) {
        tell(found, || {
            format!(
                "{} {}: version {} was written before the version in front of it",
                line.kind, line.key, line.version
            )
        });
    }
    if line.closed && before.is_none_or(|before| before.closed) {
        tell(found, || {
            format!("{} {}: version {} closes a record that is not open", line.kind, line.key, line.version)
        });
    }
}

fn walk_unknown_kind(conn: &Connection, kind: &str, found: &mut Verification) -> Result<(), Fault> {
    let mut select = conn.prepare(&format!("{LINE} WHERE kind = ?1 ORDER BY key, version")).or_fault(WHAT)?;
    let mut rows = select.query([kind]).or_fault(WHAT)?;
    let mut before: Option<Line> = None;
    while let Some(line) = next_line(&mut rows)? {
        check_step(found, before.as_ref().filter(|before| before.key == line.key), &line);
        before = Some(line);
    }
    Ok(())
}

/// A row of a `current_…` table.
struct Current {
    key: String,
    version: u32,
    position: u64,
    effective_on: String,
    closed: bool,
    body: String,
    columns: Vec<Option<String>>,
    recorded_us: i64,
}

fn next_current(rows: &mut Rows<'_>, columns: usize) -> Result<Option<Current>, Fault> {
    let Some(row) = rows.next().or_fault(WHAT)? else { return Ok(None) };
    let columns = (7..).take(columns).map(|place| row.get(place)).collect::<Result<_, _>>().or_fault(WHAT)?;
    Ok(Some(Current {
        key: row.get(0).or_fault(WHAT)?,
        version: version(row.get(1).or_fault(WHAT)?)?,
        position: uint(row.get(2).or_fault(WHAT)?),
        recorded_us: row.get(3).or_fault(WHAT)?,
        effective_on: row.get(4).or_fault(WHAT)?,
        closed: row.get::<_, i64>(5).or_fault(WHAT)? != 0,
        body: row.get(6).or_fault(WHAT)?,
        columns,
    }))
}

/// Walks the versions of a kind and its current records side by side, both in key order.
fn walk_kind(
    shared: &Shared,
    conn: &Connection,
    sql: &KindSql,
    found: &mut Verification,
) -> Result<(), Fault> {
    let mut select = conn.prepare(&format!("{LINE} WHERE kind = ?1 ORDER BY key, version")).or_fault(WHAT)?;
    let mut lines = select.query([sql.kind.id]).or_fault(WHAT)?;
    let mut select = conn.prepare(&sql.everything).or_fault(WHAT)?;
    let mut currents = select.query([]).or_fault(WHAT)?;
    let mut times = conn.prepare("SELECT at_us FROM changes WHERE position = ?1").or_fault(WHAT)?;
    let columns = sql.kind.columns.len();

    let mut current = next_current(&mut currents, columns)?;
    let mut line = next_line(&mut lines)?;
    while let Some(mut newest) = line {
        check_step(found, None, &newest);
        line = next_line(&mut lines)?;
        while let Some(next) = line.take_if(|line| line.key == newest.key) {
            check_step(found, Some(&newest), &next);
            newest = next;
            line = next_line(&mut lines)?;
        }
        while let Some(alone) = current.take_if(|current| current.key < newest.key) {
            tell(found, || format!("{} {}: a current record without versions", sql.kind.id, alone.key));
            current = next_current(&mut currents, columns)?;
        }
        match current.take_if(|current| current.key == newest.key) {
            None => tell(found, || format!("{} {}: the current record is missing", sql.kind.id, newest.key)),
            Some(same) => {
                let at: Result<i64, _> =
                    times.query_row([crate::text::int(newest.position)], |row| row.get(0));
                compare(shared, sql, &newest, at.ok(), &same, found);
                current = next_current(&mut currents, columns)?;
            }
        }
    }
    while let Some(alone) = current {
        tell(found, || format!("{} {}: a current record without versions", sql.kind.id, alone.key));
        current = next_current(&mut currents, columns)?;
    }
    Ok(())
}

fn compare(
    shared: &Shared,
    sql: &KindSql,
    newest: &Line,
    at: Option<i64>,
    current: &Current,
    found: &mut Verification,
) {
    let vault = shared.vault.as_ref();
    let columns =
        sql.open(vault, &newest.key, newest.body.clone()).and_then(|body| sql.columns(vault, body.as_str()));
    let place = format!("{} {}", sql.kind.id, newest.key);
    let differs = if current.version != newest.version || current.position != newest.position {
        Some(format!(
            "the current record is version {} of change {}, the newest is {} of {}",
            current.version, current.position, newest.version, newest.position
        ))
    } else if current.body != newest.body {
        Some("the current body is not that of the newest version".to_owned())
    } else if current.closed != newest.closed {
        Some("the current record is open and the newest version closed, or the other way round".to_owned())
    } else if current.effective_on != newest.effective_on.to_string()
        || at.is_some_and(|at| at != current.recorded_us)
    {
        Some("the current record has another date or time than the newest version".to_owned())
    } else {
        match columns {
            Ok(columns) if columns == current.columns => None,
            Ok(_) => Some("the declared columns are not those of the body".to_owned()),
            Err(error) => Some(error.to_string()),
        }
    };
    if let Some(differs) = differs {
        tell(found, || format!("{place}: {differs}"));
    }
}
