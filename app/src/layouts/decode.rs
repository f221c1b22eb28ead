//! `daicho layout decode`: a file to rows.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use layout::{Good, Record, Role};

use super::report::Report;
use super::{Chosen, pieces};
use crate::input::open;
use crate::output::Output;
use crate::progress::say;

/// What to read.
#[derive(Args, Clone, Debug)]
pub struct Decode {
    #[command(flatten)]
    chosen: Chosen,
    /// The file; - or none is standard input.
    #[arg(long)]
    input: Option<PathBuf>,
    /// Where the rows go as JSON lines; - or none is standard output.
    #[arg(long)]
    output: Option<PathBuf>,
    /// Where every character that is not exact and every bad record is told, as TSV.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Where bad records go, byte for byte.
    #[arg(long)]
    bad: Option<PathBuf>,
    /// Header and trailer too, each row with its kind as `_record`.
    #[arg(long)]
    all: bool,
}

pub(super) fn run(task: Decode) -> anyhow::Result<ExitCode> {
    let (ready, named) = task.chosen.ready()?;
    let plan = &ready.plan;
    let input = open(task.input.clone().or(named).as_deref())?;
    let mut report = Report::new(task.report.as_deref(), plan)?;
    let mut out = Output::create(task.output.as_deref())?;
    let mut bad = Output::wanted(task.bad.as_deref())?;
    let named = task.all || plan.only_detail().is_none();
    let (mut reader, mut line, mut rows) = (plan.reader(), String::new(), 0_u64);
    pieces(input, |piece, last| {
        let mut piece = piece;
        while let Some(record) = reader.read(&mut piece, last) {
            match record {
                Record::Good(good) => {
                    for event in good.events {
                        report.event(good.number, Some(good.offset), plan, event)?;
                    }
                    rows += u64::from(good.role() == Role::Detail);
                    if task.all || good.role() == Role::Detail {
                        line.clear();
                        show(&good, named, &mut line);
                        out.write_all(line.as_bytes())?;
                    }
                }
                Record::Bad(record) => {
                    report.unreadable(record.errors)?;
                    bad.write_all(record.bytes)?;
                }
            }
        }
        Ok(())
    })?;
    let unread = report.bad;
    out.finish()?;
    bad.finish()?;
    report.close()?;
    let told = if unread == 0 { String::new() } else { format!("、読めないもの{unread}件") };
    say(&format!("データレコード{rows}件を読みました{told}"));
    Ok(if unread == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A record as a JSON object: the dataset's items of a detail, the facts of header and trailer.
fn show(good: &Good<'_>, named: bool, line: &mut String) {
    line.push('{');
    if named {
        pair(line, "_record", &good.spec().name);
    }
    for (name, value) in good.items() {
        pair(line, name, &value);
    }
    line.push_str("}\n");
}

fn pair(line: &mut String, name: &str, value: &str) {
    if !line.ends_with('{') {
        line.push(',');
    }
    text(line, name);
    line.push(':');
    text(line, value);
}

fn text(line: &mut String, value: &str) {
    // A text is always JSON.
    line.push_str(&serde_json::Value::from(value).to_string());
}
