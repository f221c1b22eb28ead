//! How long a levy may be decided on, until when what was added is due, and what stays as a person decided it.

use jiff::civil::date;
use light_vehicle_tax::records::{LEVY, Levy};
use serde_json::json;

use crate::bench::{NONE, Town, number};
use crate::office::{levied, levies, line};

/// 営業用 6,900円（納期限 6月1日）を、7月1日に自家用 10,800円に増額する。増えた3,900円は7月31日まで、元の6,900円は6月1日のまま。
#[test]
fn what_is_added_behind_the_due_date_is_due_by_itself() {
    for (day, wanted, parts) in [
        (date(2026, 6, 1), "10800 2026-06-01", "(10800, 2026-06-01)"),
        (date(2026, 7, 1), "10800 2026-07-31", "(6900, 2026-06-01) (3900, 2026-07-31)"),
    ] {
        let mut town = Town::new();
        town.car(1, "1001", &json!({"use": "business"}));
        town.done("initial-levy", &json!({"tax_year": "2026"}));
        town.today = day;
        let put_right = |town: &mut Town, to: &str| {
            town.done("change", &json!({
                "plate": "鳥取580あ1001", "changed_on": "2026-04-10", "changed_reason": "19", "use": to, "mistake": "1",
            }));
            town.done("tax-change-all", &json!({}));
            town.rows("levy", &["amount", "due_on"]).remove(0)
        };
        let row = put_right(&mut town, "private");
        let split = parts.contains("3900");
        assert_eq!(row, wanted, "{day}");
        let levy: Levy = serde_json::from_str(&town.register(&LEVY)[0]).unwrap();
        assert_eq!(levy.due_on, date(2026, 6, 1), "{day}");
        let dues: Vec<String> = levy.dues().iter().map(|(yen, due)| format!("({}, {due})", yen.0)).collect();
        assert_eq!(dues.join(" "), parts, "{day}");
        let notice = town.run("change-notice", &json!({"levy_key": "04-2026-0000000017-01"}));
        let told = notice.documents[0].data["facts"].to_string();
        assert_eq!(told.contains("3,900円は令和8年7月31日"), split, "{day}: {told}");
        // Taken back: what is left is what was due first.
        assert_eq!(put_right(&mut town, "business"), "6900 2026-06-01", "{day}");
        assert_eq!(town.verify(), NONE, "{day}");
    }
}

/// 課税取消は、当初課税をもう一度実行しても残る。課税漏れを受け付ければ、課税し直せる。
#[test]
fn what_a_person_cancelled_is_not_levied_by_another_run() {
    let mut town = levied(2);
    let correct = |town: &mut Town, reason: &str| {
        town.done(
            "correction",
            &json!({"vehicle_no": "0000000001", "tax_year": "2026", "reason": reason, "note": "申立て"}),
        );
        town.done("tax-change-all", &json!({}));
    };
    correct(&mut town, "03");
    let run = json!({"tax_year": "2026"});
    let again = town.done("initial-levy", &run);
    assert_eq!(
        (&again["count"], &again["already"], &again["left_cancelled"]),
        (&json!(0), &json!(1), &json!(1))
    );
    let stand = [line("0000000017", 2, 1, 0, "03"), line("0000000024", 1, 2, 10_800, "01")];
    assert_eq!(levies(&town), stand);
    correct(&mut town, "02");
    assert_eq!(levies(&town)[2], line("0000000031", 1, 1, 10_800, "02"));
    assert_eq!(town.done("initial-levy", &run)["already"], json!(2));
    assert_eq!(town.verify(), NONE);
}

/// 2023年度の法定納期限は2023年5月31日。課税・増額は2026年5月31日まで、減額は2028年5月31日まで（地方税法17条の5）。
#[test]
fn what_waits_for_too_long_is_decided_no_more() {
    let table = [
        // 更正、日、税額変更の指摘、2023年度の賦課
        ("change owner_no", date(2026, 5, 31), vec![], vec![(1, 0), (2, 10_800)]),
        ("change owner_no", date(2026, 6, 1), vec!["LVT48"], vec![(1, 10_800)]),
        ("use business", date(2026, 6, 1), vec![], vec![(1, 6_900)]),
        ("use business", date(2028, 5, 31), vec![], vec![(1, 6_900)]),
        ("use business", date(2028, 6, 1), vec!["LVT48"], vec![(1, 10_800)]),
        ("reason 03", date(2028, 5, 31), vec![], vec![(1, 0)]),
    ];
    for (what, day, codes, wanted) in table {
        let mut town = Town::new();
        town.car(1, "1001", &json!({}));
        let missed = json!({"vehicle_no": "0000000001", "tax_year": "2023", "reason": "02", "note": "漏れ"});
        town.done("correction", &missed);
        town.done("tax-change-all", &json!({}));
        town.today = date(2026, 5, 31);
        let number_of = |town: &mut Town| {
            let pending: Vec<String> = town.done("correction-list", &json!({}))["rows"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|row| row["tax_year"] == json!(2023))
                .map(|row| row["correction_no"].as_str().unwrap().to_owned())
                .collect();
            pending
        };
        let mut change = json!({"plate": "鳥取580あ1001", "changed_on": "2023-03-01", "mistake": "1"});
        match what.split_once(' ').unwrap() {
            ("change", _) => {
                change["changed_reason"] = json!("11");
                change["owner_no"] = json!(number(2));
                town.done("change", &change);
            }
            ("use", to) => {
                change["changed_reason"] = json!("19");
                change["use"] = json!(to);
                town.done("change", &change);
            }
            (_, reason) => {
                let cancel =
                    json!({"vehicle_no": "0000000001", "tax_year": "2023", "reason": reason, "note": "誤り"});
                town.done("correction", &cancel);
            }
        }
        town.today = day;
        for no in number_of(&mut town) {
            let withdraw = json!({"correction_no": no, "note": "期間を過ぎた"});
            if codes.is_empty() && !what.starts_with("reason") {
                assert_eq!(town.codes("correction-withdraw", &withdraw), ["LVT22"], "{what} {day}: in time");
            }
            assert_eq!(town.codes("tax-change", &json!({"correction_no": no})), codes, "{what} {day}");
            if !codes.is_empty() {
                town.done("correction-withdraw", &withdraw);
            }
        }
        let stand: Vec<String> = town.rows("levy", &["tax_year", "addressee_no", "amount"]);
        let wanted: Vec<String> =
            wanted.into_iter().map(|(serial, yen)| format!("2023 {} {yen}", number(serial))).collect();
        assert_eq!(stand, wanted, "{what} {day}");
        assert_eq!(town.verify(), NONE, "{what} {day}");
    }
}
