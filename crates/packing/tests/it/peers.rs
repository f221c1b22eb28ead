//! Other programs open what we pack, and we open what they pack: Info-ZIP, 7-Zip, age.

use std::fs;

use packing::{Keys, Packer, Recipients, Secret, Unpacker};

use crate::bench::{Bench, MAX, PASSWORD, content};

const ROWS: &str = "宛名番号,氏名\r\n000000000000017,台帳　花子\r\n";

/// A file name outside ASCII, as UTF-8 with the flag that says so.
const NAME: &str = "異動_000001.csv";

fn long_rows() -> Vec<u8> {
    ROWS.repeat(9_000).into_bytes()
}

#[test]
fn unzip_opens_our_zip_with_the_name_of_the_data_file() {
    let bench = Bench::new();
    for rows in [Vec::new(), long_rows()] {
        bench.pack(&Packer::zip(), NAME, &rows, "a.zip");
        assert!(bench.run("unzip", &["-t", "a.zip"]).contains("No errors"));
        bench.run("7zz", &["x", "-y", "-oout", "a.zip"]);
        assert_eq!(fs::read(bench.path("out").join(NAME)).unwrap(), rows);
    }
}

#[test]
fn seven_zip_opens_our_aes_zip_and_sees_aes_256_without_a_checksum() {
    let bench = Bench::new();
    let packer = Packer::zip_aes(&bench.keys).unwrap();
    for rows in [Vec::new(), long_rows()] {
        bench.pack(&packer, NAME, &rows, "a.zip");
        let password = format!("-p{PASSWORD}");
        let listed = bench.run("7zz", &["l", "-slt", &password, "a.zip"]);
        assert!(listed.contains("AES-256"), "{listed}");
        assert!(listed.lines().any(|line| ["CRC = ", "CRC = 00000000", "CRC ="].contains(&line)), "{listed}");
        bench.run("7zz", &["x", "-y", &password, "-oout", "a.zip"]);
        assert_eq!(fs::read(bench.path("out").join(NAME)).unwrap(), rows);
    }
}

#[test]
fn we_open_zips_of_other_programs() {
    let bench = Bench::new();
    let (zip, aes) = (Unpacker::zip(), Unpacker::zip_aes(&bench.keys).unwrap());
    let password = format!("-p{PASSWORD}");
    fs::write(bench.path("1.csv"), long_rows()).unwrap();
    for (program, arguments, unpacker) in [
        ("zip", vec!["a.zip", "1.csv"], &zip),
        ("zip", vec!["-0", "b.zip", "1.csv"], &zip),
        ("zip", vec!["-fz", "c.zip", "1.csv"], &zip),
        ("7zz", vec!["a", "-tzip", "d.zip", "1.csv"], &zip),
        ("7zz", vec!["a", "-tzip", "-mem=AES256", &password, "e.zip", "1.csv"], &aes),
        ("7zz", vec!["a", "-tzip", "-mx=0", "-mem=AES256", &password, "f.zip", "1.csv"], &aes),
    ] {
        bench.run(program, &arguments);
        let name = arguments.iter().find(|argument| argument.ends_with(".zip")).unwrap();
        assert_eq!(
            content(unpacker, &bench.path(name), MAX).unwrap(),
            long_rows(),
            "{program} {arguments:?}"
        );
    }
}

#[test]
fn age_opens_ours_and_we_open_its() {
    let bench = Bench::new();
    let (packer, unpacker) = (Packer::age(&bench.keys).unwrap(), Unpacker::age(&bench.keys).unwrap());
    let recipient = bench.run("age-keygen", &["-y", "key.txt"]);
    for rows in [Vec::new(), long_rows()] {
        bench.pack(&packer, NAME, &rows, "a.age");
        bench.run("age", &["-d", "-i", "key.txt", "-o", "out", "a.age"]);
        // age makes no file of nothing.
        assert_eq!(fs::read(bench.path("out")).unwrap_or_default(), rows);
        fs::write(bench.path("1.csv"), &rows).unwrap();
        bench.run("age", &["-r", recipient.trim(), "-o", "b.age", "1.csv"]);
        assert_eq!(content(&unpacker, &bench.path("b.age"), MAX).unwrap(), rows);
    }
}

#[test]
fn each_of_several_recipients_opens_it_with_its_own_key() {
    let (bench, other) = (Bench::new(), Bench::new());
    let both: Vec<String> =
        [&bench, &other].map(|bench| bench.run("age-keygen", &["-y", "key.txt"]).trim().to_owned()).to_vec();
    let packer =
        Packer::age(&Keys { recipients: Recipients::parse(&both).unwrap(), ..Keys::default() }).unwrap();
    let path = bench.pack(&packer, "1.csv", b"rows", "a.age");
    for bench in [&bench, &other] {
        assert_eq!(content(&Unpacker::age(&bench.keys).unwrap(), &path, MAX).unwrap(), b"rows");
    }
}

#[test]
fn a_former_key_still_opens_what_was_packed_for_it() {
    let (former, now) = (Bench::new(), Bench::new());
    let path = former.pack(&Packer::age(&former.keys).unwrap(), "1.csv", b"rows", "a.age");
    let read = |bench: &Bench| fs::read_to_string(bench.path("key.txt")).unwrap();
    let both = now.path("both.txt");
    crate::bench::private(&both, &(read(&now) + "\n# 前の鍵\n" + &read(&former)));
    let keys = Keys { identities: Some(Secret::at(&both)), ..Keys::default() };
    assert_eq!(content(&Unpacker::age(&keys).unwrap(), &path, MAX).unwrap(), b"rows");
}
