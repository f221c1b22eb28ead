//! Verification, and the way through an archive.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use archive::{Archived, Extent, Header, SegmentReader, SegmentWriter, check_file};
use register::{ChainHash, Fault, Journal, Ledger, Position, RawChange, Restore, Standing};
use store_sqlite::{Options, Restorer, Store};

use super::record::RESIDENT;
use super::{Size, alone, core_seconds, float};

/// Changes appended in one transaction.
const BATCH: usize = 10_000;
/// Verifications that are counted; each walks everything.
const ROUNDS: usize = 3;
/// Versions the demonstration town has for each resident, 4.7, times the residents of the goal.
const GOAL_VERSIONS: f64 = 4.7 * 500_000.0;
/// The goal of a restore.
const GOAL_SECONDS: f64 = 600.0;

pub(super) fn bench(dir: &Path, store: Store, size: Size) -> anyhow::Result<()> {
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let start = core_seconds();
        let found = store.verify()?;
        anyhow::ensure!(found.problems.is_empty(), "{:?}", found.problems);
        rates.push(float(size.records) / (core_seconds() - start));
    }
    alone("database verified, changes", &rates, 200_000.0);

    let path = dir.join("copy.archive");
    let snapshot = store.snapshot()?;
    let header = Header {
        extent: Extent::Full,
        after: Position(0),
        after_hash: ChainHash::START,
        last: snapshot.head()?,
        made_at: "2026-04-01T00:00:00Z".parse()?,
        program: String::new(),
        municipality: String::new(),
        standing: snapshot.standing()?,
    };
    let start = Instant::now();
    let mut writer = SegmentWriter::new(BufWriter::new(File::create(&path)?), &header)?;
    snapshot.changes(Position(0), &mut |change| {
        writer.change(&change).map_err(|error| Fault::new("the archive cannot be written", error))?;
        Ok(ControlFlow::Continue(()))
    })?;
    let (file, summary) = writer.finish()?;
    file.into_inner()?.sync_all()?;
    println!(
        "{:<52} {:>9.0}/s",
        "archive written, changes",
        float(size.records) / start.elapsed().as_secs_f64()
    );
    drop(snapshot);
    drop(store);

    let archived = Archived::of(&header, &summary);
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let start = core_seconds();
        check_file(&archived, BufReader::new(File::open(&path)?), |_| ())?;
        rates.push(float(size.records) / (core_seconds() - start));
    }
    alone("archive verified, changes", &rates, 200_000.0);

    let start = Instant::now();
    restore(&path, &dir.join("restored.db"))?;
    let seconds = start.elapsed().as_secs_f64();
    let goal = seconds / float(size.records) * GOAL_VERSIONS;
    let met = if goal <= GOAL_SECONDS { "met" } else { "missed" };
    println!(
        "{:<52} {seconds:.1} s, {:.0}/s; 500,000 residents at this rate {:.1} min        10 min {met}",
        "restored from the archive, indexes built",
        float(size.records) / seconds,
        goal / 60.0
    );
    Ok(())
}

fn restore(archive: &Path, database: &Path) -> anyhow::Result<()> {
    let mut reader = SegmentReader::new(BufReader::new(File::open(archive)?))?;
    let standing: Standing = reader.header().standing.clone();
    let mut restorer = Box::new(Restorer::begin(database, &[&RESIDENT], Options::default(), &standing)?);
    let mut batch: Vec<RawChange> = Vec::with_capacity(BATCH);
    while let Some(change) = reader.next_change()? {
        batch.push(change);
        if batch.len() == BATCH {
            restorer.append(&batch)?;
            batch.clear();
        }
    }
    restorer.append(&batch)?;
    restorer.finish(&standing).context("the restore cannot be finished")
}
