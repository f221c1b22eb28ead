//! Questions over links (連携による照会): which there are, and one of them asked.

use askama::Template;
use axum::http::StatusCode;
use catalog::Delivery;
use office::{Answered, RunError};
use system::Finding;
use transport::Question;

use super::Shell;
use super::link::unknown;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::grouped;

/// One link over which questions are asked.
struct Way {
    id: String,
    title: String,
    asked: String,
    asking: String,
    most: u32,
}

#[derive(Template)]
#[template(path = "inquiries.html")]
struct Ways {
    shell: Shell,
    q: String,
    ways: Vec<Way>,
}

/// One item of a row that was answered.
struct Item {
    title: String,
    value: String,
}

/// One person or thing that was found.
struct Found {
    subject: String,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "inquiry.html")]
struct Page {
    shell: Shell,
    way: Way,
    subjects: String,
    purpose: String,
    findings: Vec<Finding>,
    /// Number of the answer; empty before one was asked for.
    no: String,
    found: Vec<Found>,
    missing: Vec<String>,
}

/// The links that answer.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let q = value_of(&visit.query, "q").trim().to_owned();
    let mut ways: Vec<Way> = visit.office().links().all().iter().filter_map(|own| way(visit, own)).collect();
    ways.retain(|way| [&way.title, &way.asked, &way.asking, &way.id].iter().any(|text| text.contains(&q)));
    ways.sort_by(|one, other| {
        (&one.asking, &one.asked, &one.id).cmp(&(&other.asking, &other.asked, &other.id))
    });
    Reply::page(&Ways { shell: Shell::here(visit), q, ways })
}

/// The form of one link.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    Reply::page(&page(visit)?)
}

/// Asks, and shows what was answered.
pub(crate) fn ask(visit: &Visit) -> Result<Reply, Problem> {
    let mut page = page(visit)?;
    page.subjects = value_of(&visit.form, "subjects").to_owned();
    page.purpose = value_of(&visit.form, "purpose").to_owned();
    let subjects = page.subjects.split([' ', '\u{3000}', ',', '、', '\n', '\r', '\t']);
    let subjects = subjects.filter(|subject| !subject.is_empty()).map(str::to_owned).collect();
    let question = Question { subjects, purpose: page.purpose.trim().to_owned() };
    match visit.office().ask(&visit.caller()?, visit.param("id"), &question) {
        Ok(answered) => {
            page.fill(&question, answered);
            Reply::page(&page)
        }
        Err(RunError::Refused(findings)) => {
            page.findings = findings;
            Reply::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

fn page(visit: &Visit) -> Result<Page, Problem> {
    let id = visit.param("id");
    let own = visit.office().links().get(id).and_then(|own| way(visit, own)).ok_or_else(|| unknown(id))?;
    Ok(Page {
        shell: Shell::titled(visit, &own.title).above("連携による照会"),
        way: own,
        subjects: value_of(&visit.query, "subjects").to_owned(),
        purpose: String::new(),
        findings: Vec::new(),
        no: String::new(),
        found: Vec::new(),
        missing: Vec::new(),
    })
}

fn way(visit: &Visit, running: &office::RunningLink) -> Option<Way> {
    let link = &running.link;
    let Delivery::Inquiry { subjects_max, .. } = &link.delivery else { return None };
    let name = |id: &str| {
        visit.office().links().system(id).map_or_else(|| id.to_owned(), |system| system.name.clone())
    };
    Some(Way {
        id: link.id.clone(),
        title: link.title.clone(),
        asked: name(&link.source),
        asking: name(&link.target),
        most: *subjects_max,
    })
}

impl Page {
    fn fill(&mut self, question: &Question, answered: Answered) {
        let Answered { no, titles, answer } = answered;
        self.no = grouped(no);
        // Rows come in the order of the question, without those that are missing.
        let asked = question.subjects.iter().filter(|subject| !answer.missing.contains(subject));
        self.found = asked
            .zip(answer.rows)
            .map(|(subject, row)| Found {
                subject: subject.clone(),
                items: titles
                    .iter()
                    .zip(row)
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(title, value)| Item { title: title.clone(), value })
                    .collect(),
            })
            .collect();
        self.missing = answer.missing;
    }
}
