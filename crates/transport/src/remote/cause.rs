//! Why a server did not do what it was asked, in words an operator can act on.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a server did not do what it was asked, in Japanese. Never holds a password or key.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The name has no address.
    #[error("サーバ「{host}」の住所が見つかりません。名前の綴りとDNSを確認してください")]
    NoAddress {
        /// The name.
        host: String,
        /// What the system's resolver said.
        #[source]
        source: io::Error,
    },
    /// The address is outside the networks the configuration allows.
    #[error(
        "「{host}」（{address}）は、接続してよいネットワーク（[network] allowed）にありません。接続していません"
    )]
    NotAllowed {
        /// The name or address of the configuration.
        host: String,
        /// What it leads to.
        address: String,
    },
    /// Nobody listens there.
    #[error("{address} に接続を拒否されました。サーバが動いているか、ポート番号が正しいかを確認してください")]
    Refused {
        /// The address.
        address: SocketAddr,
    },
    /// No way leads there.
    #[error("{address} に届きません。経路とファイアウォールを確認してください")]
    Unreachable {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The server did not answer a step in time.
    #[error("{step}に{seconds}秒待ちましたが、応答がありません")]
    Silent {
        /// The step.
        step: &'static str,
        /// How long was waited.
        seconds: u64,
    },
    /// The connection ended in the middle.
    #[error("接続が途中で切れました（{said}）")]
    Lost {
        /// What the library said.
        said: String,
    },
    /// User, password or key are not those the server knows.
    #[error("利用者「{user}」の認証に失敗しました。利用者名と、パスワードまたは鍵を確認してください")]
    Login {
        /// The user, or the access key's name.
        user: String,
    },
    /// The server is not the one that was agreed, or somebody stands between.
    #[error(
        "ホスト鍵が違います。相手の鍵は {found} で、設定の host_key にありません。接続していません。\
         別のサーバにつながっているおそれがあります。鍵を替えたかを相手の管理者に電話などで確かめてから、host_key を直してください"
    )]
    HostKey {
        /// Algorithm and fingerprint of the key the server showed.
        found: String,
    },
    /// The server's certificate is past its day, or before it.
    #[error(
        "サーバ証明書の期限が切れているか、まだ始まっていません。相手の管理者に更新を依頼し、この機械の時刻も確認してください（{said}）"
    )]
    CertificateExpired {
        /// What the library said.
        said: String,
    },
    /// The server's certificate cannot be trusted.
    #[error(
        "サーバ証明書が確認できません（{said}）。名前が証明書と同じか、発行元の証明書を ca_file に置いたかを確認してください"
    )]
    Certificate {
        /// What the library said.
        said: String,
    },
    /// The server takes no more.
    #[error("相手の容量が足りません。相手の管理者に連絡してください（{said}）")]
    Full {
        /// What the server said.
        said: String,
    },
    /// The user may not do this there.
    #[error("「{path}」を読み書きする権限がありません。相手の管理者に依頼してください（{said}）")]
    Denied {
        /// The path as the server sees it.
        path: String,
        /// What the server said.
        said: String,
    },
    /// Not there.
    #[error("「{path}」がありません")]
    Missing {
        /// The path as the server sees it.
        path: String,
    },
    /// What came is not as long as what was sent.
    #[error("「{path}」は{sent}バイト送りましたが、相手には{arrived}バイトしか届いていません")]
    CutShort {
        /// The path as the server sees it.
        path: String,
        /// Bytes sent.
        sent: u64,
        /// Bytes there.
        arrived: u64,
    },
    /// A control file or receipt that is none.
    #[error("「{name}」は{limit}バイトより大きく、管理ファイルや受領書ではありません")]
    TooLong {
        /// Its name.
        name: String,
        /// How long one may be.
        limit: usize,
    },
    /// A name that could lead somewhere else.
    #[error("ファイル名「{name}」に使えない文字があります")]
    Name {
        /// The name, with what cannot be printed escaped.
        name: String,
    },
    /// A key, password or certificate file of ours does not read.
    #[error("{} が使えません: {what}", path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// The configuration says what cannot be.
    #[error("{0}")]
    Setting(String),
    /// Here, not there: the bytes could not be read or written on this machine.
    #[error("この機械のファイルの読み書きに失敗しました")]
    Local(#[source] io::Error),
    /// Something else; its own words are what there is.
    #[error("サーバの返事: {said}")]
    Other {
        /// What the server or library said.
        said: String,
    },
}

impl Cause {
    /// Certificates, as rustls words them: the libraries between pass on only the words.
    pub(crate) fn of_tls(said: String) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if has(&["Expired", "expired", "NotValidYet", "not valid yet"]) {
            Self::CertificateExpired { said }
        } else if has(&["certificate", "Certificate", "UnknownIssuer"]) {
            Self::Certificate { said }
        } else {
            Self::Other { said }
        }
    }

    /// An error of a connection that stood.
    pub(crate) fn of_connection(error: &io::Error) -> Self {
        Self::Lost { said: error.to_string() }
    }
}
