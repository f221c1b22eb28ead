//! 申請の照会: what was stated beside what was confirmed, whose it is, and what happened.

use domain::wareki;
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Form, Function, Input, Mode, Outcome, Section};

use super::{HIDDEN, is_protected, procedure_title, subjects};
use crate::findings;
use crate::records::{Application, Resident};
use crate::rules::{Procedure, items};

/// 申請の照会. Of a protected person, the values of the items are not shown: addresses are among them.
pub(super) fn function() -> Function {
    Function {
        id: "application-management/inquiry",
        title: "申請の照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once("照会する申請", vec![super::number()])]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("application_no");
    let Some(held) = view.load::<Application>(no)? else {
        return Ok(Outcome::refused(vec![findings::unknown(no)]));
    };
    let one = held.record;
    let hidden = is_protected(view, &one)?;
    let shown = |text: &str| if hidden && !text.is_empty() { HIDDEN.to_owned() } else { text.to_owned() };
    let mut candidates = Vec::new();
    for number in &one.candidates {
        if let Some(person) = view.load::<Resident>(number.as_str())?.map(|held| held.record) {
            candidates.push(json!({
                "addressee_no": number,
                "name": person.name,
                "birth_date": person.birth_date.map(|date| date.to_string()),
            }));
        }
    }
    let owner = Procedure::find(&one.procedure).map_or("", |procedure| procedure.owner);
    let data = json!({
        "application_no": one.application_no,
        "procedure_title": procedure_title(&one.procedure),
        "owner": owner,
        "form_version": one.form_version,
        "received_at": one.received_at,
        "received_on": wareki(one.received_on),
        "expires_on": one.expires_on.map(wareki),
        "applicant_name": one.applicant.name,
        "applicant_kana": one.applicant.name_kana,
        "applicant_birth_date": one.applicant.birth_date.map(|date| date.to_string()),
        "applicant_address": shown(&one.applicant.address),
        "certificate_serial": one.certificate_serial,
        "signature_label": one.signature.label(),
        "attachments": one.attachments.iter().map(|file| json!({ "file_name": file.name, "sha256": file.sha256 })).collect::<Vec<_>>(),
        "withdraws": one.withdraws,
        "stated": stated(&one, hidden)?,
        "holds": one.holds.iter().map(|hold| json!({
            "rule": hold.code, "item": items::title(&hold.item), "to_check": hold.text,
        })).collect::<Vec<_>>(),
        "candidates": candidates,
        "addressee_no": one.addressee_no,
        "matched_by": one.matched_by.map(|by| by.label()),
        "state_label": one.state.label(),
        "application_reference": one.reference,
        "reason": one.reason,
        "passed": one.passed,
        "history": one.history.iter().map(|step| json!({
            "state_label": step.state.label(), "on": wareki(step.on), "by": step.by, "note": step.note,
        })).collect::<Vec<_>>(),
    });
    let subjects = subjects(&one);
    Ok(Outcome { answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// Each item of each person: as received, and as confirmed where that is something else.
fn stated(one: &Application, hidden: bool) -> Result<Vec<Value>, Fault> {
    let rows = one.rows()?;
    let confirmed = items::confirmed(&rows, &one.confirmed);
    let mut all = Vec::new();
    for ((at, row), now) in (1_usize..).zip(&rows).zip(&confirmed) {
        for (item, title) in items::STATED {
            let (was, is) = (row.get(item), now.get(item));
            if was.is_none() && is.is_none() {
                continue;
            }
            let shown = |text: Option<&String>| match (text, hidden && item != "name") {
                (None, _) => String::new(),
                (Some(_), true) => HIDDEN.to_owned(),
                (Some(text), false) => text.clone(),
            };
            all.push(json!({
                "person": at,
                "item": title,
                "as_received": shown(was),
                "as_confirmed": if was == is { String::new() } else { shown(is) },
            }));
        }
    }
    Ok(all)
}
