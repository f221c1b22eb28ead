//! 支援措置転送: the application goes to another municipality, and what that one answers.

use domain::{RegisterDate, wareki};
use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::desk::Desk;
use crate::records::SupportForwarding;
use crate::rules::protection;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/support-forward",
        title: "支援措置転送",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "転送",
            vec![
                Field::new("measure_no", "申出番号", FieldKind::Text(20)).required(),
                Field::new("forward_to", "転送先", FieldKind::Text(50)).required(),
                Field::new("sent_on", "転送年月日", FieldKind::Date).help("空なら今日"),
                Field::new("received_on", "受領年月日", FieldKind::Date)
                    .help("同じ転送先の、回答のない転送に書き加えます"),
                Field::new("no_need_on", "不要の回答の年月日", FieldKind::Date),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 住民記録システム標準仕様書 1.1.16.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let Some(mut measure) = protection::to_change(&mut desk, input.text("measure_no"))? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let date = |name: &str| input.text(name).parse::<RegisterDate>().ok().and_then(|date| date.known());
    let (to, received_on, no_need_on) = (input.text("forward_to"), date("received_on"), date("no_need_on"));
    for (name, title, day) in [
        ("sent_on", "転送年月日", date("sent_on")),
        ("received_on", "受領年月日", received_on),
        ("no_need_on", "不要の回答の年月日", no_need_on),
    ] {
        if let Some(day) = day.filter(|day| context.today < *day) {
            desk.error(
                "E004",
                name,
                title,
                format!("{title}{}は、今日{}より後です。", wareki(day), wareki(context.today)),
                "今日以前の日にしてください。",
            );
        }
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let waiting = measure.forwarding.iter_mut().rev().find(|one| one.to == to && one.no_need_on.is_none());
    match waiting.filter(|_| received_on.or(no_need_on).is_some()) {
        Some(one) => {
            one.received_on = received_on.or(one.received_on);
            one.no_need_on = no_need_on;
        }
        None => measure.forwarding.push(SupportForwarding {
            to: to.to_owned(),
            sent_on: date("sent_on").unwrap_or(context.today),
            received_on,
            no_need_on,
        }),
    }
    let no = measure.measure_no.clone();
    protection::settle(&mut desk, measure)?;
    Ok(Outcome {
        writes: desk.writes()?,
        findings: desk.findings,
        effective_on: Some(context.today),
        reason: format!("支援措置の転送（{to}）"),
        message: format!("転送を記録しました。申出番号 {no}"),
        ..Outcome::default()
    })
}
