//! One reading of everything in the order of the file.
//!
//! A walk that brings the versions of a record together, and its current record beside them, reads every body two or three
//! times, in an order in which no page follows the one before. Here each table is read once, as it lies, and each index
//! once, without its table; sums tell whether what one holds is what the other says. Only of a kind whose sums differ is it
//! then looked for what differs.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use register::Fault;
use rusqlite::{Connection, Statement};
use store::{Line, OrFault, Walk, uint};

use super::sums::{Keyed, Sum};
use super::{CHANGES, LINES, WHAT, change, line, text};
use crate::Shared;
use crate::kinds::KindSql;
use crate::text::unline;

pub(super) const BY_KEY: &str =
    "SELECT kind, key, version, line FROM versions INDEXED BY versions_by_key ORDER BY kind, key, version";
pub(super) const BY_KIND: &str =
    "SELECT kind, line FROM versions INDEXED BY versions_by_kind ORDER BY kind, line";
const CLOSED_BEFORE: &str = "SELECT closed FROM versions WHERE kind = ?1 AND key = ?2 AND version = ?3 - 1";

/// What is not as it should be, and has to be looked at closely.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// Kinds whose versions, current records or columns do not fit each other.
    pub(super) kinds: BTreeSet<String>,
    /// Tables an index of which holds other rows than they do.
    pub(super) tables: BTreeSet<String>,
}

impl Doubts {
    pub(super) fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.tables.is_empty()
    }
}

impl fmt::Display for Doubts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<&str> = self.kinds.iter().chain(&self.tables).map(String::as_str).collect();
        f.write_str(&all.join(", "))
    }
}

/// Walks along the chain, and holds the versions, the indexes and the current records against each other.
pub(super) fn read(shared: &Shared, conn: &Connection, walk: &mut Walk) -> Result<Doubts, Fault> {
    let mut doubts = Doubts::default();
    let keyed = Keyed::default();
    let index = by_key(conn, &keyed, &mut doubts)?;
    let by_kind = by_kind(conn, &keyed)?;
    let mut table =
        Table { keyed: &keyed, newest: &index.newest, met: 0, sums: Sums::default(), kinds: HashMap::new() };
    chain(conn, &mut table, walk, &mut doubts)?;
    let Table { sums, met, kinds, .. } = table;
    // A newest version the table does not have is one of the index alone.
    if index.sum != sums.by_key || by_kind != Some(sums.by_kind) || met != index.newest.len() {
        doubts.tables.insert("versions".to_owned());
        doubts.kinds.extend(kinds.keys().cloned());
    }
    for sql in shared.kinds.all() {
        let id = sql.shape.kind.id;
        let wanted = kinds.get(id).copied().unwrap_or_default();
        currents(shared, conn, sql, &keyed, wanted, &mut doubts)?;
    }
    Ok(doubts)
}

/// What the index of keys says.
struct ByKey {
    sum: Sum,
    /// The line of each record's newest version, ascending.
    newest: Vec<i64>,
}

/// The versions of each key, one after the other: numbered without gaps, each written after the one before.
fn by_key(conn: &Connection, keyed: &Keyed, doubts: &mut Doubts) -> Result<ByKey, Fault> {
    let mut found = ByKey { sum: Sum::default(), newest: Vec::new() };
    let mut select = conn.prepare(BY_KEY).or_fault(WHAT)?;
    let mut rows = select.query([]).or_fault(WHAT)?;
    let (mut kind, mut key) = (String::new(), String::new());
    let mut last: Option<(i64, i64)> = None;
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let (own_kind, own_key) = (text(row, 0)?, text(row, 1)?);
        let (own_version, line): (i64, i64) = (row.get(2).or_fault(WHAT)?, row.get(3).or_fault(WHAT)?);
        found.sum.add(keyed.row((own_kind, own_key, own_version, line)));
        let is_same = own_key == key && own_kind == kind;
        let fits = match last.filter(|_| is_same) {
            Some((version, before)) => version.checked_add(1) == Some(own_version) && before < line,
            None => own_version == 1 && (kind.as_str(), key.as_str()) <= (own_kind, own_key),
        };
        if !fits {
            doubts.kinds.insert(own_kind.to_owned());
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
fn by_kind(conn: &Connection, keyed: &Keyed) -> Result<Option<Sum>, Fault> {
    let mut select = conn.prepare(BY_KIND).or_fault(WHAT)?;
    let mut rows = select.query([]).or_fault(WHAT)?;
    let (mut sum, mut kind, mut last) = (Sum::default(), String::new(), i64::MIN);
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let (own_kind, line): (_, i64) = (text(row, 0)?, row.get(1).or_fault(WHAT)?);
        sum.add(keyed.row((own_kind, line)));
        if own_kind != kind {
            if own_kind < kind.as_str() {
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
        self.sums.by_key.add(self.keyed.row((kind, key, version, number)));
        self.sums.by_kind.add(self.keyed.row((kind, number)));
        if !self.kinds.contains_key(kind) {
            self.kinds.insert(kind.to_owned(), Sum::default());
        }
        if self.newest.get(self.met) != Some(&number) {
            return;
        }
        self.met = self.met.saturating_add(1);
        let current =
            (key, version, line.position, line.recorded_us, effective_on, line.closed, line.body.as_ref());
        if let Some(sum) = self.kinds.get_mut(kind) {
            sum.add(self.keyed.row(current));
        }
    }
}

fn chain(
    conn: &Connection,
    table: &mut Table<'_>,
    walk: &mut Walk,
    doubts: &mut Doubts,
) -> Result<(), Fault> {
    let mut closed_before = conn.prepare(CLOSED_BEFORE).or_fault(WHAT)?;
    let mut changes = conn.prepare(CHANGES).or_fault(WHAT)?;
    let mut changes = changes.query([]).or_fault(WHAT)?;
    let mut lines = conn.prepare(LINES).or_fault(WHAT)?;
    let mut lines = lines.query([]).or_fault(WHAT)?;
    let mut chain = walk.begin_chain();
    let mut recorded_us = None;
    let mut next = lines.next().or_fault(WHAT)?;
    loop {
        let change = changes.next().or_fault(WHAT)?.map(change).transpose()?;
        let until = change.as_ref().map_or(u64::MAX, |change| change.position);
        while let Some(row) = next {
            let number: i64 = row.get(0).or_fault(WHAT)?;
            if until <= unline(number).0 {
                break;
            }
            let effective_on = text(row, 4)?;
            let line = line(row, recorded_us)?;
            if line.closed && !was_open(&mut closed_before, &line)? {
                doubts.kinds.insert(line.kind.clone().into_owned());
            }
            table.take(number, &line, effective_on);
            chain.line(&line);
            next = lines.next().or_fault(WHAT)?;
        }
        let Some(change) = change else { break };
        recorded_us = Some(change.at_us);
        chain.change(&change);
    }
    chain.end();
    Ok(())
}

/// Whether the version before a closing one left its record open.
fn was_open(before: &mut Statement<'_>, line: &Line<'_>) -> Result<bool, Fault> {
    let mut rows = before.query((line.kind.as_ref(), line.key.as_ref(), line.version)).or_fault(WHAT)?;
    let closed: Option<i64> = rows.next().or_fault(WHAT)?.map(|row| row.get(0)).transpose().or_fault(WHAT)?;
    Ok(closed == Some(0))
}

/// Reads the current records of a kind as they lie, and then each of their indexes.
fn currents(
    shared: &Shared,
    conn: &Connection,
    sql: &KindSql,
    keyed: &Keyed,
    wanted: Sum,
    doubts: &mut Doubts,
) -> Result<(), Fault> {
    let (kind, vault) = (sql.shape.kind, shared.vault.as_ref());
    // A reading without the key compares all but what only the key can tell.
    let is_readable = vault.is_some() || kind.sealed.is_empty();
    let mut select = conn.prepare(&sql.in_place).or_fault(WHAT)?;
    let mut rows = select.query([]).or_fault(WHAT)?;
    let (mut found, mut by_key, mut closed) = (Sum::default(), Sum::default(), Sum::default());
    let mut by_column = vec![Sum::default(); kind.columns.len()];
    let mut fits = true;
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let number: i64 = row.get(0).or_fault(WHAT)?;
        let (key, effective_on, body) = (text(row, 1)?, text(row, 5)?, text(row, 7)?);
        let integer = |place: usize| row.get::<_, i64>(place).or_fault(WHAT);
        let (version, position, recorded_us) = (integer(2)?, uint(integer(3)?), Some(integer(4)?));
        let is_closed = integer(6)? != 0;
        found.add(keyed.row((key, version, position, recorded_us, effective_on, is_closed, body)));
        by_key.add(keyed.row((Some(key), number)));
        if is_closed {
            closed.add(keyed.row((None::<&str>, number)));
        }
        let computed = if is_readable { sql.shape.read_columns(vault, key, body).ok() } else { None };
        fits &= computed.is_some() || !is_readable;
        for (place, sum) in by_column.iter_mut().enumerate() {
            let value = row.get_ref(place.saturating_add(8)).or_fault(WHAT)?;
            let value = value.as_str_or_null().or_fault(WHAT)?;
            fits &=
                computed.as_ref().is_none_or(|all| all.get(place).is_some_and(|own| own.as_deref() == value));
            if !is_closed && value.is_some() {
                sum.add(keyed.row((value, number)));
            }
        }
    }
    drop(rows);
    if !fits || found != wanted {
        doubts.kinds.insert(kind.id.to_owned());
    }
    for ((select, unique), sum) in sql.indexes.iter().zip([by_key, closed].into_iter().chain(by_column)) {
        if index(conn, select, *unique, keyed)? != Some(sum) {
            doubts.tables.insert(sql.shape.table.clone());
        }
    }
    Ok(())
}

/// The rows of an index, value and number; none when they are not in its order, or a value that must be there once is there
/// twice.
fn index(conn: &Connection, select: &str, unique: bool, keyed: &Keyed) -> Result<Option<Sum>, Fault> {
    let mut select = conn.prepare(select).or_fault(WHAT)?;
    let mut rows = select.query([]).or_fault(WHAT)?;
    let (mut sum, mut last) = (Sum::default(), (None::<String>, i64::MIN));
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let number: i64 = row.get(1).or_fault(WHAT)?;
        let value = row.get_ref(0).or_fault(WHAT)?.as_str_or_null().or_fault(WHAT)?;
        sum.add(keyed.row((value, number)));
        let is_same = last.0.as_deref() == value;
        if (value, number) <= (last.0.as_deref(), last.1) || (unique && is_same && value.is_some()) {
            return Ok(None);
        }
        last.1 = number;
        if !is_same {
            last.0 = value.map(str::to_owned);
        }
    }
    Ok(Some(sum))
}
