//! `daicho backup` and `daicho restore`: copies of the town's journal, and the way back.

mod folder;
mod make;
mod mask;
mod relist;
mod restore;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use archive::{Extent, Target};
use clap::Subcommand;
use jiff::Timestamp;
use office::{Clock, SystemClock};
use register::Position;

pub use make::{Made, make};
pub use mask::{Masked, mask};
pub use relist::{Relisted, relist};
pub use restore::{Restored, restore};
pub use verify::{Verdict, verify};

pub use crate::journal::Destination;

use crate::audit::Witness;
use crate::config::Config;
use crate::progress::{result, say};
use crate::told::misused;

/// What is done with archives (控え).
#[derive(Subcommand)]
pub enum BackupTask {
    /// Archives everything, while the town is served; then removes what is older than `[backup] keep_days`.
    Full {
        /// Folder of archives.
        dir: PathBuf,
    },
    /// Archives what came since the newest archive.
    Increment {
        /// Folder of archives.
        dir: PathBuf,
    },
    /// Reads every file: its hash, the chain of changes, the manifest. Needs neither database nor key.
    Verify {
        /// Folder of archives.
        dir: PathBuf,
        /// Signed checkpoints to hold the archive against.
        #[arg(long, requires = "public_key")]
        checkpoints: Option<PathBuf>,
        /// The key that checks them.
        #[arg(long, requires = "checkpoints")]
        public_key: Option<PathBuf>,
    },
    /// Writes a lost or damaged manifest anew from what the files say of themselves, and verifies the folder.
    Relist {
        /// Folder of archives.
        dir: PathBuf,
    },
    /// Makes a copy for rehearsals: personal data replaced, a new chain, a new key.
    Mask {
        /// Folder of archives.
        dir: PathBuf,
        /// Folder of the rehearsal's town.
        #[arg(long)]
        to: PathBuf,
        /// The same seed gives the same copy.
        #[arg(long)]
        seed: u64,
        /// Table of rules; the program's own without it.
        #[arg(long)]
        rules: Option<PathBuf>,
    },
}

/// Runs one task.
///
/// # Errors
/// When something below fails. What is wrong with an archive is told and gives 1.
pub fn run(config: &Path, task: BackupTask) -> anyhow::Result<ExitCode> {
    match task {
        BackupTask::Full { dir } => tell_made(&make(&Config::read(config)?, &dir, Extent::Full, now())?),
        BackupTask::Increment { dir } => {
            tell_made(&make(&Config::read(config)?, &dir, Extent::Increment, now())?);
        }
        BackupTask::Verify { dir, checkpoints, public_key } => {
            let witness = Witness::read(checkpoints.as_deref(), public_key.as_deref())?;
            return verify_and_tell(&dir, witness.as_ref());
        }
        BackupTask::Relist { dir } => return relist_and_tell(&dir),
        BackupTask::Mask { dir, to, seed, rules } => {
            let rules = match rules {
                None => DEFAULT_RULES.to_owned(),
                Some(path) => std::fs::read_to_string(&path)
                    .with_context(|| format!("{} が読めません", path.display()))?,
            };
            let masked = mask(&Config::read(config)?, &dir, &to, seed, &rules)?;
            for line in &masked.notes {
                say(line);
            }
            result(&format!(
                "変更 {} 件、版 {} 件を置き換えて {} に写しました",
                masked.changes,
                masked.versions,
                masked.database.display()
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What becomes of each field in a copy for rehearsals, unless the town says otherwise.
pub const DEFAULT_RULES: &str = include_str!("../../../standards/masking.tsv");

fn tell_made(made: &Made) {
    match &made.file {
        None => say("前の控えから変更がありません"),
        Some(file) => {
            let seconds = made.seconds;
            result(&format!(
                "{file}: 変更 {} 件、{} バイト、{seconds:.1} 秒（読み返し済み）",
                made.changes, made.bytes
            ));
        }
    }
    for file in &made.pruned {
        say(&format!("古い控え {file} を消しました"));
    }
}

fn relist_and_tell(dir: &Path) -> anyhow::Result<ExitCode> {
    let relisted = relist(dir)?;
    for problem in &relisted.problems {
        say(problem);
    }
    if !relisted.problems.is_empty() {
        say("目録は作っていません。読めないファイルを別の場所に移してから、もう一度作り直してください");
        return Ok(ExitCode::from(1));
    }
    if relisted.files == 0 {
        bail!("{} に控えのファイルがありません", dir.display());
    }
    result(&format!("控え {} 個の目録を作り直しました", relisted.files));
    say(
        "前の目録にだけあったこと（いちばん新しい控えが失われていないか、どの控えを消したか）は、ファイルからは分かりません。検査点があれば、それと突き合わせてください",
    );
    verify_and_tell(dir, None)
}

/// Verifies a folder of archives and prints what was found.
///
/// # Errors
/// When the folder or its manifest cannot be read at all.
pub fn verify_and_tell(dir: &Path, witness: Option<&Witness>) -> anyhow::Result<ExitCode> {
    let verdict = verify(dir, witness)?;
    for problem in &verdict.problems {
        say(problem);
    }
    for note in &verdict.notes {
        say(note);
    }
    let walked = verdict.walked;
    let rate = if verdict.seconds > 0.0 { walked.to_string().parse::<f64>()? / verdict.seconds } else { 0.0 };
    result(&format!(
        "控え {} 個、変更1から{}まで、鎖の先頭 {}（のべ {walked} 件を {:.1} 秒、毎秒 {rate:.0} 件）",
        verdict.files, verdict.reached.position, verdict.reached.hash, verdict.seconds
    ));
    Ok(if verdict.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Restores and prints how.
///
/// # Errors
/// When the archive, the key or the new place is not right.
pub fn restore_and_tell(
    config: &Path,
    dir: &Path,
    to: &Destination,
    target: Target,
) -> anyhow::Result<ExitCode> {
    let restored = restore(&Config::read(config)?, dir, to, target)?;
    for note in &restored.notes {
        say(note);
    }
    for cursor in &restored.cursors {
        say(&cursor.in_words());
    }
    for problem in &restored.problems {
        say(problem);
    }
    result(&format!(
        "変更 {} 件、版 {} 件を{}に復元しました（{:.1} 秒、検査 {:.1} 秒）。鎖の先頭 {}",
        restored.reached.position,
        restored.versions,
        restored.place,
        restored.seconds,
        restored.check_seconds,
        restored.reached.hash
    ));
    Ok(if restored.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Up to where: a time (Japan's when no offset is given), a position, or all there is.
///
/// # Errors
/// When the time is none.
pub fn target(at: Option<&str>, position: Option<u64>) -> anyhow::Result<Target> {
    match (at, position) {
        (None, None) => Ok(Target::Newest),
        (None, Some(position)) => Ok(Target::Position(Position(position))),
        (Some(text), None) => time(text).map(Target::Time),
        (Some(_), Some(_)) => Err(misused("--at と --position はどちらか一方にしてください")),
    }
}

/// A time of day as operators write it, Japan's when no offset is given.
///
/// # Errors
/// When the text is none.
pub(crate) fn time(text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let unread = || misused(format!("日時「{text}」は 2026-04-01T09:00 のように書いてください"));
    let day_and_time: jiff::civil::DateTime = text.parse().map_err(|_| unread())?;
    jiff::tz::Offset::constant(9).to_timestamp(day_and_time).map_err(|_| unread())
}

pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// Seconds since a moment, for what operators read.
pub(crate) fn seconds_since(start: Timestamp) -> f64 {
    now().duration_since(start).as_secs_f64()
}
