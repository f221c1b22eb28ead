//! Files of the other side: copied, read whole, held against what announces them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use layout::{Record, Role};
use transport::{Access, Beside, Control, make_folders, sha256_of};

use crate::links::Inward;
use crate::worker::Failure;

/// Bytes of a file read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// What a file says of itself when it is read whole.
pub(super) struct Checked {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Checked {
    /// What is wrong between a file and its control file.
    pub(super) fn differs(&self, control: &Control) -> Option<String> {
        if self.sha256 != control.sha256 {
            Some("SHA-256が管理ファイルと違います".to_owned())
        } else if self.bytes != control.bytes {
            Some(format!("大きさが{}バイトです（管理ファイルは{}）", self.bytes, control.bytes))
        } else if self.rows != control.rows {
            Some(format!("件数が{}件です（管理ファイルは{}件）", self.rows, control.rows))
        } else {
            None
        }
    }
}

fn unread(path: &Path) -> impl Fn(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::Link(format!("受信したファイル {path} が読めません（{error}）"))
}

/// Copies a file of the other side; it has its final name when it is whole and flushed. `attempt` keeps two processes from
/// writing one copy.
pub(super) fn fetch(inward: &Inward, name: &str, to: &Path, attempt: u64) -> Result<(), Failure> {
    let broken = |error| Failure::Link(format!("受信したファイル {} が書けません（{error}）", to.display()));
    if let Some(folder) = to.parent() {
        make_folders(folder, Access::Private).map_err(broken)?;
    }
    let mut beside = to.as_os_str().to_owned();
    beside.push(format!(".{attempt:016x}"));
    let mut beside = Beside::create(Path::new(&beside)).map_err(broken)?;
    if let Err(error) = inward.place.fetch(name, &mut beside.file) {
        // What cannot be removed goes when this number is recorded.
        let _ = beside.remove();
        return Err(error.into());
    }
    beside.finish_as(to).map_err(broken)
}

/// SHA-256 of a copy.
pub(super) fn sum(path: &Path) -> Result<String, Failure> {
    sha256_of(path).map_err(unread(path))
}

/// Reads a copy whole: its rows, good and bad, and, as the inner error, what is wrong with it as a whole, such as a total
/// that does not fit.
pub(super) fn check(inward: &Inward, path: &Path) -> Result<Result<Checked, String>, Failure> {
    let (mut rows, mut wrong) = (0, None);
    each_record(inward, path, &mut |record| {
        match record {
            Record::Good(good) => rows += u64::from(good.role() == Role::Detail),
            // A record with bytes is held by itself; one without is about the file.
            Record::Bad(bad) if bad.bytes.is_empty() => wrong = bad.errors.first().map(ToString::to_string),
            Record::Bad(_) => rows += 1,
        }
        Ok(())
    })?;
    if let Some(wrong) = wrong {
        return Ok(Err(wrong));
    }
    let bytes = std::fs::metadata(path).map_err(unread(path))?.len();
    Ok(Ok(Checked { rows, bytes, sha256: sum(path)? }))
}

/// Calls `each` with every record of a copy.
pub(super) fn each_record(
    inward: &Inward,
    path: &Path,
    each: &mut dyn FnMut(&Record<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut file = File::open(path).map_err(unread(path))?;
    let mut reader = inward.plan.reader();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = match file.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(unread(path))?,
        };
        let mut input = piece.get(..count).unwrap_or_default();
        while let Some(record) = reader.read(&mut input, count == 0) {
            each(&record)?;
        }
        if count == 0 {
            return Ok(());
        }
    }
}

/// Removes what killed workers left of the copies of a delivery that is recorded by now.
pub(super) fn sweep(evidence: &Path, no: u64) {
    let number = format!("{no:012}.");
    for entry in std::fs::read_dir(evidence).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&number) && name.ends_with(".tmp") {
            // One that stays does no harm: nothing names it.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
