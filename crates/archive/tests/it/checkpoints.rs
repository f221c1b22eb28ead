//! Checkpoints: what they find, and what is done to them.

use archive::{CheckpointLog, PublicKey, SecretKey};
use register::{ChainHash, Position};

fn key(byte: u8) -> SecretKey {
    SecretKey::from_seed(&[byte; 32])
}

fn hash(position: u64) -> ChainHash {
    ChainHash([u8::try_from(position).unwrap(); 32])
}

fn at(seconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_775_001_600 + seconds).unwrap()
}

/// Checkpoints at changes 5, 9 and 9 again.
fn lines() -> Vec<String> {
    let mut log = CheckpointLog::default();
    [(5, 0), (9, 10), (9, 20)]
        .map(|(position, second)| log.sign(&key(1), Position(position), hash(position), at(second)).unwrap())
        .to_vec()
}

fn read(text: &str) -> Result<CheckpointLog, String> {
    let log = CheckpointLog::parse(text).map_err(|error| error.to_string())?;
    log.check_signatures(&key(1).public()).map_err(|error| error.to_string())?;
    match log.unfinished() {
        Some(from) => Err(format!("cut from byte {from}")),
        None => Ok(log),
    }
}

#[test]
fn altered_checkpoints_do_not_stand() {
    let lines = lines();
    let [first, second, third] = lines.as_slice() else { panic!() };
    let other = {
        let mut log = CheckpointLog::parse(first).unwrap();
        log.sign(&key(2), Position(9), hash(9), at(10)).unwrap()
    };
    let table = [
        ("whole", lines.concat(), ""),
        ("none", String::new(), ""),
        ("the end cut: not to be seen here", [first.as_str(), second].concat(), ""),
        ("one left out", [first.as_str(), third].concat(), "2行目（変更9）が、前の行につながりません"),
        ("the first left out", [second.as_str(), third].concat(), "1行目（変更9）が、前の行につながりません"),
        ("two swapped", [second.as_str(), first].concat(), "前の行につながりません"),
        ("another key", [first.as_str(), &other].concat(), "2行目（変更9）は、別の鍵"),
        (
            "a position edited",
            first.replace("\"position\":5", "\"position\":6"),
            "1行目（変更6）の署名が合いません",
        ),
        ("a time edited", first.replace("2026", "2025"), "の署名が合いません"),
        ("a space", first.replace(",", ", "), "1行目が読めません"),
        ("a line end missing", first.trim_end().to_owned(), "cut from byte 0"),
    ];
    for (name, text, wanted) in table {
        match read(&text) {
            Ok(_) => assert_eq!(wanted, "", "{name}"),
            Err(error) => assert!(!wanted.is_empty() && error.contains(wanted), "{name}: {error}"),
        }
    }
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let text = lines().concat();
    for bit in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let read = String::from_utf8(bytes).ok().and_then(|text| read(&text).ok());
        assert!(read.is_none(), "bit {bit}");
    }
}

#[test]
fn a_journal_is_held_against_its_checkpoints() {
    let log = read(&lines().concat()).unwrap();
    let table = [
        ("as it was", 9, 9, ""),
        ("gone on", 12, 12, ""),
        ("cut behind the last", 8, 8, "変更8で終わっていますが、検査点は変更9"),
        ("cut behind the first", 4, 4, "変更4で終わっていますが、検査点は変更5"),
        ("computed anew from the 6th on", 12, 5, "変更9のハッシュが、検査点のものと違います"),
        ("computed anew from the 1st on", 12, 0, "変更5のハッシュが、検査点のものと違います"),
    ];
    for (name, head, true_until, wanted) in table {
        let at = |position: Position| {
            let hash = if position.0 <= true_until { hash(position.0) } else { ChainHash([0xff; 32]) };
            Ok::<_, std::convert::Infallible>(Some(hash))
        };
        let found = log.check_journal(Position(head), at).unwrap();
        match found {
            Ok(()) => assert_eq!(wanted, "", "{name}"),
            Err(error) => {
                assert!(!wanted.is_empty() && error.to_string().contains(wanted), "{name}: {error}")
            }
        }
    }
}

#[test]
fn nothing_older_is_signed() {
    let mut log = read(&lines().concat()).unwrap();
    assert!(log.sign(&key(1), Position(8), hash(8), at(30)).is_err(), "an older position");
    assert_eq!(log, read(&lines().concat()).unwrap());
}

#[test]
fn a_clock_that_was_set_back_does_not_keep_anybody_from_signing() {
    let mut log = read(&lines().concat()).unwrap();
    let line = log.sign(&key(1), Position(12), hash(12), at(-3_600)).unwrap();
    let log = read(&(lines().concat() + &line)).unwrap();
    assert_eq!(log.last().map(|last| (last.position, last.at)), Some((Position(12), at(20))));
}

#[test]
fn a_line_that_was_cut_while_it_was_written_is_left_out() {
    let lines = lines();
    let [first, second, _] = lines.as_slice() else { panic!() };
    for kept in 1..second.len() {
        let text = first.clone() + &second[..kept];
        let mut log = CheckpointLog::parse(&text).unwrap();
        assert_eq!((log.all().len(), log.unfinished()), (1, Some(first.len())), "{kept}");
        let next = log.sign(&key(1), Position(9), hash(9), at(10)).unwrap();
        assert_eq!(read(&(first.clone() + &next)).unwrap().all().len(), 2);
    }
}

#[test]
fn keys_are_64_hexadecimal_digits() {
    let secret = key(1);
    assert_eq!(SecretKey::parse(&format!(" {}\n", secret.to_hex())).unwrap().public(), secret.public());
    assert_eq!(PublicKey::parse(&secret.public().to_hex()).unwrap(), secret.public());
    for bad in ["", "7", &"7".repeat(63), &"g".repeat(64), &"A".repeat(64), &"あ".repeat(64)] {
        assert!(SecretKey::parse(bad).is_none(), "{bad}");
        assert!(PublicKey::parse(bad).is_none(), "{bad}");
    }
    assert_eq!(format!("{secret:?}"), "SecretKey(..)");
}
