//! Plausibility (値の様子): figures per item that show a wrong mapping before anybody lives with it.

use std::collections::BTreeMap;

use domain::{Date, RegisterDate, is_katakana_name};
use system::{MigrationForm, MigrationTable, Usual};

/// Different values that are counted one by one; codes have fewer.
const DISTINCT_MAX: usize = 40;

/// Samples kept per item.
const SAMPLES_MAX: usize = 3;

/// Rows below which shares say nothing.
const ROWS_MIN: u64 = 20;

/// Percent from which a usually blank item is filled too often.
const RARE_PERCENT: u64 = 40;

/// Percent of names in katakana alone from which they look like readings.
const KANA_PERCENT: u64 = 50;

/// Percent of filled names below which too many are blank.
const FILLED_PERCENT: u64 = 90;

/// Percent of rows with two dates the wrong way round from which the items look swapped.
const ORDER_PERCENT: u64 = 2;

/// Percent of rows with one and the same date from which it looks like a constant.
const SAME_DATE_PERCENT: u64 = 50;

/// What was seen of one item.
#[derive(Clone, Debug, Default)]
struct Seen {
    filled: u64,
    kana_only: u64,
    values: BTreeMap<String, u64>,
    more_values: bool,
    first: Option<Date>,
    last: Option<Date>,
    unknown: u64,
    samples: Vec<String>,
    before: u64,
    compared: u64,
}

/// Figures of all items of a table.
#[derive(Clone, Debug)]
pub struct Profile {
    rows: u64,
    seen: Vec<Seen>,
}

/// An item that does not look right (値の様子がおかしい項目).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The item's Japanese name.
    pub item: String,
    /// D076 for values, D077 for the order of dates.
    pub rule: &'static str,
    /// What looks wrong.
    pub message: String,
}

impl Profile {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(table: &MigrationTable) -> Self {
        Self { rows: 0, seen: vec![Seen::default(); table.items.len()] }
    }

    /// Rows seen.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Looks at a row.
    pub fn look(&mut self, table: &MigrationTable, values: &[String]) {
        self.rows += 1;
        for ((item, seen), value) in table.items.iter().zip(&mut self.seen).zip(values) {
            if value.is_empty() {
                continue;
            }
            seen.filled += 1;
            if item.secret {
                continue;
            }
            if seen.samples.len() < SAMPLES_MAX && item.form != MigrationForm::Code {
                let sample = masked(value);
                if !seen.samples.contains(&sample) {
                    seen.samples.push(sample);
                }
            }
            match item.form {
                MigrationForm::Text | MigrationForm::Kana => {
                    seen.kana_only += u64::from(is_katakana_name(value))
                }
                MigrationForm::Code | MigrationForm::Flag => seen.count(value),
                MigrationForm::Date | MigrationForm::RegisterDate => {
                    let Ok(date) = value.parse::<RegisterDate>() else { continue };
                    seen.unknown += u64::from(date.known().is_none());
                    let day = date.sort_key();
                    seen.first = seen.first.into_iter().chain(day).min();
                    seen.last = seen.last.into_iter().chain(day).max();
                    seen.count(value);
                    if let Usual::NotBefore(other) = item.usual
                        && let Some(other) = table.place(other).and_then(|at| values.get(at))
                        && let Ok(other) = other.parse::<RegisterDate>()
                        && let (Some(latest), Some(earliest)) = (date.latest(), other.earliest())
                    {
                        seen.compared += 1;
                        seen.before += u64::from(latest < earliest);
                    }
                }
                MigrationForm::Digits(_) | MigrationForm::Number | MigrationForm::List => {}
            }
        }
    }

    /// The figures: one line per item that is mapped, tab-separated, with a head line.
    #[must_use]
    pub fn lines(&self, table: &MigrationTable, mapped: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut lines = vec![
            "項目\t値のある行\t空の行\tカナだけ\t不詳等の日付\t最小\t最大\t内訳\t例（伏せ字）".to_owned(),
        ];
        for (item, seen) in table.items.iter().zip(&self.seen).filter(|(item, _)| mapped(item.name)) {
            let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
            let codes = matches!(item.form, MigrationForm::Code | MigrationForm::Flag);
            let mut parts: Vec<String> = if codes {
                seen.values.iter().map(|(value, count)| format!("{value}:{count}")).collect()
            } else {
                Vec::new()
            };
            if codes && seen.more_values {
                parts.push("ほか".to_owned());
            }
            lines.push(format!(
                "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                item.title,
                seen.filled,
                self.rows - seen.filled,
                seen.kana_only,
                seen.unknown,
                day(seen.first),
                day(seen.last),
                parts.join(" "),
                seen.samples.join(" "),
            ));
        }
        lines
    }

    /// Items that do not look right.
    #[must_use]
    pub fn doubts(&self, table: &MigrationTable, mapped: &dyn Fn(&str) -> bool) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        if self.rows < ROWS_MIN {
            return doubts;
        }
        for (item, seen) in table.items.iter().zip(&self.seen).filter(|(item, _)| mapped(item.name)) {
            let mut say =
                |rule, message: String| doubts.push(Doubt { item: item.title.to_owned(), rule, message });
            let title = item.title;
            match item.usual {
                Usual::Rare if self.rows * RARE_PERCENT < seen.filled * 100 => say(
                    "D076",
                    format!(
                        "{title}は空の人が多い項目ですが、{}行中{}行に値があります。別の列を当てていませんか。",
                        self.rows, seen.filled
                    ),
                ),
                Usual::Name if seen.filled * 100 < self.rows * FILLED_PERCENT => say(
                    "D076",
                    format!(
                        "{title}はほとんどの行にある項目ですが、{}行中{}行しかありません。別の列を当てていませんか。",
                        self.rows, seen.filled
                    ),
                ),
                Usual::Name if self.rows * KANA_PERCENT < seen.kana_only * 100 => say(
                    "D076",
                    format!(
                        "{title}が、{}行中{}行でカナだけです。フリガナの列を当てていませんか。",
                        self.rows, seen.kana_only
                    ),
                ),
                Usual::NotBefore(other) if seen.compared * ORDER_PERCENT < seen.before * 100 => {
                    let other =
                        table.items.iter().find(|item| item.name == other).map_or(other, |item| item.title);
                    say(
                        "D077",
                        format!(
                            "{title}が{other}より前の行が、{}行中{}行あります。列を取り違えていませんか。",
                            seen.compared, seen.before
                        ),
                    );
                }
                _ => {}
            }
            let birth = item.form == MigrationForm::RegisterDate && item.required;
            let most = seen.values.values().max().copied().unwrap_or_default();
            if birth && !seen.more_values && seen.filled * SAME_DATE_PERCENT < most * 100 {
                say(
                    "D076",
                    format!("{title}が、{}行中{most}行で同じ日です。固定値になっていませんか。", seen.filled),
                );
            }
        }
        doubts
    }
}

impl Seen {
    fn count(&mut self, value: &str) {
        if let Some(count) = self.values.get_mut(value) {
            *count += 1;
        } else if self.values.len() < DISTINCT_MAX {
            self.values.insert(value.to_owned(), 1);
        } else {
            self.more_values = true;
        }
    }
}

/// The shape of a value without what it says.
fn masked(value: &str) -> String {
    value
        .chars()
        .take(20)
        .map(|c| match c {
            '0'..='9' | '０'..='９' => '9',
            'ァ'..='ヿ' | 'ｦ'..='ﾟ' => 'ア',
            'ぁ'..='ゟ' => 'あ',
            c if c.is_ascii_alphabetic() || ('Ａ'..='ｚ').contains(&c) => 'A',
            c if c.is_whitespace() || c.is_ascii_punctuation() => c,
            _ => '字',
        })
        .collect()
}
