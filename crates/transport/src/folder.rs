//! A folder both sides reach.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{Control, Receipt, SlipError, write_durably};

/// Bytes read at a time for a checksum.
const PIECE_BYTES: usize = 256 * 1024;

/// A place that did not do what it was asked, in Japanese for the operator; the cause is the source.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The folder cannot be reached or written.
    #[error("連携先フォルダ「{}」の{what}に失敗しました", path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// A receipt is there but does not read.
    #[error("受領書「{name}」が読めません")]
    Receipt {
        /// The receipt's file name.
        name: String,
        /// What is wrong in it.
        #[source]
        source: SlipError,
    },
    /// The bytes that were kept for sending are not those that were recorded.
    #[error("「{name}」の控えの内容が、作成したときのSHA-256と違います。送っていません")]
    Altered {
        /// The file name.
        name: String,
    },
    /// Another content already stands under the name: sending must not change what was sent.
    #[error("「{name}」には別の内容がすでに置かれています")]
    Taken {
        /// The file name.
        name: String,
    },
}

/// A folder with `out/` and `receipts/`.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

/// SHA-256 of a file in lower-case hexadecimal, read in pieces.
///
/// # Errors
/// The first error of the file system.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => hash.update(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(in_hex(hash))
}

/// What a SHA-256 came to, in lower-case hexadecimal, as control files and receipts have it.
pub fn in_hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who may look into folders that are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// As the system's defaults say: the other side has to reach them.
    Shared,
    /// The program's own user alone: personal data lies in them that nobody else has to read.
    Private,
}

/// Makes a folder with the folders above it that are missing, each flushed into the one above, so that a file written
/// durably below is found again after a power cut.
///
/// # Errors
/// The first error of the file system.
pub fn make_folders(path: &Path, access: Access) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        make_folders(above, access)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    if access == Access::Private {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    match builder.create(path) {
        // Another thread was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    File::open(above.unwrap_or(Path::new(".")))?.sync_all()
}

impl Folder {
    /// A place at this path; nothing is touched yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Where data and control files lie.
    pub fn out(&self) -> PathBuf {
        self.root.join("out")
    }

    /// Where the receiver puts receipts.
    pub fn receipts(&self) -> PathBuf {
        self.root.join("receipts")
    }

    /// Puts a data file and then its control file. Doing it again with the same bytes changes nothing, so that a
    /// sender that was killed in the middle may simply repeat. A data file that is gone or damaged is put anew: the
    /// same delivery is sent again just because something went wrong with it.
    ///
    /// # Errors
    /// [`PlaceError::Io`] when the folder does not take it; [`PlaceError::Taken`] when another delivery's control file
    /// stands under the name; [`PlaceError::Altered`] when the bytes to be sent are not those the control file states.
    pub fn put(&self, name: &str, data: &Path, control: &Control) -> Result<(), PlaceError> {
        let out = self.out();
        let io = |what, path: &Path| {
            let path = path.to_path_buf();
            move |source| PlaceError::Io { what, path, source }
        };
        make_folders(&out, Access::Shared).map_err(io("作成", &out))?;
        let receipts = self.receipts();
        make_folders(&receipts, Access::Shared).map_err(io("作成", &receipts))?;
        let control_path = out.join(format!("{name}.ctl"));
        match fs::read_to_string(&control_path) {
            Ok(there) if there == control.to_text() => {
                if sha256_of(&out.join(name)).is_ok_and(|there| there == control.sha256) {
                    return Ok(());
                }
            }
            Ok(_) => return Err(PlaceError::Taken { name: name.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io("読み取り", &control_path)(error)),
        }
        if sha256_of(data).map_err(io("読み取り", data))? != control.sha256 {
            return Err(PlaceError::Altered { name: name.to_owned() });
        }
        let path = out.join(name);
        write_durably(&path, |file| {
            let mut source = File::open(data)?;
            io::copy(&mut source, file).map(drop)
        })
        .map_err(io("書き込み", &path))?;
        write_durably(&control_path, |file| file.write_all(control.to_text().as_bytes()))
            .map_err(io("書き込み", &control_path))
    }

    /// Puts an answered receipt aside (`NAME.receipt.1`, `.2` …), before the same delivery is sent again: what comes
    /// next is a new answer, and the old one stays as evidence.
    ///
    /// # Errors
    /// [`PlaceError::Io`] when the folder does not allow it.
    pub fn retire_receipt(&self, name: &str) -> Result<(), PlaceError> {
        let path = self.receipts().join(format!("{name}.receipt"));
        let free = (1..)
            .map(|no: u32| self.receipts().join(format!("{name}.receipt.{no}")))
            .find(|path| !path.exists());
        let Some(aside) = free else { return Ok(()) };
        match fs::rename(&path, aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(PlaceError::Io { what: "書き込み", path, source }),
            Ok(()) => Ok(()),
        }
    }

    /// The receipt of a data file, if the receiver has put one.
    ///
    /// # Errors
    /// [`PlaceError::Receipt`] when it does not read, [`PlaceError::Io`] when the folder cannot be read.
    pub fn receipt(&self, name: &str) -> Result<Option<Receipt>, PlaceError> {
        let receipt_name = format!("{name}.receipt");
        let path = self.receipts().join(&receipt_name);
        match fs::read_to_string(&path) {
            Ok(text) => Receipt::parse(&text)
                .map(Some)
                .map_err(|source| PlaceError::Receipt { name: receipt_name, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(PlaceError::Io { what: "読み取り", path, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    /// SHA-256 of `abc`.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn control(sha256: &str) -> Control {
        Control {
            link: "l".into(),
            no: 1,
            dataset: "d".into(),
            extent: "full".into(),
            as_of: 7,
            rows: 1,
            bytes: 3,
            sha256: sha256.into(),
            part: 1,
            parts: 1,
        }
    }

    #[test]
    fn a_repeat_is_harmless_and_another_content_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        fs::write(&data, "abc").unwrap();
        let place = Folder::at(dir.path().join("welfare"));
        place.put("a.dat", &data, &control(ABC)).unwrap();
        place.put("a.dat", &data, &control(ABC)).unwrap();
        assert!(matches!(place.put("a.dat", &data, &control("2")), Err(PlaceError::Taken { .. })));
        assert_eq!(fs::read_to_string(place.out().join("a.dat")).unwrap(), "abc");
    }

    #[test]
    fn a_repeat_puts_a_lost_or_damaged_file_anew() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        fs::write(&data, "abc").unwrap();
        let place = Folder::at(dir.path().join("welfare"));
        place.put("a.dat", &data, &control(ABC)).unwrap();
        let there = place.out().join("a.dat");
        fs::write(&there, "ab").unwrap();
        place.put("a.dat", &data, &control(ABC)).unwrap();
        assert_eq!(fs::read_to_string(&there).unwrap(), "abc", "cut off by the other side");
        fs::remove_file(&there).unwrap();
        place.put("a.dat", &data, &control(ABC)).unwrap();
        assert_eq!(fs::read_to_string(&there).unwrap(), "abc", "taken away without its control file");
    }

    #[test]
    fn bytes_that_are_not_those_recorded_are_not_sent() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        fs::write(&data, "abd").unwrap();
        let place = Folder::at(dir.path().join("welfare"));
        assert!(matches!(place.put("a.dat", &data, &control(ABC)), Err(PlaceError::Altered { .. })));
        assert!(!place.out().join("a.dat").exists() && !place.out().join("a.dat.ctl").exists());
    }

    #[test]
    fn names_that_differ_in_their_ending_are_written_side_by_side() {
        let dir = tempfile::tempdir().unwrap();
        write_durably(&dir.path().join("1.csv"), |csv| {
            csv.write_all(b"cs")?;
            write_durably(&dir.path().join("1.dat"), |dat| dat.write_all(b"dat"))?;
            csv.write_all(b"v")
        })
        .unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("1.csv")).unwrap(), "csv");
        assert_eq!(fs::read_to_string(dir.path().join("1.dat")).unwrap(), "dat");
    }

    #[test]
    fn a_receipt_is_read_back_and_a_bad_one_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let place = Folder::at(dir.path());
        assert_eq!(place.receipt("a.dat").unwrap(), None);
        let receipt = Receipt { no: 1, rows: 1, sha256: "1".into(), verdict: Verdict::Applied };
        fs::create_dir_all(place.receipts()).unwrap();
        fs::write(place.receipts().join("a.dat.receipt"), receipt.to_text()).unwrap();
        assert_eq!(place.receipt("a.dat").unwrap(), Some(receipt));
        fs::write(place.receipts().join("a.dat.receipt"), "no=1").unwrap();
        assert!(matches!(place.receipt("a.dat"), Err(PlaceError::Receipt { .. })));
        for kept in 1..=2 {
            place.retire_receipt("a.dat").unwrap();
            assert_eq!(place.receipt("a.dat").unwrap(), None);
            fs::write(place.receipts().join("a.dat.receipt"), "no=1").unwrap();
            assert!(place.receipts().join(format!("a.dat.receipt.{kept}")).exists());
        }
    }

    #[test]
    fn a_place_that_is_a_file_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("not-a-folder");
        fs::write(&file, "").unwrap();
        let error = Folder::at(&file).put("a", &file, &control("1")).unwrap_err();
        assert!(error.to_string().contains("作成に失敗しました"), "{error}");
    }
}
