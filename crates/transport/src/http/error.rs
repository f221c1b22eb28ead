//! What went wrong over HTTP, in Japanese for the operator.

use std::error::Error;
use std::io;

use rustls::CertificateError as Certificate;
use rustls::Error as Tls;

use super::soap::SoapError;
use crate::Cause;

/// An address that did not do what it was asked. No message holds a secret or what was sent.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The other side was not reached, or the talk broke off.
    #[error("{0}")]
    Reach(&'static str, #[source] reqwest::Error),
    /// It was reached and did not do it.
    #[error("相手が断りました（状態{status}）: {told}")]
    Status {
        /// The status of HTTP.
        status: u16,
        /// The code at the end of a problem's type; empty where the other side has none.
        code: String,
        /// What it said.
        told: String,
    },
    /// It was reached and answered with a fault of SOAP.
    #[error("相手が断りました（{code}）: {told}")]
    Fault {
        /// The code of the problem in the fault's detail; empty where the other side has none.
        code: String,
        /// What it said.
        told: String,
    },
    /// It gives no token.
    #[error("アクセストークンがもらえません（{0}）。クライアントIDと秘密、相手での登録を確かめてください")]
    Token(String),
    /// It does not know the token it gave.
    #[error("アクセストークンが通りません。相手での登録と、双方の時計を確かめてください")]
    Unauthorized,
    /// What it says does not read.
    #[error("相手の答えが読めません")]
    Answer(#[source] serde_json::Error),
    /// What it says does not read as SOAP.
    #[error("相手の答え（SOAP）が読めません")]
    Soap(#[source] SoapError),
    /// The answer broke off.
    #[error("相手の答えが途中で切れました。自動でやり直します")]
    Cut(#[source] io::Error),
    /// Another delivery than the one asked for.
    #[error("相手が別の配信を渡しました（{0}）")]
    OtherDelivery(String),
    /// The receipt is not signed by the receiver that is written in the configuration.
    #[error(
        "受領書の署名が、設定の receiver_key の鍵のものではありません。相手の鍵が替わっていないか、確かめてください"
    )]
    Signature,
    /// A receipt of something else.
    #[error("受領書が別の配信のものです（{0}）")]
    OtherReceipt(String),
    /// An answer that does not fit its question.
    #[error("回答が照会と合いません（{0}）")]
    Unfit(String),
    /// There is no such file there.
    #[error("「{0}」は相手にありません")]
    Missing(String),
    /// A file of ours.
    #[error("手元のファイルが読めない、または書けません")]
    Local(#[source] io::Error),
    /// No chance from the system.
    #[error("乱数が得られません")]
    Chance,
    /// The certificates to trust do not read.
    #[error("信頼する認証局の証明書（ca_file）が読めません")]
    Authorities,
    /// The client cannot be made.
    #[error("HTTPの準備ができません")]
    Client(#[source] reqwest::Error),
    /// TLS cannot be made ready.
    #[error("TLSの準備ができません")]
    Tls(#[source] Tls),
}

impl HttpError {
    /// A status without a word.
    pub(super) fn plain(status: u16) -> Self {
        Self::Status { status, code: String::new(), told: "理由は書かれていません".to_owned() }
    }

    /// What went wrong while an answer was copied: the talk or the file it went to.
    pub(super) fn copying(error: io::Error) -> Self {
        let talk = error.get_ref().is_some_and(|inner| inner.is::<reqwest::Error>());
        if talk { Self::Cut(error) } else { Self::Local(error) }
    }

    /// Whether the other side does not know what was asked for.
    pub(super) fn is_not_found(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status == 404,
            Self::Fault { code, .. } => code == "not-found",
            _ => false,
        }
    }

    /// Whether another content stands there already, and not only another request in the way.
    pub(super) fn is_taken(&self) -> bool {
        match self {
            Self::Status { status: 409, code, .. } => code == "taken" || code.is_empty(),
            Self::Fault { code, .. } => code == "taken",
            _ => false,
        }
    }
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        Self::Reach(words(&error), error)
    }
}

/// The first error of this type among the causes, also inside an error of input and output.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(inner) = inner {
            let inner: &(dyn Error + 'static) = inner;
            if let Some(found) = cause::<T>(inner) {
                return Some(found);
            }
        }
        next = error.source();
    }
    None
}

/// What to look at.
fn words(error: &reqwest::Error) -> &'static str {
    if let Some(tls) = cause::<Tls>(error) {
        return tls_words(tls);
    }
    if let Some(Cause::NotAllowed { .. }) = cause::<Cause>(error) {
        return "接続してよいネットワークにありません。[network] allowed に加えてよいかを、網の担当者と決めてください";
    }
    if error.is_timeout() {
        return "時間内に答えがありません。相手が動いているか、回線を確かめてください";
    }
    match cause::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => {
            return "接続を拒否されました。相手が動いているか、ポート番号を確かめてください";
        }
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof) => {
            return "途中で切れました。自動でやり直します";
        }
        _ => {}
    }
    let mut causes = std::iter::successors(error.source(), |error| (**error).source());
    if causes.any(|cause| cause.to_string().contains("dns error")) {
        return "相手の名前（ホスト名）が見つかりません。設定の住所と、名前の引き方を確かめてください";
    }
    if error.is_connect() {
        return "相手につながりません。回線と設定の住所を確かめてください";
    }
    "通信が途中で失敗しました。自動でやり直します"
}

fn tls_words(error: &Tls) -> &'static str {
    match error {
        Tls::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            "相手の証明書の期限が切れています。相手に更新を求めてください（こちらの時計も確かめてください）"
        }
        Tls::InvalidCertificate(Certificate::NotValidYet | Certificate::NotValidYetContext { .. }) => {
            "相手の証明書がまだ有効ではありません。こちらの時計を確かめてください"
        }
        Tls::InvalidCertificate(Certificate::UnknownIssuer) => {
            "相手の証明書が、信頼する認証局のものではありません。庁内の認証局なら ca_file に指定してください"
        }
        Tls::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => "相手の証明書が別の名前のものです。設定の住所が正しいか、確かめてください",
        Tls::InvalidCertificate(Certificate::Revoked) => {
            "相手の証明書は失効しています。相手に確かめるまで送らないでください"
        }
        Tls::InvalidCertificate(_) => "相手の証明書を確かめられません",
        _ => "TLSの通信ができません。相手がTLS 1.2以上に対応しているか、確かめてください",
    }
}
