//! What can be wrong before a server says a word, for each protocol.

use std::net::TcpListener;
use std::path::Path;

use transport::{
    Cause, Ftp, FtpSecurity, HostKeys, Network, Patience, Place, Remote, S3, S3Bucket, SecretFile, Sftp,
    SftpLogin,
};

use crate::common::{cause, impatience, patience};

/// One place of each protocol at an address.
fn places(dir: &Path, host: &str, port: u16, network: &Network, patience: Patience) -> [Remote; 4] {
    let secret = dir.join("secret");
    std::fs::write(&secret, "a\nb\n").unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let secret = SecretFile::at(secret);
    let (host, user, folder) = (host.to_owned(), "town".to_owned(), String::new());
    let ftp = |security| Ftp {
        host: host.clone(),
        port,
        security,
        user: user.clone(),
        password: secret.clone(),
        folder: folder.clone(),
        network: network.clone(),
        patience,
    };
    [
        Sftp {
            host: host.clone(),
            port,
            user: user.clone(),
            login: SftpLogin::Password(secret.clone()),
            host_keys: HostKeys::parse(&[format!("SHA256:{}", "A".repeat(43))]).unwrap(),
            folder: folder.clone(),
            network: network.clone(),
            patience,
        }
        .place(),
        ftp(FtpSecurity::Plain).place(),
        ftp(FtpSecurity::Tls { ca_file: None }).place(),
        S3 {
            bucket: S3Bucket::parse(&format!("https://{host}:{port}"), "bucket", "jp").unwrap(),
            prefix: String::new(),
            access_key: secret.clone(),
            ca_file: None,
            network: network.clone(),
            patience,
        }
        .place(),
    ]
}

#[test]
fn a_server_that_never_answers_holds_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for place in places(dir.path(), "127.0.0.1", port, &Network::default(), impatience()) {
        let done = place.receipt("a.csv");
        assert!(matches!(cause(&done), Cause::Silent { seconds: 1, .. }), "{}: {done:?}", place.describe());
    }
}

#[test]
fn a_port_where_nobody_listens_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for place in places(dir.path(), "127.0.0.1", port, &Network::default(), patience()) {
        let done = place.receipt("a.csv");
        assert!(matches!(cause(&done), Cause::Refused { .. }), "{}: {done:?}", place.describe());
    }
}

#[test]
fn a_name_without_an_address_is_told() {
    let dir = tempfile::tempdir().unwrap();
    for place in places(dir.path(), "no-such-server.invalid", 1, &Network::default(), patience()) {
        let done = place.receipt("a.csv");
        assert!(matches!(cause(&done), Cause::NoAddress { .. }), "{}: {done:?}", place.describe());
    }
}

#[test]
fn an_address_outside_the_allowed_networks_is_not_connected_to() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let network = Network::parse(&["10.0.0.0/8".to_owned()]).unwrap();
    for place in places(dir.path(), "127.0.0.1", port, &network, patience()) {
        let done = place.receipt("a.csv");
        assert!(matches!(cause(&done), Cause::NotAllowed { .. }), "{}: {done:?}", place.describe());
    }
    assert!(listener.accept().is_err(), "nobody came");
}

#[test]
fn a_place_names_itself_without_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let [sftp, ftp, ftps, s3] = places(dir.path(), "server.example", 2222, &Network::default(), patience());
    assert_eq!(sftp.describe(), "sftp://server.example:2222/");
    assert_eq!(ftp.describe(), "ftp://server.example:2222/");
    assert_eq!(ftps.describe(), "ftps://server.example:2222/");
    assert_eq!(s3.describe(), "https://server.example:2222/bucket/");
}
