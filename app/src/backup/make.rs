//! Making an archive beside the serving town.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, bail};
use archive::{Archived, Event, Extent, Header, SegmentWriter, Target, check_file, plan};
use jiff::{SignedDuration, Timestamp};
use register::{ChainHash, Fault, Position, Snapshot};
use transport::write_durably;

use super::folder::{ArchiveFolder, Strength};
use super::seconds_since;
use crate::config::Config;
use crate::house::kinds;
use crate::journal::Place;
use crate::output::make_private;

/// What was done.
#[derive(Debug)]
pub struct Made {
    /// The file; none when nothing had changed.
    pub file: Option<String>,
    /// Changes in it.
    pub changes: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Older files that were removed.
    pub pruned: Vec<String>,
    /// How long it took, reading back included.
    pub seconds: f64,
}

/// Archives everything or what came since, reads the file back, and after a full one removes what is too old.
///
/// # Errors
/// When the database is not the continuation of the folder, or something cannot be read or written. A file that was
/// not finished stands in no manifest and is written over.
pub fn make(config: &Config, dir: &Path, extent: Extent, now: Timestamp) -> anyhow::Result<Made> {
    let start = super::now();
    let store = Place::configured(config)?.beside(&kinds(config)?, None)?;
    let mut folder = ArchiveFolder::for_writing(dir)?;
    let snapshot = store.snapshot()?;
    let last = snapshot.head()?;
    let newest = folder.manifest.newest().cloned();
    if let Some(newest) = &newest {
        check_continues(&*snapshot, newest, last.position)?;
    }
    let (after, after_hash) = match (extent, &newest) {
        (Extent::Full, _) => (Position(0), ChainHash::START),
        (Extent::Increment, None) => bail!("最初の控えは full にしてください"),
        (Extent::Increment, Some(newest)) => {
            (newest.last, newest.head().context("目録のハッシュが読めません")?)
        }
    };
    let header = Header {
        extent,
        after,
        after_hash,
        last,
        made_at: now,
        program: format!("daicho {}", env!("CARGO_PKG_VERSION")),
        municipality: config.municipality.code.clone(),
        standing: snapshot.standing()?,
    };
    let mut made = Made { file: None, changes: 0, bytes: 0, pruned: Vec::new(), seconds: 0.0 };
    if extent == Extent::Increment {
        check_reaches(&folder, after)?;
    }
    // A file that was removed or cut since is made anew; the manifest then names it once more.
    let name = header.file_name();
    let named = folder.manifest.present().iter().any(|archived| archived.file == name);
    let there = named && folder.strength(&name)? == Strength::Whole;
    let nothing_new = extent == Extent::Increment && after == last.position;
    if !there && !nothing_new {
        let archived = write(&folder, &header, &*snapshot)?;
        if named {
            folder.note(Event::Pruned { files: vec![name], at: now })?;
        }
        made.changes = archived.changes;
        made.bytes = archived.bytes;
        made.file = Some(archived.file.clone());
        folder.note(Event::Archived(archived))?;
    }
    if extent == Extent::Full {
        made.pruned = prune(&mut folder, config.backup.keep_days, now)?;
    }
    made.seconds = seconds_since(start);
    Ok(made)
}

/// Whether the files an increment would stand on are all there, in their size: one that stands on nothing is no archive.
fn check_reaches(folder: &ArchiveFolder, after: Position) -> anyhow::Result<()> {
    for archived in plan(&folder.manifest.present(), Target::Position(after))? {
        match folder.strength(&archived.file)? {
            Strength::Whole => {}
            Strength::Missing => bail!(
                "この差分の土台になる控え {} がありません。戻せるなら戻し、戻せなければ full を作ってください",
                archived.file
            ),
            Strength::OtherSize => bail!(
                "この差分の土台になる控え {} の大きさが、目録と違います。full を作ってください",
                archived.file
            ),
        }
    }
    Ok(())
}

/// Whether the database goes on where the folder ends.
fn check_continues(snapshot: &dyn Snapshot, newest: &Archived, head: Position) -> anyhow::Result<()> {
    if newest.last == Position(0) {
        return Ok(());
    }
    match snapshot.link(newest.last)? {
        Some(link) if Some(link.hash) == newest.head() => Ok(()),
        Some(_) => bail!(
            "データベースの変更{}は、この控えのものと違います。復元などで別の台帳になっているときは、新しいフォルダに控えてください",
            newest.last
        ),
        None => bail!(
            "データベースは変更{head}までで、この控え（変更{}まで）より古いものです。新しいフォルダに控えてください",
            newest.last
        ),
    }
}

/// Writes a file beside its name, durably, and reads it back.
fn write(folder: &ArchiveFolder, header: &Header, snapshot: &dyn Snapshot) -> anyhow::Result<Archived> {
    let path = folder.path_of(&header.file_name());
    let mut summary = None;
    write_durably(&path, |file| {
        make_private(file)?;
        let mut writer = SegmentWriter::new(&mut *file, header)?;
        let each = &mut |change| {
            writer.change(&change).map_err(|error| Fault::new("the archive cannot be written", error))?;
            Ok(ControlFlow::Continue(()))
        };
        snapshot.changes(header.after, each).map_err(io::Error::other)?;
        summary = Some(writer.finish()?.1);
        Ok(())
    })
    .with_context(|| format!("{} に書けません", path.display()))?;
    let summary = summary.context("控えが書かれていません")?;
    let archived = Archived::of(header, &summary);
    // What cannot be read back is no archive, and must not be the reason to remove an older one.
    check_file(&archived, folder.open(&archived)?, |_| ())
        .with_context(|| format!("書いた控え {} を読み返せません", path.display()))?;
    Ok(archived)
}

/// Removes what is older than the newest full file that was made before the days to be kept, after reading that file.
fn prune(folder: &mut ArchiveFolder, keep_days: u32, now: Timestamp) -> anyhow::Result<Vec<String>> {
    let keep = SignedDuration::from_hours(i64::from(keep_days).saturating_mul(24));
    let since = now.checked_sub(keep).context("[backup] keep_days が大きすぎます")?;
    let Some((full, older)) = folder.manifest.prunable(since) else { return Ok(Vec::new()) };
    check_file(full, folder.open(full)?, |_| ())
        .with_context(|| format!("控え {} が読めないので、古い控えを残します", full.file))?;
    let files: Vec<String> = older.iter().map(|archived| archived.file.clone()).collect();
    // Said before it is done: a file that is left over is told as a stranger, one that is missing would be a loss.
    folder.note(Event::Pruned { files: files.clone(), at: now })?;
    for file in &files {
        let path = folder.path_of(file);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("{} を消せません", path.display())),
        }
    }
    Ok(files)
}
