//! A folder of archives: the manifest and the files it names.

use std::fs::{self, File, TryLockError};
use std::io::{BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use archive::{Archived, Event, Manifest};
use transport::{Access, make_folders, write_durably};

use crate::output::make_private;

const MANIFEST: &str = "manifest.txt";
const LOCK: &str = ".lock";
/// What is said of a manifest that is no help any more.
const REMEDY: &str = "daicho backup relist で、目録をファイルから作り直せます";

/// What is there of a file the manifest names, at a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    /// It has its size.
    Whole,
    /// It has another size.
    OtherSize,
    /// It is gone.
    Missing,
}

/// An opened folder.
pub(crate) struct ArchiveFolder {
    path: PathBuf,
    pub(crate) manifest: Manifest,
    /// Held while files are added; the system releases it when the process dies.
    _lock: Option<File>,
}

impl ArchiveFolder {
    /// Opens a folder to add to it, making it when there is none.
    pub(crate) fn for_writing(path: &Path) -> anyhow::Result<Self> {
        make_folders(path, Access::Private).with_context(|| format!("{} を作れません", path.display()))?;
        let lock = lock(path)?;
        Ok(Self { path: path.to_owned(), manifest: manifest(path)?, _lock: Some(lock) })
    }

    /// Opens a folder the manifest of which is lost or does not read, to write it anew. What is left of the old one is
    /// kept beside it.
    pub(crate) fn for_listing(path: &Path) -> anyhow::Result<Self> {
        if !path.is_dir() {
            bail!("{} は控えのフォルダではありません", path.display());
        }
        let lock = lock(path)?;
        match manifest(path) {
            Ok(whole) if whole.newest().is_some() => {
                bail!("{} の目録は読めます。作り直しません", path.display())
            }
            Ok(_) => {}
            Err(_) => set_aside(&path.join(MANIFEST))?,
        }
        Ok(Self { path: path.to_owned(), manifest: Manifest::default(), _lock: Some(lock) })
    }

    /// Opens a folder that holds archives.
    pub(crate) fn for_reading(path: &Path) -> anyhow::Result<Self> {
        let manifest_there = path.join(MANIFEST).try_exists();
        if !manifest_there.with_context(|| format!("{} が読めません", path.display()))? {
            bail!(
                "{} に控えの目録（{MANIFEST}）がありません。控えのファイルが残っているときは、{REMEDY}",
                path.display()
            );
        }
        Ok(Self { path: path.to_owned(), manifest: manifest(path)?, _lock: None })
    }

    pub(crate) fn path_of(&self, file: &str) -> PathBuf {
        self.path.join(file)
    }

    pub(crate) fn open(&self, archived: &Archived) -> anyhow::Result<BufReader<File>> {
        self.open_named(&archived.file)
    }

    /// Opens a file whether or not the manifest names it.
    pub(crate) fn open_named(&self, file: &str) -> anyhow::Result<BufReader<File>> {
        let path = self.path_of(file);
        let file = File::open(&path).with_context(|| format!("{} が開けません", path.display()))?;
        Ok(BufReader::new(file))
    }

    /// Adds an event to the manifest, durably.
    pub(crate) fn note(&mut self, event: Event) -> anyhow::Result<()> {
        self.note_all([event])
    }

    /// Adds events to the manifest, all or none, durably.
    pub(crate) fn note_all(&mut self, events: impl IntoIterator<Item = Event>) -> anyhow::Result<()> {
        events.into_iter().try_for_each(|event| self.manifest.push(event))?;
        let path = self.path_of(MANIFEST);
        write_durably(&path, |file| {
            make_private(file)?;
            file.write_all(self.manifest.text().as_bytes())
        })
        .with_context(|| format!("{} に書けません", path.display()))
    }

    /// Whether a file of the manifest lies there in its size.
    pub(crate) fn strength(&self, file: &str) -> anyhow::Result<Strength> {
        let path = self.path_of(file);
        let found = match fs::metadata(&path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Strength::Missing),
            Err(error) => return Err(error).with_context(|| format!("{} が読めません", path.display())),
        };
        let known = self.manifest.present().into_iter().rev().find(|archived| archived.file == file);
        Ok(match known {
            Some(known) if known.bytes == found => Strength::Whole,
            _ => Strength::OtherSize,
        })
    }

    /// Files that stand in the folder and in no line of the manifest.
    pub(crate) fn strangers(&self) -> anyhow::Result<Vec<String>> {
        let known: Vec<&str> =
            self.manifest.present().iter().map(|archived| archived.file.as_str()).collect();
        let mut strangers = Vec::new();
        for entry in
            fs::read_dir(&self.path).with_context(|| format!("{} が読めません", self.path.display()))?
        {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.starts_with(MANIFEST) && name != LOCK && !known.contains(&name.as_str()) {
                strangers.push(name);
            }
        }
        strangers.sort();
        Ok(strangers)
    }
}

/// Takes the folder for this process alone.
fn lock(path: &Path) -> anyhow::Result<File> {
    let name = path.join(LOCK);
    let lock = File::options().create(true).truncate(false).write(true).open(&name);
    let lock = lock.with_context(|| format!("{} に書けません", name.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!("{} では別の控えを作っている最中です", path.display()),
        Err(TryLockError::Error(error)) => Err(error).context("控えのフォルダを確保できません"),
    }
}

/// Gives a manifest that does not read a name of its own: it may still say to somebody what was there.
fn set_aside(manifest: &Path) -> anyhow::Result<()> {
    let mut no = 1_u32;
    let beside = loop {
        let beside = manifest.with_extension(format!("txt.broken-{no}"));
        if !beside.try_exists().with_context(|| format!("{} が読めません", beside.display()))? {
            break beside;
        }
        no = no.saturating_add(1);
    };
    fs::rename(manifest, &beside).with_context(|| format!("{} に書けません", beside.display()))
}

fn manifest(path: &Path) -> anyhow::Result<Manifest> {
    let path = path.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Manifest::default()),
        Err(error) => return Err(error).with_context(|| format!("{} が読めません", path.display())),
    };
    let text = String::from_utf8(bytes);
    let text =
        text.with_context(|| format!("{} が壊れています（文字として読めません）。{REMEDY}", path.display()))?;
    Manifest::parse(&text).with_context(|| format!("{} が使えません。{REMEDY}", path.display()))
}
