//! 転出証明書交付 and 転出証明書に準ずる証明書交付: what who moves out takes to the next municipality.

use std::collections::BTreeMap;

use domain::{AddresseeNo, MovementReason, ResidentStatus, wareki};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use system::{
    Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use super::issue_items::TEMPLATE;
use crate::certificates::attest::{self, attestation};
use crate::certificates::items::{self, Certificate, Rows, Writer};
use crate::certificates::overflow::Overflow;
use crate::certificates::request::{self, Asking, Issue};
use crate::certificates::{scan, targets};
use crate::copy::one_line;
use crate::desk::Desk;
use crate::records::{Issuance, Person, Qualification, Scheme};
use crate::rules::{Limit, issuing};
use crate::{qualifications, sheet};

const CERTIFICATE: &str = "転出証明書";
const SUBSTITUTE: &str = "転出証明書に準ずる証明書";

/// The mark of a 特例転出.
///
/// Source: 住民基本台帳法 art. 24-2; 住民記録システム標準仕様書 4.1.3.0.4.
const SPECIAL: &str = "特例による転出処理済";

const PLACE: Place =
    Place { unit: "住民基本台帳", level1: "発行", level2: "証明書交付", level3: "" };

/// 転出証明書.
pub(crate) fn certificate() -> Function {
    Function {
        id: "resident-register/issue-move-out-certificate",
        title: "転出証明書交付",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: form(),
        in_menu: true,
        decide: |view, input, context| decide(view, input, context, CERTIFICATE),
    }
}

/// 転出証明書に準ずる証明書.
pub(crate) fn substitute() -> Function {
    Function {
        id: "resident-register/issue-move-out-substitute",
        title: "転出証明書に準ずる証明書交付",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: form(),
        in_menu: true,
        decide: |view, input, context| decide(view, input, context, SUBSTITUTE),
    }
}

fn form() -> Form {
    Form::of(vec![
        Section::once(
            "請求",
            vec![
                Field::new(
                    "request",
                    "請求の別",
                    FieldKind::Choice(choices(&[
                        ("self", "本人・同じ世帯の人"),
                        ("official", "国・地方公共団体（公用）"),
                    ])),
                )
                .required(),
                Field::new("requested_by", "請求者", FieldKind::Text(100)).required(),
                Field::new("reissue", "再交付", FieldKind::Flag)
                    .help("亡失などで、前に交付したときの内容をもう一度交付するとき"),
            ],
        ),
        Section::once("対象者", vec![Field::new("targets", "対象者", FieldKind::Persons).required()]),
    ])
}

#[derive(Deserialize)]
struct Request {
    #[serde(flatten)]
    asking: Asking,
    #[serde(default)]
    reissue: bool,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
}

/// Source: 住民基本台帳法施行令 art. 23, 24; 住民記録システム標準仕様書 4.1.3.0.1, 20.2.1, 20.2.2.
fn decide(
    view: &dyn View,
    input: &Input,
    context: &Context<'_>,
    certificate: &'static str,
) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    attest::check(&mut desk);
    let persons = targets::known(&mut desk, &given.targets)?;
    for person in &persons {
        check_person(&mut desk, person, certificate);
    }
    same_move(&mut desk, &persons);
    let Some(first) = persons.first().filter(|_| !desk.stopped()).cloned() else {
        return Ok(Outcome::refused(desk.findings));
    };
    let before = issued_before(&desk, &persons, certificate)?;
    let persons = as_issued(&mut desk, given.reissue, before.as_ref(), persons, certificate)?;
    let recorded = view.load_by::<Person>("household_no", first.household_no.as_str())?;
    let household: Vec<AddresseeNo> = recorded.iter().map(|held| held.record.addressee_no).collect();
    let released = issuing::check(&mut desk, &household, &persons, &given.asking.requested_by)?;
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let reissued = before.filter(|_| given.reissue);
    let reissue_of = reissued.as_ref().map(|issuance| issuance.issue_number.clone());
    // A copy shows what the first one showed.
    let as_of = reissued.as_ref().map_or(context.now, |issuance| issuance.issued_at);
    let mut told = BTreeMap::new();
    for person in &persons {
        told.insert(person.addressee_no, qualifications::of(view, person.addressee_no, as_of)?);
    }
    let data = print(&mut desk, &given, &persons, &told, certificate)?;
    let issue = Issue {
        certificate,
        template: TEMPLATE,
        persons: request::rows(&persons),
        household_no: first.household_no,
        items: Vec::new(),
        reissue_of: reissue_of.unwrap_or_default(),
        data: request::data(&data)?,
    };
    let mut issued = request::issue(&mut desk, &given.asking, 1, &issue)?;
    issued.writes.extend(issuing::use_up(&desk, released, &issued.numbers)?);
    request::outcome(desk, &given.asking, &issue, issued)
}

/// Whether and how somebody has moved out or is going to.
fn move_out_of(person: &Person) -> Option<MovementReason> {
    match person.resident_status {
        ResidentStatus::Resident => {
            person.moveout_planned_reason.filter(|_| person.moveout_planned_on.is_some())
        }
        ResidentStatus::MovedOut => person.deletion_reason,
        ResidentStatus::Deleted => {
            person.deletion_reason.filter(|reason| *reason == MovementReason::ExOfficioDeletion)
        }
        ResidentStatus::Dead => None,
    }
}

/// D043 of who has not moved out, D044 of who needs the other certificate or none; tells of an arrival elsewhere.
fn check_person(desk: &mut Desk<'_>, person: &Person, certificate: &str) {
    let path = format!("targets.{}", person.addressee_no);
    let Some(reason) = move_out_of(person) else {
        desk.error(
            "D043",
            &path,
            "対象者",
            format!(
                "{}さん（{}）には、転出の記録がありません。",
                person.called(),
                sheet::status_label(person)
            ),
            "先に転出を入力して本登録してください。",
        );
        return;
    };
    let notified = person.deletion_notified_on.is_some() && reason != MovementReason::ExOfficioDeletion;
    let refusal = if reason == MovementReason::MoveOutOverseas {
        Some(("国外転出です。転出証明書は要りません", "国外から戻ったときは、旅券で転入を受け付けます。"))
    } else if certificate == CERTIFICATE && !notified {
        Some(("職権で転出の処理をした人です", "転出証明書に準ずる証明書を交付してください。"))
    } else if certificate == SUBSTITUTE && notified {
        Some(("届出で転出した人です", "転出証明書を交付してください。"))
    } else {
        None
    };
    if let Some((why, remedy)) = refusal {
        let message = format!("{}さんは{why}。{certificate}は交付できません。", person.called());
        desk.error("D044", &path, "対象者", message, remedy);
    }
    if let Some(day) = person.movein_notice_on {
        desk.alert(
            "D045",
            &path,
            "対象者",
            format!("{}さんの転入通知が{}に届いています。", person.called(), wareki(day)),
            "もう転入の届出が済んでいます。交付が要るか確かめてください。",
        );
    }
}

/// D001: one certificate is of one household that moves to one place on one day.
fn same_move(desk: &mut Desk<'_>, persons: &[Person]) {
    let key = |person: &Person| {
        (person.household_no, one_line(person.dest_address_planned.as_ref()), person.moveout_planned_on)
    };
    let Some(first) = persons.first().map(key) else { return };
    if persons.iter().any(|person| key(person) != first) {
        desk.error(
            "D001",
            "targets",
            "対象者",
            "世帯、転出先か転出予定年月日が違う人が選ばれています。一通に記載できるのは、一緒に転出する人です。",
            "一緒に転出する人ごとに分けて交付してください。",
        );
    }
}

/// The newest certificate of this 転出 that names one of them and was not spoilt.
fn issued_before(desk: &Desk<'_>, persons: &[Person], certificate: &str) -> Result<Option<Issuance>, Fault> {
    let Some(first) = persons.first() else { return Ok(None) };
    let mut begun = Vec::new();
    for person in persons {
        begun.push((person.addressee_no, began(desk, person)?));
    }
    let issued = desk.view.load_by::<Issuance>("household_no", first.household_no.as_str())?;
    let of_this_move = |one: &Issuance| {
        let mut printed = one.persons.iter().zip(&one.rows);
        printed.any(|(no, row)| begun.iter().any(|(mover, begun)| mover == no && begun <= row))
    };
    let fits = |one: &Issuance| one.certificate == certificate && one.disposed.is_none() && of_this_move(one);
    let newest = issued.into_iter().map(|held| held.record).filter(fits);
    Ok(newest
        .max_by(|one, other| (one.issued_at, &one.issue_number).cmp(&(other.issued_at, &other.issue_number))))
}

/// The row by which the 転出 that now stands was entered.
fn began(desk: &Desk<'_>, person: &Person) -> Result<u32, Fault> {
    let rows = desk.view.load_history::<Person>(person.addressee_no.as_str())?;
    let plan = |row: &Person| (row.moveout_planned_on, row.dest_address_planned.clone(), row.deletion_reason);
    let stays_out = |row: &Person| {
        row.moveout_planned_on.is_some() || row.deletion_reason == Some(MovementReason::ExOfficioDeletion)
    };
    let mut begun = person.history_no;
    let mut later = plan(person);
    for held in rows.iter().rev() {
        let row = &held.record;
        let this = plan(row);
        if !stays_out(row) || (this.0, &this.1) != (later.0, &later.1) {
            break;
        }
        begun = row.history_no;
        later = this;
    }
    Ok(begun)
}

/// The rows that are printed: as they stand, or, issued again, as they stood (D046, D047).
fn as_issued(
    desk: &mut Desk<'_>,
    reissue: bool,
    before: Option<&Issuance>,
    persons: Vec<Person>,
    certificate: &str,
) -> Result<Vec<Person>, Fault> {
    let before = match (reissue, before) {
        (false, None) => return Ok(persons),
        (false, Some(before)) => {
            desk.error(
                "D046",
                "reissue",
                "再交付",
                format!("この転出の{certificate}は交付済みです（発行番号 {}）。", before.issue_number),
                "もう一度交付するときは「再交付」に印を付けてください。書き損じなら、先に書損を記録してください。",
            );
            return Ok(persons);
        }
        (true, None) => {
            desk.error(
                "D047",
                "reissue",
                "再交付",
                format!("この転出の{certificate}は、まだ交付していません。"),
                "「再交付」の印を外してください。",
            );
            return Ok(persons);
        }
        (true, Some(before)) => before,
    };
    let mut as_then = Vec::new();
    for person in persons {
        let place = before.persons.iter().position(|no| *no == person.addressee_no);
        let row_no = place.and_then(|place| before.rows.get(place));
        let rows = desk.view.load_history::<Person>(person.addressee_no.as_str())?;
        let row = rows.into_iter().map(|held| held.record).find(|row| Some(&row.history_no) == row_no);
        match row {
            Some(row) => as_then.push(row),
            None => desk.error(
                "D047",
                "reissue",
                "再交付",
                format!("{}さんは、発行番号 {} に載っていません。", person.called(), before.issue_number),
                "前に交付したときと同じ人を選んでください。",
            ),
        }
    }
    Ok(as_then)
}

/// Source: 住民基本台帳法施行令 art. 24.
fn print(
    desk: &mut Desk<'_>,
    given: &Request,
    persons: &[Person],
    told: &BTreeMap<AddresseeNo, Vec<Qualification>>,
    certificate: &'static str,
) -> Result<Certificate, Fault> {
    let mut overflow = Overflow::new(desk);
    let mut facts = Writer::new("世帯", &mut overflow);
    if let Some(first) = persons.first() {
        facts.long("住所", first.address.one_line());
        facts.name("世帯主", &first.head_name, "");
        facts.long("転出先", one_line(first.dest_address_planned.as_ref()));
        if certificate == CERTIFICATE {
            facts.short("転出予定年月日", items::day(first.moveout_planned_on));
            facts.short("届出年月日", items::day(first.deletion_notified_on));
        } else {
            let event = first.deletion_event_date.as_ref();
            let planned = items::day(first.moveout_planned_on);
            facts.short("転出・消除の年月日", if planned.is_empty() { items::date(event) } else { planned });
            facts.short("処理年月日（職権）", wareki(first.processed_on));
        }
    }
    let facts = facts.rows();
    let of = |person: &Person| told.get(&person.addressee_no).map(Vec::as_slice).unwrap_or_default();
    let rows = persons.iter().map(|person| rows(person, of(person), desk.today(), &mut overflow)).collect();
    let mut marks = Vec::new();
    // The next municipality has it all by 転出証明書情報 already: whoever asks for the paper all the same is given it with the mark.
    if certificate == CERTIFICATE && persons.iter().any(|person| person.moveout_special) {
        marks.push(SPECIAL);
    }
    if given.reissue {
        marks.push("再交付");
    }
    if request::is_official(&given.asking) {
        marks.push("公用");
    }
    let (note, statement) = if certificate == CERTIFICATE {
        (
            format!(
                "この証明書は、新しい住所地の市区町村に転入の届出をするときに提出してください。届出は、新しい住所に住み始めた日から{}日以内です。",
                Limit::MoveInNotice.value()
            ),
            "上記の者は、転出の届出をしたことを証明する。",
        )
    } else {
        (
            "この証明書は、転出証明書の代わりに、新しい住所地の市区町村に転入の届出をするときに提出してください。"
                .to_owned(),
            "上記の者は、住民票を職権で消除した者であることを証明する。",
        )
    };
    Ok(Certificate {
        title: certificate,
        marks,
        specimen: attest::is_specimen(desk.context),
        facts,
        persons: rows,
        notes: vec![note],
        codes: scan::codes(persons, desk.today())?,
        attestation: attestation(desk.context, statement),
        overflow: overflow.told(desk),
    })
}

/// All items the next municipality needs. Insurance, pension and allowance are other tasks' records: what they told is
/// printed, and where they told nothing is a place to be filled in by hand. Nothing tells that somebody is protected.
fn rows(person: &Person, told: &[Qualification], today: domain::Date, overflow: &mut Overflow) -> Rows {
    let mut writer = Writer::new(person.called(), overflow);
    writer.names(person, Some(today));
    writer.short("生年月日", sheet::birth_label(person));
    writer.short("性別", person.sex.label());
    writer.short("続柄", person.relation.label());
    writer.short("住民票コード", person.resident_record_code.as_ref().map_or("", |code| code.expose()));
    writer.short("個人番号", person.individual_number.as_ref().map_or("", |number| number.expose()));
    if person.resident_kind == domain::ResidentKind::Japanese {
        writer.short("筆頭者", &person.register_head);
        writer.long("本籍", items::domicile(person));
    }
    writer.foreign(person);
    if !person.alias_events.is_empty() {
        writer.long("通称の記載と削除", sheet::aliases(person).replace('\n', "、"));
    }
    // The electoral roll of one municipality means nothing in the next.
    for scheme in Scheme::ALL.into_iter().filter(|scheme| *scheme != Scheme::ElectoralRoll) {
        match told.iter().find(|told| told.scheme == scheme) {
            Some(told) => writer.long(scheme.label(), qualifications::words(told)),
            None => writer.by_hand(scheme.label()),
        }
    }
    Rows { rows: writer.rows() }
}
