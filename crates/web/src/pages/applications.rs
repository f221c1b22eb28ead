//! Notifications that were filled in elsewhere (受付データ): who comes when, and from there to the form.

use askama::Template;
use serde_json::{Value, json};

use super::{Shell, json};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Pairs, Visit, value_of};

/// One application.
struct Row {
    no: String,
    external_no: String,
    what: String,
    received_on: String,
    visit_on: String,
    names: String,
    rule: String,
    to_check: String,
    /// What a notice changes, before and after.
    corrections: String,
    provisional_no: String,
    ended_reason: String,
    /// The form it opens; empty when there is none, or nothing is left to do.
    href: String,
}

/// The states a list can be asked for.
const STATES: &[(&str, &str)] = &[("open", "未処理"), ("entered", "照合・仮登録済み"), ("ended", "終了")];

#[derive(Template)]
#[template(path = "applications.html")]
struct List {
    shell: Shell,
    states: Vec<(&'static str, &'static str, bool)>,
    open: bool,
    may_import: bool,
    may_end: bool,
    rows: Vec<Row>,
}

/// The list, those who come first before the others.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let status = match value_of(&visit.query, "status") {
        "" => "open",
        stated => stated,
    };
    let data = visit.ask("resident-register/application-list", &json!({ "application_status": status }))?;
    let open = status == "open";
    let rows = json::list(&data, "rows")
        .iter()
        .map(|row| {
            let text = |name: &str| json::text(row, name);
            let (no, function) = (text("from_application"), text("function"));
            let href = match open && !function.is_empty() && visit.may(&function) {
                true => format!("/f/{function}?_from_application={no}"),
                false => String::new(),
            };
            Row {
                no,
                external_no: text("external_no"),
                what: text("what"),
                received_on: text("received_on"),
                visit_on: text("visit_on"),
                names: text("names"),
                rule: text("rule"),
                to_check: text("to_check"),
                corrections: text("corrections"),
                provisional_no: text("provisional_no"),
                ended_reason: text("ended_reason"),
                href,
            }
        })
        .collect();
    Reply::page(&List {
        shell: Shell::here(visit).above("住民基本台帳"),
        states: STATES.iter().map(|(code, label)| (*code, *label, *code == status)).collect(),
        open,
        may_import: visit.may("resident-register/application-import"),
        may_end: visit.may("resident-register/application-end"),
        rows,
    })
}

/// What an application fills a form with, as a form is sent; nothing when the address names no application.
pub(crate) fn filled(visit: &Visit) -> Result<Option<Pairs>, Problem> {
    let no = value_of(&visit.query, "_from_application");
    if no.is_empty() {
        return Ok(None);
    }
    let data = visit.ask("resident-register/application-open", &json!({ "from_application": no }))?;
    let mut pairs = Pairs::new();
    if let Some(input) = data.get("input") {
        flatten("", input, &mut pairs);
    }
    Ok(Some(pairs))
}

/// Names and values as a form sends them: `members.0.family_name`, one pair per chosen person.
fn flatten(path: &str, value: &Value, pairs: &mut Pairs) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(&below(name), value, pairs)),
        Value::Array(all) => {
            for (at, one) in all.iter().enumerate() {
                match one {
                    Value::Object(_) => flatten(&below(&at.to_string()), one, pairs),
                    other => flatten(path, other, pairs),
                }
            }
        }
        Value::Bool(true) => pairs.push((path.to_owned(), "1".to_owned())),
        Value::String(text) => pairs.push((path.to_owned(), text.clone())),
        Value::Bool(false) | Value::Null | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_becomes_what_a_form_sends() {
        let input = json!({
            "event_date": "2026-05-20", "special": true, "no": false, "targets": ["19", "27"],
            "members": [{ "family_name": "佐藤" }, { "family_name": "鈴木", "relation": "妻" }],
        });
        let mut pairs = Pairs::new();
        flatten("", &input, &mut pairs);
        let sent: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            sent,
            [
                "event_date=2026-05-20",
                "special=1",
                "targets=19",
                "targets=27",
                "members.0.family_name=佐藤",
                "members.1.family_name=鈴木",
                "members.1.relation=妻",
            ]
        );
    }
}
