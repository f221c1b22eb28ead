//! A town moves between a file and a database by its archives, and is archived and witnessed alike in both.

use std::fs;
use std::path::Path;

use archive::{Extent, Target};
use daicho::audit::{Keeper, Witness, checkpoint, make_key};
use daicho::backup::{DEFAULT_RULES, Destination, make, mask, restore, verify};
use daicho::config::{Config, Database};
use daicho::house::{Outside, open};
use register::{ChainWalk, Ledger, Position};
use store_postgres::{Options, ReadOnly, Trouble};

use super::backup::{Town, now, read};
use super::demo::durable_database;
use super::program::daicho;

/// The same town with its journal in a database.
fn in_database(config: &Config, url: &str) -> Config {
    let database =
        Database { url: url.to_owned(), password_file: None, ca: None, certificate: None, key_file: None };
    Config { database: Some(database), ..config.clone() }
}

fn read_database(url: &str) -> Result<ReadOnly, register::Fault> {
    ReadOnly::open(url, &office::Office::kinds(&daicho::house::systems(&[])), Options::default())
}

/// Head and findings of a journal.
fn looked_at(ledger: &dyn Ledger, verification: register::Verification) -> (ChainWalk, Vec<String>) {
    (ledger.snapshot().unwrap().head().unwrap(), verification.problems)
}

#[test]
fn files_of_tls_to_a_database_are_refused_when_they_do_not_fit() {
    let town = Town::new();
    let path = |name: &str| Some(town.path(name));
    fs::write(town.path("text"), "証明書ではない").unwrap();
    let table = [
        ("no file", path("none"), None, None, "none が読めません"),
        ("no certificate", path("text"), None, None, "認証局の証明書がありません"),
        ("a key is missing", path("text"), path("text"), None, "両方書くか"),
        ("an authority is missing", None, path("text"), path("text"), "認証局 ca も"),
    ];
    for (name, ca, certificate, key_file, wanted) in table {
        let mut config = in_database(&town.config, "postgres://daicho@localhost/town");
        config.database = config.database.map(|database| Database { ca, certificate, key_file, ..database });
        let refused = make(&config, &town.path("archive"), Extent::Full, now()).unwrap_err();
        let said = format!("{refused:#}");
        assert!(said.contains("[database] の TLS") && said.contains(wanted), "{name}: {said}");
    }
}

#[test]
fn a_town_moves_into_a_database_and_back_by_its_archives() {
    let town = Town::new();
    let archive = town.path("archive");
    town.archive(Extent::Full);
    let file = read(&town.config.at(&town.config.store.path));
    let head = file.snapshot().unwrap().head().unwrap();

    let url = durable_database();
    let config = in_database(&town.config, &url);
    let into = Destination::Database;
    let restored = restore(&config, &archive, &into, Target::Newest).unwrap();
    assert_eq!(restored.problems, Vec::<String>::new());
    let database = read_database(&url).unwrap();
    assert_eq!(looked_at(&database, database.verify().unwrap()), (head, vec![]));
    let again = restore(&config, &archive, &into, Target::Newest).unwrap_err();
    assert!(format!("{again:#}").contains("空でない"), "{again:#}");

    // It is the same journal, so the folder's increments go on, while the town is served.
    let house = open(&config, Outside::default()).unwrap();
    let live = |name: &str| {
        house.office.add_user(name, "職員", "", office::Rights::default(), "long-enough").unwrap();
    };
    live("one");
    let made = make(&config, &archive, Extent::Increment, now()).unwrap();
    assert_eq!(made.changes, database.snapshot().unwrap().head().unwrap().position.0 - head.position.0);
    live("two");
    assert!(make(&config, &archive, Extent::Increment, now()).unwrap().file.is_some());
    assert!(make(&config, &archive, Extent::Increment, now()).unwrap().file.is_none());
    let whole = town.path("whole");
    make(&config, &whole, Extent::Full, now()).unwrap();
    let head = database.snapshot().unwrap().head().unwrap();
    for folder in [&archive, &whole] {
        let verdict = verify(folder, None).unwrap();
        assert_eq!((verdict.problems, verdict.reached), (vec![], head));
    }

    // Back into files, and at another moment into another database.
    for folder in [&archive, &whole] {
        let to = town.path(&format!("from-{}", folder.file_name().unwrap().display()));
        let restored = restore(&config, folder, &Destination::Folder(to.clone()), Target::Newest).unwrap();
        assert_eq!(restored.problems, Vec::<String>::new());
        let copy = read(&to.join("daicho.db"));
        assert_eq!(looked_at(&copy, copy.verify().unwrap()), (head, vec![]));
    }
    let earlier = durable_database();
    let until = Position(head.position.0 - 1);
    let target = Target::Position(until);
    let restored = restore(&in_database(&config, &earlier), &whole, &into, target).unwrap();
    assert_eq!((restored.problems, restored.reached.position), (vec![], until));
    let other = make(&in_database(&config, &earlier), &whole, Extent::Increment, now()).unwrap_err();
    assert!(other.to_string().contains("新しいフォルダ"), "{other}");

    let masked = mask(&config, &whole, &town.path("rehearsal"), 7, DEFAULT_RULES).unwrap();
    assert_eq!((masked.notes, masked.changes), (vec![], head.position.0));
}

/// The town's configuration with other `[audit]` and a `[database]`, on disk for the program.
fn configured(town: &Town, url: &str, audit: &str) -> String {
    let path = town.config.folder.join("database.toml");
    let text = fs::read_to_string(town.config.folder.join("daicho.toml")).unwrap();
    let (front, _) = text.split_once("[audit]").unwrap();
    let (_, back) = text.split_once("[standards]").unwrap();
    fs::write(&path, format!("{front}{audit}\n[database]\nurl = \"{url}\"\n[standards]{back}")).unwrap();
    path.display().to_string()
}

#[test]
fn a_town_in_a_database_is_witnessed_while_it_is_served() {
    let town = Town::new();
    town.archive(Extent::Full);
    make_key(&town.path("key")).unwrap();
    let (log, key, public) = (town.path("far.jsonl"), town.path("key"), town.path("key.pub"));
    let url = durable_database();
    let audit = format!(
        "[audit]\ncheckpoints = \"{}\"\nkey_file = \"{}\"\npublic_key = \"{}\"",
        log.display(),
        key.display(),
        public.display()
    );
    let file = configured(&town, &url, &audit);
    let run = |arguments: &[&str]| {
        let run = daicho(&town.config.folder, &[arguments, &["--config", &file]].concat(), b"");
        (run.code, format!("{}{}", run.told, String::from_utf8_lossy(&run.out)))
    };
    let archive = town.path("archive").display().to_string();
    let (code, told) = run(&["restore", &archive, "--to-database"]);
    assert!(code == Some(0) && told.contains("[database] のデータベースに復元しました"), "{code:?} {told}");

    let config = Config::read(Path::new(&file)).unwrap();
    let house = open(&config, Outside::default()).unwrap();
    let lines = || fs::read_to_string(&log).unwrap().lines().count();
    let keeper = Keeper::start(&config, &house.office).unwrap().unwrap();
    assert_eq!(lines(), 1);
    house.office.add_user("one", "職員", "", office::Rights::default(), "long-enough").unwrap();
    drop(keeper);
    assert_eq!(lines(), 2, "what came since is signed at the end");
    checkpoint(&config, None, None, &office::SystemClock).unwrap();
    assert_eq!(run(&["audit", "checkpoint"]).0, Some(0));
    let (code, told) = run(&["audit", "verify"]);
    assert!(code == Some(0) && told.contains("と一致しました"), "{code:?} {told}");

    // A cut end, which the chain alone does not tell.
    let head = house.office.journal().head().unwrap();
    let cut =
        format!("DELETE FROM versions WHERE position = {head}; DELETE FROM changes WHERE position = {head}");
    super::demo::run_sql(&url, &cut);
    let witness = Witness::read(Some(&log), Some(&public)).unwrap().unwrap();
    let database = read_database(&url).unwrap();
    let snapshot = database.snapshot().unwrap();
    let hash_at = |position| Ok(snapshot.link(position)?.map(|link| link.hash));
    let problem = witness.check(snapshot.head().unwrap().position, hash_at).unwrap().unwrap_err();
    assert!(problem.contains("末尾"), "{problem}");
    let (code, told) = run(&["audit", "verify"]);
    assert!(code == Some(1) && told.contains("末尾"), "{code:?} {told}");
    assert!(checkpoint(&config, None, None, &office::SystemClock).is_err(), "a cut journal is not signed");
}

#[test]
fn a_restore_that_fails_leaves_a_database_that_serves_nobody() {
    let town = Town::new();
    let archive = town.path("archive");
    town.archive(Extent::Full);
    town.live("one");
    let increment = archive.join(town.archive(Extent::Increment).file.unwrap());
    let into = Destination::Database;
    let told = |error: anyhow::Error, words: &str| {
        let text = format!("{error:#}");
        assert!(text.contains(words), "{words}: {text}");
    };

    // No database is named; the key is another. Nothing is touched.
    told(restore(&town.config, &archive, &into, Target::Newest).unwrap_err(), "[database] がありません");
    let url = durable_database();
    let config = in_database(&town.config, &url);
    let mut other = config.clone();
    other.store.key_file = town.path("other.key");
    // A copy first, so that it is for its owner alone.
    fs::copy(config.at(&config.store.key_file), &other.store.key_file).unwrap();
    fs::write(&other.store.key_file, "7".repeat(64)).unwrap();
    told(restore(&other, &archive, &into, Target::Newest).unwrap_err(), "鍵が違います");
    assert_eq!(Trouble::of(&read_database(&url).err().unwrap()), Some(&Trouble::Foreign));

    // The archive breaks in its second file.
    let whole = fs::read(&increment).unwrap();
    fs::write(&increment, &whole[..whole.len() - 9]).unwrap();
    told(restore(&config, &archive, &into, Target::Newest).unwrap_err(), "increment");
    fs::write(&increment, &whole).unwrap();
    let half = "復元の途中で止まった";
    told(open(&config, Outside::default()).err().unwrap(), half);
    told(make(&config, &town.path("new"), Extent::Full, now()).unwrap_err(), half);
    told(restore(&config, &archive, &into, Target::Newest).unwrap_err(), half);
    make_key(&town.path("key")).unwrap();
    let signed = checkpoint(&config, Some(&town.path("log")), Some(&town.path("key")), &office::SystemClock);
    told(signed.unwrap_err(), half);
    // Emptied, it takes the restore.
    super::demo::run_sql(&url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    let restored = restore(&config, &archive, &into, Target::Newest).unwrap();
    assert_eq!((restored.problems, restored.reached.position), (vec![], town.head()));
}
