//! 転出: residents move out, today or on a planned day.

use domain::{AddresseeNo, MovementReason, RegisterDate, ResidentStatus, wareki};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section, choices};

use super::forms;
use super::move_within::summary;
use crate::desk::{Desk, Movement};
use crate::movement::{self, MovementKind};
use crate::records::{Basis, Household, Person};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::outbound::Circumstance;
use crate::rules::{Limit, address, household, protection, targets};

/// 転出 (M-10, M-11, M-12, M-14).
pub(crate) static MOVE_OUT: MovementKind =
    MovementKind { id: "resident-register/move-out", title: "転出", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place =
        Place { unit: "住民基本台帳", level1: "異動（減少）", level2: "転出", level3: "" };
    movement::function(&MOVE_OUT, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&MOVE_OUT, view, input, context)
}

fn form() -> Form {
    let kind = Field::new(
        "move_out_kind",
        "転出の種類",
        FieldKind::Choice(choices(&[("21", "国内転出"), ("22", "国外転出")])),
    )
    .required();
    Form::of(vec![
        forms::notice(vec![kind], forms::event_day("転出予定日（異動日）")),
        forms::targets(),
        Section::once(
            "特例転出",
            vec![
                Field::new("special", "特例転出（転出証明書を交付しない）", FieldKind::Flag),
                Field::new("card_checked", "有効な個人番号カードを確認した", FieldKind::Flag),
            ],
        ),
        forms::destination(),
    ])
}

#[derive(Deserialize)]
struct MoveOut {
    move_out_kind: String,
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(default)]
    special: bool,
    #[serde(default)]
    card_checked: bool,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: MoveOut = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: true, late: None });
    let reason = MovementReason::from_code(&given.move_out_kind).unwrap_or(MovementReason::MoveOutDomestic);
    let mut movement = given.notice.movement(reason, desk.today());
    if given.special {
        check_card(desk, &given, &mut movement);
    }
    if given.special || given.card_checked {
        tell_of_no_notice(desk, given.notice.basis);
    }
    // 転出証明書情報 goes out on the notification of a card holder; what is written ex officio rests on none.
    if (given.special || given.card_checked) && given.notice.basis == Basis::Notification {
        desk.circumstances.insert(Circumstance::Card);
    }
    desk.reason = Some(reason);
    let day = event.and_then(|date| date.known());
    check_days(desk, day, &movement);
    let dest = address::elsewhere(input, "dest_").address;
    address::check_code(desk, &dest, "dest_");
    if dest.is_empty() {
        desk.error(
            "E124",
            "dest_municipality",
            "転出先",
            "転出先が空です。市区町村だけでも要ります。",
            "転出先を入力してください。国外なら国名を入力してください。",
        );
    } else if reason == MovementReason::MoveOutOverseas && dest.country.is_none() {
        desk.error(
            "E124",
            "dest_country",
            "転出先",
            "国外転出の転出先に、国名がありません。",
            "転出先の国名を入力してください。国内へ移るのなら、転出の種類を「国内転出」にしてください。",
        );
    } else if reason == MovementReason::MoveOutDomestic && dest.municipality.is_empty() {
        desk.error(
            "E124",
            "dest_municipality",
            "転出先",
            "国内転出の転出先に、市区町村がありません。",
            "転出先の市区町村を入力してください。国外へ移るのなら、転出の種類を「国外転出」にしてください。",
        );
    } else if address::is_here(desk, &dest) {
        desk.error(
            "E107",
            "dest_municipality",
            "転出先",
            format!("転出先（{}）が、この市区町村の中です。", dest.one_line()),
            "市区町村の中で住所が変わるのなら、転居で入力してください。",
        );
    } else if address::may_be_here(desk, &dest) {
        desk.alert(
            "A107",
            "dest_municipality",
            "転出先",
            format!("転出先（{}）が、この市区町村の中かもしれません。", dest.one_line()),
            "都道府県と市区町村を確かめてください。市区町村の中で住所が変わるのなら、転居で入力してください。",
        );
    }
    let Some(chosen) = targets::choose(desk, &given.targets, event, false)? else { return Ok(()) };
    for person in &chosen.persons {
        check_person(desk, person, day);
    }
    desk.summary = summary(reason.label(), &chosen.persons, event, &dest.one_line());
    let Some(day) = day.filter(|_| !desk.stopped()) else { return Ok(()) };
    household::warn_of_leaving(desk, &chosen.household, &chosen.numbers(), "targets")?;
    desk.effective_on = Some(day.min(desk.today()));
    let rows: Vec<Person> = chosen
        .persons
        .into_iter()
        .map(|mut row| {
            row.dest_address_planned = Some(dest.clone());
            row.moveout_planned_on = Some(day);
            row.moveout_planned_reason = Some(reason);
            row.moveout_special = given.special;
            row.deletion_notified_on = movement.notified_on;
            row
        })
        .collect();
    if desk.today() < day {
        // A resident until the day: only the plan is written, the household stays as it is.
        for row in rows {
            desk.put_person(row, &movement)?;
        }
        return Ok(());
    }
    delete(desk, &chosen.household, rows, &movement)
}

/// Makes planned movers former residents (転出者) and takes them out of their household.
///
/// Source: 住民記録システム標準仕様書 1.1.5; 住民基本台帳法施行令 art. 13.
pub(crate) fn delete(
    desk: &mut Desk<'_>,
    household: &Household,
    movers: Vec<Person>,
    movement: &Movement,
) -> Result<(), Fault> {
    let day = movers.first().and_then(|first| first.moveout_planned_on).unwrap_or(desk.today());
    delete_on(desk, household, movers, movement, day)
}

/// The same, on a day that may be another than the planned one.
pub(crate) fn delete_on(
    desk: &mut Desk<'_>,
    household: &Household,
    movers: Vec<Person>,
    movement: &Movement,
    day: domain::Date,
) -> Result<(), Fault> {
    let leavers: Vec<AddresseeNo> = movers.iter().map(|person| person.addressee_no).collect();
    for mut row in movers {
        row.resident_status = ResidentStatus::MovedOut;
        row.deletion_reason = Some(movement.reason);
        row.deletion_event_date = Some(RegisterDate::Day(day));
        desk.put_person(row, movement)?;
    }
    protection::keep_for_leavers(desk, &leavers)?;
    household::leave(desk, household, &leavers, movement)
}

/// E111: a 特例転出 needs a valid card in the group; the row says that no paper was given.
///
/// Source: 住民基本台帳法 art. 24-2; 住民記録システム標準仕様書 4.1.3.0.4.
fn check_card(desk: &mut Desk<'_>, given: &MoveOut, movement: &mut Movement) {
    if !given.card_checked {
        desk.error(
            "E111",
            "card_checked",
            "個人番号カード",
            "特例転出なのに、有効な個人番号カードの確認がありません。",
            "転出する人の誰かか世帯主のカードを確かめてください。カードがなければ、特例でない転出で入力してください。",
        );
    }
    if movement.note.is_empty() {
        "特例による転出処理済".clone_into(&mut movement.note);
    }
}

/// D109: a card is checked, and nobody notifies.
///
/// Source: 住民基本台帳法 art. 24-2; 住民記録システム標準仕様書 4.1.3.0.1, 4.1.3.0.4.
fn tell_of_no_notice(desk: &mut Desk<'_>, basis: Basis) {
    if basis != Basis::Notification {
        desk.alert(
            "D109",
            "card_checked",
            "個人番号カード",
            format!("届出の別が「{}」なので、カードを確認していても転出証明書情報は送信しません。", basis.label()),
            "転出証明書の代わりに、準ずる証明書か除票の写しを交付してください。届出のある転出なら、届出の別を「届出」にしてください。",
        );
    }
}

/// E019, A020.
///
/// Source: 住民基本台帳法 art. 24; 住民記録システム標準仕様書 4.1.3.0.1.
fn check_days(desk: &mut Desk<'_>, day: Option<domain::Date>, movement: &Movement) {
    let Some(day) = day else { return };
    if let Some(notified) = movement.notified_on {
        let limit = Limit::MoveOutNotice;
        if notice::days_after(day, limit.value()).is_some_and(|last| last < notified) {
            desk.error(
                "E019",
                "notified_on",
                "届出日",
                format!(
                    "転出した日{}から{}日を過ぎています。転出届としては受理できません。",
                    wareki(day),
                    limit.value()
                ),
                "届出の別を「職権」にして入力してください。転出証明書の代わりに、準ずる証明書か除票の写しを交付します。",
            );
        }
    }
    let received = movement.notified_on.unwrap_or(desk.today());
    let ahead = Limit::MoveOutAhead;
    if notice::days_after(received, ahead.value()).is_some_and(|last| last < day)
        && movement.basis == Basis::Notification
    {
        desk.alert(
            "A020",
            "event_date",
            "転出予定日",
            format!("転出予定日{}は、届出日から{}日より先です。", wareki(day), ahead.value()),
            "転出予定日を確かめてください。",
        );
    }
}

/// E108, E109, A137.
fn check_person(desk: &mut Desk<'_>, person: &Person, day: Option<domain::Date>) {
    let path = format!("targets.{}", person.addressee_no);
    if let Some(planned) = person.moveout_planned_on {
        desk.error(
            "E109",
            &path,
            "異動者",
            format!("{}さんには、{}の転出の予定が既にあります。", person.called(), wareki(planned)),
            "先の転出を取り消してから入力してください。",
        );
    }
    if person.adult_ward {
        desk.alert(
            "A137",
            &path,
            "成年被後見人",
            format!("{}さんは成年被後見人です。転出先の市区町村への通知が要ります。", person.called()),
            "成年被後見人の転出通知を転出先の市区町村に送ってください。",
        );
    }
    let since = person.since().and_then(|since| since.earliest());
    if let (Some(day), Some(since)) = (day, since)
        && day < since
    {
        desk.error(
            "E108",
            "event_date",
            "転出予定日",
            format!(
                "転出予定日{}が、{}さんの住民となった年月日{}より前です。",
                wareki(day),
                person.called(),
                wareki(since)
            ),
            "転出予定日を確かめてください。",
        );
    }
}
