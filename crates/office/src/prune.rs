//! Kept bytes of deliveries (控え) that are old enough to go (控えの整理).

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use linkage::{Delivery, LinkState, Phase};
use register::{Actor, AsOf, Cause, CommitError, Draft, Fault, Versioned, ViewExt, Write};

use crate::Office;
use crate::shared::{names, sweep_contents};
use crate::users::commit_fault;

/// Deliveries noted as pruned in one commit.
const PER_COMMIT: usize = 200;

/// What was removed (整理の結果).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Deliveries whose bytes are gone; their records stay.
    pub deliveries: u64,
    /// Bytes that are free again.
    pub bytes: u64,
}

impl Office {
    /// Removes the kept bytes of deliveries that their receiver applied more than so many days ago: as the link's file says, else
    /// after `keep_days`, else never. The newest delivery of a link always stays, and every record does. First the journal says
    /// that the bytes go, then they do; killed in between, the next time ends it.
    ///
    /// # Errors
    /// When the journal does not answer, or a file cannot be removed; what was pruned before stays so.
    pub fn prune(&self, keep_days: Option<u32>) -> Result<Pruned, Fault> {
        let mut pruned = Pruned::default();
        for running in self.links().all() {
            let Some(days) = running.link.keep_days.or(keep_days) else { continue };
            let kept_for = SignedDuration::from_hours(i64::from(days).saturating_mul(24));
            // A clock before the first delivery could have been made keeps everything.
            let Ok(before) = self.clock().now().checked_sub(kept_for) else { continue };
            self.prune_link(&running.link.id, before, &mut pruned)?;
        }
        let swept = sweep_contents(self.evidence_root());
        let swept = swept.map_err(|error| Fault::new("共有している控えを整理できません", error))?;
        pruned.bytes = pruned.bytes.saturating_add(swept);
        Ok(pruned)
    }

    fn prune_link(&self, link: &str, before: Timestamp, pruned: &mut Pruned) -> Result<(), Fault> {
        let folder = self.evidence(link);
        let mut files = by_number(&folder)?.into_iter();
        loop {
            let mut due: Vec<(Versioned<Delivery>, Vec<PathBuf>)> = Vec::new();
            let view = self.journal().view(AsOf::default())?;
            let newest =
                view.load::<LinkState>(link)?.map_or(0, |state| state.record.next_no.saturating_sub(1));
            let mut ended = false;
            while due.len() < PER_COMMIT {
                let Some((no, paths)) = files.next().filter(|(no, _)| *no < newest) else {
                    ended = true;
                    break;
                };
                let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(link, no))? else { continue };
                if delivery.record.phase == Phase::Applied && delivery.record.prepared_at < before {
                    due.push((delivery, paths));
                }
            }
            drop(view);
            if !self.note_pruned(link, &due)? {
                // A worker or another process wrote one of them; the next time sees it as it is then.
                return Ok(());
            }
            for path in due.iter().flat_map(|(_, paths)| paths) {
                pruned.bytes = pruned.bytes.saturating_add(remove(path)?);
            }
            pruned.deliveries += u64::try_from(due.len()).unwrap_or(u64::MAX);
            if ended {
                return Ok(());
            }
        }
    }

    /// Commits that the bytes of these deliveries go; false when one of them changed meanwhile.
    fn note_pruned(&self, link: &str, due: &[(Versioned<Delivery>, Vec<PathBuf>)]) -> Result<bool, Fault> {
        let now = self.clock().now();
        let mut draft = Draft::new("linkage", "linkage/prune", Actor::Program("prune".to_owned()), now);
        draft.cause =
            Cause::Delivery { link: link.to_owned(), no: due.last().map_or(0, |(own, _)| own.record.no) };
        draft.reason = "保存期間の過ぎた控えの整理".to_owned();
        for (delivery, _) in due.iter().filter(|(own, _)| own.record.pruned_at.is_none()) {
            let record = Delivery { pruned_at: Some(now), ..delivery.record.clone() };
            draft.writes.push(Write::put(&record, Some(delivery.version))?);
        }
        if draft.writes.is_empty() {
            return Ok(true);
        }
        match self.journal().commit(draft) {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(commit_fault(error)),
        }
    }
}

/// The kept files of a link by the number of their delivery.
fn by_number(folder: &Path) -> Result<BTreeMap<u64, Vec<PathBuf>>, Fault> {
    let unread = |error| Fault::new(format!("控えのフォルダ {} が読めません", folder.display()), error);
    let mut found: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries.map_err(unread)?,
    };
    for entry in entries {
        let path = entry.map_err(unread)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let no = name.split('.').next().filter(|no| no.len() == 12).and_then(|no| no.parse().ok());
        if let Some(no) = no {
            found.entry(no).or_default().push(path);
        }
    }
    Ok(found)
}

/// Removes a file and tells how many bytes are free by that: none when it is gone already, or when others share its place.
fn remove(path: &Path) -> Result<u64, Fault> {
    let bytes = std::fs::metadata(path).map_or(0, |about| if names(&about) == 1 { about.len() } else { 0 });
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Fault::new(format!("控え {} を消せません", path.display()), error))
        }
        _ => Ok(bytes),
    }
}
