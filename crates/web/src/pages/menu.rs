//! The menu, straight from the function table, and the box that opens a screen by its number.

use askama::Template;
use catalog::FunctionMode;
use domain::{AddresseeNo, HouseholdNo};
use system::{Function, Mode, System};

use super::Shell;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// The heading of functions that the function table does not print.
const OTHER: &str = "その他";

/// One function the visitor may use.
pub(crate) struct Entry {
    pub(crate) number: String,
    pub(crate) title: &'static str,
    pub(crate) href: String,
    pub(crate) mode: &'static str,
    /// The row of the function table it fulfils, when its name is another.
    pub(crate) row: String,
}

/// Functions under one name of level 1.
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) entries: Vec<Entry>,
}

/// One system with what the visitor may use of it.
pub(crate) struct Block {
    pub(crate) title: &'static str,
    pub(crate) groups: Vec<Group>,
}

/// A row of the function table nobody fulfils yet.
pub(crate) struct Missing {
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) mode: &'static str,
    pub(crate) description: String,
}

#[derive(Template)]
#[template(path = "menu.html")]
struct Page {
    shell: Shell,
    blocks: Vec<Block>,
    missing: Vec<(String, Vec<Missing>)>,
    missing_count: usize,
    /// For who keeps users or links.
    warnings: Vec<String>,
}

/// The menu.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let blocks = office.systems().iter().filter_map(|system| block(visit, system)).collect();
    let missing = missing(visit);
    let missing_count = missing.iter().map(|(_, rows)| rows.len()).sum();
    let keeps = visit.may(office::USERS_RIGHT) || visit.may("office/links");
    let warnings = if keeps { visit.house.warnings() } else { Vec::new() };
    Reply::page(&Page { shell: Shell::here(visit), blocks, missing, missing_count, warnings })
}

fn block(visit: &Visit, system: &System) -> Option<Block> {
    let mut groups: Vec<Group> = Vec::new();
    for function in system.functions.iter().filter(|function| function.in_menu && visit.may(function.id)) {
        let title = function.place.map_or(OTHER, |place| place.level1);
        let entry = entry(visit, function);
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.entries.push(entry),
            None => groups.push(Group { title: title.to_owned(), entries: vec![entry] }),
        }
    }
    // What the function table does not print comes last, and needs no heading where there is nothing else.
    groups.sort_by_key(|group| group.title == OTHER);
    if let [only] = groups.as_mut_slice()
        && only.title == OTHER
    {
        only.title.clear();
    }
    (!groups.is_empty()).then_some(Block { title: system.title, groups })
}

fn entry(visit: &Visit, function: &Function) -> Entry {
    let row = function.place.and_then(|place| {
        let rows = visit.office().function_table().find(place.unit, place.level2, place.level3);
        rows.into_iter().find(|row| row.place.level1 == place.level1)
    });
    let row_title = row.map(|row| row.place.level2.clone()).unwrap_or_default();
    Entry {
        number: row.map(|row| row.number.clone()).unwrap_or_default(),
        title: function.title,
        href: address(function.id),
        mode: match function.mode {
            Mode::Online => "OL",
            Mode::Batch => "BT",
            Mode::Both => "OL/BT",
        },
        row: if row_title == function.title { String::new() } else { row_title },
    }
}

/// The screen of a function: hand-made where there is one, otherwise its form.
pub(crate) fn address(function: &str) -> String {
    match function {
        "resident-register/search" => "/residents".to_owned(),
        "resident-register/provisional-list" => "/provisional".to_owned(),
        "resident-register/application-list" => "/applications".to_owned(),
        // Drawn; its form with single years and files is linked from there.
        "resident-register/population-by-age" => "/statistics/pyramid".to_owned(),
        other => format!("/f/{other}"),
    }
}

fn missing(visit: &Visit) -> Vec<(String, Vec<Missing>)> {
    let office = visit.office();
    let places: Vec<_> = office
        .systems()
        .iter()
        .flat_map(|system| &system.functions)
        .filter_map(|function| function.place)
        .collect();
    let mut units: Vec<(String, Vec<Missing>)> = Vec::new();
    for row in &office.function_table().rows {
        let place = &row.place;
        let fulfilled = places.iter().any(|own| {
            (own.unit, own.level1, own.level2, own.level3)
                == (place.unit.as_str(), place.level1.as_str(), place.level2.as_str(), place.level3.as_str())
        });
        if fulfilled {
            continue;
        }
        let title = [&place.level1, &place.level2, &place.level3]
            .into_iter()
            .filter(|level| !level.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("／");
        let missing = Missing {
            number: row.number.clone(),
            title,
            mode: match row.mode {
                FunctionMode::Online => "OL",
                FunctionMode::Batch => "BT",
                FunctionMode::Both => "OL/BT",
            },
            description: row.description.clone(),
        };
        match units.iter_mut().find(|(unit, _)| *unit == place.unit) {
            Some((_, rows)) => rows.push(missing),
            None => units.push((place.unit.clone(), vec![missing])),
        }
    }
    units
}

/// Opens what a number names: a row of the function table (`1.1.1`), a person, a household; anything else is searched.
pub(crate) fn go(visit: &Visit) -> Result<Reply, Problem> {
    let asked = value_of(&visit.query, "no").trim();
    if let Some(row) = visit.office().function_table().by_number(asked) {
        let fulfils = |function: &&Function| {
            function.place.is_some_and(|place| {
                (place.unit, place.level1, place.level2)
                    == (&*row.place.unit, &*row.place.level1, &*row.place.level2)
            })
        };
        let own = visit.office().systems().iter().flat_map(|system| &system.functions).find(fulfils);
        return match own {
            Some(function) => Ok(Reply::see_other(&address(function.id))),
            None => {
                Err(Problem::not_found(format!("{asked}「{}」は、まだ対応していません。", row.place.level2)))
            }
        };
    }
    // One number can be either; a person is asked for more often, and the search finds both.
    match (AddresseeNo::parse(asked), HouseholdNo::parse(asked)) {
        (Ok(no), _) if is_person(visit, asked) => Ok(Reply::see_other(&format!("/residents/{no}"))),
        (_, Ok(no)) => Ok(Reply::see_other(&format!("/households/{no}"))),
        _ => {
            let query: String =
                form_urlencoded::Serializer::new(String::new()).append_pair("q", asked).finish();
            Ok(Reply::see_other(&format!("/residents?{query}")))
        }
    }
}

fn is_person(visit: &Visit, no: &str) -> bool {
    const PERSON: &str = "resident-register/person";
    visit.may(PERSON) && visit.ask(PERSON, &serde_json::json!({ "addressee_no": no })).is_ok()
}
