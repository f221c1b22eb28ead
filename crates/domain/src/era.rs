//! Eras (元号) and dates spelt in them (和暦).

use std::fmt;
use std::sync::LazyLock;

use jiff::civil::Date;

use crate::tsv;

/// An era (元号).
///
/// The days, names and codes stand in `data/eras.tsv`; a new era is a row there and a variant here.
///
/// Source: 住民記録システム標準仕様書 1.3.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Era {
    /// 明治
    Meiji,
    /// 大正
    Taisho,
    /// 昭和
    Showa,
    /// 平成
    Heisei,
    /// 令和
    Reiwa,
}

impl Era {
    /// The name, such as 令和.
    pub fn name(self) -> &'static str {
        eras().row(self).map_or("", |row| row.name.as_str())
    }

    /// The letter, such as `R`.
    pub fn letter(self) -> char {
        eras().row(self).map_or('?', |row| row.letter)
    }

    /// The code of the standard data set (元号コード), such as `5`.
    pub fn code(self) -> &'static str {
        eras().row(self).map_or("", |row| row.code.as_str())
    }

    /// The first day that belongs to the era.
    pub fn first_day(self) -> Option<Date> {
        eras().row(self).map(|row| row.first_day)
    }

    /// The last day that belongs to the era; `None` while it lasts.
    pub fn last_day(self) -> Option<Date> {
        eras().row(self).and_then(|row| row.last_day)
    }

    /// The era with this code of the standard data set.
    pub fn from_code(code: &str) -> Option<Era> {
        eras().rows().iter().find(|row| row.code == code).map(|row| row.era)
    }

    /// The era with this letter, in either case.
    pub fn from_letter(letter: char) -> Option<Era> {
        let letter = letter.to_ascii_uppercase();
        eras().rows().iter().find(|row| row.letter == letter).map(|row| row.era)
    }

    fn from_ident(ident: &str) -> Option<Era> {
        match ident {
            "meiji" => Some(Era::Meiji),
            "taisho" => Some(Era::Taisho),
            "showa" => Some(Era::Showa),
            "heisei" => Some(Era::Heisei),
            "reiwa" => Some(Era::Reiwa),
            _ => None,
        }
    }
}

/// One era of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EraRow {
    /// The era.
    pub era: Era,
    /// The name, such as 令和.
    pub name: String,
    /// The letter, such as `R`.
    pub letter: char,
    /// The code, such as `5`.
    pub code: String,
    /// The first day that belongs to the era.
    pub first_day: Date,
    /// The last day that belongs to the era; `None` while it lasts.
    pub last_day: Option<Date>,
}

/// The eras in order of time (元号マスタ).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EraTable {
    rows: Vec<EraRow>, // Invariant: by first day.
}

static BUILT_IN: LazyLock<EraTable> =
    LazyLock::new(|| EraTable::parse(include_str!("../data/eras.tsv")).unwrap_or_default());

/// The built-in table. A test holds that it reads; an unreadable one would be empty.
pub fn eras() -> &'static EraTable {
    &BUILT_IN
}

impl EraTable {
    /// Reads tab-separated rows: era, name, letter, code, first day, last day.
    ///
    /// Errs with the number of the row that does not read.
    pub fn parse(text: &str) -> Result<EraTable, EraError> {
        let mut rows = Vec::new();
        for (index, row) in tsv::rows(text).enumerate() {
            let read = || -> Option<EraRow> {
                let last = tsv::cell(&row, 5);
                Some(EraRow {
                    era: Era::from_ident(tsv::cell(&row, 0))?,
                    name: tsv::cell(&row, 1).to_owned(),
                    letter: tsv::cell(&row, 2).chars().next()?,
                    code: tsv::cell(&row, 3).to_owned(),
                    first_day: tsv::cell(&row, 4).parse().ok()?,
                    last_day: if last.is_empty() { None } else { Some(last.parse().ok()?) },
                })
            };
            rows.push(read().ok_or(EraError::Table { row: index + 1 })?);
        }
        rows.sort_by_key(|row| row.first_day);
        Ok(EraTable { rows })
    }

    /// The rows, by first day.
    pub fn rows(&self) -> &[EraRow] {
        &self.rows
    }

    /// The row of an era.
    pub fn row(&self, era: Era) -> Option<&EraRow> {
        self.rows.iter().find(|row| row.era == era)
    }

    /// The era of a day; the later one on a day of two eras; `None` before the first.
    pub fn era_on(&self, date: Date) -> Option<&EraRow> {
        self.rows.iter().rev().find(|row| row.first_day <= date)
    }

    /// Every era a day belongs to, earlier first: two on 1912-07-30 and 1926-12-25.
    pub fn eras_on(&self, date: Date) -> impl Iterator<Item = Era> {
        self.touching(date, date)
    }

    /// Every era that has a day in a period, earlier first.
    pub fn touching(&self, first: Date, last: Date) -> impl Iterator<Item = Era> {
        self.rows
            .iter()
            .filter(move |row| row.first_day <= last && row.last_day.is_none_or(|end| first <= end))
            .map(|row| row.era)
    }
}

/// A date spelt in an era (和暦の日付), as written: the day need not exist.
///
/// [`date`](Self::date) gives the day. 明治45年7月30日 and 大正元年7月30日 are one day in two spellings.
///
/// Source: 住民記録システム標準仕様書 1.1.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EraDate {
    /// The era.
    pub era: Era,
    /// The year of the era, 1 for 元年.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: i8,
    /// The day, 1 to 31.
    pub day: i8,
}

impl EraDate {
    /// A day in the era that holds it; the later one on a day of two eras; `None` before 明治.
    pub fn of(date: Date) -> Option<EraDate> {
        let era = eras().era_on(date)?.era;
        EraDate::in_era(date, era)
    }

    /// A day in a chosen era; `None` before the era's first day. Days past its end are given (平成31年5月1日).
    pub fn in_era(date: Date, era: Era) -> Option<EraDate> {
        let first = era.first_day()?;
        if date < first {
            return None;
        }
        let year = date.year() - first.year() + 1;
        Some(EraDate { era, year, month: date.month(), day: date.day() })
    }

    /// Reads `R8.11.20`, `R081120`, `令和8年11月20日`, `昭和60-04-01`, full-width digits and 元年 too.
    ///
    /// Errs when the shape, the era, or the range of month and day is wrong.
    pub fn parse(text: &str) -> Result<EraDate, EraError> {
        let narrow = crate::text::narrow(text);
        let (era, rest) = split_era(&narrow).ok_or(EraError::NoEra)?;
        let [year, month, day] = crate::text::three_numbers(rest).ok_or(EraError::Shape)?;
        let month =
            i8::try_from(month).ok().filter(|month| (1..=12).contains(month)).ok_or(EraError::Range)?;
        let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day)).ok_or(EraError::Range)?;
        if !(1..=YEAR_MAX).contains(&year) {
            return Err(EraError::Range);
        }
        Ok(EraDate { era, year, month, day })
    }

    /// The western year.
    pub fn western_year(self) -> i16 {
        self.era.first_day().map_or(0, |first| first.year()).saturating_add(self.year).saturating_sub(1)
    }

    /// The day.
    ///
    /// Errs when it does not exist or lies before the era's first day. A day past the era's end is given;
    /// [`is_past_end`](Self::is_past_end) tells, because it deserves an alert (A010) and not a refusal.
    pub fn date(self) -> Result<Date, EraError> {
        let date =
            Date::new(self.western_year(), self.month, self.day).map_err(|_| EraError::NoSuchDay(self))?;
        match self.era.first_day() {
            Some(first) if first <= date => Ok(date),
            _ => Err(EraError::BeforeEra(self)),
        }
    }

    /// Whether the day lies after the era's last day, as 平成31年5月1日 does.
    pub fn is_past_end(self) -> bool {
        match (self.date(), self.era.last_day()) {
            (Ok(date), Some(last)) => last < date,
            _ => false,
        }
    }
}

/// The highest year of an era that is read: two digits, as `S99` is written.
const YEAR_MAX: i16 = 99;

impl fmt::Display for EraDate {
    /// Writes 令和8年11月20日, with 元年 for year 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}月{}日", year_label(self.era, self.year), self.month, self.day)
    }
}

/// The year with its era, such as 令和8年 or 令和元年.
pub(crate) fn year_label(era: Era, year: i16) -> String {
    if year == 1 { format!("{}元年", era.name()) } else { format!("{}{year}年", era.name()) }
}

/// A day in Japanese style (和暦), such as 令和8年11月20日; western before 明治.
///
/// Source: 住民記録システム標準仕様書 1.1.9.
pub fn wareki(date: Date) -> String {
    match EraDate::of(date) {
        Some(era_date) => era_date.to_string(),
        None => western(date),
    }
}

/// A day in western style (西暦), such as 2026年11月20日.
pub fn western(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Splits a leading era name or letter off.
pub(crate) fn split_era(text: &str) -> Option<(Era, &str)> {
    let text = text.trim();
    for row in eras().rows() {
        if let Some(rest) = text.strip_prefix(row.name.as_str()) {
            return Some((row.era, rest));
        }
    }
    let mut chars = text.chars();
    let era = Era::from_letter(chars.next()?)?;
    Some((era, chars.as_str()))
}

/// Why a date in an era does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EraError {
    /// A row of the era table does not read.
    #[error("元号表の{row}行目が読めません")]
    Table {
        /// The row, from 1, comments not counted.
        row: usize,
    },
    /// No era name or letter in front.
    #[error("元号がありません。「令和8年11月20日」または「R8.11.20」の形で入力してください")]
    NoEra,
    /// Not year, month and day.
    #[error("年月日の形になっていません。「令和8年11月20日」または「R8.11.20」の形で入力してください")]
    Shape,
    /// Year, month or day out of range.
    #[error("年・月・日の値が範囲外です。年は1から99、月は1から12、日は1から31で入力してください")]
    Range,
    /// The month has no such day.
    #[error("{0}は存在しない日です。日を確認してください")]
    NoSuchDay(EraDate),
    /// The era had not begun.
    #[error("{0}は元号の初日より前です。元号と年を確認してください（E009）")]
    BeforeEra(EraDate),
}
