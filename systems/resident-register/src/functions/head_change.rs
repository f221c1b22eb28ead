//! 世帯主変更: the head changes, the members stay.

use domain::{AddresseeNo, HouseholdNo, MovementReason};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section};

use super::forms;
use super::move_within::{GivenRelation, summary};
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::rules::household::{self, Goal};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::relation::Stated;
use crate::rules::targets;

/// 世帯主変更 (M-19).
pub(crate) static HEAD_CHANGE: MovementKind =
    MovementKind { id: "resident-register/head-change", title: "世帯主変更", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place = Place {
        unit: "住民基本台帳", level1: "異動（変更）", level2: "世帯変更", level3: ""
    };
    movement::function(&HEAD_CHANGE, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&HEAD_CHANGE, view, input, context)
}

fn form() -> Form {
    Form::of(vec![
        forms::notice(Vec::new(), forms::event_day("変更日（異動日）")),
        Section::once(
            "世帯",
            vec![Field::new("household_no", "世帯番号", FieldKind::HouseholdNo).required()],
        ),
        forms::new_relations("新しい世帯主から見た続柄"),
    ])
}

#[derive(Deserialize)]
struct HeadChange {
    #[serde(flatten)]
    notice: Notice,
    household_no: HouseholdNo,
    #[serde(default)]
    relations: Vec<GivenRelation>,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: HeadChange = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let reason = MovementReason::HeadChange;
    let movement = given.notice.movement(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(home) = household::to_join(desk, given.household_no)? else { return Ok(()) };
    let members: Vec<AddresseeNo> = home.members.clone();
    let Some(chosen) = targets::choose(desk, &members, event, true)? else { return Ok(()) };
    for (index, one) in given.relations.iter().enumerate() {
        if !members.contains(&one.addressee_no) {
            desk.error(
                "D002",
                &format!("relations.{index}.addressee_no"),
                "宛名番号",
                format!("宛名番号{}の人は、この世帯の世帯員ではありません。", one.addressee_no),
                "この世帯の世帯員だけを入力してください。",
            );
        }
    }
    let mut stated = Vec::new();
    for person in chosen.persons {
        let given =
            given.relations.iter().enumerate().find(|(_, one)| one.addressee_no == person.addressee_no);
        let stated_now = given.and_then(|(index, one)| Some((index, one.relation.clone()?)));
        let Some((index, relation)) = stated_now else {
            desk.error(
                "E124",
                &format!("relations.{}", person.addressee_no),
                "続柄",
                format!("{}さんの、新しい世帯主から見た続柄が空です。", person.called()),
                "世帯員全員の続柄を入力してください。",
            );
            continue;
        };
        let mut row = person;
        row.relation = relation;
        stated.push(Stated { person: row, path: format!("relations.{index}.relation") });
    }
    let mut heads = stated.iter().filter(|one| one.person.relation.is_head());
    if let (Some(only), None) = (heads.next(), heads.next())
        && Some(only.person.addressee_no) == home.head
        && !desk.stopped()
    {
        desk.alert(
            "D009",
            "relations",
            "世帯主",
            "世帯主が変わりません。今の世帯主がそのまま世帯主になっています。",
            "新しい世帯主の続柄を「世帯主」にしてください。続柄だけを直すのは世帯主変更ではありません。",
        );
    }
    let persons: Vec<_> = stated.iter().map(|one| one.person.clone()).collect();
    desk.summary = summary(reason.label(), &persons, event, &format!("世帯番号{}", home.household_no));
    if desk.stopped() {
        return Ok(());
    }
    let address = home.address.clone();
    household::settle(desk, Goal::Own(home.household_no, home.formed_on), stated, &address, &movement)
}
