//! The one tool of the project: `cargo xtask test`, `demo`, `bench`, `kills`, `flips`, `tidy`, `codegen`, `peers`, `new-system`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its terminal")]

mod bench;
mod codegen;
mod fuzz;
mod licences;
mod new_system;
mod packages;
mod peers;
mod programs;
mod proof;
mod run;
mod test;
mod tidy;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Daicho's one tool")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// All that CI runs: formatting, lints, tests, browser test, documentation, licences.
    Test {
        /// Leave the browser test out (for a quick look; CI never does).
        #[arg(long)]
        no_browser: bool,
    },
    /// A synthetic town with every system and link running.
    Demo {
        /// Arguments of `daicho demo`, such as `--residents 500000`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Takes the pictures of the manual anew from the real screens.
    Pictures,
    /// Benchmarks: figures, and ratios against a peer run in the same breath.
    Bench {
        /// Arguments of the benchmark: what to measure (all without a name), such as `characters` or `layouts`, and
        /// sizes, such as `--residents 500000`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Simulated towns with faults: many seeds (--seeds, --from, --steps), or one with its trace (--seed).
    Sim {
        /// What the simulator is asked.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Every fuzz target, or those named; findings lie in fuzz/target.
    Fuzz {
        /// The targets: decode, encode, stream, tables …
        targets: Vec<String>,
        /// Runs of each.
        #[arg(long, default_value_t = 1_000_000)]
        runs: u64,
    },
    /// Kills a town at its batches of a tax year, and compares with a town that nobody killed.
    KillsBatches {
        /// Arguments of `proof batches`: `--kills N`, `--seed S`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Kills a town at work, and with `--postgres` its database, and compares after each kill.
    Kills {
        /// Arguments of `proof kills`: `--rounds N`, `--postgres`, `--seed S`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Flips single bits of stored files; somebody is told, or every answer is as before.
    Flips {
        /// Arguments of `proof flips`: `--count N`, `--seed S`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The structure of the tree: layers, absences, sources, sizes.
    Tidy,
    /// Make the generated character tables anew from their sources (asks the package registries).
    Codegen {
        /// Write nothing; say which tables differ from what their sources say.
        #[arg(long)]
        check: bool,
    },
    /// How glibc, Python, Java, PostgreSQL and ICU convert the same characters, code by code: runs them all and writes
    /// `standards/conversions` and the tables of `docs/conversion-differences.md`.
    Peers {
        /// Write nothing; say what differs from what the installed programs do.
        #[arg(long)]
        check: bool,
    },
    /// Write a new system that runs, under systems/, from a name and a Japanese title.
    NewSystem(new_system::NewSystem),
    /// Install what tests and the demo need beyond crates, or say what is missing.
    Packages,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Test { no_browser } => test::test(no_browser),
        Task::Demo { arguments } => test::demo(&arguments),
        Task::Pictures => test::pictures(),
        Task::Bench { arguments } => bench::bench(&arguments),
        Task::Sim { options } => sim(&options),
        Task::Fuzz { targets, runs } => fuzz::fuzz(&targets, runs),
        Task::KillsBatches { arguments } => proof::proof("batches", &arguments),
        Task::Kills { arguments } => proof::proof("kills", &arguments),
        Task::Flips { arguments } => proof::proof("flips", &arguments),
        Task::Tidy => tidy::tidy(),
        Task::Codegen { check } => codegen::codegen(check),
        Task::Peers { check } => peers::peers(check),
        Task::NewSystem(asked) => new_system::new_system(&asked),
        Task::Packages => packages::ensure_for_tests(),
    }
}

/// Runs the simulator, compiled for speed.
fn sim(options: &[String]) -> anyhow::Result<()> {
    let own = ["run", "--quiet", "--release", "--package", "sim", "--"];
    let all: Vec<&str> = own.into_iter().chain(options.iter().map(String::as_str)).collect();
    run::run("cargo", &all)
}
