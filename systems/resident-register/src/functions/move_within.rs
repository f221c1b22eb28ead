//! 転居: residents change their address inside the municipality.

use std::collections::BTreeMap;

use domain::{AddresseeNo, HouseholdNo, MovementReason, Relation};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Form, Function, Input, Outcome, Place};

use super::forms;
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::records::Person;
use crate::rules::address::{self, NewAddress};
use crate::rules::household::{self, Goal};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::relation::Stated;
use crate::rules::targets::{self, Chosen};
use crate::rules::{Limit, person};

/// 転居 (M-09).
pub(crate) static MOVE_WITHIN: MovementKind =
    MovementKind { id: "resident-register/move-within", title: "転居", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place =
        Place { unit: "住民基本台帳", level1: "異動（変更）", level2: "転居", level3: "" };
    movement::function(&MOVE_WITHIN, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&MOVE_WITHIN, view, input, context)
}

fn form() -> Form {
    Form::of(vec![
        forms::notice(Vec::new(), forms::event_day("転居日（異動日）")),
        forms::targets(),
        forms::new_address(),
        forms::household(),
        forms::relations("新しい世帯での続柄"),
    ])
}

#[derive(Deserialize)]
struct MoveWithin {
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(flatten)]
    address: NewAddress,
    #[serde(default)]
    household_no: Option<HouseholdNo>,
    #[serde(default)]
    relations: Vec<GivenRelation>,
}

/// The relation of one person in the household they go to.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct GivenRelation {
    pub(crate) addressee_no: AddresseeNo,
    /// None where it was left empty.
    #[serde(default)]
    pub(crate) relation: Option<Relation>,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: MoveWithin = input.read()?;
    let event =
        notice::check(desk, &given.notice, DateRules { ahead: false, late: Some(Limit::MoveInNotice) });
    let reason = MovementReason::MoveWithin;
    let movement = given.notice.movement(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(chosen) = targets::choose(desk, &given.targets, event, true)? else { return Ok(()) };
    let joined = match given.household_no {
        Some(no) if no == chosen.household.household_no => {
            desk.error(
                "E097",
                "household_no",
                "世帯番号",
                "加わる世帯が、今いる世帯と同じです。",
                "加わる世帯を選び直すか、世帯番号を空にしてください。",
            );
            return Ok(());
        }
        Some(no) => match household::to_join(desk, no)? {
            Some(joined) => Some(joined),
            None => return Ok(()),
        },
        None => None,
    };
    let new_address = match &joined {
        Some(joined) if given.address.is_empty() => joined.address.clone(),
        _ => given.address.complete(desk),
    };
    let whole = chosen.whole();
    check_address(desk, &chosen, &new_address, joined.is_some() || !whole);
    if !given.address.is_empty() {
        address::check_lot(desk, &new_address);
    }
    if let Some(joined) = &joined {
        address::warn_of_other_lot(desk, &new_address, joined)?;
    }
    let relations = stated_relations(desk, &chosen, &given.relations, joined.is_some());
    desk.summary = summary("転居", &chosen.persons, event, &new_address.one_line());
    if desk.stopped() {
        return Ok(());
    }

    let leavers = chosen.numbers();
    household::warn_of_leaving(desk, &chosen.household, &leavers, "targets")?;
    let mut stated = Vec::new();
    for (index, before) in chosen.persons.iter().enumerate() {
        let mut row = before.clone();
        row.event_date = event;
        row.moved_from_address = Some(std::mem::replace(&mut row.address, new_address.clone()));
        row.addr_since = event;
        if let Some(relation) = relations.get(&row.addressee_no) {
            row.relation = relation.clone();
        }
        person::check(desk, &row, reason, "");
        stated.push(Stated { person: row, path: format!("relations.{index}.relation") });
    }
    if desk.stopped() {
        return Ok(());
    }
    let formed_on = event.and_then(|date| date.sort_key()).unwrap_or(desk.today());
    let goal = match joined {
        Some(joined) => Goal::Join(Box::new(joined)),
        // A household that moves as a whole keeps its number and its day.
        None if whole => Goal::Own(chosen.household.household_no, chosen.household.formed_on),
        None => Goal::Own(desk.next_household_no()?, formed_on),
    };
    if !matches!(&goal, Goal::Own(no, _) if *no == chosen.household.household_no) {
        household::leave(desk, &chosen.household, &leavers, &movement)?;
    }
    household::settle(desk, goal, stated, &new_address, &movement)
}

/// E104, E092, A105.
fn check_address(desk: &mut Desk<'_>, chosen: &Chosen, new: &domain::Address, changes_household: bool) {
    if !desk.context.municipality_text("name").is_empty() && !address::is_here(desk, new) {
        desk.error(
            "E104",
            "municipality",
            "住所",
            format!("新しい住所（{}）が、この市区町村の外です。", new.one_line()),
            "外へ移ったのなら転出で入力してください。",
        );
    }
    let stays = chosen.persons.iter().all(|person| address::same_place(&person.address, new));
    if stays && changes_household {
        desk.error(
            "E092",
            "lot",
            "住所",
            "住所は変わらず、世帯だけが変わります。転居では世帯だけの変更はできません。",
            "世帯変更・世帯分離・世帯合併で入力してください。",
        );
    } else if stays {
        desk.alert(
            "A105",
            "lot",
            "住所",
            format!("新しい住所が今の住所（{}）と同じです。", new.one_line()),
            "同じ番地の別の建物や部屋に移ったのなら、方書を確かめてください。",
        );
    }
}

/// The relation of each mover: as given; unchanged when a whole household moves on its own; 世帯主 for one who leaves
/// alone. E124 for the others.
pub(crate) fn stated_relations(
    desk: &mut Desk<'_>,
    chosen: &Chosen,
    given: &[GivenRelation],
    joins: bool,
) -> BTreeMap<AddresseeNo, Relation> {
    let mut relations: BTreeMap<AddresseeNo, Relation> =
        given.iter().filter_map(|one| Some((one.addressee_no, one.relation.clone()?))).collect();
    for person in &chosen.persons {
        let no = person.addressee_no;
        if relations.contains_key(&no) {
            continue;
        }
        if !joins && chosen.whole() {
            relations.insert(no, person.relation.clone());
        } else if !joins && chosen.persons.len() == 1 {
            relations.insert(no, Relation::HEAD);
        } else {
            let row = given.iter().position(|one| one.addressee_no == no);
            let path =
                row.map_or_else(|| format!("relations.{no}"), |row| format!("relations.{row}.relation"));
            desk.error(
                "E124",
                &path,
                "続柄",
                format!("{}さんの、新しい世帯での続柄が空です。", person.called()),
                "新しい世帯での続柄を入力してください。一人だけの世帯なら世帯主です。",
            );
        }
    }
    relations
}

/// One line that tells a movement on residents.
pub(crate) fn summary(
    title: &str,
    persons: &[Person],
    event: Option<domain::RegisterDate>,
    place: &str,
) -> String {
    let first = persons.first().map_or("", Person::called);
    let others = match persons.len() {
        0 | 1 => String::new(),
        count => format!("ほか{}人", count - 1),
    };
    format!(
        "{title}　{first}{others}　{}　{place}",
        event.map(|date| date.label_wareki()).unwrap_or_default()
    )
}
