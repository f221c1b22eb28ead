//! Periods of months and the days in them.

use domain::Date;
use jiff::ToSpan;

/// The last day of a period of months that begins on a day: the day before the corresponding one, or the last day of a month
/// that has none.
///
/// Source: 民法 art. 143(2); 地方税法 20条の5第1項.
pub(crate) fn last_day(first: Date, months: i32) -> Date {
    // A month too short gives its last day, which then is in the period.
    let Ok(corresponding) = first.checked_add(months.months()) else { return Date::MAX };
    if corresponding.day() < first.day() { corresponding } else { before(corresponding) }
}

/// The day before.
pub(crate) fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(Date::MIN)
}

/// The day after.
pub(crate) fn after(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// How many days there are from one to another, both counted; none when the end comes first.
pub(crate) fn days(first: Date, last: Date) -> i64 {
    if last < first {
        return 0;
    }
    first.until(last).map_or(0, |span| i64::from(span.get_days()).saturating_add(1))
}

/// 2021年5月31日.
pub(crate) fn words(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_ends_the_day_before_the_corresponding_one() {
        for (first, months, last) in [
            (date(2021, 6, 1), 1, date(2021, 6, 30)),
            (date(2022, 8, 2), 1, date(2022, 9, 1)),
            (date(2023, 1, 31), 1, date(2023, 2, 28)),
            (date(2024, 1, 30), 1, date(2024, 2, 29)),
            (date(2024, 11, 30), 3, date(2025, 2, 28)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
        ] {
            assert_eq!(last_day(first, months), last, "{first} {months}");
        }
    }

    #[test]
    fn both_ends_are_counted() {
        assert_eq!(days(date(2024, 6, 1), date(2024, 12, 20)), 203);
        assert_eq!(days(date(2024, 6, 1), date(2024, 6, 1)), 1);
        assert_eq!(days(date(2024, 6, 2), date(2024, 6, 1)), 0);
    }
}
