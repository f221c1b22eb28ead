//! 送付先照会: where letters of a taxpayer go; and the daily refresh of what collection is told.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use register::{Fault, View, ViewExt, Write};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section,
};

use super::initial_levy::PART_MAX;
use crate::delivery::{self, basis_label};
use crate::desk::Desk;
use crate::records::{DELIVERY, Delivery, LEVY, Levy, VEHICLE, Vehicle};

/// What stands for an address that must not be shown.
const HIDDEN: &str = "（支援措置のため表示しません）";

const PLACE: Place =
    Place { unit: "軽自動車税", level1: "照会", level2: "送付先照会", level3: "" };

/// 送付先照会.
pub(crate) fn inquiry() -> Function {
    Function {
        id: "light-vehicle-tax/mailing-inquiry",
        title: "送付先照会",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会",
            vec![Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required()],
        )]),
        in_menu: true,
        decide: decide_inquiry,
    }
}

/// 送付先情報の更新.
pub(crate) fn refresh() -> Function {
    Function {
        id: "light-vehicle-tax/mailing-refresh",
        title: "送付先情報の更新",
        place: Some(PLACE),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::default(),
        in_menu: true,
        decide: decide_refresh,
    }
}

/// LVT06.
fn decide_inquiry(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let Ok(no) = input.text("addressee_no").parse() else { return Ok(Outcome::default()) };
    let Some((person, delivery)) = delivery::of(view, no, context.today)? else {
        desk.known(no, "addressee_no", "宛名番号")?;
        return Ok(Outcome::refused(desk.findings));
    };
    let data = json!({
        "addressee_no": no,
        "display_name": person.name,
        "mailing_name": delivery.name,
        "postcode": if delivery.protected { "" } else { &delivery.postcode },
        "address": if delivery.protected { HIDDEN } else { &delivery.address },
        "basis": basis_label(&delivery.basis),
        "protected": delivery.protected,
    });
    let message = if delivery.protected {
        "支援措置の対象者に関わるので、住所を控えています。"
    } else {
        ""
    };
    Ok(Outcome {
        message: message.to_owned(),
        answer: Some(Answer { data, subjects: vec![no.to_string()] }),
        ..Outcome::default()
    })
}

/// Writes what is different for everybody who holds a vehicle or was levied: an address begins and ends by days, so that no row
/// arrives when it turns.
fn decide_refresh(view: &dyn View, _input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut persons = BTreeSet::new();
    view.scan(&VEHICLE, None, &mut |stored| {
        persons.insert(stored.typed::<Vehicle>()?.record.taxpayer_no);
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&LEVY, None, &mut |stored| {
        persons.insert(stored.typed::<Levy>()?.record.addressee_no);
        Ok(ControlFlow::Continue(()))
    })?;
    let (mut writes, mut left) = (Vec::new(), 0_usize);
    for no in &persons {
        let Some((_, now)) = delivery::of(view, *no, context.today)? else { continue };
        let held = view.load::<Delivery>(no.as_str())?;
        let history_no = held.as_ref().map_or(0, |held| held.record.history_no);
        let same = |held: &Delivery| *held == Delivery { history_no: held.history_no, ..now.clone() };
        if held.as_ref().is_some_and(|held| same(&held.record)) {
            continue;
        }
        if PART_MAX <= writes.len() {
            left += 1;
            continue;
        }
        let next = Delivery { history_no: history_no.saturating_add(1), ..now };
        writes.push(Write::put(&next, held.map(|held| held.version))?);
    }
    let kept = view.count(&DELIVERY)?;
    Ok(Outcome {
        message: format!("{}人の送付先を更新しました（これまで{kept}人）。", writes.len()),
        writes,
        reason: "送付先情報の更新".to_owned(),
        effective_on: Some(context.today),
        left,
        ..Outcome::default()
    })
}
