//! Every row of the function table has its function.

use system::Mode;

#[test]
fn every_row_of_the_function_table_has_a_function() {
    let system = light_vehicle_tax::system();
    let table = include_str!("../../../../standards/functions/unit_functions.tsv");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split('\t').collect())
        .filter(|row: &Vec<&str>| row[0] == "軽自動車税")
        .collect();
    assert_eq!(rows.len(), 19);
    for row in rows {
        let modes: &[Mode] = match row[4] {
            "OL" => &[Mode::Online, Mode::Both],
            "BT" => &[Mode::Batch, Mode::Both],
            _ => &[Mode::Both],
        };
        let has = system.functions.iter().any(|function| {
            modes.contains(&function.mode)
                && function
                    .place
                    .is_some_and(|place| [place.unit, place.level1, place.level2, place.level3] == row[..4])
        });
        assert!(has, "{row:?}");
    }
    for function in &system.functions {
        let places = function
            .place
            .into_iter()
            .map(|place| format!("{}\t{}\t{}\t{}\t", place.unit, place.level1, place.level2, place.level3));
        for place in places {
            assert!(table.contains(&place), "{} stands at no row: {place}", function.id);
        }
    }
}

/// Every kind is stored under a name of the system, and every function, dataset and intake too.
#[test]
fn names_begin_with_the_system() {
    let system = light_vehicle_tax::system();
    let ids = system.kinds.iter().map(|kind| kind.id);
    let ids =
        ids.chain(system.functions.iter().map(|one| one.id)).chain(system.datasets.iter().map(|one| one.id));
    let mut seen = std::collections::BTreeSet::new();
    for id in ids.chain(system.intakes.iter().map(|one| one.id)) {
        assert!(id.starts_with("light-vehicle-tax/"), "{id}");
        seen.insert(id);
    }
    let functions: std::collections::BTreeSet<&str> = system.functions.iter().map(|one| one.id).collect();
    assert_eq!(functions.len(), system.functions.len(), "no function twice");
    assert!(functions.len() < seen.len());
}
