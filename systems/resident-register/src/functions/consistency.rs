//! 整合性確認: the list of differences, their end, and looking at them again.

use domain::wareki;
use register::{Fault, View, ViewExt, Write};
use serde_json::{Map, Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use crate::concealment::Concealment;
use crate::records::{ConsistencyDifference, DifferenceKind, DifferenceStatus, Person};
use crate::rules::consistency;

/// Most rows of one answer.
const ROWS_MAX: usize = 500;
/// Most differences that one change looks at again; a run goes on until none is left.
const AGAIN_MAX: usize = 2000;

/// 整合性確認の差の一覧 (A173).
pub(crate) fn list() -> Function {
    Function {
        id: "resident-register/consistency-list",
        title: "整合性確認の差の一覧",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new(
                    "difference_kind",
                    "差の種類",
                    FieldKind::Choice(choices(DifferenceKind::CHOICES)),
                ),
                Field::new(
                    "difference_status",
                    "状態",
                    FieldKind::Choice(choices(DifferenceStatus::CHOICES)),
                )
                .help("空なら未解決だけ"),
            ],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

/// Source: 住民記録システム標準仕様書 7.1.1.2.
fn decide_list(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let (wanted, status) = (input.text("difference_kind"), input.text("difference_status"));
    let status = if status.is_empty() { DifferenceStatus::Open.code() } else { status };
    let mut concealment = Concealment::new(view, context);
    let (mut rows, mut subjects, mut count) = (Vec::new(), Vec::new(), 0_usize);
    for held in view.load_by::<ConsistencyDifference>("status", status)? {
        let one = held.record;
        if !wanted.is_empty() && one.difference.code() != wanted {
            continue;
        }
        count += 1;
        if ROWS_MAX <= rows.len() {
            continue;
        }
        subjects.extend(one.addressee_no.map(|no| no.to_string()));
        rows.push(row(view, &mut concealment, &one)?);
    }
    Ok(Outcome {
        message: format!("{count}件"),
        answer: Some(Answer { data: json!({ "rows": rows, "count": count }), subjects }),
        ..Outcome::default()
    })
}

fn row(
    view: &dyn View,
    concealment: &mut Concealment<'_>,
    one: &ConsistencyDifference,
) -> Result<Value, Fault> {
    let person = match one.addressee_no {
        None => None,
        Some(no) => view.load::<Person>(no.as_str())?.map(|held| held.record),
    };
    let hidden = match &person {
        None => false,
        Some(person) => concealment.hides(person)?,
    };
    let items: Vec<&str> = one.items.iter().map(|item| consistency::title(item)).collect();
    let mut told = Vec::new();
    for (item, (ours, theirs)) in consistency::sides(one, person.as_ref())? {
        if hidden && item == "address" {
            told.push(format!("住所: {}", crate::concealment::HIDDEN));
        } else if one.difference == DifferenceKind::OnlyThere {
            told.push(format!("{}: {theirs}", consistency::title(item)));
        } else {
            told.push(format!("{}: 住民票「{ours}」、住基ネット「{theirs}」", consistency::title(item)));
        }
    }
    let mut row = Map::new();
    let name = person.as_ref().map(Person::called).unwrap_or_default();
    for (key, value) in [
        ("difference_no", json!(one.difference_no)),
        ("difference_kind", json!(one.difference.label())),
        ("addressee_no", json!(one.addressee_no)),
        ("name", json!(name)),
        ("difference_items", json!(items.join("、"))),
        ("rule", json!(if one.is_open() { "A173" } else { "" })),
        ("to_check", json!(told.join(" "))),
        ("remedy", json!(if one.is_open() { one.difference.remedy() } else { "" })),
        ("found_on", json!(wareki(one.found_on))),
        ("status_label", json!(one.status.label())),
        ("ended_reason", json!(one.end_reason)),
    ] {
        row.insert(key.to_owned(), value);
    }
    Ok(Value::Object(row))
}

/// 整合性確認の差の解決: staff have seen to it by other means than a notice that is sent again.
pub(crate) fn settle() -> Function {
    Function {
        id: "resident-register/consistency-settle",
        title: "整合性確認の差の解決",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "解決",
            vec![
                Field::new("difference_no", "差の番号", FieldKind::Text(60)).required(),
                Field::new("reason", "理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_settle,
    }
}

fn decide_settle(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("difference_no");
    let held = view.load::<ConsistencyDifference>(no)?.filter(|held| held.record.is_open());
    let Some(held) = held else {
        return Ok(Outcome::refused(vec![Finding::error(
            "D101",
            "difference_no",
            "差の番号",
            format!("差の番号{no}の、未解決の差はありません。"),
            "整合性確認の差の一覧で番号を確かめてください。",
        )]));
    };
    let reason = input.text("reason").to_owned();
    let subjects = held.record.addressee_no.iter().map(ToString::to_string).collect();
    let settled = held.record.ended(DifferenceStatus::Settled, context.actor.id(), context.today, &reason);
    Ok(Outcome {
        writes: vec![Write::put(&settled, Some(held.version))?],
        reason,
        message: format!("差の番号{no}の差を解決済みにしました。"),
        answer: Some(Answer { data: json!({ "difference_no": no }), subjects }),
        ..Outcome::default()
    })
}

/// 整合性確認の差の再確認: what was found is compared with the register as it is now, as when a 誤記修正 has been entered.
pub(crate) fn again() -> Function {
    Function {
        id: "resident-register/consistency-again",
        title: "整合性確認の差の再確認",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::default(),
        in_menu: true,
        decide: decide_again,
    }
}

/// A run that was cut is begun again: what it has ended is not open any more.
fn decide_again(view: &dyn View, _input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let (mut writes, mut looked) = (Vec::new(), 0_usize);
    for held in view.load_by::<ConsistencyDifference>("status", DifferenceStatus::Open.code())? {
        if AGAIN_MAX <= writes.len() {
            break;
        }
        looked += 1;
        let (one, version) = (held.record, held.version);
        let Some(no) = one.addressee_no else { continue };
        let by = context.actor.id();
        let person = view.load::<Person>(no.as_str())?.map(|held| held.record);
        let write = match (person.filter(Person::is_resident), consistency::theirs(&one)?) {
            (Some(person), Some(theirs)) => {
                consistency::judge(Some((one, version)), &person, Some(&theirs), by, context.today)?
            }
            // Somebody who is held only here goes when 住基ネット has the record; the next file tells.
            (Some(_), None) => None,
            (None, _) => {
                let gone = one.ended(DifferenceStatus::Gone, by, context.today, "住民ではなくなりました。");
                Some(Write::put(&gone, Some(version))?)
            }
        };
        writes.extend(write);
    }
    let count = writes.len();
    Ok(Outcome {
        writes,
        reason: "整合性確認の差の再確認".to_owned(),
        message: format!("未解決の差{looked}件を確かめ、{count}件が変わりました。"),
        ..Outcome::default()
    })
}
