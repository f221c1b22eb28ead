//! Persons side by side (並べて比べる): whether two records are of one human being.

use askama::Template;
use serde_json::json;

use super::Shell;
use super::residents::{Group, Row, groups};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, values_of};

/// More than these do not fit beside each other.
const PERSONS_MAX: usize = 4;

/// One item of all of them.
struct Line {
    title: String,
    is_name: bool,
    values: Vec<String>,
    /// Whether they are all the same; a record that says nothing there differs from one that does.
    same: bool,
}

/// Items under one heading.
struct Part {
    title: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    shell: Shell,
    persons: Vec<Row>,
    parts: Vec<Part>,
    differing: usize,
    all: usize,
}

/// Two to four persons.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let mut numbers = values_of(&visit.query, "no");
    let mut told = Vec::new();
    numbers.retain(|no| {
        let is_new = !no.is_empty() && !told.contains(no);
        told.push(no.clone());
        is_new
    });
    if numbers.len() < 2 || PERSONS_MAX < numbers.len() {
        let message = format!("2人から{PERSONS_MAX}人までを選んでください。");
        return Err(Problem::unreadable(message));
    }
    let today = visit.office().today();
    let (mut persons, mut records) = (Vec::new(), Vec::new());
    for no in &numbers {
        let data = visit.ask("resident-register/person", &json!({ "addressee_no": no }))?;
        persons.push(Row::of(&data, today));
        records.push(groups(&data));
    }
    let parts = beside(&records);
    let all: usize = parts.iter().map(|part| part.lines.len()).sum();
    let differing = parts.iter().flat_map(|part| &part.lines).filter(|line| !line.same).count();
    let shell = Shell::here(visit).above("住民基本台帳");
    Reply::page(&Page { shell, persons, parts, differing, all })
}

/// The items of all records in the order of the first that has them.
fn beside(records: &[Vec<Group>]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (at, record) in records.iter().enumerate() {
        for group in record {
            let place = parts.iter().position(|part| part.title == group.title).unwrap_or_else(|| {
                parts.push(Part { title: group.title.clone(), lines: Vec::new() });
                parts.len() - 1
            });
            let Some(part) = parts.get_mut(place) else { continue };
            for item in &group.items {
                let known = part.lines.iter().position(|line| line.title == item.title);
                let place = known.unwrap_or_else(|| {
                    part.lines.push(Line {
                        title: item.title.clone(),
                        is_name: item.is_name,
                        values: vec![String::new(); records.len()],
                        same: false,
                    });
                    part.lines.len() - 1
                });
                let slot = part.lines.get_mut(place).and_then(|line| line.values.get_mut(at));
                if let Some(slot) = slot {
                    slot.clone_from(&item.value);
                }
            }
        }
    }
    for line in parts.iter_mut().flat_map(|part| &mut part.lines) {
        line.same = line.values.iter().all(|value| line.values.first() == Some(value));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::residents::Item;
    use super::*;

    fn group(title: &str, items: &[(&str, &str)]) -> Group {
        let item = |(title, value): &(&str, &str)| Item {
            title: (*title).to_owned(),
            value: (*value).to_owned(),
            is_name: false,
        };
        Group { title: title.to_owned(), items: items.iter().map(item).collect() }
    }

    #[test]
    fn items_stand_beside_each_other_though_one_record_lacks_them() {
        let parts = beside(&[
            vec![group("基本", &[("氏名", "葛城"), ("性別", "男")])],
            vec![group("基本", &[("氏名", "葛城"), ("旧氏", "山田")]), group("外国人", &[("国籍", "架空")])],
        ]);
        let lines: Vec<_> = parts
            .iter()
            .flat_map(|part| {
                part.lines.iter().map(|line| (&*part.title, &*line.title, &*line.values, line.same))
            })
            .collect();
        let values = |one: &str, other: &str| vec![one.to_owned(), other.to_owned()];
        assert_eq!(
            lines,
            [
                ("基本", "氏名", &*values("葛城", "葛城"), true),
                ("基本", "性別", &*values("男", ""), false),
                ("基本", "旧氏", &*values("", "山田"), false),
                ("外国人", "国籍", &*values("", "架空"), false),
            ]
        );
    }
}
