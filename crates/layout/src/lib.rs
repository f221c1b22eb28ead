#![doc = include_str!("../README.md")]

mod check;
mod csv;
mod date;
mod error;
mod file;
mod model;
mod plan;
mod read;
mod write;

pub use error::{LayoutError, ReadError, RowError, RowRule};
pub use model::{
    DateFormat, Fact, FieldSpec, Form, HeaderLine, Layout, Newline, Pad, Type, UnknownDate, Value,
};
pub use plan::{Facts, Plan, RowEvent};
pub use read::Table;
