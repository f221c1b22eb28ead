//! 広域交付 as the municipality of the residents: requests of others over 住基ネット, answered at once; the answers as rows.

use domain::ResidentRecordCode;
use register::{Fault, Stored, View, ViewExt, Write};
use system::{Applied, Batch, Context, Dataset, Fate, Incoming, Intake, Item, ItemType, RefusedRow, Row};

use crate::certificates::request::{self, Asking, Issue};
use crate::desk::Desk;
use crate::records::{Household, Person, WIDE_AREA_ANSWER, WideAreaAnswer};
use crate::rules::stop;

/// What the history of issuance calls it.
const TITLE: &str = "広域交付住民票（他市区町村で交付）";

/// 広域交付の請求 of another municipality.
pub(crate) const REQUESTS: Intake = Intake {
    id: "resident-register/wide-area-requests",
    title: "広域交付の請求（住基ネット）",
    needs: &["request_no", "from_municipality", "resident_record_code", "scope"],
    apply,
};

/// 広域交付の回答.
pub(crate) static ANSWERS: Dataset = Dataset {
    id: "resident-register/wide-area-answer",
    title: "広域交付の回答",
    kind: &WIDE_AREA_ANSWER,
    items: &ITEMS,
    subject: "answer_no",
    reads_sealed: false,
    row,
};

static ITEMS: [Item; 20] = [
    Item::new("answer_no", "回答番号", ItemType::Code),
    Item::new("request_no", "請求番号", ItemType::Code),
    Item::new("to_municipality", "交付地の市区町村", ItemType::Text),
    Item::new("granted", "交付の可否", ItemType::Code),
    Item::new("refusal", "交付できない旨", ItemType::Text),
    Item::new("answered_on", "回答年月日", ItemType::Date),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("former_family_name", "旧氏", ItemType::Text),
    Item::new("alias_name", "通称", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
    Item::new("resident_since", "住民となった年月日", ItemType::Date),
    Item::new("addr_since", "住所を定めた年月日", ItemType::Date),
    Item::new("notified_on", "届出の年月日", ItemType::Date),
    Item::new("prev_address", "従前の住所", ItemType::Text),
    Item::new("head_name", "世帯主氏名", ItemType::Text),
    Item::new("relation", "続柄表記", ItemType::Text),
    Item::new("carries", "付ける番号", ItemType::Code),
    Item::new("resident_kind", "住民種別", ItemType::Code),
];

fn row(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<WideAreaAnswer>()?.record;
    row.push(&one.answer_no);
    row.push(&one.request_no);
    row.push(&one.to_municipality);
    row.push(if one.granted { "1" } else { "0" });
    row.push(&one.refusal);
    row.push_display(&one.answered_on);
    row.push(&one.name);
    row.push(&one.former_family_name);
    row.push(&one.alias_name);
    row.push_optional(one.birth_date);
    row.push(one.sex.map_or("", |sex| sex.code()));
    row.push(&one.address);
    row.push_optional(one.resident_since);
    row.push_optional(one.addr_since);
    row.push_optional(one.notified_on);
    row.push(&one.prev_address);
    row.push(&one.head_name);
    row.push(&one.relation);
    row.push(match (one.with_record_code, one.with_individual_number) {
        (true, true) => "code+number",
        (true, false) => "code",
        (false, true) => "number",
        (false, false) => "",
    });
    row.push(one.resident_kind.map_or("", |kind| kind.code()));
    Ok(Fate::Row)
}

/// Items of a request that the law keeps from being answered, with what they stand for.
const FORBIDDEN: [(&str, &str); 2] =
    [("with_domicile", "戸籍の表示"), ("with_qualifications", "法7条9号から12号・14号の項目")];

/// Answers each request once. Whoever is suppressed or protected is refused in the words of anybody who is not found, so that
/// a refusal tells nothing.
///
/// Source: 住民基本台帳法 art. 12-4; 住民記録システム標準仕様書 12.4, 3.1, 3.4.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut desk = Desk::new(view, context);
    for row in batch.rows {
        match answer(&mut desk, row)? {
            Ok(writes) => applied.writes.extend(writes),
            Err(refused) => applied.refused.push(refused),
        }
    }
    applied.writes.extend(desk.writes()?);
    Ok(applied)
}

fn answer(desk: &mut Desk<'_>, row: &Incoming<'_>) -> Result<Result<Vec<Write>, RefusedRow>, Fault> {
    let request_no = row.text("request_no").to_owned();
    let refuse = |item: &str, message: String| {
        let subject: String = request_no.chars().take(40).collect();
        Ok(Err(RefusedRow { subject, item: item.to_owned(), message }))
    };
    let plain = request_no.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
    if request_no.is_empty() || 40 < request_no.len() || !plain {
        return refuse("request_no", "請求番号が空か、40文字までの英数字ではありません。".to_owned());
    }
    if desk.view.load::<WideAreaAnswer>(&WideAreaAnswer::key_of(&request_no, 1))?.is_some() {
        return Ok(Ok(Vec::new()));
    }
    let asks = |item: &str| row.text(item) == "1";
    if let Some((item, title)) = FORBIDDEN.into_iter().find(|(item, _)| asks(item)) {
        let message = format!(
            "E154 広域交付の住民票の写しには、{title}を記載できません（住民基本台帳法12条の4）。請求した市区町村に、その項目を外して請求し直すよう伝えてください。"
        );
        return refuse(item, message);
    }
    let to_municipality = row.text("from_municipality").to_owned();
    if to_municipality.is_empty() {
        return refuse("from_municipality", "交付地の市区町村がありません。".to_owned());
    }
    let Ok(code) = ResidentRecordCode::parse(row.text("resident_record_code")) else {
        return refuse("resident_record_code", "E031 住民票コードの桁か検査数字が違います。".to_owned());
    };
    let whole = match row.text("scope") {
        "household" => true,
        "person" => false,
        other => {
            let message = format!("範囲「{other}」は、household（世帯）でも person（本人）でもありません。");
            return refuse("scope", message);
        }
    };
    let holders = desk.view.load_by::<Person>("resident_record_code", code.expose())?;
    let found = holders.into_iter().map(|held| held.record).find(Person::is_resident);
    let persons = match found {
        None => Vec::new(),
        Some(person) if whole => of_household(desk, &person)?,
        Some(person) => vec![person],
    };
    let mut stopped = persons.is_empty();
    for person in &persons {
        stopped |= stop::is_stopped(desk.view, person)?;
    }
    let blank = |nth: usize| WideAreaAnswer {
        answer_no: WideAreaAnswer::key_of(&request_no, nth),
        request_no: request_no.clone(),
        to_municipality: to_municipality.clone(),
        granted: !stopped,
        refusal: String::new(),
        answered_on: desk_day(desk),
        issue_number: String::new(),
        addressee_no: None,
        name: String::new(),
        former_family_name: String::new(),
        alias_name: String::new(),
        birth_date: None,
        sex: None,
        address: String::new(),
        resident_since: None,
        addr_since: None,
        notified_on: None,
        prev_address: String::new(),
        head_name: String::new(),
        relation: String::new(),
        resident_kind: None,
        with_record_code: false,
        with_individual_number: false,
    };
    if stopped {
        let refusal = "交付できません。住所地の市区町村に請求してください。".to_owned();
        let refused = WideAreaAnswer { refusal, ..blank(1) };
        return Ok(Ok(vec![Write::put(&refused, None)?]));
    }
    let special = [
        (asks("with_relation"), "relation"),
        (asks("with_record_code"), "record_code"),
        (asks("with_individual_number"), "individual_number"),
    ];
    let items = special.iter().filter(|(asked, _)| *asked).map(|(_, item)| (*item).to_owned()).collect();
    // A household without a head has a blank there, not the name of the one who was.
    let names_head = match persons.first() {
        Some(first) if asks("with_relation") => desk
            .view
            .load::<Household>(first.household_no.as_str())?
            .is_none_or(|household| household.record.head.is_some()),
        _ => false,
    };
    let answers: Vec<WideAreaAnswer> = (1..)
        .zip(&persons)
        .map(|(nth, person)| WideAreaAnswer {
            addressee_no: Some(person.addressee_no),
            name: person.name.clone(),
            former_family_name: person.former_family_name.clone(),
            alias_name: person.alias_name.clone(),
            birth_date: Some(person.birth_date),
            sex: Some(person.sex),
            address: person.address.one_line(),
            resident_since: person.resident_since.or(person.foreign_resident_since),
            // Printed only after a 転居, as on every copy.
            addr_since: person.addr_since.filter(|_| person.moved_from_address.is_some()),
            notified_on: person.moved_in_notified_on,
            prev_address: person.prev_address.as_ref().map(domain::Address::one_line).unwrap_or_default(),
            head_name: if names_head { person.head_name.clone() } else { String::new() },
            relation: if asks("with_relation") { person.relation.label() } else { String::new() },
            resident_kind: Some(person.resident_kind),
            with_record_code: asks("with_record_code"),
            with_individual_number: asks("with_individual_number"),
            ..blank(nth)
        })
        .collect();
    let asking = Asking {
        request: "official".to_owned(),
        requested_by: to_municipality.clone(),
        purpose: format!("広域交付 請求番号{request_no}"),
        ..Asking::default()
    };
    let Some(first) = persons.first() else { return Ok(Ok(Vec::new())) };
    let issue = Issue {
        certificate: TITLE,
        template: "",
        persons: request::rows(&persons),
        household_no: first.household_no,
        items,
        reissue_of: String::new(),
        data: serde_json::Value::Null,
    };
    // The paper is printed elsewhere: only the history of issuance is written.
    let issued = request::issue(desk, &asking, 1, &issue)?;
    let issue_number = issued.numbers.first().cloned().unwrap_or_default();
    let mut writes = issued.writes;
    for one in answers {
        writes.push(Write::put(&WideAreaAnswer { issue_number: issue_number.clone(), ..one }, None)?);
    }
    Ok(Ok(writes))
}

fn desk_day(desk: &Desk<'_>) -> domain::Date {
    desk.today()
}

/// The residents of a person's household, in order.
fn of_household(desk: &mut Desk<'_>, person: &Person) -> Result<Vec<Person>, Fault> {
    match desk.view.load::<Household>(person.household_no.as_str())? {
        Some(household) => desk.members(&household.record),
        None => Ok(vec![person.clone()]),
    }
}
