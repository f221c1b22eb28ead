//! Certificates for servers of tests, and a server that shows one.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// From when to when a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Now.
    Now,
    /// It was.
    Expired,
}

/// A certificate that is its own authority, with its key.
pub struct Certificate {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Certificate {
    /// A certificate for this name.
    pub fn of(name: &str, validity: Validity) -> Self {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after =
            if validity == Validity::Now { date_time_ymd(2100, 1, 1) } else { date_time_ymd(2001, 1, 1) };
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, key }
    }

    /// The certificate as PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Key and certificate as PEM, as servers read them.
    pub fn key_and_certificate(&self) -> String {
        format!("{}{}", self.key.serialize_pem(), self.certificate.pem())
    }
}

/// A server that shows this certificate and hangs up on whoever believes it; its port.
pub fn server_with(certificate: &Certificate) -> u16 {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certificate.key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let Ok(connection) = ServerConnection::new(Arc::clone(&config)) else { continue };
            let _ended = StreamOwned::new(connection, stream).read(&mut [0; 1024]);
        }
    });
    port
}
