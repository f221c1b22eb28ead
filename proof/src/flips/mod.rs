//! One bit of a stored file is flipped: either somebody is told, or every answer is as before. Never a wrong answer, and
//! never a panic.

mod copies;
mod journal;
mod slips;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::draw::Draw;

/// What a reader says of a folder of files.
pub(crate) enum Said {
    /// Something is wrong with them.
    Told(String),
    /// All it answered.
    Answered(String),
}

/// A set of files with somebody who reads them.
pub(crate) struct Subject {
    /// What it is, for the table.
    pub(crate) name: &'static str,
    /// Of a hundred flips, how many are made here.
    pub(crate) share: u64,
    /// The files: path below the folder, bytes. Flips are spread over them by size.
    pub(crate) files: Vec<(PathBuf, Vec<u8>)>,
    /// Files that lie there, too, and are not flipped.
    pub(crate) beside: Vec<(PathBuf, Vec<u8>)>,
    /// Reads everything there is in a folder that holds the files.
    pub(crate) read: Box<dyn Fn(&Path) -> Said>,
}

/// What became of the flips of one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Flips made.
    pub flips: u64,
    /// Somebody was told.
    pub told: u64,
    /// Every answer was as before.
    pub without_effect: u64,
    /// Wrong answers and panics, each with what is needed to do it again.
    pub wrong: Vec<String>,
}

/// Flips bits, one at a time, each in files as they were; tells by subject what became of them.
pub fn flip(count: u64, seed: u64) -> BTreeMap<&'static str, Found> {
    let mut found: BTreeMap<&'static str, Found> = BTreeMap::new();
    let dir = tempfile::tempdir().unwrap();
    let mut number = 0_u64;
    for subject in subjects() {
        let folder = dir.path().join("flipped");
        let before = match look(&subject, &folder, None) {
            Ok(Said::Answered(before)) => before,
            Ok(Said::Told(problem)) => panic!("{} is wrong before a bit is flipped: {problem}", subject.name),
            Err(panic) => panic!("{} panics before a bit is flipped: {panic}", subject.name),
        };
        let sizes: Vec<u64> =
            subject.files.iter().map(|(_, bytes)| u64::try_from(bytes.len()).unwrap() * 8).collect();
        let outcome = found.entry(subject.name).or_default();
        for _ in 0..(count * subject.share).div_ceil(100) {
            number += 1;
            let mut bit = Draw::of(seed, number).below(sizes.iter().sum());
            let mut file = 0;
            while sizes[file] <= bit {
                bit -= sizes[file];
                file += 1;
            }
            outcome.flips += 1;
            let wrong = match look(&subject, &folder, Some((file, bit))) {
                Ok(Said::Told(_)) => {
                    outcome.told += 1;
                    continue;
                }
                Ok(Said::Answered(after)) if after == before => {
                    outcome.without_effect += 1;
                    continue;
                }
                Ok(Said::Answered(after)) => difference(&before, &after),
                Err(panic) => format!("panic: {panic}"),
            };
            let path = subject.files[file].0.display();
            outcome.wrong.push(format!("{path} bit {bit} (flip {number} of seed {seed}): {wrong}"));
        }
    }
    found
}

fn subjects() -> Vec<Subject> {
    let mut subjects = journal::subjects();
    subjects.extend(copies::subjects());
    subjects.extend(slips::subjects());
    assert_eq!(subjects.iter().map(|subject| subject.share).sum::<u64>(), 100);
    subjects
}

/// Lays the files down, one of them with a bit flipped, and has them read.
fn look(subject: &Subject, folder: &Path, flipped: Option<(usize, u64)>) -> Result<Said, String> {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for (no, (path, bytes)) in subject.files.iter().chain(&subject.beside).enumerate() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut bytes = bytes.clone();
        if let Some((_, bit)) = flipped.filter(|(file, _)| *file == no) {
            bytes[usize::try_from(bit / 8).unwrap()] ^= 1 << (bit % 8);
        }
        fs::write(path, bytes).unwrap();
    }
    catch_unwind(AssertUnwindSafe(|| (subject.read)(folder))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

/// The first line that is not as before.
fn difference(before: &str, after: &str) -> String {
    let pairs = before.lines().zip(after.lines());
    let first = pairs.into_iter().find(|(before, after)| before != after);
    let short = |text: &str| text.chars().take(300).collect::<String>();
    match first {
        Some((before, after)) => format!("{} became {}", short(before), short(after)),
        None => format!("{} lines became {}", before.lines().count(), after.lines().count()),
    }
}

/// All files below a folder, with their paths below it, in order of name.
fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    fn walk(root: &Path, folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                files.push((path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    walk(folder, folder, &mut files);
    files.sort();
    files
}
