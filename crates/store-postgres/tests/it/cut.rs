//! Sessions ended and a server stopped at any moment: nothing acknowledged is lost, nothing is done twice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use register::{Actor, AsOf, Body, CommitError, Draft, Journal, Position, Write};
use store_postgres::{Options, Store, Trouble};
use testkit::journal::NOTE;
use testkit::postgres::Cluster;

const WRITERS: u64 = 8;

/// Sessions ended in one run.
const CUTS: usize = 60;

fn options() -> Options {
    Options { patience: Duration::from_secs(60), ..Options::default() }
}

fn draft(writes: Vec<Write>) -> Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("test", "write", Actor::Program("cut".to_owned()), at);
    draft.writes = writes;
    draft
}

fn note(no: u64) -> Body {
    Body::of(&serde_json::json!({ "text": no.to_string() })).unwrap()
}

/// Commits until told to stop: each change opens a record and counts one on in the writer's own. A change that was
/// done twice would conflict with itself, and one that was lost would leave the count behind.
fn work(store: &Store, writer: u64, stop: &AtomicBool) -> BTreeMap<u64, Position> {
    let counter = format!("counter-{writer}");
    let mut acknowledged = BTreeMap::new();
    for no in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let own = Write::create(&NOTE, format!("{writer}-{no}"), note(no));
        let count = match u32::try_from(no).unwrap() {
            0 => Write::create(&NOTE, &counter, note(no)),
            version => Write::replace(&NOTE, &counter, version, note(no)),
        };
        let committed = store.commit(draft(vec![own, count])).unwrap_or_else(|error| panic!("{error:?}"));
        acknowledged.insert(no, committed.position);
    }
    acknowledged
}

/// Runs the writers over two openings, while `trouble` makes trouble, and compares.
fn run(cluster: &Cluster, trouble: impl FnOnce(&str, &dyn Fn() -> u64)) {
    let url = cluster.database();
    let stores = [(); 2].map(|()| Store::open(&url, &[&NOTE], options()).unwrap());
    let stop = AtomicBool::new(false);
    let acknowledged: Vec<BTreeMap<u64, Position>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .zip(stores.iter().cycle())
            .map(|(writer, store)| {
                scope.spawn({
                    let stop = &stop;
                    move || work(store, writer, stop)
                })
            })
            .collect();
        let head = || stores[0].wait(Position(u64::MAX - 1), Duration::from_millis(20)).0;
        trouble(&url, &head);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });

    let store = &stores[1];
    let changes: usize = acknowledged.iter().map(BTreeMap::len).sum();
    assert_eq!(store.head().unwrap().0, u64::try_from(changes).unwrap(), "a change nobody was told of");
    let view = store.view(AsOf::default()).unwrap();
    for (writer, own) in (0_u64..).zip(&acknowledged) {
        for (no, position) in own {
            let found = view.get(&NOTE, &format!("{writer}-{no}")).unwrap().expect("lost");
            assert_eq!((found.version, found.position), (1, *position));
        }
        let count = view.get(&NOTE, &format!("counter-{writer}")).unwrap();
        assert_eq!(count.map_or(0, |count| count.version), u32::try_from(own.len()).unwrap());
    }
    drop(view);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
    assert!(changes > 100, "{changes} changes are too few to have been cut in the middle");
}

/// Waits for a place, as long as there is hope that the writers are at work.
fn beyond(place: u64, head: &dyn Fn() -> u64) -> u64 {
    let heads = (0..10_000).map(|_| head());
    heads.into_iter().find(|head| place <= *head).expect("the writers stand still")
}

#[test]
fn sessions_that_are_ended_lose_and_double_nothing() {
    let cluster = Cluster::start("-c fsync=on");
    run(&cluster, |url, head| {
        let mut before = 0;
        for no in 0..CUTS {
            // Every other time the one that is just committing, else whoever is there, listeners and readers too.
            let whom = if no % 2 == 0 { "AND query IN ('COMMIT', 'BEGIN') AND state = 'active'" } else { "" };
            cluster.run(
                url,
                &format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE application_name = 'daicho' AND datname = current_database() {whom}"
                ),
            );
            // Not a pause: it goes on when there is something new to be cut.
            before = beyond(before + 1, head);
        }
    });
}

#[test]
fn a_server_that_is_stopped_and_started_loses_and_doubles_nothing() {
    let cluster = Cluster::start("-c fsync=on");
    run(&cluster, |_, head| {
        for round in 1..=5 {
            beyond(head() + 37 * round, head);
            cluster.stop();
            cluster.resume();
        }
    });
}

#[test]
fn a_server_that_stays_away_is_told_and_its_return_is_noticed() {
    let cluster = Cluster::start("-c fsync=on");
    let options = Options { patience: Duration::from_millis(100), ..Options::default() };
    let store = Store::open(&cluster.database(), &[&NOTE], options).unwrap();
    store.commit(draft(vec![Write::create(&NOTE, "A", note(1))])).unwrap();
    cluster.stop();
    // Nothing was under way: the change is known not to be there.
    for _ in 0..3 {
        match store.commit(draft(vec![Write::create(&NOTE, "B", note(1))])) {
            Err(CommitError::Fault(fault)) => assert_eq!(Trouble::of(&fault), Some(&Trouble::Unreachable)),
            other => panic!("{other:?}"),
        }
    }
    let fault = store.view(AsOf::default()).err().unwrap();
    assert_eq!(Trouble::of(&fault), Some(&Trouble::Unreachable), "{fault:?}");
    cluster.resume();
    let committed = store.commit(draft(vec![Write::create(&NOTE, "B", note(1))])).unwrap();
    assert_eq!(committed.position, Position(2));
    assert_eq!(store.view(AsOf::default()).unwrap().count(&NOTE).unwrap(), 2);
}

/// What the line does to the next commit.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// It breaks before the server hears of it.
    Unheard,
    /// It breaks when the server has answered, before the answer arrives.
    Unanswered,
    /// The same, and it does not come back.
    Gone,
}

/// A line to the server that breaks when it is told to; tells its port.
fn line(server: std::path::PathBuf, next: &'static Mutex<Option<Fault>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), UnixStream::connect(&server).unwrap());
            if *next.lock().unwrap() == Some(Fault::Gone) {
                continue;
            }
            std::thread::spawn(move || carry(&client, &server, next));
        }
    });
    port
}

fn carry(client: &TcpStream, server: &UnixStream, next: &Mutex<Option<Fault>>) {
    let swallow = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut bytes, mut server, mut client) = ([0; 65_536], server, client);
            while let Ok(count @ 1..) = server.read(&mut bytes) {
                if swallow.load(Ordering::SeqCst) {
                    if bytes[..count].windows(7).any(|window| window == b"COMMIT\0") {
                        break;
                    }
                } else if client.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
        });
        let (mut bytes, mut server, mut client) = ([0; 65_536], server, client);
        while let Ok(count @ 1..) = client.read(&mut bytes) {
            if bytes[..count].windows(7).any(|window| window == b"COMMIT\0") {
                let fault = *next.lock().unwrap();
                match fault {
                    Some(Fault::Unheard) => {
                        *next.lock().unwrap() = None;
                        break;
                    }
                    Some(Fault::Unanswered) => {
                        *next.lock().unwrap() = None;
                        swallow.store(true, Ordering::SeqCst);
                    }
                    Some(Fault::Gone) => swallow.store(true, Ordering::SeqCst),
                    None => {}
                }
            }
            if server.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
    });
}

#[test]
fn a_commit_whose_answer_is_lost_is_asked_for() {
    static NEXT: Mutex<Option<Fault>> = Mutex::new(None);
    let cluster = testkit::postgres::cluster();
    let url = cluster.database();
    let port = line(cluster.socket(), &NEXT);
    let through = format!("{url} port={port}").replace(&cluster.host(), "127.0.0.1");
    let options = Options { scratch: true, ..options() };
    let store = Store::open(&through, &[&NOTE], options).unwrap();
    for (no, fault) in (1..).zip([Fault::Unheard, Fault::Unanswered, Fault::Unanswered, Fault::Unheard]) {
        *NEXT.lock().unwrap() = Some(fault);
        let committed = store.commit(draft(vec![Write::create(&NOTE, format!("N{no}"), note(no))])).unwrap();
        assert!(NEXT.lock().unwrap().is_none(), "the line did not break");
        assert_eq!(committed.position, Position(no));
        // Leases are found out by asking again.
        *NEXT.lock().unwrap() = Some(fault);
        let now = "2026-04-01T00:00:00Z".parse().unwrap();
        let lease = store.lease("work", &no.to_string(), now, now).unwrap().unwrap();
        assert_eq!(lease.token, no);
    }
    assert_eq!(store.head().unwrap(), Position(4));
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_commit_that_cannot_be_asked_for_is_told_to_be_unknown() {
    static NEXT: Mutex<Option<Fault>> = Mutex::new(None);
    let cluster = testkit::postgres::cluster();
    let url = cluster.database();
    let port = line(cluster.socket(), &NEXT);
    let through = format!("{url} port={port}").replace(&cluster.host(), "127.0.0.1");
    let options = Options { scratch: true, patience: Duration::ZERO, ..options() };
    let store = Store::open(&through, &[&NOTE], options).unwrap();
    let write = || draft(vec![Write::create(&NOTE, "A", note(1))]);
    // The writer connects when there is something to write.
    store.commit(draft(vec![])).unwrap();
    *NEXT.lock().unwrap() = Some(Fault::Gone);
    let outcome = store.commit(write());
    assert!(matches!(outcome, Err(CommitError::Unknown(_))), "{outcome:?}");
    // The next one was not sent, and that is known.
    assert!(matches!(store.commit(write()), Err(CommitError::Fault(_))));
    *NEXT.lock().unwrap() = None;
    // It was there. Who writes again with what he expected does no harm.
    assert!(matches!(store.commit(write()), Err(CommitError::Conflict(_))));
    assert_eq!(store.head().unwrap(), Position(2));
}

#[test]
fn a_load_that_is_cut_in_the_middle_is_done_again_and_once() {
    let cluster = testkit::postgres::cluster();
    let url = cluster.database();
    let store = Store::open(&url, &[&NOTE], Options { scratch: true, ..options() }).unwrap();
    // Sequences count on through what is undone: the first attempt is ended among its changes, the second among its
    // versions.
    cluster.run(
        &url,
        "CREATE SEQUENCE rows_of_changes; CREATE SEQUENCE rows_of_versions;
         CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
             IF nextval('rows_of_' || TG_TABLE_NAME) = 1 THEN
               PERFORM pg_terminate_backend(pg_backend_pid());
             END IF;
             RETURN NULL;
           END $$;
         CREATE TRIGGER cut AFTER INSERT ON changes FOR EACH ROW EXECUTE FUNCTION cut();
         CREATE TRIGGER cut AFTER INSERT ON versions FOR EACH ROW EXECUTE FUNCTION cut()",
    );
    let drafts = (0..2_000).map(|no| draft(vec![Write::create(&NOTE, no.to_string(), note(no))]));
    let committed = store.commit_all(drafts.collect()).unwrap();
    assert_eq!(committed.last().unwrap().position, Position(2_000));
    let rows = |of: &str| -> u64 {
        cluster.run(&url, &format!("SELECT last_value FROM rows_of_{of}")).trim().parse().unwrap()
    };
    let (changes, versions) = (rows("changes"), rows("versions"));
    assert!(4_000 < changes && 2_000 < versions && versions <= 4_000, "{changes} {versions}: not cut twice");
    assert_eq!(store.head().unwrap(), Position(2_000));
    assert_eq!(store.view(AsOf::default()).unwrap().count(&NOTE).unwrap(), 2_000);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}
