//! The program's own TLS, with real handshakes and certificates made here.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use office::Certificate;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned};
use web::{ClientCertificates, Tls, TlsError, TlsFiles, TlsListener};

use super::house::House;

/// Who gives certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

/// A certificate with its key, as files hold them.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) pem: String,
    pub(crate) key: String,
}

impl Made {
    /// As TLS would hand it to the pages.
    pub(crate) fn shown(&self) -> Arc<Certificate> {
        Arc::new(Certificate::from_pem(&self.pem).unwrap())
    }
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate from the first of January of one year to the last of December of another.
    pub(crate) fn give(&self, name: &str, from: i32, until: i32) -> Made {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.subject_alt_names.push(SanType::IpAddress([127, 0, 0, 1].into()));
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Made { pem: certificate.pem(), key: key.serialize_pem() }
    }
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// Files of certificates in a folder.
struct Folder {
    dir: tempfile::TempDir,
    server: Authority,
    clients: Authority,
}

impl Folder {
    fn new() -> Self {
        let made = Self {
            dir: tempfile::tempdir().unwrap(),
            server: Authority::new("架空県認証局"),
            clients: Authority::new("職員カード認証局"),
        };
        made.put(&made.server.give("台帳", 2020, 2099));
        fs::write(made.path("clients.pem"), &made.clients.pem).unwrap();
        made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn put(&self, made: &Made) {
        fs::write(self.path("server.pem"), &made.pem).unwrap();
        private(&self.path("server.key"), &made.key);
    }

    fn files(&self, client: ClientCertificates) -> TlsFiles {
        TlsFiles {
            certificate: self.path("server.pem"),
            key: self.path("server.key"),
            client,
            client_authorities: Some(self.path("clients.pem")),
        }
    }

    fn open(&self, client: ClientCertificates) -> Result<Tls, TlsError> {
        Tls::open(self.files(client), now())
    }
}

fn now() -> Timestamp {
    "2026-11-20T09:00:00+09:00".parse().unwrap()
}

/// A town behind TLS.
struct Served {
    address: SocketAddr,
    tls: Arc<Tls>,
    _house: House,
    _runtime: tokio::runtime::Runtime,
}

fn serve(folder: &Folder, client: ClientCertificates) -> Served {
    let house = House::new().unwrap();
    let tls = Arc::new(folder.open(client).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let _inside = runtime.enter();
    let router = web::router(web::Desk { tls: Some(Arc::clone(&tls)), ..house.desk() });
    let listener = TlsListener::over(listener, Arc::clone(&tls), now).unwrap();
    runtime.spawn(web::serve(listener, router, web::Patience::default(), std::future::pending()));
    drop(_inside);
    Served { address, tls, _house: house, _runtime: runtime }
}

/// A client that believes one authority and may show a certificate.
fn client(
    authority: &Authority,
    shown: Option<&Made>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    Arc::new(match shown {
        Some(made) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(made.pem.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(made.key.as_bytes()).unwrap(),
            )
            .unwrap(),
        None => builder.with_no_client_auth(),
    })
}

type Connection = StreamOwned<ClientConnection, TcpStream>;

fn connect(address: SocketAddr, config: &Arc<ClientConfig>) -> Connection {
    let name = ServerName::try_from("localhost").unwrap();
    let socket = TcpStream::connect(address).unwrap();
    StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), socket)
}

/// One request over an open connection: the head of the answer and its first bytes, or why there is none.
fn ask(connection: &mut Connection) -> Result<String, String> {
    let request = "GET /login HTTP/1.1\r\nhost: localhost\r\n\r\n";
    connection.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut bytes = vec![0; 16 * 1024];
    let read = connection.read(&mut bytes).map_err(|error| error.to_string())?;
    if read == 0 {
        return Err("ended".to_owned());
    }
    Ok(String::from_utf8_lossy(&bytes[..read]).into_owned())
}

const ALL: &[&rustls::SupportedProtocolVersion] = rustls::ALL_VERSIONS;

#[test]
fn tls_1_2_and_1_3_are_spoken_with_hsts_and_secure_cookies() {
    let folder = Folder::new();
    let served = serve(&folder, ClientCertificates::Off);
    for (version, spoken) in [
        (&rustls::version::TLS12, ProtocolVersion::TLSv1_2),
        (&rustls::version::TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let mut connection = connect(served.address, &client(&folder.server, None, &[version]));
        let answer = ask(&mut connection).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
        assert_eq!(connection.conn.protocol_version(), Some(spoken));
    }
    let mut connection = connect(served.address, &client(&folder.server, None, ALL));
    let body = "id=tanaka&password=daicho-tests";
    let request = format!(
        "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).unwrap();
    let mut bytes = vec![0; 16 * 1024];
    let read = connection.read(&mut bytes).unwrap();
    let answer = String::from_utf8_lossy(&bytes[..read]).into_owned();
    assert!(answer.contains("HttpOnly; SameSite=Strict; Secure"), "{answer}");
}

/// A hello of TLS 1.1 as it stands in RFC 4346, with the one suite it demands.
#[test]
fn tls_1_1_is_refused() {
    let folder = Folder::new();
    let served = serve(&folder, ClientCertificates::Off);
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    // No session, one suite (TLS_RSA_WITH_3DES_EDE_CBC_SHA), no compression.
    hello.extend([0, 0, 2, 0x00, 0x0a, 1, 0]);
    let mut message = vec![1, 0, 0, u8::try_from(hello.len()).unwrap()];
    message.extend(hello);
    let mut record = vec![22, 3, 1, 0, u8::try_from(message.len()).unwrap()];
    record.extend(message);
    let mut socket = TcpStream::connect(served.address).unwrap();
    socket.write_all(&record).unwrap();
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    assert_eq!(answer.first(), Some(&21), "an alert: {answer:?}");
    assert_eq!(answer.get(5), Some(&2), "a fatal one: {answer:?}");
}

#[test]
fn who_speaks_without_tls_is_told_so() {
    let folder = Folder::new();
    let served = serve(&folder, ClientCertificates::Required);
    let mut socket = TcpStream::connect(served.address).unwrap();
    socket.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("https://"), "{answer}");
}

#[test]
fn a_client_without_a_good_certificate_is_refused_where_one_is_asked_for() {
    use ClientCertificates::{Off, Offered, Required};
    let folder = Folder::new();
    let strangers = Authority::new("よその認証局");
    let good = folder.clients.give("田中　窓子", 2020, 2099);
    let old = folder.clients.give("田中　窓子", 2001, 2002);
    let early = folder.clients.give("田中　窓子", 2090, 2099);
    let foreign = strangers.give("田中　窓子", 2020, 2099);
    for (asked, shown, through) in [
        (Off, None, true),
        (Off, Some(&foreign), true),
        (Offered, None, true),
        (Offered, Some(&good), true),
        (Offered, Some(&old), false),
        (Offered, Some(&foreign), false),
        (Required, None, false),
        (Required, Some(&good), true),
        (Required, Some(&old), false),
        (Required, Some(&early), false),
        (Required, Some(&foreign), false),
    ] {
        let served = serve(&folder, asked);
        for version in ALL {
            let mut connection = connect(served.address, &client(&folder.server, shown, &[version]));
            let answer = ask(&mut connection);
            assert_eq!(answer.is_ok(), through, "{asked:?} {answer:?}");
        }
    }
}

#[test]
fn files_that_do_not_do_are_told_in_words() {
    let folder = Folder::new();
    let good = folder.server.give("台帳", 2020, 2099);
    let other = folder.server.give("台帳", 2020, 2099);
    for (what, certificate, key, told) in [
        ("よい組", good.pem.clone(), good.key.clone(), ""),
        ("別の鍵", good.pem.clone(), other.key, "の証明書のものではありません"),
        ("期限切れ", folder.server.give("台帳", 2001, 2025).pem, good.key.clone(), "に期限が切れています"),
        ("期限前", folder.server.give("台帳", 2090, 2099).pem, good.key.clone(), "から使えます"),
        ("空の証明書", String::new(), good.key.clone(), "証明書がありません"),
        ("証明書の場所に鍵", good.key.clone(), good.key.clone(), "証明書がありません"),
        (
            "鍵の場所に証明書",
            good.pem.clone(),
            good.pem.clone(),
            "秘密鍵（暗号化していないもの）がありません",
        ),
        (
            "壊れた証明書",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
            good.key.clone(),
            "証明書として読めません",
        ),
    ] {
        folder.put(&Made { pem: certificate, key });
        let opened = folder.open(ClientCertificates::Offered);
        let found = opened.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(found.contains(told) && found.is_empty() == told.is_empty(), "{what}: {found}");
        assert!(!found.contains("PRIVATE"), "{what}: {found}");
    }
    folder.put(&good);
    let none = TlsFiles { client_authorities: None, ..folder.files(ClientCertificates::Required) };
    assert!(Tls::open(none, now()).unwrap_err().to_string().contains("client_ca"));
    let missing = TlsFiles { certificate: folder.path("no.pem"), ..folder.files(ClientCertificates::Off) };
    assert!(Tls::open(missing, now()).unwrap_err().to_string().contains("no.pem が読めません"));
    fs::write(folder.path("clients.pem"), "x").unwrap();
    let error = folder.open(ClientCertificates::Offered).unwrap_err().to_string();
    assert!(error.contains("clients.pem") && error.contains("証明書がありません"), "{error}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder.path("server.key"), fs::Permissions::from_mode(0o644)).unwrap();
        let error = folder.open(ClientCertificates::Off).unwrap_err().to_string();
        assert!(error.contains("ほかの利用者にも読めます"), "{error}");
    }
}

#[test]
fn new_files_are_taken_without_ending_connections_and_bad_ones_are_not() {
    let folder = Folder::new();
    let served = serve(&folder, ClientCertificates::Off);
    let config = client(&folder.server, None, ALL);
    let mut open = connect(served.address, &config);
    ask(&mut open).unwrap();
    let serial = |connection: &Connection| connection.conn.peer_certificates().unwrap()[0].to_vec();
    let before = serial(&open);

    // The certificate comes first, and its key a moment later.
    let new = folder.server.give("台帳", 2021, 2099);
    fs::write(folder.path("server.pem"), format!("{}\n", new.pem)).unwrap();
    served.tls.look_again(now());
    assert!(served.tls.warnings(now())[0].contains("前のものを使い続けています"));
    let mut during = connect(served.address, &config);
    ask(&mut during).unwrap();
    assert_eq!(serial(&during), before, "what was there stays in use");

    private(&folder.path("server.key"), &new.key);
    served.tls.look_again(now());
    assert!(served.tls.warnings(now()).is_empty());
    let mut after = connect(served.address, &config);
    ask(&mut after).unwrap();
    assert_ne!(serial(&after), before);
    ask(&mut open).unwrap_or_else(|error| panic!("the open connection ended: {error}"));
}

#[test]
fn a_certificate_that_ends_soon_is_told_a_month_before() {
    let folder = Folder::new();
    folder.put(&folder.server.give("台帳", 2020, 2026));
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let tls = folder.open(ClientCertificates::Off).unwrap();
    for (now, told) in [
        ("2026-11-30T00:00:00Z", ""),
        ("2026-12-01T00:00:01Z", "あと29日"),
        ("2026-12-30T12:00:00Z", "あと0日"),
        ("2026-12-31T00:00:01Z", "期限が切れました"),
    ] {
        let found = tls.warnings(at(now)).concat();
        assert!(found.contains(told) && found.is_empty() == told.is_empty(), "{now}: {found}");
    }
}

#[tokio::test]
async fn who_keeps_the_program_reads_of_it_on_the_menu_and_the_monitor() {
    let folder = Folder::new();
    let house = House::new().unwrap();
    folder.put(&folder.server.give("台帳", 2020, 2026));
    let tls = Arc::new(folder.open(ClientCertificates::Off).unwrap());
    let router = web::router(web::Desk { tls: Some(tls), ..house.desk() });
    house.clock.pass(jiff::SignedDuration::from_hours(24 * 15));
    let admin = super::client::Client::of(&router, "tanaka").await;
    for path in ["/", "/links"] {
        assert!(admin.get(path).await.has("サーバーの証明書の期限は 2026-12-31"), "{path}");
    }
    let reader = super::client::Client::of(&router, "reader").await;
    assert!(!reader.get("/").await.has("サーバーの証明書"));
}
