//! The counter of a town: flushes of a 本登録, search through its function, 住居表示 while clerks work.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use daicho::demo::{Demo, make};
use daicho::house::Outside;
use domain::ResidentRecordCode;
use office::{Office, RunError};
use register::AsOf;
use resident_register::records::{HOUSEHOLD, Household, PERSON, Person};
use serde_json::{Value, json};

use crate::latency::confirm;

/// 本登録 whose flushes are counted.
const FINALIZED: u64 = 20;
/// Households of the 住居表示.
const HOUSEHOLDS: usize = 10_000;
/// Between two households at the counter: a busy office, thirty a minute.
const BETWEEN: Duration = Duration::from_secs(2);
/// How often a run is begun again that met a clerk.
const BUSY_MAX: u32 = 200;
/// Questions of each rule.
const QUESTIONS: usize = 100;
/// Members of each household that moves in.
const MEMBERS: u64 = 4;

pub(crate) fn bench(dir: &Path, residents: usize) -> anyhow::Result<()> {
    let folder = dir.join("counter");
    let start = Instant::now();
    let demo = Demo { folder: folder.clone(), residents, seed: 1, fresh: false };
    let (_, house) = make(&demo, Outside::default())?;
    println!("town of {residents} made in {:.1} s", start.elapsed().as_secs_f64());
    search(&house.office, residents)?;
    bulk(&house.office)?;
    drop(house);
    flushes(&folder)
}

/// p99 of each rule, asked as a clerk asks: the function, its audit entry and the history of searches included.
fn search(office: &Office, residents: usize) -> anyhow::Result<()> {
    let persons = spread(office)?;
    let target = if residents <= 500_000 { 10.0 } else { 25.0 };
    let first = Instant::now();
    confirm(office, "resident-register/search", &json!({ "name": "渡邊" }))?;
    println!("first search, the index filled by then: {:.1} s", first.elapsed().as_secs_f64());
    let text = |text: &str, from: usize, letters: usize| -> String {
        let all: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let from = if from < all.len() { from } else { 0 };
        all.iter().skip(from).take(letters).collect()
    };
    type Rule = (&'static str, fn(&Person, &dyn Fn(&str, usize, usize) -> String) -> Value);
    let rules: [Rule; 8] = [
        ("whole name", |one, _| json!({ "name": one.name })),
        ("one character", |one, cut| json!({ "name": cut(&one.name, 0, 1) })),
        ("given name by reading", |one, cut| json!({ "name_kana": cut(&one.name_kana, 4, 3) })),
        ("birth date", |one, _| json!({ "birth_date": one.birth_date.to_string() })),
        ("name and address", |one, cut| json!({ "name": cut(&one.name, 0, 2), "address": one.address.town })),
        ("past names too", |one, cut| json!({ "name": cut(&one.name, 0, 2), "include_past": true })),
        ("household", |one, _| json!({ "household_no": one.household_no })),
        ("one box", |one, cut| json!({ "q": cut(&one.name_kana, 0, 4) })),
    ];
    println!("{:<28} {:>9} {:>9}  target", "search through its function, ms", "p50", "p99");
    for (rule, question) in rules {
        let mut times = Vec::new();
        for person in &persons {
            let input = question(person, &text);
            let begun = Instant::now();
            confirm(office, "resident-register/search", &input)?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let (middle, last) = (crate::share(&times, 50), crate::share(&times, 99));
        let met = if last <= target { "met" } else { "missed" };
        println!("{rule:<28} {middle:>9.2} {last:>9.2}  p99 ≤ {target} {met}");
    }
    Ok(())
}

/// Residents from all over the register.
fn spread(office: &Office) -> anyhow::Result<Vec<Person>> {
    let view = office.journal().view(AsOf::default())?;
    let every = usize::try_from(view.count(&PERSON)?)? / QUESTIONS;
    let (mut persons, mut at) = (Vec::new(), 0_usize);
    view.scan(&PERSON, None, &mut |stored| {
        if at % every.max(1) == 0 && persons.len() < QUESTIONS {
            persons.push(stored.typed::<Person>()?.record);
        }
        at += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(persons)
}

/// 住居表示 of many households, and what clerks feel of it.
fn bulk(office: &Office) -> anyhow::Result<()> {
    let list = new_addresses(office)?;
    let alone = moves_in(office, 0, &AtomicBool::new(false), 30, Duration::ZERO)?;
    let done = AtomicBool::new(false);
    let (spent, runs, beside) = std::thread::scope(|scope| -> anyhow::Result<_> {
        let clerk = scope.spawn(|| moves_in(office, 1_000, &done, usize::MAX, BETWEEN));
        let start = Instant::now();
        let (mut runs, mut busy) = (0, 0);
        loop {
            let input =
                json!({ "what": "address", "event_date": "2026-04-01", "list": list, "skip_errors": true });
            let ran = match confirm(office, "resident-register/bulk-address", &input) {
                Ok(ran) => ran,
                // A clerk was first; the run is begun again, as the operator would.
                Err(error) if is_busy(&error) && busy < BUSY_MAX => {
                    busy += 1;
                    continue;
                }
                Err(error) => {
                    done.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            };
            runs += 1;
            if ran.message.contains("残り0件") {
                break;
            }
        }
        let spent = start.elapsed().as_secs_f64();
        done.store(true, Ordering::Relaxed);
        let beside = clerk.join().map_err(|_| anyhow::anyhow!("the clerk's thread panicked"))??;
        println!("begun again {busy} times because a clerk was first");
        Ok((spent, runs, beside))
    })?;
    let met = if spent <= 120.0 { "met" } else { "missed" };
    println!("住居表示 of {HOUSEHOLDS} households: {spent:.1} s in {runs} runs  ≤ 120 {met}");
    for (what, mut times) in [("alone", alone), ("meanwhile", beside)] {
        times.sort_by(f64::total_cmp);
        println!(
            "本登録 of {MEMBERS} {what}: p50 {:.1} ms, p99 {:.1} ms ({})",
            crate::share(&times, 50),
            crate::share(&times, 99),
            times.len()
        );
    }
    Ok(())
}

fn new_addresses(office: &Office) -> anyhow::Result<String> {
    let view = office.journal().view(AsOf::default())?;
    let mut list = String::new();
    let mut at = 0_usize;
    view.scan(&HOUSEHOLD, None, &mut |stored| {
        let household = stored.typed::<Household>()?.record;
        let address = &household.address;
        at += 1;
        list.push_str(&format!(
            "{},{},{},計測町{}丁目,{}番{}号\n",
            household.household_no,
            address.town,
            address.lot,
            at / 1_000 + 1,
            at / 20 + 1,
            at % 20 + 1
        ));
        Ok(if at < HOUSEHOLDS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    anyhow::ensure!(at == HOUSEHOLDS, "the town has only {at} households; --residents 50000 has enough");
    Ok(list)
}

/// Households of four that move in one after the other; the time of each 本登録 in milliseconds.
fn moves_in(
    office: &Office,
    from: u64,
    done: &AtomicBool,
    most: usize,
    pause: Duration,
) -> anyhow::Result<Vec<f64>> {
    let (mut times, mut serial) = (Vec::new(), from);
    while times.len() < most && !done.load(Ordering::Relaxed) {
        serial += 1;
        let no = match enter(office, serial) {
            Ok(no) => no,
            // A code of somebody of the town, drawn from the same numbers: the next household has others.
            Err(error) if error.to_string().contains("E032") => continue,
            Err(error) if is_busy(&error) => continue,
            Err(error) => return Err(error),
        };
        let start = Instant::now();
        // Who meets the batch tries again, and the wait counts.
        while let Err(error) = confirm(office, "resident-register/finalize", &json!({ "provisional_no": no }))
        {
            anyhow::ensure!(is_busy(&error), error);
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(pause);
    }
    Ok(times)
}

/// Whether somebody else was first.
fn is_busy(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(RunError::Busy(_)))
}

/// Enters a household of four.
fn enter(office: &Office, serial: u64) -> anyhow::Result<String> {
    let member = |at: u64, relation: &str, sex: &str| -> anyhow::Result<Value> {
        let code = ResidentRecordCode::from_first_ten(8_000_000_000 + serial * MEMBERS + at)?;
        Ok(json!({
            "resident_kind": "1", "family_name": "計測", "given_name": format!("{serial}号の{at}"),
            "name_kana": "ケイソク　ゴウ", "birth_date": format!("19{}-05-05", 60 + at * 5), "sex": sex, "relation": relation,
            "domicile_prefecture": "架空県", "domicile_municipality": "みなと郡台帳町", "domicile_town": "本町１番地",
            "register_head": "計測　太郎", "resident_record_code": code.expose(),
        }))
    };
    let input = json!({
        "move_in_kind": "01", "event_date": "2026-04-01", "notified_on": "2026-04-01", "notifier_relation": "self",
        "members": [
            member(0, "世帯主", "1")?, member(1, "妻", "2")?, member(2, "弟", "1")?, member(3, "妹", "2")?,
        ],
        "town": "本町", "lot": "１番地", "prev_prefecture": "別県", "prev_municipality": "隣市", "prev_lot": "２番地",
    });
    Ok(confirm(office, "resident-register/move-in", &input)?.opens.unwrap_or_default())
}

/// Counts the flushes of 本登録 as the system sees them: a run that makes households final, less one that only enters them.
fn flushes(folder: &Path) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let dir = folder.parent().context("the folder has a parent")?;
    let trace = dir.join("flushes.txt");
    let counted = |stage: &str| -> anyhow::Result<usize> {
        let status = Command::new("strace")
            .args(["-f", "-qq", "-e", "trace=fsync,fdatasync,sync_file_range", "-o"])
            .arg(&trace)
            .arg(&program)
            .args(["--stage", stage, "--dir"])
            .arg(dir)
            .status()
            .context("strace counts the flushes")?;
        anyhow::ensure!(status.success(), "the counted run failed: {status}");
        let text = std::fs::read_to_string(&trace)?;
        Ok(text.lines().filter(|line| line.contains("sync(")).count())
    };
    let entered = counted("counter-enter")?;
    let made_final = counted("counter-finalize")?;
    let each = crate::ratio(made_final.saturating_sub(entered), usize::try_from(FINALIZED)?);
    let met = if each <= 2.0 { "met" } else { "missed" };
    println!("本登録 of a household of {MEMBERS}: {each:.2} flushes  ≤ 2 {met}");
    Ok(())
}

/// A stage in a process of its own: enters households, and makes them final.
pub(crate) fn stage(dir: &Path, finalize: bool) -> anyhow::Result<()> {
    let demo = Demo { folder: dir.join("counter"), residents: 0, seed: 1, fresh: false };
    let (_, house) = make(&demo, Outside::default())?;
    let from = if finalize { 900_000 } else { 800_000 };
    for serial in from..from + FINALIZED {
        let no = enter(&house.office, serial)?;
        if finalize {
            confirm(&house.office, "resident-register/finalize", &json!({ "provisional_no": no }))?;
        }
    }
    Ok(())
}
