//! 抑止設定: something is kept from being done for a person or a household.

use domain::{AddresseeNo, HouseholdNo, RegisterDate, wareki};
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices};

use crate::desk::Desk;
use crate::records::{
    Counter, Household, Suppression, SuppressionLevel, SuppressionLevels, SuppressionStatus,
};
use crate::rules::stop;

/// The function.
pub(crate) fn function() -> Function {
    let levels =
        || FieldKind::Choice(choices(&[("error", "エラー"), ("alert", "アラート"), ("none", "抑止しない")]));
    // Refusing notifications (住民異動不受理) must not exist: a movement is never stopped (標準仕様書 3.5).
    let alerts = FieldKind::Choice(choices(&[("alert", "アラート"), ("none", "抑止しない")]));
    Function {
        id: "resident-register/suppression-set",
        title: "抑止設定",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "対象",
                vec![
                    Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).help("一人を抑止するとき"),
                    Field::new("household_no", "世帯番号", FieldKind::HouseholdNo)
                        .help("世帯の全員を抑止するとき"),
                ],
            ),
            Section::once(
                "抑止する処理",
                vec![
                    Field::new("movement", "異動", alerts).help("届出を受理しないことはできません"),
                    Field::new("certificate", "証明書", levels()),
                    Field::new("inquiry", "照会", levels()),
                    Field::new("browsing", "閲覧", levels()),
                    Field::new("list", "一覧", levels()),
                ],
            ),
            Section::once(
                "期間と理由",
                vec![
                    Field::new("from", "開始年月日", FieldKind::Date).help("空なら今日"),
                    Field::new("to", "終了年月日", FieldKind::Date)
                        .help("見直す日。過ぎても自動では解除されません"),
                    Field::new("reason", "抑止の理由", FieldKind::Text(200)).required(),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    addressee_no: Option<AddresseeNo>,
    #[serde(default)]
    household_no: Option<HouseholdNo>,
    #[serde(default)]
    movement: SuppressionLevel,
    #[serde(default)]
    certificate: SuppressionLevel,
    #[serde(default)]
    inquiry: SuppressionLevel,
    #[serde(default)]
    browsing: SuppressionLevel,
    #[serde(default)]
    list: SuppressionLevel,
    #[serde(default)]
    from: Option<RegisterDate>,
    #[serde(default)]
    to: Option<RegisterDate>,
    reason: String,
}

/// Source: 住民記録システム標準仕様書 3.1.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    check_target(&mut desk, &given)?;
    desk.check_words(&given.reason, "reason", "抑止の理由");
    let levels = SuppressionLevels {
        movement: given.movement,
        certificate: given.certificate,
        inquiry: given.inquiry,
        browsing: given.browsing,
        list: given.list,
    };
    if levels == SuppressionLevels::default() {
        desk.error(
            "D023",
            "certificate",
            "抑止する処理",
            "抑止する処理が一つもありません。",
            "異動・証明書・照会・閲覧・一覧のどれかを、アラートかエラーにしてください。",
        );
    }
    let from = given.from.and_then(|date| date.known()).unwrap_or(context.today);
    let to = given.to.and_then(|date| date.known());
    if let Some(to) = to.filter(|to| *to < from) {
        desk.error(
            "D024",
            "to",
            "終了年月日",
            format!("終了年月日{}が、開始年月日{}より前です。", wareki(to), wareki(from)),
            "開始年月日と終了年月日を確かめてください。",
        );
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let suppression_no = format!("{:08}", desk.next_serial(Counter::SUPPRESSION)?);
    let suppression = Suppression {
        suppression_no: suppression_no.clone(),
        addressee_no: given.addressee_no,
        household_no: given.household_no,
        levels,
        from,
        to,
        reason: given.reason,
        set_by: context.actor.id().to_owned(),
        set_at: context.now,
        status: SuppressionStatus::Open,
        ended_by: String::new(),
        ended_at: None,
        end_reason: String::new(),
    };
    let mut writes = desk.writes()?;
    writes.extend(stop::of_suppression(view, &suppression, context.today)?);
    writes.push(Write::put(&suppression, None)?);
    Ok(Outcome {
        findings: desk.findings,
        writes,
        effective_on: Some(from.min(context.today)),
        reason: format!("抑止の設定（{}）", suppression.reason),
        message: format!("抑止を設定しました。抑止番号 {suppression_no}（{}）", levels.label()),
        ..Outcome::default()
    })
}

/// D021, D002, E094.
fn check_target(desk: &mut Desk<'_>, given: &Request) -> Result<(), Fault> {
    match (given.addressee_no, given.household_no) {
        (Some(no), None) => {
            if desk.person(no)?.is_none() {
                desk.error(
                    "D002",
                    "addressee_no",
                    "宛名番号",
                    format!("宛名番号{no}の住民はいません。"),
                    "住民検索で探してください。",
                );
            }
        }
        (None, Some(no)) => {
            if desk.view.load::<Household>(no.as_str())?.is_none() {
                desk.error(
                    "E094",
                    "household_no",
                    "世帯番号",
                    format!("世帯番号{no}の世帯はありません。番号が違うか、全員がいなくなった世帯です。"),
                    "世帯を確かめて入力し直してください。",
                );
            }
        }
        (one, _) => desk.error(
            "D021",
            "addressee_no",
            "対象",
            if one.is_some() {
                "宛名番号と世帯番号の両方が入力されています。"
            } else {
                "抑止の対象がありません。"
            },
            "宛名番号か世帯番号の、どちらか一方を入力してください。",
        ),
    }
    Ok(())
}
