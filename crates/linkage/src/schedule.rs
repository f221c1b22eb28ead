//! When a link is due (連携の時期): pure arithmetic on the business calendar, in Japan's time.

use catalog::{Link, OnClosedDay, Timing};
use domain::{BusinessCalendar, Date};
use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

/// Japan Standard Time has had no change since 1951, so a fixed offset serves and no time-zone database is needed.
const JAPAN: Offset = Offset::constant(9);

/// The longest search for the next due day: more than a leap year, so that 29 February is found.
const DAYS_AHEAD_MAX: i32 = 366 * 8;

/// The number that stands for the last week of a month.
const LAST_WEEK: i8 = 5;

/// A moment as Japan's clock shows it.
pub fn local(at: Timestamp) -> DateTime {
    JAPAN.to_datetime(at)
}

/// The moment Japan's clock shows this time; none outside the range of timestamps.
pub fn timestamp(at: DateTime) -> Option<Timestamp> {
    JAPAN.to_timestamp(at).ok()
}

/// The first time after `after` at which the timing is due; none for timings that wait for an event.
pub fn next_after(timing: Timing, calendar: &BusinessCalendar, after: DateTime) -> Option<DateTime> {
    let at = match timing {
        Timing::OnChange | Timing::ByHand | Timing::OnRequest => return None,
        Timing::EveryMinutes(minutes) => return next_interval(minutes, after),
        Timing::Within { .. } => return next_within(timing, calendar, after),
        Timing::Daily { at, .. }
        | Timing::Weekly { at, .. }
        | Timing::Monthly { at, .. }
        | Timing::MonthlyWeekday { at, .. }
        | Timing::Yearly { at, .. } => at,
    };
    let mut day = after.date();
    for _ in 0..DAYS_AHEAD_MAX {
        let due = day.to_datetime(at);
        if due > after && falls_on(timing, calendar, day) {
            return Some(due);
        }
        day = day.tomorrow().ok()?;
    }
    None
}

/// The latest time not after `now` and after `since` at which the timing was due: a run missed several times is made
/// up once.
pub fn latest_until(
    timing: Timing,
    calendar: &BusinessCalendar,
    since: DateTime,
    now: DateTime,
) -> Option<DateTime> {
    let mut latest = None;
    let mut from = since;
    // Bounded: a program that was down for longer looks only at the last weeks.
    if let Ok(recent) = now.checked_sub(Span::new().days(40))
        && from < recent
        && !matches!(timing, Timing::Yearly { .. })
    {
        from = recent;
    }
    if let Timing::EveryMinutes(minutes) = timing {
        let start = now.checked_sub(Span::new().minutes(i64::from(minutes))).ok()?;
        return next_interval(minutes, start.max(since)).filter(|due| *due <= now);
    }
    if let Timing::Within { .. } = timing {
        return latest_within(timing, calendar, from, now);
    }
    while let Some(due) = next_after(timing, calendar, from) {
        if due > now {
            break;
        }
        latest = Some(due);
        from = due;
    }
    latest
}

/// The first time after `after` at which one of a link's schedules is due.
pub fn next_run_after(link: &Link, calendar: &BusinessCalendar, after: DateTime) -> Option<DateTime> {
    link.timings().filter_map(|timing| next_after(timing, calendar, after)).min()
}

/// The latest time until now at which one of a link's schedules was due, as [`latest_until`] finds it.
pub fn latest_run_until(
    link: &Link,
    calendar: &BusinessCalendar,
    since: DateTime,
    now: DateTime,
) -> Option<DateTime> {
    link.timings().filter_map(|timing| latest_until(timing, calendar, since, now)).max()
}

/// The times of one day within its hours; none on a day that is left out.
fn times_within(timing: Timing, calendar: &BusinessCalendar, day: Date) -> Vec<DateTime> {
    let Timing::Within { minutes, from, to, business_days_only } = timing else { return Vec::new() };
    if business_days_only && !calendar.is_business_day(day) {
        return Vec::new();
    }
    let (step, last) = (Span::new().minutes(i64::from(minutes.max(1))), day.to_datetime(to));
    let times = std::iter::successors(Some(day.to_datetime(from)), |at| at.checked_add(step).ok());
    times.take_while(|at| *at <= last).collect()
}

fn next_within(timing: Timing, calendar: &BusinessCalendar, after: DateTime) -> Option<DateTime> {
    let days = std::iter::successors(Some(after.date()), |day| day.tomorrow().ok());
    days.take(CLOSED_DAYS_MAX)
        .find_map(|day| times_within(timing, calendar, day).into_iter().find(|due| *due > after))
}

fn latest_within(
    timing: Timing,
    calendar: &BusinessCalendar,
    since: DateTime,
    now: DateTime,
) -> Option<DateTime> {
    let days = std::iter::successors(Some(now.date()), |day| day.yesterday().ok());
    let latest = days
        .take(CLOSED_DAYS_MAX)
        .find_map(|day| times_within(timing, calendar, day).into_iter().rev().find(|due| *due <= now));
    latest.filter(|due| since < *due)
}

/// Intervals are counted from midnight, so that every installation runs at the same minutes.
fn next_interval(minutes: u32, after: DateTime) -> Option<DateTime> {
    let minutes = i64::from(minutes.max(1));
    let midnight = after.date().to_datetime(Time::midnight());
    let passed = after.duration_since(midnight).as_secs() / 60;
    let next = (passed / minutes + 1) * minutes;
    if next >= 24 * 60 {
        return after.date().tomorrow().ok().map(|day| day.to_datetime(Time::midnight()));
    }
    midnight.checked_add(Span::new().minutes(next)).ok()
}

/// The longest row of closed days a run is moved over: the turn of the year with weekends around it, doubled.
const CLOSED_DAYS_MAX: usize = 20;

fn falls_on(timing: Timing, calendar: &BusinessCalendar, day: Date) -> bool {
    let on_closed_day = match timing {
        Timing::Weekly { on_closed_day, .. }
        | Timing::Monthly { on_closed_day, .. }
        | Timing::MonthlyWeekday { on_closed_day, .. }
        | Timing::Yearly { on_closed_day, .. } => on_closed_day,
        _ => OnClosedDay::Run,
    };
    // The days whose run this day takes over: itself, and closed days next to it.
    let taken_over = |step: fn(Date) -> Result<Date, jiff::Error>| {
        calendar.is_business_day(day)
            && (is_named(timing, calendar, day)
                || std::iter::successors(step(day).ok(), |day| step(*day).ok())
                    .take(CLOSED_DAYS_MAX)
                    .take_while(|near| !calendar.is_business_day(*near))
                    .any(|near| is_named(timing, calendar, near)))
    };
    match on_closed_day {
        OnClosedDay::Run => is_named(timing, calendar, day),
        OnClosedDay::Before => taken_over(Date::tomorrow),
        OnClosedDay::After => taken_over(Date::yesterday),
    }
}

/// Whether a day is the one the timing names, closed or not.
fn is_named(timing: Timing, calendar: &BusinessCalendar, day: Date) -> bool {
    match timing {
        Timing::OnChange
        | Timing::ByHand
        | Timing::OnRequest
        | Timing::EveryMinutes(_)
        | Timing::Within { .. } => false,
        Timing::Daily { business_days_only, .. } => !business_days_only || calendar.is_business_day(day),
        Timing::Weekly { day: wanted, .. } => day.weekday().to_monday_one_offset() == wanted.number(),
        Timing::Monthly { day: wanted, .. } => day.day() == wanted.min(day.days_in_month()),
        Timing::MonthlyWeekday { week, day: wanted, .. } => {
            let is_last = day.days_in_month() - day.day() < 7;
            let is_nth = if week == LAST_WEEK { is_last } else { (day.day() + 6) / 7 == week };
            day.weekday().to_monday_one_offset() == wanted.number() && is_nth
        }
        Timing::Yearly { month, day: wanted, .. } => {
            day.month() == month && day.day() == wanted.min(day.days_in_month())
        }
    }
}

#[cfg(test)]
mod tests {
    use catalog::DayOfWeek;

    use super::*;

    const HOLIDAYS: &str =
        "土\t土曜日\t\n日\t日曜日\t\n12-29/01-03\t年末年始\t\n2026-11-23\t勤労感謝の日\t\n";

    fn at(hour: i8, minute: i8) -> Time {
        Time::constant(hour, minute, 0, 0)
    }

    #[test]
    fn due_times_by_timing() {
        let calendar = BusinessCalendar::from_tsv(HOLIDAYS).unwrap();
        let daily = Timing::Daily { at: at(20, 0), business_days_only: false };
        let office = Timing::Daily { at: at(20, 0), business_days_only: true };
        let month_end = Timing::Monthly { day: 31, at: at(6, 30), on_closed_day: OnClosedDay::Run };
        let monthly = |day, on_closed_day| Timing::Monthly { day, at: at(9, 0), on_closed_day };
        let mondays = |on_closed_day| Timing::Weekly { day: DayOfWeek::Monday, at: at(9, 0), on_closed_day };
        let leap = Timing::Yearly { month: 2, day: 29, at: at(0, 0), on_closed_day: OnClosedDay::Run };
        let nth =
            |week, day| Timing::MonthlyWeekday { week, day, at: at(9, 0), on_closed_day: OnClosedDay::Run };
        let (second_wednesday, last_friday) = (nth(2, DayOfWeek::Wednesday), nth(5, DayOfWeek::Friday));
        let in_hours =
            Timing::Within { minutes: 30, from: at(8, 30), to: at(17, 15), business_days_only: true };
        for (timing, after, due) in [
            (daily, "2026-11-20T19:59:59", "2026-11-20T20:00:00"),
            (daily, "2026-11-20T20:00:00", "2026-11-21T20:00:00"),
            // Friday evening: Saturday, Sunday and the holiday on Monday are passed over.
            (office, "2026-11-20T20:00:00", "2026-11-24T20:00:00"),
            (office, "2026-12-28T20:00:00", "2027-01-04T20:00:00"),
            (month_end, "2026-11-20T00:00:00", "2026-11-30T06:30:00"),
            (month_end, "2026-11-30T06:30:00", "2026-12-31T06:30:00"),
            // The 23rd is a Monday and a holiday; the two days before it are a weekend.
            (mondays(OnClosedDay::Run), "2026-11-20T00:00:00", "2026-11-23T09:00:00"),
            (mondays(OnClosedDay::Before), "2026-11-19T00:00:00", "2026-11-20T09:00:00"),
            (mondays(OnClosedDay::After), "2026-11-20T00:00:00", "2026-11-24T09:00:00"),
            (mondays(OnClosedDay::After), "2026-11-24T09:00:00", "2026-11-30T09:00:00"),
            (monthly(22, OnClosedDay::After), "2026-11-01T00:00:00", "2026-11-24T09:00:00"),
            (monthly(22, OnClosedDay::Before), "2026-11-01T00:00:00", "2026-11-20T09:00:00"),
            // Over the turn of the month and of the year.
            (monthly(31, OnClosedDay::After), "2026-12-20T00:00:00", "2027-01-04T09:00:00"),
            (monthly(1, OnClosedDay::Before), "2026-12-20T00:00:00", "2026-12-28T09:00:00"),
            // A day the month does not have is its last day, also for the year.
            (leap, "2026-11-20T00:00:00", "2027-02-28T00:00:00"),
            (Timing::EveryMinutes(15), "2026-11-20T10:07:00", "2026-11-20T10:15:00"),
            (Timing::EveryMinutes(15), "2026-11-20T10:15:00", "2026-11-20T10:30:00"),
            (second_wednesday, "2026-11-01T00:00:00", "2026-11-11T09:00:00"),
            (second_wednesday, "2026-11-11T09:00:00", "2026-12-09T09:00:00"),
            (last_friday, "2026-11-01T00:00:00", "2026-11-27T09:00:00"),
            (last_friday, "2026-12-01T00:00:00", "2026-12-25T09:00:00"),
            (in_hours, "2026-11-20T07:00:00", "2026-11-20T08:30:00"),
            (in_hours, "2026-11-20T08:30:00", "2026-11-20T09:00:00"),
            // The last of the day is 17:00; then a weekend and a holiday.
            (in_hours, "2026-11-20T17:00:00", "2026-11-24T08:30:00"),
            (Timing::EveryMinutes(50), "2026-11-20T23:45:00", "2026-11-21T00:00:00"),
        ] {
            let next = next_after(timing, &calendar, after.parse().unwrap());
            assert_eq!(next, Some(due.parse().unwrap()), "{timing:?} after {after}");
        }
        for timing in [Timing::OnChange, Timing::ByHand, Timing::OnRequest] {
            assert_eq!(next_after(timing, &calendar, "2026-11-20T00:00:00".parse().unwrap()), None);
        }
    }

    #[test]
    fn a_run_missed_several_times_is_made_up_once() {
        let calendar = BusinessCalendar::from_tsv(HOLIDAYS).unwrap();
        let daily = Timing::Daily { at: at(20, 0), business_days_only: false };
        let since = "2026-11-16T20:00:00".parse().unwrap();
        let missed = latest_until(daily, &calendar, since, "2026-11-20T08:30:00".parse().unwrap());
        assert_eq!(missed, Some("2026-11-19T20:00:00".parse().unwrap()));
        let none = latest_until(
            daily,
            &calendar,
            "2026-11-19T20:00:00".parse().unwrap(),
            "2026-11-20T08:30:00".parse().unwrap(),
        );
        assert_eq!(none, None);
    }

    #[test]
    fn what_runs_within_hours_is_made_up_with_the_last_of_them() {
        let calendar = BusinessCalendar::from_tsv(HOLIDAYS).unwrap();
        let timing =
            Timing::Within { minutes: 30, from: at(8, 30), to: at(17, 15), business_days_only: true };
        for (since, now, due) in [
            ("2026-11-20T16:30:00", "2026-11-22T12:00:00", Some("2026-11-20T17:00:00")),
            ("2026-11-20T17:00:00", "2026-11-22T12:00:00", None),
            ("2026-11-20T08:30:00", "2026-11-20T08:59:00", None),
        ] {
            let latest = latest_until(timing, &calendar, since.parse().unwrap(), now.parse().unwrap());
            assert_eq!(latest, due.map(|due| due.parse().unwrap()), "{since} {now}");
        }
    }

    #[test]
    fn a_link_with_several_times_is_due_at_each_of_them() {
        let calendar = BusinessCalendar::from_tsv(HOLIDAYS).unwrap();
        let text = include_str!("../../../standards/links/resident-full-to-tax.toml");
        let mut link = Link::parse(text, "resident-full-to-tax.toml").unwrap();
        link.timing = Timing::Daily { at: at(12, 0), business_days_only: true };
        link.also_at = vec![Timing::Daily { at: at(18, 0), business_days_only: true }];
        for (after, due) in [
            ("2026-11-20T11:00:00", "2026-11-20T12:00:00"),
            ("2026-11-20T12:00:00", "2026-11-20T18:00:00"),
            ("2026-11-20T18:00:00", "2026-11-24T12:00:00"),
        ] {
            let next = next_run_after(&link, &calendar, after.parse().unwrap());
            assert_eq!(next, Some(due.parse().unwrap()), "{after}");
        }
        // Both of a day missed are made up once, for the later.
        let (since, now) = ("2026-11-19T18:00:00".parse().unwrap(), "2026-11-20T19:00:00".parse().unwrap());
        let missed = latest_run_until(&link, &calendar, since, now);
        assert_eq!(missed, Some("2026-11-20T18:00:00".parse().unwrap()));
    }

    #[test]
    fn local_time_is_nine_hours_ahead() {
        let moment: Timestamp = "2026-11-20T11:00:00Z".parse().unwrap();
        assert_eq!(local(moment).to_string(), "2026-11-20T20:00:00");
        assert_eq!(timestamp(local(moment)), Some(moment));
    }
}
