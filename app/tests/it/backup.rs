//! A town is archived while it is served, comes back at any moment, and is told when somebody touched the archive.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use archive::{Extent, Target};
use daicho::audit::{Keeper, Witness, checkpoint, make_key};
use daicho::backup::{DEFAULT_RULES, Destination, make, mask, relist, restore, target, verify};
use daicho::config::Config;
use daicho::demo::{Demo, make as make_demo};
use daicho::house::{House, Outside, open};
use jiff::{SignedDuration, Timestamp};
use register::{AsOf, Ledger, Position, ViewExt};
use resident_register::records::{PERSON, Person};
use store_sqlite::{Options, ReadOnly};

use super::program::daicho as program;

pub(super) struct Town {
    dir: tempfile::TempDir,
    pub(super) config: Config,
    pub(super) house: House,
}

impl Town {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let demo = Demo { folder: dir.path().join("town"), residents: 60, seed: 3, fresh: false };
        let (config, house) = make_demo(&demo, Outside::default()).unwrap();
        Self { dir, config, house }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A few more changes.
    pub(super) fn live(&self, name: &str) -> Position {
        self.house.office.add_user(name, "職員", "", office::Rights::default(), "long-enough").unwrap();
        self.head()
    }

    pub(super) fn head(&self) -> Position {
        self.house.office.journal().head().unwrap()
    }

    pub(super) fn archive(&self, extent: Extent) -> daicho::backup::Made {
        make(&self.config, &self.path("archive"), extent, now()).unwrap()
    }
}

pub(super) fn now() -> Timestamp {
    office::Clock::now(&office::SystemClock)
}

pub(super) fn read(path: &Path) -> ReadOnly {
    let kinds = office::Office::kinds(&daicho::house::systems(&[]));
    ReadOnly::open(path, &kinds, Options::default()).unwrap()
}

#[test]
fn a_town_comes_back_as_it_was_at_any_position_and_time() {
    let town = Town::new();
    let first = town.archive(Extent::Full);
    assert_eq!(first.changes, town.head().0);
    let middle = town.live("one");
    town.archive(Extent::Increment);
    town.live("two");
    town.archive(Extent::Increment);
    assert!(town.archive(Extent::Increment).file.is_none(), "nothing has changed");
    let verdict = verify(&town.path("archive"), None).unwrap();
    assert_eq!(verdict.problems, Vec::<String>::new());
    assert_eq!(verdict.reached.position, town.head());

    let source = read(&town.config.at(&town.config.store.path));
    let middle_time = source.snapshot().unwrap().link(middle).unwrap().unwrap().at.unwrap();
    let table = [
        ("all", Target::Newest, town.head()),
        ("some", Target::Position(middle), middle),
        ("until a time", target(Some(&middle_time.to_string()), None).unwrap(), middle),
        ("the first", Target::Position(Position(1)), Position(1)),
    ];
    for (name, target, wanted) in table {
        let to = town.path(name);
        let into = Destination::Folder(to.clone());
        let restored = restore(&town.config, &town.path("archive"), &into, target).unwrap();
        assert_eq!(restored.problems, Vec::<String>::new(), "{name}");
        assert_eq!(restored.reached.position, wanted, "{name}");
        let copy = read(&to.join("daicho.db"));
        let link = source.snapshot().unwrap().link(wanted).unwrap();
        assert_eq!(copy.snapshot().unwrap().link(wanted).unwrap(), link, "{name}");
        assert_eq!(copy.snapshot().unwrap().link(Position(wanted.0 + 1)).unwrap(), None, "{name}");
        // There is a database now: nothing is written over it.
        let error = restore(&town.config, &town.path("archive"), &into, target).unwrap_err();
        assert!(format!("{error:#}").contains("空でない"), "{name}: {error:#}");
    }
    let behind = Target::Position(Position(town.head().0 + 1));
    let never = Destination::Folder(town.path("never"));
    assert!(restore(&town.config, &town.path("archive"), &never, behind).is_err());

    // The restored file is a town that can be served.
    let config = Config { folder: town.path("serve"), ..town.config.clone() };
    copy_folder(&town.config.folder, &config.folder);
    fs::remove_file(config.at(&config.store.path)).unwrap();
    fs::rename(town.path("all").join("daicho.db"), config.at(&config.store.path)).unwrap();
    let served = open(&config, Outside::default()).unwrap();
    assert!(served.office.user("two").unwrap().is_some());
    assert_eq!(served.office.journal().verify().unwrap().problems, Vec::<String>::new());
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(name));
        } else if !name.to_string_lossy().contains(".db-") {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

#[test]
fn what_was_done_to_an_archive_is_told_with_the_file() {
    let town = Town::new();
    let key = town.path("key");
    make_key(&key).unwrap();
    let full = town.archive(Extent::Full).file.unwrap();
    town.live("one");
    let second = town.archive(Extent::Increment).file.unwrap();
    let last = town.live("two");
    let third = town.archive(Extent::Increment).file.unwrap();
    let checkpoints = town.path("checkpoints.jsonl");
    checkpoint(&town.config, Some(&checkpoints), Some(&key), &office::SystemClock).unwrap();

    type Damage<'a> = Box<dyn Fn(&Path) + 'a>;
    let at = |folder: &Path, name: &str| folder.join(name);
    let flip = |path: PathBuf| {
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let cut_manifest = |folder: &Path| {
        let path = folder.join("manifest.txt");
        let text = fs::read_to_string(&path).unwrap();
        let kept: Vec<&str> = text.lines().take(2).collect();
        fs::write(path, format!("{}\n", kept.join("\n"))).unwrap();
    };
    let table: Vec<(&str, Damage<'_>, Vec<String>)> = vec![
        ("nothing", Box::new(|_| ()), vec![]),
        (
            "a bit of the full file",
            Box::new(|dir| flip(at(dir, &full))),
            vec![format!("{full}: "), "復元できません".into()],
        ),
        (
            "a bit of an increment",
            Box::new(|dir| flip(at(dir, &second))),
            vec![format!("{second}: "), "復元できるのは変更".into()],
        ),
        (
            "an increment lost",
            Box::new(|dir| fs::remove_file(at(dir, &second)).unwrap()),
            vec![format!("{second} が開けません"), "復元できるのは変更".into()],
        ),
        (
            "two files swapped",
            Box::new(|dir| {
                fs::rename(at(dir, &second), at(dir, "x")).unwrap();
                fs::rename(at(dir, &third), at(dir, &second)).unwrap();
                fs::rename(at(dir, "x"), at(dir, &third)).unwrap();
            }),
            vec![format!("{second}: 目録の記載"), format!("{third}: 目録の記載")],
        ),
        (
            "the manifest's end cut",
            Box::new(|dir| cut_manifest(dir)),
            vec![format!("{third}: 目録にない"), format!("検査点は変更{last}")],
        ),
        (
            "the end of both cut",
            Box::new(|dir| {
                cut_manifest(dir);
                fs::remove_file(at(dir, &third)).unwrap();
            }),
            vec![format!("検査点は変更{last}")],
        ),
        (
            "a file added",
            Box::new(|dir| fs::write(at(dir, "increment-9-9.gz"), "x").unwrap()),
            vec!["increment-9-9.gz: 目録にない".into()],
        ),
    ];
    let mut public = key.into_os_string();
    public.push(".pub");
    let witness = Witness::read(Some(&checkpoints), Some(Path::new(&public))).unwrap();
    for (name, damage, wanted) in table {
        let copy = town.path("copy");
        let _ = fs::remove_dir_all(&copy);
        copy_folder(&town.path("archive"), &copy);
        damage(&copy);
        let problems = verify(&copy, witness.as_ref()).unwrap().problems;
        for wanted in &wanted {
            assert!(
                problems.iter().any(|problem| problem.contains(wanted)),
                "{name}: {wanted} in {problems:#?}"
            );
        }
        assert_eq!(problems.is_empty(), wanted.is_empty(), "{name}: {problems:#?}");
    }
    // A manifest that was edited is not read at all.
    let manifest = town.path("copy").join("manifest.txt");
    fs::write(&manifest, fs::read_to_string(&manifest).unwrap().replace("\"changes\"", "\"Changes\""))
        .unwrap();
    let error = verify(&town.path("copy"), None).unwrap_err();
    assert!(format!("{error:#}").contains("目録の1行目"), "{error:#}");
}

#[test]
fn a_lost_manifest_is_written_anew_from_the_files() {
    let town = Town::new();
    let archive = town.path("archive");
    town.archive(Extent::Full);
    town.live("one");
    let increment = town.archive(Extent::Increment).file.unwrap();
    let manifest = archive.join("manifest.txt");
    let whole = fs::read_to_string(&manifest).unwrap();
    let refused = relist(&archive).unwrap_err();
    assert!(format!("{refused:#}").contains("目録は読めます"), "{refused:#}");

    // Lost, cut in its last line, altered: what is left of it stays beside the new one.
    let cases = [
        ("lost", None),
        ("cut", Some(whole[..whole.len() - 9].to_owned())),
        ("altered", Some(whole.replacen("full", "Full", 1))),
    ];
    for (name, left) in cases {
        fs::remove_file(&manifest).unwrap();
        left.iter().for_each(|left| fs::write(&manifest, left).unwrap());
        let error = format!("{:#}", verify(&archive, None).unwrap_err());
        assert!(error.contains("daicho backup relist"), "{name}: {error}");
        let relisted = relist(&archive).unwrap();
        assert_eq!((relisted.files, relisted.problems), (2, vec![]), "{name}");
        assert_eq!(fs::read_to_string(&manifest).unwrap(), whole, "{name}");
        assert_eq!(verify(&archive, None).unwrap().problems, Vec::<String>::new(), "{name}");
    }
    assert!(archive.join("manifest.txt.broken-2").exists());
    // Archives go on where the manifest ends.
    town.live("two");
    town.archive(Extent::Increment);
    assert_eq!(verify(&archive, None).unwrap().reached.position, town.head());

    // One that does not read, or has another's name, is told, and nothing is written until it is out of the way.
    fs::remove_file(&manifest).unwrap();
    let path = archive.join(&increment);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    fs::write(archive.join("full-1-1.gz"), &bytes).unwrap();
    let problems = relist(&archive).unwrap().problems;
    assert!(problems.iter().any(|problem| problem.starts_with(&increment)), "{problems:#?}");
    assert!(problems.iter().any(|problem| problem.contains(&format!("中身は {increment}"))), "{problems:#?}");
    assert!(!manifest.exists());
    fs::remove_file(archive.join("full-1-1.gz")).unwrap();
    fs::write(&path, &bytes).unwrap();
    let said = program(&archive, &["backup", "relist", "."], b"");
    assert_eq!(said.code, Some(0), "{}", said.told);
    assert!(relist(&town.path("nowhere")).is_err());
}

#[test]
fn old_archives_go_only_when_a_newer_full_one_was_read_back() {
    let town = Town::new();
    let archive = town.path("archive");
    let day = |days: i64| now() + SignedDuration::from_hours(24 * days);
    let make = |extent, at| make(&town.config, &archive, extent, at);
    let first = make(Extent::Full, day(0)).unwrap().file.unwrap();
    town.live("one");
    let increment = make(Extent::Increment, day(1)).unwrap().file.unwrap();
    town.live("two");
    let second = make(Extent::Full, day(2)).unwrap();
    assert_eq!(second.pruned, Vec::<String>::new(), "the newer one is not old enough");
    town.live("three");
    // The second full file no longer reads: nothing is removed for its sake.
    let path = archive.join(second.file.unwrap());
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    let error = make(Extent::Full, day(10)).unwrap_err();
    assert!(format!("{error:#}").contains("古い控えを残します"), "{error:#}");
    assert!(archive.join(&first).exists());
    fs::write(&path, &whole).unwrap();
    let third = make(Extent::Full, day(10)).unwrap();
    assert_eq!(third.pruned, [first.clone(), increment]);
    assert!(!archive.join(&first).exists());
    assert_eq!(verify(&archive, None).unwrap().problems, Vec::<String>::new());
}

#[test]
fn archives_that_are_gone_are_made_anew_and_nothing_is_put_on_top_of_them() {
    let town = Town::new();
    let archive = town.path("archive");
    let make = |extent| make(&town.config, &archive, extent, now());
    let mut full = make(Extent::Full).unwrap().file.unwrap();
    assert!(make(Extent::Full).unwrap().file.is_none(), "nothing has changed");
    for damage in ["gone", "cut"] {
        let path = archive.join(&full);
        match damage {
            "gone" => fs::remove_file(&path).unwrap(),
            _ => fs::write(&path, "half").unwrap(),
        }
        town.live(damage);
        let error = make(Extent::Increment).unwrap_err();
        assert!(format!("{error:#}").contains(&full), "{damage}: {error:#}");
        // The head has gone on: another file, and the old name stays known as gone.
        let again = make(Extent::Full).unwrap().file.unwrap();
        assert_ne!(again, full, "{damage}");
        fs::remove_file(archive.join(&again)).unwrap();
        assert_eq!(
            make(Extent::Full).unwrap().file,
            Some(again.clone()),
            "{damage}: made anew under its name"
        );
        let into = Destination::Folder(town.path(damage));
        let restored = restore(&town.config, &archive, &into, Target::Newest).unwrap();
        assert_eq!((restored.reached.position, restored.problems), (town.head(), vec![]), "{damage}");
        full = again;
    }
}

#[test]
fn a_restore_says_what_it_does_not_bring_back() {
    let town = Town::new();
    let full = town.archive(Extent::Full).file.unwrap();
    let into = |name: &str| Destination::Folder(town.path(name));
    let archive = town.path("archive");
    let at = |text: &str| target(Some(text), None).unwrap();
    let early = restore(&town.config, &archive, &into("early"), at("2020-01-01T00:00")).unwrap_err();
    assert!(format!("{early:#}").contains("まだ何も記録されていません"), "{early:#}");
    assert!(!town.path("early").join("daicho.db").exists(), "nothing was begun");
    let late = restore(&town.config, &archive, &into("late"), at("2090-01-01T00:00")).unwrap();
    assert!(late.notes.iter().any(|note| note.contains("最後の控え")), "{:?}", late.notes);
    assert_eq!(late.reached.position, town.head());
    // A file the manifest does not name may be all that is left of its lost end.
    fs::copy(archive.join(&full), archive.join("increment-90-99.gz")).unwrap();
    let strange = restore(&town.config, &archive, &into("strange"), Target::Newest).unwrap();
    assert!(strange.notes.iter().any(|note| note.contains("increment-90-99.gz")), "{:?}", strange.notes);
}

#[test]
fn another_journal_is_not_archived_into_the_same_folder() {
    let town = Town::new();
    town.archive(Extent::Full);
    town.live("one");
    town.archive(Extent::Increment);
    let back = Destination::Folder(town.path("back"));
    restore(&town.config, &town.path("archive"), &back, Target::Position(Position(2))).unwrap();
    let mut config = town.config.clone();
    config.store.path = town.path("back").join("daicho.db");
    for extent in [Extent::Full, Extent::Increment] {
        let error = make(&config, &town.path("archive"), extent, now()).unwrap_err();
        assert!(error.to_string().contains("新しいフォルダ"), "{error}");
    }
    let error = make(&town.config, &town.path("new"), Extent::Increment, now()).unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
}

#[test]
fn a_copy_for_rehearsals_holds_nobody_and_still_is_a_town() {
    let town = Town::new();
    town.archive(Extent::Full);
    let to = town.path("rehearsal");
    let masked = mask(&town.config, &town.path("archive"), &to, 7, DEFAULT_RULES).unwrap();
    assert_eq!(masked.notes, Vec::<String>::new(), "every field of every kind has a rule");
    assert_eq!(masked.changes, town.head().0);
    let config = Config::read(&to.join("daicho.toml")).unwrap();
    let house = open(&config, Outside::default()).unwrap();
    let office = &house.office;
    assert_eq!(office.journal().verify().unwrap().problems, Vec::<String>::new());
    let view = office.journal().view(AsOf::default()).unwrap();
    for check in office.systems().iter().flat_map(|system| &system.checks) {
        let found = (check.run)(&*view).unwrap();
        assert!(
            found.is_empty(),
            "{}: {:?}",
            check.title,
            found.first().map(|found| (&found.record, &found.what))
        );
    }
    let original = town.house.office.journal().view(AsOf::default()).unwrap();
    let (mut persons, mut same_names) = (0, 0);
    original
        .scan(&PERSON, None, &mut |stored| {
            let before: Person = stored.typed()?.record;
            let after = view.load::<Person>(&stored.key)?.unwrap().record;
            persons += 1;
            // Composed names may by chance be somebody's; numbers never are.
            same_names += usize::from(before.name == after.name || before.name_kana == after.name_kana);
            assert_ne!(
                before.individual_number.map(|number| number.expose().to_owned()),
                after.individual_number.map(|number| number.expose().to_owned())
            );
            assert_ne!(
                before.resident_record_code.map(|code| code.expose().to_owned()),
                after.resident_record_code.map(|code| code.expose().to_owned())
            );
            assert_ne!(before.address.lot, after.address.lot);
            assert_eq!(before.birth_date, after.birth_date);
            assert_eq!(before.individual_number.is_some(), after.individual_number.is_some());
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    assert!(50 < persons && same_names * 20 < persons, "{same_names} of {persons}");
    drop(view);
    drop(house);
    assert!(mask(&town.config, &town.path("archive"), &to, 7, DEFAULT_RULES).is_err(), "a town is there");
    // A copy that was cut off is made anew, whatever it left behind.
    fs::rename(to.join("daicho.db"), to.join("daicho.part")).unwrap();
    fs::copy(town.config.folder.join("daicho.db.lock"), to.join("daicho.part.lock")).unwrap();
    let again = mask(&town.config, &town.path("archive"), &to, 7, DEFAULT_RULES).unwrap();
    assert_eq!((again.changes, again.versions), (masked.changes, masked.versions));
    drop(open(&config, Outside::default()).unwrap());
    // One that is refused leaves no half of a copy.
    let other = daicho::config::Config {
        store: daicho::config::Store { key_file: to.join("daicho.key"), ..town.config.store.clone() },
        ..town.config.clone()
    };
    assert!(mask(&other, &town.path("archive"), &town.path("refused"), 7, DEFAULT_RULES).is_err());
    let left = fs::read_dir(town.path("refused")).map_or(0, |all| {
        all.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("daicho.part"))
            .count()
    });
    assert_eq!(left, 0);
    // A rule that is missing blanks the field and says so.
    let fewer: String = DEFAULT_RULES
        .lines()
        .filter(|line| !line.ends_with("\tfamily_name\tfamily"))
        .fold(String::new(), |all, line| all + line + "\n");
    let masked = mask(&town.config, &town.path("archive"), &town.path("fewer"), 7, &fewer).unwrap();
    assert!(
        masked.notes.iter().any(|note| note.contains("resident-register/person の family_name")),
        "{:?}",
        masked.notes
    );
}

#[test]
fn the_serving_town_signs_by_itself() {
    let town = Town::new();
    let mut config = town.config.clone();
    make_key(&town.path("key")).unwrap();
    config.audit.checkpoints = Some(town.path("far/checkpoints.jsonl"));
    config.audit.key_file = Some(town.path("key"));
    config.audit.public_key = Some(town.path("key.pub"));
    let lines = || fs::read_to_string(town.path("far/checkpoints.jsonl")).unwrap().lines().count();
    let keeper = Keeper::start(&config, &town.house.office).unwrap().unwrap();
    assert_eq!(lines(), 1);
    town.live("one");
    drop(keeper);
    assert_eq!(lines(), 2, "what came since is signed at the end");
    drop(Keeper::start(&config, &town.house.office).unwrap());
    let witness = Witness::read(config.audit.checkpoints.as_deref(), config.audit.public_key.as_deref())
        .unwrap()
        .unwrap();
    assert_eq!(witness.log.as_ref().unwrap().last().unwrap().position, town.head());
    let source = read(&config.at(&config.store.path));
    let snapshot = source.snapshot().unwrap();
    let hash_at = |position| Ok(snapshot.link(position)?.map(|link| link.hash));
    assert!(witness.check(town.head(), hash_at).unwrap().is_ok());
    // Without its key the town does not begin, rather than run unwitnessed.
    config.audit.key_file = Some(town.path("none"));
    assert!(Keeper::start(&config, &town.house.office).is_err());
    let plain = Config { audit: daicho::config::Audit::default(), ..config };
    assert!(Keeper::start(&plain, &town.house.office).unwrap().is_none());
}

#[test]
#[cfg(unix)]
fn archives_and_keys_are_for_the_program_alone() {
    use std::os::unix::fs::PermissionsExt;
    let town = Town::new();
    make_key(&town.path("key")).unwrap();
    assert!(make_key(&town.path("key")).is_err(), "a key is not written over");
    let file = town.archive(Extent::Full).file.unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(town.path("key")), 0o600);
    assert_eq!(mode(town.path("archive")), 0o700);
    assert_eq!(mode(town.path("archive").join(file)), 0o600);
    assert_eq!(mode(town.path("archive").join("manifest.txt")), 0o600);
}

#[test]
fn a_moment_that_does_not_read_is_a_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    for at in ["昨日", "2026-02-30T09:00", "2026/04/01"] {
        let restore = ["restore", "archive", "--to", "copy", "--at", at];
        let told = format!("日時「{at}」は 2026-04-01T09:00 のように書いてください");
        program(folder.path(), &restore, b"").check(2, &[&told]);
        assert!(!folder.path().join("copy").exists());
    }
}
