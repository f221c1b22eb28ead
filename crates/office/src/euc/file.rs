//! The file of an extraction: CSV in the wanted charset, or a workbook.

use std::borrow::Cow;
use std::io::Write;

use moji::{Charset, Done, EncodeError, Encoder, Endian, Field, Options};
use register::{Actor, AsOf, Draft, Fault, Write as Put};
use sha2::{Digest, Sha256};
use spreadsheet::{Book, Sheet, Table};
use system::{Finding, ItemType};

use super::saved::EucRun;
use super::sift::{Named, Sifted, sift};
use super::{EUC, EUC_TITLE, EucAsk, Sieve, io_fault};
use crate::csv::{guarded, quoted};
use crate::users::commit_fault;
use crate::{AuditEntry, AuditResult, Caller, Office, RunError};

/// Rows of a workbook. A spreadsheet takes a million, but nobody opens them on a counter's machine.
const XLSX_ROWS_MAX: u64 = 100_000;
/// Characters that are named one by one when they cannot be written.
const NAMED_MAX: usize = 20;

/// What kind of file (出力の形).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileForm {
    /// CSV, UTF-8 with a byte order mark, as spreadsheets read it.
    #[default]
    CsvUtf8Bom,
    /// CSV, UTF-8.
    CsvUtf8,
    /// CSV, UTF-16 little endian with a byte order mark.
    CsvUtf16,
    /// CSV, Windows-31J.
    CsvWindows31J,
    /// XLSX.
    Xlsx,
}

impl FileForm {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 5] =
        [Self::CsvUtf8Bom, Self::CsvUtf8, Self::CsvUtf16, Self::CsvWindows31J, Self::Xlsx];

    /// What forms send.
    pub fn code(self) -> &'static str {
        match self {
            Self::CsvUtf8Bom => "csv-utf-8-bom",
            Self::CsvUtf8 => "csv-utf-8",
            Self::CsvUtf16 => "csv-utf-16",
            Self::CsvWindows31J => "csv-windows-31j",
            Self::Xlsx => "xlsx",
        }
    }

    /// The form of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.code() == code)
    }

    /// The words screens show.
    pub fn label(self) -> &'static str {
        match self {
            Self::CsvUtf8Bom => "CSV（UTF-8、表計算ソフト向け）",
            Self::CsvUtf8 => "CSV（UTF-8）",
            Self::CsvUtf16 => "CSV（UTF-16）",
            Self::CsvWindows31J => "CSV（Shift_JIS＝Windows-31J）",
            Self::Xlsx => "Excel（XLSX）",
        }
    }

    /// What its name ends with.
    pub fn ending(self) -> &'static str {
        if self == Self::Xlsx { "xlsx" } else { "csv" }
    }

    fn charset(self) -> Option<Charset> {
        match self {
            Self::CsvUtf8Bom => Some(Charset::Utf8 { bom: true }),
            Self::CsvUtf8 => Some(Charset::UTF_8),
            Self::CsvUtf16 => Some(Charset::Utf16 { endian: Endian::Little, bom: true }),
            Self::CsvWindows31J => Some(Charset::Windows31J),
            Self::Xlsx => None,
        }
    }
}

/// What becomes of characters the charset does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmappable {
    /// No file is made, and they are named.
    #[default]
    Stop,
    /// 〓 stands for them, and they are named.
    Replace,
}

/// A character that was replaced, or that stopped the file.
struct Replaced {
    /// Whom the row is about, or its number.
    record: String,
    item: &'static str,
    character: String,
}

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFile {
    /// A name of ASCII letters.
    pub name: String,
    /// Rows in it, without the heads.
    pub rows: u64,
    /// Of how many of them something is kept back.
    pub withheld: u64,
    /// Bytes.
    pub bytes: u64,
    /// How many characters were replaced.
    pub replaced: u64,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// Counts and hashes what goes through.
struct Hashed<'w> {
    inner: &'w mut dyn Write,
    hash: Sha256,
    bytes: u64,
}

impl Hashed<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.hash.update(bytes);
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.inner.write_all(bytes).map_err(io_fault)
    }
}

impl Office {
    /// Writes the rows that fit as a file. The record of the extraction and the entry of the audit log are in one change, and it
    /// is written before this returns: nobody has a file that is not in the log.
    ///
    /// # Errors
    /// [`RunError::Denied`]; [`RunError::Refused`] when the question does not read, no purpose is stated, or the file cannot hold
    /// what was found; storage. What was written then is no file of ours and has to be thrown away.
    pub fn euc_file(
        &self,
        caller: &Caller,
        ask: &EucAsk,
        form: FileForm,
        unmappable: Unmappable,
        purpose: &str,
        into: &mut dyn Write,
    ) -> Result<TakenFile, RunError> {
        let sieve = self.sieve(caller, ask)?;
        if purpose.trim().is_empty() {
            let message = "利用目的がありません。".to_owned();
            let remedy = "何に使うかを入れてください。操作ログに残ります。";
            return self.euc_refused(caller, vec![Finding::error("EUC05", "purpose", "", message, remedy)]);
        }
        let view = self.journal().view(AsOf::default())?;
        let mut out = Hashed { inner: into, hash: Sha256::new(), bytes: 0 };
        let mut named = Named::default();
        let written = match form.charset() {
            Some(charset) => {
                let options = Options {
                    unmappable: match unmappable {
                        Unmappable::Stop => moji::Unmappable::Reject,
                        Unmappable::Replace => moji::Unmappable::Substitute,
                    },
                    ..Options::default()
                };
                let encoder = self
                    .links()
                    .tables()
                    .encoder(&charset.clone().without_bom(), &options)
                    .map_err(|error| Fault::new("a charset of extractions cannot be used", error))?;
                out.put(charset.bom())?;
                let mut csv = Csv { encoder, out: &mut out, line: Vec::new(), lost: Lost::default() };
                csv.line(sieve.items().map(|item| (item.title, item.title)), "見出し")?;
                let counted = sift(&*view, &sieve, &mut |row| {
                    named.take(&sieve, row);
                    csv.row(&sieve, row)
                })?;
                (counted, csv.lost)
            }
            None => {
                let mut table = Table {
                    head: sieve.items().map(|item| item.title.to_owned()).collect(),
                    ..Table::default()
                };
                let counted = sift(&*view, &sieve, &mut |row| {
                    named.take(&sieve, row);
                    if u64::try_from(table.rows.len()).unwrap_or(u64::MAX) <= XLSX_ROWS_MAX {
                        table.rows.push(row.wanted(&sieve).map(str::to_owned).collect());
                    }
                    Ok(())
                })?;
                if XLSX_ROWS_MAX < counted.rows {
                    let message = format!(
                        "{}件あります。Excel のファイルに出せるのは{XLSX_ROWS_MAX}件までです。",
                        counted.rows
                    );
                    let remedy = "条件を加えるか、CSV で出してください。";
                    return self
                        .euc_refused(caller, vec![Finding::error("EUC07", "form", "", message, remedy)]);
                }
                let title = sieve.offered.dataset.title;
                let sheet = Sheet { tables: vec![table], ..Sheet::new(title) };
                let bytes = Book { title: title.to_owned(), sheets: vec![sheet] }
                    .to_xlsx()
                    .map_err(|error| Fault::new("a workbook of an extraction", error))?;
                out.put(&bytes)?;
                (counted, Lost::default())
            }
        };
        let (counted, lost) = written;
        if unmappable == Unmappable::Stop && 0 < lost.count {
            return self.euc_refused(caller, lost.findings(form));
        }
        out.inner.flush().map_err(io_fault)?;
        let at = self.clock().now();
        let sha256: String = out.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let run = EucRun {
            id: AuditEntry::new_id(at, self.entropy().bits()),
            at,
            user: caller.user.clone(),
            ask: ask.clone(),
            form: form.code().to_owned(),
            rows: counted.rows,
            withheld: counted.withheld,
            replaced: lost.count,
            sha256: sha256.clone(),
            purpose: purpose.trim().to_owned(),
        };
        let mut entry = self.named_entry(caller, EUC, EUC_TITLE, AuditResult::Done);
        entry.title = format!("{EUC_TITLE}　{}のファイル", sieve.offered.dataset.title);
        entry.set_subjects(named.0);
        entry.subject_count = usize::try_from(counted.rows).unwrap_or(usize::MAX);
        entry.purpose.clone_from(&run.purpose);
        let mut draft = Draft::new("office", EUC, Actor::User(caller.user.clone()), at);
        draft.reason = EUC_TITLE.to_owned();
        draft.writes.push(Put::put(&run, None).map_err(Fault::from)?);
        draft.writes.push(Put::put(&entry, None).map_err(Fault::from)?);
        self.journal().commit(draft).map_err(commit_fault)?;
        let plain = ask.dataset.replace('/', "-");
        Ok(TakenFile {
            name: format!("{plain}-{}.{}", linkage::local(at).strftime("%Y%m%d%H%M%S"), form.ending()),
            rows: counted.rows,
            withheld: counted.withheld,
            bytes: out.bytes,
            replaced: lost.count,
            sha256,
        })
    }

    fn euc_refused<T>(&self, caller: &Caller, findings: Vec<Finding>) -> Result<T, RunError> {
        let mut entry = self.named_entry(caller, EUC, EUC_TITLE, AuditResult::Refused);
        entry.codes = findings.iter().map(|finding| finding.code.clone()).collect();
        self.commit_audit(entry)?;
        Err(RunError::Refused(findings))
    }
}

/// Characters that could not be written.
#[derive(Default)]
struct Lost {
    count: u64,
    named: Vec<Replaced>,
}

impl Lost {
    fn add(&mut self, record: &str, item: &'static str, character: String) {
        self.count += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(Replaced { record: record.to_owned(), item, character });
        }
    }

    fn findings(&self, form: FileForm) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self
            .named
            .iter()
            .map(|lost| {
                let message = format!(
                    "{}の「{}」の「{}」は、{}で表せません。",
                    lost.record,
                    lost.item,
                    lost.character,
                    form.label()
                );
                let remedy = "UTF-8で出すか、「〓に置き換えて出す」を選んでください。";
                Finding::error("EUC06", "form", lost.item, message, remedy)
            })
            .collect();
        let named = u64::try_from(self.named.len()).unwrap_or(u64::MAX);
        if named < self.count {
            let message = format!("ほかに、表せない文字が{}個あります。", self.count - named);
            findings.push(Finding::error("EUC06", "form", "", message, "同じようにしてください。"));
        }
        findings
    }
}

/// Lines of CSV in one charset.
struct Csv<'o, 'w> {
    encoder: Encoder,
    out: &'o mut Hashed<'w>,
    line: Vec<u8>,
    lost: Lost,
}

impl Csv<'_, '_> {
    fn row(&mut self, sieve: &Sieve<'_>, row: &Sifted<'_>) -> Result<(), Fault> {
        let record = match row.person(sieve) {
            "" => row.values.first().map(String::as_str).unwrap_or_default(),
            person => person,
        };
        // Numbers and codes are what they are; a minus in front of one begins no formula.
        let cells: Vec<(&'static str, Cow<'_, str>)> = sieve
            .items()
            .zip(row.wanted(sieve))
            .map(|(item, value)| match item.holds {
                ItemType::Text => (item.title, guarded(value)),
                ItemType::Code | ItemType::Date | ItemType::Number | ItemType::IndividualNumber => {
                    (item.title, Cow::Borrowed(value))
                }
            })
            .collect();
        self.line(cells.iter().map(|(title, value)| (*title, value.as_ref())), record)
    }

    fn line<'v>(
        &mut self,
        cells: impl Iterator<Item = (&'static str, &'v str)>,
        record: &str,
    ) -> Result<(), Fault> {
        self.line.clear();
        for (index, (title, value)) in cells.enumerate() {
            if 0 < index {
                self.text(",", record, title)?;
            }
            self.text(&quoted(value), record, title)?;
        }
        self.text("\r\n", record, "")?;
        self.out.put(&self.line)
    }

    fn text(&mut self, text: &str, record: &str, item: &'static str) -> Result<(), Fault> {
        let mut events = Vec::new();
        match self.encoder.encode(Field::Mixed, text, &mut self.line, &mut events) {
            Ok(()) => {
                for event in events {
                    if matches!(event.done, Done::Substituted | Done::SelectorDropped) {
                        self.lost.add(record, item, event.from.to_string());
                    }
                }
                Ok(())
            }
            // The rest of the rows is looked through all the same, so that all such characters are told at once.
            Err(EncodeError::Unmappable { cluster, .. }) => {
                self.lost.add(record, item, cluster.to_string());
                Ok(())
            }
            Err(other) => Err(Fault::new("a value of an extraction could not be encoded", other)),
        }
    }
}
