//! The form of a user (利用者の登録・変更・予約).

use askama::Template;
use axum::http::StatusCode;
use domain::Date;
use office::{Group, RunError, UserDraft};
use system::Finding;

use super::Shell;
use super::rights_tree::{self, Tree};
use super::users::{back, issued, load};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Pairs, Visit, value_of, values_of};

/// What a form of a user is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    New,
    Change,
    Schedule,
}

/// A group with its box.
struct GroupChoice {
    id: String,
    name: String,
    note: String,
    checked: bool,
}

#[derive(Template)]
#[template(path = "user_form.html")]
struct Form {
    shell: Shell,
    action: String,
    back: String,
    button: &'static str,
    is_new: bool,
    is_scheduled: bool,
    findings: Vec<Finding>,
    id: String,
    name: String,
    department: String,
    on: String,
    valid_from: String,
    valid_until: String,
    machine: bool,
    groups: Vec<GroupChoice>,
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

/// What was typed, before it is known to be dates.
struct Typed {
    draft: UserDraft,
    on: String,
    from: String,
    until: String,
}

impl Typed {
    fn sent(pairs: &Pairs, id: &str) -> Self {
        let text = |name: &str| value_of(pairs, name).trim_matches([' ', '\u{3000}', '\t']).to_owned();
        let (from, until) = (text("valid_from"), text("valid_until"));
        let draft = UserDraft {
            id: id.to_owned(),
            name: text("name"),
            department: text("department"),
            groups: values_of(pairs, "group"),
            rights: rights_tree::sent(pairs),
            valid_from: day(&from).unwrap_or_default(),
            valid_until: day(&until).unwrap_or_default(),
            machine: value_of(pairs, "machine") == "1",
        };
        Self { draft, on: text("on"), from, until }
    }

    /// Dates that do not read.
    fn findings(&self) -> Vec<Finding> {
        [
            ("on", "適用日", &self.on),
            ("valid_from", "有効期間の初め", &self.from),
            ("valid_until", "有効期間の終わり", &self.until),
        ]
        .into_iter()
        .filter(|(_, _, text)| day(text).is_none())
        .map(|(path, item, text)| {
            let what = format!("「{text}」は日付として読めません。");
            Finding::error("U017", path, item, what, "R9.4.1 か 2027-04-01 のように入れてください。")
        })
        .collect()
    }
}

/// A day as a browser sends it or as people write it; no day when nothing was typed, none at all when it does not read.
pub(crate) fn day(text: &str) -> Option<Option<Date>> {
    if text.is_empty() {
        return Some(None);
    }
    let read = text.parse::<Date>().ok().or_else(|| domain::parse_input(text).ok()?.known());
    read.map(Some)
}

fn form(visit: &Visit, purpose: Purpose, typed: Typed, findings: Vec<Finding>) -> Result<Reply, Problem> {
    let staffing = visit.office().staffing()?;
    let id = visit.param("id");
    let user = match purpose {
        Purpose::New => None,
        Purpose::Change | Purpose::Schedule => Some(load(visit, &staffing)?),
    };
    let groups = staffing.groups.values().map(|group: &Group| GroupChoice {
        id: group.id.clone(),
        name: group.name.clone(),
        note: group.note.clone(),
        checked: typed.draft.groups.contains(&group.id),
    });
    let (title, action, button) = match purpose {
        Purpose::New => ("利用者の登録", "/users/new".to_owned(), "登録"),
        Purpose::Change => ("利用者の変更", format!("/users/{id}/change"), "変更"),
        Purpose::Schedule => ("変更の予約", format!("/users/{id}/schedule"), "予約"),
    };
    let wrong = !findings.is_empty();
    let page = Form {
        shell: Shell::titled(visit, title).above(
            &user.map_or_else(|| "利用者".to_owned(), |user| format!("利用者　{}（{}）", user.name, user.id)),
        ),
        action,
        back: if purpose == Purpose::New { "/users".to_owned() } else { format!("/users/{id}") },
        button,
        is_new: purpose == Purpose::New,
        is_scheduled: purpose == Purpose::Schedule,
        findings,
        id: typed.draft.id,
        name: typed.draft.name,
        department: typed.draft.department,
        on: typed.on,
        valid_from: typed.from,
        valid_until: typed.until,
        machine: typed.draft.machine,
        groups: groups.collect(),
        tree: Tree::of(visit.office(), &typed.draft.rights),
    };
    Reply::page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// The form as the record stands.
fn standing(visit: &Visit) -> Result<Typed, Problem> {
    let staffing = visit.office().staffing()?;
    let user = load(visit, &staffing)?;
    let text = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    Ok(Typed {
        on: String::new(),
        from: text(user.valid_from),
        until: text(user.valid_until),
        draft: UserDraft::of(&user, visit.office().today()),
    })
}

/// The form for a new user.
pub(crate) fn new(visit: &Visit) -> Result<Reply, Problem> {
    form(visit, Purpose::New, Typed::sent(&Pairs::new(), ""), Vec::new())
}

/// The form for a user as it is now.
pub(crate) fn change(visit: &Visit) -> Result<Reply, Problem> {
    form(visit, Purpose::Change, standing(visit)?, Vec::new())
}

/// The form for a change on a day to come.
pub(crate) fn schedule(visit: &Visit) -> Result<Reply, Problem> {
    form(visit, Purpose::Schedule, standing(visit)?, Vec::new())
}

/// Takes what a form sent, or shows it again with what is wrong.
fn take(
    visit: &Visit,
    purpose: Purpose,
    id: &str,
    done: impl FnOnce(&Typed) -> Result<Reply, RunError>,
) -> Result<Reply, Problem> {
    let typed = Typed::sent(&visit.form, id);
    let unread = typed.findings();
    if !unread.is_empty() {
        return form(visit, purpose, typed, unread);
    }
    match done(&typed) {
        Ok(reply) => Ok(reply),
        Err(RunError::Refused(findings)) => form(visit, purpose, typed, findings),
        Err(error) => Err(error.into()),
    }
}

/// Makes a user and shows the initial password, this once.
pub(crate) fn create(visit: &Visit) -> Result<Reply, Problem> {
    let caller = visit.caller()?;
    let id = value_of(&visit.form, "id").trim().to_owned();
    let mut initial = None;
    let reply = take(visit, Purpose::New, &id, |typed| {
        let password = visit.office().create_user(&caller, &typed.draft)?;
        // A program has no use for one.
        initial = Some(password).filter(|_| !typed.draft.machine);
        Ok(Reply::see_other(&format!("/users/{id}")))
    })?;
    match initial {
        Some(password) => issued(visit, &id, &password),
        None => Ok(reply),
    }
}

/// Changes a user.
pub(crate) fn update(visit: &Visit) -> Result<Reply, Problem> {
    let caller = visit.caller()?;
    take(visit, Purpose::Change, visit.param("id"), |typed| {
        visit.office().update_user(&caller, &typed.draft)?;
        Ok(back(visit))
    })
}

/// Enters a change for a day to come.
pub(crate) fn plan(visit: &Visit) -> Result<Reply, Problem> {
    let caller = visit.caller()?;
    take(visit, Purpose::Schedule, visit.param("id"), |typed| {
        visit.office().schedule_user(&caller, day(&typed.on).flatten(), &typed.draft)?;
        Ok(back(visit))
    })
}
