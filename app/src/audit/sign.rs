//! Keys and signed checkpoints.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use archive::{CheckpointLog, SecretKey, chain_in_words};
use office::Clock;
use register::{ChainError, ChainHash, ChainWalk, Ledger, Position};
use transport::write_durably;

use crate::config::Config;
use crate::house::kinds;
use crate::journal::Place;
use crate::output::make_private;
use crate::progress::say;

/// The variable that holds the signing key where no file may.
const VARIABLE: &str = "DAICHO_AUDIT_KEY";

/// Makes a signing key, readable by its owner alone, and the public key beside it; tells the public key.
///
/// # Errors
/// When there is one already or it cannot be written.
pub fn make_key(path: &Path) -> anyhow::Result<String> {
    if path.exists() {
        bail!("{} がすでにあります。別の名前にしてください", path.display());
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("乱数が得られません: {error}"))?;
    let key = SecretKey::from_seed(&seed);
    let public = key.public().to_hex();
    write_durably(path, |file| {
        make_private(file)?;
        writeln!(file, "{}", key.to_hex())
    })
    .with_context(|| format!("{} に書けません", path.display()))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".pub");
    let beside = PathBuf::from(beside);
    write_durably(&beside, |file| writeln!(file, "{public}"))
        .with_context(|| format!("{} に書けません", beside.display()))?;
    Ok(public)
}

/// Signs the head of the town's journal and appends the line; tells it.
///
/// Before it signs it looks at what it signs: the journal must agree with the newest checkpoint, and the chain from
/// there to the head must hold. Two programs that sign into one file do so one after the other.
///
/// # Errors
/// When it does not, when there is no key or file, or when something cannot be read or written.
pub fn checkpoint(
    config: &Config,
    to: Option<&Path>,
    key_file: Option<&Path>,
    clock: &dyn Clock,
) -> anyhow::Result<String> {
    let configured = config.audit.checkpoints.as_ref().map(|path| config.at(path));
    let to = to
        .map(Path::to_path_buf)
        .or(configured)
        .context("検査点のファイルを --to か [audit] checkpoints で指定してください")?;
    let key = key(config, key_file)?;
    let store = Place::configured(config)?.beside(&kinds(config)?, None)?;
    let mut file = open(&to)?;
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(|| format!("{} が読めません", to.display()))?;
    let mut log = CheckpointLog::parse(&text).with_context(|| to.display().to_string())?;
    if let Some(whole) = log.unfinished() {
        say(&format!("{} の最後の行は書きかけで終わっています。取り除いて続けます", to.display()));
        cut(&file, whole).with_context(|| {
            format!(
                "{} の書きかけの最後の行を取り除けません。別のファイルに移して、始めからにしてください",
                to.display()
            )
        })?;
    }
    let whole = log.unfinished().unwrap_or(text.len());
    let head = walk(&*store, &log)?;
    // The time too is that of whoever has the file: while it waited, another may have signed.
    let line = log.sign(&key, head.position, head.hash, clock.now())?;
    if let Err(error) = file.write_all(line.as_bytes()).and_then(|()| file.sync_all()) {
        // Half a line would be all that the next reads of it; where it cannot be taken back, the next does so.
        let _ = cut(&file, whole);
        return Err(error).with_context(|| format!("{} に書けません", to.display()));
    }
    Ok(line)
}

/// Leaves so many bytes.
fn cut(file: &File, bytes: usize) -> std::io::Result<()> {
    file.set_len(u64::try_from(bytes).unwrap_or(u64::MAX))
}

/// Opens a file of checkpoints for this program alone, to be read and then appended to: written anew it could not lie
/// where things can only be appended.
fn open(path: &Path) -> anyhow::Result<File> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        transport::make_folders(parent, transport::Access::Private)?;
    }
    let file = File::options().create(true).read(true).append(true).open(path);
    let file = file.with_context(|| format!("{} が開けません", path.display()))?;
    match file.lock() {
        // The file may lie on another machine that knows no locks; it is still a witness.
        Err(error) if error.kind() != ErrorKind::Unsupported => {
            Err(error).with_context(|| format!("{} を占有できません", path.display()))
        }
        _ => Ok(file),
    }
}

/// The head, reached over a chain that holds.
fn walk(ledger: &dyn Ledger, log: &CheckpointLog) -> anyhow::Result<ChainWalk> {
    let snapshot = ledger.snapshot()?;
    let head = snapshot.head()?;
    let hash_at = |position| Ok::<_, anyhow::Error>(snapshot.link(position)?.map(|link| link.hash));
    log.check_journal(head.position, hash_at)??;
    let mut walk = match log.last() {
        None => ChainWalk::START,
        Some(last) if last.position == Position(0) => ChainWalk::START,
        Some(last) => snapshot.link(last.position)?.unwrap_or(ChainWalk {
            position: last.position,
            at: None,
            hash: ChainHash::START,
        }),
    };
    let mut broken: Option<ChainError> = None;
    snapshot.changes(walk.position, &mut |change| {
        broken = walk.step(&change).err();
        Ok(if broken.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    if let Some(error) = broken {
        bail!("署名しません: {}", chain_in_words(&error));
    }
    Ok(walk)
}

fn key(config: &Config, option: Option<&Path>) -> anyhow::Result<SecretKey> {
    let configured = config.audit.key_file.as_ref().map(|path| config.at(path));
    let (text, from) = match (option, std::env::var(VARIABLE), configured) {
        (Some(path), _, _) => (fs::read_to_string(path), path.display().to_string()),
        (None, Ok(text), _) => (Ok(text), VARIABLE.to_owned()),
        (None, Err(_), Some(path)) => (fs::read_to_string(&path), path.display().to_string()),
        (None, Err(_), None) => {
            bail!("署名鍵を --key-file、{VARIABLE}、[audit] key_file のどれかで指定してください")
        }
    };
    let text = text.with_context(|| format!("署名鍵 {from} が読めません"))?;
    SecretKey::parse(&text).with_context(|| format!("{from} は署名鍵ではありません"))
}
