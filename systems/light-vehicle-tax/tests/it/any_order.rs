//! Whatever an office does in whatever order: the checks find nothing, and the levy table is the sum of the decisions.

use domain::Yen;
use jiff::ToSpan;
use light_vehicle_tax::records::{LEVY, Levy};
use proptest::prelude::*;
use serde_json::json;

use crate::bench::{Town, number};

#[derive(Clone, Debug)]
enum Step {
    Register { owner: u64, plate: u8, kind: usize, day: i64 },
    Change { plate: u8, owner: u64, day: i64 },
    Replate { plate: u8, to: u8, day: i64 },
    Convert { plate: u8, kind: usize, day: i64, mistake: bool },
    Scrap { plate: u8, day: i64 },
    Undo { vehicle: u8 },
    Levy,
    Correct { vehicle: u8, reason: usize },
    Reduce { vehicle: u8, person: u64 },
    Apply,
    Total,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let (plate, day) = (0_u8..4, 0_i64..60);
    prop_oneof![
        4 => (1_u64..8, plate.clone(), 0_usize..3, day.clone())
            .prop_map(|(owner, plate, kind, day)| Step::Register { owner, plate, kind, day }),
        2 => (plate.clone(), 1_u64..8, day.clone()).prop_map(|(plate, owner, day)| Step::Change { plate, owner, day }),
        1 => (plate.clone(), plate.clone(), day.clone()).prop_map(|(plate, to, day)| Step::Replate { plate, to, day }),
        1 => (plate.clone(), 0_usize..3, day.clone(), any::<bool>())
            .prop_map(|(plate, kind, day, mistake)| Step::Convert { plate, kind, day, mistake }),
        2 => (plate, day).prop_map(|(plate, day)| Step::Scrap { plate, day }),
        1 => (1_u8..6).prop_map(|vehicle| Step::Undo { vehicle }),
        2 => Just(Step::Levy),
        2 => (1_u8..6, 0_usize..4).prop_map(|(vehicle, reason)| Step::Correct { vehicle, reason }),
        1 => (1_u8..6, 1_u64..4).prop_map(|(vehicle, person)| Step::Reduce { vehicle, person }),
        3 => Just(Step::Apply),
        1 => Just(Step::Total),
        1 => (1_i64..50).prop_map(Step::Wait),
    ]
}

/// A step may be refused; a refusal writes nothing.
fn take(town: &mut Town, step: &Step) {
    let ago = |town: &Town, days: i64| town.today.checked_sub(days.days()).unwrap().to_string();
    let vehicle_no = |vehicle: u8| format!("{vehicle:010}");
    match step {
        Step::Register { owner, plate, kind, day } => {
            let on = ago(town, *day);
            let kind = ["minicar", "passenger", "cargo"][*kind];
            town.run("register", &json!({
                "registered_on": on, "registered_reason": "01", "plate_area": "台帳町", "plate_number": plate.to_string(),
                "chassis": format!("C{owner}{plate}"), "kind": kind, "first_inspected": "2012-06", "owner_no": number(*owner),
            }));
        }
        Step::Change { plate, owner, day } => {
            let on = ago(town, *day);
            town.run("change", &json!({"plate": format!("台帳町{plate}"), "changed_on": on, "changed_reason": "11", "owner_no": number(*owner)}));
        }
        Step::Replate { plate, to, day } => {
            let on = ago(town, *day);
            town.run("change", &json!({"plate": format!("台帳町{plate}"), "changed_on": on, "changed_reason": "14", "plate_area": "台帳町", "plate_number": to.to_string()}));
        }
        Step::Convert { plate, kind, day, mistake } => {
            let on = ago(town, *day);
            let kind = ["minicar", "passenger", "cargo"][*kind];
            town.run(
                "change",
                &json!({"plate": format!("台帳町{plate}"), "changed_on": on, "changed_reason": "19", "kind": kind, "mistake": mistake}),
            );
        }
        Step::Scrap { plate, day } => {
            let on = ago(town, *day);
            town.run(
                "scrap",
                &json!({"plate": format!("台帳町{plate}"), "scrapped_on": on, "scrapped_reason": "21"}),
            );
        }
        Step::Undo { vehicle } => {
            town.run("scrap-undo", &json!({"vehicle_no": vehicle_no(*vehicle), "note": "誤り"}));
        }
        Step::Levy => {
            town.run("initial-levy", &json!({"tax_year": "2026"}));
        }
        Step::Correct { vehicle, reason } => {
            let reason = ["02", "03", "04", "08"][*reason];
            town.run("correction", &json!({"vehicle_no": vehicle_no(*vehicle), "tax_year": "2026", "reason": reason, "note": "申告"}));
        }
        Step::Reduce { vehicle, person } => {
            town.run("reduction", &json!({
                "vehicle_no": vehicle_no(*vehicle), "class": "disabled", "person_no": number(*person), "notebook_no": "1", "driver": "1",
                "from_fy": "2026", "decision": "granted",
            }));
        }
        Step::Apply => {
            town.run("tax-change-all", &json!({}));
        }
        Step::Total => {
            town.run("totals", &json!({}));
        }
        Step::Wait(days) => town.today = town.today.checked_add(days.days()).unwrap(),
    }
}

/// The differences of all decisions.
fn decided(town: &Town) -> Yen {
    let levies = town.register(&LEVY).into_iter().map(|body| serde_json::from_str::<Levy>(&body).unwrap());
    let differences: Vec<Yen> = levies
        .flat_map(|levy| levy.changes.iter().map(|change| change.difference()).collect::<Vec<_>>())
        .collect();
    Yen::total(differences).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_sequence_leaves_the_checks_clean_and_the_table_right(steps in proptest::collection::vec(step(), 1..30)) {
        let mut town = Town::new();
        for step in &steps {
            take(&mut town, step);
            let wrong = town.verify();
            prop_assert!(wrong.is_empty(), "after {step:?}: {wrong:?}");
        }
        take(&mut town, &Step::Apply);
        let table = town.done("totals", &json!({}));
        prop_assert_eq!(&table["yen"], &json!(decided(&town)));
        prop_assert_eq!(&table["agrees"], &json!(true));
        prop_assert!(town.verify().is_empty());
    }
}
