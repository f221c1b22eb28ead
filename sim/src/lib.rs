#![doc = include_str!("../README.md")]

mod broken;
mod chance;
mod check;
mod defect;
mod faults;
mod journal;
mod ledger;
mod mischief;
mod receiver;
mod settle;
mod staff;
mod step;
mod tally;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use broken::Broken;
use world::World;

pub use defect::Defect;
pub use faults::{Fault, Faults, Happened};
pub use tally::Tally;

/// Steps after which the whole journal is walked.
const WALK_EVERY: u32 = 40;

/// What is tried.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Everything that happens follows from it.
    pub seed: u64,
    /// How many things happen before faults stop.
    pub steps: u32,
    /// What may go wrong.
    pub faults: Faults,
    /// A defect built in, to see that it is found.
    pub defect: Option<Defect>,
}

/// A run that kept every promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What happened, a line for each step.
    pub trace: Vec<String>,
    /// Its figures.
    pub tally: Tally,
}

/// A promise that was broken.
#[derive(Debug, thiserror::Error)]
#[error("seed {seed}, step {step}: {what}")]
pub struct Failure {
    /// The seed that shows it again.
    pub seed: u64,
    /// The step after which it showed.
    pub step: u32,
    /// What is wrong.
    pub what: String,
    /// What happened before, a line for each step.
    pub trace: Vec<String>,
}

/// Runs a town from a seed.
///
/// # Errors
/// [`Failure`] when a promise is broken, or when the machine the simulation runs on fails.
pub fn run(settings: Settings) -> Result<Run, Failure> {
    let (mut trace, mut step) = (Vec::new(), 0);
    let done = catch_unwind(AssertUnwindSafe(|| drive(settings, &mut step, &mut trace)));
    let what = match done {
        Ok(Ok(tally)) => return Ok(Run { trace, tally }),
        Ok(Err(broken)) => format!("{broken}"),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            format!("panic: {}", text.unwrap_or_default())
        }
    };
    Err(Failure { seed: settings.seed, step, what, trace })
}

fn drive(settings: Settings, step: &mut u32, trace: &mut Vec<String>) -> Result<Tally, Broken> {
    let mut world = World::new(settings)?;
    if let Some(defect) = settings.defect {
        world.ledger.break_rule(defect);
    }
    while *step < settings.steps {
        *step += 1;
        let what = world.step()?;
        trace.push(format!("{step:4} {:>5} {what}", world.position().to_string()));
        if settings.defect == Some(Defect::SendsTwice) {
            world.send_twice()?;
        }
        world.check(step.is_multiple_of(WALK_EVERY))?;
    }
    world.settle(settings.defect)?;
    Ok(world.tally)
}
