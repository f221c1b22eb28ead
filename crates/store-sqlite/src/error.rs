//! Errors of SQLite that somebody can do something about.

use std::error::Error;

use register::{Fault, in_one_line};
use rusqlite::ErrorCode;
use store::Trouble;

/// No room for the index of the log (`SQLITE_IOERR_SHMSIZE`).
const NO_ROOM_FOR_INDEX: i32 = 4_874;

/// The fault with the trouble it comes from, where SQLite's error tells one.
pub(crate) fn named(fault: Fault) -> Fault {
    if Trouble::of(&fault).is_some() {
        return fault;
    }
    let whole: &(dyn Error + 'static) = &fault;
    let causes = std::iter::successors(Some(whole), |error| (**error).source());
    let trouble = causes.filter_map(|error| error.downcast_ref::<rusqlite::Error>()).find_map(trouble);
    match trouble {
        Some(trouble) => Fault::new(in_one_line(&fault), trouble),
        None => fault,
    }
}

fn trouble(error: &rusqlite::Error) -> Option<Trouble> {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(Trouble::NoSpace),
        ErrorCode::SystemIoFailure if extended == Some(NO_ROOM_FOR_INDEX) => Some(Trouble::NoSpace),
        ErrorCode::ReadOnly => Some(Trouble::ReadOnly),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_mended_has_its_name() {
        let sqlite = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        for (code, wanted) in [
            (rusqlite::ffi::SQLITE_FULL, Some(Trouble::NoSpace)),
            (rusqlite::ffi::SQLITE_IOERR_SHMSIZE, Some(Trouble::NoSpace)),
            (rusqlite::ffi::SQLITE_READONLY_DIRECTORY, Some(Trouble::ReadOnly)),
            (rusqlite::ffi::SQLITE_IOERR_FSYNC, None),
            (rusqlite::ffi::SQLITE_CORRUPT, None),
        ] {
            let inner = Fault::new("the change cannot be written", sqlite(code));
            let named = named(Fault::new("the restore cannot be written", inner));
            assert_eq!(Trouble::of(&named), wanted.as_ref(), "{code}");
            assert!(named.to_string().contains("restore"), "{named}");
        }
        let known = named(Fault::new("the database cannot be opened", Trouble::HalfRestored));
        assert_eq!(Trouble::of(&known), Some(&Trouble::HalfRestored));
    }
}
