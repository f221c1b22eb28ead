//! Places on SFTP servers.
//!
//! A server is known by its host key, which the configuration pins: a network that leads somewhere else is told and not
//! written to. A file is written beside its name, flushed where the server offers that, and renamed.

use std::collections::VecDeque;
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex};

use russh::client::{self, AuthResult, Handle};
use russh::keys::{HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate, decode_secret_key};
use russh_sftp::client::SftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::client::fs::File;
use russh_sftp::protocol::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::Cause;
use crate::remote::{
    Content, Network, PIECE_BYTES, Patience, Remote, SecretFile, Server, Session, block_on, next_piece,
};

/// The port where none is said.
pub const SFTP_PORT: u16 = 22;

/// A folder on an SFTP server.
#[derive(Clone, Debug)]
pub struct Sftp {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who logs in.
    pub user: String,
    /// How.
    pub login: SftpLogin,
    /// The server's host keys: the one it has, and while it changes the next one.
    pub host_keys: HostKeys,
    /// The folder of the place, from the root or from the user's own folder.
    pub folder: String,
    /// Where the program may connect to.
    pub network: Network,
    /// How long the server may be silent.
    pub patience: Patience,
}

/// What proves that we are the user.
#[derive(Clone, Debug)]
pub enum SftpLogin {
    /// A private key as OpenSSH writes it, and what it is encrypted with.
    Key {
        /// The key.
        key: SecretFile,
        /// Its passphrase, where it has one.
        passphrase: Option<SecretFile>,
    },
    /// A password.
    Password(SecretFile),
}

/// Fingerprints of host keys, `SHA256:…` as `ssh-keygen -lf` prints them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKeys(Vec<String>);

impl HostKeys {
    /// Reads fingerprints.
    ///
    /// # Errors
    /// In Japanese: none, or one that is no SHA-256 fingerprint.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        if texts.is_empty() {
            return Err("host_key に、サーバのホスト鍵の指紋（SHA256:…）を入れてください".to_owned());
        }
        for text in texts {
            // 256 bits are 43 characters of Base64; the padding is not printed.
            let digits = text.strip_prefix("SHA256:").unwrap_or_default();
            let is_base64 = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
            if digits.len() != 43 || !digits.chars().all(is_base64) {
                return Err(format!(
                    "host_key「{text}」は、指紋（SHA256: に続く43文字。ssh-keygen -lf が示すもの）ではありません"
                ));
            }
        }
        Ok(Self(texts.to_vec()))
    }
}

impl Sftp {
    /// The place; nothing is connected yet.
    pub fn place(self) -> Remote {
        Remote::on(self)
    }

    async fn open(&self) -> Result<Connection, Cause> {
        let patience = self.patience;
        let stream = self.network.dial(&self.host, self.port, patience).await?;
        let seen = Arc::new(Mutex::new(None));
        let pinned = Pinned { keys: self.host_keys.clone(), refused: Arc::clone(&seen) };
        let config = client::Config {
            keepalive_interval: Some(patience.time()),
            nodelay: true,
            ..client::Config::default()
        };
        let begun = patience
            .wait("SSHの開始", async {
                client::connect_stream(Arc::new(config), stream, pinned).await.map_err(|error| of_ssh(&error))
            })
            .await;
        let mut ssh = match (begun, seen.lock().ok().and_then(|mut refused| refused.take())) {
            (_, Some(found)) => return Err(Cause::HostKey { found }),
            (begun, None) => begun?,
        };
        patience.wait("ログイン", self.log_in(&mut ssh)).await?;
        let sftp = patience
            .wait("SFTPの開始", async {
                let channel = ssh.channel_open_session().await.map_err(|error| of_ssh(&error))?;
                channel.request_subsystem(true, "sftp").await.map_err(|error| of_ssh(&error))?;
                let config = russh_sftp::client::Config {
                    request_timeout_secs: patience.time().as_secs(),
                    ..russh_sftp::client::Config::default()
                };
                SftpSession::new_with_config(channel.into_stream(), config).await.map_err(of_start)
            })
            .await?;
        let mut connection =
            Connection { ssh, sftp, base: self.folder.trim_end_matches('/').to_owned(), patience };
        connection.check_base().await?;
        Ok(connection)
    }

    async fn log_in(&self, ssh: &mut Handle<Pinned>) -> Result<(), Cause> {
        let answer = match &self.login {
            SftpLogin::Password(file) => {
                let password = file.line()?;
                ssh.authenticate_password(&self.user, password).await.map_err(|error| of_ssh(&error))?
            }
            SftpLogin::Key { key: file, passphrase } => {
                let passphrase = passphrase.as_ref().map(SecretFile::line).transpose()?;
                let key = decode_secret_key(&file.text()?, passphrase.as_deref())
                    .map_err(|error| file.fault(format!("秘密鍵として読めません（{error}）")))?;
                let hash = if key.algorithm().is_rsa() {
                    ssh.best_supported_rsa_hash().await.map_err(|error| of_ssh(&error))?.flatten()
                } else {
                    None
                };
                let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
                ssh.authenticate_publickey(&self.user, key).await.map_err(|error| of_ssh(&error))?
            }
        };
        match answer {
            AuthResult::Success => Ok(()),
            AuthResult::Failure { .. } => Err(Cause::Login { user: self.user.clone() }),
        }
    }
}

impl Server for Sftp {
    fn describe(&self) -> String {
        let port = if self.port == SFTP_PORT { String::new() } else { format!(":{}", self.port) };
        format!("sftp://{}{port}/{}", self.host, self.folder.trim_start_matches('/'))
    }

    fn connect(&self) -> Result<Box<dyn Session>, Cause> {
        let connection = block_on(self.open())?;
        Ok(Box::new(connection))
    }
}

/// Lets a server pass whose key is pinned, and notes the key of another.
struct Pinned {
    keys: HostKeys,
    refused: Arc<Mutex<Option<String>>>,
}

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        // Certificates are not asked for, so none comes.
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let found = key.fingerprint(HashAlg::Sha256).to_string();
        if self.keys.0.contains(&found) {
            return Ok(true);
        }
        if let Ok(mut refused) = self.refused.lock() {
            *refused = Some(format!("{} {found}", key.algorithm()));
        }
        Ok(false)
    }
}

/// An open session.
struct Connection {
    ssh: Handle<Pinned>,
    sftp: SftpSession,
    base: String,
    patience: Patience,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection(..)")
    }
}

impl Connection {
    fn path(&self, folder: &str, name: &str) -> String {
        match (self.base.as_str(), name) {
            ("", "") => folder.to_owned(),
            ("", _) => format!("{folder}/{name}"),
            (base, "") => format!("{base}/{folder}"),
            (base, _) => format!("{base}/{folder}/{name}"),
        }
    }

    /// A place whose folder is not there would look like one where nothing has come.
    async fn check_base(&mut self) -> Result<(), Cause> {
        let base = if self.base.is_empty() { "." } else { &self.base };
        let asked = self.sftp.metadata(base).await;
        asked.map(drop).map_err(|error| self.of(error, base))
    }

    /// What an error of the server means.
    fn of(&self, error: SftpError, path: &str) -> Cause {
        let path = path.to_owned();
        match error {
            SftpError::Timeout => self.patience.gave_up("SFTPの命令"),
            _ if self.ssh.is_closed() => Cause::Lost { said: error.to_string() },
            SftpError::Status(status) => match status.status_code {
                StatusCode::NoSuchFile => Cause::Missing { path },
                StatusCode::PermissionDenied => Cause::Denied { path, said: status.error_message },
                StatusCode::NoConnection | StatusCode::ConnectionLost => {
                    Cause::Lost { said: status.error_message }
                }
                code => Cause::Other { said: format!("{code}: {}（{path}）", status.error_message) },
            },
            SftpError::IO(said) => Cause::Lost { said },
            // The library's words for a session that went away under it.
            SftpError::UnexpectedBehavior(said) => Cause::Lost { said },
            error => Cause::Other { said: error.to_string() },
        }
    }

    /// What an error in the middle of a file means; the library passes on only the server's words.
    fn of_io(&self, error: std::io::Error, path: &str) -> Cause {
        match error.kind() {
            std::io::ErrorKind::TimedOut => self.patience.gave_up("ファイルの転送"),
            _ if self.ssh.is_closed() => Cause::of_connection(&error),
            _ => match error.into_inner().map(|inner| inner.downcast::<SftpError>()) {
                Some(Ok(error)) => self.of(*error, path),
                Some(Err(other)) => Cause::Other { said: format!("{other}（{path}）") },
                None => Cause::Other { said: path.to_owned() },
            },
        }
    }

    async fn is_there(&self, path: &str) -> Result<bool, Cause> {
        self.sftp.try_exists(path).await.map_err(|error| self.of(error, path))
    }

    async fn send(&self, path: &str, content: &Content<'_>) -> Result<(), Cause> {
        let mut from = content.open()?;
        let mut file = self.sftp.create(path).await.map_err(|error| self.of(error, path))?;
        let sent = self.fill(&mut file, path, &mut *from).await;
        let closed = self
            .patience
            .wait("ファイルを閉じる", async {
                file.shutdown().await.map_err(|error| self.of_io(error, path))
            })
            .await;
        match sent.and(closed) {
            Ok(()) => {}
            Err(cause) => return Err(self.perhaps_full(cause, content.bytes).await),
        }
        let there = self.sftp.metadata(path).await.map_err(|error| self.of(error, path))?;
        match there.size {
            Some(arrived) if arrived != content.bytes => {
                Err(Cause::CutShort { path: path.to_owned(), sent: content.bytes, arrived })
            }
            _ => Ok(()),
        }
    }

    async fn fill(
        &self,
        file: &mut File,
        path: &str,
        from: &mut (dyn std::io::Read + Send),
    ) -> Result<(), Cause> {
        let mut room = vec![0; PIECE_BYTES];
        loop {
            let piece = next_piece(from, &mut room)?;
            let is_end = piece.is_empty();
            self.patience
                .wait("ファイルの送信", async {
                    // The end waits for the last answers and, where the server offers it, for its disk.
                    let done = if is_end { file.flush().await } else { file.write_all(piece).await };
                    done.map_err(|error| self.of_io(error, path))
                })
                .await?;
            if is_end {
                return Ok(());
            }
        }
    }

    /// SFTP has no word for a full disk: a server that fails without a reason is asked how much room it has.
    async fn perhaps_full(&self, cause: Cause, bytes: u64) -> Cause {
        let Cause::Other { said } = cause else { return cause };
        let base = if self.base.is_empty() { "." } else { &self.base };
        match self.sftp.fs_info(base).await {
            Ok(Some(room)) if room.blocks_avail.saturating_mul(room.fragment_size) < bytes => {
                Cause::Full { said }
            }
            _ => Cause::Other { said },
        }
    }

    async fn receive(&self, path: &str, to: &mut dyn Write) -> Result<bool, Cause> {
        let mut file = match self.sftp.open(path).await {
            Ok(file) => file,
            Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => {
                return Ok(false);
            }
            Err(error) => return Err(self.of(error, path)),
        };
        let mut room = vec![0; PIECE_BYTES];
        loop {
            let read = async { file.read(&mut room).await.map_err(|error| self.of_io(error, path)) };
            let count = self.patience.wait("ファイルの受信", read).await?;
            if count == 0 {
                return Ok(true);
            }
            to.write_all(room.get(..count).unwrap_or_default()).map_err(Cause::Local)?;
        }
    }

    async fn names(&self, folder: &str) -> Result<VecDeque<String>, Cause> {
        match self.sftp.read_dir(folder).await {
            Ok(entries) => Ok(entries.map(|entry| entry.file_name()).collect()),
            Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => {
                Ok(VecDeque::new())
            }
            Err(error) => Err(self.of(error, folder)),
        }
    }

    /// Many servers rename only to a name that is free.
    async fn replace(&self, from: &str, to: &str) -> Result<(), Cause> {
        match self.sftp.rename(from, to).await {
            Ok(()) => Ok(()),
            Err(SftpError::Status(_)) if self.is_there(to).await? => {
                self.sftp.remove_file(to).await.map_err(|error| self.of(error, to))?;
                self.sftp.rename(from, to).await.map_err(|error| self.of(error, to))
            }
            Err(error) => Err(self.of(error, to)),
        }
    }
}

impl Session for Connection {
    fn is_alive(&mut self) -> bool {
        !self.ssh.is_closed() && block_on(self.check_base()).is_ok()
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Cause> {
        let path = self.path(folder, "");
        block_on(async {
            if self.is_there(&path).await? {
                return Ok(());
            }
            match self.sftp.create_dir(&path).await {
                Ok(()) => Ok(()),
                // Another of ours was faster.
                Err(_) if self.is_there(&path).await? => Ok(()),
                Err(error) => Err(self.of(error, &path)),
            }
        })
    }

    fn list(&mut self, folder: &str, prefix: &str) -> Result<Vec<String>, Cause> {
        let path = self.path(folder, "");
        let names = block_on(self.names(&path))?;
        Ok(names.into_iter().filter(|name| name.starts_with(prefix)).collect())
    }

    fn read(&mut self, folder: &str, name: &str, to: &mut dyn Write) -> Result<bool, Cause> {
        block_on(self.receive(&self.path(folder, name), to))
    }

    fn write(&mut self, folder: &str, name: &str, content: &Content<'_>) -> Result<(), Cause> {
        let path = self.path(folder, name);
        let beside = format!("{path}.tmp");
        block_on(async {
            self.send(&beside, content).await?;
            self.replace(&beside, &path).await
        })
    }

    fn rename(&mut self, folder: &str, from: &str, to: &str) -> Result<bool, Cause> {
        let (from, to) = (self.path(folder, from), self.path(folder, to));
        block_on(async {
            match self.sftp.rename(&from, &to).await {
                Ok(()) => Ok(true),
                Err(_) if !self.is_there(&from).await? => Ok(false),
                Err(error) => Err(self.of(error, &to)),
            }
        })
    }

    fn remove(&mut self, folder: &str, name: &str) -> Result<(), Cause> {
        let path = self.path(folder, name);
        block_on(async {
            match self.sftp.remove_file(&path).await {
                Ok(()) => Ok(()),
                Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => Ok(()),
                Err(error) => Err(self.of(error, &path)),
            }
        })
    }
}

/// What an error of the connection means.
fn of_ssh(error: &russh::Error) -> Cause {
    match error {
        russh::Error::NoCommonAlgo { kind, theirs, .. } => Cause::Other {
            said: format!("共通の暗号方式がありません（{kind:?}、相手: {}）", theirs.join(", ")),
        },
        russh::Error::ChannelOpenFailure(_) | russh::Error::RequestDenied => of_start(error),
        russh::Error::HUP
        | russh::Error::Disconnect
        | russh::Error::SendError
        | russh::Error::RecvError
        | russh::Error::IO(_) => Cause::Lost { said: error.to_string() },
        error => Cause::Other { said: error.to_string() },
    }
}

/// What an error means before the first answer of the file service.
fn of_start(error: impl fmt::Display) -> Cause {
    Cause::Other { said: format!("サーバがSFTPを始めません（{error}）") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_required_and_whole() {
        let good = format!("SHA256:{}", "a".repeat(43));
        for (texts, fine) in [
            (vec![], false),
            (vec![good.clone()], true),
            (vec![good.clone(), good.replace('a', "+")], true),
            (vec![good.clone(), format!("{good}=")], false),
            (vec![good.replace("SHA256:", "MD5:")], false),
            (vec![good.replace('a', "あ")], false),
            (vec!["*".to_owned()], false),
            (vec![String::new()], false),
        ] {
            assert_eq!(HostKeys::parse(&texts).is_ok(), fine, "{texts:?}");
        }
    }
}
