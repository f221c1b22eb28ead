//! The rows a verification walks over, in one snapshot.

use register::{ChainHash, Fault, Verification};
use store::{ChangeRow, Current, Line, OfKind, Walk, date, uint, version};
use tokio_postgres::{Error, Row};

use crate::Reading;
use crate::conn::Conn;
use crate::cursor::Cursor;
use crate::error::OrSaid;

const WHAT: &str = "the journal cannot be walked";
const CHANGES: &str = "SELECT position, at_us, effective_on, system, function, actor, reason, cause, hash
                       FROM changes ORDER BY position";
const LINES: &str = "SELECT position, ordinal, kind, key, version, effective_on, closed, body, NULL::int8
                     FROM versions ORDER BY position, ordinal";

/// Walks everything.
pub(crate) fn verify(reading: &Reading) -> Result<Verification, Fault> {
    let (snapshot, head) = reading.pool.snapshot()?;
    let conn = snapshot.conn()?;
    let mut walk = Walk::default();
    let mut changes = Cursor::open(conn, "walk_changes", CHANGES, WHAT)?;
    let mut lines = Cursor::open(conn, "walk_lines", LINES, WHAT)?;
    walk.chain(&mut || changes.next(change), &mut || lines.next(line))?;
    for row in conn.query("SELECT name, position FROM cursors ORDER BY name", &[]).or_said(WHAT)? {
        let (name, position): (&str, i64) = (row.try_get(0).or_said(WHAT)?, row.try_get(1).or_said(WHAT)?);
        walk.cursor(name, uint(position), head);
    }
    let mut kinds = kinds_stored(conn)?;
    kinds.extend(reading.kinds.all().iter().map(|sql| sql.shape.kind.id.to_owned()));
    kinds.sort_unstable();
    kinds.dedup();
    for (no, kind) in kinds.iter().enumerate() {
        let sql = format!(
            "SELECT position, ordinal, kind, key, version, effective_on, closed, body,
               (SELECT at_us FROM changes c WHERE c.position = v.position)
             FROM versions v WHERE kind = '{}' ORDER BY key, version",
            kind.replace('\'', "''")
        );
        let mut lines = Cursor::open(conn, &format!("walk_kind_{no}"), &sql, WHAT)?;
        let mut lines = || lines.next(line);
        match reading.kinds.get(kind) {
            None => walk.unknown_kind(&mut lines)?,
            Some(sql) => {
                let columns = sql.shape.kind.columns.len();
                let mut currents = Cursor::open(conn, &format!("walk_current_{no}"), &sql.everything, WHAT)?;
                let mut currents = || currents.next(|row| current(row, columns).or_said(WHAT)?);
                walk.kind(sql.shape(), reading.vault.as_ref(), &mut lines, &mut currents)?;
            }
        }
    }
    Ok(walk.end())
}

/// The kinds that have versions.
pub(crate) fn kinds_stored(conn: &Conn) -> Result<Vec<String>, Fault> {
    // One step along the index per kind, instead of one per version.
    let sql = "WITH RECURSIVE found(kind) AS (
                 (SELECT kind FROM versions ORDER BY kind LIMIT 1)
                 UNION ALL
                 SELECT (SELECT kind FROM versions WHERE kind > found.kind ORDER BY kind LIMIT 1)
                 FROM found WHERE found.kind IS NOT NULL)
               SELECT kind FROM found WHERE kind IS NOT NULL";
    let rows = conn.query(sql, &[]).or_said(WHAT)?;
    rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().or_said(WHAT)
}

fn change(row: &Row) -> Result<ChangeRow<'static>, Fault> {
    let text = |place: usize| row.try_get::<_, String>(place).map(Into::into);
    let read = || -> Result<_, Error> {
        let hash: &[u8] = row.try_get(8)?;
        Ok(ChangeRow {
            position: uint(row.try_get(0)?),
            at_us: row.try_get(1)?,
            effective_on: text(2)?,
            system: text(3)?,
            function: text(4)?,
            actor: text(5)?,
            reason: text(6)?,
            cause: text(7)?,
            // A hash of another length fits nothing, and is told as one that does not fit.
            hash: ChainHash(hash.try_into().unwrap_or([0xFF; 32])),
        })
    };
    read().or_said(WHAT)
}

fn line(row: &Row) -> Result<Line<'static>, Fault> {
    let text = |place: usize| row.try_get::<_, String>(place).map(Into::into);
    let effective_on = date(row.try_get(5).or_said(WHAT)?)?;
    let version = version(row.try_get(4).or_said(WHAT)?)?;
    let read = || -> Result<_, Error> {
        Ok(Line {
            position: uint(row.try_get(0)?),
            ordinal: u64::try_from(row.try_get::<_, i32>(1)?).unwrap_or(u64::MAX),
            kind: text(2)?,
            key: text(3)?,
            version,
            effective_on,
            closed: row.try_get(6)?,
            body: text(7)?,
            recorded_us: row.try_get(8)?,
        })
    };
    read().or_said(WHAT)
}

fn current(row: &Row, columns: usize) -> Result<Result<Current, Fault>, Error> {
    let number: i64 = row.try_get(1)?;
    let version = match version(number) {
        Ok(version) => version,
        Err(fault) => return Ok(Err(fault)),
    };
    Ok(Ok(Current {
        key: row.try_get(0)?,
        version,
        position: uint(row.try_get(2)?),
        recorded_us: row.try_get(3)?,
        effective_on: row.try_get(4)?,
        closed: row.try_get(5)?,
        body: row.try_get(6)?,
        columns: (7..).take(columns).map(|place| row.try_get(place)).collect::<Result<_, _>>()?,
    }))
}
