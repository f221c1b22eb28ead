//! What both databases can do, in one SQL.

use std::fmt::Debug;

use crate::RelayError;

/// A value that is bound or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    /// Text, none where there is nothing.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Int(number) => Some(number.to_string()),
            Self::Null | Self::Bytes(_) => None,
        }
    }

    /// A number, also one that a partner's program wrote as text.
    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Null | Self::Bytes(_) => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Where the two differ.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// The type of bytes.
    pub(crate) bytes: &'static str,
    /// The moment as text in Japan's time, by the database's clock.
    pub(crate) now: &'static str,
    /// How a view is made anew; PostgreSQL's way keeps what readers were granted.
    pub(crate) view: &'static [&'static str],
    /// Keeps others from making the same tables at the same moment.
    pub(crate) making: &'static str,
}

/// One transaction.
///
/// Placeholders are `$1`, `$2` … as on PostgreSQL.
pub(crate) trait Session {
    /// Where this database differs.
    fn dialect(&self) -> &'static Dialect;

    /// Does something; tells how many rows it was done to.
    fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, RelayError>;

    /// Asks for rows.
    fn ask(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, RelayError>;

    /// The columns of a table or view in their order; none when there is no such thing.
    fn columns(&mut self, table: &str) -> Result<Vec<String>, RelayError>;

    /// Refuses a table that is there and with which the other side could have its own program run in our name.
    ///
    /// # Errors
    /// [`RelayError::Foreign`].
    fn trust(&mut self, table: &str, whose: Whose) -> Result<(), RelayError>;
}

/// Whose a table is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Ours: we write into it.
    Ours,
    /// The other side's: we only read it.
    Theirs,
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Reading,
    Writing,
}

/// What is done in a transaction.
pub(crate) type Work<'a> = dyn FnMut(&mut dyn Session) -> Result<(), RelayError> + 'a;

/// A database that transactions are made in.
pub(crate) trait Database: Debug + Send + Sync {
    /// Does the work as one transaction: wholly, or not at all when it errs.
    fn within(&self, purpose: Purpose, work: &mut Work<'_>) -> Result<(), RelayError>;
}

/// A name as SQL writes it.
///
/// # Errors
/// When one of the databases would cut it off, or take it for something else.
pub(crate) fn quoted(name: &str) -> Result<String, RelayError> {
    // PostgreSQL's limit. It cuts longer names off without an error, and then two may be one.
    const NAME_BYTES_MAX: usize = 63;
    if name.is_empty() || NAME_BYTES_MAX < name.len() || name.contains('\0') {
        return Err(RelayError::Name(name.to_owned()));
    }
    Ok(format!("\"{}\"", name.replace('"', "\"\"")))
}
