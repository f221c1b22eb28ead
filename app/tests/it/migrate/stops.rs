//! A load that is stopped: by a journal that fails, by a kill.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use daicho::config::Config;
use daicho::demo::init;
use daicho::house::{House, Outside, open};
use daicho::migrate::{Loaded, load, refuse_half_loaded};
use jiff::Timestamp;
use register::{
    AsOf, CommitError, Committed, Draft, Entry, Fault, Journal, Lease, Position, Record as _, Touched,
    Verification, View, ViewExt as _,
};
use resident_register::records::{Counter, Household, MIGRATION_KEY, Migration, Person};
use store_sqlite::Store;

use super::{Old, all, now, only_good, problems, row, store};

/// A journal that fails at one of its transactions, after or before it is written.
struct Stops<'a> {
    inner: &'a Store,
    left: Mutex<Cell<u32>>,
    after_writing: bool,
}

impl Journal for Stops<'_> {
    fn commit(&self, draft: Draft) -> Result<Committed, CommitError> {
        self.inner.commit(draft)
    }

    fn commit_all(&self, drafts: Vec<Draft>) -> Result<Vec<Committed>, CommitError> {
        let stops = {
            let left = self.left.lock().unwrap();
            left.set(left.get().saturating_sub(1));
            left.get() == 0
        };
        if stops && !self.after_writing {
            return Err(Fault::because("stopped").into());
        }
        let done = self.inner.commit_all(drafts)?;
        if stops { Err(Fault::because("stopped").into()) } else { Ok(done) }
    }

    fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault> {
        self.inner.view(as_of)
    }

    fn head(&self) -> Result<Position, Fault> {
        self.inner.head()
    }

    fn feed(&self, after: Position, kinds: &[&str], limit: usize) -> Result<Vec<Entry>, Fault> {
        self.inner.feed(after, kinds, limit)
    }

    fn next_change(&self, after: Position, kinds: &[&str]) -> Result<Option<Position>, Fault> {
        self.inner.next_change(after, kinds)
    }

    fn touched(&self, after: Position, until: Position) -> Result<Vec<Touched>, Fault> {
        self.inner.touched(after, until)
    }

    fn cursor(&self, name: &str) -> Result<Position, Fault> {
        self.inner.cursor(name)
    }

    fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Fault> {
        self.inner.lease(name, holder, now, until)
    }

    fn wait(&self, after: Position, at_most: Duration) -> Position {
        self.inner.wait(after, at_most)
    }

    fn verify(&self) -> Result<Verification, Fault> {
        self.inner.verify()
    }
}

/// Households of two, as many as fill three transactions, one of them bad.
fn many(households: u64) -> Vec<String> {
    (1..=households)
        .flat_map(|n| {
            let wrong = if n == 2 { "カナ=山田" } else { "" };
            [row(2 * n, n, wrong), row(2 * n + 1, n, "続柄=妻 性別=F")]
        })
        .collect()
}

#[test]
fn a_load_that_stops_at_any_transaction_goes_on_and_doubles_nothing() {
    let old = Old::new(&many(1_400));
    let whole = store();
    let wanted = load(&whole, &old.input(), &only_good(), now()).unwrap();
    assert_eq!((wanted.persons, wanted.households, wanted.left_out), (2_798, 1_399, 2));
    let (people, households) = (all::<Person>(&whole), all::<Household>(&whole));
    for (transaction, after_writing) in [(1, false), (1, true), (2, true), (3, false)] {
        let inner = store();
        let stops = Stops { inner: &inner, left: Mutex::new(Cell::new(transaction)), after_writing };
        load(&stops, &old.input(), &only_good(), now()).unwrap_err();
        let view = inner.view(AsOf::default()).unwrap();
        let reached = view.load::<Migration>(MIGRATION_KEY).unwrap().map(|found| found.record);
        let kept = u64::from(transaction) - u64::from(!after_writing);
        assert_eq!(reached.is_some(), kept != 0);
        if let Some(reached) = &reached {
            // Whole households only, and verify says that the load stopped.
            assert!(!reached.done);
            assert_eq!(view.count(Person::KIND).unwrap(), reached.persons);
            assert_eq!(problems(&inner).len(), 1, "{:?}", problems(&inner));
        }
        drop(view);
        let gone_on = load(&inner, &old.input(), &only_good(), now()).unwrap();
        assert_eq!(gone_on.gone_on_from, reached.map_or(0, |reached| reached.groups));
        assert_eq!(Loaded { gone_on_from: 0, ..gone_on }, wanted);
        assert!(all::<Person>(&inner) == people && all::<Household>(&inner) == households);
        assert_eq!(problems(&inner), Vec::<String>::new());
        let counted = |journal: &Store| {
            let view = journal.view(AsOf::default()).unwrap();
            view.load::<Counter>(Counter::ADDRESSEE).unwrap().unwrap().record
        };
        assert_eq!(counted(&inner), counted(&whole));
    }
}

#[test]
fn other_files_do_not_go_on_with_a_load_and_a_half_loaded_town_is_not_served() {
    let old = Old::new(&many(1_400));
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), false).unwrap();
    let config = dir.path().join("daicho.toml");
    let config = config.to_str().unwrap();

    // Killed as soon as it says that a part is loaded.
    let mut child = Command::new(env!("CARGO_BIN_EXE_daicho"))
        .args(["migrate", "load", "--config", config, "--only-good"])
        .args(["--mapping", "mapping.toml", "--in", "old", "--reports", "reports"])
        .current_dir(old.dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let part = told.find(|line| line.as_ref().unwrap().contains("まで載せました"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(part.is_some());

    let (_config, house) = reopened(dir.path());
    let reached = house
        .office
        .journal()
        .view(AsOf::default())
        .unwrap()
        .load::<Migration>(MIGRATION_KEY)
        .unwrap()
        .unwrap();
    if !reached.record.done {
        let refused = refuse_half_loaded(&house).unwrap_err();
        assert!(refused.to_string().contains("途中で止まっています"), "{refused}");
        let other = Old::new(&many(1_399));
        let error = load(house.office.journal(), &other.input(), &only_good(), now()).unwrap_err();
        assert!(error.to_string().contains("違います"), "{error}");
        let loaded = load(house.office.journal(), &old.input(), &only_good(), now()).unwrap();
        assert_eq!((loaded.persons, loaded.gone_on_from), (2_798, reached.record.groups));
    }
    refuse_half_loaded(&house).unwrap();
    assert_eq!(all::<Person>(house.office.journal()).len(), 2_798);
    assert_eq!(problems(house.office.journal()), Vec::<String>::new());
}

fn reopened(dir: &Path) -> (PathBuf, House) {
    let path = dir.join("daicho.toml");
    let house = open(&Config::read(&path).unwrap(), Outside::default()).unwrap();
    (path, house)
}
