//! Every field that is ever written has a rule for copies of the town.

use std::collections::BTreeSet;

use register::Kind;
use serde_json::Value;

use crate::findings::everything;

#[test]
fn every_field_that_is_written_has_a_rule_of_masking() {
    let table = include_str!("../../../../standards/masking.tsv");
    let rules: BTreeSet<(&str, &str)> = table
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(kind, rest)| rest.split_once('\t').map(|(path, _)| (kind, path)))
        .collect();
    let mut unseen: BTreeSet<&str> = light_vehicle_tax::system().kinds.iter().map(|kind| kind.id).collect();
    everything(|town| {
        let kinds: Vec<&'static Kind> = town.system.kinds.clone();
        for kind in kinds {
            for body in town.register(kind) {
                unseen.remove(kind.id);
                let body: Value = serde_json::from_str(&body).unwrap();
                for field in body.as_object().unwrap().keys() {
                    assert!(rules.contains(&(kind.id, field.as_str())), "{} {field}", kind.id);
                }
            }
        }
    });
    // What no case writes: rows of other systems and runs of batches that have their own tests.
    let others = ["mailing", "tax-agent", "account", "delivery", "levy-total"];
    let others: BTreeSet<String> = others.iter().map(|kind| format!("light-vehicle-tax/{kind}")).collect();
    assert_eq!(unseen.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), others);
}
