//! Extracts of registers (台帳の抽出ファイル) as records: CSV, TSV or JSON lines in any charset, read in pieces.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use moji::{Charset, Converter, Done, Options, StreamEvent, Tables};
use serde_json::{Map, Value};

use super::convert::no_codec;
use crate::told::{misused, refused};

/// Bytes read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// How an extract is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    Tsv,
    JsonLines,
}

/// The form a word or the ending of a file's name says.
pub(super) fn form(word: &str) -> Result<Form, String> {
    match word.trim_start_matches('.').to_lowercase().as_str() {
        "csv" => Ok(Form::Csv),
        "tsv" | "tab" => Ok(Form::Tsv),
        "jsonl" | "ndjson" | "json" => Ok(Form::JsonLines),
        _ => Err("csv、tsv、jsonl のどれかを書いてください".to_owned()),
    }
}

/// An extract and what of it is looked at.
pub(super) struct Extract<'a> {
    pub path: &'a Path,
    pub form: Form,
    pub charset: &'a Charset,
    pub options: &'a Options,
    /// The item that names a person; the first one without it.
    pub key: Option<&'a str>,
    /// The items that are looked at; all but the key if there are none.
    pub items: &'a [String],
}

/// The key of a record, and its items with their texts.
type See<'a> = dyn FnMut(&str, &[(&str, &str)]) + 'a;

impl Extract<'_> {
    /// Lets `see` see every record. Returns how many places could not be read as characters.
    pub(super) fn each(&self, tables: &Tables, see: &mut See<'_>) -> anyhow::Result<u64> {
        let file = File::open(self.path).with_context(|| format!("{} が読めません", self.path.display()))?;
        let converter =
            Converter::new(tables, (self.charset, self.options), (&Charset::UTF_8, &Options::default()));
        let mut text = Text {
            path: self.path.to_path_buf(),
            file,
            converter: converter.map_err(|error| no_codec(&error))?,
            piece: vec![0; PIECE_BYTES],
            ready: Vec::new(),
            taken: 0,
            is_at_end: false,
            events: Vec::new(),
            unread: 0,
        };
        match self.form {
            Form::Csv => self.table(&mut text, b',', see)?,
            Form::Tsv => self.table(&mut text, b'\t', see)?,
            Form::JsonLines => self.lines(&mut text, see)?,
        }
        Ok(text.unread)
    }

    /// What is wrong with the content is a finding; what cannot be read is a fault.
    fn wrong(&self, error: &dyn std::fmt::Display) -> anyhow::Error {
        refused(format!("{}: {error}", self.path.display()))
    }

    fn table(&self, text: &mut Text, delimiter: u8, see: &mut See<'_>) -> anyhow::Result<()> {
        let quoting = delimiter == b',';
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).quoting(quoting).flexible(true).from_reader(text);
        let head = reader.headers().map_err(|error| self.wrong(&error))?.clone();
        let place = |name: &str| {
            let missing = || misused(format!("{} に項目「{name}」がありません", self.path.display()));
            head.iter().position(|column| column.trim() == name).ok_or_else(missing)
        };
        let key = self.key.map(place).transpose()?.unwrap_or_default();
        let columns: Vec<usize> = match self.items {
            [] => (0..head.len()).filter(|&column| column != key).collect(),
            items => items.iter().map(|item| place(item)).collect::<Result<_, _>>()?,
        };
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| self.wrong(&error))? {
            let cell = |column: usize| record.get(column).unwrap_or_default();
            let items: Vec<(&str, &str)> = columns
                .iter()
                .map(|&column| (head.get(column).unwrap_or_default().trim(), cell(column)))
                .collect();
            see(cell(key), &items);
        }
        Ok(())
    }

    fn lines(&self, text: &mut Text, see: &mut See<'_>) -> anyhow::Result<()> {
        let reader = BufReader::new(text);
        for (number, line) in (1_usize..).zip(reader.lines()) {
            let line = line.map_err(|error| self.wrong(&error))?;
            if line.trim().is_empty() {
                continue;
            }
            let record: Map<String, Value> = serde_json::from_str(&line)
                .map_err(|error| self.wrong(&format!("{number}行目をJSONとして読めません: {error}")))?;
            let key_name = match self.key {
                Some(name) => Some(name.to_owned()),
                None => record.keys().next().cloned(),
            };
            let key = match key_name.as_ref().and_then(|name| record.get(name)) {
                Some(Value::String(key)) => key.clone(),
                Some(other) => other.to_string(),
                None => {
                    return Err(self.wrong(&format!(
                        "{number}行目に項目「{}」がありません",
                        key_name.unwrap_or_default()
                    )));
                }
            };
            let is_wanted = |name: &String| match self.items {
                [] => Some(name) != key_name.as_ref(),
                items => items.contains(name),
            };
            let items: Vec<(&str, &str)> = record
                .iter()
                .filter(|(name, _)| is_wanted(name))
                .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
                .collect();
            see(&key, &items);
        }
        Ok(())
    }
}

/// A file as UTF-8, converted while it is read.
struct Text {
    path: PathBuf,
    file: File,
    converter: Converter,
    piece: Vec<u8>,
    ready: Vec<u8>,
    taken: usize,
    is_at_end: bool,
    events: Vec<StreamEvent>,
    unread: u64,
}

impl Read for Text {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() && !self.is_at_end {
            let count = self.file.read(&mut self.piece).map_err(|error| {
                io::Error::new(error.kind(), format!("{} が読めません: {error}", self.path.display()))
            })?;
            self.ready.clear();
            self.taken = 0;
            let bytes = self.piece.get(..count).unwrap_or_default();
            let done = if count == 0 {
                self.is_at_end = true;
                self.converter.finish(bytes, &mut self.ready, &mut self.events)
            } else {
                self.converter.push(bytes, &mut self.ready, &mut self.events)
            };
            let lost = self.events.drain(..).filter(|told| told.event.done == Done::Substituted).count();
            self.unread += u64::try_from(lost).unwrap_or(u64::MAX);
            done.map_err(io::Error::other)?;
        }
        let waiting = self.ready.get(self.taken..).unwrap_or_default();
        let count = waiting.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), waiting.get(..count)) {
            to.copy_from_slice(from);
        }
        self.taken += count;
        Ok(count)
    }
}
