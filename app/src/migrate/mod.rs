//! `daicho migrate`: the register of an older system into an empty town, and a town's register out of it.
//!
//! The rules are the register's (`resident_register::migration`) and crate `migration`'s; here files are read and sorted, and
//! what comes of it is committed or told.

mod compare;
mod export;
mod load;
mod source;
mod spool;
mod survey;
mod told;
mod towns;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use domain::Date;
use jiff::Timestamp;
use office::{Caller, Clock as _, Entropy as _, Office, SystemClock, SystemEntropy};
use register::{AsOf, Journal, ViewExt};
use resident_register::migration as rules;
use resident_register::records::{MIGRATION_KEY, Migration};
use serde_json::json;
use store::{KeyRing, VaultKey};
use system::MigrationTable;

pub use export::{Export, export};
pub use load::Loaded;

use crate::config::Config;
use crate::house::{House, Outside, open};
use crate::progress::{result, say};
use crate::told::{misused, refused};
use source::Mapped;
use survey::{Survey, survey};
use told::{Folder, Manner, Report};

/// Readers of a throw-away store.
const READERS: usize = 2;

/// What is done for a migration.
#[derive(Subcommand)]
pub enum MigrateTask {
    /// Lists the items a mapping may name.
    Items,
    /// Reads everything and lists every error: file, line, record, item, rule, remedy.
    Check {
        /// The files.
        #[command(flatten)]
        input: MigrateInput,
        /// A JSON object for each finding.
        #[arg(long)]
        json: bool,
    },
    /// Loads into a store that is thrown away, verifies it and reconciles it with the files. The town is not touched.
    Rehearse {
        /// The files.
        #[command(flatten)]
        input: MigrateInput,
        /// Leave refused persons and their households out, as `load --only-good` would.
        #[arg(long)]
        only_good: bool,
    },
    /// Loads into the empty register of a town. Goes on where it was stopped, with the same files only.
    Load {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml")]
        config: PathBuf,
        /// The files.
        #[command(flatten)]
        input: MigrateInput,
        /// Load although there are errors: refused persons and their whole households are left out and written to a file.
        #[arg(long)]
        only_good: bool,
        /// File of unused 住民票コード, one on each line.
        #[arg(long)]
        code_pool: Option<PathBuf>,
    },
    /// Reads the files again and compares them with what was loaded: counts, hashes, every difference.
    Reconcile {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml")]
        config: PathBuf,
        /// The files.
        #[command(flatten)]
        input: MigrateInput,
    },
    /// Writes the register in the manner of 中間標準レイアウト, with the mapping that reads it back. The town must be stopped.
    Export {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml")]
        config: PathBuf,
        /// Folder to write into; new or empty.
        #[arg(long)]
        out: PathBuf,
        /// Older rows of persons, too.
        #[arg(long)]
        with_history: bool,
        /// 個人番号 and 住民票コード, too.
        #[arg(long, requires = "purpose")]
        numbers: bool,
        /// What the numbers are handed over for; stands in the audit log.
        #[arg(long, requires = "numbers")]
        purpose: Option<String>,
    },
}

/// The old system's files and what reads them.
#[derive(Args, Clone, Debug)]
pub struct MigrateInput {
    /// The mapping.
    #[arg(long)]
    pub mapping: PathBuf,
    /// Folder of the old system's files.
    #[arg(long = "in")]
    pub folder: PathBuf,
    /// Folder for reports: findings, conversions, differences, rows left out. It holds personal data.
    #[arg(long, default_value = "migration-reports")]
    pub reports: PathBuf,
    /// Folder of character tables (without it the one DAICHO_TABLES names).
    #[arg(long)]
    pub tables: Option<PathBuf>,
}

/// The tables that are migrated.
fn tables() -> Vec<MigrationTable> {
    vec![rules::person_table().clone(), rules::household_table().clone()]
}

/// Does a task.
///
/// # Errors
/// When something below fails. What is wrong with mapping and files is told, and comes with its exit code.
pub fn run(task: MigrateTask) -> anyhow::Result<ExitCode> {
    match task {
        MigrateTask::Items => {
            for table in tables() {
                for item in &table.items {
                    let required = if item.required { "必須" } else { "" };
                    result(&format!("{}\t{}\t{}\t{required}", table.id, item.name, item.title));
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        MigrateTask::Check { input, json } => {
            check(&input, if json { Manner::Json } else { Manner::Lines }, today(SystemClock.now()))
        }
        MigrateTask::Rehearse { input, only_good } => rehearse(&input, only_good),
        MigrateTask::Load { config, input, only_good, code_pool } => {
            let house = open(&Config::read(&config)?, Outside::default())?;
            let options = LoadOptions { only_good, code_pool };
            load(house.office.journal(), &input, &options, house.office.clock().now())?;
            Ok(ExitCode::SUCCESS)
        }
        MigrateTask::Reconcile { config, input } => {
            let house = open(&Config::read(&config)?, Outside::default())?;
            done(reconcile(&house.office, &input)?)
        }
        MigrateTask::Export { config, out, with_history, numbers: _, purpose } => {
            let house = open(&Config::read(&config)?, Outside::default())?;
            for line in export(&house.office, &out, &Export { with_history, numbers_for: purpose })? {
                result(&line);
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn done(well: bool) -> anyhow::Result<ExitCode> {
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn today(now: Timestamp) -> Date {
    linkage::local(now).date()
}

/// Refuses to serve a town whose load was stopped in the middle: its register holds some households and not the others.
///
/// # Errors
/// When it is so, or the journal does not answer.
pub fn refuse_half_loaded(house: &House) -> anyhow::Result<()> {
    let view = house.office.journal().view(AsOf::default())?;
    match view.load::<Migration>(MIGRATION_KEY)? {
        Some(found) if !found.record.done => anyhow::bail!(
            "データ移行が途中で止まっています（{}人まで載せました）。daicho migrate load を、同じ対応表とファイルでもう一度実行してください",
            found.record.persons
        ),
        _ => Ok(()),
    }
}

fn check(input: &MigrateInput, manner: Manner, today: Date) -> anyhow::Result<ExitCode> {
    let mapped = Mapped::read(&input.mapping, &input.folder, input.tables.as_deref())?;
    let folder = Folder::make(&input.reports, "check")?;
    let mut report = Report::new(manner, Some(&folder))?;
    let survey = survey(&mapped, &input.reports, today, &mut report)?;
    write_profile(&survey, &mapped, &folder)?;
    let well = report.errors == 0;
    let counts = survey.counts;
    if manner == Manner::Json {
        let rules: Vec<_> = report
            .rules
            .iter()
            .map(|((severity, rule), count)| json!({ "severity": severity, "rule": rule, "count": count }))
            .collect();
        result(
            &json!({ "summary": {
                "rows": counts.rows, "persons": counts.persons, "residents": counts.residents,
                "former": counts.former, "households": counts.households, "errors": report.errors,
                "alerts": report.alerts, "rules": rules,
            }})
            .to_string(),
        );
    }
    for line in summary(&survey).into_iter().chain(report.finish()?) {
        say(&line);
    }
    done(well)
}

/// What was read, in lines.
fn summary(survey: &Survey<'_>) -> Vec<String> {
    let counts = survey.counts;
    let mut lines = vec![format!(
        "{}行: {}人（住民 {}、除票 {}）、{}世帯",
        counts.rows, counts.persons, counts.residents, counts.former, counts.households
    )];
    if counts.left_persons != 0 {
        lines.push(format!(
            "--only-good で載らないもの: {}人、{}世帯",
            counts.left_persons, counts.left_households
        ));
    }
    if counts.unplaced != 0 {
        lines.push(format!("だれのものか分からない行: {}行（直すまで載せられません）", counts.unplaced));
    }
    lines
}

/// The figures per item and what looks wrong, as a file beside the findings.
fn write_profile(survey: &Survey<'_>, mapped: &Mapped, folder: &Folder) -> anyhow::Result<Vec<String>> {
    let lines = survey.profile.lines(rules::person_table(), &|item| mapped.mapping.maps("person", item));
    write_lines(&folder.at("figures.tsv"), &lines)?;
    Ok(lines)
}

fn write_lines(path: &Path, lines: &[String]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = crate::output::Output::wanted_private(Some(path))?;
    for line in lines {
        writeln!(out, "{line}").with_context(|| format!("{} に書けません", path.display()))?;
    }
    out.finish()
}

/// How a load is done.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Load although there are errors.
    pub only_good: bool,
    /// File of unused codes.
    pub code_pool: Option<PathBuf>,
}

/// Loads the old system's files into the empty register of a journal, or goes on with a load that was stopped.
///
/// # Errors
/// When there are errors and `only_good` is not asked for, a row is nobody's, the register is not empty, another input was begun,
/// or something below fails. Nothing was loaded then, unless the journal itself failed: what was committed stays, and the next
/// load goes on behind it.
pub fn load(
    journal: &dyn Journal,
    input: &MigrateInput,
    options: &LoadOptions,
    now: Timestamp,
) -> anyhow::Result<Loaded> {
    let mapped = Mapped::read(&input.mapping, &input.folder, input.tables.as_deref())?;
    let manifest = load::manifest(&mapped)?;
    load::standing(journal, &manifest)?;
    let codes = load::pool(options.code_pool.as_deref())?;
    let folder = Folder::make(&input.reports, "load")?;
    let mut report = Report::new(Manner::Quiet, Some(&folder))?;
    let survey = survey(&mapped, &input.reports, today(now), &mut report)?;
    write_profile(&survey, &mapped, &folder)?;
    let (loaded, lines) =
        take_in(&survey, journal, &manifest, codes, now, options.only_good, report, &folder)?;
    for line in lines {
        say(&line);
    }
    Ok(loaded)
}

#[expect(clippy::too_many_arguments, reason = "what a load and a rehearsal share, each once")]
fn take_in(
    survey: &Survey<'_>,
    journal: &dyn Journal,
    manifest: &str,
    codes: Vec<domain::ResidentRecordCode>,
    now: Timestamp,
    only_good: bool,
    report: Report,
    folder: &Folder,
) -> anyhow::Result<(Loaded, Vec<String>)> {
    let errors = report.errors;
    let findings = folder.at("findings.tsv");
    let mut lines = summary(survey);
    lines.extend(report.finish()?);
    if survey.counts.unplaced != 0 || (errors != 0 && !only_good) {
        for line in &lines {
            say(line);
        }
        let what = if survey.counts.unplaced != 0 {
            "だれのものか分からない行があるので、載せません"
        } else {
            "エラーがあるので、載せません。正しい世帯だけを載せるときは --only-good を付けてください"
        };
        return Err(refused(format!("{what}。内容は {} にあります", findings.display())));
    }
    let (loaded, left) = load::load(survey, journal, manifest, codes, now)?;
    lines.push(format!(
        "載せたもの: {}人（{}行）、{}世帯。載せなかったもの: {}人",
        loaded.persons, loaded.rows, loaded.households, loaded.left_out
    ));
    for path in load::write_left(survey, &left, folder)? {
        lines.push(format!("載せなかった行: {path}"));
    }
    Ok((loaded, lines))
}

/// Loads into a throw-away store, verifies and reconciles.
fn rehearse(input: &MigrateInput, only_good: bool) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    let mapped = Mapped::read(&input.mapping, &input.folder, input.tables.as_deref())?;
    let folder = Folder::make(&input.reports, "rehearsal")?;
    let mut report = Report::new(Manner::Quiet, Some(&folder))?;
    let survey = survey(&mapped, &input.reports, today(now), &mut report)?;
    let figures = write_profile(&survey, &mapped, &folder)?;
    let scratch = tempfile::Builder::new().prefix("daicho-rehearsal-").tempdir_in(&input.reports)?;
    let keys = KeyRing::from(VaultKey::generate().context("鍵を作れません")?);
    let kinds = Office::kinds(&crate::house::systems(&[]));
    let path = scratch.path().join("journal.db");
    crate::journal::make_private(&path)?;
    let store = store_sqlite::Store::open(
        &path,
        &kinds,
        store_sqlite::Options { keys: Some(keys), readers: READERS, ..store_sqlite::Options::default() },
    )?;
    let manifest = load::manifest(&mapped)?;
    let well = report.errors == 0;
    let (_, mut lines) = take_in(&survey, &store, &manifest, Vec::new(), now, only_good, report, &folder)?;
    let view = store.view(AsOf::default())?;
    let wrong = compare::verify(&*view)?;
    lines.push(format!("整合性確認: {}件の矛盾", wrong.len()));
    lines.extend(wrong.iter().map(|wrong| format!("  {}: {}", wrong.record, wrong.what)));
    let compared = compare::compare(&survey, &mapped.mapping, &*view, &salt(), Some(&folder))?;
    lines.push(if compared.agrees { "突合: 相違はありません" } else { "突合: 相違があります" }.to_owned());
    lines.extend(compared.lines);
    lines.extend(doubts(&survey, &mapped));
    for line in &lines {
        result(line);
    }
    lines.push("項目ごとの値の様子".to_owned());
    lines.extend(figures);
    write_lines(&folder.at("report.txt"), &lines)?;
    say(&format!("予行の報告は {} にあります。町には何も書いていません", folder.at("report.txt").display()));
    done(well && wrong.is_empty() && compared.agrees)
}

fn doubts(survey: &Survey<'_>, mapped: &Mapped) -> Vec<String> {
    let doubts = survey.profile.doubts(rules::person_table(), &|item| mapped.mapping.maps("person", item));
    doubts
        .into_iter()
        .map(|doubt| format!("値の様子 {}: {} {}", doubt.item, doubt.rule, doubt.message))
        .collect()
}

/// Reads the files again and compares them with the register as the load left it; whether they agree.
///
/// # Errors
/// When something below fails, or nothing was loaded.
pub fn reconcile(office: &Office, input: &MigrateInput) -> anyhow::Result<bool> {
    let mapped = Mapped::read(&input.mapping, &input.folder, input.tables.as_deref())?;
    let folder = Folder::make(&input.reports, "reconciliation")?;
    let survey = survey(&mapped, &input.reports, office.today(), &mut Report::silent()?)?;
    let journal = office.journal();
    if journal.view(AsOf::default())?.load::<Migration>(MIGRATION_KEY)?.is_none() {
        return Err(misused("この台帳には、データ移行で載せたものがありません"));
    }
    let view = compare::view_of_load(journal)?;
    let wrong = compare::verify(&*view)?;
    let compared = compare::compare(&survey, &mapped.mapping, &*view, &salt(), Some(&folder))?;
    let mut lines = compared.lines;
    lines.extend(wrong.iter().map(|wrong| format!("整合性 {}: {}", wrong.record, wrong.what)));
    lines.extend(doubts(&survey, &mapped));
    lines.push(if compared.agrees {
        "突合: 相違はありません".to_owned()
    } else {
        format!("突合: 相違があります。一件ずつは {} にあります", folder.at("differences.tsv").display())
    });
    for line in &lines {
        result(line);
    }
    write_lines(&folder.at("report.txt"), &lines)?;
    office.audit_done(&Caller::command_line(), "office/migrate-reconcile", "データ移行の突合", Vec::new())?;
    Ok(compared.agrees && wrong.is_empty())
}

/// Drawn for each run, so that hashes of secret items are of use to nobody.
fn salt() -> Vec<u8> {
    (0..4).flat_map(|_| SystemEntropy.bits().to_le_bytes()).collect()
}
