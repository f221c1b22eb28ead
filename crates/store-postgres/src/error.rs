//! What the driver's errors mean.

use std::io;

use register::{Fault, in_one_line};
use store::Trouble;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// Whether the connection is gone, so that nothing is known of what was under way on it.
pub(crate) fn is_lost(error: &Error) -> bool {
    if error.is_closed() {
        return true;
    }
    match error.code() {
        Some(code) => {
            [
                SqlState::ADMIN_SHUTDOWN,
                SqlState::CRASH_SHUTDOWN,
                SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            ]
            .contains(code)
                || code.code().starts_with("08")
        }
        None => std::iter::successors(std::error::Error::source(error), |error| (**error).source())
            .any(|error| error.is::<io::Error>()),
    }
}

/// Whether trying to connect again may help: the server is starting, full, or not there.
pub(crate) fn is_passing(error: &Error) -> bool {
    match error.code() {
        // Also a session that is ended while it begins.
        Some(code) => {
            [SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS].contains(code) || is_lost(error)
        }
        None => true,
    }
}

/// Whether the server has no place left for another connection.
pub(crate) fn is_full(error: &Error) -> bool {
    error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS)
}

/// Whether the transaction was undone by the server for reasons of others, and may be done again as it is.
pub(crate) fn is_undone(error: &Error) -> bool {
    error.code().is_some_and(|code| code.code().starts_with("40"))
}

/// The error as a fault that says what was being done, with the trouble when it is a known one.
pub(crate) fn fault(what: &str, error: Error) -> Fault {
    let trouble = match error.code() {
        Some(code) if *code == SqlState::DISK_FULL => Some(Trouble::NoSpace),
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Some(Trouble::ReadOnly),
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => Some(Trouble::ReadOnly),
        _ if is_lost(&error) => Some(Trouble::Unreachable),
        _ => None,
    };
    let said = error.as_db_error().map(|said| format!("{what}: {}", said.message()));
    match trouble {
        Some(trouble) => Fault::new(said.unwrap_or_else(|| format!("{what}: {error}")), trouble),
        None => Fault::new(said.unwrap_or_else(|| what.to_owned()), error),
    }
}

/// The fault of a server that lets nobody in, or that this program does not believe.
pub(crate) fn cannot_open(error: &Error) -> Fault {
    let trouble = if is_of_tls(error) { Trouble::Untrusted } else { Trouble::Unreachable };
    Fault::new(format!("the database cannot be opened: {}", in_one_line(error)), trouble)
}

/// Whether no protected connection came about: the server's certificate, a name that is no host's, a server without TLS.
fn is_of_tls(error: &Error) -> bool {
    let causes = std::iter::successors(std::error::Error::source(error), |error| (**error).source());
    let mut by_library = causes
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .filter_map(io::Error::get_ref)
        .map(|inner| inner.is::<rustls::Error>());
    by_library.any(|is_of_tls| is_of_tls) || error.to_string().contains("TLS")
}

/// Turns the driver's error into a fault.
pub(crate) trait OrSaid<T> {
    /// The value, or the fault that says what was being done.
    fn or_said(self, what: &str) -> Result<T, Fault>;
}

impl<T> OrSaid<T> for Result<T, Error> {
    fn or_said(self, what: &str) -> Result<T, Fault> {
        self.map_err(|error| fault(what, error))
    }
}
