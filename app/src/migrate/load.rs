//! Loading: households with their members into an empty journal, in steps that a kill does not tear.
//!
//! Each transaction holds whole groups and the [`Migration`] record that counts them. So after a kill the register holds the
//! first groups whole and nothing of the others, and a load of the same input goes on behind them.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::Context;
use domain::ResidentRecordCode;
use jiff::Timestamp;
use migration::SourceForm;
use register::{Actor, AsOf, Cause, Draft, Journal, ViewExt, Write};
use resident_register::load as first_load;
use resident_register::migration as rules;
use resident_register::records::{COUNTER, Counter, HOUSEHOLD, MIGRATION_KEY, Migration, PERSON};
use sha2::{Digest as _, Sha256};
use transport::{in_hex, sha256_of};

use super::source::Mapped;
use super::spool::Row;
use super::survey::{Group, NUMBER_BYTES, Survey};
use super::told::Folder;
use crate::output::Output;
use crate::progress::say;
use crate::told::refused;

/// Versions gathered into one change.
const CHANGE_VERSIONS: usize = 1_000;

/// Changes committed in one transaction.
const TRANSACTION_CHANGES: usize = 2;

/// What a load came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Persons in the register now.
    pub persons: u64,
    /// Their rows, histories counted.
    pub rows: u64,
    /// Households in the register now.
    pub households: u64,
    /// Persons left out.
    pub left_out: u64,
    /// Groups an earlier load had taken in.
    pub gone_on_from: u64,
}

/// A hash over the mapping and everything it reads, so that a load goes on with the same input only.
pub(super) fn manifest(mapped: &Mapped) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    let mut add = |what: &str| {
        hash.update(what.as_bytes());
        hash.update([0]);
    };
    add(&mapped.text);
    add(&mapped.gaiji);
    for source in &mapped.mapping.sources {
        if let SourceForm::Layout(file) = &source.form {
            add(&sha256_of(&mapped.folder.join(file))
                .with_context(|| format!("レイアウト {file} が読めません"))?);
        }
        for name in &source.files {
            let path = mapped.input.join(name);
            add(name);
            add(&sha256_of(&path).with_context(|| format!("移行元 {} が読めません", path.display()))?);
        }
    }
    Ok(in_hex(hash))
}

/// Where the register of a journal stands, before anything is loaded into it.
///
/// # Errors
/// When it holds somebody already, or another input was begun or finished.
pub(super) fn standing(journal: &dyn Journal, manifest: &str) -> anyhow::Result<Option<(Migration, u32)>> {
    let view = journal.view(AsOf::default())?;
    if let Some(found) = view.load::<Migration>(MIGRATION_KEY)? {
        if found.record.done {
            return Err(refused(
                "この台帳には、もう移行してあります。やり直すときは、新しい町のフォルダ（daicho init）に載せてください",
            ));
        }
        if found.record.manifest != manifest {
            return Err(refused(
                "途中まで載せてある移行と、対応表か移行元のファイルが違います。同じファイルで続けるか、新しい町のフォルダ（daicho init）に載せてください",
            ));
        }
        return Ok(Some((found.record, found.version)));
    }
    let counters = view.load::<Counter>(Counter::ADDRESSEE)?.is_some() || view.count(&COUNTER)? != 0;
    if counters || view.count(&PERSON)? != 0 || view.count(&HOUSEHOLD)? != 0 {
        return Err(refused(
            "台帳が空ではないので、載せません。新しい町のフォルダ（daicho init）に載せてください",
        ));
    }
    Ok(None)
}

/// Loads everything that is good; tells which rows were left out.
pub(super) fn load(
    survey: &Survey<'_>,
    journal: &dyn Journal,
    manifest: &str,
    codes: Vec<ResidentRecordCode>,
    now: Timestamp,
) -> anyhow::Result<(Loaded, Vec<Row>)> {
    let (progress, version) = match standing(journal, manifest)? {
        Some((progress, version)) => (progress, Some(version)),
        None => (
            Migration {
                manifest: manifest.to_owned(),
                done: false,
                groups: 0,
                persons: 0,
                rows: 0,
                households: 0,
                left_out: 0,
            },
            None,
        ),
    };
    let gone_on_from = progress.groups;
    if gone_on_from != 0 {
        say(&format!("前に載せた{gone_on_from}組の次から続けます"));
    }
    let mut batch = Batch { journal, now, progress, version, writes: Vec::new(), drafts: Vec::new() };
    let (mut left, mut serials) = (Vec::new(), survey.serials);
    let mut groups = survey.by_household.groups(NUMBER_BYTES)?;
    let mut number = 0;
    while let Some(records) = groups.next()? {
        let settled = survey.settle(Group::of(&records)?);
        left.extend(settled.left_rows);
        number += 1;
        if number <= gone_on_from {
            continue;
        }
        let writes = rules::writes(settled.household.as_ref(), &settled.persons, &mut serials)?;
        let rows: usize = settled.persons.iter().map(Vec::len).sum();
        let progress = &mut batch.progress;
        progress.groups = number;
        progress.persons += u64::try_from(settled.persons.len())?;
        progress.rows += u64::try_from(rows)?;
        progress.households += u64::from(settled.household.is_some());
        progress.left_out += settled.left_persons;
        batch.add(writes)?;
    }
    batch.writes.extend(first_load::counters(serials)?);
    batch.writes.extend(first_load::code_pool(codes)?);
    batch.progress.done = true;
    batch.commit()?;
    let done = &batch.progress;
    let loaded = Loaded {
        persons: done.persons,
        rows: done.rows,
        households: done.households,
        left_out: done.left_out,
        gone_on_from,
    };
    Ok((loaded, left))
}

/// Gathers writes into changes and changes into transactions.
struct Batch<'a> {
    journal: &'a dyn Journal,
    now: Timestamp,
    progress: Migration,
    version: Option<u32>,
    writes: Vec<Write>,
    drafts: Vec<Draft>,
}

impl Batch<'_> {
    /// Takes one group, whole.
    fn add(&mut self, writes: Vec<Write>) -> anyhow::Result<()> {
        self.writes.extend(writes);
        if CHANGE_VERSIONS <= self.writes.len() {
            self.close_change();
            if TRANSACTION_CHANGES <= self.drafts.len() {
                self.commit()?;
                say(&format!(
                    "{}人（{}世帯）まで載せました",
                    self.progress.persons, self.progress.households
                ));
            }
        }
        Ok(())
    }

    fn close_change(&mut self) {
        let actor = Actor::Program("migrate".to_owned());
        let mut draft = Draft::new("resident-register", "resident-register/load", actor, self.now);
        draft.reason = "データ移行".to_owned();
        draft.cause = Cause::Load;
        draft.writes = std::mem::take(&mut self.writes);
        self.drafts.push(draft);
    }

    /// Commits what is gathered together with how far it goes.
    fn commit(&mut self) -> anyhow::Result<()> {
        self.writes.push(Write::put(&self.progress, self.version)?);
        self.close_change();
        self.journal.commit_all(std::mem::take(&mut self.drafts))?;
        self.version = Some(self.version.unwrap_or_default().saturating_add(1));
        Ok(())
    }
}

/// Writes the rows that were left out as the old system wrote them, a file for each of its files, so that they can be
/// corrected; gives the names.
pub(super) fn write_left(survey: &Survey<'_>, rows: &[Row], folder: &Folder) -> anyhow::Result<Vec<String>> {
    let mut written = Vec::new();
    for (number, file) in (0..).zip(&survey.files) {
        let name = format!("left-out-{}", file.name);
        folder.remove(&name)?;
        let mut places: Vec<(u64, u32)> =
            rows.iter().filter(|row| row.file == number).map(|row| (row.offset, row.bytes)).collect();
        if places.is_empty() {
            continue;
        }
        places.sort_unstable();
        let path = folder.at(&name);
        let mut out = Output::wanted_private(Some(&path))?;
        out.write_all(&file.head()?)?;
        let mut input = File::open(&file.path)?;
        let mut bytes = Vec::new();
        for (offset, size) in places {
            input.seek(SeekFrom::Start(offset))?;
            bytes.resize(usize::try_from(size)?, 0);
            input.read_exact(&mut bytes).context("移行元が、読んでいる間に変わりました")?;
            out.write_all(&bytes)?;
        }
        out.finish()?;
        written.push(path.display().to_string());
    }
    Ok(written)
}

/// The codes of a pool, one on each line (空き住民票コード).
pub(super) fn pool(path: Option<&Path>) -> anyhow::Result<Vec<ResidentRecordCode>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let text = std::fs::read_to_string(path).with_context(|| format!("{} が読めません", path.display()))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            ResidentRecordCode::parse(line.trim())
                .map_err(|error| refused(format!("{} {number}行目: {error}", path.display())))
        })
        .collect()
}
