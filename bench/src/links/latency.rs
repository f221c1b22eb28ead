//! From a 本登録 to the signed receipt of its counterpart, beside an outbox of PostgreSQL.

use std::path::Path;
use std::time::Instant;

use daicho::serve::Workers;

use super::outbox::{Outbox, Sample};
use super::receiver::Counterpart;
use super::town::{begin, entered, finalized, found, furnish, http_place, on_change, recorded};
use super::{Line, MARK, Size, disk, held, p50_p99};

const RESIDENTS: usize = 2_000;
const ROUNDS: usize = 5;
const LINK: &str = "to-partner";
/// Targets in ms, on a disk with flushes of 3 ms.
const P50_MS: f64 = 6.0;
const P99_MS: f64 = 15.0;

/// What a change took, in ms: until the receipt was given, and until it was recorded.
#[derive(Default)]
struct Took {
    acknowledged: Vec<f64>,
    given: Vec<f64>,
    recorded: Vec<f64>,
}

pub(super) fn stage(dir: &Path, size: Size) -> anyhow::Result<()> {
    let slow = std::env::var(disk::MILLISECONDS).is_ok();
    let folder = dir.join(if slow { "latency-slow" } else { "latency" });
    found(&folder, RESIDENTS)?;
    let flushes = disk::flushes(&folder)?;
    let counterpart = Counterpart::start()?;
    let place = http_place("partner", counterpart.receiver.address())?;
    let house = furnish(&folder, &[place], &[on_change(LINK, "partner", 1000)])?;
    begin(&house, &counterpart)?;
    let (office, workers) = Workers::start(house)?;

    let mut ours = Took::default();
    let mut theirs = Took::default();
    let mut outbox = None;
    let mut serial = 0;
    for _ in 0..ROUNDS {
        for _ in 0..size.changes.div_ceil(ROUNDS) {
            let input = entered(&office, serial)?;
            serial += 1;
            let start = Instant::now();
            let position = finalized(&office, &input)?;
            ours.acknowledged.push(ms(start, Instant::now()));
            recorded(&office, LINK, position)?;
            ours.recorded.push(ms(start, Instant::now()));
            ours.given.push(ms(start, counterpart.next()?.at));
        }
        if outbox.is_none() {
            // Its deliveries are the bytes of ours.
            let sample = Sample::of_evidence(&folder.join("deliveries").join(LINK))?;
            outbox = Some(Outbox::start(&counterpart, sample, &["outbox".to_owned()])?);
        }
        let Some(outbox) = outbox.as_mut() else { continue };
        for _ in 0..size.changes.div_ceil(ROUNDS) {
            let start = Instant::now();
            outbox.change()?;
            theirs.acknowledged.push(ms(start, Instant::now()));
            theirs.recorded.push(ms(start, outbox.recorded()?));
            theirs.given.push(ms(start, counterpart.next()?.at));
        }
    }
    workers.stop();
    tell(slow, &flushes, &ours, &theirs);
    Ok(())
}

fn tell(slow: bool, flushes: &[f64], ours: &Took, theirs: &Took) {
    let disk = if slow { "slow disk" } else { "this disk" };
    let (flush_p50, flush_p99) = p50_p99(flushes);
    println!("{MARK}{disk}: 4 KiB + fdatasync p50 {flush_p50:.2} ms, p99 {flush_p99:.2} ms");
    for (what, ours, theirs, target) in [
        ("本登録 acknowledged", &ours.acknowledged, &theirs.acknowledged, false),
        ("本登録 → signed receipt given", &ours.given, &theirs.given, true),
        ("本登録 → receipt recorded", &ours.recorded, &theirs.recorded, false),
    ] {
        let ((p50, p99), (their_p50, their_p99)) = (p50_p99(ours), p50_p99(theirs));
        let target = match target && slow {
            true => held(&format!("p50 {P50_MS} ms, p99 {P99_MS} ms"), p50 <= P50_MS && p99 <= P99_MS),
            false => String::new(),
        };
        Line {
            what: &format!("{what}, {} changes, {disk}", ours.len()),
            ours: format!("{p50:.2} ms"),
            beside: format!("p99 {p99:.1} ms"),
            peer: format!("{their_p50:.2}/{their_p99:.1}"),
            ratio: Some(p50 / their_p50),
            target,
        }
        .print();
    }
}

fn ms(start: Instant, end: Instant) -> f64 {
    end.saturating_duration_since(start).as_secs_f64() * 1e3
}
