//! Where commands read from: a file, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context;

/// Whether a path stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file; `-` or none is standard input.
///
/// # Errors
/// When it cannot be opened.
pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Box<dyn Read>> {
    Ok(match path.filter(|path| !is_standard(path)) {
        Some(path) => Box::new(File::open(path).with_context(|| format!("{} が読めません", path.display()))?),
        None => Box::new(io::stdin().lock()),
    })
}

/// Fills a piece as far as the input goes; 0 at its end.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read_piece(input: &mut dyn Read, piece: &mut [u8]) -> anyhow::Result<usize> {
    loop {
        match input.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            count => return count.context("入力が読めません"),
        }
    }
}
