//! The dated rates (税率), read from `standards/rates/light-vehicle-tax.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use domain::Yen;
use register::Fault;
use serde::{Deserialize, Serialize};
use system::Finding;

const FILE: &str = include_str!("../../../../standards/rates/light-vehicle-tax.toml");

static RATES: LazyLock<Result<Rates, toml::de::Error>> = LazyLock::new(|| toml::from_str(FILE));

/// Everything the law and the municipality set by number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Day of assessment and due date.
    pub day: Vec<Days>,
    /// Kinds with one amount.
    pub flat: Vec<Flat>,
    /// Three and four wheels, whose amount goes by age.
    pub aged: Vec<Aged>,
    /// 重課.
    pub surcharge: Vec<Surcharge>,
    /// グリーン化特例.
    pub green: Vec<Green>,
    /// How long a levy may be decided on.
    pub decision: Vec<Decision>,
    /// What an engine of a kind has.
    pub engine: Vec<Engine>,
    /// 減免.
    pub reduction: Vec<ReductionRate>,
    /// Days and practices of the municipality.
    pub practice: Practice,
}

/// How many years from the 法定納期限 a levy may be decided on (賦課決定の期間制限).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// First fiscal year.
    pub from_fy: i16,
    /// To levy, or to levy more.
    pub increase_years: i32,
    /// To levy less.
    pub decrease_years: i32,
    /// Of a tax that was evaded (偽りその他不正の行為), either way.
    pub evaded_years: i32,
    /// Article.
    pub source: String,
}

/// What an engine of a kind has (総排気量・定格出力): above, and up to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// The code of the kind.
    pub kind: String,
    /// More than so many cc.
    pub cc_above: Option<u32>,
    /// At most so many cc.
    pub cc_to: Option<u32>,
    /// More than so many watts.
    pub w_above: Option<u32>,
    /// At most so many watts.
    pub w_to: Option<u32>,
    /// Whether the watts are the greatest output (最高出力), which tells the kind from others of its displacement: it has to be stated.
    #[serde(default)]
    pub greatest_output: bool,
    /// Article.
    pub source: String,
}

impl Engine {
    /// Whether an engine is of the kind; a motor goes by its output, anything else by its displacement.
    pub fn fits(&self, cc: Option<u32>, watts: Option<u32>) -> bool {
        let inside = |value: Option<u32>, above: Option<u32>, to: Option<u32>| {
            value.is_none_or(|value| {
                above.is_none_or(|above| above < value) && to.is_none_or(|to| value <= to)
            })
        };
        inside(cc, self.cc_above, self.cc_to)
            && inside(watts, self.w_above, self.w_to)
            && (watts.is_some() || !self.greatest_output)
    }

    /// The words for what the watts are.
    pub fn output_label(&self) -> &'static str {
        if self.greatest_output { "最高出力" } else { "定格出力" }
    }

    /// What it has to be, in words.
    pub fn label(&self) -> String {
        let range = |above: Option<u32>, to: Option<u32>, unit: &str| match (above, to) {
            (None, None) => None,
            (Some(above), None) => Some(format!("{above}{unit}超")),
            (None, Some(to)) => Some(format!("{to}{unit}以下")),
            (Some(above), Some(to)) => Some(format!("{above}{unit}超{to}{unit}以下")),
        };
        let watts = range(self.w_above, self.w_to, "W");
        let watts = watts.map(|range| if self.greatest_output { format!("最高出力{range}") } else { range });
        let parts = [range(self.cc_above, self.cc_to, "cc"), watts];
        parts.into_iter().flatten().collect::<Vec<_>>().join("、")
    }
}

/// How much a reduction takes off (減免).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReductionRate {
    /// Stable code.
    pub code: String,
    /// The Japanese words.
    pub label: String,
    /// First fiscal year.
    pub from_fy: i16,
    /// Per cent of the tax.
    pub percent: i64,
    /// At most so many yen.
    pub most: Option<Yen>,
    /// Whether a person has it for one vehicle only.
    pub person: bool,
    /// Article.
    pub source: String,
}

/// Days and practices a municipality sets (条例・規則・運用).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Whether a vehicle scrapped on the day of assessment is taxed.
    pub scrapped_on_assessed_day_taxed: bool,
    /// Days from a decision to the due date it sets.
    pub correction_due_days: i32,
    /// Days until a 速報 is final.
    pub settle_preliminary_days: i32,
    /// Days until a debit is final.
    pub settle_account_days: i32,
    /// The last day of a certificate, month and day, in the year after.
    pub certificate_until: String,
    /// Kinds that pass inspections (継続検査).
    pub inspected: Vec<String>,
    /// Whether a reduction is to be asked for by the due date.
    pub reduction_until_due: bool,
    /// Where it is laid down.
    pub source: String,
}

/// Days of a levy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// First fiscal year.
    pub from_fy: i16,
    /// 賦課期日, month and day.
    pub assessed: String,
    /// 納期限, month and day.
    pub due: String,
    /// Article.
    pub source: String,
}

/// A kind of vehicle with one amount.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flat {
    /// Stable code.
    pub code: String,
    /// The Japanese words.
    pub label: String,
    /// First fiscal year.
    pub from_fy: i16,
    /// Yen a year.
    pub yen: Yen,
    /// Article.
    pub source: String,
}

/// A kind of vehicle whose amount goes by its age.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aged {
    /// Stable code.
    pub code: String,
    /// 自家用 or 営業用.
    pub r#use: Use,
    /// The Japanese words.
    pub label: String,
    /// First fiscal year.
    pub from_fy: i16,
    /// The last month of first inspection with the old amount.
    pub old_until: Month,
    /// Yen a year, first inspected up to then.
    pub old: Yen,
    /// Yen a year, first inspected after it.
    pub standard: Yen,
    /// Yen a year with the surcharge.
    pub surcharge: Yen,
    /// Yen a year by class of reduction.
    pub green: BTreeMap<String, Yen>,
    /// Article.
    pub source: String,
}

/// From which age a surcharge is due (重課).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surcharge {
    /// First fiscal year.
    pub from_fy: i16,
    /// Years from the month of the first inspection.
    pub years: i16,
    /// Fuels that are free of it.
    pub free: Vec<Fuel>,
    /// Article.
    pub source: String,
}

/// A class of reduction in some fiscal years (グリーン化特例).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Green {
    /// First fiscal year.
    pub from_fy: i16,
    /// Last fiscal year.
    pub until_fy: i16,
    /// Per cent of the reduction.
    pub class: u8,
    /// Whether there is one in these years: a class that has ended is a row of its own, so that a year without any row is one
    /// nobody knows of.
    #[serde(default = "yes")]
    pub given: bool,
    /// What vehicles that reach it run on.
    pub fuels: Vec<Fuel>,
    /// Those of them that always reach it, whether it is stated or not.
    #[serde(default)]
    pub always: Vec<Fuel>,
    /// Article.
    pub source: String,
}

/// What a vehicle is used for (用途).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// 自家用.
    #[default]
    Private,
    /// 営業用.
    Business,
}

impl Use {
    /// The word in keys and rows.
    pub fn code(self) -> &'static str {
        match self {
            Use::Private => "private",
            Use::Business => "business",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Use::Private => "自家用",
            Use::Business => "営業用",
        }
    }

    /// The use of a code.
    pub fn from_code(code: &str) -> Option<Use> {
        [Use::Private, Use::Business].into_iter().find(|one| one.code() == code)
    }
}

/// What a vehicle runs on (燃料).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fuel {
    /// ガソリン.
    #[default]
    Petrol,
    /// 軽油.
    Diesel,
    /// ガソリンと電気（ハイブリッド）.
    Hybrid,
    /// 電気.
    Electric,
    /// 天然ガス.
    NaturalGas,
    /// メタノール.
    Methanol,
    /// なし（被けん引車）.
    None,
    /// そのほか.
    Other,
}

impl Fuel {
    /// Every fuel.
    pub const ALL: &'static [Fuel] = &[
        Fuel::Petrol,
        Fuel::Diesel,
        Fuel::Hybrid,
        Fuel::Electric,
        Fuel::NaturalGas,
        Fuel::Methanol,
        Fuel::None,
        Fuel::Other,
    ];

    /// The word in records and inputs.
    pub fn code(self) -> &'static str {
        match self {
            Fuel::Petrol => "petrol",
            Fuel::Diesel => "diesel",
            Fuel::Hybrid => "hybrid",
            Fuel::Electric => "electric",
            Fuel::NaturalGas => "natural-gas",
            Fuel::Methanol => "methanol",
            Fuel::None => "none",
            Fuel::Other => "other",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Fuel::Petrol => "ガソリン",
            Fuel::Diesel => "軽油",
            Fuel::Hybrid => "ハイブリッド",
            Fuel::Electric => "電気",
            Fuel::NaturalGas => "天然ガス",
            Fuel::Methanol => "メタノール",
            Fuel::None => "なし（被けん引車）",
            Fuel::Other => "その他",
        }
    }

    /// The fuel of a code.
    pub fn from_code(code: &str) -> Option<Fuel> {
        Fuel::ALL.iter().find(|one| one.code() == code).copied()
    }
}

/// A month (初度検査年月): `2015-05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    /// Year.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: i8,
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("「{text}」は年月（2015-05 の形）ではありません");
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) {
            return Err(wrong());
        }
        let month: i8 = month.parse().map_err(|_| wrong())?;
        if !(1..=12).contains(&month) {
            return Err(wrong());
        }
        Ok(Self { year: year.parse().map_err(|_| wrong())?, month })
    }
}

impl TryFrom<String> for Month {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl Month {
    /// The month of a day.
    pub fn of(day: domain::Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// 2015年5月.
    pub fn label(self) -> String {
        format!("{}年{}月", self.year, self.month)
    }
}

/// Where the holidays stand.
pub(crate) const HOLIDAYS: &str = "standards/calendar/holidays.tsv";

fn yes() -> bool {
    true
}

/// No row of the rates answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Which table.
    pub table: &'static str,
    /// What was asked for.
    pub what: String,
    /// The fiscal year.
    pub fiscal_year: i16,
}

impl Missing {
    /// As a finding: which row is missing.
    pub fn finding(&self) -> Finding {
        Finding::error(
            "R001",
            "fiscal_year",
            "税率",
            format!("{}年度の「{}」の行が登録されていません。", self.fiscal_year, self.what),
            &if self.table == HOLIDAYS {
                format!("{HOLIDAYS} に、その年の休日を根拠とともに加えてください。")
            } else {
                format!(
                    "standards/rates/light-vehicle-tax.toml の [[{}]] に、根拠とともに加えてください。",
                    self.table
                )
            },
        )
    }
}

/// The newest row that holds in a fiscal year.
fn newest<R>(rows: &[R], fiscal_year: i16, from: fn(&R) -> i16) -> Option<&R> {
    rows.iter().filter(|row| from(row) <= fiscal_year).max_by_key(|row| from(row))
}

impl Rates {
    /// The days of a fiscal year.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn day_of(&self, fiscal_year: i16) -> Result<&Days, Missing> {
        newest(&self.day, fiscal_year, |row| row.from_fy).ok_or_else(|| Missing {
            table: "day",
            what: "賦課期日と納期".to_owned(),
            fiscal_year,
        })
    }

    /// The surcharge of a fiscal year; none before there was one.
    pub fn surcharge_of(&self, fiscal_year: i16) -> Option<&Surcharge> {
        newest(&self.surcharge, fiscal_year, |row| row.from_fy)
    }

    /// A class of reduction in a fiscal year.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn green_of(&self, fiscal_year: i16, class: u8) -> Result<&Green, Missing> {
        let holds =
            |row: &&Green| row.class == class && row.from_fy <= fiscal_year && fiscal_year <= row.until_fy;
        let what = || format!("グリーン化特例 {class}%");
        self.green.iter().find(holds).ok_or_else(|| Missing { table: "green", what: what(), fiscal_year })
    }

    /// Every class of reduction there ever was.
    pub fn classes(&self) -> Vec<u8> {
        let mut classes: Vec<u8> = self.green.iter().map(|row| row.class).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// The class of reduction a fuel reaches by itself.
    pub fn class_of(&self, fuel: Fuel) -> Option<u8> {
        self.green.iter().find(|row| row.always.contains(&fuel)).map(|row| row.class)
    }

    /// The row of a kind with one amount; none when the code is not one of those.
    pub fn flat_of(&self, code: &str, fiscal_year: i16) -> Option<Result<&Flat, Missing>> {
        let label = &self.flat.iter().find(|row| row.code == code)?.label;
        let rows = self.flat.iter().filter(|row| row.code == code && row.from_fy <= fiscal_year);
        let row = rows.max_by_key(|row| row.from_fy);
        Some(row.ok_or_else(|| Missing { table: "flat", what: label.clone(), fiscal_year }))
    }

    /// The row of a kind whose amount goes by age; none when the code is not one of those.
    pub fn aged_of(&self, code: &str, r#use: Use, fiscal_year: i16) -> Option<Result<&Aged, Missing>> {
        let same = |row: &&Aged| row.code == code && row.r#use == r#use;
        let label = &self.aged.iter().find(same)?.label;
        let row = self.aged.iter().filter(same).filter(|row| row.from_fy <= fiscal_year);
        let row = row.max_by_key(|row| row.from_fy);
        Some(row.ok_or_else(|| Missing { table: "aged", what: label.clone(), fiscal_year }))
    }

    /// What an engine of a kind has; none where nothing is laid down.
    pub fn engine_of(&self, kind: &str) -> Option<&Engine> {
        self.engine.iter().find(|row| row.kind == kind)
    }

    /// How long the levy of a fiscal year may be decided on.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn decision_of(&self, fiscal_year: i16) -> Result<&Decision, Missing> {
        newest(&self.decision, fiscal_year, |row| row.from_fy).ok_or_else(|| Missing {
            table: "decision",
            what: "賦課決定の期間制限".to_owned(),
            fiscal_year,
        })
    }

    /// A reduction in a fiscal year.
    pub fn reduction_of(&self, code: &str, fiscal_year: i16) -> Option<&ReductionRate> {
        let rows = self.reduction.iter().filter(|row| row.code == code && row.from_fy <= fiscal_year);
        rows.max_by_key(|row| row.from_fy)
    }

    /// The words of a kind; the code itself of one that is not known.
    pub fn kind_label<'a>(&'a self, kind: &'a str, r#use: Use) -> &'a str {
        let flat = || self.flat.iter().find(|row| row.code == kind).map(|row| row.label.as_str());
        let aged = self.aged.iter().find(|row| row.code == kind && row.r#use == r#use);
        aged.map(|row| row.label.as_str()).or_else(flat).unwrap_or(kind)
    }

    /// Whether the amount of a kind goes by the first inspection.
    pub fn is_aged(&self, kind: &str) -> bool {
        self.aged.iter().any(|row| row.code == kind)
    }

    /// Every code of a kind with its words.
    pub fn kinds(&self) -> Vec<(&str, &str)> {
        let flat = self.flat.iter().map(|row| (row.code.as_str(), row.label.as_str()));
        let aged = self.aged.iter().map(|row| (row.code.as_str(), row.label.as_str()));
        let mut kinds: Vec<(&str, &str)> = flat.chain(aged).collect();
        kinds.dedup_by_key(|(code, _)| *code);
        kinds
    }
}

/// The rates of the program.
///
/// # Errors
/// When the file does not read, which a test excludes.
pub fn rates() -> Result<&'static Rates, Fault> {
    RATES
        .as_ref()
        .map_err(|error| Fault::because(format!("the rates of light-vehicle-tax do not read: {error}")))
}
