//! Cursors and leases: the rows that stand in no chain. Each carries a mark, and one that does not fit its mark is
//! not believed.

use register::Fault;
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{LeaseHeld, OrFault, int, row_mark, uint};

const CURSOR: &str = "SELECT name, position, mark FROM cursors";
const LEASE: &str = "SELECT name, holder, token, until_us, mark FROM leases";

fn mark_of_cursor(name: &str, position: u64) -> String {
    row_mark(&["cursor", name, &position.to_string()])
}

fn mark_of_lease(name: &str, held: &LeaseHeld) -> String {
    row_mark(&["lease", name, &held.holder, &held.token.to_string(), &held.until_us.to_string()])
}

/// What is said of a row that does not fit its mark.
fn altered(what: &str, name: &str) -> Fault {
    Fault::because(format!("{what} {name} does not fit its mark: it was altered"))
}

/// The same as a finding of a verification.
fn altered_in_words(what: &str, name: &str) -> String {
    format!("{what}「{name}」が、添えた検査値と合いません。書き換えられています")
}

/// Where a cursor stands; 0 when it never moved.
pub(crate) fn cursor(conn: &Connection, name: &str) -> Result<u64, Fault> {
    let what = "the cursor cannot be read";
    let mut select =
        conn.prepare_cached("SELECT name, position, mark FROM cursors WHERE name = ?1").or_fault(what)?;
    let found = select.query_row([name], read_cursor).optional().or_fault(what)?;
    let Some((name, position, mark)) = found else { return Ok(0) };
    if mark == mark_of_cursor(&name, position) { Ok(position) } else { Err(altered("cursor", &name)) }
}

/// Moves a cursor.
pub(crate) fn put_cursor(conn: &Connection, name: &str, position: u64) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO cursors VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET position = excluded.position, mark = excluded.mark",
    )
    .and_then(|mut upsert| upsert.execute(params![name, int(position), mark_of_cursor(name, position)]))
    .map(|_| ())
    .or_fault("the cursor cannot be moved")
}

/// A lease as it stands.
pub(crate) fn lease(conn: &Connection, name: &str) -> Result<Option<LeaseHeld>, Fault> {
    let what = "the lease cannot be read";
    let mut select = conn
        .prepare_cached("SELECT name, holder, token, until_us, mark FROM leases WHERE name = ?1")
        .or_fault(what)?;
    let found = select.query_row([name], read_lease).optional().or_fault(what)?;
    let Some((name, held, mark)) = found else { return Ok(None) };
    if mark == mark_of_lease(&name, &held) { Ok(Some(held)) } else { Err(altered("lease", &name)) }
}

/// Writes a lease.
pub(crate) fn put_lease(conn: &Connection, name: &str, held: &LeaseHeld) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO leases VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE
         SET holder = excluded.holder, token = excluded.token, until_us = excluded.until_us, mark = excluded.mark",
    )
    .and_then(|mut upsert| {
        let mark = mark_of_lease(name, held);
        upsert.execute(params![name, held.holder, int(held.token), held.until_us, mark])
    })
    .map(|_| ())
    .or_fault("the lease cannot be granted")
}

/// What a walk over all rows finds.
#[derive(Default)]
pub(crate) struct Checked {
    /// The cursors that fit their mark, in order of name, with where they stand.
    pub(crate) cursors: Vec<(String, u64)>,
    /// The leases that fit theirs, in order of name, with their newest token.
    pub(crate) leases: Vec<(String, u64)>,
    /// What is wrong with the others.
    pub(crate) problems: Vec<String>,
}

/// Walks over all cursors and leases.
pub(crate) fn check(conn: &Connection) -> Result<Checked, Fault> {
    let what = "cursors and leases cannot be read";
    let mut checked = Checked::default();
    let mut select = conn.prepare(&format!("{CURSOR} ORDER BY name")).or_fault(what)?;
    for row in select.query_map([], read_cursor).or_fault(what)? {
        let (name, position, mark) = row.or_fault(what)?;
        if mark == mark_of_cursor(&name, position) {
            checked.cursors.push((name, position));
        } else {
            checked.problems.push(altered_in_words("読み位置", &name));
        }
    }
    let mut select = conn.prepare(&format!("{LEASE} ORDER BY name")).or_fault(what)?;
    for row in select.query_map([], read_lease).or_fault(what)? {
        let (name, held, mark) = row.or_fault(what)?;
        if mark == mark_of_lease(&name, &held) {
            checked.leases.push((name, held.token));
        } else {
            checked.problems.push(altered_in_words("作業の占有", &name));
        }
    }
    Ok(checked)
}

fn read_cursor(row: &Row<'_>) -> Result<(String, u64, String), rusqlite::Error> {
    Ok((row.get(0)?, uint(row.get(1)?), row.get(2)?))
}

fn read_lease(row: &Row<'_>) -> Result<(String, LeaseHeld, String), rusqlite::Error> {
    let held = LeaseHeld { holder: row.get(1)?, token: uint(row.get(2)?), until_us: row.get(3)? };
    Ok((row.get(0)?, held, row.get(4)?))
}
