//! The tax of a vehicle for a fiscal year (年税額): by kind, by age, with surcharge or reduction.

use domain::{BusinessCalendar, Date, Yen};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{AskedForm, AskedItem, Calculated, Calculation, Finding, Step, read_asked};

use super::rates::{Aged, Fuel, HOLIDAYS, Missing, Month, Rates, Use, rates};

const SAMPLE: &str = r#"{"fiscal_year": 2024, "kind": "cargo", "use": "private", "first_inspected": "2015-05", "fuel": "petrol"}"#;

/// The calculation, for `daicho calc`.
pub(crate) const CALCULATION: Calculation = Calculation {
    id: "light-vehicle-tax/annual",
    title: "軽自動車税（種別割）の年税額",
    sample: SAMPLE,
    items: ITEMS,
    calculate,
};

const ITEMS: &[AskedItem] = &[
    AskedItem::new("fiscal_year", "年度", AskedForm::Year).or(&["fy", "課税年度"]).required(),
    AskedItem::new("kind", "車種", AskedForm::Text).or(&["vehicle", "種別"]).required(),
    AskedItem::new("use", "用途", AskedForm::Word(USES)),
    AskedItem::new("first_inspected", "初度検査年月", AskedForm::Month),
    AskedItem::new("fuel", "燃料", AskedForm::Word(FUELS)),
    AskedItem::new("green", "グリーン化特例の率", AskedForm::Number),
    AskedItem::new("towed", "被けん引車", AskedForm::Flag),
];
const USES: &[(&str, &[&str])] = &[("private", &["自家用"]), ("business", &["営業用", "事業用"])];
const FUELS: &[(&str, &[&str])] = &[
    ("petrol", &["ガソリン", "gasoline"]),
    ("diesel", &["軽油", "ディーゼル"]),
    ("hybrid", &["ハイブリッド"]),
    ("electric", &["電気", "電気自動車", "ev"]),
    ("natural-gas", &["天然ガス", "cng"]),
    ("methanol", &["メタノール"]),
    ("none", &["なし", "被けん引車", "towed"]),
    ("other", &["その他"]),
];

/// What the tax of a vehicle depends on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vehicle {
    /// The code of the kind (車種).
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
    #[serde(default)]
    pub green: Option<u8>,
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
    let calendar = BusinessCalendar::published();
    if !calendar.covers(due.year()) {
        return Err(NoAmount::Missing(Missing { table: HOLIDAYS, what: "休日".to_owned(), fiscal_year }));
    }
    let due_on = calendar.business_day_on_or_after(due);
    let mut steps = vec![Step::new(
        "賦課期日と納期限",
        format!("賦課期日 {assessed_on}、納期限 {due_on}"),
        days.source.clone(),
    )];
    if let Some(flat) = rates.flat_of(&vehicle.kind, fiscal_year) {
        let flat = flat?;
        if vehicle.green.is_some() {
            let why = format!("{}に軽減はありません", flat.label);
            steps.push(Step::new("グリーン化特例", why, "地方税法附則 30条"));
        }
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
    let last_year = Month { year: fiscal_year.saturating_sub(1), month: 4 } <= first && first <= before_levy;
    // Some fuels are of their class whoever does not say so.
    let class = vehicle.green.or_else(|| rates.class_of(vehicle.fuel).filter(|_| last_year));
    if let Some(class) = class {
        if !rates.classes().contains(&class) {
            let known: Vec<String> = rates.classes().iter().rev().map(u8::to_string).collect();
            return Err(wrong(
                "R014",
                "green",
                "グリーン化特例の率",
                format!("{class}%という軽減はありません。"),
                &format!("{} のどれかを入力するか、空にしてください。", known.join("、")),
            ));
        }
        // A vehicle keeps its class for life, and has the reduction once: other years need no row.
        if last_year {
            let given = rates.green_of(fiscal_year, class)?;
            if !given.fuels.contains(&vehicle.fuel) {
                return Err(wrong(
                    "R014",
                    "green",
                    "グリーン化特例の率",
                    format!("{class}%軽減は、燃料が{}の車両にはありません。", vehicle.fuel.label()),
                    "車検証の燃料と、達成した燃費基準を確かめてください。",
                ));
            }
            match (given.given, aged.green.get(&class.to_string()).copied()) {
                (true, Some(yen)) => {
                    let formula = format!("{}に初度検査、{class}%軽減は{fiscal_year}年度だけ", first.label());
                    steps.push(Step::new("グリーン化特例", formula, given.source.clone()));
                    return Ok((yen, Grade::Green));
                }
                (false, _) => {
                    let why = format!("{fiscal_year}年度に{class}%軽減はありません");
                    steps.push(Step::new("グリーン化特例", why, given.source.clone()));
                }
                (_, None) => {
                    let why = format!("{}に{class}%軽減はありません", aged.label);
                    steps.push(Step::new("グリーン化特例", why, aged.source.clone()));
                }
            }
        } else {
            let why = format!("{}の初度検査は、前の年度ではないので対象外", first.label());
            steps.push(Step::new("グリーン化特例", why, "地方税法附則 30条"));
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
    fiscal_year: i16,
    kind: String,
    r#use: Option<Use>,
    first_inspected: Option<Month>,
    #[serde(default)]
    fuel: Fuel,
    green: Option<u8>,
    #[serde(default)]
    towed: bool,
}

impl Asked {
    /// The vehicle meant: a kind may name its use, `passenger-private`, and what is towed has no engine.
    fn vehicle(self) -> Result<Vehicle, Vec<Finding>> {
        let named = [Use::Private, Use::Business].into_iter().find_map(|one| {
            let kind = self.kind.strip_suffix(one.code())?.trim_end_matches(['-', ' ']);
            Some((kind.to_owned(), one))
        });
        if let (Some((_, stated)), Some(given)) = (&named, self.r#use)
            && *stated != given
        {
            let message = format!("車種「{}」と用途「{}」が違います。", self.kind, given.label());
            return Err(vec![Finding::error("R015", "use", "用途", message, "どちらかを直してください。")]);
        }
        let (kind, stated) = match named {
            Some((kind, one)) => (kind, Some(one)),
            None => (self.kind, None),
        };
        Ok(Vehicle {
            kind,
            r#use: self.r#use.or(stated).unwrap_or_default(),
            first_inspected: self.first_inspected,
            fuel: if self.towed { Fuel::None } else { self.fuel },
            green: self.green,
        })
    }
}

/// In: the fiscal year and the [`Vehicle`]. Out: the yen, which amount it is, the day of assessment and the due date.
fn calculate(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let asked: Asked = read_asked(ITEMS, input)?;
    let (fiscal_year, vehicle) = (asked.fiscal_year, asked.vehicle()?);
    let rates = rates().map_err(|error| {
        vec![Finding::error("R000", "", "税率", error.to_string(), "配布物を入れ直してください。")]
    })?;
    let annual = annual(rates, fiscal_year, &vehicle).map_err(|why| match why {
        NoAmount::Missing(missing) => vec![missing.finding()],
        NoAmount::Finding(finding) => vec![*finding],
    })?;
    let result = json!({
        "fiscal_year": fiscal_year, "yen": annual.yen, "grade": annual.grade, "label": annual.label,
        "assessed_on": annual.assessed_on, "due_on": annual.due_on,
    });
    Ok(Calculated { result, steps: annual.steps })
}
