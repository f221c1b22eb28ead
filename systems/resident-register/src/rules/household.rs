//! What a movement does to households: leaving, forming, joining (世帯への影響).

use domain::{Address, AddresseeNo, Date, HouseholdNo, MovementReason, Relation};
use register::Fault;

use super::relation::{self, Stated};
use super::{Limit, order, protection};
use crate::desk::{Desk, Movement};
use crate::records::{Basis, Household, Person};

/// Warns that a head leaves members behind: A084 for one, A083 for two or more.
///
/// Source: 住民記録システム標準仕様書 4.0.4, 4.0.5.
pub(crate) fn warn_of_leaving(
    desk: &mut Desk<'_>,
    household: &Household,
    leavers: &[AddresseeNo],
    path: &str,
) -> Result<(), Fault> {
    let (head_leaves, staying) = after(household, leavers);
    if !head_leaves {
        return Ok(());
    }
    let first = match staying.first() {
        Some(no) => desk.person(*no)?,
        None => None,
    };
    let young = first.as_ref().is_some_and(|first| relation::is_young_for_head(desk.today(), first));
    let first = first.as_ref().map_or("", Person::called);
    match staying.len() {
        0 => {}
        1 if young => desk.alert(
            "A084",
            path,
            "世帯主",
            format!("世帯主がいなくなり、{first}さん一人が残ります。{}歳未満です。", Limit::HeadAgeLow.value()),
            "子だけの世帯になります。保護者と住む世帯を確かめてください。このまま進めると、残る人を職権で世帯主に変更します。",
        ),
        1 => desk.alert(
            "A084",
            path,
            "世帯主",
            format!("世帯主がいなくなり、{first}さん一人が残ります。"),
            "このまま進めると、残る人を職権で世帯主に変更します。世帯主変更通知書を送ってください。",
        ),
        count => desk.alert(
            "A083",
            path,
            "世帯主",
            format!("世帯主がいなくなり、{count}人が残ります。世帯主のいない世帯になります。"),
            &format!("先に世帯主変更を入力してください。そのまま進めるときは、{first}さんあてに世帯主変更依頼通知書を送ってください。"),
        ),
    }
    Ok(())
}

/// Whether the head leaves, and who stays.
fn after(household: &Household, leavers: &[AddresseeNo]) -> (bool, Vec<AddresseeNo>) {
    let staying = household.members.iter().copied().filter(|no| !leavers.contains(no)).collect();
    (household.head.is_some_and(|head| leavers.contains(&head)), staying)
}

/// Takes leavers out of their household. The one who stays alone after the head becomes the head ex officio; of two or
/// more, relations stay as they were until somebody notifies who is the head.
///
/// Source: 住民記録システム標準仕様書 4.0.4, 4.0.5.
pub(crate) fn leave(
    desk: &mut Desk<'_>,
    household: &Household,
    leavers: &[AddresseeNo],
    movement: &Movement,
) -> Result<(), Fault> {
    let (head_leaves, staying) = after(household, leavers);
    let mut next = household.clone();
    next.members.clone_from(&staying);
    if head_leaves {
        next.head = None;
        if let [alone] = staying.as_slice()
            && let Some(mut person) = desk.person(*alone)?
        {
            person.relation = Relation::HEAD;
            person.head_name.clone_from(&person.name);
            next.head = Some(*alone);
            desk.put_person(person, &ex_officio_head_change(movement))?;
        }
    }
    desk.put_household(next)
}

/// The row of a member who becomes head, or whose head changes, by another's movement.
fn ex_officio_head_change(movement: &Movement) -> Movement {
    Movement {
        reason: MovementReason::HeadChange,
        event_date: movement.event_date,
        notified_on: None,
        basis: Basis::ExOfficio,
        note: String::new(),
    }
}

/// Where the movers go.
pub(crate) enum Goal {
    /// A household under this number with nobody else in it; formed on that day.
    Own(HouseholdNo, Date),
    /// An existing household.
    Join(Box<Household>),
}

/// Puts the movers into a household: sets number, order and head's name of each, and lays all rows down.
///
/// Members of a new household stand in the standard's order, those of one that is there already as they stood, joiners at the end of the one they join.
///
/// Source: 住民記録システム標準仕様書 4.0.2, 5.2.
pub(crate) fn settle(
    desk: &mut Desk<'_>,
    goal: Goal,
    mut movers: Vec<Stated>,
    address: &Address,
    movement: &Movement,
) -> Result<(), Fault> {
    let (mut household, others) = match goal {
        Goal::Own(household_no, formed_on) => {
            // A household that moves with its relations as they are keeps the order staff gave it.
            let mut stays = desk.household(household_no)?.is_some();
            for one in &movers {
                let held = desk.person_read(one.person.addressee_no)?;
                stays &= held.is_some_and(|held| held.relation == one.person.relation);
            }
            match stays {
                true => movers.sort_by_key(|one| (one.person.member_order, one.person.addressee_no)),
                false => movers.sort_by_key(|one| order::rank(&one.person)),
            }
            let household = Household {
                household_no,
                head: None,
                members: Vec::new(),
                address: address.clone(),
                formed_on,
            };
            (household, Vec::new())
        }
        Goal::Join(household) => {
            protection::warn_of_joining(desk, &household)?;
            let others = desk.members(&household)?;
            (*household, others)
        }
    };
    relation::check(desk, &movers, &others);
    let mut place = others.iter().map(|person| person.member_order).max().unwrap_or_default();
    let new_head = movers.iter().find(|one| one.person.relation.is_head()).map(|one| one.person.clone());
    let headless = household.head.is_none();
    if let Some(head) = &new_head {
        household.head = Some(head.addressee_no);
    }
    let old_head = others.iter().find(|person| Some(person.addressee_no) == household.head);
    let head_name = match (&new_head, old_head) {
        (Some(head), _) | (None, Some(head)) => head.name.clone(),
        (None, None) => others.first().map(|person| person.head_name.clone()).unwrap_or_default(),
    };
    if let Some(head) = new_head.as_ref().filter(|_| headless && !others.is_empty()) {
        let staying = others.iter().map(Person::called).collect::<Vec<_>>().join("さん、");
        desk.alert(
            "D017",
            "household_no",
            "続柄",
            format!(
                "世帯主のいない世帯に、{}さんが世帯主として入ります。前からいる人（{staying}さん）の続柄は、前の世帯主から見たままです。",
                head.called()
            ),
            "登録した後、前からいる人の続柄を修正で直してください。",
        );
    }
    if new_head.is_some() {
        // The members who were there get the name of their new head; their relations are for the family to notify.
        for mut member in others {
            if member.head_name != head_name {
                member.head_name.clone_from(&head_name);
                desk.put_person(member, &ex_officio_head_change(movement))?;
            }
        }
    }
    for mover in movers {
        place = place.saturating_add(1);
        let mut person = mover.person;
        person.household_no = household.household_no;
        person.member_order = place;
        person.head_name.clone_from(&head_name);
        household.members.push(person.addressee_no);
        desk.put_person(person, movement)?;
    }
    desk.put_household(household)
}

/// The household a movement joins; E094 when it is unknown or closed.
pub(crate) fn to_join(desk: &mut Desk<'_>, no: HouseholdNo) -> Result<Option<Household>, Fault> {
    let household = desk.household(no)?;
    if household.is_none() {
        desk.error(
            "E094",
            "household_no",
            "世帯番号",
            format!("世帯番号{no}の世帯はありません。番号が違うか、全員がいなくなった世帯です。"),
            "世帯を検索して選び直してください。",
        );
    }
    Ok(household)
}
