//! 出生: a child is recorded in the household of a parent.

use domain::{
    Address, AddresseeNo, Art30_45Class, HouseholdNo, MovementReason, RegisterDate, Relation, ResidentKind,
    Sex, wareki,
};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section};

use super::forms;
use super::items::Items;
use super::move_in::assign_code;
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::records::{Household, Person};
use crate::rules::household::{self, Goal};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::relation::Stated;
use crate::rules::{kana, person};

/// 出生 (M-31, M-32).
pub(crate) static BIRTH: MovementKind = MovementKind { id: "resident-register/birth", title: "出生", plan };

/// Most children of one filing.
const CHILDREN_MAX: usize = 5;

/// The function.
pub(crate) fn function() -> Function {
    let place = Place {
        unit: "住民基本台帳",
        level1: "異動（増加）",
        level2: "戸籍届出による異動（増加）",
        level3: "",
    };
    movement::function(&BIRTH, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&BIRTH, view, input, context)
}

fn form() -> Form {
    let mut child = vec![
        Field::new("resident_kind", "住民種別", FieldKind::Choice(forms::kinds())).required().carried(),
        Field::new("family_name", "氏", FieldKind::Text(50)).wide().carried(),
        Field::new("given_name", "名", FieldKind::Text(50)).wide().help("決まっていなければ氏も名も空"),
        Field::new("name_kana", "氏名フリガナ", FieldKind::Kana(100)),
        Field::new("name_roman", "氏名（ローマ字）", FieldKind::Text(100)).wide(),
        Field::new("name_kanji", "氏名（漢字）", FieldKind::Text(100)).wide(),
        Field::new("alias_name", "通称", FieldKind::Text(100)).wide(),
        Field::new("alias_kana", "通称フリガナ", FieldKind::Kana(100)),
        Field::new("birth_date", "生年月日", FieldKind::RegisterDate).required().carried(),
        Field::new("sex", "性別", FieldKind::Choice(forms::sexes())).required(),
        Field::new("relation", "続柄", FieldKind::Relation).required(),
        Field::new("parent_no", "親の宛名番号", FieldKind::AddresseeNo)
            .help("本籍・筆頭者を引き継ぎます")
            .carried(),
    ];
    child.extend(forms::domicile().into_iter().map(Field::carried));
    child.extend(forms::foreign());
    child.extend(forms::kana().into_iter().filter(|field| !field.name.starts_with("former_")));
    child.push(Field::new("remarks", "備考", FieldKind::Text(200)));
    Form::of(vec![
        forms::notice(Vec::new(), Field::new("event_date", "出生日（異動日）", FieldKind::RegisterDate)),
        Section::repeated("members", "異動者", CHILDREN_MAX, child),
        Section::once(
            "世帯",
            vec![Field::new("household_no", "世帯番号", FieldKind::HouseholdNo).required()],
        ),
    ])
}

#[derive(Deserialize)]
struct Birth {
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    members: Vec<Child>,
    household_no: HouseholdNo,
}

#[derive(Deserialize)]
struct Child {
    resident_kind: ResidentKind,
    birth_date: RegisterDate,
    sex: Sex,
    relation: Relation,
    #[serde(default)]
    parent_no: Option<AddresseeNo>,
    #[serde(flatten)]
    items: Items,
    #[serde(default)]
    remarks: String,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Birth = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    if given.members.is_empty() {
        desk.error("E124", "members", "異動者", "異動者が一人もいません。", "生まれた子を入力してください。");
    }
    let reason = MovementReason::Birth;
    let movement = given.notice.movement(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(home) = household::to_join(desk, given.household_no)? else { return Ok(()) };
    let mut stated = Vec::new();
    for (index, child) in given.members.iter().enumerate() {
        let at = format!("members.{index}.");
        if let Some(event) = event.filter(|event| *event != child.birth_date) {
            desk.error(
                "E013",
                &format!("{at}birth_date"),
                "生年月日",
                format!(
                    "生年月日{}と異動日{}が違います。",
                    child.birth_date.label_wareki(),
                    event.label_wareki()
                ),
                "出生の異動日は生年月日です。出生届で確かめてください。",
            );
        }
        let mut row = Person::new(desk.next_addressee_no()?, home.household_no, child.birth_date, child.sex);
        row.resident_kind = child.resident_kind;
        row.relation = child.relation.clone();
        // The birth that is notified is the proof.
        row.relation_proved = true;
        child.items.fill(&mut row);
        row.address = home.address.clone();
        row.event_date = event;
        row.addr_since = Some(child.birth_date);
        match child.resident_kind {
            ResidentKind::Japanese => row.resident_since = Some(child.birth_date),
            ResidentKind::Foreign => {
                row.foreign_resident_since = Some(child.birth_date);
                row.art30_45_class = row.art30_45_class.or(Some(Art30_45Class::BirthTransition));
            }
        }
        row.moved_in_notified_on = movement.notified_on.or(Some(desk.today()));
        kana::record(&mut row, &child.items.kana, given.notice.basis, reason, desk.today());
        if !child.remarks.is_empty() {
            row.remarks.push(child.remarks.clone());
        }
        inherit(desk, &mut row, child.parent_no, &home, &at)?;
        person::check_items(desk, row.resident_kind, &child.items, &at);
        person::check(desk, &row, reason, &at);
        assign_code(desk, &mut row, reason, &at)?;
        stated.push(Stated { person: row, path: format!("{at}relation") });
    }
    desk.summary = format!(
        "{}　{}　{}　世帯番号{}",
        reason.label(),
        stated.first().map_or("", |one| one.person.called()),
        event.map(|date| date.label_wareki()).unwrap_or_default(),
        home.household_no
    );
    if desk.stopped() {
        return Ok(());
    }
    let address: Address = home.address.clone();
    household::settle(desk, Goal::Join(Box::new(home)), stated, &address, &movement)
}

/// Takes domicile and register head over from the parent; A130 when no parent is in the household, D010 when the parent
/// came only after the birth.
///
/// Source: 住民記録システム標準仕様書 4.1.0.1 (転入届 together with 出生届 is 転入).
fn inherit(
    desk: &mut Desk<'_>,
    row: &mut Person,
    parent_no: Option<AddresseeNo>,
    home: &Household,
    at: &str,
) -> Result<(), Fault> {
    let path = format!("{at}parent_no");
    let parent = match parent_no {
        Some(no) => desk.person_read(no)?,
        None => None,
    };
    if let (Some(no), None) = (parent_no, &parent) {
        desk.error(
            "D002",
            &path,
            "親の宛名番号",
            format!("宛名番号{no}の住民はいません。"),
            "親を検索して選び直してください。",
        );
        return Ok(());
    }
    let lives_here = parent.as_ref().is_some_and(|parent| home.members.contains(&parent.addressee_no));
    if !lives_here {
        let message = match &parent {
            Some(parent) => format!("親（{}さん）は、子を加える世帯にいません。", parent.called()),
            None => "親の宛名番号がありません。親が世帯にいるか確かめられません。".to_owned(),
        };
        desk.alert("A130", &path, "親", message, "子を加える世帯が正しいか確かめてください。");
    }
    if let Some(since) = parent.as_ref().and_then(|parent| parent.since()).and_then(|since| since.earliest())
        && lives_here
        && row.birth_date.latest().is_some_and(|born| born < since)
    {
        desk.alert(
            "D010",
            &format!("{at}birth_date"),
            "生年月日",
            format!(
                "生年月日{}が、親が住民となった年月日{}より前です。",
                row.birth_date.label_wareki(),
                wareki(since)
            ),
            "親の転入より前に生まれた子は、出生ではなく転入で入力してください。",
        );
    }
    moved_since(desk, row, parent.as_ref().filter(|_| lives_here), home, at)?;
    if let Some(parent) = parent.filter(|_| row.resident_kind == ResidentKind::Japanese) {
        if row.registered_domicile.is_none() {
            row.registered_domicile = parent.registered_domicile;
        }
        if row.register_head.is_empty() {
            row.register_head = parent.register_head;
        }
    }
    Ok(())
}

/// D033: the household has moved within the municipality since the birth, so that the child was born at the old address.
///
/// Source: (unverified); 住民基本台帳法 art. 7(7) (住所を定めた年月日 of who has moved within).
fn moved_since(
    desk: &mut Desk<'_>,
    row: &Person,
    parent: Option<&Person>,
    home: &Household,
    at: &str,
) -> Result<(), Fault> {
    let held = match (parent, home.head.or(home.members.first().copied())) {
        (Some(parent), _) => Some(parent.clone()),
        (None, Some(no)) => desk.person_read(no)?,
        (None, None) => None,
    };
    let Some(held) = held.filter(|held| held.moved_from_address.is_some()) else { return Ok(()) };
    if let (Some(born), Some(moved), Some(since)) = (
        row.birth_date.latest(),
        held.addr_since.and_then(|date| date.earliest()),
        held.since().and_then(|since| since.earliest()),
    ) && since <= born
        && born < moved
    {
        desk.alert(
            "D033",
            &format!("{at}birth_date"),
            "生年月日",
            format!(
                "生年月日{}が、世帯の転居の日{}より前です。子は、今の住所に生まれた日から住んでいるものとして記載されます。",
                row.birth_date.label_wareki(),
                wareki(moved)
            ),
            "登録した後、子の住所を定めた年月日を転居の日に修正してください。前の住所に記載してから転居させるときは、先に転居を取り消してください。",
        );
    }
    Ok(())
}
