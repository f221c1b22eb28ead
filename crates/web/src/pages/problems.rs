//! Problems as pages: what happened just now, and the standing page about each kind.

use askama::Template;
use axum::http::StatusCode;
use system::Finding;

use super::Shell;
use crate::house::House;
use crate::problem::{PROBLEMS, Problem};
use crate::reply::Reply;
use crate::visit::{Staff, Visit};

#[derive(Template)]
#[template(path = "problem.html")]
struct Happened<'a> {
    shell: Shell,
    code: &'a str,
    detail: &'a str,
    number: &'a str,
    findings: &'a [Finding],
    login: bool,
}

/// The page that tells of one problem.
pub(crate) fn page(house: &House, staff: Option<&Staff>, problem: &Problem) -> Result<Reply, Problem> {
    let page = Happened {
        shell: Shell::of(house, staff, "", problem.title()),
        code: problem.code(),
        detail: problem.detail(),
        number: problem.number(),
        findings: problem.findings(),
        login: problem.status() == StatusCode::UNAUTHORIZED,
    };
    Reply::page_with(problem.status(), &page)
}

#[derive(Template)]
#[template(path = "problems.html")]
struct Listed {
    shell: Shell,
    kinds: Vec<(&'static str, &'static str, u16)>,
}

/// All kinds of problems.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let kinds = PROBLEMS.iter().map(|kind| (kind.code, kind.title, kind.status)).collect();
    Reply::page(&Listed { shell: Shell::here(visit), kinds })
}

/// A line of a page about a kind of problem.
pub(crate) enum Line {
    Heading(String),
    Text(String),
    Item(String),
}

#[derive(Template)]
#[template(path = "problem_kind.html")]
struct About {
    shell: Shell,
    code: &'static str,
    status: u16,
    lines: Vec<Line>,
}

/// The page about one kind of problem.
pub(crate) fn one(visit: &Visit) -> Result<Reply, Problem> {
    let code = visit.param("code");
    let kind = PROBLEMS
        .iter()
        .find(|kind| kind.code == code)
        .ok_or_else(|| Problem::not_found(format!("「{code}」というエラーはありません。")))?;
    let shell = Shell::titled(visit, kind.title).above("エラーの説明");
    Reply::page(&About { shell, code: kind.code, status: kind.status, lines: lines(kind.page) })
}

/// The little Markdown these pages use: second-level headings, list items, paragraphs of one line. The first heading is
/// the title, which the header shows.
fn lines(page: &str) -> Vec<Line> {
    page.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with("# "))
        .map(|line| match (line.strip_prefix("## "), line.strip_prefix("- ")) {
            (Some(heading), _) => Line::Heading(heading.to_owned()),
            (None, Some(item)) => Line::Item(item.to_owned()),
            (None, None) => Line::Text(line.to_owned()),
        })
        .collect()
}
