//! `cargo xtask peers`: how other programs convert the same characters, code by code.
//!
//! The programs are really run, so that nobody has to remember how they behave. What they do otherwise stands in
//! `standards/conversions`, each difference with a class, each class with our reason; a difference without one fails. A unit
//! test reads the committed tables and compares our own column with what `moji` does today.

mod class;
mod compare;
mod ours;
mod page;
mod program;
mod roundtrip;
mod stream;
mod table;
#[cfg(test)]
mod tests;
mod tokens;
mod universe;

use std::fs;

use anyhow::{Context as _, bail};
use moji::Tables;

use crate::packages;
use crate::run::root;
use compare::Subject;
use ours::Ours;
use page::{ASKED, Page};
use program::{Peer, Workshop};
use roundtrip::RoundTrip;
use stream::{Case, Stream};
use table::Row;
use universe::{Compared, Direction, compared};

const DIFFERENCES: &str = "standards/conversions/differences.tsv";
const ROUND_TRIPS: &str = "standards/conversions/round-trips.tsv";
const CASES: &str = "standards/conversions/cases.tsv";
const STREAMS: &str = "standards/conversions/streams.tsv";
const REASONS: &str = "standards/conversions/reasons.tsv";
const PAGE: &str = "docs/conversion-differences.md";

/// Asks every program and writes the tables, or says which of them differ from what the programs do.
pub(crate) fn peers(check: bool) -> anyhow::Result<()> {
    packages::ensure(packages::FOR_PEERS)?;
    let workshop = Workshop::open()?;
    let files = survey(&workshop)?;
    workshop.close()?;
    let mut differing = Vec::new();
    for (name, text) in files {
        let path = root().join(name);
        if fs::read(&path).is_ok_and(|held| held == text.as_bytes()) {
            println!("── {name} is as the programs do");
        } else if check {
            println!("── {name} differs");
            differing.push(name);
        } else {
            fs::write(&path, &text).with_context(|| name.to_owned())?;
            println!("── {name} written, {} bytes", text.len());
        }
    }
    if !differing.is_empty() {
        bail!("not as the programs do: {}; `cargo xtask peers` writes them", differing.join(", "));
    }
    Ok(())
}

/// The files as they should be.
fn survey(workshop: &Workshop) -> anyhow::Result<Vec<(&'static str, String)>> {
    let tables = Tables::built_in();
    let mut versions = Vec::new();
    for peer in Peer::ALL {
        versions.push(format!("{} {}", peer.name(), workshop.version(peer)?));
    }
    let versions = versions.join(", ");
    println!("── {versions}");
    let head = |what: &str, notes: &str, columns: &str| {
        format!("# {what}\n# Made by `cargo xtask peers`; {ASKED}{versions}.\n{notes}{columns}")
    };
    let mut differences = head(table::WHAT, table::NOTES, table::COLUMNS);
    let mut round_trips = head(roundtrip::WHAT, roundtrip::NOTES, roundtrip::COLUMNS);
    let mut streams = head(stream::WHAT, stream::NOTES, &Stream::columns());
    for one in compared() {
        let (rows, trips) = sweep(workshop, &tables, &one)?;
        rows.iter().for_each(|row| differences.push_str(&row.line()));
        trips.iter().for_each(|trip| round_trips.push_str(&trip.line()));
    }
    for stream in stream::ask_all(workshop, &tables, &Case::parse(&read(CASES)?)?)? {
        streams.push_str(&stream.line());
    }
    let page = Page::of(&differences, &round_trips, &streams, &read(REASONS)?)?.put_into(&read(PAGE)?)?;
    Ok(vec![(DIFFERENCES, differences), (ROUND_TRIPS, round_trips), (STREAMS, streams), (PAGE, page)])
}

fn read(name: &str) -> anyhow::Result<String> {
    fs::read_to_string(root().join(name)).with_context(|| name.to_owned())
}

/// Asks every program for everything there is to ask of one charset.
fn sweep(workshop: &Workshop, tables: &Tables, one: &Compared) -> anyhow::Result<(Vec<Row>, Vec<RoundTrip>)> {
    let mut ours = Ours::new(tables, &one.charset)?;
    let [decode, encode] = Direction::ALL.map(|way| Subject::of(&mut ours, &one.charset, way));
    let (codes, texts) = (decode.texts(), encode.texts());
    let (mut rows, mut trips) = (Vec::new(), Vec::new());
    // Unicode gives back whatever it takes; where a program does not, it stands among the differences.
    let is_table = !one.charset.is_unicode();
    if is_table {
        let (read, written) = (decode.our_results(), encode.our_results());
        trips.push(RoundTrip::of((&decode, &read), (&encode, &written), None));
    }
    for &program in one.programs {
        let read = workshop.ask(program, Direction::Decode, &codes)?;
        let written = workshop.ask(program, Direction::Encode, &texts)?;
        let [read, written] = [&read, &written].map(|answers| answers.lines().collect::<Vec<&str>>());
        for (subject, answers) in [(&decode, &read), (&encode, &written)] {
            let found = subject.compare(answers);
            println!("── {program}, {}: {} differ", subject.direction.word(), found.len());
            rows.extend(table::rows(subject, program, &found)?);
        }
        if is_table {
            trips.push(RoundTrip::of((&decode, &read), (&encode, &written), Some(program)));
        }
    }
    Ok((rows, trips))
}
