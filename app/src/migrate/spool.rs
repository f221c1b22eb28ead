//! Rows on their way, sorted outside memory: runs of bounded size on disk, merged when they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::output::make_private;

/// Bytes of rows held before a run is written. What a sort takes of memory is this and a few bytes per row.
const RUN_BYTES: usize = 48 << 20;

/// Buffer of each run while runs are merged.
const MERGE_BYTES: usize = 256 << 10;

/// One row with where it stood in the old system's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Which file, by its place among all files of the mapping.
    pub(super) file: u32,
    /// The line it begins on.
    pub(super) line: u64,
    /// Its bytes in the file.
    pub(super) offset: u64,
    /// How many bytes it has.
    pub(super) bytes: u32,
    /// Whether a value of it cannot be taken.
    pub(super) broken: bool,
    /// Its values, in the order of its table's items.
    pub(super) values: Vec<String>,
}

impl Row {
    /// A value by its place.
    pub(super) fn value(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.values.get(at)).map_or("", String::as_str)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.file.to_le_bytes());
        out.extend_from_slice(&self.line.to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(&self.bytes.to_le_bytes());
        out.push(u8::from(self.broken));
        put_length(self.values.len(), out);
        for value in &self.values {
            put_length(value.len(), out);
            out.extend_from_slice(value.as_bytes());
        }
    }

    pub(super) fn decode(input: &mut &[u8]) -> anyhow::Result<Self> {
        let file = u32::from_le_bytes(take(input)?);
        let line = u64::from_le_bytes(take(input)?);
        let offset = u64::from_le_bytes(take(input)?);
        let bytes = u32::from_le_bytes(take(input)?);
        let [broken] = take::<1>(input)?;
        let count = length(input)?;
        let mut values = Vec::with_capacity(count.min(1 << 10));
        for _ in 0..count {
            let size = length(input)?;
            let (text, rest) = input.split_at_checked(size).context("作業ファイルが壊れています")?;
            values.push(std::str::from_utf8(text)?.to_owned());
            *input = rest;
        }
        Ok(Self { file, line, offset, bytes, broken: broken != 0, values })
    }
}

fn put_length(length: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

fn take<const N: usize>(input: &mut &[u8]) -> anyhow::Result<[u8; N]> {
    let (bytes, rest) = input.split_first_chunk::<N>().context("作業ファイルが壊れています")?;
    *input = rest;
    Ok(*bytes)
}

fn length(input: &mut &[u8]) -> anyhow::Result<usize> {
    Ok(usize::try_from(u32::from_le_bytes(take(input)?))?)
}

/// A key with its record, no larger than need be.
type Held = (Box<[u8]>, Box<[u8]>);

/// Takes records in any order.
pub(super) struct Sorter {
    folder: PathBuf,
    name: &'static str,
    held: Vec<Held>,
    bytes: usize,
    runs: Vec<PathBuf>,
}

/// Records in order of key; records of one key in the order they came in.
pub(super) struct Sorted {
    runs: Vec<PathBuf>,
}

impl Sorter {
    pub(super) fn new(folder: &Path, name: &'static str) -> Self {
        Self { folder: folder.to_path_buf(), name, held: Vec::new(), bytes: 0, runs: Vec::new() }
    }

    pub(super) fn push(&mut self, key: &[u8], payload: &[u8]) -> anyhow::Result<()> {
        self.held.push((key.into(), payload.into()));
        self.bytes += key.len() + payload.len();
        if RUN_BYTES <= self.bytes { self.write_run() } else { Ok(()) }
    }

    fn write_run(&mut self) -> anyhow::Result<()> {
        self.held.sort_by(|(one, _), (other, _)| one.cmp(other));
        let path = self.folder.join(format!("{}-{}", self.name, self.runs.len()));
        let write = || -> io::Result<()> {
            let file = File::create(&path)?;
            make_private(&file)?;
            let mut out = BufWriter::with_capacity(MERGE_BYTES, file);
            for (key, payload) in &self.held {
                for part in [key, payload] {
                    out.write_all(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes())?;
                    out.write_all(part)?;
                }
            }
            out.flush()
        };
        write().with_context(|| format!("作業ファイル {} に書けません", path.display()))?;
        self.runs.push(path);
        self.held.clear();
        self.bytes = 0;
        Ok(())
    }

    pub(super) fn finish(mut self) -> anyhow::Result<Sorted> {
        if !self.held.is_empty() {
            self.write_run()?;
        }
        Ok(Sorted { runs: self.runs })
    }
}

impl Sorted {
    /// No records.
    pub(super) fn empty() -> Self {
        Self { runs: Vec::new() }
    }

    /// Reads all records in order.
    pub(super) fn read(&self) -> anyhow::Result<Merge> {
        let mut merge = Merge { runs: Vec::new(), next: BinaryHeap::new() };
        for path in &self.runs {
            let file =
                File::open(path).with_context(|| format!("作業ファイル {} が読めません", path.display()))?;
            merge.runs.push(BufReader::with_capacity(MERGE_BYTES, file));
        }
        for run in 0..merge.runs.len() {
            merge.refill(run)?;
        }
        Ok(merge)
    }

    /// Groups of records whose keys begin with the same `length` bytes.
    pub(super) fn groups(&self, length: usize) -> anyhow::Result<Groups> {
        Ok(Groups { merge: self.read()?, length, held: None })
    }
}

/// A key with its record.
type Record = (Vec<u8>, Vec<u8>);

/// The first record of a run that is not handed over yet: key, run, record.
type Next = Reverse<(Vec<u8>, usize, Vec<u8>)>;

/// A merge under way.
pub(super) struct Merge {
    runs: Vec<BufReader<File>>,
    next: BinaryHeap<Next>,
}

impl Merge {
    fn refill(&mut self, run: usize) -> anyhow::Result<()> {
        let Some(input) = self.runs.get_mut(run) else { return Ok(()) };
        if let Some(key) = read_part(input)? {
            let payload = read_part(input)?.context("作業ファイルが途中で終わっています")?;
            self.next.push(Reverse((key, run, payload)));
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> anyhow::Result<Option<Record>> {
        let Some(Reverse((key, run, payload))) = self.next.pop() else { return Ok(None) };
        self.refill(run)?;
        Ok(Some((key, payload)))
    }
}

fn read_part(input: &mut BufReader<File>) -> anyhow::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other.context("作業ファイルが読めません")?,
    }
    let mut part = vec![0; usize::try_from(u32::from_le_bytes(length))?];
    input.read_exact(&mut part).context("作業ファイルが途中で終わっています")?;
    Ok(Some(part))
}

/// Groups under way.
pub(super) struct Groups {
    merge: Merge,
    length: usize,
    held: Option<Record>,
}

impl Groups {
    /// The next group's records; none when all are read.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Vec<Record>>> {
        let first = match self.held.take() {
            Some(first) => first,
            None => match self.merge.next()? {
                Some(first) => first,
                None => return Ok(None),
            },
        };
        let head: Vec<u8> = first.0.iter().copied().take(self.length).collect();
        let mut group = vec![first];
        while let Some(record) = self.merge.next()? {
            if record.0.starts_with(&head) {
                group.push(record);
            } else {
                self.held = Some(record);
                break;
            }
        }
        Ok(Some(group))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_order_however_they_were_cut_into_runs() {
        let folder = tempfile::tempdir().unwrap();
        for run in [1, 3, 1000] {
            let mut sorter = Sorter::new(folder.path(), "t");
            for number in (0..20_u32).rev() {
                let row =
                    Row { line: u64::from(number), values: vec![format!("髙{number}")], ..Row::default() };
                let mut bytes = Vec::new();
                row.encode(&mut bytes);
                sorter.push(format!("{:02}-{number:02}", number / 3).as_bytes(), &bytes).unwrap();
                if number % run == 0 {
                    sorter.write_run().unwrap();
                }
            }
            let sorted = sorter.finish().unwrap();
            let (mut groups, mut lines) = (sorted.groups(2).unwrap(), Vec::new());
            while let Some(group) = groups.next().unwrap() {
                assert!(group.len() <= 3);
                for (_, payload) in group {
                    lines.push(Row::decode(&mut payload.as_slice()).unwrap().line);
                }
            }
            assert_eq!(lines, (0..20).collect::<Vec<u64>>(), "{run}");
        }
    }
}
