//! Where commands write to: standard output, or a file that appears under its name only when it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use transport::Beside;

use crate::input::is_standard;

/// An output while it is written. A file that is dropped before it is finished is removed.
pub(crate) struct Output(Target);

enum Target {
    /// Written as it comes.
    Standard(BufWriter<io::StdoutLock<'static>>),
    File {
        path: PathBuf,
        /// [`None`] once it is finished.
        beside: Option<BufWriter<Part>>,
    },
    /// A device or a pipe: it has no name to appear under.
    Device(BufWriter<File>),
    /// Nobody wants it.
    Nowhere,
}

/// A file on its way, for a buffer to write into.
struct Part(Beside);

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.file.flush()
    }
}

impl Output {
    /// A file; `-` or none is standard output.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(crate) fn create(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| !is_standard(path)) else {
            return Ok(Self(Target::Standard(BufWriter::new(io::stdout().lock()))));
        };
        let made = if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            let device = fs::OpenOptions::new().write(true).open(path);
            device.map(|device| Target::Device(BufWriter::new(device)))
        } else {
            let beside = Beside::create(path).map(|beside| Some(BufWriter::new(Part(beside))));
            beside.map(|beside| Target::File { path: path.to_path_buf(), beside })
        };
        made.map(Self).with_context(|| not_written(path))
    }

    /// A file, or nothing if none is named.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(crate) fn wanted(path: Option<&Path>) -> anyhow::Result<Self> {
        if path.is_some() { Self::create(path) } else { Ok(Self::nowhere()) }
    }

    /// A file for its owner alone, for it will hold personal data; nothing if none is named.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(crate) fn wanted_private(path: Option<&Path>) -> anyhow::Result<Self> {
        let output = Self::wanted(path)?;
        if let Target::File { path, beside: Some(beside) } = &output.0 {
            make_private(&beside.get_ref().0.file).with_context(|| not_written(path))?;
        }
        Ok(output)
    }

    /// An output nobody wants.
    pub(crate) fn nowhere() -> Self {
        Self(Target::Nowhere)
    }

    pub(crate) fn is_wanted(&self) -> bool {
        !matches!(self.0, Target::Nowhere)
    }

    pub(crate) fn is_standard(&self) -> bool {
        matches!(self.0, Target::Standard(_))
    }

    /// Puts the output in its place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        match &mut self.0 {
            Target::File { path, beside } => {
                let Some(beside) = beside.take() else { return Ok(()) };
                let whole = beside.into_inner().map_err(io::IntoInnerError::into_error);
                whole.and_then(|part| part.0.finish()).with_context(|| not_written(path))
            }
            Target::Device(device) => device.flush().context("出力先に書けません"),
            Target::Standard(_) | Target::Nowhere => self.flush().context("標準出力に書けません"),
        }
    }
}

fn not_written(path: &Path) -> String {
    format!("{} に書けません", path.display())
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Target::Standard(out) => out.write(bytes),
            Target::File { beside: Some(out), .. } => out.write(bytes),
            Target::Device(out) => out.write(bytes),
            Target::File { .. } | Target::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Target::Standard(out) => out.flush(),
            Target::File { beside: Some(out), .. } => out.flush(),
            Target::Device(out) => out.flush(),
            Target::File { .. } | Target::Nowhere => Ok(()),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Target::File { beside, .. } = &mut self.0
            && let Some(given_up) = beside.take()
        {
            let (part, _) = given_up.into_parts();
            // Failing to remove it is less than the failure that is told.
            let _ = part.0.remove();
        }
    }
}

/// Lets `fill` write to a file or, without one, to standard output. A file is there only if `fill` ends well.
///
/// # Errors
/// What `fill` says, or the file system.
pub(crate) fn write_to<T>(
    path: Option<&Path>,
    fill: impl FnOnce(&mut dyn Write) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut out = Output::create(path)?;
    match fill(&mut out) {
        Ok(value) => {
            out.finish()?;
            Ok(value)
        }
        Err(error) => {
            // What standard output was given before an error stays written.
            if out.is_standard() {
                out.flush().context("標準出力に書けません")?;
            }
            Err(error)
        }
    }
}

/// Writes lines to standard output.
///
/// # Errors
/// When it cannot be written, a closed pipe included.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    write_to(None, |out| Ok(out.write_all(text.as_bytes())?))
}

/// The mode of a file that the program's user alone may read.
#[cfg(unix)]
pub(crate) const PRIVATE: u32 = 0o600;

/// Makes a file readable by the program's user alone, from its first byte.
#[cfg_attr(not(unix), expect(clippy::unnecessary_wraps, reason = "only unix has modes"))]
pub(crate) fn make_private(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(PRIVATE))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
