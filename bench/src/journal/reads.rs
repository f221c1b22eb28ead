//! Readings of many records.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use register::{AsOf, Journal, Write};
use store_sqlite::{Options, Store};

use super::record::{RESIDENT, draft, key, resident};
use super::{Size, alone, core_seconds, float};
use crate::share;

/// Changes of one transaction of the load.
const LOAD: usize = 10_000;
/// Records read one by one.
const GETS: usize = 200_000;
/// The slowest of a hundred point readings may take this long.
const P99_MS: f64 = 1.0;

/// Loads and reads; the store is used on.
pub(super) fn bench(dir: &Path, size: Size) -> anyhow::Result<Store> {
    let store = Store::open(&dir.join("reads.db"), &[&RESIDENT], Options::default())?;
    let start = Instant::now();
    let mut no = 0;
    while no < size.records {
        let to = size.records.min(no + LOAD);
        let one = |no| draft(Write::create(&RESIDENT, key(no), resident(no)?));
        store.commit_all((no..to).map(one).collect::<anyhow::Result<_>>()?)?;
        no = to;
    }
    let what = format!("loaded, {} records, a change each", size.records);
    let rate = float(size.records) / start.elapsed().as_secs_f64();
    println!("{what:<52} {rate:>9.0}/s");

    let mut rates = Vec::new();
    let view = store.view(AsOf::default())?;
    for _ in 0..size.rounds {
        let (start, mut seen) = (core_seconds(), 0_usize);
        view.scan(&RESIDENT, None, &mut |stored| {
            seen += usize::from(!stored.key.is_empty());
            Ok(ControlFlow::Continue(()))
        })?;
        anyhow::ensure!(seen == size.records, "{seen} records were scanned");
        rates.push(float(seen) / (core_seconds() - start));
    }
    alone("scanned, one thread", &rates, 300_000.0);

    let mut took = Vec::with_capacity(GETS);
    for turn in 0..GETS {
        let no = turn.wrapping_mul(2_654_435_761) % size.records;
        let start = Instant::now();
        let found = view.get(&RESIDENT, &key(no))?;
        took.push(start.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(found.is_some(), "record {no} is not there");
    }
    took.sort_by(f64::total_cmp);
    let (p50, p99, worst) = (share(&took, 50), share(&took, 99), share(&took, 100));
    let met = if p99 < P99_MS { "met" } else { "missed" };
    println!(
        "{:<52} p50 {p50:.3} ms, p99 {p99:.3} ms, worst {worst:.1} ms        p99 below {P99_MS} ms {met}",
        format!("point reading among {} records", size.records)
    );
    drop(view);
    Ok(store)
}
