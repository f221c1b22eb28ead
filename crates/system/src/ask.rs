//! Reading what people and programs ask a calculation: each item by its name, its form and the words it may hold.
//!
//! Who writes an input by hand writes `令和6年5月31日`, `65,000` or `6５000`; all of it means one value, and what does not is told with
//! the item it stands in. So a calculation sees one form only.

use domain::{Date, EraDate, RegisterDate, narrow, parse_input};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::Finding;

/// An item of an input.
#[derive(Clone, Copy, Debug)]
pub struct AskedItem {
    /// Its name in JSON.
    pub key: &'static str,
    /// Its Japanese name, which may stand for `key`.
    pub label: &'static str,
    /// Other names it goes by.
    pub aliases: &'static [&'static str],
    /// What it holds.
    pub form: AskedForm,
    /// Whether nothing can be calculated without it.
    pub required: bool,
}

impl AskedItem {
    /// An item that may be left out.
    pub const fn new(key: &'static str, label: &'static str, form: AskedForm) -> Self {
        Self { key, label, aliases: &[], form, required: false }
    }

    /// The same, which may not.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, which goes by these names too.
    #[must_use]
    pub const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    fn is_called(&self, name: &str) -> bool {
        self.key == name || self.label == name || self.aliases.contains(&name)
    }
}

/// What an item holds.
#[derive(Clone, Copy, Debug)]
pub enum AskedForm {
    /// Yen, as an integer; commas and 円 are taken away.
    Yen,
    /// A number without a fraction; 年, 年度 and % are taken away.
    Number,
    /// A western year; 令和6年度 is one.
    Year,
    /// A day of the calendar.
    Day,
    /// A month.
    Month,
    /// Any words.
    Text,
    /// Yes or no.
    Flag,
    /// One of these words: each with its Japanese and other words for it.
    Word(&'static [(&'static str, &'static [&'static str])]),
    /// Some of these words, in an order.
    Words(&'static [(&'static str, &'static [&'static str])]),
    /// Rows of items.
    Rows(&'static [AskedItem]),
}

impl AskedForm {
    /// What may be written, in Japanese.
    pub fn hint(&self) -> String {
        let words = |words: &[(&str, &[&str])]| {
            let one = |(code, others): &(&str, &[&str])| match others.first() {
                Some(label) => format!("{code}（{label}）"),
                None => (*code).to_owned(),
            };
            words.iter().map(one).collect::<Vec<_>>().join("、")
        };
        match self {
            Self::Yen => "円の整数".to_owned(),
            Self::Number => "整数".to_owned(),
            Self::Year => "西暦の年（2024）または元号の年（令和6年度）".to_owned(),
            Self::Day => "日付（2024-05-31、令和6年5月31日、R6.5.31）".to_owned(),
            Self::Month => "年月（2015-05、平成27年5月）".to_owned(),
            Self::Text => "文字".to_owned(),
            Self::Flag => "true か false".to_owned(),
            Self::Word(known) => format!("次のどれか: {}", words(known)),
            Self::Words(known) => format!("次を並べたもの: {}", words(known)),
            Self::Rows(_) => "明細の並び".to_owned(),
        }
    }

    /// The one form of what was written; none when it is not of this kind.
    fn normal(&self, given: &Value) -> Result<Value, String> {
        let wrong = || format!("{}は読めません。{}を入力してください", shown(given), self.hint());
        let found = match self {
            Self::Yen => integer(given, &["円"]).map(Value::from),
            Self::Number => integer(given, &["%"]).filter(|number| SMALL.contains(number)).map(Value::from),
            Self::Year => year(given).map(Value::from),
            Self::Day => return day(given, &wrong).map(|day| json!(day)),
            Self::Month => month(given).map(Value::from),
            Self::Text => text(given).map(Value::from),
            Self::Flag => flag(given).map(Value::from),
            Self::Word(known) => word(known, given).map(Value::from),
            Self::Words(known) => {
                let all = given.as_array().map(|all| all.iter().map(|one| word(known, one)));
                all.and_then(|all| all.collect::<Option<Vec<_>>>()).map(Value::from)
            }
            Self::Rows(_) => None,
        };
        found.ok_or_else(wrong)
    }
}

/// A value as it is repeated in a message: not longer than a line.
fn shown(value: &Value) -> String {
    let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let short: String = words.chars().take(40).collect();
    if short.len() < words.len() { format!("「{short}…」") } else { format!("「{short}」") }
}

fn text(given: &Value) -> Option<String> {
    match given {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What is no amount is a percentage, a count, a size.
const SMALL: std::ops::RangeInclusive<i64> = 0..=255;

fn integer(given: &Value, units: &[&str]) -> Option<i64> {
    match given {
        // 65000.0 is what a spreadsheet makes of 65000.
        Value::Number(number) => number.as_i64().or_else(|| {
            let text = number.to_string();
            text.strip_suffix(".0").and_then(|whole| whole.parse().ok())
        }),
        Value::String(text) => {
            let text = narrow(text);
            let bare = units
                .iter()
                .fold(text.as_str(), |text, unit| text.strip_suffix(unit).unwrap_or(text).trim_end());
            whole(bare)
        }
        _ => None,
    }
}

/// A number in digits, in groups of three or in none.
fn whole(text: &str) -> Option<i64> {
    let mut groups = text.split(',').skip(1).peekable();
    let grouped = groups.peek().is_none() || groups.all(|group| group.len() == 3);
    if grouped { text.replace(',', "").parse().ok() } else { None }
}

fn year(given: &Value) -> Option<i64> {
    if let Some(year) = integer(given, &["年度", "年"]) {
        return Some(year).filter(|year| YEARS.contains(year));
    }
    let words = narrow(given.as_str()?);
    let year = words.trim_end_matches("年度").trim_end_matches('年');
    // A fiscal year begins in April.
    [format!("{year}年4月1日"), format!("{year}.4.1")]
        .iter()
        .find_map(|words| Some(known_day(words)?.year().into()))
}

/// No register of ours goes further back than the first year of Meiji.
const EARLIEST_YEAR: i16 = 1868;
const YEARS: std::ops::RangeInclusive<i64> = 1868..=9998;

/// Whether a day is spelt in an era that had ended by it, as 平成32年5月31日 is: one of the two is a slip.
fn is_past_its_era(words: &str) -> bool {
    EraDate::parse(words).is_ok_and(EraDate::is_past_end)
}

fn known_day(words: &str) -> Option<Date> {
    let day = parse_input(words).ok()?.known().filter(|day| EARLIEST_YEAR <= day.year());
    day.filter(|_| !is_past_its_era(words))
}

fn day(given: &Value, wrong: &dyn Fn() -> String) -> Result<Date, String> {
    let text = text(given).ok_or_else(wrong)?;
    if is_past_its_era(&text) {
        return Err(format!(
            "「{text}」は、その元号が終わった後の日です。元号と年を確かめるか、西暦で入力してください"
        ));
    }
    match parse_input(&text) {
        Ok(RegisterDate::Day(day) | RegisterDate::EraDay(day, _)) if EARLIEST_YEAR <= day.year() => Ok(day),
        Ok(_) => Err(wrong()),
        Err(error) => Err(error.to_string()),
    }
}

fn month(given: &Value) -> Option<String> {
    let words = narrow(&text(given)?);
    let digits = words.len() == 6 && words.bytes().all(|byte| byte.is_ascii_digit());
    let tries = if digits {
        vec![format!("{words}01")]
    } else {
        vec![
            words.clone(),
            format!("{words}1日"),
            format!("{words}-1"),
            format!("{words}.1"),
            format!("{words}/1"),
        ]
    };
    let first = tries.iter().find_map(|words| known_day(words))?;
    Some(format!("{:04}-{:02}", first.year(), first.month()))
}

fn flag(given: &Value) -> Option<bool> {
    match given {
        Value::Bool(flag) => Some(*flag),
        _ => match text(given)?.as_str() {
            "true" | "1" | "はい" | "有" => Some(true),
            "false" | "0" | "いいえ" | "無" | "" => Some(false),
            _ => None,
        },
    }
}

fn word(known: &[(&'static str, &'static [&'static str])], given: &Value) -> Option<&'static str> {
    let given = text(given)?;
    let is = |word: &str| word == given || word.eq_ignore_ascii_case(&narrow(&given));
    known
        .iter()
        .find(|(code, others)| is(code) || others.iter().any(|other| is(other)))
        .map(|(code, _)| *code)
}

/// What was asked, each item in its one form; or every item that is missing, unknown, given twice or of another form.
fn normal(items: &[AskedItem], given: &Value) -> Result<Value, Vec<Finding>> {
    let mut findings = Vec::new();
    let normal = row(items, given, "", "", &mut findings);
    if findings.is_empty() { Ok(Value::Object(normal)) } else { Err(findings) }
}

/// What was asked, each item in its one form, as a type that holds them.
///
/// # Errors
/// Every item that is missing, unknown, given twice or of another form, with its path and its Japanese name (`F006`).
pub fn read_asked<T: DeserializeOwned>(items: &[AskedItem], given: &Value) -> Result<T, Vec<Finding>> {
    let normal = normal(items, given)?;
    // The items hold all the type does; what is left are numbers beyond its range.
    T::deserialize(&normal).map_err(|_| vec![out_of_form("", "入力", "値が扱える範囲にありません")])
}

/// The words for a record an item belongs to: `一部納付の2件目「軽自動車税」の`.
pub(crate) fn record_of(items: &[AskedItem], given: &Value, path: &str) -> String {
    let mut parts = path.split('.');
    let (Some(list), Some(at)) = (parts.next(), parts.next().and_then(|at| at.parse::<usize>().ok())) else {
        return String::new();
    };
    let Some(item) = items.iter().find(|item| item.key == list) else { return String::new() };
    let held = given.as_object().and_then(|all| all.iter().find(|(name, _)| item.is_called(name)));
    let called = held
        .and_then(|(_, rows)| rows.get(at)?.get("id").and_then(text))
        .map(|id| format!("「{id}」"))
        .unwrap_or_default();
    format!("{}の{}件目{called}の", item.label, at.saturating_add(1))
}

fn out_of_form(path: &str, item: &str, what: impl Into<String>) -> Finding {
    let what = what.into();
    let what = what.trim_end_matches('。');
    let (what, remedy) = what.split_once('。').unwrap_or((what, "入力の見本と項目の一覧を見てください"));
    Finding::error("F006", path, item, format!("{what}。"), &format!("{remedy}。"))
}

fn row(
    items: &[AskedItem],
    given: &Value,
    at: &str,
    whose: &str,
    findings: &mut Vec<Finding>,
) -> Map<String, Value> {
    let mut normal = Map::new();
    let place = |name: &str| format!("{at}{name}");
    let Some(members) = given.as_object() else {
        let item = if whose.is_empty() { "入力" } else { whose };
        let path = at.trim_end_matches('.');
        findings.push(out_of_form(
            path,
            item,
            format!(
                "{}は、項目名と値の組ではありません。{{\"項目名\": 値}} の形で入力してください",
                shown(given)
            ),
        ));
        return normal;
    };
    for (name, value) in members {
        let Some(item) = items.iter().find(|item| item.is_called(name)) else {
            let known: Vec<String> =
                items.iter().map(|item| format!("{}（{}）", item.key, item.label)).collect();
            let what = format!("「{name}」という項目はありません。あるのは {} です", known.join("、"));
            findings.push(out_of_form(&place(name), name, what));
            continue;
        };
        if value.is_null() {
            continue;
        }
        let path = place(item.key);
        let value = match item.form {
            AskedForm::Rows(inner) => rows(inner, item, value, &path, findings),
            form => {
                form.normal(value).map_err(|what| findings.push(out_of_form(&path, item.label, what))).ok()
            }
        };
        // What is wrong has been told already.
        let Some(value) = value else { continue };
        if normal.insert(item.key.to_owned(), value).is_some() {
            let what = format!("「{}」が、別の名前でも入力されています。一つにしてください", item.key);
            findings.push(out_of_form(&path, item.label, what));
        }
    }
    for item in items.iter().filter(|item| item.required) {
        let given = members.iter().any(|(name, value)| item.is_called(name) && !value.is_null());
        if !given {
            let what = format!("「{}」がありません。{}を入力してください", item.key, item.form.hint());
            findings.push(out_of_form(&place(item.key), item.label, what));
        }
    }
    normal
}

fn rows(
    items: &[AskedItem],
    list: &AskedItem,
    given: &Value,
    path: &str,
    findings: &mut Vec<Finding>,
) -> Option<Value> {
    let Some(all) = given.as_array() else {
        let what =
            format!("{}は、明細の並びではありません。[{{…}}, {{…}}] の形で入力してください", shown(given));
        findings.push(out_of_form(path, list.label, what));
        return None;
    };
    let rows = all
        .iter()
        .enumerate()
        .map(|(at, one)| Value::Object(row(items, one, &format!("{path}.{at}."), list.label, findings)));
    Some(Value::Array(rows.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_has_one_form() {
        for (form, given, normal) in [
            (AskedForm::Yen, json!(65_000), Some(json!(65_000))),
            (AskedForm::Yen, json!("６５，０００円"), Some(json!(65_000))),
            (AskedForm::Yen, json!("-5"), Some(json!(-5))),
            (AskedForm::Yen, json!(1.5), None),
            (AskedForm::Yen, json!("千円"), None),
            (AskedForm::Yen, json!("75%"), None),
            (AskedForm::Yen, json!("1,2,3"), None),
            (AskedForm::Number, json!(300), None),
            (AskedForm::Year, json!(40_000), None),
            (AskedForm::Number, json!("75%"), Some(json!(75))),
            (AskedForm::Year, json!("令和6年度"), Some(json!(2024))),
            (AskedForm::Year, json!("R6"), Some(json!(2024))),
            (AskedForm::Year, json!("2024年度"), Some(json!(2024))),
            (AskedForm::Year, json!("去年"), None),
            (AskedForm::Day, json!("R6.5.31"), Some(json!("2024-05-31"))),
            (AskedForm::Day, json!(20_240_531), Some(json!("2024-05-31"))),
            (AskedForm::Day, json!("2024-02-30"), None),
            (AskedForm::Day, json!("平成31年4月30日"), Some(json!("2019-04-30"))),
            (AskedForm::Day, json!("平成31年5月1日"), None),
            (AskedForm::Day, json!("H32.5.31"), None),
            (AskedForm::Month, json!("昭和64年1月"), Some(json!("1989-01"))),
            (AskedForm::Month, json!("昭和65年1月"), None),
            (AskedForm::Year, json!("平成31年度"), Some(json!(2019))),
            (AskedForm::Year, json!("平成32年度"), None),
            (AskedForm::Day, json!("2024-05-31T10:00:00"), None),
            (AskedForm::Day, json!("昭和20年頃"), None),
            (AskedForm::Day, json!("1600-01-01"), None),
            (AskedForm::Month, json!("2015-05"), Some(json!("2015-05"))),
            (AskedForm::Month, json!("2015-05-01"), Some(json!("2015-05"))),
            (AskedForm::Month, json!("201505"), Some(json!("2015-05"))),
            (AskedForm::Month, json!("2015/5"), Some(json!("2015-05"))),
            (AskedForm::Month, json!("平成27年5月"), Some(json!("2015-05"))),
            (AskedForm::Month, json!("H27.5"), Some(json!("2015-05"))),
            (AskedForm::Month, json!("2015-13"), None),
            (AskedForm::Flag, json!("はい"), Some(json!(true))),
            (AskedForm::Flag, json!("maybe"), None),
            (AskedForm::Text, json!(1), Some(json!("1"))),
            (AskedForm::Word(&[("tax", &["税"])]), json!("税"), Some(json!("tax"))),
            (AskedForm::Word(&[("tax", &["税"])]), json!("ＴＡＸ"), Some(json!("tax"))),
            (AskedForm::Word(&[("tax", &["税"])]), json!("料"), None),
            (
                AskedForm::Words(&[("tax", &["税"]), ("fee", &[])]),
                json!(["fee", "税"]),
                Some(json!(["fee", "tax"])),
            ),
        ] {
            assert_eq!(form.normal(&given).ok(), normal, "{form:?} {given}");
        }
    }

    #[test]
    fn each_thing_wrong_is_told_where_it_stands() {
        const ROW: &[AskedItem] = &[AskedItem::new("on", "日", AskedForm::Day).required()];
        const ITEMS: &[AskedItem] = &[
            AskedItem::new("tax", "本税", AskedForm::Yen).or(&["amount"]).required(),
            AskedItem::new("payments", "一部納付", AskedForm::Rows(ROW)),
        ];
        for (given, paths) in [
            (json!({ "本税": 1, "payments": null }), vec![]),
            (json!({}), vec!["tax"]),
            (json!({ "tax": null }), vec!["tax"]),
            (json!({ "tax": 1, "amount": 2 }), vec!["tax"]),
            (json!({ "tax": 1, "zei": 2 }), vec!["zei"]),
            (json!({ "tax": 1, "payments": 1 }), vec!["payments"]),
            (
                json!({ "tax": 1, "payments": [1, {}, { "on": "x" }] }),
                vec!["payments.0", "payments.1.on", "payments.2.on"],
            ),
            (json!("x"), vec![""]),
        ] {
            let findings = read_asked::<Value>(ITEMS, &given).err().unwrap_or_default();
            assert_eq!(findings.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), paths, "{given}");
            for one in findings {
                assert!(
                    one.code == "F006" && one.message.ends_with('。') && one.remedy.ends_with('。'),
                    "{one:?}"
                );
            }
        }
        let given = json!({ "一部納付": [{ "id": "a", "on": "2024-05-31" }] });
        assert_eq!(record_of(ITEMS, &given, "payments.0.on"), "一部納付の1件目「a」の");
        assert_eq!(record_of(ITEMS, &given, "tax"), "");
    }
}
