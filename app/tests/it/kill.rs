//! The program is killed at any moment, again and again: nothing acknowledged is lost, nothing is doubled, neither in
//! the registers nor at the subscribers nor in the files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use daicho::config::Config;
use daicho::demo::{Demo, make};
use daicho::house::{House, Outside, open};
use daicho::serve::Workers;
use linkage::{Delivery, Phase};
use office::{LinkStanding, Ready};
use register::{AsOf, ViewExt};
use resident_register::records::{PERSON, Person, Provisional, ProvisionalStatus};

/// Rounds of kill and restart on one town.
const ROUNDS: u64 = 200;
/// How often the whole is compared in between.
const COMPARE_EVERY: u64 = 50;

fn child_program() -> PathBuf {
    // Test programs lie in target/PROFILE/deps, examples in target/PROFILE/examples.
    let deps = std::env::current_exe().unwrap();
    deps.parent().and_then(Path::parent).unwrap().join("examples").join("kill_child")
}

/// A small generator: the same kills in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[derive(Default)]
struct Acknowledged {
    entered: BTreeSet<String>,
    finals: BTreeMap<String, String>,
}

impl Acknowledged {
    fn take(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["open"] => {}
            ["entered", provisional] => {
                assert!(self.entered.insert((*provisional).to_owned()), "{provisional} was given twice");
            }
            ["final", provisional, code] => {
                self.finals.insert((*provisional).to_owned(), (*code).to_owned());
            }
            _ => panic!("the town refused: {line}"),
        }
    }
}

fn round(folder: &Path, number: u64, draw: &mut Draw, acknowledged: &mut Acknowledged) {
    let mut child = Command::new(child_program())
        .arg(folder)
        .arg(number.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("built by `cargo test -p daicho`, or `cargo build -p daicho --example kill_child`");
    let out = child.stdout.take().unwrap();
    let (sender, lines): (_, Receiver<String>) = channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(out).lines() {
            // A line cut in the middle by the kill was not acknowledged.
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    // Some rounds are killed while the town opens, most after some work, at a moment that has nothing to do with the
    // work: within so many milliseconds after the last line that was waited for.
    let wanted = draw.below(12);
    for _ in 0..wanted {
        let Ok(line) = lines.recv() else { break };
        acknowledged.take(&line);
    }
    let within = Duration::from_micros(draw.below(25_000));
    match lines.recv_timeout(within) {
        Ok(line) => acknowledged.take(&line),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
    }
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    for line in lines.try_iter() {
        // The last line may be cut; a whole one ends in a known number of words.
        let whole = match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["final", _, code] => code.len() == 11,
            ["entered", no] => no.len() >= 8,
            _ => false,
        };
        if whole {
            acknowledged.take(&line);
        }
    }
}

/// Opens the town, lets everything settle, and compares registers, subscribers and files.
fn compare(config: &Config, acknowledged: &Acknowledged) {
    let (office, workers) = Workers::start(open(config, Outside::default()).unwrap()).unwrap();
    // Links and receivers work on their own threads; each commit wakes this one.
    let mut head = office.journal().head().unwrap();
    let settled = |office: &office::Office| {
        let applied = office.link_views().unwrap().iter().all(|view| view.standing == LinkStanding::Idle);
        let kinds = [PERSON.id];
        applied
            && office
                .link_views()
                .unwrap()
                .iter()
                .filter(|view| view.timing == "随時")
                .all(|view| office.journal().feed(view.position, &kinds, 1).unwrap().is_empty())
    };
    let mut patience = 600;
    while !settled(&office) {
        patience -= 1;
        assert!(patience > 0, "the links do not settle: {:#?}", office.link_views().unwrap());
        head = office.journal().wait(head, Duration::from_millis(100));
    }
    workers.stop();

    let verification = office.journal().verify().unwrap();
    assert_eq!(verification.problems, Vec::<String>::new());
    let view = office.journal().view(AsOf::default()).unwrap();
    for check in office.systems().iter().flat_map(|system| &system.checks) {
        assert_eq!((check.run)(&*view).unwrap(), [], "{}", check.title);
    }

    // Nothing acknowledged is lost: entered ones are there, final ones are final and in the register.
    let mut people: BTreeMap<String, u32> = BTreeMap::new();
    let mut codes = BTreeSet::new();
    view.scan(&PERSON, None, &mut |stored| {
        let person = stored.typed::<Person>()?.record;
        codes.extend(person.resident_record_code.map(|code| code.expose().to_owned()));
        people.insert(person.addressee_no.to_string(), person.history_no);
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    for provisional in &acknowledged.entered {
        assert!(
            view.load::<Provisional>(provisional).unwrap().is_some(),
            "{provisional} was acknowledged and is gone"
        );
    }
    for (provisional, code) in &acknowledged.finals {
        let record = view.load::<Provisional>(provisional).unwrap().unwrap().record;
        assert_ne!(record.status, ProvisionalStatus::Open, "{provisional}");
        assert!(codes.contains(code), "{provisional} is final and its person is not in the register");
    }

    // Nothing is doubled at the subscribers: as many versions as the register has, person by person.
    for (person, history_no) in &people {
        let versions = view.history(&addressee::records::ADDRESSEE, person).unwrap();
        assert_eq!(versions.len(), usize::try_from(*history_no).unwrap(), "addressee {person}");
    }
    assert_eq!(view.count(&addressee::records::ADDRESSEE).unwrap(), u64::try_from(people.len()).unwrap());

    // Nothing is lost, doubled or reordered in the files: numbers without gap, each row once, bytes as recorded.
    let id = "resident-changes-to-welfare";
    let running = office.links().get(id).unwrap();
    let Ok(Ready::Folder { plan, folder, .. }) = &running.ready else { panic!("{id} is a file link") };
    let last = office.link_view(id).unwrap().unwrap().last.map_or(0, |delivery| delivery.no);
    let mut rows = BTreeSet::new();
    let mut files = 0;
    for no in 1..=last {
        let delivery = view.load::<Delivery>(&Delivery::key_of(id, no)).unwrap().unwrap().record;
        assert_eq!(delivery.phase, Phase::Applied, "delivery {no}");
        let bytes = fs::read(folder.out().join(delivery.file_name.as_deref().unwrap())).unwrap();
        assert_eq!(u64::try_from(bytes.len()).unwrap(), delivery.bytes);
        let table = plan.read(&bytes).unwrap();
        assert_eq!(u64::try_from(table.rows.len()).unwrap(), delivery.rows);
        for row in 0..table.rows.len() {
            let key = (
                table.value(row, "addressee_no").unwrap().to_owned(),
                table.value(row, "history_no").unwrap().to_owned(),
            );
            assert!(rows.insert(key.clone()), "{key:?} was sent twice");
        }
        files += 1;
    }
    assert_eq!(
        fs::read_dir(folder.receipts())
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("ido_") })
            .count(),
        files
    );
    let first_load = 40;
    assert_eq!(rows.len() + first_load, people.len(), "every later resident once in a file");
}

#[test]
fn two_hundred_kills_lose_and_double_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { folder: dir.path().join("town"), residents: 40, seed: 7, fresh: false };
    let (config, house) = make(&demo, Outside::default()).unwrap();
    let House { office, .. } = house;
    // The outside difference link starts at the journal's head when it is first put to work; that is now.
    office::LinkWorker::new(&office).settle().unwrap();
    drop(office);
    let mut draw = Draw(0x5eed);
    let mut acknowledged = Acknowledged::default();
    for number in 1..=ROUNDS {
        round(&demo.folder, number, &mut draw, &mut acknowledged);
        if number % COMPARE_EVERY == 0 {
            compare(&config, &acknowledged);
        }
    }
    assert!(acknowledged.finals.len() > 100, "the town hardly worked: {} final", acknowledged.finals.len());
}
