//! The rows of a delivery as bytes: written by one thread, or by several whose work is put together in order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};

use layout::{Facts, Plan, RowEvent};
use moji::{Cluster, Code, Done};
use register::{Fault, Position};
use sha2::{Digest, Sha256};
use system::RefusedRow;
use transport::in_hex;

use crate::lanes::{Lane, Views, in_lanes};
use crate::prepare::{Making, Prepared};
use crate::rows::{Chosen, Source, each_row};

/// Bytes gathered before they are written, so that a full extract of a city needs little memory.
const CHUNK_BYTES: usize = 256 * 1024;

/// A character that only changed its spelling: item, what it was, what was done, what it is.
type Spelling = (usize, Character, Done, Character);

/// A [`moji::Piece`] that can be a key.
type Character = (Option<Cluster>, Option<Code>);

fn character(piece: moji::Piece) -> Character {
    match piece {
        moji::Piece::Nothing => (None, None),
        moji::Piece::Text(cluster) => (Some(cluster), None),
        moji::Piece::Code(code) => (None, Some(code)),
    }
}

fn shown((cluster, code): Character) -> String {
    cluster.map(|cluster| cluster.to_string()).or(code.map(|code| code.to_string())).unwrap_or_default()
}

/// What became of rows that follow each other.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    /// Lines of the character report: what was lost.
    report: Vec<u8>,
    rows: u64,
    refused: Vec<RefusedRow>,
}

/// Writes rows, and counts what holds of all of them.
struct Scribe<'p> {
    plan: &'p Plan,
    records: layout::Writer<'p>,
    events: Vec<RowEvent>,
    piece: Piece,
    characters: BTreeMap<&'static str, u64>,
    /// What lost nothing is told once for each item and character: with a town's tables it concerns every other name.
    spellings: BTreeMap<Spelling, u64>,
}

impl<'p> Scribe<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            records: plan.writer(),
            events: Vec::new(),
            piece: Piece::default(),
            characters: BTreeMap::new(),
            spellings: BTreeMap::new(),
        }
    }

    fn header(&mut self, facts: &Facts) -> Result<(), layout::RowError> {
        self.records.write_header(facts, &mut self.piece.bytes, &mut self.events)?;
        self.told("");
        Ok(())
    }

    fn trailer(&mut self, facts: &Facts) -> Result<(), layout::RowError> {
        self.records.write_trailer(facts, &mut self.piece.bytes, &mut self.events)?;
        self.told("");
        Ok(())
    }

    /// Writes the characters of a record that were lost into the report, and counts all that were not exact.
    fn told(&mut self, subject: &str) {
        for RowEvent { field, event } in self.events.drain(..) {
            let done = event.done.label();
            if event.done.is_loss() {
                let item = self.plan.field(field).map(|field| field.item.as_str()).unwrap_or_default();
                let (position, from, to) = (event.position, event.from, event.to);
                // Writing into memory does not fail.
                let _ = writeln!(self.piece.report, "{subject}\t{item}\t{position}\t{from}\t{done}\t{to}\t1");
            } else {
                let spelling = (field, character(event.from), event.done, character(event.to));
                *self.spellings.entry(spelling).or_default() += 1;
            }
            *self.characters.entry(done).or_default() += 1;
        }
    }

    /// Writes what only changed its spelling behind all that was lost.
    fn tell_spellings(&mut self) {
        for ((field, from, done, to), count) in std::mem::take(&mut self.spellings) {
            let item = self.plan.field(field).map(|field| field.item.as_str()).unwrap_or_default();
            let (from, done, to) = (shown(from), done.label(), shown(to));
            // Writing into memory does not fail.
            let _ = writeln!(self.piece.report, "\t{item}\t0\t{from}\t{done}\t{to}\t{count}");
        }
    }

    /// Counts in what another has written of the same file.
    fn count_in(&mut self, other: Self) {
        self.records.count_in(other.records.tally());
        for (done, count) in other.characters {
            *self.characters.entry(done).or_default() += count;
        }
        for (spelling, count) in other.spellings {
            *self.spellings.entry(spelling).or_default() += count;
        }
    }
}

impl Lane for Scribe<'_> {
    type Piece = Piece;

    fn row(&mut self, subject: &str, values: &[&str]) {
        self.events.clear();
        match self.records.write_row(values, &mut self.piece.bytes, &mut self.events) {
            Ok(()) => self.piece.rows += 1,
            Err(error) => self.piece.refused.push(RefusedRow {
                subject: subject.to_owned(),
                item: error.item.clone(),
                message: error.rule.to_string(),
            }),
        }
        self.told(subject);
    }

    fn cut(&mut self) -> Piece {
        let room = self.piece.bytes.len();
        let next = Piece { bytes: Vec::with_capacity(room), ..Piece::default() };
        std::mem::replace(&mut self.piece, next)
    }
}

/// The two files, and what went into them.
struct Files<'a> {
    data: &'a mut File,
    report: &'a mut dyn Write,
    hash: Sha256,
    bytes: u64,
    rows: u64,
    refused: Vec<RefusedRow>,
}

impl Files<'_> {
    /// Writes a piece behind those before, and empties it.
    fn append(&mut self, piece: &mut Piece) -> Result<(), Fault> {
        let broken = |error: io::Error| Fault::new("配信ファイルに書けません", error);
        self.hash.update(&piece.bytes);
        self.bytes += u64::try_from(piece.bytes.len()).unwrap_or(u64::MAX);
        self.data.write_all(&piece.bytes).map_err(broken)?;
        self.report.write_all(&piece.report).map_err(broken)?;
        self.rows += std::mem::take(&mut piece.rows);
        self.refused.append(&mut piece.refused);
        piece.bytes.clear();
        piece.report.clear();
        Ok(())
    }
}

/// Writes header, rows and trailer of a delivery into its two files.
pub(crate) fn fill(
    making: &Making<'_>,
    views: &mut Views<'_>,
    (source, chosen): (&Source, &Chosen),
    facts: &Facts,
    (data, report): (&mut File, &mut dyn Write),
    to: Position,
) -> Result<Prepared, Fault> {
    let frame = |error: layout::RowError| Fault::new(format!("見出しか終端の{error}"), error);
    let (hash, bytes, rows, refused) = (Sha256::new(), 0, 0, Vec::new());
    let mut files = Files { data, report, hash, bytes, rows, refused };
    let mut scribe = Scribe::new(making.plan);
    scribe.header(facts).map_err(frame)?;
    if views.has_lanes() {
        files.append(&mut scribe.piece)?;
        let lane = || Scribe::new(making.plan);
        let mut take = |mut piece: Piece| files.append(&mut piece);
        for lane in in_lanes((making.dataset, chosen), views, lane, &mut take)? {
            scribe.count_in(lane);
        }
    } else {
        scribe.piece.bytes.reserve(CHUNK_BYTES * 2);
        each_row(making.dataset, &*views.main, (source, chosen), &mut |subject, values| {
            scribe.row(subject, values);
            if CHUNK_BYTES <= scribe.piece.bytes.len() {
                files.append(&mut scribe.piece)?;
            }
            Ok(())
        })?;
    }
    scribe.trailer(facts).map_err(frame)?;
    scribe.tell_spellings();
    files.append(&mut scribe.piece)?;
    let characters = scribe.characters.into_iter().map(|(done, count)| (done.to_owned(), count));
    Ok(Prepared {
        extent: making.extent,
        to,
        rows_as_of: None,
        rows: files.rows,
        bytes: files.bytes,
        sha256: in_hex(files.hash),
        characters_sha256: String::new(),
        refused: files.refused,
        characters: characters.collect(),
        per: Vec::new(),
        behind: None,
    })
}

#[cfg(test)]
mod tests;
