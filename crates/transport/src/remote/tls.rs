//! Whose certificates are believed.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::read_public;
use crate::Cause;

/// TLS with the authorities of this machine, or with only those of a file.
///
/// # Errors
/// When the file holds no certificate, or the machine none.
pub(crate) fn config(ca_file: Option<&Path>) -> Result<ClientConfig, Cause> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let failed = |error: rustls::Error| Cause::of_tls(error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let Some(path) = ca_file else {
        let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(failed)?;
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        return Ok(builder.with_no_client_auth());
    };
    let broken = |what: String| Cause::Secret { path: path.to_path_buf(), what };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&read_public(path)?) {
        let certificate = certificate.map_err(|error| broken(error.to_string()))?;
        roots.add(certificate).map_err(|error| broken(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(broken("証明書（PEM）がありません".to_owned()));
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
