//! 転出予定日到来: planned movers whose day has come are no longer residents.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, HouseholdNo, MovementReason, RegisterDate, ResidentStatus, wareki};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use super::move_out;
use crate::desk::{Desk, Movement};
use crate::records::{Basis, PERSON, Person};
use crate::rules::household;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/move-out-day",
        title: "転出予定日到来",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("date", "基準日", FieldKind::Date)
                    .help("空なら今日。この日までに来た予定日を処理します"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Planned {
    addressee_no: AddresseeNo,
    household_no: HouseholdNo,
    resident_status: ResidentStatus,
    #[serde(default)]
    moveout_planned_on: Option<Date>,
}

/// Until the planned day a mover is a resident; on the day the record becomes a 除票.
///
/// The row this appends has the next 履歴番号, so that a reader who goes by it sees the change.
///
/// Source: 住民記録システム標準仕様書 1.1.5, 6.1.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let stated = input.text("date").parse::<RegisterDate>().ok().and_then(|date| date.known());
    let day = stated.unwrap_or(context.today);
    if context.today < day {
        return Ok(Outcome::refused(vec![Finding::error(
            "E002",
            "date",
            "基準日",
            format!("基準日{}は、今日{}より後です。", wareki(day), wareki(context.today)),
            "基準日を今日以前にしてください。",
        )]));
    }
    let due = due(view, day)?;
    let mut desk = Desk::new(view, context);
    desk.function = "resident-register/move-out-day";
    let mut moved = 0_usize;
    for ((household_no, planned_on), numbers) in due {
        let mut movers: Vec<Person> = Vec::new();
        for no in &numbers {
            movers.extend(desk.person(*no)?);
        }
        let Some(home) = desk.household(household_no)? else { continue };
        let Some(first) = movers.first() else { continue };
        let movement = Movement {
            reason: first.moveout_planned_reason.unwrap_or(MovementReason::MoveOutDomestic),
            event_date: Some(RegisterDate::Day(planned_on)),
            notified_on: first.deletion_notified_on,
            basis: if first.deletion_notified_on.is_some() { Basis::Notification } else { Basis::ExOfficio },
            note: String::new(),
        };
        moved += movers.len();
        household::warn_of_leaving(&mut desk, &home, &numbers, "")?;
        move_out::delete(&mut desk, &home, movers, &movement)?;
    }
    // The clerk saw and confirmed these when the 転出 was entered; a batch has nobody to ask.
    let notices: Vec<String> = desk.findings.iter().map(|finding| finding.message.clone()).collect();
    let mut message = format!("{}までに転出予定日が来た{moved}人を転出者にしました。", wareki(day));
    if !notices.is_empty() {
        message.push_str("通知が要る世帯: ");
        message.push_str(&notices.join(" "));
    }
    Ok(Outcome {
        writes: desk.writes()?,
        effective_on: Some(day),
        reason: "転出予定日到来".to_owned(),
        message,
        ..Outcome::default()
    })
}

/// Residents whose planned day has come, by household and day, so that those who leave together are taken out together.
fn due(view: &dyn View, day: Date) -> Result<BTreeMap<(HouseholdNo, Date), Vec<AddresseeNo>>, Fault> {
    let mut due: BTreeMap<(HouseholdNo, Date), Vec<AddresseeNo>> = BTreeMap::new();
    view.scan(&PERSON, None, &mut |stored| {
        // Nearly no record has a plan: the text is looked through before it is read.
        if !stored.body.as_str().contains("\"moveout_planned_on\"") {
            return Ok(ControlFlow::Continue(()));
        }
        let person: Planned = stored.body.read()?;
        if let Some(planned) = person.moveout_planned_on
            && person.resident_status == ResidentStatus::Resident
            && planned <= day
        {
            due.entry((person.household_no, planned)).or_default().push(person.addressee_no);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(due)
}
