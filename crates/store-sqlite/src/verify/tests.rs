//! The quick way held against the close one.

use std::path::Path;

use register::{Actor, Body, CursorMove, Draft, Journal, Position, Write};
use serde_json::json;
use store::{KeyRing, Kinds, Vault, VaultKey};
use testkit::journal::{KINDS, NOTE, PERSON, VEHICLE};

use super::*;
use crate::pool::Pool;
use crate::{Options, Store};

/// Bits that are flipped; `cargo xtask flips` does more.
const FLIPS: usize = 300;

fn keys() -> KeyRing {
    VaultKey::from_hex(&"5".repeat(64)).unwrap().into()
}

/// A town with what a file can hold: bodies longer than a page, keys longer than an index takes on its own pages, closed
/// records, several levels, free pages, and tables of somebody else's.
fn fill(path: &Path) {
    let store = Store::open(path, KINDS, Options { keys: Some(keys()), ..Options::default() }).unwrap();
    for no in 0..120_u32 {
        let at = "2026-04-01T00:00:00Z".parse().unwrap();
        let mut draft = Draft::new("test", "test/write", Actor::User(format!("u{}", no % 3)), at);
        let body = |value| Body::of(&value).unwrap();
        let letters = if no % 40 == 7 { 4_000 } else { 20 };
        let long = if no % 50 == 9 { "k".repeat(505) } else { String::new() };
        let key = format!("{no:04}{long}");
        draft.writes.push(Write::create(&NOTE, &key, body(json!({ "text": "版".repeat(letters) }))));
        draft.writes.push(Write::create(
            &VEHICLE,
            &key,
            body(json!({ "plate": format!("鳥取 {no}"), "owner": "1" })),
        ));
        draft.writes.push(Write::create(
            &PERSON,
            &key,
            body(json!({ "number": format!("{no:012}"), "ward": "東" })),
        ));
        if no % 10 == 3 {
            draft.writes.push(Write::close(&VEHICLE, format!("{:04}", no - 1), 1));
            draft.writes.push(Write::replace(
                &NOTE,
                format!("{:04}", no - 1),
                1,
                body(json!({ "text": "二" })),
            ));
        }
        draft.cursors.push(CursorMove {
            name: "link/1".to_owned(),
            from: Position(no.into()),
            to: Position(u64::from(no) + 1),
        });
        store.commit(draft).unwrap();
    }
    drop(store);
    let others = "
        CREATE TABLE others (text TEXT); CREATE INDEX others_by_text ON others (text);
        CREATE INDEX versions_by_day ON versions (effective_on);
        INSERT INTO others WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
          SELECT printf('%0900d', i) FROM n;
        CREATE TABLE gone AS SELECT * FROM others; DROP TABLE gone";
    rusqlite::Connection::open(path).unwrap().execute_batch(others).unwrap();
}

/// What the quick way doubts, and what both find. None where it does not know the file.
fn quickly_and_closely(path: &Path) -> (Option<Vec<String>>, Option<Vec<String>>) {
    let kinds = Kinds::new(KINDS, KindSql::new).unwrap();
    let vault = Some(Vault::new(&keys()).unwrap());
    let shared = Shared::new(kinds, vault, path, Pool::read_only(1, 100), 0);
    let Ok(reader) = shared.reader() else { return (None, None) };
    let (Ok(head), Ok(conn)) = (reader.snapshot(), reader.conn()) else { return (None, None) };
    let mut walk = Walk::default();
    if check_schema(&shared, conn, &mut walk).is_err() || walk.problems() != 0 {
        return (None, None);
    }
    let mut quick = Walk::default();
    let Ok(doubts) = quick::read(&shared, conn, &mut quick) else { return (None, None) };
    let rest =
        check_rows(conn, head, &mut quick).and_then(|()| check_other_tables(&shared, conn, &mut quick));
    let mut quickly: Vec<String> = doubts.into_iter().chain(quick.end().problems).collect();
    quickly.extend(rest.err().map(|fault| fault.to_string()));
    if !quickly.is_empty() {
        return (Some(quickly), None);
    }
    let closely = closely(&shared, conn, head, &mut walk);
    let mut problems = walk.end().problems;
    problems.extend(closely.err().map(|fault| fault.to_string()));
    (Some(quickly), Some(problems))
}

#[test]
fn a_sound_file_is_known_to_the_quick_way() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    fill(&path);
    assert_eq!(quickly_and_closely(&path), (Some(vec![]), Some(vec![])));
}

/// Bits are flipped, half of them where pages say what is on them: where the quick way finds nothing, there is nothing.
#[test]
fn whatever_is_done_to_a_file_the_quick_way_passes_nothing_the_close_one_finds() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    fill(&path);
    let sound = std::fs::read(&path).unwrap();
    let (mut draw, mut passed) = (0x5eed_u64, 0);
    let mut below = |limit: usize| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(draw >> 33).unwrap() % limit
    };
    for turn in 0..FLIPS {
        let place =
            if turn % 2 == 0 { below(sound.len()) } else { below(sound.len() / 4096) * 4096 + below(40) };
        let bit = below(8);
        let mut flipped = sound.clone();
        flipped[place] ^= 1 << bit;
        std::fs::write(&path, flipped).unwrap();
        let (quickly, closely) = quickly_and_closely(&path);
        if let Some(problems) = closely {
            assert_eq!(problems, Vec::<String>::new(), "byte {place}, bit {bit}: {quickly:?}");
            passed += 1;
        }
    }
    assert!(passed < FLIPS / 2, "{passed} flips passed");
}
