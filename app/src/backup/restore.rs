//! The way back: a new database from archives.

use std::path::Path;

use anyhow::{Context, bail};
use archive::{Archived, FileError, Manifest, SafeCursor, SegmentReader, Target, plan, safe_cursors};
use register::{ChainWalk, RawChange, Restore, RestoreError, Standing};

use super::folder::ArchiveFolder;
use super::verify::STRANGER;
use super::{now, seconds_since};
use crate::config::Config;
use crate::house::kinds;
use crate::journal::{Destination, Place, explained};

/// Versions written in one transaction.
const BATCH_VERSIONS: usize = 20_000;

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// Where it lies now, in words.
    pub place: String,
    /// What an operator should know of what was and was not brought back.
    pub notes: Vec<String>,
    /// The newest change.
    pub reached: ChainWalk,
    /// Versions.
    pub versions: u64,
    /// Where readers were put.
    pub cursors: Vec<SafeCursor>,
    /// What the check of the new database found.
    pub problems: Vec<String>,
    /// How long restoring took.
    pub seconds: f64,
    /// How long the check took.
    pub check_seconds: f64,
}

/// Restores into a new file or an empty database, and checks it whole. The keys are the configuration's.
///
/// # Errors
/// When the archive does not reach the target or is broken, the key is another, or something is there already. What was
/// begun then stays behind, marked as half restored.
pub fn restore(config: &Config, dir: &Path, to: &Destination, target: Target) -> anyhow::Result<Restored> {
    let start = now();
    let folder = ArchiveFolder::for_reading(dir)?;
    let present = folder.manifest.present();
    let files = plan(&present, target)?;
    let last = files.last().context("控えがありません")?;
    let mut notes = check_moment(&folder, &files, target)?;
    notes.extend(folder.strangers()?.iter().map(|stranger| format!("{stranger}: {STRANGER}")));
    let origin =
        SegmentReader::new(folder.open(last)?).with_context(|| last.file.clone())?.header().standing.clone();
    let keys = crate::keys::ring(config)?;
    let place = Place::destination(config, to)?;
    let mut restorer = place.restore(&kinds(config)?, keys.clone(), &origin)?;
    let mut versions = 0_u64;
    for file in &files {
        let count = bring_back(&folder, file, target, &mut *restorer).with_context(|| file.file.clone())?;
        versions = versions.saturating_add(count);
    }
    let reached = restorer.reached();
    let cursors = safe_cursors(folder.manifest.archived(), reached.position);
    let standing = Standing {
        cursors: cursors.iter().map(|cursor| (cursor.name.clone(), cursor.position)).collect(),
        leases: newest_tokens(&folder.manifest),
        ..origin
    };
    restorer.finish(&standing).map_err(explained).context("復元を終えられません")?;
    let seconds = seconds_since(start);
    let check = now();
    let verification = place.beside(&kinds(config)?, Some(keys))?.verify()?;
    if verification.changes != reached.position.0 {
        bail!("復元した変更は{}件のはずが、{}件です", reached.position, verification.changes);
    }
    Ok(Restored {
        place: place.to_string(),
        notes,
        reached,
        versions,
        cursors,
        problems: verification.problems,
        seconds,
        check_seconds: seconds_since(check),
    })
}

/// Refuses a moment before everything, and tells of one behind all archives.
fn check_moment(folder: &ArchiveFolder, files: &[&Archived], target: Target) -> anyhow::Result<Vec<String>> {
    let (Target::Time(wanted), Some(first), Some(last)) = (target, files.first(), files.last()) else {
        return Ok(Vec::new());
    };
    let oldest = SegmentReader::new(folder.open(first)?)?.next_change()?;
    if let Some(oldest) = oldest.filter(|oldest| wanted < oldest.at) {
        bail!("{wanted} には、まだ何も記録されていません。最初の変更は {} です", oldest.at);
    }
    let behind = last.made_at < wanted;
    Ok(behind
        .then(|| format!("最後の控えは {} のものです。それより後の変更は、控えにありません", last.made_at))
        .into_iter()
        .collect())
}

/// Appends what belongs to the target; tells how many versions. A file that is read whole must be the one archived.
fn bring_back(
    folder: &ArchiveFolder,
    archived: &Archived,
    target: Target,
    restorer: &mut dyn Restore,
) -> anyhow::Result<u64> {
    let mut reader = SegmentReader::new(folder.open(archived)?)?;
    let (mut batch, mut waiting, mut versions) = (Vec::<RawChange>::new(), 0_usize, 0_u64);
    let mut whole = true;
    while let Some(change) = reader.next_change()? {
        if !target.takes(change.position, change.at) {
            whole = false;
            break;
        }
        waiting = waiting.saturating_add(change.versions.len()).saturating_add(1);
        versions = versions.saturating_add(u64::try_from(change.versions.len())?);
        batch.push(change);
        if BATCH_VERSIONS <= waiting {
            append(restorer, &batch)?;
            batch.clear();
            waiting = 0;
        }
    }
    append(restorer, &batch)?;
    if whole {
        let header = reader.header().clone();
        if !archived.is(&header, &reader.finish()?) {
            return Err(FileError::Other.into());
        }
    }
    Ok(versions)
}

fn append(restorer: &mut dyn Restore, batch: &[RawChange]) -> anyhow::Result<()> {
    restorer.append(batch).map_err(|error| match error {
        RestoreError::Fault(fault) => explained(fault),
        RestoreError::Chain(error) => error.into(),
    })
}

/// The largest token ever seen of each lease: a worker of the lost database must not pass for one of the new.
fn newest_tokens(manifest: &Manifest) -> Vec<(String, u64)> {
    let mut tokens = std::collections::BTreeMap::<&str, u64>::new();
    for (name, token) in manifest.archived().flat_map(|archived| &archived.leases) {
        let newest = tokens.entry(name).or_default();
        *newest = (*newest).max(*token);
    }
    tokens.into_iter().map(|(name, token)| (name.to_owned(), token)).collect()
}
