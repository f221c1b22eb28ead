//! Dates from the register notation to the form a record wants, and back, without allocating.

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
    let first = first.strip_suffix('!').unwrap_or(first);
    let letter = first.chars().next()?;
    if letter.is_ascii_digit() {
        return Some(Parts { code, day: western(first)?, era: None });
    }
    let era = ERAS.iter().find(|era| era.letter == letter)?;
    let (year, month, day) = numbers(first.get(1..)?)?;
    Some(Parts { code, day: (era.year_before.checked_add(year)?, month, day), era: Some(era) })
}

fn western(text: &str) -> Option<Day> {
    if text.len() == 10 { numbers(text) } else { None }
}

/// Year, month and day with hyphens between them; only the shape is checked, the register held the date already.
fn numbers(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let mut next = |digits: usize| {
        let part = parts.next()?;
        let plain = part.len() <= digits && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| plain)
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let shaped = parts.next().is_none() && month <= 12 && day <= 31;
    shaped.then_some((year, month, day))
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
    match format {
        DateFormat::Wareki if known == Known::None => out.push_str("0000000"),
        DateFormat::Wareki => {
            let era = era.ok_or(RowRule::NotInEras)?;
            year = year.saturating_sub(era.year_before);
            if 99 < year {
                return Err(RowRule::NotInEras);
            }
            out.push_number(era.code, 1);
            out.push_number(year, 2);
            out.push_number(month, 2);
            out.push_number(day, 2);
        }
        DateFormat::YyyyMmDd | DateFormat::Iso | DateFormat::UnknownCode => {
            out.push_number(if known == Known::None { 0 } else { year }, 4);
            let hyphen = format == DateFormat::Iso;
            for part in [month, day] {
                if hyphen {
                    out.push(b'-');
                }
                out.push_number(part, 2);
            }
        }
    }
    Ok(out)
}

/// Reads a date back into the register notation. Zeros and blanks are an empty value; what is no day of the calendar but
/// has a month and a day is marked `!`; anything else stays as it stands.
pub(crate) fn read(text: &str, format: DateFormat) -> String {
    let blank = text.chars().all(|c| matches!(c, '0' | ' ' | '-'));
    if blank {
        return String::new();
    }
    let parts = match format {
        DateFormat::UnknownCode => None,
        DateFormat::Iso => western(text),
        DateFormat::YyyyMmDd if text.len() == 8 => digits(text, 4),
        DateFormat::Wareki if text.len() == 7 => text.get(1..).and_then(|rest| digits(rest, 2)),
        DateFormat::YyyyMmDd | DateFormat::Wareki => None,
    };
    let Some((mut year, month, day)) = parts.filter(|&(_, month, day)| month != 0 && day != 0 && month <= 12)
    else {
        return text.to_owned();
    };
    let mut spelt = None;
    if format == DateFormat::Wareki {
        let code = text.get(..1).and_then(|code| code.parse::<u16>().ok());
        let Some(at) = ERAS.iter().position(|era| Some(era.code) == code) else { return text.to_owned() };
        let Some(era) = ERAS.get(at) else { return text.to_owned() };
        let in_era = year;
        year += era.year_before;
        // Only the day of two eras keeps its spelling, and only in the older of them.
        if ERAS.get(at + 1).is_some_and(|next| next.first == (year, month, day)) {
            spelt = Some(format!("{}{in_era:02}-{month:02}-{day:02}", era.letter));
        }
    }
    let mark = if day <= month_days(year, month) { "" } else { "!" };
    spelt.unwrap_or_else(|| format!("{year:04}-{month:02}-{day:02}{mark}"))
}

fn digits(text: &str, year_digits: usize) -> Option<Day> {
    let (year, rest) = text.split_at_checked(year_digits)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
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
        for (text, format, want) in [
            ("19850401", YyyyMmDd, "1985-04-01"),
            ("3600401", Wareki, "1985-04-01"),
            ("1450730", Wareki, "M45-07-30"),
            ("2010730", Wareki, "1912-07-30"),
            ("19830229", YyyyMmDd, "1983-02-29!"),
            ("00000000", YyyyMmDd, ""),
            ("        ", YyyyMmDd, ""),
            ("19830000", YyyyMmDd, "19830000"),
            ("9990101", Wareki, "9990101"),
            ("U10", UnknownCode, "U10"),
        ] {
            assert_eq!(read(text, format), want, "{text}");
        }
    }
}
