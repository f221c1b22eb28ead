//! The tables of an answer as CSV, for functions that count or extract.

use office::csv::{guarded, quoted};
use serde_json::{Map, Value};
use system::Function;

use super::json;
use crate::bind::{BlankRows, bind};
use crate::labels::Scope;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Pairs, Visit, value_of};

/// The functions whose answers may be taken out as files. Not every inquiry: a list of residents on a disk is another
/// thing than one on a screen, and needs a right of its own.
const EXPORTED: &[&str] = &[
    "resident-register/population-statistics",
    "resident-register/annual-report",
    "resident-register/migration-statistics",
    "resident-register/population-by-age",
    "resident-register/history-extract",
];

/// What names the table that is wanted, among the items of the form.
const TABLE: &str = "_table";

/// A table that can be taken.
pub(crate) struct Offer {
    pub(crate) href: String,
    pub(crate) title: String,
}

/// The tables of an answer, each with where it is taken from: the same question again.
pub(crate) fn offers(function: &Function, pairs: &Pairs, data: &Value, labels: &Scope<'_>) -> Vec<Offer> {
    if !EXPORTED.contains(&function.id) {
        return Vec::new();
    }
    let asked: Vec<&(String, String)> =
        pairs.iter().filter(|(name, value)| !name.starts_with('_') && !value.is_empty()).collect();
    let tables = data.as_object().into_iter().flatten().filter(|(_, table)| is_table(table));
    tables
        .map(|(name, _)| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(asked.iter().map(|(name, value)| (name, value))).append_pair(TABLE, name);
            Offer {
                href: format!("/f/{}/csv?{}", function.id, query.finish()),
                title: labels.of_item(name).to_owned(),
            }
        })
        .collect()
}

fn is_table(value: &Value) -> bool {
    value.as_array().is_some_and(|rows| rows.iter().any(Value::is_object))
}

/// One table. The question is asked again, so that the audit log says what was taken.
pub(crate) fn csv(visit: &Visit) -> Result<Reply, Problem> {
    let (system, function) = visit.function()?;
    if !EXPORTED.contains(&function.id) {
        return Err(Problem::not_found(format!("「{}」の結果は、ファイルに出せません。", function.title)));
    }
    let input = bind(&function.form, &visit.query, BlankRows::Drop);
    let data = visit.ask(function.id, &input)?;
    let name = value_of(&visit.query, TABLE);
    let Some(table) = data.get(name).filter(|table| is_table(table)) else {
        return Err(Problem::not_found(format!(
            "「{}」の結果に、表「{name}」はありません。",
            function.title
        )));
    };
    let labels = visit.house.labels.within(system.id, Some(&function.form));
    let rows: Vec<&Map<String, Value>> =
        table.as_array().into_iter().flatten().filter_map(Value::as_object).collect();
    let plain: String = function.id.split('/').next_back().unwrap_or_default().to_owned();
    let days = ["first_day", "last_day", "base_date"].map(|day| json::text(&data, day));
    let days: String = days.iter().filter(|day| !day.is_empty()).map(|day| format!("-{day}")).collect();
    Ok(Reply::csv(&written(&rows, &labels), &format!("{plain}-{name}{days}.csv")))
}

/// The text: a line of Japanese names, then the rows; UTF-8 with BOM and CRLF, as spreadsheets take it.
fn written(rows: &[&Map<String, Value>], labels: &Scope<'_>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().copied().flatten() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut text = String::from('\u{feff}');
    let titles: Vec<String> =
        names.iter().map(|name| quoted(&title(name, &names, labels)).into_owned()).collect();
    text.push_str(&titles.join(","));
    text.push_str("\r\n");
    for row in rows {
        let cells: Vec<String> =
            names.iter().map(|name| row.get(*name).map(cell).unwrap_or_default()).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// What a column is called; the words beside a code are told apart from it.
fn title(name: &str, names: &[&str], labels: &Scope<'_>) -> String {
    let beside = name.strip_suffix("_label").is_some_and(|code| names.contains(&code));
    format!("{}{}", labels.of_item(name), if beside { "（名称）" } else { "" })
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(&guarded(text)).into_owned(),
        other => quoted(&other.to_string()).into_owned(),
    }
}

/// One line of texts, none of them a formula.
pub(crate) fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(&Value::from(text))).collect();
    format!("{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_formulas() {
        let table = [
            (json!("字浜"), "字浜"),
            (json!(-3), "-3"),
            (json!("a,b"), "\"a,b\""),
            (json!("葛\u{e0102}「\"」"), "\"葛\u{e0102}「\"\"」\""),
            (json!("=1+1"), "'=1+1"),
            (json!("-1"), "'-1"),
            (json!(null), ""),
            (json!(""), ""),
        ];
        for (value, wanted) in table {
            assert_eq!(cell(&value), wanted, "{value}");
        }
    }
}
