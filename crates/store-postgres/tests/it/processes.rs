//! Two processes work off one queue, and one after the other is killed in the middle: everything is done exactly once.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use register::{Actor, AsOf, Body, CommitError, CursorMove, Draft, Journal, Position, Write};
use store_postgres::{Options, Store};
use testkit::journal::{NOTE, VEHICLE};

/// Tells the child which database to work in; without it the child's test does nothing.
const URL: &str = "DAICHO_WORK_URL";

/// Records to be worked off.
const INPUTS: u32 = 1_500;

/// Records of one batch: their effects and the cursor's move are one commit.
const BATCH: usize = 5;

/// Processes that are killed.
const KILLS: usize = 8;

fn open(url: &str) -> Store {
    Store::open(url, &[&NOTE, &VEHICLE], Options { scratch: true, ..Options::default() }).unwrap()
}

fn draft(writes: Vec<Write>) -> Draft {
    let at = "2026-04-01T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("test", "work", Actor::Program("worker".to_owned()), at);
    draft.writes = writes;
    draft
}

fn body() -> Body {
    Body::of(&serde_json::json!({ "text": "1" })).unwrap()
}

/// Runs in the child: works until nothing is left, and says each batch once it is durable.
#[test]
fn worker() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = open(&url);
    loop {
        let from = store.cursor("work").unwrap();
        let page = store.feed(from, &[NOTE.id], BATCH).unwrap();
        let Some(last) = page.last() else { return };
        let effects = page.iter().flat_map(|entry| &entry.versions);
        let effects = effects.map(|input| Write::create(&VEHICLE, &input.key, body())).collect();
        let mut batch = draft(effects);
        batch.cursors.push(CursorMove { name: "work".to_owned(), from, to: last.position });
        match store.commit(batch) {
            Ok(_) => {
                // One write call per line, so that lines of two threads do not mix.
                std::io::stdout().lock().write_all(b"did a batch\n").unwrap();
                std::io::stdout().flush().unwrap();
            }
            Err(CommitError::CursorMoved { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

fn start(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["processes::worker", "--exact", "--nocapture"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn what_a_killed_process_left_another_finishes_exactly_once() {
    let url = testkit::postgres::database();
    let store = open(&url);
    let input = |no: u32| draft(vec![Write::create(&NOTE, format!("{no:06}"), body())]);
    store.commit_all((0..INPUTS).map(input).collect()).unwrap();

    let mut survivor = start(&url);
    for round in 0..KILLS {
        let mut child = start(&url);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut batches = lines.filter(|line| line.ends_with("did a batch"));
        let _some = batches.by_ref().take(1 + round * 3).count();
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let own = BufReader::new(survivor.stdout.take().unwrap()).lines().map_while(Result::ok).count();
    assert!(survivor.wait().unwrap().success());
    assert!(own > 0);

    let view = store.view(AsOf::default()).unwrap();
    assert_eq!(view.count(&VEHICLE).unwrap(), u64::from(INPUTS));
    for no in 0..INPUTS {
        let done = view.history(&VEHICLE, &format!("{no:06}")).unwrap();
        assert_eq!(done.len(), 1, "{no} was done {} times", done.len());
    }
    drop(view);
    assert_eq!(store.cursor("work").unwrap(), Position(u64::from(INPUTS)));
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}
