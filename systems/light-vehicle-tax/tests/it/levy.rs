//! The initial levy.

use jiff::civil::date;
use light_vehicle_tax::functions::initial_levy::PART_MAX;
use light_vehicle_tax::records::{LEVY, Levy, LevyRun, Serial, VEHICLE, Vehicle};
use register::{Body, Write};
use serde_json::{Value, json};

use crate::bench::{NONE, Town, number};
use crate::findings::input;

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

/// 令和8年度の納期限は6月1日。その後の課税は、決定から30日（更正と同じ）。
#[test]
fn a_levy_behind_its_due_date_is_not_overdue_at_birth() {
    for (today, due_on) in [
        (date(2026, 5, 29), "2026-06-01"),
        (date(2026, 6, 1), "2026-06-01"),
        (date(2026, 6, 2), "2026-07-02"),
        // The 30th day is a Saturday.
        (date(2026, 6, 4), "2026-07-06"),
    ] {
        let mut town = Town::new();
        town.car(1, "1001", &json!({}));
        town.today = today;
        town.done("initial-levy", &json!({"tax_year": "2026"}));
        assert_eq!(town.rows("levy", &["due_on"]), [due_on], "{today}");
    }
}

/// Every row of the table, as a tax officer reads it.
#[test]
fn who_owes_what_on_the_day_of_assessment() {
    let table = include_str!("../cases/assessed.tsv");
    for row in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let mut town = Town::new();
        let registered = input(&mut town, cells[0]);
        town.car(1, "1001", &registered);
        for step in cells[1].split("; ").filter(|step| !step.is_empty()) {
            let (function, items) = step.split_once(' ').unwrap();
            let mut given = input(&mut town, items);
            let (name, value) = if function == "reduction" {
                ("vehicle_no", "0000000001")
            } else {
                ("plate", "鳥取580あ1001")
            };
            given[name] = json!(value);
            town.done(function, &given);
        }
        let data = town.done("initial-levy", &json!({"tax_year": "2026"}));
        let levies: Vec<Levy> =
            town.register(&LEVY).iter().map(|body| serde_json::from_str(body).unwrap()).collect();
        let came = match (levies.first(), data["exceptions"].get(0)) {
            (Some(levy), _) => {
                format!("{} {}", levy.addressee_no.as_str().parse::<u64>().unwrap() / 10, levy.amount.0)
            }
            (None, Some(exception)) => exception["rule"].as_str().unwrap().to_owned(),
            (None, None) => "課税なし".to_owned(),
        };
        assert_eq!(came, cells[2], "{row}");
        assert_eq!(town.verify(), NONE, "{row}");
    }
}

/// More vehicles than a part: the run says what is left, goes on behind the last part, and levies each once.
#[test]
fn a_run_in_parts_levies_each_vehicle_once() {
    let mut town = Town::new();
    town.car(1, "1", &json!({"kind": "minicar"}));
    let first: Vehicle = serde_json::from_str(&town.register(&VEHICLE)[0]).unwrap();
    let count = u64::try_from(PART_MAX).unwrap() + 3;
    let writes = (2..=count).map(|serial| {
        let mut vehicle: Value = serde_json::to_value(&first).unwrap();
        for (name, value) in [
            ("vehicle_no", format!("{serial:010}")),
            ("active_plate", format!("鳥取580あ{serial}")),
            ("active_chassis", format!("C{serial}")),
            ("chassis", format!("C{serial}")),
        ] {
            vehicle[name] = json!(value);
        }
        vehicle["plate"]["number"] = json!(serial.to_string());
        Write::create(&VEHICLE, format!("{serial:010}"), Body::of(&vehicle).unwrap())
    });
    let mut writes: Vec<Write> = writes.collect();
    let serial = Serial { name: "vehicle".to_owned(), last: count };
    writes.push(Write::put(&serial, Some(1)).unwrap());
    town.commit(writes);
    let run = json!({"tax_year": "2026"});
    let trial = town.done("initial-levy", &json!({"tax_year": "2026", "trial": true}));
    assert_eq!(trial["count"], json!(count), "a trial sees all of them at once");
    assert_eq!(town.run("initial-levy", &run).left, 3);
    // A vehicle that comes between two parts is behind the last one, and levied by the next.
    town.car(2, "9999", &json!({"kind": "minicar", "chassis": "LATE"}));
    let outcome = town.run("initial-levy", &run);
    assert_eq!(outcome.left, 0);
    let data = outcome.answer.unwrap().data;
    assert_eq!(data["so_far"]["count"], json!(count + 1));
    let levies = town.register(&LEVY).len();
    assert_eq!(u64::try_from(levies).unwrap(), count + 1);
    let runs: Vec<LevyRun> = town
        .register(&light_vehicle_tax::records::LEVY_RUN)
        .iter()
        .map(|body| serde_json::from_str(body).unwrap())
        .collect();
    assert_eq!((runs.len(), runs[0].levied), (1, count + 1));
}
