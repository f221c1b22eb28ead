//! Dates, times and sizes as staff read them.

use domain::{Date, RegisterDate, age_on, wareki};
use jiff::Timestamp;

/// A day or another date of a register, in the era with the western spelling beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DateWords {
    /// 令和8年11月20日, or the register's words of a date that is partly unknown.
    pub(crate) wareki: String,
    /// 2026年11月20日; empty when there is nothing to add.
    pub(crate) western: String,
}

/// The words of a date in register notation (`2026-11-20`, `U10:1983-01-01`); none when it is no date.
pub(crate) fn date_words(text: &str) -> Option<DateWords> {
    let date: RegisterDate = text.parse().ok()?;
    Some(DateWords { wareki: date.label_wareki(), western: date.label_western() })
}

/// The age on a day, of a birth date in register notation; none when the day of birth is not known.
pub(crate) fn age(birth: &str, today: Date) -> Option<i16> {
    let birth: RegisterDate = birth.parse().ok()?;
    birth.known().filter(|birth| *birth <= today).map(|birth| age_on(birth, today))
}

/// The age on a day, of a birth date in words; none when the day of birth is not known.
pub(crate) fn age_of_label(birth: &str, today: Date) -> Option<i16> {
    // Western words (1985年4月1日) are the notation with other separators.
    let plain = birth.replace(['年', '月'], "-").replace('日', "");
    let birth = domain::parse_input(birth).or_else(|_| domain::parse_input(&plain)).ok()?;
    age(&birth.to_string(), today)
}

/// 令和8年11月20日（金）.
pub(crate) fn day_with_weekday(day: Date) -> String {
    use jiff::civil::Weekday;
    let weekday = match day.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    };
    format!("{}（{weekday}）", wareki(day))
}

/// 2026-11-20 09:05:07, in Japan's time.
pub(crate) fn moment(at: Timestamp) -> String {
    let local = linkage::local(at);
    format!("{} {:02}:{:02}:{:02}", local.date(), local.hour(), local.minute(), local.second())
}

/// 11月20日 09:05, in Japan's time, for columns.
pub(crate) fn short_moment(at: Timestamp) -> String {
    let local = linkage::local(at);
    format!("{}月{}日 {:02}:{:02}", local.month(), local.day(), local.hour(), local.minute())
}

/// 1234567 as 1,234,567.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn dates_are_shown_in_the_era_with_the_western_year_beside() {
        let words = date_words("2026-11-20").unwrap();
        assert_eq!(words.wareki, "令和8年11月20日");
        assert!(words.western.contains("2026"));
        assert_eq!(date_words("not a date"), None);
    }

    #[test]
    fn ages_are_of_known_birth_dates_only() {
        let today: Date = "2026-11-20".parse().unwrap();
        assert_eq!(age("2000-11-20", today), Some(26));
        assert_eq!(age("2000-11-21", today), Some(25));
        assert_eq!(age("2026-11-21", today), None);
        assert_eq!(age("", today), None);
        assert_eq!(age_of_label("昭和60年4月1日", today), Some(41));
        assert_eq!(age_of_label("1985年4月1日", today), Some(41));
        assert_eq!(age_of_label("昭和20年頃", today), None);
    }
}
