//! Sending again (再送): what would go is shown first.

use askama::Template;
use axum::http::StatusCode;
use office::{Resend, RunError};
use system::Finding;

use super::Shell;
use super::link::unknown;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::grouped;

#[derive(Template)]
#[template(path = "resend.html")]
struct Page {
    shell: Shell,
    link: String,
    since: String,
    /// Rows that would go, and what one delivery may carry; empty before it was asked.
    rows: String,
    rows_max: String,
    fits: bool,
    findings: Vec<Finding>,
}

/// Asks for the number, shows what would go, and on confirmation asks for the run.
pub(crate) fn now(visit: &Visit) -> Result<Reply, Problem> {
    let mut page = page(visit)?;
    let Ok(since) = page.since.parse::<u64>() else {
        return refused(page, vec![not_a_number()]);
    };
    let id = visit.param("id");
    let confirmed = !value_of(&visit.form, "confirmed").is_empty();
    let done = if confirmed {
        visit.office().resend(&visit.caller()?, id, since)
    } else {
        visit.office().resend_preview(id, since)
    };
    match done {
        Ok(_) if confirmed => Ok(Reply::see_other(&format!("/links/{id}"))),
        Ok(Resend { rows, rows_max, fits, .. }) => {
            page.rows = grouped(rows);
            page.rows_max = grouped(u64::from(rows_max));
            page.fits = fits;
            Reply::page(&page)
        }
        Err(RunError::Refused(findings)) => refused(page, findings),
        Err(other) => Err(other.into()),
    }
}

/// Puts the kept bytes of one delivery in their place once more.
pub(crate) fn as_sent(visit: &Visit) -> Result<Reply, Problem> {
    let page = page(visit)?;
    let Ok(no) = visit.param("no").parse::<u64>() else {
        return refused(page, vec![not_a_number()]);
    };
    let id = visit.param("id");
    match visit.office().resend_as_sent(&visit.caller()?, id, (no, no)) {
        Ok(_) => Ok(Reply::see_other(&format!("/links/{id}/{no}"))),
        Err(RunError::Refused(findings)) => refused(page, findings),
        Err(other) => Err(other.into()),
    }
}

fn page(visit: &Visit) -> Result<Page, Problem> {
    let id = visit.param("id");
    let view = visit.office().link_view(id)?.ok_or_else(|| unknown(id))?;
    Ok(Page {
        shell: Shell::titled(visit, &view.title).above("再送"),
        link: id.to_owned(),
        since: value_of(&visit.form, "since").trim().to_owned(),
        rows: String::new(),
        rows_max: String::new(),
        fits: false,
        findings: Vec::new(),
    })
}

fn refused(mut page: Page, findings: Vec<Finding>) -> Result<Reply, Problem> {
    page.findings = findings;
    Reply::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn not_a_number() -> Finding {
    let message = "配信の番号は数字です。";
    Finding::error("R008", "since", "配信番号", message, "配信の一覧にある番号を入れてください。")
}
