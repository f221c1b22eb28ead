//! The bytes that are kept of deliveries, held against what the journal says of them.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use linkage::{DELIVERY, Delivery, Phase};
use register::{AsOf, Fault};
use transport::sha256_of;

use crate::Office;
use crate::kept::flushed_later;
use crate::packs::sent_file;
use crate::prepare::{kept_characters, kept_data};

/// Digits of a checksum that stand in a file's name.
const NAME_DIGITS: usize = 16;

/// The beginning of a checksum, for names of kept files.
pub(crate) fn short(sha256: &str) -> &str {
    sha256.get(..NAME_DIGITS).unwrap_or(sha256)
}

impl Office {
    /// What is wrong with the kept bytes (控え) of all deliveries; empty when all is well.
    ///
    /// # Errors
    /// When the journal does not answer.
    pub fn check_evidence(&self) -> Result<Vec<String>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let mut problems = Vec::new();
        // A restored journal, or a copy for rehearsals, has no folder of bytes at all: that is one thing to be told, not one
        // for each delivery.
        let mut without = BTreeMap::<PathBuf, u64>::new();
        view.scan(&DELIVERY, None, &mut |stored| {
            let delivery = stored.typed::<Delivery>()?.record;
            let folder = self.evidence(&delivery.link);
            let found = evidence_problems(&folder, &delivery);
            if found.is_empty() || folder.exists() {
                problems.extend(found);
            } else {
                let missing = without.entry(folder).or_default();
                *missing = missing.saturating_add(1);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        problems.extend(without.into_iter().map(|(folder, count)| {
            format!(
                "配信の控えのフォルダ {} がありません（配信 {count} 件分）。復元した台帳や研修用の写しには、配信の控えは入っていません",
                folder.display()
            )
        }));
        Ok(problems)
    }
}

/// What is wrong with the bytes a folder keeps of one delivery.
pub fn evidence_problems(folder: &Path, delivery: &Delivery) -> Vec<String> {
    // What was let go at the end of its time is not missed.
    if delivery.pruned_at.is_some() {
        return Vec::new();
    }
    // Before it is sent, what a power cut took of it is made again.
    if delivery.phase == Phase::Prepared && flushed_later(delivery) {
        return Vec::new();
    }
    let characters = kept_characters(folder, delivery.no, &delivery.characters_sha256);
    let mut files = kept_files(folder, delivery);
    files.push((characters, &delivery.characters_sha256));
    let what = |(path, sha256): (PathBuf, &str)| {
        altered(&path, sha256).map(|what| format!("配信 {} {}番: {what}", delivery.link, delivery.no))
    };
    files.into_iter().filter_map(what).collect()
}

/// The kept data files of a delivery with their checksums: one that was sent, or all of a set that arrived.
fn kept_files<'a>(folder: &Path, delivery: &'a Delivery) -> Vec<(PathBuf, &'a str)> {
    let came_in = arrived_part(folder, delivery.no, 1).exists();
    let of_part = |(index, sha256): (usize, &'a str)| {
        let sent = sent_file(folder, delivery);
        let arrived = arrived_part(folder, delivery.no, u32::try_from(index + 1).unwrap_or(u32::MAX));
        (if !sent.exists() && arrived.exists() { arrived } else { sent }, sha256)
    };
    let mut files: Vec<_> = delivery.sha256.split(' ').enumerate().map(of_part).collect();
    // What was packed here is kept as it was, too: whom it is for may be the only one to open the packed file.
    if let Some(packed) = delivery.packed.as_ref().filter(|_| !came_in) {
        files.push((kept_data(folder, delivery.no, &packed.sha256), &packed.sha256));
    }
    files
}

/// Where a file of the other side lies that was taken in.
pub(crate) fn arrived_part(folder: &Path, no: u64, part: u32) -> PathBuf {
    folder.join(format!("{no:012}.{part:03}.arrived"))
}

/// Says when a file is not the one that was recorded; of a file that was not recorded nothing is said.
pub(crate) fn altered(path: &Path, sha256: &str) -> Option<String> {
    if sha256.is_empty() {
        return None;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match sha256_of(path) {
        Ok(found) if found == sha256 => None,
        Ok(_) => Some(format!("控え {name} の内容が、作成したときのSHA-256と違います")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(format!("控え {name} がありません")),
        Err(error) => Some(format!("控え {name} が読めません（{error}）")),
    }
}
