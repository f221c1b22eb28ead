//! What is taken where a list says nothing: `standards/lists/derive.toml`.

use std::collections::BTreeMap;

use jiff::civil::Time;
use serde::Deserialize;

use crate::{Assurance, DayOfWeek, Extent, Method, OnClosedDay, Problem, Unmappable};

/// What is taken where a list says nothing (仮の定め). Read it with [`Defaults::parse`], which is the only way that
/// checks it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    pub(crate) program: Window,
    pub(crate) staff: Hour,
    pub(crate) weekly: Weekly,
    pub(crate) monthly: Monthly,
    pub(crate) yearly: Vec<Yearly>,
    pub(crate) blank_timing: ByStarter,
    pub(crate) extent: BTreeMap<Rhythm, Extent>,
    pub(crate) rows_per_delivery_max: ByExtent,
    pub(crate) minutes: Minutes,
    /// How much one run carries; without it no window is measured.
    #[serde(default)]
    pub(crate) throughput: Option<Throughput>,
    pub(crate) assurance: BTreeMap<Method, Assurance>,
    pub(crate) places: Places,
    pub(crate) platform: Platform,
    pub(crate) inquiry: Inquiry,
    pub(crate) same_register: SameRegister,
    pub(crate) charsets: BTreeMap<String, CharsetForm>,
    pub(crate) charset: DefaultCharset,
}

/// The window in which the program's own runs start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    pub(crate) from: Time,
    pub(crate) to: Time,
    pub(crate) step_minutes: u32,
    pub(crate) business_days_only: bool,
}

/// The hour by which staff have started theirs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hour {
    pub(crate) at: Time,
    pub(crate) business_days_only: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Weekly {
    pub(crate) day: DayOfWeek,
    pub(crate) on_closed_day: OnClosedDay,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Monthly {
    pub(crate) day: i8,
    pub(crate) on_closed_day: OnClosedDay,
}

/// A day of the year, for rows with one of the words and one of the systems.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Yearly {
    #[serde(default)]
    pub(crate) words: Vec<String>,
    #[serde(default)]
    pub(crate) systems: Vec<String>,
    pub(crate) month: i8,
    pub(crate) day: i8,
    pub(crate) on_closed_day: OnClosedDay,
    /// Why this day, a Japanese phrase.
    pub(crate) remark: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByStarter {
    pub(crate) program: Rhythm,
    pub(crate) staff: Rhythm,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByExtent {
    pub(crate) difference: u32,
    pub(crate) full: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Minutes {
    pub(crate) receipt: u32,
    pub(crate) arrival: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Throughput {
    /// Rows that one link carries in a minute.
    pub(crate) rows_per_minute: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Places {
    pub(crate) relay_suffix: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Platform {
    pub(crate) place: String,
}

/// Which rows are questions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inquiry {
    /// Words of a row of 即時連携 that make it a question.
    pub(crate) words: Vec<String>,
    /// The most persons or things one question may name.
    pub(crate) subjects_max: u32,
}

/// Which links feed one register of their receiver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SameRegister {
    /// Words that make no difference between two names of data.
    pub(crate) words_aside: Vec<String>,
}

/// How files in a charset look.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CharsetForm {
    /// Its name in a layout.
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) bom: bool,
    pub(crate) form: FileForm,
    /// Table of characters the charset's own table lacks, a file beside the layout.
    #[serde(default)]
    pub(crate) gaiji: Option<String>,
    /// Ending of file names.
    pub(crate) ending: String,
    pub(crate) unmappable: Unmappable,
}

/// The form of a derived layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FileForm {
    /// CSV with a line of item names.
    Csv,
    /// Fixed length of a host: single and double bytes.
    Fixed,
    /// Fixed length in a charset of double bytes alone.
    FixedDouble,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultCharset {
    pub(crate) default: String,
}

/// How often a link runs, without the hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rhythm {
    OnChange,
    EveryMinutes,
    Daily,
    Weekly,
    Monthly,
    Yearly,
    ByHand,
    OnRequest,
}

impl Rhythm {
    pub(crate) const ALL: [Self; 8] = [
        Self::OnChange,
        Self::EveryMinutes,
        Self::Daily,
        Self::Weekly,
        Self::Monthly,
        Self::Yearly,
        Self::ByHand,
        Self::OnRequest,
    ];

    /// The word in identifiers.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::OnChange => "on-change",
            Self::EveryMinutes => "every-minutes",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
            Self::ByHand => "by-hand",
            Self::OnRequest => "on-request",
        }
    }

    /// The Japanese word.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::OnChange => "随時",
            Self::EveryMinutes => "分ごと",
            Self::Daily => "日次",
            Self::Weekly => "週次",
            Self::Monthly => "月次",
            Self::Yearly => "年次",
            Self::ByHand => "手動",
            Self::OnRequest => "照会の都度",
        }
    }
}

impl Defaults {
    /// Reads `derive.toml`.
    ///
    /// # Errors
    ///
    /// The first [`Problem`]: text that is no TOML, an unknown or missing key, or a value out of range.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let defaults: Self = toml::from_str(text).map_err(|error| {
            let line =
                error.span().map(|span| text.get(..span.start).unwrap_or(text).matches('\n').count() + 1);
            let problem = Problem::new(file, format!("読めません（{}）", error.message()));
            let problem = line.into_iter().fold(problem, Problem::line);
            problem.remedy("項目の綴りと値を確かめてください")
        })?;
        match defaults.fault() {
            None => Ok(defaults),
            Some((key, what)) => Err(Problem::new(file, what).key(key).remedy("直してください")),
        }
    }

    fn fault(&self) -> Option<(&'static str, &'static str)> {
        let day_fits = |month: i8, day: i8| (1..=12).contains(&month) && (1..=28).contains(&day);
        if self.program.to < self.program.from || self.program.step_minutes == 0 {
            return Some(("program", "始まりから終わりまでの時間と間隔が要ります"));
        }
        if !day_fits(1, self.monthly.day) {
            return Some(("monthly", "どの月にもある1日から28日までにします"));
        }
        if self.yearly.iter().any(|yearly| !day_fits(yearly.month, yearly.day)) {
            return Some(("yearly", "どの年にもある日（28日まで）にします"));
        }
        if !self.yearly.last().is_some_and(|last| last.words.is_empty() && last.systems.is_empty()) {
            return Some(("yearly", "最後は、どの行にも当てはまるものにします"));
        }
        if Rhythm::ALL.iter().any(|rhythm| !self.extent.contains_key(rhythm)) {
            return Some(("extent", "どの時期にも全件か差分が要ります"));
        }
        let methods = [Method::Immediate, Method::RelayDatabase, Method::FileOrMedia];
        if methods.iter().any(|method| !self.assurance.contains_key(method)) {
            return Some(("assurance", "どの方式にも要ります"));
        }
        if self.rows_per_delivery_max.difference == 0 || self.rows_per_delivery_max.full == 0 {
            return Some(("rows_per_delivery_max", "1以上にします"));
        }
        let minutes = [self.minutes.receipt, self.minutes.arrival];
        if minutes.iter().any(|minutes| !(1..=1440).contains(minutes)) {
            return Some(("minutes", "1分から1440分までにします"));
        }
        if !self.charsets.contains_key(&self.charset.default) {
            return Some(("charset", "charsets にある文字コードにします"));
        }
        None
    }
}
