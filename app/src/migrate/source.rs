//! The old system's files, row by row.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context;
use layout::{Layout, Plan, Record, Role, RowEvent};
use migration::{Mapping, Source, SourceForm, columns_of, layout_of};
use moji::{Charset, Endian, Tables, Unmappable};

use crate::input::read_piece;
use crate::told::refused;

/// Bytes read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// Longest first line that is looked for.
const HEAD_BYTES_MAX: usize = 1 << 20;

/// A mapping with everything beside it.
pub(super) struct Mapped {
    pub(super) mapping: Mapping,
    /// The text it was read from, for the manifest.
    pub(super) text: String,
    /// The text of the table of user-defined characters.
    pub(super) gaiji: String,
    pub(super) folder: PathBuf,
    /// Where the old system's files lie.
    pub(super) input: PathBuf,
    pub(super) tables: Tables,
}

/// One file that is to be read.
pub(super) struct OldFile<'m> {
    pub(super) source: &'m Source,
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) columns: Vec<String>,
    plan: Plan,
    has_header: bool,
    /// Whether a byte 0A is a line end, so that lines can be counted.
    counts_lines: bool,
}

/// One record of a file.
pub(super) struct Line<'r> {
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) bytes: u32,
    /// The values, or what is wrong with it as a whole.
    pub(super) cells: Result<Vec<&'r str>, String>,
    pub(super) events: &'r [RowEvent],
}

impl Mapped {
    /// Reads a mapping with the tables it needs.
    pub(super) fn read(path: &Path, input: &Path, tables: Option<&Path>) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("対応表 {shown} が読めません"))?;
        let mapping = Mapping::parse(&text, &super::tables()).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(|error| format!("対応表 {shown} {error}")).collect();
            refused(lines.join("\n"))
        })?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let gaiji = match &mapping.gaiji {
            None => String::new(),
            Some(name) => fs::read_to_string(folder.join(name))
                .with_context(|| format!("外字表 {name} が読めません"))?,
        };
        Ok(Self {
            mapping,
            text,
            gaiji,
            folder,
            input: input.to_path_buf(),
            tables: crate::tables::load(tables)?,
        })
    }

    /// All files, in the order of the mapping, each with its layout.
    pub(super) fn files(&self) -> anyhow::Result<Vec<OldFile<'_>>> {
        let mut files = Vec::new();
        for source in &self.mapping.sources {
            for name in &source.files {
                files.push(self.open(source, name)?);
            }
        }
        Ok(files)
    }

    fn open<'m>(&'m self, source: &'m Source, name: &str) -> anyhow::Result<OldFile<'m>> {
        let path = self.input.join(name);
        let (layout, columns, has_header, charset) = match &source.form {
            SourceForm::Layout(file) => {
                let text = fs::read_to_string(self.folder.join(file))
                    .with_context(|| format!("レイアウト {file} が読めません"))?;
                let layout = self.parse(&text, file)?;
                let detail = layout.records.iter().find(|record| record.role == Role::Detail);
                let columns =
                    detail.map(|record| record.fields.iter().map(|field| field.item.clone()).collect());
                let charset = layout.charset.clone();
                (layout, columns.unwrap_or_default(), false, charset)
            }
            SourceForm::Lines { delimiter, charset, columns } => {
                let known = Charset::from_name(charset)
                    .map_err(|error| refused(format!("対応表の charset: {error}")))?;
                let head = first_line(&path, &known)?;
                let named = columns.is_some();
                let columns = match columns {
                    Some(columns) => columns.clone(),
                    None => columns_of(&head, charset, *delimiter, &self.tables)
                        .map_err(|what| refused(format!("{name} 1行目: {what}")))?,
                };
                let mark = head.starts_with(b"\xEF\xBB\xBF")
                    || head.starts_with(b"\xFF\xFE")
                    || head.starts_with(b"\xFE\xFF");
                let gaiji = self.mapping.gaiji.as_deref();
                let text =
                    layout_of(&columns, charset, *delimiter, !named, mark && known.is_unicode(), gaiji);
                (self.parse(&text, name)?, columns, !named, known)
            }
        };
        let items: Vec<String> = layout.items().into_iter().map(str::to_owned).collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let plan = layout
            .compile(&items, Unmappable::Reject, &self.tables)
            .map_err(|errors| unfit(name, &errors))?;
        let counts_lines =
            !matches!(charset, Charset::Utf16 { .. } | Charset::Utf32 { .. }) && !layout.form.is_fixed();
        Ok(OldFile { source, name: name.to_owned(), path, columns, plan, has_header, counts_lines })
    }

    fn parse(&self, text: &str, name: &str) -> anyhow::Result<Layout> {
        let mut beside =
            |file: &str| fs::read_to_string(self.folder.join(file)).map_err(|error| error.to_string());
        Layout::parse_with(text, name, &mut beside).map_err(|errors| unfit(name, &errors))
    }
}

fn unfit(name: &str, errors: &[layout::LayoutError]) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(|error| format!("{name}: {}", error.rule)).collect();
    refused(lines.join("\n"))
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("移行元 {} が読めません", path.display()))
}

/// The bytes of the first line, line end included.
fn first_line(path: &Path, charset: &Charset) -> anyhow::Result<Vec<u8>> {
    let most = u64::try_from(HEAD_BYTES_MAX)?;
    let mut input = BufReader::new(open(path)?).take(most);
    let mut line = Vec::new();
    let Charset::Utf16 { endian, .. } = charset else {
        input.read_until(b'\n', &mut line)?;
        return Ok(line);
    };
    // A byte 0A alone may be half of a kanji (上 is U+4E0A).
    let mut big = *endian == Endian::Big;
    let mut unit = [0; 2];
    while input.read_exact(&mut unit).is_ok() {
        if line.is_empty() && (unit == [0xFF, 0xFE] || unit == [0xFE, 0xFF]) {
            big = unit == [0xFE, 0xFF];
        }
        line.extend_from_slice(&unit);
        if unit == (if big { [0, b'\n'] } else { [b'\n', 0] }) {
            break;
        }
    }
    Ok(line)
}

impl OldFile<'_> {
    /// The column an event stands in.
    pub(super) fn column(&self, event: &RowEvent) -> &str {
        self.plan.field(event.field).map_or("", |field| field.item.as_str())
    }

    /// Hands every record over; what is wrong with the file as a whole comes as a line of no bytes.
    pub(super) fn read(&self, mut each: impl FnMut(&Line<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut input = open(&self.path)?;
        let mut piece = vec![0; PIECE_BYTES];
        let mut reader = self.plan.reader();
        let mut next_line = 1 + u64::from(self.has_header);
        loop {
            let count = read_piece(&mut input, &mut piece)?;
            let mut bytes = piece.get(..count).unwrap_or_default();
            while let Some(record) = reader.read(&mut bytes, count == 0) {
                let (number, offset, raw) = match &record {
                    Record::Good(good) => (good.number, good.offset, good.bytes),
                    Record::Bad(bad) => (bad.number, bad.offset, bad.bytes),
                };
                let line = if self.counts_lines { next_line } else { number };
                next_line += u64::try_from(raw.iter().filter(|byte| **byte == b'\n').count())?;
                let size = u32::try_from(raw.len()).unwrap_or(u32::MAX);
                match record {
                    Record::Good(good) if good.role() != Role::Detail => {}
                    Record::Good(good) => {
                        let cells = (0..good.len()).map(|at| good.get(at).unwrap_or_default()).collect();
                        each(&Line { line, offset, bytes: size, cells: Ok(cells), events: good.events })?;
                    }
                    Record::Bad(bad) => {
                        let what: Vec<String> = bad
                            .errors
                            .iter()
                            .map(|error| {
                                if error.item.is_empty() {
                                    error.rule.to_string()
                                } else {
                                    format!("「{}」{}", error.item, error.rule)
                                }
                            })
                            .collect();
                        each(&Line { line, offset, bytes: size, cells: Err(what.join("、")), events: &[] })?;
                    }
                }
            }
            if count == 0 {
                return Ok(());
            }
        }
    }

    /// The bytes of the line of names, to stand before refused rows.
    pub(super) fn head(&self) -> anyhow::Result<Vec<u8>> {
        if self.has_header { first_line(&self.path, &Charset::UTF_8) } else { Ok(Vec::new()) }
    }
}
