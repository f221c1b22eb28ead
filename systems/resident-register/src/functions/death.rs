//! 死亡: a resident has died.

use domain::{AddresseeNo, MovementReason, ResidentStatus};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place};

use super::ex_officio_deletion::delete;
use super::forms;
use super::move_within::summary;
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::{household, targets};

/// 死亡 (M-33).
pub(crate) static DEATH: MovementKind = MovementKind { id: "resident-register/death", title: "死亡", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place = Place {
        unit: "住民基本台帳",
        level1: "異動（減少）",
        level2: "戸籍届出による異動（減少）",
        level3: "",
    };
    movement::function(&DEATH, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&DEATH, view, input, context)
}

fn form() -> Form {
    Form::of(vec![
        forms::notice(Vec::new(), Field::new("event_date", "死亡日（異動日）", FieldKind::RegisterDate)),
        forms::targets(),
    ])
}

#[derive(Deserialize)]
struct Death {
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Death = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let reason = MovementReason::Death;
    let movement = given.notice.movement(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(chosen) = targets::choose(desk, &given.targets, event, true)? else { return Ok(()) };
    for person in &chosen.persons {
        if let (Some(died), Some(born)) = (event.and_then(|date| date.latest()), person.birth_date.earliest())
            && died < born
        {
            desk.error(
                "E014",
                "event_date",
                "死亡日",
                format!(
                    "死亡日が、{}さんの生年月日{}より前です。",
                    person.called(),
                    person.birth_date.label_wareki()
                ),
                "死亡届で死亡日と人を確かめてください。",
            );
        }
    }
    desk.summary = summary(reason.label(), &chosen.persons, event, "");
    if desk.stopped() {
        return Ok(());
    }
    household::warn_of_leaving(desk, &chosen.household, &chosen.numbers(), "targets")?;
    delete(desk, chosen, ResidentStatus::Dead, event, &movement)
}
