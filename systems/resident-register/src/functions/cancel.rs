//! 異動の取消し: a movement is undone by appending what was before it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AddresseeNo, HouseholdNo, MovementReason, RegisterDate, Relation, ResidentStatus};
use register::{Fault, Versioned, View, ViewExt};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section};

use super::forms;
use super::move_within::summary;
use crate::desk::{Desk, Movement};
use crate::movement::{self, MovementKind};
use crate::records::{Basis, Household, Person};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::relation::{self, Stated};
use crate::rules::{address, former, household, issued, targets};

/// 異動の取消し (§5.8 of the domain reference).
pub(crate) static CANCEL: MovementKind =
    MovementKind { id: "resident-register/cancel", title: "異動の取消し", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place =
        Place {
            unit: "住民基本台帳", level1: "異動（変更）", level2: "職権による異動（変更）", level3: ""
        };
    movement::function(&CANCEL, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&CANCEL, view, input, context)
}

fn form() -> Form {
    Form::of(vec![
        forms::notice(Vec::new(), forms::event_day("取消日（異動日）")),
        forms::targets(),
        Section::once(
            "取り消す異動",
            vec![
                Field::new("history_no", "取り消す履歴番号", FieldKind::Text(6))
                    .help("空なら最新の異動。新しい異動から順に取り消します"),
            ],
        ),
    ])
}

#[derive(Deserialize)]
struct Cancel {
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(default)]
    history_no: String,
}

/// One person's part of the movement that is undone.
struct Undone {
    now: Person,
    /// The row the person goes back to; none when the movement made the record.
    before: Option<Person>,
    /// 履歴番号 of the rows that no longer hold, newest first.
    rows: Vec<u32>,
    position: register::Position,
    reason: MovementReason,
    /// Whether it is a 転入通知 that told of a departure; the departure itself may be older.
    notice: bool,
}

/// Source: 住民記録システム標準仕様書 4.6.
fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Cancel = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    desk.effective_on = event.and_then(|date| date.sort_key());
    let mut undone: Vec<Undone> = Vec::new();
    for no in &given.targets {
        if undone.iter().any(|one| one.now.addressee_no == *no) {
            continue;
        }
        undone.extend(target(desk, *no, &given.history_no)?);
    }
    desk.targets = undone.iter().map(|one| one.now.addressee_no).collect();
    let Some(first) = undone.first() else { return Ok(()) };
    if undone.iter().any(|one| one.position != first.position) {
        desk.error(
            "E119",
            "targets",
            "異動者",
            "選んだ人の最新の異動が、一つの異動ではありません。",
            "一緒に異動した人だけを選んでください。別の異動は、別に取り消してください。",
        );
    }
    desk.summary = summary(
        "異動の取消し",
        &undone.iter().map(|one| one.now.clone()).collect::<Vec<_>>(),
        event,
        &format!("{}を取り消す", first.reason.label()),
    );
    desk.reason = Some(reason_of(first));
    if desk.stopped() {
        return Ok(());
    }
    let followers = followers(desk, &undone)?;
    undone.extend(followers);
    go_back(desk, undone, &given.notice, event)
}

/// The newest movement of somebody that still holds; D002, D055, E101, E119, E120.
fn target(desk: &mut Desk<'_>, no: AddresseeNo, history_no: &str) -> Result<Option<Undone>, Fault> {
    let path = format!("targets.{no}");
    let Some(now) = desk.person(no)? else {
        desk.error(
            "D002",
            "targets",
            "異動者",
            format!("宛名番号{no}の住民はいません。"),
            "宛名番号を確かめて選び直してください。",
        );
        return Ok(None);
    };
    targets::held(desk, &now, &path)?;
    let history = desk.view.load_history::<Person>(no.as_str())?;
    let Some(undone) = newest(&history, now) else {
        desk.error(
            "E119",
            &path,
            "取り消す異動",
            "取り消せる異動がありません。すべて取り消されています。",
            "履歴を確かめてください。",
        );
        return Ok(None);
    };
    let called = undone.now.called().to_owned();
    issued::warn_of_rows(desk, &undone.now, &path, &undone.rows)?;
    match history_no.parse::<u32>() {
        _ if history_no.is_empty() => {}
        Ok(wanted) if undone.rows.contains(&wanted) => {}
        Ok(wanted) if holding(&history).iter().any(|held| held.record.history_no == wanted) => desk.error(
            "E120",
            "history_no",
            "取り消す履歴番号",
            format!(
                "履歴番号{wanted}の後に、{called}さんには取り消していない異動（{}）があります。",
                undone.reason.label()
            ),
            "新しい異動から順に取り消してください。",
        ),
        _ => desk.error(
            "E119",
            "history_no",
            "取り消す履歴番号",
            format!("履歴番号{history_no}は、{called}さんの履歴にないか、もう取り消されています。"),
            "履歴を見て、取り消す異動を選び直してください。",
        ),
    }
    if let (true, Some(before)) = (is_departure(&undone.now, undone.reason) && !undone.notice, &undone.before)
        && before.is_resident()
        && before.moveout_planned_on.is_some()
    {
        desk.error(
            "E120",
            &path,
            "取り消す異動",
            format!(
                "{called}さんには、転出の届出の後、転出する前に別の異動（{}）があります。",
                before.movement_reason.label()
            ),
            "転出の届出だけを取り消すことはできません。転入として入力し直すか、住民票を確かめてください。",
        );
    }
    Ok(Some(undone))
}

/// The rows that hold, oldest first: a cancelling row takes itself and what it cancels away.
fn holding(history: &[Versioned<Person>]) -> Vec<&Versioned<Person>> {
    let mut holding: Vec<&Versioned<Person>> = Vec::new();
    for held in history {
        if held.record.cancels.is_empty() {
            holding.push(held);
        } else {
            holding.retain(|older| !held.record.cancels.contains(&older.record.history_no));
        }
    }
    holding
}

/// The newest movement: the rows of one change, and of a 転出 whose day has come also the row that planned it.
fn newest(history: &[Versioned<Person>], now: Person) -> Option<Undone> {
    let mut holding = holding(history);
    let last = holding.pop()?;
    let (position, reason) = (last.position, last.record.movement_reason);
    let mut rows = vec![last.record.history_no];
    while let Some(older) = holding.pop_if(|older| older.position == position) {
        rows.push(older.record.history_no);
    }
    // A 転入通知 that comes before the planned day makes somebody a former resident, too; the plan stood before it.
    let told = last.record.movein_notice_on;
    let notice = told.is_some()
        && holding.last().is_some_and(|older| confirmed(&older.record) != confirmed(&last.record));
    let planned_it = |older: &Person| is_departure_reason(older.movement_reason) && older.is_resident();
    if is_departure(&last.record, reason)
        && !notice
        && let Some(plan) = holding.pop_if(|older| planned_it(&older.record))
    {
        rows.push(plan.record.history_no);
    }
    let before = holding.last().map(|held| held.record.clone());
    Some(Undone { now, before, rows, position, reason, notice })
}

/// What a 転入通知 writes.
fn confirmed(row: &Person) -> (Option<domain::Date>, Option<domain::Date>, Option<&domain::Address>) {
    (row.movein_notice_on, row.moveout_confirmed_on, row.dest_address_confirmed.as_ref())
}

fn is_departure_reason(reason: MovementReason) -> bool {
    matches!(reason, MovementReason::MoveOutDomestic | MovementReason::MoveOutOverseas)
}

fn is_departure(row: &Person, reason: MovementReason) -> bool {
    is_departure_reason(reason) && row.resident_status == ResidentStatus::MovedOut
}

/// Those whose rows only followed from the movement of somebody who is undone: a head or a head's name that changed.
fn followers(desk: &mut Desk<'_>, undone: &[Undone]) -> Result<Vec<Undone>, Fault> {
    let Some(position) = undone.first().map(|one| one.position) else { return Ok(Vec::new()) };
    // The households in which a head comes or goes by this.
    let mut homes: BTreeSet<HouseholdNo> = BTreeSet::new();
    for one in undone {
        let rows = [Some(&one.now), one.before.as_ref()];
        let heads = rows.into_iter().flatten().filter(|row| row.relation.is_head());
        homes.extend(heads.map(|row| row.household_no));
    }
    let mut found = Vec::new();
    for home in homes {
        let Some(household) = desk.household(home)? else { continue };
        for member in desk.members(&household)? {
            if undone.iter().any(|one| one.now.addressee_no == member.addressee_no) {
                continue;
            }
            let history = desk.view.load_history::<Person>(member.addressee_no.as_str())?;
            let follows = |one: &Undone| {
                one.position == position
                    && one.before.as_ref().is_some_and(|before| {
                        before.household_no == one.now.household_no
                            && before.address == one.now.address
                            && before.head_name != one.now.head_name
                    })
            };
            found.extend(newest(&history, member).filter(follows));
        }
    }
    Ok(found)
}

/// 増, 減 or 修正, by what becomes of the record.
///
/// A 転出 whose day has not come deleted nothing yet, so that taking it back corrects.
fn reason_of(one: &Undone) -> MovementReason {
    let will_be = one.before.as_ref().is_some_and(Person::is_resident);
    match (one.now.is_resident(), will_be) {
        (false, true) => MovementReason::CancelDeletion,
        (true, false) => MovementReason::CancelEntry,
        _ if one.before.is_none() => MovementReason::CancelEntry,
        _ => MovementReason::CancelCorrection,
    }
}

/// The row that is appended: everything as it was before, the numbering and the history going on.
fn restored(one: &Undone, event: Option<RegisterDate>, notified_on: Option<domain::Date>) -> Person {
    let mut row = one.before.clone().unwrap_or_else(|| Person {
        resident_status: ResidentStatus::Deleted,
        deletion_reason: Some(MovementReason::CancelEntry),
        deletion_event_date: event,
        deletion_notified_on: notified_on,
        ..one.now.clone()
    });
    // Lines are only added to a history; where it does not go on from the former row, another record had begun (再転入,
    // 改製, 帰化), and the one that holds again has its own.
    // A former row without history (from an older system) is the beginning of any, so that the records are compared, too.
    let began = one.before.as_ref().is_some_and(|before| began_anew(before, &one.now));
    if !began && one.now.history_entries.starts_with(&row.history_entries) {
        row.history_entries.clone_from(&one.now.history_entries);
    }
    row.cancels.clone_from(&one.rows);
    row
}

/// Whether what is undone began another record than the row it goes back to is of.
fn began_anew(before: &Person, now: &Person) -> bool {
    (!before.is_resident() && now.is_resident() && !former::goes_on(before, now))
        || before.resident_kind != now.resident_kind
        || before.renewal_no != now.renewal_no
}

fn go_back(
    desk: &mut Desk<'_>,
    undone: Vec<Undone>,
    notice: &Notice,
    event: Option<RegisterDate>,
) -> Result<(), Fault> {
    let everybody: BTreeSet<AddresseeNo> = undone.iter().map(|one| one.now.addressee_no).collect();
    // Households as they were before, and what they are called now.
    let mut renamed: BTreeMap<HouseholdNo, HouseholdNo> = BTreeMap::new();
    let mut arriving: BTreeMap<HouseholdNo, Vec<AddresseeNo>> = BTreeMap::new();
    let mut touched: BTreeSet<HouseholdNo> = BTreeSet::new();
    let mut rows = Vec::new();
    for one in &undone {
        let movement = notice.movement(reason_of(one), desk.today());
        let mut row = restored(one, event, movement.notified_on);
        if one.now.is_resident() {
            touched.insert(one.now.household_no);
        }
        if row.is_resident() {
            let old = row.household_no;
            let home = match renamed.get(&old) {
                Some(home) => *home,
                None => {
                    let home =
                        if still_there(desk, &row, &everybody)? { old } else { desk.next_household_no()? };
                    renamed.insert(old, home);
                    home
                }
            };
            row.household_no = home;
            touched.insert(home);
            arriving.entry(home).or_default().push(row.addressee_no);
        }
        rows.push((row, movement));
    }
    for home in &touched {
        leaves_headless(desk, *home, &undone)?;
    }
    for (row, movement) in rows {
        desk.put_person(row, &movement)?;
    }
    for home in touched {
        rebuild(desk, home, &everybody, arriving.remove(&home).unwrap_or_default(), notice, event)?;
    }
    Ok(())
}

/// A083, A084 where a head goes by this and no other comes.
fn leaves_headless(desk: &mut Desk<'_>, home: HouseholdNo, undone: &[Undone]) -> Result<(), Fault> {
    let Some(household) = desk.household(home)? else { return Ok(()) };
    let stays = |row: &Person| row.is_resident() && row.household_no == home;
    if undone.iter().filter_map(|one| one.before.as_ref()).any(|row| stays(row) && row.relation.is_head()) {
        return Ok(());
    }
    let leavers: Vec<AddresseeNo> = undone
        .iter()
        .filter(|one| one.now.is_resident() && !one.before.as_ref().is_some_and(stays))
        .map(|one| one.now.addressee_no)
        .collect();
    household::warn_of_leaving(desk, &household, &leavers, "targets")
}

/// Whether the former household is where it was: open, and at the old address unless all who are in it go back, too.
///
/// Source: 住民記録システム標準仕様書 4.6.0.1 (a household that left entirely is a new one at the old address).
fn still_there(desk: &mut Desk<'_>, row: &Person, everybody: &BTreeSet<AddresseeNo>) -> Result<bool, Fault> {
    Ok(desk.household(row.household_no)?.is_some_and(|home| {
        address::same_lot(&home.address, &row.address) || home.members.iter().all(|no| everybody.contains(no))
    }))
}

/// A household after the undone have left it or come back.
fn rebuild(
    desk: &mut Desk<'_>,
    home: HouseholdNo,
    everybody: &BTreeSet<AddresseeNo>,
    arriving: Vec<AddresseeNo>,
    notice: &Notice,
    event: Option<RegisterDate>,
) -> Result<(), Fault> {
    let held = desk.household(home)?;
    let mut members: Vec<Person> = Vec::new();
    if let Some(household) = &held {
        let stay = |person: &Person| !everybody.contains(&person.addressee_no);
        members.extend(desk.members(household)?.into_iter().filter(stay));
    }
    let mut stated = Vec::new();
    for no in arriving {
        let Some(mut row) = desk.person(no)? else { continue };
        if members.iter().any(|member| member.member_order == row.member_order) {
            let last = members.iter().map(|member| member.member_order).max().unwrap_or_default();
            row.member_order = last.saturating_add(1);
        }
        stated.push(Stated { person: row.clone(), path: "targets".to_owned() });
        members.push(row);
    }
    members.sort_by_key(|member| member.member_order);
    let others: Vec<Person> =
        members.iter().filter(|member| !everybody.contains(&member.addressee_no)).cloned().collect();
    // One who stays alone becomes the head, as after any other movement.
    if let [alone] = members.as_mut_slice()
        && !alone.relation.is_head()
    {
        alone.relation = Relation::HEAD;
    } else if let [.., _, _] =
        members.iter().filter(|member| member.relation.is_head()).collect::<Vec<_>>().as_slice()
    {
        desk.error(
            "E081",
            "targets",
            "続柄",
            "取り消すと、世帯に世帯主が二人います。その後に世帯主が変わった世帯です。",
            "先に世帯主変更を取り消してください。",
        );
    } else if !stated.is_empty() {
        relation::check(desk, &stated, &others);
    }
    let head = members.iter().find(|member| member.relation.is_head()).cloned();
    let place = head.as_ref().or(members.first()).map(|person| person.address.clone());
    let address = place.or(held.as_ref().map(|home| home.address.clone())).unwrap_or_default();
    let follow = Movement {
        reason: MovementReason::HeadChange,
        event_date: event,
        notified_on: None,
        basis: Basis::ExOfficio,
        note: String::new(),
    };
    for member in &mut members {
        if let Some(head) = &head {
            member.head_name.clone_from(&head.name);
        }
        if desk.person(member.addressee_no)?.as_ref() != Some(member) {
            let own = everybody.contains(&member.addressee_no);
            let movement =
                if own { notice.movement(member.movement_reason, desk.today()) } else { follow.clone() };
            desk.put_person(member.clone(), &movement)?;
        }
    }
    let formed_on = held.map_or_else(
        || event.and_then(|date| date.sort_key()).unwrap_or(desk.today()),
        |household| household.formed_on,
    );
    desk.put_household(Household {
        household_no: home,
        head: head.map(|head| head.addressee_no),
        members: members.iter().map(|member| member.addressee_no).collect(),
        address,
        formed_on,
    })
}
