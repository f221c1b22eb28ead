//! Periods and the two ways of counting a movement.

use domain::Date;
use jiff::ToSpan;

/// By which of its days a movement counts (集計の基準).
///
/// Source: 住民記録システム標準仕様書 6.1 leaves it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// 処理日: what the register showed on a day. A day that is over never changes.
    Processed,
    /// 異動日: what is known today of a day. A late notification changes days that are over.
    Event,
}

impl Basis {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Processed, Self::Event];

    /// The code of forms and answers.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Event => "event",
        }
    }

    /// The Japanese word.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Processed => "処理日",
            Self::Event => "異動日",
        }
    }

    /// The way a code names.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.code() == code)
    }
}

/// Days from the first to the last, both counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) first: Date,
    pub(crate) last: Date,
}

impl Period {
    /// The month a day is in.
    pub(crate) fn month(of: Date) -> Self {
        Self { first: of.first_of_month(), last: of.last_of_month() }
    }

    /// The twelve months a day is in that begin with a month of the calendar.
    pub(crate) fn year(of: Date, first_month: i8) -> Self {
        let year = if of.month() < first_month { of.year().saturating_sub(1) } else { of.year() };
        let first = Date::new(year, first_month, 1).unwrap_or(of);
        let last = first.checked_add(12.months()).and_then(|next| next.yesterday()).unwrap_or(of);
        Self { first, last }
    }

    /// The day before the first: the opening count (期首) is of its end. None before the calendar begins.
    pub(crate) fn before(self) -> Option<Date> {
        self.first.yesterday().ok()
    }

    /// Whether a day is in it.
    pub(crate) fn has(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_years_begin_and_end_where_the_calendar_says() {
        let table = [
            ("month", "2026-11-27", "2026-11-01", "2026-11-30"),
            ("month", "2028-02-29", "2028-02-01", "2028-02-29"),
            ("year", "2026-01-01", "2026-01-01", "2026-12-31"),
            ("year", "2026-12-31", "2026-01-01", "2026-12-31"),
            ("fiscal", "2026-03-31", "2025-04-01", "2026-03-31"),
            ("fiscal", "2026-04-01", "2026-04-01", "2027-03-31"),
        ];
        for (kind, of, first, last) in table {
            let of: Date = of.parse().unwrap();
            let period = match kind {
                "month" => Period::month(of),
                "year" => Period::year(of, 1),
                _ => Period::year(of, 4),
            };
            let wanted = Period { first: first.parse().unwrap(), last: last.parse().unwrap() };
            assert_eq!(period, wanted, "{kind} of {of}");
        }
    }
}
