//! Conditions: one item, one test, one value.

use domain::Date;
use serde::{Deserialize, Serialize};
use system::{Finding, Item, ItemType};

/// How a value is tested (比較).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// 等しい
    #[default]
    Is,
    /// 等しくない
    IsNot,
    /// を含む
    Contains,
    /// で始まる
    Begins,
    /// 以上・以後
    AtLeast,
    /// 以下・以前
    AtMost,
    /// 空である
    Blank,
    /// 空でない
    Filled,
}

impl Test {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 8] = [
        Self::Is,
        Self::IsNot,
        Self::Contains,
        Self::Begins,
        Self::AtLeast,
        Self::AtMost,
        Self::Blank,
        Self::Filled,
    ];

    /// What forms send.
    pub fn code(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is-not",
            Self::Contains => "contains",
            Self::Begins => "begins",
            Self::AtLeast => "at-least",
            Self::AtMost => "at-most",
            Self::Blank => "blank",
            Self::Filled => "filled",
        }
    }

    /// The test of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|test| test.code() == code)
    }

    /// The word screens show.
    pub fn label(self) -> &'static str {
        match self {
            Self::Is => "等しい",
            Self::IsNot => "等しくない",
            Self::Contains => "を含む",
            Self::Begins => "で始まる",
            Self::AtLeast => "以上（以後）",
            Self::AtMost => "以下（以前）",
            Self::Blank => "空である",
            Self::Filled => "空でない",
        }
    }

    /// Whether it compares with a value at all.
    pub fn needs_value(self) -> bool {
        !matches!(self, Self::Blank | Self::Filled)
    }
}

/// One condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The item's name.
    pub item: String,
    /// The test.
    pub test: Test,
    /// What is compared with; empty where the test needs none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
}

/// A condition whose value was read as its item's type.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    place: usize,
    test: Test,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    None,
    Text(String),
    Number(i128),
    Day(Date),
}

impl Ready {
    /// Whether a row fits. A date whose day is not known is neither before nor after another.
    pub(super) fn holds(&self, row: &[String]) -> bool {
        let held = row.get(self.place).map(String::as_str).unwrap_or_default();
        let order = match &self.value {
            Value::None => None,
            Value::Text(value) => Some(held.cmp(value.as_str())),
            Value::Number(value) => held.parse::<i128>().ok().map(|held| held.cmp(value)),
            Value::Day(value) => super::known_day(held).map(|held| held.cmp(value)),
        };
        let text = |with: fn(&str, &str) -> bool| match &self.value {
            Value::Text(value) => with(held, value),
            Value::None | Value::Number(_) | Value::Day(_) => false,
        };
        match self.test {
            Test::Is => order.is_some_and(std::cmp::Ordering::is_eq),
            Test::IsNot => !order.is_some_and(std::cmp::Ordering::is_eq),
            Test::Contains => text(|held, value| held.contains(value)),
            Test::Begins => text(|held, value| held.starts_with(value)),
            Test::AtLeast => order.is_some_and(std::cmp::Ordering::is_ge),
            Test::AtMost => order.is_some_and(std::cmp::Ordering::is_le),
            Test::Blank => held.is_empty(),
            Test::Filled => !held.is_empty(),
        }
    }
}

/// Reads a condition's value as its item's type.
pub(super) fn ready(place: usize, item: &Item, condition: &Condition) -> Result<Ready, Box<Finding>> {
    let typed = condition.value.trim();
    let refused = |code: &str, message: String, remedy: &str| {
        Err(Box::new(Finding::error(code, "condition", item.title, message, remedy)))
    };
    if !condition.test.needs_value() {
        return Ok(Ready { place, test: condition.test, value: Value::None });
    }
    if typed.is_empty() {
        let message = format!("「{}」の条件に、比べる値がありません。", item.title);
        return refused("EUC02", message, "値を入れるか、「空である」「空でない」を選んでください。");
    }
    let by_part = matches!(condition.test, Test::Contains | Test::Begins);
    let value = match item.holds {
        ItemType::Text | ItemType::Code | ItemType::IndividualNumber => Value::Text(typed.to_owned()),
        // Parts of a date or number are compared as they are written.
        ItemType::Date | ItemType::Number if by_part => Value::Text(typed.to_owned()),
        ItemType::Number => match typed.replace([',', '，'], "").parse() {
            Ok(number) => Value::Number(number),
            Err(_) => {
                let message = format!("「{}」の「{typed}」は数として読めません。", item.title);
                return refused("EUC03", message, "10800 のように、数字で入れてください。");
            }
        },
        ItemType::Date => match domain::parse_input(typed).ok().and_then(|date| date.known()) {
            Some(day) => Value::Day(day),
            None => {
                let message = format!("「{}」の「{typed}」は日付として読めません。", item.title);
                return refused(
                    "EUC04",
                    message,
                    "2026-04-01、令和8年4月1日、R8.4.1 のように入れてください。",
                );
            }
        },
    };
    Ok(Ready { place, test: condition.test, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(holds: ItemType, test: Test, value: &str, held: &str) -> Result<bool, String> {
        let item = Item::new("item", "項目", holds);
        let condition = Condition { item: "item".to_owned(), test, value: value.to_owned() };
        let ready = ready(0, &item, &condition).map_err(|finding| finding.code)?;
        Ok(ready.holds(&[held.to_owned()]))
    }

    #[test]
    fn conditions_compare_as_their_items_mean() {
        use ItemType::{Code, Date, Number, Text};
        use Test::{AtLeast, AtMost, Begins, Blank, Contains, Filled, Is, IsNot};
        for (holds, test, value, held, expected) in [
            (Text, Is, "田中", "田中", Ok(true)),
            (Text, Is, " 田中 ", "田中", Ok(true)),
            (Text, IsNot, "田中", "山田", Ok(true)),
            (Text, Contains, "中", "田中　一郎", Ok(true)),
            (Text, Begins, "中", "田中", Ok(false)),
            (Text, Blank, "", "", Ok(true)),
            (Text, Filled, "", "", Ok(false)),
            (Text, Is, "", "", Err("EUC02")),
            (Code, AtLeast, "04", "10", Ok(true)),
            (Number, AtLeast, "10,800", "9999", Ok(false)),
            (Number, AtLeast, "10800", "10800", Ok(true)),
            (Number, AtMost, "-1", "-2", Ok(true)),
            (Number, AtMost, "-1", "", Ok(false)),
            (Number, IsNot, "1", "", Ok(true)),
            (Number, Is, "一", "1", Err("EUC03")),
            (Number, Begins, "10", "10800", Ok(true)),
            (Date, AtMost, "令和8年4月1日", "2026-04-01", Ok(true)),
            (Date, AtMost, "2026-03-31", "2026-04-01", Ok(false)),
            (Date, AtLeast, "2026-04-01", "U10:1983-01-01", Ok(false)),
            (Date, AtMost, "2026-04-01", "U10:1983-01-01", Ok(false)),
            (Date, Is, "4月", "2026-04-01", Err("EUC04")),
            (Date, Contains, "-04-", "2026-04-01", Ok(true)),
        ] {
            let got = told(holds, test, value, held);
            assert_eq!(
                got.as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|code| *code),
                "{holds:?} {test:?} {value} {held}"
            );
        }
    }
}
