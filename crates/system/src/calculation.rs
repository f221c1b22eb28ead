//! Calculations: rules with numbers that anybody can ask without a register.

use serde::Serialize;
use serde_json::Value;

use crate::Finding;
use crate::ask::{AskedItem, record_of};

/// A calculation of a system (試算): JSON in, the result with every step and its source out. It reads no register, so that a
/// rule can be tried, taught and checked by itself (`daicho calc`).
#[derive(Clone, Copy, Debug)]
pub struct Calculation {
    /// System id, slash, lower-case ASCII with hyphens: `tax-collection/delinquency-charge`.
    pub id: &'static str,
    /// The Japanese title.
    pub title: &'static str,
    /// An input that calculates, as JSON: what the items are called, seen at a glance.
    pub sample: &'static str,
    /// The items of an input.
    pub items: &'static [AskedItem],
    /// The calculation: what stands against the input, or what comes out. Pure; the same input
    /// gives the same result. [`answer`](Self::answer) is what to ask.
    pub calculate: fn(&Value) -> Result<Calculated, Vec<Finding>>,
}

impl Calculation {
    /// Calculates.
    ///
    /// # Errors
    /// What stands against the input. The item of each finding is named with the record it stands in.
    pub fn answer(&self, given: &Value) -> Result<Calculated, Vec<Finding>> {
        (self.calculate)(given).map_err(|findings| {
            let named = |finding: Finding| {
                let record = record_of(self.items, given, &finding.path);
                Finding { item: format!("{record}{}", finding.item), ..finding }
            };
            findings.into_iter().map(named).collect()
        })
    }
}

/// What a calculation came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Calculated {
    /// The result: amounts in yen as integers, days as `2026-05-31`.
    pub result: Value,
    /// How it came about, in order.
    pub steps: Vec<Step>,
}

/// One step of a calculation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is found, in Japanese.
    pub title: String,
    /// How, with the numbers in it: `65,000円 × 2.5% × 30日 ÷ 365 = 133円`.
    pub formula: String,
    /// The row of the rates or the article it rests on.
    pub source: String,
}

impl Step {
    /// A step.
    pub fn new(title: impl Into<String>, formula: impl Into<String>, source: impl Into<String>) -> Self {
        Self { title: title.into(), formula: formula.into(), source: source.into() }
    }
}
