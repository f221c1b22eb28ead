//! The tax of a vehicle for a fiscal year (年税額): by kind, by age, with surcharge or reduction.

use domain::{BusinessCalendar, Date, Yen};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{Calculated, Calculation, Finding, Step};

use super::rates::{Aged, Fuel, Missing, Month, Rates, Use, rates};

const SAMPLE: &str = r#"{"fiscal_year": 2024, "kind": "cargo", "use": "private", "first_inspected": "2015-05", "fuel": "petrol"}"#;

/// The calculation, for `daicho calc`.
pub(crate) const CALCULATION: Calculation = Calculation {
    id: "light-vehicle-tax/annual",
    title: "軽自動車税（種別割）の年税額",
    sample: SAMPLE,
    calculate,
};

/// What the tax of a vehicle depends on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vehicle {
    /// The code of the kind (車種).
    #[serde(alias = "vehicle")]
    pub kind: String,
    /// 用途, of three and four wheels.
    #[serde(default)]
    pub r#use: Use,
    /// 初度検査年月, of three and four wheels.
    #[serde(default)]
    pub first_inspected: Option<Month>,
    /// 燃料.
    #[serde(default)]
    pub fuel: Fuel,
    /// The class of the reduction the vehicle reaches (グリーン化特例): 75, 50 or 25 per cent.
    #[serde(default, deserialize_with = "class")]
    pub green: Option<u8>,
}

/// `75`, `"75"` and `"75%"` are the same.
fn class<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
    let value = Value::deserialize(from)?;
    match &value {
        Value::Null => Ok(None),
        Value::Number(number) => Ok(number.as_u64().and_then(|number| u8::try_from(number).ok())),
        Value::String(text) => Ok(text.trim_end_matches(['%', '％']).parse().ok()),
        _ => Ok(None),
    }
    .and_then(|class| match (class, &value) {
        (None, Value::Null) => Ok(None),
        (Some(class), _) => Ok(Some(class)),
        (None, _) => Err(serde::de::Error::custom("green は 75、50、25 のどれかです")),
    })
}

/// Which amount of its kind a vehicle has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// One amount for the kind.
    Flat,
    /// 旧税率.
    Old,
    /// 標準.
    Standard,
    /// 重課.
    Surcharge,
    /// グリーン化特例.
    Green,
}

impl Grade {
    /// The word in keys and rows.
    pub fn code(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Old => "old",
            Self::Standard => "standard",
            Self::Surcharge => "surcharge",
            Self::Green => "green",
        }
    }

    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Flat => "税率",
            Self::Old => "旧税率",
            Self::Standard => "標準税率",
            Self::Surcharge => "重課税率",
            Self::Green => "グリーン化特例（軽課）",
        }
    }
}

/// The tax of a year and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annual {
    /// Yen.
    pub yen: Yen,
    /// Which amount it is.
    pub grade: Grade,
    /// The words of the kind.
    pub label: String,
    /// The day the tax is assessed on.
    pub assessed_on: Date,
    /// The due date, on an open day.
    pub due_on: Date,
    /// How it came about.
    pub steps: Vec<Step>,
}

/// Why a vehicle has no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAmount {
    /// The rates lack a row.
    Missing(Missing),
    /// The vehicle is not stated well.
    Finding(Box<Finding>),
}

impl From<Missing> for NoAmount {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

fn wrong(code: &str, path: &str, item: &str, message: String, remedy: &str) -> NoAmount {
    NoAmount::Finding(Box::new(Finding::error(code, path, item, message, remedy)))
}

/// The tax of a vehicle for a fiscal year (年税額). Who owns it on the day of assessment owes all of it.
///
/// Source: 地方税法 463条の15, 463条の16, 附則 30条.
///
/// # Errors
/// A row of the rates that is missing, or what is wrong with the vehicle.
pub fn annual(rates: &Rates, fiscal_year: i16, vehicle: &Vehicle) -> Result<Annual, NoAmount> {
    let days = rates.day_of(fiscal_year)?;
    let on = |text: &str| {
        let day: Option<Date> = format!("{fiscal_year:04}-{text}").parse().ok();
        day.ok_or_else(|| {
            NoAmount::Missing(Missing { table: "day", what: "賦課期日と納期".to_owned(), fiscal_year })
        })
    };
    let (assessed_on, due) = (on(&days.assessed)?, on(&days.due)?);
    let due_on = BusinessCalendar::published().business_day_on_or_after(due);
    let mut steps = vec![Step::new(
        "賦課期日と納期限",
        format!("賦課期日 {assessed_on}、納期限 {due_on}"),
        days.source.clone(),
    )];
    if let Some(flat) = rates.flat_of(&vehicle.kind, fiscal_year) {
        let flat = flat?;
        steps.push(Step::new(
            Grade::Flat.label(),
            format!("{} {}円", flat.label, flat.yen),
            flat.source.clone(),
        ));
        return Ok(Annual {
            yen: flat.yen,
            grade: Grade::Flat,
            label: flat.label.clone(),
            assessed_on,
            due_on,
            steps,
        });
    }
    let Some(aged) = rates.aged_of(&vehicle.kind, vehicle.r#use, fiscal_year) else {
        let known: Vec<String> =
            rates.kinds().into_iter().map(|(code, label)| format!("{code}（{label}）")).collect();
        return Err(wrong(
            "R011",
            "kind",
            "車種",
            format!("「{}」という車種はありません。", vehicle.kind),
            &format!("次のどれかを入力してください: {}", known.join("、")),
        ));
    };
    let aged = aged?;
    let (yen, grade) = by_age(rates, fiscal_year, vehicle, aged, &mut steps)?;
    steps.push(Step::new(grade.label(), format!("{} {yen}円", aged.label), aged.source.clone()));
    Ok(Annual { yen, grade, label: aged.label.clone(), assessed_on, due_on, steps })
}

fn by_age(
    rates: &Rates,
    fiscal_year: i16,
    vehicle: &Vehicle,
    aged: &Aged,
    steps: &mut Vec<Step>,
) -> Result<(Yen, Grade), NoAmount> {
    let Some(first) = vehicle.first_inspected else {
        return Err(wrong(
            "R012",
            "first_inspected",
            "初度検査年月",
            "三輪・四輪なのに、初度検査年月がありません。".to_owned(),
            "車検証の初度検査年月を 2015-05 の形で入力してください。",
        ));
    };
    let before_levy = Month { year: fiscal_year, month: 3 };
    if before_levy < first && first != (Month { year: fiscal_year, month: 4 }) {
        return Err(wrong(
            "R013",
            "first_inspected",
            "初度検査年月",
            format!("初度検査年月{}が、賦課期日より後です。", first.label()),
            "初度検査年月と年度を確かめてください。",
        ));
    }
    if let Some(class) = vehicle.green {
        let last_year =
            Month { year: fiscal_year.saturating_sub(1), month: 4 } <= first && first <= before_levy;
        let given = rates.green_of(fiscal_year, class);
        let yen = aged.green.get(&class.to_string()).copied();
        match (given, yen, last_year) {
            (Some(given), Some(yen), true) => {
                let formula = format!("{}に初度検査、{class}%軽減は{fiscal_year}年度だけ", first.label());
                steps.push(Step::new("グリーン化特例", formula, given.source.clone()));
                return Ok((yen, Grade::Green));
            }
            (None, ..) => {
                let why = format!("{fiscal_year}年度に{class}%軽減はありません");
                steps.push(Step::new("グリーン化特例", why, "地方税法附則 30条"));
            }
            (_, None, _) => {
                let why = format!("{}に{class}%軽減はありません", aged.label);
                steps.push(Step::new("グリーン化特例", why, aged.source.clone()));
            }
            (_, _, false) => {
                let why = format!("{}の初度検査は、前の年度ではないので対象外", first.label());
                steps.push(Step::new("グリーン化特例", why, "地方税法附則 30条"));
            }
        }
    }
    if let Some(surcharge) = rates.surcharge_of(fiscal_year) {
        let passed = Month { year: first.year.saturating_add(surcharge.years), ..first };
        let due = passed <= before_levy;
        let free = surcharge.free.contains(&vehicle.fuel);
        let formula = format!(
            "{}の初度検査から{}年は{}に経過{}",
            first.label(),
            surcharge.years,
            passed.label(),
            match (due, free) {
                (false, _) => "するので、重課なし",
                (true, true) => "しているが、燃料により重課なし",
                (true, false) => "しているので、重課",
            }
        );
        steps.push(Step::new("重課", formula, surcharge.source.clone()));
        if due && !free {
            return Ok((aged.surcharge, Grade::Surcharge));
        }
    }
    Ok(if first <= aged.old_until { (aged.old, Grade::Old) } else { (aged.standard, Grade::Standard) })
}

#[derive(Deserialize)]
struct Asked {
    #[serde(alias = "fy")]
    fiscal_year: i16,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// In: the fiscal year and the [`Vehicle`]. Out: the yen, which amount it is, the day of assessment and the due date.
fn calculate(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let shape = |error: serde_json::Error| {
        vec![Finding::error(
            "F006",
            "",
            "入力",
            format!("入力の形が違います（{error}）。"),
            &format!("次の形で入力してください: {SAMPLE}"),
        )]
    };
    let asked = Asked::deserialize(input).map_err(shape)?;
    let vehicle: Vehicle = serde_json::from_value(Value::Object(asked.rest)).map_err(shape)?;
    let rates = rates().map_err(|error| {
        vec![Finding::error("R000", "", "税率", error.to_string(), "配布物を入れ直してください。")]
    })?;
    let annual = annual(rates, asked.fiscal_year, &vehicle).map_err(|why| match why {
        NoAmount::Missing(missing) => vec![missing.finding()],
        NoAmount::Finding(finding) => vec![*finding],
    })?;
    let result = json!({
        "fiscal_year": asked.fiscal_year, "yen": annual.yen, "grade": annual.grade, "label": annual.label,
        "assessed_on": annual.assessed_on, "due_on": annual.due_on,
    });
    Ok(Calculated { result, steps: annual.steps })
}
