//! A copy of production for rehearsals.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use archive::{Archived, Masker, Rules, SegmentReader, Target, plan};
use register::{Body, CommitError, Draft, Expect, Journal, Op, RawChange, Write};
use store::Opener;
use store_sqlite::{KeyRing, Options, Store};

use super::folder::ArchiveFolder;
use crate::config::Config;
use crate::demo::init;
use crate::house::kinds;
use crate::journal::explained;

/// Versions written in one transaction.
const BATCH_VERSIONS: usize = 10_000;

/// What was copied.
#[derive(Debug)]
pub struct Masked {
    /// The new database.
    pub database: PathBuf,
    /// Changes.
    pub changes: u64,
    /// Versions.
    pub versions: u64,
    /// What was blanked or left out because no rule names it, in words.
    pub notes: Vec<String>,
}

/// Copies all that is archived into the town below `to`, masked, with a key and a chain of its own.
///
/// Positions and times stay, so that one can be held against the other. Reasons are blanked.
///
/// # Errors
/// When the archive is broken, the key does not open it, the rules do not read, or there is a database already.
pub fn mask(config: &Config, dir: &Path, to: &Path, seed: u64, rules: &str) -> anyhow::Result<Masked> {
    let rules = Rules::parse(rules).context("置き換えの規則")?;
    let folder = ArchiveFolder::for_reading(dir)?;
    let present = folder.manifest.present();
    let files = plan(&present, Target::Newest)?;
    let keys = crate::keys::ring(config)?;
    let opener = Opener::new(&kinds(config)?, &keys)?;
    init(to, false)?;
    let town = Config::read(&to.join("daicho.toml"))?;
    let database = town.at(&town.store.path);
    if database.exists() {
        bail!("{} がすでにあります。新しいフォルダを指定してください", database.display());
    }
    let new_keys = KeyRing::read(&town.at(&town.store.key_file)).context("新しい鍵ファイルが使えません")?;
    let former = keys.ids()?;
    if new_keys.ids()?.iter().any(|id| former.contains(id)) {
        bail!("写しの鍵が元の鍵と同じです。新しいフォルダを指定してください");
    }
    // Under its name only when whole: half a copy looks like a town.
    let part = database.with_extension("part");
    remove_all_of(&part)?;
    crate::journal::make_private(&part)?;
    let options = Options { keys: Some(new_keys), ..Options::default() };
    let masked = Store::open(&part, &kinds(config)?, options).map_err(explained).and_then(|store| {
        let masked = Masked { database: database.clone(), changes: 0, versions: 0, notes: Vec::new() };
        let mut copy = Copy {
            opener: &opener,
            masker: Masker::new(&rules, seed),
            store: &store,
            closed: HashSet::new(),
            left_out: std::collections::BTreeMap::new(),
            batch: Vec::new(),
            waiting: 0,
            masked,
        };
        files.iter().try_for_each(|file| copy.read(&folder, file))?;
        copy.flush()?;
        let masked = copy.end();
        match store.verify().map_err(explained)?.problems.first() {
            Some(problem) => bail!("写しの検査で誤りが見つかりました: {problem}"),
            None => Ok(masked),
        }
        // Closing folds the log into the file, so that the file alone is the database.
    });
    let renamed = masked.and_then(|masked| {
        std::fs::rename(&part, &database).with_context(|| format!("{} に書けません", database.display()))?;
        Ok(masked)
    });
    match renamed {
        // What is left is the lock of a database that has another name now.
        Ok(masked) => remove_all_of(&part).map(|()| masked),
        // What began it counts; that its rest stays is told by the next attempt.
        Err(error) => {
            drop(remove_all_of(&part));
            Err(error)
        }
    }
}

/// Removes a database with its log and its lock. The lock notes the end of what is gone, and another one would not fit it.
fn remove_all_of(database: &Path) -> anyhow::Result<()> {
    for ending in ["", "-wal", "-shm", ".lock"] {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} を消せません", Path::new(&name).display()));
            }
            _ => {}
        }
    }
    Ok(())
}

struct Copy<'a> {
    opener: &'a Opener,
    masker: Masker<'a>,
    store: &'a Store,
    /// Records that are closed at the moment: the next version opens them anew.
    closed: HashSet<(String, String)>,
    left_out: std::collections::BTreeMap<String, u64>,
    batch: Vec<Draft>,
    waiting: usize,
    masked: Masked,
}

impl Copy<'_> {
    /// Takes every change of a file, which must be the one the manifest names.
    fn read(&mut self, folder: &ArchiveFolder, file: &Archived) -> anyhow::Result<()> {
        let mut reader = SegmentReader::new(folder.open(file)?).with_context(|| file.file.clone())?;
        while let Some(change) = reader.next_change().with_context(|| file.file.clone())? {
            self.take(change)?;
        }
        let header = reader.header().clone();
        if !file.is(&header, &reader.finish()?) {
            bail!("{}: {}", file.file, archive::FileError::Other);
        }
        Ok(())
    }

    fn take(&mut self, change: RawChange) -> anyhow::Result<()> {
        let what = || format!("変更{}", change.position);
        let actor = serde_json::from_str(&change.actor).with_context(what)?;
        let mut draft = Draft::new(change.system.clone(), change.function.clone(), actor, change.at);
        draft.cause = serde_json::from_str(&change.cause).with_context(what)?;
        draft.effective_on = Some(change.effective_on);
        for version in &change.versions {
            let kind = match self.opener.kind(&version.kind) {
                Some(kind) if self.masker.knows(&version.kind) => kind,
                _ => {
                    let count = self.left_out.entry(version.kind.clone()).or_default();
                    *count = count.saturating_add(1);
                    continue;
                }
            };
            let place = (version.kind.clone(), version.key.clone());
            let expect = if version.version == 1 || self.closed.remove(&place) {
                Expect::New
            } else {
                Expect::Version(version.version.saturating_sub(1))
            };
            let op = if version.closed {
                self.closed.insert(place);
                Op::Close
            } else {
                let body = self.opener.open(&version.kind, &version.key, &version.body).with_context(what)?;
                let value = body.value().with_context(what)?;
                Op::Put(Body::of_value(&self.masker.body(&version.kind, &value)).with_context(what)?)
            };
            let effective_on = Some(version.effective_on);
            draft.writes.push(Write { kind, key: version.key.clone(), expect, effective_on, op });
        }
        self.masked.changes = self.masked.changes.saturating_add(1);
        self.masked.versions = self.masked.versions.saturating_add(u64::try_from(draft.writes.len())?);
        self.waiting = self.waiting.saturating_add(draft.writes.len()).saturating_add(1);
        self.batch.push(draft);
        if BATCH_VERSIONS <= self.waiting { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        self.waiting = 0;
        let batch = std::mem::take(&mut self.batch);
        let done = self.store.commit_all(batch).map_err(|error| match error {
            CommitError::Fault(fault) => explained(fault),
            other => anyhow::Error::from(other),
        });
        done.map(|_| ()).context("写しに書けません")
    }

    fn end(self) -> Masked {
        let mut masked = self.masked;
        for ((kind, path), count) in self.masker.unknown() {
            masked.notes.push(format!("{kind} の {path} は規則がないので空にしました（{count} 件）"));
        }
        for (kind, count) in &self.left_out {
            masked
                .notes
                .push(format!("{kind} は規則がないか知らない種類なので写しませんでした（{count} 版）"));
        }
        masked
    }
}
