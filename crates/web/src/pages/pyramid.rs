//! The population pyramid (人口ピラミッド): both sexes by age classes, drawn, and the same numbers as a table.

use askama::Template;
use axum::http::StatusCode;
use office::{RunError, RunOptions};
use serde_json::{Map, Value, json};
use system::Finding;

use super::{Shell, json};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::grouped;

/// The function whose answer is drawn.
const FUNCTION: &str = "resident-register/population-by-age";

/// The drawing's own units: two of them are about a dot at 1024 dots of width.
const WIDTH: i64 = 1920;
/// Where the bars of men begin and go left from, and where those of women begin; the classes stand between.
const MEN_AT: i64 = 860;
const WOMEN_AT: i64 = 1060;
/// The longest bar; what is left of its side is for the number behind it.
const BAR_MAX: i64 = 720;
/// Headings stand above, the scale below the bars.
const TOP: i64 = 64;
const ROW: i64 = 42;
const BAR: i64 = 34;
/// From the edge of a row to its words.
const BASELINE: i64 = 29;
const SCALE: i64 = 52;
/// The scale has at most so many lines on a side beside zero.
const TICKS_MAX: i64 = 5;

/// One side of one class.
struct Side {
    x: i64,
    width: i64,
    foreign_x: i64,
    foreign_width: i64,
    number_x: i64,
    number: String,
}

/// One class.
struct Class {
    y: i64,
    words_y: i64,
    label: String,
    men: Side,
    women: Side,
}

/// One line of the scale.
struct Tick {
    men_x: i64,
    women_x: i64,
    label: String,
}

/// One row of the table.
struct Line {
    label: String,
    cells: Vec<String>,
}

/// The drawing.
struct Drawing {
    width: i64,
    classes: Vec<Class>,
    ticks: Vec<Tick>,
    height: i64,
    floor: i64,
    words_y: i64,
}

#[derive(Template)]
#[template(path = "pyramid.html")]
struct Page {
    shell: Shell,
    on: String,
    basis: String,
    findings: Vec<Finding>,
    message: String,
    note: String,
    drawing: Option<Drawing>,
    headings: Vec<&'static str>,
    lines: Vec<Line>,
    facts: Vec<(String, String)>,
    not_drawn: i64,
    more: String,
}

/// The pyramid of a day.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let mut input = Map::new();
    for name in ["on", "basis"] {
        let value = value_of(&visit.query, name).trim();
        if !value.is_empty() {
            input.insert(name.to_owned(), json!(value));
        }
    }
    let asked = |name: &str| value_of(&visit.query, name).trim().to_owned();
    let page = |data: &Value, message: String, findings: Vec<Finding>| {
        let on = json::text(data, "base_date");
        let basis = json::text(data, "basis");
        let classes = json::list(data, "age_classes");
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("on", &on)
            .append_pair("basis", &basis)
            .finish();
        let unknown = classes.iter().any(|class| class.get("total_unknown").is_some());
        Page {
            shell: Shell::here(visit).above("住民基本台帳"),
            on: if on.is_empty() { asked("on") } else { on },
            basis: if basis.is_empty() { asked("basis") } else { basis },
            findings,
            message,
            note: json::text(data, "caution"),
            drawing: (!classes.is_empty()).then(|| drawing(classes)),
            headings: headings(unknown),
            lines: lines(data, unknown),
            facts: facts(data),
            not_drawn: not_drawn(classes),
            more: format!("/f/{FUNCTION}?{query}"),
        }
    };
    match visit.try_run(FUNCTION, &Value::Object(input), &RunOptions::default())? {
        Ok(ran) => {
            let data = ran.answer.map(|answer| answer.data).unwrap_or_default();
            Reply::page(&page(&data, ran.message, Vec::new()))
        }
        Err(RunError::Refused(findings)) => {
            let page = page(&Value::Null, String::new(), findings);
            Reply::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

fn count(row: &Value, name: &str) -> i64 {
    row.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn words(number: i64) -> String {
    u64::try_from(number).map(grouped).unwrap_or_default()
}

/// Only classes of known ages have a place on the scale.
fn is_drawn(class: &&Value) -> bool {
    class.get("age_from").is_some()
}

/// The oldest on top; empty classes above the oldest resident are left out, so that the rest is larger.
fn drawing(classes: &[Value]) -> Drawing {
    let mut drawn: Vec<&Value> = classes.iter().filter(is_drawn).collect();
    while drawn.last().is_some_and(|class| count(class, "total") == 0) && 1 < drawn.len() {
        drawn.pop();
    }
    drawn.reverse();
    let longest =
        drawn.iter().flat_map(|class| [count(class, "total_male"), count(class, "total_female")]).max();
    let step = step(longest.unwrap_or_default());
    let ticks_count = longest.unwrap_or_default().max(1).saturating_add(step - 1) / step;
    let whole = ticks_count.saturating_mul(step);
    let long = |count: i64| count.saturating_mul(BAR_MAX) / whole;
    let men = |class: &Value| {
        let (all, foreign) = (long(count(class, "total_male")), foreign(class, "male", &long));
        let end = MEN_AT - all;
        let number = words(count(class, "total_male"));
        Side { x: end, width: all, foreign_x: end, foreign_width: foreign, number_x: end - 10, number }
    };
    let women = |class: &Value| {
        let (all, foreign) = (long(count(class, "total_female")), foreign(class, "female", &long));
        let end = WOMEN_AT + all;
        let number = words(count(class, "total_female"));
        Side {
            x: WOMEN_AT,
            width: all,
            foreign_x: end - foreign,
            foreign_width: foreign,
            number_x: end + 10,
            number,
        }
    };
    let mut y = TOP;
    let mut shown = Vec::new();
    for class in drawn {
        shown.push(Class {
            y: y + (ROW - BAR) / 2,
            words_y: y + BASELINE,
            label: json::text(class, "age_class"),
            men: men(class),
            women: women(class),
        });
        y += ROW;
    }
    let ticks = (0..=ticks_count)
        .map(|no| Tick {
            men_x: MEN_AT - long(no * step),
            women_x: WOMEN_AT + long(no * step),
            label: words(no * step),
        })
        .collect();
    Drawing { width: WIDTH, classes: shown, ticks, height: y + SCALE, floor: y, words_y: y + BASELINE + 4 }
}

/// The outer part of a bar. Somebody is never drawn as nobody.
fn foreign(class: &Value, sex: &str, long: &impl Fn(i64) -> i64) -> i64 {
    let foreign = count(class, &format!("foreign_{sex}"));
    let all = long(count(class, &format!("total_{sex}")));
    long(foreign).max(i64::from(foreign != 0)).min(all)
}

/// Persons between two lines of the scale: 1, 2 or 5 and zeros.
fn step(longest: i64) -> i64 {
    let mut step = 1_i64;
    for times in [2, 5, 10].into_iter().cycle() {
        if longest <= step.saturating_mul(TICKS_MAX) {
            break;
        }
        let decade = power_below(step);
        step = decade.saturating_mul(times);
    }
    step
}

/// The largest 1, 10, 100 … not above a number.
fn power_below(number: i64) -> i64 {
    let mut power = 1_i64;
    while power.saturating_mul(10) <= number {
        power = power.saturating_mul(10);
    }
    power
}

fn headings(unknown: bool) -> Vec<&'static str> {
    let mut headings = vec!["計", "日本人", "外国人", "計", "日本人", "外国人"];
    if unknown {
        headings.extend(["計", "日本人", "外国人"]);
    }
    headings.extend(["計", "日本人", "外国人"]);
    headings
}

/// The table: every class, then all.
fn lines(data: &Value, unknown: bool) -> Vec<Line> {
    let cells = |row: &Value| {
        let mut sexes = vec!["_male", "_female"];
        sexes.extend(unknown.then_some("_unknown"));
        sexes.push("");
        let names = sexes
            .into_iter()
            .flat_map(|sex| ["total", "japanese", "foreign"].map(|kind| format!("{kind}{sex}")));
        names.map(|name| words(count(row, &name))).collect::<Vec<_>>()
    };
    let classes = json::list(data, "age_classes").iter().map(|class| (json::text(class, "age_class"), class));
    let all = json::list(data, "population").iter().map(|row| ("計".to_owned(), row));
    classes.chain(all).map(|(label, row)| Line { label, cells: cells(row) }).collect()
}

/// What is said beside the drawing.
fn facts(data: &Value) -> Vec<(String, String)> {
    let population = json::list(data, "population").first();
    let total = population.map(|row| count(row, "total")).unwrap_or_default();
    let mut facts = Vec::new();
    if let Some(population) = population {
        let part = |name: &str| words(count(population, name));
        facts.push((
            "人口".to_owned(),
            format!("{}人（男 {}・女 {}）", part("total"), part("total_male"), part("total_female")),
        ));
        facts.push(("外国人".to_owned(), format!("{}人", part("foreign"))));
    }
    for row in json::list(data, "broad_ages") {
        let persons = count(row, "total");
        // Tenths of a per cent, rounded half up.
        let share = persons.saturating_mul(2000).saturating_add(total).checked_div(total.saturating_mul(2));
        let share = share.map(|tenths| format!("（{}.{}%）", tenths / 10, tenths % 10)).unwrap_or_default();
        facts.push((json::text(row, "item"), format!("{}人{share}", words(persons))));
    }
    let average = json::text(data, "average_age");
    if !average.is_empty() {
        facts.push(("平均年齢".to_owned(), format!("{average}歳")));
    }
    facts
}

/// Persons in the table who have no place in the drawing: sex or age not known.
fn not_drawn(classes: &[Value]) -> i64 {
    let persons = |class: &Value| match is_drawn(&class) {
        true => count(class, "total_unknown"),
        false => count(class, "total"),
    };
    classes.iter().map(persons).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_has_round_steps_and_few_lines() {
        let table = [
            (0, 1),
            (1, 1),
            (5, 1),
            (6, 2),
            (10, 2),
            (11, 5),
            (25, 5),
            (26, 10),
            (1_300, 500),
            (30_000, 10_000),
        ];
        for (longest, wanted) in table {
            assert_eq!(step(longest), wanted, "{longest}");
        }
    }

    fn class(label: &str, from: Option<i64>, men: i64, women: i64, foreign_men: i64) -> Value {
        json!({
            "age_class": label, "age_from": from, "total": men + women, "total_male": men, "total_female": women,
            "foreign_male": foreign_men, "foreign_female": 0,
        })
    }

    #[test]
    fn bars_are_as_long_as_their_numbers_and_lie_on_their_sides() {
        let mut unknown = class("年齢不詳", None, 1, 0, 0);
        unknown.as_object_mut().unwrap().remove("age_from");
        let classes = [
            class("0～4歳", Some(0), 50, 100, 0),
            class("5～9歳", Some(5), 10, 0, 10),
            class("10～14歳", Some(10), 0, 0, 0),
            unknown,
        ];
        let drawing = drawing(&classes);
        let labels: Vec<&str> = drawing.classes.iter().map(|class| class.label.as_str()).collect();
        assert_eq!(labels, ["5～9歳", "0～4歳"], "oldest first, without the empty top and the unknown");
        let young = &drawing.classes[1];
        assert_eq!((young.women.x, young.women.width), (WOMEN_AT, BAR_MAX));
        assert_eq!((young.men.x, young.men.width), (MEN_AT - BAR_MAX / 2, BAR_MAX / 2));
        let old = &drawing.classes[0];
        assert_eq!(old.men.foreign_width, old.men.width, "all of them are foreign");
        assert_eq!((old.women.width, old.women.number.as_str()), (0, "0"));
        assert!(drawing.classes.iter().all(|class| 0 < class.men.number_x && class.women.number_x < WIDTH));
        assert_eq!(not_drawn(&classes), 1);
    }

    #[test]
    fn one_foreigner_among_thousands_is_still_drawn() {
        let classes = [class("0～4歳", Some(0), 30_000, 0, 1)];
        assert_eq!(drawing(&classes).classes[0].men.foreign_width, 1);
    }
}
