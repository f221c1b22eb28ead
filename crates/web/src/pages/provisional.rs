//! The review queue (審査): what waits to become final, with what it would change.

use askama::Template;
use axum::http::StatusCode;
use office::{RunError, RunOptions};
use serde_json::{Value, json};
use system::Finding;

use super::history::{Change, changes};
use super::{Shell, done, json};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of, values_of};
use crate::words::moment;

/// One 仮登録.
pub(crate) struct Entry {
    no: String,
    title: String,
    summary: String,
    entered_by: String,
    entered_at: String,
    own: bool,
    /// Whether it is about somebody whose address must not be shown (支援措置).
    concealed: bool,
    status: String,
    status_label: String,
    targets: Vec<String>,
    households: Vec<String>,
    ended_by: String,
    ended_at: String,
    findings: Vec<Finding>,
}

impl Entry {
    fn of(value: &Value) -> Self {
        let text = |name: &str| json::text(value, name);
        let time = |name: &str| {
            let at = text(name);
            at.parse().map(moment).unwrap_or(at)
        };
        let texts = |name: &str| {
            json::list(value, name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            no: text("provisional_no"),
            title: text("title"),
            summary: text("summary"),
            entered_by: text("entered_by"),
            entered_at: time("entered_at"),
            own: json::flag(value, "own"),
            concealed: json::flag(value, "concealed"),
            status: text("status"),
            status_label: text("status_label"),
            targets: texts("targets"),
            households: texts("households"),
            ended_by: text("ended_by"),
            ended_at: time("ended_at"),
            findings: value
                .get("findings")
                .and_then(|findings| serde_json::from_value(findings.clone()).ok())
                .unwrap_or_default(),
        }
    }
}

/// What stands in place of the changes.
const CONCEALED: &str = "支援措置の対象者を含むため、自分で入力したものの変更前・変更後は表示しません。\
                         審査者か、「支援対象者照会」の権限を持つ人が確かめてください。";

/// The states a list can be asked for.
const STATES: &[(&str, &str)] = &[("open", "仮登録中"), ("final", "本登録済"), ("discarded", "取消済")];

#[derive(Template)]
#[template(path = "provisional_list.html")]
struct List {
    shell: Shell,
    states: Vec<(&'static str, &'static str, bool)>,
    open: bool,
    rows: Vec<Entry>,
}

fn listed(visit: &Visit, status: &str) -> Result<Vec<Entry>, Problem> {
    let data = visit.ask("resident-register/provisional-list", &json!({ "status": status }))?;
    Ok(json::list(&data, "rows").iter().map(Entry::of).collect())
}

/// The queue.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let asked = value_of(&visit.query, "status");
    let status = STATES.iter().map(|(code, _)| *code).find(|code| *code == asked).unwrap_or("open");
    let page = List {
        shell: Shell::here(visit).above("住民基本台帳"),
        states: STATES.iter().map(|&(code, label)| (code, label, code == status)).collect(),
        open: status == "open",
        rows: listed(visit, status)?,
    };
    Reply::page(&page)
}

/// What the movement would make of one person.
struct Planned {
    heading: String,
    changes: Vec<Change>,
}

/// A notice that goes out with it.
struct Sent {
    addressee_no: String,
    notice: String,
    category: String,
    to: String,
}

#[derive(Template)]
#[template(path = "provisional.html")]
struct One {
    shell: Shell,
    entry: Entry,
    open: bool,
    errors: Vec<Finding>,
    alerts: Vec<(Finding, String, bool)>,
    message: String,
    planned: Vec<Planned>,
    /// Why the changes are not shown; empty when they are.
    concealed: &'static str,
    sent: Vec<Sent>,
    may_finalize: bool,
    may_discard: bool,
}

/// One 仮登録, with what 本登録 would do today.
pub(crate) fn one(visit: &Visit) -> Result<Reply, Problem> {
    page(visit, None).and_then(|page| Reply::page(&page))
}

fn find(visit: &Visit) -> Result<Entry, Problem> {
    let no = visit.param("no");
    for (status, _) in STATES {
        if let Some(entry) = listed(visit, status)?.into_iter().find(|entry| entry.no == no) {
            return Ok(entry);
        }
    }
    Err(Problem::not_found(format!("受付番号{no}の仮登録はありません。仮登録審査の一覧で確かめてください。")))
}

fn page(visit: &Visit, refused: Option<Vec<Finding>>) -> Result<One, Problem> {
    let entry = find(visit)?;
    let open = entry.status == "open";
    let may_finalize = visit.may("resident-register/finalize");
    let (mut findings, mut planned, mut message) = (Vec::new(), Vec::new(), String::new());
    let (mut sent, mut concealed) = (Vec::new(), "");
    if open && may_finalize {
        // A rehearsal: decides on the registers as they are now and writes nothing.
        let options = RunOptions { dry_run: true, ..RunOptions::default() };
        let input = json!({ "provisional_no": entry.no });
        match visit.try_run("resident-register/finalize", &input, &options)? {
            Ok(ran) => {
                let data = ran.answer.map(|answer| answer.data).unwrap_or_default();
                // Entering something for somebody is no way to see where they live. Another person's review is one.
                if entry.concealed && entry.own && !visit.may("resident-register/protected-person") {
                    concealed = CONCEALED;
                } else {
                    planned = json::list(&data, "rows").iter().map(plan).collect();
                    sent = json::list(&data, "notices").iter().map(notice).collect();
                    if !ran.findings.iter().any(Finding::stops) {
                        message = ran.message;
                    }
                }
                findings = ran.findings;
            }
            Err(RunError::Refused(refusals)) => findings = refusals,
            Err(other) => return Err(other.into()),
        }
    }
    let confirmed = values_of(&visit.form, "_confirm");
    let (errors, alerts): (Vec<Finding>, Vec<Finding>) =
        refused.unwrap_or(findings).into_iter().partition(Finding::stops);
    let alerts = alerts
        .into_iter()
        .map(|alert| {
            let confirmation = alert.confirmation();
            let ticked = confirmed.contains(&confirmation);
            (alert, confirmation, ticked)
        })
        .collect();
    Ok(One {
        shell: Shell::here(visit).above("住民基本台帳"),
        open,
        errors,
        alerts,
        message,
        planned,
        concealed,
        sent,
        may_finalize,
        may_discard: visit.may("resident-register/discard"),
        entry,
    })
}

fn plan(row: &Value) -> Planned {
    let text = |name: &str| json::text(row, name);
    Planned { heading: format!("{}（{}）", text("name"), text("addressee_no")), changes: changes(row) }
}

fn notice(row: &Value) -> Sent {
    let text = |name: &str| json::text(row, name);
    Sent {
        addressee_no: text("addressee_no"),
        notice: text("notice"),
        category: text("category"),
        to: text("notice_to"),
    }
}

/// Makes it final (本登録).
pub(crate) fn finalize(visit: &Visit) -> Result<Reply, Problem> {
    end(visit, "resident-register/finalize", &json!({ "provisional_no": visit.param("no") }))
}

/// Gives it up (取消).
pub(crate) fn discard(visit: &Visit) -> Result<Reply, Problem> {
    let reason = value_of(&visit.form, "reason");
    end(visit, "resident-register/discard", &json!({ "provisional_no": visit.param("no"), "reason": reason }))
}

fn end(visit: &Visit, id: &str, input: &Value) -> Result<Reply, Problem> {
    let options = RunOptions { confirmed: values_of(&visit.form, "_confirm"), dry_run: false };
    let Some((_, function)) = visit.office().function(id) else {
        return Err(Problem::not_found(format!("機能「{id}」はありません。")));
    };
    match visit.try_run(id, input, &options)? {
        Ok(ran) => done::keep(visit, function, ran),
        Err(RunError::Refused(findings)) => {
            Reply::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, Some(findings))?)
        }
        Err(other) => Err(other.into()),
    }
}
