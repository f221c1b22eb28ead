//! 転入通知の受理: another municipality tells that somebody who left has moved in there.

use std::collections::BTreeMap;

use domain::{Address, AddresseeNo, Date, HouseholdNo, MovementReason, RegisterDate, ResidentStatus, wareki};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section};

use super::forms;
use super::move_out;
use super::move_within::summary;
use crate::desk::{Desk, Movement};
use crate::movement::{self, MovementKind};
use crate::records::{Basis, Person};
use crate::rules::{address, household, issued, received, targets};

/// 転入通知の受理 (M-15).
pub(crate) static MOVE_IN_NOTICE: MovementKind =
    MovementKind { id: "resident-register/move-in-notice", title: "転入通知の受理", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place =
        Place { unit: "住民基本台帳", level1: "異動（減少）", level2: "転出", level3: "" };
    movement::function(&MOVE_IN_NOTICE, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&MOVE_IN_NOTICE, view, input, context)
}

fn form() -> Form {
    let mut destination = forms::destination();
    destination.title = "転出先（確定）";
    Form::of(vec![
        Section::once(
            "通知",
            vec![
                Field::new("received_nos", "受信通知の受信番号", FieldKind::Text(400))
                    .help("受信通知一覧の番号。空の日付と転出先を補います。一緒に転入した人の分は空白で区切って並べます"),
                Field::new("event_date", "転入した日（転出年月日の確定）", FieldKind::Date),
                Field::new("notified_on", "通知日", FieldKind::Date),
                Field::new("note", "留意事項", FieldKind::Text(200)),
            ],
        ),
        forms::targets(),
        destination,
    ])
}

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    received_nos: String,
    #[serde(default)]
    event_date: Option<RegisterDate>,
    #[serde(default)]
    notified_on: Option<RegisterDate>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
}

/// Fills what is confirmed; what was planned stays. Of somebody whose day has not come it is the departure.
///
/// Source: 住民記録システム標準仕様書 4.1.3.1.1; 住民基本台帳法 art. 9(1).
fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let mut given: Told = input.read()?;
    let notices = received::begin(desk, &given.received_nos)?;
    let mut dest = address::elsewhere(input, "dest_").address;
    let mut told_on = None;
    if let Some((notice, _)) = notices.first() {
        // What staff stated wins: a notice may be garbled.
        given.event_date = given.event_date.or(notice.moved_on.map(RegisterDate::Day));
        told_on = notice.notified_on.or(Some(notice.received_on));
        if dest.is_empty() {
            dest = notice.new_address.clone().unwrap_or_default();
        }
    }
    let stated_on = given.notified_on.as_ref().and_then(RegisterDate::known);
    let notified_on = stated_on.or(told_on).unwrap_or(desk.today());
    let moved_in = days(desk, &given, notified_on);
    address::check_code(desk, &dest, "dest_");
    if dest.municipality.is_empty() {
        desk.error(
            "E124",
            "dest_municipality",
            "転出先（確定）",
            "転出先の市区町村が空です。",
            "転入通知の住所を入力してください。",
        );
    } else if address::is_here(desk, &dest) {
        desk.error(
            "E107",
            "dest_municipality",
            "転出先（確定）",
            format!("転出先（{}）が、この市区町村の中です。", dest.one_line()),
            "転入通知の住所を確かめてください。",
        );
    } else if address::may_be_here(desk, &dest) {
        desk.alert(
            "A107",
            "dest_municipality",
            "転出先（確定）",
            format!("転出先（{}）が、この市区町村の中かもしれません。", dest.one_line()),
            "転入通知の都道府県と市区町村を確かめてください。",
        );
    }
    let persons = persons(desk, &given.targets, &dest, moved_in)?;
    before_coming(desk, &persons, moved_in);
    received::compare(desk, &notices, &persons);
    desk.targets = persons.iter().map(|person| person.addressee_no).collect();
    desk.reason = persons.first().map(reason_of);
    desk.summary = summary("転入通知の受理", &persons, given.event_date, &dest.one_line());
    let Some(moved_in) = moved_in.filter(|_| !desk.stopped()) else { return Ok(()) };
    received::used(desk, notices)?;
    let movement = |person: &Person, day: Date| Movement {
        reason: reason_of(person),
        event_date: Some(RegisterDate::Day(day)),
        notified_on: Some(notified_on),
        basis: Basis::Notice,
        note: given.note.clone(),
    };
    let mut leaving: BTreeMap<(HouseholdNo, Date), Vec<Person>> = BTreeMap::new();
    for mut row in persons {
        let confirmed_before = row.moveout_confirmed_on;
        row.dest_address_confirmed = Some(dest.clone());
        row.moveout_confirmed_on = Some(moved_in);
        row.movein_notice_on = Some(notified_on);
        match row.moveout_planned_on.filter(|_| row.is_resident()) {
            Some(planned) => leaving.entry((row.household_no, planned.min(moved_in))).or_default().push(row),
            None => {
                confirm_deletion(&mut row, confirmed_before, moved_in);
                let movement = movement(&row, moved_in);
                desk.put_person(row, &movement)?;
            }
        }
    }
    for ((home, day), movers) in leaving {
        let Some(household) = desk.household(home)? else { continue };
        let Some(movement) = movers.first().map(|first| movement(first, day)) else { continue };
        let numbers: Vec<AddresseeNo> = movers.iter().map(|person| person.addressee_no).collect();
        household::warn_of_leaving(desk, &household, &numbers, "targets")?;
        move_out::delete_on(desk, &household, movers, &movement, day)?;
    }
    Ok(())
}

/// 消除の異動年月日 of who is deleted already. A departure before the planned day deleted the record on the confirmed day; when
/// a corrected notice confirms another, the deletion follows it, though never behind the planned day.
///
/// Source: 住民記録システム標準仕様書 4.1.3.1.1 (a notice that is sent again may correct).
fn confirm_deletion(row: &mut Person, before: Option<Date>, moved_in: Date) {
    let departed = matches!(
        row.deletion_reason,
        Some(MovementReason::MoveOutDomestic | MovementReason::MoveOutOverseas)
    );
    let held = row.deletion_event_date.and_then(|date| date.known());
    let early = before.is_some_and(|before| row.moveout_planned_on.is_none_or(|planned| before <= planned));
    if departed && early && before == held && held.is_some() {
        let day = row.moveout_planned_on.map_or(moved_in, |planned| planned.min(moved_in));
        row.deletion_event_date = Some(RegisterDate::Day(day));
    }
}

/// The row keeps the reason of the departure that is confirmed.
fn reason_of(person: &Person) -> MovementReason {
    person.moveout_planned_reason.or(person.deletion_reason).unwrap_or(MovementReason::MoveOutDomestic)
}

/// E001, E002, E004.
fn days(desk: &mut Desk<'_>, given: &Told, notified_on: Date) -> Option<Date> {
    let today = desk.today();
    if today < notified_on {
        desk.error(
            "E004",
            "notified_on",
            "通知日",
            format!("通知日{}は、今日{}より後です。", wareki(notified_on), wareki(today)),
            "通知日を今日以前にしてください。",
        );
    }
    let day = given.event_date.as_ref().and_then(RegisterDate::known);
    match day {
        None => desk.error(
            "E001",
            "event_date",
            "転入した日",
            "転入した日が空です。",
            "転入通知の転入年月日を入力してください。",
        ),
        Some(day) if today < day => desk.error(
            "E002",
            "event_date",
            "転入した日",
            format!("転入した日{}は、今日{}より後です。", wareki(day), wareki(today)),
            "転入通知の転入年月日を確かめてください。",
        ),
        Some(_) => {}
    }
    day
}

/// E108: nobody left for elsewhere before coming here.
fn before_coming(desk: &mut Desk<'_>, persons: &[Person], moved_in: Option<Date>) {
    let Some(moved_in) = moved_in else { return };
    for person in persons {
        if let Some(since) =
            person.since().and_then(|since| since.earliest()).filter(|since| moved_in < *since)
        {
            desk.error(
                "E108",
                "event_date",
                "転入した日",
                format!(
                    "転入した日{}が、{}さんの住民となった年月日{}より前です。",
                    wareki(moved_in),
                    person.called(),
                    wareki(since)
                ),
                "転入通知の人と転入年月日を確かめてください。",
            );
        }
    }
}

/// D002, D055, E101, E114, A115.
fn persons(
    desk: &mut Desk<'_>,
    numbers: &[AddresseeNo],
    dest: &Address,
    moved_in: Option<Date>,
) -> Result<Vec<Person>, Fault> {
    let mut persons: Vec<Person> = Vec::new();
    for no in numbers {
        if persons.iter().any(|person| person.addressee_no == *no) {
            continue;
        }
        let path = format!("targets.{no}");
        let Some(person) = desk.person(*no)? else {
            desk.error(
                "D002",
                "targets",
                "異動者",
                format!("宛名番号{no}の住民はいません。"),
                "宛名番号を確かめて選び直してください。",
            );
            continue;
        };
        targets::held(desk, &person, &path)?;
        // Of who is deleted by now, only if they lived elsewhere before that.
        let deleted = person.deletion_event_date.and_then(|date| date.earliest());
        if person.is_resident() || moved_in < deleted {
            issued::warn(desk, &person, &path, moved_in.map(RegisterDate::Day))?;
        }
        let left = match person.resident_status {
            ResidentStatus::Resident => person.moveout_planned_on.is_some(),
            // Somebody deleted ex officio may turn up elsewhere.
            ResidentStatus::MovedOut => true,
            ResidentStatus::Deleted => person.deletion_reason == Some(MovementReason::ExOfficioDeletion),
            ResidentStatus::Dead => false,
        };
        if !left {
            desk.error(
                "E114",
                &path,
                "異動者",
                format!("{}さん（{}）は、転出していません。", person.called(), person.resident_status.label()),
                "人を確かめてください。転出の届出がないまま転入した人なら、住民票を確かめてから職権で消除してください。",
            );
        }
        if let Some(planned) = &person.dest_address_planned
            && left
            && !dest.municipality.is_empty()
            && !same_municipality(planned, dest)
        {
            desk.alert(
                "A115",
                &path,
                "転出先",
                // Not where: of somebody protected the plan is hidden.
                format!("{}さんの転出先の市区町村が、予定と違います。", person.called()),
                "転入通知の人と住所を確かめてください。予定の転出先はそのまま残ります。",
            );
        }
        persons.push(person);
    }
    Ok(persons)
}

fn same_municipality(one: &Address, other: &Address) -> bool {
    match (&one.municipality_code, &other.municipality_code) {
        (Some(one), Some(other)) => one == other,
        _ => one.municipality == other.municipality,
    }
}
