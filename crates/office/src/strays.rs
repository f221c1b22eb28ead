//! Kept files that no record names: what a killed worker left, or one whose number another took.
//!
//! Whoever records a delivery clears away what others prepared under its number. That means reading the folder of the link,
//! which holds one or two files for each delivery there ever was, so it is done only where something can lie: when this process
//! comes to the folder for the first time, and after a writing of its own that was not recorded.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The folders this process knows to hold only what is recorded.
#[derive(Default)]
pub(crate) struct Tidy(Mutex<HashSet<PathBuf>>);

impl Tidy {
    /// Tells that files are about to be written into a folder. Until [`Writing::recorded`] the folder counts as untidy.
    pub(crate) fn writing<'a>(&'a self, folder: &'a Path) -> Writing<'a> {
        let tidy = self.folders().remove(folder);
        Writing { folders: self, folder, tidy }
    }

    fn folders(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        // The set is whole after each single call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Files that are being written and are not recorded yet.
#[must_use = "a writing that is not recorded leaves its folder untidy"]
pub(crate) struct Writing<'a> {
    folders: &'a Tidy,
    folder: &'a Path,
    tidy: bool,
}

impl Writing<'_> {
    /// What was written is recorded now. `sweep` runs when something else may lie under its number.
    pub(crate) fn recorded(self, sweep: impl FnOnce()) {
        if !self.tidy {
            sweep();
        }
        self.folders.folders().insert(self.folder.to_path_buf());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_at_first_and_after_a_failure_only() {
        let (tidy, folder) = (Tidy::default(), Path::new("link"));
        let swept = |writing: Writing<'_>| {
            let mut swept = false;
            writing.recorded(|| swept = true);
            swept
        };
        assert!(swept(tidy.writing(folder)), "nobody knows what an earlier process left");
        assert!(!swept(tidy.writing(folder)));
        assert!(swept(tidy.writing(Path::new("other"))));
        drop(tidy.writing(folder));
        assert!(swept(tidy.writing(folder)), "the one before was not recorded");
        assert!(!swept(tidy.writing(folder)));
    }
}
