//! 抑止一覧: the suppressions that stand, those to be looked at again first.

use domain::{Date, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::records::{Person, Suppression, SuppressionStatus};
use crate::rules::{protection, suppression};

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/suppression-list",
        title: "抑止一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("due", "終了年月日まで1か月以内か過ぎたものだけ", FieldKind::Flag),
                Field::new("include_ended", "解除したものを含める", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Neither address nor household of a person is in it.
///
/// Source: 住民記録システム標準仕様書 9.5.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let flag = |name: &str| input.0.get(name).and_then(Value::as_bool).unwrap_or_default();
    let mut listed = view.load_by::<Suppression>("status", SuppressionStatus::Open.code())?;
    if flag("include_ended") {
        listed.extend(view.load_by::<Suppression>("status", SuppressionStatus::Ended.code())?);
    }
    let mut listed: Vec<Suppression> = listed.into_iter().map(|held| held.record).collect();
    if flag("due") {
        listed.retain(|one| is_due(one, context.today));
    }
    listed.sort_by_key(|one| {
        let due = is_due(one, context.today);
        (!due, one.to.unwrap_or(Date::MAX), one.suppression_no.clone())
    });
    let due = listed.iter().filter(|one| is_due(one, context.today)).count();
    let mut rows = Vec::new();
    let mut subjects = Vec::new();
    for one in &listed {
        let person = match one.addressee_no {
            Some(no) => view.load::<Person>(no.as_str())?.map(|held| held.record),
            None => None,
        };
        subjects.extend(one.addressee_no.map(|no| no.to_string()));
        let released = match one.status {
            SuppressionStatus::Open => suppression::released_until(view, &one.suppression_no, context.now)?,
            SuppressionStatus::Ended => None,
        };
        rows.push(json!({
            "suppression_no": one.suppression_no,
            "addressee_no": one.addressee_no,
            "household_no": one.household_no,
            "name": person.map(|person| person.called().to_owned()).unwrap_or_default(),
            "levels": one.levels.label(),
            "from": wareki(one.from),
            "to": one.to.map(wareki).unwrap_or_default(),
            "ending": is_due(one, context.today),
            "reason": one.reason,
            "set_by": one.set_by,
            "status_label": one.status.label(),
            "released_until": released.map(|until| until.to_string()).unwrap_or_default(),
            "ended_by": one.ended_by,
            "end_reason": one.end_reason,
        }));
    }
    let count = rows.len();
    Ok(Outcome {
        message: format!("{count}件（うち終了年月日が近いか過ぎたもの{due}件）"),
        answer: Some(Answer { data: json!({ "rows": rows, "count": count, "ending_count": due }), subjects }),
        ..Outcome::default()
    })
}

/// Whether a suppression that stands is near its end date or past it; it stands all the same.
fn is_due(one: &Suppression, today: Date) -> bool {
    one.status == SuppressionStatus::Open
        && one.to.and_then(protection::first_day_to_extend).is_some_and(|first| first <= today)
}
