//! 滞納者一覧: who owes how much since when, as last gathered.

use domain::{Date, Yen};
use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::{ROWS_MAX, cases, day, flag, number, place};
use crate::records::known::Addressee;
use crate::records::{Case, CaseState};

/// 滞納者一覧.
pub(super) fn function() -> Function {
    let orders = choices(&[("yen", "滞納額の多い順"), ("age", "納期限の古い順"), ("no", "宛名番号順")]);
    Function {
        id: "tax-collection/case-list",
        title: "滞納者一覧",
        place: place("滞納整理", "滞納者抽出", "滞納者登録"),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧",
            vec![
                Field::new("officer", "担当者", FieldKind::Text(30)),
                Field::new("no_officer", "担当者のない人だけ", FieldKind::Flag),
                Field::new("least", "滞納額がこれ以上", FieldKind::Yen),
                Field::new("due_until", "最も古い納期限がこの日まで", FieldKind::Date),
                Field::new("next_until", "次に確かめる日がこの日まで", FieldKind::Date),
                Field::new("settled", "完結した人も含める", FieldKind::Flag),
                Field::new("order", "並べ方", FieldKind::Choice(orders))
                    .help("空のときは滞納額の多い順です。"),
                Field::new("limit", "表示する人数", FieldKind::Number(2_000)).help("空のときは500人です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _: &Context<'_>) -> Result<Outcome, Fault> {
    let officer = input.text("officer");
    let least = super::yen(input, "least");
    let (due_until, next_until) = (day(input, "due_until"), day(input, "next_until"));
    let (settled, nobody) = (flag(input, "settled"), flag(input, "no_officer"));
    let fits = |case: &Case| {
        (settled || case.state == CaseState::Open)
            && (officer.is_empty() || case.officer == officer)
            && (!nobody || case.officer.is_empty())
            && least <= case.summary.yen
            && due_until.is_none_or(|until| case.summary.oldest_due_on.is_some_and(|due| due <= until))
            && next_until.is_none_or(|until| next_on(case).is_some_and(|next| next <= until))
    };
    let mut found: Vec<Case> = cases(view)?.into_values().map(|(case, _)| case).filter(fits).collect();
    match input.text("order") {
        "no" => {}
        "age" => found.sort_by_key(|case| case.summary.oldest_due_on.unwrap_or(Date::MAX)),
        _ => found.sort_by_key(|case| std::cmp::Reverse(case.summary.yen)),
    }
    let count = found.len();
    let total = found.iter().fold(Yen::ZERO, |sum, case| Yen(sum.0.saturating_add(case.summary.yen.0)));
    found.truncate(number(input, "limit").unwrap_or(500).min(ROWS_MAX));
    let mut rows = Vec::with_capacity(found.len());
    for case in &found {
        let name =
            view.load::<Addressee>(&case.addressee_no)?.map(|held| held.record.name).unwrap_or_default();
        let sum = &case.summary;
        rows.push(json!({
            "addressee_no": case.addressee_no, "name": name, "officer": case.officer, "case_state_label": case.state.label(),
            "count": sum.count, "total_yen": sum.yen, "carried_yen": sum.carried, "suspended_yen": sum.suspended,
            "oldest_due_on": sum.oldest_due_on, "as_of": sum.as_of, "next_on": next_on(case),
            "last_demand_stage": case.demands.last().map(|demand| demand.stage),
            "last_demand_on": case.demands.last().map(|demand| demand.on),
        }));
    }
    let subjects = found.into_iter().map(|case| case.addressee_no).collect();
    Ok(Outcome {
        message: format!(
            "滞納者{count}人、{total}円のうち、{}人を表示しました。額は、それぞれの基準日のものです。",
            rows.len()
        ),
        answer: Some(Answer { data: json!({ "count": count, "total_yen": total, "rows": rows }), subjects }),
        ..Outcome::default()
    })
}

/// The day the last contact said to look again.
fn next_on(case: &Case) -> Option<Date> {
    case.contacts.last().and_then(|contact| contact.next_on)
}
