//! 共通納税の突合: what 共通納税 says of each day beside what came.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{Date, Yen};
use register::{Fault, View};
use serde_json::json;
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{day, place};
use crate::records::{Channel, ControlKind, PAYMENT_CONTROL, PaymentControl, RECEIPT, Receipt, ReceiptState};

/// The most days one answer shows.
const ROWS_MAX: usize = 1_000;

/// 共通納税の突合.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/payment-control-list",
        title: "共通納税の突合",
        place: place("収納", "窓口等収納", "消込データ作成"),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new("from", "対象日（から）", FieldKind::Date),
                Field::new("until", "対象日（まで）", FieldKind::Date),
                Field::new("differing", "合わないものだけ", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _: &Context<'_>) -> Result<Outcome, Fault> {
    let (from, until) = (day(input, "from"), day(input, "until"));
    let asked = |on: Date| from.is_none_or(|from| from <= on) && until.is_none_or(|until| on <= until);
    let differing = input.0.get("differing").and_then(serde_json::Value::as_bool) == Some(true);
    let came = came(view)?;
    let (mut rows, mut count, mut apart) = (Vec::new(), 0_usize, 0_usize);
    view.scan(&PAYMENT_CONTROL, None, &mut |stored| {
        let told = stored.typed::<PaymentControl>()?.record;
        if !asked(told.on) {
            return Ok(ControlFlow::Continue(()));
        }
        let (found, yen) = came.get(&(told.kind.code(), told.on)).copied().unwrap_or_default();
        let agrees = u64::from(told.count) == found && told.yen.0 == yen;
        count += 1;
        apart += usize::from(!agrees);
        if (!differing || !agrees) && rows.len() < ROWS_MAX {
            rows.push(json!({
                "control_key": told.control_key,
                "kind_label": told.kind.label(),
                "on": told.on,
                "told_count": told.count,
                "told_yen": told.yen,
                "found_count": found,
                "found_yen": Yen(yen),
                "difference_yen": Yen(yen.saturating_sub(told.yen.0)),
                "matches": agrees,
            }));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let message = match apart {
        0 => format!("{count}件の納付情報管理は、すべて受け取った納付と合っています。"),
        apart => format!("{count}件の納付情報管理のうち、{apart}件が受け取った納付と合いません。"),
    };
    let data = json!({ "count": count, "differing_count": apart, "rows": rows });
    Ok(Outcome { message, answer: Some(Answer { data, subjects: Vec::new() }), ..Outcome::default() })
}

/// Count and sum, by kind of day and day.
type Came = BTreeMap<(&'static str, Date), (u64, i64)>;

/// Count and sum of what came of 共通納税, by kind of day and day. A payment that is only told of has no money yet.
fn came(view: &dyn View) -> Result<Came, Fault> {
    let mut came = Came::new();
    view.scan(&RECEIPT, None, &mut |stored| {
        let held = stored.typed::<Receipt>()?.record;
        if held.channel != Channel::CommonPayment || held.state == ReceiptState::Cancelled {
            return Ok(ControlFlow::Continue(()));
        }
        let paid = (ControlKind::PaidOn.code(), held.paid_on);
        let received = (ControlKind::ReceivedOn.code(), held.received_on);
        let has_money = held.state != ReceiptState::Preliminary;
        for day in [Some(paid), has_money.then_some(received)].into_iter().flatten() {
            let of_day = came.entry(day).or_default();
            *of_day = (of_day.0.saturating_add(1), of_day.1.saturating_add(held.yen.0));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(came)
}
