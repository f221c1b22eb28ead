//! What storage failures do to callers.

use register::{Actor, AsOf, Body, CommitError, Draft, Journal, Kind, Write};

use store::Trouble;

use super::Store;
use crate::writer::Job;

static NOTE: Kind = Kind::new("t/note", "メモ");

fn draft(key: &str, bytes: usize) -> Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("t", "f", Actor::User("u1".to_owned()), at);
    draft.writes.push(Write::create(&NOTE, key, Body::of(&"x".repeat(bytes)).unwrap()));
    draft
}

#[test]
fn a_full_disk_is_a_fault_and_the_store_goes_on() {
    let store = Store::in_memory(&[&NOTE]).unwrap();
    store.commit(draft("A", 10)).unwrap();
    store.inject("PRAGMA max_page_count = 60").unwrap();
    let is_told = |refused: Result<(), CommitError>| match refused {
        Err(CommitError::Fault(fault)) => Trouble::of(&fault) == Some(&Trouble::NoSpace),
        _ => false,
    };
    assert!(is_told(store.commit(draft("B", 1_000_000)).map(|_| ())));
    assert!(is_told(store.commit_all(vec![draft("C", 10), draft("D", 1_000_000)]).map(|_| ())));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|no| {
                let store = &store;
                scope.spawn(move || is_told(store.commit(draft(&format!("E{no}"), 1_000_000)).map(|_| ())))
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    });
    assert_eq!(store.head().unwrap().0, 1);
    store.inject("PRAGMA max_page_count = 1000000").unwrap();
    assert_eq!(store.commit(draft("B", 1_000_000)).unwrap().position.0, 2);
    assert_eq!(store.view(AsOf::default()).unwrap().count(&NOTE).unwrap(), 2);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_broken_table_fails_its_callers_only() {
    let store = Store::in_memory(&[&NOTE]).unwrap();
    store.inject("ALTER TABLE current_t__note RENAME TO away").unwrap();
    assert!(matches!(store.commit(draft("A", 10)), Err(CommitError::Fault(_))));
    let now = "2026-04-01T00:00:00Z".parse().unwrap();
    assert!(store.lease("work", "a", now, now).unwrap().is_some());
    store.inject("ALTER TABLE away RENAME TO current_t__note").unwrap();
    store.commit(draft("A", 10)).unwrap();
}

#[test]
fn callers_of_a_writer_that_ended_get_a_fault() {
    let store = Store::in_memory(&[&NOTE]).unwrap();
    let seat = store.seat.as_ref().unwrap();
    let panicked = std::thread::scope(|scope| {
        let work = || {
            let _held = seat.writer.lock().unwrap();
            panic!("on purpose");
        };
        scope.spawn(work).join().is_err()
    });
    assert!(panicked);
    for _ in 0..2 {
        assert!(matches!(store.commit(draft("A", 10)), Err(CommitError::Fault(_))));
    }
}

#[test]
fn a_lone_caller_writes_itself_and_nobody_is_passed_by() {
    let store = Store::in_memory(&[&NOTE]).unwrap();
    let seat = store.seat.as_ref().unwrap();
    let job = |key| {
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        (Job::Commit(Box::new(draft(key, 10)), reply), answer)
    };
    let (first, answer) = job("A");
    assert!(
        seat.at_once(first).is_ok_and(|look| look),
        "the first tells the thread that there is a log to fold"
    );
    assert_eq!(answer.try_recv().unwrap().unwrap().position.0, 1, "the answer is there before anybody waits");

    let writes = seat.writer.lock().unwrap();
    let (second, answer) = job("B");
    let second = seat.at_once(second).unwrap_err();
    drop(writes);
    let (third, _) = job("C");
    assert!(seat.at_once(third).is_err(), "nobody writes, but the second waits");
    assert!(answer.try_recv().is_err());

    store.jobs.as_ref().unwrap().send(second).unwrap();
    assert_eq!(answer.recv().unwrap().unwrap().position.0, 2);
}

#[test]
fn a_temporary_store_leaves_nothing() {
    let store = Store::in_memory(&[&NOTE]).unwrap();
    store.commit(draft("A", 10)).unwrap();
    let directory = store.scratch.clone().unwrap();
    assert!(directory.join("journal.db").exists());
    drop(store);
    assert!(!directory.exists());
}
