//! A folder both sides reach.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{Arrival, Control, Place, PlaceError, Receipt, write_durably};

/// Bytes read at a time for a checksum.
const PIECE_BYTES: usize = 256 * 1024;

/// A folder both sides reach: ours in `out/`, answered in `receipts/`; theirs in `in/`, answered in `in-receipts/`.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    side: Side,
}

/// From which side a place is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Ours,
    Theirs,
}

impl Side {
    /// The other one.
    pub(crate) fn other(self) -> Self {
        if self == Self::Ours { Self::Theirs } else { Self::Ours }
    }

    /// The folder of data and control files of this side.
    pub(crate) fn out(self) -> &'static str {
        if self == Self::Ours { "out" } else { "in" }
    }

    /// The folder of the other side's receipts for them.
    pub(crate) fn receipts(self) -> &'static str {
        if self == Self::Ours { "receipts" } else { "in-receipts" }
    }
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
        Self { root: root.into(), side: Side::Ours }
    }

    /// The place to share among links.
    #[must_use]
    pub fn shared(self) -> Arc<dyn Place> {
        Arc::new(self)
    }

    /// The same folder as the system at the other end sees it: what goes out here comes in there.
    #[must_use]
    pub fn other_side(&self) -> Self {
        Self { root: self.root.clone(), side: self.side.other() }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Where data and control files of this side lie.
    pub fn out(&self) -> PathBuf {
        self.root.join(self.side.out())
    }

    /// Where the other side puts receipts for them.
    pub fn receipts(&self) -> PathBuf {
        self.root.join(self.side.receipts())
    }

    /// Where the other side's files lie.
    pub fn incoming(&self) -> PathBuf {
        self.other_side().out()
    }

    /// Where this side puts receipts for them.
    pub fn answers(&self) -> PathBuf {
        self.other_side().receipts()
    }
}

/// Words and path for an error of the file system.
fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PlaceError {
    let path = path.to_path_buf();
    move |source| PlaceError::Io { what, path, source }
}

fn read_receipt(folder: &Path, name: &str) -> Result<Option<Receipt>, PlaceError> {
    let name = format!("{name}.receipt");
    let path = folder.join(&name);
    match fs::read_to_string(&path) {
        Ok(text) => Receipt::parse(&text).map(Some).map_err(|source| PlaceError::Receipt { name, source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("読み取り", &path)(error)),
    }
}

/// Moves a receipt to `NAME.receipt.1`, `.2` …: the old answer stays as evidence.
fn put_aside(folder: &Path, name: &str) -> Result<(), PlaceError> {
    let path = folder.join(format!("{name}.receipt"));
    let free = (1..).map(|no: u32| folder.join(format!("{name}.receipt.{no}"))).find(|path| !path.exists());
    let Some(aside) = free else { return Ok(()) };
    match fs::rename(&path, aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io_error("書き込み", &path)(error)),
        Ok(()) => Ok(()),
    }
}

impl Place for Folder {
    fn describe(&self) -> String {
        self.root.display().to_string()
    }

    /// A data file that is gone or damaged is put anew: the same delivery is sent again just because something went wrong
    /// with it.
    fn put(&self, name: &str, data: &Path, control: &Control) -> Result<Option<Receipt>, PlaceError> {
        let out = self.out();
        make_folders(&out, Access::Shared).map_err(io_error("作成", &out))?;
        let receipts = self.receipts();
        make_folders(&receipts, Access::Shared).map_err(io_error("作成", &receipts))?;
        let control_path = out.join(format!("{name}.ctl"));
        match fs::read_to_string(&control_path) {
            Ok(there) if there == control.to_text() => {
                if sha256_of(&out.join(name)).is_ok_and(|there| there == control.sha256) {
                    return Ok(None);
                }
            }
            Ok(_) => return Err(PlaceError::Taken { name: name.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error("読み取り", &control_path)(error)),
        }
        if sha256_of(data).map_err(io_error("読み取り", data))? != control.sha256 {
            return Err(PlaceError::Altered { name: name.to_owned() });
        }
        let path = out.join(name);
        write_durably(&path, |file| {
            let mut source = File::open(data)?;
            io::copy(&mut source, file).map(drop)
        })
        .map_err(io_error("書き込み", &path))?;
        write_durably(&control_path, |file| file.write_all(control.to_text().as_bytes()))
            .map_err(io_error("書き込み", &control_path))?;
        Ok(None)
    }

    fn receipt(&self, name: &str) -> Result<Option<Receipt>, PlaceError> {
        read_receipt(&self.receipts(), name)
    }

    fn retire_receipt(&self, name: &str) -> Result<(), PlaceError> {
        put_aside(&self.receipts(), name)
    }

    fn arrivals(&self, prefix: &str) -> Result<Vec<Arrival>, PlaceError> {
        let (incoming, answers) = (self.incoming(), self.answers());
        let entries = match fs::read_dir(&incoming) {
            Ok(entries) => entries,
            // The other side has not begun yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_error("読み取り", &incoming)(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(io_error("読み取り", &incoming))?.file_name();
            // A name that is no text cannot be one that was agreed.
            let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".ctl")) else { continue };
            if name.starts_with(prefix) && !answers.join(format!("{name}.receipt")).exists() {
                names.push(name.to_owned());
            }
        }
        names.sort();
        let mut arrivals = Vec::new();
        for name in names {
            let path = incoming.join(format!("{name}.ctl"));
            let text = match fs::read(&path) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                // Taken back between the two looks.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(io_error("読み取り", &path)(error)),
            };
            arrivals.push(Arrival { name, control: Control::parse(&text) });
        }
        Ok(arrivals)
    }

    fn fetch(&self, name: &str, to: &mut dyn Write) -> Result<(), PlaceError> {
        let path = self.incoming().join(name);
        let copied = File::open(&path).and_then(|mut file| io::copy(&mut file, to));
        copied.map(drop).map_err(io_error("読み取り", &path))
    }

    fn answer(&self, name: &str, receipt: &Receipt) -> Result<(), PlaceError> {
        let answers = self.answers();
        make_folders(&answers, Access::Shared).map_err(io_error("作成", &answers))?;
        match read_receipt(&answers, name)? {
            Some(there) if there.agrees(receipt) => return Ok(()),
            Some(_) => return Err(PlaceError::Taken { name: format!("{name}.receipt") }),
            None => {}
        }
        let path = answers.join(format!("{name}.receipt"));
        write_durably(&path, |file| file.write_all(receipt.to_text().as_bytes()))
            .map_err(io_error("書き込み", &path))
    }

    fn bring(&self, name: &str, data: &Path, control: &Control) -> Result<(), PlaceError> {
        self.other_side().put(name, data, control).map(|_| ())
    }

    fn takes_by_hand(&self) -> bool {
        true
    }

    fn retire_answer(&self, name: &str) -> Result<(), PlaceError> {
        put_aside(&self.answers(), name)
    }

    fn probe(&self, told: &mut dyn FnMut(&str)) -> Result<(), PlaceError> {
        for folder in [self.out(), self.receipts()] {
            make_folders(&folder, Access::Shared).map_err(io_error("作成", &folder))?;
        }
        told("フォルダ");
        let path = self.out().join("daicho-place-check.tmp");
        fs::write(&path, "daicho\n").map_err(io_error("書き込み", &path))?;
        told("書き込み");
        fs::read(&path).map_err(io_error("読み取り", &path))?;
        told("読み取り");
        fs::remove_file(&path).map_err(io_error("削除", &path))?;
        told("削除");
        let incoming = self.incoming();
        match fs::read_dir(&incoming) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io_error("読み取り", &incoming)(error));
            }
            _ => told("相手からのファイルの一覧"),
        }
        Ok(())
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
            content: None,
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
        let receipt =
            Receipt { link: Some("l".into()), no: 1, rows: 1, sha256: "1".into(), verdict: Verdict::Applied };
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
