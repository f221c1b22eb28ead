//! Readings of all registers at one moment.

use std::ops::ControlFlow;

use register::{AsOf, Fault, Kind, Position, Stored, View};
use store::{FormerValue, OrFault, ReadBody, Shape, Trouble, date, int, time, uint, version};
use tokio_postgres::Row;

use crate::Reading;
use crate::conn::{Param, Snapshot};
use crate::drive::block_on;
use crate::error::OrSaid;
use crate::kinds::KindSql;

/// Rows of one page of a scan. The next page is on its way while one is worked on.
const PAGE: i64 = 2_000;

/// Rows of the first page: many scans stop early.
const FIRST_PAGE: i64 = 200;

/// Later than every day a register holds.
const NO_DAY_BOUND: &str = "9999-12-31";

/// A reading of versions with their recorded time, ended by a condition; one constant text per statement.
macro_rules! versions {
    ($distinct:literal, $condition:literal) => {
        concat!(
            "SELECT ",
            $distinct,
            " key, version, position, (SELECT at_us FROM changes c WHERE c.position = v.position), ",
            "effective_on, closed, body FROM versions v WHERE kind = $1 AND position <= $2 AND effective_on <= $3 ",
            $condition
        )
    };
}

const PAST_GET: &str = versions!("", "AND key = $4 ORDER BY version DESC LIMIT 1");
const PAST_SCAN: &str = versions!("DISTINCT ON (key)", "ORDER BY key, version DESC LIMIT $4");
const PAST_SCAN_AFTER: &str =
    versions!("DISTINCT ON (key)", "AND key > $4 ORDER BY key, version DESC LIMIT $5");
const HISTORY: &str = versions!("", "AND key = $4 ORDER BY version");

/// The newest change not later than a time. Times never go back along the journal, so it is found by halving.
const POSITION_AT: &str = "
WITH RECURSIVE halved(below, above) AS (
  SELECT 0::int8, $1::int8 + 1
  UNION ALL
  SELECT CASE WHEN c.at_us <= $2 THEN h.middle ELSE h.below END,
         CASE WHEN c.at_us <= $2 THEN h.above ELSE h.middle END
  FROM (SELECT below, above, (below + above) / 2 AS middle FROM halved WHERE below + 1 < above) AS h
  JOIN changes c ON c.position = h.middle
)
SELECT below FROM halved ORDER BY above - below LIMIT 1";

/// A reading transaction.
pub(crate) struct PostgresView<'a> {
    reading: &'a Reading,
    snapshot: Snapshot<'a>,
    position: u64,
    /// None: the newest versions, from the current tables.
    past: Option<Past>,
}

/// A reading that is not of now: the bounds as the statements take them.
struct Past {
    /// Last change that counts.
    position: i64,
    /// Last effective day that counts; texts of dates compare as the dates do.
    effective_on: String,
}

impl<'a> PostgresView<'a> {
    pub(crate) fn new(reading: &'a Reading, as_of: AsOf) -> Result<Self, Fault> {
        let (snapshot, head) = reading.pool.snapshot()?;
        let mut position = as_of.position.map_or(head, |bound| bound.0.min(head));
        if let Some(bound) = as_of.recorded_at {
            let what = "the time of a change cannot be read";
            let rows = snapshot.conn()?.query(POSITION_AT, &[&int(head), &bound.as_microsecond()]);
            let rows = rows.or_said(what)?;
            let found: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).or_said(what)?;
            position = position.min(uint(found));
        }
        let past = (position < head || as_of.effective_on.is_some()).then(|| Past {
            position: int(position),
            effective_on: as_of.effective_on.map_or_else(|| NO_DAY_BOUND.to_owned(), |day| day.to_string()),
        });
        Ok(Self { reading, snapshot, position, past })
    }

    /// Refuses to search by a key that another process has replaced since: it would find nothing and say so.
    fn check_key(&self) -> Result<(), Fault> {
        let noted =
            crate::schema::meta(self.snapshot.conn()?, crate::schema::VAULT_KEYS)?.unwrap_or_default();
        let newest = noted.split_whitespace().last();
        match &self.reading.vault {
            Some(vault) if newest.is_some_and(|newest| newest != vault.key_id()) => {
                Err(Trouble::Superseded.into())
            }
            _ => Ok(()),
        }
    }

    fn rows(&self, text: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Fault> {
        self.snapshot.conn()?.query(text, params).or_said("records cannot be read")
    }

    fn list(&self, sql: &KindSql, text: &str, params: &[Param<'_>]) -> Result<Vec<Stored>, Fault> {
        self.rows(text, params)?.iter().map(|row| stored(self.reading, (sql, Shape::open), row)).collect()
    }

    /// Streams rows in the order of their keys, page by page. `first` takes a limit, `next` a key and a limit, both
    /// behind the parameters given.
    fn walk(
        &self,
        (first, next): (&str, &str),
        params: &[Param<'_>],
        after: Option<&str>,
        each: &mut dyn FnMut(&Row) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let what = "records cannot be read";
        let conn = self.snapshot.conn()?;
        let mut rows = match after {
            None => self.rows(first, &[params, &[&FIRST_PAGE]].concat())?,
            Some(after) => self.rows(next, &[params, &[&after, &FIRST_PAGE]].concat())?,
        };
        let mut full = usize::try_from(FIRST_PAGE).unwrap_or(usize::MAX);
        loop {
            let last = rows.last().map(|row| row.try_get::<_, String>(0)).transpose().or_said(what)?;
            let Some(last) = last.filter(|_| rows.len() == full) else {
                return hand_over(&rows, each).map(drop);
            };
            let statement = conn.prepare(next).or_said(what)?;
            let params = [params, &[&last, &PAGE]].concat();
            let request = conn.request(statement, &params);
            // The next page is taken off the connection by a thread of its own: whoever is given a row may read others, and
            // their answers stand behind that page.
            let (went, coming) = std::thread::scope(|scope| {
                let taker =
                    std::thread::Builder::new().spawn_scoped(scope, || block_on(request)).or_fault(what)?;
                let went = hand_over(&rows, each);
                Ok::<_, Fault>((went, taker.join()))
            })?;
            if went?.is_break() {
                return Ok(());
            }
            rows =
                coming.map_err(|_| Fault::because("the thread that reads ahead has ended"))?.or_said(what)?;
            full = usize::try_from(PAGE).unwrap_or(usize::MAX);
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
        let params: [Param<'_>; 3] = [&sql.shape.kind.id, &past.position, &past.effective_on];
        self.walk((PAST_SCAN, PAST_SCAN_AFTER), &params, after, &mut |row| {
            let stored = stored(self.reading, (sql, read), row)?;
            if stored.closed { Ok(ControlFlow::Continue(())) } else { each(&stored) }
        })
    }

    fn scan_reading(
        &self,
        kind: &Kind,
        read: ReadBody,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let sql = self.reading.kinds.of(kind)?;
        match &self.past {
            Some(past) => self.walk_past((sql, read), past, after, each),
            None => self.walk((&sql.scan, &sql.scan_after), &[], after, &mut |row| {
                each(&stored(self.reading, (sql, read), row)?)
            }),
        }
    }
}

impl View for PostgresView<'_> {
    fn position(&self) -> Position {
        Position(self.position)
    }

    fn get(&self, kind: &Kind, key: &str) -> Result<Option<Stored>, Fault> {
        let sql = self.reading.kinds.of(kind)?;
        let rows = match &self.past {
            None => self.rows(&sql.get, &[&key])?,
            Some(past) => {
                self.rows(PAST_GET, &[&sql.shape.kind.id, &past.position, &past.effective_on, &key])?
            }
        };
        let found = rows.first().map(|row| stored(self.reading, (sql, Shape::open), row)).transpose()?;
        Ok(found.filter(|found| !found.closed))
    }

    fn find(&self, kind: &Kind, column: &str, value: &str) -> Result<Vec<Stored>, Fault> {
        let sql = self.reading.kinds.of(kind)?;
        let (name, text) = sql
            .find
            .iter()
            .find(|(name, _)| *name == column)
            .ok_or_else(|| Fault::because(format!("{} declares no column {column}", kind.id)))?;
        let Some(past) = &self.past else {
            if sql.shape.kind.is_sealed(name) {
                self.check_key()?;
            }
            let value = sql.shape.column_value(self.reading.vault.as_ref(), name, value.to_owned())?;
            return self.list(sql, text, &[&value]);
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
        let sql = self.reading.kinds.of(kind)?;
        let (position, day) = match &self.past {
            None => (i64::MAX, NO_DAY_BOUND),
            Some(past) => (past.position, past.effective_on.as_str()),
        };
        self.list(sql, HISTORY, &[&sql.shape.kind.id, &position, &day, &key])
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
        let sql = self.reading.kinds.of(kind)?;
        if let Some(past) = &self.past {
            let mut count = 0_u64;
            self.walk_past((sql, Shape::open), past, None, &mut |_| {
                count = count.saturating_add(1);
                Ok(ControlFlow::Continue(()))
            })?;
            return Ok(count);
        }
        let rows = self.rows(&sql.count, &[])?;
        let count = rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0));
        count.map(uint).or_said("records cannot be counted")
    }
}

/// Gives each row, until one is enough.
fn hand_over(
    rows: &[Row],
    each: &mut dyn FnMut(&Row) -> Result<ControlFlow<()>, Fault>,
) -> Result<ControlFlow<()>, Fault> {
    for row in rows {
        if each(row)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Reads key, version, position, recorded time, effective day, closed, body.
fn stored(reading: &Reading, (sql, read): (&KindSql, ReadBody), row: &Row) -> Result<Stored, Fault> {
    let what = "a stored record does not read";
    let key: String = row.try_get(0).or_said(what)?;
    let body: String = row.try_get(6).or_said(what)?;
    Ok(Stored {
        kind: sql.shape.kind.id.to_owned(),
        version: version(row.try_get(1).or_said(what)?)?,
        position: Position(uint(row.try_get(2).or_said(what)?)),
        recorded_at: time(row.try_get(3).or_said(what)?)?,
        effective_on: date(row.try_get(4).or_said(what)?)?,
        closed: row.try_get(5).or_said(what)?,
        body: read(&sql.shape, reading.vault.as_ref(), &key, body)?,
        key,
    })
}
