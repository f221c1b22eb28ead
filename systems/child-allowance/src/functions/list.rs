//! 受給資格者一覧: entitlements as of a day, with the amount of that month.

use std::ops::ControlFlow;

use domain::{Yen, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use crate::records::{ENTITLEMENT, Entitlement, Person, State};
use crate::rules::{Month, rates};

/// The most rows one answer shows; the totals are of all.
pub const ROWS_MAX: usize = 1_000;

/// 受給資格者一覧.
pub fn function() -> Function {
    let mut states: Vec<(&str, &str)> =
        State::ALL.iter().map(|state| (state.code(), state.label())).collect();
    states.push(("all", "すべて"));
    Function {
        id: "child-allowance/list",
        title: "受給資格者一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new("as_of", "基準日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("state", "状態", FieldKind::Choice(choices(&states)))
                    .help("空のときは「受給資格あり（請求待ち）」です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let as_of = super::as_of(input, context);
    let month = Month::of(as_of);
    let wanted = match input.text("state") {
        "all" => None,
        code => {
            Some(State::ALL.iter().find(|state| state.code() == code).copied().unwrap_or(State::Eligible))
        }
    };
    let mut count = 0_usize;
    let mut total = Yen::ZERO;
    let mut kept: Vec<Entitlement> = Vec::new();
    view.scan(&ENTITLEMENT, None, &mut |stored| {
        let held = stored.typed::<Entitlement>()?.record;
        let state = held.state_in(month);
        if state.is_some() && wanted.is_none_or(|wanted| state == Some(wanted)) {
            count = count.saturating_add(1);
            if let Some(step) = held.amount_in(month) {
                total = total.checked_add(step.monthly_yen).unwrap_or(total);
            }
            if kept.len() < ROWS_MAX {
                kept.push(Entitlement { state: state.unwrap_or(held.state), ..held });
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut rows = Vec::new();
    let mut subjects = Vec::new();
    for held in &kept {
        let child = view.load::<Person>(held.addressee_no.as_str())?.map(|held| held.record);
        let payee = match held.payee {
            Some(number) => view.load::<Person>(number.as_str())?.map(|held| held.record),
            None => None,
        };
        rows.push(row(held, child.as_ref(), payee.as_ref(), month)?);
        subjects.push(held.addressee_no.to_string());
        subjects.extend(held.payee.map(|payee| payee.to_string()));
    }
    subjects.sort_unstable();
    subjects.dedup();
    let more = rows.len() < count;
    let data = json!({
        "as_of": as_of.to_string(),
        "as_of_label": wareki(as_of),
        "count": count,
        "monthly_total_yen": total,
        "more": more,
        "rows": rows,
    });
    let message = format!("{}現在 {count}人、月額の合計 {total}円です。", wareki(as_of));
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// One line of the list; the household's inquiry tells the rest.
fn row(
    held: &Entitlement,
    child: Option<&Person>,
    payee: Option<&Person>,
    month: Month,
) -> Result<Value, Fault> {
    let amount = held.amount_in(month);
    let rates = rates()?;
    Ok(json!({
        "addressee_no": held.addressee_no,
        "name": child.map(|child| child.name.as_str()),
        "name_kana": child.map(|child| child.name_kana.as_str()),
        "birth_date": child.map(|child| child.birth_date),
        "birth_date_label": child.map(|child| child.birth_date.label_wareki()),
        "relation": child.and_then(|child| child.relation.as_ref()),
        "state": held.state,
        "state_label": held.state.label(),
        "from": held.from,
        "from_label": held.from.map(Month::label),
        "until": held.until,
        "until_label": held.until.map(Month::label),
        "class": amount.map(|step| step.class.as_str()),
        "class_label": amount.map(|step| rates.class_label(&step.class)),
        "monthly_yen": amount.map(|step| step.monthly_yen),
        "payee_name": payee.map(|payee| payee.name.as_str()),
    }))
}
