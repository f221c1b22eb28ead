//! A process killed in mid-load: what it acknowledged is there, and nothing is half there.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use register::{Actor, AsOf, Body, Draft, Journal, Write};
use store_sqlite::{Options, Store, VaultKey};
use testkit::journal::{KINDS, NOTE, PERSON};

/// Tells the child which file to load; without it the child's test does nothing.
const FILE: &str = "DAICHO_CRASH_FILE";
const ROUNDS: usize = 20;
const WRITERS: usize = 4;

fn open(path: &Path) -> Store {
    let options =
        Options { keys: Some(VaultKey::from_hex(&"5".repeat(64)).unwrap().into()), ..Options::default() };
    Store::open(path, KINDS, options).unwrap()
}

/// Runs in the child: commits until killed, and says each key once it is durable.
#[test]
fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let store = open(Path::new(&path));
    let first = store.head().unwrap().0;
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                for no in 0_u64.. {
                    let key = format!("{first}-{writer}-{no}");
                    let at = "2026-04-01T00:00:00Z".parse().unwrap();
                    let mut draft = Draft::new("test", "load", Actor::Program("child".to_owned()), at);
                    let body = |number: &str| {
                        Body::of(&serde_json::json!({ "number": number, "text": "負荷" })).unwrap()
                    };
                    draft.writes.push(Write::create(&NOTE, &key, body("")));
                    draft.writes.push(Write::create(&PERSON, &key, body(&key)));
                    store.commit(draft).unwrap();
                    // One write call per line, so that lines of two threads do not mix.
                    std::io::stdout().lock().write_all(format!("ack {key}\n").as_bytes()).unwrap();
                    std::io::stdout().flush().unwrap();
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.db");
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["crash::child", "--exact", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acks = lines
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("ack ").map(str::to_owned));
        let before_kill = 1 + round * 13;
        acknowledged.extend(acks.by_ref().take(before_kill));
        child.kill().unwrap();
        // What stood in the pipe was acknowledged too; a line cut by the kill has no end and may be incomplete.
        let rest: Vec<_> = acks.collect();
        acknowledged.extend(rest.split_last().map(|(_, whole)| whole.to_vec()).unwrap_or_default());
        child.wait().unwrap();

        let store = open(&path);
        let found = store.verify().unwrap();
        assert_eq!(found.problems, Vec::<String>::new(), "round {round}");
        assert_eq!(found.versions, 2 * found.changes, "a change is there in half");
        let view = store.view(AsOf::default()).unwrap();
        for key in &acknowledged {
            assert!(view.get(&NOTE, key).unwrap().is_some(), "{key} was acknowledged and is lost");
        }
        assert!(acknowledged.len() > round);
    }
}
