//! 住所・本籍の一括変更: 住居表示, 町名変更, 区画整理.

use domain::{Address, AddresseeNo, HouseholdNo, MovementReason, RegisterDate};
use register::{Fault, View};
use serde::Deserialize;
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use crate::desk::{Desk, Movement};
use crate::records::{Basis, Household, Person};
use crate::rules::Limit;
use crate::rules::outbound::Circumstance;

/// Most characters of the list that is typed in or read from a file.
const LIST_CHARACTERS_MAX: usize = 4_000_000;

/// The function (M-42). A trial is a dry run of the same; a run that was cut is begun again with the same list, because what
/// is changed already is passed over.
pub(crate) fn function() -> Function {
    let what = FieldKind::Choice(choices(&[
        ("address", "住所（世帯番号ごと）"),
        ("domicile", "本籍（宛名番号ごと）"),
    ]));
    Function {
        id: "resident-register/bulk-address",
        title: "住所・本籍の一括変更",
        place: Some(Place {
            unit: "住民基本台帳",
            level1: "異動（変更）",
            level2: "職権による異動（変更）",
            level3: "",
        }),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "一括変更",
            vec![
                Field::new("what", "変更するもの", what).required(),
                Field::new("event_date", "変更日（異動日）", FieldKind::Date).required(),
                Field::new("list", "変更の一覧", FieldKind::Lines(LIST_CHARACTERS_MAX)).required().help(
                    "1行に1件。住所は「世帯番号,変更前の町字,変更前の番地号,変更後の町字,変更後の番地号,郵便番号」（郵便番号は空でもよい）。本籍は「宛名番号,変更前の町字・地番,変更後の町字・地番」",
                ),
                Field::new("skip_planned", "転出予定の人を除く", FieldKind::Flag),
                Field::new("skip_errors", "誤りのある行を除いて進める", FieldKind::Flag)
                    .help("選ばないときは、一行でも誤りがあれば何も変更しません"),
                Field::new("note", "留意事項", FieldKind::Text(200)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Bulk {
    what: String,
    #[serde(default)]
    event_date: Option<RegisterDate>,
    list: String,
    #[serde(default)]
    skip_planned: bool,
    #[serde(default)]
    skip_errors: bool,
    #[serde(default)]
    note: String,
}

/// What came of one line.
enum Came {
    Changed(usize),
    Already,
    /// Passed over, with the rule and why; nothing is wrong with the list.
    Skipped(&'static str, String),
    /// The line cannot be carried out.
    Wrong(&'static str, String),
    /// Behind the most of one run.
    Left,
}

/// Source: 住民記録システム標準仕様書 9.7, 4.2.3.2.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Bulk = input.read()?;
    let mut desk = Desk::new(view, context);
    desk.function = "resident-register/bulk-address";
    desk.circumstances.insert(Circumstance::Bulk);
    if let Some(day) = given.event_date.and_then(|date| date.known()).filter(|day| desk.today() < *day) {
        let today = domain::wareki(desk.today());
        desk.error(
            "E002",
            "event_date",
            "変更日",
            format!("変更日{}は、今日{today}より後です。", domain::wareki(day)),
            "変更日が来てから実行してください。",
        );
        return Ok(Outcome::refused(desk.findings));
    }
    let movement = Movement {
        reason: MovementReason::MinorCorrection,
        event_date: given.event_date,
        notified_on: None,
        basis: Basis::ExOfficio,
        note: given.note.clone(),
    };
    let most = usize::try_from(Limit::BulkRows.value()).unwrap_or(usize::MAX);
    let (mut lines, mut written, mut counts) = (Vec::new(), 0_usize, [0_usize; 5]);
    let mut first_wrong: Option<(usize, String)> = None;
    for (index, line) in given.list.lines().enumerate() {
        let cells: Vec<&str> = line.split([',', '\t']).map(str::trim).collect();
        if line.trim().is_empty() || is_heading(&cells) {
            continue;
        }
        let came = if most <= written {
            Came::Left
        } else if given.what == "domicile" {
            domicile(&mut desk, &cells, &given, &movement)?
        } else {
            address(&mut desk, &cells, &given, &movement)?
        };
        let (place, code, told) = match &came {
            Came::Changed(rows) => (0, "", format!("{rows}人の記載を変更")),
            Came::Already => (1, "", "変更済み".to_owned()),
            Came::Skipped(code, why) => (2, *code, format!("除外: {why}")),
            Came::Wrong(code, why) => (3, *code, format!("誤り: {why}")),
            Came::Left => (4, "", "次の実行で処理".to_owned()),
        };
        match &came {
            Came::Changed(rows) => written = written.saturating_add(*rows),
            Came::Wrong(_, why) => first_wrong = first_wrong.or_else(|| Some((index + 1, why.clone()))),
            _ => {}
        }
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
        lines.push(json!({ "line": index + 1, "target": cells.first(), "rule": code, "result": told }));
    }
    let [changed, already, skipped, wrong, left] = counts;
    if let Some((line, why)) = first_wrong.filter(|_| !given.skip_errors) {
        desk.error(
            "E178",
            "list",
            "変更の一覧",
            format!("{wrong}行に誤りがあります。最初は{line}行目です（{why}）。"),
            "一覧を直すか、「誤りのある行を除いて進める」を選んでください。まだ何も変更していません。",
        );
        return Ok(Outcome::refused(desk.findings));
    }
    let subjects = desk.rows().map(|person| person.addressee_no.to_string()).collect();
    Ok(Outcome {
        writes: desk.writes()?,
        effective_on: given.event_date.and_then(|date| date.known()),
        reason: "42 軽微な修正（一括変更）".to_owned(),
        message: format!(
            "変更{changed}件（{written}人）、変更済み{already}件、除外{skipped}件、誤り{wrong}件、残り{left}件。{}",
            if left == 0 { "" } else { "残りは、同じ一覧でもう一度実行してください。" }
        ),
        answer: Some(Answer { data: json!({ "rows": lines }), subjects }),
        ..Outcome::default()
    })
}

fn is_heading(cells: &[&str]) -> bool {
    matches!(cells.first(), Some(&"世帯番号" | &"宛名番号"))
}

fn wrong(code: &'static str, why: impl Into<String>) -> Result<Came, Fault> {
    Ok(Came::Wrong(code, why.into()))
}

fn address(desk: &mut Desk<'_>, cells: &[&str], given: &Bulk, movement: &Movement) -> Result<Came, Fault> {
    let [no, town, lot, new_town, new_lot, rest @ ..] = cells else {
        return wrong("E174", "項目が5つありません");
    };
    if new_town.is_empty() && new_lot.is_empty() {
        return wrong("E124", "変更後の町字も番地号も空です");
    }
    let no: HouseholdNo = match no.parse() {
        Ok(no) => no,
        Err(error) => return wrong("E040", format!("世帯番号「{no}」: {error}")),
    };
    let Some(home) = desk.household(no)? else {
        return wrong("E178", format!("世帯番号{no}の世帯はありません"));
    };
    let changed = |address: &Address| {
        let mut next = address.clone();
        (*new_town).clone_into(&mut next.town);
        (*new_lot).clone_into(&mut next.lot);
        // The code of the old town would name another place.
        next.town_code = None;
        if let Some(postcode) = rest.first().filter(|postcode| !postcode.is_empty()) {
            next.postcode = Some(postcode.replace('-', ""));
        }
        next
    };
    if (home.address.town.as_str(), home.address.lot.as_str()) == (*new_town, *new_lot) {
        return Ok(Came::Already);
    }
    if (home.address.town.as_str(), home.address.lot.as_str()) != (*town, *lot) {
        // Its address now may be protected, so that it is not told.
        return wrong("E178", format!("世帯番号{no}の今の住所が、変更前の住所と違います"));
    }
    let members = desk.members(&home)?;
    if let Some(skipped) = passed_over(desk, &members, given)? {
        return Ok(skipped);
    }
    let mut rows = 0;
    for mut member in members {
        // Somebody of the household who lives on another lot keeps it.
        if (member.address.town.as_str(), member.address.lot.as_str()) == (*town, *lot) {
            member.address = changed(&member.address);
            desk.put_person(member, movement)?;
            rows += 1;
        }
    }
    desk.put_household(Household { address: changed(&home.address), ..home })?;
    Ok(Came::Changed(rows))
}

fn domicile(desk: &mut Desk<'_>, cells: &[&str], given: &Bulk, movement: &Movement) -> Result<Came, Fault> {
    let [no, before, after, ..] = cells else { return wrong("E174", "項目が3つありません") };
    if after.is_empty() {
        return wrong("E124", "変更後の本籍が空です");
    }
    let no: AddresseeNo = match no.parse() {
        Ok(no) => no,
        Err(error) => return wrong("E040", format!("宛名番号「{no}」: {error}")),
    };
    let Some(mut person) = desk.person(no)?.filter(Person::is_resident) else {
        return wrong("E178", format!("宛名番号{no}の住民はいません"));
    };
    let Some(held) = person.registered_domicile.as_mut() else {
        return wrong("E178", format!("宛名番号{no}の人に本籍の記載はありません"));
    };
    if held.town == *after {
        return Ok(Came::Already);
    }
    if held.town != *before {
        return wrong("E178", format!("宛名番号{no}の今の本籍が、変更前の本籍と違います"));
    }
    (*after).clone_into(&mut held.town);
    if let Some(skipped) = passed_over(desk, std::slice::from_ref(&person), given)? {
        return Ok(skipped);
    }
    desk.put_person(person, movement)?;
    Ok(Came::Changed(1))
}

/// Persons in a movement that is not final, and planned movers when they are to be left out.
fn passed_over(desk: &Desk<'_>, persons: &[Person], given: &Bulk) -> Result<Option<Came>, Fault> {
    for person in persons {
        let no = person.addressee_no;
        if let Some(held) = desk.hold(no)? {
            let why = format!("宛名番号{no}の人に仮登録中の異動があります（受付番号{held}）");
            return Ok(Some(Came::Skipped("E101", why)));
        }
        if person.moveout_planned_on.is_some() && given.skip_planned {
            return Ok(Some(Came::Skipped("A110", format!("宛名番号{no}の人に転出の予定があります"))));
        }
    }
    Ok(None)
}
