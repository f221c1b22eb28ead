//! Periods of months (期間).

use jiff::ToSpan;
use jiff::civil::Date;

/// The last day of a period of months that an event on `day` begins.
///
/// The day of the event is not counted; the period ends the day before the day of the same number, or on the month's
/// last day when there is none: three months from 1 March end on 1 June, from 30 November on the last of February. The
/// calendar's end when it lies beyond.
///
/// Source: 民法 art. 140 (the first day), 143 (months).
pub fn period_end(day: Date, months: i32) -> Date {
    let Ok(first) = day.tomorrow() else { return Date::MAX };
    let Ok(same_number) = first.checked_add(months.months()) else { return Date::MAX };
    if same_number.day() == first.day() { same_number.yesterday().unwrap_or(Date::MAX) } else { same_number }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_ends_the_day_before_the_day_of_the_same_number() {
        for (event, months, last) in [
            (date(2021, 5, 31), 1, date(2021, 6, 30)),
            (date(2022, 8, 1), 1, date(2022, 9, 1)),
            (date(2023, 1, 30), 1, date(2023, 2, 28)),
            (date(2024, 1, 29), 1, date(2024, 2, 29)),
            (date(2024, 11, 29), 3, date(2025, 2, 28)),
            (date(2024, 3, 1), 3, date(2024, 6, 1)),
            (date(2024, 2, 28), 12, date(2025, 2, 28)),
            (Date::MAX, 1, Date::MAX),
        ] {
            assert_eq!(period_end(event, months), last, "{event} {months}");
        }
    }
}
