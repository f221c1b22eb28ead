//! Opening: what is refused, and how a file grows with the program.

use register::{Actor, AsOf, Body, Column, CommitError, Draft, Journal, Kind, Write};
use store_sqlite::{Options, Store, VaultKey};

static BARE: Kind = Kind::new("t/car", "車");
static PLAIN: Kind =
    Kind::new("t/car", "車").columns(&[Column::plain("plate", "標識"), Column::plain("owner", "所有者")]);
static UNIQUE: Kind = Kind::new("t/car", "車").columns(&[Column::unique("plate", "標識")]);
static SEALED: Kind = Kind::new("t/car", "車").columns(&[Column::unique("plate", "標識")]).sealed(&["plate"]);

fn key(digit: &str) -> Options {
    Options { keys: Some(VaultKey::from_hex(&digit.repeat(64)).unwrap().into()), ..Options::default() }
}

fn create(kind: &'static Kind, key: &str, plate: &str) -> Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("t", "f", Actor::User("u1".to_owned()), at);
    let body = Body::of(&serde_json::json!({ "plate": plate, "owner": "P" })).unwrap();
    draft.writes.push(Write::create(kind, key, body));
    draft
}

fn refused(result: Result<Store, register::Fault>, wanted: &str) {
    let Err(fault) = result else { panic!("opened; wanted {wanted}") };
    let text = register::in_one_line(&fault);
    assert!(text.contains(wanted), "{text}; wanted {wanted}");
}

#[test]
fn a_second_opening_is_refused_until_the_first_ends() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    let first = Store::open(&path, &[&BARE], Options::default()).unwrap();
    refused(Store::open(&path, &[&BARE], Options::default()), "open in another process");
    drop(first);
    Store::open(&path, &[&BARE], Options::default()).unwrap();
}

#[test]
fn other_files_and_newer_ones_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::write(path("text"), "これは台帳ではない。".repeat(100)).unwrap();
    refused(Store::open(&path("text"), &[&BARE], Options::default()), "not a database");
    rusqlite::Connection::open(path("other")).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
    refused(Store::open(&path("other"), &[&BARE], Options::default()), "not a journal");
    drop(Store::open(&path("newer"), &[&BARE], Options::default()).unwrap());
    rusqlite::Connection::open(path("newer")).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    refused(Store::open(&path("newer"), &[&BARE], Options::default()), "schema 99, newer");
    refused(Store::open(&path("none/town.db"), &[&BARE], Options::default()), "cannot be written");
}

#[test]
fn kinds_the_store_cannot_keep_are_refused() {
    static TAKEN: Kind = Kind::new("t/x", "").columns(&[Column::plain("version", "")]);
    static ODD: Kind = Kind::new("t/x; DROP TABLE changes", "");
    static QUOTED: Kind = Kind::new("t/x", "").columns(&[Column::plain("a\"b", "")]);
    for (kind, wanted) in [(&TAKEN, "the store's own"), (&ODD, "no kind id"), (&QUOTED, "no column name")] {
        refused(Store::in_memory(&[kind]), wanted);
    }
    refused(Store::in_memory(&[&BARE, &UNIQUE]), "declared twice");
}

#[test]
fn sealed_kinds_need_the_key_they_were_sealed_with() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    refused(Store::open(&path, &[&SEALED], Options::default()), "no vault key");
    Store::open(&path, &[&SEALED], key("1")).unwrap().commit(create(&SEALED, "A", "1")).unwrap();
    refused(Store::open(&path, &[&SEALED], key("2")), "was sealed with");
    refused(Store::open(&path, &[&UNIQUE], key("1")), "no longer");
    let store = Store::open(&path, &[&SEALED], key("1")).unwrap();
    assert_eq!(store.view(AsOf::default()).unwrap().find(&SEALED, "plate", "1").unwrap().len(), 1);
}

#[test]
fn a_declaration_may_change_and_the_columns_follow() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    let store = Store::open(&path, &[&BARE], Options::default()).unwrap();
    store
        .commit_all((0..2_500).map(|no| create(&BARE, &format!("{no:04}"), &no.to_string())).collect())
        .unwrap();
    drop(store);

    for kind in [&PLAIN, &UNIQUE, &PLAIN, &BARE, &UNIQUE] {
        let store = Store::open(&path, &[kind], Options::default()).unwrap();
        let view = store.view(AsOf::default()).unwrap();
        for column in kind.columns {
            let value = if column.name == "plate" { "2499" } else { "P" };
            let found = view.find(kind, column.name, value).unwrap();
            assert_eq!(found.last().unwrap().key, "2499", "{kind:?}");
        }
        assert_eq!(view.count(kind).unwrap(), 2_500);
        drop(view);
        assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
    }
    let store = Store::open(&path, &[&UNIQUE], Options::default()).unwrap();
    assert!(
        matches!(store.commit(create(&UNIQUE, "new", "7")), Err(CommitError::NotUnique { holder, .. }) if holder == "0007")
    );
    drop(store);

    let store = Store::open(&path, &[&PLAIN], Options::default()).unwrap();
    store.commit(create(&PLAIN, "twin", "7")).unwrap();
    drop(store);
    refused(Store::open(&path, &[&UNIQUE], Options::default()), "column plate cannot be indexed");

    // What was stored in clear stays so in the history; from now on it is sealed, and searched by hash.
    let store = Store::open(&path, &[&PLAIN], Options::default()).unwrap();
    let mut close = create(&PLAIN, "twin", "7");
    close.writes = vec![Write::close(&PLAIN, "twin", 1)];
    store.commit(close).unwrap();
    drop(store);
    let store = Store::open(&path, &[&SEALED], key("1")).unwrap();
    assert_eq!(store.view(AsOf::default()).unwrap().find(&SEALED, "plate", "7").unwrap().len(), 1);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}
