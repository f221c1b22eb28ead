//! Telling a person at a terminal what is going on. Progress goes to standard error, results to standard output.

/// Says one line of progress.
#[expect(clippy::print_stderr, reason = "progress of a command line program")]
pub fn say(line: &str) {
    eprintln!("{line}");
}

/// Prints one line of a result.
#[expect(clippy::print_stdout, reason = "result of a command line program")]
pub fn result(line: &str) {
    println!("{line}");
}
