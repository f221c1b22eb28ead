//! The functions, one per file.

pub mod age_out;
pub mod calc_monthly;
pub mod household;
pub mod judge;
pub mod list;

use domain::{Date, RegisterDate};
use register::Fault;
use serde_json::{Value, json};
use system::{Context, Input};

use crate::records::{Entitlement, Person};
use crate::rules::{Month, rates};

/// The day a question is about (基準日): as given, or today.
fn as_of(input: &Input, context: &Context<'_>) -> Date {
    input.text("as_of").parse::<RegisterDate>().ok().and_then(|date| date.known()).unwrap_or(context.today)
}

/// What a screen shows of an entitlement in a month.
fn shown(
    held: &Entitlement,
    child: Option<&Person>,
    payee: Option<&Person>,
    month: Month,
) -> Result<Value, Fault> {
    let rates = rates()?;
    let amount = held.amount_in(month);
    let steps = held.amounts.iter().map(|step| {
        json!({
            "from": step.from,
            "from_label": step.from.label(),
            "order": step.order,
            "class": step.class,
            "class_label": rates.class_label(&step.class),
            "monthly_yen": step.monthly_yen,
        })
    });
    Ok(json!({
        "addressee_no": held.addressee_no,
        "household_no": held.household_no,
        "name": child.map(|child| child.name.as_str()),
        "name_kana": child.map(|child| child.name_kana.as_str()),
        "birth_date": child.map(|child| child.birth_date),
        "birth_date_label": child.map(|child| child.birth_date.label_wareki()),
        "relation": child.and_then(|child| child.relation.as_ref()),
        "state": held.state,
        "state_label": held.state.label(),
        "reason": held.reason,
        "reason_label": held.reason.label(),
        "from": held.from,
        "from_label": held.from.map(Month::label),
        "until": held.until,
        "until_label": held.until.map(Month::label),
        "claim_by": held.claim_by.map(|day| day.to_string()),
        "payee": held.payee,
        "payee_name": payee.map(|payee| payee.name.as_str()),
        "payee_basis": held.payee_basis,
        "payee_basis_label": held.payee_basis.label(),
        "order_unsure": held.order_unsure,
        "order": amount.map(|step| step.order),
        "class_label": amount.map(|step| rates.class_label(&step.class)),
        "monthly_yen": amount.map(|step| step.monthly_yen),
        "amounts": steps.collect::<Vec<Value>>(),
    }))
}
