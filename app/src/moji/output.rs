//! Where results go: standard output, or a file that appears under its name only when it is whole.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use transport::write_durably;

/// Lets `fill` write to a file or, without one, to standard output. A file is there only if `fill` ends well.
///
/// # Errors
/// What `fill` says, or the file system.
pub(super) fn write_to<T>(
    path: Option<&Path>,
    fill: impl FnOnce(&mut dyn Write) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let mut out = io::stdout().lock();
        let filled = fill(&mut out);
        // What was written before an error stays written.
        out.flush().context("標準出力に書けません")?;
        return filled;
    };
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        // A device or a pipe has no name to appear under.
        let file = fs::OpenOptions::new().write(true).open(path);
        return fill(&mut file.with_context(|| format!("{} に書けません", path.display()))?);
    }
    let mut filled = None;
    let written = write_durably(path, |file| match filled.insert(fill(file)) {
        Ok(_) => Ok(()),
        Err(_) => Err(io::Error::other("refused")),
    });
    if written.is_err() {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".tmp");
        // It may not have been made at all; nothing depends on it.
        let _ = fs::remove_file(beside);
    }
    match filled {
        Some(Err(error)) => Err(error),
        Some(Ok(value)) => {
            written.with_context(|| format!("{} に書けません", path.display()))?;
            Ok(value)
        }
        None => Err(written.err().unwrap_or_else(|| io::Error::other("not written")))
            .with_context(|| format!("{} に書けません", path.display())),
    }
}

/// Writes lines to standard output.
///
/// # Errors
/// When it cannot be written, a closed pipe included.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    write_to(None, |out| Ok(out.write_all(text.as_bytes())?))
}
