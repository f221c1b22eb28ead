//! The initial levy.

use serde_json::json;

use crate::bench::{NONE, Town, number};

#[test]
fn one_levy_for_each_vehicle_of_the_day_of_assessment() {
    let mut town = Town::new();
    town.car(1, "1001", &json!({}));
    town.car(2, "1002", &json!({"kind": "moped-50", "displacement_cc": "49", "registered_on": "2026-04-02"}));
    town.car(15, "1003", &json!({"user_no": number(3), "reserved": true}));
    town.car(4, "1004", &json!({"exempt": "1"}));
    let data = town.done("initial-levy", &json!({"tax_year": "2026", "trial": true}));
    assert_eq!((&data["count"], &data["yen"]), (&json!(2), &json!(21_600)));
    assert_eq!(town.rows("levy", &["levy_key"]), NONE, "a trial writes nothing");
    let data = town.done("initial-levy", &json!({"tax_year": "2026"}));
    assert_eq!((&data["count"], &data["not_taxable"]), (&json!(2), &json!(2)));
    let items =
        ["levy_key", "history_no", "levy_year", "addressee_no", "amount", "due_on", "reason", "object"];
    assert_eq!(
        town.rows("levy", &items),
        [
            format!("04-2026-0000000017-01 1 2026 {} 10800 2026-06-01 01 鳥取 580 あ 1001", number(1)),
            format!("04-2026-0000000024-01 1 2026 {} 10800 2026-06-01 01 鳥取 580 あ 1003", number(3)),
        ]
    );
    let again = town.done("initial-levy", &json!({"tax_year": "2026"}));
    assert_eq!((&again["count"], &again["already"]), (&json!(0), &json!(2)), "nothing twice");
}
