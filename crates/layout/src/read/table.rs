//! A whole file at once, for simulators of the receiving system, reconciliation and tests.

use super::{Bad, Record};
use crate::error::ReadError;
use crate::model::{Role, Value};
use crate::plan::Plan;

/// A file read back (読み込んだファイル), of a layout with one kind of detail record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns: the dataset's item, or the field's name for a literal.
    pub items: Vec<String>,
    /// Rows, each with a value for every column.
    pub rows: Vec<Vec<String>>,
    /// Header record as (field name, value).
    pub header: Vec<(String, String)>,
    /// Trailer record as (field name, value).
    pub trailer: Vec<(String, String)>,
}

impl Table {
    /// The value of a column in a row, both as read.
    #[must_use]
    pub fn value(&self, row: usize, item: &str) -> Option<&str> {
        let column = self.items.iter().position(|name| name == item)?;
        self.rows.get(row)?.get(column).map(String::as_str)
    }
}

impl Plan {
    /// Reads a whole file back (読込) and checks what the layout knows: literals, record length, counts, totals.
    ///
    /// # Errors
    /// The first [`ReadError`].
    pub fn read(&self, bytes: &[u8]) -> Result<Table, ReadError> {
        let fields = self.layout.details().next().map(|record| record.fields.as_slice()).unwrap_or_default();
        let column = |field: &crate::model::FieldSpec| match &field.value {
            Value::From(item) => item.clone(),
            Value::Literal(_) | Value::Fact(_) | Value::Filler => field.name.clone(),
        };
        let mut table = Table { items: fields.iter().map(column).collect(), ..Table::default() };
        let mut reader = self.reader();
        let mut input = bytes;
        while let Some(record) = reader.read(&mut input, true) {
            let good = match record {
                Record::Good(good) => good,
                Record::Bad(Bad { errors: [first, ..], .. }) => return Err(first.clone()),
                Record::Bad(_) => continue,
            };
            let named = || good.iter().map(|(field, value)| (field.name.clone(), value.to_owned())).collect();
            match good.role() {
                Role::Header => table.header = named(),
                Role::Trailer => table.trailer = named(),
                Role::Detail => table.rows.push(good.iter().map(|(_, value)| value.to_owned()).collect()),
            }
        }
        Ok(table)
    }
}
