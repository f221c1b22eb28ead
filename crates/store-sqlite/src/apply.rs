//! One draft inside the writer's transaction.

use register::{ChainHash, CommitError, Committed, Draft, Fault, Op, VersionLine, Write};
use rusqlite::{Connection, ErrorCode, OptionalExtension, ToSql, params};

use store::{
    Found as Newest, KEY_BYTES_MAX, Kinds, OrFault, Place, Tip, Vault, conflict, int, next_version, time,
    uint, version,
};

use crate::kinds::KindSql;
use crate::rows;
use crate::text::line;

/// Reads the end of the journal.
pub(crate) fn read_tip(conn: &Connection) -> Result<Tip, Fault> {
    let row: Option<(i64, i64, [u8; 32])> = conn
        .query_row("SELECT position, at_us, hash FROM changes ORDER BY position DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
        .or_fault("the end of the journal cannot be read")?;
    Ok(row.map_or(Tip::START, |(position, at_us, hash)| Tip {
        position: uint(position),
        at_us,
        hash: ChainHash(hash),
    }))
}

/// What every draft is applied with.
pub(crate) struct Desk<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) kinds: &'a Kinds<KindSql>,
    pub(crate) vault: Option<&'a Vault>,
}

/// A version as it goes into the chain.
struct Line {
    kind: &'static str,
    version: u32,
    effective_on: domain::Date,
    closed: bool,
    body: String,
}

impl Desk<'_> {
    /// Writes a draft behind `tip` and moves it. On an error the caller rolls back, and `tip` is as before.
    pub(crate) fn apply(&self, tip: &mut Tip, draft: &Draft) -> Result<Committed, CommitError> {
        let place = tip.place(draft)?;
        self.check_guard(draft)?;
        self.move_cursors(draft)?;
        let mut lines = Vec::with_capacity(draft.writes.len());
        for (ordinal, write) in (0..).zip(&draft.writes) {
            lines.push(self.write(&place, ordinal, write)?);
        }

        let versions = draft.writes.iter().zip(&lines).map(|(write, line)| VersionLine {
            kind: line.kind,
            key: &write.key,
            version: line.version,
            effective_on: line.effective_on,
            closed: line.closed,
            body: &line.body,
        });
        let sealed = place.seal(versions)?;
        self.conn
            .prepare_cached("INSERT INTO changes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
            .and_then(|mut insert| {
                insert.execute(params![
                    int(place.position),
                    place.at_us,
                    place.effective_on.to_string(),
                    draft.system,
                    draft.function,
                    sealed.actor,
                    draft.reason,
                    sealed.cause,
                    sealed.tip.hash.0
                ])
            })
            .or_fault("the change cannot be written")?;
        *tip = sealed.tip;
        Ok(sealed.committed)
    }

    fn check_guard(&self, draft: &Draft) -> Result<(), CommitError> {
        let Some(guard) = &draft.guard else { return Ok(()) };
        let held = rows::lease(self.conn, &guard.name)?;
        if held.is_some_and(|held| held.token == guard.token) {
            Ok(())
        } else {
            Err(CommitError::LeaseLost { name: guard.name.clone() })
        }
    }

    fn move_cursors(&self, draft: &Draft) -> Result<(), CommitError> {
        for cursor in &draft.cursors {
            let found = register::Position(rows::cursor(self.conn, &cursor.name)?);
            if found != cursor.from {
                return Err(CommitError::CursorMoved {
                    name: cursor.name.clone(),
                    expected: cursor.from,
                    found,
                });
            }
            rows::put_cursor(self.conn, &cursor.name, cursor.to.0)?;
        }
        Ok(())
    }

    fn write(&self, place: &Place<'_>, ordinal: u64, write: &Write) -> Result<Line, CommitError> {
        let sql = self.kinds.of(write.kind)?;
        if KEY_BYTES_MAX < write.key.len() {
            return Err(Fault::because(format!(
                "a key of {} is longer than {KEY_BYTES_MAX} bytes",
                sql.shape.kind.id
            ))
            .into());
        }
        let found = self.find(sql, &write.key, matches!(write.op, Op::Close))?;
        let newest = found.as_ref().map(|found| Newest { version: found.version, closed: found.closed });
        let Some(number) = next_version(write.expect, newest)? else {
            return Err(conflict(write, newest, self.held_by(place, found.as_ref())?));
        };
        let (body, columns, closed) = match (&write.op, &found) {
            (Op::Put(body), _) => {
                let columns = sql.shape.columns(self.vault, body.as_str())?;
                let stored = sql.shape.stored(self.vault, &write.key, body.as_str())?;
                (
                    stored.map_or_else(|| body.as_str().to_owned(), |stored| stored.as_str().to_owned()),
                    columns,
                    false,
                )
            }
            // The closing version carries the last body on, so that its reader knows what was closed.
            (Op::Close, Some(found)) => (found.body.clone(), found.columns.clone(), true),
            (Op::Close, None) => {
                return Err(Fault::because("a record that does not exist cannot be closed").into());
            }
        };
        let effective_on = write.effective_on.unwrap_or(place.effective_on);
        let line = Line { kind: sql.shape.kind.id, version: number, effective_on, closed, body };
        self.append(place, ordinal, &write.key, &line)?;
        match self.keep(place, sql, &write.key, &line, found.as_ref(), &columns) {
            Ok(()) => Ok(line),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                Err(self.not_unique(sql, &write.key, &columns, error)?)
            }
            Err(error) => Err(Fault::new("the current record cannot be written", error).into()),
        }
    }

    fn append(&self, place: &Place<'_>, ordinal: u64, key: &str, version: &Line) -> Result<(), Fault> {
        self.conn
            .prepare_cached(
                "INSERT INTO versions (line, kind, key, version, effective_on, closed, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    line(place.position, ordinal),
                    version.kind,
                    key,
                    version.version,
                    version.effective_on.to_string(),
                    version.closed,
                    version.body
                ])
            })
            .map(|_| ())
            .or_fault("the version cannot be written")
    }

    /// Writes the current record. When no index is concerned, none is named, and SQLite leaves them alone.
    fn keep(
        &self,
        place: &Place<'_>,
        sql: &KindSql,
        key: &str,
        line: &Line,
        found: Option<&Found>,
        columns: &[Option<String>],
    ) -> Result<(), rusqlite::Error> {
        let (position, at_us) = (int(place.position), place.at.as_microsecond());
        let effective_on = line.effective_on.to_string();
        if let Some(found) = found
            && found.closed == line.closed
            && found.columns == columns
        {
            return self
                .conn
                .prepare_cached(&sql.update_body)?
                .execute(params![found.row, line.version, position, at_us, effective_on, line.body])
                .map(|_| ());
        }
        let first: &dyn ToSql = match found {
            Some(found) => &found.row,
            None => &key,
        };
        let mut values: Vec<&dyn ToSql> =
            vec![first, &line.version, &position, &at_us, &effective_on, &line.closed, &line.body];
        values.extend(columns.iter().map(|column| -> &dyn ToSql { column }));
        let statement = if found.is_some() { &sql.update } else { &sql.insert };
        self.conn.prepare_cached(statement)?.execute(values.as_slice()).map(|_| ())
    }

    fn find(&self, sql: &KindSql, key: &str, with_body: bool) -> Result<Option<Found>, Fault> {
        let what = "the current record cannot be read";
        let mut select = self.conn.prepare_cached(&sql.lookup).or_fault(what)?;
        let mut rows = select.query([key]).or_fault(what)?;
        let Some(row) = rows.next().or_fault(what)? else { return Ok(None) };
        let read = || -> Result<_, rusqlite::Error> {
            let columns = (5..).take(sql.shape.kind.columns.len()).map(|place| row.get(place));
            Ok(Found {
                row: row.get(0)?,
                version: 0,
                position: row.get(2)?,
                closed: row.get(3)?,
                body: if with_body { row.get(4)? } else { String::new() },
                columns: columns.collect::<Result<_, _>>()?,
            })
        };
        let number = version(row.get(1).or_fault(what)?)?;
        read().map(|found| Some(Found { version: number, ..found })).or_fault(what)
    }

    /// Who wrote the version that stands there, by which function, when.
    fn held_by(&self, place: &Place<'_>, found: Option<&Found>) -> Result<Option<Holder>, Fault> {
        let Some(found) = found else { return Ok(None) };
        if uint(found.position) == place.position {
            return Ok(Some((place.draft.actor.clone(), place.draft.function.clone(), place.at)));
        }
        let what = "the change that holds the record cannot be read";
        let row: Option<(String, String, i64)> = self
            .conn
            .prepare_cached("SELECT actor, function, at_us FROM changes WHERE position = ?1")
            .and_then(|mut select| {
                let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                select.query_row([found.position], read).optional()
            })
            .or_fault(what)?;
        let read = |(actor, function, at_us): (String, String, i64)| {
            Ok::<_, Fault>((serde_json::from_str(&actor).or_fault(what)?, function, time(at_us)?))
        };
        row.map(read).transpose()
    }

    /// Says which unique column is taken, and by whom.
    fn not_unique(
        &self,
        sql: &KindSql,
        key: &str,
        columns: &[Option<String>],
        error: rusqlite::Error,
    ) -> Result<CommitError, Fault> {
        for (place, column, select) in &sql.holder {
            let Some(Some(value)) = columns.get(*place) else { continue };
            let holder: Option<String> = self
                .conn
                .prepare_cached(select)
                .and_then(|mut select| select.query_row([value.as_str(), key], |row| row.get(0)).optional())
                .or_fault("the holder of a unique value cannot be read")?;
            if let Some(holder) = holder {
                return Ok(CommitError::NotUnique {
                    kind: sql.shape.kind.id.to_owned(),
                    column: (*column).to_owned(),
                    key: key.to_owned(),
                    holder,
                });
            }
        }
        Err(Fault::new("the current record cannot be written", error))
    }
}

/// An author, the function used, and when.
type Holder = (register::Actor, String, jiff::Timestamp);

/// The current row of a key, open or closed.
struct Found {
    row: i64,
    version: u32,
    position: i64,
    closed: bool,
    body: String,
    columns: Vec<Option<String>>,
}
