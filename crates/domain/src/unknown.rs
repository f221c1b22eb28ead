//! Dates with unknown parts (不詳日): the 14 patterns.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::civil::Date;

use crate::date::DateError;
use crate::era::{Era, EraDate, eras, year_label};
use crate::tsv;

/// What the words of a pattern bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    None,
    Year,
    Month,
    Day,
    Season,
    Early,
    Middle,
    RangeInYear,
    RangeInMonth,
}

/// One of the 14 patterns (不詳日パターン), from `data/unknown-dates.tsv`.
#[derive(Debug)]
pub(crate) struct Pattern {
    code: &'static str,
    extent: Extent,
    /// Month of the internal date where the words state none.
    internal_month: Option<i8>,
    /// Day of the internal date where the words state none.
    internal_day: Option<i8>,
    label: &'static str,
}

struct Season {
    word: &'static str,
    internal: (i8, i8),
    earliest: (i8, i8),
    latest: (i8, i8),
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    tsv::rows(include_str!("../data/unknown-dates.tsv"))
        .map(|row| {
            let extent = match tsv::cell(&row, 1) {
                "year" => Extent::Year,
                "month" => Extent::Month,
                "day" => Extent::Day,
                "season" => Extent::Season,
                "early" => Extent::Early,
                "middle" => Extent::Middle,
                "range-in-year" => Extent::RangeInYear,
                "range-in-month" => Extent::RangeInMonth,
                _ => Extent::None,
            };
            let (month, day) = tsv::cell(&row, 2).split_once('-').unwrap_or(("", ""));
            Pattern {
                code: tsv::cell(&row, 0),
                extent,
                internal_month: month.parse().ok(),
                internal_day: day.parse().ok(),
                label: tsv::cell(&row, 3),
            }
        })
        .collect()
});

static SEASONS: LazyLock<Vec<Season>> = LazyLock::new(|| {
    tsv::rows(include_str!("../data/seasons.tsv"))
        .filter_map(|row| {
            let month_day = |index| {
                let (month, day) = tsv::cell(&row, index).split_once('-')?;
                Some((month.parse().ok()?, day.parse().ok()?))
            };
            Some(Season {
                word: tsv::cell(&row, 0),
                internal: month_day(1)?,
                earliest: month_day(2)?,
                latest: month_day(3)?,
            })
        })
        .collect()
});

fn pattern(code: &str) -> Option<&'static Pattern> {
    PATTERNS.iter().find(|pattern| pattern.code == code)
}

fn season(word: &str) -> Option<&'static Season> {
    SEASONS.iter().find(|season| season.word == word)
}

/// A date with unknown parts (不詳日): a pattern, the internal date it is sorted by, and what the words add.
///
/// The era is kept where the words name one and the period they bound touches two: 平成元年 月日不詳.
/// The internal date is for order only; nothing may be derived from it as a deemed birth date.
///
/// Source: 住民記録システム標準仕様書 1.1.8.
#[derive(Clone, Copy)]
pub struct UnknownDate {
    pattern: &'static Pattern,
    first: Option<Dated>,
    second: Option<Dated>,
    season: Option<&'static str>,
}

/// A day, with the era it was spelt in where that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) date: Date,
    pub(crate) era: Option<Era>,
}

impl UnknownDate {
    /// Nothing is known (年月日不詳, U09).
    ///
    /// Errs only when the pattern table lacks the code.
    pub fn none() -> Result<UnknownDate, DateError> {
        UnknownDate::new("U09", None, None, None, None)
    }

    /// A date of a pattern. `first` is the internal date, `second` the end of a range, `season` the word.
    /// `era` is what the words were spelt in; it is kept only where the period touches two eras.
    ///
    /// Errs when the parts are not those of the pattern (E008).
    pub fn new(
        code: &str,
        first: Option<Date>,
        second: Option<Date>,
        season_word: Option<&str>,
        era: Option<Era>,
    ) -> Result<UnknownDate, DateError> {
        let pattern = pattern(code).ok_or_else(|| DateError::UnknownPattern { code: code.to_owned() })?;
        let misfit = || DateError::PatternParts { code: pattern.code };
        let season_word = match season_word {
            Some(word) => Some(season(word).ok_or_else(misfit)?.word),
            None => None,
        };
        let wants_first = pattern.extent != Extent::None;
        let wants_second = matches!(pattern.extent, Extent::RangeInYear | Extent::RangeInMonth);
        let wants_season = pattern.extent == Extent::Season;
        let given = (first.is_some(), second.is_some(), season_word.is_some());
        if given != (wants_first, wants_second, wants_season) {
            return Err(misfit());
        }
        if let (Some(first), Some(second)) = (first, second) {
            let together = match pattern.extent {
                Extent::RangeInMonth => (first.year(), first.month()) == (second.year(), second.month()),
                _ => first.year() == second.year(),
            };
            if second < first || !together {
                return Err(misfit());
            }
        }
        let plain = |date: Date| Dated { date, era: None };
        let mut unknown =
            UnknownDate { pattern, first: first.map(plain), second: second.map(plain), season: season_word };
        if let (Some(era), Some(first), Some((start, end))) = (era, first, unknown.bounds()) {
            let touched: Vec<Era> = eras().touching(start, end).collect();
            if !touched.contains(&era) || era.first_day().is_some_and(|day| first < day) {
                return Err(misfit());
            }
            if 1 < touched.len() {
                unknown.first = Some(Dated { date: first, era: Some(era) });
            }
        }
        Ok(unknown)
    }

    /// Builds the internal date by the pattern's rule from what the words state. In the year an era begins, it
    /// is not before the era's first day.
    pub(crate) fn from_words(
        code: &str,
        year: i16,
        month_day: (Option<i8>, Option<i8>),
        second: Option<(i8, i8)>,
        season_word: Option<&str>,
        era: Option<Era>,
    ) -> Result<UnknownDate, DateError> {
        let rule = pattern(code).ok_or_else(|| DateError::UnknownPattern { code: code.to_owned() })?;
        let misfit = || DateError::PatternParts { code: rule.code };
        if rule.extent == Extent::None {
            return UnknownDate::new(code, None, None, None, None);
        }
        let (month, day) = match season_word {
            Some(word) => season(word).ok_or_else(misfit)?.internal,
            None => (
                month_day.0.or(rule.internal_month).ok_or_else(misfit)?,
                month_day.1.or(rule.internal_day).ok_or_else(misfit)?,
            ),
        };
        let mut first = Date::new(year, month, day).map_err(|_| misfit())?;
        let states_day = matches!(rule.extent, Extent::Day | Extent::RangeInYear | Extent::RangeInMonth);
        if let (Some(start), false) = (era.and_then(Era::first_day), states_day) {
            first = first.max(start);
        }
        let second = match second {
            Some((month, day)) => Some(Date::new(year, month, day).map_err(|_| misfit())?),
            None => None,
        };
        UnknownDate::new(code, Some(first), second, season_word, era)
    }

    /// The pattern's code, `U01` to `U14`.
    pub fn code(&self) -> &'static str {
        self.pattern.code
    }

    /// The internal date (内部管理用日付), for order only; `None` for U09.
    pub fn internal(&self) -> Option<Date> {
        self.first.map(|first| first.date)
    }

    /// The second date of a range (U12 to U14).
    pub fn second(&self) -> Option<Date> {
        self.second.map(|second| second.date)
    }

    /// The season word (U06).
    pub fn season(&self) -> Option<&'static str> {
        self.season
    }

    /// The era the words were spelt in, where the period they bound touches two.
    pub fn era(&self) -> Option<Era> {
        self.first.and_then(|first| first.era)
    }

    /// The first day the words allow, 頃 and 推定 left aside; `None` for U09.
    pub fn earliest(&self) -> Option<Date> {
        let (start, _) = self.bounds()?;
        Some(self.era().and_then(Era::first_day).map_or(start, |day| start.max(day)))
    }

    /// The last day the words allow, 頃 and 推定 left aside; `None` for U09.
    pub fn latest(&self) -> Option<Date> {
        let (_, end) = self.bounds()?;
        Some(self.era().and_then(Era::last_day).map_or(end, |day| end.min(day)))
    }

    /// The period the words bound, without regard to the era.
    fn bounds(&self) -> Option<(Date, Date)> {
        let first = self.first?.date;
        let on = |month: i8, day: i8| Date::new(first.year(), month, day).ok();
        let in_month = |from: i8, to: i8| Some((on(first.month(), from)?, on(first.month(), to)?));
        match self.pattern.extent {
            Extent::None => None,
            Extent::Year => Some((on(1, 1)?, on(12, 31)?)),
            Extent::Month => Some((first.first_of_month(), first.last_of_month())),
            Extent::Day => Some((first, first)),
            Extent::Early => in_month(1, 10),
            Extent::Middle => in_month(11, 20),
            Extent::Season => {
                let season = season(self.season?)?;
                Some((on(season.earliest.0, season.earliest.1)?, on(season.latest.0, season.latest.1)?))
            }
            Extent::RangeInYear | Extent::RangeInMonth => Some((first, self.second?.date)),
        }
    }

    /// The words in Japanese style, such as 昭和58年 月日不詳.
    pub fn label_wareki(&self) -> String {
        self.label(|first| {
            let spelt = match first.era {
                Some(era) => EraDate::in_era(first.date, era),
                None => EraDate::of(first.date),
            };
            spelt
                .map_or_else(|| format!("{}年", first.date.year()), |spelt| year_label(spelt.era, spelt.year))
        })
    }

    /// The words in western style, such as 1983年 月日不詳.
    pub fn label_western(&self) -> String {
        self.label(|first| format!("{}年", first.date.year()))
    }

    fn label(&self, year: impl Fn(Dated) -> String) -> String {
        let mut label = self.pattern.label.to_owned();
        if let Some(first) = self.first {
            label = label
                .replace("{年}", &year(first))
                .replace("{月}", &format!("{}月", first.date.month()))
                .replace("{日}", &format!("{}日", first.date.day()));
        }
        if let Some(second) = self.second {
            label = label
                .replace("{月2}", &format!("{}月", second.date.month()))
                .replace("{日2}", &format!("{}日", second.date.day()));
        }
        label.replace("{季}", self.season.unwrap_or_default())
    }
}

impl fmt::Display for UnknownDate {
    /// The register notation: `U10:1983-01-01`, `U12:1983-05-01/1983-06-10`, `U06:1983-03-01@春`, `U09`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        if let Some(first) = self.first {
            write!(f, ":{first}")?;
        }
        if let Some(second) = self.second {
            write!(f, "/{second}")?;
        }
        if let Some(season) = self.season {
            write!(f, "@{season}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for UnknownDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownDate({self})")
    }
}

impl PartialEq for UnknownDate {
    fn eq(&self, other: &Self) -> bool {
        (self.code(), self.first, self.second, self.season)
            == (other.code(), other.first, other.second, other.season)
    }
}

impl Eq for UnknownDate {}

impl FromStr for UnknownDate {
    type Err = DateError;

    /// Reads the register notation, nothing else.
    fn from_str(text: &str) -> Result<UnknownDate, DateError> {
        let (code, rest) = match text.split_once(':') {
            Some((code, rest)) => (code, Some(rest)),
            None => (text, None),
        };
        let Some(rest) = rest else { return UnknownDate::new(code, None, None, None, None) };
        let (dates, season) = match rest.split_once('@') {
            Some((dates, season)) => (dates, Some(season)),
            None => (rest, None),
        };
        let (first, second) = match dates.split_once('/') {
            Some((first, second)) => (first, Some(second)),
            None => (dates, None),
        };
        let first: Dated = first.parse()?;
        let second = match second {
            Some(second) => Some(crate::date::iso_day(second)?),
            None => None,
        };
        UnknownDate::new(code, Some(first.date), second, season, first.era)
    }
}

impl fmt::Display for Dated {
    /// `1985-04-01`, or `M45-07-30` with an era.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.era.and_then(|era| EraDate::in_era(self.date, era)) {
            Some(spelt) => {
                write!(f, "{}{:02}-{:02}-{:02}", spelt.era.letter(), spelt.year, spelt.month, spelt.day)
            }
            None => write!(f, "{}", self.date),
        }
    }
}

impl FromStr for Dated {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Dated, DateError> {
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(Dated { date: crate::date::iso_day(text)?, era: None });
        }
        let notation = || DateError::Notation { text: text.to_owned() };
        let era_date = EraDate::parse(text).map_err(|_| notation())?;
        let dated = Dated { date: era_date.date()?, era: Some(era_date.era) };
        if dated.to_string() == text { Ok(dated) } else { Err(notation()) }
    }
}
