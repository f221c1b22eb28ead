//! Every row of 滞納整理 and 決算 in the function table has its function, run as the table says.

use std::collections::BTreeSet;

use system::{Effect, Mode};

#[test]
fn every_row_of_arrears_and_closings_has_a_function() {
    let system = tax_collection::system();
    let table = include_str!("../../../../standards/functions/unit_functions.tsv");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split('\t').collect())
        .filter(|row: &Vec<&str>| row[0] == "収滞納管理" && ["滞納整理", "決算"].contains(&row[1]))
        .collect();
    assert_eq!(rows.len(), 16);
    for row in rows {
        let modes: &[Mode] = match row[4] {
            "OL" => &[Mode::Online, Mode::Both],
            "BT" => &[Mode::Batch, Mode::Both],
            _ => &[Mode::Both],
        };
        let has = system.functions.iter().any(|function| {
            let place = function.place.map(|place| [place.unit, place.level1, place.level2, place.level3]);
            modes.contains(&function.mode) && place.is_some_and(|place| place == row[..4])
        });
        assert!(has, "{row:?}");
    }
}

/// No function twice, every one at a row of the table; inquiries and papers of what was done only look.
#[test]
fn functions_stand_in_the_table_once() {
    let system = tax_collection::system();
    let table = include_str!("../../../../standards/functions/unit_functions.tsv");
    let mut seen = BTreeSet::new();
    for function in &system.functions {
        assert!(seen.insert(function.id), "{} twice", function.id);
        if let Some(place) = function.place {
            let row = format!("{}\t{}\t{}\t{}\t", place.unit, place.level1, place.level2, place.level3);
            assert!(table.contains(&row), "{} stands at no row: {row}", function.id);
        }
    }
    let reads: Vec<&str> = system
        .functions
        .iter()
        .filter(|function| function.effect == Effect::Reads)
        .map(|function| function.id)
        .collect();
    for id in ["case-list", "case-inquiry", "pledge-follow-up", "seizure-document"] {
        assert!(reads.contains(&format!("tax-collection/{id}").as_str()), "{id}");
    }
}
