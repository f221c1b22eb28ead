//! What somebody with the database and an SQL tool can do, and what `verify` says of it.

use register::{Actor, Body, CursorMove, Draft, Journal, Position, Write};
use store_postgres::{Options, Store, VaultKey};
use testkit::journal::{KINDS, NOTE, PERSON};
use testkit::postgres::{cluster, database};

fn open(url: &str) -> Store {
    let keys = Some(VaultKey::from_hex(&"5".repeat(64)).unwrap().into());
    Store::open(url, KINDS, Options { keys, scratch: true, ..Options::default() }).unwrap()
}

fn draft(writes: Vec<Write>) -> Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("test", "write", Actor::User("u1".to_owned()), at);
    draft.writes = writes;
    draft
}

fn fill(store: &Store) {
    let note = |text: &str| Body::of(&serde_json::json!({ "text": text })).unwrap();
    let person =
        Body::of(&serde_json::json!({ "number": "123456789018", "code": "98765432109", "ward": "東" }))
            .unwrap();
    let both = vec![Write::create(&NOTE, "A", note("1")), Write::create(&NOTE, "B", note("1"))];
    store.commit(draft(both)).unwrap();
    store.commit(draft(vec![Write::replace(&NOTE, "A", 1, note("2"))])).unwrap();
    store.commit(draft(vec![Write::create(&PERSON, "P", person)])).unwrap();
    store.commit(draft(vec![Write::close(&NOTE, "B", 1)])).unwrap();
    let mut last = draft(vec![Write::create(&NOTE, "C", note("1"))]);
    last.cursors.push(CursorMove { name: "link/1".to_owned(), from: Position(0), to: Position(5) });
    store.commit(last).unwrap();
}

#[test]
fn verify_tells_what_was_done_to_the_database() {
    let cut_tail = "DELETE FROM changes WHERE position = 5; DELETE FROM versions WHERE position = 5;";
    let table = [
        ("nothing", "", ""),
        ("a body edited", r#"UPDATE versions SET body = '{"text":"9"}' WHERE key = 'A' AND version = 1"#, "変更1がハッシュと合いません"),
        ("a mark put in", r##"UPDATE versions SET body = '{"#":2,"text":"1"}' WHERE key = 'A' AND version = 1"##, "変更1がハッシュと合いません"),
        ("a reason edited", "UPDATE changes SET reason = 'x' WHERE position = 2", "変更2がハッシュと合いません"),
        ("an actor edited", r#"UPDATE changes SET actor = '{"user":"u2"}' WHERE position = 2"#, "変更2がハッシュと合いません"),
        ("a day broken", "UPDATE changes SET effective_on = 'x' WHERE position = 2", "変更2が読めません"),
        ("a time moved", "UPDATE changes SET at_us = at_us - 1 WHERE position = 3", "その前の変更より前です"),
        ("a hash edited", r"UPDATE changes SET hash = '\x00' WHERE position = 3", "変更4がハッシュと合いません"),
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
            "INSERT INTO changes SELECT 6, at_us, effective_on, system, function, actor, reason, cause, hash, batch
             FROM changes WHERE position = 5",
            "変更6がハッシュと合いません",
        ),
        (
            "a version inserted",
            "INSERT INTO versions VALUES (5, 1, 'test/note', 'D', 1, '2026-04-01', false, '{}')",
            "変更5がハッシュと合いません",
        ),
        ("an unknown kind inserted", "INSERT INTO versions VALUES (5, 1, 'x''y', 'D', 2, '2026-04-01', false, '{}')", "x'y D: 版1があるはずのところに、版2があります"),
        ("the tail cut", cut_tail, "test/note C: 版のない今の記録があります"),
        ("the tail cut, seen by a cursor", cut_tail, "読み位置「link/1」が変更5を指しています"),
        ("a current body edited", "UPDATE current_test__note SET body = '{}' WHERE key = 'A'", "test/note A: 今の記録の内容が、最新の版と違います"),
        ("a current record deleted", "DELETE FROM current_test__note WHERE key = 'A'", "test/note A: 今の記録がありません"),
        ("a current record reopened", "UPDATE current_test__note SET closed = false WHERE key = 'B'", "test/note B: 今の記録と最新の版の、一方だけが閉じています"),
        ("a column edited", "UPDATE current_test__person SET ward = '西'", "test/person P: 検索の列が、記録の内容と違います"),
        ("a sealed column edited", "UPDATE current_test__person SET number = 'x'", "test/person P: 検索の列が、記録の内容と違います"),
    ];
    // One journal, put back after each row of the table.
    let url = database();
    let store = open(&url);
    fill(&store);
    let tables = ["changes", "versions", "current_test__note", "current_test__person"];
    let each = |text: &str| tables.map(|table| text.replace("{}", table)).join(";");
    cluster().run(&url, &each("CREATE TABLE kept_{} AS SELECT * FROM {}"));
    for (name, sql, wanted) in table {
        cluster().run(&url, sql);
        let found = store.verify().unwrap().problems;
        let told = found.iter().any(|problem| problem.contains(wanted));
        assert!(if wanted.is_empty() { found.is_empty() } else { told }, "{name}: {found:#?}");
        cluster().run(&url, &each("DELETE FROM {}; INSERT INTO {} SELECT * FROM kept_{}"));
    }
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_sealed_value_is_nowhere_in_the_database() {
    let url = database();
    fill(&open(&url));
    let all = "SELECT t.* FROM versions t; SELECT t.* FROM current_test__person t; SELECT t.* FROM list_test__person t";
    let text = cluster().run(&url, all);
    assert!(text.contains("sealed:1:") && text.contains('東'), "{text}");
    for secret in ["123456789018", "98765432109"] {
        assert!(!text.contains(secret));
    }
}
