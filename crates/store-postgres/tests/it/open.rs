//! Opening: what is refused, and how a database grows with the program.

use std::error::Error;

use register::{Actor, AsOf, Body, Column, CommitError, Draft, Fault, Journal, Kind, Write};
use store_postgres::{Options, Store, Tls, Trouble, VaultKey};
use testkit::postgres::{Cluster, cluster, database};
use testkit::servers::{Certificate, Validity};

static BARE: Kind = Kind::new("t/car", "車");
static PLAIN: Kind =
    Kind::new("t/car", "車").columns(&[Column::plain("plate", "標識"), Column::plain("owner", "所有者")]);
static UNIQUE: Kind = Kind::new("t/car", "車").columns(&[Column::unique("plate", "標識")]);
static SEALED: Kind = Kind::new("t/car", "車").columns(&[Column::unique("plate", "標識")]).sealed(&["plate"]);

fn options() -> Options {
    Options { scratch: true, ..Options::default() }
}

fn key(digit: &str) -> Options {
    Options { keys: Some(VaultKey::from_hex(&digit.repeat(64)).unwrap().into()), ..options() }
}

fn create(kind: &'static Kind, key: &str, plate: &str) -> Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("t", "f", Actor::User("u1".to_owned()), at);
    let body = Body::of(&serde_json::json!({ "plate": plate, "owner": "P" })).unwrap();
    draft.writes.push(Write::create(kind, key, body));
    draft
}

fn open(url: &str, kind: &'static Kind, options: Options) -> Result<Store, Fault> {
    Store::open(url, &[kind], options)
}

fn trouble<T>(result: Result<T, impl Error + 'static>) -> Trouble {
    let error = result.err().expect("accepted");
    Trouble::of(&error).unwrap_or_else(|| panic!("no known trouble: {error:?}")).clone()
}

fn refused(result: Result<Store, Fault>, wanted: &str) {
    let fault = result.err().unwrap_or_else(|| panic!("opened; wanted {wanted}"));
    let text = register::in_one_line(&fault);
    assert!(text.contains(wanted), "{text}; wanted {wanted}");
}

#[test]
fn what_is_no_journal_of_this_program_is_refused() {
    let url = database();
    cluster().run(&url, "CREATE TABLE x (y int)");
    assert_eq!(trouble(open(&url, &BARE, options())), Trouble::Foreign);

    let url = database();
    drop(open(&url, &BARE, options()).unwrap());
    cluster().run(&url, "UPDATE meta SET value = '99' WHERE name = 'schema'");
    assert_eq!(trouble(open(&url, &BARE, options())), Trouble::Newer { found: 99, known: 1 });

    let away = cluster().address("no_such_town");
    assert_eq!(trouble(open(&away, &BARE, options())), Trouble::Unreachable);
    refused(open("postgres://:not an address", &BARE, options()), "does not read");
    let tls = format!("{url} sslmode=require");
    assert!(matches!(trouble(open(&tls, &BARE, options())), Trouble::Unfit(_)));
}

#[test]
fn a_server_is_entered_by_tls_when_its_certificate_is_believed() {
    let certificate = Certificate::of("localhost", Validity::Now);
    let server = Cluster::start_with_tls(&certificate);
    let (other, here) = (Certificate::of("localhost", Validity::Now), server.database());
    let trusting = |certificate: &Certificate| Options {
        tls: Some(Tls::new(&certificate.pem(), None).unwrap()),
        ..options()
    };
    let far = server.over_tls("localhost", &here);
    let store = open(&far, &BARE, trusting(&certificate)).unwrap();
    store.commit(create(&BARE, "A", "1")).unwrap();
    assert_eq!(store.view(AsOf::default()).unwrap().count(&BARE).unwrap(), 1);
    // The writer, the readers, and the one that listens.
    let open_ones = "SELECT bool_and(ssl), count(*) > 2 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE application_name = 'daicho'";
    assert_eq!(server.run(&here, open_ones).trim(), "t|t");
    drop(store);

    // Somebody else's certificate; a name it does not have; a socket.
    assert_eq!(trouble(open(&far, &BARE, trusting(&other))), Trouble::Untrusted);
    let by_number = server.over_tls("127.0.0.1", &here);
    assert_eq!(trouble(open(&by_number, &BARE, trusting(&certificate))), Trouble::Untrusted);
    assert!(matches!(trouble(open(&here, &BARE, trusting(&certificate))), Trouble::Unfit(_)));
    // What is no certificate is no authority.
    assert!(Tls::new("", None).is_err());
    assert!(Tls::new(&certificate.pem(), Some((&certificate.pem(), &certificate.pem()))).is_err());
}

#[test]
fn a_server_that_does_not_flush_is_refused_unless_nobody_minds() {
    let url = database();
    assert!(matches!(trouble(open(&url, &BARE, Options::default())), Trouble::Unfit(_)));
    open(&url, &BARE, options()).unwrap();
}

#[test]
fn a_server_that_takes_no_writes_is_told() {
    let url = database();
    let store = open(&url, &BARE, options()).unwrap();
    cluster().run(&url, "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on'; END $$");
    assert_eq!(trouble(open(&url, &BARE, options())), Trouble::ReadOnly);
    // The open store finds out when its session is ended, as by a failover.
    cluster().run(&url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'daicho' AND datname = current_database()");
    assert_eq!(trouble(store.commit(create(&BARE, "A", "1"))), Trouble::ReadOnly);
    // It is still readable.
    assert_eq!(store.view(AsOf::default()).unwrap().count(&BARE).unwrap(), 0);
}

/// Each commit wakes every link of a town, and there may be more of them than the server has places.
#[test]
fn readers_wait_for_a_place_on_a_full_server() {
    let small = Cluster::start("-c max_connections=12 -c superuser_reserved_connections=0");
    let store = open(&small.database(), &BARE, Options { readers: 2, ..options() }).unwrap();
    store.commit(create(&BARE, "A", "1")).unwrap();
    std::thread::scope(|scope| {
        let read = || {
            for _ in 0..20 {
                assert_eq!(store.view(AsOf::default()).unwrap().count(&BARE).unwrap(), 1);
            }
        };
        let readers: Vec<_> = (0..40).map(|_| scope.spawn(read)).collect();
        assert!(readers.into_iter().all(|reader| reader.join().is_ok()));
    });
}

#[test]
fn a_full_disk_is_told_and_the_store_goes_on() {
    let url = database();
    let store = open(&url, &BARE, options()).unwrap();
    store.commit(create(&BARE, "A", "1")).unwrap();
    cluster().run(
        &url,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
         CREATE TRIGGER full_disk BEFORE INSERT ON versions EXECUTE FUNCTION full_disk()",
    );
    assert_eq!(trouble(store.commit(create(&BARE, "B", "1"))), Trouble::NoSpace);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|no| {
                let store = &store;
                scope.spawn(move || trouble(store.commit(create(&BARE, &format!("C{no}"), "1"))))
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Trouble::NoSpace);
        }
    });
    cluster().run(&url, "DROP TRIGGER full_disk ON versions");
    assert_eq!(store.commit(create(&BARE, "B", "1")).unwrap().position.0, 2);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn what_the_server_does_not_take_fails_its_caller_only() {
    let url = database();
    let store = open(&url, &BARE, options()).unwrap();
    cluster().run(
        &url,
        "CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN IF NEW.key = 'odd' THEN RAISE EXCEPTION 'odd'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER odd BEFORE INSERT ON versions FOR EACH ROW EXECUTE FUNCTION odd()",
    );
    std::thread::scope(|scope| {
        let commit = |key: String| store.commit(create(&BARE, &key, "1")).is_ok();
        let threads: Vec<_> = (0..32)
            .map(|no| {
                scope.spawn(move || (no, commit(if no == 7 { "odd".to_owned() } else { no.to_string() })))
            })
            .collect();
        for thread in threads {
            let (no, accepted) = thread.join().unwrap();
            assert_eq!(accepted, no != 7, "{no}");
        }
    });
    assert_eq!(store.head().unwrap().0, 31);
    for key in ["nul\0", &"k".repeat(600)] {
        assert!(matches!(store.commit(create(&BARE, key, "1")), Err(CommitError::Fault(_))));
    }
}

#[test]
fn a_program_with_former_kinds_must_stop_writing() {
    let url = database();
    let former = open(&url, &BARE, options()).unwrap();
    former.commit(create(&BARE, "A", "1")).unwrap();
    let newer = open(&url, &PLAIN, options()).unwrap();
    assert_eq!(trouble(former.commit(create(&BARE, "B", "1"))), Trouble::Superseded);
    newer.commit(create(&PLAIN, "B", "1")).unwrap();
    assert_eq!(former.view(AsOf::default()).unwrap().count(&BARE).unwrap(), 2);
}

#[test]
fn sealed_kinds_need_the_key_they_were_sealed_with() {
    let url = database();
    let no_key = Trouble::NoKey { kind: SEALED.id.to_owned() };
    assert_eq!(trouble(open(&url, &SEALED, options())), no_key);
    open(&url, &SEALED, key("1")).unwrap().commit(create(&SEALED, "A", "1")).unwrap();
    assert!(matches!(trouble(open(&url, &SEALED, key("2"))), Trouble::WrongKey { .. }));
    refused(open(&url, &UNIQUE, key("1")), "no longer");
    let store = open(&url, &SEALED, key("1")).unwrap();
    assert_eq!(store.view(AsOf::default()).unwrap().find(&SEALED, "plate", "1").unwrap().len(), 1);
}

#[test]
fn a_declaration_may_change_and_the_columns_follow() {
    let url = database();
    let store = open(&url, &BARE, options()).unwrap();
    store
        .commit_all((0..2_500).map(|no| create(&BARE, &format!("{no:04}"), &no.to_string())).collect())
        .unwrap();
    drop(store);
    for kind in [&PLAIN, &UNIQUE, &PLAIN, &BARE, &UNIQUE] {
        let store = open(&url, kind, options()).unwrap();
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
    let store = open(&url, &UNIQUE, options()).unwrap();
    let refusal = store.commit(create(&UNIQUE, "new", "7"));
    assert!(matches!(refusal, Err(CommitError::NotUnique { holder, .. }) if holder == "0007"));
    drop(store);
    let store = open(&url, &PLAIN, options()).unwrap();
    store.commit(create(&PLAIN, "twin", "7")).unwrap();
    drop(store);
    refused(open(&url, &UNIQUE, options()), "column plate cannot be indexed");

    // What was stored in clear stays so in the history; from now on it is sealed, and searched by hash.
    let store = open(&url, &PLAIN, options()).unwrap();
    let mut close = create(&PLAIN, "twin", "7");
    close.writes = vec![Write::close(&PLAIN, "twin", 1)];
    store.commit(close).unwrap();
    drop(store);
    let store = open(&url, &SEALED, key("1")).unwrap();
    assert_eq!(store.view(AsOf::default()).unwrap().find(&SEALED, "plate", "7").unwrap().len(), 1);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_process_with_the_former_key_must_stop() {
    let url = database();
    let keys = |digits: &str| Options { keys: Some(testkit::shelf::ring(digits).unwrap()), ..options() };
    let former = open(&url, &SEALED, keys("1")).unwrap();
    former.commit(create(&SEALED, "A", "1")).unwrap();
    let newer = open(&url, &SEALED, keys("12")).unwrap();
    newer.commit(create(&SEALED, "B", "2")).unwrap();
    assert_eq!(trouble(former.commit(create(&SEALED, "C", "3"))), Trouble::Superseded);
    let view = former.view(AsOf::default()).unwrap();
    // It reads what it can open, and does not say "not found" of what it cannot look for.
    assert!(view.get(&SEALED, "A").unwrap().is_some());
    assert_eq!(trouble(view.find(&SEALED, "plate", "1")), Trouble::Superseded);
    assert!(matches!(trouble(view.get(&SEALED, "B")), Trouble::WrongKey { .. }));
    assert_eq!(newer.view(AsOf::default()).unwrap().find(&SEALED, "plate", "1").unwrap().len(), 1);
}

#[test]
fn a_process_that_does_not_know_newer_bodies_must_stop() {
    static NEWER: Kind = Kind::new("t/car", "車").upcasters(&[Ok]);
    let url = database();
    let former = open(&url, &BARE, options()).unwrap();
    let newer = open(&url, &NEWER, options()).unwrap();
    newer.commit(create(&NEWER, "A", "1")).unwrap();
    assert_eq!(trouble(former.commit(create(&BARE, "B", "1"))), Trouble::Superseded);
    let unknown = Trouble::NewerBodies { kind: "t/car".to_owned(), found: 2, known: 1 };
    assert_eq!(trouble(former.view(AsOf::default()).unwrap().get(&BARE, "A")), unknown);
    assert_eq!(trouble(former.feed(register::Position(0), &[], 9)), unknown);
}

#[test]
fn towns_in_schemas_of_one_database_are_apart() {
    let url = database();
    cluster().run(&url, "CREATE SCHEMA a; CREATE SCHEMA b");
    let [a, b] = ["a", "b"]
        .map(|schema| open(&format!("{url} options='-c search_path={schema}'"), &UNIQUE, options()).unwrap());
    a.commit(create(&UNIQUE, "A", "1")).unwrap();
    b.commit(create(&UNIQUE, "B", "1")).unwrap();
    assert_eq!(b.head().unwrap().0, 1);
    assert!(b.view(AsOf::default()).unwrap().get(&UNIQUE, "A").unwrap().is_none());
}

#[test]
fn values_change_hands_within_one_group() {
    let store = open(&database(), &UNIQUE, options()).unwrap();
    let put = |key: &str, version: u32, plate: &str| {
        let body = Body::of(&serde_json::json!({ "plate": plate })).unwrap();
        Write::replace(&UNIQUE, key, version, body)
    };
    store.commit_all(vec![create(&UNIQUE, "A", "1"), create(&UNIQUE, "B", "2")]).unwrap();
    let mut swap = create(&UNIQUE, "C", "9");
    swap.writes = vec![put("A", 1, "3"), put("B", 1, "1"), put("A", 2, "2")];
    store.commit(swap).unwrap();
    let view = store.view(AsOf::default()).unwrap();
    for (plate, key) in [("1", "B"), ("2", "A")] {
        let found = view.find(&UNIQUE, "plate", plate).unwrap();
        assert_eq!(found.iter().map(|found| found.key.as_str()).collect::<Vec<_>>(), [key]);
    }
    assert!(view.find(&UNIQUE, "plate", "3").unwrap().is_empty());
    drop(view);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_kind_has_a_view_with_japanese_names() {
    let url = database();
    let store = open(&url, &PLAIN, options()).unwrap();
    store.commit(create(&PLAIN, "A", "鳥取 580 あ 12-34")).unwrap();
    let sql = r#"SELECT "記録キー", "標識", "所有者", "記録内容" ->> 'owner', "適用日" FROM list_t__car"#;
    assert_eq!(cluster().run(&url, sql).trim(), "A|鳥取 580 あ 12-34|P|P|2026-04-01");
}
