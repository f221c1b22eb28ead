//! What a server has to be able to do so that a place can stand on it.

use std::fmt::Debug;
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use crate::Cause;

/// Bytes of a file sent or fetched at a time: what a slow line moves well within a step's limit.
pub(crate) const PIECE_BYTES: usize = 64 * 1024;

/// A server that is not connected yet. Its `Debug` shows no secret.
pub(crate) trait Server: Debug + Send + Sync {
    /// The place for messages.
    fn describe(&self) -> String;

    /// Connects and logs in.
    fn connect(&self) -> Result<Box<dyn Session>, Cause>;
}

/// A connection to a server. Folders are those of a place (`out`, `receipts` …), names are plain.
///
/// After an error it is not used again.
pub(crate) trait Session: Send {
    /// Whether it still answers.
    fn is_alive(&mut self) -> bool;

    /// Makes a folder of the place, if it is not there.
    fn make_folder(&mut self, folder: &str) -> Result<(), Cause>;

    /// The names in a folder that begin so, in no order; none when the folder is not there.
    fn list(&mut self, folder: &str, prefix: &str) -> Result<Vec<String>, Cause>;

    /// Copies a file; `false` when it is not there.
    fn read(&mut self, folder: &str, name: &str, to: &mut dyn Write) -> Result<bool, Cause>;

    /// Puts a file, so that it stands whole under its name or not at all. What stood there goes.
    fn write(&mut self, folder: &str, name: &str, content: &Content<'_>) -> Result<(), Cause>;

    /// Gives a file of the folder another name that is free; `false` when it is not there.
    fn rename(&mut self, folder: &str, from: &str, to: &str) -> Result<bool, Cause>;

    /// Takes a file away; no error when it is not there.
    fn remove(&mut self, folder: &str, name: &str) -> Result<(), Cause>;
}

/// What is put under a name.
pub(crate) struct Content<'a> {
    /// Where the bytes are.
    pub(crate) source: Source<'a>,
    /// How many.
    pub(crate) bytes: u64,
    /// Their SHA-256 in lower-case hexadecimal.
    pub(crate) sha256: String,
}

/// Where bytes to be put are.
pub(crate) enum Source<'a> {
    /// In a file here.
    File(&'a Path),
    /// A slip.
    Text(&'a str),
}

impl Content<'_> {
    /// The bytes from their beginning.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + Send + '_>, Cause> {
        Ok(match self.source {
            Source::File(path) => Box::new(File::open(path).map_err(Cause::Local)?),
            Source::Text(text) => Box::new(Cursor::new(text.as_bytes())),
        })
    }
}

/// The next bytes of a file that is sent; empty at its end.
pub(crate) fn next_piece<'p>(from: &mut dyn Read, piece: &'p mut [u8]) -> Result<&'p [u8], Cause> {
    loop {
        match from.read(piece) {
            Ok(count) => return Ok(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Cause::Local(error)),
        }
    }
}
