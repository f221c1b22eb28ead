//! Rows as programs hand them over, in UTF-8: JSON lines, or CSV with a line of names.

use moji::Charset;

use super::lines::{Scan, Units};
use super::text::Cells;
use super::{csv, json};
use crate::error::ReadRule;

/// The form of rows that are to be written by a layout (入力の形式).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowForm {
    /// A JSON object on each line.
    Jsonl,
    /// CSV with a line of names; the delimiter.
    Csv(char),
}

/// Reads rows (入力行) in pieces of any size.
pub struct RowReader {
    form: RowForm,
    held: Vec<u8>,
    used: usize,
    scan: Scan,
    started: bool,
    names: Option<Vec<String>>,
    number: u64,
    cells: Cells,
}

/// One row, as it was found.
#[derive(Debug)]
pub struct InputRow<'r> {
    /// Its number, from 1; a line of names is not counted.
    pub number: u64,
    /// Its bytes, line end included.
    pub bytes: &'r [u8],
    /// Names and values in order, or why it cannot be read.
    pub cells: Result<Vec<(&'r str, &'r str)>, ReadRule>,
}

impl RowReader {
    /// A reader for one file.
    #[must_use]
    pub fn new(form: RowForm) -> Self {
        let (held, cells) = (Vec::new(), Cells::default());
        Self { form, held, used: 0, scan: Scan::default(), started: false, names: None, number: 0, cells }
    }

    /// The next row. `input` is taken whole; [`None`] asks for the next piece, or says that all is read if this was the
    /// `last` one.
    pub fn read(&mut self, input: &mut &[u8], last: bool) -> Option<InputRow<'_>> {
        if !input.is_empty() {
            self.held.drain(..std::mem::take(&mut self.used));
            self.held.extend_from_slice(input);
            *input = &[];
        }
        let mut start = self.used;
        loop {
            if !self.started {
                if self.held.len() < 3 && !last {
                    return None;
                }
                self.started = true;
                start = if self.held.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            }
            let window = self.held.get(start..).unwrap_or_default();
            self.used = start;
            if window.is_empty() {
                return None;
            }
            let units = Units::of(&Charset::UTF_8);
            let found = match self.form {
                RowForm::Jsonl => self.scan.line(units, window, last),
                RowForm::Csv(delimiter) => self.scan.quoted(units, delimiter, window, last),
            }?;
            self.scan.restart();
            let (begin, end) = (start, start + found.length);
            let body = window.get(..found.body).unwrap_or_default();
            start = end;
            self.used = end;
            if body.iter().all(u8::is_ascii_whitespace) && (self.form == RowForm::Jsonl || body.is_empty()) {
                continue;
            }
            self.cells.clear();
            let split = match (found.wrong, std::str::from_utf8(body), self.form) {
                (Some((_, rule)), ..) => Err(rule),
                (None, Err(_), _) => Err(ReadRule::Decode(moji::DecodeRule::InvalidUtf8)),
                (None, Ok(text), RowForm::Jsonl) => {
                    json::split(text, &mut self.cells).map_err(|(_, rule)| rule)
                }
                (None, Ok(text), RowForm::Csv(delimiter)) => {
                    csv::split(text, delimiter, true, &mut self.cells).map_err(|(_, rule)| rule)
                }
            };
            if let (RowForm::Csv(_), None) = (self.form, &self.names) {
                let count = self.cells.cells.len();
                let name = |at| self.cells.value(at).unwrap_or_default().to_owned();
                self.names = Some((0..count).map(name).collect());
                if split.is_ok() {
                    continue;
                }
            } else {
                self.number += 1;
            }
            let bytes = self.held.get(begin..end).unwrap_or_default();
            let cells = split.and_then(|()| self.named());
            return Some(InputRow { number: self.number, bytes, cells });
        }
    }

    fn named(&self) -> Result<Vec<(&str, &str)>, ReadRule> {
        let count = self.cells.cells.len();
        let value = |at: usize| self.cells.value(at).unwrap_or_default();
        match (&self.names, self.form) {
            (Some(names), RowForm::Csv(_)) if names.len() != count => {
                Err(ReadRule::Items { expected: names.len(), got: count })
            }
            (Some(names), RowForm::Csv(_)) => {
                Ok(names.iter().enumerate().map(|(at, name)| (name.as_str(), value(at))).collect())
            }
            _ => match self.cells.doubled() {
                Some(name) => {
                    Err(ReadRule::Syntax { form: "JSON", what: format!("「{name}」が二つあります") })
                }
                None => {
                    Ok((0..count).map(|at| (self.cells.name(at).unwrap_or_default(), value(at))).collect())
                }
            },
        }
    }
}
