//! 記載事項証明書交付: a certificate of chosen items of a record, of residents or of deleted records.

use domain::AddresseeNo;
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section};

use super::issue_former_copy::{Which, target_section};
use crate::certificates::attest::{self, attestation};
use crate::certificates::items::{self, Certificate, Rows, Writer};
use crate::certificates::overflow::Overflow;
use crate::certificates::request::{self, Asking, Issue};
use crate::certificates::targets;
use crate::copy::one_line;
use crate::desk::Desk;
use crate::records::{Person, Qualification};
use crate::rules::{issuing, kana};
use crate::{qualifications, sheet};

/// The template of the `documents` room.
pub(crate) const TEMPLATE: &str = "item-certificate";

const OF_RESIDENTS: &str = "住民票記載事項証明書";
const OF_FORMER: &str = "除票記載事項証明書";

const PLACE: Place =
    Place { unit: "住民基本台帳", level1: "発行", level2: "証明書交付", level3: "" };

/// 住民票記載事項証明書.
pub(crate) fn of_residents() -> Function {
    Function {
        id: "resident-register/issue-items",
        title: "住民票記載事項証明書交付",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            request::section(),
            Section::once("対象者", vec![Field::new("targets", "対象者", FieldKind::Persons).required()]),
            items_section(false),
        ]),
        in_menu: true,
        decide: decide_residents,
    }
}

/// 除票記載事項証明書.
pub(crate) fn of_former() -> Function {
    Function {
        id: "resident-register/issue-former-items",
        title: "除票記載事項証明書交付",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![request::section(), target_section(), items_section(true)]),
        in_menu: true,
        decide: decide_former,
    }
}

fn items_section(former: bool) -> Section {
    let flag = |name, title| Field::new(name, title, FieldKind::Flag);
    let mut fields = vec![
        flag("with_address", "住所"),
        flag("omit_building", "方書を省略").help("求めがあったときだけ"),
        flag("with_birth_date", "生年月日"),
        flag("with_sex", "性別"),
        flag("with_relation", "世帯主・続柄"),
        flag("with_domicile", "本籍・筆頭者"),
        flag("with_resident_since", "住民となった年月日"),
        flag("with_addr_since", "住所を定めた年月日"),
        flag("with_previous_address", "前住所"),
        flag("with_foreign_items", "国籍・地域、在留資格等"),
        flag("with_qualifications", "選挙人名簿・国保・後期・介護・年金・児童手当"),
        flag("with_record_code", "住民票コード"),
        flag("with_individual_number", "個人番号"),
        flag("with_kana", "フリガナ"),
    ];
    if former {
        fields.push(flag("with_deletion", "消除の事由と年月日"));
        fields.push(flag("with_destination", "転出先"));
    }
    Section::once("証明する項目（氏名は必ず載ります）", fields)
}

#[derive(Deserialize)]
struct OfResidents {
    #[serde(flatten)]
    asking: Asking,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(flatten)]
    items: Items,
}

#[derive(Deserialize)]
struct OfFormer {
    #[serde(flatten)]
    asking: Asking,
    #[serde(flatten)]
    which: Which,
    #[serde(flatten)]
    items: Items,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Items {
    with_address: bool,
    omit_building: bool,
    with_birth_date: bool,
    with_sex: bool,
    with_relation: bool,
    with_domicile: bool,
    with_resident_since: bool,
    with_addr_since: bool,
    with_previous_address: bool,
    with_foreign_items: bool,
    with_qualifications: bool,
    with_record_code: bool,
    with_individual_number: bool,
    with_kana: bool,
    with_deletion: bool,
    with_destination: bool,
}

impl Items {
    fn names(self) -> Vec<String> {
        [
            (self.with_address, "address"),
            (self.with_birth_date, "birth_date"),
            (self.with_sex, "sex"),
            (self.with_relation, "relation"),
            (self.with_domicile, "domicile"),
            (self.with_resident_since, "resident_since"),
            (self.with_addr_since, "addr_since"),
            (self.with_previous_address, "previous_address"),
            (self.with_foreign_items, "foreign_items"),
            (self.with_qualifications, "qualifications"),
            (self.with_record_code, "record_code"),
            (self.with_individual_number, "individual_number"),
            (self.with_deletion, "deletion"),
            (self.with_destination, "destination"),
        ]
        .into_iter()
        .filter(|(asked, _)| *asked)
        .map(|(_, name)| name.to_owned())
        .collect()
    }
}

fn decide_residents(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: OfResidents = input.read()?;
    let mut desk = Desk::new(view, context);
    let copies = check(&mut desk, &given.asking, given.items);
    let Some((household, persons)) = targets::residents(&mut desk, &given.targets, OF_RESIDENTS)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    targets::check_address(&mut desk, &persons)?;
    targets::warn_of_what_comes(&mut desk, &persons, false)?;
    let certificate = OF_RESIDENTS;
    certify(desk, &given.asking, given.items, copies, &household.members, &persons, certificate)
}

fn decide_former(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: OfFormer = input.read()?;
    let mut desk = Desk::new(view, context);
    let copies = check(&mut desk, &given.asking, given.items);
    let Some(former) = given.which.read(&mut desk, OF_FORMER)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    targets::check_address(&mut desk, &former.persons)?;
    certify(desk, &given.asking, given.items, copies, &former.household, &former.persons, OF_FORMER)
}

/// E153, E155, F005, and D042 when no item is chosen; the number of copies.
fn check(desk: &mut Desk<'_>, asking: &Asking, items: Items) -> i32 {
    request::check_others(desk, asking, items.with_record_code || items.with_individual_number);
    attest::check(desk);
    if items.names().is_empty() {
        desk.error(
            "D042",
            "with_address",
            "証明する項目",
            "証明する項目が一つも選ばれていません。",
            "証明する項目に印を付けてください。",
        );
    }
    request::copies(desk, asking)
}

/// Source: 住民基本台帳法 art. 12(1), 12-3, 15-4; 住民記録システム標準仕様書 5.4.
fn certify(
    mut desk: Desk<'_>,
    asking: &Asking,
    items: Items,
    copies: i32,
    household: &[AddresseeNo],
    persons: &[Person],
    certificate: &'static str,
) -> Result<Outcome, Fault> {
    if items.with_kana {
        kana::warn_of_printing(&mut desk, persons);
    }
    let released = issuing::check(&mut desk, household, persons, &asking.requested_by)?;
    let Some(first) = persons.first().filter(|_| !desk.stopped()) else {
        return Ok(Outcome::refused(desk.findings));
    };
    let mut overflow = Overflow::new(&desk);
    let mut facts = Writer::new("世帯", &mut overflow);
    if items.with_address {
        let mut address = first.address.clone();
        if items.omit_building {
            address.building = None;
        }
        facts.long("住所", address.one_line());
    }
    if items.with_relation {
        facts.name("世帯主", &first.head_name, "");
    }
    let facts = facts.rows();
    let mut told = Vec::with_capacity(persons.len());
    for person in persons {
        let qualifications = qualifications::of(desk.view, person.addressee_no, desk.context.now)?;
        told.push(rows(person, items, &qualifications, desk.context.today, &mut overflow));
    }
    let rows = told;
    let record = if certificate == OF_FORMER { "除票" } else { "住民票" };
    let data = Certificate {
        title: certificate,
        marks: if request::is_official(asking) { vec!["公用"] } else { Vec::new() },
        specimen: attest::is_specimen(desk.context),
        facts,
        persons: rows,
        notes: Vec::new(),
        codes: Vec::new(),
        attestation: attestation(
            desk.context,
            format!("上記の事項は、{record}に記載されていることを証明する。"),
        ),
        overflow: overflow.told(&mut desk),
    };
    let issue = Issue {
        certificate,
        template: TEMPLATE,
        persons: request::rows(persons),
        household_no: first.household_no,
        items: items.names(),
        reissue_of: String::new(),
        data: request::data(&data)?,
    };
    let mut issued = request::issue(&mut desk, asking, copies, &issue)?;
    issued.writes.extend(issuing::use_up(&desk, released, &issued.numbers)?);
    request::outcome(desk, asking, &issue, issued)
}

/// The chosen items of one person, and no other.
fn rows(
    person: &Person,
    items: Items,
    told: &[Qualification],
    today: domain::Date,
    overflow: &mut Overflow,
) -> Rows {
    let mut writer = Writer::new(person.called(), overflow);
    writer.names(person, items.with_kana.then_some(today));
    if items.with_birth_date {
        writer.short("生年月日", sheet::birth_label(person));
    }
    if items.with_sex {
        writer.short("性別", person.sex.label());
    }
    if items.with_relation {
        writer.short("続柄", person.relation.label());
    }
    if items.with_resident_since {
        let (label, since) = items::since(person);
        writer.short(label, since);
    }
    if items.with_addr_since {
        writer.short("住所を定めた年月日", items::date(person.addr_since.as_ref()));
    }
    if items.with_previous_address {
        writer.long("前住所", one_line(person.prev_address.as_ref()));
    }
    if items.with_domicile && person.resident_kind == domain::ResidentKind::Japanese {
        writer.long("本籍", items::domicile(person));
        writer.short("筆頭者", &person.register_head);
    }
    if items.with_foreign_items {
        writer.foreign(person);
    }
    if items.with_qualifications {
        // Of a scheme that told nothing, nothing is in the record.
        for one in told {
            writer.long(one.scheme.label(), qualifications::words(one));
        }
    }
    if items.with_record_code {
        writer.short("住民票コード", person.resident_record_code.as_ref().map_or("", |code| code.expose()));
    }
    if items.with_individual_number {
        writer.short("個人番号", person.individual_number.as_ref().map_or("", |number| number.expose()));
    }
    if items.with_deletion {
        writer.short("消除事由", person.deletion_reason.map_or("", |reason| reason.label()));
        writer.short("事由の生じた年月日", items::date(person.deletion_event_date.as_ref()));
    }
    if items.with_destination {
        writer.long("転出先（予定）", one_line(person.dest_address_planned.as_ref()));
        writer.long("転出先（確定）", one_line(person.dest_address_confirmed.as_ref()));
    }
    Rows { rows: writer.rows() }
}
