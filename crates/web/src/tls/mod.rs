//! The program's own TLS (通信の暗号化): the town's certificate, whose clients' certificates are believed, and a listener that
//! tells the pages which one a connection showed.
//!
//! TLS 1.2 and 1.3 only, by rustls: nothing older or weaker is in it. Files are looked at again while the program runs; new
//! connections take what is new, open ones stay.

mod files;
mod listener;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use rustls::ServerConfig;
use serde::Deserialize;

use crate::words::moment;
use files::{Loaded, load};
pub use listener::{Peer, TlsListener};

/// So long before its end a certificate is warned of: an authority of the local governments takes weeks to give a new one.
const WARNED_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Whether clients show certificates (クライアント証明書).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientCertificates {
    /// They are not asked for one.
    #[default]
    Off,
    /// They are asked, and may have none. One that is not good ends the connection.
    Offered,
    /// Without a good one there is no connection.
    Required,
}

/// Where the certificates lie (`[tls]`).
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The program's certificate and those between it and its authority (PEM).
    pub certificate: PathBuf,
    /// Its key (PEM), which nobody else may read.
    pub key: PathBuf,
    /// Whether clients are asked.
    pub client: ClientCertificates,
    /// The authorities of clients' certificates (PEM).
    pub client_authorities: Option<PathBuf>,
}

/// What is wrong with the files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// It does not open, or others may read a key.
    #[error("{} が読めません（{what}）", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// It holds something else.
    #[error("{} に{wanted}がありません。PEM 形式（-----BEGIN …で始まる文字のファイル）で置いてください", path.display())]
    Lacks {
        /// The file.
        path: PathBuf,
        /// What should stand there.
        wanted: &'static str,
    },
    /// A certificate that TLS does not take.
    #[error("{} の証明書が使えません（{what}）", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// The key of another certificate.
    #[error("{} の鍵は、{} の証明書のものではありません。同じときに作った組を置いてください", key.display(), certificate.display())]
    OtherKey {
        /// The key.
        key: PathBuf,
        /// The certificate.
        certificate: PathBuf,
    },
    /// Its time is over.
    #[error("{} の証明書は {} に期限が切れています。新しい証明書に取り替えてください", path.display(), moment(*until))]
    Expired {
        /// The file.
        path: PathBuf,
        /// Since when.
        until: Timestamp,
    },
    /// Its time has not come.
    #[error("{} の証明書は {} から使えます。サーバーの時計も確かめてください", path.display(), moment(*from))]
    NotYet {
        /// The file.
        path: PathBuf,
        /// From when.
        from: Timestamp,
    },
    /// Nobody says whose certificates are good.
    #[error(
        "client_certificate を \"offered\" か \"required\" にするときは、client_ca に発行元の証明書（PEM）を書いてください"
    )]
    NoAuthorities,
}

/// When files were last written, and how long they are.
type Stamps = Vec<Option<(SystemTime, u64)>>;

/// TLS as it is now.
pub struct Tls {
    files: TlsFiles,
    state: RwLock<State>,
}

struct State {
    loaded: Loaded,
    stamps: Stamps,
    /// Why the newest files are not used.
    fault: Option<String>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tls({})", self.files.certificate.display())
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError`], worded for who keeps the machine.
    pub fn open(files: TlsFiles, now: Timestamp) -> Result<Self, TlsError> {
        // Before they are read: a file that is written meanwhile is then read again.
        let stamps = files.stamps();
        let loaded = load(&files, now)?;
        Ok(Self { files, state: RwLock::new(State { loaded, stamps, fault: None }) })
    }

    /// Reads files anew that have changed since. When they are not good what was there before stays in use.
    pub fn look_again(&self, now: Timestamp) {
        let stamps = self.files.stamps();
        let unchanged = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            state.stamps == stamps && state.fault.is_none()
        };
        if unchanged {
            return;
        }
        let read = load(&self.files, now);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(loaded) => {
                tracing::info!(until = %loaded.until, "certificates were read anew");
                *state = State { loaded, stamps, fault: None };
            }
            Err(error) => {
                let told = error.to_string();
                if state.fault.as_ref() != Some(&told) {
                    tracing::error!(cause = %error, "new certificates cannot be used; the ones before stay");
                }
                state.stamps = stamps;
                state.fault = Some(told);
            }
        }
    }

    /// What who keeps the program should know of it now (通知): files that were not taken, a certificate that ends soon.
    pub fn warnings(&self, now: Timestamp) -> Vec<String> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let mut told = Vec::new();
        if let Some(fault) = &state.fault {
            told.push(format!("新しい証明書のファイルが使えないので、前のものを使い続けています。{fault}"));
        }
        let until = state.loaded.until;
        if until < now {
            let at = moment(until);
            told.push(format!("サーバーの証明書は {at} に期限が切れました。すぐに取り替えてください。"));
        } else if until.duration_since(now) <= WARNED_BEFORE {
            let days = until.duration_since(now).as_hours() / 24;
            let at = moment(until);
            told.push(format!(
                "サーバーの証明書の期限は {at} です（あと{days}日）。新しい証明書に取り替えてください。"
            ));
        }
        told
    }

    /// What the next connection is made with.
    fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner).loaded.config)
    }
}

impl TlsFiles {
    fn stamps(&self) -> Stamps {
        let stamp = |path: &PathBuf| {
            let about = std::fs::metadata(path).ok()?;
            Some((about.modified().ok()?, about.len()))
        };
        [&self.certificate, &self.key].into_iter().chain(&self.client_authorities).map(stamp).collect()
    }
}
