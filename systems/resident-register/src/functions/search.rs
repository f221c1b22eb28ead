//! 住民検索: one box that understands what is asked at the counter, and fields for each item.

use domain::{AddresseeNo, MovementReason, RegisterDate, hiragana_to_katakana, to_full_width_kana, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place,
    Section, TextQuery, choices,
};

use crate::concealment::Concealment;
use crate::records::{PERSON, Person};
use crate::rules::former;
use crate::rules::matching::indexed_birth;
use crate::texts::{self, asked_reading, fold_text};

use super::forms;

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
                    Field::new("birth_from", "生年月日（から）", FieldKind::Date),
                    Field::new("birth_to", "生年月日（まで）", FieldKind::Date),
                    Field::new("sex", "性別", FieldKind::Choice(forms::sexes())),
                    Field::new("relation", "続柄", FieldKind::Text(20)),
                    Field::new("address", "住所・方書", FieldKind::Text(200)),
                    Field::new("town_code", "町字コード", FieldKind::Text(7)),
                    Field::new("addressee_no", "宛名番号", FieldKind::Text(15)),
                    Field::new("household_no", "世帯番号", FieldKind::Text(15)),
                    Field::new("residence_card_no", "在留カード等番号", FieldKind::Text(12)),
                    Field::new("deletion_reason", "消除事由", FieldKind::Choice(deletion_reasons())),
                    Field::new("blank", "空の項目", FieldKind::Choice(blanks())).help("その項目が空の人"),
                    Field::new("include_past", "過去の氏名・住所も", FieldKind::Flag),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

fn deletion_reasons() -> Vec<Choice> {
    let choice = |reason: &MovementReason| Choice {
        code: reason.code().to_owned(),
        label: format!("{} {}", reason.code(), reason.label()),
    };
    MovementReason::ALL.iter().filter(|reason| reason.code().starts_with('2')).map(choice).collect()
}

fn blanks() -> Vec<Choice> {
    choices(&texts::BLANKS)
}

/// What was asked, folded as the index is.
struct Question {
    terms: Vec<(&'static str, String)>,
    ranges: Vec<(&'static str, String, String)>,
    former: bool,
    past: bool,
}

impl Question {
    fn of(input: &Input) -> Self {
        let flag = |name: &str| input.0.get(name).and_then(Value::as_bool).unwrap_or_default();
        let mut terms = Vec::new();
        for word in input.text("q").split_whitespace() {
            // A lone long-sound mark leaves nothing to look for.
            let (field, folded) = term(word);
            push(&mut terms, field, folded);
        }
        for field in ["name", "address"] {
            push(&mut terms, field, fold_text(input.text(field)));
        }
        push(&mut terms, "kana", asked_reading(input.text("name_kana")));
        // A day of two eras is found by either.
        let day = |name: &str| {
            let text = input.text(name);
            text.parse::<RegisterDate>().map_or_else(|_| text.to_owned(), |date| indexed_birth(&date))
        };
        push(&mut terms, "birth_date", day("birth_date"));
        for field in ["sex", "relation", "deletion_reason"] {
            push(&mut terms, field, input.text(field).to_owned());
        }
        for field in ["addressee_no", "household_no", "town_code"] {
            push(&mut terms, field, digits(input.text(field)));
        }
        push(&mut terms, "card", fold_text(input.text("residence_card_no")));
        if !input.text("blank").is_empty() {
            push(&mut terms, "blank", texts::blank(input.text("blank")));
        }
        let (from, to) = (day("birth_from"), day("birth_to"));
        let mut ranges = Vec::new();
        if !from.is_empty() || !to.is_empty() {
            // Days sort as their texts do: the widest bounds are the first and the last of them.
            let or = |day: &str, bound: &str| if day.is_empty() { bound.to_owned() } else { day.to_owned() };
            ranges.push(("birth_date", or(&from, "0000-00-00"), or(&to, "9999-99-99")));
        }
        Self { terms, ranges, former: flag("include_former"), past: flag("include_past") }
    }

    fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.ranges.is_empty()
    }

    fn query(&self, past: bool, limit: usize) -> TextQuery<'static> {
        let mut terms = self.terms.clone();
        if !self.former {
            terms.push(("status", domain::ResidentStatus::Resident.code().to_owned()));
        }
        TextQuery { kind: PERSON.id, terms, past, ranges: self.ranges.clone(), limit }
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut question = Question::of(input);
    if question.is_empty() {
        return Ok(Outcome::refused(vec![Finding::error(
            "D006",
            "q",
            "検索",
            "検索の条件がありません。",
            "氏名、フリガナ、生年月日、住所、宛名番号のどれかを入力してください。",
        )]));
    }
    if let Some(range) = question.ranges.iter().find(|(_, from, to)| to < from) {
        return Ok(Outcome::refused(vec![reversed(range)]));
    }
    let mut concealment = Concealment::new(view, context);
    let (mut persons, mut more) = find(view, context, &mut concealment, &question)?;
    // Nobody of today: those who were called so, or lived there, before.
    let widened = persons.is_empty() && !question.past;
    if widened {
        question.past = true;
        (persons, more) = find(view, context, &mut concealment, &question)?;
    }
    // The live register first, then the archive (除票用データベース), in one answer.
    let mut archived = 0_usize;
    let mut ordered: Vec<(bool, Person)> = Vec::with_capacity(persons.len());
    for person in persons {
        let is_archived = former::archived(view, &person)?.is_some();
        archived = archived.saturating_add(usize::from(is_archived));
        ordered.push((is_archived, person));
    }
    ordered.sort_by_key(|(is_archived, _)| *is_archived);
    let today = question.query(false, ROWS_MAX);
    let mut rows = Vec::with_capacity(ordered.len());
    for (is_archived, person) in &ordered {
        let mut row = concealment.row(person)?;
        if question.past && !fits(&today, person)? {
            mark(&mut row, "過去の氏名・住所");
        }
        if *is_archived {
            mark(&mut row, "保存用");
        }
        rows.push(row);
    }
    let count = rows.len();
    let mut message = match (count, more) {
        (0, _) if question.former => "該当する人はいません。".to_owned(),
        (0, _) => "該当する住民はいません。除票を含めて検索することもできます。".to_owned(),
        (_, true) => format!(
            "{ROWS_MAX}人を超えました。初めの{ROWS_MAX}人だけを表示しています。条件を加えてください。"
        ),
        (_, false) if widened => {
            format!("{count}人（今の氏名・住所では該当がなく、過去の氏名・住所で見つかりました）")
        }
        (_, false) => format!("{count}人"),
    };
    if 0 < archived {
        message.push_str(&match count == archived {
            true => "（現存の台帳では該当がなく、除票の保存用で見つかりました）".to_owned(),
            false => format!("（うち除票の保存用{archived}人）"),
        });
    }
    let subjects = ordered.iter().map(|(_, person)| person.addressee_no.to_string()).collect();
    Ok(Outcome {
        message,
        answer: Some(Answer { data: json!({ "rows": rows, "count": count, "more": more }), subjects }),
        remembered: true,
        ..Outcome::default()
    })
}

/// D087: a range that no day is in.
fn reversed((_, from, to): &(&'static str, String, String)) -> Finding {
    let label = |day: &str| day.parse().map_or_else(|_| day.to_owned(), wareki);
    Finding::error(
        "D087",
        "birth_from",
        "生年月日（から）",
        format!("生年月日の範囲の初め（{}）が、終わり（{}）より後です。", label(from), label(to)),
        "「から」と「まで」を入れ替えてください。",
    )
}

/// Whether the row a person has now answers a query.
fn fits(query: &TextQuery<'_>, person: &Person) -> Result<bool, Fault> {
    let body = register::Body::of(person).map_err(Fault::from)?;
    Ok(texts::RESIDENTS.fits(query, &(texts::RESIDENTS.texts)(&body)?))
}

fn mark(row: &mut Value, word: &str) {
    if let Some(marks) = row.get_mut("marks").and_then(Value::as_array_mut) {
        marks.push(json!(word));
    }
}

fn find(
    view: &dyn View,
    context: &Context<'_>,
    concealment: &mut Concealment<'_>,
    question: &Question,
) -> Result<(Vec<Person>, bool), Fault> {
    // A whole number is a key and needs no index.
    if let ([("addressee_no" | "", number)], []) = (question.terms.as_slice(), question.ranges.as_slice())
        && AddresseeNo::parse(number).is_ok()
        && let Some(held) = view.load::<Person>(number)?
    {
        return Ok((vec![held.record], false));
    }
    // One more than is shown. A hit that may not be told is as if it were not there, so more is asked for in its place:
    // a short answer that says there are more would tell that somebody is hidden at this address.
    let mut query = question.query(question.past, ROWS_MAX.saturating_add(1));
    loop {
        let (hits, more) = context.search.find(&query);
        let mut persons = Vec::new();
        for hit in hits {
            let Some(held) = view.load::<Person>(&hit.key)? else { continue };
            if concealment.may_tell(&held.record, &query)? {
                persons.push(held.record);
            }
        }
        if !more || ROWS_MAX < persons.len() {
            let over = ROWS_MAX < persons.len();
            persons.truncate(ROWS_MAX);
            return Ok((persons, over));
        }
        query.limit = query.limit.saturating_add(ROWS_MAX);
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
        return ("kana", asked_reading(word));
    }
    ("", narrow)
}

fn birth_date(narrow: &str, all_digits: bool, number: &str) -> Option<String> {
    // Eight digits may be a day; other bare digits are a number or a lot.
    if all_digits && !narrow.contains('-') && number.len() != 8 {
        return None;
    }
    RegisterDate::parse_input(narrow).ok().map(|date| indexed_birth(&date))
}

fn digits(text: &str) -> String {
    fold_text(text).chars().filter(char::is_ascii_digit).collect()
}
