//! 住民票の写し交付: a copy of the record of a household or of some of its members.

use domain::AddresseeNo;
use register::{Fault, View, Write};
use serde::Deserialize;
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place,
    Section, choices,
};

use crate::concealment::Concealment;
use crate::copy::{Asked, Attestation, Cell, Copy, printed};
use crate::desk::Desk;
use crate::records::{Counter, Household, Issuance, Person};
use crate::rules::{Limit, issuing};
use crate::texts::fold_text;

/// The template of the `documents` room.
const TEMPLATE: &str = "resident-record-copy";
const TITLE: &str = "住民票の写し";

/// The function.
pub(crate) fn function() -> Function {
    let flag = |name, title| Field::new(name, title, FieldKind::Flag);
    Function {
        id: "resident-register/issue-copy",
        title: "住民票の写し交付",
        place: Some(Place {
            unit: "住民基本台帳", level1: "発行", level2: "証明書交付", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "請求",
                vec![
                    Field::new(
                        "request",
                        "請求の別",
                        FieldKind::Choice(choices(&[
                            ("self", "本人・同じ世帯の人"),
                            ("third-party", "第三者"),
                            ("official", "国・地方公共団体（公用）"),
                        ])),
                    )
                    .required(),
                    Field::new("requested_by", "請求者", FieldKind::Text(100)).required(),
                    Field::new("purpose", "使用目的", FieldKind::Text(200)),
                    Field::new("copies", "部数", FieldKind::Text(2)).help("空なら1部"),
                ],
            ),
            Section::once("対象者", vec![Field::new("targets", "対象者", FieldKind::Persons).required()]),
            Section::once(
                "記載する項目",
                vec![
                    Field::new(
                        "sheet",
                        "様式",
                        FieldKind::Choice(choices(&[("household", "世帯連記式"), ("individual", "個人票")])),
                    )
                    .help("空なら世帯連記式"),
                    flag("with_relation", "世帯主・続柄"),
                    flag("with_domicile", "本籍・筆頭者"),
                    flag("with_record_code", "住民票コード"),
                    flag("with_individual_number", "個人番号"),
                    flag("with_foreign_items", "国籍・地域、在留資格等"),
                    flag("with_kana", "フリガナ"),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    request: String,
    requested_by: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    copies: Option<String>,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(default)]
    sheet: Option<String>,
    #[serde(default)]
    with_relation: bool,
    #[serde(default)]
    with_domicile: bool,
    #[serde(default)]
    with_record_code: bool,
    #[serde(default)]
    with_individual_number: bool,
    #[serde(default)]
    with_foreign_items: bool,
    #[serde(default)]
    with_kana: bool,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let Some((household, persons)) = choose(&mut desk, &given)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let copies = check(&mut desk, &given, &household, &persons)?;
    let released = issuing::check(&mut desk, &household, &persons, &given.requested_by)?;
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let mut writes = Vec::new();
    let mut documents = Vec::new();
    let mut numbers = Vec::new();
    for _ in 0..copies {
        let issue_number = issue_number(&mut desk)?;
        let copy = copy(context, &given, &household, &persons, issue_number.clone());
        let data = serde_json::to_value(&copy).map_err(|error| Fault::new("a copy is not JSON", error))?;
        documents.push(DocumentRequest {
            template: TEMPLATE.to_owned(),
            title: format!("{TITLE} {issue_number}"),
            data,
        });
        let issuance = Issuance {
            issue_number: issue_number.clone(),
            certificate: TITLE.to_owned(),
            persons: persons.iter().map(|person| person.addressee_no).collect(),
            household_no: household.household_no,
            items: asked(&given).names(),
            requested_by: given.requested_by.clone(),
            request: given.request.clone(),
            purpose: given.purpose.clone(),
            issued_at: context.now,
            issued_by: context.actor.id().to_owned(),
        };
        writes.push(Write::put(&issuance, None)?);
        numbers.push(issue_number);
    }
    writes.extend(issuing::use_up(&desk, released, &numbers)?);
    writes.extend(desk.writes()?);
    let subjects = persons.iter().map(|person| person.addressee_no.to_string()).collect();
    Ok(Outcome {
        findings: desk.findings,
        writes,
        reason: format!("{TITLE}の交付（{}）", given.requested_by),
        message: format!("{TITLE}を{copies}部交付します。発行番号 {}", numbers.join("、")),
        answer: Some(Answer { data: serde_json::json!({ "issue_numbers": numbers }), subjects }),
        documents,
        ..Outcome::default()
    })
}

fn asked(given: &Request) -> Asked {
    Asked {
        relation: given.with_relation,
        domicile: given.with_domicile,
        record_code: given.with_record_code,
        individual_number: given.with_individual_number,
        foreign_items: given.with_foreign_items,
        kana: given.with_kana,
    }
}

/// Reads the persons, in the order of the household they all belong to.
fn choose(desk: &mut Desk<'_>, given: &Request) -> Result<Option<(Household, Vec<Person>)>, Fault> {
    let mut persons = Vec::new();
    for no in &given.targets {
        match desk.person(*no)? {
            Some(person) => persons.push(person),
            None => desk.error(
                "D002",
                "targets",
                "対象者",
                format!("宛名番号{no}の住民はいません。"),
                "宛名番号を確かめて選び直してください。",
            ),
        }
    }
    for person in persons.iter().filter(|person| !person.is_resident()) {
        desk.error(
            "E157",
            "targets",
            "対象者",
            format!(
                "{}さんは{}です。住民票の写しに除票の人は記載できません。",
                person.called(),
                person.resident_status.label()
            ),
            "除票の写しを交付してください。",
        );
    }
    let Some(first) = persons.first() else { return Ok(None) };
    let household_no = first.household_no;
    if persons.iter().any(|person| person.household_no != household_no) {
        desk.error(
            "D001",
            "targets",
            "対象者",
            "二つ以上の世帯の住民が選ばれています。一通に記載できるのは一つの世帯です。",
            "世帯ごとに分けて交付してください。",
        );
    }
    if desk.stopped() {
        return Ok(None);
    }
    let Some(household) = desk.household(household_no)? else { return Ok(None) };
    persons.sort_by_key(|person| household.members.iter().position(|member| *member == person.addressee_no));
    persons.dedup_by_key(|person| person.addressee_no);
    Ok(Some((household, persons)))
}

/// E153, E155 and the alerts; the number of copies.
///
/// Source: 住民基本台帳法 art. 12, 12-3; 住民記録システム標準仕様書 1.3.9, 5.1.
fn check(
    desk: &mut Desk<'_>,
    given: &Request,
    household: &Household,
    persons: &[Person],
) -> Result<i32, Fault> {
    if given.request == "third-party" && (given.with_individual_number || given.with_record_code) {
        desk.error(
            "E153",
            "request",
            "請求の別",
            "第三者の請求に、個人番号・住民票コードは記載できません。",
            "個人番号と住民票コードの記載を外してください。",
        );
    }
    if desk.context.municipality_text("attester_name").is_empty() {
        desk.error(
            "E155",
            "",
            "認証者",
            "認証者（市区町村長）の氏名が設定されていません。",
            "設定に市区町村長または職務代理者の氏名を入れてください。",
        );
    }
    if let Some(other) = persons.iter().find(|person| {
        persons.first().is_some_and(|first| first.address.one_line() != person.address.one_line())
    }) {
        let elsewhere = Concealment::new(desk.view, desk.context).address(other)?;
        desk.error(
            "D008",
            "targets",
            "対象者",
            format!("{}さんの住所（{elsewhere}）が、ほかの人と違います。", other.called()),
            "一通に記載できる住所は一つです。住所が同じ人ごとに分けて交付してください。",
        );
    }
    if given.with_relation && household.head.is_none() {
        desk.alert(
            "A082",
            "with_relation",
            "世帯主・続柄",
            "この世帯には世帯主がいません。世帯主の欄は空欄になり、続柄は前の世帯主から見たままです。",
            "先に世帯主変更を届け出てもらうか、世帯主・続柄の記載を外してください。",
        );
    }
    let max = Limit::CopiesMax.value();
    // Digits come full-width from an input method.
    let copies = given.copies.as_deref().map_or(Ok(1), |text| fold_text(text).parse::<i32>());
    let copies = copies.unwrap_or_default();
    if !(1..=max).contains(&copies) {
        desk.error(
            "F005",
            "copies",
            "部数",
            format!("部数は1から{max}までです。"),
            "部数を数字で入力してください。",
        );
    }
    for person in persons {
        let path = format!("targets.{}", person.addressee_no);
        if let Some(day) = person.moveout_planned_on {
            desk.alert(
                "A110",
                &path,
                "対象者",
                format!("{}さんは{}に転出する予定です。", person.called(), domain::wareki(day)),
                "予定の日までは住民票の写しを交付できます。転出予定の記載は予定日の前には印字しません。",
            );
        }
        if let Some(no) = desk.hold(person.addressee_no)? {
            desk.alert(
                "A101",
                &path,
                "対象者",
                format!("{}さんには、仮登録中の異動があります（受付番号{no}）。", person.called()),
                "写しには本登録の前の内容が記載されます。本登録を待つか確かめてください。",
            );
        }
    }
    Ok(copies)
}

/// `20201102 ●●市 本庁1 プリンタ001 000011`: day, municipality, place, printer, number of the day.
///
/// Source: 住民記録システム標準仕様書 5.5.
fn issue_number(desk: &mut Desk<'_>) -> Result<String, Fault> {
    let today = desk.today();
    let serial = desk.next_serial_of(Counter::ISSUANCE, Some(today))?;
    let context = desk.context;
    let or = |name: &str, otherwise: &str| match context.municipality_text(name) {
        "" => otherwise.to_owned(),
        stated => stated.to_owned(),
    };
    Ok(format!(
        "{} {} {} {} {serial:06}",
        today.strftime("%Y%m%d"),
        or("name", "市区町村"),
        or("issue_place", "本庁1"),
        or("printer", "プリンタ001")
    ))
}

fn copy(
    context: &Context<'_>,
    given: &Request,
    household: &Household,
    persons: &[Person],
    issue_number: String,
) -> Copy {
    let whole = household.members.len() == persons.len();
    let asked = asked(given);
    // A household without a head has a blank there, not the name of the one who was.
    let head_name = persons
        .first()
        .filter(|_| household.head.is_some())
        .map(|person| person.head_name.clone())
        .unwrap_or_default();
    // The persons' own: the building may be another than the household's.
    let address = persons.first().map_or(&household.address, |person| &person.address);
    Copy {
        form: if given.sheet.as_deref() == Some("individual") { "individual" } else { "household" },
        scope: if whole { "whole" } else { "part" },
        official_use: given.request == "official",
        specimen: context
            .municipality
            .get("specimen")
            .and_then(serde_json::Value::as_bool)
            .unwrap_or_default(),
        address: Cell::of(address.one_line()),
        head: Cell::when(asked.relation, head_name),
        persons: persons.iter().map(|person| printed(person, asked, context.today)).collect(),
        attestation: Attestation {
            text: format!(
                "この写しは、世帯{}の住民票の原本と相違ないことを証明する。",
                if whole { "全員" } else { "の一部" }
            ),
            date: domain::wareki(context.today),
            office: format!(
                "{}{}",
                context.municipality_text("prefecture"),
                context.municipality_text("attester_title")
            ),
            name: context.municipality_text("attester_name").to_owned(),
            seal_note: Some(context.municipality_text("seal_note").to_owned())
                .filter(|note| !note.is_empty()),
        },
        issue_number,
    }
}
