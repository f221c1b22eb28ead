//! The published APIs of the common functions (共通機能): their paths, names and forms of answer, over functions of ours.
//!
//! An answer is `{ metadata, _links, result: […] }`, a refusal `{ title, detail, _links, errors: [{ code, message }] }` with 400.
//!
//! Source: 共通機能標準仕様書; the names stand in `standards/api/`.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use office::{RunError, RunOptions};
use serde_json::{Map, Value, json};
use system::Finding;

use super::Asker;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;

/// One published API.
struct Api {
    /// The last part of its path.
    name: &'static str,
    /// The function that answers.
    function: &'static str,
    /// The table of its names.
    table: &'static str,
}

const APIS: [Api; 1] = [Api {
    name: "jutogaishaatenabangofuban",
    function: "addressee/non-resident-number",
    table: include_str!("../../../../standards/api/jutogaishaatenabangofuban.tsv"),
}];

/// A caller writes 1 for yes.
const FLAGS: [&str; 3] = ["merge_source", "no_reference", "different_person"];

/// The names of an API, and the items they mean.
struct Names(Vec<(&'static str, &'static str)>);

impl Names {
    fn of(api: &Api) -> Self {
        let rows = api.table.lines().filter(|line| !line.starts_with('#'));
        Self(
            rows.filter_map(|line| {
                let mut cells = line.split('\t');
                Some((cells.next()?, cells.next()?))
            })
            .collect(),
        )
    }

    fn item(&self, name: &str) -> Option<&'static str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, item)| *item)
    }

    fn name<'n>(&self, item: &'n str) -> &'n str {
        self.0.iter().find(|(_, known)| *known == item).map_or(item, |(name, _)| name)
    }

    /// The input of the function; what is no item of the API is refused.
    fn input(&self, body: &[u8]) -> Result<Value, Vec<(String, String)>> {
        let wrong = |message: String| vec![("E0002".to_owned(), message)];
        let given: BTreeMap<String, Value> = serde_json::from_slice(body)
            .map_err(|error| wrong(format!("本文がJSONとして読めません（{error}）。")))?;
        let mut input = Map::new();
        let mut errors = Vec::new();
        for (name, value) in given {
            let Some(item) = self.item(&name) else {
                errors.extend(wrong(format!("「{name}」という項目はありません。")));
                continue;
            };
            let value = match value {
                Value::Null => continue,
                Value::String(text) if text.is_empty() => continue,
                Value::String(text) if FLAGS.contains(&item) => match text.as_str() {
                    "0" => Value::Bool(false),
                    "1" => Value::Bool(true),
                    _ => {
                        errors.extend(wrong(format!("「{name}」は 0 か 1 です。")));
                        continue;
                    }
                },
                value => value,
            };
            input.insert(item.to_owned(), value);
        }
        if errors.is_empty() { Ok(Value::Object(input)) } else { Err(errors) }
    }

    /// What was found, by the names of the API.
    fn told(&self, item: &Value) -> Value {
        let Some(members) = item.as_object() else { return item.clone() };
        // What the API does not name is not for its callers.
        let told = members.iter().filter(|(item, _)| self.0.iter().any(|(_, known)| known == item));
        told.map(|(item, value)| {
            let value = match value {
                Value::Bool(flag) => Value::from(if *flag { "1" } else { "0" }),
                value => value.clone(),
            };
            (self.name(item).to_owned(), value)
        })
        .collect()
    }
}

/// Answers a call of a published API.
pub(crate) fn run(visit: &Visit) -> Result<Reply, Problem> {
    let asker = Asker::of(visit)?;
    let name = visit.param("api");
    let api = APIS.iter().find(|api| api.name == name);
    let api = api.ok_or_else(|| Problem::not_found(format!("「{name}」というAPIはありません。")))?;
    let names = Names::of(api);
    let href = format!("/app_submit/v10/{name}");
    let input = match names.input(&visit.body) {
        Ok(input) => input,
        Err(errors) => return Ok(refused(&href, &errors)),
    };
    let ran = match asker.run(api.function, &input, &RunOptions::default(), visit.call_key()?) {
        Ok(ran) => ran,
        Err(RunError::Refused(findings)) => return Ok(refused(&href, &coded(&names, &findings))),
        Err(error) => return Err(error.into()),
    };
    // Of a call that came again only the record it made is known.
    let made = || ran.opens.as_ref().map(|number| json!({ "addressee_no": number }));
    let data = ran.answer.map(|answer| answer.data).or_else(made).unwrap_or_default();
    let candidates = data.get("candidates").and_then(Value::as_array).filter(|found| !found.is_empty());
    let result: Vec<Value> = match candidates {
        Some(candidates) => candidates.iter().map(|one| names.told(one)).collect(),
        None => vec![names.told(&data)],
    };
    Ok(Reply::json(&json!({
        "metadata": { "title": visit.route.title, "detail": ran.message },
        "_links": { "self": { "href": href } },
        "result": result,
    })))
}

/// The codes of the published APIs for what every function finds, ours for the rest.
fn coded(names: &Names, findings: &[Finding]) -> Vec<(String, String)> {
    let one = |finding: &Finding| {
        let code = match finding.code.as_str() {
            "E124" | "ADR63" | "ADR64" => "E0001",
            "F004" | "F005" | "F007" => "E0002",
            own => own,
        };
        let name = names.name(finding.path.as_str());
        (code.to_owned(), format!("{}（{name}）: {} {}", finding.item, finding.message, finding.remedy))
    };
    findings.iter().map(one).collect()
}

fn refused(href: &str, errors: &[(String, String)]) -> Reply {
    let errors: Vec<Value> =
        errors.iter().map(|(code, message)| json!({ "code": code, "message": message })).collect();
    Reply::json_with(
        StatusCode::BAD_REQUEST,
        &json!({
            "title": "入力に誤りがあります",
            "detail": format!("{}件の誤りがあります。", errors.len()),
            "_links": { "self": { "href": href } },
            "errors": errors,
        }),
    )
}
