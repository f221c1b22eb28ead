//! A cursor of the server, so that a whole table streams through.

use std::collections::VecDeque;

use register::Fault;
use tokio_postgres::Row;

use crate::conn::Conn;
use crate::error::OrSaid;

/// Rows fetched at once.
const PAGE: usize = 2_000;

/// The rows of a statement, page by page; the server keeps its place until it is dropped.
pub(crate) struct Cursor<'a> {
    conn: &'a Conn,
    what: &'static str,
    name: String,
    rows: VecDeque<Row>,
    ended: bool,
}

impl<'a> Cursor<'a> {
    /// Opens a cursor in the transaction under way, under a name that no other open one has. `what` cannot be done when
    /// it fails.
    pub(crate) fn open(conn: &'a Conn, name: &str, sql: &str, what: &'static str) -> Result<Self, Fault> {
        conn.batch(&format!("DECLARE {name} NO SCROLL CURSOR FOR {sql}")).or_said(what)?;
        Ok(Self { conn, what, name: name.to_owned(), rows: VecDeque::new(), ended: false })
    }

    /// The next rows; none at the end.
    pub(crate) fn page(&mut self) -> Result<Vec<Row>, Fault> {
        if self.ended {
            return Ok(Vec::new());
        }
        let fetch = format!("FETCH FORWARD {PAGE} FROM {}", self.name);
        // Not prepared beforehand: what it yields depends on the cursor of this name.
        let rows = self.conn.wait(self.conn.client.query_typed(&fetch, &[])).or_said(self.what)?;
        self.ended = rows.len() < PAGE;
        Ok(rows)
    }

    /// The next row as it is read; none at the end.
    pub(crate) fn next<T>(
        &mut self,
        read: impl FnOnce(&Row) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        if self.rows.is_empty() {
            self.rows = self.page()?.into();
        }
        self.rows.pop_front().map(|row| read(&row)).transpose()
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        // The end of its transaction, which is near, would close it as well.
        let _closed_by_the_end = self.conn.batch(&format!("CLOSE {}", self.name)).is_err();
    }
}
