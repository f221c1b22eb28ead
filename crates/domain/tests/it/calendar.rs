//! The business calendar, from the table of the project.

use domain::{BusinessCalendar, CalendarError, Date};

const TABLE: &str = include_str!("../../../../standards/calendar/holidays.tsv");

fn day(text: &str) -> Date {
    text.parse().unwrap_or(Date::MIN)
}

#[test]
fn the_program_carries_the_table() {
    let read = BusinessCalendar::from_tsv(TABLE).unwrap();
    assert!(read.covers(2026));
    assert_eq!(*BusinessCalendar::published(), read);
}

#[test]
fn closed_days_and_the_next_open_one() {
    let calendar = BusinessCalendar::from_tsv(TABLE).unwrap();
    for (date, closed_as, next) in [
        ("2026-11-20", None, "2026-11-24"), // Friday before three days
        ("2026-11-21", Some("土曜日"), "2026-11-24"),
        ("2026-11-23", Some("勤労感謝の日"), "2026-11-24"),
        ("2026-09-21", Some("敬老の日"), "2026-09-24"),
        ("2026-09-22", Some("休日（国民の休日）"), "2026-09-24"),
        ("2026-05-06", Some("休日（振替休日）"), "2026-05-07"),
        ("2026-12-28", None, "2027-01-04"),
        ("2026-12-31", Some("年末年始"), "2027-01-04"),
        ("2027-01-01", Some("元日"), "2027-01-04"),
        ("2027-01-03", Some("年末年始"), "2027-01-04"),
        ("2024-09-22", Some("秋分の日"), "2024-09-24"),
        ("2032-09-21", Some("休日（国民の休日）"), "2032-09-23"), // between 敬老の日 and 秋分の日
        ("2031-02-24", Some("休日（振替休日）"), "2031-02-25"),
    ] {
        let date = day(date);
        assert_eq!(calendar.closed_as(date), closed_as, "{date}");
        assert_eq!(calendar.is_business_day(date), closed_as.is_none());
        assert_eq!(calendar.next_business_day(date), day(next), "{date}");
    }
    assert_eq!(calendar.business_day_on_or_after(day("2026-11-20")), day("2026-11-20"));
    assert_eq!(calendar.business_day_on_or_after(day("2026-05-31")), day("2026-06-01"));
    assert_eq!(calendar.business_day_on_or_before(day("2026-11-23")), day("2026-11-20"));
    assert!((1970..=2035).all(|year| calendar.covers(year)));
    assert!(!calendar.covers(1969) && !calendar.covers(2036));
    // The days of an enthronement, of the games, and a substitute of long ago.
    for (given, open) in [
        ("2019-04-30", "2019-05-07"),
        ("2021-07-22", "2021-07-26"),
        ("2021-08-08", "2021-08-10"),
        ("2018-04-30", "2018-05-01"),
        ("1989-02-24", "1989-02-27"),
        ("1985-05-04", "1985-05-07"),
    ] {
        assert_eq!(calendar.business_day_on_or_after(day(given)), day(open), "{given}");
    }
}

#[test]
fn each_year_has_its_sixteen_holidays_and_no_substitute_on_a_sunday() {
    let calendar = BusinessCalendar::from_tsv(TABLE).unwrap();
    for year in 2024..=2035 {
        let named = TABLE
            .lines()
            .filter(|line| line.starts_with(&year.to_string()) && !line.contains("\t休日"))
            .count();
        assert_eq!(named, 16, "{year}");
    }
    for line in TABLE.lines().filter(|line| line.contains("振替休日")) {
        let date = day(&line[..10]);
        assert_ne!(date.weekday(), jiff::civil::Weekday::Sunday, "{date}");
        assert!(!calendar.is_business_day(date.yesterday().unwrap()));
    }
}

#[test]
fn a_table_that_does_not_read_names_its_line() {
    for (table, error) in [
        ("# note\n\n2026-02-30\tx\ty\n", CalendarError::Line { line: 3 }),
        ("祝\tx\ty\n", CalendarError::Line { line: 1 }),
        ("13-01/01-03\tx\ty\n", CalendarError::Line { line: 1 }),
        ("月\n火\n水\n木\n金\n土\n日\n", CalendarError::NeverOpen),
    ] {
        assert_eq!(BusinessCalendar::from_tsv(table), Err(error));
    }
}

#[test]
fn a_calendar_closed_for_good_gives_the_day_itself() {
    let calendar = BusinessCalendar::from_tsv("01-01/12-31\t閉庁\t\n").unwrap();
    assert_eq!(calendar.business_day_on_or_after(day("2026-11-20")), day("2026-11-20"));
    assert!(BusinessCalendar::default().is_business_day(day("2026-11-22")));
}
