//! `daicho audit`: proof that nobody touched the journal.

mod keeper;
mod sign;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use archive::{CheckpointLog, PublicKey};
use clap::Subcommand;
use office::{Office, SystemClock};
use register::{ChainHash, Fault, Ledger, Position};

pub use keeper::Keeper;
pub use sign::{checkpoint, make_key};

use crate::backup::{now, seconds_since, verify_and_tell};
use crate::config::Config;
use crate::house::{Outside, kinds, open, systems};
use crate::journal::Place;
use crate::progress::{result, say};

/// What is done with the journal's proof.
#[derive(Subcommand)]
pub enum AuditTask {
    /// Walks the hash chain, recomputes the current records, runs every system's checks.
    Verify {
        /// A copy of a database file, or a folder of archives, instead of the town's own database; needs no key.
        #[arg(long)]
        offline: Option<PathBuf>,
        /// Signed checkpoints to hold the journal against; those of `[audit]` without it.
        #[arg(long, requires = "public_key")]
        checkpoints: Option<PathBuf>,
        /// The key that checks them.
        #[arg(long, requires = "checkpoints")]
        public_key: Option<PathBuf>,
    },
    /// Makes a key that signs checkpoints, and beside it the public key (`.pub`).
    Key {
        /// The key file; keep it apart from the database.
        file: PathBuf,
    },
    /// Signs the head of the journal, while the town is served.
    Checkpoint {
        /// File the line is appended to; that of `[audit]` without it.
        #[arg(long)]
        to: Option<PathBuf>,
        /// The key file; the variable `DAICHO_AUDIT_KEY` or that of `[audit]` without it.
        #[arg(long)]
        key_file: Option<PathBuf>,
    },
}

/// Runs one task.
///
/// # Errors
/// When something below fails. What is wrong with the journal is told and gives 1.
pub fn run(config: &Path, task: AuditTask) -> anyhow::Result<ExitCode> {
    match task {
        AuditTask::Verify { offline, checkpoints, public_key } => {
            let given = Witness::read(checkpoints.as_deref(), public_key.as_deref())?;
            match offline {
                Some(path) if path.is_dir() => verify_and_tell(&path, given.as_ref()),
                Some(path) => verify_copy(&path, given.as_ref()),
                None => {
                    let config = Config::read(config)?;
                    let witness = match given {
                        Some(given) => Ok(Some(given)),
                        None => Witness::configured(&config)?,
                    };
                    verify_town(&config, witness)
                }
            }
        }
        AuditTask::Key { file } => {
            let public = make_key(&file)?;
            say(
                "署名鍵を作りました。データベースや控えと別の場所に保管し、公開鍵（.pub）を検査する人に渡してください",
            );
            result(&public);
            Ok(ExitCode::SUCCESS)
        }
        AuditTask::Checkpoint { to, key_file } => {
            let line = checkpoint(&Config::read(config)?, to.as_deref(), key_file.as_deref(), &SystemClock)?;
            result(line.trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Checkpoints whose signatures were checked.
pub struct Witness {
    /// The checkpoints, or why they do not stand, in words.
    pub log: Result<CheckpointLog, String>,
}

impl Witness {
    /// Reads a file of checkpoints and the key that checks them.
    ///
    /// Checkpoints that were altered or signed by another key are a finding, not an error: the rest is still looked at.
    ///
    /// # Errors
    /// When a file does not read or the key is none.
    pub fn read(checkpoints: Option<&Path>, public_key: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let (Some(checkpoints), Some(public_key)) = (checkpoints, public_key) else { return Ok(None) };
        let text = |path: &Path| {
            std::fs::read_to_string(path).with_context(|| format!("{} が読めません", path.display()))
        };
        let key = PublicKey::parse(&text(public_key)?)
            .with_context(|| format!("{} は公開鍵ではありません", public_key.display()))?;
        let text = text(checkpoints)?;
        let log = CheckpointLog::parse(&text).and_then(|log| log.check_signatures(&key).map(|()| log));
        let unfinished =
            "最後の行が書きかけで終わっています。もう一度署名すると（daicho audit checkpoint）取り除かれます";
        let log = log.map_err(|error| error.to_string()).and_then(|log| match log.unfinished() {
            Some(_) => Err(unfinished.to_owned()),
            None => Ok(log),
        });
        Ok(Some(Self { log: log.map_err(|error| format!("{}: {error}", checkpoints.display())) }))
    }

    /// The checkpoints of a town, when it keeps some and says by which key to check them; or that they are gone, in
    /// words: who cuts the journal off may as well remove what witnesses it.
    fn configured(config: &Config) -> anyhow::Result<Result<Option<Self>, String>> {
        let at = |path: &Option<PathBuf>| path.as_ref().map(|path| config.at(path));
        let (file, key) = (at(&config.audit.checkpoints), at(&config.audit.public_key));
        if let Some(file) = &file {
            if !file.try_exists().with_context(|| format!("{} が読めません", file.display()))? {
                return Ok(Err(format!(
                    "[audit] の検査点のファイル {} がありません。町を動かすか daicho audit checkpoint で作られます。\
                     署名したことがあるなら、消されたか、移されています",
                    file.display()
                )));
            }
            if key.is_none() {
                say("[audit] に public_key がないので、検査点の署名を確かめられません");
            }
        }
        Self::read(file.as_deref(), key.as_deref()).map(Ok)
    }

    /// Holds a journal against the checkpoints: what was covered, or what is wrong, in words.
    ///
    /// # Errors
    /// What `hash_at` errs with.
    pub fn check(
        &self,
        head: Position,
        hash_at: impl FnMut(Position) -> Result<Option<ChainHash>, Fault>,
    ) -> anyhow::Result<Result<String, String>> {
        let log = match &self.log {
            Ok(log) => log,
            Err(problem) => return Ok(Err(problem.clone())),
        };
        let Some(last) = log.last() else {
            return Ok(Err("検査点が1つもありません（ファイルが空です）".to_owned()));
        };
        let count = log.all().len();
        Ok(match log.check_journal(head, hash_at)? {
            Err(error) => Err(error.to_string()),
            Ok(()) => Ok(format!(
                "検査点 {count} 個と一致しました。最後は変更{}（{}）です。それより後の{}件は署名で守られていません",
                last.position,
                last.at,
                head.0.saturating_sub(last.position.0)
            )),
        })
    }
}

/// A copy of a database, without a key and without changing it.
fn verify_copy(path: &Path, witness: Option<&Witness>) -> anyhow::Result<ExitCode> {
    let start = now();
    let copy = Place::File(path.to_owned()).beside(&Office::kinds(&systems(&[])), None)?;
    let verification = copy.verify()?;
    let mut problems = verification.problems;
    hold_against(&*copy, witness, &mut problems)?;
    let seconds = seconds_since(start);
    tell(&problems, verification.changes, verification.versions, verification.head, Some(seconds))
}

fn verify_town(config: &Config, witness: Result<Option<Witness>, String>) -> anyhow::Result<ExitCode> {
    let house = open(config, Outside::default())?;
    let office: &Office = &house.office;
    let verification = office.journal().verify()?;
    let mut problems = verification.problems;
    let view = office.journal().view(register::AsOf::default())?;
    for check in office.systems().iter().flat_map(|system| &system.checks) {
        for inconsistency in (check.run)(&*view)? {
            problems.push(format!("{}: {} {}", check.title, inconsistency.record, inconsistency.what));
        }
    }
    problems.extend(office.check_evidence()?);
    match witness {
        Ok(witness) => {
            hold_against(
                &*Place::configured(config)?.beside(&kinds(config)?, None)?,
                witness.as_ref(),
                &mut problems,
            )?;
        }
        Err(gone) => problems.push(gone),
    }
    tell(&problems, verification.changes, verification.versions, verification.head, None)
}

fn hold_against(
    ledger: &dyn Ledger,
    witness: Option<&Witness>,
    problems: &mut Vec<String>,
) -> anyhow::Result<()> {
    let Some(witness) = witness else {
        say("検査点と比べていません。末尾の切り取りや、鎖ごとの書き換えは、検査点がないと見つかりません");
        return Ok(());
    };
    let snapshot = ledger.snapshot()?;
    let head = snapshot.head()?.position;
    let hash_at = |position| Ok(snapshot.link(position)?.map(|link| link.hash));
    match witness.check(head, hash_at)? {
        Ok(note) => say(&note),
        Err(problem) => problems.push(problem),
    }
    Ok(())
}

fn tell(
    problems: &[String],
    changes: u64,
    versions: u64,
    head: Option<ChainHash>,
    seconds: Option<f64>,
) -> anyhow::Result<ExitCode> {
    for problem in problems {
        say(problem);
    }
    let head = head.map_or_else(|| "（空）".to_owned(), |head| head.to_string());
    let time = seconds.map_or_else(String::new, |seconds| format!("（{seconds:.1} 秒）"));
    result(&format!("変更 {changes} 件、版 {versions} 件、鎖の先頭 {head}{time}"));
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
