//! 支援措置終了: a support measure ends, because somebody says so and never by a date alone.

use domain::wareki;
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices};

use crate::desk::Desk;
use crate::records::{SupportClass, SupportEnd};
use crate::rules::protection;

/// The function.
pub(crate) fn function() -> Function {
    let reasons =
        choices(&[("requested", "申出による終了"), ("expired", "期間満了"), ("no-need", "必要がなくなった")]);
    Function {
        id: "resident-register/support-end",
        title: "支援措置終了",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "終了",
            vec![
                Field::new("measure_no", "申出番号", FieldKind::Text(20)).required(),
                Field::new("end", "終了事由", FieldKind::Choice(reasons)).required(),
                Field::new("end_note", "確認した内容", FieldKind::Lines(300)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Ending {
    measure_no: String,
    end: SupportEnd,
    end_note: String,
}

/// Source: 住民記録システム標準仕様書 3.4.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Ending = input.read()?;
    let mut desk = Desk::new(view, context);
    let Some(mut measure) = protection::to_change(&mut desk, &given.measure_no)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    if given.end == SupportEnd::Expired && measure.to.is_none_or(|to| context.today <= to) {
        let until = match measure.to {
            Some(to) => format!("期間は{}までです", wareki(to)),
            None => "期間がまだ決まっていません".to_owned(),
        };
        desk.error(
            "D028",
            "end",
            "終了事由",
            format!("{until}。期間満了では終了できません。"),
            "終了事由を確かめてください。期間の途中で終えるときは、申出か必要がなくなった旨を選びます。",
        );
        return Ok(Outcome::refused(desk.findings));
    }
    measure.class = SupportClass::Ended;
    measure.ended_on = Some(context.today);
    measure.end = Some(given.end);
    measure.end_note = given.end_note;
    protection::settle(&mut desk, measure)?;
    Ok(Outcome {
        writes: desk.writes()?,
        findings: desk.findings,
        effective_on: Some(context.today),
        reason: format!("支援措置の終了（{}）", given.end.label()),
        message: format!("支援措置を終了しました。申出番号 {}", given.measure_no),
        ..Outcome::default()
    })
}
