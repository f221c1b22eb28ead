//! To what money goes: a payment to the parts of its debt (充てる順), an overpayment to debts that are due (充当).

use std::collections::BTreeSet;

use domain::{Date, Yen};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{AskedForm, AskedItem, Calculated, Calculation, Finding, Step, read_asked};

use super::days::effective_due;
use super::rates::{Kind, Rates, rates};
use super::shape;

const SAMPLE: &str = r#"{"overpaid": 30000, "on": "2024-09-10", "class": "tax", "debts": [{"id": "軽自動車税 令和6年度", "class": "tax", "due_on": "2024-05-31", "tax": 10800, "fee": 100, "delinquency": 0}, {"id": "固定資産税 令和6年度 2期", "class": "tax", "due_on": "2024-07-31", "tax": 25000, "fee": 0, "delinquency": 0}]}"#;
const CLEARING_SAMPLE: &str = r#"{"paid": 10000, "costs": 0, "tax": 10800, "fee": 100, "delinquency": 400}"#;

/// The calculation of an appropriation, for `daicho calc`.
pub(crate) const CALCULATION: Calculation = Calculation {
    id: "tax-collection/appropriation",
    title: "過誤納金の充当の計算",
    sample: SAMPLE,
    items: ITEMS,
    calculate,
};

const CLASSES: AskedForm = AskedForm::Word(&[("tax", &["税", "地方税"]), ("premium", &["保険料", "料"])]);
const ITEMS: &[AskedItem] = &[
    AskedItem::new("overpaid", "過誤納額", AskedForm::Yen).or(&["amount"]).required(),
    AskedItem::new("on", "充当する日", AskedForm::Day).or(&["decided_on"]).required(),
    AskedItem::new("class", "税・料の別", CLASSES),
    AskedItem::new("debts", "未納", AskedForm::Rows(DEBT)).required(),
    ORDER,
];
const DEBT: &[AskedItem] = &[
    AskedItem::new("id", "名前", AskedForm::Text).required(),
    AskedItem::new("class", "税・料の別", CLASSES),
    AskedItem::new("due_on", "納期限", AskedForm::Day).or(&["due"]).required(),
    COSTS,
    TAX,
    FEE,
    DELINQUENCY,
];
const COSTS: AskedItem = AskedItem::new("costs", "滞納処分費", AskedForm::Yen);
const TAX: AskedItem = AskedItem::new("tax", "本税", AskedForm::Yen);
const FEE: AskedItem = AskedItem::new("fee", "督促手数料", AskedForm::Yen);
const DELINQUENCY: AskedItem =
    AskedItem::new("delinquency", "延滞金", AskedForm::Yen).or(&["delinquency_charge"]);
const ORDER: AskedItem = AskedItem::new(
    "order",
    "充てる順",
    AskedForm::Words(&[("tax", &["本税"]), ("fee", &["督促手数料"]), ("delinquency", &["延滞金"])]),
);

/// The calculation of a clearing, for `daicho calc`.
pub(crate) const CLEARING: Calculation = Calculation {
    id: "tax-collection/clearing",
    title: "納付額の消込の計算",
    sample: CLEARING_SAMPLE,
    items: CLEARING_ITEMS,
    calculate: calculate_clearing,
};

/// What a debt is made of, or how much of each part a payment met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parts {
    /// 滞納処分費.
    pub costs: Yen,
    /// 本税.
    pub tax: Yen,
    /// 督促手数料.
    pub fee: Yen,
    /// 延滞金.
    pub delinquency: Yen,
}

impl Parts {
    /// All of them; none when they do not fit.
    pub fn total(self) -> Option<Yen> {
        Yen::total([self.costs, self.tax, self.fee, self.delinquency])
    }

    fn part(&mut self, kind: Kind) -> &mut Yen {
        match kind {
            Kind::Tax => &mut self.tax,
            Kind::Fee => &mut self.fee,
            Kind::Delinquency => &mut self.delinquency,
        }
    }
}

/// Whether money belongs to a tax or to an insurance premium (料): one is never put to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// 地方税.
    #[default]
    Tax,
    /// 保険料など.
    Premium,
}

/// A debt that is not paid (未納).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debt {
    /// What it is called: 税目, 年度, 期別, 通知書番号.
    pub id: String,
    /// Tax or premium.
    #[serde(default)]
    pub class: Class,
    /// Due date.
    pub due_on: Date,
    /// 滞納処分費.
    #[serde(default)]
    pub costs: Yen,
    /// 本税.
    #[serde(default)]
    pub tax: Yen,
    /// 督促手数料.
    #[serde(default)]
    pub fee: Yen,
    /// 延滞金.
    #[serde(default)]
    pub delinquency: Yen,
}

impl Debt {
    /// Its parts.
    pub fn parts(&self) -> Parts {
        Parts { costs: self.costs, tax: self.tax, fee: self.fee, delinquency: self.delinquency }
    }
}

/// What went to one debt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Appropriated {
    /// The debt.
    pub id: String,
    /// How much of each part.
    #[serde(flatten)]
    pub parts: Parts,
    /// All of it.
    pub total: Yen,
    /// What stays open.
    pub left: Yen,
}

/// Puts money to the parts of a debt in their order: what each part got, and what is left of the money.
///
/// Source: 地方税法 14条の5, 20条の9の4.
pub fn clear(order: &[Kind], money: Yen, debt: Parts) -> (Parts, Yen) {
    let mut left = money.max(Yen::ZERO);
    let mut debt = debt;
    let mut got = Parts::default();
    let mut give = |open: Yen| {
        let given = open.min(left).max(Yen::ZERO);
        left = Yen(left.0.saturating_sub(given.0));
        given
    };
    got.costs = give(debt.costs);
    for kind in order {
        let given = give(*debt.part(*kind));
        *got.part(*kind) = given;
    }
    (got, left)
}

/// Puts an overpayment to the debts of the same person that are due, the oldest due date first; what is left is refunded.
///
/// Source: 地方税法 17条の2.
pub fn appropriate(
    rates: &Rates,
    overpaid: Yen,
    class: Class,
    on: Date,
    debts: &[Debt],
) -> (Vec<Appropriated>, Yen) {
    appropriate_by(&rates.clearing.order, overpaid, class, on, debts)
}

fn appropriate_by(
    order: &[Kind],
    overpaid: Yen,
    class: Class,
    on: Date,
    debts: &[Debt],
) -> (Vec<Appropriated>, Yen) {
    let mut due: Vec<&Debt> =
        debts.iter().filter(|debt| debt.class == class && effective_due(debt.due_on) <= on).collect();
    due.sort_by_key(|debt| debt.due_on);
    let mut left = overpaid;
    let mut appropriated = Vec::new();
    for debt in due {
        if left <= Yen::ZERO {
            break;
        }
        let parts = debt.parts();
        let (got, rest) = clear(order, left, parts);
        let total = Yen(left.0.saturating_sub(rest.0));
        left = rest;
        if total != Yen::ZERO {
            let open = parts.total().unwrap_or_default();
            let left = Yen(open.0.saturating_sub(total.0));
            appropriated.push(Appropriated { id: debt.id.clone(), parts: got, total, left });
        }
    }
    (appropriated, left)
}

const CLEARING_ITEMS: &[AskedItem] = &[
    AskedItem::new("paid", "納付額", AskedForm::Yen).or(&["amount"]).required(),
    COSTS,
    TAX,
    FEE,
    DELINQUENCY,
    ORDER,
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    overpaid: Yen,
    on: Date,
    #[serde(default)]
    class: Class,
    debts: Vec<Debt>,
    /// The municipality's order, where it is not the usual one.
    #[serde(default)]
    order: Vec<Kind>,
}

/// An order that does not name each part once.
fn disordered(order: &[Kind]) -> Option<Finding> {
    let mut named = order.to_vec();
    named.sort_unstable();
    named.dedup();
    (!order.is_empty() && (named.len() != order.len() || named.len() != 3)).then(|| {
        Finding::error(
            "R006",
            "order",
            "充てる順",
            "充てる順に、tax・fee・delinquency が一つずつ並んでいません。",
            "三つを一つずつ並べるか、空にしてください。",
        )
    })
}

/// In: what was paid too much, of which class, the day, and the person's debts. Out: what goes to each, and the refund.
fn calculate(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let asked: Asked = read_asked(ITEMS, input)?;
    let mut findings = Vec::new();
    shape::check_yen(&mut findings, "overpaid", "過誤納額", asked.overpaid.0);
    for (at, debt) in asked.debts.iter().enumerate() {
        for (name, item, yen) in [
            ("costs", "滞納処分費", debt.costs),
            ("tax", "本税", debt.tax),
            ("fee", "督促手数料", debt.fee),
            ("delinquency", "延滞金", debt.delinquency),
        ] {
            shape::check_yen(&mut findings, &format!("debts.{at}.{name}"), item, yen.0);
        }
    }
    findings.extend(disordered(&asked.order));
    let mut ids = BTreeSet::new();
    for (at, debt) in asked.debts.iter().enumerate().filter(|(_, debt)| !ids.insert(debt.id.as_str())) {
        findings.push(Finding::error(
            "R007",
            format!("debts.{at}.id"),
            "名前",
            format!("「{}」が二度あります。", debt.id),
            "同じ未納は一つにし、別の未納なら名前を変えてください。",
        ));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let rates = rates().map_err(|error| shape::fault(&error))?;
    let order = if asked.order.is_empty() { &rates.clearing.order } else { &asked.order };
    let (appropriated, refund) = appropriate_by(order, asked.overpaid, asked.class, asked.on, &asked.debts);
    let mut steps: Vec<Step> = asked
        .debts
        .iter()
        .filter_map(|debt| {
            let why = if debt.class != asked.class {
                "税と保険料の間では充当しません"
            } else if asked.on < effective_due(debt.due_on) {
                "納期限がまだ来ていません"
            } else {
                return None;
            };
            Some(Step::new(debt.id.clone(), why, "地方税法 17条の2; 各保険料の定め"))
        })
        .collect();
    for one in &appropriated {
        steps.push(Step::new(one.id.clone(), told(&one.parts, one.left), "地方税法 17条の2"));
    }
    steps.push(Step::new("還付", format!("充当の残り {refund}円"), "地方税法 17条"));
    let used = Yen(asked.overpaid.0.saturating_sub(refund.0));
    let result = json!({ "appropriated": appropriated, "appropriated_total": used, "refund": refund });
    Ok(Calculated { result, steps })
}

/// 滞納処分費0円、本税…
fn told(parts: &Parts, left: Yen) -> String {
    format!(
        "滞納処分費{}円、本税{}円、督促手数料{}円、延滞金{}円に充てる（残る未納 {left}円）",
        parts.costs, parts.tax, parts.fee, parts.delinquency
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    paid: Yen,
    #[serde(default)]
    costs: Yen,
    #[serde(default)]
    tax: Yen,
    #[serde(default)]
    fee: Yen,
    #[serde(default)]
    delinquency: Yen,
    /// The municipality's order, where it is not the usual one.
    #[serde(default)]
    order: Vec<Kind>,
}

/// In: what was paid, and what is open of the debt. Out: what each part got, what stays open, what is too much.
fn calculate_clearing(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let payment: Payment = read_asked(CLEARING_ITEMS, input)?;
    let debt =
        Parts { costs: payment.costs, tax: payment.tax, fee: payment.fee, delinquency: payment.delinquency };
    let mut findings = Vec::new();
    for (name, item, yen) in [
        ("paid", "納付額", payment.paid),
        ("costs", "滞納処分費", debt.costs),
        ("tax", "本税", debt.tax),
        ("fee", "督促手数料", debt.fee),
        ("delinquency", "延滞金", debt.delinquency),
    ] {
        shape::check_yen(&mut findings, name, item, yen.0);
    }
    findings.extend(disordered(&payment.order));
    if !findings.is_empty() {
        return Err(findings);
    }
    let rates = rates().map_err(|error| shape::fault(&error))?;
    let order = if payment.order.is_empty() { &rates.clearing.order } else { &payment.order };
    let (got, over) = clear(order, payment.paid, debt);
    let used = Yen(payment.paid.0.saturating_sub(over.0));
    let open = Yen(debt.total().unwrap_or_default().0.saturating_sub(used.0));
    let steps = vec![
        Step::new("消込", told(&got, open), rates.clearing.source.clone()),
        Step::new("過納", format!("{over}円"), "地方税法 17条"),
    ];
    let result = json!({ "cleared": got, "cleared_total": used, "open": open, "overpaid": over });
    Ok(Calculated { result, steps })
}
