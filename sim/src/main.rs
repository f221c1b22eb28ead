//! `cargo xtask sim`: many seeds, or one with its trace.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of the command line")]

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Parser;
use sim::{Fault, Faults, Settings, Tally, run};

/// Seeds between two lines of progress.
const TELL_EVERY: u64 = 100;

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
    #[arg(long, default_value_t = 60)]
    steps: u32,
    /// A fault that is switched off; may be repeated.
    #[arg(long, value_parser = fault)]
    without: Vec<Fault>,
    /// Only these faults are switched on; may be repeated.
    #[arg(long, value_parser = fault)]
    only: Vec<Fault>,
    /// Threads.
    #[arg(long)]
    threads: Option<usize>,
}

fn fault(name: &str) -> Result<Fault, String> {
    let known = || Fault::ALL.map(Fault::name).join(", ");
    Fault::named(name).ok_or_else(|| format!("known are {}", known()))
}

impl Options {
    fn settings(&self, seed: u64) -> Settings {
        let start = if self.only.is_empty() { Faults::all() } else { Faults::none() };
        let faults = self.only.iter().fold(start, |faults, fault| faults.with(*fault));
        let faults = self.without.iter().fold(faults, |faults, fault| faults.without(*fault));
        Settings { seed, steps: self.steps, faults, defect: None }
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    match options.seed {
        Some(seed) => one(options.settings(seed)),
        None => many(&options),
    }
}

fn one(settings: Settings) -> ExitCode {
    let (trace, last, code) = match run(settings) {
        Ok(run) => (run.trace, format!("seed {}: {}", settings.seed, run.tally), ExitCode::SUCCESS),
        Err(mut failure) => (std::mem::take(&mut failure.trace), failure.to_string(), ExitCode::FAILURE),
    };
    for line in trace {
        println!("{line}");
    }
    println!("{last}");
    code
}

fn many(options: &Options) -> ExitCode {
    let threads =
        options.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let (next, done, failed) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let sum = Mutex::new(Tally::default());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            if options.seeds <= at {
                return;
            }
            match run(options.settings(options.from + at)) {
                Ok(run) => sum.lock().unwrap_or_else(PoisonError::into_inner).sum(&run.tally),
                Err(failure) => {
                    failed.fetch_add(1, Ordering::SeqCst);
                    println!("{failure}");
                    println!("    cargo xtask sim --seed {} --steps {}", failure.seed, options.steps);
                }
            }
            let done = done.fetch_add(1, Ordering::SeqCst) + 1;
            if done.is_multiple_of(TELL_EVERY) {
                eprintln!("{done} of {} seeds, {} failed", options.seeds, failed.load(Ordering::SeqCst));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner();
    println!("{} seeds, {failed} failed", options.seeds);
    println!("{}", sum.into_inner().unwrap_or_else(PoisonError::into_inner));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
