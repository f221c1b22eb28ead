//! Every rule of the system, by a case that breaks it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bench::{NONE, Town, number};

/// A town on 20 April 2026, levied for the year: car 1001 of the first, van 1002 of the second, 1003 of the third scrapped in
/// February, 1004 of the fourth with a reduction, 1005 of the ninth.
fn levied() -> Town {
    let mut town = Town::new();
    town.car(1, "1001", &json!({}));
    town.car(2, "1002", &json!({"kind": "cargo", "first_inspected": "2015-05"}));
    town.car(3, "1003", &json!({}));
    town.car(4, "1004", &json!({}));
    town.car(9, "1005", &json!({}));
    town.done(
        "scrap",
        &json!({"plate": "鳥取580あ1003", "scrapped_on": "2026-02-10", "scrapped_reason": "21"}),
    );
    town.done(
        "reduction",
        &json!({
            "vehicle_no": "0000000004", "class": "disabled", "person_no": number(4), "notebook_no": "身障1",
            "driver": "1", "from_fy": "2026", "decision": "granted",
        }),
    );
    town.done("initial-levy", &json!({"tax_year": "2026"}));
    town
}

/// `name=value` pairs; `@3` is the third person's number, `|` a tab, `\n` a line end.
pub(crate) fn input(town: &mut Town, items: &str) -> Value {
    let mut input = json!({});
    for (name, value) in items.split(' ').filter_map(|item| item.split_once('=')) {
        let mut text = value.replace("\\n", "\n").replace('|', "\t").replace("@unknown", &number(999));
        for serial in (1..=15).rev() {
            text = text.replace(&format!("@{serial}"), &number(serial));
        }
        match name {
            "today" => town.today = text.parse().unwrap(),
            "attester" => town.municipality["attester_name"] = json!(""),
            "before" => before(town, &text),
            _ => input[name] = json!(text),
        }
    }
    input
}

/// What was done before the case.
fn before(town: &mut Town, what: &str) {
    match what {
        "import" => {
            town.done("import", &json!({"lines": "H\t2026\tF1\t0"}));
        }
        "held" => {
            town.done("import", &json!({"lines": "H\t2026\tF1\t1\n4"}));
        }
        "correction" => {
            town.done(
                "correction",
                &json!({"vehicle_no": "0000000001", "tax_year": "2026", "reason": "03", "note": "誤り"}),
            );
        }
        "paid" => {
            let row = vec![
                ("levy_key", "04-2026-0000000017-01".to_owned()),
                ("history_no", "1".to_owned()),
                ("tax_item", "04".to_owned()),
                ("levied", "10800".to_owned()),
                ("paid", "10800".to_owned()),
                ("fee_due", "0".to_owned()),
                ("last_paid_on", "2026-06-01".to_owned()),
                ("preliminary", "1".to_owned()),
                ("state", "3".to_owned()),
            ];
            assert_eq!(town.take("balances", &[row]), NONE);
        }
        "moped" => {
            town.car(
                5,
                "5",
                &json!({
                    "plate_area": "台帳町", "plate_class": "", "plate_kana": "", "kind": "moped-50",
                    "registered_on": "2026-04-10", "first_inspected": "", "displacement_cc": "49",
                }),
            );
        }
        "order" => {
            town.done("notice-order", &json!({"tax_year": "2026"}));
        }
        "protected" => {
            town.car(14, "1014", &json!({}));
            town.done("tax-change-all", &json!({}));
        }
        other => panic!("{other}"),
    }
}

fn codes_of(value: &Value) -> Vec<String> {
    let lists = ["rows", "exceptions"].into_iter().filter_map(|name| value[name].as_array()).flatten();
    lists.filter_map(|row| row["rule"].as_str()).filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// Runs every case and shows the town after it.
pub(crate) fn everything(mut see: impl FnMut(&Town)) {
    let table = include_str!("../cases/findings.tsv");
    for row in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let mut town = levied();
        let input = input(&mut town, cells[2]);
        town.run(cells[1], &input);
        see(&town);
    }
}

#[test]
fn every_rule_is_broken_by_its_case() {
    let table = include_str!("../cases/findings.tsv");
    let mut seen = BTreeSet::new();
    for row in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let mut town = levied();
        let input = input(&mut town, cells[2]);
        let outcome = town.run(cells[1], &input);
        for finding in &outcome.findings {
            assert!(finding.message.ends_with('。') && finding.remedy.ends_with('。'), "{row}: {finding:?}");
            assert!(!finding.item.is_empty(), "{row}: {finding:?}");
        }
        let mut codes: Vec<String> = outcome.findings.iter().map(|finding| finding.code.clone()).collect();
        codes.extend(outcome.answer.iter().flat_map(|answer| codes_of(&answer.data)));
        let wanted: Vec<&str> = cells[0].split(' ').filter(|code| *code != "-").collect();
        assert_eq!(codes, wanted, "{row}: {:?}", outcome.findings);
        assert_eq!(town.verify(), NONE, "{row}");
        seen.extend(wanted.iter().map(|code| (*code).to_owned()));
    }
    assert_eq!(in_the_source(), seen, "every rule of the source has its case");
}

/// The codes that stand in the source of the system.
fn in_the_source() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(path).unwrap();
                found.extend(
                    text.match_indices("\"LVT")
                        .filter_map(|(at, _)| text.get(at + 1..at + 6))
                        .map(str::to_owned),
                );
            }
        }
    }
    found
}
