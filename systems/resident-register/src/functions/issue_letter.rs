//! 通知発行: letters to residents and to other municipalities.

use domain::{Address, AddresseeNo, HouseholdNo, MovementReason, ResidentStatus, wareki};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section};

use crate::certificates::attest;
use crate::certificates::items::{date, day};
use crate::certificates::letters::{Fact, Letter, LetterKind, Recipient, kinds};
use crate::certificates::overflow::{Fit, Overflow};
use crate::certificates::request::{self, Asking, Issue};
use crate::certificates::targets;
use crate::concealment::{Concealment, HIDDEN};
use crate::copy::{Cell, one_line};
use crate::desk::Desk;
use crate::records::{Basis, Household, Issuance, Person};
use crate::rules::protection;
use crate::sheet;

/// The template of the `documents` room.
const TEMPLATE: &str = "letter";

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/issue-letter",
        title: "通知発行",
        place: Some(Place {
            unit: "住民基本台帳", level1: "発行", level2: "通知発行", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "通知",
                vec![
                    Field::new("kind", "通知の種類", FieldKind::Choice(kinds())).required(),
                    Field::new("contact", "問い合わせ先", FieldKind::Text(100))
                        .help("空なら設定の問い合わせ先"),
                ],
            ),
            Section::once(
                "対象者",
                vec![
                    Field::new("targets", "対象者", FieldKind::Persons)
                        .help("一人に一通。世帯主変更依頼のほかは必ず選びます"),
                    Field::new("household_no", "世帯番号", FieldKind::HouseholdNo).help("世帯主変更依頼だけ"),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    kind: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(default)]
    household_no: Option<HouseholdNo>,
}

/// What one letter says: to whom, and which facts.
struct Told {
    /// Where it goes.
    to: Address,
    name: String,
    facts: Vec<(&'static str, Fit, String)>,
}

impl Told {
    /// To the person at an address.
    fn to(person: &Person, address: &Address) -> Self {
        Self { to: address.clone(), name: person.called().to_owned(), facts: Vec::new() }
    }

    fn fact(mut self, label: &'static str, text: impl Into<String>) -> Self {
        self.facts.push((label, Fit::Address, text.into()));
        self
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let kind = LetterKind::of_code(&given.kind).unwrap_or(LetterKind::MovementAccepted);
    let mut desk = Desk::new(view, context);
    attest::check(&mut desk);
    let persons = addressees(&mut desk, kind, &given)?;
    let mut letters = Vec::new();
    for person in persons {
        let path = format!("targets.{}", person.addressee_no);
        if let Some(mut told) = told(&mut desk, kind, &person, &path)? {
            if warn_of_protection(&mut desk, kind, &person, &path)? {
                told.to = Address::default();
            }
            letters.push((person, told));
        }
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let asking = Asking { request: Issuance::NOTICE.to_owned(), ..Asking::default() };
    let mut all = request::Issued::default();
    let mut last = None;
    for (person, told) in letters {
        let data = letter(&mut desk, kind, &person, told, &given.contact);
        let issue = Issue {
            certificate: kind.title(),
            template: TEMPLATE,
            persons: vec![(person.addressee_no, person.history_no)],
            household_no: person.household_no,
            items: Vec::new(),
            reissue_of: String::new(),
            data: request::data(&data)?,
        };
        let issued = request::issue(&mut desk, &asking, 1, &issue)?;
        all.documents.extend(issued.documents);
        all.writes.extend(issued.writes);
        all.numbers.extend(issued.numbers);
        let mut persons = last.map(|issue: Issue| issue.persons).unwrap_or_default();
        persons.extend(issue.persons.iter().copied());
        last = Some(Issue { persons, ..issue });
    }
    match last {
        Some(issue) => request::outcome(desk, &asking, &issue, all),
        None => Ok(Outcome::refused(desk.findings)),
    }
}

/// The persons letters are about, each once: D002, D048, E124.
fn addressees(desk: &mut Desk<'_>, kind: LetterKind, given: &Request) -> Result<Vec<Person>, Fault> {
    if kind == LetterKind::HeadRequest {
        return Ok(highest_remaining(desk, given)?.into_iter().collect());
    }
    if given.targets.is_empty() {
        desk.error(
            "E124",
            "targets",
            "対象者",
            "対象者が一人も選ばれていません。",
            "一人以上を選んでください。",
        );
    }
    let mut persons = targets::known(desk, &given.targets)?;
    persons.sort_by_key(|person| person.addressee_no);
    persons.dedup_by_key(|person| person.addressee_no);
    Ok(persons)
}

/// The highest-ranked member of a household without a head: the letter asks them for one.
///
/// Source: 住民記録システム標準仕様書 4.0.5.
fn highest_remaining(desk: &mut Desk<'_>, given: &Request) -> Result<Option<Person>, Fault> {
    let chosen = match given.targets.first() {
        Some(no) => desk.person(*no)?.map(|person| person.household_no),
        None => None,
    };
    let household: Option<Household> = match given.household_no.or(chosen) {
        Some(no) => desk.household(no)?,
        None => None,
    };
    let Some(household) = household else {
        desk.error(
            "E094",
            "household_no",
            "世帯番号",
            "世帯主変更依頼を送る世帯がありません。",
            "世帯番号を入れるか、世帯の人を選んでください。",
        );
        return Ok(None);
    };
    if household.head.is_some() {
        refuse(desk, "household_no", "この世帯には世帯主がいます。依頼は要りません。");
        return Ok(None);
    }
    let mut members = desk.members(&household)?;
    members.sort_by_key(|member| member.member_order);
    Ok(members.into_iter().next())
}

/// D048: the record does not call for this letter.
fn refuse(desk: &mut Desk<'_>, path: &str, why: &str) {
    desk.error("D048", path, "通知の種類", why, "人と通知の種類を確かめてください。");
}

/// What the letter tells of one person; none when the record does not call for it.
fn told(desk: &mut Desk<'_>, kind: LetterKind, person: &Person, path: &str) -> Result<Option<Told>, Fault> {
    match kind {
        LetterKind::CodeNotice | LetterKind::CodeChange | LetterKind::CodeCorrection => {
            code(desk, kind, person, path)
        }
        LetterKind::MovementAccepted => Ok(accepted(desk, person, path)),
        LetterKind::HeadChanged => Ok(head_changed(desk, person, path)),
        LetterKind::HeadRequest => {
            let told = Told::to(person, &person.address)
                .fact("これまでの世帯主", person.head_name.clone())
                .fact("届出をする方", "世帯の方（新しい世帯主など）");
            Ok(Some(told))
        }
        LetterKind::ExOfficio => Ok(ex_officio(desk, person, path)),
        LetterKind::MoveInInquiry => not_arrived(desk, person, path),
        LetterKind::SupportEnding => support_ending(desk, person, path),
    }
}

/// The letter of 住民票コード that fits the newest change of the code.
fn code(desk: &mut Desk<'_>, kind: LetterKind, person: &Person, path: &str) -> Result<Option<Told>, Fault> {
    let Some(code) = person.resident_record_code.as_ref().filter(|_| person.is_resident()) else {
        refuse(desk, path, &format!("{}さんは住民でないか、住民票コードがありません。", person.called()));
        return Ok(None);
    };
    let rows = desk.view.load_history::<Person>(person.addressee_no.as_str())?;
    let mut fitting = LetterKind::CodeNotice;
    let mut since = person.processed_on;
    let mut before: Option<&Person> = None;
    let mut brought = false;
    for held in &rows {
        let row = &held.record;
        let known = before.and_then(|before| before.resident_record_code.as_ref());
        if row.resident_record_code.as_ref() != known {
            since = row.processed_on;
            brought = known.is_none() && row.movement_reason == MovementReason::MoveInDomestic;
            fitting = match (row.movement_reason, known) {
                (_, None) => LetterKind::CodeNotice,
                (MovementReason::RecordCodeChange, Some(_)) => LetterKind::CodeChange,
                (_, Some(_)) => LetterKind::CodeCorrection,
            };
        }
        before = Some(row);
    }
    if fitting != kind {
        refuse(
            desk,
            path,
            &format!(
                "{}さんの住民票コードの最後の異動（{}）に当たるのは「{}」です。",
                person.called(),
                wareki(since),
                fitting.title()
            ),
        );
        return Ok(None);
    }
    if brought {
        desk.alert(
            "D048",
            path,
            "通知の種類",
            format!(
                "{}さんの住民票コードは、国内転入のとき前住所地から引き継いだものです。",
                person.called()
            ),
            "ここで新しく記載した住民票コードではないので、通知はふつう要りません。",
        );
    }
    let label = match kind {
        LetterKind::CodeNotice => "住民票コード",
        LetterKind::CodeChange => "変更後の住民票コード",
        _ => "修正後の住民票コード",
    };
    Ok(Some(
        Told::to(person, &person.address)
            .fact("氏名", person.called())
            .fact("生年月日", sheet::birth_label(person))
            .fact("性別", person.sex.label())
            .fact(label, code.expose())
            .fact("記載等の年月日", wareki(since)),
    ))
}

/// 受理通知: of a movement that was notified, to where the person lived before. The new address is never in it.
///
/// Source: 住民記録システム標準仕様書 4.1.0.3.
fn accepted(desk: &mut Desk<'_>, person: &Person, path: &str) -> Option<Told> {
    let Some(notified) = person.notified_on.filter(|_| person.basis == Basis::Notification) else {
        let message = format!(
            "{}さんの最後の異動（{}）は、届出によるものではありません。",
            person.called(),
            reason(person)
        );
        refuse(desk, path, &message);
        return None;
    };
    let before = match person.movement_reason {
        MovementReason::MoveWithin => person.moved_from_address.as_ref(),
        MovementReason::MoveInDomestic => person.prev_address.as_ref(),
        _ => None,
    };
    let to = before.filter(|address| !address.is_empty() && address.country.is_none());
    Some(
        Told::to(person, to.unwrap_or(&person.address))
            .fact("異動した方", person.called())
            .fact("届出の種類", reason(person))
            .fact("届出年月日", wareki(notified)),
    )
}

fn reason(person: &Person) -> &'static str {
    person.movement_reason.label()
}

fn head_changed(desk: &mut Desk<'_>, person: &Person, path: &str) -> Option<Told> {
    if person.movement_reason != MovementReason::HeadChange {
        let message = format!(
            "{}さんの最後の異動（{}）は、世帯主変更ではありません。",
            person.called(),
            reason(person)
        );
        refuse(desk, path, &message);
        return None;
    }
    Some(
        Told::to(person, &person.address)
            .fact("新しい世帯主", person.head_name.clone())
            .fact("あなたの続柄", person.relation.label())
            .fact("変更の年月日", date(person.event_date.as_ref()))
            .fact("届出・職権の別", person.basis.label()),
    )
}

/// Source: 住民基本台帳法施行令 art. 12(4).
fn ex_officio(desk: &mut Desk<'_>, person: &Person, path: &str) -> Option<Told> {
    if !matches!(person.basis, Basis::ExOfficio | Basis::Notice) {
        let message = format!(
            "{}さんの最後の異動（{}）は、職権によるものではありません。",
            person.called(),
            reason(person)
        );
        refuse(desk, path, &message);
        return None;
    }
    let class = person.movement_reason.class();
    Some(
        Told::to(person, &person.address)
            .fact("氏名", person.called())
            .fact("記載・消除・修正の別", class.label())
            .fact("異動事由", reason(person))
            .fact("異動年月日", date(person.event_date.as_ref()))
            .fact("処理年月日", wareki(person.processed_on)),
    )
}

/// 照会 to the municipality somebody said they would move to (A116).
fn not_arrived(desk: &mut Desk<'_>, person: &Person, path: &str) -> Result<Option<Told>, Fault> {
    let left = person.resident_status == ResidentStatus::MovedOut
        && person.deletion_reason == Some(MovementReason::MoveOutDomestic);
    let Some(dest) =
        person.dest_address_planned.as_ref().filter(|_| left && person.movein_notice_on.is_none())
    else {
        let message = format!(
            "{}さん（{}）は、転入通知を待つ転出者ではありません。",
            person.called(),
            sheet::status_label(person)
        );
        refuse(desk, path, &message);
        return Ok(None);
    };
    // The other municipality finds the person by name and birth date; a hidden address stays here.
    let concealed = Concealment::new(desk.view, desk.context).hides(person)?;
    let shown = |text: String| if concealed { HIDDEN.to_owned() } else { text };
    let office = Address {
        prefecture: dest.prefecture.clone(),
        municipality: dest.municipality.clone(),
        ..Address::default()
    };
    let told = Told { to: office, name: "住民基本台帳担当課".to_owned(), facts: Vec::new() }
        .fact("氏名", person.called())
        .fact("生年月日", sheet::birth_label(person))
        .fact("性別", person.sex.label())
        .fact("転出前の住所", shown(person.address.one_line()))
        .fact("届け出た転出先", shown(one_line(Some(dest))))
        .fact("転出予定年月日", day(person.moveout_planned_on))
        .fact("転出の届出年月日", day(person.deletion_notified_on));
    Ok(Some(told))
}

/// 支援措置期間終了通知, to the applicant, from one month before the end on.
///
/// Source: 住民記録システム標準仕様書 3.4, 20.5.1.
fn support_ending(desk: &mut Desk<'_>, person: &Person, path: &str) -> Result<Option<Told>, Fault> {
    let today = desk.today();
    let measures = protection::measures_of(desk, person.addressee_no)?;
    let ending = measures
        .iter()
        .find(|one| one.applicant == person.addressee_no && protection::end_told(one, today).is_some());
    let Some(measure) = ending else {
        let message = format!(
            "{}さんが申出者の支援措置に、期間の終わりが近いか過ぎたものがありません。",
            person.called()
        );
        refuse(desk, path, &message);
        return Ok(None);
    };
    // Whoever moved out is written to where they said they would live.
    let moved = person.dest_address_confirmed.as_ref().or(person.dest_address_planned.as_ref());
    let to = if person.is_resident() { &person.address } else { moved.unwrap_or(&person.address) };
    Ok(Some(
        Told::to(person, to)
            .fact("申出番号", measure.measure_no.clone())
            .fact("措置の区分", measure.class.label())
            .fact("期間の始まり", wareki(measure.from))
            .fact("期間の終わり", day(measure.to)),
    ))
}

/// D049: a letter to or about a protected person may be opened by the wrong hands. Tells whether its address is left blank:
/// whoever may print letters need not be one who may see it. The letters to the former address and to another
/// municipality go where they went before.
fn warn_of_protection(
    desk: &mut Desk<'_>,
    kind: LetterKind,
    person: &Person,
    path: &str,
) -> Result<bool, Fault> {
    let Some(class) =
        protection::measures_of(desk, person.addressee_no)?.iter().map(|measure| measure.class).min()
    else {
        return Ok(false);
    };
    let remedy = match kind {
        LetterKind::MovementAccepted => {
            "前の住所に加害者がいるおそれがあります。送ってよいか、担当者に確かめてください。"
        }
        LetterKind::MoveInInquiry => {
            "住所は印字しません。相手の市区町村に、支援措置の対象者であることを伝えてください。"
        }
        _ => {
            "宛先の住所は印字しません。送り先を、支援対象者照会か本人に確かめ、ほかの人が開けない方法で送ってください。"
        }
    };
    let message = format!("{}さんは{}の対象者です。", person.called(), class.label());
    desk.alert("D049", path, "対象者", message, remedy);
    Ok(!matches!(kind, LetterKind::MovementAccepted | LetterKind::MoveInInquiry))
}

fn letter(desk: &mut Desk<'_>, kind: LetterKind, person: &Person, told: Told, contact: &str) -> Letter {
    let context = desk.context;
    let mut overflow = Overflow::new(desk);
    let whose = person.called();
    let address = overflow.fit(whose, "宛先の住所", Fit::Address, &told.to.one_line());
    let name = overflow.fit(whose, "宛先の氏名", Fit::Name, &told.name);
    let facts = told
        .facts
        .into_iter()
        .map(|(label, place, text)| Fact { label, value: Cell::of(overflow.fit(whose, label, place, &text)) })
        .collect();
    Letter {
        title: kind.title(),
        specimen: attest::is_specimen(context),
        recipient: Recipient {
            postcode: told.to.postcode_label().unwrap_or_default(),
            address,
            name: format!("{name}　{}", kind.honorific()),
        },
        date: wareki(context.today),
        office: attest::office(context),
        name: context.municipality_text("attester_name").to_owned(),
        seal_note: attest::seal_note(context),
        opening: kind.paragraphs("opening"),
        facts,
        closing: kind.paragraphs("closing"),
        reply: kind.paragraphs("reply"),
        contact: if contact.is_empty() { context.municipality_text("contact") } else { contact }.to_owned(),
        overflow: overflow.told(desk),
    }
}
