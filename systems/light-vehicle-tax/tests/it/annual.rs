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
        let mut input = json!({ "fiscal_year": cells[0], "kind": cells[1] });
        for (name, value) in
            [("use", cells[2]), ("first_inspected", cells[3]), ("fuel", cells[4]), ("green", cells[5])]
        {
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

/// A business passenger car with a class of reduction.
fn green(fiscal_year: i16, first_inspected: &str, fuel: &str, class: u16) -> Value {
    json!({
        "fiscal_year": fiscal_year, "kind": "passenger", "use": "business", "first_inspected": first_inspected,
        "fuel": fuel, "green": class,
    })
}

#[test]
fn what_cannot_be_calculated_is_refused_with_what_to_do() {
    for (input, code) in [
        (json!({ "fiscal_year": 2015, "kind": "moped-50" }), "R001"),
        (json!({ "fiscal_year": 2023, "kind": "specified-small-moped" }), "R001"),
        (json!({ "fiscal_year": 2036, "kind": "moped-50" }), "R001"),
        (json!({ "fiscal_year": 2024, "kind": "bus" }), "R011"),
        (green(2023, "2022-08", "electric", 75), "-"),
        (green(2027, "2026-08", "electric", 75), "R001"),
        (green(2021, "2020-08", "petrol", 50), "-"),
        (json!({ "fiscal_year": 2024, "kind": "moped-new-standard" }), "R001"),
        (green(2024, "2023-08", "petrol", 75), "R014"),
        (green(2024, "2023-08", "electric", 50), "R014"),
        (green(2024, "2023-08", "diesel", 50), "R014"),
        (green(2024, "2023-08", "petrol", 10), "R014"),
        (green(2024, "2023-08", "petrol", 0), "R014"),
        (green(2024, "2023-08", "petrol", 300), "F006"),
        (json!({ "fiscal_year": 2024, "kind": "cargo", "first_inspected": "0000-01" }), "F006"),
        (json!({ "fiscal_year": "去年", "kind": "cargo" }), "F006"),
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
        let codes = match annual(&input) {
            Ok(_) => vec!["-".to_owned()],
            Err(findings) => {
                assert!(
                    findings.iter().all(|one| !one.remedy.is_empty() && one.message.contains('。')),
                    "{input}"
                );
                findings.into_iter().map(|one| one.code).collect()
            }
        };
        assert_eq!(codes, [code], "{input}");
    }
}

proptest! {
    /// 車は古くなるほど安くはならない（軽減の年を除く）。
    #[test]
    fn a_vehicle_only_gets_dearer(year in 2000_i16..2024, month in 1_i8..13, fiscal_year in 2024_i16..2035) {
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
