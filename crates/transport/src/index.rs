//! Files of a folder by link and number: what addresses of HTTP name, while a folder knows names.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::http::wire::FileCard;
use crate::{Control, Folder};

/// A folder with an index of its control files.
///
/// Names are listed at every look, but each control file is read once: none ever changes under its name.
#[derive(Debug)]
pub struct FolderIndex {
    folder: Folder,
    /// Per folder of control files, name → card.
    read: Mutex<BTreeMap<PathBuf, BTreeMap<String, FileCard>>>,
}

impl FolderIndex {
    /// An index of a folder, seen from the side the folder is seen from.
    pub fn new(folder: Folder) -> Self {
        Self { folder, read: Mutex::new(BTreeMap::new()) }
    }

    /// The folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Files this side has put that fit.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sent(&self, fits: &dyn Fn(&FileCard) -> bool) -> io::Result<Vec<FileCard>> {
        self.cards(&self.folder.out(), fits)
    }

    /// Files the other side has put that fit, in the order of their names.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn incoming(&self, fits: &dyn Fn(&FileCard) -> bool) -> io::Result<Vec<FileCard>> {
        self.cards(&self.folder.incoming(), fits)
    }

    fn cards(&self, folder: &Path, fits: &dyn Fn(&FileCard) -> bool) -> io::Result<Vec<FileCard>> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut there = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            if let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".ctl")) {
                there.push(name.to_owned());
            }
        }
        there.sort();
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = read.entry(folder.to_path_buf()).or_default();
        // What is gone may come again with something else in it.
        known.retain(|name, _| there.binary_search(name).is_ok());
        for name in there {
            if known.contains_key(&name) {
                continue;
            }
            let Ok(text) = fs::read_to_string(folder.join(format!("{name}.ctl"))) else { continue };
            if let Ok(control) = Control::parse(&text) {
                known.insert(name.clone(), FileCard::of(&name, &control));
            }
        }
        Ok(known.values().filter(|card| fits(card)).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    #[test]
    fn files_are_found_by_what_their_control_files_say_also_after_they_were_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let index = FolderIndex::new(Folder::at(dir.path()));
        let put = |name: &str, no: u64| {
            let data = dir.path().join("data");
            fs::write(&data, "abc").unwrap();
            let control = Control {
                link: "l".into(),
                no,
                dataset: "d".into(),
                extent: "full".into(),
                as_of: 1,
                rows: 1,
                bytes: 3,
                sha256: crate::sha256_of(&data).unwrap(),
                content: None,
                part: 1,
                parts: 1,
            };
            index.folder().put(name, &data, &control).unwrap();
        };
        let numbers = || -> Vec<u64> { index.sent(&|_| true).unwrap().iter().map(|card| card.no).collect() };
        assert_eq!(numbers(), [0_u64; 0]);
        put("b", 2);
        put("a", 1);
        assert_eq!(numbers(), [1, 2]);
        assert_eq!(index.sent(&|card| card.no == 2).unwrap()[0].name, "b");
        assert_eq!(index.incoming(&|_| true).unwrap(), []);
        fs::remove_file(dir.path().join("out/a.ctl")).unwrap();
        assert_eq!(numbers(), [2]);
        put("a", 3);
        assert_eq!(numbers(), [3, 2]);
    }
}
