//! Small conversions between Rust's values and a database's.

use std::error::Error;

use domain::Date;
use jiff::Timestamp;
use register::{Fault, hex};
use sha2::{Digest, Sha256};

/// Most versions one change may append.
pub const WRITES_MAX: usize = 1 << 20;

/// Turns the error of a driver or parser into a fault that says what was being done.
pub trait OrFault<T> {
    /// The value, or the fault.
    ///
    /// # Errors
    /// The error as the fault's cause.
    fn or_fault(self, what: &str) -> Result<T, Fault>;
}

impl<T, E: Error + Send + Sync + 'static> OrFault<T> for Result<T, E> {
    fn or_fault(self, what: &str) -> Result<T, Fault> {
        self.map_err(|error| Fault::new(what, error))
    }
}

/// A number as a database takes it; one that does not fit stands behind every other.
pub fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The mark of a row that stands in no chain: an altered row does not fit its own. Sixteen hexadecimal digits.
///
/// It tells accidents, not intent: whoever can write the row can write the mark.
pub fn row_mark(fields: &[&str]) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update(field.len().to_le_bytes());
        hash.update(field);
    }
    let mut mark = hex(&hash.finalize());
    mark.truncate(16);
    mark
}

/// A number a database gave; what should never be negative and is, counts as zero.
pub fn uint(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A stored version number.
///
/// # Errors
/// When it is negative or too large.
pub fn version(number: i64) -> Result<u32, Fault> {
    u32::try_from(number).or_fault("a stored version number is out of range")
}

/// A stored day.
///
/// # Errors
/// When the text is no date.
pub fn date(text: &str) -> Result<Date, Fault> {
    text.parse().or_fault("a stored date does not read")
}

/// Reads stored days. Most rows have the day of the row before, which is not read again.
#[derive(Clone, Debug, Default)]
pub struct Days(Option<(String, Date)>);

impl Days {
    /// The same as [`date`].
    ///
    /// # Errors
    /// When the text is no date.
    pub fn read(&mut self, text: &str) -> Result<Date, Fault> {
        if let Some((_, day)) = self.0.as_ref().filter(|(last, _)| last == text) {
            return Ok(*day);
        }
        let day = date(text)?;
        self.0 = Some((text.to_owned(), day));
        Ok(day)
    }
}

/// A stored time.
///
/// # Errors
/// When it is out of range.
pub fn time(microseconds: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_microsecond(microseconds).or_fault("a stored time is out of range")
}
