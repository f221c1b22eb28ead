//! Groups (所属・職務): the list, the form, the button that removes one.

use askama::Template;
use axum::http::StatusCode;
use office::{Group, RunError};
use system::Finding;

use super::Shell;
use super::rights_tree::{self, Tree};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

struct Row {
    id: String,
    name: String,
    note: String,
    members: usize,
    rights: Vec<String>,
}

#[derive(Template)]
#[template(path = "groups.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
}

/// All groups.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let staffing = office.staffing()?;
    let today = office.today();
    let rows = staffing.groups.values().map(|group| Row {
        members: staffing.users.values().filter(|user| user.placed(today).groups.contains(&group.id)).count(),
        id: group.id.clone(),
        name: group.name.clone(),
        note: group.note.clone(),
        rights: group.rights.0.iter().map(|right| rights_tree::named(office, right)).collect(),
    });
    Reply::page(&List { shell: Shell::here(visit), rows: rows.collect() })
}

#[derive(Template)]
#[template(path = "group_form.html")]
struct Form {
    shell: Shell,
    is_new: bool,
    action: String,
    button: &'static str,
    findings: Vec<Finding>,
    group: Group,
    tree: Tree,
}

impl Form {
    fn said(&self, path: &str) -> Vec<&Finding> {
        self.findings.iter().filter(|finding| finding.path == path).collect()
    }

    fn wrong(&self, path: &str) -> bool {
        !self.said(path).is_empty()
    }
}

fn form(visit: &Visit, group: Group, is_new: bool, findings: Vec<Finding>) -> Result<Reply, Problem> {
    let wrong = !findings.is_empty();
    let page = Form {
        shell: Shell::titled(visit, if is_new { "所属・職務の登録" } else { "所属・職務の変更" })
            .above("利用者"),
        is_new,
        action: if is_new { "/groups/new".to_owned() } else { format!("/groups/{}", group.id) },
        button: if is_new { "登録" } else { "変更" },
        findings,
        tree: Tree::of(visit.office(), &group.rights),
        group,
    };
    Reply::page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

fn load(visit: &Visit) -> Result<Group, Problem> {
    let id = visit.param("id");
    visit.office().staffing()?.groups.remove(id).ok_or_else(|| {
        Problem::not_found(format!("所属・職務「{id}」はありません。一覧から開いてください。"))
    })
}

fn sent(visit: &Visit, id: &str) -> Group {
    Group {
        id: id.to_owned(),
        name: value_of(&visit.form, "name").trim().to_owned(),
        note: value_of(&visit.form, "note").trim().to_owned(),
        rights: rights_tree::sent(&visit.form),
    }
}

/// The form for a new group.
pub(crate) fn new(visit: &Visit) -> Result<Reply, Problem> {
    let group = Group {
        id: String::new(),
        name: String::new(),
        note: String::new(),
        rights: office::Rights::default(),
    };
    form(visit, group, true, Vec::new())
}

/// The form for a group as it is.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    form(visit, load(visit)?, false, Vec::new())
}

/// Makes a group.
pub(crate) fn create(visit: &Visit) -> Result<Reply, Problem> {
    let group = sent(visit, value_of(&visit.form, "id").trim());
    let done = visit.office().save_group(&visit.caller()?, &group, true);
    answered(visit, group, true, done)
}

/// Changes a group.
pub(crate) fn update(visit: &Visit) -> Result<Reply, Problem> {
    let group = sent(visit, &load(visit)?.id);
    let done = visit.office().save_group(&visit.caller()?, &group, false);
    answered(visit, group, false, done)
}

/// Removes a group nobody has.
pub(crate) fn remove(visit: &Visit) -> Result<Reply, Problem> {
    let group = load(visit)?;
    let done = visit.office().remove_group(&visit.caller()?, &group.id);
    answered(visit, group, false, done)
}

fn answered(visit: &Visit, group: Group, is_new: bool, done: Result<(), RunError>) -> Result<Reply, Problem> {
    match done {
        Ok(()) => Ok(Reply::see_other("/groups")),
        Err(RunError::Refused(findings)) => form(visit, group, is_new, findings),
        Err(error) => Err(error.into()),
    }
}
