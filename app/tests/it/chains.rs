//! What link files say arrives over several links, arrives.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use daicho::demo::{Demo, make, settle};
use daicho::house::{Outside, systems};
use office::LinkStanding;
use register::{AsOf, View};
use system::{Fate, Row};

/// Rows by subject, each a map from item to value.
type Rows = BTreeMap<String, BTreeMap<&'static str, String>>;

/// The rows of a dataset of this house.
fn rows(view: &dyn View, id: &str) -> Option<Rows> {
    let systems = systems(&[]);
    let dataset = systems.iter().flat_map(|system| &system.datasets).find(|dataset| dataset.id == id)?;
    let mut found = BTreeMap::new();
    view.scan(dataset.kind, None, &mut |stored| {
        let mut row = Row::new();
        if (dataset.row)(view, stored, &mut row)? == Fate::Row {
            let values: BTreeMap<_, _> =
                dataset.names().into_iter().zip(row.values().map(str::to_owned)).collect();
            found.insert(values[dataset.subject].clone(), values);
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    Some(found)
}

#[test]
fn every_item_a_chain_names_arrives_for_everybody() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { folder: dir.path().join("demo"), residents: 300, seed: 7, fresh: false };
    let (_config, house) = make(&demo, Outside::default()).unwrap();
    // Links take their turns in the order of their names: what comes to the hub goes on at the next.
    for _ in 0..2 {
        settle(&house.office).unwrap();
    }
    let office = &house.office;
    let view = office.journal().view(AsOf::default()).unwrap();
    let all: Vec<&catalog::Link> = office.links().all().iter().map(|running| &running.link).collect();
    let mut proven = Vec::new();
    for link in &all {
        for through in &link.through {
            for leg in through.legs.iter().chain([&link.id]) {
                let stands = office.link_view(leg).unwrap().unwrap().standing;
                let stuck = [LinkStanding::Broken, LinkStanding::Trouble, LinkStanding::Held];
                assert!(!stuck.contains(&stands), "{leg}: {stands:?}");
            }
            let first = all.iter().find(|other| other.id == through.legs[0]).unwrap();
            // What begins outside, or with what a new town has none of, shows nothing here.
            let Some(left) = rows(&*view, &first.dataset).filter(|left| !left.is_empty()) else { continue };
            let arrived = rows(&*view, &link.dataset).unwrap();
            let mut filled: BTreeMap<&str, usize> = BTreeMap::new();
            for (subject, gave) in &left {
                let took = arrived.get(subject).unwrap_or_else(|| panic!("{} lacks {subject}", link.dataset));
                for (leaves, arrives) in &through.items {
                    let (leaves, arrives) = (leaves.as_str(), arrives.as_str());
                    let (gave, took) = (&gave[leaves], &took[arrives]);
                    // What has become a part of another item is in it.
                    assert!(took.contains(gave.as_str()), "{subject}: {leaves} {gave:?}, {arrives} {took:?}");
                    assert!(leaves != arrives || took == gave, "{subject}: {leaves} {gave:?}, {took:?}");
                    *filled.entry(leaves).or_default() += usize::from(!gave.is_empty());
                }
            }
            // Nobody has left a new town.
            let departed = ["dest_address_planned", "deletion_event_date"];
            for item in through.items.keys().filter(|item| !departed.contains(&item.as_str())) {
                assert!(0 < filled.get(item.as_str()).copied().unwrap_or_default(), "nobody has {item}");
            }
            proven.push((link.id.as_str(), 300 <= left.len()));
        }
    }
    assert_eq!(proven, [("addressee-to-light-vehicle-tax", true), ("addressee-to-tax-collection", true)]);
    // The last system has everybody, too.
    let count = |kind| view.count(kind).unwrap();
    let residents = count(&resident_register::records::PERSON);
    for id in ["light-vehicle-tax/addressee", "tax-collection/addressee"] {
        let all = systems(&[]);
        let kind = all.iter().flat_map(|system| &system.kinds).find(|kind| kind.id == id).unwrap();
        assert!(residents <= count(kind), "{id}");
    }
}
