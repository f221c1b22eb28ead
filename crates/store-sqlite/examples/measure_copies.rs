//! Measures archives, restores and checks over changes of one version each; the figures stand in `docs/backup.md`.
//!
//! `cargo run --release -p store-sqlite --example measure_copies -- CHANGES FOLDER`

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures and tells")]

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use archive::{Archived, Extent, Header, SegmentReader, SegmentWriter, check_file};
use register::{ChainHash, Ledger, Position, Restore, Standing};
use store_sqlite::{Options, ReadOnly, Restorer, VaultKey};
use testkit::journal::KINDS;

/// Changes appended in one transaction.
const BATCH: usize = 10_000;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().ok_or("how many changes?")?.parse()?;
    let folder = PathBuf::from(arguments.next().ok_or("which new folder?")?);
    std::fs::create_dir(&folder)?;
    let (changes, last) = testkit::ledger::residents(count)?;
    let tell = |what: &str, start: Instant| {
        let micros = start.elapsed().as_micros().max(1);
        let rate = u128::from(count).saturating_mul(1_000_000) / micros;
        println!("{what}: {} ms, {rate} changes/s", micros / 1_000);
    };

    let header = Header {
        extent: Extent::Full,
        after: Position(0),
        after_hash: ChainHash::START,
        last,
        made_at: jiff::Timestamp::UNIX_EPOCH,
        program: String::new(),
        municipality: String::new(),
        standing: Standing::default(),
    };
    let start = Instant::now();
    let mut writer = SegmentWriter::new(Vec::new(), &header)?;
    for change in &changes {
        writer.change(change)?;
    }
    let (bytes, summary) = writer.finish()?;
    tell("archive written (in memory)", start);
    println!("{} bytes", bytes.len());

    let start = Instant::now();
    check_file(&Archived::of(&header, &summary), bytes.as_slice(), |_| ())?;
    tell("archive verified", start);

    let key = VaultKey::from_hex(&"5".repeat(64))?;
    let options = Options { keys: Some(key.into()), ..Options::default() };
    let database = folder.join("copy.db");
    let start = Instant::now();
    let mut restorer = Box::new(Restorer::begin(&database, KINDS, options.clone(), &Standing::default())?);
    let mut reader = SegmentReader::new(bytes.as_slice())?;
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(change) = reader.next_change()? {
        batch.push(change);
        if batch.len() == BATCH {
            restorer.append(&batch)?;
            batch.clear();
        }
    }
    restorer.append(&batch)?;
    restorer.finish(&Standing::default())?;
    tell("restored from the archive", start);

    let copy = ReadOnly::open(&database, KINDS, options)?;
    let start = Instant::now();
    let problems = copy.verify()?.problems;
    tell("database verified", start);
    println!("{} problems", problems.len());

    let start = Instant::now();
    copy.snapshot()?.changes(Position(0), &mut |_| Ok(ControlFlow::Continue(())))?;
    tell("database read as stored", start);
    Ok(())
}
