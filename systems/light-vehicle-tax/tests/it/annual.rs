//! The worked examples of the light vehicle tax, and what must hold of any vehicle.

use proptest::prelude::*;
use serde_json::{Value, json};
use system::{Calculated, Finding};

fn annual(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let system = light_vehicle_tax::system();
    // Without one there is nothing to say, which no test takes for an answer.
    system.calculations.first().map_or_else(|| Err(Vec::new()), |one| (one.calculate)(input))
}

#[test]
fn every_example_comes_out_to_the_yen() {
    let table = include_str!("../cases/annual.tsv");
    for row in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let mut input =
            json!({ "fiscal_year": cells[0].parse::<i16>().unwrap(), "kind": cells[1], "use": cells[2] });
        for (name, value) in [("first_inspected", cells[3]), ("fuel", cells[4]), ("green", cells[5])] {
            if !value.is_empty() {
                input[name] = json!(value);
            }
        }
        let result = annual(&input).unwrap_or_else(|findings| panic!("{row}: {findings:?}")).result;
        assert_eq!(result["yen"].to_string(), cells[6], "{row}");
        assert_eq!(result["grade"], json!(cells[7]), "{row}");
        assert!(!result["label"].as_str().unwrap().is_empty(), "{row}");
    }
}

/// 納期限が閉庁日なら、次の開庁日になる。
#[test]
fn the_due_date_is_an_open_day() {
    for (fiscal_year, due_on) in [(2024, "2024-05-31"), (2025, "2025-06-02"), (2026, "2026-06-01")] {
        let input = json!({ "fiscal_year": fiscal_year, "kind": "moped-50" });
        assert_eq!(annual(&input).unwrap().result["due_on"], json!(due_on));
    }
}

#[test]
fn what_cannot_be_calculated_is_refused_with_what_to_do() {
    for (input, code) in [
        (json!({ "fiscal_year": 2015, "kind": "moped-50" }), "R001"),
        (json!({ "fiscal_year": 2023, "kind": "specified-small-moped" }), "R001"),
        (json!({ "fiscal_year": 2024, "kind": "bus" }), "R011"),
        (json!({ "fiscal_year": 2024, "kind": "cargo" }), "R012"),
        (json!({ "fiscal_year": 2024, "kind": "cargo", "first_inspected": "2024-05" }), "R013"),
        (json!({ "fiscal_year": 2024, "kind": "cargo", "first_inspected": "2024-13" }), "F006"),
        (
            json!({ "fiscal_year": 2024, "kind": "cargo", "first_inspected": "2024-03", "colour": "red" }),
            "F006",
        ),
        (
            json!({ "fiscal_year": 2024, "kind": "cargo", "first_inspected": "2024-03", "green": "much" }),
            "F006",
        ),
        (json!({ "kind": "cargo" }), "F006"),
    ] {
        let findings = annual(&input).unwrap_err();
        assert_eq!(findings.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), [code], "{input}");
        assert!(!findings[0].remedy.is_empty());
    }
}

proptest! {
    /// 車は古くなるほど安くはならない（軽減の年を除く）。
    #[test]
    fn a_vehicle_only_gets_dearer(year in 2000_i16..2024, month in 1_i8..13, fiscal_year in 2024_i16..2040) {
        for kind in ["three-wheeler", "passenger", "cargo"] {
            let of = |fiscal_year: i16| {
                let input = json!({
                    "fiscal_year": fiscal_year, "kind": kind, "first_inspected": format!("{year}-{month:02}"),
                });
                annual(&input).unwrap().result["yen"].as_i64().unwrap()
            };
            prop_assert!(of(fiscal_year) <= of(fiscal_year + 1));
        }
    }
}
