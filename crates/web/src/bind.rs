//! Between what a browser sends and the input of a function, by the function's form.

use serde_json::{Map, Value};
use system::{Field, FieldKind, Form, Section};

use crate::visit::{Pairs, value_of, values_of};

/// What becomes of rows in which nothing was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlankRows {
    /// They stay: a row is being added or removed, and the others must not move.
    Keep,
    /// They are left out, so that what is run and what is shown again have the same numbering.
    Drop,
}

/// Reads what was sent (or asked in the address) as an input.
pub(crate) fn bind(form: &Form, pairs: &Pairs, blank: BlankRows) -> Value {
    let mut input = Map::new();
    for section in &form.sections {
        match section.repeat_max {
            None => bind_fields(&section.fields, "", pairs, &mut input),
            Some(max) => {
                let count = rows_of(section, pairs).min(max);
                let rows: Vec<Value> = (0..count)
                    .map(|index| {
                        let mut row = Map::new();
                        bind_fields(&section.fields, &format!("{}.{index}.", section.name), pairs, &mut row);
                        row
                    })
                    .filter(|row| blank == BlankRows::Keep || !row.is_empty())
                    .map(Value::Object)
                    .collect();
                input.insert(section.name.to_owned(), Value::Array(rows));
            }
        }
    }
    Value::Object(input)
}

/// One more than the highest row number that was sent.
fn rows_of(section: &Section, pairs: &Pairs) -> usize {
    let number = |name: &str| -> Option<usize> {
        let rest = name.strip_prefix(section.name)?.strip_prefix('.')?;
        rest.split_once('.')?.0.parse().ok()
    };
    pairs.iter().filter_map(|(name, _)| number(name)).max().map_or(0, |highest| highest.saturating_add(1))
}

fn bind_fields(fields: &[Field], prefix: &str, pairs: &Pairs, row: &mut Map<String, Value>) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        let value = match field.kind {
            FieldKind::Persons => {
                let numbers: Vec<Value> = values_of(pairs, &path)
                    .iter()
                    .flat_map(|value| value.split([',', '、', ' ', '\n', '\r', '\u{3000}']))
                    .filter(|number| !number.is_empty())
                    .map(Value::from)
                    .collect();
                if numbers.is_empty() {
                    continue;
                }
                Value::Array(numbers)
            }
            _ => match value_of(pairs, &path).trim_matches([' ', '\t', '\r', '\n', '\u{3000}']) {
                "" => continue,
                text => Value::from(text),
            },
        };
        row.insert(field.name.to_owned(), value);
    }
}

/// Adds a row to a repeated section: blank, but for what is carried over from the row before it.
pub(crate) fn add_row(form: &Form, input: &mut Value, section: &str) {
    let fields = form.sections.iter().find(|one| one.name == section).map(|one| one.fields.as_slice());
    if let Some(rows) = input.get_mut(section).and_then(Value::as_array_mut) {
        let mut row = Map::new();
        let last = rows.last().and_then(Value::as_object);
        for field in fields.unwrap_or_default().iter().filter(|field| field.carried) {
            if let Some(value) = last.and_then(|last| last.get(field.name)) {
                row.insert(field.name.to_owned(), value.clone());
            }
        }
        rows.push(Value::Object(row));
    }
}

/// Removes a row, named `section.index`.
pub(crate) fn remove_row(input: &mut Value, row: &str) {
    let Some((section, index)) = row.rsplit_once('.') else { return };
    let rows = input.get_mut(section).and_then(Value::as_array_mut);
    if let (Some(rows), Ok(index)) = (rows, index.parse::<usize>())
        && index < rows.len()
    {
        rows.remove(index);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form() -> Form {
        Form::of(vec![
            Section::once(
                "届出",
                vec![
                    Field::new("event_date", "異動日", FieldKind::Date),
                    Field::new("agent", "代理", FieldKind::Flag),
                    Field::new("targets", "異動者", FieldKind::Persons),
                ],
            ),
            Section::repeated(
                "members",
                "異動者",
                3,
                vec![
                    Field::new("name", "氏名", FieldKind::Text(10)),
                    Field::new("family", "氏", FieldKind::Text(10)).carried(),
                ],
            ),
        ])
    }

    fn sent(pairs: &[(&str, &str)]) -> Value {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        bind(&form(), &pairs, BlankRows::Drop)
    }

    #[test]
    fn what_is_sent_becomes_the_input() {
        for (pairs, input) in [
            (vec![], json!({"members": []})),
            (
                vec![("event_date", "　R8.11.20 "), ("other", "x")],
                json!({"event_date": "R8.11.20", "members": []}),
            ),
            (vec![("targets", "1"), ("targets", "2、3")], json!({"targets": ["1", "2", "3"], "members": []})),
            (
                vec![("members.0.name", " "), ("members.1.name", "葛󠄀城")],
                json!({"members": [{"name": "葛󠄀城"}]}),
            ),
            // A number beyond the most rows is cut, not allocated.
            (vec![("members.99999999999.name", "x")], json!({"members": []})),
        ] {
            assert_eq!(sent(&pairs), input, "{pairs:?}");
        }
    }

    #[test]
    fn rows_are_added_and_removed() {
        let mut input = sent(&[("members.0.name", "一"), ("members.1.name", "二")]);
        remove_row(&mut input, "members.0");
        add_row(&form(), &mut input, "members");
        assert_eq!(input, json!({"members": [{"name": "二"}, {}]}));
        remove_row(&mut input, "members.7");
        remove_row(&mut input, "nonsense");
        assert_eq!(input["members"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn the_next_row_begins_with_what_is_carried_over() {
        let mut input = sent(&[("members.0.name", "太郎"), ("members.0.family", "葛󠄀城")]);
        add_row(&form(), &mut input, "members");
        assert_eq!(input["members"][1], json!({ "family": "葛󠄀城" }));
        let mut input = sent(&[("members.0.name", "太郎")]);
        add_row(&form(), &mut input, "members");
        assert_eq!(input["members"][1], json!({}));
    }
}
