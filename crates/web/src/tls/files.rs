//! Files of certificates and keys, read and checked as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use office::Certificate;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore, ServerConfig};
use transport::SecretFile;

use super::{ClientCertificates, TlsError, TlsFiles};

/// What files gave.
pub(super) struct Loaded {
    pub(super) config: Arc<ServerConfig>,
    /// The end of the certificate's term.
    pub(super) until: Timestamp,
}

/// Reads and checks all files.
pub(super) fn load(files: &TlsFiles, now: Timestamp) -> Result<Loaded, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = certificates(&files.certificate)?;
    let path = &files.certificate;
    let own = chain.first().and_then(|own| Certificate::from_der(own).ok());
    let own = own.ok_or_else(|| unusable(path, "証明書として読めません"))?;
    if own.until < now {
        return Err(TlsError::Expired { path: path.clone(), until: own.until });
    }
    if now < own.from {
        return Err(TlsError::NotYet { path: path.clone(), from: own.from });
    }
    let certified = CertifiedKey::from_der(chain, key(&files.key)?, &provider);
    let certified = certified.map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::OtherKey { key: files.key.clone(), certificate: path.clone() }
        }
        other => unusable(path, other),
    })?;
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(path, error))?;
    let builder = match files.client {
        ClientCertificates::Off => builder.with_no_client_auth(),
        asked => {
            let authorities = files.client_authorities.as_ref().ok_or(TlsError::NoAuthorities)?;
            builder.with_client_cert_verifier(verifier(authorities, asked, provider)?)
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if files.client != ClientCertificates::Off {
        // A connection that is taken up again would not be asked for its certificate anew, however old it is by then.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok(Loaded { config: Arc::new(config), until: own.until })
}

fn verifier(
    path: &Path,
    asked: ClientCertificates,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(path)? {
        roots.add(authority).map_err(|error| unusable(path, error))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = match asked {
        ClientCertificates::Required => builder,
        _ => builder.allow_unauthenticated(),
    };
    builder.build().map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, what: impl ToString) -> TlsError {
    TlsError::Unusable { path: path.to_path_buf(), what: what.to_string() }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = std::fs::read(path)
        .map_err(|error| TlsError::Unreadable { path: path.to_path_buf(), what: error.to_string() })?;
    let lacks = || TlsError::Lacks { path: path.to_path_buf(), wanted: "証明書" };
    let read: Vec<_> =
        CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, _>>().map_err(|_| lacks())?;
    if read.is_empty() { Err(lacks()) } else { Ok(read) }
}

fn key(path: &PathBuf) -> Result<PrivateKeyDer<'static>, TlsError> {
    // The words of the fault name the file, and never what stands in it.
    let text = SecretFile::at(path).text().map_err(|error| TlsError::Unreadable {
        path: path.clone(),
        what: match error {
            transport::Cause::Secret { what, .. } => what,
            other => other.to_string(),
        },
    })?;
    PrivateKeyDer::from_pem_slice(text.as_bytes())
        .map_err(|_| TlsError::Lacks {
            path: path.clone(), wanted: "秘密鍵（暗号化していないもの）"
        })
}
