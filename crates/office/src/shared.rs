//! Kept files of equal content share one place on the disk (控えの重複排除): an extract that did not change since yesterday,
//! one dataset by one layout to five receivers, a letter that arrived twice.
//!
//! Each file keeps its own name. Beside the folders of the links lies one with every content once, named by its SHA-256, and the
//! names are hard links to it; so nothing has to be counted, and whoever removes a name removes no other's. A drive without hard
//! links keeps every file by itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use transport::{Access, make_folders, sha256_of};

/// The folder of contents; no link can be called so.
const CONTENTS: &str = ".contents";

/// Below this, a file takes no more room than its name.
const SHARED_FROM_BYTES: u64 = 4_096;

/// Lets a file that is whole, in the folder of its link, share the place of an equal one, or be the one that others share.
///
/// Nothing depends on it: what cannot be shared stays as it is.
pub(crate) fn share(path: &Path, sha256: &str) {
    if let Err(error) = try_share(path, sha256) {
        tracing::debug!(path = %path.display(), cause = %error, "a kept file is not shared");
    }
}

fn try_share(path: &Path, sha256: &str) -> io::Result<()> {
    let root = path.parent().and_then(Path::parent);
    let (Some(root), Some(shelf)) = (root, sha256.get(..2)) else { return Ok(()) };
    if fs::metadata(path)?.len() < SHARED_FROM_BYTES {
        return Ok(());
    }
    let shelf = root.join(CONTENTS).join(shelf);
    let content = shelf.join(sha256);
    if !content.exists() {
        make_folders(&shelf, Access::Private)?;
        return fs::hard_link(path, &content);
    }
    // What was altered on the disk must not become the newest evidence, too; this file is whole and takes its place.
    if sha256_of(&content)? != sha256 {
        fs::remove_file(&content)?;
        return fs::hard_link(path, &content);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".shared");
    let beside = PathBuf::from(beside);
    // One that a killed process left.
    let _ = fs::remove_file(&beside);
    fs::hard_link(&content, &beside)?;
    // At every moment the name leads to the whole content, by one place or the other.
    fs::rename(&beside, path)
}

/// Removes contents that no kept file has any more, and tells how many bytes are free again by that.
pub(crate) fn sweep_contents(root: &Path) -> io::Result<u64> {
    let mut free = 0_u64;
    for shelf in entries(&root.join(CONTENTS))? {
        for content in entries(&shelf)? {
            let about = match fs::metadata(&content) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                about => about?,
            };
            if names(&about) == 1 {
                // Whoever takes it for a new file at this moment has a name of their own for it by now.
                fs::remove_file(&content)?;
                free = free.saturating_add(about.len());
            }
        }
    }
    Ok(free)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read?.map(|entry| entry.map(|entry| entry.path())).collect(),
    }
}

/// How many names a file has.
#[cfg(unix)]
pub(crate) fn names(about: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(about)
}

/// How many names a file has: elsewhere nobody says, so that what is shared stays.
#[cfg(not(unix))]
pub(crate) fn names(_: &fs::Metadata) -> u64 {
    2
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

    use sha2::{Digest, Sha256};
    use std::os::unix::fs::MetadataExt;
    use transport::in_hex;

    use super::*;

    struct Kept {
        root: tempfile::TempDir,
    }

    impl Kept {
        fn file(&self, link: &str, name: &str, content: &[u8]) -> PathBuf {
            let folder = self.root.path().join(link);
            fs::create_dir_all(&folder).unwrap();
            let path = folder.join(name);
            fs::write(&path, content).unwrap();
            share(&path, &in_hex(Sha256::new_with_prefix(content)));
            path
        }

        fn sweep(&self) -> u64 {
            sweep_contents(self.root.path()).unwrap()
        }
    }

    fn place(path: &Path) -> u64 {
        fs::metadata(path).unwrap().ino()
    }

    #[test]
    fn equal_files_share_a_place_until_the_last_name_goes() {
        let kept = Kept { root: tempfile::tempdir().unwrap() };
        let (long, other) = (vec![b'a'; 5_000], vec![b'b'; 5_000]);
        let one = kept.file("full", "1.data", &long);
        let two = kept.file("full", "2.data", &long);
        let three = kept.file("elsewhere", "1.data", &long);
        let different = kept.file("full", "3.data", &other);
        assert_eq!([place(&two), place(&three)], [place(&one); 2]);
        assert_ne!(place(&different), place(&one));
        assert_eq!(kept.sweep(), 0);
        for path in [&one, &two] {
            fs::remove_file(path).unwrap();
            assert_eq!(kept.sweep(), 0, "others have it still");
        }
        assert_eq!(fs::read(&three).unwrap(), long);
        fs::remove_file(&three).unwrap();
        assert_eq!(kept.sweep(), 5_000);
        assert_eq!(fs::read(&different).unwrap(), other);
    }

    #[test]
    fn what_was_altered_on_the_disk_is_shared_no_more() {
        let kept = Kept { root: tempfile::tempdir().unwrap() };
        let content = vec![b'a'; 5_000];
        let one = kept.file("full", "1.data", &content);
        fs::write(&one, vec![b'x'; 5_000]).unwrap();
        let two = kept.file("full", "2.data", &content);
        let three = kept.file("full", "3.data", &content);
        assert_eq!(fs::read(&two).unwrap(), content);
        assert_eq!(place(&three), place(&two));
        assert_ne!(place(&two), place(&one));
    }

    #[test]
    fn small_files_stay_by_themselves() {
        let kept = Kept { root: tempfile::tempdir().unwrap() };
        let (one, two) = (kept.file("full", "1.data", b"a"), kept.file("full", "2.data", b"a"));
        assert_ne!(place(&one), place(&two));
        assert_eq!(kept.sweep(), 0);
    }
}
