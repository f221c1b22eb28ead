//! Forms: what a function asks for, as data. Screens, the JSON API and the command line check by the same form.

use domain::AddresseeNo;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Finding;
use crate::spell::spell;

/// One choice of a list: code and Japanese label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The code that is stored.
    pub code: String,
    /// The label that is shown.
    pub label: String,
}

/// Choices from pairs of code and label.
pub fn choices(pairs: &[(&str, &str)]) -> Vec<Choice> {
    pairs
        .iter()
        .map(|(code, label)| Choice { code: (*code).to_owned(), label: (*label).to_owned() })
        .collect()
}

/// What a field holds, and so how it is asked for, checked and spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text of at most so many characters (a character and its variation selector count as one).
    Text(usize),
    /// Several lines of text.
    Lines(usize),
    /// A reading in full-width katakana.
    Kana(usize),
    /// A day of the calendar; wareki or western.
    Date,
    /// A date that may be unknown in one of the fourteen patterns.
    RegisterDate,
    /// One of a list.
    Choice(Vec<Choice>),
    /// Yes or no; absent is no.
    Flag,
    /// 続柄.
    Relation,
    /// 宛名番号.
    AddresseeNo,
    /// 世帯番号.
    HouseholdNo,
    /// 住民票コード.
    ResidentRecordCode,
    /// 個人番号.
    IndividualNumber,
    /// Seven digits, with or without a hyphen.
    Postcode,
    /// An amount of whole yen, nothing or more, of twelve digits at most; a checked input holds its digits.
    Yen,
    /// A whole number from nothing to the most given; a checked input holds its digits.
    Number(u64),
    /// Chosen on another screen; carried along unseen.
    Hidden,
    /// Any number of 宛名番号 chosen from the household shown.
    Persons,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `snake_case` name; the same from screen to journal.
    pub name: &'static str,
    /// The Japanese item name (項目名).
    pub title: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it may not be blank.
    pub required: bool,
    /// A hint under the field, in Japanese.
    pub help: &'static str,
    /// Whether the next row of a repeated section begins with what the row before has here (前の人の項目の写し).
    pub carried: bool,
    /// Whether letters, digits, signs and kana of half width become full-width ones, as names are held (全角).
    pub wide: bool,
}

impl Field {
    /// An optional field.
    pub const fn new(name: &'static str, title: &'static str, kind: FieldKind) -> Self {
        Self { name, title, kind, required: false, help: "", carried: false, wide: false }
    }

    /// The same field, not to be blank.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same field, begun with what the row before has.
    #[must_use]
    pub const fn carried(mut self) -> Self {
        self.carried = true;
        self
    }

    /// The same field, held in full width.
    #[must_use]
    pub const fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// The same field with a hint.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }
}

/// A group of fields, asked for once or once per person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Name of the array when repeated; otherwise its fields stand at the top of the input.
    pub name: &'static str,
    /// The heading.
    pub title: &'static str,
    /// The most times it may be repeated; none when it is asked for once.
    pub repeat_max: Option<usize>,
    /// Its fields.
    pub fields: Vec<Field>,
}

impl Section {
    /// Fields asked for once.
    pub fn once(title: &'static str, fields: Vec<Field>) -> Self {
        Self { name: "", title, repeat_max: None, fields }
    }

    /// Fields asked for once per person, at most `max` times.
    pub fn repeated(name: &'static str, title: &'static str, max: usize, fields: Vec<Field>) -> Self {
        Self { name, title, repeat_max: Some(max), fields }
    }
}

/// What a function asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The sections in order.
    pub sections: Vec<Section>,
}

impl Form {
    /// A form of these sections.
    pub fn of(sections: Vec<Section>) -> Self {
        Self { sections }
    }

    /// Checks an input field by field and spells every value canonically.
    ///
    /// Blank values are left out. Names the form does not know are findings too, so that a misspelt field of an API
    /// call is not silently lost. The findings name item, rule and remedy.
    pub fn check(&self, input: &Value) -> (Value, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut checked = Map::new();
        let empty = Map::new();
        let given = input.as_object().unwrap_or(&empty);
        if !input.is_object() && !input.is_null() {
            findings.push(Finding::error(
                "F001",
                "",
                "入力全体",
                "入力が項目名と値の組（JSONオブジェクト）ではありません。",
                "項目名と値の組で入力してください。",
            ));
        }
        for section in &self.sections {
            match section.repeat_max {
                None => check_fields(&section.fields, given, "", &mut checked, &mut findings),
                Some(max) => {
                    let rows = given
                        .get(section.name)
                        .and_then(Value::as_array)
                        .map(Vec::as_slice)
                        .unwrap_or_default();
                    if rows.len() > max {
                        findings.push(Finding::error(
                            "F002",
                            section.name,
                            section.title,
                            format!("{}件あります。一度に入力できるのは{max}件までです。", rows.len()),
                            "分けて入力してください。",
                        ));
                    }
                    let mut kept = Vec::new();
                    for (index, row) in rows.iter().take(max).enumerate() {
                        let mut one = Map::new();
                        let prefix = format!("{}.{index}.", section.name);
                        check_fields(
                            &section.fields,
                            row.as_object().unwrap_or(&empty),
                            &prefix,
                            &mut one,
                            &mut findings,
                        );
                        if let Some(unknown) = row.as_object().and_then(|row| {
                            unknown_name(row, |name| section.fields.iter().any(|field| field.name == name))
                        }) {
                            findings.push(unknown_field(&format!("{prefix}{unknown}"), unknown));
                        }
                        kept.push(Value::Object(one));
                    }
                    checked.insert(section.name.to_owned(), Value::Array(kept));
                }
            }
        }
        let known = |name: &str| {
            self.sections.iter().any(|section| match section.repeat_max {
                Some(_) => section.name == name,
                None => section.fields.iter().any(|field| field.name == name),
            })
        };
        // What a decision is told by the form itself, of an input that comes back, is found anew.
        if let Some(unknown) = unknown_name(given, |name| name == PAST_ERA || known(name)) {
            findings.push(unknown_field(unknown, unknown));
        }
        let past = self.past_eras(given);
        if !past.is_empty() {
            checked.insert(PAST_ERA.to_owned(), Value::Array(past));
        }
        (Value::Object(checked), findings)
    }
}

impl Form {
    /// The days an input spells in an era that had ended (平成31年5月1日).
    fn past_eras(&self, given: &Map<String, Value>) -> Vec<Value> {
        let mut found = Vec::new();
        for section in &self.sections {
            match section.repeat_max {
                None => past_in(&section.fields, given, "", &mut found),
                Some(max) => {
                    let rows = given.get(section.name).and_then(Value::as_array);
                    for (index, row) in rows.into_iter().flatten().take(max).enumerate() {
                        if let Some(row) = row.as_object() {
                            let prefix = format!("{}.{index}.", section.name);
                            past_in(&section.fields, row, &prefix, &mut found);
                        }
                    }
                }
            }
        }
        found
    }
}

fn past_in(fields: &[Field], given: &Map<String, Value>, prefix: &str, found: &mut Vec<Value>) {
    for field in fields.iter().filter(|field| matches!(field.kind, FieldKind::Date | FieldKind::RegisterDate))
    {
        let text = given.get(field.name).and_then(Value::as_str).unwrap_or_default();
        if let Ok(spelt) = domain::EraDate::parse(text)
            && spelt.is_past_end()
            && let Ok(day) = spelt.date()
        {
            found.push(serde_json::json!({
                "path": format!("{prefix}{}", field.name),
                "title": field.title,
                "text": text,
                "day": day.to_string(),
            }));
        }
    }
}

/// Where a checked input names the days that were spelt in an era that had ended.
const PAST_ERA: &str = "past_era";

/// A day that was spelt in an era that had ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastEra {
    /// The path of the field.
    pub path: String,
    /// Its 項目名.
    pub title: String,
    /// As it was spelt.
    pub text: String,
    /// The day.
    pub day: domain::Date,
}

/// The days a checked input names as spelt in an era that had ended (元号の最後の日より後). The form takes them: whether they are
/// asked about is the function's to say.
///
/// Source: 住民記録システム標準仕様書 1.3.6.
pub fn past_era(checked: &Value) -> Vec<PastEra> {
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let listed = checked.get(PAST_ERA).and_then(Value::as_array).into_iter().flatten();
    listed
        .filter_map(|one| {
            let day = text(one, "day").parse().ok()?;
            Some(PastEra { path: text(one, "path"), title: text(one, "title"), text: text(one, "text"), day })
        })
        .collect()
}

fn unknown_name(given: &Map<String, Value>, known: impl Fn(&str) -> bool) -> Option<&str> {
    given.keys().map(String::as_str).find(|name| !known(name))
}

fn unknown_field(path: &str, name: &str) -> Finding {
    Finding::error(
        "F003",
        path,
        name,
        format!("「{name}」という項目はこの機能にありません。"),
        "項目名を確かめるか、この項目を除いてください。",
    )
}

fn check_fields(
    fields: &[Field],
    given: &Map<String, Value>,
    prefix: &str,
    checked: &mut Map<String, Value>,
    findings: &mut Vec<Finding>,
) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        let value = given.get(field.name);
        if field.kind == FieldKind::Persons {
            check_persons(field, &path, value, checked, findings);
            continue;
        }
        let text = match (value, &field.kind) {
            (None | Some(Value::Null), _) => String::new(),
            (Some(Value::String(text)), _) => {
                text.trim_matches([' ', '\t', '\r', '\n', '\u{3000}']).to_owned()
            }
            (Some(Value::Bool(flag)), FieldKind::Flag) => if *flag { "1" } else { "" }.to_owned(),
            (Some(Value::Number(number)), FieldKind::Yen | FieldKind::Number(_)) => number.to_string(),
            (Some(Value::Array(_) | Value::Object(_)), _) => {
                let message = format!("{}に、値でなく組が入っています。", field.title);
                findings.push(Finding::error(
                    "F004",
                    path,
                    field.title,
                    message,
                    "一つの値を入力してください。",
                ));
                continue;
            }
            // A number has lost its leading zeros, and nobody knows which digits a 宛名番号 or a code had.
            (Some(Value::Bool(_) | Value::Number(_)), _) => {
                findings.push(not_a_text(&path, field));
                continue;
            }
        };
        if text.is_empty() {
            if field.required {
                findings.push(Finding::error(
                    "E124",
                    path,
                    field.title,
                    format!("{}が空です。空にできない項目です。", field.title),
                    "入力してください。",
                ));
            }
            continue;
        }
        match spell(field, &text) {
            Ok(value) => {
                checked.insert(field.name.to_owned(), value);
            }
            Err(refusal) => findings.push(Finding::error(
                refusal.code,
                path,
                field.title,
                refusal.message,
                refusal.remedy,
            )),
        }
    }
}

fn not_a_text(path: &str, field: &Field) -> Finding {
    Finding::error(
        "F004",
        path,
        field.title,
        format!("{}は文字で書く項目ですが、数か真偽の値が入っています。", field.title),
        "値を引用符（\"）で囲んで送ってください。",
    )
}

fn check_persons(
    field: &Field,
    path: &str,
    value: Option<&Value>,
    checked: &mut Map<String, Value>,
    findings: &mut Vec<Finding>,
) {
    let numbers: Option<Vec<&str>> = match value {
        Some(Value::Array(items)) => items.iter().map(Value::as_str).collect(),
        Some(Value::String(text)) => {
            Some(text.split([',', ' ', '\n']).filter(|part| !part.is_empty()).collect())
        }
        None | Some(Value::Null) => Some(Vec::new()),
        Some(_) => None,
    };
    let Some(numbers) = numbers else {
        findings.push(not_a_text(path, field));
        return;
    };
    if numbers.is_empty() && field.required {
        findings.push(Finding::error(
            "E124",
            path,
            field.title,
            format!("{}が一人も選ばれていません。", field.title),
            "一人以上を選んでください。",
        ));
        return;
    }
    let mut kept = Vec::new();
    for number in numbers {
        match AddresseeNo::parse(number) {
            Ok(number) => kept.push(Value::String(number.as_str().to_owned())),
            Err(error) => findings.push(Finding::error(
                "E040",
                path,
                field.title,
                error.to_string(),
                "宛名番号を確かめて入力し直してください。",
            )),
        }
    }
    checked.insert(field.name.to_owned(), Value::Array(kept));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_of_another_type_is_told_and_not_guessed_at() {
        let form = Form::of(vec![Section::once(
            "人",
            vec![
                Field::new("no", "宛名番号", FieldKind::AddresseeNo),
                Field::new("q", "検索する言葉", FieldKind::Text(9)),
                Field::new("all", "全員", FieldKind::Flag),
                Field::new("yen", "納付額", FieldKind::Yen),
                Field::new("who", "対象者", FieldKind::Persons),
            ],
        )]);
        for (field, given, wanted) in [
            ("no", json!(19), true),
            ("q", json!(0), true),
            ("q", json!(true), true),
            ("q", json!(["a"]), true),
            ("q", json!(null), false),
            ("all", json!(true), false),
            ("all", json!(1), true),
            ("yen", json!(1), false),
            ("yen", json!(true), true),
            ("who", json!([19]), true),
            ("who", json!({}), true),
            ("who", json!([]), false),
        ] {
            let (_, findings) = form.check(&json!({ field: given.clone() }));
            let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
            assert_eq!(codes, if wanted { vec!["F004"] } else { vec![] }, "{field} {given}");
        }
    }

    #[test]
    fn amounts_and_numbers_are_whole_and_within_bounds() {
        let form = Form::of(vec![Section::once(
            "金額",
            vec![
                Field::new("yen", "納付額", FieldKind::Yen),
                Field::new("stage", "段階", FieldKind::Number(9)),
            ],
        )]);
        for (field, given, wanted) in [
            ("yen", json!("12,900"), Ok("12900")),
            ("yen", json!("¥１２９００円"), Ok("12900")),
            ("yen", json!(0), Ok("0")),
            ("yen", json!("999999999999"), Ok("999999999999")),
            ("yen", json!("1000000000000"), Err("F007")),
            ("yen", json!("-1"), Err("F007")),
            ("yen", json!("1.5"), Err("F007")),
            ("yen", json!("円"), Err("F007")),
            ("stage", json!("09"), Ok("9")),
            ("stage", json!("10"), Err("F007")),
        ] {
            let (checked, findings) = form.check(&json!({ field: given.clone() }));
            let got = findings.first().map_or_else(
                || Ok(checked[field].as_str().unwrap_or_default()),
                |finding| Err(finding.code.as_str()),
            );
            assert_eq!(got, wanted, "{field} {given}");
        }
    }
}
