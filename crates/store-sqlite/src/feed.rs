//! The journal read forwards.

use std::collections::BTreeSet;

use register::{Body, Entry, Fault, Position, Stored, Touched};
use rusqlite::{Connection, Row, Rows};

use crate::Shared;
use crate::text::{line, unline};
use store::{OrFault, date, int, time, uint, version};

const WHAT: &str = "the feed cannot be read";
const CHANGE: &str =
    "SELECT position, at_us, effective_on, system, function, actor, reason, cause FROM changes";
const LINES: &str = "SELECT line, kind, key, version, effective_on, closed, body FROM versions \
                     WHERE ?1 <= line AND line < ?2 ORDER BY line";

/// Changes behind `after`, at most `limit`; with `kinds`, those that touch one of them.
pub(crate) fn feed(
    shared: &Shared,
    after: Position,
    kinds: &[&str],
    limit: usize,
) -> Result<Vec<Entry>, Fault> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let reader = shared.reader()?;
    reader.snapshot()?;
    let conn = reader.conn()?;
    if kinds.is_empty() {
        all(shared, conn, after, limit)
    } else {
        of_kinds(shared, conn, after, kinds, limit)
    }
}

/// The first place behind `after` that touches one of the kinds.
pub(crate) fn next_change(
    shared: &Shared,
    after: Position,
    kinds: &[&str],
) -> Result<Option<Position>, Fault> {
    let reader = shared.reader()?;
    let places = places(reader.conn()?, after, kinds, 1)?;
    Ok(places.first().copied().map(Position))
}

/// The records written behind `after` and up to `until`.
pub(crate) fn touched(shared: &Shared, after: Position, until: Position) -> Result<Vec<Touched>, Fault> {
    let reader = shared.reader()?;
    let mut select = reader
        .conn()?
        .prepare_cached("SELECT line, kind, key FROM versions WHERE ?1 <= line AND line < ?2 ORDER BY line")
        .or_fault(WHAT)?;
    let (begin, end) = (line(after.0.saturating_add(1), 0), line(until.0.saturating_add(1), 0));
    let mut rows = select.query([begin, end]).or_fault(WHAT)?;
    let mut touched = Vec::new();
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let (position, _) = unline(row.get(0).or_fault(WHAT)?);
        let (kind, key) = (row.get(1).or_fault(WHAT)?, row.get(2).or_fault(WHAT)?);
        touched.push(Touched { position: Position(position), kind, key });
    }
    Ok(touched)
}

fn all(shared: &Shared, conn: &Connection, after: Position, limit: usize) -> Result<Vec<Entry>, Fault> {
    let text = format!("{CHANGE} WHERE ?1 < position ORDER BY position LIMIT ?2");
    let mut select = conn.prepare_cached(&text).or_fault(WHAT)?;
    let mut rows = select.query([int(after.0), i64::try_from(limit).unwrap_or(i64::MAX)]).or_fault(WHAT)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().or_fault(WHAT)? {
        entries.push(entry(row)?);
    }
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(entries) };
    let (begin, end) = (line(first.position.0, 0), line(last.position.0.saturating_add(1), 0));
    let mut select = conn.prepare_cached(LINES).or_fault(WHAT)?;
    let mut rows = select.query([begin, end]).or_fault(WHAT)?;
    let mut open = entries.iter_mut();
    let mut current = open.next();
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let (position, _) = unline(row.get(0).or_fault(WHAT)?);
        while current.as_ref().is_some_and(|entry| entry.position.0 < position) {
            current = open.next();
        }
        if let Some(entry) = current.as_mut().filter(|entry| entry.position.0 == position) {
            let stored = line_of(shared, row, entry.position, entry.at)?;
            entry.versions.push(stored);
        }
    }
    Ok(entries)
}

fn of_kinds(
    shared: &Shared,
    conn: &Connection,
    after: Position,
    kinds: &[&str],
    limit: usize,
) -> Result<Vec<Entry>, Fault> {
    let places = places(conn, after, kinds, limit)?;
    let text = format!("{CHANGE} WHERE position = ?1");
    let mut change = conn.prepare_cached(&text).or_fault(WHAT)?;
    let mut lines = conn.prepare_cached(LINES).or_fault(WHAT)?;
    let mut entries = Vec::with_capacity(places.len());
    for place in places {
        let mut rows = change.query([int(place)]).or_fault(WHAT)?;
        let Some(row) = rows.next().or_fault(WHAT)? else { continue };
        let mut entry = entry(row)?;
        let rows = lines.query([line(place, 0), line(place.saturating_add(1), 0)]).or_fault(WHAT)?;
        fill(shared, rows, kinds, &mut entry)?;
        entries.push(entry);
    }
    Ok(entries)
}

fn fill(shared: &Shared, mut rows: Rows<'_>, kinds: &[&str], entry: &mut Entry) -> Result<(), Fault> {
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let kind = row.get_ref(1).and_then(|kind| Ok(kind.as_str()?)).or_fault(WHAT)?;
        if kinds.contains(&kind) {
            let stored = line_of(shared, row, entry.position, entry.at)?;
            entry.versions.push(stored);
        }
    }
    Ok(())
}

/// The first `limit` positions that touch one of the kinds: each kind's own index is read only as far as needed.
fn places(conn: &Connection, after: Position, kinds: &[&str], limit: usize) -> Result<Vec<u64>, Fault> {
    let mut select = conn
        .prepare_cached("SELECT line FROM versions INDEXED BY versions_by_kind WHERE kind = ?1 AND ?2 <= line ORDER BY line")
        .or_fault(WHAT)?;
    let begin = line(after.0.saturating_add(1), 0);
    let mut places = BTreeSet::new();
    for kind in kinds {
        let mut rows = select.query((kind, begin)).or_fault(WHAT)?;
        let (mut seen, mut last) = (0_usize, None);
        while let Some(row) = rows.next().or_fault(WHAT)? {
            let (position, _) = unline(row.get(0).or_fault(WHAT)?);
            if last != Some(position) {
                if seen == limit {
                    break;
                }
                seen = seen.saturating_add(1);
                last = Some(position);
                places.insert(position);
            }
        }
    }
    Ok(places.into_iter().take(limit).collect())
}

fn entry(row: &Row<'_>) -> Result<Entry, Fault> {
    let text = |place: usize| row.get_ref(place).and_then(|value| Ok(value.as_str()?)).or_fault(WHAT);
    Ok(Entry {
        position: Position(uint(row.get(0).or_fault(WHAT)?)),
        at: time(row.get(1).or_fault(WHAT)?)?,
        effective_on: date(text(2)?)?,
        system: text(3)?.to_owned(),
        function: text(4)?.to_owned(),
        actor: serde_json::from_str(text(5)?).or_fault(WHAT)?,
        reason: text(6)?.to_owned(),
        cause: serde_json::from_str(text(7)?).or_fault(WHAT)?,
        versions: Vec::new(),
    })
}

/// A version of the feed. One of a kind this program does not know comes as it is stored, sealed fields sealed.
fn line_of(shared: &Shared, row: &Row<'_>, position: Position, at: jiff::Timestamp) -> Result<Stored, Fault> {
    let text = |place: usize| row.get_ref(place).and_then(|value| Ok(value.as_str()?)).or_fault(WHAT);
    let (kind, key, body) = (text(1)?, text(2)?.to_owned(), text(6)?.to_owned());
    let body = match shared.kinds.get(kind) {
        Some(sql) => sql.shape.open(shared.vault.as_ref(), &key, body)?,
        None => Body::from_stored(body),
    };
    Ok(Stored {
        kind: kind.to_owned(),
        key,
        version: version(row.get(3).or_fault(WHAT)?)?,
        position,
        recorded_at: at,
        effective_on: date(text(4)?)?,
        closed: row.get(5).or_fault(WHAT)?,
        body,
    })
}
