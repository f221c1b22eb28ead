//! A journal's file, folded and with a log beside it, and its key.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use register::{Actor, AsOf, Body, CursorMove, Draft, Fault, Journal, Kind, Position, Write};
use serde_json::json;
use store_sqlite::{KeyRing, Options, Store, VaultKey};
use testkit::journal::{KINDS, NOTE, PERSON, VEHICLE};

use super::{Said, Subject};

/// A kind that the program once had.
static FORMER: Kind = Kind::new("test/former", "旧");

const FILE: &str = "town.db";
const KEY: &str = "town.key";
const CHANGES: u64 = 60;
const CURSORS: [&str; 3] = ["link/1", "link/2", "extract"];
const LEASES: [&str; 2] = ["link/1", "nightly"];

pub(super) fn subjects() -> Vec<Subject> {
    let beside = |name: &str| PathBuf::from(format!("{FILE}{name}"));
    let read = |path: &Path| std::fs::read(path).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    let key = VaultKey::from_hex(&"5".repeat(64)).unwrap();
    std::fs::write(dir.path().join(KEY), key.to_hex()).unwrap();
    let all = [KINDS, &[&FORMER]].concat();
    let store = Store::open(&path, &all, options(key.clone())).unwrap();
    fill(&store, 0..CHANGES / 2);
    drop(store);
    let keys = (PathBuf::from(KEY), read(&dir.path().join(KEY)));
    let with_mark = |files: Vec<&str>| {
        let there = files.iter().map(|name| beside(name)).filter(|name| dir.path().join(name).exists());
        there.map(|name| (name.clone(), read(&dir.path().join(&name)))).collect::<Vec<_>>()
    };
    let mut folded = with_mark(vec!["", ".lock"]);
    folded.push(keys.clone());
    // The log of a town that was killed: whole changes that are not folded yet.
    let store = Store::open(&path, KINDS, options(key)).unwrap();
    fill(&store, CHANGES / 2..CHANGES);
    let mut logged = with_mark(vec!["", "-wal", ".lock"]);
    assert_eq!(logged.len(), 3, "there is no log");
    drop(store);
    logged.push(keys);
    let subject =
        |name, share, files| Subject { name, share, files, beside: vec![], read: Box::new(answers) };
    vec![subject("journal, folded", 45, folded), subject("journal with its log", 30, logged)]
}

fn options(keys: impl Into<KeyRing>) -> Options {
    Options { keys: Some(keys.into()), readers: 1, ..Options::default() }
}

/// Changes of every sort.
fn fill(store: &Store, numbers: std::ops::Range<u64>) {
    for no in numbers {
        let at = jiff::Timestamp::from_second(1_775_001_600 + i64::try_from(no).unwrap()).unwrap();
        let mut draft = Draft::new("test", "test/write", Actor::User(format!("u{}", no % 3)), at);
        draft.reason = format!("理由 {no}");
        let note = |text: &str| Body::of(&json!({ "text": text.repeat(20) })).unwrap();
        let (key, group) = (format!("{no:04}"), no % 7);
        let person = Body::of(
            &json!({ "number": format!("{:012}", no * 7_919), "code": "98765432109", "ward": format!("区{group}") }),
        );
        draft.writes.push(Write::create(&PERSON, &key, person.unwrap()));
        let vehicle = json!({ "plate": format!("鳥取 {no}"), "owner": format!("{group}") });
        draft.writes.push(Write::create(&VEHICLE, &key, Body::of(&vehicle).unwrap()));
        draft.writes.push(match u32::try_from(no / 10).unwrap() {
            0 => Write::create(&NOTE, format!("n{}", no % 10), note("一")),
            version => Write::replace(&NOTE, format!("n{}", no % 10), version, note(&format!("{version}版"))),
        });
        if 20 <= no && no % 5 == 0 {
            draft.writes.push(Write::close(&VEHICLE, format!("{:04}", no - 20), 1));
        }
        if no < 5 {
            draft.writes.push(Write::create(&FORMER, &key, note("旧")));
        }
        let name = CURSORS[usize::try_from(no % 3).unwrap()];
        let from = store.cursor(name).unwrap();
        draft.cursors.push(CursorMove { name: name.to_owned(), from, to: Position(no + 1) });
        store.commit(draft).unwrap();
        let until = at.checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
        store
            .lease(LEASES[usize::try_from(no % 2).unwrap()], &format!("holder {}", no % 2), at, until)
            .unwrap();
    }
}

/// Everything a program can ask the journal.
fn answers(folder: &Path) -> Said {
    // As the environment gives them: who may read the file is not what is asked here.
    let text = match std::fs::read_to_string(folder.join(KEY)) {
        Ok(text) => text,
        Err(error) => return Said::Told(error.to_string()),
    };
    let keys = match KeyRing::parse(&text) {
        Ok(keys) => keys,
        Err(error) => return Said::Told(register::in_one_line(&error)),
    };
    let store = match Store::open(&folder.join(FILE), KINDS, options(keys)) {
        Ok(store) => store,
        Err(error) => return Said::Told(register::in_one_line(&error)),
    };
    match store.verify() {
        Ok(found) if found.problems.is_empty() => {}
        Ok(found) => return Said::Told(found.problems.join("\n")),
        Err(error) => return Said::Told(register::in_one_line(&error)),
    }
    match ask(&store) {
        Ok(said) => Said::Answered(said),
        Err(error) => Said::Told(register::in_one_line(&error)),
    }
}

fn ask(store: &Store) -> Result<String, Fault> {
    let mut said = format!("head {:?}\n", store.head()?);
    let mut say = |what: &str, answer: &dyn std::fmt::Debug| writeln!(said, "{what}: {answer:?}").unwrap();
    let day = |text: &str| -> domain::Date { text.parse().unwrap() };
    let moments = [
        AsOf::default(),
        AsOf { position: Some(Position(17)), ..AsOf::default() },
        AsOf { effective_on: Some(day("2026-04-01")), ..AsOf::default() },
        AsOf { recorded_at: Some(jiff::Timestamp::from_second(1_775_001_610).unwrap()), ..AsOf::default() },
    ];
    for as_of in moments {
        let view = store.view(as_of)?;
        say("position", &view.position());
        for kind in KINDS {
            say("count", &view.count(kind)?);
            let mut all = Vec::new();
            view.scan(kind, None, &mut |stored| {
                all.push(stored.clone());
                Ok(ControlFlow::Continue(()))
            })?;
            let mut behind = 0;
            view.scan(kind, Some("0020"), &mut |_| {
                behind += 1;
                Ok(ControlFlow::Continue(()))
            })?;
            say("behind", &behind);
            for stored in &all {
                say("scanned", stored);
                say("got", &view.get(kind, &stored.key)?);
            }
            let notes = kind.id == NOTE.id;
            for no in 0..CHANGES {
                let key = if notes { format!("n{no}") } else { format!("{no:04}") };
                say("history", &view.history(kind, &key)?);
            }
        }
        for group in 0..7 {
            say("ward", &view.find(&PERSON, "ward", &format!("区{group}"))?);
            say("owner", &view.find(&VEHICLE, "owner", &group.to_string())?);
        }
        for no in 0..CHANGES {
            say("number", &view.find(&PERSON, "number", &format!("{:012}", no * 7_919))?);
            say("plate", &view.find(&VEHICLE, "plate", &format!("鳥取 {no}"))?);
        }
    }
    for entry in store.feed(Position(0), &[], 1_000)? {
        say("fed", &entry);
    }
    for kind in KINDS {
        say("next", &store.next_change(Position(29), &[kind.id])?);
        for entry in store.feed(Position(3), &[kind.id], 1_000)? {
            say("fed of a kind", &entry);
        }
    }
    for name in CURSORS {
        say("cursor", &store.cursor(name)?);
    }
    // Asked by a stranger within the time, a lease is refused; by its holder it comes again under its token.
    let now = jiff::Timestamp::from_second(1_775_001_600 + 1_800).unwrap();
    for (name, holder) in LEASES.iter().zip(["holder 0", "holder 1"]) {
        say("lease of another", &store.lease(name, "stranger", now, now)?.map(|lease| lease.token));
        say("lease", &store.lease(name, holder, now, now)?.map(|lease| lease.token));
    }
    Ok(said)
}
