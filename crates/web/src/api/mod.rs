//! The JSON API: every function by the same form, rules and audit as its screen.

pub(crate) mod extracts;
pub(crate) mod staff;

use office::RunOptions;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use system::{Effect, Field, FieldKind, Form, Function, Mode};

use crate::problem::{Problem, finding_json};
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// Records of a page when the call does not say how many.
pub(crate) const LIMIT: usize = 100;
/// Records of a page at most.
pub(crate) const LIMIT_MAX: usize = 500;

/// The body of a call; a misspelt member is refused.
fn body<T: DeserializeOwned>(visit: &Visit) -> Result<T, Problem> {
    serde_json::from_slice(&visit.body).map_err(|error| {
        Problem::unreadable(format!("本文がこの呼び出しのJSONとして読めません（{error}）。"))
    })
}

/// A member that is there, be it null.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Which records and which of their members a call wants (ページと項目).
struct Page {
    /// The key of the last record of the page before; empty for the first page.
    after: String,
    limit: usize,
    /// None for all.
    fields: Option<Vec<String>>,
}

impl Page {
    /// What the address asks for.
    ///
    /// # Errors
    /// When a name is none of these or a number none of a page.
    fn asked(visit: &Visit, known: &[&str]) -> Result<Self, Problem> {
        for (name, _) in &visit.query {
            if !["after", "limit", "fields"].contains(&name.as_str()) {
                let words =
                    format!("「{name}」という指定はありません。使えるのは after、limit、fields です。");
                return Err(Problem::unreadable(words));
            }
        }
        let limit = match value_of(&visit.query, "limit") {
            "" => Some(LIMIT),
            text => text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit)),
        };
        let limit = limit
            .ok_or_else(|| Problem::unreadable(format!("limit は 1 から {LIMIT_MAX} までの数です。")))?;
        let fields = match value_of(&visit.query, "fields") {
            "" => None,
            text => Some(text.split(',').map(str::to_owned).collect::<Vec<_>>()),
        };
        if let Some(wrong) = fields.iter().flatten().find(|field| !known.contains(&field.as_str())) {
            let words =
                format!("fields の「{wrong}」という項目はありません。{} のどれかです。", known.join("、"));
            return Err(Problem::unreadable(words));
        }
        Ok(Self { after: value_of(&visit.query, "after").to_owned(), limit, fields })
    }

    /// The page of records that stand in the order of their keys; `next` is what `after` of the following page is.
    fn reply<'a, T: 'a>(
        &self,
        name: &str,
        records: impl Iterator<Item = (&'a String, &'a T)>,
        told: impl Fn(&T) -> Result<Value, Problem>,
    ) -> Result<Reply, Problem> {
        let mut wanted = records.filter(|(key, _)| self.after < **key).peekable();
        let (mut page, mut last) = (Vec::new(), None);
        for (key, record) in wanted.by_ref().take(self.limit) {
            page.push(only(told(record)?, &self.fields));
            last = Some(key.clone());
        }
        let next = last.filter(|_| wanted.peek().is_some());
        Ok(Reply::json(&json!({ name: page, "next": next })))
    }
}

/// The members that are wanted: a program need not be given more of people than it uses.
fn only(value: Value, fields: &Option<Vec<String>>) -> Value {
    match (value, fields) {
        (Value::Object(members), Some(fields)) => {
            Value::Object(members.into_iter().filter(|(name, _)| fields.contains(name)).collect())
        }
        (value, _) => value,
    }
}

/// The functions the caller may use, with their forms.
pub(crate) fn functions(visit: &Visit) -> Result<Reply, Problem> {
    let systems = visit.office().systems().iter();
    let functions: Vec<Value> = systems
        .flat_map(|system| system.functions.iter().map(move |function| (system.title, function)))
        .filter(|(_, function)| visit.may(function.id))
        .map(|(system, function)| function_json(system, function))
        .collect();
    Ok(Reply::json(&json!({ "functions": functions })))
}

fn function_json(system: &str, function: &Function) -> Value {
    json!({
        "id": function.id,
        "title": function.title,
        "system": system,
        "call": format!("POST /api/v1/functions/{}", function.id),
        "mode": match function.mode { Mode::Online => "OL", Mode::Batch => "BT", Mode::Both => "OL/BT" },
        "writes": function.effect == Effect::Writes,
        "place": function.place.map(|place| [place.unit, place.level1, place.level2, place.level3]),
        "input": form_schema(&function.form),
    })
}

/// The form as a JSON Schema, as far as one can say it; the rules say the rest.
pub(crate) fn form_schema(form: &Form) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for section in &form.sections {
        match section.repeat_max {
            None => {
                required.extend(section.fields.iter().filter(|field| field.required).map(|field| field.name));
                properties
                    .extend(section.fields.iter().map(|field| (field.name.to_owned(), field_schema(field))));
            }
            Some(max) => {
                let inner: Map<String, Value> =
                    section.fields.iter().map(|field| (field.name.to_owned(), field_schema(field))).collect();
                let needed: Vec<&str> =
                    section.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
                let items = json!({
                    "type": "object", "properties": inner, "required": needed, "additionalProperties": false,
                });
                let rows =
                    json!({ "type": "array", "title": section.title, "maxItems": max, "items": items });
                properties.insert(section.name.to_owned(), rows);
            }
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn field_schema(field: &Field) -> Value {
    let mut schema = match &field.kind {
        FieldKind::Text(max) | FieldKind::Lines(max) => json!({ "type": "string", "maxLength": max }),
        FieldKind::Kana(max) => json!({ "type": "string", "format": "katakana", "maxLength": max }),
        FieldKind::Date => json!({ "type": "string", "format": "date-or-wareki" }),
        FieldKind::RegisterDate => json!({ "type": "string", "format": "register-date" }),
        FieldKind::Choice(choices) => {
            let codes: Vec<&str> = choices.iter().map(|choice| choice.code.as_str()).collect();
            let labels: Map<String, Value> =
                choices.iter().map(|choice| (choice.code.clone(), json!(choice.label))).collect();
            json!({ "type": "string", "enum": codes, "labels": labels })
        }
        FieldKind::Flag => json!({ "type": "boolean" }),
        FieldKind::Relation => json!({ "type": "string", "format": "relation" }),
        FieldKind::AddresseeNo => json!({ "type": "string", "format": "addressee-no" }),
        FieldKind::HouseholdNo => json!({ "type": "string", "format": "household-no" }),
        FieldKind::ResidentRecordCode => json!({ "type": "string", "format": "resident-record-code" }),
        FieldKind::IndividualNumber => json!({ "type": "string", "format": "individual-number" }),
        FieldKind::Postcode => json!({ "type": "string", "format": "postcode" }),
        FieldKind::Yen => json!({ "type": "integer", "minimum": 0, "maximum": domain::YEN_MAX }),
        FieldKind::Number(max) => json!({ "type": "integer", "minimum": 0, "maximum": max }),
        FieldKind::Hidden => json!({ "type": "string" }),
        FieldKind::Persons => {
            json!({ "type": "array", "items": { "type": "string", "format": "addressee-no" } })
        }
    };
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), json!(field.title));
        if !field.help.is_empty() {
            members.insert("description".to_owned(), json!(field.help));
        }
    }
    schema
}

/// Uses a function.
pub(crate) fn run(visit: &Visit) -> Result<Reply, Problem> {
    let (_, function) = visit.function()?;
    let (input, options) = call(&visit.body)?;
    let key = visit.call_key()?;
    let ran = visit.office().run_once(&visit.caller()?, function.id, &input, &options, key)?;
    Ok(Reply::json(&json!({
        "message": ran.message,
        "opens": ran.opens,
        "answer": ran.answer.map(|answer| answer.data),
        "documents": ran.documents,
        "position": ran.position,
        "left": ran.left,
        "repeated": ran.repeated,
        "findings": ran.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })))
}

const NOT_TEXTS: &str = "confirmed は文字列の並びです。";

/// `{ "input": {…}, "confirmed": ["A018@members.0.birth_date"], "dry_run": false }`; a misspelt member is refused.
fn call(body: &[u8]) -> Result<(Value, RunOptions), Problem> {
    let call: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::unreadable(format!("本文がJSONとして読めません（{error}）。")))?;
    let Value::Object(members) = call else {
        return Err(Problem::unreadable("本文が {\"input\": {…}} の形ではありません。"));
    };
    let (mut input, mut options) = (Value::Object(Map::new()), RunOptions::default());
    for (name, value) in members {
        match (name.as_str(), value) {
            ("input", value) => input = value,
            ("confirmed", Value::Array(items)) => {
                let texts: Option<_> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                options.confirmed = texts.ok_or_else(|| Problem::unreadable(NOT_TEXTS))?;
            }
            ("dry_run", Value::Bool(dry_run)) => options.dry_run = dry_run,
            ("confirmed", _) => return Err(Problem::unreadable(NOT_TEXTS)),
            ("dry_run", _) => return Err(Problem::unreadable("dry_run は true か false です。")),
            (other, _) => {
                let words =
                    format!("「{other}」という項目はありません。使えるのは input, confirmed, dry_run です。");
                return Err(Problem::unreadable(words));
            }
        }
    }
    Ok((input, options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_or_refused_as_a_whole() {
        let (input, options) = call(br#"{"input":{"q":"x"},"confirmed":["A1@q"],"dry_run":true}"#).unwrap();
        assert_eq!(input, json!({"q": "x"}));
        assert_eq!(options.confirmed, ["A1@q"]);
        assert!(options.dry_run);
        for body in [
            "",
            "[]",
            "{",
            r#"{"inputs":{}}"#,
            r#"{"dry_run":1}"#,
            r#"{"confirmed":"A1"}"#,
            r#"{"confirmed":[{}]}"#,
        ] {
            assert!(call(body.as_bytes()).is_err(), "{body}");
        }
    }
}
