//! Measures archives, restores and checks over changes of one version each; the figures stand in `docs/backup.md`.
//!
//! `cargo run --release -p store-sqlite --example measure_copies -- CHANGES FOLDER`

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures and tells")]

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use archive::{Archived, Extent, Header, SegmentReader, SegmentWriter, check_file};
use register::{ChainHash, ChainWalk, Ledger, Position, RawChange, RawVersion, Restore, Standing};
use store_sqlite::{Options, ReadOnly, Restorer, VaultKey};
use testkit::journal::KINDS;

/// Changes appended in one transaction.
const BATCH: usize = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().ok_or("how many changes?")?.parse()?;
    let folder = PathBuf::from(arguments.next().ok_or("which new folder?")?);
    std::fs::create_dir(&folder)?;
    let (changes, last) = changes(count)?;
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
    let options = Options { key: Some(key), ..Options::default() };
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

/// Changes with the body of a small resident record, two versions of each key.
fn changes(count: u64) -> Result<(Vec<RawChange>, ChainWalk), Box<dyn Error>> {
    let day = domain::Date::constant(2026, 4, 1);
    let keys = (count / 2).max(1);
    let mut walk = ChainWalk::START;
    let mut all = Vec::new();
    for no in 0..count {
        let body = serde_json::json!({
            "address": { "lot": format!("{}番地{}", no % 997, no % 13), "municipality": "みなと郡台帳町", "town": "本町" },
            "addressee_no": format!("{no:015}"),
            "birth_date": format!("19{:02}-04-1{}", no % 90, no % 9),
            "name": format!("見本　花子{no}"),
            "name_kana": "ミホン　ハナコ",
            "resident_since": "2020-01-01",
            "sex": "2",
        });
        let mut change = RawChange {
            position: Position(no.saturating_add(1)),
            at: jiff::Timestamp::from_microsecond(1_775_001_600_000_000_i64.saturating_add_unsigned(no))?,
            effective_on: day,
            system: "resident-register".to_owned(),
            function: "resident-register/finalize".to_owned(),
            actor: r#"{"user":"madoguchi"}"#.to_owned(),
            reason: String::new(),
            cause: "\"function\"".to_owned(),
            hash: ChainHash::START,
            versions: vec![RawVersion {
                kind: "test/note".to_owned(),
                key: format!("{:08}", no % keys),
                version: u32::try_from(no / keys)?.saturating_add(1),
                effective_on: day,
                closed: false,
                body: body.to_string(),
            }],
        };
        change.hash = change.hash_after(&walk.hash);
        walk.step(&change)?;
        all.push(change);
    }
    Ok((all, walk))
}
