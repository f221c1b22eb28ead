//! How long a certificate takes once the press is warm: `cargo bench -p documents`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark measures, prints and may stop"
)]

use std::time::Instant;

use documents::resident_record_copy::Cell;
use documents::{Press, ResidentRecordCopies, ResidentRecordCopy, TaxNotice, TaxNotices, font_dirs};

#[path = "../tests/it/samples.rs"]
mod samples;
#[path = "../tests/it/slip_samples.rs"]
mod slip_samples;

const DOCUMENTS: usize = 200;
const BATCH: u32 = 1000;
const NOTICES: u32 = 300;

fn main() {
    let opening = Instant::now();
    let press = Press::open(&font_dirs()).unwrap();
    println!("open: {:?}", opening.elapsed());
    // `cargo bench -p documents -- notices` leaves the certificates out.
    if !std::env::args().any(|argument| argument == "notices") {
        measure(&press, "one person, one page", samples::individual());
        measure(&press, "household of five, two pages", samples::household());
        for per_file in [1, 100] {
            batch(&press, per_file);
        }
    }
    for per_file in [1, 10, 100] {
        notices(&press, per_file);
    }
}

/// Seconds of processor time so far, all threads. On a shared machine it says more than the clock on the wall.
fn cpu_seconds() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // User and system time; the name in brackets before them may hold spaces.
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_PER_SECOND)
}

/// `what` printed so many pages since `start`.
fn report(what: &str, pages: u32, start: (Instant, Option<f64>)) {
    let seconds = start.0.elapsed().as_secs_f64();
    let processor = start.1.zip(cpu_seconds()).map_or(f64::NAN, |(before, now)| now - before);
    println!(
        "{what}: {:.0} pages a second of processor time (target 150), {:.0} by the clock",
        f64::from(pages) / processor,
        f64::from(pages) / seconds
    );
}

/// A batch of copies, so many to a file: what a core prints in a second. Each is of another person, as in a real one; three kinds of
/// records take turns.
fn batch(press: &Press, per_file: usize) {
    let start = (Instant::now(), cpu_seconds());
    let mut bytes = 0;
    let all: Vec<usize> = (0..usize::try_from(BATCH).unwrap()).collect();
    for file in all.chunks(per_file) {
        let sheets: Vec<ResidentRecordCopy> = file.iter().map(|number| copy(*number)).collect();
        let pdf = press.print(&ResidentRecordCopies { sheets }).unwrap();
        assert_eq!(pdf.pages, file.len());
        bytes += pdf.bytes.len();
    }
    let page = bytes / usize::try_from(BATCH).unwrap();
    report(&format!("copies, {per_file} to a file, {page} bytes a page"), BATCH, start);
}

fn copy(number: usize) -> ResidentRecordCopy {
    const NAMES: [(&str, &str); 5] = [
        ("渡邊𠮷之助", "ワタナベ キチノスケ"),
        ("髙橋花子", "タカハシ ハナコ"),
        ("山本一郎", "ヤマモト イチロウ"),
        ("佐藤美咲", "サトウ ミサキ"),
        ("小林健", "コバヤシ ケン"),
    ];
    let mut copy = samples::individual();
    copy.issue_number = format!("20251120 架空市 本庁1 プリンタ001 {number:06}");
    copy.address = Cell::text(format!("山梨県架空市東町{}丁目{number}番地", number % 9 + 1));
    let (name, kana) = NAMES[number % NAMES.len()];
    match number % 3 {
        0 => {}
        1 => copy.persons[0] = samples::japanese("", "", "昭和60年1月8日", "男", "子"),
        _ => copy.persons[0] = samples::foreign(),
    }
    let person = &mut copy.persons[0];
    person.name = samples::name(name, kana);
    person.birth_date =
        Cell::text(format!("昭和{}年{}月{}日", number % 60 + 1, number % 12 + 1, number % 28 + 1));
    person.address_since =
        if number.is_multiple_of(2) { Cell::Blank } else { Cell::text("令和7年9月30日") };
    copy
}

/// Tax notices with a slip and a bar code each, so many to a file, one thread. Every notice has its own recipient,
/// numbers, amount and code, as in an annual batch.
fn notices(press: &Press, per_file: u32) {
    let mut bytes = 0;
    let start = (Instant::now(), cpu_seconds());
    for first in (0..NOTICES).step_by(per_file.try_into().unwrap()) {
        let sheets: Vec<TaxNotice> = (first..first + per_file).map(notice).collect();
        let pdf = press.print(&TaxNotices { sheets }).unwrap();
        assert_eq!(u32::try_from(pdf.pages), Ok(per_file));
        bytes += pdf.bytes.len();
    }
    let what = format!(
        "tax-notice, {per_file} to a file, {} bytes a page",
        bytes / usize::try_from(NOTICES).unwrap()
    );
    report(&what, NOTICES, start);
}

fn notice(number: u32) -> TaxNotice {
    const NAMES: [&str; 7] =
        ["渡邊𠮷之助", "髙橋花子", "山本一郎", "田中実", "佐藤美咲", "小林健", "齋藤櫻子"];
    let mut notice = slip_samples::notice();
    let at = usize::try_from(number).unwrap();
    let name = format!("{}{}様", NAMES[at % NAMES.len()], NAMES[at / 7 % NAMES.len()]);
    let serial = format!("{number:09}7");
    let yen = format!("{}", 2_000 + number * 100 % 97_000);
    notice.recipient.name.clone_from(&name);
    notice.recipient.address = format!("山梨県架空市東町{}丁目{number}番地", number % 9 + 1);
    notice.rows[0][0] = format!("山梨 580 あ {:02}-{:02}", number / 100 % 100, number % 100);
    notice.rows[0][3].clone_from(&yen);
    notice.facts[1].value.clone_from(&serial);
    notice.issue_number = format!("20260508 架空市 税務課 プリンタ001 {number:06}");
    for slip in &mut notice.slips {
        slip.payer.clone_from(&name);
        slip.notice_no.clone_from(&serial);
        slip.amounts[0].yen.clone_from(&yen);
        slip.total.clone_from(&yen);
        if let Some(code) = &mut slip.bar_code {
            code.payload = format!("91912345042026{serial}01100026060100{yen:0>6}08");
            code.caption = format!("(91)912345-042026{serial}011000\n260601-0-{yen:0>6}-8");
        }
    }
    notice
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
