//! 帰化・国籍取得・国籍喪失: one record is deleted and another opened, of the other kind, on the same 宛名番号.

use domain::{AddresseeNo, MovementReason, RegisterDate, ResidentKind, ResidentStatus};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section, choices};

use super::forms;
use super::items::Items;
use super::move_within::summary;
use crate::desk::{Desk, Movement};
use crate::movement::{self, MovementKind};
use crate::records::{Basis, Person};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::{kana, matching, person, returning, stay, targets};

/// 帰化, 国籍取得, 国籍喪失 (M-61, M-62, M-63).
pub(crate) static NATIONALITY: MovementKind =
    MovementKind { id: "resident-register/nationality", title: "帰化・国籍取得・国籍喪失", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place = Place {
        unit: "住民基本台帳",
        level1: "異動（変更）",
        level2: "戸籍届出による異動（減増）",
        level3: "",
    };
    movement::function(&NATIONALITY, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&NATIONALITY, view, input, context)
}

fn form() -> Form {
    let kind = Field::new(
        "nationality_kind",
        "種類",
        FieldKind::Choice(choices(&[
            ("naturalization", "帰化"),
            ("acquisition", "国籍取得"),
            ("loss", "国籍喪失"),
        ])),
    )
    .required();
    let mut items = vec![
        Field::new("family_name", "氏", FieldKind::Text(50)).wide(),
        Field::new("given_name", "名", FieldKind::Text(50)).wide(),
        Field::new("name_kana", "氏名フリガナ", FieldKind::Kana(100)),
        Field::new("name_roman", "氏名（ローマ字）", FieldKind::Text(100)).wide(),
        Field::new("name_kanji", "氏名（漢字）", FieldKind::Text(100)).wide(),
    ];
    items.extend(forms::domicile());
    items.extend(forms::foreign());
    items.extend(forms::kana().into_iter().filter(|field| field.name.starts_with("kana_")));
    Form::of(vec![
        forms::notice(vec![kind], Field::new("event_date", "国籍の得喪の日（異動日）", FieldKind::Date)),
        forms::targets(),
        Section::once("新しい記載（住所、生年月日、性別、続柄、番号は引き継ぎます）", items),
    ])
}

#[derive(Deserialize)]
struct Nationality {
    nationality_kind: String,
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(flatten)]
    items: Items,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Nationality = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let (ending, opening, kind) = match given.nationality_kind.as_str() {
        "loss" => (
            MovementReason::NationalityLossDeletion,
            MovementReason::NationalityLossEntry,
            ResidentKind::Foreign,
        ),
        _ => (
            MovementReason::NaturalizationDeletion,
            MovementReason::NaturalizationEntry,
            ResidentKind::Japanese,
        ),
    };
    let movement = |reason| given.notice.ex_officio(reason, desk.today());
    let (ended, opened) = (movement(ending), movement(opening));
    desk.reason = Some(opening);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(chosen) = targets::choose(desk, &given.targets, event, true)? else { return Ok(()) };
    let Some((household, before)) = chosen.only(desk, "国籍") else { return Ok(()) };
    desk.summary = summary(opening.label(), std::slice::from_ref(&before), event, "");
    if before.resident_kind == kind {
        desk.error(
            "E117",
            "nationality_kind",
            "種類",
            format!("{}さんは{}です。この種類は使えません。", before.called(), before.resident_kind.label()),
            "人と種類を確かめてください。",
        );
        return Ok(());
    }
    let mut row = opened_row(&before, kind, &given.items, event);
    kana::record(&mut row, &given.items.kana, opened.basis, opening, desk.today());
    person::check_items(desk, row.resident_kind, &given.items, "");
    person::check(desk, &row, opening, "");
    if kind == ResidentKind::Foreign {
        stay::typed(desk, &row, "");
        matching::card_held(desk, &row, "residence_card_no")?;
    }
    if desk.stopped() {
        return Ok(());
    }
    let mut last = before;
    last.resident_status = ResidentStatus::Deleted;
    last.deletion_reason = Some(ending);
    last.deletion_event_date = event;
    last.deletion_notified_on = ended.notified_on;
    desk.end_record(last, &ended)?;
    rename_head(desk, row, &household, &opened)
}

/// The row of the new record. What is carried over cannot be typed in, so that it cannot differ (E136, the form refuses it).
///
/// Source: 住民記録システム標準仕様書 4.5.3, 4.5.4, 4.5.5.
fn opened_row(before: &Person, kind: ResidentKind, items: &Items, event: Option<RegisterDate>) -> Person {
    let mut row = before.clone();
    row.resident_kind = kind;
    items.fill(&mut row);
    row.event_date = event;
    returning::keep_plan(&mut row);
    // 成年被後見人 and a planned 転出 are the person's, whose stay goes on; history and remarks are the ended record's.
    returning::begin_record(&mut row);
    match kind {
        ResidentKind::Japanese => {
            row.resident_since = before.foreign_resident_since;
            row.foreign_resident_since = None;
        }
        ResidentKind::Foreign => {
            // The later of the two days: nobody became a foreign resident before losing the nationality.
            let lost = event.and_then(|date| date.sort_key());
            let since = before.resident_since.and_then(|date| date.sort_key());
            row.foreign_resident_since = if lost < since { before.resident_since } else { event };
            row.resident_since = None;
        }
    }
    if row.relation.is_head() {
        row.head_name.clone_from(&row.name);
    }
    row
}

fn rename_head(
    desk: &mut Desk<'_>,
    row: Person,
    home: &crate::records::Household,
    movement: &Movement,
) -> Result<(), Fault> {
    let (is_head, name) = (row.relation.is_head(), row.name.clone());
    let event_date = movement.event_date;
    desk.put_person(row, movement)?;
    if !is_head {
        return Ok(());
    }
    // The others' 世帯主氏名 is put right, which is a correction of theirs.
    let correction = Movement {
        reason: MovementReason::ExOfficioCorrection,
        event_date,
        notified_on: None,
        basis: Basis::ExOfficio,
        note: String::new(),
    };
    for mut member in desk.members(home)? {
        if member.head_name != name {
            member.head_name.clone_from(&name);
            desk.put_person(member, &correction)?;
        }
    }
    Ok(())
}
