//! What a dataset says of sealed fields is so.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use daicho::demo::{Demo, make};
use daicho::house::Outside;
use register::{AsOf, Fault, Stored, View};
use system::{Dataset, Fate, Row};

/// All rows of a dataset, by records opened or with their sealed fields left sealed.
fn rows(view: &dyn View, dataset: &Dataset, is_sealed: bool) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    let mut each = |stored: &Stored| {
        let mut row = Row::new();
        if (dataset.row)(view, stored, &mut row)? == Fate::Row {
            rows.push(row);
        }
        Ok(ControlFlow::Continue(()))
    };
    match is_sealed {
        true => view.scan_sealed(dataset.kind, None, &mut each)?,
        false => view.scan(dataset.kind, None, &mut each)?,
    }
    Ok(rows)
}

#[test]
fn datasets_that_say_so_give_the_same_rows_without_sealed_fields() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { folder: dir.path().join("town"), residents: 80, seed: 1, fresh: false };
    let (_, house) = make(&demo, Outside::default()).unwrap();
    daicho::demo::settle(&house.office).unwrap();
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let mut counts = BTreeMap::new();
    for dataset in house.office.systems().iter().flat_map(|system| &system.datasets) {
        if dataset.reads_sealed {
            assert!(!dataset.kind.sealed.is_empty(), "{}: its kind has no sealed field", dataset.id);
            continue;
        }
        let opened = rows(&*view, dataset, false).unwrap();
        let left = rows(&*view, dataset, true).unwrap_or_else(|fault| panic!("{}: {fault}", dataset.id));
        assert_eq!(left, opened, "{}", dataset.id);
        counts.insert(dataset.id, opened.len());
    }
    // Those of a kind with sealed fields for which that says something.
    assert!(counts["resident-register/resident"] >= 80, "{counts:?}");
    let with_rows = counts.values().filter(|count| **count > 0).count();
    assert!(with_rows > 3, "{counts:?}");
}
