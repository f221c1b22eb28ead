//! What is packed comes back, byte for byte.

use packing::{Unfit, UnpackError};
use proptest::prelude::*;

use crate::bench::{Bench, MAX, content};

#[test]
fn every_content_comes_back_every_way() {
    let bench = Bench::new();
    proptest!(ProptestConfig::with_cases(24), |(
        bytes in prop_oneof![
            Just(Vec::new()),
            prop::collection::vec(any::<u8>(), 0..300),
            (any::<u8>(), 0..400_000_usize).prop_map(|(byte, count)| vec![byte; count]),
        ],
        name in "[a-z台帳]{1,12}(\\.csv)?",
    )| {
        for (way, packer, unpacker) in bench.ways() {
            let path = bench.pack(&packer, &name, &bytes, "packed");
            prop_assert_eq!(content(&unpacker, &path, MAX).unwrap(), &*bytes, "{}", way);
        }
    });
}

#[test]
fn each_packing_is_another_file_but_for_plain_zip() {
    let bench = Bench::new();
    for (way, packer, _) in bench.ways() {
        let [first, second] =
            ["a", "b"].map(|to| std::fs::read(bench.pack(&packer, "1.csv", b"rows", to)).unwrap());
        assert_eq!(first == second, way == "zip", "{way}");
    }
}

#[test]
fn nothing_of_the_content_stands_in_an_encrypted_file() {
    let bench = Bench::new();
    let rows = "000000000000017,台帳　花子\r\n".repeat(40);
    for (way, packer, _) in bench.ways().into_iter().skip(1) {
        let packed = std::fs::read(bench.pack(&packer, "ido_000001.csv", rows.as_bytes(), way)).unwrap();
        assert!(!packed.windows(8).any(|window| window == b"00000017"), "{way}");
        // AE-1 would state the checksum of the content.
        let crc = crc32(rows.as_bytes()).to_le_bytes();
        assert!(!packed.windows(4).any(|window| window == crc), "{way}");
    }
}

#[test]
fn no_flipped_bit_and_no_cut_of_an_encrypted_file_gives_another_content() {
    let bench = Bench::new();
    let rows = b"000000000000017,1\r\n000000000000025,2\r\n";
    for (way, packer, unpacker) in bench.ways() {
        let good = std::fs::read(bench.pack(&packer, "1.csv", rows, "good")).unwrap();
        let path = bench.path("bad");
        let mut told = 0;
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            std::fs::write(&path, &bad).unwrap();
            match content(&unpacker, &path, MAX) {
                // Names, times and remarks of a ZIP file are nobody's content.
                Ok(found) => assert_eq!(found, rows, "{way} {at}"),
                Err(UnpackError::Unfit(_)) => told += 1,
                Err(other) => panic!("{way} {at}: {other:?}"),
            }
            std::fs::write(&path, &good[..at]).unwrap();
            assert!(
                matches!(content(&unpacker, &path, MAX), Err(UnpackError::Unfit(_))),
                "{way} cut at {at}"
            );
        }
        assert!(rows.len() < told, "{way}: {told} of {}", good.len());
    }
}

#[test]
fn content_longer_than_allowed_is_refused_and_just_as_long_is_not() {
    let bench = Bench::new();
    // What packs small: a thousand times its size.
    let bomb = vec![0; 5_000_000];
    for (way, packer, unpacker) in bench.ways() {
        let path = bench.pack(&packer, "1.csv", &bomb, "bomb");
        assert_eq!(content(&unpacker, &path, 5_000_000).unwrap().len(), bomb.len(), "{way}");
        let found = content(&unpacker, &path, 4_999_999);
        let Err(UnpackError::Unfit(unfit)) = found else { panic!("{way}: {found:?}") };
        assert_eq!(unfit, Unfit::TooLong { max: 4_999_999 }, "{way}");
    }
}

/// The checksum of ZIP files, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[test]
fn the_checksum_of_the_tests_is_that_of_zip_files() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}
