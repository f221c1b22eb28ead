//! Dates as staff type them (日付の入力).

use crate::date::{DateError, RegisterDate, UnknownDate, day_of};
use crate::era::{Era, EraError, split_era};
use crate::text::{narrow, number, three_numbers};

/// See [`crate::date::parse_input`].
pub(crate) fn parse_input(text: &str) -> Result<RegisterDate, DateError> {
    let text = narrow(text);
    if text.is_empty() {
        return Err(DateError::Blank);
    }
    if let Ok(date) = text.parse() {
        return Ok(date);
    }
    if text.starts_with('U') {
        return text.parse();
    }
    if let Some(unknown) = words(&text) {
        return unknown.map(RegisterDate::Unknown);
    }
    let (plain, as_filed) = match text.strip_suffix(['!', '！']) {
        Some(plain) => (plain, true),
        None => (text.as_str(), false),
    };
    let (year, month, day, era) = parts(plain)?;
    match day_of(year, month, day) {
        Ok(_) if as_filed => Err(DateError::NotImpossible),
        Ok(date) => match era {
            Some(era) => Ok(RegisterDate::spelt(date, era)),
            None => Ok(RegisterDate::Day(date)),
        },
        Err(DateError::NoSuchDay { year, month, day }) if as_filed => {
            RegisterDate::impossible(year, month, day)
        }
        Err(error) => Err(error),
    }
}

/// Western year, month, day and the era written, of a full date.
fn parts(text: &str) -> Result<(i16, i16, i16, Option<Era>), DateError> {
    let shape = || DateError::Shape { text: text.to_owned() };
    if let Some((era, rest)) = split_era(text) {
        let [year, month, day] = three_numbers(rest).ok_or_else(shape)?;
        let western = western_year(era, year)?;
        if let Ok(date) = day_of(western, month, day)
            && era.first_day().is_some_and(|first| date < first)
        {
            return Err(before_era(era, year, month, day));
        }
        return Ok((western, month, day, Some(era)));
    }
    let rest = text.strip_prefix("西暦").unwrap_or(text);
    if rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_digit()) {
        let part = |range| rest.get(range).and_then(number).ok_or_else(shape);
        return Ok((part(0..4)?, part(4..6)?, part(6..8)?, None));
    }
    let year_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    match three_numbers(rest) {
        // A western year has four digits: 8-11-20 would be the year 8, and is a missing era.
        Some([year, month, day]) if year_digits == 4 && rest.len() != 6 => Ok((year, month, day, None)),
        _ => Err(shape()),
    }
}

fn western_year(era: Era, year: i16) -> Result<i16, DateError> {
    match era.first_day() {
        Some(first) if (1..=99).contains(&year) => Ok(first.year() + year - 1),
        _ => Err(DateError::Era(EraError::Range)),
    }
}

fn before_era(era: Era, year: i16, month: i16, day: i16) -> DateError {
    let (month, day) = (i8::try_from(month).unwrap_or(0), i8::try_from(day).unwrap_or(0));
    DateError::Era(EraError::BeforeEra(crate::era::EraDate { era, year, month, day }))
}

/// The words of one of the 14 patterns; `None` when they are not of that kind.
fn words(text: &str) -> Option<Result<UnknownDate, DateError>> {
    let text: String = text.chars().filter(|c| *c != ' ').collect();
    if text == "年月日不詳" || text == "不詳" {
        return Some(UnknownDate::none());
    }
    let (estimated, text) = match text.strip_prefix("推定") {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let (year, era, rest) = stated_year(text)?;
    let year = match year {
        Ok(year) => year,
        Err(error) => return Some(Err(error)),
    };
    let found = tail(rest, estimated)?;
    let month_day = (found.month, found.day);
    Some(UnknownDate::from_words(found.code, year, month_day, found.second, found.season, era))
}

/// The year in front, western or of an era, and what follows 年.
fn stated_year(text: &str) -> Option<(Result<i16, DateError>, Option<Era>, &str)> {
    let (head, rest) = text.split_once('年')?;
    if let Some((era, year)) = split_era(head) {
        let year = if year == "元" { 1 } else { number(year)? };
        return Some((western_year(era, year), Some(era), rest));
    }
    let head = head.strip_prefix("西暦").unwrap_or(head);
    if head.len() != 4 {
        return None;
    }
    Some((Ok(number(head)?), None, rest))
}

#[derive(Default)]
struct Tail<'a> {
    code: &'static str,
    month: Option<i8>,
    day: Option<i8>,
    second: Option<(i8, i8)>,
    season: Option<&'a str>,
}

/// What follows the year.
fn tail(rest: &str, estimated: bool) -> Option<Tail<'_>> {
    match (rest, estimated) {
        ("頃", false) => return Some(Tail { code: "U01", ..Tail::default() }),
        ("月日不詳", false) => return Some(Tail { code: "U10", ..Tail::default() }),
        ("春" | "夏" | "秋" | "冬", false) => {
            return Some(Tail { code: "U06", season: Some(rest), ..Tail::default() });
        }
        _ => {}
    }
    let (month, rest) = rest.split_once('月')?;
    let month = Some(small(month)?);
    let of_month = |code| Some(Tail { code, month, ..Tail::default() });
    match (rest, estimated) {
        ("頃", false) => return of_month("U02"),
        ("", true) => return of_month("U05"),
        ("上旬", false) => return of_month("U07"),
        ("中旬頃", false) => return of_month("U08"),
        ("日不詳", false) => return of_month("U11"),
        _ => {}
    }
    let (range_estimated, rest) = match rest.strip_prefix("推定") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (day, rest) = rest.split_once('日')?;
    let day = Some(small(day)?);
    let on_day = |code| Some(Tail { code, month, day, ..Tail::default() });
    match (rest, estimated, range_estimated) {
        ("頃", false, false) => return on_day("U03"),
        ("", true, false) => return on_day("U04"),
        (_, true, _) => return None,
        _ => {}
    }
    let about = rest.strip_prefix("頃から");
    let end = about.or_else(|| rest.strip_prefix("から"))?;
    let (end, end_about) = match end.strip_suffix("頃までの間") {
        Some(end) => (end, true),
        None => (end.strip_suffix("までの間")?, false),
    };
    let end = end.strip_suffix('日')?;
    let (code, second) = match (range_estimated, about.is_some(), end_about, end.split_once('月')) {
        (false, false, true, Some((month, day))) => ("U12", (small(month)?, small(day)?)),
        (true, false, false, None) => ("U13", (month?, small(end)?)),
        (false, true, true, None) => ("U14", (month?, small(end)?)),
        _ => return None,
    };
    Some(Tail { code, month, day, second: Some(second), season: None })
}

/// A month or a day.
fn small(text: &str) -> Option<i8> {
    number(text).and_then(|value| i8::try_from(value).ok())
}
