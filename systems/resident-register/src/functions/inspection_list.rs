//! 閲覧用リスト作成: the part of the register somebody may look into, and the record of who looked.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, Sex, age_on, wareki};
use register::{Fault, View, ViewExt, Write};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place,
    Section, choices,
};

use crate::certificates::{attest, request};
use crate::concealment::Concealment;
use crate::desk::Desk;
use crate::records::{
    Counter, Inspection, InspectionBasis, PERSON, Person, SuppressedProcess, SuppressionLevel,
};
use crate::rules::sampling::{PlaceKey, at_intervals, lot_of, place_of};
use crate::rules::{Limit, suppression};
use crate::sheet;
use crate::texts::fold_text;

/// The template of the `documents` room.
const TEMPLATE: &str = "listing";
const TITLE: &str = "住民基本台帳の一部の写し";

/// 閲覧.
pub(crate) const PLACE: Place =
    Place { unit: "住民基本台帳", level1: "閲覧", level2: "住民閲覧", level3: "" };

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/inspection-list",
        title: "閲覧用リスト作成",
        place: Some(PLACE),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: form(),
        in_menu: true,
        decide,
    }
}

fn form() -> Form {
    Form::of(vec![
        Section::once(
            "請求・申出",
            vec![
                Field::new(
                    "inspection_basis",
                    "閲覧の根拠",
                    FieldKind::Choice(choices(InspectionBasis::CHOICES)),
                )
                .required(),
                Field::new("requested_by", "請求機関・申出者", FieldKind::Text(100)).required(),
                Field::new("representative", "代表者", FieldKind::Text(100)).help("申出者が法人のとき"),
                Field::new("purpose", "請求事由・利用目的の概要", FieldKind::Text(200))
                    .required()
                    .help("このまま公表されます"),
                Field::new("viewers", "閲覧者", FieldKind::Text(200)).required(),
                Field::new("browsed_on", "閲覧日", FieldKind::Date).help("空なら今日"),
                Field::new("unpublished", "公表しない", FieldKind::Flag)
                    .help("犯罪捜査など、請求事由を明らかにできない国・地方公共団体の請求だけ"),
            ],
        ),
        Section::once(
            "住民の範囲",
            vec![
                Field::new("towns", "町字", FieldKind::Lines(2000))
                    .help("1行に一つ、町字の名前の初めの部分。空なら全域"),
                Field::new("age_from", "年齢 から", FieldKind::Text(3)).help("閲覧日の満年齢"),
                Field::new("age_to", "年齢 まで", FieldKind::Text(3)),
                Field::new("listed_sex", "性別", FieldKind::Choice(choices(&[("1", "男"), ("2", "女")])))
                    .help("空なら両方"),
            ],
        ),
        Section::once(
            "抽出",
            vec![
                Field::new(
                    "way",
                    "抽出の方法",
                    FieldKind::Choice(choices(&[
                        ("address", "全員、住所の順"),
                        ("shuffled", "全員、順不同"),
                        ("random", "無作為に選ぶ"),
                        ("interval", "等しい間隔で選ぶ（系統抽出）"),
                    ])),
                )
                .help("空なら全員、住所の順"),
                Field::new("sample", "抽出する人数", FieldKind::Text(6)).help("選ぶときだけ"),
            ],
        ),
    ])
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "inspection_basis")]
    basis: InspectionBasis,
    requested_by: String,
    #[serde(default)]
    representative: String,
    purpose: String,
    viewers: String,
    #[serde(default)]
    browsed_on: Option<Date>,
    #[serde(default)]
    unpublished: bool,
    #[serde(default)]
    towns: String,
    #[serde(default)]
    age_from: String,
    #[serde(default)]
    age_to: String,
    #[serde(default)]
    listed_sex: String,
    #[serde(default)]
    way: Way,
    #[serde(default)]
    sample: String,
}

/// Whom of those in the range the list shows, and in which order (抽出の方法).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Way {
    #[default]
    Address,
    Shuffled,
    Random,
    Interval,
}

impl Way {
    fn picks(self) -> bool {
        matches!(self, Self::Random | Self::Interval)
    }

    fn label(self) -> &'static str {
        match self {
            Self::Address => "",
            Self::Shuffled => "順不同",
            Self::Random => "無作為抽出",
            Self::Interval => "系統抽出",
        }
    }
}

/// Who is in the range: 町字, 年齢, 性別.
struct Range {
    towns: Vec<String>,
    ages: (Option<i16>, Option<i16>),
    sex: Option<Sex>,
    on: Date,
}

/// Somebody in the range; nothing more is held while the register is read.
struct Candidate {
    no: AddresseeNo,
    place: PlaceKey,
}

/// Source: 住民基本台帳法 art. 11(1), 11-2(1) (氏名, 出生の年月日, 男女の別, 住所); 住民記録システム標準仕様書 9.3 (20.3.1).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let on = given.browsed_on.unwrap_or(context.today);
    let range = range(&mut desk, &given, on);
    let sample = sample(&mut desk, &given);
    if given.unpublished && given.basis != InspectionBasis::PublicOffice {
        desk.error(
            "D082",
            "unpublished",
            "公表しない",
            "個人・法人の申出による閲覧は、必ず公表するものです。",
            "「公表しない」の印を外してください。",
        );
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let mut candidates = candidates(view, &range)?;
    if given.way == Way::Interval {
        candidates = retain_shown(&desk, candidates)?;
    }
    arrange(&mut candidates, given.way, sample, context.random);
    let Some(mut persons) = shown(&mut desk, &candidates, given.way, sample)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    if given.way.picks() {
        // Picked by lot, printed as one walks through the town.
        persons.sort_by_cached_key(place_of);
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let inspection = Inspection {
        inspection_no: format!("{:08}", desk.next_serial(Counter::INSPECTION)?),
        basis: given.basis,
        area: area(&given, &persons),
        requested_by: given.requested_by,
        representative: given.representative,
        purpose: given.purpose,
        viewers: given.viewers,
        browsed_on: on,
        unpublished: given.unpublished,
        persons: persons.iter().map(|person| person.addressee_no).collect(),
        made_by: context.actor.id().to_owned(),
    };
    let mut writes = vec![Write::put(&inspection, None)?];
    writes.extend(desk.writes()?);
    let rows: Vec<[String; 4]> = persons.iter().map(row).collect();
    let documents = documents(&desk, &inspection, &rows)?;
    Ok(Outcome {
        findings: desk.findings,
        writes,
        reason: format!("閲覧用リスト作成（{}）", inspection.requested_by),
        message: format!("閲覧番号{}。{}人を載せました。", inspection.inspection_no, rows.len()),
        answer: Some(Answer {
            data: json!({
                "inspection_no": inspection.inspection_no,
                "area": inspection.area,
                "count": rows.len(),
                "rows": rows.iter().map(shown_row).collect::<Vec<Value>>(),
            }),
            subjects: inspection.persons.iter().map(ToString::to_string).collect(),
        }),
        documents,
        ..Outcome::default()
    })
}

fn range(desk: &mut Desk<'_>, given: &Request, on: Date) -> Range {
    let mut age = |path: &'static str, text: &str| {
        if text.is_empty() {
            return None;
        }
        let read = fold_text(text).parse::<i16>().ok().filter(|age| (0..=150).contains(age));
        if read.is_none() {
            desk.error(
                "D083",
                path,
                "年齢",
                format!("「{text}」は年齢として読めません。"),
                "0から150までの数字を入れるか、空にしてください。",
            );
        }
        read
    };
    let ages = (age("age_from", &given.age_from), age("age_to", &given.age_to));
    if let (Some(from), Some(to)) = ages
        && to < from
    {
        desk.error(
            "D083",
            "age_to",
            "年齢",
            format!("年齢の終わり{to}歳が、始まり{from}歳より下です。"),
            "年齢の範囲を確かめてください。",
        );
    }
    Range {
        towns: given.towns.lines().map(fold_text).filter(|town| !town.is_empty()).collect(),
        ages,
        sex: Sex::from_code(&given.listed_sex),
        on,
    }
}

/// How many are picked; D084 when that is not said or said in vain.
fn sample(desk: &mut Desk<'_>, given: &Request) -> Option<usize> {
    let read = fold_text(&given.sample).parse::<usize>().ok().filter(|count| *count != 0);
    if given.way.picks() && read.is_none() {
        desk.error(
            "D084",
            "sample",
            "抽出する人数",
            "選んで載せるのに、人数が数字で入っていません。",
            "抽出する人数を1以上の数字で入力してください。",
        );
    } else if !given.way.picks() && !given.sample.is_empty() {
        desk.error(
            "D084",
            "sample",
            "抽出する人数",
            "全員を載せるのに、抽出する人数が入っています。",
            "抽出の方法を選ぶか、人数を空にしてください。",
        );
    }
    read.filter(|_| given.way.picks())
}

/// Everybody in the range who is a resident.
fn candidates(view: &dyn View, range: &Range) -> Result<Vec<Candidate>, Fault> {
    let mut candidates = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        let person = stored.typed::<Person>()?.record;
        if is_in(range, &person) {
            candidates.push(Candidate { no: person.addressee_no, place: place_of(&person) });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(candidates)
}

fn is_in(range: &Range, person: &Person) -> bool {
    let town = || {
        let town = fold_text(&person.address.town);
        range.towns.is_empty() || range.towns.iter().any(|wanted| town.starts_with(wanted))
    };
    let age = || {
        let (from, to) = range.ages;
        if from.is_none() && to.is_none() {
            return true;
        }
        // Somebody whose birth date is not known is in no range of ages.
        let age = person.birth_date.known().map(|birth| age_on(birth, range.on));
        age.is_some_and(|age| from.is_none_or(|from| from <= age) && to.is_none_or(|to| age <= to))
    };
    person.is_resident() && range.sex.is_none_or(|sex| sex == person.sex) && town() && age()
}

/// Puts the candidates in the order in which they are shown or picked.
fn arrange(candidates: &mut Vec<Candidate>, way: Way, sample: Option<usize>, random: u64) {
    match way {
        Way::Address => candidates.sort_by(by_place),
        Way::Shuffled | Way::Random => {
            candidates.sort_by_cached_key(|one| (lot_of(random, one.no), one.no));
        }
        Way::Interval => {
            candidates.sort_by(by_place);
            let chosen = at_intervals(candidates.len(), sample.unwrap_or_default(), random);
            let mut at = 0_usize;
            candidates.retain(|_| {
                let kept = chosen.contains(&at);
                at = at.saturating_add(1);
                kept
            });
        }
    }
}

fn by_place(one: &Candidate, other: &Candidate) -> Ordering {
    (&one.place, one.no).cmp(&(&other.place, other.no))
}

/// Whether somebody may be shown, and with which level of a suppression of 閲覧. Nobody is shown whose household hides
/// somebody.
///
/// Source: 住民記録システム標準仕様書 3.1, 3.4, 9.2.
fn level_of(concealment: &mut Concealment<'_>, person: &Person) -> Result<Option<SuppressionLevel>, Fault> {
    let standing = concealment.suppressions(person)?;
    let level = suppression::strictest(&standing, SuppressedProcess::Browsing);
    let hidden = level == SuppressionLevel::Error || concealment.hides(person)?;
    Ok((!hidden).then_some(level))
}

/// Leaves those who may be shown: the places of a drawing at intervals must not tell who was left out.
fn retain_shown(desk: &Desk<'_>, candidates: Vec<Candidate>) -> Result<Vec<Candidate>, Fault> {
    let mut concealment = Concealment::new(desk.view, desk.context);
    let mut left = Vec::new();
    for candidate in candidates {
        let Some(held) = desk.view.load::<Person>(candidate.no.as_str())? else { continue };
        if level_of(&mut concealment, &held.record)?.is_some() {
            left.push(candidate);
        }
    }
    Ok(left)
}

/// Those who may be shown, in order, as many as are asked for; D085 when they are more than one list holds. Nothing tells
/// how many were left out: a number would tell that somebody protected lives there.
fn shown(
    desk: &mut Desk<'_>,
    candidates: &[Candidate],
    way: Way,
    sample: Option<usize>,
) -> Result<Option<Vec<Person>>, Fault> {
    let max = usize::try_from(Limit::InspectionRows.value()).unwrap_or_default();
    let wanted = sample.unwrap_or(usize::MAX);
    let mut concealment = Concealment::new(desk.view, desk.context);
    let (mut persons, mut asked) = (Vec::new(), Vec::new());
    for candidate in candidates {
        if persons.len() == wanted {
            break;
        }
        if max == persons.len() {
            desk.error(
                "D085",
                if way.picks() { "sample" } else { "towns" },
                "住民の範囲",
                format!("一つのリストに載せられる{max}人を超えます。"),
                "町字を分けて作成するか、抽出する人数を減らしてください。",
            );
            return Ok(None);
        }
        let Some(held) = desk.view.load::<Person>(candidate.no.as_str())? else { continue };
        match level_of(&mut concealment, &held.record)? {
            None => continue,
            Some(SuppressionLevel::Alert) => asked.push(held.record.called().to_owned()),
            Some(_) => {}
        }
        persons.push(held.record);
    }
    if !asked.is_empty() {
        desk.alert(
            "A152",
            "towns",
            "住民の範囲",
            format!("閲覧に抑止（アラート）のある人が{}人います（{}）。", asked.len(), asked.join("、")),
            "抑止の理由を読み、載せてよいか確かめてください。",
        );
    }
    if persons.is_empty() {
        desk.error(
            "D086",
            "towns",
            "住民の範囲",
            "この範囲に、載せられる住民がいません。",
            "町字、年齢、性別を確かめてください。",
        );
    }
    Ok(Some(persons))
}

/// 閲覧に係る住民の範囲 in words.
fn area(given: &Request, persons: &[Person]) -> String {
    let mut words: Vec<String> =
        given.towns.lines().map(str::trim).filter(|town| !town.is_empty()).map(str::to_owned).collect();
    if words.is_empty() {
        words.push("全域".to_owned());
    }
    let mut area = words.join("、");
    match (given.age_from.as_str(), given.age_to.as_str()) {
        ("", "") => {}
        (from, "") => area.push_str(&format!("　{from}歳以上")),
        ("", to) => area.push_str(&format!("　{to}歳以下")),
        (from, to) => area.push_str(&format!("　{from}歳から{to}歳まで")),
    }
    if let Some(sex) = Sex::from_code(&given.listed_sex) {
        area.push_str(&format!("　{}", sex.label()));
    }
    area.push_str(&format!("　{}人", persons.len()));
    if given.way != Way::Address {
        area.push_str(&format!("（{}）", given.way.label()));
    }
    area
}

/// 住所, 氏名, 生年月日, 性別: what the law lets be seen, 旧氏 and 通称 beside the name.
fn row(person: &Person) -> [String; 4] {
    let beside = [("旧氏 ", &person.former_family_name), ("通称 ", &person.alias_name)];
    let beside: Vec<String> = beside
        .into_iter()
        .filter(|(_, name)| !name.is_empty())
        .map(|(title, name)| format!("（{title}{name}）"))
        .collect();
    [
        person.address.one_line(),
        format!("{}{}", person.name, beside.concat()),
        sheet::birth_label(person),
        person.sex.label().to_owned(),
    ]
}

fn shown_row([address, name, birth, sex]: &[String; 4]) -> Value {
    json!({ "address": address, "name": name, "birth_date": birth, "sex_label": sex })
}

/// The data of the template `listing`.
#[derive(Serialize)]
struct Listing<'a> {
    title: &'a str,
    specimen: bool,
    lines: Vec<String>,
    columns: Vec<Column>,
    rows: &'a [[String; 4]],
    notes: Vec<String>,
    issue_number: &'a str,
}

#[derive(Serialize)]
struct Column {
    title: &'static str,
    share: u32,
    right: bool,
}

/// The list, in documents of as many rows as one may have.
fn documents(
    desk: &Desk<'_>,
    inspection: &Inspection,
    rows: &[[String; 4]],
) -> Result<Vec<DocumentRequest>, Fault> {
    let each = usize::try_from(Limit::InspectionDocumentRows.value()).unwrap_or_default().max(1);
    let parts = rows.chunks(each);
    let count = parts.len();
    parts
        .enumerate()
        .map(|(at, rows)| {
            let mut lines = vec![
                format!(
                    "閲覧番号　{}　　閲覧日　{}",
                    inspection.inspection_no,
                    wareki(inspection.browsed_on)
                ),
                format!("範囲　{}", inspection.area),
                format!("{}現在", wareki(desk.today())),
            ];
            if 1 < count {
                lines.push(format!("{count}分冊の{}", at.saturating_add(1)));
            }
            let column = |title, share| Column { title, share, right: false };
            let listing = Listing {
                title: TITLE,
                specimen: attest::is_specimen(desk.context),
                lines,
                columns: vec![column("住所", 9), column("氏名", 6), column("生年月日", 4), column("性別", 2)],
                rows,
                notes: Vec::new(),
                issue_number: &inspection.inspection_no,
            };
            Ok(DocumentRequest {
                template: TEMPLATE.to_owned(),
                title: format!("{TITLE} {}", inspection.inspection_no),
                data: request::data(&listing)?,
            })
        })
        .collect()
}
