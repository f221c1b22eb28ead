//! The addition to a refund (還付加算金): from which day, at which rates.

use domain::{Date, Yen, period_end};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{AskedForm, AskedItem, Calculated, Calculation, Finding, Step, read_asked};

use super::days::{after, before, days, words};
use super::delinquency::percent;
use super::rates::{Missing, Rates, rates};
use super::shape;

const SAMPLE: &str =
    r#"{"amount": 600000, "paid_on": "2024-05-31", "decided_on": "2024-12-20", "cause": "correction"}"#;

/// The calculation, for `daicho calc`.
pub(crate) const CALCULATION: Calculation = Calculation {
    id: "tax-collection/refund-addition",
    title: "還付加算金の計算",
    sample: SAMPLE,
    items: ITEMS,
    calculate,
};

const ITEMS: &[AskedItem] = &[
    AskedItem::new("amount", "過誤納額", AskedForm::Yen).or(&["overpaid", "tax"]).required(),
    AskedItem::new("paid_on", "納付日", AskedForm::Day).or(&["paid", "paid_date"]).required(),
    AskedItem::new("decided_on", "支出決定日", AskedForm::Day)
        .or(&["decided", "on", "decided_date"])
        .required(),
    AskedItem::new("cause", "原因", AskedForm::Word(CAUSES)),
    AskedItem::new("requested_on", "更正の請求の日", AskedForm::Day),
    AskedItem::new("corrected_on", "更正の日", AskedForm::Day),
    AskedItem::new("noticed_on", "所得税の通知・申告の日", AskedForm::Day),
    AskedItem::new("starts_on", "起算日", AskedForm::Day).or(&["starts"]),
];
const CAUSES: &[(&str, &[&str])] = &[
    ("correction", &["更正・決定・賦課決定", "更正", "決定"]),
    ("correction-on-request", &["更正の請求に基づく更正", "更正の請求"]),
    ("income-tax", &["所得税の更正・申告", "所得税"]),
    ("mistake", &["誤納", "二重納付", "double", "double-payment"]),
];

/// What was paid too much and is given back (過誤納金).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overpaid {
    /// What is refunded or appropriated.
    pub amount: Yen,
    /// The day it was paid.
    pub paid_on: Date,
    /// The day the refund is decided, or it became appropriable.
    pub decided_on: Date,
    /// Why it was too much.
    #[serde(default)]
    pub cause: Cause,
    /// The day of the request, of [`Cause::CorrectionOnRequest`].
    #[serde(default)]
    pub requested_on: Option<Date>,
    /// The day of the correction, of [`Cause::CorrectionOnRequest`].
    #[serde(default)]
    pub corrected_on: Option<Date>,
    /// The day of the notice or return of income tax, of [`Cause::IncomeTax`].
    #[serde(default)]
    pub noticed_on: Option<Date>,
    /// The first day, where it is known already.
    #[serde(default)]
    pub starts_on: Option<Date>,
}

/// Why something was paid too much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// 更正、決定、賦課決定.
    #[default]
    Correction,
    /// 更正の請求に基づく更正.
    CorrectionOnRequest,
    /// 所得税の更正・申告を原因とする減額.
    IncomeTax,
    /// 誤納（二重納付など）.
    Mistake,
}

impl Cause {
    fn label(self) -> &'static str {
        match self {
            Self::Correction => "更正・決定・賦課決定",
            Self::CorrectionOnRequest => "更正の請求に基づく更正",
            Self::IncomeTax => "所得税の更正・申告",
            Self::Mistake => "誤納",
        }
    }

    fn source(self) -> &'static str {
        match self {
            Self::Correction => "地方税法 17条の4第1項1号",
            Self::CorrectionOnRequest => "地方税法 17条の4第1項2号",
            Self::IncomeTax => "地方税法 17条の4第1項3号",
            Self::Mistake => "地方税法 17条の4第1項4号",
        }
    }
}

/// What is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The first day.
    pub starts_on: Date,
    /// All days.
    pub days: i64,
    /// First day, last day, days, rate, yen and source of each calendar year.
    pub years: Vec<(Date, Date, i64, i64, Yen, String)>,
    /// Before cutting.
    pub sum: Yen,
    /// The addition.
    pub total: Yen,
}

/// The first day of the addition; none when the day it is reckoned from is not stated.
///
/// Source: 地方税法 17条の4第1項.
fn starts_on(overpaid: &Overpaid) -> Option<Date> {
    if let Some(stated) = overpaid.starts_on {
        return Some(stated);
    }
    // The day after the last of so many months, which begin the day after.
    let months = |day: Date, months: i32| after(period_end(day, months));
    let after_payment = after(overpaid.paid_on);
    let day = match overpaid.cause {
        Cause::Correction => after_payment,
        Cause::CorrectionOnRequest => {
            months(overpaid.requested_on?, 3).min(months(overpaid.corrected_on?, 1))
        }
        Cause::IncomeTax => months(overpaid.noticed_on?, 1),
        Cause::Mistake => months(overpaid.paid_on, 1),
    };
    Some(day.max(after_payment))
}

/// The addition to a refund (還付加算金); none when a day is missing it is reckoned from.
///
/// Source: 地方税法 17条の4, 附則 3条の2, 20条の4の2.
///
/// # Errors
/// For a year whose rate is not held.
pub fn addition(rates: &Rates, overpaid: &Overpaid) -> Result<Option<Addition>, Missing> {
    let Some(first) = starts_on(overpaid) else { return Ok(None) };
    let base = rates.rounding.base(overpaid.amount);
    let mut years = Vec::new();
    for year in first.year()..=overpaid.decided_on.year() {
        let from = Date::new(year, 1, 1).map_or(first, |begin| begin.max(first));
        let next = Date::new(year.saturating_add(1), 1, 1).map_or(Date::MAX, before);
        let to = next.min(overpaid.decided_on);
        let count = days(from, to);
        if count == 0 {
            continue;
        }
        let row = rates.addition_of(year)?;
        let exact = base.0.saturating_mul(row.rate).saturating_mul(count);
        let yen = Yen(exact.div_euclid(rates.rounding.days_in_year.saturating_mul(1000).max(1)));
        years.push((from, to, count, row.rate, yen, row.source.clone()));
    }
    let sum = Yen(years.iter().map(|(.., yen, _)| yen.0).sum());
    let days = years.iter().map(|(_, _, days, ..)| *days).sum();
    Ok(Some(Addition { starts_on: first, days, years, sum, total: rates.rounding.amount(sum) }))
}

/// Days given that the cause does not go by: one of the two is wrong, and which is not for us to say.
fn unasked(overpaid: &Overpaid) -> Vec<Finding> {
    let request = overpaid.cause == Cause::CorrectionOnRequest;
    let days = [
        ("requested_on", "更正の請求の日", overpaid.requested_on, request),
        ("corrected_on", "更正の日", overpaid.corrected_on, request),
        ("noticed_on", "所得税の通知・申告の日", overpaid.noticed_on, overpaid.cause == Cause::IncomeTax),
    ];
    let unasked = days.into_iter().filter(|(.., day, asked)| day.is_some() && !asked);
    let finding = |(path, item, ..): (&str, &str, Option<Date>, bool)| {
        let message = format!("原因が「{}」なのに、{item}があります。", overpaid.cause.label());
        Finding::error("R008", path, item, message, "原因か日付のどちらかを直してください。")
    };
    unasked.map(finding).collect()
}

fn check(overpaid: &Overpaid) -> Vec<Finding> {
    let mut findings = Vec::new();
    shape::check_yen(&mut findings, "amount", "過誤納額", overpaid.amount.0);
    if overpaid.decided_on < overpaid.paid_on {
        let message = format!(
            "支出決定の日{}が、納付の日{}より前です。",
            words(overpaid.decided_on),
            words(overpaid.paid_on)
        );
        findings.push(shape::disorder("decided_on", "支出決定日", message));
    }
    if let Some(starts_on) = overpaid.starts_on.filter(|starts_on| *starts_on <= overpaid.paid_on) {
        let message = format!(
            "起算日{}が、納付の日{}より後ではありません。",
            words(starts_on),
            words(overpaid.paid_on)
        );
        findings.push(shape::disorder("starts_on", "起算日", message));
    }
    findings.extend(unasked(overpaid));
    if overpaid.paid_on.year().saturating_add(100) < overpaid.decided_on.year() {
        findings.push(shape::disorder(
            "decided_on",
            "支出決定日",
            "納付の日から100年より後です。".to_owned(),
        ));
    }
    findings
}

/// In: [`Overpaid`]. Out: the first day, the days, and the addition.
fn calculate(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let overpaid: Overpaid = read_asked(ITEMS, input)?;
    let findings = check(&overpaid);
    if !findings.is_empty() {
        return Err(findings);
    }
    let rates = rates().map_err(|error| shape::fault(&error))?;
    let Some(added) = addition(rates, &overpaid).map_err(|missing| vec![missing.finding()])? else {
        let (path, item) = match (overpaid.cause, overpaid.requested_on) {
            (Cause::IncomeTax, _) => ("noticed_on", "所得税の通知・申告の日"),
            (_, None) => ("requested_on", "更正の請求の日"),
            _ => ("corrected_on", "更正の日"),
        };
        return Err(vec![Finding::error(
            "R005",
            path,
            item,
            format!("{item}がないので、{}の起算日が決まりません。", overpaid.cause.label()),
            "日付を入力してください。",
        )]);
    };
    let rounding = &rates.rounding;
    let base = rounding.base(overpaid.amount);
    let mut steps = vec![
        Step::new(
            "起算日",
            format!("{}: {}", overpaid.cause.label(), words(added.starts_on)),
            overpaid.cause.source(),
        ),
        Step::new(
            "計算の基礎となる額",
            if base == Yen::ZERO {
                format!("{}円は{}円未満なので、加算金は付きません", overpaid.amount, Yen(rounding.base_min))
            } else {
                format!("{}円の{}円未満を切り捨てて {base}円", overpaid.amount, Yen(rounding.base_unit))
            },
            rounding.source.clone(),
        ),
    ];
    for (from, to, days, rate, yen, source) in &added.years {
        steps.push(Step::new(
            format!("{}から{}まで{days}日", words(*from), words(*to)),
            format!("{base}円 × {} × {days}日 ÷ {} = {yen}円", percent(*rate), rounding.days_in_year),
            source.clone(),
        ));
    }
    let cut = if added.total == Yen::ZERO {
        format!("{}円は{}円未満なので 0円", added.sum, Yen(rounding.amount_min))
    } else {
        format!("{}円の{}円未満を切り捨てて {}円", added.sum, Yen(rounding.amount_unit), added.total)
    };
    steps.push(Step::new("還付加算金", cut, rounding.source.clone()));
    let result = json!({
        "starts_on": added.starts_on, "days": added.days, "base": base, "sum": added.sum, "addition": added.total,
    });
    Ok(Calculated { result, steps })
}
