//! 転入: somebody moves in from another municipality or from abroad.

use domain::{
    Address, AddresseeNo, HouseholdNo, IndividualNumber, MovementReason, RegisterDate, Relation,
    ResidentKind, ResidentRecordCode, ResidentStatus, Sex,
};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section, choices};

use super::{forms, names};
use crate::desk::Desk;
use crate::movement::{self, MovementKind};
use crate::records::{Basis, CODE_SLOT, Counter, Person};
use crate::rules::address::{self, NewAddress};
use crate::rules::household::{self, Goal};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::outbound::Circumstance;
use crate::rules::relation::Stated;
use crate::rules::returning::{self, Again};
use crate::rules::{Limit, kana, matching, person, targets, transfer};

/// 転入 (M-01, M-02, M-03, M-04, M-05, M-06, M-07, M-08).
pub(crate) static MOVE_IN: MovementKind =
    MovementKind { id: "resident-register/move-in", title: "転入", plan };

/// 職権記載 (M-35): 住所設定, 就籍, 回復. The same as 転入, but nobody notified it.
pub(crate) static EX_OFFICIO_ENTRY: MovementKind =
    MovementKind { id: "resident-register/ex-officio-entry", title: "職権記載", plan: plan_ex_officio };

/// The function of 職権記載.
pub(crate) fn ex_officio_entry() -> Function {
    let place = Place {
        unit: "住民基本台帳", level1: "異動（増加）", level2: "職権による異動", level3: ""
    };
    let kind = Field::new(
        "entry_kind",
        "職権記載の種類",
        FieldKind::Choice(choices(&[("address", "住所設定"), ("register", "就籍"), ("restored", "回復")])),
    )
    .required();
    movement::function(&EX_OFFICIO_ENTRY, place, form(kind, "記載日（異動日）"), decide_ex_officio)
}

fn decide_ex_officio(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&EX_OFFICIO_ENTRY, view, input, context)
}

/// The function.
pub(crate) fn function() -> Function {
    let place =
        Place { unit: "住民基本台帳", level1: "異動（増加）", level2: "転入", level3: "" };
    let kind = Field::new(
        "move_in_kind",
        "転入の種類",
        FieldKind::Choice(choices(&[("01", "国内転入"), ("02", "国外転入等（法30条の46・47を含む）")])),
    )
    .required();
    let mut form = form(kind, "転入日（異動日）");
    form.sections.insert(
        1,
        Section::once(
            "特例転入",
            vec![
                Field::new("special", "特例転入（カード、引越しワンストップ）", FieldKind::Flag),
                Field::new("transfer_no", "転出証明書情報の受信番号", FieldKind::Text(60))
                    .help("空の住民票コード・個人番号・本籍などを、受け取った情報で補います"),
            ],
        ),
    );
    movement::function(&MOVE_IN, place, form, decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&MOVE_IN, view, input, context)
}

fn form(kind: Field, day: &'static str) -> Form {
    let mut member = vec![
        Field::new("addressee_no", "再転入する人の宛名番号", FieldKind::AddresseeNo).help("以前の住民だけ"),
        Field::new("resident_kind", "住民種別", FieldKind::Choice(forms::kinds())).required().carried(),
        Field::new("family_name", "氏", FieldKind::Text(50)).wide().carried(),
        Field::new("given_name", "名", FieldKind::Text(50)).wide(),
        Field::new("name_kana", "氏名フリガナ", FieldKind::Kana(100)),
        Field::new("name_roman", "氏名（ローマ字）", FieldKind::Text(100)).wide(),
        Field::new("name_kanji", "氏名（漢字）", FieldKind::Text(100)).wide(),
        Field::new("former_family_name", "旧氏", FieldKind::Text(50)).wide(),
        Field::new("former_family_kana", "旧氏フリガナ", FieldKind::Kana(50)),
        Field::new("alias_name", "通称", FieldKind::Text(100)).wide(),
        Field::new("alias_kana", "通称フリガナ", FieldKind::Kana(100)),
        Field::new("alias_recorded_on", "通称の記載年月日", FieldKind::Date)
            .help("転出証明書にある日。国外転入などで新しく記載するときは空"),
        Field::new("alias_recorded_at", "通称の記載市区町村", FieldKind::Text(50)),
        Field::new("birth_date", "生年月日", FieldKind::RegisterDate).required(),
        Field::new("sex", "性別", FieldKind::Choice(forms::sexes())).required(),
        Field::new("relation", "続柄", FieldKind::Relation).required(),
        Field::new("relation_proved", "続柄を証する文書を確認した（外国人）", FieldKind::Flag),
    ];
    member.extend(forms::domicile().into_iter().map(Field::carried));
    member.extend([
        Field::new("resident_record_code", "住民票コード", FieldKind::ResidentRecordCode),
        Field::new("individual_number", "個人番号", FieldKind::IndividualNumber),
    ]);
    member.extend(forms::foreign().into_iter().map(carried_if_shared));
    member.extend(forms::kana());
    member.push(
        Field::new("de_facto_head", "事実上の世帯主", FieldKind::Text(100))
            .help("世帯主が住民票に載らない世帯（外交官、施設長など）の備考"),
    );
    member.push(Field::new("remarks", "備考", FieldKind::Text(200)));
    Form::of(vec![
        forms::notice(vec![kind], forms::event_day(day)),
        Section::repeated("members", "異動者", forms::MEMBERS_MAX, member),
        forms::new_address(),
        forms::household(),
        forms::previous_address(),
    ])
}

/// Of a foreigner's items a family usually shares the nationality.
fn carried_if_shared(field: Field) -> Field {
    if field.name.starts_with("nationality") { field.carried() } else { field }
}

#[derive(Deserialize)]
struct MoveIn {
    #[serde(default)]
    move_in_kind: String,
    #[serde(default)]
    entry_kind: String,
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    members: Vec<Mover>,
    #[serde(flatten)]
    address: NewAddress,
    #[serde(default)]
    household_no: Option<HouseholdNo>,
    #[serde(default)]
    prev_unregistered: bool,
    #[serde(default)]
    special: bool,
    #[serde(default)]
    transfer_no: String,
}

#[derive(Deserialize)]
struct Mover {
    #[serde(default)]
    addressee_no: Option<AddresseeNo>,
    resident_kind: ResidentKind,
    #[serde(default)]
    resident_record_code: Option<ResidentRecordCode>,
    #[serde(default)]
    individual_number: Option<IndividualNumber>,
    birth_date: RegisterDate,
    sex: Sex,
    relation: Relation,
    #[serde(default)]
    relation_proved: bool,
    #[serde(flatten)]
    items: super::items::Items,
    #[serde(default)]
    alias_recorded_on: Option<RegisterDate>,
    #[serde(default)]
    alias_recorded_at: String,
    #[serde(default)]
    de_facto_head: String,
    #[serde(default)]
    remarks: String,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: MoveIn = input.read()?;
    let reason = MovementReason::from_code(&given.move_in_kind).unwrap_or(MovementReason::MoveInDomestic);
    enter(desk, input, given, reason)
}

fn plan_ex_officio(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let mut given: MoveIn = input.read()?;
    if given.notice.basis == Basis::Notification {
        given.notice.basis = Basis::ExOfficio;
    }
    enter(desk, input, given, MovementReason::ExOfficioEntry)
}

fn enter(desk: &mut Desk<'_>, input: &Input, given: MoveIn, reason: MovementReason) -> Result<(), Fault> {
    let late = (reason != MovementReason::ExOfficioEntry).then_some(Limit::MoveInNotice);
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late });
    if given.members.is_empty() {
        desk.error(
            "E124",
            "members",
            "異動者",
            "異動者が一人もいません。",
            "転入する人を一人以上入力してください。",
        );
        return Ok(());
    }
    let movement = given.notice.movement(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let previous = previous_address(desk, input, &given, reason);
    let last_registered = address::elsewhere(input, "last_").address;
    address::check_code(desk, &last_registered, "last_");
    desk.last_registered =
        Some(last_registered).filter(|address| given.prev_unregistered && !address.is_empty());
    if given.prev_unregistered && desk.last_registered.is_none() {
        desk.alert(
            "D034",
            "last_municipality",
            "最終登録住所地",
            "未届転入なのに、最終登録住所地が空です。最後に登録されていた市区町村に転入通知が届きません。",
            "戸籍の附票などで確かめて入力してください。どこにも登録されたことのない人なら、そのまま登録できます。",
        );
    }
    let joined = match given.household_no {
        Some(no) => match household::to_join(desk, no)? {
            Some(joined) => Some(joined),
            None => return Ok(()),
        },
        None => None,
    };
    let address = match &joined {
        Some(joined) if given.address.is_empty() => joined.address.clone(),
        _ => given.address.complete(desk),
    };
    if let Some(joined) = &joined {
        address::warn_of_other_lot(desk, &address, joined)?;
    }
    if !given.address.is_empty() {
        address::check_lot(desk, &address);
    }
    if !address::is_here(desk, &address) && !desk.context.municipality_text("name").is_empty() {
        desk.error(
            "E104",
            "municipality",
            "住所",
            format!("新しい住所（{}）が、この市区町村の外です。", address.one_line()),
            "住所を確かめてください。",
        );
    }

    let certificate = match given.special || !given.transfer_no.is_empty() {
        true => transfer::begin(desk, &given.transfer_no, event, movement.notified_on)?,
        false => None,
    };
    let certified = match &certificate {
        Some((certificate, _)) => transfer::persons(certificate)?,
        None => Vec::new(),
    };
    let again = if given.entry_kind == "restored" { Again::Restored } else { Again::New };
    if again == Again::Restored {
        desk.circumstances.insert(Circumstance::Restored);
    }
    let mut stated = Vec::new();
    for (index, mover) in given.members.iter().enumerate() {
        let at = format!("members.{index}.");
        let Some((mut row, held)) = start_row(desk, mover, again, event, &at)? else { continue };
        row.resident_kind = mover.resident_kind;
        if again == Again::New {
            returning::begin_record(&mut row);
            // Who was told so by the court is told again by the municipality the person comes from.
            row.adult_ward = false;
        }
        row.resident_status = ResidentStatus::Resident;
        row.birth_date = mover.birth_date;
        row.sex = mover.sex;
        let still_proved = again == Again::Restored && row.relation_proved && row.relation == mover.relation;
        row.relation = mover.relation.clone();
        row.relation_proved = mover.relation_proved || still_proved;
        // A 回復 brings back what stood there; only what is stated is written over it.
        let back = held
            .as_ref()
            .filter(|held| again == Again::Restored && held.resident_kind == mover.resident_kind);
        match back {
            Some(held) => mover.items.fill_over(&mut row, held),
            None => mover.items.fill(&mut row),
        }
        row.address = address.clone();
        row.event_date = event;
        row.addr_since = event;
        match mover.resident_kind {
            ResidentKind::Japanese => (row.resident_since, row.foreign_resident_since) = (event, None),
            ResidentKind::Foreign => (row.resident_since, row.foreign_resident_since) = (None, event),
        }
        row.moved_in_notified_on = movement.notified_on.or(Some(desk.today()));
        row.prev_address = previous.as_ref().map(|previous| previous.address.clone());
        row.prev_head_name = previous.as_ref().map(|previous| previous.head_name.clone()).unwrap_or_default();
        row.unregistered_entry = given.prev_unregistered;
        row.last_registered.clone_from(&desk.last_registered);
        if back.is_none() || !mover.de_facto_head.is_empty() {
            row.de_facto_head.clone_from(&mover.de_facto_head);
        }
        row.moved_from_address = None;
        row.resident_record_code = mover.resident_record_code.or(row.resident_record_code);
        row.individual_number = mover.individual_number.or(row.individual_number);
        returning::end_deletion(&mut row);
        if let Some(held) = held.as_ref().filter(|_| again == Again::Restored) {
            let same_place = address::same_lot(&held.address, &address);
            returning::restore(desk, &mut row, held, same_place, &at);
        }
        if certificate.is_some() {
            transfer::fill(desk, &mut row, &certified, &at);
        }
        let recorded_on = mover.alias_recorded_on.as_ref().and_then(RegisterDate::known);
        // A 通称 that comes back was recorded when it was, whether or not anybody here knows the day.
        if recorded_on.is_some() || back.is_none_or(|held| held.alias_name != row.alias_name) {
            names::alias_recorded(desk, &mut row, (recorded_on, &mover.alias_recorded_at), reason, &at);
        }
        kana::record(&mut row, &mover.items.kana, given.notice.basis, reason, desk.today());
        if let Some(held) = back {
            kana::restore(&mut row, held, &mover.items.kana);
        }
        if !mover.remarks.is_empty() {
            row.remarks.push(mover.remarks.clone());
        }
        person::check_items(desk, row.resident_kind, &mover.items, &at);
        person::check(desk, &row, reason, &at);
        if let Some(held) = &held {
            let code = mover.resident_record_code.is_some()
                && mover.resident_record_code == held.resident_record_code;
            let number =
                mover.individual_number.is_some() && mover.individual_number == held.individual_number;
            returning::compare(desk, held, &row, code || number, &at);
            if again == Again::New {
                returning::names_dropped(desk, held, &row, &at);
            }
        }
        matching::check(desk, &row, mover.addressee_no, &at)?;
        same_code_twice(desk, &row, &stated, &at);
        assign_code(desk, &mut row, reason, &at)?;
        stated.push(Stated { person: row, path: format!("{at}relation") });
    }
    summarise(desk, &stated, &address, reason, event);
    if desk.stopped() {
        return Ok(());
    }
    let goal = match joined {
        Some(joined) => Goal::Join(Box::new(joined)),
        None => Goal::Own(
            desk.next_household_no()?,
            event.and_then(|date| date.sort_key()).unwrap_or(desk.today()),
        ),
    };
    if let Some(certificate) = certificate {
        let numbers: Vec<AddresseeNo> = stated.iter().map(|one| one.person.addressee_no).collect();
        transfer::used(desk, certificate, &numbers)?;
    }
    household::settle(desk, goal, stated, &address, &movement)
}

/// 転入前住所; E106 when it lies here, 「（未届）」 behind an address that was never registered.
///
/// Source: 住民記録システム標準仕様書 4.1.1.4, 4.2.1.1.
fn previous_address(
    desk: &mut Desk<'_>,
    input: &Input,
    given: &MoveIn,
    reason: MovementReason,
) -> Option<address::Elsewhere> {
    let mut previous = address::elsewhere(input, "prev_");
    address::check_code(desk, &previous.address, "prev_");
    let domestic = reason == MovementReason::MoveInDomestic;
    if previous.address.is_empty() || (domestic && previous.address.municipality.is_empty()) {
        if domestic {
            desk.error(
                "E124",
                "prev_municipality",
                "転入前住所",
                "転入前住所が空です。国内転入では空にできない項目です。",
                "転出証明書の住所を入力してください。分からないときは市区町村に「不明」と入力してください。",
            );
        } else if reason == MovementReason::MoveInOverseas
            && given.members.iter().any(|mover| mover.resident_kind == ResidentKind::Japanese)
        {
            // Only a foreigner who newly takes an address (法30条の46・47) may have none.
            desk.error(
                "E124",
                "prev_country",
                "転入前住所",
                "転入前住所が空です。日本人の国外転入では空にできない項目です。",
                "転入前の国名と住所を入力してください。分からないときは国名に「不明」と入力してください。",
            );
        }
        return None;
    }
    if given.prev_unregistered {
        let marked = if previous.address.lot.is_empty() {
            &mut previous.address.town
        } else {
            &mut previous.address.lot
        };
        marked.push_str("（未届）");
    } else if reason == MovementReason::MoveInDomestic && address::is_here(desk, &previous.address) {
        desk.error(
            "E106",
            "prev_municipality",
            "転入前住所",
            format!("転入前住所（{}）が、この市区町村の中です。", previous.address.one_line()),
            "市区町村の中で住所が変わったのなら、転居で入力してください。",
        );
    } else if domestic && address::may_be_here(desk, &previous.address) {
        desk.alert(
            "A106",
            "prev_municipality",
            "転入前住所",
            format!("転入前住所（{}）が、この市区町村の中かもしれません。", previous.address.one_line()),
            "都道府県と市区町村を確かめてください。市区町村の中で住所が変わったのなら、転居で入力してください。",
        );
    }
    Some(previous)
}

/// The row to write on: a new number's first, or the next of somebody who returns under the old number (再転入), with the
/// row that is held of them.
///
/// Source: 住民記録システム標準仕様書 4.1.1.2.
fn start_row(
    desk: &mut Desk<'_>,
    mover: &Mover,
    again: Again,
    event: Option<RegisterDate>,
    at: &str,
) -> Result<Option<(Person, Option<Person>)>, Fault> {
    let Some(no) = mover.addressee_no else {
        if again == Again::Restored {
            desk.error(
                "D020",
                &format!("{at}addressee_no"),
                "宛名番号",
                "回復する人の宛名番号が空です。",
                "消除された住民票を検索して、宛名番号を入力してください。記録のない人なら、種類を「住所設定」か「就籍」にしてください。",
            );
            return Ok(None);
        }
        let no = desk.next_addressee_no()?;
        // The number of a household is not known yet; it is set when the movers are settled.
        let none = HouseholdNo::from_serial(0).map_err(|error| Fault::new("no household number", error))?;
        return Ok(Some((Person::new(no, none, mover.birth_date, mover.sex), None)));
    };
    let path = format!("{at}addressee_no");
    let Some(held) = desk.person(no)? else {
        desk.error(
            "D002",
            &path,
            "宛名番号",
            format!("宛名番号{no}の住民はいません。"),
            "以前の住民を検索して選び直してください。初めて転入する人なら空にしてください。",
        );
        return Ok(None);
    };
    if desk.targets.contains(&no) {
        desk.error(
            "D002",
            &path,
            "宛名番号",
            format!("宛名番号{no}が二度入力されています。"),
            "人ごとに違う宛名番号を入力してください。",
        );
        return Ok(None);
    }
    if held.is_resident() {
        desk.error(
            "E048",
            &path,
            "宛名番号",
            format!("{}さん（宛名番号{no}）は既に住民です。", held.called()),
            "住所が変わったのなら転居で入力してください。",
        );
        return Ok(None);
    }
    targets::held(desk, &held, &path)?;
    returning::may_begin(desk, &held, again, event, &path);
    desk.targets.push(no);
    Ok(Some((held.clone(), Some(held))))
}

fn same_code_twice(desk: &mut Desk<'_>, row: &Person, others: &[Stated], at: &str) {
    let twice = |same: &dyn Fn(&Person) -> bool| others.iter().any(|other| same(&other.person));
    if row.resident_record_code.is_some()
        && twice(&|other| other.resident_record_code == row.resident_record_code)
    {
        desk.error(
            "E032",
            &format!("{at}resident_record_code"),
            "住民票コード",
            "同じ住民票コードが、この届出の別の人にも入力されています。",
            "転出証明書で番号を確かめてください。",
        );
    }
    if !row.residence_card_no.is_empty() && twice(&|other| other.residence_card_no == row.residence_card_no) {
        desk.error(
            "E043",
            &format!("{at}residence_card_no"),
            "在留カード等番号",
            "同じ在留カード等番号が、この届出の別の人にも入力されています。",
            "在留カードか特別永住者証明書で番号を確かめてください。",
        );
    }
    if row.individual_number.is_some() && twice(&|other| other.individual_number == row.individual_number) {
        desk.error(
            "E038",
            &format!("{at}individual_number"),
            "個人番号",
            "同じ個人番号が、この届出の別の人にも入力されています。",
            "番号を確かめてください。",
        );
    }
}

/// Gives a code from the pool to somebody who never had one: E035, E036, A034. Domestic movers bring theirs.
///
/// Source: 住民基本台帳法 art. 30-3; 住民記録システム標準仕様書 1.1.6, 4.3.1.
pub(crate) fn assign_code(
    desk: &mut Desk<'_>,
    row: &mut Person,
    reason: MovementReason,
    at: &str,
) -> Result<(), Fault> {
    if row.resident_record_code.is_some() {
        return Ok(());
    }
    let path = format!("{at}resident_record_code");
    if reason == MovementReason::MoveInDomestic {
        desk.error(
            "E036",
            &path,
            "住民票コード",
            format!("{}さんの住民票コードが空です。住民の記録には要る項目です。", row.called()),
            "転出証明書の住民票コードを入力してください。",
        );
        return Ok(());
    }
    let Some(code) = desk.pick_code()? else {
        desk.error(
            "E035",
            &path,
            "住民票コード",
            "割り当てる住民票コードがありません。空き住民票コードがなくなっています。",
            "住基ネットから空き住民票コードを受け取ってから、本登録してください。",
        );
        return Ok(());
    };
    row.resident_record_code = Some(code);
    let low = u64::try_from(Limit::CodePoolLow.value()).unwrap_or_default();
    let filled = desk.view.load::<Counter>(Counter::CODE_SLOT)?.map_or(0, |counter| counter.record.last);
    if filled != 0
        && desk.view.count(&CODE_SLOT)? < low
        && !desk.findings.iter().any(|finding| finding.code == "A034")
    {
        desk.alert(
            "A034",
            "",
            "住民票コード",
            format!("空き住民票コードが{low}件を下回っています。"),
            "住基ネットから空き住民票コードを受け取ってください。この異動は続けられます。",
        );
    }
    Ok(())
}

fn summarise(
    desk: &mut Desk<'_>,
    movers: &[Stated],
    address: &Address,
    reason: MovementReason,
    event: Option<RegisterDate>,
) {
    let Some(first) = movers.iter().find(|one| one.person.relation.is_head()).or(movers.first()) else {
        return;
    };
    let others = match movers.len() {
        0 | 1 => String::new(),
        count => format!("ほか{}人", count - 1),
    };
    desk.summary = format!(
        "{}　{}{others}　{}　{}",
        reason.label(),
        first.person.called(),
        event.map(|date| date.label_wareki()).unwrap_or_default(),
        address.one_line()
    );
}
