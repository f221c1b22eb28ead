//! 代役データ登録: rows of a system that is not installed, as a table.

use std::collections::BTreeMap;

use register::{Body, Fault, View, Write};
use system::{
    Choice, Context, Dataset, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome,
    Section,
};

use crate::records::Offered;

/// Characters of one table at most: some ten thousand rows.
const TABLE_CHARS_MAX: usize = 2_000_000;

/// 代役データ登録 over these datasets.
pub fn function(datasets: &[Dataset]) -> Function {
    let choices = datasets
        .iter()
        .map(|dataset| Choice { code: dataset.id.to_owned(), label: dataset.title.to_owned() })
        .collect();
    Function {
        id: "stand-in/enter",
        title: "代役データ登録",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "登録するデータ",
            vec![
                Field::new("dataset", "提供データ", FieldKind::Choice(choices)).required(),
                Field::new("rows", "行", FieldKind::Lines(TABLE_CHARS_MAX))
                    .required()
                    .help("1行目は項目名、2行目から値。タブ区切り。同じ対象の行は新しい内容になります"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let Some(dataset) = crate::offers::find(input.text("dataset")) else {
        return Ok(refused("STI02", "dataset", "提供データ", "この提供データはありません。".to_owned()));
    };
    let (rows, findings) = read(&dataset, input.text("rows"));
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    let mut writes = Vec::new();
    for (subject, values) in rows {
        let offered = Offered { values };
        let held = view.get(dataset.kind, &subject)?;
        match held {
            Some(held) if held.body.read::<Offered>().is_ok_and(|own| own == offered) => {}
            Some(held) => {
                writes.push(Write::replace(dataset.kind, subject, held.version, Body::of(&offered)?));
            }
            None => writes.push(Write::create(dataset.kind, subject, Body::of(&offered)?)),
        }
    }
    let message = format!("{}件を登録しました。", writes.len());
    Ok(Outcome { writes, message, reason: "代役データの登録".to_owned(), ..Outcome::default() })
}

/// Rows by subject, the last of a subject counting; values in the order of the dataset's items.
fn read(dataset: &Dataset, table: &str) -> (BTreeMap<String, Vec<String>>, Vec<Finding>) {
    let (mut rows, mut findings) = (BTreeMap::new(), Vec::new());
    let mut lines = table.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let headings: Vec<&str> =
        lines.next().map(|(_, line)| line.split('\t').map(str::trim).collect()).unwrap_or_default();
    for heading in &headings {
        if dataset.items.iter().all(|item| item.name != *heading && item.title != *heading) {
            findings.push(wrong(format!("項目「{heading}」は、この提供データにありません。")));
        }
    }
    let column =
        |name: &str, title: &str| headings.iter().position(|heading| *heading == name || *heading == title);
    for (index, line) in lines {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        if headings.len() < cells.len() {
            let (found, wanted) = (cells.len(), headings.len());
            findings.push(wrong(format!("{}行目に値が{found}個あります（項目は{wanted}個）。", index + 1)));
            continue;
        }
        let value = |name: &str, title: &str| {
            column(name, title).and_then(|at| cells.get(at)).copied().unwrap_or_default().to_owned()
        };
        let values: Vec<String> = dataset.items.iter().map(|item| value(item.name, item.title)).collect();
        let subject = dataset.items.iter().position(|item| item.name == dataset.subject);
        let subject = subject.and_then(|at| values.get(at)).cloned().unwrap_or_default();
        if subject.is_empty() {
            findings.push(wrong(format!("{}行目の「{}」が空です。", index + 1, dataset.subject)));
            continue;
        }
        rows.insert(subject, values);
    }
    (rows, findings)
}

fn wrong(what: String) -> Finding {
    Finding::error("STI03", "rows", "行", what, "表を直して登録し直してください。")
}

fn refused(code: &'static str, path: &str, item: &str, what: String) -> Outcome {
    Outcome::refused(vec![Finding::error(code, path, item, what, "一覧から選び直してください。")])
}
