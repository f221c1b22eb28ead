//! Readings of all registers at one moment.

use std::ops::ControlFlow;

use register::{AsOf, Body, Fault, Kind, Position, Stored, View};
use rusqlite::{CachedStatement, Connection, Params, Row};
use simdutf8::basic::from_utf8;

use crate::Shared;
use store::{FormerValue, OrFault, ReadBody, Shape, date, int, time, uint, version};

use crate::kinds::KindSql;
use crate::pool::Reader;
use crate::text::line;

/// A reading of versions with their recorded time, ended by a condition; one constant text per statement.
macro_rules! versions {
    ($condition:literal) => {
        concat!(
            "SELECT v.key, v.version, v.position, c.at_us, v.effective_on, v.closed, v.body ",
            // Left to itself SQLite may walk the changes or the row numbers: the key's index goes first.
            "FROM versions v INDEXED BY versions_by_key CROSS JOIN changes c ON c.position = v.position ",
            "WHERE v.kind = ?1 AND v.line < ?2 AND v.effective_on <= ?3 AND ",
            $condition
        )
    };
}

const PAST_GET: &str = versions!("v.key = ?4 ORDER BY v.version DESC LIMIT 1");
const PAST_SCAN: &str = versions!("?4 IS NULL ORDER BY v.key, v.version");
const PAST_SCAN_AFTER: &str = versions!("v.key > ?4 ORDER BY v.key, v.version");
const HISTORY: &str = versions!("v.key = ?4 ORDER BY v.version");

/// A read transaction.
pub(crate) struct SqliteView<'a> {
    shared: &'a Shared,
    reader: Reader<'a>,
    position: u64,
    /// None: the newest versions, from the current tables.
    past: Option<Past>,
}

/// A reading that is not of now: the bounds as the statements take them.
struct Past {
    /// First row number that does not count.
    end: i64,
    /// Last effective day that counts; texts of dates compare as the dates do.
    effective_on: String,
}

/// Later than every day a register holds.
const NO_DAY_BOUND: &str = "9999-12-31";

impl<'a> SqliteView<'a> {
    pub(crate) fn new(shared: &'a Shared, as_of: AsOf) -> Result<Self, Fault> {
        let reader = shared.reader()?;
        let head = reader.snapshot()?;
        let mut position = as_of.position.map_or(head, |bound| bound.0.min(head));
        if let Some(bound) = as_of.recorded_at {
            position = position.min(position_at(reader.conn()?, head, bound.as_microsecond())?);
        }
        let past = (position < head || as_of.effective_on.is_some()).then(|| Past {
            end: line(position.saturating_add(1), 0),
            effective_on: as_of.effective_on.map_or_else(|| NO_DAY_BOUND.to_owned(), |day| day.to_string()),
        });
        Ok(Self { shared, reader, position, past })
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, Fault> {
        self.reader.conn()?.prepare_cached(sql).or_fault("a reading cannot be prepared")
    }

    fn one(&self, sql: &KindSql, text: &str, params: impl Params) -> Result<Option<Stored>, Fault> {
        let mut statement = self.prepare(text)?;
        let mut rows = statement.query(params).or_fault("the record cannot be read")?;
        let row = rows.next().or_fault("the record cannot be read")?;
        row.map(|row| stored(self.shared, (sql, Shape::open), row)).transpose()
    }

    fn list(&self, sql: &KindSql, text: &str, params: impl Params) -> Result<Vec<Stored>, Fault> {
        let mut found = Vec::new();
        self.walk((sql, Shape::open), text, params, &mut |stored| {
            found.push(stored.clone());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Streams rows, one `Stored` at a time, reusing what can be reused.
    fn walk(
        &self,
        (sql, read): (&KindSql, ReadBody),
        text: &str,
        params: impl Params,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let mut statement = self.prepare(text)?;
        let mut rows = statement.query(params).or_fault("records cannot be read")?;
        let mut buffer: Option<Stored> = None;
        while let Some(row) = rows.next().or_fault("records cannot be read")? {
            let stored = match &mut buffer {
                Some(stored) => {
                    refill(self.shared, (sql, read), row, stored)?;
                    stored
                }
                None => buffer.insert(stored(self.shared, (sql, read), row)?),
            };
            if each(stored)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn scan_reading(
        &self,
        kind: &Kind,
        read: ReadBody,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let sql = self.shared.kinds.of(kind)?;
        match (&self.past, after) {
            (Some(past), after) => self.walk_past((sql, read), past, after, each),
            (None, Some(after)) => self.walk((sql, read), &sql.scan_after, [after], each),
            (None, None) => self.walk((sql, read), &sql.scan, [], each),
        }
    }

    /// Streams, per key, the newest version within the bounds, unless it closes the record.
    fn walk_past(
        &self,
        (sql, read): (&KindSql, ReadBody),
        past: &Past,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let mut newest: Option<Stored> = None;
        let mut stopped = false;
        let text = if after.is_some() { PAST_SCAN_AFTER } else { PAST_SCAN };
        let params = rusqlite::params![sql.shape.kind.id, past.end, past.effective_on, after];
        self.walk((sql, read), text, params, &mut |stored| {
            match &mut newest {
                Some(before) if before.key == stored.key => before.clone_from(stored),
                before => {
                    let full = before.as_ref().filter(|before| !before.closed);
                    if let Some(full) = full
                        && each(full)?.is_break()
                    {
                        stopped = true;
                        return Ok(ControlFlow::Break(()));
                    }
                    *before = Some(stored.clone());
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        match newest.filter(|newest| !stopped && !newest.closed) {
            Some(last) => each(&last).map(|_| ()),
            None => Ok(()),
        }
    }
}

impl View for SqliteView<'_> {
    fn position(&self) -> Position {
        Position(self.position)
    }

    fn get(&self, kind: &Kind, key: &str) -> Result<Option<Stored>, Fault> {
        let sql = self.shared.kinds.of(kind)?;
        match &self.past {
            None => self.one(sql, &sql.get, [key]),
            Some(past) => {
                let params = rusqlite::params![sql.shape.kind.id, past.end, past.effective_on, key];
                Ok(self.one(sql, PAST_GET, params)?.filter(|found| !found.closed))
            }
        }
    }

    fn find(&self, kind: &Kind, column: &str, value: &str) -> Result<Vec<Stored>, Fault> {
        let sql = self.shared.kinds.of(kind)?;
        let (name, text) = sql
            .find
            .iter()
            .find(|(name, _)| *name == column)
            .ok_or_else(|| Fault::because(format!("{} declares no column {column}", kind.id)))?;
        let Some(past) = &self.past else {
            let value = sql.shape.column_value(self.shared.vault.as_ref(), name, value.to_owned())?;
            return self.list(sql, text, [value]);
        };
        // Former values have no index: every record of that day is looked at.
        let wanted = FormerValue::new(name, value)?;
        let mut found = Vec::new();
        self.walk_past((sql, Shape::open), past, None, &mut |stored| {
            if wanted.is_in(stored.body.as_str())? {
                found.push(stored.clone());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    fn history(&self, kind: &Kind, key: &str) -> Result<Vec<Stored>, Fault> {
        let sql = self.shared.kinds.of(kind)?;
        let (end, day) = match &self.past {
            None => (i64::MAX, NO_DAY_BOUND),
            Some(past) => (past.end, past.effective_on.as_str()),
        };
        self.list(sql, HISTORY, rusqlite::params![sql.shape.kind.id, end, day, key])
    }

    fn scan(
        &self,
        kind: &Kind,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        self.scan_reading(kind, Shape::open, after, each)
    }

    fn scan_sealed(
        &self,
        kind: &Kind,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        self.scan_reading(kind, Shape::leave_sealed, after, each)
    }

    fn count(&self, kind: &Kind) -> Result<u64, Fault> {
        let sql = self.shared.kinds.of(kind)?;
        let Some(past) = &self.past else {
            let count: i64 = self
                .prepare(&sql.count)?
                .query_row([], |row| row.get(0))
                .or_fault("records cannot be counted")?;
            return Ok(uint(count));
        };
        let mut count = 0_u64;
        self.walk_past((sql, Shape::open), past, None, &mut |_| {
            count = count.saturating_add(1);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(count)
    }
}

/// The newest change not later than a time. Times never go back along the journal, so it is found by halving.
fn position_at(conn: &Connection, head: u64, at_us: i64) -> Result<u64, Fault> {
    let what = "the time of a change cannot be read";
    let mut select = conn.prepare_cached("SELECT at_us FROM changes WHERE position = ?1").or_fault(what)?;
    let (mut below, mut above) = (0_u64, head.saturating_add(1));
    while below.saturating_add(1) < above {
        let middle = below + (above - below) / 2;
        let found: i64 = select.query_row([int(middle)], |row| row.get(0)).or_fault(what)?;
        if found <= at_us { below = middle } else { above = middle }
    }
    Ok(below)
}

/// Reads key, version, position, recorded time, effective day, closed, body.
fn stored(shared: &Shared, (sql, read): (&KindSql, ReadBody), row: &Row<'_>) -> Result<Stored, Fault> {
    let mut stored = Stored {
        kind: sql.shape.kind.id.to_owned(),
        key: String::new(),
        version: 0,
        position: Position(0),
        recorded_at: jiff::Timestamp::UNIX_EPOCH,
        effective_on: domain::Date::ZERO,
        closed: false,
        body: Body::from_stored(String::new()),
    };
    refill(shared, (sql, read), row, &mut stored)?;
    Ok(stored)
}

fn refill(
    shared: &Shared,
    (sql, read): (&KindSql, ReadBody),
    row: &Row<'_>,
    into: &mut Stored,
) -> Result<(), Fault> {
    let what = "a stored record does not read";
    // Most of a body is kanji and kana, which the standard library checks one by one.
    let text = |place: usize| -> Result<&str, Fault> {
        from_utf8(row.get_ref(place).and_then(|value| Ok(value.as_bytes()?)).or_fault(what)?).or_fault(what)
    };
    let int = |place: usize| row.get::<_, i64>(place).or_fault(what);
    into.key.clear();
    into.key.push_str(text(0)?);
    into.version = version(int(1)?)?;
    into.position = Position(uint(int(2)?));
    into.recorded_at = time(int(3)?)?;
    into.effective_on = date(text(4)?)?;
    into.closed = int(5)? != 0;
    into.body = read(&sql.shape, shared.vault.as_ref(), &into.key, text(6)?.to_owned())?;
    Ok(())
}
