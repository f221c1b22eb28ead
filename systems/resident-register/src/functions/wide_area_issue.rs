//! 広域交付: a copy of the record of somebody who lives in another municipality, printed from what that one answered.

use std::ops::ControlFlow;

use domain::{Address, AddresseeNo, Date, HouseholdNo, RegisterDate, Relation, ResidentKind, Sex};
use register::{Fault, View, Write};
use serde::Deserialize;
use serde_json::json;
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place,
    Section,
};

use super::forms;
use super::issue_copy::TEMPLATE;
use crate::certificates::attest::{self, attestation};
use crate::certificates::overflow::{Fit, Overflow};
use crate::certificates::request::{self, issue_number};
use crate::copy::{Asked, Cell, Copy, printed};
use crate::desk::Desk;
use crate::records::{Person, WIDE_AREA_ISSUANCE, WideAreaIssuance};

const TITLE: &str = "住民票の写し";

/// The function. What the other municipality answered is passed in and printed; nothing of it is kept but that it was issued.
pub(crate) fn function() -> Function {
    let flag = |name, title| Field::new(name, title, FieldKind::Flag);
    Function {
        id: "resident-register/wide-area-issue",
        title: "広域交付住民票の交付",
        place: Some(Place {
            unit: "住民基本台帳", level1: "発行", level2: "証明書交付", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "請求",
                vec![
                    Field::new("request_no", "広域交付の請求番号", FieldKind::Text(40)).required(),
                    Field::new("of_municipality", "住所地の市区町村", FieldKind::Text(20)).required(),
                    Field::new("requested_by", "請求者", FieldKind::Text(100)).required(),
                    flag("identity_checked", "カードなどで本人を確認した"),
                    Field::new("address", "住所", FieldKind::Text(300)).required(),
                    Field::new("head_name", "世帯主氏名", FieldKind::Text(100)),
                ],
            ),
            Section::once(
                "記載する項目",
                vec![
                    flag("with_relation", "世帯主・続柄"),
                    flag("with_domicile", "本籍・筆頭者").help("広域交付の写しには記載できません"),
                    flag("with_record_code", "住民票コード"),
                    flag("with_individual_number", "個人番号"),
                ],
            ),
            Section::repeated(
                "members",
                "記載する人（住所地の回答）",
                forms::MEMBERS_MAX,
                vec![
                    Field::new("name", "氏名", FieldKind::Text(100)).required(),
                    Field::new("former_family_name", "旧氏", FieldKind::Text(50)).wide(),
                    Field::new("alias_name", "通称", FieldKind::Text(100)).wide(),
                    Field::new("resident_kind", "住民種別", FieldKind::Choice(forms::kinds())),
                    Field::new("birth_date", "生年月日", FieldKind::RegisterDate).required(),
                    Field::new("sex", "性別", FieldKind::Choice(forms::sexes())).required(),
                    Field::new("relation", "続柄", FieldKind::Relation),
                    Field::new("resident_since", "住民となった年月日", FieldKind::RegisterDate),
                    Field::new("addr_since", "住所を定めた年月日", FieldKind::RegisterDate),
                    Field::new("moved_in_notified_on", "届出の年月日", FieldKind::Date),
                    Field::new("previous", "従前の住所", FieldKind::Text(300)),
                    Field::new("resident_record_code", "住民票コード", FieldKind::ResidentRecordCode),
                    Field::new("individual_number", "個人番号", FieldKind::IndividualNumber),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Request {
    request_no: String,
    of_municipality: String,
    requested_by: String,
    identity_checked: bool,
    address: String,
    head_name: String,
    with_relation: bool,
    with_domicile: bool,
    with_record_code: bool,
    with_individual_number: bool,
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    name: String,
    #[serde(default)]
    former_family_name: String,
    #[serde(default)]
    alias_name: String,
    #[serde(default)]
    resident_kind: Option<ResidentKind>,
    birth_date: RegisterDate,
    sex: Sex,
    #[serde(default)]
    relation: Option<Relation>,
    #[serde(default)]
    resident_since: Option<RegisterDate>,
    #[serde(default)]
    addr_since: Option<RegisterDate>,
    #[serde(default)]
    moved_in_notified_on: Option<RegisterDate>,
    #[serde(default)]
    previous: String,
    #[serde(default)]
    resident_record_code: Option<domain::ResidentRecordCode>,
    #[serde(default)]
    individual_number: Option<domain::IndividualNumber>,
}

/// E154, E155, D102, D103, D105.
///
/// Source: 住民基本台帳法 art. 12-4(3), (4).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    attest::check(&mut desk);
    if given.with_domicile {
        desk.error(
            "E154",
            "with_domicile",
            "本籍・筆頭者",
            "広域交付の住民票の写しには、戸籍の表示を記載できません（住民基本台帳法12条の4）。",
            "本籍・筆頭者の印を外してください。戸籍の表示が要るときは、住所地の市区町村に請求してもらってください。",
        );
    }
    if !given.identity_checked {
        desk.error(
            "D102",
            "identity_checked",
            "本人の確認",
            "本人の確認に印がありません。広域交付を請求できるのは、本人と同じ世帯の人だけです。",
            "個人番号カードなどで本人を確かめ、印を付けてください。",
        );
    }
    if given.members.is_empty() {
        desk.error(
            "D103",
            "members",
            "記載する人",
            "住所地の市区町村の回答に、記載する人が一人もいません。",
            "回答を確かめてください。交付できない旨の回答なら、住所地に請求してもらってください。",
        );
    }
    if let Some(before) = issued_before(view, &given)? {
        desk.error(
            "D105",
            "request_no",
            "広域交付の請求番号",
            format!(
                "請求番号{}の写しは、もう交付しています（発行番号 {}、担当 {}）。",
                given.request_no, before.issue_number, before.issued_by
            ),
            "一つの請求で交付できるのは一通です。紙を損じたのなら先に書損を記録し、もう一通要るのなら住所地に請求し直してください。",
        );
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let copy = copy(&mut desk, &given)?;
    let number = issue_number(&mut desk)?;
    let mut data = request::data(&copy)?;
    if let Some(fields) = data.as_object_mut() {
        fields.insert("issue_number".to_owned(), json!(number));
    }
    let items = [
        (given.with_relation, "relation"),
        (given.with_record_code, "record_code"),
        (given.with_individual_number, "individual_number"),
    ];
    let issuance = WideAreaIssuance {
        issue_number: number.clone(),
        request_no: given.request_no.clone(),
        of_municipality: given.of_municipality.clone(),
        persons: given.members.len(),
        items: items.iter().filter(|(asked, _)| *asked).map(|(_, item)| (*item).to_owned()).collect(),
        requested_by: given.requested_by.clone(),
        issued_at: context.now,
        issued_by: context.actor.id().to_owned(),
        disposed: None,
    };
    let mut writes = desk.writes()?;
    writes.push(Write::put(&issuance, None)?);
    Ok(Outcome {
        findings: desk.findings,
        writes,
        reason: format!("広域交付（{}）", given.requested_by),
        message: format!("{TITLE}（広域交付）を交付します。発行番号 {number}"),
        answer: Some(Answer { data: json!({ "issue_numbers": [number] }), subjects: Vec::new() }),
        documents: vec![DocumentRequest {
            template: TEMPLATE.to_owned(),
            title: format!("{TITLE}（広域交付） {number}"),
            data,
        }],
        ..Outcome::default()
    })
}

/// The copy that was issued on the same request and is not spoilt.
fn issued_before(view: &dyn View, given: &Request) -> Result<Option<WideAreaIssuance>, Fault> {
    let mut found = None;
    view.scan(&WIDE_AREA_ISSUANCE, None, &mut |stored| {
        let one = stored.typed::<WideAreaIssuance>()?.record;
        let same = (&one.request_no, &one.of_municipality) == (&given.request_no, &given.of_municipality);
        if same && one.disposed.is_none() {
            found = Some(one);
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn copy(desk: &mut Desk<'_>, given: &Request) -> Result<Copy, Fault> {
    let asked = Asked {
        relation: given.with_relation,
        record_code: given.with_record_code,
        individual_number: given.with_individual_number,
        ..Asked::default()
    };
    let context = desk.context;
    let mut overflow = Overflow::new(desk);
    let mut rows = Vec::new();
    for member in &given.members {
        rows.push(printed(&person_of(member)?, asked, context.today, &mut overflow));
    }
    let address = overflow.fit("世帯", "住所", Fit::Address, &given.address);
    let head = match given.with_relation {
        true => overflow.fit("世帯", "世帯主", Fit::Half, &given.head_name),
        false => String::new(),
    };
    Ok(Copy {
        title: TITLE,
        form: "household",
        scope: "none",
        official_use: false,
        specimen: attest::is_specimen(context),
        address: Cell::of(address),
        head: Cell::when(given.with_relation, head),
        persons: rows,
        attestation: attestation(
            context,
            format!(
                "この写しは、{}の住民票の原本と相違ないことを証明する（住民基本台帳法第12条の4）。",
                given.of_municipality
            ),
        ),
        overflow: overflow.told(desk),
    })
}

/// A person in print, who is in no register here: the numbers they are held under elsewhere do not matter.
fn person_of(member: &Member) -> Result<Person, Fault> {
    let nobody = |error| Fault::new("no number to print under", error);
    let no = AddresseeNo::from_serial(1).map_err(nobody)?;
    let home = HouseholdNo::from_serial(1).map_err(nobody)?;
    let mut person = Person::new(no, home, member.birth_date, member.sex);
    person.resident_kind = member.resident_kind.unwrap_or(ResidentKind::Japanese);
    person.name.clone_from(&member.name);
    person.former_family_name.clone_from(&member.former_family_name);
    person.alias_name.clone_from(&member.alias_name);
    if let Some(relation) = &member.relation {
        person.relation = relation.clone();
    }
    person.resident_since = member.resident_since;
    person.foreign_resident_since = member.resident_since;
    person.addr_since = member.addr_since;
    // 住所を定めた年月日 was answered only of somebody who moved within their municipality.
    person.moved_from_address = member.addr_since.map(|_| Address::default());
    person.moved_in_notified_on =
        member.moved_in_notified_on.and_then(|date: RegisterDate| -> Option<Date> { date.known() });
    person.prev_address = Some(&member.previous)
        .filter(|text| !text.is_empty())
        .map(|text| Address { town: text.clone(), ..Address::default() });
    person.resident_record_code = member.resident_record_code;
    person.individual_number = member.individual_number;
    Ok(person)
}
