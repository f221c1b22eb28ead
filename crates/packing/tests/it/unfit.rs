//! What another program packed otherwise than agreed is refused, and the sender can read why.

use std::fs;

use packing::{Keys, Secret, Unfit, UnpackError, Unpacker};

use crate::bench::{Bench, MAX, PASSWORD, content, private};

fn unfit(unpacker: &Unpacker, bench: &Bench, name: &str) -> Unfit {
    match content(unpacker, &bench.path(name), MAX) {
        Err(UnpackError::Unfit(unfit)) => unfit,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn what_is_not_as_agreed_is_told() {
    let bench = Bench::new();
    let [(_, _, zip), (_, _, aes), (_, _, age)] = bench.ways();
    let password = format!("-p{PASSWORD}");
    fs::write(bench.path("1.csv"), "a,b\r\n".repeat(500)).unwrap();
    fs::write(bench.path("2.csv"), "c,d\r\n").unwrap();
    fs::create_dir(bench.path("folder")).unwrap();
    fs::write(bench.path("empty"), "").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", bench.path("passwd")).unwrap();
    let other = Bench::new();
    let stranger = other.run("age-keygen", &["-y", "key.txt"]);
    let ours = bench.run("age-keygen", &["-y", "key.txt"]);
    let (stranger, ours) = (stranger.trim(), ours.trim());
    for (program, arguments) in [
        ("zip", vec!["plain.zip", "1.csv"]),
        ("zip", vec!["two.zip", "1.csv", "2.csv"]),
        ("zip", vec!["with-folder.zip", "folder", "1.csv"]),
        ("zip", vec!["folder.zip", "folder"]),
        ("zip", vec!["-y", "link.zip", "passwd"]),
        ("zip", vec!["-P", PASSWORD, "old.zip", "1.csv"]),
        ("zip", vec!["-Z", "bzip2", "bzip2.zip", "1.csv"]),
        ("7zz", vec!["a", "-tzip", "-mm=LZMA", "lzma.zip", "1.csv"]),
        ("7zz", vec!["a", "-tzip", "-mem=AES128", &password, "aes128.zip", "1.csv"]),
        ("7zz", vec!["a", "-tzip", "-mem=AES256", "-pother", "other.zip", "1.csv"]),
        ("7zz", vec!["a", "-t7z", &password, "7z.zip", "1.csv"]),
        ("7zz", vec!["a", "-tzip", "-mem=AES256", &password, "aes.zip", "1.csv"]),
        ("age", vec!["-r", stranger, "-o", "stranger.age", "1.csv"]),
        ("age", vec!["-a", "-r", ours, "-o", "armor.age", "1.csv"]),
    ] {
        bench.run(program, &arguments);
    }
    // The program of age asks a terminal for its password, so that its kind of head stands here.
    fs::write(
        bench.path("passphrase.age"),
        "age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 15\nZV/AhotwSGqaPCU43cepl4WYUouAa17a3xpu4G2yi5k\n\
         --- fgMiVLJHMlg9fW7CVG/hPS5EAU4Zeg19LyCP7SoH5nA\n0123456789abcdef0123456789abcdef",
    )
    .unwrap();
    fs::write(bench.path("endless.age"), "age-encryption.org/v1\n-> X25519 x\n".repeat(9_000)).unwrap();
    for (unpacker, name, expected) in [
        (&zip, "1.csv", Unfit::NotZip),
        (&zip, "empty", Unfit::NotZip),
        (&zip, "7z.zip", Unfit::NotZip),
        (&zip, "two.zip", Unfit::Members(2)),
        (&zip, "with-folder.zip", Unfit::Members(2)),
        (&zip, "folder.zip", Unfit::NotAFile),
        (&zip, "link.zip", Unfit::NotAFile),
        (&zip, "aes.zip", Unfit::Encrypted),
        (&zip, "old.zip", Unfit::Encrypted),
        (&zip, "bzip2.zip", Unfit::Method("Bzip2".into())),
        (&zip, "lzma.zip", Unfit::Method("Lzma".into())),
        (&aes, "plain.zip", Unfit::NotEncrypted),
        (&aes, "old.zip", Unfit::Cipher("古い方式（ZipCrypto）")),
        (&aes, "aes128.zip", Unfit::Cipher("AES-128")),
        (&aes, "other.zip", Unfit::Password),
        (&aes, "two.zip", Unfit::Members(2)),
        (&age, "1.csv", Unfit::NotAge),
        (&age, "empty", Unfit::NotAge),
        (&age, "aes.zip", Unfit::NotAge),
        (&age, "armor.age", Unfit::NotAge),
        (&age, "endless.age", Unfit::NotAge),
        (&age, "stranger.age", Unfit::NotForUs),
        (&age, "passphrase.age", Unfit::Passphrase),
    ] {
        assert_eq!(unfit(unpacker, &bench, name), expected, "{name}");
    }
}

/// Ends of a ZIP file, long and with its locator, of one that claims to hold so many files from this place on.
fn long_end(members: u64, begins: u64, position: u64) -> Vec<u8> {
    let mut bytes = b"PK\x06\x06".to_vec();
    for number in [44, 0, members, members, 46 * members, begins] {
        // Versions and disks stand in the second.
        bytes.extend(if number == 0 {
            [45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0].to_vec()
        } else {
            number.to_le_bytes().to_vec()
        });
    }
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(position.to_le_bytes());
    bytes.extend([1, 0, 0, 0]);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([0xFF; 12]);
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn a_directory_that_claims_too_much_or_can_be_read_in_two_ways_is_not_believed() {
    let bench = Bench::new();
    fs::write(bench.path("1.csv"), "a,b\r\n").unwrap();
    fs::write(bench.path("2.csv"), "c,d\r\n").unwrap();
    bench.run("zip", &["good.zip", "1.csv"]);
    bench.run("zip", &["two.zip", "1.csv", "2.csv"]);
    let good = fs::read(bench.path("good.zip")).unwrap();
    let (members, end) = good.split_at(good.len() - 22);
    let length = u64::try_from(members.len()).unwrap();

    let mut same = fs::read(bench.path("two.zip")).unwrap();
    while let Some(at) = same.windows(5).position(|name| name == b"2.csv") {
        same[at] = b'1';
    }
    let huge = [members, &long_end(100_000_000_000, 0x100_0000_0000, length)].concat();
    // The last end leads nowhere, so that the library would look at the one before.
    let mut hidden = [members, &long_end(100_000_000_000, 0x100_0000_0000, length), end].concat();
    let at = hidden.len() - 22 + 16;
    hidden[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
    let mut cloaked = [&good[..], end].concat();
    let at = cloaked.len() - 22 + 16;
    cloaked[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
    let mut remark = [&good[..], b"hi"].concat();
    let at = remark.len() - 4;
    remark[at] = 2;
    let one = [members, &long_end(1, u64::from(u32::from_le_bytes(end[16..20].try_into().unwrap())), length)]
        .concat();
    for (name, bytes, expected) in [
        ("good", good.clone(), None),
        ("long, and as it is", one, None),
        ("two of one name", same, Some(Unfit::Members(2))),
        ("a claim of more than any machine holds", huge, Some(Unfit::Members(100_000_000_000))),
        ("the same behind a broken end", hidden, Some(Unfit::NotZip)),
        ("another end behind a broken one", cloaked, Some(Unfit::NotZip)),
        ("a remark", remark, Some(Unfit::NotZip)),
        ("something before it", [b"#!/bin/sh\n", &good[..]].concat(), Some(Unfit::NotZip)),
        ("something behind it", [&good[..], b"\n"].concat(), Some(Unfit::NotZip)),
    ] {
        fs::write(bench.path("a.zip"), bytes).unwrap();
        match (content(&Unpacker::zip(), &bench.path("a.zip"), MAX), expected) {
            (Ok(found), None) => assert_eq!(found, b"a,b\r\n", "{name}"),
            (Err(UnpackError::Unfit(found)), Some(expected)) => assert_eq!(found, expected, "{name}"),
            (found, _) => panic!("{name}: {found:?}"),
        }
    }
}

#[test]
fn names_in_a_file_lead_nowhere() {
    let bench = Bench::new();
    for name in ["../../evil.csv", "/etc/evil.csv", "..\\evil.csv", "a\0b"] {
        let path = bench.pack(&packing::Packer::zip(), name, b"rows", "a.zip");
        assert_eq!(content(&Unpacker::zip(), &path, MAX).unwrap(), b"rows", "{name:?}");
    }
    assert_eq!(fs::read_dir(bench.folder.path()).unwrap().count(), 3, "password, key and the packed file");
}

#[test]
fn a_key_that_went_away_says_nothing_about_the_file() {
    let bench = Bench::new();
    let [_, (_, aes_packer, aes), (_, _, age)] = bench.ways();
    let path = bench.pack(&aes_packer, "1.csv", b"rows", "a.zip");
    fs::remove_file(bench.path("password")).unwrap();
    fs::remove_file(bench.path("key.txt")).unwrap();
    for unpacker in [aes, age] {
        assert!(matches!(content(&unpacker, &path, MAX), Err(UnpackError::Key(_))));
    }
    private(&bench.path("password"), PASSWORD);
    let keys = Keys { password: Some(Secret::at(bench.path("password"))), ..Keys::default() };
    let missing = bench.path("missing.zip");
    let found = content(&Unpacker::zip_aes(&keys).unwrap(), &missing, MAX);
    assert!(matches!(found, Err(UnpackError::Local(_))));
}
