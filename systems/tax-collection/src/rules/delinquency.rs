//! The delinquency charge (延滞金): days, phases, years, part payments, deferments.

use std::collections::BTreeSet;

use domain::{BusinessCalendar, Date, Yen, period_end};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{AskedForm, AskedItem, Calculated, Calculation, Finding, Step, read_asked};

use super::days::{after, before, days, words};
use super::rates::{Missing, Rates, RoundingMode, rates};
use super::shape;

const SAMPLE: &str = r#"{"tax": 65000, "due_on": "2021-05-31", "paid_on": "2022-01-31"}"#;

/// The calculation, for `daicho calc`.
pub(crate) const CALCULATION: Calculation = Calculation {
    id: "tax-collection/delinquency-charge",
    title: "延滞金の計算",
    sample: SAMPLE,
    items: ITEMS,
    calculate,
};

const ITEMS: &[AskedItem] = &[
    AskedItem::new("tax", "本税", AskedForm::Yen).or(&["amount", "税額"]).required(),
    AskedItem::new("due_on", "納期限", AskedForm::Day).or(&["due", "due_date"]).required(),
    AskedItem::new("paid_on", "納付日", AskedForm::Day).or(&["paid", "paid_date", "on"]).required(),
    AskedItem::new("payments", "一部納付", AskedForm::Rows(PAYMENT)).or(&["part_payments"]),
    AskedItem::new("deferments", "猶予", AskedForm::Rows(DEFERMENT)),
    AskedItem::new(
        "mode",
        "端数の切り方",
        AskedForm::Word(&[("segment", &["区間ごと"]), ("phase", &["期間ごと"])]),
    ),
];
const PAYMENT: &[AskedItem] = &[
    AskedItem::new("on", "納付日", AskedForm::Day).or(&["paid_on", "paid"]).required(),
    AskedItem::new("yen", "納付額", AskedForm::Yen).or(&["amount", "tax"]).required(),
];
const DEFERMENT: &[AskedItem] = &[
    AskedItem::new("from", "始期", AskedForm::Day).required(),
    AskedItem::new("to", "終期", AskedForm::Day).or(&["until"]).required(),
    AskedItem::new(
        "exempted",
        "免除",
        AskedForm::Word(&[("all", &["全額", "full"]), ("part", &["一部", "half", "半分"])]),
    )
    .required(),
];

/// A tax that is paid late.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// The tax (本税) of the instalment.
    pub tax: Yen,
    /// The due date (納期限). On a day the office is closed it moves to the next open one.
    pub due_on: Date,
    /// The day the rest is paid, or up to which it is reckoned.
    pub paid_on: Date,
    /// Part payments before; each goes to the tax.
    #[serde(default)]
    pub payments: Vec<Part>,
    /// Days on which the charge is exempted, in whole or in part.
    #[serde(default)]
    pub deferments: Vec<Deferment>,
    /// The municipality's way of cutting stretches, where it is not the usual one.
    #[serde(default)]
    pub mode: Option<RoundingMode>,
}

/// A part payment (一部納付).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The day it was paid.
    pub on: Date,
    /// How much went to the tax.
    pub yen: Yen,
}

/// A deferment (徴収猶予, 換価の猶予): of the charge in its days, what is exempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deferment {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// How much of the charge is exempted.
    pub exempted: Exempted,
}

/// How much of the charge a deferment exempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exempted {
    /// All of it (災害、病気など).
    All,
    /// What is above 猶予特例基準割合.
    Part,
}

/// Days with one base and one rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Days, both ends counted.
    pub days: i64,
    /// What it is charged on.
    pub base: Yen,
    /// Thousandths.
    pub rate: i64,
    /// Whether it lies within one month of the due date.
    pub first_phase: bool,
    /// Yen, cut off below one.
    pub yen: Yen,
    /// The row of the rates.
    #[serde(skip)]
    pub source: String,
}

/// What a late payment costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The due date as it moved.
    pub due_on: Date,
    /// The stretches.
    pub segments: Vec<Segment>,
    /// Before cutting.
    pub sum: Yen,
    /// The charge.
    pub total: Yen,
}

/// The delinquency charge (延滞金).
///
/// From the day after the due date to the day of payment; at the first rate for one month, at the second from then on, each
/// day at the rate of its calendar year; on what is left of the tax from the day after each part payment.
///
/// Source: 地方税法 326条, 369条, 463条の24, 附則 3条の2, 20条の4の2.
///
/// # Errors
/// For a year whose rate is not held.
pub fn charge(rates: &Rates, calendar: &BusinessCalendar, late: &Late) -> Result<Charge, Missing> {
    let due_on = calendar.business_day_on_or_after(late.due_on);
    let first = after(due_on);
    let month_end = period_end(due_on, 1);
    let mut segments: Vec<Segment> = Vec::new();
    // Every day on which something changes begins a stretch.
    let mut begins: BTreeSet<Date> = BTreeSet::from([first, after(month_end)]);
    begins.extend((first.year()..=late.paid_on.year()).filter_map(|year| Date::new(year, 1, 1).ok()));
    begins.extend(late.payments.iter().map(|part| after(part.on)));
    for deferment in &late.deferments {
        begins.extend([deferment.from, after(deferment.to)]);
    }
    let begins: Vec<Date> = begins.into_iter().filter(|day| first <= *day && *day <= late.paid_on).collect();
    for (at, from) in begins.iter().copied().enumerate() {
        let to = begins.get(at.saturating_add(1)).map_or(late.paid_on, |next| before(*next));
        let paid = late.payments.iter().filter(|part| part.on < from).map(|part| part.yen);
        let paid = Yen::total(paid).unwrap_or(late.tax);
        let base = rates.rounding.base(late.tax.checked_sub(paid).unwrap_or(Yen::ZERO));
        let first_phase = from <= month_end;
        let row = rates.delinquency_of(from.year())?;
        let exempted = late
            .deferments
            .iter()
            .filter(|deferment| deferment.from <= from && to <= deferment.to)
            .map(|deferment| deferment.exempted);
        let (rate, source) = match exempted.min_by_key(|exempted| *exempted != Exempted::All) {
            None if first_phase => (row.first, row.source.clone()),
            None => (row.after, row.source.clone()),
            Some(Exempted::All) => (0, "地方税法 15条の9第1項（全額の免除）".to_owned()),
            Some(Exempted::Part) => {
                let base = rates.addition_of(from.year())?;
                let usual = if first_phase { row.first } else { row.after };
                (base.rate.min(usual), format!("地方税法 15条の9、{}", base.source))
            }
        };
        // What changes neither base nor rate, such as a payment below the next thousand, begins no stretch.
        let goes_on = |one: &Segment| {
            one.from.year() == from.year()
                && (one.base, one.rate, one.first_phase) == (base, rate, first_phase)
                && one.source == source
        };
        let from = segments.pop_if(|last| goes_on(last)).map_or(from, |last| last.from);
        let days = days(from, to);
        let yen = Yen(exact(base, rate, days).div_euclid(divisor(rates)));
        segments.push(Segment { from, to, days, base, rate, first_phase, yen, source });
    }
    let sum = match late.mode.unwrap_or(rates.rounding.mode) {
        RoundingMode::Segment => segments.iter().map(|segment| segment.yen.0).sum(),
        RoundingMode::Phase => [true, false]
            .into_iter()
            .map(|phase| {
                let of_phase = segments.iter().filter(|segment| segment.first_phase == phase);
                let exact: i64 = of_phase.map(|one| exact(one.base, one.rate, one.days)).sum();
                exact.div_euclid(divisor(rates))
            })
            .sum(),
    };
    Ok(Charge { due_on, segments, sum: Yen(sum), total: rates.rounding.amount(Yen(sum)) })
}

/// Yen times thousandths times days; twelve digits of yen and a century of days fit.
fn exact(base: Yen, rate: i64, days: i64) -> i64 {
    base.0.saturating_mul(rate).saturating_mul(days)
}

fn divisor(rates: &Rates) -> i64 {
    rates.rounding.days_in_year.saturating_mul(1000).max(1)
}

/// 2.5%.
pub(crate) fn percent(rate: i64) -> String {
    format!("{}.{}%", rate / 10, rate % 10)
}

fn check(late: &Late) -> Vec<Finding> {
    let mut findings = Vec::new();
    shape::check_yen(&mut findings, "tax", "本税", late.tax.0);
    if late.paid_on.year() > late.due_on.year().saturating_add(100) {
        findings.push(shape::disorder("paid_on", "納付日", "納付日が納期限から100年より後です。".to_owned()));
    }
    let mut paid = 0_i64;
    for (at, part) in late.payments.iter().enumerate() {
        shape::check_yen(&mut findings, &format!("payments.{at}.yen"), "納付額", part.yen.0);
        if part.yen == Yen::ZERO {
            findings.push(Finding::error(
                "R002",
                format!("payments.{at}.yen"),
                "納付額",
                "納付額が0円です。",
                "納付のない日は除いてください。",
            ));
        }
        paid = paid.saturating_add(part.yen.0);
        if late.paid_on < part.on {
            let message =
                format!("一部納付の日{}が、納付日{}より後です。", words(part.on), words(late.paid_on));
            findings.push(shape::disorder(&format!("payments.{at}.on"), "一部納付", message));
        }
    }
    if !late.payments.is_empty() && late.tax.0 < paid {
        findings.push(Finding::error(
            "R004",
            "payments",
            "一部納付",
            format!("一部納付の合計{}円が、本税{}円を超えます。", Yen(paid), late.tax),
            "超えた額は過誤納です。一部納付の額を確かめてください。",
        ));
    }
    for (at, deferment) in late.deferments.iter().enumerate() {
        if deferment.to < deferment.from {
            let message =
                format!("猶予の終わり{}が、始まり{}より前です。", words(deferment.to), words(deferment.from));
            findings.push(shape::disorder(&format!("deferments.{at}.to"), "猶予", message));
        }
    }
    findings
}

/// In: [`Late`]. Out: the due date as moved, each stretch with days, base, rate and yen, the sum, and the charge.
fn calculate(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let late: Late = read_asked(ITEMS, input)?;
    let findings = check(&late);
    if !findings.is_empty() {
        return Err(findings);
    }
    let calendar = shape::calendar_of(late.due_on)?;
    let rates = rates().map_err(|error| shape::fault(&error))?;
    let charged = charge(rates, calendar, &late).map_err(|missing| vec![missing.finding()])?;
    let mut steps = Vec::new();
    if charged.due_on != late.due_on {
        steps.push(Step::new(
            "納期限",
            format!("{}は閉庁日なので、{}になります", words(late.due_on), words(charged.due_on)),
            "地方税法 20条の5第2項",
        ));
    }
    let rounding = &rates.rounding;
    let base = rounding.base(late.tax);
    let cut = if base == Yen::ZERO {
        format!("{}円は{}円未満なので、延滞金はかかりません", late.tax, Yen(rounding.base_min))
    } else {
        format!("{}円の{}円未満を切り捨てて {base}円", late.tax, Yen(rounding.base_unit))
    };
    steps.push(Step::new("計算の基礎となる税額", cut, rounding.source.clone()));
    for one in &charged.segments {
        steps.push(Step::new(
            format!("{}から{}まで{}日", words(one.from), words(one.to), one.days),
            format!(
                "{}円 × {} × {}日 ÷ {} = {}円",
                one.base,
                percent(one.rate),
                one.days,
                rounding.days_in_year,
                one.yen
            ),
            one.source.clone(),
        ));
    }
    let how = match late.mode.unwrap_or(rounding.mode) {
        RoundingMode::Segment => "区間ごとに1円未満を切り捨てて合計",
        RoundingMode::Phase => "1か月までとその後の、それぞれの合計の1円未満を切り捨てて合計",
    };
    steps.push(Step::new("合計", format!("{how} {}円", charged.sum), rounding.mode_source.clone()));
    let cut = if charged.total == Yen::ZERO && charged.sum != Yen::ZERO {
        format!("{}円は{}円未満なので 0円", charged.sum, Yen(rounding.amount_min))
    } else {
        format!("{}円の{}円未満を切り捨てて {}円", charged.sum, Yen(rounding.amount_unit), charged.total)
    };
    steps.push(Step::new("延滞金", cut, rounding.source.clone()));
    let result = json!({
        "due_on": charged.due_on, "base": base, "segments": charged.segments, "sum": charged.sum,
        "delinquency_charge": charged.total,
    });
    Ok(Calculated { result, steps })
}
