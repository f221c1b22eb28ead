//! What is told of a conversion: a table for machines, a few lines for people.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use layout::{FieldSpec, Plan, ReadError, RowError, RowEvent};
use moji::Done;

use crate::output::Output;
use crate::progress::say;

/// Lines of one kind that are said; the report has all.
const SAID_MAX: usize = 100;

/// The head of the report.
const HEAD: &str = "record\toffset\titem\tposition\tcode_points\tcharacter\tdone\tto_code_points\tto\tmessage\ttable_version\n";

/// What was found so far.
pub(super) struct Report {
    out: Output,
    line: String,
    counts: BTreeMap<Done, u64>,
    said: usize,
    version: String,
    /// Records that were refused or could not be read.
    pub(super) bad: u64,
}

impl Report {
    /// A report to a file, or to nowhere.
    pub(super) fn new(path: Option<&Path>, plan: &Plan) -> anyhow::Result<Self> {
        let mut out = Output::wanted(path)?;
        out.write_all(HEAD.as_bytes())?;
        let version = plan.table_version().to_owned();
        Ok(Self { out, line: String::new(), counts: BTreeMap::new(), said: 0, version, bad: 0 })
    }

    /// An event of the record with this number. `offset` is where the record stands in the file, if it is known.
    pub(super) fn event(
        &mut self,
        record: u64,
        offset: Option<u64>,
        plan: &Plan,
        told: &RowEvent,
    ) -> anyhow::Result<()> {
        let (field, event) = (plan.field(told.field), told.event);
        let item = field.map(|field| field.item.as_str()).unwrap_or_default();
        *self.counts.entry(event.done).or_default() += 1;
        if event.done.is_loss() {
            let (from, to) = (event.from, event.to);
            let (code, done, place) = (from.exactly(), event.done.label(), event.position + 1);
            self.say(&format!("{record}件目「{item}」{place}文字目「{from}」（{code}）: {done} {to}"));
        }
        if self.out.is_wanted() {
            let start = field.map_or(0, |field: &FieldSpec| field.start_byte.saturating_sub(1));
            let offset = offset
                .map(|offset| (offset + u64::try_from(start + event.offset).unwrap_or_default()).to_string());
            self.line(&[
                &record.to_string(),
                &offset.unwrap_or_default(),
                item,
                &event.position.to_string(),
                &event.from.exactly(),
                &event.from.to_string(),
                event.done.word(),
                &event.to.exactly(),
                &event.to.to_string(),
                event.done.label(),
            ])?;
        }
        Ok(())
    }

    /// A row that cannot be written.
    pub(super) fn refused(&mut self, record: u64, error: &RowError) -> anyhow::Result<()> {
        self.bad += 1;
        self.say(&format!("{record}件目の行、{error}"));
        let message = error.rule.to_string();
        self.found(&record.to_string(), "", &error.item, error.rule.word(), &message)
    }

    /// A row or record that cannot be read.
    pub(super) fn unreadable(&mut self, errors: &[ReadError]) -> anyhow::Result<()> {
        self.bad += 1;
        for error in errors {
            self.say(&error.to_string());
            let (record, offset) = (error.record.to_string(), error.offset.to_string());
            self.found(&record, &offset, &error.item, error.rule.word(), &error.rule.to_string())?;
        }
        Ok(())
    }

    /// Anything else that keeps a row from being written.
    pub(super) fn wrong(&mut self, record: u64, word: &str, message: &str) -> anyhow::Result<()> {
        self.bad += 1;
        self.say(&format!("{record}件目の行: {message}"));
        self.found(&record.to_string(), "", "", word, message)
    }

    fn found(
        &mut self,
        record: &str,
        offset: &str,
        item: &str,
        word: &str,
        message: &str,
    ) -> anyhow::Result<()> {
        if self.out.is_wanted() {
            self.line(&[record, offset, item, "", "", "", word, "", "", message])?;
        }
        Ok(())
    }

    fn line(&mut self, cells: &[&str]) -> anyhow::Result<()> {
        self.line.clear();
        for cell in cells {
            self.line.extend(cell.chars().map(|c| if matches!(c, '\t' | '\r' | '\n') { ' ' } else { c }));
            self.line.push('\t');
        }
        self.line.push_str(&self.version);
        self.line.push('\n');
        Ok(self.out.write_all(self.line.as_bytes())?)
    }

    fn say(&mut self, line: &str) {
        self.said += 1;
        if self.said <= SAID_MAX {
            say(line);
        }
    }

    /// Says how much was found, and puts the report in its place.
    pub(super) fn close(self) -> anyhow::Result<()> {
        if SAID_MAX < self.said {
            say(&format!("ほかに{}件あります（--report に全件）", self.said - SAID_MAX));
        }
        let counts: Vec<String> = Done::ALL
            .iter()
            .filter_map(|done| self.counts.get(done).map(|count| format!("{} {count}", done.label())))
            .collect();
        if !counts.is_empty() {
            say(&format!("文字の変換: {}", counts.join("、")));
        }
        self.out.finish()
    }
}
