//! Finding residents, and the record of one.

use askama::Template;
use office::{Remembered, RunError, RunOptions};
use serde_json::{Map, Value, json};
use system::{Field, FieldKind, Finding};

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

/// The function this page asks.
const SEARCH: &str = "resident-register/search";

/// Fields of the search that have a place of their own on the page.
const OWN_PLACE: &[&str] = &["q", "include_former", "include_past"];

/// A field of the search beside the one box, with what was asked.
struct Asked {
    name: &'static str,
    title: &'static str,
    value: String,
    /// Code and label; empty for a field to type in.
    choices: Vec<(String, String)>,
}

/// A question of this user's from before: what it said, and the address that asks it again.
struct Before {
    said: String,
    href: String,
    when: String,
}

#[derive(Template)]
#[template(path = "residents.html")]
struct Search {
    shell: Shell,
    q: String,
    former: bool,
    past: bool,
    fields: Vec<Asked>,
    fields_open: bool,
    asked: bool,
    message: String,
    findings: Vec<Finding>,
    rows: Vec<Row>,
    before: Vec<Before>,
}

/// The search and what it found.
pub(crate) fn search(visit: &Visit) -> Result<Reply, Problem> {
    let form = visit.office().function(SEARCH).map(|(_, function)| &function.form);
    let known: Vec<&Field> =
        form.iter().flat_map(|form| &form.sections).flat_map(|section| &section.fields).collect();
    let mut input = Map::new();
    for field in &known {
        let value = value_of(&visit.query, field.name).trim();
        if !value.is_empty() {
            let value = if field.kind == FieldKind::Flag { json!(true) } else { json!(value) };
            input.insert(field.name.to_owned(), value);
        }
    }
    let asked = input.keys().any(|name| !matches!(name.as_str(), "include_former" | "include_past"));
    let fields: Vec<Asked> = known
        .iter()
        .filter(|field| !OWN_PLACE.contains(&field.name))
        .map(|field| Asked {
            name: field.name,
            title: field.title,
            value: value_of(&visit.query, field.name).to_owned(),
            choices: match &field.kind {
                FieldKind::Choice(all) => {
                    all.iter().map(|one| (one.code.clone(), one.label.clone())).collect()
                }
                _ => Vec::new(),
            },
        })
        .collect();
    let mut page = Search {
        shell: Shell::here(visit).above("住民基本台帳"),
        q: value_of(&visit.query, "q").to_owned(),
        former: input.contains_key("include_former"),
        past: input.contains_key("include_past"),
        fields_open: fields.iter().any(|field| !field.value.is_empty()),
        fields,
        asked,
        message: String::new(),
        findings: Vec::new(),
        rows: Vec::new(),
        before: Vec::new(),
    };
    if asked {
        match visit.try_run(SEARCH, &Value::Object(input), &RunOptions::default())? {
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
    if page.rows.is_empty() {
        page.before = before(visit, &known)?;
    }
    Reply::page(&page)
}

/// What this user asked lately, newest first.
fn before(visit: &Visit, known: &[&Field]) -> Result<Vec<Before>, Problem> {
    let remembered = visit.office().remembered(&visit.caller()?.user, SEARCH)?;
    let told = |one: Remembered| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut said = Vec::new();
        // In the order of the form, as it was typed.
        for field in known {
            let Some(value) = one.asked.get(field.name) else { continue };
            let (typed, shown) = match (value, &field.kind) {
                (Value::Bool(_), _) => ("1".to_owned(), String::new()),
                (Value::String(code), FieldKind::Choice(all)) => {
                    let label =
                        all.iter().find(|choice| choice.code == *code).map(|choice| choice.label.clone());
                    (code.clone(), label.unwrap_or_else(|| code.clone()))
                }
                (Value::String(text), FieldKind::Date | FieldKind::RegisterDate) => {
                    let shown = crate::words::date_words(text).map(|words| words.wareki);
                    (text.clone(), shown.unwrap_or_else(|| text.clone()))
                }
                (Value::String(text), _) => (text.clone(), text.clone()),
                _ => continue,
            };
            query.append_pair(field.name, &typed);
            said.push(match (field.name, shown.as_str()) {
                ("q", _) => shown,
                (_, "") => field.title.to_owned(),
                _ => format!("{}: {shown}", field.title),
            });
        }
        Before {
            said: said.join("、"),
            href: format!("/residents?{}", query.finish()),
            when: crate::words::short_moment(one.at),
        }
    };
    Ok(remembered.into_iter().map(told).collect())
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
    memo: String,
    may_write_memo: bool,
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
        memo: json::text(&data, "memo"),
        may_write_memo: visit.may("resident-register/memo"),
        may_see_hidden: json::flag(&data, "concealed") && visit.may("resident-register/protected-person"),
        may_see_number: json::flag(&data, "has_individual_number")
            && visit.may("resident-register/show-number"),
        may_trace: visit.may("office/links"),
    };
    Reply::page(&page)
}
