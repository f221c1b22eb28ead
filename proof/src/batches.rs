//! A town whose batches of a tax year are killed at any moment and repeated: no yen is lost or doubled, and at the end all is as
//! in a town that nobody killed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use daicho::config::Config;
use daicho::demo::{Demo, make};
use daicho::house::{House, Outside, open};
use domain::slip::LevyKey;
use jiff::Timestamp;
use office::{Caller, Clock, LinkWorker, Office, Rights, RunError, RunOptions, SystemEntropy};
use register::{AsOf, Kind, Record, View};
use serde_json::{Value, json};
use tax_collection::records::{Account, CASE, CLOSING, INSTALMENT, Instalment, OVERPAYMENT, Part, RECEIPT};

use crate::draw::Draw;

/// Residents of the town, and vehicles registered for each of the first of them.
const RESIDENTS: usize = 90;
/// Vehicles of the town.
const VEHICLES: usize = 160;
/// The year they were registered in.
const VEHICLES_SINCE: i16 = 2020;
/// Records of one part, so that each batch has many.
const PART_MAX: usize = 9;
/// A kill comes at most so long after what was waited for.
const WITHIN_US: u64 = 40_000;

/// The stages of the year: when, and what is run, each until nothing is left.
const STAGES: [(&str, &[&str]); 4] = [
    ("2026-04-20T09:00:00+09:00", &["light-vehicle-tax/initial-levy"]),
    ("2026-06-03T09:00:00+09:00", &["tax-collection/payments-import", "tax-collection/clear"]),
    ("2026-06-20T09:00:00+09:00", &["tax-collection/register-cases", "tax-collection/reminders"]),
    ("2027-06-02T09:00:00+09:00", &["tax-collection/carry-over"]),
];

/// What was done and found.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Kills.
    pub kills: u64,
    /// Times the town was started.
    pub lives: i64,
    /// Kills by stage.
    pub by_stage: [u64; STAGES.len()],
    /// Levies of the year.
    pub levies: usize,
    /// What was levied, in yen, without fees and charges.
    pub levied: i64,
    /// What was paid of it.
    pub paid: i64,
    /// Levies reminded of.
    pub reminded: usize,
    /// Levies carried over.
    pub carried: usize,
}

/// A clock that stands, but for a microsecond each time it is read.
struct Standing(AtomicI64);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// The outside at a moment; each life begins a minute later than the one before, so that time never goes back.
fn outside(moment: &str, life: i64) -> Outside {
    let at = moment.parse::<Timestamp>().unwrap().as_microsecond() + life * 60_000_000;
    Outside { clock: Arc::new(Standing(AtomicI64::new(at))), entropy: Arc::new(SystemEntropy) }
}

/// Kills the batches of a town so many times, spread over its stages.
///
/// # Panics
/// When the town ends otherwise than one that nobody killed, or a check of it finds something.
pub fn kill(program: &Path, kills: u64, seed: u64) -> Told {
    let dir = tempfile::tempdir().unwrap();
    let (killed, quiet) = (dir.path().join("killed"), dir.path().join("quiet"));
    found(&killed);
    copy(&killed, &quiet);
    let mut told = Told::default();
    let mut life = 0;
    for stage in 0..STAGES.len() {
        assert!(Living::start(program, &quiet, stage, 0).ends(), "the town that nobody kills does not end");
        let wanted = kills / u64::try_from(STAGES.len()).unwrap() + 1;
        for number in 0..wanted {
            life += 1;
            let draw = Draw::of(seed, u64::try_from(life).unwrap());
            if Living::start(program, &killed, stage, life).killed(draw, number) {
                told.kills += 1;
                told.by_stage[stage] += 1;
            }
        }
        life += 1;
        assert!(Living::start(program, &killed, stage, life).ends(), "stage {stage} does not end");
        // Once more, as somebody does who is not sure: nothing is doubled.
        life += 1;
        assert!(Living::start(program, &killed, stage, life).ends(), "stage {stage} does not repeat");
    }
    told.lives = life;
    let (wanted, got) = (state(&quiet, None), state(&killed, Some(&mut told)));
    for (kind, records) in &wanted {
        for (key, body) in records {
            assert_eq!(got[kind].get(key), Some(body), "{kind} {key}");
        }
        assert_eq!(got[kind].len(), records.len(), "{kind}: records that the quiet town does not have");
    }
    told
}

/// The town of the proof: people, and vehicles that are theirs.
fn found(folder: &Path) {
    let demo = Demo { folder: folder.to_owned(), residents: RESIDENTS, seed: 7, fresh: false };
    let (_, house) = make(&demo, outside("2026-04-01T09:00:00+09:00", 0)).unwrap();
    let office = house.office;
    LinkWorker::new(&office).settle().unwrap();
    let mut people = Vec::new();
    let view = office.journal().view(AsOf::default()).unwrap();
    view.scan(&resident_register::records::PERSON, None, &mut |stored| {
        let person = stored.typed::<resident_register::records::Person>()?.record;
        // A vehicle is of somebody who was born when it was registered.
        if person.birth_date.known().is_some_and(|day| day.year() < VEHICLES_SINCE) {
            people.push(person.key());
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    drop(view);
    for serial in 0..VEHICLES {
        let input = json!({
            "registered_on": format!("{VEHICLES_SINCE}-05-01"), "registered_reason": "01", "plate_area": "架空", "plate_class": "580",
            "plate_kana": "あ", "plate_number": (1_000 + serial).to_string(), "chassis": format!("HX-{serial}"),
            "kind": "passenger", "first_inspected": "2016-06", "owner_no": people[serial % people.len()],
        });
        run(&office, "light-vehicle-tax/register", &input).unwrap();
    }
    LinkWorker::new(&office).settle().unwrap();
    drop(office);
    let path = folder.join("daicho.toml");
    let text = fs::read_to_string(&path).unwrap();
    let small =
        text.replacen("[municipality]\n", &format!("[municipality]\nbatch_part_max = {PART_MAX}\n"), 1);
    assert_ne!(small, text);
    fs::write(path, small).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let there = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &there);
        } else {
            fs::copy(entry.path(), there).unwrap();
        }
    }
}

/// Works a stage to its end, telling each part; it is the parent that kills.
///
/// # Errors
/// When the town cannot be opened or a batch is refused.
pub fn work(folder: &Path, stage: usize, life: i64) -> anyhow::Result<()> {
    let (moment, functions) = STAGES[stage];
    let House { office, .. } = open(&Config::read(&folder.join("daicho.toml"))?, outside(moment, life))?;
    say("open")?;
    for function in functions {
        let input = input(&office, function);
        loop {
            let left = match run(&office, function, &input) {
                Ok(left) => left,
                // Killed behind its last part, a year that is closed is closed.
                Err(error) if error.to_string().contains("TXC71") => 0,
                Err(error) => return Err(error),
            };
            say(&format!("part {left}"))?;
            // What links carry is carried between the parts, so that a kill finds it half done, too.
            LinkWorker::new(&office).settle()?;
            if left == 0 {
                break;
            }
        }
    }
    say("done")?;
    Ok(())
}

fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// What is put into a function: of payments every third levy whole, every seventh part of it, every eleventh too much.
fn input(office: &Office, function: &str) -> Value {
    match function {
        "light-vehicle-tax/initial-levy" => json!({ "tax_year": 2026 }),
        "tax-collection/carry-over" => json!({ "year": 2026 }),
        "tax-collection/payments-import" => {
            let mut lines = String::new();
            for (at, levy) in levies(&*office.journal().view(AsOf::default()).unwrap()).iter().enumerate() {
                let yen = levy.levied(Part::Tax).0;
                let paid = match at {
                    _ if at % 11 == 0 => yen + 100,
                    _ if at % 7 == 0 => yen / 2,
                    _ if at % 3 == 0 => yen,
                    _ => continue,
                };
                let slip = LevyKey::parse(&levy.levy_key).unwrap().customer_no();
                lines.push_str(&format!("P{at:05},bank,2,{slip},2026-05-20,2026-05-21,{paid}\n"));
            }
            json!({ "list": lines })
        }
        _ => json!({}),
    }
}

fn levies(view: &dyn View) -> Vec<Instalment> {
    let mut levies = Vec::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        levies.push(stored.typed::<Instalment>()?.record);
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    levies
}

/// Runs a function and confirms its alerts; tells how many are left.
fn run(office: &Office, function: &str, input: &Value) -> anyhow::Result<usize> {
    let rights = Rights(vec!["light-vehicle-tax/*".to_owned(), "tax-collection/*".to_owned()]);
    let caller = Caller { user: "clerk".to_owned(), rights, terminal: "kill".to_owned() };
    match office.run(&caller, function, input, &RunOptions::default()) {
        Ok(ran) => Ok(ran.left),
        Err(RunError::Refused(findings)) => {
            if let Some(stop) = findings.iter().find(|finding| finding.stops()) {
                anyhow::bail!("{function}: {} {}", stop.code, stop.message);
            }
            let confirmed = findings.iter().map(system::Finding::confirmation).collect();
            Ok(office.run(&caller, function, input, &RunOptions { confirmed, dry_run: false })?.left)
        }
        Err(error) => Err(error.into()),
    }
}

/// A stage in a process of its own.
struct Living {
    child: Child,
    reader: BufReader<std::process::ChildStdout>,
}

impl Living {
    fn start(program: &Path, folder: &Path, stage: usize, life: i64) -> Self {
        let mut child = Command::new(program)
            .arg("batch")
            .args([folder.as_os_str(), stage.to_string().as_ref(), life.to_string().as_ref()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let reader = BufReader::new(child.stdout.take().unwrap());
        Self { child, reader }
    }

    /// Whether it comes to its end.
    fn ends(mut self) -> bool {
        let done = (&mut self.reader).lines().map_while(Result::ok).last().is_some_and(|line| line == "done");
        done && self.child.wait().unwrap().success()
    }

    /// Kills it behind some of its words; false when it was done before.
    fn killed(mut self, mut draw: Draw, number: u64) -> bool {
        let mut line = String::new();
        // Now and then while it opens; else behind a part, the later the more often it was killed already.
        for _ in 0..draw.below(3 + number % 3) {
            line.clear();
            if self.reader.read_line(&mut line).unwrap() == 0 {
                break;
            }
        }
        let (_nobody, silence) = channel::<()>();
        let _ = silence.recv_timeout(Duration::from_micros(draw.below(WITHIN_US)));
        let was_done = self.child.try_wait().unwrap().is_some();
        let _ = self.child.kill();
        self.child.wait().unwrap();
        !was_done
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every record of money of a town, by kind and key; the town is checked as every night.
fn state(folder: &Path, told: Option<&mut Told>) -> BTreeMap<&'static str, BTreeMap<String, String>> {
    const KINDS: [&Kind; 5] = [&INSTALMENT, &RECEIPT, &OVERPAYMENT, &CASE, &CLOSING];
    let config = Config::read(&folder.join("daicho.toml")).unwrap();
    let House { office, .. } = open(&config, outside("2027-06-03T09:00:00+09:00", 0)).unwrap();
    assert_eq!(office.journal().verify().unwrap().problems, Vec::<String>::new());
    assert_eq!(office.check_evidence().unwrap(), Vec::<String>::new());
    let view = office.journal().view(AsOf::default()).unwrap();
    for check in office.systems().iter().flat_map(|system| &system.checks) {
        assert_eq!((check.run)(&*view).unwrap(), [], "{}", check.title);
    }
    let levies = levies(&*view);
    let mut balances = 0;
    for levy in &levies {
        balances += Account::ALL.iter().map(|account| levy.book.balance(*account, None).0).sum::<i64>();
    }
    assert_eq!(balances, 0, "the books do not balance");
    if let Some(told) = told {
        told.levies = levies.len();
        told.levied = levies.iter().map(|levy| levy.levied(Part::Tax).0).sum();
        told.paid = levies.iter().map(|levy| levy.paid().0).sum();
        told.reminded = levies.iter().filter(|levy| levy.reminder.is_some()).count();
        told.carried = levies.iter().filter(|levy| levy.carried_into.is_some()).count();
    }
    let mut all = BTreeMap::new();
    for kind in KINDS {
        let records: &mut BTreeMap<String, String> = all.entry(kind.id).or_default();
        view.scan(kind, None, &mut |stored| {
            records.insert(stored.key.clone(), stored.body.as_str().to_owned());
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    }
    all
}
