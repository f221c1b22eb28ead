//! Files of the other side: copied, read whole, held against what announces them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use layout::{Bad, ReadError, ReadRule, Record, Role};
use sha2::{Digest, Sha256};
use transport::{Access, Beside, Content, Control, in_hex, make_folders, sha256_of};

use crate::links::Inward;
use crate::packs::{Unread, open, unread as unread_content};
use crate::worker::Failure;

/// Bytes of a file read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// What a file says of itself when it is read whole.
pub(super) struct Checked {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// What is in it, when it is packed.
    pub(super) content: Option<Content>,
}

impl Checked {
    /// What is wrong between a file and its control file.
    pub(super) fn differs(&self, control: &Control) -> Option<String> {
        let of_content = || {
            let (found, stated) = (self.content.as_ref()?, control.content.as_ref()?);
            differs(found.bytes, &found.sha256, stated.bytes, &stated.sha256)
                .map(|what| format!("開いた中身の{what}"))
        };
        if let Some(what) = differs(self.bytes, &self.sha256, control.bytes, &control.sha256) {
            return Some(what);
        }
        if let Some(what) = of_content() {
            return Some(what);
        }
        (self.rows != control.rows)
            .then(|| format!("件数が{}件です（管理ファイルは{}件）", self.rows, control.rows))
    }
}

fn differs(bytes: u64, sha256: &str, stated_bytes: u64, stated_sha256: &str) -> Option<String> {
    if sha256 != stated_sha256 {
        Some("SHA-256が管理ファイルと違います".to_owned())
    } else if bytes != stated_bytes {
        Some(format!("大きさが{bytes}バイトです（管理ファイルは{stated_bytes}）"))
    } else {
        None
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
pub(super) fn check(
    inward: &Inward,
    path: &Path,
    control: &Control,
) -> Result<Result<Checked, String>, Failure> {
    let (bytes, sha256) = (std::fs::metadata(path).map_err(unread(path))?.len(), sum(path)?);
    let is_packed = inward.unpacker.is_some();
    // What was cut or altered on its way is told as that, before it is opened.
    if is_packed && let Some(what) = differs(bytes, &sha256, control.bytes, &control.sha256) {
        return Ok(Err(what));
    }
    let stated = control.content.as_ref().map(|content| content.bytes);
    let (mut rows, mut wrong) = (0, None);
    let mut measure = is_packed.then(Measure::default);
    let read = records(inward, path, stated, measure.as_mut(), &mut |record| {
        match record {
            Record::Good(good) => rows += u64::from(good.role() == Role::Detail),
            // A record with bytes is held by itself; one without is about the file, and so is what is wrong with all its rows.
            Record::Bad(bad) if bad.bytes.is_empty() || of_all_rows(bad).is_some() => {
                let told = of_all_rows(bad).or(bad.errors.first()).map(ToString::to_string);
                wrong = wrong.take().or(told);
            }
            Record::Bad(_) => rows += 1,
        }
        Ok(())
    });
    match read {
        Ok(()) => {}
        Err(Unread::Unfit(what)) => return Ok(Err(what)),
        Err(Unread::Failure(failure)) => return Err(failure),
    }
    if let Some(wrong) = wrong {
        return Ok(Err(wrong));
    }
    Ok(Ok(Checked { rows, bytes, sha256, content: measure.map(Measure::content) }))
}

/// What is wrong with every row: a count or a total that is not that of the rows, of which nobody knows which are right, or
/// names of columns that are not those of the layout, so that each value would be taken for another item.
fn of_all_rows<'b>(bad: &Bad<'b>) -> Option<&'b ReadError> {
    bad.errors.iter().find(|error| {
        matches!(error.rule, ReadRule::Count { .. } | ReadRule::Names { .. } | ReadRule::Name { .. })
    })
}

/// Size and SHA-256 of what is read.
#[derive(Default)]
struct Measure {
    bytes: u64,
    hash: Sha256,
}

impl Measure {
    fn content(self) -> Content {
        Content { bytes: self.bytes, sha256: in_hex(self.hash) }
    }
}

/// Calls `each` with every record of a copy.
pub(super) fn each_record(
    inward: &Inward,
    path: &Path,
    each: &mut dyn FnMut(&Record<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    Ok(records(inward, path, None, None, each)?)
}

fn records(
    inward: &Inward,
    path: &Path,
    stated: Option<u64>,
    measure: Option<&mut Measure>,
    each: &mut dyn FnMut(&Record<'_>) -> Result<(), Failure>,
) -> Result<(), Unread> {
    let Some(unpacker) = &inward.unpacker else {
        let mut file = File::open(path).map_err(|error| Unread::Failure(unread(path)(error)))?;
        return read(inward, &mut file, measure, &|error| Unread::Failure(unread(path)(error)), each);
    };
    let mut measure = measure;
    open(unpacker, path, stated, &mut |content| {
        read(inward, content, measure.as_deref_mut(), &unread_content, each)
    })
}

fn read(
    inward: &Inward,
    content: &mut dyn Read,
    mut measure: Option<&mut Measure>,
    unread: &dyn Fn(io::Error) -> Unread,
    each: &mut dyn FnMut(&Record<'_>) -> Result<(), Failure>,
) -> Result<(), Unread> {
    let mut reader = inward.plan.reader();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = match content.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(unread)?,
        };
        let mut input = piece.get(..count).unwrap_or_default();
        if let Some(measure) = &mut measure {
            measure.bytes += u64::try_from(count).unwrap_or(u64::MAX);
            measure.hash.update(input);
        }
        while let Some(record) = reader.read(&mut input, count == 0) {
            each(&record).map_err(Unread::Failure)?;
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
