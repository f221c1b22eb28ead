//! One reading of everything in the order of the file.
//!
//! A walk that brings the versions of a record together, and its current record beside them, reads every body two or three
//! times, in an order in which no page follows the one before. Here each tree of the file is read once, as it lies; sums tell
//! whether what one holds is what the other says. Only where they differ is it then looked for what differs.

use std::collections::{BTreeSet, HashMap};

use register::{ChainHash, Fault};
use rusqlite::{Connection, Statement};
use store::{ChangeRow, Days, Line, OrFault, Walk, uint, version};

use super::WHAT;
use super::pages::{Pages, Rows, Sort};
use super::sums::{Keyed, Sum};
use crate::Shared;
use crate::kinds::{Index, KindSql};
use crate::text::unline;

/// The indexes of the versions.
pub(super) const BY_KEY: &str = "versions_by_key";
pub(super) const BY_KIND: &str = "versions_by_kind";

const CLOSED_BEFORE: &str = "SELECT closed FROM versions WHERE kind = ?1 AND key = ?2 AND version = ?3 - 1";

/// The columns of a table of current records that every kind has; behind them are the declared ones, in the order in which they
/// came.
const DECLARED: &str = "SELECT name FROM pragma_table_info(?1) WHERE 7 < cid ORDER BY cid";

/// Kinds and tables that do not fit each other or their indexes, and have to be looked at closely.
pub(super) type Doubts = BTreeSet<String>;

/// Walks along the chain, and holds the versions, the indexes and the current records against each other.
///
/// # Errors
/// When a page or a row is not as this program and SQLite write it.
pub(super) fn read(shared: &Shared, conn: &Connection, walk: &mut Walk) -> Result<Doubts, Fault> {
    let mut doubts = Doubts::default();
    let (pages, keyed) = (Pages::of(conn)?, Keyed::new()?);
    let index = by_key(&pages, &keyed, &mut doubts)?;
    let by_kind = by_kind(&pages, &keyed)?;
    let mut table =
        Table { keyed: &keyed, newest: &index.newest, met: 0, sums: Sums::default(), kinds: HashMap::new() };
    chain(conn, &pages, &mut table, walk, &mut doubts)?;
    let Table { sums, met, kinds, .. } = table;
    // A newest version the table does not have is one of the index alone.
    if index.sum != sums.by_key || by_kind != Some(sums.by_kind) || met != index.newest.len() {
        doubts.insert("versions".to_owned());
    }
    for sql in shared.kinds.all() {
        let mut currents = Currents::of(shared, conn, sql, &keyed)?;
        currents.read(&pages)?;
        let wanted = kinds.get(sql.shape.kind.id).copied().unwrap_or_default();
        if !currents.fit || currents.found != wanted || !currents.fit_indexes(&pages)? {
            doubts.insert(sql.shape.kind.id.to_owned());
        }
    }
    pages.rest()?;
    Ok(doubts)
}

/// What the index of keys says.
struct ByKey {
    sum: Sum,
    /// The line of each record's newest version, ascending.
    newest: Vec<i64>,
}

/// The versions of each key, one after the other: numbered without gaps, each written after the one before.
fn by_key(pages: &Pages<'_>, keyed: &Keyed, doubts: &mut Doubts) -> Result<ByKey, Fault> {
    let mut found = ByKey { sum: Sum::default(), newest: Vec::new() };
    let mut rows = pages.rows(Sort::Index, BY_KEY)?;
    let (mut kind, mut key) = (Vec::new(), Vec::new());
    let mut last: Option<(i64, i64)> = None;
    while rows.advance()? {
        let (own_kind, own_key, own_version, line) =
            rows.fields(|row| Some((row.letters()?, row.letters()?, row.integer()?, row.integer()?)))?;
        found.sum.add(keyed.row((own_kind, own_key, own_version, line)));
        let is_same = own_key == key && own_kind == kind;
        let fits = match last.filter(|_| is_same) {
            Some((version, before)) => version.checked_add(1) == Some(own_version) && before < line,
            None => own_version == 1 && (kind.as_slice(), key.as_slice()) <= (own_kind, own_key),
        };
        if !fits {
            doubts.insert(String::from_utf8_lossy(own_kind).into_owned());
        }
        if !is_same {
            found.newest.extend(last.map(|(_, line)| line));
            if own_kind != kind {
                own_kind.clone_into(&mut kind);
            }
            own_key.clone_into(&mut key);
        }
        last = Some((own_version, line));
    }
    found.newest.extend(last.map(|(_, line)| line));
    found.newest.sort_unstable();
    Ok(found)
}

/// The rows of the index of kinds; none when they are not in its order.
fn by_kind(pages: &Pages<'_>, keyed: &Keyed) -> Result<Option<Sum>, Fault> {
    let mut rows = pages.rows(Sort::Index, BY_KIND)?;
    let (mut sum, mut kind, mut last) = (Sum::default(), Vec::new(), i64::MIN);
    while rows.advance()? {
        let (own_kind, line) = rows.fields(|row| Some((row.letters()?, row.integer()?)))?;
        sum.add(keyed.row((own_kind, line)));
        if own_kind != kind {
            if own_kind < kind.as_slice() {
                return Ok(None);
            }
            own_kind.clone_into(&mut kind);
        } else if line <= last {
            return Ok(None);
        }
        last = line;
    }
    Ok(Some(sum))
}

/// What the table of versions holds, as its indexes should say it.
#[derive(Clone, Copy, Default)]
struct Sums {
    by_key: Sum,
    by_kind: Sum,
}

/// The table of versions while it is read.
struct Table<'a> {
    keyed: &'a Keyed,
    newest: &'a [i64],
    /// How many of the newest versions were met.
    met: usize,
    sums: Sums,
    /// Of each kind with versions, its newest ones as its current records should be.
    kinds: HashMap<String, Sum>,
}

impl Table<'_> {
    fn take(&mut self, number: i64, line: &Line<'_>, effective_on: &str) {
        let (kind, key, version) = (line.kind.as_ref(), line.key.as_ref(), i64::from(line.version));
        self.sums.by_key.add(self.keyed.row((kind.as_bytes(), key.as_bytes(), version, number)));
        self.sums.by_kind.add(self.keyed.row((kind.as_bytes(), number)));
        if !self.kinds.contains_key(kind) {
            self.kinds.insert(kind.to_owned(), Sum::default());
        }
        if self.newest.get(self.met) != Some(&number) {
            return;
        }
        self.met = self.met.saturating_add(1);
        let body = self.keyed.short(&line.body);
        let current = (key, version, line.position, line.recorded_us, effective_on, line.closed, body);
        if let Some(sum) = self.kinds.get_mut(kind) {
            sum.add(self.keyed.row(current));
        }
    }
}

fn chain(
    conn: &Connection,
    pages: &Pages<'_>,
    table: &mut Table<'_>,
    walk: &mut Walk,
    doubts: &mut Doubts,
) -> Result<(), Fault> {
    let mut closed_before = conn.prepare(CLOSED_BEFORE).or_fault(WHAT)?;
    let mut changes = pages.rows(Sort::Table, "changes")?;
    let mut lines = pages.rows(Sort::Table, "versions")?;
    let (mut chain, mut days, mut recorded_us) = (walk.begin_chain(), Days::default(), None);
    let mut has_line = lines.advance()?;
    loop {
        let change = if changes.advance()? { Some(change(&changes)?) } else { None };
        let until = change.as_ref().map_or(u64::MAX, |change| change.position);
        while has_line && unline(lines.number()).0 < until {
            let (effective_on, line) = line(&lines, &mut days, recorded_us)?;
            if line.closed && !was_open(&mut closed_before, &line)? {
                doubts.insert(line.kind.clone().into_owned());
            }
            table.take(lines.number(), &line, effective_on);
            chain.line(&line);
            has_line = lines.advance()?;
        }
        let Some(change) = change else { break };
        recorded_us = Some(change.at_us);
        chain.change(&change);
    }
    chain.end();
    Ok(())
}

fn change<'r>(rows: &'r Rows<'_, '_>) -> Result<ChangeRow<'r>, Fault> {
    rows.fields(|row| {
        row.nothing()?;
        Some(ChangeRow {
            position: uint(rows.number()),
            at_us: row.integer()?,
            effective_on: row.text()?.into(),
            system: row.text()?.into(),
            function: row.text()?.into(),
            actor: row.text()?.into(),
            reason: row.text()?.into(),
            cause: row.text()?.into(),
            hash: ChainHash(row.bytes()?),
        })
    })
}

/// A row of `versions`, and its day as it is written.
fn line<'r>(
    rows: &'r Rows<'_, '_>,
    days: &mut Days,
    recorded_us: Option<i64>,
) -> Result<(&'r str, Line<'r>), Fault> {
    let (position, ordinal) = unline(rows.number());
    rows.fields(|row| {
        row.nothing()?;
        let (kind, key, version) = (row.text()?.into(), row.text()?.into(), version(row.integer()?).ok()?);
        let (day, closed, body) = (row.text()?, row.integer()? != 0, row.text()?.into());
        let effective_on = days.read(day).ok()?;
        Some((day, Line { position, ordinal, kind, key, version, effective_on, closed, body, recorded_us }))
    })
}

/// Whether the version before a closing one left its record open.
fn was_open(before: &mut Statement<'_>, line: &Line<'_>) -> Result<bool, Fault> {
    let mut rows = before.query((line.kind.as_ref(), line.key.as_ref(), line.version)).or_fault(WHAT)?;
    let closed: Option<i64> = rows.next().or_fault(WHAT)?.map(|row| row.get(0)).transpose().or_fault(WHAT)?;
    Ok(closed == Some(0))
}

/// The current records of a kind while they are read.
struct Currents<'a> {
    shared: &'a Shared,
    sql: &'a KindSql,
    keyed: &'a Keyed,
    /// Of each declared column of the table, its place among those of the kind.
    places: Vec<usize>,
    /// Whether each column says what its body says.
    fit: bool,
    /// The records, as the newest versions should say them.
    found: Sum,
    /// What each index should say.
    indexes: Vec<Sum>,
}

impl<'a> Currents<'a> {
    fn of(shared: &'a Shared, conn: &Connection, sql: &'a KindSql, keyed: &'a Keyed) -> Result<Self, Fault> {
        let columns = sql.shape.kind.columns;
        let mut select = conn.prepare(DECLARED).or_fault(WHAT)?;
        let names = select.query_map([&sql.shape.table], |row| row.get(0)).or_fault(WHAT)?;
        let names: Vec<String> = names.collect::<Result<_, _>>().or_fault(WHAT)?;
        let place = |name: &String| columns.iter().position(|column| column.name == name);
        let places: Option<Vec<usize>> = names.iter().map(place).collect();
        let places = places.filter(|places| places.len() == columns.len());
        let places = places.ok_or_else(|| Fault::because("a table has other columns"))?;
        let indexes = vec![Sum::default(); sql.indexes.len()];
        Ok(Self { shared, sql, keyed, places, fit: true, found: Sum::default(), indexes })
    }

    /// Reads the records as they lie.
    fn read(&mut self, pages: &Pages<'_>) -> Result<(), Fault> {
        let mut rows = pages.rows(Sort::Table, &self.sql.shape.table)?;
        while rows.advance()? {
            let mut columns = Vec::with_capacity(self.places.len());
            let record = rows.fields(|row| {
                row.nothing()?;
                let record = (row.text()?, row.integer()?, row.integer()?, row.integer()?);
                let rest = (row.text()?, row.integer()? != 0, row.text()?);
                columns.resize(self.places.len(), None);
                for place in &self.places {
                    *columns.get_mut(*place)? = row.text_or_nothing()?;
                }
                Some((record, rest))
            })?;
            self.take(rows.number(), record, &columns);
        }
        Ok(())
    }

    fn take(
        &mut self,
        number: i64,
        ((key, version, position, recorded_us), (effective_on, closed, body)): Fields<'_>,
        columns: &[Option<&str>],
    ) {
        let short = self.keyed.short(body);
        let current = (key, version, uint(position), Some(recorded_us), effective_on, closed, short);
        self.found.add(self.keyed.row(current));
        let vault = self.shared.vault.as_ref();
        // A reading without the key compares all but what only the key can tell.
        if vault.is_some() || self.sql.shape.kind.sealed.is_empty() {
            self.fit &= self.sql.shape.holds_columns(vault, key, body, columns);
        }
        let (by_key, by_closed) = (Some(Some(key.as_bytes())), closed.then_some(None));
        let by_column =
            columns.iter().map(|value| value.filter(|_| !closed).map(|value| Some(value.as_bytes())));
        for (sum, entry) in self.indexes.iter_mut().zip([by_key, by_closed].into_iter().chain(by_column)) {
            if let Some(value) = entry {
                sum.add(self.keyed.row((value, number)));
            }
        }
    }

    /// Whether each index says what the records say.
    fn fit_indexes(&self, pages: &Pages<'_>) -> Result<bool, Fault> {
        let mut fit = true;
        for (index, sum) in self.sql.indexes.iter().zip(&self.indexes) {
            fit &= self.index(pages, index)? == Some(*sum);
        }
        Ok(fit)
    }

    /// The entries of an index, value and number; none when they are not in its order, or a value that must be there once is
    /// there twice.
    fn index(&self, pages: &Pages<'_>, index: &Index) -> Result<Option<Sum>, Fault> {
        let mut rows = pages.rows(Sort::Index, &index.name)?;
        let (mut sum, mut last) = (Sum::default(), (None::<Vec<u8>>, i64::MIN));
        while rows.advance()? {
            let (value, number) = rows.fields(|row| {
                let value = if index.holds_closed {
                    row.one()?;
                    None
                } else {
                    Some(row.letters()?)
                };
                Some((value, row.integer()?))
            })?;
            sum.add(self.keyed.row((value, number)));
            let is_same = last.0.as_deref() == value;
            if (value, number) <= (last.0.as_deref(), last.1) || (index.is_unique && is_same) {
                return Ok(None);
            }
            last.1 = number;
            if !is_same {
                last.0 = value.map(<[u8]>::to_vec);
            }
        }
        Ok(Some(sum))
    }
}

/// Key, version, position and moment; day, whether it is closed, and body.
type Fields<'r> = ((&'r str, i64, i64, i64), (&'r str, bool, &'r str));
