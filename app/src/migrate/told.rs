//! What a migration says: findings, conversions, reports, each in a file of its own that only the operator may read.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use migration::{Fault, Note};
use serde::Serialize;
use system::Finding;
use transport::{Access, make_folders};

use crate::output::Output;
use crate::progress::result;

/// A finding with where it stands.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Told {
    pub(super) file: String,
    pub(super) line: u64,
    /// 宛名番号 or 世帯番号.
    pub(super) record: String,
    pub(super) item: String,
    pub(super) rule: String,
    pub(super) severity: &'static str,
    pub(super) message: String,
    pub(super) remedy: String,
}

impl Told {
    pub(super) fn stops(&self) -> bool {
        self.severity == ERROR
    }
}

const ERROR: &str = "エラー";
const ALERT: &str = "アラート";

fn severity(stops: bool) -> &'static str {
    if stops { ERROR } else { ALERT }
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) line: u64,
    pub(super) record: &'a str,
}

impl At<'_> {
    pub(super) fn fault(self, fault: &Fault) -> Told {
        Told {
            file: self.file.to_owned(),
            line: self.line,
            record: self.record.to_owned(),
            item: fault.item.clone(),
            rule: fault.rule.clone(),
            severity: severity(fault.stops),
            message: fault.message.clone(),
            remedy: fault.remedy.clone(),
        }
    }

    pub(super) fn finding(self, finding: &Finding) -> Told {
        Told {
            file: self.file.to_owned(),
            line: self.line,
            record: self.record.to_owned(),
            item: finding.item.clone(),
            rule: finding.code.clone(),
            severity: severity(finding.stops()),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
        }
    }
}

/// How findings are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// A line for each on standard output.
    Lines,
    /// A JSON object for each on standard output.
    Json,
    /// In the file alone.
    Quiet,
}

/// Everything that is told, as it comes.
pub(super) struct Report {
    manner: Manner,
    findings: Output,
    notes: Output,
    /// How many of each rule: errors and alerts.
    pub(super) rules: BTreeMap<(&'static str, String), u64>,
    /// How many of each conversion, by item.
    pub(super) conversions: BTreeMap<(String, String), u64>,
    pub(super) errors: u64,
    pub(super) alerts: u64,
}

/// A folder of reports.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
    prefix: &'static str,
}

impl Folder {
    pub(super) fn make(path: &Path, prefix: &'static str) -> anyhow::Result<Self> {
        make_folders(path, Access::Private).with_context(|| format!("{} を作れません", path.display()))?;
        Ok(Self { path: path.to_path_buf(), prefix })
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.path.join(format!("{}-{name}", self.prefix))
    }

    /// Takes away what an earlier run of this step left, so that what lies there is of one run.
    pub(super) fn remove(&self, name: &str) -> anyhow::Result<()> {
        match fs::remove_file(self.at(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} を消せません", self.at(name).display()))
            }
            _ => Ok(()),
        }
    }
}

impl Report {
    pub(super) fn new(manner: Manner, folder: Option<&Folder>) -> anyhow::Result<Self> {
        let file = |name| Output::wanted_private(folder.map(|folder| folder.at(name)).as_deref());
        let (mut findings, mut notes) = (file("findings.tsv")?, file("conversions.tsv")?);
        writeln!(findings, "区分\tファイル\t行\t番号\t項目\tルール\t内容\t対処")?;
        writeln!(notes, "ファイル\t行\t番号\t項目\t変換\t元\t先")?;
        Ok(Self {
            manner,
            findings,
            notes,
            rules: BTreeMap::new(),
            conversions: BTreeMap::new(),
            errors: 0,
            alerts: 0,
        })
    }

    /// Nothing is told, everything is counted.
    pub(super) fn silent() -> anyhow::Result<Self> {
        Self::new(Manner::Quiet, None)
    }

    pub(super) fn tell(&mut self, told: &Told) -> anyhow::Result<()> {
        if told.stops() {
            self.errors += 1;
        } else {
            self.alerts += 1;
        }
        *self.rules.entry((told.severity, told.rule.clone())).or_default() += 1;
        match self.manner {
            Manner::Json => result(&serde_json::to_string(told)?),
            Manner::Lines => result(&shown(told)),
            Manner::Quiet => {}
        }
        if self.findings.is_wanted() {
            let cells = [
                told.severity,
                &told.file,
                &if told.line == 0 { String::new() } else { told.line.to_string() },
                &told.record,
                &told.item,
                &told.rule,
                &told.message,
                &told.remedy,
            ];
            writeln!(self.findings, "{}", cells.map(plain).join("\t"))?;
        }
        Ok(())
    }

    pub(super) fn note(&mut self, at: At<'_>, note: &Note) -> anyhow::Result<()> {
        *self.conversions.entry((note.item.clone(), note.done.clone())).or_default() += 1;
        if self.notes.is_wanted() {
            let line = at.line.to_string();
            let cells = [at.file, &line, at.record, &note.item, &note.done, &note.from, &note.to];
            writeln!(self.notes, "{}", cells.map(plain).join("\t"))?;
        }
        Ok(())
    }

    /// Ends the files; gives the counts in lines.
    pub(super) fn finish(self) -> anyhow::Result<Vec<String>> {
        self.findings.finish()?;
        self.notes.finish()?;
        let mut lines = vec![format!("エラー {}件、アラート {}件", self.errors, self.alerts)];
        for ((severity, rule), count) in &self.rules {
            lines.push(format!("  {severity} {rule} {count}件"));
        }
        for ((item, done), count) in &self.conversions {
            lines.push(format!("  変換 {item}: {done} {count}件"));
        }
        Ok(lines)
    }
}

fn shown(told: &Told) -> String {
    let line = if told.line == 0 { String::new() } else { format!(" {}行目", told.line) };
    let record = if told.record.is_empty() { String::new() } else { format!(" {}", told.record) };
    let item = if told.item.is_empty() { String::new() } else { format!("「{}」", told.item) };
    format!(
        "{} {}{line}{record}{item}: {} {}{}",
        told.severity, told.file, told.rule, told.message, told.remedy
    )
}

/// A cell of a TSV: what would break it is shown as a space.
pub(super) fn plain(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
