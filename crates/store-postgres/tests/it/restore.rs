//! Databases restored from others, restores that are cut off, and databases read beside whoever writes them.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Mutex;

use register::{
    AsOf, Body, Draft, Fault, Journal, Ledger, Position, RawChange, Restore, RestoreError, Standing, Write,
};
use store_postgres::{Options, ReadOnly, Restorer, Store, Trouble, VaultKey};
use testkit::journal::{KINDS, NOTE, PERSON, VEHICLE};
use testkit::ledger::{Kept, Stand, changes_of};
use testkit::postgres::{Cluster, cluster, database, schema};
use testkit::shelf::ring;

fn key(digit: &str) -> VaultKey {
    VaultKey::from_hex(&digit.repeat(64)).unwrap()
}

fn options() -> Options {
    Options { keys: Some(key("5").into()), scratch: true, ..Options::default() }
}

fn no_key() -> Options {
    Options { scratch: true, ..Options::default() }
}

/// Schemas by name.
#[derive(Default)]
struct Schemas(Mutex<BTreeMap<String, String>>);

impl Schemas {
    fn url(&self, name: &str) -> String {
        self.0.lock().unwrap().entry(name.to_owned()).or_insert_with(schema).clone()
    }
}

impl Stand for Schemas {
    fn open(&self, name: &str) -> Result<Box<dyn Kept>, Fault> {
        Ok(Box::new(Store::open(&self.url(name), KINDS, options())?))
    }

    fn restore(&self, name: &str, origin: &Standing) -> Result<Box<dyn Restore>, Fault> {
        Ok(Box::new(Restorer::begin(&self.url(name), KINDS, options(), origin)?))
    }
}

/// Files of SQLite by name.
struct Files(tempfile::TempDir);

impl Files {
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn options() -> store_sqlite::Options {
        store_sqlite::Options { keys: Some(key("5").into()), ..store_sqlite::Options::default() }
    }
}

impl Stand for Files {
    fn open(&self, name: &str) -> Result<Box<dyn Kept>, Fault> {
        Ok(Box::new(store_sqlite::Store::open(&self.path(name), KINDS, Self::options())?))
    }

    fn restore(&self, name: &str, origin: &Standing) -> Result<Box<dyn Restore>, Fault> {
        let restorer = store_sqlite::Restorer::begin(&self.path(name), KINDS, Self::options(), origin)?;
        Ok(Box::new(restorer))
    }
}

#[test]
fn passes_the_ledger_suite() {
    if let Err(failed) = testkit::ledger::conformance(&|| Box::new(Schemas::default())) {
        panic!("{failed}");
    }
}

#[test]
fn a_journal_moves_from_a_file_into_a_database_and_back() {
    let files = Files(tempfile::tempdir().unwrap());
    testkit::ledger::copied(&files, &Schemas::default()).unwrap();
    let files = Files(tempfile::tempdir().unwrap());
    testkit::ledger::copied(&Schemas::default(), &files).unwrap();
}

fn draft(writes: Vec<Write>) -> Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("test", "write", register::Actor::User("u1".to_owned()), at);
    draft.writes = writes;
    draft
}

fn note(key: &str) -> Write {
    Write::create(&NOTE, key, Body::of(&serde_json::json!({ "text": "葛󠄀" })).unwrap())
}

fn vehicle(key: &str, plate: &str) -> Write {
    let body = Body::of(&serde_json::json!({ "plate": plate, "owner": "甲" })).unwrap();
    Write::create(&VEHICLE, key, body)
}

/// A journal of some changes: what it knows beside them, and themselves.
fn origin() -> (Standing, Vec<RawChange>) {
    let store = Store::open(&schema(), KINDS, options()).unwrap();
    store.commit(draft(vec![vehicle("V1", "鳥取 1"), note("A")])).unwrap();
    store.commit(draft(vec![note("B")])).unwrap();
    let mut last = draft(vec![Write::close(&VEHICLE, "V1", 1), vehicle("V2", "鳥取 1"), note("C")]);
    let (name, from, to) = ("reader".to_owned(), Position(0), Position(2));
    last.cursors.push(register::CursorMove { name, from, to });
    store.commit(last).unwrap();
    let snapshot = store.snapshot().unwrap();
    (snapshot.standing().unwrap(), changes_of(&*snapshot, Position(0)).unwrap())
}

fn restored(url: &str, kinds: &[&'static register::Kind]) {
    let (standing, changes) = origin();
    let mut restore = Box::new(Restorer::begin(url, kinds, options(), &standing).unwrap());
    restore.append(&changes).unwrap();
    restore.finish(&standing).unwrap();
}

fn trouble<T>(result: Result<T, Fault>) -> Option<Trouble> {
    let error = result.err().expect("accepted");
    Trouble::of(&error).cloned()
}

#[test]
fn a_database_is_read_beside_its_writer() {
    let url = database();
    let store = Store::open(&url, KINDS, options()).unwrap();
    store.commit(draft(vec![note("A")])).unwrap();
    let beside = ReadOnly::open(&url, KINDS, Options::default()).unwrap();
    let snapshot = beside.snapshot().unwrap();
    store.commit(draft(vec![note("B")])).unwrap();
    assert_eq!(snapshot.head().unwrap().position, Position(1));
    assert_eq!(changes_of(&*snapshot, Position(0)).unwrap().len(), 1);
    drop(snapshot);
    assert_eq!(beside.snapshot().unwrap().head().unwrap().position, Position(2));
    assert_eq!(beside.verify().unwrap().problems, Vec::<String>::new());
    assert_eq!(beside.view(AsOf::default()).unwrap().count(&NOTE).unwrap(), 2);
}

#[test]
fn a_user_who_may_only_select_reads_a_database_that_takes_no_writes() {
    let url = database();
    drop(Store::open(&url, KINDS, options()).unwrap());
    let reader = format!("reader_of_{}", url.rsplit('=').next().unwrap());
    cluster().run(
        &url,
        &format!(
            "CREATE ROLE {reader} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader};
             ALTER ROLE {reader} SET default_transaction_read_only = on"
        ),
    );
    let beside = ReadOnly::open(&url.replace("user=daicho", &format!("user={reader}")), KINDS, no_key());
    let beside = beside.unwrap();
    assert_eq!(beside.verify().unwrap().problems, Vec::<String>::new());
    assert_eq!(beside.snapshot().unwrap().standing().unwrap().kinds.len(), KINDS.len());
}

#[test]
fn a_replica_is_read_and_neither_served_nor_restored_into() {
    let cluster = Cluster::start("-c fsync=off");
    let name = "town";
    cluster.run(&cluster.address("postgres"), &format!("CREATE DATABASE {name}"));
    let store = Store::open(&cluster.address(name), KINDS, options()).unwrap();
    store.commit(draft(vec![note("A"), vehicle("V1", "鳥取 1")])).unwrap();
    let replica = cluster.replica();
    let url = replica.address(name);
    let beside = ReadOnly::open(&url, KINDS, options()).unwrap();
    let (copy, original) = (beside.snapshot().unwrap(), store.snapshot().unwrap());
    assert_eq!(copy.head().unwrap(), original.head().unwrap());
    let of = |snapshot: &dyn register::Snapshot| changes_of(snapshot, Position(0)).unwrap();
    assert_eq!(of(&*copy), of(&*original));
    assert_eq!(beside.verify().unwrap().problems, Vec::<String>::new());
    assert_eq!(trouble(Store::open(&url, KINDS, options())), Some(Trouble::ReadOnly));
    let begun = Restorer::begin(&replica.address("postgres"), KINDS, options(), &Standing::default());
    assert_eq!(trouble(begun), Some(Trouble::ReadOnly));
}

#[test]
fn reading_refuses_what_opening_refuses() {
    let read = |url: &str, options: Options| trouble(ReadOnly::open(url, KINDS, options));
    let url = database();
    assert_eq!(read(&url, no_key()), Some(Trouble::Foreign), "nothing");
    assert_eq!(cluster().run(&url, "SELECT count(*) FROM pg_class WHERE relname = 'changes'").trim(), "0");
    assert_eq!(read(&cluster().address("no_such_town"), no_key()), Some(Trouble::Unreachable));
    drop(Restorer::begin(&url, KINDS, options(), &Standing::default()).unwrap());
    assert_eq!(read(&url, no_key()), Some(Trouble::HalfRestored));
    let url = database();
    drop(Store::open(&url, KINDS, options()).unwrap());
    let other = Options { keys: Some(key("6").into()), ..no_key() };
    assert!(matches!(read(&url, other), Some(Trouble::WrongKey { .. })));
    cluster().run(&url, "UPDATE meta SET value = '99' WHERE name = 'schema'");
    assert_eq!(read(&url, no_key()), Some(Trouble::Newer { found: 99, known: 1 }));
}

#[test]
fn a_restore_begins_only_where_nothing_is() {
    let (standing, _) = origin();
    let begin = |url: &str, options: Options| trouble(Restorer::begin(url, KINDS, options, &standing));
    // What does not fit is found out before anything is touched.
    let url = database();
    assert!(matches!(
        begin(&url, Options { keys: Some(key("6").into()), ..options() }),
        Some(Trouble::WrongKey { .. })
    ));
    assert_eq!(begin(&url, no_key()), None, "no key is no trouble of the database");
    assert!(matches!(begin(&url, Options { scratch: false, ..options() }), Some(Trouble::Unfit(_))));
    assert_eq!(cluster().run(&url, "SELECT count(*) FROM pg_class WHERE relname = 'meta'").trim(), "0");
    // Somebody else's table, an empty town that somebody may be serving, a town.
    let foreign = database();
    cluster().run(&foreign, "CREATE TABLE x (y int)");
    let empty = database();
    drop(Store::open(&empty, KINDS, options()).unwrap());
    let town = database();
    Store::open(&town, KINDS, options()).unwrap().commit(draft(vec![note("A")])).unwrap();
    for url in [&foreign, &empty, &town] {
        assert_eq!(begin(url, options()), Some(Trouble::NotEmpty), "{url}");
    }
    assert_eq!(Store::open(&town, KINDS, options()).unwrap().head().unwrap(), Position(1));
    assert_eq!(begin(&cluster().address("no_such_town"), options()), Some(Trouble::Unreachable));
    cluster().run(
        &url,
        "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on'; END $$",
    );
    assert_eq!(begin(&url, options()), Some(Trouble::ReadOnly));
}

/// Nobody is served by what is there now, and no second restore mends it.
fn serves_nobody(url: &str, standing: &Standing, when: &str) {
    let half = Some(Trouble::HalfRestored);
    assert_eq!(trouble(Store::open(url, KINDS, options())), half, "{when}");
    assert_eq!(trouble(ReadOnly::open(url, KINDS, options())), half, "{when}");
    assert_eq!(trouble(Restorer::begin(url, KINDS, options(), standing)), half, "{when}");
}

/// Has the server end whichever session does something to a table.
fn trap(url: &str, how: &str) {
    cluster().run(
        url,
        &format!(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
             {how} EXECUTE FUNCTION cut()"
        ),
    );
}

#[test]
fn a_connection_lost_in_the_middle_leaves_a_register_that_serves_nobody() {
    let (standing, changes) = origin();
    let (first, rest) = changes.split_at(1);
    let in_append = [
        ("the changes", "CREATE TRIGGER cut AFTER INSERT ON changes FOR EACH ROW WHEN (NEW.position = 2)"),
        ("the versions", "CREATE TRIGGER cut AFTER INSERT ON versions FOR EACH ROW WHEN (NEW.key = 'C')"),
        (
            "the commit",
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON changes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
             WHEN (NEW.position = 3)",
        ),
    ];
    for (when, how) in in_append {
        let url = database();
        let mut restore = Restorer::begin(&url, KINDS, options(), &standing).unwrap();
        restore.append(first).unwrap();
        trap(&url, how);
        let reached = restore.reached();
        // On the lost connection nothing goes on, as often as it is tried.
        for _ in 0..2 {
            match restore.append(rest) {
                Err(RestoreError::Fault(fault)) => {
                    assert_eq!(Trouble::of(&fault), Some(&Trouble::Unreachable), "{when}: {fault:?}");
                }
                other => panic!("{when}: {other:?}"),
            }
            assert_eq!(restore.reached(), reached, "{when}");
        }
        assert_eq!(cluster().run(&url, "SELECT max(position) FROM changes").trim(), "1", "{when}");
        serves_nobody(&url, &standing, when);
        let finished = Box::new(restore).finish(&Standing::default());
        assert_eq!(trouble(finished), Some(Trouble::Unreachable), "{when}");
        serves_nobody(&url, &standing, when);
    }
    let in_finish = [
        ("the cursors", "CREATE TRIGGER cut BEFORE INSERT ON cursors FOR EACH ROW"),
        ("the mark", "CREATE TRIGGER cut AFTER DELETE ON meta FOR EACH ROW"),
        (
            "the end",
            "CREATE CONSTRAINT TRIGGER cut AFTER DELETE ON meta DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
        ),
    ];
    for (when, how) in in_finish {
        let url = database();
        let mut restore = Box::new(Restorer::begin(&url, KINDS, options(), &standing).unwrap());
        restore.append(&changes).unwrap();
        trap(&url, how);
        assert_eq!(trouble(restore.finish(&standing)), Some(Trouble::Unreachable), "{when}");
        serves_nobody(&url, &standing, when);
    }
}

#[test]
fn what_cannot_be_finished_stays_marked() {
    // Two open records with one value of a unique column: no journal writes that, but a table may be edited.
    let (standing, changes) = origin();
    let twin = |url: &str| {
        let mut restore = Box::new(Restorer::begin(url, KINDS, options(), &standing).unwrap());
        restore.append(&changes).unwrap();
        cluster().run(
            url,
            "INSERT INTO versions SELECT 3, 9, kind, 'V3', 1, effective_on, closed, body FROM versions
             WHERE key = 'V2'",
        );
        restore.finish(&standing)
    };
    let url = database();
    let fault = twin(&url).unwrap_err();
    let cause = fault.source().map(ToString::to_string).unwrap_or_default();
    assert!(cause.contains("column plate cannot be indexed"), "{fault}: {cause}");
    serves_nobody(&url, &standing, "a twin");
}

#[test]
fn what_postgresql_cannot_store_is_told_with_its_change() {
    let (standing, mut changes) = origin();
    let change = changes.get_mut(1).unwrap();
    change.reason = "訂\0正".to_owned();
    let before = register::ChainHash::START;
    let first = changes.first().unwrap().clone();
    assert_eq!(first.hash, first.hash_after(&before));
    let second = changes.get_mut(1).unwrap();
    second.hash = second.hash_after(&first.hash);
    let mut restore = Restorer::begin(&schema(), KINDS, options(), &standing).unwrap();
    restore.append(&[first]).unwrap();
    let error = restore.append(changes.get(1..2).unwrap()).unwrap_err().to_string();
    assert!(error.contains("change 2") && error.contains("NUL"), "{error}");
    assert_eq!(restore.reached().position, Position(1));
}

#[test]
fn a_restored_database_has_the_tables_of_one_that_was_made() {
    let shape = |url: &str| {
        cluster().run(
            url,
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL
             SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, is_nullable, collation_name)
             FROM information_schema.columns WHERE table_schema = 'public' UNION ALL
             SELECT concat_ws(' ', id, table_name, title, sealed) FROM kinds UNION ALL
             SELECT concat_ws(' ', name, value) FROM meta ORDER BY 1",
        )
    };
    let (made, copy) = (database(), database());
    drop(Store::open(&made, KINDS, options()).unwrap());
    restored(&copy, KINDS);
    assert_eq!(shape(&copy), shape(&made));
    assert!(shape(&copy).contains("versions_by_kind"), "{}", shape(&copy));
}

#[test]
fn records_of_an_unknown_kind_come_back_when_the_kind_does() {
    let url = database();
    let fewer = &[&NOTE, &PERSON];
    restored(&url, fewer);
    let copy = Store::open(&url, fewer, options()).unwrap();
    assert_eq!(copy.verify().unwrap().problems, Vec::<String>::new());
    drop(copy);
    let copy = Store::open(&url, KINDS, options()).unwrap();
    assert_eq!(copy.verify().unwrap().problems, Vec::<String>::new());
    let view = copy.view(AsOf::default()).unwrap();
    let found = view.find(&VEHICLE, "plate", "鳥取 1").unwrap();
    assert_eq!(found.iter().map(|found| found.key.as_str()).collect::<Vec<_>>(), ["V2"]);
}

/// More rows than a cursor fetches at once, so that its pages fit together.
#[test]
fn long_journals_come_whole() {
    let (from, to) = (schema(), database());
    let store = Store::open(&from, KINDS, options()).unwrap();
    let drafts =
        (0..2_500).map(|no| draft(vec![vehicle(&format!("V{no}"), &no.to_string()), note(&no.to_string())]));
    store.commit_all(drafts.collect()).unwrap();
    let snapshot = store.snapshot().unwrap();
    let (standing, changes) = (snapshot.standing().unwrap(), changes_of(&*snapshot, Position(0)).unwrap());
    assert_eq!(changes.iter().map(|change| change.versions.len()).sum::<usize>(), 5_000);
    let mut restore = Box::new(Restorer::begin(&to, KINDS, options(), &standing).unwrap());
    for batch in changes.chunks(700) {
        restore.append(batch).unwrap();
    }
    restore.finish(&standing).unwrap();
    let copy = Store::open(&to, KINDS, options()).unwrap();
    assert_eq!(copy.snapshot().unwrap().head().unwrap(), snapshot.head().unwrap());
    assert_eq!(copy.verify().unwrap().problems, Vec::<String>::new());
    let view = copy.view(AsOf::default()).unwrap();
    assert_eq!((view.count(&VEHICLE).unwrap(), view.count(&NOTE).unwrap()), (2_500, 2_500));
    assert_eq!(view.find(&VEHICLE, "plate", "2345").unwrap().len(), 1);
    drop(view);

    // A reading whose connection is lost says so, and the next one is whole.
    let beside = ReadOnly::open(&to, KINDS, no_key()).unwrap();
    let broken = beside.snapshot().unwrap();
    let mut seen = 0;
    let read = broken.changes(Position(0), &mut |_| {
        seen += 1;
        if seen == 1 {
            cluster().run(
                &to,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND state = 'idle in transaction'",
            );
        }
        Ok(ControlFlow::Continue(()))
    });
    assert_eq!(trouble(read), Some(Trouble::Unreachable));
    assert!(seen < 2_500, "{seen}");
    drop(broken);
    assert_eq!(changes_of(&*beside.snapshot().unwrap(), Position(0)).unwrap(), changes);
}

#[test]
fn a_copy_needs_every_key_its_original_was_sealed_with() {
    let with = |digits: &str| Options { keys: Some(ring(digits).unwrap()), ..no_key() };
    let person = |number: &str| Body::of(&serde_json::json!({ "number": number, "ward": "東" })).unwrap();
    let town = schema();
    for (digits, key) in [("5", "A"), ("56", "B")] {
        let store = Store::open(&town, KINDS, with(digits)).unwrap();
        store.commit(draft(vec![Write::create(&PERSON, key, person(key))])).unwrap();
    }
    let original = ReadOnly::open(&town, KINDS, no_key()).unwrap();
    let snapshot = original.snapshot().unwrap();
    let standing = snapshot.standing().unwrap();
    assert_eq!(standing.vault_keys, ring("56").unwrap().ids().unwrap());
    for digits in ["5", "6", "65", "67"] {
        let found = trouble(Restorer::begin(&schema(), KINDS, with(digits), &standing));
        assert!(matches!(found, Some(Trouble::WrongKey { .. })), "{digits}");
    }
    for digits in ["56", "567"] {
        let copy = schema();
        let mut restore = Box::new(Restorer::begin(&copy, KINDS, with(digits), &standing).unwrap());
        restore.append(&changes_of(&*snapshot, Position(0)).unwrap()).unwrap();
        restore.finish(&standing).unwrap();
        assert_eq!(Store::open(&copy, KINDS, with("56")).is_ok(), digits == "56", "{digits}");
        for newer in ["567", "5678"] {
            let copy = ReadOnly::open(&copy, KINDS, with(newer)).unwrap();
            assert_eq!(copy.verify().unwrap().problems, Vec::<String>::new());
            let view = copy.view(AsOf::default()).unwrap();
            for key in ["A", "B"] {
                assert_eq!(view.find(&PERSON, "number", key).unwrap().len(), 1, "{digits} {newer} {key}");
            }
        }
    }
}
