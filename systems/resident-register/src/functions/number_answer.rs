//! 個人番号の回答: the number a notice asked for has come over 住基ネット.

use std::collections::BTreeSet;

use domain::{IndividualNumber, MovementReason, RegisterDate};
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::desk::{Desk, Movement};
use crate::records::{Basis, NoticeKind, OutboundNotice, Person};
use crate::rules::matching;
use crate::rules::outbound::Circumstance;

/// The function; for the gateway, with a right of its own.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/number-answer",
        title: "個人番号の回答の記載",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "回答",
            vec![
                Field::new("message_no", "要求の通知番号", FieldKind::Text(12)).required(),
                Field::new("individual_number", "個人番号", FieldKind::IndividualNumber).required(),
            ],
        )]),
        in_menu: false,
        decide,
    }
}

#[derive(Deserialize)]
pub(crate) struct Told {
    pub(crate) message_no: String,
    pub(crate) individual_number: IndividualNumber,
}

/// Whether an answer was written or had been before.
pub(crate) enum Taken {
    Now(OutboundNotice, MovementReason),
    Before(OutboundNotice),
}

/// Makes a desk ready for answers.
pub(crate) fn begin(desk: &mut Desk<'_>) {
    desk.function = "resident-register/number-answer";
    desk.circumstances = BTreeSet::from([Circumstance::Answer]);
}

/// Writes the row at once, without 仮登録. What a clerk decides was decided when the number was asked for, by 本登録 of a
/// first record or of a change; the answer is machine to machine, and a number somebody reads and types in would only
/// bring slips and one more pair of eyes. A 仮登録 on the person does not stop it: that one is decided anew at its 本登録,
/// which tells of the change (D004). The same answer twice changes nothing.
///
/// Source: 住民記録システム標準仕様書 7.1.2.1; 番号法 art. 7, 8; 住民基本台帳法 art. 7(8-2).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Told = input.read()?;
    let mut desk = Desk::new(view, context);
    begin(&mut desk);
    let answer = |request: &OutboundNotice| Answer {
        data: json!({ "message_no": request.message_no }),
        subjects: vec![request.addressee_no.to_string()],
    };
    match take(&mut desk, &given)? {
        Err(finding) => Ok(Outcome::refused(vec![*finding])),
        Ok(Taken::Before(request)) => Ok(Outcome {
            message: "この回答は、もう記載されています。".to_owned(),
            answer: Some(answer(&request)),
            ..Outcome::default()
        }),
        Ok(Taken::Now(answered, reason)) => Ok(Outcome {
            writes: desk.writes()?,
            effective_on: Some(context.today),
            reason: format!("{} {}", reason.code(), reason.label()),
            message: format!("通知番号{}の回答の個人番号を記載しました。", answered.message_no),
            answer: Some(answer(&answered)),
            ..Outcome::default()
        }),
    }
}

/// Lays the number of one answer down.
pub(crate) fn take(desk: &mut Desk<'_>, given: &Told) -> Result<Result<Taken, Box<Finding>>, Fault> {
    let held = desk.view.load::<OutboundNotice>(&given.message_no)?;
    let Some(held) = held.filter(|held| held.record.notice == NoticeKind::NumberRequest) else {
        let message = format!("通知番号{}の、個人番号の要求はありません。", given.message_no);
        return Ok(Err(refused("D061", "message_no", message, "要求の通知番号を確かめてください。")));
    };
    let (request, version) = (held.record, held.version);
    let no = request.addressee_no;
    let Some(person) = desk.person(no)? else {
        return Err(Fault::because(format!("notice {} asks for nobody's number", request.message_no)));
    };
    let same = person.individual_number == Some(given.individual_number);
    let reason = match request.reason {
        MovementReason::IndividualNumberChange => MovementReason::IndividualNumberChange,
        MovementReason::IndividualNumberExOfficioCorrection => {
            MovementReason::IndividualNumberExOfficioCorrection
        }
        _ => MovementReason::IndividualNumberExOfficioEntry,
    };
    if request.answered_on.is_some() && same {
        return Ok(Ok(Taken::Before(request)));
    }
    if let Some(refusal) = refusal(desk, &person, &request, given, reason)? {
        return Ok(Err(refusal));
    }
    let answered = OutboundNotice { answered_on: Some(desk.today()), ..request };
    if !same {
        let event = Some(RegisterDate::Day(desk.today()));
        let asked = reason == MovementReason::IndividualNumberChange;
        let movement = Movement {
            reason,
            event_date: event,
            notified_on: asked.then_some(answered.made_on),
            basis: if asked { Basis::Request } else { Basis::ExOfficio },
            note: String::new(),
        };
        let row = Person { individual_number: Some(given.individual_number), ..person };
        desk.put_person(row, &movement)?;
    }
    desk.besides.push(Write::put(&answered, Some(version))?);
    Ok(Ok(Taken::Now(answered, reason)))
}

/// D065, E103, D014, E038.
fn refusal(
    desk: &Desk<'_>,
    person: &Person,
    request: &OutboundNotice,
    given: &Told,
    reason: MovementReason,
) -> Result<Option<Box<Finding>>, Fault> {
    let item = "individual_number";
    let called = person.called();
    if request.answered_on.is_some() {
        let message = format!("通知番号{}の要求には、別の個人番号が回答されています。", request.message_no);
        return Ok(Some(refused("D065", "message_no", message, "住基ネットの担当に確かめてください。")));
    }
    if !person.is_resident() {
        let message =
            format!("{called}さんは、もう住民ではありません（{}）。", person.resident_status.label());
        return Ok(Some(refused("E103", "message_no", message, "住民票を確かめてください。")));
    }
    let entry = reason == MovementReason::IndividualNumberExOfficioEntry;
    if entry && person.individual_number.is_some_and(|held| held != given.individual_number) {
        let message = format!("{called}さんには、別の個人番号が既に記載されています。");
        let remedy = "住民票の番号と回答を確かめ、「住民票コード・個人番号の異動」で直してください。";
        return Ok(Some(refused("D014", item, message, remedy)));
    }
    let mut holders = matching::by_number(desk, &given.individual_number)?.into_iter();
    let other = holders.find(|holder| holder.addressee_no != person.addressee_no && holder.is_resident());
    Ok(other.map(|holder| {
        let message = format!("この個人番号は、別の住民（宛名番号{}）のものです。", holder.addressee_no);
        refused("E038", item, message, "住基ネットの担当に番号を確かめてください。")
    }))
}

fn refused(code: &str, path: &str, message: String, remedy: &str) -> Box<Finding> {
    let item = if path == "message_no" { "通知番号" } else { "個人番号" };
    Box::new(Finding::error(code, path, item, message, remedy))
}
