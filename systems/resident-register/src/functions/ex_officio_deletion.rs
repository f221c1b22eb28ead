//! 職権消除・失踪宣告: a record is deleted without a notification of the person.

use domain::{AddresseeNo, MovementReason, RegisterDate, ResidentStatus};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, choices};

use super::forms;
use super::move_within::summary;
use crate::desk::{Desk, Movement};
use crate::movement::{self, MovementKind};
use crate::records::Person;
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::outbound::Circumstance;
use crate::rules::targets::Chosen;
use crate::rules::{household, targets};

/// 職権消除, 失踪宣告 (M-34, M-36).
pub(crate) static EX_OFFICIO_DELETION: MovementKind =
    MovementKind { id: "resident-register/ex-officio-deletion", title: "職権消除", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place = Place {
        unit: "住民基本台帳", level1: "異動（減少）", level2: "職権による異動", level3: ""
    };
    movement::function(&EX_OFFICIO_DELETION, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&EX_OFFICIO_DELETION, view, input, context)
}

fn form() -> Form {
    let kind = Field::new(
        "deletion_kind",
        "消除の種類",
        FieldKind::Choice(choices(&[
            ("survey", "実態調査などによる職権消除"),
            ("disappearance", "失踪宣告"),
            ("duplicate", "二重登録"),
            ("status-lost", "在留資格などを失った外国人住民の消除"),
        ])),
    )
    .required();
    Form::of(vec![
        forms::notice(vec![kind], Field::new("event_date", "消除の異動日", FieldKind::RegisterDate)),
        forms::targets(),
    ])
}

#[derive(Deserialize)]
struct Deletion {
    deletion_kind: String,
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Deletion = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let reason = MovementReason::ExOfficioDeletion;
    let movement = given.notice.ex_officio(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    if given.deletion_kind != "disappearance" && event.is_some_and(|event| event.known().is_none()) {
        desk.error(
            "E007",
            "event_date",
            "消除の異動日",
            "異動日を不詳にできるのは、出生、死亡、失踪だけです。",
            "調査した日など、消除する日を入力してください。",
        );
    }
    if given.deletion_kind == "disappearance" {
        desk.circumstances.insert(Circumstance::Disappearance);
    }
    let Some(chosen) = targets::choose(desk, &given.targets, event, true)? else { return Ok(()) };
    born_after(desk, &chosen.persons, event);
    if given.deletion_kind == "status-lost"
        && let Some(person) =
            chosen.persons.iter().find(|person| person.resident_kind == domain::ResidentKind::Japanese)
    {
        desk.error(
            "E117",
            "deletion_kind",
            "消除の種類",
            format!("{}さんは日本人です。在留資格を失うことはありません。", person.called()),
            "人と消除の種類を確かめてください。",
        );
    }
    desk.summary = summary(reason.label(), &chosen.persons, event, "");
    if desk.stopped() {
        return Ok(());
    }
    household::warn_of_leaving(desk, &chosen.household, &chosen.numbers(), "targets")?;
    delete(desk, chosen, ResidentStatus::Deleted, event, &movement)
}

/// E015 of a deletion that lies before the birth.
fn born_after(desk: &mut Desk<'_>, persons: &[Person], event: Option<RegisterDate>) {
    for person in persons {
        if let (Some(day), Some(born)) = (event.and_then(|date| date.latest()), person.birth_date.earliest())
            && day < born
        {
            desk.error(
                "E012",
                "event_date",
                "異動日",
                format!(
                    "異動日が、{}さんの生年月日{}より前です。",
                    person.called(),
                    person.birth_date.label_wareki()
                ),
                "異動日と人を確かめてください。",
            );
        }
    }
}

/// Makes 除票 of the chosen and takes them out of their household.
pub(crate) fn delete(
    desk: &mut Desk<'_>,
    chosen: Chosen,
    status: ResidentStatus,
    event: Option<RegisterDate>,
    movement: &Movement,
) -> Result<(), Fault> {
    let leavers = chosen.numbers();
    for mut row in chosen.persons {
        row.resident_status = status;
        row.deletion_reason = Some(movement.reason);
        row.deletion_event_date = event;
        row.deletion_notified_on = movement.notified_on;
        // A plan to move out ends with the record.
        row.dest_address_planned = None;
        row.moveout_planned_on = None;
        row.moveout_planned_reason = None;
        row.moveout_special = false;
        desk.put_person(row, movement)?;
    }
    household::leave(desk, &chosen.household, &leavers, movement)
}
