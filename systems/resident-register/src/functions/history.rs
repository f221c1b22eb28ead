//! 履歴照会: every row of a person's record and what each changed.

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Function, Input, Mode, Outcome, Place};

use super::person;
use crate::concealment::{self, Concealment};
use crate::records::Person;
use crate::sheet;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/history",
        title: "履歴照会",
        place: Some(Place {
            unit: "住民基本台帳", level1: "照会", level2: "住民票情報照会", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: person::form(),
        in_menu: true,
        decide,
    }
}

/// Items every row states anew, so that they are no difference.
const ALWAYS_NEW: [&str; 10] = [
    "history_no",
    "movement_reason",
    "event_date",
    "notified_on",
    "processed_on",
    "basis",
    "operator",
    "notification_no",
    "input_place",
    "input_terminal",
];

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("addressee_no");
    let versions = view.load_history::<Person>(no)?;
    let Some(newest) = versions.last() else { return Ok(person::unknown(no)) };
    if let Some(finding) = concealment::refusal(view, context, &newest.record)? {
        return Ok(Outcome::refused(vec![finding]));
    }
    let mut concealment = Concealment::new(view, context);
    let hidden = concealment.hides(&newest.record)?;
    let mut rows = Vec::new();
    let mut before: Option<&Person> = None;
    for held in &versions {
        let row = &held.record;
        rows.push(json!({
            "history_no": row.history_no,
            "movement_reason": row.movement_reason.label(),
            "movement_class": row.movement_reason.class().label(),
            "event_date": row.event_date.map(|date| date.label_wareki()).unwrap_or_default(),
            "notified_on": row.notified_on.map(domain::wareki).unwrap_or_default(),
            "processed_on": domain::wareki(row.processed_on),
            "basis": row.basis.label(),
            "operator": row.operator,
            "recorded_at": held.recorded_at.to_string(),
            "effective_on": domain::wareki(held.effective_on),
            "position": held.position.0,
            "groups": Concealment::groups(sheet::groups(row), hidden),
            "changes": before.map(|before| told(changes(before, row), hidden)).unwrap_or_default(),
        }));
        before = Some(row);
    }
    // The newest first, as a clerk reads it.
    rows.reverse();
    Ok(Outcome {
        answer: Some(Answer {
            data: json!({ "addressee_no": no, "rows": rows, "concealed": hidden }),
            subjects: vec![no.to_owned()],
        }),
        ..Outcome::default()
    })
}

/// The changes that may be told of somebody whose address may be hidden.
pub(crate) fn told(mut changes: Vec<Value>, hidden: bool) -> Vec<Value> {
    changes.retain(|change| !hidden || concealment::is_shown(change));
    changes
}

/// Every item of a first row, as changes against nothing.
pub(crate) fn first_row(row: &Person) -> Vec<Value> {
    sheet::groups(row)
        .into_iter()
        .flat_map(|group| group.lines)
        .filter(|line| !line.value.is_empty() && !ALWAYS_NEW.contains(&line.name))
        .map(|line| json!({ "name": line.name, "title": line.title, "before": "", "after": line.value }))
        .collect()
}

/// The items that differ between two rows; of a number only that it changed.
pub(crate) fn changes(before: &Person, after: &Person) -> Vec<Value> {
    let lines = |person: &Person| sheet::groups(person).into_iter().flat_map(|group| group.lines);
    let mut changes: Vec<Value> = lines(before)
        .zip(lines(after))
        .filter(|(old, new)| old.value != new.value && !ALWAYS_NEW.contains(&new.name))
        .map(|(old, new)| json!({ "name": new.name, "title": new.title, "before": old.value, "after": new.value }))
        .collect();
    let numbers = [
        ("resident_record_code", "住民票コード", before.resident_record_code != after.resident_record_code),
        ("individual_number", "個人番号", before.individual_number != after.individual_number),
    ];
    for (name, title, changed) in numbers {
        if changed && !changes.iter().any(|change| change.get("name") == Some(&json!(name))) {
            changes.push(
                json!({ "name": name, "title": title, "before": sheet::MASKED, "after": sheet::MASKED }),
            );
        }
    }
    changes
}
