//! 閲覧状況一覧: who looked into the register; what of it is published; who saw one person.

use std::ops::ControlFlow;

use domain::wareki;
use register::{Fault, View};
use serde_json::json;
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::inspection_list::PLACE;
use super::period;
use super::statistics::refused;
use crate::records::{INSPECTION, Inspection};

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/inspection-status",
        title: "閲覧状況一覧（公表）",
        place: Some(PLACE),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("from", "閲覧日 から", FieldKind::Date).help("人を指定しないときに空なら今日"),
                Field::new("to", "閲覧日 まで", FieldKind::Date).help("空なら「から」の日だけ"),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo)
                    .help("この人が載ったリストだけ。人を指定したとき、期間は空でもよい"),
                Field::new("published", "公表するものだけ", FieldKind::Flag)
                    .help("公表の様式に合わせ、閲覧者と作成者を出しません"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 住民基本台帳法 art. 11(3), 11-2(12).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("addressee_no");
    let (from, to) = match period::stated(input, !no.is_empty(), context.today, "閲覧日") {
        Ok(days) => days,
        Err(finding) => return Ok(refused(*finding)),
    };
    let published = input.0.get("published").and_then(serde_json::Value::as_bool).unwrap_or_default();
    let mut listed: Vec<Inspection> = Vec::new();
    view.scan(&INSPECTION, None, &mut |stored| {
        let one = stored.typed::<Inspection>()?.record;
        let in_time =
            from.is_none_or(|from| from <= one.browsed_on) && to.is_none_or(|to| one.browsed_on <= to);
        let of_person = no.is_empty() || one.persons.iter().any(|person| person.as_str() == no);
        if in_time && of_person && !(published && one.unpublished) {
            listed.push(one);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    listed.sort_by(|a, b| (a.browsed_on, &a.inspection_no).cmp(&(b.browsed_on, &b.inspection_no)));
    let rows: Vec<serde_json::Value> = listed
        .iter()
        .map(|one| {
            let mut row = json!({
                "requested_by": one.requested_by,
                "representative": one.representative,
                "purpose": one.purpose,
                "browsed_on": wareki(one.browsed_on),
                "area": one.area,
            });
            if !published && let Some(row) = row.as_object_mut() {
                row.insert("inspection_no".to_owned(), json!(one.inspection_no));
                row.insert("inspection_basis".to_owned(), json!(one.basis.label()));
                row.insert("viewers".to_owned(), json!(one.viewers));
                row.insert("made_by".to_owned(), json!(one.made_by));
                row.insert("unpublished".to_owned(), json!(one.unpublished));
            }
            row
        })
        .collect();
    let count = rows.len();
    let subjects = Some(no.to_owned()).filter(|no| !no.is_empty()).into_iter().collect();
    Ok(Outcome {
        message: format!("{count}件"),
        answer: Some(Answer { data: json!({ "rows": rows, "count": count }), subjects }),
        ..Outcome::default()
    })
}
