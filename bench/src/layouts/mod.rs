//! Records of fixed length, from values in memory to bytes and back, and the memory that takes.

mod ours;

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use ours::{Records, Seen};
use town::{Household, Resident};

use crate::characters::{half_width, residents, town};

/// Wanted each way.
const TARGET_PER_SECOND: usize = 2_500_000;
/// Growth of the peak from the first portion to the last that still counts as flat: an allocator's pages.
const FLAT_KIB: usize = 1024;
/// Bytes of a record in both layouts.
const RECORD_BYTES: usize = 200;
/// Different rows; they are written over and over. Few enough that what holds them does not hide what a record leaves.
const ROWS: usize = 20_000;
/// Records of a block: about 64 KB.
const BLOCK_RECORDS: usize = 320;
/// Speed is the median of so many portions; peak memory is looked at after the first and the last.
const PORTIONS: usize = 10;

/// The values of a row, in the order of `values`.
const ITEMS: [&str; 12] = [
    "addressee_no",
    "household_no",
    "name",
    "kana",
    "birth_date",
    "sex",
    "relation_codes",
    "postcode",
    "town",
    "lot",
    "resident_since",
    "notified_on",
];

/// A layout under measurement.
struct Form {
    key: &'static str,
    name: &'static str,
    file: &'static str,
    half_width_kana: bool,
}

const FORMS: [Form; 2] = [
    Form {
        key: "jef",
        name: "JEF/EBCDIC",
        file: include_str!("../../layouts/record-jef.toml"),
        half_width_kana: true,
    },
    Form {
        key: "utf8",
        name: "UTF-8",
        file: include_str!("../../layouts/record-utf8.toml"),
        half_width_kana: false,
    },
];

const WAYS: [&str; 2] = ["write", "read"];

pub(crate) fn bench(records: usize) -> anyhow::Result<()> {
    println!(
        "{ROWS} different rows of {} values, over and over; blocks of {BLOCK_RECORDS} records",
        ITEMS.len()
    );
    println!("events: characters not written exactly, in 1,000 records\n");
    println!(
        "{}",
        row([
            "records",
            "ours /s",
            "best /s",
            "target /s",
            "reached",
            "peak 1/10",
            "peak end",
            "flat",
            "events"
        ])
    );
    println!("{}", row(["---", "--:", "--:", "--:", "---", "--:", "--:", "---", "--:"]));
    for form in FORMS {
        for way in WAYS {
            // Each in a process of its own: its peak memory is its own.
            let output = Command::new(std::env::current_exe()?)
                .args(["--records", &records.to_string(), "--stage"])
                .arg(format!("layouts-{}-{way}", form.key))
                .output()?;
            if !output.status.success() {
                bail!("{} {way} failed: {}", form.name, String::from_utf8_lossy(&output.stderr));
            }
            let line = String::from_utf8(output.stdout)?;
            let mut words = line.split_whitespace();
            let mut number =
                || words.next().and_then(|word| word.parse::<usize>().ok()).context(line.clone());
            let (rate, best) = (number()?, number()?);
            let (first, last, events) = (number()?, number()?, number()?);
            let reached = if TARGET_PER_SECOND <= rate { "yes" } else { "no" };
            let flat = if last <= first + FLAT_KIB { "yes" } else { "no" };
            println!(
                "{}",
                row([
                    &format!("{} {way}", form.name),
                    &rate.to_string(),
                    &best.to_string(),
                    &TARGET_PER_SECOND.to_string(),
                    reached,
                    &format!("{first} KiB"),
                    &format!("{last} KiB"),
                    flat,
                    &events.to_string(),
                ])
            );
        }
    }
    Ok(())
}

fn row([records, ours, best, target, reached, first, last, flat, events]: [&str; 9]) -> String {
    format!(
        "| {records:<16} | {ours:>8} | {best:>8} | {target:>9} | {reached:<7} | {first:>9} | {last:>9} | {flat:<4} | {events:>6} |"
    )
}

/// The measured part, in a process of its own: prints records a second (median and best), the peak (KiB) after the first portion and after
/// the last, and the events of 1,000 records.
pub(crate) fn stage(name: &str, records: usize) -> anyhow::Result<()> {
    let form = FORMS.iter().find(|form| name.contains(form.key)).with_context(|| name.to_owned())?;
    let mut ours = Records::new(form.file, &ITEMS)?;
    let rows = rows(form);
    let portion = records / PORTIONS;
    let (mut bytes, mut events) = (Vec::new(), 0);
    for row in &rows {
        events += ours.write(&[borrowed(row)], &mut bytes)?;
    }
    let rates = if name.ends_with("write") {
        drop(bytes);
        write(&mut ours, &rows, portion)?
    } else {
        drop(rows);
        read(&mut ours, &bytes, portion)?
    };
    let events = events * 1000 / ROWS;
    let (median, best) =
        (crate::median(&rates.per_second), rates.per_second.iter().copied().fold(0.0, f64::max));
    println!("{median:.0} {best:.0} {} {} {events}", rates.peak_first, rates.peak_last);
    Ok(())
}

struct Rates {
    per_second: Vec<f64>,
    peak_first: usize,
    peak_last: usize,
}

fn write(ours: &mut Records, rows: &[Vec<String>], portion: usize) -> anyhow::Result<Rates> {
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| borrowed(row)).collect();
    let mut out = Vec::new();
    let mut blocks = rows.chunks(BLOCK_RECORDS).cycle();
    portions(portion, || {
        let block = blocks.next().unwrap_or_default();
        out.clear();
        black_box(ours.write(black_box(block), &mut out)?);
        black_box(&out);
        Ok(out.len() / RECORD_BYTES)
    })
}

fn read(ours: &mut Records, bytes: &[u8], portion: usize) -> anyhow::Result<Rates> {
    let mut blocks = bytes.chunks(BLOCK_RECORDS * RECORD_BYTES).cycle();
    portions(portion, || {
        let Seen { records, value_bytes } = ours.read(black_box(blocks.next().unwrap_or_default()))?;
        black_box(value_bytes);
        Ok(records)
    })
}

fn borrowed(row: &[String]) -> Vec<&str> {
    row.iter().map(String::as_str).collect()
}

/// Runs portion after portion; `block` does a block's records and says how many they were.
fn portions(portion: usize, mut block: impl FnMut() -> anyhow::Result<usize>) -> anyhow::Result<Rates> {
    crate::forget_peak();
    let mut rates = Rates { per_second: Vec::new(), peak_first: 0, peak_last: 0 };
    for number in 0..PORTIONS {
        let start = Instant::now();
        let mut done = 0;
        while done < portion {
            let records = block()?;
            if records == 0 {
                bail!("a block without records");
            }
            done += records;
        }
        rates.per_second.push(crate::ratio(done, 1) / start.elapsed().as_secs_f64());
        rates.peak_last = crate::peak_kib()?;
        if number == 0 {
            rates.peak_first = rates.peak_last;
        }
    }
    Ok(rates)
}

fn rows(form: &Form) -> Vec<Vec<String>> {
    let town = town();
    let people = residents(&town).enumerate().take(ROWS);
    people
        .filter_map(|(serial, (household, number))| {
            Some(values(form, serial, number, &household, household.members.get(number)?))
        })
        .collect()
}

fn values(
    form: &Form,
    serial: usize,
    number: usize,
    household: &Household,
    resident: &Resident,
) -> Vec<String> {
    let kana = resident.kana();
    vec![
        serial.to_string(),
        (serial - number).to_string(),
        resident.name(),
        if form.half_width_kana { half_width(&kana) } else { kana },
        resident.birth.to_string(),
        resident.sex.code().to_owned(),
        resident.relation.code_text(),
        household.address.postcode.clone().unwrap_or_default(),
        household.address.town.clone(),
        household.address.lot.clone(),
        resident.resident_since.to_string(),
        resident.notified_on.to_string(),
    ]
}
