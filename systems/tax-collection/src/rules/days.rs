//! Days one after another.

use domain::{BusinessCalendar, Date};

/// The day before.
pub(crate) fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(Date::MIN)
}

/// The day after.
pub(crate) fn after(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// So many days behind a day.
pub(crate) fn plus(day: Date, days: i64) -> Date {
    day.checked_add(jiff::Span::new().try_days(days).unwrap_or_default()).unwrap_or(Date::MAX)
}

/// The day money is due by (納期限): on a day the office is closed, the next open one. Whoever pays on that day is in time, so everything
/// that asks whether a debt is overdue goes by it.
///
/// Source: 地方税法 20条の5第2項.
pub(crate) fn effective_due(due_on: Date) -> Date {
    BusinessCalendar::published().business_day_on_or_after(due_on)
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
    fn both_ends_are_counted() {
        assert_eq!(days(date(2024, 6, 1), date(2024, 12, 20)), 203);
        assert_eq!(days(date(2024, 6, 1), date(2024, 6, 1)), 1);
        assert_eq!(days(date(2024, 6, 2), date(2024, 6, 1)), 0);
    }
}
