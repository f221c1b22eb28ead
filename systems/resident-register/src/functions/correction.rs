//! 職権修正・軽微な修正・誤記修正: items of residents are put right, the residents stay where they are.

use domain::{AddresseeNo, MovementReason, ResidentKind};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Field, FieldKind, Form, Function, Input, Outcome, Place, Section, choices};

use super::corrected::{Changes, Scope, fields};
use super::forms;
use super::move_within::summary;
use crate::desk::{Desk, Movement};
use crate::movement::{self, MovementKind};
use crate::records::{Household, Person};
use crate::rules::address::{self, NewAddress};
use crate::rules::notice::{self, DateRules, Notice};
use crate::rules::relation::{self, Stated};
use crate::rules::targets::{self, Chosen};
use crate::rules::{matching, person, stay};

/// 職権修正, 軽微な修正, 誤記修正 (M-37, M-38, M-39); also 成年被後見人 (M-45) and what 法務省通知 tells (M-64, M-65).
pub(crate) static CORRECTION: MovementKind =
    MovementKind { id: "resident-register/correction", title: "修正", plan };

/// The function.
pub(crate) fn function() -> Function {
    let place =
        Place {
            unit: "住民基本台帳", level1: "異動（変更）", level2: "職権による異動（変更）", level3: ""
        };
    movement::function(&CORRECTION, place, form(), decide)
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    movement::enter(&CORRECTION, view, input, context)
}

fn form() -> Form {
    let kind = Field::new(
        "correction_kind",
        "修正の種類",
        FieldKind::Choice(choices(&[
            ("43", "職権修正（戸籍の届出・通知、申出による修正を含む）"),
            ("42", "軽微な修正（住居表示、地番変更、文字の置換え）"),
            ("44", "誤記修正"),
        ])),
    )
    .required();
    let mut address = forms::new_address();
    address.title = "住所の修正";
    address.fields.push(
        Field::new("whole_household", "世帯全員の住所を直す", FieldKind::Flag)
            .help("選んだ人のほかの世帯員の住所も同じにします"),
    );
    Form::of(vec![
        forms::notice(vec![kind], Field::new("event_date", "修正日（異動日）", FieldKind::Date)),
        forms::targets(),
        Section::once("修正する項目（空の項目はそのまま）", fields()),
        address,
        Section::repeated(
            "clears",
            "空にする項目",
            forms::MEMBERS_MAX,
            vec![Field::new("item", "項目", FieldKind::Choice(super::corrected::clearable())).required()],
        ),
    ])
}

#[derive(Deserialize)]
struct Correction {
    correction_kind: String,
    #[serde(flatten)]
    notice: Notice,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(flatten)]
    changes: Changes,
    #[serde(flatten)]
    address: NewAddress,
    #[serde(default)]
    whole_household: bool,
}

fn plan(desk: &mut Desk<'_>, input: &Input) -> Result<(), Fault> {
    let given: Correction = input.read()?;
    let event = notice::check(desk, &given.notice, DateRules { ahead: false, late: None });
    let reason =
        MovementReason::from_code(&given.correction_kind).unwrap_or(MovementReason::ExOfficioCorrection);
    let movement = given.notice.movement(reason, desk.today());
    desk.reason = Some(reason);
    desk.effective_on = event.and_then(|date| date.sort_key());
    let Some(chosen) = targets::choose(desk, &given.targets, event, true)? else { return Ok(()) };
    let address = (!given.address.is_empty()).then(|| given.address.complete(desk));
    desk.summary = summary(reason.label(), &chosen.persons, event, &given.changes.told(address.is_some()));
    allowed(desk, &given, reason, &chosen, address.is_some());
    if let Some(new) = &address {
        check_address(desk, &chosen, new, given.whole_household);
    }
    if desk.stopped() {
        return Ok(());
    }
    let mut rows = chosen.persons.clone();
    for row in &mut rows {
        given.changes.apply(row, given.notice.basis, desk.today());
        row.event_date = event;
        if let Some(new) = &address {
            row.address = new.clone();
        }
    }
    for (before, row) in chosen.persons.iter().zip(&rows) {
        // What is typed in now is looked at like a first entry; the other items are as they were taken over.
        person::check(desk, row, reason, "");
        if stay::differs(before, row) {
            stay::typed(desk, row, "");
        }
        matching::card_held(desk, row, "residence_card_no")?;
    }
    if !desk.stopped() {
        relations(desk, &chosen, &rows)?;
    }
    settled_before(desk, &chosen, &rows);
    unchanged(desk, &chosen, &rows);
    if desk.stopped() {
        return Ok(());
    }
    lay_down(desk, &chosen.household, rows, &movement)?;
    if let Some(new) = &address {
        move_the_rest(desk, &chosen, new, given.whole_household, &movement)?;
    }
    Ok(())
}

/// D011, D012, D013, E117: what may be corrected by which kind, and on how many at once.
///
/// Source: 住民記録システム標準仕様書 4.2.3.1, 4.2.3.2, 4.2.3.3.
fn allowed(desk: &mut Desk<'_>, given: &Correction, reason: MovementReason, chosen: &Chosen, address: bool) {
    if given.changes.is_empty() && !address {
        desk.error(
            "D011",
            "targets",
            "修正する項目",
            "修正する項目が一つも入力されていません。",
            "直す項目を入力するか、空にする項目を選んでください。",
        );
    }
    if 1 < chosen.persons.len()
        && let Some(own) = given.changes.first_of(Scope::Own)
    {
        desk.error(
            "D012",
            own.name,
            own.title,
            format!("{}は人ごとに違う項目です。二人以上をまとめて直せません。", own.title),
            "一人ずつ入力してください。まとめて直せるのは住所、本籍、筆頭者、氏などの共通の項目です。",
        );
    }
    if reason == MovementReason::MinorCorrection
        && let Some(other) = given.changes.first_not_minor()
    {
        desk.error(
            "D013",
            other.name,
            other.title,
            format!("{}は軽微な修正では直せません。", other.title),
            "軽微な修正は、住所・本籍の表示の変更と氏名の文字の置換えだけです。修正の種類を選び直してください。",
        );
    }
    for person in &chosen.persons {
        let wrong = given.changes.first_of(match person.resident_kind {
            ResidentKind::Japanese => Scope::Foreign,
            ResidentKind::Foreign => Scope::Japanese,
        });
        if let Some(wrong) = wrong {
            desk.error(
                "E117",
                wrong.name,
                wrong.title,
                format!("{}は、{}の住民票にない項目です。", wrong.title, person.resident_kind.label()),
                "住民種別を確かめてください。国籍が変わったのなら、帰化・国籍取得・国籍喪失で入力してください。",
            );
        }
    }
    if reason == MovementReason::ClericalErrorCorrection && given.notice.note.is_empty() {
        desk.error(
            "E129",
            "note",
            "留意事項",
            "誤記修正の理由がありません。誤った記載は履歴に残り、何を直したかを留意事項に記載します。",
            "留意事項に、どの項目をなぜ直したかを入力してください。",
        );
    }
}

/// E104, A093.
fn check_address(desk: &mut Desk<'_>, chosen: &Chosen, new: &domain::Address, everybody: bool) {
    address::check_lot(desk, new);
    if !desk.context.municipality_text("name").is_empty() && !address::is_here(desk, new) {
        desk.error(
            "E104",
            "municipality",
            "住所",
            format!("直した住所（{}）が、この市区町村の外です。", new.one_line()),
            "住所を確かめてください。外へ移ったのなら転出で入力してください。",
        );
    }
    if !everybody && !chosen.whole() && !address::same_lot(new, &chosen.household.address) {
        desk.alert(
            "A093",
            "lot",
            "住所",
            "一つの世帯に、町字か番地号の違う人ができます。",
            "世帯全員の住所が変わったのなら「世帯全員の住所を直す」を選んでください。",
        );
    }
}

/// Relations of the household as it is going to be; D009 when the head would change.
fn relations(desk: &mut Desk<'_>, chosen: &Chosen, rows: &[Person]) -> Result<(), Fault> {
    let mut stated = Vec::new();
    for (before, row) in chosen.persons.iter().zip(rows) {
        let basis = |person: &Person| (person.relation_proved, person.birth_date, person.sex);
        if before.relation == row.relation && basis(before) == basis(row) {
            continue;
        }
        if before.relation.is_head() != row.relation.is_head() {
            desk.error(
                "D009",
                "relation",
                "続柄",
                "続柄の修正で世帯主は変えられません。",
                "世帯主が変わったのなら、世帯主変更で入力してください。",
            );
        }
        stated.push(Stated { person: row.clone(), path: "relation".to_owned() });
    }
    if stated.is_empty() || desk.stopped() {
        return Ok(());
    }
    let mut others = Vec::new();
    for no in &chosen.household.members {
        if stated.iter().any(|one| one.person.addressee_no == *no) {
            continue;
        }
        match rows.iter().find(|row| row.addressee_no == *no) {
            Some(row) => others.push(row.clone()),
            None => others.extend(desk.person(*no)?),
        }
    }
    relation::check(desk, &stated, &others);
    Ok(())
}

/// E002 of a day that lies ahead; A016: legitimate only where a record was taken over, of which neither day was ever counted from the other.
fn settled_before(desk: &mut Desk<'_>, chosen: &Chosen, rows: &[Person]) {
    for (before, row) in chosen.persons.iter().zip(rows) {
        let typed = before.addr_since != row.addr_since || before.since() != row.since();
        for (old, new, field, item) in [
            (before.addr_since, row.addr_since, "addr_since", "住所を定めた年月日"),
            (before.resident_since, row.resident_since, "resident_since", "住民となった年月日"),
            (
                before.foreign_resident_since,
                row.foreign_resident_since,
                "foreign_resident_since",
                "外国人住民となった年月日",
            ),
            (
                before.old_alien_registered_on,
                row.old_alien_registered_on,
                "old_alien_registered_on",
                "旧外登法による登録年月日",
            ),
        ] {
            if let Some(day) = new.filter(|_| old != new)
                && day.earliest().is_some_and(|day| desk.today() < day)
            {
                desk.error(
                    "E002",
                    field,
                    item,
                    format!(
                        "{}さんの{item}{}は、今日{}より後です。",
                        row.called(),
                        day.label_wareki(),
                        domain::wareki(desk.today())
                    ),
                    "今日以前の日にしてください。",
                );
            }
        }
        let settled = row.addr_since.and_then(|date| date.latest());
        let resident = row.since().and_then(|date| date.earliest());
        if let (true, Some(settled), Some(resident)) = (typed, settled, resident)
            && settled < resident
        {
            desk.alert(
                "A016",
                "addr_since",
                "住所を定めた年月日",
                format!(
                    "{}さんの住所を定めた年月日{}が、住民となった年月日{}より前です。",
                    row.called(),
                    domain::wareki(settled),
                    domain::wareki(resident)
                ),
                "改製前の記載や帰化などによるものか確かめてください。",
            );
        }
    }
}

/// D011 for somebody whose row would be the same.
fn unchanged(desk: &mut Desk<'_>, chosen: &Chosen, rows: &[Person]) {
    for (before, row) in chosen.persons.iter().zip(rows) {
        let same = Person { event_date: before.event_date, ..row.clone() } == *before;
        if same {
            desk.error(
                "D011",
                &format!("targets.{}", row.addressee_no),
                "修正する項目",
                format!("{}さんの記載は、入力した内容と同じです。直すところがありません。", row.called()),
                "人と項目を確かめてください。",
            );
        }
    }
}

/// Lays the corrected rows down; a new name of the head goes to every member.
///
/// Source: 住民記録システム標準仕様書 4.2.3.1.
pub(crate) fn lay_down(
    desk: &mut Desk<'_>,
    home: &Household,
    rows: Vec<Person>,
    movement: &Movement,
) -> Result<(), Fault> {
    let head = rows.iter().find(|row| Some(row.addressee_no) == home.head).map(|head| head.name.clone());
    for mut row in rows {
        if let Some(name) = &head {
            row.head_name.clone_from(name);
        }
        desk.put_person(row, movement)?;
    }
    let Some(name) = head else { return Ok(()) };
    for mut member in desk.members(home)? {
        if member.head_name != name {
            member.head_name.clone_from(&name);
            desk.put_person(member, movement)?;
        }
    }
    Ok(())
}

/// The address of those who were not chosen, and of the household itself.
fn move_the_rest(
    desk: &mut Desk<'_>,
    chosen: &Chosen,
    new: &domain::Address,
    everybody: bool,
    movement: &Movement,
) -> Result<(), Fault> {
    if !everybody && !chosen.whole() {
        return Ok(());
    }
    for mut member in desk.members(&chosen.household)? {
        if member.address != *new {
            member.address = new.clone();
            desk.put_person(member, movement)?;
        }
    }
    desk.put_household(Household { address: new.clone(), ..chosen.household.clone() })
}
