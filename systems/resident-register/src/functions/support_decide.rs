//! 支援措置決定: the 仮支援措置 becomes a support measure for one year.

use domain::{Date, RegisterDate, wareki};
use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::desk::Desk;
use crate::records::{SupportClass, SupportStanding};
use crate::rules::protection;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/support-decide",
        title: "支援措置決定",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "決定",
            vec![
                Field::new("measure_no", "申出番号", FieldKind::Text(20)).required(),
                Field::new("from", "開始年月日", FieldKind::Date).help("空なら今日"),
                Field::new("to", "終了年月日", FieldKind::Date).help("空なら開始年月日から1年"),
                Field::new("consulted", "相談機関の意見", FieldKind::Lines(300)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 住民記録システム標準仕様書 3.4.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let Some(mut measure) = protection::to_change(&mut desk, input.text("measure_no"))? else {
        return Ok(Outcome::refused(desk.findings));
    };
    if measure.class != SupportClass::Provisional {
        desk.error(
            "D028",
            "measure_no",
            "申出番号",
            format!("申出番号{}の支援措置は、もう決定されています。", measure.measure_no),
            "期間を延ばすときは、支援措置延長を入力してください。",
        );
        return Ok(Outcome::refused(desk.findings));
    }
    let date = |name: &str| input.text(name).parse::<RegisterDate>().ok().and_then(|date| date.known());
    let from = date("from").unwrap_or(context.today);
    let Some(to) = date("to").or_else(|| protection::last_day(from)) else {
        return Err(Fault::because("the end of a support measure is out of range"));
    };
    check_period(&mut desk, from, to);
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    // Who has moved out or come back since the application is protected as of where they live now.
    let resident = desk.person(measure.applicant)?.is_some_and(|person| person.is_resident());
    measure.standing = if resident { SupportStanding::Current } else { SupportStanding::Previous };
    measure.class = SupportClass::Decided;
    measure.from = from;
    measure.to = Some(to);
    measure.decided_on = Some(context.today);
    if !input.text("consulted").is_empty() {
        input.text("consulted").clone_into(&mut measure.consulted);
    }
    let told = format!(
        "支援措置を決定しました。申出番号 {}（{}から{}まで）",
        measure.measure_no,
        wareki(from),
        wareki(to)
    );
    protection::settle(&mut desk, measure)?;
    Ok(Outcome {
        writes: desk.writes()?,
        findings: desk.findings,
        effective_on: Some(context.today),
        reason: "支援措置の決定".to_owned(),
        message: told,
        ..Outcome::default()
    })
}

/// E027; A027 for another period than one year; E004 for a first day ahead, which would leave days without a measure.
fn check_period(desk: &mut Desk<'_>, from: Date, to: Date) {
    if desk.today() < from {
        desk.error(
            "E004",
            "from",
            "開始年月日",
            format!("開始年月日{}は、今日{}より後です。", wareki(from), wareki(desk.today())),
            "開始年月日を今日以前にしてください。",
        );
    }
    if to < from {
        desk.error(
            "E027",
            "to",
            "終了年月日",
            format!("終了年月日{}が、開始年月日{}より前です。", wareki(to), wareki(from)),
            "開始年月日と終了年月日を確かめてください。空にすると1年になります。",
        );
    } else if protection::last_day(from) != Some(to) {
        let usual = protection::last_day(from).map(wareki).unwrap_or_default();
        desk.alert(
            "A027",
            "to",
            "終了年月日",
            format!("支援措置の期間が1年ではありません（1年なら{usual}まで）。"),
            "申出書と決定の内容で、終了年月日を確かめてください。",
        );
    }
}
