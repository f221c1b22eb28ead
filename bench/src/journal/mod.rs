//! The journal: durable changes beside PostgreSQL and beside the disk, readings, verification, restore.
//!
//! On a shared machine each figure has slow spells: ours and each peer take turns, round by round, and a ratio is of
//! neighbours. Medians are held against targets, beside them stands the best. What one thread does alone is told per
//! second of a core, by the clock of that thread.

mod copies;
mod reads;
mod record;
mod writers;

use std::path::Path;

use crate::median;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Records that are read, verified and restored.
    pub(crate) records: usize,
    /// Rounds of everything that takes turns.
    pub(crate) rounds: usize,
    /// Whether writers are measured; they need most of the time and do not depend on the records.
    pub(crate) writers: bool,
}

pub(crate) fn bench(dir: &Path, size: Size) -> anyhow::Result<()> {
    if size.writers {
        println!("{:<52} {:>11} {:>11} {:>11} {:>8}  target", "", "median", "best", "peer", "ratio");
        writers::bench(dir, size.rounds)?;
    }
    println!("{:<52} {:>11} {:>11} {:>20}  target", "", "median", "best", "");
    let store = reads::bench(dir, size)?;
    copies::bench(dir, store, size)
}

/// One line of the table: rates of ours and of a peer, round by round.
fn beside(what: &str, ours: &[f64], peer: &[f64], least: f64) {
    let ratios: Vec<f64> =
        ours.iter().zip(peer).map(|(ours, peer)| ours / peer.max(f64::MIN_POSITIVE)).collect();
    let (ratio, best) = (median(&ratios), ours.iter().copied().fold(0.0, f64::max));
    let met = if least <= ratio { "met" } else { "missed" };
    println!(
        "{what:<52} {:>9.0}/s {best:>9.0}/s {:>9.0}/s {ratio:>8.2}  {least} {met}",
        median(ours),
        median(peer)
    );
}

/// One line of the table: rates of ours against a target.
fn alone(what: &str, ours: &[f64], least: f64) {
    let (middle, best) = (median(ours), ours.iter().copied().fold(0.0, f64::max));
    let met = if least <= middle { "met" } else { "missed" };
    println!("{what:<52} {middle:>9.0}/s {best:>9.0}/s {:>20}  {least}/s of a core {met}", "");
}

/// Seconds for which this thread has had a processor. On a shared machine a thread waits for one most of the time; what
/// a core does is told by this clock.
pub(crate) fn core_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e9
}

/// A number of things as a figure for rates.
fn float(count: usize) -> f64 {
    crate::ratio(count, 1)
}
