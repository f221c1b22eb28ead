//! Storage that fails between any two rows of a group of changes: each change is there whole or not at all, its caller
//! is told which, and who tries again finds nothing in the way.

use std::sync::mpsc::Receiver;

use register::{CommitError, Committed, Draft, Journal};
use testkit::journal::NOTE;
use testkit::journal::group::{CHANGES, VERSIONS, WHOLE, cursor, draft, key, there};

use super::{Job, Store};

type Outcome = Result<Committed, CommitError>;

/// A way to hand a group in.
type Commit = fn(&Store, Vec<Draft>) -> Vec<Outcome>;

/// Every row a group behind `head` writes, as table and condition.
fn rows(case: u64, head: u64) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    for change in 0..CHANGES {
        let position = head + change + 1;
        rows.push(("cursors", format!("NEW.name = '{}'", cursor(case, change))));
        for version in 0..VERSIONS {
            rows.push(("versions", format!("NEW.line = {position} * 1048576 + {version}")));
            rows.push(("current_test__note", format!("NEW.key = '{}'", key(case, change, version))));
        }
        rows.push(("changes", format!("NEW.position = {position}")));
    }
    rows
}

/// Sends the group as changes of their own, so that they wait together while the writer is busy.
fn commit_each(store: &Store, drafts: Vec<Draft>) -> Vec<Outcome> {
    let jobs = store.jobs.as_ref().unwrap();
    let busy = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT max(i) FROM n";
    let (reply, _busy) = std::sync::mpsc::sync_channel(1);
    jobs.send(Job::Sql(busy, reply)).unwrap();
    let send = |draft| {
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        jobs.send(Job::Commit(Box::new(draft), reply)).unwrap();
        answer
    };
    let answers: Vec<Receiver<_>> = drafts.into_iter().map(send).collect();
    answers.into_iter().map(|answer| answer.recv().unwrap()).collect()
}

fn commit_all(store: &Store, drafts: Vec<Draft>) -> Vec<Outcome> {
    let count = drafts.len();
    match store.commit_all(drafts) {
        Ok(all) => all.into_iter().map(Ok).collect(),
        Err(_) => (0..count).map(|_| Err(register::Fault::because("refused").into())).collect(),
    }
}

#[test]
fn a_failure_between_any_two_rows_leaves_each_change_whole_or_away() {
    let store = Store::in_memory(&[&NOTE]).unwrap();
    store.inject("PRAGMA foreign_keys = ON; CREATE TABLE parent (id INTEGER PRIMARY KEY)").unwrap();
    store.inject("CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)").unwrap();
    let (mut case, mut failed, mut kept) = (0, 0, 0);
    let per_group = rows(0, 0).len();
    let commits: [Commit; 2] = [commit_all, commit_each];
    for commit in commits {
        // The last is the commit itself: a constraint that is looked at only then.
        for row in 0..=per_group {
            for how in ["ABORT", "FAIL", "ROLLBACK"] {
                case += 1;
                let head = store.head().unwrap().0;
                let trigger = match rows(case, head).get(row) {
                    Some((table, condition)) => format!(
                        "CREATE TEMP TRIGGER cut BEFORE INSERT ON main.{table} WHEN {condition}
                         BEGIN SELECT RAISE({how}, 'cut'); END"
                    ),
                    None => format!(
                        "CREATE TRIGGER cut BEFORE INSERT ON changes WHEN NEW.position = {}
                         BEGIN INSERT INTO child VALUES (1); END",
                        head + CHANGES
                    ),
                };
                store.inject(trigger.leak()).unwrap();
                let drafts = || (0..CHANGES).map(|change| draft(case, change).unwrap()).collect::<Vec<_>>();
                let answers = commit(&store, drafts());
                for (change, answer) in (0..).zip(&answers) {
                    let wanted = if answer.is_ok() { WHOLE } else { 0 };
                    assert_eq!(there(&store, case, change).unwrap(), wanted, "row {row}, {how}: {answers:?}");
                }
                store.inject("DROP TRIGGER cut").unwrap();
                let refused: Vec<u64> = (0..)
                    .zip(&answers)
                    .filter(|(_, answer)| answer.is_err())
                    .map(|(change, _)| change)
                    .collect();
                assert!(!refused.is_empty(), "row {row}, {how}: nothing failed");
                failed += refused.len();
                kept += answers.len() - refused.len();
                let again =
                    commit(&store, refused.into_iter().map(|change| draft(case, change).unwrap()).collect());
                assert!(again.iter().all(Result::is_ok), "row {row}, {how}: {again:?}");
                assert!(
                    (0..CHANGES).all(|change| there(&store, case, change).unwrap() == WHOLE),
                    "row {row}, {how}"
                );
            }
        }
    }
    let changes = case * CHANGES;
    assert_eq!(store.head().unwrap().0, changes);
    assert!(kept > 0 && kept < failed);
    store.inject("DROP TABLE child; DROP TABLE parent").unwrap();
    let found = store.verify().unwrap();
    assert_eq!((found.problems, found.versions), (vec![], changes * VERSIONS));
}
