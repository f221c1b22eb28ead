//! An address that takes deliveries by HTTP and gives them out (即時連携 between machines).
//!
//! The paths below the base stand in `docs/manual/vendors.md`; `web` serves the same ones.

mod auth;
mod error;
pub mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Body, Client, RequestBuilder, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::BuilderVerifierExt;
use serde_json::Value;

use crate::{Answer, Arrival, Control, Place, PlaceError, Question, Receipt, sha256_of};

pub use auth::{ASSERTION_TYPE, Auth, Claims, Seconds, SecretMethod, asserted_id, assertion, checked};
pub use error::HttpError;
use wire::{FileCard, FileList, HEADERS, NAME_HEADER, ReceiverKey, SignedReceipt, coded, header_values};

/// A connection that carries less than this each second counts as one that does not answer.
const SLOWEST_BYTES_PER_SECOND: u64 = 64 * 1024;
/// The most bytes of an answer that is no delivery.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What an address is used with.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The address all paths begin with, such as `https://welfare.example.lg.jp/partner/v1`.
    pub base: String,
    /// Who we are.
    pub auth: Auth,
    /// The key that signs the receiver's receipts; without one they are believed as TLS brings them.
    pub receiver_key: Option<ReceiverKey>,
    /// Certificates (PEM) of the authorities to trust instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// How long to wait for a connection and for an answer.
    pub wait: Duration,
    /// The clock.
    pub clock: Seconds,
}

/// Which side put a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Us,
    Them,
}

/// An address as a place.
pub struct HttpPlace {
    client: Client,
    base: String,
    receiver_key: Option<ReceiverKey>,
    tokens: auth::Tokens,
    wait: Duration,
    /// Link and number of files by their names; the other side knows them, too.
    known: Mutex<BTreeMap<(By, String), (String, u64)>>,
}

impl fmt::Debug for HttpPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpPlace({}, {:?})", self.base, self.tokens)
    }
}

fn tls(authorities: Option<&[u8]>) -> Result<rustls::ClientConfig, HttpError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(HttpError::Tls)?;
    let Some(pem) = authorities else {
        return Ok(builder.with_platform_verifier().map_err(HttpError::Tls)?.with_no_client_auth());
    };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| HttpError::Authorities)?;
        roots.add(certificate).map_err(|_| HttpError::Authorities)?;
    }
    if roots.is_empty() {
        return Err(HttpError::Authorities);
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

impl HttpPlace {
    /// The place at an address. Nothing is connected yet.
    ///
    /// # Errors
    /// When the certificates to trust do not read.
    pub fn at(options: HttpOptions) -> Result<Self, HttpError> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls(options.authorities.as_deref())?)
            .connect_timeout(options.wait)
            // For an answer, and for each piece of what comes.
            .timeout(options.wait)
            // A receiver that sends us elsewhere would get the token and the data there.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(HttpError::Client)?;
        Ok(Self {
            client,
            base: options.base.trim_end_matches('/').to_owned(),
            receiver_key: options.receiver_key,
            tokens: auth::Tokens::new(options.auth, options.clock),
            wait: options.wait,
            known: Mutex::new(BTreeMap::new()),
        })
    }

    /// Sends a request with a token, and once more with a new one when the other side does not know it any more.
    fn send(
        &self,
        make: &dyn Fn(&Client) -> Result<RequestBuilder, HttpError>,
    ) -> Result<Response, HttpError> {
        let mut again = true;
        loop {
            let token = self.tokens.token(&self.client)?;
            let response = make(&self.client)?.header("authorization", format!("Bearer {token}")).send()?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            if !(std::mem::take(&mut again) && self.tokens.forget()) {
                return Err(HttpError::Unauthorized);
            }
        }
    }

    fn get(&self, path: &str) -> Result<Response, HttpError> {
        self.send(&|client| Ok(client.get(format!("{}{path}", self.base)).timeout(self.wait)))
    }

    fn post_json(&self, path: &str, body: &str) -> Result<Response, HttpError> {
        self.send(&|client| {
            let request = client.post(format!("{}{path}", self.base)).timeout(self.wait);
            Ok(request.header("content-type", "application/json").body(body.to_owned()))
        })
    }

    /// The part of the paths for files of one side.
    fn file_path(by: By, link: &str, no: u64) -> String {
        match by {
            By::Us => format!("/deliveries/{link}/{no}"),
            By::Them => format!("/links/{link}/deliveries/{no}"),
        }
    }

    /// Link and number of a file; the other side is asked when this process has not met it.
    fn locate(&self, by: By, name: &str) -> Result<Option<(String, u64)>, HttpError> {
        let key = (by, name.to_owned());
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Some(known.clone()));
        }
        let list = match by {
            By::Us => "deliveries",
            By::Them => "files",
        };
        let found = files(self.get(&format!("/{list}?name={}", coded(name)))?)?;
        let Some(card) = found.files.into_iter().find(|card| card.name == name) else { return Ok(None) };
        self.note(by, &card.name, &card.link, card.no);
        Ok(Some((card.link, card.no)))
    }

    fn note(&self, by: By, name: &str, link: &str, no: u64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((by, name.to_owned()), (link.to_owned(), no));
    }

    /// The receipt of a delivery in an answer; none when the other side is still at it.
    fn receipt_in(&self, link: &str, no: u64, response: Response) -> Result<Option<Receipt>, HttpError> {
        match response.status() {
            StatusCode::ACCEPTED | StatusCode::NOT_FOUND => return Ok(None),
            status if !status.is_success() => return Err(refusal(response)),
            _ => {}
        }
        let signed: SignedReceipt = read(response)?;
        if signed.no != no || signed.link != link {
            return Err(HttpError::OtherReceipt(format!("{} {}番", signed.link, signed.no)));
        }
        if let Some(key) = &self.receiver_key
            && !signed.is_signed_by(key)
        {
            return Err(HttpError::Signature);
        }
        let receipt = signed.receipt().map_err(|error| HttpError::OtherReceipt(error.to_string()))?;
        Ok(Some(receipt))
    }

    fn push(&self, name: &str, data: &Path, control: &Control) -> Result<Response, HttpError> {
        let path = Self::file_path(By::Us, &control.link, control.no);
        let slack =
            Duration::from_secs(control.bytes.checked_div(SLOWEST_BYTES_PER_SECOND).unwrap_or_default());
        self.send(&|client| {
            let file = File::open(data).map_err(HttpError::Local)?;
            let mut request = client
                .post(format!("{}{path}", self.base))
                .timeout(self.wait.saturating_add(slack))
                .header("content-type", "application/octet-stream")
                .header("idempotency-key", format!("{}/{}/{}", control.link, control.no, control.sha256))
                .header(NAME_HEADER, coded(name));
            for (header, value) in HEADERS.into_iter().zip(header_values(control)) {
                request = request.header(header, value);
            }
            Ok(request.body(Body::sized(file, control.bytes)))
        })
    }

    /// Asks that an answer be put aside.
    fn retire(&self, by: By, name: &str) -> Result<(), HttpError> {
        let Some((link, no)) = self.locate(by, name)? else { return Ok(()) };
        let response = self.post_json(&format!("{}/receipt/retire", Self::file_path(by, &link, no)), "{}")?;
        if response.status().is_success() || response.status() == StatusCode::NOT_FOUND {
            return Ok(());
        }
        Err(refusal(response))
    }

    fn remote(&self, what: &'static str) -> impl FnOnce(HttpError) -> PlaceError + '_ {
        move |error| PlaceError::Remote { what, place: self.describe(), source: Box::new(error) }
    }

    fn fetch_from(&self, name: &str, to: &mut dyn Write) -> Result<(), HttpError> {
        let (link, no) = self.locate(By::Them, name)?.ok_or_else(|| HttpError::Missing(name.to_owned()))?;
        let path = Self::file_path(By::Them, &link, no);
        let mut response = self.send(&|client| Ok(client.get(format!("{}{path}", self.base))))?;
        if response.status() == StatusCode::NOT_FOUND {
            return Err(HttpError::Missing(name.to_owned()));
        }
        if !response.status().is_success() {
            return Err(refusal(response));
        }
        io::copy(&mut response, to).map(drop).map_err(HttpError::Local)
    }
}

/// What an answer that is no success says: title, detail and messages of a problem report, or nothing but its status.
fn refusal(response: Response) -> HttpError {
    let status = response.status().as_u16();
    let problem: Value = read(response).unwrap_or_default();
    let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
    let code = text("type").rsplit('/').next().unwrap_or_default().to_owned();
    let errors = problem.get("errors").and_then(Value::as_array).into_iter().flatten();
    let message = |error: &Value| error.get("message").and_then(Value::as_str).map(str::to_owned);
    let parts =
        [text("title"), text("detail")].map(str::to_owned).into_iter().chain(errors.filter_map(message));
    let told: String = parts.collect::<Vec<_>>().join(" ").trim().chars().take(300).collect();
    let told = if told.is_empty() { "理由は書かれていません".to_owned() } else { told };
    HttpError::Status { status, code, told }
}

/// Whether another content stands there already, and not only another request in the way.
fn is_taken(error: &HttpError) -> bool {
    matches!(error, HttpError::Status { status: 409, code, .. } if code == "taken" || code.is_empty())
}

fn read<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, HttpError> {
    let mut body = Vec::new();
    let mut limited = io::Read::take(response, ANSWER_BYTES_MAX);
    io::copy(&mut limited, &mut body).map_err(HttpError::Local)?;
    serde_json::from_slice(&body).map_err(HttpError::Answer)
}

fn files(response: Response) -> Result<FileList, HttpError> {
    if response.status().is_success() { read(response) } else { Err(refusal(response)) }
}

impl Place for HttpPlace {
    fn describe(&self) -> String {
        self.base.clone()
    }

    fn put(&self, name: &str, data: &Path, control: &Control) -> Result<Option<Receipt>, PlaceError> {
        let local = |error| self.remote("送信")(HttpError::Local(error));
        if sha256_of(data).map_err(local)? != control.sha256 {
            return Err(PlaceError::Altered { name: name.to_owned() });
        }
        let response = self.push(name, data, control).map_err(self.remote("送信"))?;
        let status = response.status();
        match self.receipt_in(&control.link, control.no, response) {
            Ok(receipt) if status != StatusCode::NOT_FOUND => {
                self.note(By::Us, name, &control.link, control.no);
                Ok(receipt)
            }
            Ok(_) => Err(self.remote("送信")(HttpError::Missing(control.link.clone()))),
            Err(HttpError::Status { .. }) if status == StatusCode::CONFLICT => {
                Err(PlaceError::Taken { name: name.to_owned() })
            }
            Err(error) => Err(self.remote("送信")(error)),
        }
    }

    fn receipt(&self, name: &str) -> Result<Option<Receipt>, PlaceError> {
        let ask = || {
            let Some((link, no)) = self.locate(By::Us, name)? else { return Ok(None) };
            let response = self.get(&format!("{}/receipt", Self::file_path(By::Us, &link, no)))?;
            self.receipt_in(&link, no, response)
        };
        ask().map_err(self.remote("受領書の確認"))
    }

    fn retire_receipt(&self, name: &str) -> Result<(), PlaceError> {
        self.retire(By::Us, name).map_err(self.remote("受領書の取り下げ"))
    }

    fn arrivals(&self, prefix: &str) -> Result<Vec<Arrival>, PlaceError> {
        let ask = || {
            let found = files(self.get(&format!("/files?prefix={}", coded(prefix)))?)?;
            let arrived = found.files.into_iter().map(|card: FileCard| {
                self.note(By::Them, &card.name, &card.link, card.no);
                Arrival { control: card.control(), name: card.name }
            });
            Ok(arrived.collect())
        };
        ask().map_err(self.remote("着信の確認"))
    }

    fn fetch(&self, name: &str, to: &mut dyn Write) -> Result<(), PlaceError> {
        self.fetch_from(name, to).map_err(self.remote("受信"))
    }

    fn answer(&self, name: &str, receipt: &Receipt) -> Result<(), PlaceError> {
        let ask = || {
            let (link, no) =
                self.locate(By::Them, name)?.ok_or_else(|| HttpError::Missing(name.to_owned()))?;
            let body =
                serde_json::to_string(&SignedReceipt::of(&link, receipt, "")).map_err(HttpError::Answer)?;
            let response =
                self.post_json(&format!("{}/receipt", Self::file_path(By::Them, &link, no)), &body)?;
            if response.status().is_success() { Ok(None) } else { Ok(Some(refusal(response))) }
        };
        match ask().map_err(self.remote("受領書の送信"))? {
            None => Ok(()),
            Some(error) if is_taken(&error) => Err(PlaceError::Taken { name: format!("{name}.receipt") }),
            Some(error) => Err(self.remote("受領書の送信")(error)),
        }
    }

    fn retire_answer(&self, name: &str) -> Result<(), PlaceError> {
        self.retire(By::Them, name).map_err(self.remote("受領書の取り下げ"))
    }

    fn ask(&self, link: &str, question: &Question) -> Result<Answer, PlaceError> {
        let ask = || {
            let body = serde_json::to_string(question).map_err(HttpError::Answer)?;
            let response = self.post_json(&format!("/links/{link}/inquiries"), &body)?;
            if !response.status().is_success() {
                return Err(refusal(response));
            }
            let answer: Answer = read(response)?;
            match answer.fault(question) {
                None => Ok(answer),
                Some(what) => Err(HttpError::Unfit(what)),
            }
        };
        ask().map_err(self.remote("照会"))
    }

    fn look_again_after(&self) -> Duration {
        crate::remote::LOOK_AGAIN
    }
}
