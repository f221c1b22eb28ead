#![doc = include_str!("../README.md")]

mod ask;
mod calculation;
mod dataset;
mod extract;
mod finding;
mod form;
mod function;
mod intake;
mod migration;
mod spell;

use register::{Fault, Kind, View};

pub use ask::{AskedForm, AskedItem, read_asked};
pub use calculation::{Calculated, Calculation, Step};
pub use dataset::{Dataset, Fate, Item, ItemType, Row};
pub use extract::Extract;
pub use finding::{Finding, Severity};
pub use form::{Choice, Field, FieldKind, Form, PastEra, Section, choices, past_era};
pub use function::{
    Answer, Context, DocumentRequest, Effect, Function, IndexedKind, Input, Mode, Outcome, Place, TextHit,
    TextQuery, TextSearch,
};
pub use intake::{Applied, Batch, BatchExtent, Incoming, Intake, RefusedRow};
pub use migration::{MigrationForm, MigrationItem, MigrationTable, Usual};
pub use spell::first_outside_standard;

/// One municipal system (業務システム) as a value: everything it has, listed.
#[derive(Debug)]
pub struct System {
    /// Lower-case ASCII with hyphens; the prefix of its kinds, functions, datasets and intakes.
    pub id: &'static str,
    /// The Japanese name.
    pub title: &'static str,
    /// 業務ID of the data standard, three digits; empty when it has none.
    pub task_id: &'static str,
    /// The kinds of records it owns.
    pub kinds: Vec<&'static Kind>,
    /// Its functions, in the order of the function table.
    pub functions: Vec<Function>,
    /// What can be calculated without its registers.
    pub calculations: Vec<Calculation>,
    /// What it offers to others.
    pub datasets: Vec<Dataset>,
    /// Which of that its staff may take out for work of their own (EUC).
    pub extracts: Vec<Extract>,
    /// What it takes from others.
    pub intakes: Vec<Intake>,
    /// Kinds that can be searched by fragments of text.
    pub indexed: Vec<IndexedKind>,
    /// Checks over its registers, run nightly, after a restore and after each simulated step.
    pub checks: Vec<Check>,
}

/// A check over a system's registers.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Lower-case ASCII with hyphens.
    pub id: &'static str,
    /// What it makes sure of, in Japanese.
    pub title: &'static str,
    /// The check.
    pub run: fn(&dyn View) -> Result<Vec<Inconsistency>, Fault>,
}

/// Two facts of a register that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inconsistency {
    /// Kind id and key of the record.
    pub record: String,
    /// What is wrong, in Japanese.
    pub what: String,
}
