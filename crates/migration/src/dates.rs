//! Dates as old systems spell them (日付の形式).

use domain::{Date, DateError, Era, RegisterDate};
use serde::Deserialize;

/// A date, or why it is none.
type Parsed = Result<RegisterDate, DateError>;

/// How an old system spells a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateForm {
    /// 西暦8桁, `19850401`; `19830000` is 年 with 月日不詳, `19830400` 年月 with 日不詳.
    Yyyymmdd,
    /// 和暦コードと6桁, `3600401`; 1 明治 to 5 令和. Zeros as in [`Yyyymmdd`](Self::Yyyymmdd).
    Era,
    /// 元号の英字と6桁, `S600401`.
    EraLetter,
    /// The register notation with the 14 unknown patterns, `1985-04-01`, `U10:1983-01-01`.
    Notation,
    /// As people write it: 昭和60年4月1日, S60.4.1, 1985/4/1, 昭和58年 月日不詳.
    Written,
}

/// Values that are no date in any form of digits.
fn means_none(text: &str) -> bool {
    text.is_empty()
        || (4 <= text.len() && (text.bytes().all(|b| b == b'0') || text.bytes().all(|b| b == b'9')))
}

/// Reads a date. `words` is what a column for unknown dates says: a pattern (`U10`), words of one of the 14 patterns, or
/// nothing. `None` means there is no date.
///
/// # Errors
/// What is wrong, in Japanese, with the rule's code in brackets at the end.
pub(crate) fn read(text: &str, form: DateForm, words: &str) -> Result<Option<RegisterDate>, String> {
    let words = words.trim_matches([' ', '\u{3000}']);
    let is_pattern = words.starts_with('U') && words.len() == 3;
    if !words.is_empty() && words != "0" && !is_pattern {
        return domain::parse_input(words).map(Some).map_err(|error| error.to_string());
    }
    let text = text.trim_matches([' ', '\u{3000}']);
    if is_pattern {
        let notation = match plain(text, form)? {
            Some(date) => format!("{words}:{date}"),
            None => words.to_owned(),
        };
        return notation.parse().map(Some).map_err(|error: domain::DateError| error.to_string());
    }
    match form {
        DateForm::Notation => {
            if text.is_empty() || text == "9999-12-31" || text == "0000-01-01" {
                return Ok(None);
            }
            // As a layout reads a date whose unknown parts are zeros.
            if text.len() == 10 && text.ends_with("-00") {
                return digits(&text.replace('-', ""), DateForm::Yyyymmdd);
            }
            let read = |text: &str| text.parse();
            read(text)
                .or_else(|error| as_filed(text, error, read))
                .map(Some)
                .map_err(|error| error.to_string())
        }
        DateForm::Written => {
            if means_none(text) {
                return Ok(None);
            }
            domain::parse_input(text)
                .or_else(|error| as_filed(text, error, domain::parse_input))
                .map(Some)
                .map_err(|error| error.to_string())
        }
        DateForm::Yyyymmdd | DateForm::Era | DateForm::EraLetter => digits(text, form),
    }
}

/// As it was filed, when the calendar lacks the day (昭和58年2月29日): a clerk says by 「!」 that it is meant, an old system has none.
fn as_filed(text: &str, error: DateError, read: impl Fn(&str) -> Parsed) -> Parsed {
    match error {
        DateError::NoSuchDay { .. } => read(&format!("{text}!")),
        error => Err(error),
    }
}

/// The day behind a pattern, which has to be one.
fn plain(text: &str, form: DateForm) -> Result<Option<Date>, String> {
    let date = match form {
        DateForm::Notation | DateForm::Written => read(text, form, "")?,
        _ => digits(text, form)?,
    };
    Ok(date.and_then(|date| date.sort_key()))
}

fn digits(text: &str, form: DateForm) -> Result<Option<RegisterDate>, String> {
    let (shape, wanted) = match form {
        DateForm::Era => ("和暦コードと6桁の数字", 7),
        DateForm::EraLetter => ("元号の英字と6桁の数字", 7),
        _ => ("西暦8桁の数字", 8),
    };
    let rest = if form == DateForm::EraLetter { text.get(1..).unwrap_or_default() } else { text };
    if means_none(text) || (wanted == 7 && means_none(rest)) {
        return Ok(None);
    }
    let shapeless = || format!("「{text}」は{shape}ではありません。日付の形式を確かめてください（E008）");
    if text.len() != wanted || !rest.bytes().all(|b| b.is_ascii_digit()) {
        return Err(shapeless());
    }
    let number = |from: usize, to: usize| {
        text.get(from..to).and_then(|part| part.parse::<i16>().ok()).ok_or_else(shapeless)
    };
    let (year, era, month_at) = if wanted == 8 {
        (number(0, 4)?, None, 4)
    } else {
        let code = text.get(..1).unwrap_or_default();
        let era = match form {
            DateForm::Era => Era::from_code(code),
            _ => code.chars().next().and_then(Era::from_letter),
        };
        let era = era.ok_or_else(|| {
            format!("「{text}」の元号「{code}」はありません。元号のコードを確かめてください（E009）")
        })?;
        let first = era.first_day().ok_or_else(shapeless)?;
        let year = number(1, 3)?;
        if year < 1 {
            return Err(shapeless());
        }
        (first.year() + year - 1, Some(era), 3)
    };
    let (month, day) = (number(month_at, month_at + 2)?, number(month_at + 2, month_at + 4)?);
    let spelt_year = match era {
        Some(era) => format!("{}{}年", era.name(), year - era.first_day().map_or(year, Date::year) + 1),
        None => format!("{year}年"),
    };
    let unknown = |words: String| domain::parse_input(&words).map(Some).map_err(|error| error.to_string());
    match (month, day) {
        (0, 0) => return unknown(format!("{spelt_year}月日不詳")),
        (1..=12, 0) => return unknown(format!("{spelt_year}{month}月日不詳")),
        _ => {}
    }
    let (Ok(small_month), Ok(small_day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(shapeless());
    };
    match Date::new(year, small_month, small_day) {
        Ok(date) => match era {
            Some(era) if era.first_day().is_some_and(|first| date < first) => {
                Err(format!("「{text}」は{}の最初の日より前です。元号を確かめてください（E009）", era.name()))
            }
            Some(era) => Ok(Some(RegisterDate::spelt(date, era))),
            None => Ok(Some(RegisterDate::Day(date))),
        },
        // What the calendar lacks is kept as filed; whether the item may hold it is the item's rule.
        Err(_) => RegisterDate::impossible(year, small_month, small_day).map(Some).map_err(|_| {
            format!("「{text}」の月または日が範囲外です。移行元の日付を確かめてください（E006）")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What old systems wrote, and what the register holds of it.
    #[test]
    fn dates_of_old_systems() {
        use DateForm::{Era, EraLetter, Notation, Written, Yyyymmdd};
        for (text, form, words, want) in [
            ("19850401", Yyyymmdd, "", "1985-04-01"),
            ("19830000", Yyyymmdd, "", "U10:1983-01-01"),
            ("19830400", Yyyymmdd, "", "U11:1983-04-01"),
            ("19830229", Yyyymmdd, "", "1983-02-29!"),
            ("00000000", Yyyymmdd, "", "-"),
            ("99999999", Yyyymmdd, "", "-"),
            ("", Yyyymmdd, "", "-"),
            ("1985041", Yyyymmdd, "", "E008"),
            ("19851301", Yyyymmdd, "", "E006"),
            ("3600401", Era, "", "1985-04-01"),
            ("1450730", Era, "", "M45-07-30"),
            ("2010730", Era, "", "T01-07-30"),
            ("3580000", Era, "", "U10:1983-01-01"),
            ("4010000", Era, "", "U10:H01-01-08"),
            ("0000000", Era, "", "-"),
            ("9999999", Era, "", "-"),
            ("6010101", Era, "", "E009"),
            ("5010430", Era, "", "E009"),
            ("S600401", EraLetter, "", "1985-04-01"),
            ("S000000", EraLetter, "", "-"),
            ("U07:1945-03-01", Notation, "", "U07:1945-03-01"),
            ("1983-02-29!", Notation, "", "1983-02-29!"),
            ("9999-12-31", Notation, "", "-"),
            ("1983-00-00", Notation, "", "U10:1983-01-01"),
            ("1983-04-00", Notation, "", "U11:1983-04-01"),
            ("1985-04-01", Notation, "U04", "U04:1985-04-01"),
            ("昭和60年4月1日", Written, "", "1985-04-01"),
            ("昭和20年頃", Written, "", "U01:1945-01-01"),
            ("昭和58年2月29日", Written, "", "1983-02-29!"),
            ("昭和５８年２月２９日", Written, "", "1983-02-29!"),
            ("S58.2.29", Written, "", "1983-02-29!"),
            ("1983/2/29", Written, "", "1983-02-29!"),
            ("昭和59年2月29日", Written, "", "1984-02-29"),
            ("昭和58年2月32日", Written, "", "E006"),
            ("昭和58年13月1日", Written, "", "E006"),
            ("1983-02-29", Notation, "", "1983-02-29!"),
            ("1983-02-32", Notation, "", "E006"),
            ("19450101", Yyyymmdd, "昭和20年頃", "U01:1945-01-01"),
            ("19830101", Yyyymmdd, "U10", "U10:1983-01-01"),
            ("00000000", Yyyymmdd, "U09", "U09"),
            ("19450301", Yyyymmdd, "昭和20年3月上旬", "U07:1945-03-01"),
            ("19450301", Yyyymmdd, "いつか", "E008"),
            ("19830101", Yyyymmdd, "U99", "E008"),
        ] {
            let got = read(text, form, words);
            let told = match &got {
                Ok(Some(date)) => date.to_string(),
                Ok(None) => "-".to_owned(),
                Err(error) => error.clone(),
            };
            let fits = if got.is_err() { told.ends_with(&format!("（{want}）")) } else { told == want };
            assert!(fits, "{text} {words}: {told}, not {want}");
        }
    }
}
