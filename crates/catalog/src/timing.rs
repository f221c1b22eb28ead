//! When a link runs (連携の時期).

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::link::{MINUTES_PER_DAY, is_default};

/// What becomes of a run that falls on a day the office is closed (閉庁日の扱い).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnClosedDay {
    /// It runs all the same.
    #[default]
    Run,
    /// 前開庁日
    Before,
    /// 翌開庁日
    After,
}

/// A day of the week (曜日).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayOfWeek {
    /// 月曜日
    Monday,
    /// 火曜日
    Tuesday,
    /// 水曜日
    Wednesday,
    /// 木曜日
    Thursday,
    /// 金曜日
    Friday,
    /// 土曜日
    Saturday,
    /// 日曜日
    Sunday,
}

impl DayOfWeek {
    /// The day as it is counted from Monday, 1 to 7.
    #[must_use]
    pub fn number(self) -> i8 {
        match self {
            Self::Monday => 1,
            Self::Tuesday => 2,
            Self::Wednesday => 3,
            Self::Thursday => 4,
            Self::Friday => 5,
            Self::Saturday => 6,
            Self::Sunday => 7,
        }
    }

    /// The day's Japanese name, such as 月曜日.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Monday => "月曜日",
            Self::Tuesday => "火曜日",
            Self::Wednesday => "水曜日",
            Self::Thursday => "木曜日",
            Self::Friday => "金曜日",
            Self::Saturday => "土曜日",
            Self::Sunday => "日曜日",
        }
    }
}

/// When data travels (連携の時期).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Timing {
    /// 即時・随時: as soon as something changed.
    OnChange,
    /// Every so many minutes, 1 to 1440.
    EveryMinutes(u32),
    /// Every so many minutes within hours of the day (時間帯の中で分ごと).
    Within {
        /// How many minutes, 1 to 1440.
        minutes: u32,
        /// The first time of the day.
        from: Time,
        /// No run is later.
        to: Time,
        /// True to leave out Saturdays, Sundays, holidays and the turn of the year.
        business_days_only: bool,
    },
    /// 日次
    Daily {
        /// Time of day.
        at: Time,
        /// True to leave out Saturdays, Sundays, holidays and the turn of the year.
        business_days_only: bool,
    },
    /// 週次
    Weekly {
        /// Day of the week.
        day: DayOfWeek,
        /// Time of day.
        at: Time,
        /// When the office is closed on that day.
        #[serde(default, skip_serializing_if = "is_default")]
        on_closed_day: OnClosedDay,
    },
    /// 月次; a day the month does not have means its last day.
    Monthly {
        /// Day of the month, 1 to 31.
        day: i8,
        /// Time of day.
        at: Time,
        /// When the office is closed on that day.
        #[serde(default, skip_serializing_if = "is_default")]
        on_closed_day: OnClosedDay,
    },
    /// 月次（第2水曜日）
    MonthlyWeekday {
        /// Which of the month, 1 to 4; 5 is the last.
        week: i8,
        /// Day of the week.
        day: DayOfWeek,
        /// Time of day.
        at: Time,
        /// When the office is closed on that day.
        #[serde(default, skip_serializing_if = "is_default")]
        on_closed_day: OnClosedDay,
    },
    /// 年次
    Yearly {
        /// Month, 1 to 12.
        month: i8,
        /// Day of the month, 1 to 31.
        day: i8,
        /// Time of day.
        at: Time,
        /// When the office is closed on that day.
        #[serde(default, skip_serializing_if = "is_default")]
        on_closed_day: OnClosedDay,
    },
    /// 手動: when the staff start it.
    ByHand,
    /// 照会の都度: when the receiving side asks.
    OnRequest,
}

impl Timing {
    /// Whether it names days and an hour: daily, weekly, monthly or yearly.
    #[must_use]
    pub fn has_hour(self) -> bool {
        match self {
            Self::Daily { .. }
            | Self::Weekly { .. }
            | Self::Monthly { .. }
            | Self::MonthlyWeekday { .. }
            | Self::Yearly { .. } => true,
            Self::OnChange | Self::EveryMinutes(_) | Self::Within { .. } | Self::ByHand | Self::OnRequest => {
                false
            }
        }
    }

    /// What is wrong with the values taken by themselves, and the remedy.
    pub(crate) fn fault(self) -> Option<(String, &'static str)> {
        let day_fits = |day: i8, last: i8| (1..=last).contains(&day);
        let found = match self {
            Self::EveryMinutes(minutes) | Self::Within { minutes, .. }
                if !(1..=MINUTES_PER_DAY).contains(&minutes) =>
            {
                (format!("{minutes}分ごとという間隔は使えません"), "1分から1440分までにしてください")
            }
            Self::Within { from, to, .. } if to < from => (
                format!("時間帯の終わり{to}が、はじめの{from}より前です"),
                "日をまたがない時間帯にしてください",
            ),
            Self::MonthlyWeekday { week, .. } if !day_fits(week, 5) => {
                (format!("第{week}週という週はありません"), "1から4まで、最終は5にしてください")
            }
            Self::Monthly { day, .. } if !day_fits(day, 31) => {
                (format!("{day}日という日はありません"), "1日から31日までにしてください")
            }
            Self::Yearly { month, day, .. } if !day_fits(day, last_day(month)) => {
                (format!("{month}月{day}日という日はありません"), "暦にある日にしてください")
            }
            _ => return None,
        };
        Some(found)
    }
}

pub(crate) fn last_day(month: i8) -> i8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        _ => 0,
    }
}
