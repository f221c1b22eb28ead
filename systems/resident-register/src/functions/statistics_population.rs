//! 人口統計表: population, households and movements of a month, a year or any days; and the annual report in its order.

use register::{Fault, View};
use serde_json::{Value, json};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::statistics::{
    Counted, PREFECTURE, STATISTICS_OFFICE, basis, basis_field, count, day, over_period, refused, row, table,
};
use super::{statistics, statistics_age};
use crate::statistics::data::{self, Direction, Group};
use crate::statistics::{Heads, Home, Period};

/// 人口統計表.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/population-statistics",
        title: "人口統計表",
        place: Some(STATISTICS_OFFICE),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once("期間", statistics::period_fields())]),
        in_menu: true,
        decide,
    }
}

/// 住民基本台帳関係年報: the tables a municipality reports each year.
///
/// Source: 住民記録システム標準仕様書 6.1; the order of the tables is unverified.
pub(crate) fn annual_report() -> Function {
    Function {
        id: "resident-register/annual-report",
        title: "住民基本台帳関係年報",
        place: Some(PREFECTURE),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "対象の年",
            vec![
                Field::new("on", "対象の年に入る日", FieldKind::Date)
                    .help("その日の年の1月1日から12月31日まで。空なら前の年。人口と世帯数は翌年1月1日現在"),
                basis_field(),
            ],
        )]),
        in_menu: true,
        decide: decide_annual,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    over_period(view, input, context, |counted, data| {
        data.insert("summary".to_owned(), summary(counted));
        data.insert("households".to_owned(), households(counted));
        data.insert("movements".to_owned(), movements(counted));
        data.insert("districts".to_owned(), districts(counted));
        data.insert("unchanged".to_owned(), unchanged(counted));
    })
}

fn decide_annual(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let first_month = data::first_month(false);
    let this_year = Period::year(context.today, first_month);
    let period = match day(input, "on") {
        Some(on) => Period::year(on, first_month),
        None => Period::year(this_year.before().unwrap_or(context.today), first_month),
    };
    if context.today < period.first {
        return Ok(refused(statistics::ahead("on", period.first, context.today)));
    }
    let period = Period { last: period.last.min(context.today), ..period };
    let counted = count(view, period, basis(input))?;
    let mut data = counted.head();
    data.insert("population".to_owned(), table("item", &[("人口".to_owned(), counted.figures.closing)]));
    data.insert("households".to_owned(), households(&counted));
    data.insert("movements".to_owned(), movements(&counted));
    data.insert("change".to_owned(), change(&counted));
    data.insert("age_classes".to_owned(), statistics_age::classes(&counted.figures));
    Ok(statistics::answered(format!("年報　{}", counted.title()), data))
}

/// 期首・記載・消除・期末: the identity, so that a reader can check it.
fn summary(counted: &Counted) -> Value {
    let figures = &counted.figures;
    table(
        "item",
        &[
            ("期首の人口".to_owned(), figures.opening),
            ("記載".to_owned(), figures.sum(Direction::Record)),
            ("消除".to_owned(), figures.sum(Direction::Delete)),
            ("期末の人口".to_owned(), figures.closing),
        ],
    )
}

/// Households by who lives in them.
fn households(counted: &Counted) -> Value {
    let figures = &counted.figures;
    let mut rows: Vec<Value> = Vec::new();
    let (mut before, mut after) = (0_i64, 0_i64);
    for home in Home::ALL {
        let of =
            |homes: &std::collections::BTreeMap<Home, i64>| homes.get(&home).copied().unwrap_or_default();
        let (opening, closing) = (of(&figures.homes_before), of(&figures.homes));
        before = before.saturating_add(opening);
        after = after.saturating_add(closing);
        rows.push(households_row(home.label(), opening, closing));
    }
    rows.push(households_row("世帯数の計", before, after));
    Value::Array(rows)
}

fn households_row(title: &str, opening: i64, closing: i64) -> Value {
    json!({ "item": title, "opening": opening, "closing": closing, "difference": closing.saturating_sub(opening) })
}

/// Every line of 記載 and 消除 with its sum.
fn movements(counted: &Counted) -> Value {
    let figures = &counted.figures;
    let unknown = statistics::has_unknown(&figures.movements);
    let mut rows = Vec::new();
    for direction in [Direction::Record, Direction::Delete] {
        let label = direction.label();
        for (line, heads) in data::lines().iter().zip(&figures.movements) {
            // Lines of corrections stand only where there were some.
            if line.direction == direction && (line.reason.is_some() || heads.total() != 0) {
                let code = line.reason.map(|reason| reason.code()).unwrap_or_default();
                rows.push(movement_row(label, code, line.title, heads, unknown));
            }
        }
        rows.push(movement_row(label, "", &format!("{label}の計"), &figures.sum(direction), unknown));
    }
    Value::Array(rows)
}

fn movement_row(direction: &str, code: &str, title: &str, heads: &Heads, unknown: bool) -> Value {
    row(&[("direction", json!(direction)), ("code", json!(code)), ("item", json!(title))], heads, unknown)
}

/// 増減: natural, social, other.
fn change(counted: &Counted) -> Value {
    let figures = &counted.figures;
    let of = |group: Option<Group>| {
        let side = |direction| {
            figures.sum_where(|line| {
                line.direction == direction && group.is_none_or(|group| line.group == group)
            })
        };
        side(Direction::Record).minus(&side(Direction::Delete))
    };
    table(
        "item",
        &[
            ("自然増減（出生−死亡）".to_owned(), of(Some(Group::Natural))),
            ("社会増減（転入−転出）".to_owned(), of(Some(Group::Social))),
            ("その他の増減".to_owned(), of(Some(Group::Other))),
            ("増減の計".to_owned(), of(None)),
        ],
    )
}

/// Population and households by 町字.
fn districts(counted: &Counted) -> Value {
    let districts = &counted.figures.districts;
    let unknown = statistics::has_unknown(districts.values().map(|(heads, _)| heads));
    districts
        .iter()
        .map(|(town, (heads, homes))| {
            let town = if town.is_empty() { "（町字なし）" } else { town };
            row(&[("town", json!(town)), ("household_count", json!(homes))], heads, unknown)
        })
        .collect()
}

/// What was recorded and changed no number.
fn unchanged(counted: &Counted) -> Value {
    let figures = &counted.figures;
    table(
        "item",
        &[
            ("転居（市区町村内）".to_owned(), figures.moves_within),
            ("改製・再製".to_owned(), figures.renewals),
        ],
    )
}
