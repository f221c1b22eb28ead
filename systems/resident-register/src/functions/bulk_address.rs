//! 住所・本籍の一括変更: 住居表示, 町名変更, 区画整理.

use domain::{Address, AddresseeNo, HouseholdNo, MovementReason, RegisterDate};
use register::{Fault, View};
use serde::Deserialize;
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use crate::desk::{Desk, Movement};
use crate::records::{Basis, Household, Person};
use crate::rules::outbound::Circumstance;
use crate::rules::{Limit, address, characters, targets};

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
                    "1行に1件。住所は「世帯番号,変更前の町字,変更前の番地号,変更後の町字,変更後の番地号,郵便番号,町字コード」。本籍は「宛名番号,変更前の町字・地番,変更後の町字・地番」。CSVの引用符（\"\"）で囲めます",
                ),
                Field::new("keep_postcode", "郵便番号の欄が空の行は、今の郵便番号を残す", FieldKind::Flag)
                    .help("選ばないときは、空の行の郵便番号は消えます。町字コードは、空ならいつも消えます"),
                Field::new("skip_planned", "転出予定の人を除く", FieldKind::Flag)
                    .help("除くのはその人だけです。同じ世帯のほかの人の住所は変わります"),
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
    keep_postcode: bool,
    #[serde(default)]
    skip_planned: bool,
    #[serde(default)]
    skip_errors: bool,
    #[serde(default)]
    note: String,
}

/// What came of one line.
enum Came {
    /// Of how many persons, and what a clerk has to know of it.
    Changed(usize, Vec<String>),
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
    let sheet = match rows_of(&given.list) {
        Ok(sheet) => sheet,
        Err((line, why)) => {
            desk.error(
                "E174",
                "list",
                "変更の一覧",
                format!("{line}行目が読めません（{why}）。"),
                "引用符（\"）の閉じ忘れがないか確かめてください。まだ何も変更していません。",
            );
            return Ok(Outcome::refused(desk.findings));
        }
    };
    let most = usize::try_from(Limit::BulkRows.value()).unwrap_or(usize::MAX);
    let (mut lines, mut written, mut counts) = (Vec::new(), 0_usize, [0_usize; 5]);
    let mut first_wrong: Option<(u64, String)> = None;
    for (line, cells) in &sheet {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        if cells.iter().all(|cell| cell.is_empty()) || is_heading(&cells) {
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
            Came::Changed(rows, notes) if notes.is_empty() => (0, "", format!("{rows}人の記載を変更")),
            Came::Changed(rows, notes) => (0, "", format!("{rows}人の記載を変更（{}）", notes.join("。"))),
            Came::Already => (1, "", "変更済み".to_owned()),
            Came::Skipped(code, why) => (2, *code, format!("除外: {why}")),
            Came::Wrong(code, why) => (3, *code, format!("誤り: {why}")),
            Came::Left => (4, "", "次の実行で処理".to_owned()),
        };
        match &came {
            Came::Changed(rows, _) => written = written.saturating_add(*rows),
            Came::Wrong(_, why) => first_wrong = first_wrong.or_else(|| Some((*line, why.clone()))),
            _ => {}
        }
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
        lines.push(json!({ "line": line, "target": cells.first(), "rule": code, "result": told }));
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

/// A line of the list: its number and its cells.
type Row = (u64, Vec<String>);

/// The rows of the list with their lines: comma-separated with quotation marks, or separated by tabs, as a spreadsheet pastes.
fn rows_of(list: &str) -> Result<Vec<Row>, (u64, String)> {
    let list = list.trim_start_matches('\u{feff}');
    let first = list.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = if first.contains('\t') && !first.contains(',') { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(list.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record =
            record.map_err(|error| (error.position().map_or(0, csv::Position::line), error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().any(|cell| cell.contains(['\n', '\r'])) {
            return Err((line, "一つの項目の中で改行しています".to_owned()));
        }
        rows.push((line, record.iter().map(str::to_owned).collect()));
    }
    Ok(rows)
}

fn is_heading(cells: &[&str]) -> bool {
    matches!(cells.first(), Some(&"世帯番号" | &"宛名番号"))
}

fn wrong(code: &'static str, why: impl Into<String>) -> Result<Came, Fault> {
    Ok(Came::Wrong(code, why.into()))
}

/// What is written anew, spelt and refused as on the forms of single movements: E065, E067, A134.
///
/// Source: 住民記録システム標準仕様書 9.7 (a batch writes nothing that a movement could not).
fn spelt(fields: Vec<Field>, cells: &[(&str, &str)]) -> Result<Vec<String>, Came> {
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let given = cells.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    let (held, findings) = Form::of(vec![Section::once("行", fields)]).check(&Value::Object(given));
    if let Some(first) = findings.into_iter().next() {
        let code = ["E065", "E067", "A134"].into_iter().find(|code| *code == first.code);
        return Err(Came::Wrong(code.unwrap_or("E174"), first.message.trim_end_matches('。').to_owned()));
    }
    let text = |name: &&str| held.get(*name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(names.iter().map(text).collect())
}

fn address(desk: &mut Desk<'_>, cells: &[&str], given: &Bulk, movement: &Movement) -> Result<Came, Fault> {
    let [no, town, lot, new_town, new_lot, rest @ ..] = cells else {
        return wrong("E174", "項目が5つありません");
    };
    if rest.iter().skip(2).any(|cell| !cell.is_empty()) {
        return wrong("E174", "項目が7つより多くあります。カンマのある項目は引用符（\"）で囲んでください");
    }
    if new_town.is_empty() && new_lot.is_empty() {
        return wrong("E124", "変更後の町字も番地号も空です");
    }
    let no: HouseholdNo = match no.parse() {
        Ok(no) => no,
        Err(error) => return wrong("E040", format!("世帯番号「{no}」: {error}")),
    };
    let cell = |at: usize| rest.get(at).copied().unwrap_or_default();
    let fields = vec![
        Field::new("town", "変更後の町字", FieldKind::Text(120)),
        Field::new("lot", "変更後の番地号", FieldKind::Text(50)),
        Field::new("postcode", "郵便番号", FieldKind::Postcode),
        Field::new("town_code", "町字コード", FieldKind::Text(7)),
    ];
    let cells = [("town", *new_town), ("lot", *new_lot), ("postcode", cell(0)), ("town_code", cell(1))];
    let (new_town, new_lot, postcode, town_code) = match spelt(fields, &cells).as_deref() {
        Ok([town, lot, postcode, code]) => (town.clone(), lot.clone(), postcode.clone(), code.clone()),
        Ok(_) => return wrong("E174", "項目が読めません"),
        Err(Came::Wrong(code, why)) => return wrong(code, why.clone()),
        Err(_) => return wrong("E174", "項目が読めません"),
    };
    let Some(home) = desk.household(no)? else {
        return wrong("E178", format!("世帯番号{no}の世帯はありません"));
    };
    let changed = |address: &Address| Address {
        town: new_town.clone(),
        lot: new_lot.clone(),
        // The code of the old town would name another place.
        town_code: Some(town_code.clone()).filter(|code| !code.is_empty()),
        postcode: match postcode.as_str() {
            "" => address.postcode.clone().filter(|_| given.keep_postcode),
            stated => Some(stated.to_owned()),
        },
        ..address.clone()
    };
    if (&home.address.town, &home.address.lot) == (&new_town, &new_lot) {
        return Ok(Came::Already);
    }
    if (home.address.town.as_str(), home.address.lot.as_str()) != (*town, *lot) {
        // Its address now may be protected, so that it is not told.
        return wrong("E178", format!("世帯番号{no}の今の住所が、変更前の住所と違います"));
    }
    let mut notes = match lot_notes(desk, &changed(&home.address)) {
        Ok(notes) => notes,
        Err(came) => return Ok(came),
    };
    let mut members = desk.members(&home)?;
    if let Some(skipped) = passed_over(desk, &members)? {
        return Ok(skipped);
    }
    if let Some(came) = too_early(&members, given) {
        return Ok(came);
    }
    let all = members.len();
    members.retain(|member| !(given.skip_planned && member.moveout_planned_on.is_some()));
    match all.saturating_sub(members.len()) {
        0 => {}
        planned if planned == all => {
            return Ok(Came::Skipped("A110", format!("世帯番号{no}の全員に転出の予定があります")));
        }
        planned => notes.push(format!("転出の予定がある{planned}人の住所は変えていません（A110）")),
    }
    if postcode.is_empty() && !given.keep_postcode && home.address.postcode.is_some() {
        notes.push("郵便番号は空になります".to_owned());
    }
    if town_code.is_empty() && home.address.town_code.is_some() {
        notes.push("町字コードは空になります".to_owned());
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
    Ok(Came::Changed(rows, notes))
}

/// E133 of a lot the town's master does not have; A133 and A066 as words beside the line.
fn lot_notes(desk: &mut Desk<'_>, address: &Address) -> Result<Vec<String>, Came> {
    let before = desk.findings.len();
    address::check_lot(desk, address);
    let told = desk.findings.split_off(before);
    if let Some(wrong) = told.iter().find(|finding| finding.stops()) {
        return Err(Came::Wrong("E133", wrong.message.trim_end_matches('。').to_owned()));
    }
    let mut notes: Vec<String> = told
        .iter()
        .map(|finding| format!("{}（{}）", finding.message.trim_end_matches('。'), finding.code))
        .collect();
    notes.extend(geta(&address.one_line()));
    Ok(notes)
}

fn geta(text: &str) -> Option<String> {
    let is_geta = matches!(characters::told(text), Some(characters::Told::Geta));
    is_geta.then(|| "「〓」があります（A066）".to_owned())
}

/// D019: a change on a day on which somebody was not here yet. A batch asks nobody to confirm, so that it stops the line.
fn too_early(persons: &[Person], given: &Bulk) -> Option<Came> {
    let day = given.event_date.and_then(|date| date.known())?;
    let late = persons.iter().find(|person| targets::here_since(person).is_some_and(|since| day < since))?;
    Some(Came::Wrong(
        "D019",
        format!(
            "変更日{}は、宛名番号{}の人がここの住民となった日より前です",
            domain::wareki(day),
            late.addressee_no
        ),
    ))
}

fn domicile(desk: &mut Desk<'_>, cells: &[&str], given: &Bulk, movement: &Movement) -> Result<Came, Fault> {
    let [no, before, after, rest @ ..] = cells else { return wrong("E174", "項目が3つありません") };
    if rest.iter().any(|cell| !cell.is_empty()) {
        return wrong("E174", "項目が3つより多くあります。カンマのある項目は引用符（\"）で囲んでください");
    }
    if after.is_empty() {
        return wrong("E124", "変更後の本籍が空です");
    }
    let no: AddresseeNo = match no.parse() {
        Ok(no) => no,
        Err(error) => return wrong("E040", format!("宛名番号「{no}」: {error}")),
    };
    let fields = vec![Field::new("town", "変更後の本籍", FieldKind::Text(120))];
    let after = match spelt(fields, &[("town", *after)]) {
        Ok(texts) => texts.concat(),
        Err(came) => return Ok(came),
    };
    let Some(mut person) = desk.person(no)?.filter(Person::is_resident) else {
        return wrong("E178", format!("宛名番号{no}の住民はいません"));
    };
    let Some(held) = person.registered_domicile.as_mut() else {
        return wrong("E178", format!("宛名番号{no}の人に本籍の記載はありません"));
    };
    if held.town == after {
        return Ok(Came::Already);
    }
    if held.town != *before {
        return wrong("E178", format!("宛名番号{no}の今の本籍が、変更前の本籍と違います"));
    }
    held.town.clone_from(&after);
    if let Some(skipped) = passed_over(desk, std::slice::from_ref(&person))? {
        return Ok(skipped);
    }
    if person.moveout_planned_on.is_some() && given.skip_planned {
        return Ok(Came::Skipped("A110", format!("宛名番号{no}の人に転出の予定があります")));
    }
    if let Some(came) = too_early(std::slice::from_ref(&person), given) {
        return Ok(came);
    }
    desk.put_person(person, movement)?;
    Ok(Came::Changed(1, geta(&after).into_iter().collect()))
}

/// A household with somebody in a movement that is not final.
fn passed_over(desk: &Desk<'_>, persons: &[Person]) -> Result<Option<Came>, Fault> {
    for person in persons {
        let no = person.addressee_no;
        if let Some(held) = desk.hold(no)? {
            let why = format!("宛名番号{no}の人に仮登録中の異動があります（受付番号{held}）");
            return Ok(Some(Came::Skipped("E101", why)));
        }
    }
    Ok(None)
}
