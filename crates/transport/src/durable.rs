//! Files that are whole under their name or not there.

use std::fs::{self, File, TryLockError};
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
    /// What a killed process left under that name is written over. What a living one is writing is not: it would be
    /// emptied under the hands of the other, who then gives it its name.
    ///
    /// # Errors
    /// When it cannot be made, or another process is making it.
    pub fn create(path: &Path) -> io::Result<Self> {
        // Behind the whole name, not instead of its ending: `1.csv` and `1.dat` may be written at the same moment.
        let mut beside = path.as_os_str().to_owned();
        beside.push(".tmp");
        let beside = PathBuf::from(beside);
        loop {
            let file = File::options().create(true).truncate(false).write(true).open(&beside)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let what = format!("{} is being written by another process", beside.display());
                    return Err(io::Error::new(io::ErrorKind::WouldBlock, what));
                }
                // A drive without locks belongs to one process; that is as before.
                Err(TryLockError::Error(_)) => {}
            }
            // Who held the lock may have given the file its name meanwhile: then it is another's, and whole.
            if is_at(&file, &beside)? {
                file.set_len(0)?;
                return Ok(Self { path: path.to_path_buf(), beside, file });
            }
        }
    }

    /// Gives the file its name, so that after a crash it is whole or not there: flushed, renamed, the directory flushed.
    ///
    /// # Errors
    /// The first error of the file system; the file stays under the other name and is overwritten next time.
    pub fn finish(self) -> io::Result<()> {
        Self::finish_all(vec![self])
    }

    /// As [`Beside::finish`] for several files of one folder, which is flushed once for all of them.
    ///
    /// # Errors
    /// The first error of the file system; which of the files have their names by then is not said.
    pub fn finish_all(files: Vec<Self>) -> io::Result<()> {
        let folder = files.last().map(|last| {
            let parent = last.path.parent().filter(|parent| !parent.as_os_str().is_empty());
            parent.unwrap_or(Path::new(".")).to_path_buf()
        });
        for Self { file, .. } in &files {
            // One without a byte is whole as soon as the folder has its name.
            if file.metadata()?.len() != 0 {
                file.sync_all()?;
            }
        }
        Self::name_all(files)?;
        folder.map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    /// Gives the files their names without flushing anything: a power cut may take them or leave them half. For what can be made
    /// again; [`flush`] makes up for it.
    ///
    /// # Errors
    /// As [`Beside::finish_all`].
    pub fn name_all(files: Vec<Self>) -> io::Result<()> {
        for Self { path, beside, file } in files {
            fs::rename(&beside, &path)?;
            // Said, not left to closing: a child this process is just starting holds a copy of the handle until it runs.
            let _ = file.unlock();
        }
        Ok(())
    }

    /// Where the file lies until then.
    pub fn beside(&self) -> &Path {
        &self.beside
    }

    /// As [`Beside::finish`], under a name that was not known when the file was begun, in the same folder.
    ///
    /// # Errors
    /// As [`Beside::finish`].
    pub fn finish_as(self, path: &Path) -> io::Result<()> {
        self.named(path).finish()
    }

    /// The file, to be finished under another name of the same folder.
    #[must_use]
    pub fn named(mut self, path: &Path) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Gives the file up.
    ///
    /// # Errors
    /// When it cannot be removed; it is then overwritten next time.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.beside)
    }
}

/// Flushes files of one folder, and the folder: from here on they outlast a power cut. One that is not there any more is passed over.
///
/// # Errors
/// The first error of the file system.
pub fn flush(folder: &Path, files: &[PathBuf]) -> io::Result<()> {
    for path in files {
        match File::open(path) {
            Ok(file) if file.metadata()?.len() != 0 => file.sync_all()?,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    File::open(folder)?.sync_all()
}

/// Whether an open file is the one that stands at a path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let own = file.metadata()?;
        match fs::metadata(path) {
            Ok(there) => Ok((own.dev(), own.ino()) == (there.dev(), there.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        Ok(true)
    }
}

/// Writes a file so that after a crash it is whole under its name or not there; see [`Beside`].
///
/// # Errors
/// The first error of the file system. Nothing is left of what could not be written: it would fill the disk that is full.
pub fn write_durably(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut beside = Beside::create(path)?;
    if let Err(error) = fill(&mut beside.file) {
        // Should it stay after all, it is overwritten next time.
        let _ = beside.remove();
        return Err(error);
    }
    beside.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_another_is_writing_is_left_alone_and_a_dead_ones_is_taken_over() {
        let folder = std::env::temp_dir().join(format!("daicho-durable-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("1.csv");
        let mut first = Beside::create(&path).unwrap();
        first.file.write_all(b"first").unwrap();
        assert_eq!(Beside::create(&path).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(first);
        let full = |file: &mut File| {
            file.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        };
        assert_eq!(write_durably(&path, full).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing is left");
        write_durably(&path, |file| file.write_all(b"2")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        // The one that got its name is not the one that is written next.
        let mut next = Beside::create(&path).unwrap();
        next.file.write_all(b"third").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        next.finish().unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn files_of_one_folder_get_their_names_together() {
        let folder = std::env::temp_dir().join(format!("daicho-together-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let begun = |name: &str, bytes: &[u8]| {
            let mut beside = Beside::create(&folder.join(name)).unwrap();
            beside.file.write_all(bytes).unwrap();
            beside.named(&folder.join(format!("{name}.whole")))
        };
        Beside::finish_all(vec![begun("data", b"data"), begun("empty", b"")]).unwrap();
        assert_eq!(fs::read(folder.join("data.whole")).unwrap(), b"data");
        assert_eq!(fs::read(folder.join("empty.whole")).unwrap(), b"");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(&folder).unwrap();
    }
}
