//! `cargo xtask sim`: many seeds, or one with its trace.

#![expect(clippy::print_stdout, reason = "a program of the command line")]

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Parser;
use sim::{Settings, Tally, run};

/// Simulates towns with faults.
#[derive(Parser)]
struct Options {
    /// One seed, with its trace.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds.
    #[arg(long, default_value_t = 300)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Things that happen in a run.
    #[arg(long, default_value_t = 120)]
    steps: u32,
    /// Threads.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let settings = |seed| Settings { seed, steps: options.steps, defect: None };
    if let Some(seed) = options.seed {
        return match run(settings(seed)) {
            Ok(tally) => {
                println!("seed {seed}: {tally:?}");
                ExitCode::SUCCESS
            }
            Err(failure) => {
                for line in &failure.trace {
                    println!("{line}");
                }
                println!("{failure}");
                ExitCode::FAILURE
            }
        };
    }
    let threads =
        options.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let (next, sum, failed) = (AtomicU64::new(0), Mutex::new(Tally::default()), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    if options.seeds <= at {
                        return;
                    }
                    match run(settings(options.from + at)) {
                        Ok(tally) => add(&mut sum.lock().unwrap_or_else(PoisonError::into_inner), tally),
                        Err(failure) => {
                            failed.fetch_add(1, Ordering::SeqCst);
                            println!("{failure}");
                            println!("    cargo xtask sim --seed {} --steps {}", failure.seed, options.steps);
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{} seeds, {failed} failed; {sum:?}", options.seeds);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn add(sum: &mut Tally, tally: Tally) {
    sum.changes += tally.changes;
    sum.starts += tally.starts;
    sum.power_cuts += tally.power_cuts;
    sum.failed_calls += tally.failed_calls;
    sum.deliveries += tally.deliveries;
}
