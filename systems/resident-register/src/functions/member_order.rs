//! 記載順位の変更: the members of a household in another order on the record.

use domain::{AddresseeNo, HouseholdNo, MovementReason};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section};

use super::forms;
use super::move_within::summary;
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::records::{Household, Person};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::{household, targets};

/// 記載順位の変更.
pub(crate) static MEMBER_ORDER: MovementKind =
    MovementKind { id: "resident-register/member-order", title: "記載順位の変更", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place = Place {
        unit: "住民基本台帳", level1: "異動（変更）", level2: "世帯変更", level3: ""
    };
    movement::function(&MEMBER_ORDER, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&MEMBER_ORDER, view, input, context)
}

fn form() -> Form {
    Form::of(vec![
        forms::notice(Vec::new(), forms::event_day("変更日（異動日）")),
        Section::once(
            "世帯",
            vec![Field::new("household_no", "世帯番号", FieldKind::HouseholdNo).required()],
        ),
        Section::repeated(
            "order",
            "新しい順",
            forms::MEMBERS_MAX,
            vec![Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required()],
        ),
    ])
}

#[derive(Deserialize)]
struct MemberOrder {
    #[serde(flatten)]
    notice: Notice,
    household_no: HouseholdNo,
    #[serde(default)]
    order: Vec<Placed>,
}

#[derive(Deserialize)]
struct Placed {
    addressee_no: AddresseeNo,
}

/// The program puts a new household in the standard's order; what a family wishes beyond that is the clerk's to enter.
///
/// Source: 住民記録システム標準仕様書 5.2.
fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: MemberOrder = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let reason = MovementReason::ExOfficioCorrection;
    let movement = given.notice.ex_officio(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(home) = household::to_join(desk, given.household_no)? else { return Ok(()) };
    let wanted: Vec<AddresseeNo> = given.order.iter().map(|one| one.addressee_no).collect();
    let mut sorted = (wanted.clone(), home.members.clone());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    if sorted.0 != sorted.1 {
        desk.error(
            "E098",
            "order",
            "新しい順",
            format!("世帯員{}人の全員が、一度ずつ並んでいません。", home.members.len()),
            "世帯員の全員を、新しい順に一度ずつ入力してください。",
        );
        return Ok(());
    }
    let Some(chosen) = targets::choose(desk, &wanted, event, true)? else { return Ok(()) };
    let changed: Vec<Person> = (1_u32..)
        .zip(chosen.persons)
        .filter(|(place, person)| *place != person.member_order)
        .map(|(place, person)| Person { member_order: place, ..person })
        .collect();
    desk.summary = summary("記載順位の変更", &changed, event, &format!("世帯番号{}", home.household_no));
    if changed.is_empty() {
        desk.error(
            "D011",
            "order",
            "新しい順",
            "今の順と同じです。直すところがありません。",
            "新しい順を確かめてください。",
        );
    }
    if desk.stopped() {
        return Ok(());
    }
    for person in changed {
        desk.put_person(person, &movement)?;
    }
    desk.put_household(Household { members: wanted, ..home })
}
