//! 旧氏・通称: names beside the name of a record, recorded and deleted on request.

use domain::{AddresseeNo, Date, MovementReason, RegisterDate, ResidentKind};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section, choices};

use super::forms;
use super::move_within::summary;
use crate::desk::{Desk, Movement};
use crate::movement::{self, MovementKind};
use crate::records::{AliasEvent, Basis, Person};
use crate::rules::kana::{self, KanaStated};
use crate::rules::{person, targets};

/// 旧氏の記載・変更・削除 (M-43).
pub(crate) static FORMER_NAME: MovementKind = MovementKind {
    id: "resident-register/former-name",
    title: "旧氏の記載・変更・削除",
    plan: plan_former_name,
};

/// 通称の記載・削除 (M-44).
pub(crate) static ALIAS: MovementKind =
    MovementKind { id: "resident-register/alias", title: "通称の記載・削除", plan: plan_alias };

const PLACE: Place =
    Place {
        unit: "住民基本台帳", level1: "異動（変更）", level2: "職権による異動（変更）", level3: ""
    };

/// The functions.
pub(crate) fn former_name() -> Function {
    movement::function(&FORMER_NAME, PLACE, former_name_form(), decide_former_name)
}

/// As [`former_name`].
pub(crate) fn alias() -> Function {
    movement::function(&ALIAS, PLACE, alias_form(), decide_alias)
}

fn decide_former_name(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&FORMER_NAME, view, input, context)
}

fn decide_alias(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&ALIAS, view, input, context)
}

/// The day asked for is the day of the movement; it is never taken for granted.
fn asked(kind: Field, day: &'static str) -> Section {
    Section::once(
        "届出",
        vec![
            kind,
            Field::new("event_date", day, FieldKind::Date),
            Field::new("note", "留意事項", FieldKind::Text(200)),
        ],
    )
}

fn former_name_form() -> Form {
    let kind = Field::new(
        "name_kind",
        "種類",
        FieldKind::Choice(choices(&[("54", "旧氏の記載"), ("55", "旧氏の変更"), ("56", "旧氏の削除")])),
    )
    .required();
    Form::of(vec![
        asked(kind, "請求日（異動日）"),
        forms::targets(),
        Section::once(
            "旧氏",
            vec![
                Field::new("former_family_name", "旧氏", FieldKind::Text(50)).wide(),
                Field::new("former_family_kana", "旧氏フリガナ", FieldKind::Kana(50)),
                forms::kana_confirmed("former_kana_confirmed", "旧氏フリガナの確認状況"),
                forms::kana_attested("former_kana_attested", "旧氏フリガナの公証確認状況")
                    .help("空なら公証（請求に添えた戸籍の証明による）"),
            ],
        ),
    ])
}

fn alias_form() -> Form {
    let kind = Field::new(
        "name_kind",
        "種類",
        FieldKind::Choice(choices(&[("57", "通称の記載"), ("58", "通称の削除")])),
    )
    .required();
    Form::of(vec![
        asked(kind, "申出日（異動日）"),
        forms::targets(),
        Section::once(
            "通称",
            vec![
                Field::new("alias_name", "通称", FieldKind::Text(100)).wide(),
                Field::new("alias_kana", "通称フリガナ", FieldKind::Kana(100)),
                forms::kana_confirmed("alias_kana_confirmed", "通称フリガナの確認状況"),
            ],
        ),
    ])
}

#[derive(Deserialize)]
struct Named {
    name_kind: String,
    #[serde(default)]
    event_date: Option<RegisterDate>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(default)]
    former_family_name: String,
    #[serde(default)]
    former_family_kana: String,
    #[serde(default)]
    alias_name: String,
    #[serde(default)]
    alias_kana: String,
    #[serde(flatten)]
    kana: KanaStated,
}

/// What both have in common: the day, the one person, and the kind of their record.
struct Begun {
    person: Person,
    movement: Movement,
    day: Date,
}

/// Words of what is recorded: item, its field, on which kind of record, on what it rests.
struct Words {
    item: &'static str,
    field: &'static str,
    kind: ResidentKind,
    basis: Basis,
}

const FORMER_NAME_WORDS: Words =
    Words {
        item: "旧氏", field: "former_family_name", kind: ResidentKind::Japanese, basis: Basis::Request
    };

const ALIAS_WORDS: Words =
    Words { item: "通称", field: "alias_name", kind: ResidentKind::Foreign, basis: Basis::Application };

/// E069, E002, E068 and what is asked of everybody who is chosen.
fn begin(
    desk: &mut Desk<'_>,
    given: &Named,
    reason: MovementReason,
    words: &Words,
) -> Result<Option<Begun>, Fault> {
    let today = desk.today();
    let day = given.event_date.as_ref().and_then(RegisterDate::known);
    match day {
        None => desk.error(
            "E069",
            "event_date",
            "異動日",
            format!("{}の{}日が空です。", words.item, words.basis.label()),
            "請求書か申出書の日を入力してください。",
        ),
        Some(day) if today < day => desk.error(
            "E002",
            "event_date",
            "異動日",
            format!("異動日{}は、今日{}より後です。", domain::wareki(day), domain::wareki(today)),
            "異動日を今日以前にしてください。",
        ),
        Some(_) => {}
    }
    let Some(chosen) = targets::choose(desk, &given.targets, given.event_date, true)? else {
        return Ok(None);
    };
    let Some((_, person)) = chosen.only(desk, words.item) else { return Ok(None) };
    if person.resident_kind != words.kind {
        desk.error(
            "E068",
            words.field,
            words.item,
            format!("{}の住民票に{}は記載できません。", person.resident_kind.label(), words.item),
            "人を確かめてください。旧氏は日本人、通称は外国人の住民票の項目です。",
        );
    }
    desk.reason = Some(reason);
    desk.effective_on = day;
    desk.summary = summary(reason.label(), std::slice::from_ref(&person), given.event_date, "");
    let movement = Movement {
        reason,
        event_date: given.event_date,
        notified_on: day,
        basis: words.basis,
        note: given.note.clone(),
    };
    Ok(day.filter(|_| !desk.stopped()).map(|day| Begun { person, movement, day }))
}

fn plan_former_name(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Named = input.read()?;
    let reason = MovementReason::from_code(&given.name_kind).unwrap_or(MovementReason::FormerNameEntry);
    let Some(Begun { mut person, movement, .. }) = begin(desk, &given, reason, &FORMER_NAME_WORDS)? else {
        return Ok(());
    };
    let held = !person.former_family_name.is_empty();
    let wrong = match reason {
        MovementReason::FormerNameEntry if held => {
            Some(("旧氏が既に記載されています。", "種類を「旧氏の変更」にしてください。"))
        }
        MovementReason::FormerNameChange | MovementReason::FormerNameDelete if !held => {
            Some(("旧氏が記載されていません。", "人と種類を確かめてください。"))
        }
        _ => None,
    };
    if let Some((message, remedy)) = wrong {
        desk.error("D014", "name_kind", "旧氏", format!("{}さんは、{message}", person.called()), remedy);
    }
    if reason == MovementReason::FormerNameEntry && was_deleted(desk, &person)? {
        desk.alert(
            "D036",
            "name_kind",
            "旧氏",
            format!("{}さんは、旧氏の記載を削除したことがあります。", person.called()),
            "もう一度記載できるのは、削除した後に氏が変わった人の、その直前の氏だけです。戸籍で確かめてください。",
        );
    }
    if reason == MovementReason::FormerNameDelete {
        person.former_family_name.clear();
        person.former_family_kana.clear();
    } else {
        stated(desk, &given.former_family_name, &FORMER_NAME_WORDS);
        if given.former_family_name == person.former_family_name && held {
            unchanged(desk, &person, &FORMER_NAME_WORDS);
        }
        person.former_family_name = given.former_family_name;
        person.former_family_kana = given.former_family_kana;
        person::check_former(desk, &person, reason, "");
    }
    let mut known = person.clone();
    kana::record(&mut known, &given.kana, movement.basis, reason, desk.today());
    person.former_kana_confirmed = known.former_kana_confirmed;
    person.former_kana_attested = known.former_kana_attested;
    lay_down(desk, person, &movement)
}

fn plan_alias(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Named = input.read()?;
    let reason = MovementReason::from_code(&given.name_kind).unwrap_or(MovementReason::AliasEntry);
    let Some(Begun { mut person, movement, day }) = begin(desk, &given, reason, &ALIAS_WORDS)? else {
        return Ok(());
    };
    let here = desk.context.municipality_text("name").to_owned();
    let held = !person.alias_name.is_empty();
    if reason == MovementReason::AliasDelete {
        if !held {
            desk.error(
                "D014",
                "name_kind",
                "通称",
                format!("{}さんは、通称が記載されていません。", person.called()),
                "人と種類を確かめてください。",
            );
        }
        match person.alias_events.iter_mut().rev().find(|event| event.deleted_on.is_none()) {
            Some(event) => (event.deleted_on, event.deleted_at) = (Some(day), here),
            // Of one taken over at 転入 nobody here knows when it was recorded.
            None => person.alias_events.push(AliasEvent {
                alias: person.alias_name.clone(),
                recorded_on: person.event_date.and_then(|date| date.sort_key()).unwrap_or(day),
                recorded_at: String::new(),
                deleted_on: Some(day),
                deleted_at: here,
            }),
        }
        person.alias_name.clear();
        person.alias_kana.clear();
    } else {
        if held {
            desk.error(
                "E070",
                "name_kind",
                "通称",
                format!(
                    "{}さんには、通称「{}」が記載されています。通称の変更はできません。",
                    person.called(),
                    person.alias_name
                ),
                "先に通称の削除を入力し、本登録してから、新しい通称を記載してください。",
            );
        }
        stated(desk, &given.alias_name, &ALIAS_WORDS);
        person.alias_events.push(AliasEvent {
            alias: given.alias_name.clone(),
            recorded_on: day,
            recorded_at: here,
            deleted_on: None,
            deleted_at: String::new(),
        });
        person.alias_name = given.alias_name;
        person.alias_kana = given.alias_kana;
    }
    let mut known = person.clone();
    kana::record(&mut known, &given.kana, movement.basis, reason, desk.today());
    person.alias_kana_confirmed = known.alias_kana_confirmed;
    lay_down(desk, person, &movement)
}

/// The 記載 of a 通称 that is taken over, or recorded anew for somebody from abroad; D035 where nobody knows when it was.
///
/// Source: 住民基本台帳法施行令 art. 30-17; 住民記録システム標準仕様書 1.1.2.
pub(crate) fn alias_recorded(
    desk: &mut Desk<'_>,
    row: &mut Person,
    (stated, recorded_at): (Option<Date>, &str),
    reason: MovementReason,
    at: &str,
) {
    let stands = |event: &AliasEvent| event.deleted_on.is_none() && event.alias == row.alias_name;
    if row.alias_name.is_empty() || row.resident_kind != ResidentKind::Foreign {
        return;
    }
    if row.alias_events.last().is_some_and(stands) && stated.is_none() {
        return;
    }
    let here = desk.context.municipality_text("name").to_owned();
    let (recorded_on, recorded_at) = match (stated, reason) {
        (Some(day), _) => (day, recorded_at.to_owned()),
        (None, MovementReason::MoveInDomestic) => {
            desk.alert(
                "D035",
                &format!("{at}alias_recorded_on"),
                "通称の記載年月日",
                format!("{}さんの通称の記載年月日が空です。通称の履歴に残りません。", row.called()),
                "転出証明書で、通称の記載年月日と市区町村を確かめて入力してください。分からないときは、そのまま登録できます。",
            );
            return;
        }
        (None, _) => (row.event_date.and_then(|date| date.sort_key()).unwrap_or(desk.today()), here),
    };
    row.alias_events.retain(|event| event.deleted_on.is_some());
    row.alias_events.push(AliasEvent {
        alias: row.alias_name.clone(),
        recorded_on,
        recorded_at,
        deleted_on: None,
        deleted_at: String::new(),
    });
}

/// Whether a 旧氏 of this person was deleted on request here, and that holds.
///
/// Source: 住民基本台帳法施行令 art. 30-14 (unverified).
fn was_deleted(desk: &Desk<'_>, person: &Person) -> Result<bool, Fault> {
    let rows = desk.view.load_history::<Person>(person.addressee_no.as_str())?;
    let cancelled: Vec<u32> = rows.iter().flat_map(|held| held.record.cancels.clone()).collect();
    Ok(rows.iter().any(|held| {
        held.record.movement_reason == MovementReason::FormerNameDelete
            && !cancelled.contains(&held.record.history_no)
    }))
}

fn stated(desk: &mut Desk<'_>, name: &str, words: &Words) {
    if name.is_empty() {
        desk.error(
            "E124",
            words.field,
            words.item,
            format!("記載する{}が空です。", words.item),
            "請求書か申出書の通りに入力してください。",
        );
    }
}

fn unchanged(desk: &mut Desk<'_>, person: &Person, words: &Words) {
    desk.error(
        "D011",
        words.field,
        words.item,
        format!(
            "{}さんの{}は、入力した内容と同じです。直すところがありません。",
            person.called(),
            words.item
        ),
        "人と項目を確かめてください。",
    );
}

fn lay_down(desk: &mut Desk<'_>, mut person: Person, movement: &Movement) -> Result<(), Fault> {
    person.event_date = movement.event_date;
    person::check(desk, &person, movement.reason, "");
    if desk.stopped() {
        return Ok(());
    }
    desk.put_person(person, movement)
}
