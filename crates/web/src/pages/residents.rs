//! Finding residents, and the record of one.

use askama::Template;
use office::{RunError, RunOptions};
use serde_json::{Map, Value, json};
use system::Finding;

use super::{Shell, json};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::age_of_label;

/// Marks of a person's standing, as small labels beside the name.
pub(crate) struct Mark {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

/// One person in a table.
pub(crate) struct Row {
    pub(crate) addressee_no: String,
    pub(crate) household_no: String,
    pub(crate) name: String,
    pub(crate) alias: String,
    pub(crate) kana: String,
    pub(crate) birth: String,
    pub(crate) age: String,
    pub(crate) sex: String,
    pub(crate) relation: String,
    pub(crate) address: String,
    pub(crate) deleted: bool,
    pub(crate) is_head: bool,
    pub(crate) marks: Vec<Mark>,
}

impl Row {
    /// A person as an answer of the resident register tells them.
    pub(crate) fn of(value: &Value, today: domain::Date) -> Self {
        let text = |name: &str| json::text(value, name);
        let mut marks = Vec::new();
        let planned = text("moveout_planned_on");
        let former = !matches!(text("status").as_str(), "" | "1");
        if former {
            let word = if text("status") == "2" { "転出済".to_owned() } else { text("status_label") };
            marks.push(Mark { class: "gone", text: word });
        } else if !planned.is_empty() {
            marks.push(Mark { class: "planned", text: format!("{planned} 転出予定") });
        }
        let pending = json::inner(value, "pending", "title");
        if !pending.is_empty() {
            marks.push(Mark { class: "pending", text: format!("{pending} 仮登録中") });
        }
        // What the register itself marks: 支援, 抑止, 住所非表示.
        for mark in json::list(value, "marks").iter().filter_map(Value::as_str) {
            marks.push(Mark { class: "bad", text: mark.to_owned() });
        }
        let birth = text("birth_date");
        Self {
            addressee_no: text("addressee_no"),
            household_no: text("household_no"),
            name: text("name"),
            alias: text("alias_name"),
            kana: text("name_kana"),
            age: age_of_label(&birth, today)
                .filter(|_| !former)
                .map(|age| format!("{age}歳"))
                .unwrap_or_default(),
            birth,
            sex: text("sex"),
            relation: text("relation"),
            address: text("address"),
            deleted: former || json::flag(value, "deleted"),
            is_head: json::flag(value, "is_head"),
            marks,
        }
    }
}

/// The fields of the search beside the one box.
const FIELDS: &[(&str, &str)] = &[
    ("name", "氏名"),
    ("name_kana", "フリガナ"),
    ("birth_date", "生年月日"),
    ("address", "住所"),
    ("addressee_no", "宛名番号"),
    ("household_no", "世帯番号"),
];

/// A field of the search with what was asked.
struct Asked {
    name: &'static str,
    title: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "residents.html")]
struct Search {
    shell: Shell,
    q: String,
    former: bool,
    fields: Vec<Asked>,
    fields_open: bool,
    asked: bool,
    message: String,
    findings: Vec<Finding>,
    rows: Vec<Row>,
}

/// The search and what it found.
pub(crate) fn search(visit: &Visit) -> Result<Reply, Problem> {
    let mut input = Map::new();
    let names = FIELDS.iter().map(|(name, _)| *name).chain(["q"]);
    for name in names {
        let value = value_of(&visit.query, name).trim();
        if !value.is_empty() {
            input.insert(name.to_owned(), json!(value));
        }
    }
    let asked = !input.is_empty();
    let former = !value_of(&visit.query, "include_former").is_empty();
    if former {
        input.insert("include_former".to_owned(), json!(true));
    }
    let fields: Vec<Asked> = FIELDS
        .iter()
        .map(|(name, title)| Asked { name, title, value: value_of(&visit.query, name).to_owned() })
        .collect();
    let mut page = Search {
        shell: Shell::here(visit).above("住民基本台帳"),
        q: value_of(&visit.query, "q").to_owned(),
        former,
        fields_open: fields.iter().any(|field| !field.value.is_empty()),
        fields,
        asked,
        message: String::new(),
        findings: Vec::new(),
        rows: Vec::new(),
    };
    if asked {
        match visit.try_run("resident-register/search", &Value::Object(input), &RunOptions::default())? {
            Ok(ran) => {
                let today = visit.office().today();
                let data = ran.answer.map(|answer| answer.data).unwrap_or_default();
                page.rows = json::list(&data, "rows").iter().map(|row| Row::of(row, today)).collect();
                page.message = ran.message;
            }
            Err(RunError::Refused(findings)) => page.findings = findings,
            Err(other) => return Err(other.into()),
        }
    }
    Reply::page(&page)
}

/// One item of a record in words.
pub(crate) struct Item {
    pub(crate) title: String,
    pub(crate) value: String,
    /// Set in the font that has all variants of characters.
    pub(crate) is_name: bool,
}

/// A heading with items in words.
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) items: Vec<Item>,
}

/// Items that hold names of persons and places.
const NAMES: &[&str] = &["name", "address", "domicile", "register_head"];

/// Whether an item holds the name of a person or a place.
pub(crate) fn holds_name(item: &str) -> bool {
    NAMES.iter().any(|part| item.contains(part)) && !item.contains("kana")
}

/// The groups of a record.
pub(crate) fn groups(value: &Value) -> Vec<Group> {
    json::list(value, "groups")
        .iter()
        .map(|group| Group {
            title: json::text(group, "title"),
            items: json::list(group, "items")
                .iter()
                .map(|item| {
                    let is_name = holds_name(&json::text(item, "name"));
                    Item { title: json::text(item, "title"), value: json::text(item, "value"), is_name }
                })
                .collect(),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "person.html")]
struct Person {
    shell: Shell,
    person: Row,
    pending_no: String,
    groups: Vec<Group>,
    entries: Vec<String>,
    notes: Vec<String>,
    may_see_number: bool,
    may_see_hidden: bool,
    may_trace: bool,
}

/// The record of one person.
pub(crate) fn person(visit: &Visit) -> Result<Reply, Problem> {
    let no = visit.param("no");
    let data = visit.ask("resident-register/person", &json!({ "addressee_no": no }))?;
    let entries =
        json::list(&data, "history_entries").iter().map(|entry| json::text(entry, "text")).collect();
    let page = Person {
        shell: Shell::here(visit).above("住民基本台帳"),
        person: Row::of(&data, visit.office().today()),
        pending_no: json::inner(&data, "pending", "provisional_no"),
        groups: groups(&data),
        entries,
        notes: json::list(&data, "suppression_notes")
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        may_see_hidden: json::flag(&data, "concealed") && visit.may("resident-register/protected-person"),
        may_see_number: json::flag(&data, "has_individual_number")
            && visit.may("resident-register/show-number"),
        may_trace: visit.may("office/links"),
    };
    Reply::page(&page)
}
