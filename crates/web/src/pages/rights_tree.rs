//! The tree of rights (権限の一覧): every system with its functions, to be given or taken away.

use std::collections::BTreeSet;

use office::{NAMED_RIGHTS, Office, Rights, euc_right};
use system::System;

use crate::visit::{Pairs, values_of};

/// One right with its two boxes.
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Its number in the function table.
    pub(crate) number: String,
    pub(crate) given: bool,
    pub(crate) taken: bool,
}

/// A system with all its functions.
pub(crate) struct Branch {
    pub(crate) title: String,
    /// Whether one of its boxes is ticked.
    pub(crate) open: bool,
    pub(crate) summary: String,
    pub(crate) choices: Vec<Choice>,
}

/// All rights.
pub(crate) struct Tree {
    pub(crate) everything: Choice,
    pub(crate) branches: Vec<Branch>,
    /// Rights of this set that no system of this house knows. They stay as they are until somebody takes them out.
    pub(crate) unknown: Vec<String>,
}

impl Tree {
    pub(crate) fn of(office: &Office, rights: &Rights) -> Self {
        let held: BTreeSet<&str> = rights.0.iter().map(String::as_str).collect();
        let choice = |id: &str, title: &str, number: String| Choice {
            given: held.contains(id),
            taken: held.contains(format!("!{id}").as_str()),
            id: id.to_owned(),
            title: title.to_owned(),
            number,
        };
        let branch = |title: &str, choices: Vec<Choice>| {
            let given = choices.iter().filter(|choice| choice.given).count();
            let taken = choices.iter().filter(|choice| choice.taken).count();
            let summary = match (given, taken) {
                (0, 0) => String::new(),
                (given, 0) => format!("与える {given}"),
                (given, taken) => format!("与える {given}　除く {taken}"),
            };
            Branch { title: title.to_owned(), open: 0 < given + taken, summary, choices }
        };
        let mut named = vec![choice("office/*", "運用のすべて", String::new())];
        named.extend(NAMED_RIGHTS.iter().map(|(id, title)| choice(id, title, String::new())));
        let mut branches = vec![branch("運用", named)];
        for system in office.systems() {
            let mut choices =
                vec![choice(&format!("{}/*", system.id), "このシステムのすべて", String::new())];
            choices.extend(system.functions.iter().map(|function| {
                let row = function.place.and_then(|place| {
                    let rows = office.function_table().find(place.unit, place.level2, place.level3);
                    rows.into_iter().find(|row| row.place.level1 == place.level1)
                });
                choice(function.id, function.title, row.map(|row| row.number.clone()).unwrap_or_default())
            }));
            let datasets = system.datasets.iter();
            let offered: Vec<_> = datasets.filter(|dataset| is_offered(system, dataset.id)).collect();
            if !offered.is_empty() {
                let all = format!("euc/{}/*", system.id);
                choices.push(choice(&all, "データ抽出（EUC）のすべて", String::new()));
            }
            choices.extend(offered.into_iter().map(|dataset| {
                choice(&euc_right(dataset.id), &format!("データ抽出: {}", dataset.title), String::new())
            }));
            branches.push(branch(system.title, choices));
        }
        let everything = choice("*", "すべての機能", String::new());
        let shown: BTreeSet<&str> = branches
            .iter()
            .flat_map(|branch| &branch.choices)
            .chain(std::iter::once(&everything))
            .map(|choice| choice.id.as_str())
            .collect();
        let unknown = rights
            .0
            .iter()
            .filter(|right| !shown.contains(right.strip_prefix('!').unwrap_or(right)))
            .cloned()
            .collect();
        Self { everything, branches, unknown }
    }
}

fn is_offered(system: &System, dataset: &str) -> bool {
    system.extracts.iter().any(|extract| extract.dataset == dataset)
}

/// What the right of an extract is called; none when it is no such right.
fn extract_named(office: &Office, right: &str) -> Option<String> {
    let dataset = right.strip_prefix("euc/")?;
    if let Some(system) = dataset.strip_suffix("/*") {
        return Some(format!("{}のデータ抽出のすべて", office.system(system)?.title));
    }
    let mut systems = office.systems().iter();
    let found = systems.find_map(|system| system.datasets.iter().find(|own| own.id == dataset))?;
    Some(format!("データ抽出: {}", found.title))
}

/// The rights a form with the tree sends.
pub(crate) fn sent(pairs: &Pairs) -> Rights {
    let mut rights: Vec<String> = Vec::new();
    for right in values_of(pairs, "right") {
        if !rights.contains(&right) {
            rights.push(right);
        }
    }
    Rights(rights)
}

/// What a right is called: the function's or the named thing's name, the system's for all of it.
pub(crate) fn named(office: &Office, right: &str) -> String {
    let (taken, id) = match right.strip_prefix('!') {
        Some(id) => ("除く: ", id),
        None => ("", right),
    };
    let title = match id {
        "*" => "すべての機能".to_owned(),
        "office/*" => "運用のすべて".to_owned(),
        id if id.starts_with("euc/") => extract_named(office, id).unwrap_or_else(|| id.to_owned()),
        id => match id.strip_suffix("/*") {
            Some(system) => office
                .system(system)
                .map_or_else(|| id.to_owned(), |system| format!("{}のすべて", system.title)),
            None => NAMED_RIGHTS
                .iter()
                .find(|(known, _)| *known == id)
                .map(|(_, title)| (*title).to_owned())
                .or_else(|| {
                    office
                        .function(id)
                        .map(|(system, function)| format!("{}（{}）", function.title, system.title))
                })
                .unwrap_or_else(|| id.to_owned()),
        },
    };
    format!("{taken}{title}")
}
