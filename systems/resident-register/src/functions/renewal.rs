//! 改製・再製: a record is written anew with the same content.

use domain::{AddresseeNo, MovementReason, ResidentStatus};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, choices};

use super::forms;
use super::move_within::summary;
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::records::{Basis, Person};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::{returning, targets};

/// 改製, 再製 (M-40, M-41). By hand only, at any time.
pub(crate) static RENEWAL: MovementKind =
    MovementKind { id: "resident-register/renewal", title: "改製・再製", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place =
        Place {
            unit: "住民基本台帳", level1: "異動（変更）", level2: "職権による異動（変更）", level3: ""
        };
    movement::function(&RENEWAL, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&RENEWAL, view, input, context)
}

fn form() -> Form {
    let kind = Field::new(
        "renewal_kind",
        "種類",
        FieldKind::Choice(choices(&[("07", "改製"), ("08", "再製（滅失・毀損した住民票の回復）")])),
    )
    .required();
    Form::of(vec![forms::notice(vec![kind], forms::event_day("改製・再製の日（異動日）")), forms::targets()])
}

#[derive(Deserialize)]
struct Renewal {
    renewal_kind: String,
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
}

/// The old content becomes a 除票; the new record begins with what holds now and an empty history.
///
/// Source: 住民記録システム標準仕様書 1.1.4.
fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Renewal = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let opening = MovementReason::from_code(&given.renewal_kind).unwrap_or(MovementReason::RenewalEntry);
    let mut opened = given.notice.movement(opening, desk.today());
    (opened.basis, opened.notified_on) = (Basis::ExOfficio, None);
    desk.reason = Some(opening);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(chosen) = targets::choose(desk, &given.targets, event, true)? else { return Ok(()) };
    desk.summary = summary(opening.label(), &chosen.persons, event, "");
    if desk.stopped() {
        return Ok(());
    }
    for before in chosen.persons {
        if opening == MovementReason::Recreation {
            desk.put_person(before, &opened)?;
            continue;
        }
        let mut ended = opened.clone();
        ended.reason = MovementReason::RenewalDeletion;
        let mut last = before.clone();
        last.resident_status = ResidentStatus::Deleted;
        last.deletion_reason = Some(ended.reason);
        last.deletion_event_date = event;
        desk.end_record(last, &ended)?;
        let mut row = Person {
            renewal_no: before.renewal_no.saturating_add(1),
            renewed_on: event.and_then(|date| date.known()),
            history_entries: Vec::new(),
            ..before
        };
        returning::keep_plan(&mut row);
        desk.put_person(row, &opened)?;
    }
    Ok(())
}
