//! How long a certificate takes once the press is warm: `cargo bench -p documents`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark measures, prints and may stop"
)]

use std::time::Instant;

use documents::{Press, ResidentRecordCopy, font_dirs};

#[path = "../tests/it/samples.rs"]
mod samples;

const DOCUMENTS: usize = 200;
const BATCH: u32 = 1000;

fn main() {
    let opening = Instant::now();
    let press = Press::open(&font_dirs()).unwrap();
    println!("open: {:?}", opening.elapsed());
    measure(&press, "one person, one page", samples::individual());
    measure(&press, "household of five, two pages", samples::household());
    batch(&press, samples::individual());
}

/// A batch, one thread: what a core prints in a second.
fn batch(press: &Press, mut copy: ResidentRecordCopy) {
    let start = Instant::now();
    for number in 0..BATCH {
        copy.issue_number = format!("20251120 架空市 本庁1 プリンタ001 {number:06}");
        press.print(&copy).unwrap();
    }
    println!(
        "batch of {BATCH}: {:.0} a second on one core (target 150)",
        f64::from(BATCH) / start.elapsed().as_secs_f64()
    );
}

/// Each document has its own issue number and name, as at a counter, so that nothing is simply found again.
fn measure(press: &Press, what: &str, mut copy: ResidentRecordCopy) {
    let mut times = Vec::new();
    for number in 0..DOCUMENTS {
        copy.issue_number = format!("20251120 架空市 本庁1 プリンタ001 {number:06}");
        for person in &mut copy.persons {
            person.name.text.push_str(["一", "二", "三"].get(number % 3).copied().unwrap_or_default());
            person.name.text = person.name.text.chars().rev().take(12).collect();
        }
        let start = Instant::now();
        let pdf = press.print(&copy).unwrap();
        times.push((start.elapsed(), pdf.bytes.len()));
    }
    let first = times.first().copied().unwrap_or_default();
    times.sort();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default().0;
    println!("{what}: first {:?}, p50 {:?}, p99 {:?}, {} bytes", first.0, at(50), at(99), first.1);
}
