//! Places in buckets of S3 and of servers that speak like it.
//!
//! There is no renaming, and none is needed: an object is there whole or not at all, and the control file is put last.

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode, Url};
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};

use crate::Cause;
use crate::remote::{
    Content, Network, PIECE_BYTES, Patience, Remote, SecretFile, Server, Session, Source, block_on,
    next_piece, tls,
};

/// How long a signed address is good for: longer than any step, short enough to be worth nothing in a proxy's log.
const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);

/// Bytes of an answer that is not an object: a page of a listing has 1,000 keys of at most 1,024 bytes, in XML.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The header that has the server check what arrived.
const CHECKSUM: &str = "x-amz-checksum-sha256";

/// Objects in a bucket whose keys begin so.
#[derive(Clone, Debug)]
pub struct S3 {
    /// The bucket.
    pub bucket: S3Bucket,
    /// What stands before `out/`, `receipts/` …
    pub prefix: String,
    /// Two lines: the access key's id, and the secret.
    pub access_key: SecretFile,
    /// PEM file of the authorities that are believed instead of the machine's.
    pub ca_file: Option<PathBuf>,
    /// Where the program may connect to.
    pub network: Network,
    /// How long the server may be silent.
    pub patience: Patience,
}

/// A bucket at an address, named in the path: `https://server/bucket`.
#[derive(Clone, Debug)]
pub struct S3Bucket(Bucket);

impl S3Bucket {
    /// A bucket of the server at this address.
    ///
    /// # Errors
    /// In Japanese, when it is no address of a server.
    pub fn parse(endpoint: &str, name: &str, region: &str) -> Result<Self, String> {
        let wrong = || format!("s3 の「{endpoint}」は、https:// で始まるサーバの住所ではありません");
        let url: Url = endpoint.parse().map_err(|_| wrong())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("s3 の住所に利用者名やパスワードを入れないでください".to_owned());
        }
        if name.is_empty() {
            return Err("bucket が空です".to_owned());
        }
        Bucket::new(url, UrlStyle::Path, name.to_owned(), region.to_owned()).map(Self).map_err(|_| wrong())
    }

    /// The server's name or address.
    pub fn host(&self) -> &str {
        // Brackets are how an address stands in a URL, not part of it.
        self.0.base_url().host_str().unwrap_or_default().trim_matches(['[', ']'])
    }
}

impl S3 {
    /// The place; nothing is connected yet.
    pub fn place(self) -> Remote {
        Remote::on(self)
    }
}

impl Server for S3 {
    fn describe(&self) -> String {
        format!("{}{}", self.bucket.0.base_url(), self.prefix.trim_start_matches('/'))
    }

    fn connect(&self) -> Result<Box<dyn Session>, Cause> {
        let text = self.access_key.text()?;
        let mut lines = text.lines().map(str::trim);
        let (Some(id), Some(secret)) = (lines.next(), lines.next().filter(|secret| !secret.is_empty()))
        else {
            return Err(self.access_key.fault("1行目にアクセスキーID、2行目にシークレットを入れてください"));
        };
        let port = self.bucket.0.base_url().port_or_known_default().unwrap_or_default();
        let host = self.bucket.host();
        let addresses = block_on(self.network.addresses(host, port, self.patience))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(self.ca_file.as_deref())?)
            // Only to the addresses that were looked at: no proxy of the environment, no other server's word.
            .resolve_to_addrs(host, &addresses)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.patience.time())
            .build()
            .map_err(|error| Cause::Other { said: chain(&error) })?;
        let prefix = match self.prefix.trim_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let first = addresses.first().copied();
        Ok(Box::new(Connection {
            client,
            bucket: self.bucket.0.clone(),
            credentials: Credentials::new(id, secret),
            prefix,
            patience: self.patience,
            address: first,
        }))
    }
}

/// A client with the key of the day.
struct Connection {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
    patience: Patience,
    address: Option<std::net::SocketAddr>,
}

impl Connection {
    fn key(&self, folder: &str, name: &str) -> String {
        format!("{}{folder}/{name}", self.prefix)
    }

    async fn ask(&self, step: &'static str, request: RequestBuilder) -> Result<Response, Cause> {
        self.patience.wait(step, async { request.send().await.map_err(|error| self.of(error)) }).await
    }

    /// The object, or nothing when there is none.
    async fn get(&self, key: &str) -> Result<Option<Response>, Cause> {
        let url = self.bucket.get_object(Some(&self.credentials), key).sign(SIGNED_FOR);
        let response = self.ask("読み取り", self.client.get(url)).await?;
        if response.status().is_success() {
            return Ok(Some(response));
        }
        match self.refused(response, key).await {
            Cause::Missing { path } if path == key => Ok(None),
            cause => Err(cause),
        }
    }

    async fn receive(&self, key: &str, to: &mut dyn Write) -> Result<bool, Cause> {
        let Some(mut response) = self.get(key).await? else { return Ok(false) };
        loop {
            let read = async { response.chunk().await.map_err(|error| self.of(error)) };
            match self.patience.wait("ファイルの受信", read).await? {
                Some(piece) => to.write_all(&piece).map_err(Cause::Local)?,
                None => return Ok(true),
            }
        }
    }

    async fn put(&self, key: &str, content: &Content<'_>) -> Result<(), Cause> {
        let checksum = BASE64_STANDARD.encode(from_hex(&content.sha256));
        let mut action = self.bucket.put_object(Some(&self.credentials), key);
        action.headers_mut().insert(CHECKSUM, checksum.clone());
        let url = action.sign(SIGNED_FOR);
        let moved = Arc::new(AtomicU64::new(0));
        let body = Pieces::of(content, Arc::clone(&moved))?;
        let request = self
            .client
            .put(url)
            .header(CHECKSUM, checksum)
            .header(CONTENT_TYPE, "application/octet-stream")
            // Also of nothing: servers do not take an object whose length they are not told.
            .header(CONTENT_LENGTH, content.bytes)
            .body(Body::wrap(body));
        let mut sending = pin!(request.send());
        let mut before = 0;
        // The limit is for silence, not for the whole of a long file.
        let sent = loop {
            match tokio::time::timeout(self.patience.time(), &mut sending).await {
                Ok(sent) => break sent,
                Err(_) if moved.load(Ordering::Relaxed) == before => {
                    return Err(self.patience.gave_up("ファイルの送信"));
                }
                Err(_) => before = moved.load(Ordering::Relaxed),
            }
        };
        self.accepted(sent.map_err(|error| self.of(error))?, key).await
    }

    async fn delete(&self, key: &str) -> Result<(), Cause> {
        let url = self.bucket.delete_object(Some(&self.credentials), key).sign(SIGNED_FOR);
        let response = self.ask("削除", self.client.delete(url)).await?;
        match self.accepted(response, key).await {
            Err(Cause::Missing { path }) if path == key => Ok(()),
            done => done,
        }
    }

    async fn names(&self, start: &str) -> Result<Vec<String>, Cause> {
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
            action.with_prefix(start);
            action.with_delimiter("/");
            if let Some(token) = &token {
                action.with_continuation_token(token);
            }
            let url = action.sign(SIGNED_FOR);
            let response = self.ask("一覧", self.client.get(url)).await?;
            if !response.status().is_success() {
                return Err(self.refused(response, start).await);
            }
            let text = self.text(response).await?;
            let page = ListObjectsV2::parse_response(&text)
                .map_err(|error| Cause::Other { said: format!("一覧が読めません（{error}）") })?;
            names.extend(page.contents.into_iter().map(|object| object.key));
            match page.next_continuation_token {
                None => return Ok(names),
                // A server that always gives the same page would never end.
                next if next == token => {
                    return Err(Cause::Other { said: "一覧の続きが進みません".to_owned() });
                }
                next => token = next,
            }
        }
    }

    async fn accepted(&self, response: Response, key: &str) -> Result<(), Cause> {
        if response.status().is_success() { Ok(()) } else { Err(self.refused(response, key).await) }
    }

    /// The text of an answer, as far as one of ours can be long.
    async fn text(&self, mut response: Response) -> Result<String, Cause> {
        let mut bytes = Vec::new();
        loop {
            let read = async { response.chunk().await.map_err(|error| self.of(error)) };
            match self.patience.wait("返事の受信", read).await? {
                Some(piece) if bytes.len().saturating_add(piece.len()) <= ANSWER_BYTES_MAX => {
                    bytes.extend_from_slice(&piece);
                }
                Some(_) => {
                    return Err(Cause::TooLong {
                        name: "サーバの返事".to_owned(), limit: ANSWER_BYTES_MAX
                    });
                }
                None => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            }
        }
    }

    /// What a refusal means.
    async fn refused(&self, response: Response, key: &str) -> Cause {
        let status = response.status();
        match self.text(response).await {
            Ok(text) => of_answer(status, &text, key, self.bucket.name(), self.credentials.key()),
            Err(cause) => cause,
        }
    }

    /// What an error of the connection means. The address is left out: it is signed.
    fn of(&self, error: reqwest::Error) -> Cause {
        let (is_timeout, is_connect) = (error.is_timeout(), error.is_connect());
        let error = error.without_url();
        let said = chain(&error);
        if is_timeout {
            return self.patience.gave_up("接続");
        }
        if said.contains("certificate") {
            return Cause::of_tls(said);
        }
        match (is_connect, io_kind(&error), self.address) {
            (true, Some(std::io::ErrorKind::ConnectionRefused), Some(address)) => Cause::Refused { address },
            (true, _, Some(address)) => Cause::Unreachable { address, source: std::io::Error::other(said) },
            _ => Cause::Lost { said },
        }
    }
}

impl Session for Connection {
    /// A new client is made each time: the address is looked up and the key is read anew.
    fn is_alive(&mut self) -> bool {
        false
    }

    /// A bucket has no folders.
    fn make_folder(&mut self, _: &str) -> Result<(), Cause> {
        Ok(())
    }

    fn list(&mut self, folder: &str, prefix: &str) -> Result<Vec<String>, Cause> {
        let below = self.key(folder, "");
        let keys = block_on(self.names(&format!("{below}{prefix}")))?;
        Ok(keys.iter().filter_map(|key| key.strip_prefix(&below)).map(str::to_owned).collect())
    }

    fn read(&mut self, folder: &str, name: &str, to: &mut dyn Write) -> Result<bool, Cause> {
        block_on(self.receive(&self.key(folder, name), to))
    }

    fn write(&mut self, folder: &str, name: &str, content: &Content<'_>) -> Result<(), Cause> {
        block_on(self.put(&self.key(folder, name), content))
    }

    /// Copied and then removed: cut in between, both are there, and the next time another copy is made.
    fn rename(&mut self, folder: &str, from: &str, to: &str) -> Result<bool, Cause> {
        let (from, to) = (self.key(folder, from), self.key(folder, to));
        block_on(async {
            let Some(response) = self.get(&from).await? else { return Ok(false) };
            let text = self.text(response).await?;
            self.put(&to, &crate::remote::content_of(&text)).await?;
            self.delete(&from).await?;
            Ok(true)
        })
    }

    fn remove(&mut self, folder: &str, name: &str) -> Result<(), Cause> {
        block_on(self.delete(&self.key(folder, name)))
    }
}

/// A body that is read while it is sent.
struct Pieces {
    from: Box<dyn Read + Send + Sync>,
    left: u64,
    moved: Arc<AtomicU64>,
}

impl Pieces {
    fn of(content: &Content<'_>, moved: Arc<AtomicU64>) -> Result<Self, Cause> {
        let from: Box<dyn Read + Send + Sync> = match content.source {
            Source::File(path) => Box::new(std::fs::File::open(path).map_err(Cause::Local)?),
            Source::Text(text) => Box::new(Cursor::new(text.as_bytes().to_vec())),
        };
        Ok(Self { from, left: content.bytes, moved })
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cause>>> {
        self.moved.fetch_add(1, Ordering::Relaxed);
        let mut room = vec![0; PIECE_BYTES];
        match next_piece(&mut *self.from, &mut room) {
            Ok([]) => Poll::Ready(None),
            Ok(piece) => {
                let count = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                let piece = Bytes::copy_from_slice(piece);
                self.left = self.left.saturating_sub(count);
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Err(cause) => Poll::Ready(Some(Err(cause))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// What a refusal of the server means.
fn of_answer(status: StatusCode, text: &str, key: &str, bucket: &str, access_key: &str) -> Cause {
    let between = |start: &str, end: &str| {
        let (_, rest) = text.split_once(start)?;
        rest.split_once(end).map(|(inside, _)| inside.trim().to_owned())
    };
    let code = between("<Code>", "</Code>").unwrap_or_default();
    let message = between("<Message>", "</Message>").unwrap_or_default();
    let said = format!("{} {code} {message}", status.as_u16()).trim_end().to_owned();
    match code.as_str() {
        "NoSuchBucket" => Cause::Missing { path: bucket.to_owned() },
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "NotSignedUp" => {
            Cause::Login { user: access_key.to_owned() }
        }
        "RequestTimeTooSkewed" => Cause::Other {
            said: format!("この機械の時刻がサーバと合っていません（{said}）"),
        },
        "AccessDenied" => Cause::Denied { path: key.to_owned(), said },
        "NoSuchKey" => Cause::Missing { path: key.to_owned() },
        code if code.contains("Quota") || code.contains("StorageFull") || code == "InsufficientStorage" => {
            Cause::Full { said }
        }
        _ => match status {
            StatusCode::NOT_FOUND => Cause::Missing { path: key.to_owned() },
            StatusCode::FORBIDDEN => Cause::Denied { path: key.to_owned(), said },
            StatusCode::UNAUTHORIZED => Cause::Login { user: access_key.to_owned() },
            StatusCode::INSUFFICIENT_STORAGE => Cause::Full { said },
            _ => Cause::Other { said },
        },
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}

/// What the system said at the bottom of it.
fn io_kind(error: &dyn std::error::Error) -> Option<std::io::ErrorKind> {
    let mut kind = None;
    let mut cause = error.source();
    while let Some(error) = cause {
        kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind).or(kind);
        cause = error.source();
    }
    kind
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_servers_are_understood() {
        for (status, code, wanted) in [
            (404, "NoSuchKey", "「k」がありません"),
            (404, "NoSuchBucket", "「b」がありません"),
            (404, "", "「k」がありません"),
            (403, "AccessDenied", "権限がありません"),
            (403, "", "権限がありません"),
            (403, "InvalidAccessKeyId", "利用者「id」の認証に失敗"),
            (403, "SignatureDoesNotMatch", "利用者「id」の認証に失敗"),
            (403, "RequestTimeTooSkewed", "時刻"),
            (507, "XMinioStorageFull", "容量が足りません"),
            (507, "", "容量が足りません"),
            (503, "SlowDown", "503 SlowDown m"),
        ] {
            let text =
                format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message></Error>");
            let told = of_answer(StatusCode::from_u16(status).unwrap(), &text, "k", "b", "id").to_string();
            assert!(told.contains(wanted), "{status} {code}: {told}");
        }
        let told = of_answer(StatusCode::BAD_GATEWAY, "<html>", "k", "b", "id").to_string();
        assert!(told.contains("502"), "{told}");
    }

    #[test]
    fn an_address_is_one_of_a_server() {
        for (endpoint, bucket, fine) in [
            ("https://s3.example.jp", "daicho", true),
            ("http://10.0.0.5:9000/", "daicho", true),
            ("ftp://s3.example.jp", "daicho", false),
            ("s3.example.jp", "daicho", false),
            ("https://u:p@s3.example.jp", "daicho", false),
            ("https://s3.example.jp", "", false),
        ] {
            assert_eq!(S3Bucket::parse(endpoint, bucket, "x").is_ok(), fine, "{endpoint} {bucket}");
        }
        assert_eq!(S3Bucket::parse("http://[::1]:9000", "b", "x").unwrap().host(), "::1");
    }

    #[test]
    fn hexadecimal_digits_are_bytes() {
        assert_eq!(from_hex("00ff7a"), [0x00, 0xff, 0x7a]);
    }
}
