//! Any answer as a page: objects as lists of items, arrays of objects as tables.

use askama::Template;
use serde_json::{Map, Value};

use crate::labels::Scope;
use crate::words::{date_words, grouped};

/// Columns that stand behind the others: what a person is told apart by comes first.
const BEHIND: &[&str] = &[
    "history_no",
    "resident_kind",
    "resident_kind_label",
    "postcode",
    "postcode_label",
    "household_no",
    "name_preference_label",
    "version",
];

/// What a person is called, the usual name first: with the 宛名番号 before it, the column that comes first and stays
/// while a wide table is scrolled.
const NAMES: &[&str] = &["name", "display_name"];

/// Plain values up to so many stand beside each other in a cell.
const LISTED_MAX: usize = 3;

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

/// Words up to so many characters stand on one line of a table.
const LINE_CHARS_MAX: usize = 9;

/// Values up to so many characters take two lines, and more a wide column.
const TWO_LINES_CHARS_MAX: usize = 16;

impl Scalar {
    /// The classes of its cell.
    pub(crate) fn class(&self) -> &'static str {
        let chars = self.text.chars().count();
        // Numbers and dates are not broken: who reads them aloud loses the place.
        let whole = self.text.is_ascii() || self.text.ends_with(['日', '月', '詳']);
        let one_line = chars <= if whole { TWO_LINES_CHARS_MAX } else { LINE_CHARS_MAX };
        match (self.is_name, self.is_number, one_line, chars <= TWO_LINES_CHARS_MAX) {
            (true, _, _, true) => "name nowrap",
            (true, _, _, false) => "name long",
            (false, true, ..) => "number",
            (false, false, true, _) => "nowrap",
            (false, false, false, true) => "two",
            (false, false, false, false) => "long",
        }
    }
}

/// One cell of a table.
#[derive(Default)]
pub(crate) struct Cell {
    pub(crate) value: Scalar,
    /// Small above the value: how a name is read.
    pub(crate) above: String,
    /// What is inside, folded away behind the value: a cell never makes its row tall.
    pub(crate) inside: Vec<Node>,
}

/// One heading of a table.
pub(crate) struct Header {
    pub(crate) title: String,
    pub(crate) is_number: bool,
}

/// A part of an answer.
#[derive(Template)]
#[template(path = "node.html")]
pub(crate) struct Node {
    pub(crate) heading: String,
    pub(crate) items: Vec<(String, Scalar)>,
    pub(crate) headers: Vec<Header>,
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) is_table: bool,
    /// Whether the first two columns are number and name, which stay while the rest is scrolled.
    pub(crate) pinned: bool,
    pub(crate) left_out: usize,
    pub(crate) parts: Vec<Node>,
}

/// The parts of an answer in reading order.
pub(crate) fn nodes(value: &Value, labels: &Scope<'_>) -> Vec<Node> {
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
        pinned: false,
        left_out: 0,
        parts: Vec::new(),
    }
}

/// Members that are said by another member in words (`sex` by `sex_label`).
fn is_said_otherwise(name: &str, members: &Map<String, Value>) -> bool {
    let label = format!("{name}_label");
    members.get(&label).is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty()))
}

fn object(heading: String, members: &Map<String, Value>, labels: &Scope<'_>) -> Node {
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

fn table(heading: String, rows: &[Value], labels: &Scope<'_>) -> Node {
    let mut node = empty(heading);
    node.is_table = true;
    node.left_out = rows.len().saturating_sub(ROWS_MAX);
    let shown: Vec<Map<String, Value>> = rows.iter().take(ROWS_MAX).map(flattened).collect();
    let mut names: Vec<&str> = Vec::new();
    // In the order the answer has them, whichever row is the first to say something.
    for (name, _) in shown.iter().flatten() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let says_something = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    };
    names.retain(|name| shown.iter().any(|row| row.get(*name).is_some_and(says_something)));
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
    let called = NAMES.iter().copied().find(|name| names.contains(name)).unwrap_or_default();
    // How a name is read stands above it, as on every other screen.
    let kana_above = !called.is_empty() && names.contains(&"name_kana");
    names.retain(|name| !kana_above || *name != "name_kana");
    let first = ["addressee_no", called];
    names.sort_by_key(|name| {
        (first.iter().position(|first| first == name).unwrap_or(first.len()), BEHIND.contains(name))
    });
    node.pinned = names.starts_with(&first);
    let is_number = |name: &str| {
        let values: Vec<&Value> = shown.iter().filter_map(|row| row.get(name)).collect();
        values.iter().any(|value| value.is_number())
            && values.iter().all(|value| value.is_number() || value.is_null())
    };
    node.headers = names
        .iter()
        .map(|name| {
            let title = labels.of_item(name);
            let reading = if kana_above && *name == called { "（フリガナ）" } else { "" };
            Header { title: format!("{title}{reading}"), is_number: is_number(name) }
        })
        .collect();
    node.rows = shown
        .iter()
        .map(|row| {
            let mut cells: Vec<Cell> = Vec::with_capacity(names.len());
            for name in &names {
                let mut cell = row.get(*name).map(|value| cell(name, value, labels)).unwrap_or_default();
                if kana_above && *name == called {
                    let kana = row.get("name_kana").and_then(Value::as_str).unwrap_or_default();
                    kana.clone_into(&mut cell.above);
                }
                cells.push(cell);
            }
            cells
        })
        .collect();
    node
}

/// A value in a table: what has parts of its own is counted, and told when it is opened.
fn cell(name: &str, value: &Value, labels: &Scope<'_>) -> Cell {
    let folded = |text: String, inside: Node| Cell {
        value: Scalar { text, ..Scalar::default() },
        inside: vec![inside],
        ..Cell::default()
    };
    match value {
        Value::Array(items) if items.is_empty() => Cell::default(),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            folded(format!("{}件", items.len()), table(String::new(), items, labels))
        }
        Value::Array(items) if LISTED_MAX < items.len() => {
            let mut inside = empty(String::new());
            inside.items = items.iter().map(|item| (String::new(), scalar(name, item))).collect();
            folded(format!("{}件", items.len()), inside)
        }
        Value::Object(members) if !is_address(members) => {
            folded("内訳".to_owned(), object(String::new(), members, labels))
        }
        plain => Cell { value: scalar(name, plain), ..Cell::default() },
    }
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
        Value::Number(number) => {
            let digits = number.as_u64().map_or_else(|| number.to_string(), grouped);
            let unit = if name.ends_with("_yen") { "円" } else { "" };
            Scalar { text: format!("{digits}{unit}"), is_number: true, ..Scalar::default() }
        }
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
    let named_date =
        name.ends_with("_on") || name.ends_with("_date") || name.ends_with("_since") || name == "as_of";
    if (named_date || is_iso_day(text))
        && let Some(date) = date_words(text)
    {
        return Scalar { text: date.wareki, title: date.western, ..Scalar::default() };
    }
    let href = match name {
        "household_no" => format!("/households/{text}"),
        "medium_no" => format!("/f/media-register/medium?medium_no={text}"),
        "link_id" => format!("/links/{text}"),
        name if name.ends_with("addressee_no") => format!("/residents/{text}"),
        _ => String::new(),
    };
    let is_name = name == "address"
        || name.contains("name") && !["kana", "_label", "district"].iter().any(|other| name.contains(other));
    Scalar { text: text.to_owned(), href, is_name, ..Scalar::default() }
}

/// Whether a text is a day such as 2026-11-20 and nothing else.
fn is_iso_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<domain::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::labels::Labels;

    #[test]
    fn a_code_with_a_label_is_shown_by_its_label() {
        let labels = Labels::of(&[]);
        let value = json!({"rows": [{"sex": "1", "sex_label": "男", "entered_at": "2026-11-20T00:00:00Z"}]});
        let nodes = nodes(&value, &labels.within("", None));
        let table = &nodes[0].parts[0];
        assert_eq!(table.headers.len(), 2);
        let texts: Vec<&str> = table.rows[0].iter().map(|cell| cell.value.text.as_str()).collect();
        assert!(texts.contains(&"男") && !texts.contains(&"1"), "{texts:?}");
        assert!(texts.contains(&"2026-11-20 09:00:00"), "{texts:?}");
    }

    #[test]
    fn a_cell_with_parts_is_counted_and_folded() {
        let labels = Labels::of(&[]);
        let value = json!([{
            "name": "葛󠄀城　陽菜", "name_kana": "カツラギ　ヒナ", "addressee_no": "000000000000019", "monthly_yen": 430_000,
            "amounts": [{"from": "2026-10"}, {"from": "2027-04"}], "notes": ["一", "二"],
        }]);
        let nodes = nodes(&value, &labels.within("", None));
        let table = &nodes[0];
        assert!(table.pinned, "number and name stay");
        let titles: Vec<&str> = table.headers.iter().map(|header| header.title.as_str()).collect();
        assert_eq!(titles, ["addressee_no", "name（フリガナ）", "月額", "金額", "notes"]);
        let texts: Vec<&str> = table.rows[0].iter().map(|cell| cell.value.text.as_str()).collect();
        assert_eq!(texts, ["000000000000019", "葛󠄀城　陽菜", "430,000円", "2件", "一、二"]);
        assert_eq!(table.rows[0][1].above, "カツラギ　ヒナ");
        assert_eq!(table.rows[0][3].inside[0].rows.len(), 2);
    }

    #[test]
    fn columns_keep_the_order_of_the_answer_whichever_row_fills_them_first() {
        let labels = Labels::of(&[]);
        let value =
            json!([{"a": "1", "b": "", "c": null, "d": "4"}, {"a": "", "b": "2", "c": null, "d": "5"}]);
        let nodes = nodes(&value, &labels.within("", None));
        let titles: Vec<&str> = nodes[0].headers.iter().map(|header| header.title.as_str()).collect();
        assert_eq!(titles, ["a", "b", "d"]);
    }

    #[test]
    fn an_address_stands_in_one_line() {
        let value = json!({"prefecture": "架空県", "municipality": "台帳町", "town": "本町", "lot": "1番地",
            "building": "葛󠄀城荘"});
        assert_eq!(scalar("address", &value).text, "架空県台帳町本町1番地　葛󠄀城荘");
    }
}
