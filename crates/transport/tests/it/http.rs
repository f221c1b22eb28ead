//! What an operator reads when an address does not do what it should: real sockets, real certificates.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use transport::http::{Auth, HttpError, HttpOptions, HttpPlace, Speech};
use transport::{Network, Place, PlaceError};

/// An authority of the town's own (庁内の認証局).
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: Vec<u8>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem().into_bytes();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A server with a certificate for this name until the end of this year, answering every request alike.
    fn serve(&self, name: &str, until: i32) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        let (config, listener) = (Arc::new(config), TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let mut stream =
                    StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), socket);
                // Whoever does not trust the certificate goes without a request.
                let _ = stream.read(&mut [0; 4096]);
                let body = r#"{"files":[]}"#;
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        address
    }
}

fn options(base: &str, authorities: &[u8]) -> HttpOptions {
    HttpOptions {
        base: base.to_owned(),
        speech: Speech::Rest,
        auth: Auth::Token("himitsu".to_owned()),
        receiver_key: None,
        authorities: Some(authorities.to_vec()),
        network: Network::default(),
        wait: Duration::from_secs(20),
        clock: || 0,
    }
}

fn place(base: &str, authorities: &[u8]) -> Result<HttpPlace, HttpError> {
    HttpPlace::at(options(base, authorities))
}

fn told(error: &PlaceError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}

#[test]
fn certificates_are_checked_and_told_apart() {
    let (authority, another) = (Authority::new("庁内認証局"), Authority::new("他の認証局"));
    for (name, until, trusted, words) in [
        ("localhost", 2999, &authority, ""),
        ("localhost", 2001, &authority, "証明書の期限が切れています"),
        ("localhost", 2999, &another, "信頼する認証局のものではありません"),
        ("welfare.example", 2999, &authority, "別の名前のものです"),
    ] {
        let address = authority.serve(name, until);
        let place = place(&format!("https://localhost:{}", address.port()), &trusted.pem).unwrap();
        match place.arrivals("") {
            Ok(arrivals) => assert_eq!((words, arrivals.len()), ("", 0)),
            Err(error) => {
                let told = told(&error);
                assert!(!words.is_empty() && told.contains(words), "{words}: {told}");
                assert!(!told.contains("himitsu"), "{told}");
            }
        }
    }
}

#[test]
fn a_name_is_held_to_the_allowed_networks_at_each_connection() {
    let authority = Authority::new("庁内認証局");
    let address = authority.serve("localhost", 2999);
    for (allowed, well) in
        [(&["10.0.0.0/8"][..], false), (&["127.0.0.0/8", "::1"], true), (&["LOCALHOST"], true)]
    {
        let allowed: Vec<String> = allowed.iter().map(|entry| (*entry).to_owned()).collect();
        let place = HttpPlace::at(HttpOptions {
            network: Network::parse(&allowed).unwrap(),
            ..options(&format!("https://localhost:{}", address.port()), &authority.pem)
        });
        let told = place.unwrap().arrivals("").map_err(|error| told(&error));
        assert_eq!(told.is_ok(), well, "{allowed:?}: {told:?}");
        assert!(well || told.unwrap_err().contains("接続してよいネットワークにありません"));
    }
}

#[test]
fn who_is_not_there_or_does_not_answer_is_told() {
    let authority = Authority::new("庁内認証局");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let silent = listener.local_addr().unwrap();
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    for (base, words) in [
        (format!("http://{silent}"), "時間内に答えがありません"),
        (format!("https://{silent}"), "時間内に答えがありません"),
        (format!("http://{gone}"), "接続を拒否されました"),
        ("http://nowhere.invalid".to_owned(), "ホスト名）が見つかりません"),
    ] {
        let wait = if base.contains(&silent.to_string()) { 200 } else { 20_000 };
        let wait = Duration::from_millis(wait);
        let place = HttpPlace::at(HttpOptions { wait, ..options(&base, &authority.pem) }).unwrap();
        let error = place.receipt("a").unwrap_err();
        assert!(told(&error).contains(words), "{base}: {}", told(&error));
    }
    assert!(matches!(place("https://localhost", b"no certificate"), Err(HttpError::Authorities)));
}
