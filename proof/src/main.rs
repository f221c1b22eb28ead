//! `cargo xtask kills`, `cargo xtask flips`.
#![expect(clippy::print_stdout, reason = "a proof prints what it found")]

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use proof::{batches, flips, kills, town};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Kills a town at work, and its database, again and again.
    Kills {
        /// Rounds, each with at least one kill.
        #[arg(long, default_value_t = 100)]
        rounds: u64,
        /// The journal lies on PostgreSQL, whose sessions and server are killed too.
        #[arg(long)]
        postgres: bool,
        /// The same seed gives the same kills, as far as the machine allows.
        #[arg(long, default_value_t = 0x5eed)]
        seed: u64,
        /// Rounds between comparisons.
        #[arg(long, default_value_t = 1)]
        compare_every: u64,
    },
    /// Flips single bits of stored files.
    Flips {
        /// How many.
        #[arg(long, default_value_t = 1_000)]
        count: u64,
        /// The same seed gives the same flips in the same files.
        #[arg(long, default_value_t = 0x5eed)]
        seed: u64,
    },
    /// Kills a town at its batches of a tax year, and compares with a town that nobody killed.
    Batches {
        /// How many kills.
        #[arg(long, default_value_t = 200)]
        kills: u64,
        /// The same seed gives the same kills, as far as the machine allows.
        #[arg(long, default_value_t = 0x5eed)]
        seed: u64,
    },
    /// The town whose batches are killed.
    #[command(hide = true)]
    Batch {
        /// Its folder.
        folder: PathBuf,
        /// Which of its stages.
        stage: usize,
        /// Which of its lives this is.
        life: i64,
    },
    /// The town that is killed.
    #[command(hide = true)]
    Town {
        /// Its folder.
        folder: PathBuf,
        /// Which of its lives this is.
        life: u64,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Kills { rounds, postgres, seed, compare_every } => {
            let program = std::env::current_exe()?;
            let plan = kills::Plan { rounds, postgres, seed, compare_every, program };
            let killed = kills::kill(&plan);
            let place = if postgres { "PostgreSQL" } else { "SQLite" };
            println!(
                "{place}, seed {seed}: {} kills ({} towns, {} sessions, {} servers), {} comparisons: {} 仮登録 and {} 本登録 \
                 acknowledged, {} unclear, {} busy; nothing lost, nothing doubled",
                killed.kills(),
                killed.towns,
                killed.sessions,
                killed.servers,
                killed.comparisons,
                killed.entered,
                killed.finals,
                killed.unclear,
                killed.busy
            );
            Ok(())
        }
        Task::Flips { count, seed } => {
            let found = flips::flip(count, seed);
            println!("{:<46} {:>7} {:>7} {:>15} {:>6}", "seed", "flips", "told", "without effect", "wrong");
            let mut wrong = 0;
            for (name, found) in &found {
                println!(
                    "{name:<46} {:>7} {:>7} {:>15} {:>6}",
                    found.flips,
                    found.told,
                    found.without_effect,
                    found.wrong.len()
                );
                wrong += found.wrong.len();
                for line in &found.wrong {
                    println!("  {line}");
                }
            }
            anyhow::ensure!(wrong == 0, "{wrong} flips gave a wrong answer or a panic");
            Ok(())
        }
        Task::Batches { kills, seed } => {
            let program = std::env::current_exe()?;
            let told = batches::kill(&program, kills, seed);
            println!(
                "seed {seed}: {} kills in {} lives ({:?} by stage); {} levies, {} yen levied, {} yen paid, {} reminders, {} \
                 carried; as in a town that nobody killed",
                told.kills,
                told.lives,
                told.by_stage,
                told.levies,
                told.levied,
                told.paid,
                told.reminded,
                told.carried
            );
            Ok(())
        }
        Task::Batch { folder, stage, life } => batches::work(&folder, stage, life),
        Task::Town { folder, life } => town::work(&folder, life),
    }
}
