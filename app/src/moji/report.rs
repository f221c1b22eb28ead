//! The report of a conversion (変換記録): one line for each event, a count at the end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use moji::{CharEvent, ConvertError, DecodeError, Done, EncodeError, Piece, Side};

use crate::progress::say;

const HEAD: &str =
    "record\titem\tside\tposition\toffset\tcode_points\tcharacter\tdone\tlabel\tto\ttable_version\n";

/// Collects events: a line in the report's file for each, and how many there were of each kind.
pub(super) struct Ledger {
    file: Option<Box<dyn Write>>,
    /// Of the input's and of the output's tables.
    versions: [String; 2],
    counts: BTreeMap<Done, u64>,
}

impl Ledger {
    /// A ledger, and the head of its file; `-` is standard error.
    pub(super) fn open(path: Option<&Path>, versions: (&str, &str)) -> anyhow::Result<Self> {
        let file: Option<Box<dyn Write>> = match path {
            Some(path) if path == Path::new("-") => Some(Box::new(io::stderr())),
            Some(path) => {
                let made = File::create(path).map(BufWriter::new);
                Some(Box::new(made.with_context(|| format!("変換記録 {} が作れません", path.display()))?))
            }
            None => None,
        };
        let versions = [versions.0.to_owned(), versions.1.to_owned()];
        let mut ledger = Self { file, versions, counts: BTreeMap::new() };
        ledger.line(HEAD)?;
        Ok(ledger)
    }

    pub(super) fn event(&mut self, record: usize, side: Side, event: &CharEvent) -> anyhow::Result<()> {
        *self.counts.entry(event.done).or_default() += 1;
        if self.file.is_none() {
            return Ok(());
        }
        let place = [event.position.to_string(), event.offset.to_string()];
        let done = [event.done.word(), event.done.label()];
        self.row(record, side, place, event.from, done, event.to)
    }

    /// Writes down what ended the conversion.
    pub(super) fn error(&mut self, error: &ConvertError) -> anyhow::Result<()> {
        match error {
            ConvertError::Decode { record, source: DecodeError { offset, rule } } => {
                let place = [String::new(), offset.to_string()];
                let done = [rule.word(), rule.label()];
                self.row(*record, Side::Decoding, place, Piece::Nothing, done, Piece::Nothing)
            }
            ConvertError::Encode { record, source } => {
                let (position, from) = match source {
                    EncodeError::Unmappable { scalar_offset, cluster } => {
                        (scalar_offset.to_string(), Piece::Text(*cluster))
                    }
                    EncodeError::Overflow { .. } | EncodeError::Length { .. } => {
                        (String::new(), Piece::Nothing)
                    }
                };
                let label = match source {
                    EncodeError::Unmappable { .. } => "変換できない文字",
                    EncodeError::Overflow { .. } => "桁あふれ",
                    EncodeError::Length { .. } => "項目長の誤り",
                };
                let place = [position, String::new()];
                self.row(*record, Side::Encoding, place, from, [source.word(), label], Piece::Nothing)
            }
        }
    }

    fn row(
        &mut self,
        record: usize,
        side: Side,
        [position, offset]: [String; 2],
        from: Piece,
        [done, label]: [&str; 2],
        to: Piece,
    ) -> anyhow::Result<()> {
        let [read, written] = &self.versions;
        let (side, version) = match side {
            Side::Decoding => ("decode", read),
            Side::Encoding => ("encode", written),
        };
        let (points, character, to) = (from.exactly(), shown(from), shown(to));
        let row = format!(
            "{record}\t\t{side}\t{position}\t{offset}\t{points}\t{character}\t{done}\t{label}\t{to}\t{version}\n"
        );
        self.line(&row)
    }

    fn line(&mut self, line: &str) -> anyhow::Result<()> {
        match &mut self.file {
            Some(file) => file.write_all(line.as_bytes()).context("変換記録に書けません"),
            None => Ok(()),
        }
    }

    /// Ends the file and tells the counts on standard error.
    pub(super) fn close(mut self) -> anyhow::Result<()> {
        if let Some(file) = &mut self.file {
            file.flush().context("変換記録に書けません")?;
        }
        for done in Done::ALL {
            if let Some(count) = self.counts.get(&done) {
                say(&format!("{}（{}） {count}件", done.label(), done.word()));
            }
        }
        Ok(())
    }
}

/// A character for a cell of a table: as itself, or by its code points where it would tear the table.
fn shown(piece: Piece) -> String {
    match piece {
        Piece::Text(cluster) if cluster.chars().any(char::is_control) => piece.exactly(),
        Piece::Code(_) => piece.exactly(),
        Piece::Text(_) | Piece::Nothing => piece.to_string(),
    }
}
