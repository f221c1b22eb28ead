//! 支援措置申出: somebody asks to be protected; from now on the 仮支援措置 protects.

use domain::{AddresseeNo, RegisterDate, wareki};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::forms;
use crate::desk::Desk;
use crate::records::{
    Counter, ProtectedTogether, SupportClass, SupportMeasure, SupportRequests, SupportStanding,
};
use crate::rules::protection;

/// The function.
pub(crate) fn function() -> Function {
    let flag = |name, title| Field::new(name, title, FieldKind::Flag);
    Function {
        id: "resident-register/support-apply",
        title: "支援措置申出",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "申出",
                vec![
                    Field::new("applicant", "申出者の宛名番号", FieldKind::AddresseeNo).required(),
                    Field::new("applied_on", "申出年月日", FieldKind::Date).help("空なら今日"),
                    Field::new("first_received_by", "当初受付市区町村", FieldKind::Text(50))
                        .help("転送を受けたときだけ"),
                    Field::new("contact", "連絡先", FieldKind::Lines(300)),
                    Field::new("consulted", "相談機関の意見", FieldKind::Lines(300)),
                ],
            ),
            Section::repeated(
                "together",
                "併せて支援を求める者",
                forms::MEMBERS_MAX,
                vec![
                    Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                    Field::new("relation", "申出者との関係", FieldKind::Text(20)),
                ],
            ),
            Section::once(
                "加害者",
                vec![
                    Field::new("perpetrator_name", "氏名", FieldKind::Text(100)),
                    Field::new("perpetrator_no", "宛名番号", FieldKind::AddresseeNo)
                        .help("この市区町村の住民か以前の住民のとき"),
                    Field::new("perpetrator_note", "生年月日・性別・住所など", FieldKind::Lines(500)),
                ],
            ),
            Section::once(
                "支援を求める事務",
                vec![
                    flag("browsing", "閲覧（現住所）"),
                    flag("copy_current", "住民票の写し等（現住所）"),
                    flag("copy_previous", "住民票の写し等（前住所）"),
                    flag("supplement_current", "戸籍の附票の写し（現住所）"),
                    flag("supplement_previous", "戸籍の附票の写し（前住所）"),
                    flag("supplement_before", "戸籍の附票の写し（前々住所）"),
                    Field::new("previous_addresses", "守ってほしい前の住所・本籍", FieldKind::Lines(500)),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Application {
    applicant: AddresseeNo,
    #[serde(default)]
    applied_on: Option<RegisterDate>,
    #[serde(default)]
    first_received_by: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    consulted: String,
    #[serde(default)]
    together: Vec<ProtectedTogether>,
    #[serde(default)]
    perpetrator_name: String,
    #[serde(default)]
    perpetrator_no: Option<AddresseeNo>,
    #[serde(default)]
    perpetrator_note: String,
    #[serde(flatten)]
    requests: SupportRequests,
    #[serde(default)]
    previous_addresses: String,
}

/// A former resident may apply too: this municipality then protects as the previous one.
///
/// Source: 住民記録システム標準仕様書 1.1.16, 3.4.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Application = input.read()?;
    let mut desk = Desk::new(view, context);
    let applied_on = given.applied_on.and_then(|date| date.known()).unwrap_or(context.today);
    check(&mut desk, &given, applied_on)?;
    let Some(applicant) = desk.person(given.applicant)? else { return Ok(Outcome::refused(desk.findings)) };
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let mut together: Vec<ProtectedTogether> = Vec::new();
    for one in given.together {
        let known = together.iter().any(|known| known.addressee_no == one.addressee_no);
        if one.addressee_no != given.applicant && !known {
            together.push(one);
        }
    }
    let measure_no = format!("{:08}", desk.next_serial(Counter::SUPPORT_MEASURE)?);
    let measure = SupportMeasure {
        measure_no: measure_no.clone(),
        class: SupportClass::Provisional,
        standing: if applicant.is_resident() { SupportStanding::Current } else { SupportStanding::Previous },
        applicant: given.applicant,
        together,
        perpetrator_name: given.perpetrator_name,
        perpetrator_no: given.perpetrator_no,
        perpetrator_note: given.perpetrator_note,
        requests: given.requests,
        previous_addresses: given.previous_addresses,
        contact: given.contact,
        consulted: given.consulted,
        first_received_by: given.first_received_by,
        applied_on,
        from: applied_on,
        to: None,
        provisional_from: Some(applied_on),
        decided_on: None,
        extended_on: None,
        forwarding: Vec::new(),
        ended_on: None,
        end: None,
        end_note: String::new(),
        operator: String::new(),
    };
    let persons = measure.persons().count();
    protection::settle(&mut desk, measure)?;
    Ok(Outcome {
        writes: desk.writes()?,
        findings: desk.findings,
        effective_on: Some(applied_on),
        reason: "支援措置の申出（仮支援措置）".to_owned(),
        message: format!("仮支援措置を始めました。申出番号 {measure_no}（{persons}人）"),
        ..Outcome::default()
    })
}

/// E004, E124, D002, D026, D032.
fn check(desk: &mut Desk<'_>, given: &Application, applied_on: domain::Date) -> Result<(), Fault> {
    if desk.today() < applied_on {
        desk.error(
            "E004",
            "applied_on",
            "申出年月日",
            format!("申出年月日{}は、今日{}より後です。", wareki(applied_on), wareki(desk.today())),
            "申出年月日を今日以前にしてください。",
        );
    }
    if given.requests.is_empty() {
        desk.error(
            "E124",
            "copy_current",
            "支援を求める事務",
            "支援を求める事務が一つもありません。",
            "申出書で、支援を求める事務を確かめてください。",
        );
    }
    let together = given.together.iter().enumerate();
    let named = std::iter::once(("applicant".to_owned(), "申出者", given.applicant))
        .chain(together.map(|(index, one)| {
            (format!("together.{index}.addressee_no"), "併せて支援を求める者", one.addressee_no)
        }))
        .chain(given.perpetrator_no.map(|no| ("perpetrator_no".to_owned(), "加害者", no)));
    for (path, item, no) in named {
        if desk.person(no)?.is_none() {
            desk.error(
                "D002",
                &path,
                item,
                format!("宛名番号{no}の住民はいません。"),
                "宛名番号を確かめて入力し直してください。",
            );
        } else if path != "perpetrator_no" && Some(no) == given.perpetrator_no {
            desk.error(
                "D032",
                &path,
                item,
                format!("宛名番号{no}の人は、加害者にも入力されています。"),
                "申出書で、守る人と加害者を確かめてください。",
            );
        }
    }
    let open = desk.view.load_by::<SupportMeasure>("applicant", given.applicant.as_str())?;
    if let Some(other) = open.into_iter().map(|held| held.record).find(SupportMeasure::is_open) {
        desk.error(
            "D026",
            "applicant",
            "申出者",
            format!(
                "この申出者には、終了していない{}があります（申出番号{}）。",
                other.class.label(),
                other.measure_no
            ),
            "その支援措置を延長するか、終了してから申出を入力してください。",
        );
    }
    Ok(())
}
