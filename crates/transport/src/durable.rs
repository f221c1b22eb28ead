//! Files that are whole under their name or not there.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file on its way: it stands beside its name until it is whole.
#[derive(Debug)]
pub struct Beside {
    path: PathBuf,
    beside: PathBuf,
    /// Its content.
    pub file: File,
}

impl Beside {
    /// Begins a file that will have this path, `NAME.tmp` until then.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        // Behind the whole name, not instead of its ending: `1.csv` and `1.dat` may be written at the same moment.
        let mut beside = path.as_os_str().to_owned();
        beside.push(".tmp");
        let beside = PathBuf::from(beside);
        let file = File::create(&beside)?;
        Ok(Self { path: path.to_path_buf(), beside, file })
    }

    /// Gives the file its name, so that after a crash it is whole or not there: flushed, renamed, the directory flushed.
    ///
    /// # Errors
    /// The first error of the file system; the file stays under the other name and is overwritten next time.
    pub fn finish(self) -> io::Result<()> {
        let Self { path, beside, file } = self;
        file.sync_all()?;
        drop(file);
        fs::rename(&beside, &path)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    }

    /// Where the file lies until then.
    pub fn beside(&self) -> &Path {
        &self.beside
    }

    /// As [`Beside::finish`], under a name that was not known when the file was begun, in the same folder.
    ///
    /// # Errors
    /// As [`Beside::finish`].
    pub fn finish_as(mut self, path: &Path) -> io::Result<()> {
        path.clone_into(&mut self.path);
        self.finish()
    }

    /// Gives the file up.
    ///
    /// # Errors
    /// When it cannot be removed; it is then overwritten next time.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.beside)
    }
}

/// Writes a file so that after a crash it is whole under its name or not there; see [`Beside`].
///
/// # Errors
/// The first error of the file system; the half-written file stays under another name and is overwritten next time.
pub fn write_durably(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut beside = Beside::create(path)?;
    fill(&mut beside.file)?;
    beside.finish()
}
