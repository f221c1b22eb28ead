//! 申請一覧: what came, by state, procedure and days, and what has waited too long.

use std::ops::ControlFlow;

use domain::{Date, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::{procedure_choices, procedure_title, subjects};
use crate::records::{APPLICATION, Application, State};
use crate::rules::Procedure;
use crate::rules::procedure::waited;

/// The most rows one answer shows; the counts are of all.
const ROWS_MAX: usize = 1_000;

/// 申請一覧.
pub(super) fn function() -> Function {
    let mut states: Vec<(&str, &str)> = State::ALL.iter().map(|one| (one.code(), one.label())).collect();
    states.push(("all", "すべて"));
    Function {
        id: "application-management/list",
        title: "申請一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new("state", "状態", FieldKind::Choice(choices(&states)))
                    .help("空のときは終わっていないものです。"),
                Field::new("procedure", "手続", FieldKind::Choice(procedure_choices())),
                Field::new("from", "受付日の初め", FieldKind::Date),
                Field::new("until", "受付日の終わり", FieldKind::Date),
                Field::new("late", "目安の日数を過ぎたものだけ", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let state = input.text("state");
    let day = |name: &str| input.text(name).parse::<Date>().ok();
    let (from, until) = (day("from"), day("until"));
    let late_only = input.0.get("late").and_then(Value::as_bool).unwrap_or(false);
    let mut found: Vec<Application> = Vec::new();
    let mut late = 0_usize;
    let mut keep = |one: Application| {
        let of_state = match state {
            "" => one.state.is_open(),
            "all" => true,
            code => one.state.code() == code,
        };
        let procedure = input.text("procedure");
        let wanted = of_state
            && (procedure.is_empty() || one.procedure == procedure)
            && from.is_none_or(|from| from <= one.received_on)
            && until.is_none_or(|until| one.received_on <= until);
        let is_late = is_late(&one, context.today);
        if wanted && (is_late || !late_only) {
            late = late.saturating_add(usize::from(is_late));
            found.push(one);
        }
    };
    match State::from_code(state) {
        Some(_) => {
            view.load_by::<Application>("state", state)?.into_iter().for_each(|held| keep(held.record))
        }
        None => view.scan(&APPLICATION, None, &mut |stored| {
            keep(stored.typed::<Application>()?.record);
            Ok(ControlFlow::Continue(()))
        })?,
    }
    // What came first is done first.
    found.sort_by(|a, b| (a.received_on, &a.application_no).cmp(&(b.received_on, &b.application_no)));
    let count = found.len();
    found.truncate(ROWS_MAX);
    let rows: Vec<Value> = found.iter().map(|one| row(one, context.today)).collect();
    let subjects = found.iter().flat_map(subjects).collect();
    let data = json!({ "count": count, "more": rows.len() < count, "late_count": late, "rows": rows });
    let message = match late {
        0 => format!("{count}件です。"),
        late => format!("{count}件です。うち{late}件は、目安の日数を過ぎています。"),
    };
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// Whether an application that is not done has waited longer than its procedure allows.
pub(super) fn is_late(one: &Application, today: Date) -> bool {
    one.state.is_open()
        && Procedure::find(&one.procedure).is_some_and(|procedure| procedure.is_late(one.received_on, today))
}

fn row(one: &Application, today: Date) -> Value {
    let texts: Vec<String> = one.holds.iter().map(|hold| format!("{} {}", hold.code, hold.text)).collect();
    let alert = match (is_late(one, today), Procedure::find(&one.procedure)) {
        (true, Some(procedure)) => format!(
            "受付から{}日たちました。目安は{}日です。",
            waited(one.received_on, today),
            procedure.days
        ),
        _ => String::new(),
    };
    json!({
        "application_no": one.application_no,
        "procedure_title": procedure_title(&one.procedure),
        "received_on": wareki(one.received_on),
        "applicant_name": one.applicant.name,
        "addressee_no": one.addressee_no,
        "state_label": one.state.label(),
        "waited_days": if one.state.is_open() { waited(one.received_on, today) } else { 0 },
        "waits_too_long": alert,
        "holds": texts.join(" "),
        "application_reference": one.reference,
    })
}
