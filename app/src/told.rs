//! How a command of the command line ends: 0 when it is done, 1 when something was refused, 2 when it was called wrongly; what
//! failed below it is an error.

use std::io;
use std::process::ExitCode;

use office::RunError;

use crate::progress::say;
use crate::tables;

/// Why a command ends otherwise than well, worded for the person who called it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Told {
    exit: u8,
    message: String,
}

/// The input, a layout or a table was refused.
pub(crate) fn refused(message: impl Into<String>) -> anyhow::Error {
    Told { exit: 1, message: message.into() }.into()
}

/// A use of the office that did not come about: what was refused is told with what to do, each on a line.
pub(crate) fn not_done(error: RunError) -> anyhow::Error {
    match error {
        RunError::Refused(findings) => {
            let lines = findings.iter().map(|finding| format!("{}{}", finding.message, finding.remedy));
            refused(lines.collect::<Vec<_>>().join("\n"))
        }
        RunError::NoLink(words) => misused(words),
        other => other.into(),
    }
}

/// The command was called with what cannot be used.
pub(crate) fn misused(message: impl Into<String>) -> anyhow::Error {
    Told { exit: 2, message: message.into() }.into()
}

/// Says what a command was ended by, and gives its exit code.
///
/// # Errors
/// What nobody worded for the caller: a file that cannot be read or written.
pub fn ended(done: anyhow::Result<ExitCode>) -> anyhow::Result<ExitCode> {
    let Err(error) = done else { return done };
    if let Some(told) = error.downcast_ref::<Told>() {
        say(&told.message);
        return Ok(ExitCode::from(told.exit));
    }
    if let Some(refused) = error.downcast_ref::<tables::Refused>() {
        say(&refused.to_string());
        return Ok(ExitCode::from(1));
    }
    // Whoever reads the output has seen enough.
    let broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(broken_pipe) { Ok(ExitCode::SUCCESS) } else { Err(error) }
}
