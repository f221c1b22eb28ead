//! `daicho link try`: what a changed link would have sent.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use catalog::Link;
use clap::Args;
use layout::Layout;
use office::{Caller, Change, Office, Sides, Tried, TriedDelivery};
use register::Fault;

use crate::links::line_of;
use crate::output::Output;
use crate::progress::{result, say};
use crate::told::{not_done, refused};

/// What is tried.
#[derive(Args, Clone, Debug)]
pub struct Try {
    /// The link.
    id: String,
    /// Its file as it would be.
    #[arg(long, required_unless_present = "layout")]
    link: Option<PathBuf>,
    /// Its layout as it would be; tables it names lie beside it.
    #[arg(long)]
    layout: Option<PathBuf>,
    /// How many days back.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// File for every single difference, as TSV; it holds personal data.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// Tries a change and shows what it would do, delivery by delivery. 1 when a byte differs.
///
/// # Errors
/// When a file does not read or cannot be written, the change is refused, or the journal does not answer.
pub(crate) fn run(office: &Office, task: &Try) -> anyhow::Result<ExitCode> {
    let change = change(task)?;
    // Line by line, for it may be longer than memory; it is there only when it is whole.
    let mut report = Output::wanted_private(task.report.as_deref())?;
    writeln!(report, "番号\t対象\t項目\tいま\t変更後")?;
    result("番号\tファイル名\t件数\t保留\tバイト数\t違うレコード\t最初に違うバイト\tいまの定義");
    let mut tell = |told: &Tried| match told {
        Tried::Delivery(own) => {
            result(&delivery_line(own));
            Ok(())
        }
        other => writeln!(report, "{}", difference_line(other))
            .map_err(|error| Fault::new("違いの一覧に書けません", error)),
    };
    let tried = office.try_change(&Caller::command_line(), &task.id, &change, task.days, &mut tell);
    let trial = tried.map_err(not_done)?;
    report.finish()?;
    for (item, count) in &trial.by_item {
        say(&format!("項目「{item}」: {count}レコードで違います"));
    }
    let count = trial.deliveries.len();
    if trial.is_the_same() {
        say(&format!("{count}件の配信は、変更後も1バイトも変わりません"));
        return Ok(ExitCode::SUCCESS);
    }
    let differing = trial.deliveries.iter().filter(|own| own.first_byte.is_some()).count();
    say(&format!("{count}件の配信のうち{differing}件の中身が変わります。何も送っていません"));
    Ok(ExitCode::FAILURE)
}

fn change(task: &Try) -> anyhow::Result<Change> {
    let link_of = |path: &PathBuf| {
        // A link's id is its file's name; a changed copy may be called as one likes.
        let link = Link::parse(&text(path)?, &format!("{}.toml", task.id));
        link.map_err(|problem| refused(format!("{}: {problem}", path.display())))
    };
    let link = task.link.as_ref().map(link_of).transpose()?;
    let layout = task.layout.as_deref().map(layout_of).transpose()?;
    Ok(Change { link, layout })
}

fn layout_of(path: &Path) -> anyhow::Result<Layout> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut beside = |name: &str| {
        let table = folder.join(name);
        std::fs::read_to_string(&table)
            .map_err(|error| format!("{} が読めません（{error}）", table.display()))
    };
    let layout = Layout::parse_with(&text(path)?, &path.display().to_string(), &mut beside);
    layout.map_err(|errors| refused(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} が読めません", path.display()))
}

/// A value, or both when they differ.
fn both<T: ToString + PartialEq>(sides: &Sides<T>) -> String {
    let now = sides.now.to_string();
    if sides.now == sides.then { now } else { format!("{now} → {}", sides.then.to_string()) }
}

fn delivery_line(own: &TriedDelivery) -> String {
    let first = own.first_byte.map_or_else(|| "なし".to_owned(), |at| at.to_string());
    let differing = if own.frame_differs {
        format!("{}と見出し・終端", own.differing)
    } else {
        own.differing.to_string()
    };
    let as_sent = if own.is_as_sent { "控えと同じ" } else { "控えと違う" };
    line_of([
        &own.no.to_string(),
        &both(&own.file_names),
        &both(&own.rows),
        &both(&own.held),
        &both(&own.bytes),
        &differing,
        &first,
        as_sent,
    ])
}

fn difference_line(told: &Tried) -> String {
    let absent = |value: &Option<String>| value.clone().unwrap_or_else(|| "（項目なし）".to_owned());
    match told {
        Tried::Item { no, subject, item, values } => {
            line_of([&no.to_string(), subject, item, &absent(&values.now), &absent(&values.then)])
        }
        Tried::Bytes { no, subject, values } => {
            line_of([&no.to_string(), subject, "（レコードのバイト）", &values.now, &values.then])
        }
        Tried::Held { no, subject, why } => {
            line_of([&no.to_string(), subject, "（保留の理由）", &why.now, &why.then])
        }
        // It has a line of its own on the screen.
        Tried::Delivery(_) => String::new(),
    }
}
