//! SFTP against OpenSSH.

use std::path::Path;
use std::sync::Arc;

use russh::server::Auth;
use testkit::places::conformance;
use testkit::servers::{Fault, Proxy, SftpServer};
use transport::{Cause, HostKeys, Network, Place, SecretFile, Sftp, SftpLogin};

use crate::common::{
    STEPS, a_broken_put_is_made_good, a_slip_without_end_is_told, cause, ends, long,
    names_that_lead_elsewhere_are_refused, patience, probed, put, short_patience,
};

fn settings(server: &SftpServer, folder: &Path) -> Sftp {
    Sftp {
        host: "127.0.0.1".into(),
        port: server.port(),
        user: server.user(),
        login: SftpLogin::Key { key: SecretFile::at(server.key_file()), passphrase: None },
        host_keys: HostKeys::parse(&[server.host_key()]).unwrap(),
        folder: folder.display().to_string(),
        network: Network::default(),
        patience: patience(),
    }
}

#[test]
fn an_sftp_server_is_a_place() {
    let server = SftpServer::start();
    conformance(&mut || ends(&settings(&server, &server.folder()).place())).unwrap();
    let folder = server.folder();
    let place = settings(&server, &folder).place();
    assert_eq!(probed(&place), STEPS);
    assert_eq!(std::fs::read_dir(folder.join("out")).unwrap().count(), 0);
    names_that_lead_elsewhere_are_refused(&place);
    a_slip_without_end_is_told(&place, &folder);
}

#[test]
fn a_file_damaged_there_is_put_anew() {
    let server = SftpServer::start();
    let folder = server.folder();
    let place = settings(&server, &folder).place();
    let dir = tempfile::tempdir().unwrap();
    put(&place, dir.path(), "a.csv", b"abc").unwrap();
    std::fs::write(folder.join("out/a.csv"), "ab").unwrap();
    put(&place, dir.path(), "a.csv", b"abc").unwrap();
    assert_eq!(std::fs::read(folder.join("out/a.csv")).unwrap(), b"abc");
    let names: Vec<_> = std::fs::read_dir(folder.join("out")).unwrap().flatten().collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn answers_put_aside_are_numbered() {
    let server = SftpServer::start();
    let folder = server.folder();
    let place = settings(&server, &folder).place();
    std::fs::create_dir(folder.join("receipts")).unwrap();
    for kept in 1..=3 {
        std::fs::write(folder.join("receipts/a.csv.receipt"), "no=1").unwrap();
        place.retire_receipt("a.csv").unwrap();
        assert!(folder.join(format!("receipts/a.csv.receipt.{kept}")).exists());
        assert_eq!(place.receipt("a.csv").unwrap(), None);
    }
}

#[test]
fn a_wire_cut_in_the_middle_of_a_file_leaves_nothing() {
    let server = SftpServer::start();
    for (fault, patience) in
        [(Fault::Cut(1_000_000), patience()), (Fault::Stall(1_000_000), short_patience())]
    {
        let wire = Proxy::to(server.port(), fault);
        let place = Sftp { port: wire.port(), patience, ..settings(&server, &server.folder()) }.place();
        let dir = tempfile::tempdir().unwrap();
        let broken = put(&place, dir.path(), "a.csv", &long());
        a_broken_put_is_made_good(&place, &broken, || wire.mend());
    }
}

#[test]
fn a_connection_is_kept_and_renewed_when_it_died() {
    let server = SftpServer::start();
    let wire = Proxy::to(server.port(), Fault::None);
    let place = Sftp { port: wire.port(), ..settings(&server, &server.folder()) }.place();
    let logins = || server.log().matches("Accepted publickey").count();
    for cut in 0..3 {
        for _ in 0..3 {
            assert_eq!(place.receipt("a.csv").unwrap(), None);
            assert_eq!(logins(), cut + 1);
        }
        wire.cut();
    }
    // Calls at the same time do not wait for each other's files.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(place.other_side().receipt("a.csv").unwrap(), None));
        }
    });
}

#[test]
fn a_server_with_another_key_is_not_written_to() {
    let server = SftpServer::start();
    let other = format!("SHA256:{}", "A".repeat(43));
    let folder = server.folder();
    let host_keys = HostKeys::parse(std::slice::from_ref(&other)).unwrap();
    let place = Sftp { host_keys, ..settings(&server, &folder) }.place();
    let dir = tempfile::tempdir().unwrap();
    let done = put(&place, dir.path(), "a.csv", b"abc");
    let Cause::HostKey { found } = cause(&done) else { panic!("{done:?}") };
    assert!(found.contains(&server.host_key()), "{found}");
    assert!(!folder.join("out").exists());
    assert!(!server.log().contains("Accepted"), "nobody logged in: {}", server.log());
    // While a server changes its key, both are known.
    let host_keys = HostKeys::parse(&[other, server.host_key()]).unwrap();
    let place = Sftp { host_keys, ..settings(&server, &folder) }.place();
    put(&place, dir.path(), "a.csv", b"abc").unwrap();
}

#[test]
fn who_may_not_log_in_is_told_and_the_secret_is_not() {
    let server = SftpServer::start();
    let password = server.scratch("password");
    std::fs::write(&password, "himitsu-no-aikotoba\n").unwrap();
    make_private(&password);
    let login = SftpLogin::Password(SecretFile::at(&password));
    let place = Sftp { login, ..settings(&server, &server.folder()) }.place();
    let done = place.receipt("a.csv");
    assert!(matches!(cause(&done), Cause::Login { user } if *user == server.user()), "{done:?}");
    assert!(!format!("{done:?} {place:?}").contains("himitsu"));
    let text = "-----BEGIN OPENSSH PRIVATE KEY-----\nhimitsu\n-----END OPENSSH PRIVATE KEY-----\n";
    std::fs::write(&password, text).unwrap();
    let login = SftpLogin::Key { key: SecretFile::at(&password), passphrase: None };
    let done = Sftp { login, ..settings(&server, &server.folder()) }.place().receipt("a.csv");
    assert!(matches!(cause(&done), Cause::Secret { .. }), "{done:?}");
    assert!(!format!("{done:?}").contains("himitsu"));
    let user = "nobody-here".to_owned();
    let done = Sftp { user, ..settings(&server, &server.folder()) }.place().receipt("a.csv");
    assert!(matches!(cause(&done), Cause::Login { .. }), "{done:?}");
}

#[test]
fn what_a_server_does_not_allow_is_told() {
    let server = SftpServer::start_read_only();
    let place = settings(&server, &server.folder()).place();
    let dir = tempfile::tempdir().unwrap();
    let done = put(&place, dir.path(), "a.csv", b"abc");
    assert!(matches!(cause(&done), Cause::Denied { .. }), "{done:?}");
    assert_eq!(place.arrivals("").unwrap(), []);
    let missing = server.folder().join("no-such-folder");
    let done = settings(&server, &missing).place().arrivals("");
    assert!(matches!(cause(&done), Cause::Missing { .. }), "{done:?}");
}

/// OpenSSH knows only the passwords of the machine's accounts. This one knows one, and has no files.
struct KnowsPassword;

impl russh::server::Handler for KnowsPassword {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        let knows = user == "town" && password == "himitsu no";
        Ok(if knows { Auth::Accept } else { Auth::reject() })
    }
}

/// Starts it with this host key; its port.
fn server_that_knows_a_password(key: russh::keys::PrivateKey) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = Arc::new(russh::server::Config { keys: vec![key], ..russh::server::Config::default() });
        for stream in listener.incoming().flatten() {
            stream.set_nonblocking(true).unwrap();
            let _ended = runtime.block_on(async {
                let stream = tokio::net::TcpStream::from_std(stream).unwrap();
                russh::server::run_stream(Arc::clone(&config), stream, KnowsPassword).await?.await
            });
        }
    });
    port
}

#[test]
fn a_password_may_hold_blanks_and_be_changed() {
    let server = SftpServer::start();
    let key =
        russh::keys::decode_secret_key(&std::fs::read_to_string(server.key_file()).unwrap(), None).unwrap();
    let host_key = key.public_key().fingerprint(russh::keys::HashAlg::Sha256).to_string();
    let password = server.scratch("password");
    let place = Sftp {
        port: server_that_knows_a_password(key),
        user: "town".into(),
        login: SftpLogin::Password(SecretFile::at(&password)),
        host_keys: HostKeys::parse(&[host_key]).unwrap(),
        ..settings(&server, &server.folder())
    }
    .place();
    for (line, known) in [("himitsu no\n", true), ("himitsu", false), ("himitsu no\r\n2\n", true)] {
        std::fs::write(&password, line).unwrap();
        make_private(&password);
        let done = place.receipt("a.csv");
        match cause(&done) {
            Cause::Login { .. } if !known => {}
            Cause::Other { said } if known && said.contains("SFTPを始めません") => {}
            _ => panic!("{line:?}: {done:?}"),
        }
    }
}

fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
