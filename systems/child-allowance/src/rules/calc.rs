//! The calculation `child-allowance/monthly`: JSON in, JSON out, no register needed.

use domain::{Date, RegisterDate, Yen};
use register::Fault;
use serde::Deserialize;
use serde_json::{Value, json};
use system::{AskedForm, AskedItem, Calculated, Calculation, Finding, Step, read_asked};

use super::{Month, granted, rates};

/// Why a calculation could not be made; wrong input, in Japanese.
#[derive(Debug, thiserror::Error)]
pub enum CalcError {
    /// The input does not have the shape.
    #[error("入力の形が違います（{0}）。month と children（birth_date, supported）を入力してください")]
    Shape(#[from] serde_json::Error),
    /// The month lies before the first regime held.
    #[error("{}の額は登録されていません", .0.label())]
    NoRegime(Month),
    /// A birth date is not a day of the calendar.
    #[error("{0}人目の生年月日が暦の日付ではありません")]
    Birth(usize),
    /// The rates do not read.
    #[error("額の表が読めません")]
    Rates(#[from] Fault),
}

#[derive(Deserialize)]
struct Asked {
    month: Month,
    children: Vec<Child>,
}

#[derive(Deserialize)]
struct Child {
    birth_date: RegisterDate,
    #[serde(default)]
    supported: bool,
}

/// The monthly amounts of one payee's children (手当月額の計算).
///
/// In: `{"month": "2024-10", "children": [{"birth_date": "2009-06-01", "supported": true}, …]}`. `supported` says of
/// somebody past 18 that the payee still supports them (監護相当・生計費の負担についての確認書). Out: each child with its order
/// (第何子), class and yen, and the total.
///
/// Source: 児童手当法 art. 6(1).
///
/// # Errors
/// When the input does not read, or for a month before the rates held.
pub fn monthly(input: &Value) -> Result<Value, CalcError> {
    let asked = Asked::deserialize(input)?;
    let rates = rates()?;
    let regime = rates.regime_of(asked.month).ok_or(CalcError::NoRegime(asked.month))?;
    let mut births = Vec::new();
    for (index, child) in asked.children.iter().enumerate() {
        births.push(child.birth_date.known().ok_or(CalcError::Birth(index.saturating_add(1)))?);
    }
    // Elder first; of twins, the one named first.
    let mut order: Vec<usize> = (0..births.len()).collect();
    order.sort_by_key(|index| births.get(*index).copied());
    let counts = |index: &usize| {
        let supported = asked.children.get(*index).is_some_and(|child| child.supported);
        births
            .get(*index)
            .is_some_and(|birth| supported || asked.month <= regime.last_month_unconfirmed(*birth))
    };
    let counted: Vec<usize> = order.into_iter().filter(counts).collect();
    let family: Vec<Date> = counted.iter().filter_map(|index| births.get(*index).copied()).collect();
    let mut total = Yen::ZERO;
    let mut children = Vec::new();
    for (index, birth) in births.iter().enumerate() {
        let place = counted.iter().position(|counted| *counted == index);
        let grant = place.and_then(|place| granted(rates, &family, place, asked.month));
        let yen = grant.as_ref().map_or(Yen::ZERO, |grant| grant.monthly);
        total = total.checked_add(yen).unwrap_or(total);
        children.push(json!({
            "birth_date": birth.to_string(),
            "order": grant.as_ref().map(|grant| grant.order),
            "class": grant.as_ref().map(|grant| grant.class.clone()),
            "class_label": grant.as_ref().map(|grant| rates.class_label(&grant.class).to_owned()),
            "monthly_yen": yen,
        }));
    }
    Ok(
        json!({ "month": asked.month, "month_label": asked.month.label(), "children": children, "total_yen": total }),
    )
}

/// The calculation, for `daicho calc`.
pub const MONTHLY: Calculation = Calculation {
    id: "child-allowance/monthly",
    title: "児童手当の月額",
    sample: r#"{"month": "2024-10", "children": [{"birth_date": "2009-06-01"}, {"birth_date": "2012-08-15"}, {"birth_date": "2023-01-20"}]}"#,
    items: ITEMS,
    calculate,
};

const ITEMS: &[AskedItem] = &[
    AskedItem::new("month", "月", AskedForm::Month).required(),
    AskedItem::new("children", "児童", AskedForm::Rows(CHILD)).required(),
];
const CHILD: &[AskedItem] = &[
    AskedItem::new("birth_date", "生年月日", AskedForm::Day).required(),
    AskedItem::new("supported", "監護相当の確認", AskedForm::Flag),
];

fn calculate(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let asked: Value = read_asked(ITEMS, input)?;
    let result = monthly(&asked).map_err(|error| {
        let remedy = "入力を直してください。";
        vec![Finding::error("F006", "", "入力", error.to_string(), remedy)]
    })?;
    let source = Month::deserialize(result.get("month").unwrap_or(&Value::Null))
        .ok()
        .and_then(|month| rates().ok()?.regime_of(month).map(|regime| regime.source.clone()))
        .unwrap_or_default();
    let rows = result.get("children").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let steps = rows.iter().map(|row| {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let yen = Yen(row.get("monthly_yen").and_then(Value::as_i64).unwrap_or_default());
        let formula = match row.get("order").and_then(Value::as_u64) {
            Some(order) => format!("第{order}子、{}: {yen}円", text("class_label")),
            None => "対象の児童ではありません: 0円".to_owned(),
        };
        Step::new(format!("{}生まれの児童", text("birth_date")), formula, source.clone())
    });
    Ok(Calculated { steps: steps.collect(), result })
}
