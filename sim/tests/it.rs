//! Seeds that every change must pass, and proof that a run finds what it is for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use sim::{Defect, Settings, run};

/// Seeds of a test run.
const SEEDS: u64 = 300;

#[test]
fn no_promise_is_broken_from_any_seed() {
    let next = AtomicU64::new(1);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if SEEDS < seed {
                        return;
                    }
                    if let Err(failure) = run(Settings { seed, steps: 60, defect: None }) {
                        panic!("{failure}\n{}", failure.trace.join("\n"));
                    }
                }
            });
        }
    });
}

#[test]
fn a_built_in_defect_is_found() {
    for (defect, word) in [(Defect::LostChange, "acknowledged"), (Defect::LostPerson, "welfare-suite")] {
        let found = (1..=8).filter_map(|seed| run(Settings { seed, steps: 60, defect: Some(defect) }).err());
        let found: Vec<String> = found.map(|failure| failure.what).collect();
        // A run in which nobody moved in has nobody to lose.
        assert!(4 <= found.len(), "{defect:?}: {found:?}");
        assert!(found.iter().all(|what| what.contains(word)), "{defect:?}: {found:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let settings = Settings { seed: 11, steps: 50, defect: None };
    assert_eq!(run(settings).unwrap(), run(settings).unwrap());
}
