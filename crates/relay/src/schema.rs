//! The tables, made at first use. What the other side may rely on stands in `docs/manual/vendors.md`.

use crate::RelayError;
use crate::session::{Session, Whose, quoted};

/// The direction of what the town puts.
pub(crate) const OUT: &str = "out";
/// The direction of what the other side puts.
pub(crate) const IN: &str = "in";

/// Not answered yet (待ち).
pub(crate) const WAITING: &str = "待ち";
/// In the receiver's registers (取込済).
pub(crate) const TAKEN: &str = "取込済";
/// Not taken (拒否).
pub(crate) const REFUSED: &str = "拒否";

/// Columns of the tables of rows that are ours, before the items.
pub(crate) const DELIVERY_NO: &str = "delivery_no";
/// The row's number in its delivery, from 1.
pub(crate) const ROW_NO: &str = "row_no";

/// The table of a link's rows in one direction. Hyphens become underscores, so that nobody has to quote the name.
pub(crate) fn rows_table(direction: &str, link: &str) -> String {
    let begin = if direction == OUT { "daicho_rows_" } else { "daicho_in_" };
    format!("{begin}{}", link.replace('-', "_"))
}

fn latest_view(link: &str) -> String {
    format!("daicho_latest_{}", link.replace('-', "_"))
}

/// The tables every link shares.
const SHARED: [&str; 3] = ["daicho_delivery", "daicho_content", "daicho_answer"];

/// Refuses shared tables that somebody else has put there.
pub(crate) fn trust(session: &mut dyn Session) -> Result<(), RelayError> {
    SHARED.iter().try_for_each(|name| session.trust(name, Whose::Ours))
}

/// Makes the tables every link shares, unless they are there.
pub(crate) fn make(session: &mut dyn Session) -> Result<(), RelayError> {
    trust(session)?;
    let mut missing = Vec::new();
    for name in SHARED {
        if session.columns(name)?.is_empty() {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    one_maker(session)?;
    let bytes = session.dialect().bytes;
    for statement in [
        "CREATE TABLE IF NOT EXISTS daicho_delivery (
             direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
             link TEXT NOT NULL,
             no BIGINT NOT NULL CHECK (0 < no),
             file_name TEXT NOT NULL DEFAULT '',
             dataset TEXT NOT NULL DEFAULT '',
             extent TEXT NOT NULL DEFAULT 'difference' CHECK (extent IN ('full', 'difference')),
             as_of BIGINT NOT NULL DEFAULT 0,
             rows BIGINT NOT NULL CHECK (0 <= rows),
             bytes BIGINT,
             sha256 TEXT,
             part BIGINT NOT NULL DEFAULT 1,
             parts BIGINT NOT NULL DEFAULT 1,
             put_at TEXT,
             status TEXT NOT NULL DEFAULT '待ち' CHECK (status IN ('待ち', '取込済', '拒否')),
             taken_at TEXT,
             reason TEXT NOT NULL DEFAULT '',
             rows_taken BIGINT,
             sha256_taken TEXT,
             PRIMARY KEY (direction, link, no))"
            .to_owned(),
        format!(
            "CREATE TABLE IF NOT EXISTS daicho_content (
                 direction TEXT NOT NULL,
                 link TEXT NOT NULL,
                 no BIGINT NOT NULL,
                 piece BIGINT NOT NULL,
                 content {bytes} NOT NULL,
                 PRIMARY KEY (direction, link, no, piece))"
        ),
        "CREATE TABLE IF NOT EXISTS daicho_answer (
             direction TEXT NOT NULL,
             link TEXT NOT NULL,
             no BIGINT NOT NULL,
             retired_at TEXT NOT NULL,
             status TEXT NOT NULL,
             taken_at TEXT,
             reason TEXT NOT NULL,
             rows_taken BIGINT,
             sha256_taken TEXT)"
            .to_owned(),
    ] {
        session.run(&statement, &[])?;
    }
    Ok(())
}

/// Sees to a table for a link's rows with these items, and to the view of its newest delivery. Items that are new to it
/// get columns; those that are gone keep theirs, and rows have nothing there.
///
/// # Errors
/// When a name cannot be one, or the table is somebody else's.
pub(crate) fn make_rows(
    session: &mut dyn Session,
    direction: &str,
    link: &str,
    items: &[String],
) -> Result<(), RelayError> {
    let table = rows_table(direction, link);
    session.trust(&table, Whose::Ours)?;
    let there = session.columns(&table)?;
    if !there.is_empty() && [DELIVERY_NO, ROW_NO].iter().any(|own| there.iter().all(|name| name != own)) {
        return Err(RelayError::Foreign(table));
    }
    let quoted_table = quoted(&table)?;
    let missing: Vec<&String> = items.iter().filter(|item| !there.contains(item)).collect();
    if !there.is_empty() && missing.is_empty() {
        return Ok(());
    }
    one_maker(session)?;
    if there.is_empty() {
        let items: Vec<String> = items
            .iter()
            .map(|item| Ok(format!("{} TEXT", quoted(item)?)))
            .collect::<Result<_, RelayError>>()?;
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {quoted_table} (
                 {DELIVERY_NO} BIGINT NOT NULL, {ROW_NO} BIGINT NOT NULL, {},
                 PRIMARY KEY ({DELIVERY_NO}, {ROW_NO}))",
            items.join(", ")
        );
        session.run(&sql, &[])?;
    } else {
        for item in missing {
            session.run(&format!("ALTER TABLE {quoted_table} ADD COLUMN {} TEXT", quoted(item)?), &[])?;
        }
    }
    if direction == OUT {
        make_view(session, link, &table)?;
    }
    Ok(())
}

/// The view that always shows one whole delivery, the newest: who reads a full extract through it has the switch of
/// generations (世代切替) done by our commit.
fn make_view(session: &mut dyn Session, link: &str, table: &str) -> Result<(), RelayError> {
    let view = quoted(&latest_view(link))?;
    let columns: Vec<String> =
        session.columns(table)?.iter().map(|name| quoted(name)).collect::<Result<_, RelayError>>()?;
    let table = quoted(table)?;
    let named = link.replace('\'', "''");
    for begin in session.dialect().view {
        let sql = if begin.starts_with("DROP") {
            format!("{begin} {view}")
        } else {
            format!(
                "{begin} {view} AS SELECT {} FROM {table} WHERE {DELIVERY_NO} =
                 (SELECT max(no) FROM daicho_delivery WHERE direction = 'out' AND link = '{named}')",
                columns.join(", ")
            )
        };
        session.run(&sql, &[])?;
    }
    Ok(())
}

fn one_maker(session: &mut dyn Session) -> Result<(), RelayError> {
    let lock = session.dialect().making;
    if !lock.is_empty() {
        session.ask(lock, &[])?;
    }
    Ok(())
}
