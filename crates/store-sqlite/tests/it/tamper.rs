//! What somebody with the file and an SQL tool can do, and what `verify` says of it.

use register::{Actor, AsOf, Body, CursorMove, Draft, Fault, Journal, Position, Standing, Write};
use store::Trouble;
use store_sqlite::{Options, ReadOnly, Restorer, Store, VaultKey};
use testkit::journal::{KINDS, NOTE, PERSON};

fn options() -> Options {
    Options { keys: Some(VaultKey::from_hex(&"5".repeat(64)).unwrap().into()), ..Options::default() }
}

fn draft(writes: Vec<Write>) -> Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("test", "write", Actor::User("u1".to_owned()), at);
    draft.writes = writes;
    draft
}

/// Fills a journal, runs SQL on the closed file, and returns what `verify` finds.
fn problems_after(sql: &str) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    let store = Store::open(&path, KINDS, options()).unwrap();
    let note = |text: &str| Body::of(&serde_json::json!({ "text": text })).unwrap();
    let person = Body::of(&serde_json::json!({ "number": "123456789018", "ward": "東" })).unwrap();
    store
        .commit(draft(vec![Write::create(&NOTE, "A", note("1")), Write::create(&NOTE, "B", note("1"))]))
        .unwrap();
    store.commit(draft(vec![Write::replace(&NOTE, "A", 1, note("2"))])).unwrap();
    store.commit(draft(vec![Write::create(&PERSON, "P", person)])).unwrap();
    store.commit(draft(vec![Write::close(&NOTE, "B", 1)])).unwrap();
    let mut last = draft(vec![Write::create(&NOTE, "C", note("1"))]);
    last.cursors.push(CursorMove { name: "link/1".to_owned(), from: Position(0), to: Position(5) });
    store.commit(last).unwrap();
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
    drop(store);
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    // The note of the end lies beside the database; without it only the content speaks.
    std::fs::remove_file(directory.path().join("town.db.lock")).unwrap();
    Store::open(&path, KINDS, options()).unwrap().verify().unwrap().problems
}

#[test]
fn an_end_that_is_not_as_it_was_noted_is_refused() {
    let cut = "DELETE FROM changes WHERE position = 2; DELETE FROM versions WHERE position = 2";
    let table = [
        ("nothing", "", ""),
        ("the end cut off", cut, "part of it is lost"),
        ("another end", "UPDATE changes SET hash = zeroblob(32) WHERE position = 2", "part of it is lost"),
    ];
    for (name, sql, wanted) in table {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("town.db");
        let store = Store::open(&path, KINDS, options()).unwrap();
        for key in ["A", "B"] {
            let body = Body::of(&serde_json::json!({ "text": "1" })).unwrap();
            store.commit(draft(vec![Write::create(&NOTE, key, body)])).unwrap();
        }
        drop(store);
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let opened = Store::open(&path, KINDS, options()).err().map(|fault| fault.to_string());
        let opened = opened.unwrap_or_default();
        assert!(
            if wanted.is_empty() { opened.is_empty() } else { opened.contains(wanted) },
            "{name}: {opened}"
        );
        // Who put an older copy there on purpose removes the note.
        std::fs::remove_file(directory.path().join("town.db.lock")).unwrap();
        Store::open(&path, KINDS, options()).unwrap();
    }
}

/// The log of a town that was killed, damaged at its end, must lie there untouched for whoever recovers it.
#[test]
fn an_opening_that_is_refused_writes_neither_file_nor_log() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (directory.path().join("town.db"), directory.path().join("copy.db"));
    let store = Store::open(&path, KINDS, options()).unwrap();
    let commit = |key: &str| {
        let body = Body::of(&serde_json::json!({ "text": "1" })).unwrap();
        store.commit(draft(vec![Write::create(&NOTE, key, body)])).unwrap()
    };
    commit("A");
    // What is committed behind a view stays in the log as long as the view lives.
    let view = store.view(AsOf::default()).unwrap();
    commit("B");
    let file = |ending: &str| directory.path().join(format!("copy.db{ending}"));
    for ending in ["", "-wal", ".lock"] {
        std::fs::copy(directory.path().join(format!("town.db{ending}")), file(ending)).unwrap();
    }
    drop(view);
    drop(store);
    let read = || ["", "-wal"].map(|ending| std::fs::read(file(ending)).unwrap());
    let whole = read();
    let [database, mut log] = whole.clone();
    *log.last_mut().unwrap() ^= 1;
    let origin = Standing::default();
    let open = || Store::open(&copy, KINDS, options()).err();
    let restore = || Restorer::begin(&copy, KINDS, options(), &origin).err();
    let lost = |fault: Fault| matches!(Trouble::of(&fault), Some(Trouble::EndMissing { found: 1, .. }));
    let not_empty = |fault: Fault| Trouble::of(&fault) == Some(&Trouble::NotEmpty);

    std::fs::write(file("-wal"), &log).unwrap();
    assert!(open().is_some_and(lost));
    assert!(read() == [database.clone(), log.clone()], "after the opening");
    assert!(restore().is_some_and(not_empty));
    assert!(read() == [database, log.clone()], "after the restore");
    // The database is gone and its log is not: an empty file in its place is no reason to remove that.
    let gone = |fault: Fault| matches!(Trouble::of(&fault), Some(Trouble::EndMissing { found: 0, .. }));
    std::fs::write(&copy, "").unwrap();
    assert!(open().is_some_and(gone));
    assert!(read() == [Vec::new(), log], "after the opening of an empty file");

    let [database, log] = whole;
    std::fs::write(&copy, database).unwrap();
    std::fs::write(file("-wal"), log).unwrap();
    assert_eq!(Store::open(&copy, KINDS, options()).unwrap().head().unwrap(), Position(2));
}

#[test]
fn a_file_of_schema_1_gets_marks_for_its_cursors_and_leases() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    let store = Store::open(&path, KINDS, options()).unwrap();
    let (now, until) = ("2026-04-01T00:00:00Z".parse().unwrap(), "2026-04-02T00:00:00Z".parse().unwrap());
    let mut moved = draft(vec![]);
    moved.cursors.push(CursorMove { name: "link/1".to_owned(), from: Position(0), to: Position(1) });
    store.commit(moved).unwrap();
    store.lease("work", "A", now, until).unwrap();
    drop(store);
    let before = "
        ALTER TABLE cursors DROP COLUMN mark; ALTER TABLE leases DROP COLUMN mark; PRAGMA user_version = 1";
    rusqlite::Connection::open(&path).unwrap().execute_batch(before).unwrap();
    let reading = ReadOnly::open(&path, KINDS, options()).err().unwrap();
    assert_eq!(Trouble::of(&reading), Some(&Trouble::Older { found: 1, known: 2 }), "a reader adds none");
    let store = Store::open(&path, KINDS, options()).unwrap();
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
    assert_eq!(store.cursor("link/1").unwrap(), Position(1));
    assert!(store.lease("work", "B", now, until).unwrap().is_none());
}

#[test]
fn verify_tells_what_was_done_to_the_file() {
    let cut_tail = "DELETE FROM changes WHERE position = 5; DELETE FROM versions WHERE position = 5;";
    let table = [
        ("nothing", "", ""),
        ("a body edited", r#"UPDATE versions SET body = '{"text":"9"}' WHERE key = 'A' AND version = 1"#, "変更1がハッシュと合いません"),
        ("a mark put in", r##"UPDATE versions SET body = '{"#":2,"text":"1"}' WHERE key = 'A' AND version = 1"##, "変更1がハッシュと合いません"),
        ("a reason edited", "UPDATE changes SET reason = 'x' WHERE position = 2", "変更2がハッシュと合いません"),
        ("an actor edited", r#"UPDATE changes SET actor = '{"user":"u2"}' WHERE position = 2"#, "変更2がハッシュと合いません"),
        ("an actor broken", "UPDATE changes SET actor = 'x' WHERE position = 2", "変更2がハッシュと合いません"),
        ("a day broken", "UPDATE changes SET effective_on = 'x' WHERE position = 2", "変更2が読めません"),
        ("a time moved", "UPDATE changes SET at_us = at_us - 1 WHERE position = 3", "その前の変更より前です"),
        ("a hash edited", "UPDATE changes SET hash = zeroblob(32) WHERE position = 3", "変更4がハッシュと合いません"),
        ("a change deleted", "DELETE FROM changes WHERE position = 3", "間の変更がありません"),
        ("its versions left", "DELETE FROM changes WHERE position = 3", "が属する変更3がありません"),
        ("a version deleted", "DELETE FROM versions WHERE key = 'A' AND version = 1", "版1があるはずのところに、版2があります"),
        ("the last deleted", "DELETE FROM versions WHERE key = 'B' AND version = 2", "今の記録は版2"),
        (
            "two changes swapped",
            "UPDATE changes SET position = 99 WHERE position = 2; UPDATE changes SET position = 2 WHERE position = 4;
             UPDATE changes SET position = 4 WHERE position = 99",
            "変更2がハッシュと合いません",
        ),
        (
            "a change inserted",
            "INSERT INTO changes SELECT 6, at_us, effective_on, system, function, actor, reason, cause, hash
             FROM changes WHERE position = 5",
            "変更6がハッシュと合いません",
        ),
        (
            "a version inserted",
            r#"INSERT INTO versions (line, kind, key, version, effective_on, closed, body)
               VALUES (5 * 1048576 + 1, 'test/note', 'D', 1, '2026-04-01', 0, '{}')"#,
            "変更5がハッシュと合いません",
        ),
        ("the tail cut", cut_tail, "test/note C: 版のない今の記録があります"),
        ("the tail cut, seen by a cursor", cut_tail, "読み位置「link/1」が変更5を指しています"),
        ("a current body edited", r#"UPDATE current_test__note SET body = '{}' WHERE key = 'A'"#, "test/note A: 今の記録の内容が、最新の版と違います"),
        (
            "two current records exchanged",
            "UPDATE current_test__note SET key = 'X' WHERE key = 'A'; UPDATE current_test__note SET key = 'A' WHERE key = 'C';
             UPDATE current_test__note SET key = 'C' WHERE key = 'X'",
            "test/note A: 今の記録は版",
        ),
        (
            "two versions exchanged",
            "UPDATE versions SET version = 9 WHERE key = 'A' AND version = 1;
             UPDATE versions SET version = 1 WHERE key = 'A' AND version = 2;
             UPDATE versions SET version = 2 WHERE key = 'A' AND version = 9",
            "test/note A: 版2が、その前の版より先に書かれています",
        ),
        ("closed twice", "UPDATE versions SET closed = 1 WHERE key = 'B' AND version = 1", "test/note B: 版1が、開いていない記録を閉じています"),
        (
            "a version of an unknown kind deleted",
            r#"INSERT INTO versions (line, kind, key, version, effective_on, closed, body)
               VALUES (5 * 1048576 + 1, 'test/gone', 'D', 2, '2026-04-01', 0, '{}')"#,
            "test/gone D: 版1があるはずのところに、版2があります",
        ),
        ("a current record deleted", "DELETE FROM current_test__note WHERE key = 'A'", "test/note A: 今の記録がありません"),
        ("a current record reopened", "UPDATE current_test__note SET closed = 0 WHERE key = 'B'", "test/note B: 今の記録と最新の版の、一方だけが閉じています"),
        ("a column edited", "UPDATE current_test__person SET ward = '西'", "test/person P: 検索の列が、記録の内容と違います"),
        ("a cursor moved by hand", "UPDATE cursors SET position = 4", "読み位置「link/1」が、添えた検査値と合いません"),
        ("a column computed otherwise", "
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'line >> 20', 'line >> 21') WHERE name = 'versions'",
            "versionsの定義が、あるべきものと違います"),
        (
            "a trigger put in",
            "CREATE TRIGGER forget AFTER INSERT ON current_test__note BEGIN DELETE FROM current_test__note; END",
            "トリガーforgetは、このプログラムのものではありません",
        ),
        ("an index dropped", "DROP INDEX current_test__person_by_ward", ""),
        // Past the index: its entry still leads to where the record was.
        ("an index that lacks a record", "
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'closed = 0', 'closed = 1') WHERE name = 'current_test__person_by_ward';
            PRAGMA writable_schema = RESET;
            UPDATE current_test__person SET row_no = 99;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'closed = 1', 'closed = 0') WHERE name = 'current_test__person_by_ward';
            PRAGMA writable_schema = RESET",
            "データベースのファイルが壊れています"),
        ("a value twice in a unique column", "
            INSERT INTO versions (line, kind, key, version, effective_on, closed, body)
              SELECT 5 * 1048576 + 1, kind, 'Q', 1, effective_on, 0, body FROM versions WHERE key = 'P';
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE INDEX', 'INDEX') WHERE name = 'current_test__person_by_number';
            PRAGMA writable_schema = RESET;
            INSERT INTO current_test__person (key, version, position, recorded_us, effective_on, closed, body, number, ward)
              SELECT 'Q', 1, 5, recorded_us, effective_on, 0, body, number, ward FROM current_test__person;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'INDEX', 'UNIQUE INDEX') WHERE name = 'current_test__person_by_number';
            PRAGMA writable_schema = RESET",
            "non-unique entry in index"),
        ("a sealed column edited", "UPDATE current_test__person SET number = 'x'", "test/person P: 検索の列が、記録の内容と違います"),
    ];
    for (name, sql, wanted) in table {
        let found = problems_after(sql);
        let told = found.iter().any(|problem| problem.contains(wanted));
        assert!(if wanted.is_empty() { found.is_empty() } else { told }, "{name}: {found:#?}");
    }
}

#[test]
fn a_sealed_value_is_nowhere_in_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    let store = Store::open(&path, KINDS, options()).unwrap();
    let person =
        Body::of(&serde_json::json!({ "number": "123456789018", "code": "98765432109", "ward": "東" }))
            .unwrap();
    store.commit(draft(vec![Write::create(&PERSON, "P", person)])).unwrap();
    let search = || {
        for entry in std::fs::read_dir(directory.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            for secret in ["123456789018", "98765432109"] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
            }
        }
    };
    search();
    drop(store);
    search();
}
