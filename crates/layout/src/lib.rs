#![doc = include_str!("../README.md")]

mod ascii;
mod check;
mod codec;
mod codes;
mod date;
mod error;
mod kana;
mod model;
mod number;
mod plan;
mod quick;
mod read;
mod sample;
mod spec;
mod step;
mod tally;
mod write;

pub use check::Beside;
pub use codes::{CodeList, CodeRow};
pub use error::{LayoutError, ReadError, ReadRule, RowError, RowRule};
pub use model::{
    Characters, Condition, DateFormat, Fact, FieldSpec, Form, HeaderLine, Justify, Layout, Newline, Pad,
    Quote, RecordSpec, Role, Sign, Type, UnknownDate, Value, Zones,
};
pub use plan::{Facts, Plan, RowEvent, Tally};
pub use read::{Bad, Good, InputRow, Reader, Record, RowForm, RowReader, Table};
pub use sample::{SampleFile, SampleRow};
pub use spec::{Spec, SpecTable};
pub use write::Writer;
