//! Where the server is, and how a connection to it is protected.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use register::Fault;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use store::Trouble;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{AsyncMessage, Client, Config, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::Password;

/// TLS to the server (通信の暗号化): its certificate names the host of the address and comes from one of these authorities.
#[derive(Clone)]
pub struct Tls(MakeRustlsConnect);

/// What it holds is nobody's business.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(..)")
    }
}

/// Why there is no TLS with what was given.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A text is not PEM, or lacks what it should hold.
    #[error("{what}がPEMとして読めません")]
    Pem {
        /// What should be there.
        what: &'static str,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// No authority is given.
    #[error("認証局の証明書がありません")]
    NoAuthority,
    /// They read, but cannot be used.
    #[error("証明書か秘密鍵が使えません")]
    Unusable(#[from] rustls::Error),
}

impl Tls {
    /// TLS 1.2 or 1.3 with servers whose certificate comes from one of the authorities (PEM). `own` is the certificate, with those
    /// between it and its authority, and the key this program shows where the server asks for one.
    ///
    /// # Errors
    /// When a text is not PEM, lacks what it should hold, or key and certificate do not fit each other.
    pub fn new(authorities: &str, own: Option<(&str, &str)>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for authority in certificates(authorities, "認証局の証明書")? {
            roots.add(authority)?;
        }
        if roots.is_empty() {
            return Err(TlsError::NoAuthority);
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        let config = match own {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => {
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
                    .map_err(|source| TlsError::Pem { what: "秘密鍵", source })?;
                builder.with_client_auth_cert(certificates(chain, "証明書")?, key)?
            }
        };
        Ok(Self(MakeRustlsConnect::new(config)))
    }
}

fn certificates(text: &str, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|source| TlsError::Pem { what, source })
}

/// Where the server is, as whom it is entered, and whether by TLS.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    config: Config,
    tls: Option<Tls>,
}

impl Server {
    pub(crate) fn new(url: &str, password: Option<Password>, tls: Option<Tls>) -> Result<Self, Fault> {
        // The driver's error may repeat the text, and the text may hold a password.
        let mut config: Config =
            url.parse().map_err(|_| Fault::because("the address of the database does not read"))?;
        let unfit = |why: &str| Fault::from(Trouble::Unfit(why.to_owned()));
        match tls {
            None if matches!(config.get_ssl_mode(), SslMode::Disable | SslMode::Prefer) => {}
            None => {
                return Err(unfit("its address asks for TLS, but no authority of its certificate is given"));
            }
            // A server does not speak TLS on a socket of its own machine, and there is no need to.
            Some(_) if config.get_hosts().iter().any(|host| !matches!(host, Host::Tcp(_))) => {
                return Err(unfit("TLS needs an address with the name of a host, and it is a socket"));
            }
            Some(_) => {
                config.ssl_mode(SslMode::Require);
            }
        }
        if let Some(Password(password)) = password {
            config.password(password);
        }
        if config.get_application_name().is_none() {
            config.application_name("daicho");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        // A server whose machine vanished is noticed while an answer of it is waited for.
        config.keepalives_idle(Duration::from_secs(30));
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        Ok(Self { config, tls })
    }

    /// Connects. What the server says unasked goes to `hear`, as long as it says that it listens.
    ///
    /// The connection ends with the client, or with the server; the client's calls say so.
    pub(crate) async fn connect(
        &self,
        hear: impl FnMut(AsyncMessage) -> bool + Send + 'static,
    ) -> Result<Client, Error> {
        match &self.tls {
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                tokio::spawn(carry(connection, hear));
                Ok(client)
            }
            Some(Tls(tls)) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                tokio::spawn(carry(connection, hear));
                Ok(client)
            }
        }
    }
}

/// Moves the bytes of a connection until it ends.
async fn carry<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    mut hear: impl FnMut(AsyncMessage) -> bool,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match std::future::poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(message)) => {
                if !hear(message) {
                    return;
                }
            }
            Some(Err(_)) | None => return,
        }
    }
}
