//! Files restored from others, and files read beside whoever writes them.

use std::path::PathBuf;

use register::{AsOf, CursorMove, Fault, Journal, Ledger, Position, Restore, Standing, Write};
use store::Trouble;
use store_sqlite::{Options, ReadOnly, Restorer, Store, VaultKey};
use testkit::journal::{KINDS, NOTE, PERSON, VEHICLE};
use testkit::ledger::{Kept, Stand, changes_of};
use testkit::shelf::ring;

fn options() -> Options {
    Options { keys: Some(VaultKey::from_hex(&"5".repeat(64)).unwrap().into()), ..Options::default() }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(format!("{name}.db"))
    }
}

impl Stand for Folder {
    fn open(&self, name: &str) -> Result<Box<dyn Kept>, Fault> {
        Ok(Box::new(Store::open(&self.path(name), KINDS, options())?))
    }

    fn restore(&self, name: &str, origin: &Standing) -> Result<Box<dyn Restore>, Fault> {
        Ok(Box::new(Restorer::begin(&self.path(name), KINDS, options(), origin)?))
    }
}

#[test]
fn passes_the_ledger_suite() {
    if let Err(failed) = testkit::ledger::conformance(&|| Box::new(Folder::new())) {
        panic!("{failed}");
    }
}

fn draft(writes: Vec<Write>) -> register::Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = register::Draft::new("test", "write", register::Actor::User("u1".to_owned()), at);
    draft.writes = writes;
    draft
}

fn note(key: &str) -> Write {
    Write::create(&NOTE, key, register::Body::of(&serde_json::json!({ "text": "葛󠄀" })).unwrap())
}

#[test]
fn a_file_is_read_beside_its_writer() {
    let folder = Folder::new();
    let store = Store::open(&folder.path("town"), KINDS, options()).unwrap();
    store.commit(draft(vec![note("A")])).unwrap();
    let beside = ReadOnly::open(&folder.path("town"), KINDS, Options::default()).unwrap();
    let snapshot = beside.snapshot().unwrap();
    store.commit(draft(vec![note("B")])).unwrap();
    assert_eq!(snapshot.head().unwrap().position, Position(1));
    assert_eq!(changes_of(&*snapshot, Position(0)).unwrap().len(), 1);
    drop(snapshot);
    assert_eq!(beside.snapshot().unwrap().head().unwrap().position, Position(2));
    assert_eq!(beside.verify().unwrap().problems, Vec::<String>::new());
    assert_eq!(beside.view(AsOf::default()).unwrap().count(&NOTE).unwrap(), 2);
    drop(store);
    // The last connection may close after the writer's: it neither folds nor removes what it may not write.
    drop(beside);
    assert_eq!(Store::open(&folder.path("town"), KINDS, options()).unwrap().head().unwrap(), Position(2));
}

#[test]
#[cfg(unix)]
fn a_copy_that_cannot_be_written_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let store = Store::open(&folder.path("town"), KINDS, options()).unwrap();
    store.commit(draft(vec![note("A")])).unwrap();
    drop(store);
    let medium = folder.0.path().join("100%? #medium");
    std::fs::create_dir(&medium).unwrap();
    std::fs::copy(folder.path("town"), medium.join("town.db")).unwrap();
    std::fs::set_permissions(&medium, std::fs::Permissions::from_mode(0o500)).unwrap();
    let copy = ReadOnly::open(&medium.join("town.db"), KINDS, Options::default());
    let verified = copy.and_then(|copy| copy.verify());
    std::fs::set_permissions(&medium, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(verified.unwrap().changes, 1);
}

#[test]
fn reading_refuses_what_opening_refuses() {
    let folder = Folder::new();
    assert!(ReadOnly::open(&folder.path("none"), KINDS, Options::default()).is_err(), "no file");
    assert!(!folder.path("none").exists(), "reading makes no file");
    std::fs::write(folder.path("text"), "これは台帳ではない。".repeat(100)).unwrap();
    assert!(ReadOnly::open(&folder.path("text"), KINDS, Options::default()).is_err(), "another file");
    drop(Restorer::begin(&folder.path("half"), KINDS, options(), &Standing::default()).unwrap());
    let half = ReadOnly::open(&folder.path("half"), KINDS, Options::default()).err().unwrap();
    assert!(half.to_string().contains("half restored"), "{half}");
    drop(Store::open(&folder.path("town"), KINDS, options()).unwrap());
    let other =
        Options { keys: Some(VaultKey::from_hex(&"6".repeat(64)).unwrap().into()), ..Options::default() };
    assert!(ReadOnly::open(&folder.path("town"), KINDS, other).is_err(), "another key");
}

#[test]
fn records_of_an_unknown_kind_come_back_when_the_kind_does() {
    let folder = Folder::new();
    let store = Store::open(&folder.path("town"), KINDS, options()).unwrap();
    let vehicle = register::Body::of(&serde_json::json!({ "plate": "鳥取 1", "owner": "甲" })).unwrap();
    store.commit(draft(vec![Write::create(&VEHICLE, "V", vehicle), note("A")])).unwrap();
    let snapshot = store.snapshot().unwrap();
    let fewer = &[&NOTE, &PERSON];
    let mut restore = Box::new(
        Restorer::begin(&folder.path("copy"), fewer, options(), &snapshot.standing().unwrap()).unwrap(),
    );
    restore.append(&changes_of(&*snapshot, Position(0)).unwrap()).unwrap();
    restore.finish(&snapshot.standing().unwrap()).unwrap();
    let copy = Store::open(&folder.path("copy"), fewer, options()).unwrap();
    assert_eq!(copy.verify().unwrap().problems, Vec::<String>::new());
    drop(copy);
    let copy = Store::open(&folder.path("copy"), KINDS, options()).unwrap();
    assert_eq!(copy.verify().unwrap().problems, Vec::<String>::new());
    let view = copy.view(AsOf::default()).unwrap();
    assert_eq!(view.find(&VEHICLE, "plate", "鳥取 1").unwrap().len(), 1);
}

#[test]
fn a_restore_takes_the_place_of_a_journal_that_went_further() {
    let folder = Folder::new();
    let town = Store::open(&folder.path("town"), KINDS, options()).unwrap();
    town.commit(draft(vec![note("A")])).unwrap();
    for key in ["B", "C"] {
        let former = Store::open(&folder.path("former"), KINDS, options()).unwrap();
        former.commit(draft(vec![note(key)])).unwrap();
    }
    // Whoever removes a database to restore it does not think of the lock beside it.
    std::fs::remove_file(folder.path("former")).unwrap();
    let snapshot = town.snapshot().unwrap();
    let standing = snapshot.standing().unwrap();
    let restore = Restorer::begin(&folder.path("former"), KINDS, options(), &standing);
    let mut restore = Box::new(restore.unwrap());
    restore.append(&changes_of(&*snapshot, Position(0)).unwrap()).unwrap();
    restore.finish(&standing).unwrap();
    let restored = Store::open(&folder.path("former"), KINDS, options()).unwrap();
    assert_eq!(restored.head().unwrap(), Position(1));
    drop(restored);
    // The note is its own now: an end cut off it is told.
    let cut = "DELETE FROM changes; DELETE FROM versions";
    rusqlite::Connection::open(folder.path("former")).unwrap().execute_batch(cut).unwrap();
    let refused = Store::open(&folder.path("former"), KINDS, options()).err().unwrap();
    assert!(matches!(Trouble::of(&refused), Some(Trouble::EndMissing { found: 0, .. })), "{refused}");
}

#[test]
fn a_snapshot_does_not_believe_altered_cursors_and_leases() {
    let cases = [
        ("nothing", "", ""),
        ("a cursor", "UPDATE cursors SET position = 0", "読み位置「link/1」が、添えた検査値と合いません"),
        (
            "a lease's token",
            "UPDATE leases SET token = token + 1",
            "作業の占有「work」が、添えた検査値と合いません",
        ),
    ];
    for (name, sql, wanted) in cases {
        let folder = Folder::new();
        let store = Store::open(&folder.path("town"), KINDS, options()).unwrap();
        let mut moved = draft(vec![note("A")]);
        moved.cursors.push(CursorMove { name: "link/1".to_owned(), from: Position(0), to: Position(1) });
        store.commit(moved).unwrap();
        let (now, until) = ("2026-04-01T00:00:00Z".parse().unwrap(), "2026-04-02T00:00:00Z".parse().unwrap());
        let lease = store.lease("work", "A", now, until).unwrap().unwrap();
        rusqlite::Connection::open(folder.path("town")).unwrap().execute_batch(sql).unwrap();
        match store.snapshot().unwrap().standing() {
            Ok(standing) => {
                assert!(wanted.is_empty(), "{name}");
                assert_eq!(standing.cursors, [("link/1".to_owned(), Position(1))]);
                assert_eq!(standing.leases, [("work".to_owned(), lease.token)]);
            }
            Err(fault) => {
                assert!(!wanted.is_empty() && fault.to_string().contains(wanted), "{name}: {fault}");
            }
        }
    }
}

#[test]
fn a_copy_needs_every_key_its_original_was_sealed_with() {
    let folder = Folder::new();
    let with = |digits: &str| Options { keys: Some(ring(digits).unwrap()), ..Options::default() };
    let person =
        |number: &str| register::Body::of(&serde_json::json!({ "number": number, "ward": "東" })).unwrap();
    for (digits, key) in [("5", "A"), ("56", "B")] {
        let store = Store::open(&folder.path("town"), KINDS, with(digits)).unwrap();
        store.commit(draft(vec![Write::create(&PERSON, key, person(key))])).unwrap();
    }
    let store = Store::open(&folder.path("town"), KINDS, with("56")).unwrap();
    let snapshot = store.snapshot().unwrap();
    let standing = snapshot.standing().unwrap();
    assert_eq!(standing.vault_keys, ring("56").unwrap().ids().unwrap());
    for (no, digits) in ["5", "6", "65", "67"].iter().enumerate() {
        let restore = Restorer::begin(&folder.path(&format!("{no}")), KINDS, with(digits), &standing);
        assert!(restore.is_err(), "{digits}");
    }
    for digits in ["56", "567"] {
        let path = folder.path(digits);
        let mut restore = Box::new(Restorer::begin(&path, KINDS, with(digits), &standing).unwrap());
        restore.append(&changes_of(&*snapshot, Position(0)).unwrap()).unwrap();
        restore.finish(&standing).unwrap();
        assert_eq!(
            Store::open(&path, KINDS, with("56")).is_ok(),
            digits == "56",
            "sealed with the newest key of the ring it was restored with"
        );
        // A file is read with a newer ring than its own, and told apart without one.
        for newer in ["567", "5678"] {
            let copy = ReadOnly::open(&path, KINDS, with(newer)).unwrap();
            assert_eq!(copy.verify().unwrap().problems, Vec::<String>::new());
            let view = copy.view(AsOf::default()).unwrap();
            for key in ["A", "B"] {
                assert_eq!(view.find(&PERSON, "number", key).unwrap().len(), 1, "{digits} {newer} {key}");
            }
        }
        assert!(ReadOnly::open(&path, KINDS, with("6")).is_err());
    }
}

#[test]
fn bodies_are_copied_as_they_were_written_and_newer_ones_only_to_who_knows_them() {
    static FIRST: register::Kind = register::Kind::new("t/car", "車");
    static SECOND: register::Kind =
        register::Kind::new("t/car", "車").upcasters(&[|_| Ok(serde_json::json!({ "b": 1 }))]);
    let folder = Folder::new();
    for (kind, key) in [(&FIRST, "A"), (&SECOND, "B")] {
        let body = register::Body::of(&serde_json::json!({ "a": 1 })).unwrap();
        let store = Store::open(&folder.path("town"), &[kind], options()).unwrap();
        store.commit(draft(vec![Write::create(kind, key, body)])).unwrap();
    }
    let town = ReadOnly::open(&folder.path("town"), &[&SECOND], Options::default()).unwrap();
    let (snapshot, view) = (town.snapshot().unwrap(), town.view(AsOf::default()).unwrap());
    assert_eq!(view.get(&SECOND, "A").unwrap().unwrap().body.as_str(), r#"{"b":1}"#);
    let changes = changes_of(&*snapshot, Position(0)).unwrap();
    let stored: Vec<_> =
        changes.iter().flat_map(|change| &change.versions).map(|version| version.body.as_str()).collect();
    assert_eq!(stored, [r#"{"a":1}"#, r##"{"#":2,"a":1}"##]);
    assert!(ReadOnly::open(&folder.path("town"), &[&FIRST], Options::default()).is_err());
    for (name, kind, whole) in [("first", &FIRST, false), ("second", &SECOND, true)] {
        let standing = snapshot.standing().unwrap();
        let mut restore =
            Box::new(Restorer::begin(&folder.path(name), &[kind], options(), &standing).unwrap());
        restore.append(&changes).unwrap();
        assert_eq!(restore.finish(&standing).is_ok(), whole, "{name}");
    }
}
