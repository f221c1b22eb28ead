//! 媒体照会: one medium, and all that happened to it.

use register::{Fault, View};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::asked::Asked;
use super::decide::possible;
use crate::records::{MEDIUM, Medium};

/// 媒体照会, by 媒体番号.
pub(super) fn function() -> Function {
    Function {
        id: "media-register/medium",
        title: "媒体照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会する媒体",
            vec![Field::new("medium_no", "媒体番号", FieldKind::Text(20)).required()],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let number = asked.number().unwrap_or_default();
    let history = view.history(&MEDIUM, &number)?;
    let Some(newest) = history.last() else {
        return Ok(Outcome::refused(vec![Finding::error(
            "MED01",
            "medium_no",
            "媒体番号",
            format!("媒体 {} は管理簿にありません。", asked.medium_no),
            "番号を確かめてください。「媒体の所在」に一覧があります。",
        )]));
    };
    let medium = newest.typed::<Medium>()?.record;
    let mut steps = Vec::new();
    for version in &history {
        steps.push(step(&version.typed::<Medium>()?.record, &version.recorded_at.to_string()));
    }
    let possible: Vec<&str> = possible(medium.state).map(crate::Action::label).collect();
    let mut data = shown(&medium, context.today);
    if let Some(members) = data.as_object_mut() {
        members.insert("possible".to_owned(), json!(possible));
        members.insert("steps".to_owned(), Value::Array(steps));
    }
    Ok(Outcome { answer: Some(Answer { data, subjects: vec![number] }), ..Outcome::default() })
}

/// A medium as it is today.
pub(super) fn shown(medium: &Medium, today: domain::Date) -> Value {
    let holder = medium.holder.as_ref();
    let out_days = holder.filter(|_| medium.state.is_out()).map(|holder| (today - holder.since).get_days());
    // What somebody asks first stands first: a wide list is cut at its right side.
    json!({
        "medium_no": medium.medium_no,
        "state": medium.state,
        "state_label": medium.state.label(),
        "overdue": if medium.is_overdue(today) { "超過" } else { "" },
        "organisation": holder.map(|holder| &holder.organisation),
        "taken_by": holder.map(|holder| &holder.taken_by),
        "since_on": holder.map(|holder| holder.since.to_string()),
        "days_out": out_days,
        "due_back_on": holder.and_then(|holder| holder.due_back_on).map(|due| due.to_string()),
        "media": medium.media.code(),
        "media_label": medium.media.label(),
        "seal_no": medium.seal_no,
        "deliveries": numbers(&medium.deliveries),
        "link_id": medium.link_id,
    })
}

fn step(medium: &Medium, recorded_at: &str) -> Value {
    let holder = medium.holder.as_ref();
    json!({
        "done_on": medium.last.done_on.to_string(),
        "action": medium.last.action,
        "action_label": medium.last.action.label(),
        "done_by": medium.last.done_by,
        "how": medium.last.how,
        "organisation": holder.map(|holder| &holder.organisation),
        "taken_by": holder.map(|holder| &holder.taken_by),
        "seal_no": medium.seal_no,
        "deliveries": numbers(&medium.deliveries),
        "note": medium.last.note,
        "entered_by": medium.last.entered_by,
        "recorded_at": recorded_at,
    })
}

/// Numbers as they are typed, `3,5,8-10`.
pub(super) fn numbers(sorted: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &no in sorted {
        match runs.last_mut() {
            Some((_, to)) if to.checked_add(1) == Some(no) => *to = no,
            _ => runs.push((no, no)),
        }
    }
    let run = |(from, to): &(u64, u64)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}
