//! 支援措置延長: a support measure runs one year more.

use domain::wareki;
use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::desk::Desk;
use crate::records::SupportClass;
use crate::rules::protection;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/support-extend",
        title: "支援措置延長",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "延長",
            vec![Field::new("measure_no", "申出番号", FieldKind::Text(20)).required()],
        )]),
        in_menu: true,
        decide,
    }
}

/// Taken from one month before the end, and after it as well, because the measure has gone on; it runs one year from the
/// day after the old end.
///
/// Source: 住民記録システム標準仕様書 3.4.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let Some(mut measure) = protection::to_change(&mut desk, input.text("measure_no"))? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let no = measure.measure_no.clone();
    let (SupportClass::Decided, Some(to)) = (measure.class, measure.to) else {
        desk.error(
            "D028",
            "measure_no",
            "申出番号",
            format!("申出番号{no}は{}です。延長できるのは、決定した支援措置です。", measure.class.label()),
            "先に支援措置決定を入力してください。",
        );
        return Ok(Outcome::refused(desk.findings));
    };
    let range = || Fault::because("the end of a support measure is out of range");
    let first = protection::first_day_to_extend(to).ok_or_else(range)?;
    if context.today < first {
        desk.error(
            "D027",
            "measure_no",
            "申出番号",
            format!(
                "支援措置（申出番号{no}）の期間は{}までです。延長できるのは{}からです。",
                wareki(to),
                wareki(first)
            ),
            "延長できる日になってから入力してください。",
        );
        return Ok(Outcome::refused(desk.findings));
    }
    let next = to.tomorrow().ok().and_then(protection::last_day).ok_or_else(range)?;
    if to < context.today {
        desk.alert(
            "A132",
            "measure_no",
            "支援措置",
            format!(
                "期間は{}に過ぎています。延長すると、次の日から{}までになります。",
                wareki(to),
                wareki(next)
            ),
            "本人の意思と、延長した後の終了年月日を確かめてください。",
        );
    }
    measure.to = Some(next);
    measure.extended_on = Some(context.today);
    protection::settle(&mut desk, measure)?;
    Ok(Outcome {
        writes: desk.writes()?,
        findings: desk.findings,
        effective_on: Some(context.today),
        reason: "支援措置の延長".to_owned(),
        message: format!("支援措置を{}まで延長しました。申出番号 {no}", wareki(next)),
        ..Outcome::default()
    })
}
