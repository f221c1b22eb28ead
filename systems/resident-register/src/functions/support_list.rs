//! 支援対象者一覧: the measures that protect now, those to be asked about first.

use domain::{Date, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::records::{Person, SupportClass, SupportMeasure};
use crate::rules::protection::end_told;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/support-list",
        title: "支援対象者一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("due", "期間が1か月以内に終わるか過ぎたものだけ", FieldKind::Flag),
                Field::new("include_ended", "終了したものを含める", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Neither addresses nor contacts are in it; 支援対象者照会 shows them one by one.
///
/// Source: 住民記録システム標準仕様書 3.4, 9.5.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let flag = |name: &str| input.0.get(name).and_then(Value::as_bool).unwrap_or_default();
    let mut classes = vec![SupportClass::Decided, SupportClass::Provisional];
    if flag("include_ended") {
        classes.push(SupportClass::Ended);
    }
    let mut listed: Vec<(Option<String>, SupportMeasure)> = Vec::new();
    for class in classes {
        for held in view.load_by::<SupportMeasure>("class", class.code())? {
            listed.push((end_told(&held.record, context.today), held.record));
        }
    }
    if flag("due") {
        listed.retain(|(told, _)| told.is_some());
    }
    listed.sort_by_key(|(told, one)| {
        (told.is_none(), !one.is_open(), one.to.unwrap_or(Date::MAX), one.measure_no.clone())
    });
    let due = listed.iter().filter(|(told, _)| told.is_some()).count();
    let mut rows = Vec::new();
    let mut subjects = Vec::new();
    for (told, one) in &listed {
        let mut persons = Vec::new();
        for no in one.persons() {
            subjects.push(no.to_string());
            let person = view.load::<Person>(no.as_str())?.map(|held| held.record);
            persons.push(json!({
                "addressee_no": no,
                "name": person.as_ref().map(Person::called).unwrap_or_default(),
                "status_label": person.as_ref().map_or("", |person| person.resident_status.label()),
            }));
        }
        rows.push(json!({
            "measure_no": one.measure_no,
            "class": one.class.code(),
            "class_label": one.class.label(),
            "protected_as": one.standing.label(),
            "persons": persons,
            "applied_on": wareki(one.applied_on),
            "from": wareki(one.from),
            "to": one.to.map(wareki).unwrap_or_default(),
            "ending": told.clone().unwrap_or_default(),
            "ended_on": one.ended_on.map(wareki).unwrap_or_default(),
            "end": one.end.map_or("", |end| end.label()),
        }));
    }
    let count = rows.len();
    Ok(Outcome {
        message: format!("{count}件（うち期間が1か月以内に終わるか過ぎたもの{due}件）"),
        answer: Some(Answer { data: json!({ "rows": rows, "count": count, "ending_count": due }), subjects }),
        ..Outcome::default()
    })
}
