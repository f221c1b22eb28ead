//! What can be wrong with a database, as a type a program can act on.

use std::error::Error;

use register::Fault;

/// The cause of a [`Fault`] that somebody can do something about.
///
/// It stands somewhere in the fault's chain of sources; [`Trouble::of`] finds it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A newer program wrote the database.
    #[error(
        "the database has schema {found}, newer than the {known} this program knows: \
         use the program that wrote it, or a later one"
    )]
    Newer {
        /// The database's schema.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// An older program wrote the database, and who only reads it does not bring it up to date.
    #[error(
        "the database has schema {found}, older than the {known} this program reads: \
         open it once for writing, or read it with the program that wrote it"
    )]
    Older {
        /// The database's schema.
        found: i64,
        /// The one this program reads.
        known: i64,
    },
    /// A newer program wrote bodies of records in a shape this one does not know.
    #[error(
        "bodies of {kind} have version {found}, newer than the {known} this program knows: \
         use the program that wrote them, or a later one"
    )]
    NewerBodies {
        /// The kind's id.
        kind: String,
        /// The version of the bodies.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// The place holds something else.
    #[error("this is a database, but not a journal of this program")]
    Foreign,
    /// The server or its settings cannot keep what a journal promises.
    #[error("this database cannot keep a journal: {0}")]
    Unfit(String),
    /// The vault keys are not those the database was sealed with, or stand in another order.
    #[error("the vault keys given are {given}, but the database was sealed with {known}, oldest first")]
    WrongKey {
        /// Names the keys that were given, without telling them.
        given: String,
        /// Names the keys the database knows.
        known: String,
    },
    /// A kind has sealed fields, and no vault key was given.
    #[error("{kind} has sealed fields, and no vault key was given")]
    NoKey {
        /// The kind's id.
        kind: String,
    },
    /// A restore was cut off in the middle of this database.
    #[error("the database is half restored: remove it and restore again; it serves nobody as it is")]
    HalfRestored,
    /// The place of a restore holds something already.
    #[error("the database is not empty: a restore needs one that holds nothing")]
    NotEmpty,
    /// The database holds less, or something else, than was noted beside it when it was last written.
    #[error(
        "the journal ends at change {found}, and its end was noted as {noted:?}: part of it is lost; \
         remove {file} only if an older copy was put here on purpose"
    )]
    EndMissing {
        /// The note: position and hash.
        noted: String,
        /// The newest change there is.
        found: u64,
        /// The file that holds the note.
        file: String,
    },
    /// Another program with other kinds of records, or with a newer key, has opened the database since.
    #[error(
        "another process has changed the tables for another version or a newer key: \
         this one must be updated or given the key, and restarted"
    )]
    Superseded,
    /// The database takes no writes: a read-only disk, a replica, a missing permission.
    #[error("the database takes no writes")]
    ReadOnly,
    /// The database is open in another process.
    #[error("the database is open in another process")]
    InUse,
    /// A copy with a log beside it lies where nothing can be written; to read the log, SQLite must write there.
    #[error("the copy has a log beside it and lies where nothing can be written")]
    LogBeside,
    /// The disk is full.
    #[error("there is no space left for the database")]
    NoSpace,
    /// No connection by TLS came about: the server's certificate is not one to be believed, or it speaks no TLS.
    #[error("the database's server cannot be trusted")]
    Untrusted,
    /// The database is out of reach. Nothing was written.
    #[error("the database is out of reach")]
    Unreachable,
}

impl Trouble {
    /// The trouble an error comes from, if it is one that is known.
    pub fn of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |error| (**error).source()).find_map(|error| error.downcast_ref())
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        Self::new(trouble.to_string(), trouble)
    }
}
