//! The town's vault keys (鍵束): where they come from, and `daicho key`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use office::Caller;
use store::{KeyRing, VaultKey};
use transport::write_durably;

use crate::config::Config;
use crate::house::{Outside, kinds, open};
use crate::journal::Place;
use crate::progress::{result, say};

/// The variable that holds the keys themselves, as a key file does, where no file may.
const VARIABLE: &str = "DAICHO_KEY";

/// What is done with the keys that seal 個人番号 and 住民票コード.
#[derive(Subcommand)]
pub enum KeyTask {
    /// Names the keys, oldest first; the last one seals.
    List,
    /// Draws a new key, which seals from now on, and hashes anew what is searched. The former keys stay: they open what
    /// they sealed. A town in a file must be stopped; of one in PostgreSQL every process needs the new key file to go on.
    Rotate,
}

/// Runs one task.
///
/// # Errors
/// When the keys cannot be read or written, or the town's journal cannot be opened.
pub fn run(config: &Path, task: &KeyTask) -> anyhow::Result<ExitCode> {
    let config = Config::read(config)?;
    match task {
        KeyTask::List => {
            for id in ring(&config)?.ids()? {
                result(&id);
            }
        }
        KeyTask::Rotate => {
            let id = rotate(&config, Outside::default())?;
            say(&format!(
                "新しい鍵 {id} で封をします。鍵ファイルには前の鍵も残っています（前に封をしたものを開くため）。\
                 鍵ファイルの控えを取り直してください"
            ));
            result(&id);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The keys of a town: those of the variable `DAICHO_KEY`, or of the configuration's key file.
///
/// # Errors
/// When there are none, they do not read, or others may read the file.
pub fn ring(config: &Config) -> anyhow::Result<KeyRing> {
    match std::env::var(VARIABLE) {
        Ok(text) => KeyRing::parse(&text).with_context(|| format!("環境変数 {VARIABLE} の鍵が使えません")),
        Err(std::env::VarError::NotPresent) => {
            KeyRing::read(&config.at(&config.store.key_file)).context("鍵ファイルが使えません")
        }
        Err(error) => Err(error).with_context(|| format!("環境変数 {VARIABLE} が読めません")),
    }
}

/// Replaces the key that seals; tells the id of the new one.
///
/// The key file is written first and durably, then the journal takes the key on. Killed in between, the next opening of
/// the town does the rest.
///
/// # Errors
/// When the keys come from the variable, the town is in a file and being served, or something cannot be read or written.
pub fn rotate(config: &Config, outside: Outside) -> anyhow::Result<String> {
    if std::env::var_os(VARIABLE).is_some() {
        bail!(
            "鍵は環境変数 {VARIABLE} にあります。64桁の16進数の新しい鍵（openssl rand -hex 32 など）を空白で区切って\
             末尾に加え、町を起動し直してください"
        );
    }
    let path = config.at(&config.store.key_file);
    let before = ring(config)?;
    // Nothing is written unless these are the town's keys and, where it is in a file, it stands still. A database lets us
    // in beside its other processes; those cannot write once it has taken the new key on.
    drop(Place::configured(config)?.open(&kinds(config)?, before.clone())?);
    let key = VaultKey::generate().context("鍵を作れません")?;
    let id = key.id()?;
    before.with(key.clone()).context("鍵を作れません")?;
    append(&path, &key, &outside.clock.now().to_string())
        .with_context(|| format!("{} に書けません", path.display()))?;
    let house = open(config, outside)?;
    house.office.audit_done(&Caller::command_line(), "office/key-rotate", "鍵の取り替え", Vec::new())?;
    Ok(id)
}

/// Writes the file anew with one key more, for the same owner and with the same permissions.
fn append(path: &Path, key: &VaultKey, when: &str) -> io::Result<()> {
    let text = fs::read_to_string(path)?;
    let former = fs::metadata(path)?;
    write_durably(path, |file| {
        like(file, &former)?;
        writeln!(file, "{}\n{} # {when}", text.trim_end(), key.to_hex())
    })
}

#[cfg(unix)]
fn like(file: &File, former: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    file.set_permissions(former.permissions())?;
    let now = file.metadata()?;
    if (now.uid(), now.gid()) == (former.uid(), former.gid()) {
        return Ok(());
    }
    fchown(file, Some(former.uid()), Some(former.gid()))
}

#[cfg(not(unix))]
fn like(file: &File, former: &fs::Metadata) -> io::Result<()> {
    file.set_permissions(former.permissions())
}
