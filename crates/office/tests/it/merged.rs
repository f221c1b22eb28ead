//! 名寄せ and 物件照会: what 宛名 tells the tax systems, and what 生活保護 may ask of them.

use office::RunError;
use serde_json::{Value, json};
use transport::Question;

use super::house::TestHouse;

fn vehicle(owner: &str, plate: u32) -> Value {
    json!({
        "registered_on": "2026-11-10", "registered_reason": "01", "plate_area": "台帳町", "plate_number": plate.to_string(),
        "chassis": format!("N-{plate}"), "kind": "minicar", "owner_no": owner,
    })
}

fn non_resident(house: &TestHouse, name: &str) -> String {
    let input = json!({ "name": name, "town": "本町" });
    let ran = house.run_confirming("tanaka", "addressee/non-resident-register", &input);
    house.settle();
    ran.answer.unwrap().data["addressee_no"].as_str().unwrap().to_owned()
}

/// What stops a vehicle of this owner.
fn stopped(house: &TestHouse, owner: &str, plate: u32) -> Vec<String> {
    match house.run("light-vehicle-tax/register", vehicle(owner, plate)) {
        Ok(_) => Vec::new(),
        Err(RunError::Refused(found)) => {
            found.iter().filter(|finding| finding.stops()).map(|finding| finding.code.clone()).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_merged_number_takes_no_vehicle_until_the_link_is_undone() {
    let house = TestHouse::new();
    let [sub, main] = ["他所　五郎", "別所　三郎"].map(|name| non_resident(&house, name));
    assert_eq!(stopped(&house, &sub, 1), [""; 0]);
    house.run_confirming("tanaka", "addressee/merge", &json!({ "sub_no": sub, "main_no": main }));
    house.settle();
    assert_eq!(stopped(&house, &sub, 2), ["LVT08"]);
    assert_eq!(stopped(&house, &main, 2), [""; 0]);
    house.run_confirming("tanaka", "addressee/unmerge", &json!({ "sub_no": sub, "reason": "別の人" }));
    house.settle();
    assert_eq!(stopped(&house, &sub, 3), [""; 0]);
}

#[test]
fn welfare_asks_which_vehicles_a_person_has() {
    let house = TestHouse::new();
    let [one, none] = ["他所　五郎", "別所　三郎"].map(|name| non_resident(&house, name));
    for plate in [11, 12] {
        house.run_confirming("zeimu", "light-vehicle-tax/register", &vehicle(&one, plate));
    }
    let caller = TestHouse::caller("fukushi", &["office/inquiry"]);
    let asked = Question {
        subjects: vec![one.clone(), none.clone(), "999999999999990".into()],
        purpose: "資産の調査".into(),
    };
    let told = house.office.ask(&caller, "public-assistance-asks-light-vehicle-tax", &asked).unwrap();
    let answer = told.answer;
    assert_eq!((answer.items.join(" ").as_str(), answer.missing.len()), ("addressee_no count vehicles", 1));
    let rows: Vec<(&str, &str, usize)> = answer
        .rows
        .iter()
        .map(|row| (&*row[0], &*row[1], row[2].split(' ').filter(|one| one.contains(":minicar:")).count()))
        .collect();
    assert_eq!(rows, [(one.as_str(), "2", 2), (none.as_str(), "0", 0)]);
}
