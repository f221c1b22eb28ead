//! Reading a folder of archives from end to end, with neither database nor key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use archive::{Target, check_file, plan};
use register::{ChainHash, ChainWalk, Position};

use super::folder::ArchiveFolder;
use super::{now, seconds_since};
use crate::audit::Witness;

/// What is said of a file the manifest does not name.
pub(super) const STRANGER: &str = "目録にないファイルです（作りかけか、目録の末尾が失われています）。これより後の控えが目録にあれば、消してかまいません";

/// What was found.
#[derive(Debug)]
pub struct Verdict {
    /// What is wrong, with file and position; empty when all is well.
    pub problems: Vec<String>,
    /// What an operator may want to know and is not wrong.
    pub notes: Vec<String>,
    /// Files read.
    pub files: usize,
    /// Changes read, those in several files several times.
    pub walked: u64,
    /// The newest change a restore reaches.
    pub reached: ChainWalk,
    /// How long it took.
    pub seconds: f64,
}

/// Reads every file of a folder.
///
/// # Errors
/// When the folder or its manifest cannot be read at all.
pub fn verify(dir: &Path, witness: Option<&Witness>) -> anyhow::Result<Verdict> {
    let start = now();
    let folder = ArchiveFolder::for_reading(dir)?;
    let manifest = &folder.manifest;
    let present = manifest.present();
    let mut verdict = Verdict {
        problems: Vec::new(),
        notes: Vec::new(),
        files: 0,
        walked: 0,
        reached: ChainWalk::START,
        seconds: 0.0,
    };
    // Hashes by which files, manifest and checkpoints are held against each other.
    let mut wanted: BTreeSet<Position> = manifest.archived().map(|archived| archived.last).collect();
    let lines = witness.and_then(|witness| witness.log.as_ref().ok()).map_or(&[][..], |log| log.all());
    wanted.extend(lines.iter().map(|line| line.position));
    let mut known: BTreeMap<Position, ChainHash> = BTreeMap::from([(Position(0), ChainHash::START)]);
    let mut sound = Vec::new();
    for archived in &present {
        let file = &archived.file;
        let opened = match folder.open(archived) {
            Ok(opened) => opened,
            Err(error) => {
                verdict.problems.push(format!("{file}: {error:#}"));
                continue;
            }
        };
        verdict.files = verdict.files.saturating_add(1);
        let mut strange = None;
        let checked = check_file(archived, opened, |change| {
            verdict.walked = verdict.walked.saturating_add(1);
            if wanted.contains(&change.position) {
                let before = known.insert(change.position, change.hash);
                if before.is_some_and(|before| before != change.hash) {
                    strange.get_or_insert(change.position);
                }
            }
        });
        if let Some(position) = strange {
            verdict.problems.push(format!("{file}: 変更{position}が、ほかの控えの同じ変更と違います"));
        }
        match checked {
            Ok(reached) => {
                if verdict.reached.position <= reached.position {
                    verdict.reached = reached;
                }
                sound.push(*archived);
            }
            Err(error) => verdict.problems.push(format!("{file}: {error}")),
        }
    }
    for archived in manifest.archived() {
        let differs = known.get(&archived.last).is_some_and(|hash| Some(*hash) != archived.head());
        if differs {
            let (file, last) = (&archived.file, archived.last);
            verdict.problems.push(format!("{file}: 目録にある変更{last}のハッシュが、控えの中身と違います"));
        }
        let follows = archived.after == Position(0)
            || manifest
                .archived()
                .any(|before| before.last == archived.after && before.last_hash == archived.after_hash);
        if !follows {
            let (file, after) = (&archived.file, archived.after);
            verdict.problems.push(format!("{file}: 変更{after}までの控えが目録にありません（抜けています）"));
        }
    }
    let newest = manifest.newest().map_or(Position(0), |archived| archived.last);
    match plan(&sound, Target::Newest) {
        Ok(files) => {
            let end = files.last().map_or(Position(0), |archived| archived.last);
            if end < newest {
                verdict.problems.push(format!(
                    "使える控えから復元できるのは変更{end}までです（変更{newest}まで控えたはずです）"
                ));
            }
            let files: Vec<&str> = files.iter().map(|archived| archived.file.as_str()).collect();
            verdict.notes.push(format!("復元に使う控え: {}", files.join("、")));
        }
        Err(error) => verdict.problems.push(format!("復元できません: {error}")),
    }
    for stranger in folder.strangers()? {
        if stranger.ends_with(".tmp") {
            verdict.notes.push(format!(
                "{stranger}: 作りかけのファイルです。控えを作っている最中でなければ、消してかまいません"
            ));
        } else {
            verdict.problems.push(format!("{stranger}: {STRANGER}"));
        }
    }
    if let Some(witness) = witness {
        let head = verdict.reached.position;
        match witness.check(head, |position| Ok(known.get(&position).copied()))? {
            Ok(note) => verdict.notes.push(note),
            Err(problem) => verdict.problems.push(problem),
        }
    }
    verdict.seconds = seconds_since(start);
    Ok(verdict)
}
