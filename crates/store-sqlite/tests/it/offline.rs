//! A copied file, touched with an SQL tool: what an offline check without a key finds, and what only a checkpoint does.

use std::path::Path;

use archive::{CheckpointLog, SecretKey};
use register::{Actor, Body, ChainHash, Draft, Journal, Ledger, Position, Write};
use store_sqlite::{Options, ReadOnly, Store, VaultKey};
use testkit::journal::{KINDS, NOTE, PERSON};
use testkit::ledger::changes_of;

fn options() -> Options {
    Options { keys: Some(VaultKey::from_hex(&"5".repeat(64)).unwrap().into()), ..Options::default() }
}

/// Twenty changes; a checkpoint at the 10th and at the 18th.
fn town(path: &Path) -> CheckpointLog {
    let store = Store::open(path, KINDS, options()).unwrap();
    let mut log = CheckpointLog::default();
    let key = SecretKey::from_seed(&[1; 32]);
    for no in 1..=20_u32 {
        let at = format!("2026-04-01T00:00:{no:02}Z").parse().unwrap();
        let mut draft = Draft::new("test", "write", Actor::User("u1".to_owned()), at);
        let note = |text: &str| Body::of(&serde_json::json!({ "text": text })).unwrap();
        draft.writes.push(match no {
            7 => {
                let person = serde_json::json!({ "number": "123456789018", "ward": "東" });
                Write::create(&PERSON, "P", Body::of(&person).unwrap())
            }
            8 => Write::replace(&NOTE, "K2", 1, note("二")),
            9 => Write::close(&NOTE, "K3", 1),
            _ => Write::create(&NOTE, format!("K{no}"), note("一")),
        });
        store.commit(draft).unwrap();
        if no == 10 || no == 18 {
            let head = store.snapshot().unwrap().head().unwrap();
            log.sign(&key, head.position, head.hash, at).unwrap();
        }
    }
    log
}

/// Runs SQL on the file; then, from a position on, computes the chain anew as somebody would who knows how.
fn touch(path: &Path, sql: &str, rechain_from: Option<u64>) {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch(sql).unwrap();
    let Some(from) = rechain_from else { return };
    let copy = ReadOnly::open(path, KINDS, Options::default()).unwrap();
    let changes = changes_of(&*copy.snapshot().unwrap(), Position(0)).unwrap();
    drop(copy);
    let mut before = ChainHash::START;
    for change in changes {
        let hash = if from <= change.position.0 { change.hash_after(&before) } else { change.hash };
        let values = (hash.0, i64::try_from(change.position.0).unwrap());
        conn.execute("UPDATE changes SET hash = ?1 WHERE position = ?2", values).unwrap();
        before = hash;
    }
}

const EDIT: &str = r#"
    UPDATE versions SET body = '{"text":"九"}' WHERE key = 'K12';
    UPDATE current_test__note SET body = '{"text":"九"}' WHERE key = 'K12';"#;

fn cut(behind: u32) -> String {
    format!(
        "DELETE FROM changes WHERE position > {behind}; DELETE FROM versions WHERE position > {behind};
         DELETE FROM current_test__note WHERE position > {behind};"
    )
}

#[test]
fn a_copy_tells_what_was_done_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let original = directory.path().join("town.db");
    let log = town(&original);
    let (cut_19, cut_15) = (cut(19), cut(15));
    let edit_19 = EDIT.replace("K12", "K19");
    let insert = "
        INSERT INTO changes SELECT 21, at_us, effective_on, system, function, actor, reason, cause, hash
        FROM changes WHERE position = 20;";
    let swap = "
        UPDATE changes SET position = 99 WHERE position = 11; UPDATE changes SET position = 11 WHERE position = 12;
        UPDATE changes SET position = 12 WHERE position = 99;";
    let delete = "DELETE FROM changes WHERE position = 14; DELETE FROM versions WHERE position = 14;";
    // What was done; from where the chain was computed anew; what the chain says; what the checkpoints say.
    let table = [
        ("nothing", "", None, "", ""),
        ("a body and its current record", EDIT, None, "変更12がハッシュと合いません", ""),
        (
            "a sealed body",
            "UPDATE versions SET body = replace(body, 'sealed:1', 'sealed:2') WHERE key = 'P'",
            None,
            "変更7がハッシュと合いません",
            "",
        ),
        (
            "an actor",
            r#"UPDATE changes SET actor = '{"user":"u2"}' WHERE position = 3"#,
            None,
            "変更3がハッシュと合いません",
            "",
        ),
        (
            "a cause",
            "UPDATE changes SET cause = '\"load\"' WHERE position = 3",
            None,
            "変更3がハッシュと合いません",
            "",
        ),
        (
            "a version's day",
            "UPDATE versions SET effective_on = '2020-01-01' WHERE key = 'K5'",
            None,
            "変更5がハッシュと合いません",
            "",
        ),
        (
            "a version's number",
            "UPDATE versions SET version = 2 WHERE key = 'K5'",
            None,
            "変更5がハッシュと合いません",
            "",
        ),
        (
            "a closing undone",
            "UPDATE versions SET closed = 0 WHERE key = 'K3' AND version = 2",
            None,
            "変更9がハッシュと合いません",
            "",
        ),
        (
            "a time",
            "UPDATE changes SET at_us = at_us + 1 WHERE position = 10",
            None,
            "変更10がハッシュと合いません",
            "",
        ),
        ("a change deleted", delete, None, "変更13の次が変更15です", ""),
        ("two changes swapped", swap, None, "変更11がハッシュと合いません", ""),
        ("a change inserted", insert, None, "変更21がハッシュと合いません", ""),
        ("a change inserted in the right chain", insert, Some(21), "", ""),
        ("the tail cut behind the last checkpoint", &cut_19, None, "", ""),
        (
            "the tail cut before the last checkpoint",
            &cut_15,
            None,
            "",
            "変更15で終わっていますが、検査点は変更18",
        ),
        ("edited, the chain computed anew", EDIT, Some(12), "", "変更18のハッシュ"),
        ("edited behind the last checkpoint, computed anew", &edit_19, Some(19), "", ""),
    ];
    for (name, sql, rechain_from, by_chain, by_checkpoint) in table {
        let path = directory.path().join("copy.db");
        std::fs::copy(&original, &path).unwrap();
        touch(&path, sql, rechain_from);
        let copy = ReadOnly::open(&path, KINDS, Options::default()).unwrap();
        let problems = copy.verify().unwrap().problems;
        let told = problems.iter().any(|problem| problem.contains(by_chain));
        assert!(if by_chain.is_empty() { problems.is_empty() } else { told }, "{name}: {problems:#?}");
        let snapshot = copy.snapshot().unwrap();
        let head = snapshot.head().unwrap().position;
        let held = log
            .check_journal(head, |position| snapshot.link(position).map(|link| link.map(|link| link.hash)));
        let held = held.unwrap().map_err(|error| error.to_string());
        match held {
            Ok(()) => assert!(by_checkpoint.is_empty(), "{name}"),
            Err(error) => {
                assert!(!by_checkpoint.is_empty() && error.contains(by_checkpoint), "{name}: {error}")
            }
        }
        drop(snapshot);
        drop(copy);
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(directory.path().join(format!("copy.db{ending}")));
        }
    }
}

#[test]
fn a_date_that_does_not_read_is_told_with_its_position() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    town(&path);
    touch(&path, "UPDATE versions SET effective_on = 'x' WHERE key = 'K5'", None);
    let copy = ReadOnly::open(&path, KINDS, Options::default()).unwrap();
    let error = copy.verify().unwrap_err();
    assert!(error.to_string().contains("change 5"), "{error}");
}
