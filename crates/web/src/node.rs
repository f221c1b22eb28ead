//! Any answer as a page: objects as lists of items, arrays of objects as tables.

use askama::Template;
use serde_json::{Map, Value};

use crate::labels::Labels;
use crate::words::date_words;

/// Columns that stand behind the others: what a person is told apart by comes first.
const BEHIND: &[&str] = &[
    "history_no",
    "class_label",
    "resident_kind",
    "resident_kind_label",
    "postcode",
    "postcode_label",
    "household_no",
    "name_preference_label",
    "version",
];

/// Rows a table shows; a larger answer is a file's business.
const ROWS_MAX: usize = 1_000;

/// One value of an answer, ready to be shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// A second spelling, shown when pointed at.
    pub(crate) title: String,
    /// A page about what the value names.
    pub(crate) href: String,
    /// Names of persons are set in a font with all their variants.
    pub(crate) is_name: bool,
    pub(crate) is_number: bool,
}

/// Values up to so many characters stand on one line of a table.
const LINE_CHARS_MAX: usize = 16;

impl Scalar {
    /// The classes of its cell.
    pub(crate) fn class(&self) -> &'static str {
        let long = LINE_CHARS_MAX < self.text.chars().count();
        match (self.is_name, self.is_number, long) {
            (true, _, true) => "name long",
            (true, _, false) => "name nowrap",
            (false, true, _) => "number",
            (false, false, true) => "long",
            (false, false, false) => "nowrap",
        }
    }
}

/// A part of an answer.
#[derive(Template)]
#[template(path = "node.html")]
pub(crate) struct Node {
    pub(crate) heading: String,
    pub(crate) items: Vec<(String, Scalar)>,
    pub(crate) headers: Vec<String>,
    pub(crate) rows: Vec<Vec<Scalar>>,
    pub(crate) is_table: bool,
    pub(crate) left_out: usize,
    pub(crate) parts: Vec<Node>,
}

/// The parts of an answer in reading order.
pub(crate) fn nodes(value: &Value, labels: &Labels) -> Vec<Node> {
    match value {
        Value::Null => Vec::new(),
        Value::Object(members) => vec![object(String::new(), members, labels)],
        Value::Array(rows) => vec![table(String::new(), rows, labels)],
        plain => {
            let mut node = empty(String::new());
            node.items.push((String::new(), scalar("", plain)));
            vec![node]
        }
    }
}

fn empty(heading: String) -> Node {
    Node {
        heading,
        items: Vec::new(),
        headers: Vec::new(),
        rows: Vec::new(),
        is_table: false,
        left_out: 0,
        parts: Vec::new(),
    }
}

/// Members that are said by another member in words (`sex` by `sex_label`).
fn is_said_otherwise(name: &str, members: &Map<String, Value>) -> bool {
    let label = format!("{name}_label");
    members.get(&label).is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty()))
}

fn object(heading: String, members: &Map<String, Value>, labels: &Labels) -> Node {
    let mut node = empty(heading);
    for (name, value) in members {
        let label = labels.of_item(name).to_owned();
        match value {
            Value::Object(inner) => node.parts.push(object(label, inner, labels)),
            Value::Array(rows) if rows.iter().any(Value::is_object) || rows.is_empty() => {
                node.parts.push(table(label, rows, labels));
            }
            // Nothing to say, or said in words by another member.
            Value::Null | Value::Bool(false) => {}
            Value::String(text) if text.is_empty() => {}
            _ if is_said_otherwise(name, members) => {}
            plain => node.items.push((label, scalar(name, plain))),
        }
    }
    node
}

fn table(heading: String, rows: &[Value], labels: &Labels) -> Node {
    let mut node = empty(heading);
    node.is_table = true;
    node.left_out = rows.len().saturating_sub(ROWS_MAX);
    let shown: Vec<Map<String, Value>> = rows.iter().take(ROWS_MAX).map(flattened).collect();
    let mut names: Vec<&str> = Vec::new();
    for (name, value) in shown.iter().flatten() {
        let says_something = match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            _ => true,
        };
        if says_something && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.retain(|name| !shown.iter().any(|row| is_said_otherwise(name, row)));
    // A column that says in every row what another says already only makes the table wider.
    let repeats = |at: usize| {
        let name = names.get(at).copied().unwrap_or_default();
        names.iter().take(at).any(|before| shown.iter().all(|row| row.get(*before) == row.get(name)))
            && shown.iter().any(|row| row.get(name).is_some_and(|value| value.is_string() && value != ""))
    };
    let repeated: Vec<bool> = (0..names.len()).map(repeats).collect();
    let mut at = repeated.into_iter();
    names.retain(|_| !at.next().unwrap_or_default());
    names.sort_by_key(|name| BEHIND.contains(name));
    node.headers = names.iter().map(|name| labels.of_item(name).to_owned()).collect();
    node.rows = shown
        .iter()
        .map(|row| {
            names
                .iter()
                .map(|name| row.get(*name).map(|value| scalar(name, value)).unwrap_or_default())
                .collect()
        })
        .collect();
    node
}

/// A row whose nested objects are laid flat, so that a table shows them in columns.
fn flattened(row: &Value) -> Map<String, Value> {
    let mut flat = Map::new();
    match row {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::Object(inner) if !is_address(inner) => {
                        flat.extend(inner.iter().map(|(name, value)| (name.clone(), value.clone())));
                    }
                    plain => {
                        flat.insert(name.clone(), plain.clone());
                    }
                }
            }
        }
        plain => {
            flat.insert(String::new(), plain.clone());
        }
    }
    flat
}

fn is_address(members: &Map<String, Value>) -> bool {
    members.contains_key("municipality") || members.contains_key("town")
}

/// The parts of an address in one line.
pub(crate) fn address_line(members: &Map<String, Value>) -> String {
    let part = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let parts = ["prefecture", "municipality", "town", "lot"].map(part).concat();
    match part("building") {
        "" => parts,
        building => format!("{parts}　{building}"),
    }
}

/// One value in words.
pub(crate) fn scalar(name: &str, value: &Value) -> Scalar {
    match value {
        Value::Null => Scalar::default(),
        Value::Bool(flag) => {
            Scalar { text: if *flag { "○" } else { "－" }.to_owned(), ..Scalar::default() }
        }
        Value::Number(number) => Scalar { text: number.to_string(), is_number: true, ..Scalar::default() },
        Value::String(text) => words(name, text),
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(|item| scalar(name, item).text).collect();
            Scalar { text: texts.join("、"), ..Scalar::default() }
        }
        Value::Object(members) if is_address(members) => {
            Scalar { text: address_line(members), is_name: true, ..Scalar::default() }
        }
        Value::Object(members) => {
            let texts: Vec<String> = members.iter().map(|(name, value)| scalar(name, value).text).collect();
            Scalar { text: texts.join("／"), ..Scalar::default() }
        }
    }
}

fn words(name: &str, text: &str) -> Scalar {
    if name.ends_with("_at")
        && let Ok(at) = text.parse()
    {
        return Scalar { text: crate::words::moment(at), ..Scalar::default() };
    }
    let is_date =
        name.ends_with("_on") || name.ends_with("_date") || name.ends_with("_since") || name == "as_of";
    if is_date && let Some(date) = date_words(text) {
        return Scalar { text: date.wareki, title: date.western, ..Scalar::default() };
    }
    let href = match name {
        "household_no" => format!("/households/{text}"),
        name if name.ends_with("addressee_no") => format!("/residents/{text}"),
        _ => String::new(),
    };
    let is_name =
        (name.contains("name") && !name.contains("kana") && !name.ends_with("_label")) || name == "address";
    Scalar { text: text.to_owned(), href, is_name, ..Scalar::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_with_a_label_is_shown_by_its_label() {
        let labels = Labels::of(&[]);
        let value = serde_json::json!({"rows": [{"sex": "1", "sex_label": "男", "entered_at": "2026-11-20T00:00:00Z"}]});
        let nodes = nodes(&value, &labels);
        let table = &nodes[0].parts[0];
        assert_eq!(table.headers.len(), 2);
        let texts: Vec<&str> = table.rows[0].iter().map(|scalar| scalar.text.as_str()).collect();
        assert!(texts.contains(&"男") && !texts.contains(&"1"), "{texts:?}");
        assert!(texts.contains(&"2026-11-20 09:00:00"), "{texts:?}");
    }

    #[test]
    fn an_address_stands_in_one_line() {
        let value = serde_json::json!({"prefecture": "架空県", "municipality": "台帳町", "town": "本町", "lot": "1番地",
            "building": "葛󠄀城荘"});
        assert_eq!(scalar("address", &value).text, "架空県台帳町本町1番地　葛󠄀城荘");
    }
}
