//! Places on FTP servers, in the clear or over TLS (FTPS, explicit).
//!
//! Always passive and binary. The data connection goes to the host of the control connection, whatever address the server
//! names: a server must not send us elsewhere. A file is written beside its name and renamed.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use suppaftp::tokio::{AsyncRustlsConnector, AsyncRustlsFtpStream};
use suppaftp::tokio_rustls::TlsConnector;
use suppaftp::types::{FileType, Mode, Response};
use suppaftp::{FtpError, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::Cause;
use crate::remote::{
    Content, Network, PIECE_BYTES, Patience, Remote, SecretFile, Server, Session, block_on, next_piece, tls,
};

/// The port where none is said.
pub const FTP_PORT: u16 = 21;

/// A folder on an FTP server.
#[derive(Clone, Debug)]
pub struct Ftp {
    /// Name or address of the server; over TLS the name its certificate has.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether commands and files are encrypted.
    pub security: FtpSecurity,
    /// Who logs in.
    pub user: String,
    /// The user's password.
    pub password: SecretFile,
    /// The folder of the place, from the root or from the user's own folder.
    pub folder: String,
    /// Where the program may connect to.
    pub network: Network,
    /// How long the server may be silent.
    pub patience: Patience,
}

/// Whether commands and files are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FtpSecurity {
    /// Nothing is: password and residents' data can be read on the way. Only within a network that is closed otherwise.
    Plain,
    /// Both are, with a certificate of the machine's authorities or of those in a file.
    Tls {
        /// PEM file of the authorities that are believed instead of the machine's.
        ca_file: Option<PathBuf>,
    },
}

impl Ftp {
    /// The place; nothing is connected yet.
    pub fn place(self) -> Remote {
        Remote::on(self)
    }

    async fn open(&self) -> Result<Connection, Cause> {
        let patience = self.patience;
        let password = self.password.line()?;
        let stream = self.network.dial(&self.host, self.port, patience).await?;
        let is_v6 = stream.peer_addr().map_err(Cause::Local)?.is_ipv6();
        let mut ftp = patience
            .wait("FTPの開始", async {
                AsyncRustlsFtpStream::connect_with_stream(stream).await.map_err(|error| of(error, ""))
            })
            .await?;
        if let FtpSecurity::Tls { ca_file } = &self.security {
            // The same settings for the data connections: many servers want the session of the first to go on.
            let connector = TlsConnector::from(Arc::new(tls::config(ca_file.as_deref())?));
            ftp = patience
                .wait("TLSの開始", async {
                    ftp.into_secure(AsyncRustlsConnector::from(connector), &self.host).await.map_err(of_tls)
                })
                .await?;
        }
        // The address of PASV is passed over; with version 6 there is only EPSV, which has none.
        ftp.set_mode(if is_v6 { Mode::ExtendedPassive } else { Mode::Passive });
        ftp.set_passive_nat_workaround(true);
        patience
            .wait("ログイン", async {
                ftp.login(&self.user, &password).await.map_err(|error| match error {
                    FtpError::UnexpectedResponse(answer)
                        if matches!(answer.status, Status::NotLoggedIn | Status::InvalidCredentials) =>
                    {
                        Cause::Login { user: self.user.clone() }
                    }
                    error => of(error, ""),
                })
            })
            .await?;
        let mut connection = Connection { ftp, base: String::new(), patience };
        connection.settle(&self.folder).await?;
        Ok(connection)
    }
}

impl Server for Ftp {
    fn describe(&self) -> String {
        let scheme = if self.security == FtpSecurity::Plain { "ftp" } else { "ftps" };
        let port = if self.port == FTP_PORT { String::new() } else { format!(":{}", self.port) };
        format!("{scheme}://{}{port}/{}", self.host, self.folder.trim_start_matches('/'))
    }

    fn connect(&self) -> Result<Box<dyn Session>, Cause> {
        let connection = block_on(self.open())?;
        Ok(Box::new(connection))
    }
}

/// An open session.
struct Connection {
    ftp: AsyncRustlsFtpStream,
    /// The place's folder from the root.
    base: String,
    patience: Patience,
}

impl Connection {
    /// Binary, and in the place's folder: one that is not there would look like one where nothing has come.
    async fn settle(&mut self, folder: &str) -> Result<(), Cause> {
        let patience = self.patience;
        let ftp = &mut self.ftp;
        let settled = async {
            ftp.transfer_type(FileType::Binary).await.map_err(|error| of(error, ""))?;
            if !folder.is_empty() {
                ftp.cwd(folder).await.map_err(|error| of(error, folder))?;
            }
            ftp.pwd().await.map_err(|error| of(error, folder))
        };
        self.base = patience.wait("フォルダの確認", settled).await?.trim_end_matches('/').to_owned();
        Ok(())
    }

    fn path(&self, folder: &str, name: &str) -> String {
        let base = &self.base;
        if name.is_empty() { format!("{base}/{folder}") } else { format!("{base}/{folder}/{name}") }
    }

    /// Goes into a folder of the place; `false` when it is not there.
    async fn enter(&mut self, folder: &str) -> Result<bool, Cause> {
        let path = self.path(folder, "");
        let patience = self.patience;
        let ftp = &mut self.ftp;
        let entered = patience
            .wait("フォルダの確認", async { ftp.cwd(&path).await.map_err(|error| of(error, &path)) })
            .await;
        match entered {
            Ok(()) => Ok(true),
            Err(Cause::Missing { .. }) => Ok(false),
            Err(cause) => Err(cause),
        }
    }

    async fn names(&mut self, folder: &str) -> Result<Vec<String>, Cause> {
        if !self.enter(folder).await? {
            return Ok(Vec::new());
        }
        let path = self.path(folder, "");
        let patience = self.patience;
        let ftp = &mut self.ftp;
        let listed =
            patience.wait("一覧", async { ftp.nlst(None).await.map_err(|error| of(error, &path)) }).await;
        match listed {
            // Some servers name the folder too.
            Ok(names) => Ok(names.iter().map(|name| last_part(name).to_owned()).collect()),
            // Some say of an empty folder that there is no file.
            Err(Cause::Missing { .. }) => Ok(Vec::new()),
            Err(cause) => Err(cause),
        }
    }

    async fn is_there(&mut self, folder: &str, name: &str) -> Result<bool, Cause> {
        Ok(self.names(folder).await?.iter().any(|there| there == name))
    }

    async fn send(&mut self, path: &str, content: &Content<'_>) -> Result<(), Cause> {
        let patience = self.patience;
        let mut from = content.open()?;
        let ftp = &mut self.ftp;
        let mut file = patience
            .wait("送信の開始", async {
                ftp.put_with_stream(path).await.map_err(|error| of(error, path))
            })
            .await?;
        let mut room = vec![0; PIECE_BYTES];
        let mut sent = Ok(());
        loop {
            let piece = next_piece(&mut *from, &mut room)?;
            if piece.is_empty() {
                break;
            }
            let write = async { file.write_all(piece).await.map_err(|error| Cause::of_connection(&error)) };
            sent = patience.wait("ファイルの送信", write).await;
            if sent.is_err() {
                break;
            }
        }
        let ended =
            patience.wait("送信の完了", async { file.finish().await.map_err(|error| of(error, path)) }).await;
        match (sent, ended) {
            // A server that is full closes the connection; why, it says in its answer.
            (Err(Cause::Lost { .. }), Err(cause)) | (Err(cause), _) | (Ok(()), Err(cause)) => {
                return Err(cause);
            }
            (Ok(()), Ok(())) => {}
        }
        let ftp = &mut self.ftp;
        let size = patience.wait("大きさの確認", async { Ok(ftp.size(path).await) }).await?;
        match size.map(u64::try_from) {
            Ok(Ok(arrived)) if arrived != content.bytes => {
                Err(Cause::CutShort { path: path.to_owned(), sent: content.bytes, arrived })
            }
            // Not every server can say it.
            _ => Ok(()),
        }
    }

    async fn receive(&mut self, folder: &str, name: &str, to: &mut dyn Write) -> Result<bool, Cause> {
        let path = self.path(folder, name);
        let patience = self.patience;
        let ftp = &mut self.ftp;
        let opened = patience.wait("受信の開始", async { Ok(ftp.retr_as_stream(&path).await) }).await?;
        let mut file = match opened {
            Ok(file) => file,
            Err(error) => {
                // One number stands for "not there" and for "not for you"; the folder tells which.
                let cause = of(error, &path);
                let is_answer = matches!(cause, Cause::Missing { .. } | Cause::Denied { .. });
                return if is_answer && !self.is_there(folder, name).await? { Ok(false) } else { Err(cause) };
            }
        };
        let mut room = vec![0; PIECE_BYTES];
        loop {
            let read = async { file.read(&mut room).await.map_err(|error| Cause::of_connection(&error)) };
            let count = patience.wait("ファイルの受信", read).await?;
            if count == 0 {
                break;
            }
            to.write_all(room.get(..count).unwrap_or_default()).map_err(Cause::Local)?;
        }
        patience.wait("受信の完了", async { file.finish().await.map_err(|error| of(error, &path)) }).await?;
        Ok(true)
    }

    async fn rename_to(&mut self, from: &str, to: &str) -> Result<(), Cause> {
        let ftp = &mut self.ftp;
        self.patience.wait("改名", async { ftp.rename(from, to).await.map_err(|error| of(error, to)) }).await
    }

    async fn delete(&mut self, path: &str) -> Result<(), Cause> {
        let ftp = &mut self.ftp;
        self.patience.wait("削除", async { ftp.rm(path).await.map_err(|error| of(error, path)) }).await
    }
}

impl Session for Connection {
    fn is_alive(&mut self) -> bool {
        let patience = self.patience;
        let ftp = &mut self.ftp;
        block_on(patience.wait("確認", async { ftp.noop().await.map_err(|error| of(error, "")) })).is_ok()
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Cause> {
        block_on(async {
            if self.enter(folder).await? {
                return Ok(());
            }
            let path = self.path(folder, "");
            let patience = self.patience;
            let ftp = &mut self.ftp;
            let made = patience
                .wait("フォルダの作成", async {
                    ftp.mkdir(&path).await.map_err(|error| of(error, &path))
                })
                .await;
            match made {
                Ok(()) => Ok(()),
                // Another of ours was faster.
                Err(cause) => {
                    if self.enter(folder).await? {
                        Ok(())
                    } else {
                        Err(cause)
                    }
                }
            }
        })
    }

    fn list(&mut self, folder: &str, prefix: &str) -> Result<Vec<String>, Cause> {
        let names = block_on(self.names(folder))?;
        Ok(names.into_iter().filter(|name| name.starts_with(prefix)).collect())
    }

    fn read(&mut self, folder: &str, name: &str, to: &mut dyn Write) -> Result<bool, Cause> {
        block_on(self.receive(folder, name, to))
    }

    fn write(&mut self, folder: &str, name: &str, content: &Content<'_>) -> Result<(), Cause> {
        let path = self.path(folder, name);
        let beside = format!("{path}.tmp");
        block_on(async {
            self.send(&beside, content).await?;
            match self.rename_to(&beside, &path).await {
                Ok(()) => Ok(()),
                // Some servers rename only to a name that is free.
                Err(cause) => {
                    if !self.is_there(folder, name).await? {
                        return Err(cause);
                    }
                    self.delete(&path).await?;
                    self.rename_to(&beside, &path).await
                }
            }
        })
    }

    fn rename(&mut self, folder: &str, from: &str, to: &str) -> Result<bool, Cause> {
        let paths = (self.path(folder, from), self.path(folder, to));
        block_on(async {
            match self.rename_to(&paths.0, &paths.1).await {
                Ok(()) => Ok(true),
                Err(cause) => {
                    if self.is_there(folder, from).await? {
                        Err(cause)
                    } else {
                        Ok(false)
                    }
                }
            }
        })
    }

    fn remove(&mut self, folder: &str, name: &str) -> Result<(), Cause> {
        let path = self.path(folder, name);
        block_on(async {
            match self.delete(&path).await {
                Ok(()) => Ok(()),
                Err(cause) => {
                    if self.is_there(folder, name).await? {
                        Err(cause)
                    } else {
                        Ok(())
                    }
                }
            }
        })
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What an error before the login means, when TLS was asked for.
fn of_tls(error: FtpError) -> Cause {
    match error {
        FtpError::SecureError(said) => Cause::of_tls(said),
        FtpError::UnexpectedResponse(answer) => {
            Cause::Other { said: format!("サーバがTLSを受け付けません（{}）", words(&answer)) }
        }
        error => of(error, ""),
    }
}

/// What an error of the server means.
fn of(error: FtpError, path: &str) -> Cause {
    match error {
        FtpError::ConnectionError(error) => Cause::of_connection(&error),
        FtpError::SecureError(said) => Cause::of_tls(said),
        FtpError::UnexpectedResponse(answer) => of_answer(&answer, path),
        error => Cause::Other { said: error.to_string() },
    }
}

/// What an answer means. The numbers alone say little: servers word what they mean in English.
fn of_answer(answer: &Response, path: &str) -> Cause {
    let said = words(answer);
    let lower = said.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let path = path.to_owned();
    match answer.status {
        Status::ExceededStorage | Status::RequestedActionNotTaken => Cause::Full { said },
        _ if has(&["no space", "disk full", "quota"]) => Cause::Full { said },
        _ if has(&["permission denied", "read-only", "access is denied", "not permitted", "prohibited"]) => {
            Cause::Denied { path, said }
        }
        Status::NotLoggedIn | Status::StoringNeedAccount => Cause::Denied { path, said },
        Status::FileUnavailable | Status::RequestFileActionIgnored => Cause::Missing { path },
        Status::NotAvailable => Cause::Lost { said },
        _ => Cause::Other { said },
    }
}

/// An answer in one line.
fn words(answer: &Response) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_servers_are_understood() {
        for (status, said, wanted) in [
            (Status::FileUnavailable, "550 Can't open a.csv: No such file or directory", "「p」がありません"),
            (Status::FileUnavailable, "550 a.csv: Permission denied", "権限がありません"),
            (Status::BadFilename, "553 Can't open that file: Permission denied", "権限がありません"),
            (Status::BadFilename, "553 Could not create file: Read-only file system", "権限がありません"),
            (Status::ExceededStorage, "552 Disk full - please upload later", "容量が足りません"),
            (Status::RequestedActionNotTaken, "452 Insufficient storage", "容量が足りません"),
            (Status::ActionAborted, "451 write: No space left on device", "容量が足りません"),
            (Status::NotAvailable, "421 Too many connections", "接続が途中で切れました"),
            (Status::BadCommand, "500 What?", "サーバの返事: 500 What?"),
        ] {
            let answer = Response::new(status, said.as_bytes().to_vec());
            let told = of_answer(&answer, "p").to_string();
            assert!(told.contains(wanted), "{said}: {told}");
        }
    }
}
