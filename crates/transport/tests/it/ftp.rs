//! FTP and FTPS against pure-ftpd.

use testkit::places::conformance;
use testkit::servers::{Certificate, FtpServer, FtpSettings, Validity};
use transport::{Cause, Ftp, FtpSecurity, Network, Place, SecretFile};

use crate::common::{
    STEPS, a_broken_put_is_made_good, a_slip_without_end_is_told, cause, ends, long,
    names_that_lead_elsewhere_are_refused, patience, probed, put,
};

fn settings(server: &FtpServer, folder: String) -> Ftp {
    Ftp {
        host: "127.0.0.1".into(),
        port: server.port(),
        security: FtpSecurity::Plain,
        user: server.user().into(),
        password: SecretFile::at(server.password_file()),
        folder,
        network: Network::default(),
        patience: patience(),
    }
}

#[test]
fn an_ftp_server_is_a_place() {
    let server = FtpServer::start(&FtpSettings::default());
    conformance(&mut || ends(&settings(&server, server.folder().0).place())).unwrap();
    let (name, folder) = server.folder();
    let place = settings(&server, format!("/{name}/")).place();
    assert_eq!(probed(&place), STEPS);
    assert_eq!(std::fs::read_dir(folder.join("out")).unwrap().count(), 0);
    names_that_lead_elsewhere_are_refused(&place);
    a_slip_without_end_is_told(&place, &folder);
}

#[test]
fn an_ftp_server_over_tls_is_a_place() {
    let certificate = Certificate::of("127.0.0.1", Validity::Now);
    let server = FtpServer::start(&FtpSettings { certificate: Some(&certificate), ..FtpSettings::default() });
    let ca_file = server.scratch("ca.pem");
    std::fs::write(&ca_file, certificate.pem()).unwrap();
    let security = FtpSecurity::Tls { ca_file: Some(ca_file) };
    conformance(&mut || {
        ends(&Ftp { security: security.clone(), ..settings(&server, server.folder().0) }.place())
    })
    .unwrap();
    let plain = settings(&server, server.folder().0).place().receipt("a.csv");
    assert!(cause(&plain).to_string().contains("TLS"), "a server that wants TLS says so: {plain:?}");
    let unknown =
        Ftp { security: FtpSecurity::Tls { ca_file: None }, ..settings(&server, server.folder().0) };
    let done = unknown.place().receipt("a.csv");
    assert!(matches!(cause(&done), Cause::Certificate { .. }), "{done:?}");
    let host = "localhost".to_owned();
    let done = Ftp { host, security, ..settings(&server, server.folder().0) }.place().receipt("a.csv");
    assert!(matches!(cause(&done), Cause::Certificate { .. }), "another name: {done:?}");
}

#[test]
fn a_certificate_past_its_day_is_told() {
    let certificate = Certificate::of("127.0.0.1", Validity::Expired);
    let server = FtpServer::start(&FtpSettings { certificate: Some(&certificate), ..FtpSettings::default() });
    let ca_file = server.scratch("ca.pem");
    std::fs::write(&ca_file, certificate.pem()).unwrap();
    let security = FtpSecurity::Tls { ca_file: Some(ca_file) };
    let done = Ftp { security, ..settings(&server, server.folder().0) }.place().receipt("a.csv");
    assert!(matches!(cause(&done), Cause::CertificateExpired { .. }), "{done:?}");
}

#[test]
fn a_server_without_tls_gets_no_password() {
    let server = FtpServer::start(&FtpSettings::default());
    let security = FtpSecurity::Tls { ca_file: None };
    let done = Ftp { security, ..settings(&server, server.folder().0) }.place().receipt("a.csv");
    assert!(cause(&done).to_string().contains("TLSを受け付けません"), "{done:?}");
}

#[test]
fn a_server_killed_in_the_middle_of_a_file_leaves_nothing() {
    let mut server = FtpServer::start(&FtpSettings::default());
    let (name, folder) = server.folder();
    let place = settings(&server, name).place();
    // Connected before, so that the file is what is cut.
    assert_eq!(place.receipt("a.csv").unwrap(), None);
    let dir = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = long().repeat(20);
    let broken = std::thread::scope(|scope| {
        let putting = scope.spawn(|| put(&place, dir.path(), "a.csv", &bytes));
        let begun = || std::fs::metadata(folder.join("out/a.csv.tmp")).is_ok_and(|there| 0 < there.len());
        while !begun() && !putting.is_finished() {
            std::thread::yield_now();
        }
        server.kill();
        putting.join().unwrap()
    });
    a_broken_put_is_made_good(&place, &broken, || server.start_again());
}

#[test]
fn who_may_not_log_in_is_told_and_the_secret_is_not() {
    let server = FtpServer::start(&FtpSettings::default());
    let password = server.scratch("wrong");
    std::fs::copy(server.password_file(), &password).unwrap();
    std::fs::write(&password, "himitsu-no-aikotoba\n").unwrap();
    let place = Ftp { password: SecretFile::at(&password), ..settings(&server, server.folder().0) }.place();
    let done = place.receipt("a.csv");
    assert!(matches!(cause(&done), Cause::Login { user } if user == "town"), "{done:?}");
    assert!(!format!("{done:?} {place:?}").contains("himitsu"));
    // A right one counts without a restart.
    std::fs::copy(server.password_file(), &password).unwrap();
    assert_eq!(place.receipt("a.csv").unwrap(), None);
}

#[test]
fn what_a_server_does_not_allow_is_told() {
    let server = FtpServer::start(&FtpSettings::default());
    let (name, folder) = server.folder();
    let place = settings(&server, name).place();
    let dir = tempfile::tempdir().unwrap();
    put(&place, dir.path(), "a.csv", b"abc").unwrap();
    let mode = |mode| std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(folder.join("out"), mode(0o555)).unwrap();
    let done = put(&place, dir.path(), "b.csv", b"abc");
    assert!(matches!(cause(&done), Cause::Denied { .. }), "{done:?}");
    // One that must not be looked into is not one where nothing has come.
    std::fs::set_permissions(folder.join("receipts"), mode(0)).unwrap();
    assert!(place.receipt("a.csv").is_err());
    let done = settings(&server, "no-such-folder".into()).place().arrivals("");
    assert!(matches!(cause(&done), Cause::Missing { .. }), "{done:?}");
}

#[test]
fn a_full_server_is_told() {
    let server = FtpServer::start(&FtpSettings { small: true, ..FtpSettings::default() });
    let place = settings(&server, server.folder().0).place();
    let dir = tempfile::tempdir().unwrap();
    let done = put(&place, dir.path(), "a.csv", &long());
    assert!(matches!(cause(&done), Cause::Full { .. }), "{done:?}");
    assert_eq!(place.other_side().arrivals("").unwrap(), []);
}
