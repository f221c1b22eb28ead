//! EUC for programs (データ抽出): what may be taken, how many rows fit, and the file.

use std::io::{BufWriter, Seek};

use office::{Condition, EUC_PROTECTED, EucAsk, FileForm, Test, Unmappable};
use register::Fault;
use serde::Deserialize;
use serde_json::{Value, json};
use system::ItemType;

use super::body;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;

/// A question as a program sends it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    conditions: Vec<Tested>,
    #[serde(default)]
    purpose: String,
    form: Option<String>,
    /// Whether characters that the form cannot hold are replaced instead of stopping it.
    #[serde(default)]
    replace: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tested {
    item: String,
    test: Test,
    #[serde(default)]
    value: String,
}

fn dataset(visit: &Visit) -> String {
    format!("{}/{}", visit.param("system"), visit.param("dataset"))
}

/// What the caller may take.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let caller = visit.caller()?;
    let extracts: Vec<Value> = visit
        .office()
        .extracts_of(&caller)
        .iter()
        .map(|offered| {
            json!({
                "dataset": offered.dataset.id,
                "title": offered.dataset.title,
                "system": offered.system.title,
                "take": format!("POST /api/v1/extracts/{}", offered.dataset.id),
            })
        })
        .collect();
    Ok(Reply::json(&json!({ "extracts": extracts })))
}

/// The items of one, and how they are tested.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let caller = visit.caller()?;
    let offered = visit.office().extract_of(&caller, &dataset(visit))?;
    let sees_all = caller.rights.allow(EUC_PROTECTED);
    let items = offered.dataset.items.iter().map(|item| {
        json!({
            "name": item.name,
            "title": item.title,
            "type": match item.holds {
                ItemType::Number => "number",
                ItemType::Date => "date",
                ItemType::Code | ItemType::IndividualNumber => "code",
                ItemType::Text => "text",
            },
            "withheld": !sees_all && offered.extract.withheld.contains(&item.name),
        })
    });
    Ok(Reply::json(&json!({
        "dataset": offered.dataset.id,
        "title": offered.dataset.title,
        "items": items.collect::<Vec<_>>(),
    })))
}

fn ask(visit: &Visit, sent: &mut Asked) -> EucAsk {
    let conditions = std::mem::take(&mut sent.conditions).into_iter();
    EucAsk {
        dataset: dataset(visit),
        items: std::mem::take(&mut sent.items),
        conditions: conditions.map(|Tested { item, test, value }| Condition { item, test, value }).collect(),
    }
}

/// How many rows fit.
pub(crate) fn count(visit: &Visit) -> Result<Reply, Problem> {
    let mut sent: Asked = body(visit)?;
    let preview = visit.office().euc_preview(&visit.caller()?, &ask(visit, &mut sent))?;
    Ok(Reply::json(&json!({ "count": preview.count, "withheld": preview.withheld })))
}

/// The file. It is made on the disk: a list of all residents is large.
pub(crate) fn take(visit: &Visit) -> Result<Reply, Problem> {
    let mut sent: Asked = body(visit)?;
    let form = match sent.form.as_deref() {
        None => FileForm::CsvUtf8,
        Some(code) => FileForm::of_code(code).ok_or_else(|| {
            let codes: Vec<&str> = FileForm::ALL.iter().map(|form| form.code()).collect();
            Problem::unreadable(format!("form は {} のどれかです。", codes.join("、")))
        })?,
    };
    let unmappable = if sent.replace { Unmappable::Replace } else { Unmappable::Stop };
    let fault = |error: std::io::Error| Fault::new("a file of an extraction", error);
    let mut file = tempfile::tempfile().map_err(fault)?;
    let mut writer = BufWriter::new(&mut file);
    let ask = ask(visit, &mut sent);
    let caller = visit.caller()?;
    let taken = visit.office().euc_file(&caller, &ask, form, unmappable, &sent.purpose, &mut writer)?;
    drop(writer);
    file.rewind().map_err(fault)?;
    let kind = match form {
        FileForm::CsvUtf8Bom | FileForm::CsvUtf8 => "text/csv; charset=utf-8",
        FileForm::CsvUtf16 => "text/csv; charset=utf-16",
        FileForm::CsvWindows31J => "text/csv; charset=windows-31j",
        FileForm::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    Ok(Reply::download(file, taken.bytes, &taken.name).of_kind(kind))
}
