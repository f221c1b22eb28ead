//! `daicho link accept`: the acceptance pack of a link.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use domain::Date;
use office::{Caller, Office, Outcome, Reconciliation};

use crate::links::line_of;
use crate::output::Output;
use crate::print;
use crate::progress::{result, say};
use crate::told::not_done;

/// What is accepted.
#[derive(Args, Clone, Debug)]
pub struct Accept {
    /// The link.
    id: String,
    /// First day; thirty days before the last without it.
    #[arg(long)]
    from: Option<Date>,
    /// Last day; today without it.
    #[arg(long)]
    to: Option<Date>,
    /// The receiver's register as a file, to be held against ours.
    #[arg(long)]
    dump: Option<PathBuf>,
    /// Its layout, when it is not the link's own.
    #[arg(long, requires = "dump")]
    layout: Option<String>,
    /// The ZIP file to write; without it the checks are only shown.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

/// Days looked back over when nobody says.
const DAYS: i64 = 30;

/// Shows what the link is held to, and writes the pack. 1 unless all of it is so.
///
/// # Errors
/// When it is refused, a file does not read or cannot be written, or the journal does not answer.
pub(crate) fn run(office: &Office, task: &Accept) -> anyhow::Result<ExitCode> {
    let to = task.to.unwrap_or_else(|| office.today());
    let from = task.from.unwrap_or_else(|| to.saturating_sub(jiff::Span::new().days(DAYS)));
    let caller = Caller::command_line();
    let reconciled = task.dump.as_ref().map(|dump| {
        // Differences name people; they are told by `link reconcile`, and the paper counts them.
        office.reconcile(&caller, &task.id, dump, task.layout.as_deref(), &mut |_| Ok(()))
    });
    let reconciled: Option<Reconciliation> = reconciled.transpose().map_err(not_done)?;
    let acceptance = office.accept(&caller, &task.id, (from, to), reconciled.as_ref()).map_err(not_done)?;
    result("判定\t項目\t結果\t基準");
    for check in &acceptance.checks {
        result(&line_of([check.verdict.label(), check.title, &check.seen, &check.required]));
    }
    if let Some(path) = &task.output {
        let files = office.acceptance_pack(&acceptance, pdf(&acceptance));
        let bytes = packing::bundle(&files).with_context(|| format!("{} に書けません", path.display()))?;
        let mut output = Output::create(Some(path))?;
        output.write_all(&bytes)?;
        output.finish()?;
        say(&format!("{}個のファイルを {} に書きました", files.len(), path.display()));
    }
    let outcome = acceptance.outcome();
    say(&format!("{}: {from}から{to}まで: {}（{}）", task.id, outcome.label(), acceptance.summary()));
    Ok(if outcome == Outcome::Accepted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The paper as PDF; none, with a word why, where it cannot be printed: the text says the same.
fn pdf(acceptance: &office::Acceptance) -> Option<Vec<u8>> {
    let printer = print::printer()?;
    match printer.print(&acceptance.document()) {
        Ok(printed) => {
            for finding in &printed.findings {
                say(finding);
            }
            Some(printed.pdf)
        }
        Err(why) => {
            say(&format!("検収書のPDFは入れていません（{why}）。同じ内容の検収書.mdがあります"));
            None
        }
    }
}
