//! The history of a record as a line of time: each row with what it changed.

use askama::Template;
use serde_json::{Value, json};

use super::residents::{Group, groups, holds_name};
use super::{Shell, json};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;
use crate::words::moment;

/// An item before and after.
pub(crate) struct Change {
    pub(crate) title: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) is_name: bool,
}

/// The changes of a row.
pub(crate) fn changes(row: &Value) -> Vec<Change> {
    json::list(row, "changes")
        .iter()
        .map(|change| Change {
            title: json::text(change, "title"),
            before: json::text(change, "before"),
            after: json::text(change, "after"),
            is_name: holds_name(&json::text(change, "name")),
        })
        .collect()
}

/// One row of the record.
struct Entry {
    no: String,
    reason: String,
    event_date: String,
    notified_on: String,
    processed_on: String,
    basis: String,
    operator: String,
    recorded_at: String,
    position: String,
    changes: Vec<Change>,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "history.html")]
struct Page {
    shell: Shell,
    no: String,
    name: String,
    entries: Vec<Entry>,
}

/// The history of one person.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let no = visit.param("no");
    let data = visit.ask("resident-register/history", &json!({ "addressee_no": no }))?;
    let rows = json::list(&data, "rows");
    let entries = rows.iter().map(entry).collect();
    let newest = rows.first().map(groups).unwrap_or_default();
    let name = newest.iter().flat_map(|group| &group.items).find(|item| item.title == "氏名");
    let page = Page {
        shell: Shell::here(visit).above("住民基本台帳"),
        no: no.to_owned(),
        name: name.map(|item| item.value.clone()).unwrap_or_default(),
        entries,
    };
    Reply::page(&page)
}

fn entry(row: &Value) -> Entry {
    let text = |name: &str| json::text(row, name);
    let recorded_at = text("recorded_at");
    Entry {
        no: text("history_no"),
        reason: text("movement_reason"),
        event_date: text("event_date"),
        notified_on: text("notified_on"),
        processed_on: text("processed_on"),
        basis: text("basis"),
        operator: text("operator"),
        recorded_at: recorded_at.parse().map(moment).unwrap_or(recorded_at),
        position: text("position"),
        changes: changes(row),
        groups: groups(row),
    }
}
