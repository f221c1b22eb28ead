//! 年齢別人口: by single years, by classes, by the three broad ages. The population pyramid is drawn from it.

use register::{Fault, View};
use serde_json::{Map, Value, json};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::statistics::{
    STATISTICS_OFFICE, ahead, answered, basis, basis_field, count, day, has_unknown, refused, row, table,
};
use crate::statistics::{Figures, Heads, Period, data};

/// 年齢別人口.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/population-by-age",
        title: "年齢別人口",
        place: Some(STATISTICS_OFFICE),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "基準日",
            vec![
                Field::new("on", "基準日", FieldKind::Date).help("その日の終わりの人口。空なら今日"),
                basis_field(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day(input, "on").unwrap_or(context.today);
    if context.today < on {
        return Ok(refused(ahead("on", on, context.today)));
    }
    let counted = count(view, Period { first: on, last: on }, basis(input))?;
    let figures = &counted.figures;
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    put("base_date", json!(on.to_string()));
    put("base_date_label", json!(domain::wareki(on)));
    put("basis", json!(counted.basis.code()));
    put("basis_label", json!(counted.basis.label()));
    if let Some(caution) = counted.caution() {
        put("caution", json!(caution));
    }
    put("average_age", json!(average(figures)));
    put("population", table("item", &[("人口".to_owned(), figures.closing)]));
    put("broad_ages", broad(figures));
    put("age_classes", classes(figures));
    put("single_ages", single(figures));
    Ok(answered(format!("{}現在（{}による）", domain::wareki(on), counted.basis.label()), data))
}

/// 平均年齢 with one decimal, as each person's age in whole years; empty of nobody.
fn average(figures: &Figures) -> String {
    let (mut persons, mut years) = (0_i64, 0_i64);
    for (age, heads) in &figures.ages {
        let Some(age) = age else { continue };
        persons = persons.saturating_add(heads.total());
        years = years.saturating_add(heads.total().saturating_mul(i64::from(*age)));
    }
    // Half a tenth is rounded up, in whole numbers.
    let tenths = years.saturating_mul(20).saturating_add(persons).checked_div(persons.saturating_mul(2));
    tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)).unwrap_or_default()
}

/// 年齢階級: five years each up to the open one at the top; every class, those of nobody too.
pub(crate) fn classes(figures: &Figures) -> Value {
    let (width, oldest) = (data::class_years(), data::oldest_class());
    let mut rows: Vec<(String, i16, Heads)> = Vec::new();
    let mut from = 0_i16;
    while from < oldest {
        let until = from.saturating_add(width).min(oldest).saturating_sub(1);
        rows.push((format!("{from}～{until}歳"), from, within(figures, from, Some(until))));
        from = until.saturating_add(1);
    }
    rows.push((format!("{oldest}歳以上"), oldest, within(figures, oldest, None)));
    by_age(rows, figures, "age_class")
}

/// Single years, up to the oldest there is.
fn single(figures: &Figures) -> Value {
    let oldest = figures.ages.keys().flatten().max().copied().unwrap_or_default();
    let rows = (0..=oldest).map(|age| (format!("{age}歳"), age, within(figures, age, Some(age)))).collect();
    by_age(rows, figures, "age")
}

/// Rows by age, and one for those whose age is not known.
fn by_age(rows: Vec<(String, i16, Heads)>, figures: &Figures, name: &str) -> Value {
    let unknown = has_unknown(figures.ages.values());
    let mut shown: Vec<Value> = rows
        .into_iter()
        .map(|(title, from, heads)| row(&[(name, json!(title)), ("age_from", json!(from))], &heads, unknown))
        .collect();
    if let Some(heads) = figures.ages.get(&None) {
        shown.push(row(&[(name, json!("年齢不詳"))], heads, unknown));
    }
    Value::Array(shown)
}

/// 年少人口・生産年齢人口・老年人口.
fn broad(figures: &Figures) -> Value {
    let (working, old) = data::broad_ages();
    let below = |age: i16| age.saturating_sub(1);
    let mut rows = vec![
        (format!("年少人口（0～{}歳）", below(working)), within(figures, 0, Some(below(working)))),
        (format!("生産年齢人口（{working}～{}歳）", below(old)), within(figures, working, Some(below(old)))),
        (format!("老年人口（{old}歳以上）"), within(figures, old, None)),
    ];
    if let Some(heads) = figures.ages.get(&None) {
        rows.push(("年齢不詳".to_owned(), *heads));
    }
    table("item", &rows)
}

fn within(figures: &Figures, from: i16, until: Option<i16>) -> Heads {
    let fits = |age: i16| from <= age && until.is_none_or(|until| age <= until);
    figures.ages.iter().filter(|(age, _)| age.is_some_and(fits)).map(|(_, heads)| heads).sum()
}
