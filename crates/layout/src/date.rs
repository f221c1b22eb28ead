//! Dates (日付) from the register notation to the form a record wants, and back, without allocating.

use std::sync::LazyLock;

use crate::error::RowRule;
use crate::model::{DateFormat, UnknownDate};

/// A short ASCII text on the stack.
#[derive(Clone, Copy, Default)]
pub(crate) struct DateText {
    bytes: [u8; 16],
    len: usize,
}

impl DateText {
    pub(crate) fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        }
    }

    fn push_str(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.push(byte));
    }

    fn push_number(&mut self, number: u16, digits: u32) {
        for place in (0..digits).rev() {
            let digit = number / 10_u16.pow(place) % 10;
            self.push(b'0' + u8::try_from(digit).unwrap_or_default());
        }
    }
}

struct Era {
    letter: char,
    code: u16,
    first: Day,
    year_before: u16,
}

type Day = (u16, u16, u16);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    None,
    Year,
    Month,
    Day,
}

static ERAS: LazyLock<Vec<Era>> = LazyLock::new(|| {
    let era = |line: &str| -> Option<Era> {
        let mut columns = line.split('\t');
        Some(Era {
            letter: columns.next()?.chars().next()?,
            code: columns.next()?.parse().ok()?,
            first: western(columns.next()?)?,
            year_before: columns.next()?.parse().ok()?,
        })
    };
    rows(include_str!("../../../standards/layouts/wareki.tsv")).filter_map(era).collect()
});

static KNOWN_PARTS: LazyLock<Vec<(&'static str, Known)>> = LazyLock::new(|| {
    let part = |line: &'static str| -> Option<(&'static str, Known)> {
        let (code, known) = line.split_once('\t')?;
        let known = match known {
            "none" => Known::None,
            "year" => Known::Year,
            "month" => Known::Month,
            _ => Known::Day,
        };
        Some((code, known))
    };
    rows(include_str!("../../../standards/layouts/unknown-parts.tsv")).filter_map(part).collect()
});

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// First year that two digits of a year stand for, and the last one.
pub(crate) const CENTURY: (u16, u16) = (1950, 2049);

/// A date as the register has it, in parts.
struct Parts<'a> {
    /// The pattern's code, empty for a date without unknown parts.
    code: &'a str,
    day: Day,
    /// The era it was spelt in, where the day belongs to two.
    era: Option<&'static Era>,
}

fn parse(text: &str) -> Option<Parts<'_>> {
    let (code, rest) = match text.strip_prefix('U') {
        Some(_) => (text.get(..3)?, text.get(3..)?),
        None => ("", text),
    };
    let rest = match (code, rest) {
        ("", rest) => rest,
        // Nothing known: no date behind the pattern.
        (_, "" | ":") => return Some(Parts { code, day: (0, 0, 0), era: None }),
        (_, rest) => rest.strip_prefix(':')?,
    };
    // A range or a season stands behind the first day.
    let first = rest.split(['/', '@']).next()?;
    let (first, odd) = match first.strip_suffix('!') {
        Some(first) => (first, true),
        None => (first, false),
    };
    let letter = first.chars().next()?;
    let (day, era) = if letter.is_ascii_digit() {
        // The digits alone, as other systems hand them over.
        let day = if first.len() == 8 { digits(first, 4)? } else { western(first)? };
        (day, None)
    } else {
        let era = ERAS.iter().find(|era| era.letter == letter)?;
        let (year, month, day) = numbers(first.get(1..)?)?;
        ((era.year_before.checked_add(year)?, month, day), Some(era))
    };
    let (year, month, number) = day;
    // A day the calendar lacks is marked as such; zeros are parts nobody knows.
    let possible = month <= 12 && number <= if odd || month == 0 { 31 } else { month_days(year, month) };
    possible.then_some(Parts { code, day, era })
}

fn western(text: &str) -> Option<Day> {
    if text.len() == 10 { numbers(text) } else { None }
}

/// Year, month and day with hyphens between them.
fn numbers(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let mut next = |digits: usize| {
        let part = parts.next()?;
        let plain = part.len() <= digits && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| plain)
    };
    let day = (next(4)?, next(2)?, next(2)?);
    parts.next().is_none().then_some(day)
}

/// Writes a date (日付の編集). The result is empty if the date is to be left blank.
pub(crate) fn write(text: &str, format: DateFormat, unknown: UnknownDate) -> Result<DateText, RowRule> {
    let mut out = DateText::default();
    let parts = parse(text).ok_or(RowRule::NotADate)?;
    if format == DateFormat::UnknownCode {
        out.push_str(parts.code);
        return Ok(out);
    }
    let (mut year, mut month, mut day) = parts.day;
    let mut known = Known::Day;
    if !parts.code.is_empty() {
        let part = KNOWN_PARTS.iter().find(|(code, _)| *code == parts.code);
        let (_, sure) = *part.ok_or(RowRule::NotADate)?;
        match unknown {
            UnknownDate::Blank => return Ok(out),
            UnknownDate::Reject => return Err(RowRule::UnknownDate),
            UnknownDate::Internal if year == 0 => known = Known::None,
            UnknownDate::Internal => {}
            UnknownDate::Zero => known = sure,
        }
    } else if year == 0 || month == 0 || day == 0 {
        // Zeros that came in: there is no internal date to be written instead.
        match unknown {
            UnknownDate::Blank => return Ok(out),
            UnknownDate::Zero => {}
            UnknownDate::Internal | UnknownDate::Reject => return Err(RowRule::UnknownDate),
        }
    }
    let era = match parts.era {
        Some(era) => Some(era),
        None => ERAS.iter().rev().find(|era| era.first <= parts.day),
    };
    if known < Known::Day {
        day = 0;
    }
    if known < Known::Month {
        month = 0;
    }
    if known == Known::None {
        year = 0;
    }
    match format {
        DateFormat::Wareki | DateFormat::WarekiLetter => {
            if known == Known::None {
                out.push_str("0000000");
                return Ok(out);
            }
            let era = era.ok_or(RowRule::NotInEras)?;
            let in_era = year.saturating_sub(era.year_before);
            if !(1..=99).contains(&in_era) {
                return Err(RowRule::NotInEras);
            }
            match format {
                DateFormat::Wareki => out.push_number(era.code, 1),
                _ => out.push_str(era.letter.encode_utf8(&mut [0; 4])),
            }
            out.push_number(in_era, 2);
            out.push_number(month, 2);
            out.push_number(day, 2);
        }
        DateFormat::YyMmDd => {
            let (first, last) = CENTURY;
            // 2000 without month and day would read as nothing at all.
            let nothing = (year % 100, month, day) == (0, 0, 0);
            if known != Known::None && (!(first..=last).contains(&year) || nothing) {
                return Err(RowRule::NotInCentury { first, last });
            }
            out.push_number(year % 100, 2);
            out.push_number(month, 2);
            out.push_number(day, 2);
        }
        DateFormat::YyyyMmDd | DateFormat::Iso | DateFormat::Slash | DateFormat::UnknownCode => {
            let between = match format {
                DateFormat::Iso => "-",
                DateFormat::Slash => "/",
                _ => "",
            };
            out.push_number(year, 4);
            out.push_str(between);
            out.push_number(month, 2);
            out.push_str(between);
            out.push_number(day, 2);
        }
    }
    Ok(out)
}

/// Reads a date back into the register notation, and whether it would be written just so. Zeros and blanks are an empty
/// value; unknown parts stay zeros, where the layout has them; what is no day of the calendar but has a month and a day is
/// marked `!`. [`None`] if it is no date.
pub(crate) fn read(text: &str, format: DateFormat, unknown: UnknownDate) -> Option<(DateText, bool)> {
    let mut out = DateText::default();
    if format == DateFormat::UnknownCode {
        let text = text.trim_matches(' ');
        let known = text.is_empty() || KNOWN_PARTS.iter().any(|(code, _)| *code == text);
        out.push_str(text);
        return known.then_some((out, true));
    }
    if text.bytes().all(|byte| matches!(byte, b'0' | b' ' | b'-' | b'/')) {
        return Some((out, true));
    }
    let mut era = None;
    let (year, month, day) = match format {
        DateFormat::Iso => western(text)?,
        DateFormat::Slash => {
            let mut parts = text.split('/').map(|part| part.parse::<u16>().ok().filter(|_| part.len() <= 4));
            let day = (parts.next()??, parts.next()??, parts.next()??);
            (text.len() == 10 && parts.next().is_none()).then_some(day)?
        }
        DateFormat::YyyyMmDd => digits(text, 4).filter(|_| text.len() == 8)?,
        DateFormat::YyMmDd => {
            let (year, month, day) = digits(text, 2).filter(|_| text.len() == 6)?;
            let (first, _) = CENTURY;
            (if year < first % 100 { 2000 + year } else { 1900 + year }, month, day)
        }
        DateFormat::Wareki | DateFormat::WarekiLetter | DateFormat::UnknownCode => {
            let (mark, rest) = text.split_at_checked(1)?;
            let found = ERAS.iter().position(|era| match format {
                DateFormat::Wareki => mark.parse() == Ok(era.code),
                _ => mark.starts_with(era.letter),
            });
            let at = found?;
            era = Some(at);
            let (in_era, month, day) = digits(rest, 2).filter(|_| text.len() == 7)?;
            (ERAS.get(at)?.year_before + Some(in_era).filter(|&year| year != 0)?, month, day)
        }
    };
    let partial = year == 0 || month == 0 || day == 0;
    if 12 < month || 31 < day || (partial && unknown != UnknownDate::Zero) {
        return None;
    }
    let mut exact = true;
    if let Some(era) = era.and_then(|at| ERAS.get(at)) {
        let canonical = ERAS.iter().rev().find(|era| era.first <= (year, month, day));
        let same = canonical.is_some_and(|canonical| canonical.letter == era.letter);
        // A day of two eras, and a year of two eras without a day, keep the era they were spelt in.
        let of_two = ERAS.iter().any(|next| next.first == (year, month, day))
            || (partial && ERAS.iter().any(|next| next.first.0 == year));
        if of_two && (partial || !same) {
            out.push_str(era.letter.encode_utf8(&mut [0; 4]));
            out.push_number(year - era.year_before, 2);
        } else {
            exact = same;
        }
    }
    if out.len == 0 {
        out.push_number(year, 4);
    }
    for part in [month, day] {
        out.push(b'-');
        out.push_number(part, 2);
    }
    if !partial && month_days(year, month) < day {
        out.push(b'!');
    }
    Some((out, exact))
}

/// Digits only: year, month, day.
fn digits(text: &str, year_digits: usize) -> Option<Day> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let (year, rest) = text.split_at_checked(year_digits).filter(|_| plain)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// Whether a day of eight digits is one of the calendar.
pub(crate) fn is_day(year: u16, month: u16, day: u16) -> bool {
    (1..=12).contains(&month) && 1 <= day && (day <= 28 || day <= month_days(year, month))
}

fn month_days(year: u16, month: u16) -> u16 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DateFormat::*, UnknownDate::*};

    #[test]
    fn dates_of_the_register_in_every_form() {
        for (text, format, unknown, want) in [
            ("1985-04-01", YyyyMmDd, Reject, "19850401"),
            ("1985-04-01", Wareki, Reject, "3600401"),
            ("1985-04-01", Iso, Reject, "1985-04-01"),
            ("2019-04-30", Wareki, Reject, "4310430"),
            ("2019-05-01", Wareki, Reject, "5010501"),
            // The day of two eras, as spelt; without a spelling the newer era.
            ("M45-07-30", Wareki, Reject, "1450730"),
            ("M45-07-30", YyyyMmDd, Reject, "19120730"),
            ("1912-07-30", Wareki, Reject, "2010730"),
            ("1983-02-29!", YyyyMmDd, Reject, "19830229"),
            ("1983-02-29!", Wareki, Reject, "3580229"),
            ("U10:1983-01-01", YyyyMmDd, Internal, "19830101"),
            ("U10:1983-01-01", YyyyMmDd, Zero, "19830000"),
            ("U10:1983-01-01", Wareki, Zero, "3580000"),
            ("U10:H01-01-08", Wareki, Zero, "4010000"),
            ("U11:1983-05-01", Iso, Zero, "1983-05-00"),
            ("U03:1983-05-07", YyyyMmDd, Zero, "19830507"),
            ("U12:1983-05-01/1983-06-10", YyyyMmDd, Zero, "19830000"),
            ("U06:1983-03-01@春", YyyyMmDd, Internal, "19830301"),
            ("U10:1983-01-01", YyyyMmDd, Blank, ""),
            ("U10:1983-01-01", YyyyMmDd, Reject, "不詳を含む日付をこの項目に出力できません"),
            ("U09", YyyyMmDd, Zero, "00000000"),
            ("U09", Wareki, Internal, "0000000"),
            ("1985-04-01", Slash, Reject, "1985/04/01"),
            ("1985-04-01", YyMmDd, Reject, "850401"),
            ("2026-04-01", YyMmDd, Reject, "260401"),
            ("1949-12-31", YyMmDd, Reject, "2桁の年で表せない日付です（1950年から2049年まで）"),
            ("2000-00-00", YyMmDd, Zero, "2桁の年で表せない日付です（1950年から2049年まで）"),
            ("2025-04-01", WarekiLetter, Reject, "R070401"),
            ("19850401", Iso, Reject, "1985-04-01"),
            ("1983-00-00", YyyyMmDd, Zero, "19830000"),
            ("1983-00-00", YyyyMmDd, Blank, ""),
            ("1983-00-00", YyyyMmDd, Internal, "不詳を含む日付をこの項目に出力できません"),
            ("H01-00-00", Wareki, Zero, "4010000"),
            ("1983-02-29", YyyyMmDd, Reject, "日付として読めません"),
            ("1983-13-01", YyyyMmDd, Reject, "日付として読めません"),
            ("1983-01-32!", YyyyMmDd, Reject, "日付として読めません"),
            ("U10:1983-01-01", UnknownCode, Reject, "U10"),
            ("1985-04-01", UnknownCode, Reject, ""),
            ("1850-01-01", Wareki, Reject, "和暦で表せない日付です"),
            ("1985/04/01", Iso, Reject, "日付として読めません"),
            ("Q01-01-01", Iso, Reject, "日付として読めません"),
            ("あ", Iso, Reject, "日付として読めません"),
            ("U", Iso, Reject, "日付として読めません"),
        ] {
            let got = write(text, format, unknown)
                .map_or_else(|rule| rule.to_string(), |text| text.as_str().to_owned());
            assert_eq!(got, want, "{text} {format:?} {unknown:?}");
        }
    }

    #[test]
    fn dates_read_back() {
        for (text, format, unknown, want) in [
            ("19850401", YyyyMmDd, Reject, "1985-04-01"),
            ("1985-04-01", Iso, Reject, "1985-04-01"),
            ("1985/04/01", Slash, Reject, "1985-04-01"),
            ("850401", YyMmDd, Reject, "1985-04-01"),
            ("260401", YyMmDd, Reject, "2026-04-01"),
            ("3600401", Wareki, Reject, "1985-04-01"),
            ("S600401", WarekiLetter, Reject, "1985-04-01"),
            ("1450730", Wareki, Reject, "M45-07-30"),
            ("2010730", Wareki, Reject, "1912-07-30"),
            // Spelt in an era that had ended: the day is sure, the spelling is not kept.
            ("3640201", Wareki, Reject, "1989-02-01 otherwise"),
            ("19830229", YyyyMmDd, Reject, "1983-02-29!"),
            ("00000000", YyyyMmDd, Reject, ""),
            ("        ", YyyyMmDd, Reject, ""),
            ("19830000", YyyyMmDd, Zero, "1983-00-00"),
            ("19830500", YyyyMmDd, Zero, "1983-05-00"),
            ("3580000", Wareki, Zero, "1983-00-00"),
            ("3640000", Wareki, Zero, "S64-00-00"),
            ("4010000", Wareki, Zero, "H01-00-00"),
            ("19830000", YyyyMmDd, Internal, "no date"),
            ("19831301", YyyyMmDd, Zero, "no date"),
            ("99999999", YyyyMmDd, Zero, "no date"),
            ("9990101", Wareki, Zero, "no date"),
            ("3000101", Wareki, Zero, "no date"),
            ("1985041", YyyyMmDd, Zero, "no date"),
            ("U10", UnknownCode, Reject, "U10"),
            ("U99", UnknownCode, Reject, "no date"),
        ] {
            let got = match read(text, format, unknown) {
                Some((day, true)) => day.as_str().to_owned(),
                Some((day, false)) => format!("{} otherwise", day.as_str()),
                None => "no date".to_owned(),
            };
            assert_eq!(got, want, "{text}");
            if let Some((day, true)) = read(text, format, unknown).filter(|(day, _)| !day.as_str().is_empty())
            {
                assert_eq!(write(day.as_str(), format, unknown).unwrap().as_str(), text, "and back");
            }
        }
    }
}
