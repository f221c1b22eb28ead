//! Seeds that every change must pass, and proof that a run finds what it is for.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use sim::{Defect, Fault, Faults, Settings, Tally, run};

/// Seeds of a test run.
const SEEDS: u64 = 300;

/// Things that happen in each.
const STEPS: u32 = 40;

/// Seeds that are tried to find a defect.
const HUNT: u64 = 60;

fn settings(seed: u64) -> Settings {
    Settings { seed, steps: STEPS, faults: Faults::all(), defect: None }
}

#[test]
fn no_promise_is_broken_from_any_seed_and_every_fault_happened() {
    let (next, sum) = (AtomicU64::new(1), Mutex::new(Tally::default()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if SEEDS < seed {
                return;
            }
            match run(settings(seed)) {
                Ok(run) => sum.lock().unwrap().sum(&run.tally),
                Err(failure) => panic!("{failure}\n{}", failure.trace.join("\n")),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    let sum = sum.into_inner().unwrap();
    let missing: Vec<&str> =
        sum.faults.counts().filter(|(_, times)| *times == 0).map(|(fault, _)| fault.name()).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
    assert!(0 < sum.months && 0 < sum.years && 0 < sum.eras, "{sum}");
}

#[test]
fn every_built_in_defect_is_found() {
    for (defect, word) in [
        (Defect::LostChange, "was acknowledged"),
        (Defect::EarlyAcknowledgement, "was acknowledged"),
        (Defect::CommitsTwice, "was never acknowledged"),
        (Defect::SkipsChange, "the register"),
        (Defect::ForgetsPosition, "goes from"),
        (Defect::Overtakes, "is overtaken"),
        (Defect::SendsTwice, "the receiver has delivery"),
        (Defect::LostPerson, "the register"),
    ] {
        let mut others = Vec::new();
        let found = (1..=HUNT).find(|seed| {
            let Err(failure) = run(Settings { defect: Some(defect), steps: 3 * STEPS, ..settings(*seed) })
            else {
                return false;
            };
            let what = failure.what;
            let is_it = what.contains(word);
            if !is_it {
                others.push(what);
            }
            is_it
        });
        assert!(found.is_some(), "{defect:?} is not found in {HUNT} seeds, but {others:?}");
    }
    assert_eq!(Defect::ALL.len(), 8, "a new defect needs its line above");
}

#[test]
fn a_fault_that_is_switched_off_does_not_happen() {
    let calm = run(Settings { faults: Faults::none(), ..settings(1) }).unwrap();
    assert_eq!(calm.tally.faults.counts().map(|(_, times)| times).sum::<u64>(), 0);
    let without = Faults::all().without(Fault::LostReceipt);
    for seed in 1..=5 {
        let run = run(Settings { faults: without, ..settings(seed) }).unwrap();
        let counts: Vec<u64> = run
            .tally
            .faults
            .counts()
            .filter(|(fault, _)| !without.has(*fault))
            .map(|(_, times)| times)
            .collect();
        assert_eq!(counts, [0]);
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in [11, 12] {
        assert_eq!(run(settings(seed)).unwrap(), run(settings(seed)).unwrap());
    }
}
