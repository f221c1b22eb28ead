//! What a link is accepted by (検収), and the pack that is handed over.

use askama::Template;
use domain::Date;
use jiff::Span;
use office::{Acceptance, Outcome, Verdict};

use super::Shell;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// Days looked back over when nobody says.
const DAYS: i64 = 30;

struct Row {
    number: usize,
    title: &'static str,
    required: String,
    seen: String,
    verdict: &'static str,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "acceptance.html")]
struct Page {
    shell: Shell,
    link: String,
    ends: String,
    from: String,
    to: String,
    outcome: &'static str,
    class: &'static str,
    summary: String,
    rows: Vec<Row>,
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "good",
        Verdict::NotAsked => "quiet",
        Verdict::Review | Verdict::Untried => "busy",
        Verdict::Failed => "bad",
    }
}

/// The checks.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let acceptance = accepted(visit)?;
    let rows = (1..).zip(&acceptance.checks).map(|(number, check)| Row {
        number,
        title: check.title,
        required: check.required.clone(),
        seen: check.seen.clone(),
        verdict: check.verdict.label(),
        class: class(check.verdict),
    });
    Reply::page(&Page {
        shell: Shell::titled(visit, &acceptance.link.title).above("連携の検収"),
        link: acceptance.link.id.clone(),
        ends: format!("{} → {}", acceptance.link.source, acceptance.link.target),
        from: acceptance.from.to_string(),
        to: acceptance.to.to_string(),
        outcome: acceptance.outcome().label(),
        class: match acceptance.outcome() {
            Outcome::Accepted => "good",
            Outcome::Conditional => "busy",
            Outcome::Rejected => "bad",
        },
        summary: acceptance.summary(),
        rows: rows.collect(),
    })
}

/// The pack as a ZIP file.
pub(crate) fn pack(visit: &Visit) -> Result<Reply, Problem> {
    let acceptance = accepted(visit)?;
    // Where it cannot be printed the paper is there as text, as the page says.
    let printed =
        visit.house.desk.printer.as_ref().and_then(|printer| printer.print(&acceptance.document()).ok());
    let files = visit.office().acceptance_pack(&acceptance, printed.map(|printed| printed.pdf));
    let bytes =
        packing::bundle(&files).map_err(|error| Problem::fault("an acceptance was not packed", &error))?;
    Ok(Reply::zip(bytes, &format!("{}-{}.zip", acceptance.link.id, acceptance.to)))
}

/// The acceptance the address asks for.
fn accepted(visit: &Visit) -> Result<Acceptance, Problem> {
    let office = visit.office();
    let day = |name: &str, otherwise: Date| -> Result<Date, Problem> {
        match value_of(&visit.query, name).trim() {
            "" => Ok(otherwise),
            asked => asked.parse().map_err(|_| {
                Problem::unreadable(format!(
                    "「{asked}」は日付として読めません。2026-04-01 の形で入れてください。"
                ))
            }),
        }
    };
    let to = day("to", office.today())?;
    let from = day("from", to.saturating_sub(Span::new().days(DAYS)))?;
    Ok(office.accept(&visit.caller()?, visit.param("id"), (from, to), None)?)
}
