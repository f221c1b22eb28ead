//! 住民票コード・個人番号の異動: a number is given, changed on request or put right.

use domain::{AddresseeNo, IndividualNumber, MovementReason, ResidentRecordCode};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section, choices};

use super::forms;
use super::move_in::assign_code;
use super::move_within::summary;
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::records::{Basis, Person};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::{matching, targets};

/// 住民票コードの変更請求・職権記載, 個人番号の変更請求・職権修正・職権記載 (M-51, M-52, M-53, M-54, M-55, M-56).
pub(crate) static NUMBER_CHANGE: MovementKind =
    MovementKind {
        id: "resident-register/number-change", title: "住民票コード・個人番号の異動", plan
    };

/// The function.
pub(crate) fn function() -> Function {
    let place =
        Place {
            unit: "住民基本台帳", level1: "異動（変更）", level2: "職権による異動（変更）", level3: ""
        };
    movement::function(&NUMBER_CHANGE, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&NUMBER_CHANGE, view, input, context)
}

fn form() -> Form {
    let kind = Field::new(
        "number_kind",
        "種類",
        FieldKind::Choice(choices(&[
            ("48", "住民票コードの変更請求"),
            ("49", "住民票コードの職権記載・職権修正"),
            ("45", "個人番号の変更請求"),
            ("46", "個人番号の職権修正"),
            ("47", "個人番号の職権記載"),
        ])),
    )
    .required();
    Form::of(vec![
        forms::notice(vec![kind], forms::event_day("異動日")),
        forms::targets(),
        Section::once(
            "番号",
            vec![
                Field::new("resident_record_code", "正しい住民票コード", FieldKind::ResidentRecordCode)
                    .help("職権修正だけ。変更請求と新しい記載では、空き住民票コードから無作為に選びます"),
                Field::new("individual_number", "新しい個人番号", FieldKind::IndividualNumber)
                    .help("空なら、本登録で住基ネットに要求します。回答の番号は、届いたときに記載されます"),
            ],
        ),
    ])
}

#[derive(Deserialize)]
struct NumberChange {
    number_kind: String,
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(default)]
    resident_record_code: Option<ResidentRecordCode>,
    #[serde(default)]
    individual_number: Option<IndividualNumber>,
}

/// Source: 住民記録システム標準仕様書 4.3.1, 4.3.2; 住民基本台帳法 art. 30-3, 30-4; 番号法 art. 7(2).
fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: NumberChange = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let reason = MovementReason::from_code(&given.number_kind).unwrap_or(MovementReason::RecordCodeChange);
    let requested =
        matches!(reason, MovementReason::RecordCodeChange | MovementReason::IndividualNumberChange);
    let mut movement = match requested {
        true => given.notice.movement(reason, desk.today()),
        false => given.notice.ex_officio(reason, desk.today()),
    };
    if movement.basis == Basis::Notification {
        movement.basis = Basis::Request;
    }
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(chosen) = targets::choose(desk, &given.targets, event, true)? else { return Ok(()) };
    let Some((_, before)) = chosen.only(desk, "番号") else { return Ok(()) };
    // The summary is on lists: it never names a number.
    desk.summary = summary(reason.label(), std::slice::from_ref(&before), event, "");
    let mut row = before.clone();
    row.event_date = event;
    match reason {
        MovementReason::RecordCodeChange | MovementReason::RecordCodeExOfficioEntry => {
            code(desk, &mut row, reason, given.resident_record_code)?;
        }
        _ => {
            number(desk, &mut row, reason, given.individual_number)?;
            if given.individual_number.is_none() {
                // Nothing changes until the number comes: `number-answer` writes the row.
                if !desk.stopped() {
                    desk.number_requests.push((before, reason));
                }
                return Ok(());
            }
        }
    }
    if !desk.stopped()
        && (&row.resident_record_code, &row.individual_number)
            == (&before.resident_record_code, &before.individual_number)
    {
        desk.error(
            "D011",
            "number_kind",
            "番号",
            format!("{}さんの番号は、入力した番号と同じです。直すところがありません。", before.called()),
            "人と番号を確かめてください。",
        );
    }
    if desk.stopped() {
        return Ok(());
    }
    desk.put_person(row, &movement)
}

/// E032, E033 and those of the pool: a code asked for is never chosen.
fn code(
    desk: &mut Desk<'_>,
    row: &mut Person,
    reason: MovementReason,
    stated: Option<ResidentRecordCode>,
) -> Result<(), Fault> {
    match stated {
        Some(_) if reason == MovementReason::RecordCodeChange => desk.error(
            "E033",
            "resident_record_code",
            "住民票コード",
            "変更請求の住民票コードは選べません。空き住民票コードから無作為に選びます。",
            "住民票コードを空にしてください。",
        ),
        Some(code) => {
            let mut holders = matching::by_code(desk, &code)?.into_iter();
            if let Some(holder) = holders.find(|holder| holder.addressee_no != row.addressee_no) {
                desk.error(
                    "E032",
                    "resident_record_code",
                    "住民票コード",
                    format!(
                        "この住民票コードは、別の人（{}さん、宛名番号{}、{}）のものです。",
                        holder.called(),
                        holder.addressee_no,
                        holder.resident_status.label()
                    ),
                    "正しい住民票コードを確かめてください。",
                );
            }
            row.resident_record_code = Some(code);
        }
        None => {
            row.resident_record_code = None;
            assign_code(desk, row, reason, "")?;
        }
    }
    Ok(())
}

/// E038, whether the kind fits the number that is held (D014), and whether it is to be asked for (D062).
fn number(
    desk: &mut Desk<'_>,
    row: &mut Person,
    reason: MovementReason,
    stated: Option<IndividualNumber>,
) -> Result<(), Fault> {
    let held = row.individual_number.is_some();
    if held == (reason == MovementReason::IndividualNumberExOfficioEntry) {
        let (what, remedy) = if held {
            (
                "個人番号が既に記載されています",
                "種類を「個人番号の職権修正」か「個人番号の変更請求」にしてください。",
            )
        } else {
            ("個人番号が記載されていません", "種類を「個人番号の職権記載」にしてください。")
        };
        desk.error("D014", "number_kind", "種類", format!("{}さんには、{what}。", row.called()), remedy);
    }
    let Some(stated) = stated else {
        desk.alert(
            "D062",
            "individual_number",
            "個人番号",
            "新しい個人番号が空です。本登録で住基ネットに番号を要求し、番号が届いたときに記載します。",
            "番号を受け取っているのなら入力してください。要求するのなら、このまま進めてください。",
        );
        return Ok(());
    };
    let mut holders = matching::by_number(desk, &stated)?.into_iter();
    if let Some(holder) =
        holders.find(|holder| holder.addressee_no != row.addressee_no && holder.is_resident())
    {
        desk.error(
            "E038",
            "individual_number",
            "個人番号",
            format!(
                "この個人番号は、別の住民（{}さん、宛名番号{}）のものです。",
                holder.called(),
                holder.addressee_no
            ),
            "番号を確かめてください。",
        );
    }
    row.individual_number = Some(stated);
    Ok(())
}
