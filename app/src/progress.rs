//! Telling a person at a terminal what is going on. Progress goes to standard error, results to standard output.

use std::io::Write;

/// Says one line of progress.
pub fn say(line: &str) {
    // Whoever does not listen misses it; the work goes on.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints one line of a result.
pub fn result(line: &str) {
    // Whoever closed the pipe (`| head`) has seen enough.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
