//! A household in one look, and from there to every movement.

use askama::Template;
use serde_json::json;

use super::residents::Row;
use super::{Shell, json};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;

/// A movement that can be begun from here.
struct Movement {
    href: String,
    title: &'static str,
    key: char,
}

/// A 仮登録 that waits in this household.
struct Pending {
    no: String,
    title: String,
    summary: String,
}

#[derive(Template)]
#[template(path = "household.html")]
struct Page {
    shell: Shell,
    no: String,
    closed: bool,
    headless: bool,
    /// Address and postcode are hidden, because a protected person lives here.
    concealed: bool,
    head_name: String,
    address: String,
    postcode: String,
    formed_on: String,
    members: Vec<Row>,
    former_count: usize,
    pending: Vec<Pending>,
    movements: Vec<Movement>,
    other_movements: Vec<Movement>,
    certificates: Vec<Movement>,
    /// Functions that take no persons of this household, such as a birth.
    joining: Vec<Movement>,
    print: Option<String>,
}

/// Movements of members, in the order of the function table, with their access keys.
const MOVEMENTS: &[(&str, char)] = &[
    ("resident-register/move-out", 'o'),
    ("resident-register/death", 'd'),
    ("resident-register/move-within", 'w'),
    ("resident-register/head-change", 'h'),
];

/// Movements that are rarer; they stand behind the others.
const OTHER_MOVEMENTS: &[&str] = &[
    "resident-register/correction",
    "resident-register/household-change",
    "resident-register/member-order",
    "resident-register/former-name",
    "resident-register/alias",
    "resident-register/nationality",
    "resident-register/number-change",
    "resident-register/ex-officio-deletion",
    "resident-register/move-in-notice",
    "resident-register/renewal",
    "resident-register/cancel",
];

/// Certificates and letters beside the copy of the record.
const CERTIFICATES: &[&str] = &[
    "resident-register/issue-former-copy",
    "resident-register/issue-items",
    "resident-register/issue-former-items",
    "resident-register/issue-move-out-certificate",
    "resident-register/issue-move-out-substitute",
    "resident-register/issue-letter",
];

/// Movements that add somebody to the household.
const JOINING: &[(&str, char)] = &[("resident-register/move-in", 'i'), ("resident-register/birth", 'b')];

/// A household.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let no = visit.param("no");
    let data = visit.ask("resident-register/household", &json!({ "household_no": no }))?;
    let today = visit.office().today();
    let listed = json::list(&data, "members");
    let members: Vec<Row> = listed.iter().map(|member| Row::of(member, today)).collect();
    let mut pending: Vec<Pending> = Vec::new();
    for member in listed {
        let one = Pending {
            no: json::inner(member, "pending", "provisional_no"),
            title: json::inner(member, "pending", "title"),
            summary: json::inner(member, "pending", "summary"),
        };
        if !one.no.is_empty() && !pending.iter().any(|known| known.no == one.no) {
            pending.push(one);
        }
    }
    let closed = json::flag(&data, "closed");
    let begun = |known: &[(&str, char)], query: &str| -> Vec<Movement> {
        known
            .iter()
            .filter(|_| !closed)
            .filter_map(|(id, key)| {
                let (_, function) = visit.office().function(id)?;
                visit.may(id).then(|| Movement {
                    href: format!("/f/{id}{query}"),
                    title: function.title,
                    key: *key,
                })
            })
            .collect()
    };
    // Also of a household that is closed: who was deleted can be put back.
    let offered = |ids: &[&str]| -> Vec<Movement> {
        let one = |id: &&str| {
            let (_, function) = visit.office().function(id)?;
            visit.may(id).then(|| Movement { href: format!("/f/{id}"), title: function.title, key: ' ' })
        };
        ids.iter().filter_map(one).collect()
    };
    let may_print = visit.office().function("resident-register/issue-copy").is_some()
        && visit.may("resident-register/issue-copy");
    let page = Page {
        shell: Shell::here(visit).above("住民基本台帳"),
        no: no.to_owned(),
        closed,
        headless: json::flag(&data, "headless"),
        concealed: json::flag(&data, "concealed"),
        head_name: json::text(&data, "head_name"),
        address: json::text(&data, "address"),
        postcode: json::text(&data, "postcode"),
        formed_on: json::text(&data, "formed_on"),
        former_count: members.iter().filter(|member| member.deleted).count(),
        members,
        pending,
        movements: begun(MOVEMENTS, ""),
        other_movements: offered(OTHER_MOVEMENTS),
        certificates: offered(CERTIFICATES),
        joining: begun(JOINING, &format!("?household_no={no}&_household={no}")),
        print: may_print.then(|| "/f/resident-register/issue-copy".to_owned()),
    };
    Reply::page(&page)
}
