//! 住民検索: one box that understands what is asked at the counter, and fields for each item.

use domain::{AddresseeNo, RegisterDate, hiragana_to_katakana, to_full_width_kana};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
    TextQuery,
};

use crate::concealment::Concealment;
use crate::records::{PERSON, Person};
use crate::texts::{fold_reading, fold_text};

/// Most rows of one answer; a screen nobody scrolls further.
pub(crate) const ROWS_MAX: usize = 200;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/search",
        title: "住民検索",
        place: Some(Place {
            unit: "住民基本台帳", level1: "照会", level2: "住民票情報照会", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![
            Section::once(
                "検索",
                vec![
                    Field::new("q", "検索", FieldKind::Text(100))
                        .help("氏名、フリガナ、生年月日、住所、宛名番号"),
                    Field::new("include_former", "除票を含める", FieldKind::Flag),
                ],
            ),
            Section::once(
                "項目ごとの条件",
                vec![
                    Field::new("name", "氏名", FieldKind::Text(100)).help("旧氏・通称・ローマ字も"),
                    Field::new("name_kana", "フリガナ", FieldKind::Text(100)),
                    Field::new("birth_date", "生年月日", FieldKind::RegisterDate),
                    Field::new("address", "住所", FieldKind::Text(200)),
                    Field::new("addressee_no", "宛名番号", FieldKind::Text(15)),
                    Field::new("household_no", "世帯番号", FieldKind::Text(15)),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut terms = Vec::new();
    for word in input.text("q").split_whitespace() {
        // A lone long-sound mark leaves nothing to look for.
        let (field, folded) = term(word);
        push(&mut terms, field, folded);
    }
    for field in ["name", "address"] {
        push(&mut terms, field, fold_text(input.text(field)));
    }
    push(&mut terms, "kana", fold_reading(input.text("name_kana")));
    push(&mut terms, "birth_date", input.text("birth_date").to_owned());
    for field in ["addressee_no", "household_no"] {
        push(&mut terms, field, digits(input.text(field)));
    }
    if terms.is_empty() {
        return Ok(Outcome::refused(vec![Finding::error(
            "D006",
            "q",
            "検索",
            "検索の条件がありません。",
            "氏名、フリガナ、生年月日、住所、宛名番号のどれかを入力してください。",
        )]));
    }
    let former = input.0.get("include_former").and_then(Value::as_bool).unwrap_or_default();
    let mut concealment = Concealment::new(view, context);
    let (persons, more) = find(view, context, &mut concealment, terms, former)?;
    let rows = persons.iter().map(|person| concealment.row(person)).collect::<Result<Vec<Value>, Fault>>()?;
    let count = rows.len();
    let message = match (count, more) {
        (0, _) if former => "該当する人はいません。".to_owned(),
        (0, _) => "該当する住民はいません。除票を含めて検索することもできます。".to_owned(),
        (_, true) => format!(
            "{ROWS_MAX}人を超えました。初めの{ROWS_MAX}人だけを表示しています。条件を加えてください。"
        ),
        (_, false) => format!("{count}人"),
    };
    let subjects = persons.iter().map(|person| person.addressee_no.to_string()).collect();
    Ok(Outcome {
        message,
        answer: Some(Answer { data: json!({ "rows": rows, "count": count, "more": more }), subjects }),
        ..Outcome::default()
    })
}

fn find(
    view: &dyn View,
    context: &Context<'_>,
    concealment: &mut Concealment<'_>,
    mut terms: Vec<(&'static str, String)>,
    former: bool,
) -> Result<(Vec<Person>, bool), Fault> {
    // A whole number is a key and needs no index.
    if let [("addressee_no" | "", number)] = terms.as_slice()
        && AddresseeNo::parse(number).is_ok()
        && let Some(held) = view.load::<Person>(number)?
    {
        return Ok((vec![held.record], false));
    }
    if !former {
        terms.push(("status", domain::ResidentStatus::Resident.code().to_owned()));
    }
    // One more than is shown. A hit that may not be told is as if it were not there, so more is asked for in its place:
    // a short answer that says there are more would tell that somebody is hidden at this address.
    let mut limit = ROWS_MAX.saturating_add(1);
    loop {
        let query = TextQuery { kind: PERSON.id, terms: terms.clone(), limit };
        let (hits, more) = context.search.find(&query);
        let mut persons = Vec::new();
        for hit in hits {
            let Some(held) = view.load::<Person>(&hit.key)? else { continue };
            if concealment.may_tell(&held.record, &terms)? {
                persons.push(held.record);
            }
        }
        if !more || ROWS_MAX < persons.len() {
            let over = ROWS_MAX < persons.len();
            persons.truncate(ROWS_MAX);
            return Ok((persons, over));
        }
        limit = limit.saturating_add(ROWS_MAX);
    }
}

fn push(terms: &mut Vec<(&'static str, String)>, field: &'static str, folded: String) {
    if !folded.is_empty() {
        terms.push((field, folded));
    }
}

/// What one word of the box asks for: a date, a number, a reading, or a piece of a name or an address.
fn term(word: &str) -> (&'static str, String) {
    let narrow = fold_text(word);
    let number = digits(&narrow);
    let all_digits = number.len() == narrow.chars().filter(|c| *c != '-').count() && !number.is_empty();
    if let Some(day) = birth_date(&narrow, all_digits, &number) {
        return ("birth_date", day);
    }
    if all_digits && !narrow.contains('-') {
        return ("", number);
    }
    let kana = hiragana_to_katakana(&to_full_width_kana(word));
    if kana.chars().all(|c| matches!(c, 'ァ'..='ヺ' | 'ー' | '・')) {
        return ("kana", fold_reading(word));
    }
    ("", narrow)
}

fn birth_date(narrow: &str, all_digits: bool, number: &str) -> Option<String> {
    // Eight digits may be a day; other bare digits are a number or a lot.
    if all_digits && !narrow.contains('-') && number.len() != 8 {
        return None;
    }
    RegisterDate::parse_input(narrow).ok().map(|date| date.to_string())
}

fn digits(text: &str) -> String {
    fold_text(text).chars().filter(char::is_ascii_digit).collect()
}
