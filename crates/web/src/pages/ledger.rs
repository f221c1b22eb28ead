//! What a day should have brought over each link, and what it did (連携の日計).

use askama::Template;
use domain::Date;
use office::LedgerLine;

use super::Shell;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::grouped;

struct Row {
    link: String,
    title: String,
    expected: String,
    made: u64,
    rows: String,
    held: u64,
    applied: u64,
    confirmed: String,
    wrong: String,
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct Page {
    shell: Shell,
    day: String,
    before: String,
    after: String,
    quiet: bool,
    rows: Vec<Row>,
    wrong: usize,
    total: String,
}

/// One day.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let asked = value_of(&visit.query, "day").trim();
    let day: Date = match asked {
        "" => office.today(),
        asked => asked.parse().map_err(|_| {
            Problem::unreadable(format!(
                "「{asked}」は日付として読めません。2026-04-01 の形で入れてください。"
            ))
        })?,
    };
    // Links that had nothing to do that day are left out unless they are asked for.
    let all = !value_of(&visit.query, "all").is_empty();
    let lines = office.ledger(day)?;
    let wrong = lines.iter().filter(|line| !line.wrong.is_empty()).count();
    let total: u64 = lines.iter().map(|line| line.rows).sum();
    let is_shown = |line: &&LedgerLine| all || line.expected + line.made > 0 || !line.wrong.is_empty();
    let shown = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    Reply::page(&Page {
        shell: Shell::here(visit).above("庁内データ連携"),
        day: day.to_string(),
        before: shown(day.yesterday().ok()),
        after: shown(day.tomorrow().ok().filter(|next| *next <= office.today())),
        quiet: !all,
        rows: lines
            .iter()
            .filter(is_shown)
            .map(|line| Row {
                link: line.link.clone(),
                title: line.title.clone(),
                expected: if line.expected == 0 { String::new() } else { line.expected.to_string() },
                made: line.made,
                rows: grouped(line.rows),
                held: line.held,
                applied: line.applied,
                confirmed: grouped(line.confirmed),
                wrong: line.wrong.clone(),
            })
            .collect(),
        wrong,
        total: grouped(total),
    })
}
