//! Forms: what a function asks for, as data. Screens, the JSON API and the command line check by the same form.

use domain::{
    AddresseeNo, HouseholdNo, IndividualNumber, RegisterDate, Relation, RelationError, ResidentRecordCode,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Finding;

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
}

impl Field {
    /// An optional field.
    pub const fn new(name: &'static str, title: &'static str, kind: FieldKind) -> Self {
        Self { name, title, kind, required: false, help: "", carried: false }
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
        let text = match value {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.trim_matches([' ', '\t', '\r', '\n', '\u{3000}']).to_owned(),
            Some(Value::Bool(flag)) => if *flag { "1" } else { "" }.to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Array(_) | Value::Object(_)) => {
                findings.push(Finding::error(
                    "F004",
                    path,
                    field.title,
                    format!("{}に、値でなく組が入っています。", field.title),
                    "一つの値を入力してください。",
                ));
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

fn check_persons(
    field: &Field,
    path: &str,
    value: Option<&Value>,
    checked: &mut Map<String, Value>,
    findings: &mut Vec<Finding>,
) {
    let numbers: Vec<&str> = match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.split([',', ' ', '\n']).filter(|part| !part.is_empty()).collect(),
        _ => Vec::new(),
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

struct Refusal {
    code: &'static str,
    message: String,
    remedy: &'static str,
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>, remedy: &'static str) -> Self {
        Self { code, message: message.into(), remedy }
    }
}

fn spell(field: &Field, text: &str) -> Result<Value, Refusal> {
    let title = field.title;
    let spelled = match &field.kind {
        FieldKind::Text(max) | FieldKind::Lines(max) => {
            within(title, text, *max)?;
            if let Some(control) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                return Err(Refusal::new(
                    "E065",
                    format!(
                        "{title}に、文字として使えない制御文字（U+{:04X}）が入っています。",
                        u32::from(control)
                    ),
                    "その文字を除いて入力し直してください。",
                ));
            }
            text.to_owned()
        }
        FieldKind::Kana(max) => {
            let kana =
                domain::hiragana_to_katakana(&domain::to_full_width_kana(text)).replace(' ', "\u{3000}");
            within(title, &kana, *max)?;
            if !domain::is_katakana_name(&kana) {
                return Err(Refusal::new(
                    "E063",
                    format!("{title}「{text}」に、片仮名でない文字があります。"),
                    "全角の片仮名で入力してください。",
                ));
            }
            kana
        }
        FieldKind::Date => {
            let date = RegisterDate::parse_input(text).map_err(|error| {
                if let Some(refusal) = before_era(title, &error) {
                    return refusal;
                }
                Refusal::new(
                    "E006",
                    format!("{title}「{text}」は、暦にある日付として読めません。"),
                    "実在する日付を入力してください（例 令和8年4月1日、R8.4.1、2026-04-01）。",
                )
            })?;
            match date {
                RegisterDate::Day(_) | RegisterDate::EraDay(..) => date.to_string(),
                RegisterDate::Impossible { .. } => {
                    return Err(Refusal::new(
                        "E006",
                        format!("{title}「{text}」は暦にない日です。この項目は暦にある日だけを持てます。"),
                        "実在する日付を入力してください。",
                    ));
                }
                RegisterDate::Unknown(_) => {
                    return Err(Refusal::new(
                        "E007",
                        format!("{title}は不詳にできない項目です。"),
                        "年月日をすべて入力してください。",
                    ));
                }
            }
        }
        FieldKind::RegisterDate => RegisterDate::parse_input(text)
            .map_err(|error| {
                if let Some(refusal) = before_era(title, &error) {
                    return refusal;
                }
                Refusal::new(
                    "E008",
                    format!("{title}「{text}」: {error}"),
                    "日付か、不詳日の書き方（例 昭和20年頃、U10:1945-01-01）で入力してください。",
                )
            })?
            .to_string(),
        FieldKind::Choice(choices) => {
            if !choices.iter().any(|choice| choice.code == text) {
                return Err(Refusal::new(
                    "F005",
                    format!("{title}「{text}」は選べる値にありません。"),
                    "一覧から選んでください。",
                ));
            }
            text.to_owned()
        }
        FieldKind::Flag => match text {
            "1" | "true" | "on" => return Ok(Value::Bool(true)),
            "0" | "false" | "off" => return Ok(Value::Bool(false)),
            _ => {
                return Err(Refusal::new(
                    "F005",
                    format!("{title}「{text}」は有無の値ではありません。"),
                    "有か無を選んでください。",
                ));
            }
        },
        FieldKind::Relation => Relation::parse(text)
            .map_err(|error| {
                Refusal::new(
                    match error {
                        RelationError::TooLong { .. } => "E086",
                        _ => "E085",
                    },
                    error.to_string(),
                    "続柄を「妻」「子」「子の子」のように入力してください。",
                )
            })?
            .label(),
        FieldKind::AddresseeNo => AddresseeNo::parse(text)
            .map_err(|error| {
                Refusal::new("E040", error.to_string(), "宛名番号を確かめて入力し直してください。")
            })?
            .to_string(),
        FieldKind::HouseholdNo => HouseholdNo::parse(text)
            .map_err(|error| {
                Refusal::new("E040", error.to_string(), "世帯番号を確かめて入力し直してください。")
            })?
            .to_string(),
        FieldKind::ResidentRecordCode => ResidentRecordCode::parse(text)
            .map_err(|error| {
                Refusal::new("E031", error.to_string(), "転出証明書などで住民票コードを確かめてください。")
            })?
            .expose()
            .to_owned(),
        FieldKind::IndividualNumber => IndividualNumber::parse(text)
            .map_err(|error| {
                Refusal::new("E037", error.to_string(), "個人番号カードなどで個人番号を確かめてください。")
            })?
            .expose()
            .to_owned(),
        FieldKind::Postcode => {
            let digits: String = text
                .chars()
                .filter(|c| !matches!(c, '-' | '－' | '‐' | 'ー'))
                .map(half_width_digit)
                .collect();
            if digits.len() != 7 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Refusal::new(
                    "A134",
                    format!("{title}「{text}」は7桁の数字ではありません。"),
                    "郵便番号を7桁で入力してください。",
                ));
            }
            digits
        }
        FieldKind::Yen => {
            let bare = text.trim_start_matches(['¥', '￥']).trim_end_matches('円');
            whole(title, bare, domain::YEN_MAX.unsigned_abs(), "円")?
        }
        FieldKind::Number(max) => whole(title, text, *max, "")?,
        FieldKind::Hidden | FieldKind::Persons => text.to_owned(),
    };
    Ok(Value::String(spelled))
}

/// A whole number as its digits; thousands may be parted by commas.
fn whole(title: &str, text: &str, max: u64, unit: &str) -> Result<String, Refusal> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '，')).map(half_width_digit).collect();
    let number = (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse::<u64>().ok())
        .flatten();
    match number {
        Some(number) if number <= max => Ok(number.to_string()),
        _ => Err(Refusal::new(
            "F007",
            format!("{title}「{text}」は、0から{max}{unit}までの整数ではありません。"),
            "符号や小数を除いた整数で入力してください。",
        )),
    }
}

fn half_width_digit(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        other => other,
    }
}

/// E009: a day spelt in an era that had not begun.
///
/// Source: 住民記録システム標準仕様書 1.3.6.
fn before_era(title: &str, error: &domain::DateError) -> Option<Refusal> {
    let domain::DateError::Era(before @ domain::EraError::BeforeEra(_)) = error else { return None };
    Some(Refusal::new(
        "E009",
        format!("{title}: {before}"),
        "元号と年を確かめて入力してください（例 平成31年4月30日、令和元年5月1日）。",
    ))
}

fn within(title: &str, text: &str, max: usize) -> Result<(), Refusal> {
    let count = domain::cluster_count(text);
    if count > max {
        return Err(Refusal::new(
            "E067",
            format!("{title}が{count}文字あります。{max}文字までの項目です。"),
            "文字数を減らしてください。",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
