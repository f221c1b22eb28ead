//! Dates as a register holds them (不詳を含む日付).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use jiff::civil::Date;

use crate::era::{Era, EraDate, EraError, eras, wareki, western};
use crate::unknown::Dated;
pub use crate::unknown::UnknownDate;

/// A date as a register holds it (不詳を含む日付): known, impossible, or unknown in part.
///
/// The text form, and the serialised one, is the *register notation*:
///
/// | text | meaning |
/// |---|---|
/// | `1985-04-01` | a day |
/// | `M45-07-30` | a day of two eras, spelt in the one written (明治45年7月30日) |
/// | `1983-02-29!` | a day the calendar lacks, held as filed |
/// | `U10:1983-01-01` | unknown in part: pattern and internal date (昭和58年 月日不詳) |
/// | `U12:1983-05-01/1983-06-10` | a range |
/// | `U06:1983-03-01@春` | a season |
/// | `U10:H01-01-08` | the year of two eras, spelt in one (平成元年 月日不詳) |
/// | `U09` | nothing known |
///
/// Which fields may hold more than a day is the field's rule (E006, E007). Age rules say which end they use:
/// [`earliest`](Self::earliest) or [`latest`](Self::latest). Order is by internal date, then by text.
///
/// Source: 住民記録システム標準仕様書 1.1.8.
#[derive(Clone, Copy)]
pub enum RegisterDate {
    /// A day.
    Day(Date),
    /// A day that belongs to two eras, with the one it was spelt in: 1912-07-30 and 1926-12-25 only.
    /// [`spelt`](Self::spelt) makes it; any other day in it is written, and so read back, as a plain day.
    EraDay(Date, Era),
    /// A day the calendar lacks, held as filed, such as 29 February of a common year.
    /// [`impossible`](Self::impossible) makes it.
    Impossible {
        /// The western year.
        year: i16,
        /// The month, 1 to 12.
        month: i8,
        /// The day, past the month's end and at most 31.
        day: i8,
    },
    /// Unknown in part or in whole.
    Unknown(UnknownDate),
}

impl RegisterDate {
    /// The day, when it is known and exists.
    pub fn known(&self) -> Option<Date> {
        match self {
            RegisterDate::Day(date) | RegisterDate::EraDay(date, _) => Some(*date),
            RegisterDate::Impossible { .. } | RegisterDate::Unknown(_) => None,
        }
    }

    /// Whether it is the same date, whichever of two eras either was spelt in: 大正15年12月25日 is 昭和元年12月25日.
    pub fn same_day(&self, other: &RegisterDate) -> bool {
        match (self.known(), other.known()) {
            (Some(day), Some(other)) => day == other,
            _ => self == other,
        }
    }

    /// The first day it may stand for: an impossible day, the month's last. `None` when nothing is known.
    pub fn earliest(&self) -> Option<Date> {
        match self {
            RegisterDate::Day(date) | RegisterDate::EraDay(date, _) => Some(*date),
            RegisterDate::Impossible { year, month, .. } => month_end(*year, *month),
            RegisterDate::Unknown(unknown) => unknown.earliest(),
        }
    }

    /// The last day it may stand for: an impossible day, the next month's first. `None` when nothing is known.
    pub fn latest(&self) -> Option<Date> {
        match self {
            RegisterDate::Day(date) | RegisterDate::EraDay(date, _) => Some(*date),
            RegisterDate::Impossible { year, month, .. } => month_end(*year, *month)?.tomorrow().ok(),
            RegisterDate::Unknown(unknown) => unknown.latest(),
        }
    }

    /// The internal date it is sorted by (内部管理用日付); `None` when nothing is known.
    pub fn sort_key(&self) -> Option<Date> {
        match self {
            RegisterDate::Unknown(unknown) => unknown.internal(),
            _ => self.earliest(),
        }
    }

    /// As printed for Japanese residents: 昭和60年4月1日, 昭和58年 月日不詳.
    ///
    /// Source: 住民記録システム標準仕様書 1.1.9.
    pub fn label_wareki(&self) -> String {
        match self {
            RegisterDate::Day(date) => wareki(*date),
            RegisterDate::EraDay(date, era) => {
                EraDate::in_era(*date, *era).map_or_else(|| wareki(*date), |spelt| spelt.to_string())
            }
            RegisterDate::Impossible { year, month, day } => {
                let spelt = month_end(*year, *month).and_then(EraDate::of);
                spelt.map_or_else(|| self.label_western(), |spelt| EraDate { day: *day, ..spelt }.to_string())
            }
            RegisterDate::Unknown(unknown) => unknown.label_wareki(),
        }
    }

    /// As printed for foreign residents: 1985年4月1日, 1983年 月日不詳.
    ///
    /// Source: 住民記録システム標準仕様書 1.1.9.
    pub fn label_western(&self) -> String {
        match self {
            RegisterDate::Day(date) | RegisterDate::EraDay(date, _) => western(*date),
            RegisterDate::Impossible { year, month, day } => format!("{year}年{month}月{day}日"),
            RegisterDate::Unknown(unknown) => unknown.label_western(),
        }
    }

    /// The pattern's code when parts are unknown, `U01` to `U14`.
    pub fn unknown_code(&self) -> Option<&str> {
        match self {
            RegisterDate::Unknown(unknown) => Some(unknown.code()),
            _ => None,
        }
    }

    /// Reads what staff type; the same as [`parse_input`].
    pub fn parse_input(text: &str) -> Result<RegisterDate, DateError> {
        crate::input::parse_input(text)
    }

    /// A day, keeping the era it was spelt in where the day belongs to two and the era is one of them.
    pub fn spelt(date: Date, era: Era) -> RegisterDate {
        if is_dual(date, era) { RegisterDate::EraDay(date, era) } else { RegisterDate::Day(date) }
    }

    /// A day the calendar lacks. Errs when it has it, or when month or day is out of range.
    pub fn impossible(year: i16, month: i8, day: i8) -> Result<RegisterDate, DateError> {
        let end = month_end(year, month).ok_or(DateError::Range)?;
        if end.day() < day && day <= 31 {
            Ok(RegisterDate::Impossible { year, month, day })
        } else {
            Err(DateError::NotImpossible)
        }
    }
}

/// Whether a day belongs to two eras, this one of them.
fn is_dual(date: Date, era: Era) -> bool {
    1 < eras().eras_on(date).count() && eras().eras_on(date).any(|on| on == era)
}

fn month_end(year: i16, month: i8) -> Option<Date> {
    Date::new(year, month, 1).ok().map(Date::last_of_month)
}

impl fmt::Display for RegisterDate {
    /// The register notation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegisterDate::Day(date) => write!(f, "{date}"),
            RegisterDate::EraDay(date, era) => {
                write!(f, "{}", Dated { date: *date, era: is_dual(*date, *era).then_some(*era) })
            }
            RegisterDate::Impossible { year, month, day } => write!(f, "{year:04}-{month:02}-{day:02}!"),
            RegisterDate::Unknown(unknown) => write!(f, "{unknown}"),
        }
    }
}

impl fmt::Debug for RegisterDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegisterDate({self})")
    }
}

impl FromStr for RegisterDate {
    type Err = DateError;

    /// Reads the register notation, nothing else.
    fn from_str(text: &str) -> Result<RegisterDate, DateError> {
        let notation = || DateError::Notation { text: text.to_owned() };
        if let Some(date) = text.strip_suffix('!') {
            let [year, month, day] = iso_parts(date).ok_or_else(notation)?;
            let month = i8::try_from(month).map_err(|_| notation())?;
            let day = i8::try_from(day).map_err(|_| notation())?;
            return RegisterDate::impossible(year, month, day);
        }
        match text.chars().next() {
            Some('U') => text.parse().map(RegisterDate::Unknown),
            Some(c) if c.is_ascii_digit() => iso_day(text).map(RegisterDate::Day),
            Some(_) => {
                let dated: Dated = text.parse()?;
                let era = dated.era.ok_or_else(notation)?;
                match RegisterDate::spelt(dated.date, era) {
                    spelt @ RegisterDate::EraDay(..) => Ok(spelt),
                    _ => Err(notation()),
                }
            }
            None => Err(DateError::Blank),
        }
    }
}

crate::text::serde_as_text!(RegisterDate);

/// Year, month and day of `1985-04-01`, nothing else.
fn iso_parts(text: &str) -> Option<[i16; 3]> {
    if text.len() != 10 || text.get(4..5)? != "-" || text.get(7..8)? != "-" {
        return None;
    }
    let number = crate::text::number;
    Some([number(text.get(..4)?)?, number(text.get(5..7)?)?, number(text.get(8..)?)?])
}

/// A day spelt `1985-04-01`, nothing else.
pub(crate) fn iso_day(text: &str) -> Result<Date, DateError> {
    let [year, month, day] = iso_parts(text).ok_or_else(|| DateError::Notation { text: text.to_owned() })?;
    day_of(year, month, day)
}

/// A day of the calendar.
pub(crate) fn day_of(year: i16, month: i16, day: i16) -> Result<Date, DateError> {
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(DateError::Range);
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(DateError::Range);
    }
    Date::new(year, month, day).map_err(|_| DateError::NoSuchDay { year, month, day })
}

impl PartialEq for RegisterDate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for RegisterDate {}

impl PartialOrd for RegisterDate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RegisterDate {
    /// By internal date, a date of which nothing is known first; then by text.
    fn cmp(&self, other: &Self) -> Ordering {
        if let (RegisterDate::Day(one), RegisterDate::Day(two)) = (self, other) {
            return one.cmp(two); // The common case, without writing the texts.
        }
        self.sort_key().cmp(&other.sort_key()).then_with(|| self.to_string().cmp(&other.to_string()))
    }
}

impl Hash for RegisterDate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sort_key().hash(state);
    }
}

impl From<Date> for RegisterDate {
    fn from(date: Date) -> RegisterDate {
        RegisterDate::Day(date)
    }
}

/// Reads what staff type: `2026-11-20`, `20261120`, `R8.11.20`, `R081120`, `令和8年11月20日`, the words of an
/// unknown pattern (`昭和20年頃`, `昭和58年 月日不詳`), and the register notation.
///
/// Full-width digits and letters are accepted. A day the calendar lacks is refused unless `!` follows it, so
/// that a slip of the finger is not held as filed.
pub fn parse_input(text: &str) -> Result<RegisterDate, DateError> {
    crate::input::parse_input(text)
}

/// Why a date does not read: what is wrong, the check of the standard, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Nothing was given.
    #[error(
        "日付がありません。「令和8年11月20日」「R8.11.20」「2026-11-20」のように入力してください（E001）"
    )]
    Blank,
    /// No shape that is read.
    #[error(
        "「{text}」は日付として読めません。「令和8年11月20日」「R8.11.20」「2026-11-20」のように入力してください（E008）"
    )]
    Shape {
        /// What was given.
        text: String,
    },
    /// Not the register notation.
    #[error(
        "「{text}」は日付の記録表記ではありません。「1985-04-01」「U10:1983-01-01」の形にしてください（E008）"
    )]
    Notation {
        /// What was given.
        text: String,
    },
    /// Month or day out of range.
    #[error("月または日の値が範囲外です。月は1から12、日は1から31で入力してください（E006）")]
    Range,
    /// The month has no such day.
    #[error(
        "{year}年{month}月{day}日は暦にない日です。日を確認し、届出のとおり記録する項目では末尾に「!」を付けてください（E006）"
    )]
    NoSuchDay {
        /// The western year.
        year: i16,
        /// The month.
        month: i8,
        /// The day.
        day: i8,
    },
    /// Marked as a day the calendar lacks, but it has it.
    #[error("暦にある日に「!」が付いています。「!」を取って入力してください（E006）")]
    NotImpossible,
    /// A date in an era does not read.
    #[error(transparent)]
    Era(#[from] EraError),
    /// No such pattern.
    #[error("不詳日のパターン「{code}」はありません。U01からU14のいずれかにしてください（E008）")]
    UnknownPattern {
        /// What was given.
        code: String,
    },
    /// The parts are not those of the pattern.
    #[error(
        "不詳日パターン{code}に必要な日付・季節と合いません。期間の前後、年月のそろい、元号を確認してください（E008）"
    )]
    PatternParts {
        /// The pattern.
        code: &'static str,
    },
}
