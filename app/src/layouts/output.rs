//! Outputs that are whole under their name or not there.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// An output while it is written: standard output as it comes; a file beside its name until it is whole.
pub(super) enum Output {
    Standard(BufWriter<io::StdoutLock<'static>>),
    File(Beside),
    /// Nobody wants it.
    Nowhere,
}

/// A file under another name. Dropped before it is finished, it is removed.
pub(super) struct Beside {
    path: PathBuf,
    beside: PathBuf,
    out: Option<BufWriter<File>>,
}

impl Output {
    /// A file; `-` or none is standard output.
    pub(super) fn create(path: Option<&Path>) -> anyhow::Result<Self> {
        match path.filter(|path| !super::is_standard(path)) {
            Some(path) => Ok(Self::File(Beside::create(path)?)),
            None => Ok(Self::Standard(BufWriter::new(io::stdout().lock()))),
        }
    }

    /// A file, or nothing if none is named.
    pub(super) fn wanted(path: Option<&Path>) -> anyhow::Result<Self> {
        if path.is_some() { Self::create(path) } else { Ok(Self::Nowhere) }
    }

    pub(super) fn is_wanted(&self) -> bool {
        !matches!(self, Self::Nowhere)
    }

    pub(super) fn is_standard(&self) -> bool {
        matches!(self, Self::Standard(_))
    }

    /// Puts the output in its place.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Standard(mut out) => out.flush().context("標準出力に書けません"),
            Self::File(file) => file.finish(),
            Self::Nowhere => Ok(()),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::File(Beside { out: Some(out), .. }) => out.write(bytes),
            Self::File(_) | Self::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::File(Beside { out: Some(out), .. }) => out.flush(),
            Self::File(_) | Self::Nowhere => Ok(()),
        }
    }
}

impl Beside {
    fn create(path: &Path) -> anyhow::Result<Self> {
        if path.is_dir() {
            bail!("{} はフォルダです", path.display());
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".tmp");
        let beside = PathBuf::from(beside);
        let file = File::create(&beside).with_context(|| format!("{} に書けません", path.display()))?;
        Ok(Self { path: path.to_path_buf(), beside, out: Some(BufWriter::new(file)) })
    }

    fn finish(mut self) -> anyhow::Result<()> {
        let finished = self.out.take().map_or(Ok(()), |out| {
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            fs::rename(&self.beside, &self.path)
        });
        finished.with_context(|| format!("{} に書けません", self.path.display()))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if self.out.take().is_some() {
            // A file that was given up; failing to remove it is less than the failure that is told.
            let _ = fs::remove_file(&self.beside);
        }
    }
}
