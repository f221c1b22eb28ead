//! Composition: the systems of this program over one journal, with the links and places of one town.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use catalog::FunctionTable;
use counterparts::FolderReceiver;
use domain::BusinessCalendar;
use layout::Plan;
use office::{Clock, Entropy, LinkSources, ListFile, Office, OfficeParts, Ready, SystemClock, SystemEntropy};
use register::{Fault, Journal, Kind};
use serde_json::json;
use store::{Trouble, VaultKey};
use system::System;
use transport::{Folder, write_durably};

use crate::config::Config;
use crate::tables;

/// Readers kept open to the database: more than cores, because some wait for the disk.
const READERS: usize = 8;

/// The systems of this program.
pub fn systems() -> Vec<System> {
    vec![
        resident_register::system(),
        addressee::system(),
        child_allowance::system(),
        electoral_roll::system(),
    ]
}

/// An opened town.
pub struct House {
    /// The office.
    pub office: Arc<Office>,
    /// Simulated receivers the configuration asks for.
    pub receivers: Vec<FolderReceiver>,
}

/// Where time and chance come from; given so that tests can set them.
#[derive(Clone)]
pub struct Outside {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
}

impl Default for Outside {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }
}

/// Opens the town a configuration describes.
///
/// # Errors
/// When the database or key cannot be opened, a list or table is missing, or the composition is broken. A broken link,
/// layout or place is no error: it shows on the monitor.
pub fn open(config: &Config, outside: Outside) -> anyhow::Result<House> {
    let systems = systems();
    let kinds = Office::kinds(&systems);
    let key = VaultKey::read(&config.at(&config.store.key_file)).context("鍵ファイルが使えません")?;
    let journal = open_journal(config, &kinds, key)?;
    let municipality = &config.municipality;
    let functions = FunctionTable::parse("unit_functions.tsv", &read(config, &config.standards.functions)?);
    let holidays = read(config, &config.standards.holidays)?;
    let calendar = BusinessCalendar::from_tsv(&holidays).context("休日の表が読めません")?;
    let office = Office::open(OfficeParts {
        journal,
        systems,
        clock: outside.clock,
        entropy: outside.entropy,
        municipality: json!({
            "code": municipality.code,
            "prefecture": municipality.prefecture,
            "name": municipality.name,
            "attester_title": municipality.attester_title,
            "attester_name": municipality.attester_name,
            "specimen": municipality.specimen,
        }),
        sources: sources(config)?,
        functions,
        calendar,
        evidence: config.at(&config.links.evidence),
        login_tries_max: config.server.login_tries_max,
    })?;
    let receivers = receivers(config, &office)?;
    Ok(House { office: Arc::new(office), receivers })
}

/// Opens the journal where the configuration says it lies.
fn open_journal(config: &Config, kinds: &[&'static Kind], key: VaultKey) -> anyhow::Result<Arc<dyn Journal>> {
    let key = Some(key);
    let Some(database) = &config.database else {
        let path = config.at(&config.store.path);
        make_private(&path)?;
        let options = store_sqlite::Options { key, readers: READERS };
        let store = store_sqlite::Store::open(&path, kinds, options)
            .map_err(explained)
            .with_context(|| format!("データベース {} が開けません", path.display()))?;
        return Ok(Arc::new(store));
    };
    let password = match &database.password_file {
        None => None,
        Some(file) => {
            let file = config.at(file);
            let text = fs::read_to_string(&file)
                .with_context(|| format!("パスワードのファイル {} が読めません", file.display()))?;
            Some(store_postgres::Password::new(text.trim_end_matches(['\r', '\n'])))
        }
    };
    let options =
        store_postgres::Options { key, readers: READERS, password, ..store_postgres::Options::default() };
    let store = store_postgres::Store::open(&database.url, kinds, options)
        .map_err(explained)
        .context("[database] のデータベースが開けません")?;
    Ok(Arc::new(store))
}

/// A fault of opening, with what to do about it in front where that is known.
fn explained(fault: Fault) -> anyhow::Error {
    let what_to_do = Trouble::of(&fault).map(|trouble| match trouble {
        Trouble::Newer { .. } => {
            "新しい版のプログラムが作ったデータベースです。その版か、それより新しい版を使ってください"
        }
        Trouble::Foreign => "このプログラムのデータベースではありません。場所を確かめてください",
        Trouble::Unfit(_) => "このデータベースは台帳を預けるのに使えません",
        Trouble::WrongKey { .. } => "鍵が違います。このデータベースを作ったときの鍵ファイルを使ってください",
        Trouble::NoKey { .. } => "鍵ファイルがありません",
        Trouble::HalfRestored => "復元の途中で止まったデータベースです。消してから、もう一度復元してください",
        Trouble::NotEmpty => "空でないデータベースには復元しません。新しいフォルダか、空のデータベースを指定してください",
        Trouble::Superseded => {
            "ほかの版のプログラムが表を変えました。プログラムの版をそろえて起動し直してください"
        }
        Trouble::ReadOnly => "書き込めないデータベースです。複製でないか、権限があるかを確かめてください",
        Trouble::NoSpace => "ディスクに空きがありません",
        Trouble::Unreachable => {
            "データベースにつながりません。動いているか、場所と利用者が正しいかを確かめてください"
        }
    });
    let error = anyhow::Error::new(fault);
    match what_to_do {
        Some(what_to_do) => error.context(what_to_do),
        None => error,
    }
}

/// Makes the key file of a new town, readable by the program's user alone from its first byte.
///
/// # Errors
/// When it cannot be written. An existing key is kept: without it the numbers cannot be read again.
pub fn ensure_key(path: &Path) -> anyhow::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let key = VaultKey::generate().context("鍵を作れません")?;
    // Whole and on the disk before anything is sealed with it: a key that a power cut takes is never found again.
    write_durably(path, |file| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
        writeln!(file, "{}", key.to_hex())
    })
    .with_context(|| format!("{}に書けません", path.display()))
}

/// Makes a new database file readable by the program's user alone; its log files take the same permissions.
pub(crate) fn make_private(path: &Path) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(|| format!("データベース {} を作れません", path.display())),
    }
}

fn read(config: &Config, path: &Path) -> anyhow::Result<String> {
    let path = config.at(path);
    fs::read_to_string(&path).with_context(|| format!("{} が読めません", path.display()))
}

/// The links, layouts and lists of a town as texts.
///
/// # Errors
/// When a list or folder the configuration names cannot be read.
pub fn sources(config: &Config) -> anyhow::Result<LinkSources> {
    let mut lists = Vec::new();
    for path in &config.standards.lists {
        lists.push(ListFile { name: file_name(path), text: read(config, path)? });
    }
    let places =
        config.places.iter().map(|(name, path)| (name.clone(), config.at(path))).collect::<BTreeMap<_, _>>();
    Ok(LinkSources {
        lists,
        systems: read(config, &config.standards.systems)?,
        charset_words: read(config, &config.standards.charset_words)?,
        links: files(&config.at(&config.links.folder), &["toml"])?,
        layouts: files(&config.at(&config.links.layouts), &["toml", "tsv"])?,
        tables: tables::load(
            tables::folder(None, config.links.tables.as_ref().map(|folder| config.at(folder))).as_deref(),
        )?,
        places,
    })
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The files of a folder with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> anyhow::Result<Vec<ListFile>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("フォルダ {} が読めません", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending))
        {
            let text =
                fs::read_to_string(&path).with_context(|| format!("{} が読めません", path.display()))?;
            files.push(ListFile { name: file_name(&path), text });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Simulated receivers at the places the configuration names, with the layouts of the links that send there.
fn receivers(config: &Config, office: &Office) -> anyhow::Result<Vec<FolderReceiver>> {
    let mut receivers = Vec::new();
    for place in &config.simulators.receivers {
        let Some(path) = config.places.get(place) else {
            bail!("[simulators] receivers の「{place}」は [places] にありません");
        };
        let root: PathBuf = config.at(path);
        let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
        for running in office.links().all() {
            if let Ok(Ready::Folder { plan, folder, .. }) = &running.ready
                && folder.path() == root
            {
                plans.insert(running.link.id.clone(), (**plan).clone());
            }
        }
        receivers.push(FolderReceiver::new(Folder::at(root), plans));
    }
    Ok(receivers)
}
