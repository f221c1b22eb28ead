//! Rows brought in by `COPY`, many times faster than by statements.

use std::pin::Pin;

use tokio_postgres::Error;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;

use crate::conn::{Conn, Param};

/// A `COPY` under way. One that is dropped before its end fails, and its transaction with it.
pub(crate) struct Copy<'a> {
    conn: &'a Conn,
    writer: Pin<Box<BinaryCopyInWriter>>,
}

impl<'a> Copy<'a> {
    /// Begins with `table (columns)`.
    pub(crate) fn into(conn: &'a Conn, place: &str, types: &[Type]) -> Result<Self, Error> {
        let statement = conn.prepare(&format!("COPY {place} FROM STDIN BINARY"))?;
        let sink = conn.wait(conn.client.copy_in(&statement))?;
        Ok(Self { conn, writer: Box::pin(BinaryCopyInWriter::new(sink, types)) })
    }

    /// Adds a row, as many values as there are types.
    pub(crate) fn row(&mut self, values: &[Param<'_>]) -> Result<(), Error> {
        self.conn.wait(self.writer.as_mut().write(values))
    }

    /// Waits until the server has taken all rows.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.conn.wait(self.writer.as_mut().finish()).map(drop)
    }
}
