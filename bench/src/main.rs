//! `cargo xtask bench`.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures and reads the clock to make them"
)]

mod characters;
mod commits;
mod counter;
mod extract;
mod journal;
mod latency;
mod layouts;
mod links;
mod search;
mod taxes;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, ValueEnum};

#[derive(Parser)]
struct Arguments {
    /// What to measure; everything when nothing is named.
    stages: Vec<Stage>,
    /// Residents of the extract's town, and of the city whose links are measured.
    #[arg(long, default_value_t = 500_000)]
    residents: usize,
    /// Changes whose way over a link is timed.
    #[arg(long, default_value_t = 300)]
    changes: usize,
    /// Megabytes of text for the characters.
    #[arg(long, default_value_t = 100)]
    megabytes: usize,
    /// Counted rounds of each conversion of characters.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Records of fixed length written and read.
    #[arg(long, default_value_t = 10_000_000)]
    records: usize,
    /// Records of the journal that are read, verified and restored; 3,700,000 is a large city's.
    #[arg(long, default_value_t = 200_000)]
    journal_records: usize,
    /// Leave the writers of the journal out.
    #[arg(long)]
    no_writers: bool,
    /// Where the databases and texts lie; a real disk.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// One stage in a process of its own, so that its memory can be told. `links-full-cp932` and `links-full-utf16` are those
    /// full extracts alone, in a city below `--dir` that is made once.
    #[arg(long, hide = true)]
    stage: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// Durable changes of the journal beside a plain table.
    Commits,
    /// The journal beside PostgreSQL and the disk, with targets.
    Journal,
    /// From a confirmed movement to its subscribers.
    Latency,
    /// The daily full extract beside sqlite3 | iconv.
    Extract,
    /// Conversion of characters beside ICU, glibc and simdutf.
    Characters,
    /// Records of fixed length, and the memory they take.
    Layouts,
    /// Search by fragments beside pg_trgm; `--residents 3700000` is a large city.
    Search,
    /// Flushes of a 本登録, search through its function, 住居表示 beside clerks, with targets.
    Counter,
    /// Levies, payments, charges of a city, with targets.
    Taxes,
    /// Links over HTTP and in files, beside PostgreSQL's outbox and DuckDB, with targets.
    Links,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let size = links::Size { residents: arguments.residents, changes: arguments.changes };
    if let Some(name) = arguments.stage.as_deref().and_then(|name| name.strip_prefix("links-")) {
        return links::stage(name, &arguments.dir, size);
    }
    match arguments.stage.as_deref() {
        Some(name @ ("counter-enter" | "counter-finalize")) => {
            return counter::stage(&arguments.dir, name == "counter-finalize");
        }
        Some("extract") => return extract::stage(&arguments.dir),
        Some(name) => return layouts::stage(name, arguments.records),
        None => {}
    }
    if arguments.dir.exists() {
        std::fs::remove_dir_all(&arguments.dir)?;
    }
    std::fs::create_dir_all(&arguments.dir)?;
    for stage in Stage::value_variants() {
        if !arguments.stages.is_empty() && !arguments.stages.contains(stage) {
            continue;
        }
        run(*stage, &arguments)?;
    }
    Ok(())
}

fn run(stage: Stage, arguments: &Arguments) -> anyhow::Result<()> {
    match stage {
        Stage::Characters => {
            println!("\n# characters");
            let size =
                characters::Size { text_bytes: arguments.megabytes * 1_000_000, rounds: arguments.rounds };
            characters::bench(&arguments.dir, size)
        }
        Stage::Layouts => {
            println!("\n# records of 200 bytes, {} each way", arguments.records);
            layouts::bench(arguments.records)
        }
        Stage::Commits => {
            println!("\n# durable changes");
            commits::bench(&arguments.dir)
        }
        Stage::Journal => {
            println!("\n# journal");
            let size = journal::Size {
                records: arguments.journal_records,
                rounds: arguments.rounds.min(5),
                writers: !arguments.no_writers,
            };
            journal::bench(&arguments.dir, size)
        }
        Stage::Links => {
            println!("\n# links");
            let size = links::Size { residents: arguments.residents, changes: arguments.changes };
            links::bench(&arguments.dir, size)
        }
        Stage::Search => {
            println!("\n# search by fragments, {} residents", arguments.residents);
            search::bench(arguments.residents)
        }
        Stage::Counter => {
            println!("\n# counter, {} residents", arguments.residents);
            counter::bench(&arguments.dir, arguments.residents)
        }
        Stage::Taxes => {
            println!("\n# taxes");
            taxes::bench(&arguments.dir)
        }
        Stage::Latency => {
            println!("\n# 本登録 to all three subscribers");
            latency::bench(&arguments.dir)
        }
        Stage::Extract => {
            println!("\n# daily full extract, {} residents, UTF-16", arguments.residents);
            extract::bench(&arguments.dir, arguments.residents)
        }
    }
}

/// The value a share of sorted values lies below.
fn share(sorted: &[f64], share: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * share / 100).copied().unwrap_or_default()
}

/// The middle of values in any order.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    share(&sorted, 50)
}

/// A figure for people.
fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a figure for people")]
    let ratio = part as f64 / whole.max(1) as f64;
    ratio
}

/// Lets the peak begin anew at what is held now. Where the kernel cannot, it stays the peak of the whole life.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory this process ever held, in KiB.
fn peak_kib() -> anyhow::Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).context("the system does not tell VmHWM")
}
