//! Where a town's journal lies, and the ways it is opened there: to be served, to be read beside that, to be restored.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use register::{Fault, Journal, Kind, Ledger, Restore, Standing, Verification};
use store::{KeyRing, Trouble};
use transport::{Access, SecretFile, make_folders};

use crate::config::{Config, Database};

/// Readers kept open to the database: more than cores, because some wait for the disk.
const READERS: usize = 8;

/// A journal opened for reading only, while somebody else may be writing it.
pub(crate) trait Beside: Ledger {
    /// Walks the chain and compares the current records.
    fn verify(&self) -> Result<Verification, Fault>;
}

impl Beside for store_sqlite::ReadOnly {
    fn verify(&self) -> Result<Verification, Fault> {
        Self::verify(self)
    }
}

impl Beside for store_postgres::ReadOnly {
    fn verify(&self) -> Result<Verification, Fault> {
        Self::verify(self)
    }
}

/// Where a restore goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A new file in this folder, named as in `[store] path`.
    Folder(PathBuf),
    /// The empty database of `[database]`.
    Database,
}

/// A place where a journal lies, or is to lie.
pub(crate) enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A database of PostgreSQL.
    Database {
        /// Its address.
        url: String,
        /// Its password, where the address does not hold it.
        password: Option<store_postgres::Password>,
        /// TLS to its server.
        tls: Option<store_postgres::Tls>,
    },
}

impl Place {
    /// The place the configuration names.
    ///
    /// # Errors
    /// When the password cannot be read.
    pub(crate) fn configured(config: &Config) -> anyhow::Result<Self> {
        match Self::database(config)? {
            Some(database) => Ok(database),
            None => Ok(Self::File(config.at(&config.store.path))),
        }
    }

    /// The place a restore goes to. A folder that is not there is made.
    ///
    /// # Errors
    /// When the folder cannot be made or the configuration names no database.
    pub(crate) fn destination(config: &Config, to: &Destination) -> anyhow::Result<Self> {
        match to {
            Destination::Folder(folder) => {
                make_folders(folder, Access::Private)
                    .with_context(|| format!("{} を作れません", folder.display()))?;
                let name = config.store.path.file_name();
                let name = name.context("[store] path がファイルの名前ではありません")?;
                Ok(Self::File(folder.join(name)))
            }
            Destination::Database => match Self::database(config)? {
                Some(database) => Ok(database),
                None => bail!(
                    "設定ファイルに [database] がありません。ファイルに復元するときは --to でフォルダを指定してください"
                ),
            },
        }
    }

    fn database(config: &Config) -> anyhow::Result<Option<Self>> {
        let Some(database) = &config.database else { return Ok(None) };
        let password = match &database.password_file {
            None => None,
            Some(file) => {
                let file = config.at(file);
                let text = fs::read_to_string(&file)
                    .with_context(|| format!("パスワードのファイル {} が読めません", file.display()))?;
                Some(store_postgres::Password::new(text.trim_end_matches(['\r', '\n'])))
            }
        };
        let tls = tls(config, database).context("[database] の TLS")?;
        Ok(Some(Self::Database { url: database.url.clone(), password, tls }))
    }

    /// Opens the journal to be served.
    ///
    /// # Errors
    /// When it cannot be opened, with what to do about it where that is known.
    pub(crate) fn open(&self, kinds: &[&'static Kind], keys: KeyRing) -> anyhow::Result<Arc<dyn Journal>> {
        let opened: Result<Arc<dyn Journal>, Fault> = match self {
            Self::File(path) => {
                make_private(path)?;
                store_sqlite::Store::open(path, kinds, of_file(Some(keys)))
                    .map(|store| -> Arc<dyn Journal> { Arc::new(store) })
            }
            Self::Database { url, password, tls } => {
                store_postgres::Store::open(url, kinds, of_database(password, tls, Some(keys)))
                    .map(|store| -> Arc<dyn Journal> { Arc::new(store) })
            }
        };
        opened.map_err(explained).with_context(|| format!("{self}が開けません"))
    }

    /// Opens the journal for reading only; without a key, sealed bodies stay closed.
    ///
    /// # Errors
    /// When it cannot be opened, with what to do about it where that is known.
    pub(crate) fn beside(
        &self,
        kinds: &[&'static Kind],
        keys: Option<KeyRing>,
    ) -> anyhow::Result<Box<dyn Beside>> {
        let opened: Result<Box<dyn Beside>, Fault> = match self {
            Self::File(path) => store_sqlite::ReadOnly::open(path, kinds, of_file(keys))
                .map(|copy| -> Box<dyn Beside> { Box::new(copy) }),
            Self::Database { url, password, tls } => {
                store_postgres::ReadOnly::open(url, kinds, of_database(password, tls, keys))
                    .map(|copy| -> Box<dyn Beside> { Box::new(copy) })
            }
        };
        opened.map_err(explained).with_context(|| format!("{self}が読めません"))
    }

    /// Begins a restore of what `origin` says it was.
    ///
    /// # Errors
    /// When something is there already, the key is another, or it cannot be written; with what to do where that is known.
    pub(crate) fn restore(
        &self,
        kinds: &[&'static Kind],
        keys: KeyRing,
        origin: &Standing,
    ) -> anyhow::Result<Box<dyn Restore>> {
        let begun: Result<Box<dyn Restore>, Fault> = match self {
            Self::File(path) => {
                let is_new = !path.exists();
                make_private(path)?;
                store_sqlite::Restorer::begin(path, kinds, of_file(Some(keys)), origin)
                    .map(|restorer| -> Box<dyn Restore> { Box::new(restorer) })
                    // An empty file would be taken for a town that has not begun.
                    .inspect_err(|_| {
                        if is_new && fs::metadata(path).is_ok_and(|left| left.len() == 0) {
                            drop(fs::remove_file(path));
                        }
                    })
            }
            Self::Database { url, password, tls } => {
                store_postgres::Restorer::begin(url, kinds, of_database(password, tls, Some(keys)), origin)
                    .map(|restorer| -> Box<dyn Restore> { Box::new(restorer) })
            }
        };
        begun.map_err(explained).with_context(|| format!("{self}に復元できません"))
    }
}

/// In the words of an operator. An address may hold a password and is not shown.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "データベース {} ", path.display()),
            Self::Database { .. } => f.write_str("[database] のデータベース"),
        }
    }
}

fn of_file(keys: Option<KeyRing>) -> store_sqlite::Options {
    store_sqlite::Options { keys, readers: READERS, ..store_sqlite::Options::default() }
}

fn of_database(
    password: &Option<store_postgres::Password>,
    tls: &Option<store_postgres::Tls>,
    keys: Option<KeyRing>,
) -> store_postgres::Options {
    let (password, tls) = (password.clone(), tls.clone());
    store_postgres::Options { keys, readers: READERS, password, tls, ..store_postgres::Options::default() }
}

/// TLS to the database's server, where the configuration names who signs its certificate.
fn tls(config: &Config, database: &Database) -> anyhow::Result<Option<store_postgres::Tls>> {
    let text = |file: &PathBuf| {
        let file = config.at(file);
        fs::read_to_string(&file).with_context(|| format!("{} が読めません", file.display()))
    };
    let Some(ca) = &database.ca else {
        return match (&database.certificate, &database.key_file) {
            (None, None) => Ok(None),
            _ => bail!("certificate と key_file を書くときは、サーバーの証明書の認証局 ca も書いてください"),
        };
    };
    let own = match (&database.certificate, &database.key_file) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((text(certificate)?, SecretFile::at(config.at(key)).text()?)),
        _ => bail!("certificate と key_file は、両方書くか、どちらも書かないでください"),
    };
    let own = own.as_ref().map(|(certificate, key)| (certificate.as_str(), key.as_str()));
    Ok(Some(store_postgres::Tls::new(&text(ca)?, own)?))
}

/// A fault of a store, with what to do about it in front where that is known.
pub(crate) fn explained(fault: Fault) -> anyhow::Error {
    let what_to_do = Trouble::of(&fault).map(|trouble| match trouble {
        Trouble::Newer { .. } => {
            "新しい版のプログラムが作ったデータベースです。その版か、それより新しい版を使ってください"
        }
        Trouble::Older { .. } => {
            "古い版のプログラムが作ったデータベースです。町を一度起動すると新しくなります。写しは、その版のプログラムで検査してください"
        }
        Trouble::NewerBodies { .. } => {
            "新しい版のプログラムが書いた記録があります。その版か、それより新しい版を使ってください"
        }
        Trouble::Foreign => "このプログラムのデータベースではありません。場所を確かめてください",
        Trouble::Unfit(_) => "このデータベースは台帳を預けるのに使えません",
        Trouble::WrongKey { .. } => {
            "鍵が違います。このデータベースに使った鍵が、古い順にすべて入った鍵ファイルを使ってください"
        }
        Trouble::NoKey { .. } => "鍵ファイルがありません",
        Trouble::HalfRestored => "復元の途中で止まったデータベースです。消してから、もう一度復元してください",
        Trouble::EndMissing { .. } => {
            "データベースの末尾が、最後に書いたときの記録と合いません。壊れたか、古いものに置き換わっています。わざと古い控えに戻したときだけ、データベースの隣の .lock ファイルを消してください"
        }
        Trouble::NotEmpty => {
            "空でないデータベースには復元しません。新しいフォルダか、空のデータベースを指定してください"
        }
        Trouble::Superseded => {
            "ほかの機械が、別の版のプログラムか新しい鍵で表を変えました。版と鍵ファイルをそろえて起動し直してください"
        }
        Trouble::ReadOnly => "書き込めないデータベースです。複製でないか、権限があるかを確かめてください",
        Trouble::InUse => {
            "ほかのプログラムがこのデータベースを開いています。町を動かしているなら、止めてからやり直してください"
        }
        Trouble::LogBeside => {
            "まだ畳まれていない記録（-wal）のある写しが、書き込めない場所にあります。.db と -wal を一緒に、書き込める場所へ写してから検査してください"
        }
        Trouble::NoSpace => "ディスクに空きがありません。空きを作ってから、やり直してください",
        Trouble::Untrusted => {
            "データベースのサーバーと TLS で通信できません。[database] ca に認証局の証明書があるか、url のホストの名前がサーバーの証明書と同じか、サーバーが TLS を使う設定かを確かめてください"
        }
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

/// Makes a new database file readable by the program's user alone; its log files take the same permissions.
pub(crate) fn make_private(path: &Path) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(crate::output::PRIVATE);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(|| format!("データベース {} を作れません", path.display())),
    }
}
