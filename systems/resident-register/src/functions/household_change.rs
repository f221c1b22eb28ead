//! 世帯分離・世帯合併・世帯変更: members change household, nobody changes their address.

use domain::{AddresseeNo, HouseholdNo, MovementReason};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section, choices};

use super::forms;
use super::move_within::{self, GivenRelation, summary};
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::records::Household;
use crate::rules::address;
use crate::rules::household::{self, Goal};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::person;
use crate::rules::relation::Stated;
use crate::rules::targets::{self, Chosen};

/// 世帯分離, 世帯合併, 世帯変更 (M-16, M-17, M-18).
pub(crate) static HOUSEHOLD_CHANGE: MovementKind =
    MovementKind { id: "resident-register/household-change", title: "世帯分離・合併・変更", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place = Place {
        unit: "住民基本台帳", level1: "異動（変更）", level2: "世帯変更", level3: ""
    };
    movement::function(&HOUSEHOLD_CHANGE, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&HOUSEHOLD_CHANGE, view, input, context)
}

fn form() -> Form {
    let kind = Field::new(
        "change_kind",
        "世帯変更の種類",
        FieldKind::Choice(choices(&[
            ("50", "世帯分離（一部が新しい世帯になる）"),
            ("51", "世帯合併（全員が別の世帯に入る）"),
            ("52", "世帯変更（一部が別の世帯に移る）"),
        ])),
    )
    .required();
    Form::of(vec![
        forms::notice(vec![kind], forms::event_day("変更日（異動日）")),
        forms::targets(),
        Section::once(
            "世帯",
            vec![
                Field::new("household_no", "移る先の世帯番号", FieldKind::HouseholdNo)
                    .help("世帯分離では空にします"),
            ],
        ),
        forms::relations("新しい世帯での続柄"),
    ])
}

#[derive(Deserialize)]
struct HouseholdChange {
    change_kind: String,
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(default)]
    household_no: Option<HouseholdNo>,
    #[serde(default)]
    relations: Vec<GivenRelation>,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: HouseholdChange = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let reason = MovementReason::from_code(&given.change_kind).unwrap_or(MovementReason::HouseholdTransfer);
    let movement = given.notice.movement(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(chosen) = targets::choose(desk, &given.targets, event, true)? else { return Ok(()) };
    let joined = match given.household_no {
        Some(no) => match household::to_join(desk, no)? {
            Some(joined) => Some(joined),
            None => return Ok(()),
        },
        None => None,
    };
    check_kind(desk, reason, &chosen, joined.as_ref());
    let relations = move_within::stated_relations(desk, &chosen, &given.relations, joined.is_some());
    let place = joined.as_ref().map(|joined| format!("世帯番号{}へ", joined.household_no));
    desk.summary = summary(reason.label(), &chosen.persons, event, &place.unwrap_or_default());
    if desk.stopped() {
        return Ok(());
    }
    let leavers = chosen.numbers();
    household::warn_of_leaving(desk, &chosen.household, &leavers, "targets")?;
    let mut stated = Vec::new();
    for (index, before) in chosen.persons.iter().enumerate() {
        let mut row = before.clone();
        row.event_date = event;
        if let Some(relation) = relations.get(&row.addressee_no) {
            row.relation = relation.clone();
        }
        person::check(desk, &row, reason, "");
        stated.push(Stated { person: row, path: format!("relations.{index}.relation") });
    }
    let formed_on = event.and_then(|date| date.sort_key()).unwrap_or(desk.today());
    let address = chosen.household.address.clone();
    let goal = match joined {
        Some(joined) => Goal::Join(Box::new(joined)),
        None => Goal::Own(desk.next_household_no()?, formed_on),
    };
    household::leave(desk, &chosen.household, &leavers, &movement)?;
    household::settle(desk, goal, stated, &address, &movement)
}

/// E097, E092, A093: whether the kind fits who moves where.
///
/// Source: 住民記録システム標準仕様書 1.2.2, 4.1.4.1 (a household change never changes an address; buildings are not
/// compared).
fn check_kind(desk: &mut Desk<'_>, reason: MovementReason, chosen: &Chosen, joined: Option<&Household>) {
    let whole = chosen.whole();
    let wrong = match (reason, joined) {
        (_, Some(joined)) if joined.household_no == chosen.household.household_no => {
            Some(("移る先の世帯が、今いる世帯と同じです。", "移る先の世帯を選び直してください。"))
        }
        (MovementReason::HouseholdSplit, Some(_)) => Some((
            "世帯分離では、新しい世帯ができます。移る先の世帯番号は要りません。",
            "移る先の世帯番号を空にするか、種類を「世帯変更」にしてください。",
        )),
        (MovementReason::HouseholdSplit, None) if whole => Some((
            "世帯の全員が選ばれています。全員では世帯分離になりません。",
            "分かれる人だけを選んでください。",
        )),
        (MovementReason::HouseholdMerge | MovementReason::HouseholdTransfer, None) => Some((
            "移る先の世帯番号が空です。",
            "移る先の世帯を選んでください。新しい世帯になるのなら、種類を「世帯分離」にしてください。",
        )),
        (MovementReason::HouseholdMerge, Some(_)) if !whole => Some((
            "世帯の一部だけが選ばれています。世帯合併は世帯の全員が移ります。",
            "全員を選ぶか、種類を「世帯変更」にしてください。",
        )),
        (MovementReason::HouseholdTransfer, Some(_)) if whole => Some((
            "世帯の全員が選ばれています。全員が移るのは世帯合併です。",
            "移る人だけを選ぶか、種類を「世帯合併」にしてください。",
        )),
        _ => None,
    };
    if let Some((message, remedy)) = wrong {
        desk.error("E097", "household_no", "世帯", message, remedy);
        return;
    }
    let Some(joined) = joined else { return };
    let elsewhere = chosen.persons.iter().find(|person| !address::same_lot(&person.address, &joined.address));
    if let Some(person) = elsewhere {
        desk.error(
            "E092",
            "household_no",
            "住所",
            // Neither address is told: either may be one that is protected.
            format!(
                "{}さんの住所と、移る先の世帯の住所が違います。世帯の変更で住所は変わりません。",
                person.called()
            ),
            "住所も変わるのなら、転居で入力してください。",
        );
    }
}
