//! The journal read forwards.
//!
//! Positions are given under the journal's lock, which is held until the commit is seen by all: who sees a change sees
//! every change before it, so that "behind the last place" loses nothing (docs/adr/0008).

use std::collections::HashMap;

use register::{Body, Entry, Fault, Position, Stored, Touched};
use store::{OfKind, OrFault, date, int, time, uint, version};
use tokio_postgres::Row;

use crate::Reading;
use crate::error::OrSaid;

const WHAT: &str = "the feed cannot be read";

const ALL: &str = "SELECT position, at_us, effective_on, system, function, actor, reason, cause FROM changes
                   WHERE position > $1 ORDER BY position LIMIT $2";
const THESE: &str =
    "SELECT position, at_us, effective_on, system, function, actor, reason, cause FROM changes
                     WHERE position = ANY($1) ORDER BY position";
const LINES: &str = "SELECT position, kind, key, version, effective_on, closed, body FROM versions
                     WHERE position >= $1 AND position <= $2 ORDER BY position, ordinal";
const LINES_OF: &str = "SELECT position, kind, key, version, effective_on, closed, body FROM versions
                        WHERE position = ANY($1) AND kind = ANY($2) ORDER BY position, ordinal";
const TOUCHED: &str = "SELECT position, kind, key FROM versions
                       WHERE position > $1 AND position <= $2 ORDER BY position, ordinal";
/// Each kind's own index is read only as far as needed.
const PLACES: &str = "SELECT DISTINCT found.position FROM unnest($1::text[]) AS asked(kind), LATERAL (
                        SELECT DISTINCT position FROM versions v WHERE v.kind = asked.kind AND position > $2
                        ORDER BY position LIMIT $3) AS found
                      ORDER BY found.position LIMIT $3";

/// Changes behind `after`, at most `limit`; with `kinds`, those that touch one of them.
pub(crate) fn feed(
    reading: &Reading,
    after: Position,
    kinds: &[&str],
    limit: usize,
) -> Result<Vec<Entry>, Fault> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // What a statement sees, the next one sees too: no transaction is needed.
    let (changes, lines) = if kinds.is_empty() {
        reading.pool.read(WHAT, |conn| {
            let changes = conn.query(ALL, &[&int(after.0), &limit])?;
            let (Some(first), Some(last)) = (changes.first(), changes.last()) else {
                return Ok((changes, Vec::new()));
            };
            let (first, last): (i64, i64) = (first.try_get(0)?, last.try_get(0)?);
            let lines = conn.query(LINES, &[&first, &last])?;
            Ok((changes, lines))
        })?
    } else {
        reading.pool.read(WHAT, |conn| {
            let places = conn.query(PLACES, &[&kinds, &int(after.0), &limit])?;
            let places: Vec<i64> = places.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
            if places.is_empty() {
                return Ok((Vec::new(), Vec::new()));
            }
            Ok((conn.query(THESE, &[&places])?, conn.query(LINES_OF, &[&places, &kinds])?))
        })?
    };
    let mut entries = changes.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let places: HashMap<u64, usize> =
        entries.iter().enumerate().map(|(index, entry)| (entry.position.0, index)).collect();
    for row in &lines {
        let position = uint(row.try_get(0).or_said(WHAT)?);
        if let Some(entry) = places.get(&position).and_then(|index| entries.get_mut(*index)) {
            let stored = line(reading, row, entry.position, entry.at)?;
            entry.versions.push(stored);
        }
    }
    Ok(entries)
}

/// The first place behind `after` that touches one of the kinds.
pub(crate) fn next_change(
    reading: &Reading,
    after: Position,
    kinds: &[&str],
) -> Result<Option<Position>, Fault> {
    let rows = reading.pool.read(WHAT, |conn| conn.query(PLACES, &[&kinds, &int(after.0), &1_i64]))?;
    rows.first().map(|row| row.try_get(0).map(|place| Position(uint(place)))).transpose().or_said(WHAT)
}

/// The records written behind `after` and up to `until`.
pub(crate) fn touched(reading: &Reading, after: Position, until: Position) -> Result<Vec<Touched>, Fault> {
    let rows = reading.pool.read(WHAT, |conn| conn.query(TOUCHED, &[&int(after.0), &int(until.0)]))?;
    let read = |row: &Row| -> Result<Touched, tokio_postgres::Error> {
        let position = Position(uint(row.try_get(0)?));
        Ok(Touched { position, kind: row.try_get(1)?, key: row.try_get(2)? })
    };
    rows.iter().map(read).collect::<Result<_, _>>().or_said(WHAT)
}

fn entry(row: &Row) -> Result<Entry, Fault> {
    let text = |place: usize| row.try_get::<_, &str>(place).or_said(WHAT);
    Ok(Entry {
        position: Position(uint(row.try_get(0).or_said(WHAT)?)),
        at: time(row.try_get(1).or_said(WHAT)?)?,
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
fn line(reading: &Reading, row: &Row, position: Position, at: jiff::Timestamp) -> Result<Stored, Fault> {
    let text = |place: usize| row.try_get::<_, &str>(place).or_said(WHAT);
    let (kind, key, body) = (text(1)?, text(2)?.to_owned(), text(6)?.to_owned());
    let body = match reading.kinds.get(kind) {
        Some(sql) => sql.shape().open(reading.vault.as_ref(), &key, body)?,
        None => Body::from_stored(body),
    };
    Ok(Stored {
        kind: kind.to_owned(),
        key,
        version: version(row.try_get(3).or_said(WHAT)?)?,
        position,
        recorded_at: at,
        effective_on: date(text(4)?)?,
        closed: row.try_get(5).or_said(WHAT)?,
        body,
    })
}
