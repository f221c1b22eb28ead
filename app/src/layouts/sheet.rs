//! `daicho layout spec` and `daicho layout sample`: what the other vendor gets.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use layout::{Role, Spec, SpecTable};
use spreadsheet::{Book, Sheet, Table};

use super::Chosen;
use super::report::Report;
use crate::output::Output;
use crate::progress::say;
use crate::told::refused;

/// What to print.
#[derive(Args, Clone, Debug)]
pub struct SpecTask {
    #[command(flatten)]
    chosen: Chosen,
    /// Markdown or a workbook; without it by the ending of the output, else Markdown.
    #[arg(long)]
    format: Option<Format>,
    /// The file; - or none is standard output.
    #[arg(long)]
    output: Option<PathBuf>,
}

/// 仕様書の形式.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Md,
    Xlsx,
}

/// What to invent.
#[derive(Args, Clone, Debug)]
pub struct SampleTask {
    #[command(flatten)]
    chosen: Chosen,
    /// How many rows.
    #[arg(long, default_value_t = 10)]
    rows: usize,
    /// The rows as JSON lines instead of the file.
    #[arg(long)]
    jsonl: bool,
    /// The file; - or none is standard output.
    #[arg(long)]
    output: Option<PathBuf>,
}

pub(super) fn spec(task: SpecTask) -> anyhow::Result<ExitCode> {
    let (ready, named) = task.chosen.ready()?;
    let output = task.output.or(named);
    let items: Vec<&str> = ready.items.iter().map(String::as_str).collect();
    let spec = ready.plan.spec(&items);
    let by_ending = output.as_deref().and_then(Path::extension).is_some_and(|ending| ending == "xlsx");
    let format = task.format.unwrap_or(if by_ending { Format::Xlsx } else { Format::Md });
    let bytes = match format {
        Format::Md => spec.to_markdown().into_bytes(),
        Format::Xlsx => book(&spec).to_xlsx()?,
    };
    write(output.as_deref(), &bytes)?;
    Ok(ExitCode::SUCCESS)
}

/// The sheet as a workbook: an overview, one sheet for each kind of record, the code lists.
fn book(spec: &Spec) -> Book {
    let table = |table: &SpecTable| Table {
        title: table.title.clone(),
        head: table.head.clone(),
        rows: table.rows.clone(),
    };
    let pairs = |title: &str, pairs: &[(String, String)]| Table {
        title: title.to_owned(),
        head: vec!["項目".to_owned(), "内容".to_owned()],
        rows: pairs.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect(),
    };
    let overview = Sheet {
        name: "概要".to_owned(),
        title: spec.title.clone(),
        tables: vec![pairs("概要", &spec.facts), pairs("共通の規則", &spec.rules)],
    };
    let mut sheets = vec![overview];
    for record in &spec.records {
        // The title of the tab is what stands before the name in brackets.
        let name = record.title.split('（').next().unwrap_or(&record.title);
        sheets.push(Sheet { name: name.to_owned(), title: spec.title.clone(), tables: vec![table(record)] });
    }
    if !spec.codes.is_empty() {
        let tables = spec.codes.iter().map(table).collect();
        sheets.push(Sheet { name: "コード表".to_owned(), title: spec.title.clone(), tables });
    }
    Book { title: spec.title.clone(), sheets }
}

pub(super) fn sample(task: SampleTask) -> anyhow::Result<ExitCode> {
    let (ready, named) = task.chosen.ready()?;
    let plan = &ready.plan;
    let items: Vec<&str> = ready.items.iter().map(String::as_str).collect();
    let output = task.output.or(named);
    if task.jsonl {
        let rows = plan.sample(&items, task.rows);
        let several = plan.only_detail().is_none();
        let mut text = String::new();
        for row in &rows {
            let mut object = serde_json::Map::new();
            let kind = plan.layout().records.get(row.kind).map(|record| record.name.as_str());
            if several {
                object.insert("_record".to_owned(), kind.unwrap_or_default().into());
            }
            let shown = plan.layout().items();
            for (item, value) in items.iter().zip(&row.values).filter(|(item, _)| shown.contains(item)) {
                object.insert((*item).to_owned(), value.as_str().into());
            }
            text.push_str(&serde_json::Value::Object(object).to_string());
            text.push('\n');
        }
        write(output.as_deref(), text.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = Report::new(None, plan)?;
    let fact = |error: layout::RowError| refused(format!("ヘッダかトレーラの{error}"));
    let file = plan.sample_file(&items, task.rows).map_err(fact)?;
    for (number, error) in &file.refused {
        report.refused(*number, error)?;
    }
    write(output.as_deref(), &file.bytes)?;
    let refused = report.bad;
    report.close()?;
    let details = plan.layout().records.iter().filter(|record| record.role == Role::Detail).count();
    say(&format!("見本{}件を書きました（データレコード {details}種類）", file.rows));
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn write(path: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = Output::create(path)?;
    out.write_all(bytes)?;
    out.finish()
}
