//! Links: how soon, how many, beside a dead one, and a whole city in one file; each beside a peer that takes turns with it.
//!
//! What is measured runs in processes of its own, so that its memory is its own and a slower disk can be put under it.
//! What such a process prints goes on the screen; lines that begin with [`MARK`] go into the table at the end as well.

mod dead;
mod disk;
mod duckdb;
mod full;
mod latency;
mod outbox;
mod receiver;
mod throughput;
mod town;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Begins a line of the table.
const MARK: &str = "| ";
/// Flushes of the slower disk take this long.
const SLOW_MS: f64 = 3.0;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Residents of the large town.
    pub(crate) residents: usize,
    /// Changes whose way to the receiver is timed.
    pub(crate) changes: usize,
}

pub(crate) fn bench(dir: &Path, size: Size) -> anyhow::Result<()> {
    let dir = dir.join("links");
    let mut table = Vec::new();
    let slow = disk::slower(SLOW_MS);
    table.extend(child("latency", &dir, size, None)?);
    match &slow {
        Ok(slow) => table.extend(child("latency", &dir, size, Some(slow))?),
        Err(error) => println!("no slower disk: {error:#}"),
    }
    table.extend(child("throughput", &dir, size, None)?);
    table.extend(child("dead", &dir, size, None)?);
    table.extend(full::bench(&dir, size, None)?);
    if let Ok(slow) = slow {
        std::fs::remove_file(slow)?;
    }
    print_table(&table);
    Ok(())
}

fn print_table(table: &[String]) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("\nload at the end {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    println!("{:<58} {:>14} {:>14} {:>14} {:>6}  target", "", "median", "", "peer", "ratio");
    table.iter().for_each(|line| println!("{line}"));
}

/// The part of a child process.
pub(crate) fn stage(name: &str, dir: &Path, size: Size) -> anyhow::Result<()> {
    match name {
        "latency" => latency::stage(dir, size),
        "throughput" => throughput::stage(dir, size),
        "dead" => dead::stage(dir, size),
        other => match other.strip_prefix(full::PREPARE) {
            Some(link) => full::stage(dir, link),
            None => full::alone(dir, size, other),
        },
    }
}

/// Runs a part in a process of its own, on a slower disk if one is given; the lines of the table it made.
fn child(name: &str, dir: &Path, size: Size, disk: Option<&Path>) -> anyhow::Result<Vec<String>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--stage", &format!("links-{name}"), "--dir"]).arg(dir);
    command.args(["--residents", &size.residents.to_string(), "--changes", &size.changes.to_string()]);
    if let Some(disk) = disk {
        command.env("LD_PRELOAD", disk).env(disk::MILLISECONDS, SLOW_MS.to_string());
    }
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut table = Vec::new();
    for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
        let line = line?;
        println!("{line}");
        table.extend(line.strip_prefix(MARK).map(str::to_owned));
    }
    if !child.wait()?.success() {
        bail!("links: {name} failed");
    }
    Ok(table)
}

/// A line of the table.
struct Line<'a> {
    what: &'a str,
    ours: String,
    beside: String,
    peer: String,
    ratio: Option<f64>,
    target: String,
}

impl Line<'_> {
    fn text(&self) -> String {
        let ratio = self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        format!(
            "{:<58} {:>14} {:>14} {:>14} {ratio:>6}  {}",
            self.what, self.ours, self.beside, self.peer, self.target
        )
    }

    /// Tells the parent.
    fn print(&self) {
        println!("{MARK}{}", self.text());
    }
}

/// A target and whether it is met.
fn held(target: &str, met: bool) -> String {
    format!("{target} {}", if met { "met" } else { "missed" })
}

/// The middle and the slowest of a hundred of values.
fn p50_p99(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (crate::share(&sorted, 50), crate::share(&sorted, 99))
}
