//! S3 against a server that checks signatures.

use testkit::places::conformance;
use testkit::servers::{Certificate, Fault, Proxy, S3Server, Validity, server_with};
use transport::{Cause, Network, Place, S3, S3Bucket, SecretFile};

use crate::common::{
    STEPS, a_broken_put_is_made_good, a_slip_without_end_is_told, cause, ends, long,
    names_that_lead_elsewhere_are_refused, patience, probed, put, short_patience,
};

fn at(port: u16, bucket: &str) -> S3Bucket {
    S3Bucket::parse(&format!("http://127.0.0.1:{port}"), bucket, "us-east-1").unwrap()
}

fn settings(server: &S3Server, bucket: &str) -> S3 {
    S3 {
        bucket: at(server.port(), bucket),
        prefix: "town/welfare".into(),
        access_key: SecretFile::at(server.key_file()),
        ca_file: None,
        network: Network::default(),
        patience: patience(),
    }
}

#[test]
fn a_bucket_is_a_place() {
    let server = S3Server::start();
    conformance(&mut || ends(&settings(&server, &server.bucket().0).place())).unwrap();
    let (name, folder) = server.bucket();
    // Without a prefix the folders of the place are those of the bucket.
    let place = S3 { prefix: String::new(), ..settings(&server, &name) }.place();
    assert_eq!(probed(&place), STEPS);
    assert!(!folder.join("out/daicho-place-check.tmp").exists());
    names_that_lead_elsewhere_are_refused(&place);
    a_slip_without_end_is_told(&place, &folder);
}

#[test]
fn a_listing_of_many_pages_is_read_to_its_end() {
    let server = S3Server::start();
    let (name, folder) = server.bucket();
    let out = folder.join("town/welfare/out");
    std::fs::create_dir_all(&out).unwrap();
    for no in 0..2_500 {
        std::fs::write(out.join(format!("a_{no:06}.csv")), "").unwrap();
    }
    std::fs::write(out.join("a_009999.csv.ctl"), "").unwrap();
    let theirs = settings(&server, &name).place().other_side();
    let names: Vec<String> = theirs.arrivals("a_").unwrap().into_iter().map(|arrival| arrival.name).collect();
    assert_eq!(names, ["a_009999.csv"], "it stands on the last page");
}

#[test]
fn a_wire_cut_in_the_middle_of_a_file_leaves_nothing() {
    let server = S3Server::start();
    for (fault, patience) in
        [(Fault::Cut(1_000_000), patience()), (Fault::Stall(1_000_000), short_patience())]
    {
        let wire = Proxy::to(server.port(), fault);
        let (name, _) = server.bucket();
        let place = S3 { bucket: at(wire.port(), &name), patience, ..settings(&server, &name) }.place();
        let dir = tempfile::tempdir().unwrap();
        let broken = put(&place, dir.path(), "a.csv", &long());
        a_broken_put_is_made_good(&place, &broken, || wire.mend());
    }
}

#[test]
fn a_wrong_key_is_told_and_the_secret_is_not() {
    let server = S3Server::start();
    let wrong = server.scratch("wrong");
    for (text, told) in [
        ("AKIDAICHOTEST\nhimitsu-no-aikotoba\n", "「AKIDAICHOTEST」の認証に失敗"),
        ("AKIDAICHOTEST\n", "2行目"),
        ("", "2行目"),
    ] {
        std::fs::copy(server.key_file(), &wrong).unwrap();
        std::fs::write(&wrong, text).unwrap();
        let access_key = SecretFile::at(&wrong);
        let place = S3 { access_key, ..settings(&server, &server.bucket().0) }.place();
        let dir = tempfile::tempdir().unwrap();
        let done = put(&place, dir.path(), "a.csv", b"abc");
        assert!(cause(&done).to_string().contains(told), "{done:?}");
        assert!(!format!("{done:?} {place:?}").contains("himitsu"));
        assert!(!format!("{done:?}").contains("X-Amz-Signature"));
    }
}

#[test]
fn a_certificate_that_cannot_be_trusted_is_told() {
    let server = S3Server::start();
    let ca_file = server.scratch("ca.pem");
    for (name, validity, believed, expired) in [
        ("127.0.0.1", Validity::Expired, true, true),
        ("127.0.0.1", Validity::Now, false, false),
        ("other.example", Validity::Now, true, false),
    ] {
        let certificate = Certificate::of(name, validity);
        std::fs::write(&ca_file, certificate.pem()).unwrap();
        let endpoint = format!("https://127.0.0.1:{}", server_with(&certificate));
        let place = S3 {
            bucket: S3Bucket::parse(&endpoint, "bucket", "us-east-1").unwrap(),
            ca_file: believed.then(|| ca_file.clone()),
            ..settings(&server, "bucket")
        };
        let done = place.place().receipt("a.csv");
        match cause(&done) {
            Cause::CertificateExpired { .. } if expired => {}
            Cause::Certificate { .. } if !expired => {}
            _ => panic!("{name} {validity:?}: {done:?}"),
        }
    }
    std::fs::write(&ca_file, "no certificate").unwrap();
    let done = S3 { ca_file: Some(ca_file), ..settings(&server, "bucket") }.place().receipt("a.csv");
    assert!(matches!(cause(&done), Cause::Secret { .. }), "{done:?}");
}
