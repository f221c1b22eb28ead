//! Days the office is open (開庁日).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};

use crate::tsv;

/// The days an office is closed (閉庁日): named days, days of each year, and days of each week, all from one table.
///
/// A year without any named day is a year the table does not [cover](Self::covers): only the weekly and yearly
/// rules apply there, and the caller should say so.
///
/// Source: 地方自治法 art. 4-2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BusinessCalendar {
    named: BTreeMap<Date, String>,
    yearly: Vec<Yearly>,
    weekly: Vec<(Weekday, String)>, // Invariant: not all seven.
    years: BTreeSet<i16>,
}

/// Days closed each year, both ends included, over the turn of the year when the first is later.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Yearly {
    first: (i8, i8),
    last: (i8, i8),
    name: String,
}

/// The longest run of closed days that is looked through; longer means a table that closes for good.
const CLOSED_RUN_MAX: usize = 366;

/// A test holds that the table reads.
static PUBLISHED: LazyLock<BusinessCalendar> = LazyLock::new(|| {
    BusinessCalendar::from_tsv(include_str!("../../../standards/calendar/holidays.tsv")).unwrap_or_default()
});

impl BusinessCalendar {
    /// The calendar the program carries (`standards/calendar/holidays.tsv`), for rules whose days go by the office's closing.
    pub fn published() -> &'static BusinessCalendar {
        &PUBLISHED
    }

    /// Reads tab-separated rows: day, name, source.
    ///
    /// The day is `2026-11-23`, `土` for every Saturday, or `12-29/01-03` for the same days of every year.
    /// Errs with the number of the line that does not read, and when every weekday is closed.
    pub fn from_tsv(text: &str) -> Result<BusinessCalendar, CalendarError> {
        let mut calendar = BusinessCalendar::default();
        for (index, line) in text.lines().enumerate() {
            let Some(row) = tsv::rows(line).next() else { continue };
            let unread = || CalendarError::Line { line: index + 1 };
            let (day, name) = (tsv::cell(&row, 0), tsv::cell(&row, 1).to_owned());
            if let Some(weekday) = weekday(day) {
                calendar.weekly.push((weekday, name));
            } else if let Some((first, last)) = day.split_once('/') {
                let first = month_day(first).ok_or_else(unread)?;
                let last = month_day(last).ok_or_else(unread)?;
                calendar.yearly.push(Yearly { first, last, name });
            } else {
                let date = crate::date::iso_day(day).map_err(|_| unread())?;
                calendar.years.insert(date.year());
                calendar.named.insert(date, name);
            }
        }
        let weekdays: BTreeSet<i8> =
            calendar.weekly.iter().map(|(weekday, _)| weekday.to_monday_one_offset()).collect();
        if weekdays.len() == 7 {
            return Err(CalendarError::NeverOpen);
        }
        Ok(calendar)
    }

    /// Whether the office is open.
    pub fn is_business_day(&self, date: Date) -> bool {
        self.closed_as(date).is_none()
    }

    /// Why the office is closed: the holiday's name, 年末年始, 土曜日; `None` when it is open.
    pub fn closed_as(&self, date: Date) -> Option<&str> {
        let month_day = (date.month(), date.day());
        let yearly = self.yearly.iter().find(|rule| {
            if rule.first <= rule.last {
                rule.first <= month_day && month_day <= rule.last
            } else {
                rule.first <= month_day || month_day <= rule.last
            }
        });
        let weekly = self.weekly.iter().find(|(weekday, _)| *weekday == date.weekday());
        let named = self.named.get(&date);
        named.or(yearly.map(|rule| &rule.name)).or(weekly.map(|(_, name)| name)).map(String::as_str)
    }

    /// The first open day after a day (翌開庁日).
    pub fn next_business_day(&self, date: Date) -> Date {
        date.tomorrow().map_or(date, |next| self.business_day_on_or_after(next))
    }

    /// The day itself when open, else the first open day after it: where a term ends that would end on a closed
    /// day (期限の特例). The day itself when none is found.
    ///
    /// Source: 地方自治法 art. 4-2(4); 地方税法 art. 20-5(2).
    pub fn business_day_on_or_after(&self, date: Date) -> Date {
        let days = std::iter::successors(Some(date), |day| day.tomorrow().ok());
        days.take(CLOSED_RUN_MAX).find(|day| self.is_business_day(*day)).unwrap_or(date)
    }

    /// The day itself when open, else the last open day before it. The day itself when none is found.
    pub fn business_day_on_or_before(&self, date: Date) -> Date {
        let days = std::iter::successors(Some(date), |day| day.yesterday().ok());
        days.take(CLOSED_RUN_MAX).find(|day| self.is_business_day(*day)).unwrap_or(date)
    }

    /// Whether the table names days of a year.
    pub fn covers(&self, year: i16) -> bool {
        self.years.contains(&year)
    }
}

fn weekday(text: &str) -> Option<Weekday> {
    match text {
        "月" => Some(Weekday::Monday),
        "火" => Some(Weekday::Tuesday),
        "水" => Some(Weekday::Wednesday),
        "木" => Some(Weekday::Thursday),
        "金" => Some(Weekday::Friday),
        "土" => Some(Weekday::Saturday),
        "日" => Some(Weekday::Sunday),
        _ => None,
    }
}

/// `12-29`, checked against a leap year.
fn month_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let date = Date::new(2024, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some((date.month(), date.day()))
}

/// Why a calendar does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A line that is not a closed day.
    #[error(
        "開庁日カレンダーの{line}行目が読めません。「2026-11-23」「土」「12-29/01-03」のいずれかにしてください"
    )]
    Line {
        /// The line of the file, from 1.
        line: usize,
    },
    /// Every weekday is closed.
    #[error("開庁日カレンダーで全ての曜日が閉庁日になっています。曜日の行を確認してください")]
    NeverOpen,
}
