//! Measures loads, restores and checks over changes of one version each; the figures stand in `docs/backup.md`.
//!
//! `cargo run --release -p store-postgres --example measure_postgres_copies -- CHANGES`

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures and tells")]

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;

use register::{Ledger, Position, Restore, Standing};
use store_postgres::{Options, ReadOnly, Restorer, VaultKey};
use testkit::journal::KINDS;
use testkit::postgres::Cluster;

/// Changes appended in one transaction.
const BATCH: usize = 10_000;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let count: u64 = std::env::args().nth(1).ok_or("how many changes?")?.parse()?;
    let (changes, last) = testkit::ledger::residents(count)?;
    let tell = |what: &str, start: Instant| {
        let micros = start.elapsed().as_micros().max(1);
        let rate = u128::from(count).saturating_mul(1_000_000) / micros;
        println!("{what}: {} ms, {rate} changes/s", micros / 1_000);
    };

    let cluster = Cluster::start("-c fsync=on -c shared_buffers=1GB");
    let url = cluster.database();
    let key = VaultKey::from_hex(&"5".repeat(64))?;
    let options = Options { keys: Some(key.into()), ..Options::default() };
    let start = Instant::now();
    let mut restorer = Box::new(Restorer::begin(&url, KINDS, options.clone(), &Standing::default())?);
    for batch in changes.chunks(BATCH) {
        restorer.append(batch)?;
    }
    tell("appended", start);
    let end = Instant::now();
    restorer.finish(&Standing::default())?;
    tell("indexes and current records", end);
    tell("restored", start);

    let copy = ReadOnly::open(&url, KINDS, options)?;
    let start = Instant::now();
    let problems = copy.verify()?.problems;
    tell("database verified", start);
    println!("{} problems", problems.len());

    let start = Instant::now();
    let snapshot = copy.snapshot()?;
    snapshot.changes(Position(0), &mut |_| Ok(ControlFlow::Continue(())))?;
    tell("database read as stored", start);
    println!("{}", if snapshot.head()? == last { "the same head" } else { "another head" });
    Ok(())
}
