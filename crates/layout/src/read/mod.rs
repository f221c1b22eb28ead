//! Bytes back to rows, one record after another.

mod check;
mod core;
mod csv;
mod field;
mod fixed;
mod items;
mod json;
mod lines;
mod restore;
mod rows;
mod sync;
mod table;
mod text;
mod xml;

use crate::error::ReadError;
use crate::model::{FieldSpec, RecordSpec, Role};
use crate::plan::{Plan, RowEvent, Tally};

pub(crate) use check::Check;
use core::{Core, Outcome};
pub use rows::{InputRow, RowForm, RowReader};
pub use table::Table;

/// Reads a file record by record (読込), in pieces of any size; what comes out does not depend on how the input is cut.
///
/// A record that cannot be read is handed over whole, and reading goes on with the next one. Its memory is that of the
/// longest record.
///
/// Values come back as they would be written: dates in the register notation, our codes for theirs, numbers as digits with a
/// point. What writing lost stays lost: padding, full-width forms, the pattern behind a date whose unknown parts are zeros.
pub struct Reader<'p> {
    core: Core<'p>,
    /// Input that is not used up yet, from `used` on.
    held: Vec<u8>,
    used: usize,
}

/// One record of a file, as it was found.
#[derive(Debug)]
pub enum Record<'r> {
    /// It keeps all rules.
    Good(Good<'r>),
    /// It does not, or the file as a whole does not.
    Bad(Bad<'r>),
}

/// A record that was read (読み込んだレコード).
#[derive(Clone, Copy, Debug)]
pub struct Good<'r> {
    /// Its kind, an index of the layout's records.
    pub kind: usize,
    /// Its number in the file, from 1, header and trailer counted.
    pub number: u64,
    /// Offset in the file, in bytes from 0.
    pub offset: u64,
    /// Its bytes, line end included.
    pub bytes: &'r [u8],
    /// Characters that would be written otherwise.
    pub events: &'r [RowEvent],
    text: &'r str,
    ends: &'r [usize],
    spec: &'r RecordSpec,
}

/// A record that could not be read (読み込めないレコード), or what is wrong with the file; then `bytes` is empty.
#[derive(Clone, Copy, Debug)]
pub struct Bad<'r> {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Offset in the file, in bytes from 0.
    pub offset: u64,
    /// Its bytes whole, line end included.
    pub bytes: &'r [u8],
    /// Everything that is wrong with it.
    pub errors: &'r [ReadError],
}

impl<'r> Good<'r> {
    /// Its kind as the layout has it.
    #[must_use]
    pub fn spec(&self) -> &'r RecordSpec {
        self.spec
    }

    /// What it is in the file.
    #[must_use]
    pub fn role(&self) -> Role {
        self.spec.role
    }

    /// How many values it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A value by the place of its item.
    #[inline]
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&'r str> {
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(at)?)
    }

    /// A value by its field name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'r str> {
        self.get(self.spec.fields.iter().position(|field| field.name == name)?)
    }

    /// Items with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'r FieldSpec, &'r str)> + use<'r> {
        let good = *self;
        self.spec.fields.iter().enumerate().filter_map(move |(at, field)| Some((field, good.get(at)?)))
    }
}

impl Plan {
    /// A reader for one file.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader { core: Core::new(self), held: Vec::new(), used: 0 }
    }
}

impl Reader<'_> {
    /// The next record. `input` is moved over what is used up; [`None`] asks for the next piece, or says that all is read if
    /// this was the `last` one. Then counts and totals have been compared, too.
    pub fn read<'r, 'i: 'r>(&'r mut self, input: &mut &'i [u8], last: bool) -> Option<Record<'r>> {
        loop {
            if self.used == self.held.len() {
                self.held.clear();
                self.used = 0;
            } else if !input.is_empty() {
                self.held.drain(..self.used);
                self.used = 0;
                self.held.extend_from_slice(input);
                *input = &[];
            }
            let whole: &'i [u8] = input;
            let from_held = !self.held.is_empty();
            let window = if from_held { self.held.get(self.used..).unwrap_or_default() } else { whole };
            let outcome = self.core.next(window, last);
            let length = outcome.length();
            if from_held {
                self.used += length;
            } else {
                *input = whole.get(length..).unwrap_or_default();
            }
            match outcome {
                Outcome::Skip(_) => {}
                Outcome::Need => {
                    if !from_held {
                        self.held.extend_from_slice(input);
                        *input = &[];
                    }
                    return None;
                }
                Outcome::End => return None,
                Outcome::Good { .. } | Outcome::Bad(_) => {
                    let bytes = if from_held {
                        self.held.get(self.used - length..self.used)
                    } else {
                        whole.get(..length)
                    };
                    return Some(self.core.record(&outcome, bytes.unwrap_or_default()));
                }
            }
        }
    }

    /// Bytes that its buffers have room for: what the longest record needed, however many came.
    #[must_use]
    pub fn buffer_bytes(&self) -> usize {
        self.held.capacity() + self.core.buffer_bytes()
    }

    /// Counts and totals of the detail records read so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        self.core.tally()
    }
}
