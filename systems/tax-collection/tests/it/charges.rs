//! 延滞金 goes by the days of payment and of decisions, in whatever order they are booked; what has ended is collected no more.

use jiff::civil::date;
use serde_json::{Value, json};
use tax_collection::records::{Account, Overpayment, RefundDays, TaxPaid};

use crate::town::{Town, key, known, person};

/// 固定資産税 1,000,000円、納期限 令和7年6月2日、決定 5月1日。
const LEVY: &str = "03/2025/1/1 1000000 due 2025-06-02";
const NOTICE: &str = "03/2025/1/1";

/// The steps in turn: `納付 YEN DAY`, `取消 N` of the n-th payment, `更正 YEN DAY [due DAY]`.
fn follow(town: &mut Town, notice: &str, steps: &[&str]) {
    let mut payments: Vec<(String, String)> = Vec::new();
    let mut history = 1;
    for step in steps {
        let words: Vec<&str> = step.split(' ').collect();
        match words.as_slice() {
            ["納付", yen, day] => {
                town.pay(&format!("{notice} {yen} {day}"));
                payments.push(((*day).to_owned(), (*yen).to_owned()));
            }
            ["取消", no] => {
                let (day, yen) = &payments[no.parse::<usize>().unwrap() - 1];
                town.receive(&format!("P000{no},bank,3,{},{day},{day},{yen}", key(notice)));
            }
            ["更正", yen, day, due @ ..] => {
                history += 1;
                let due = due.join(" ");
                let refused = town.levies(&format!("{notice} {yen} hist {history} decided {day} {due}"));
                assert_eq!(refused, Vec::<String>::new(), "{step}");
            }
            other => panic!("{other:?} is no step"),
        }
        town.verified();
    }
}

/// What is too much of a levy: `YEN paid DAY`, each.
fn overs(town: &mut Town) -> Vec<String> {
    let listed = town.done("overpayment-list", &json!({}));
    let row = |row: &Value| format!("{} {}", row["over_yen"], row["over_paid_on"].as_str().unwrap());
    listed["rows"].as_array().unwrap().iter().map(row).collect()
}

/// 100万円を、54,000円・106,100円・113,700円の延滞金が付く日に納める。どの順に消し込んでも、納付日のとおり。
#[test]
fn the_charge_goes_by_the_days_of_payment() {
    for (what, steps, wanted, over) in [
        (
            "納付日の順",
            &["納付 500000 2025-07-01", "納付 500000 2026-09-01"][..],
            "一部納付 open 0/0/54000 paid 1000000 over 0",
            &[][..],
        ),
        (
            "先の納付が遅れて届く",
            &["納付 500000 2026-09-01", "納付 500000 2025-07-01"],
            "一部納付 open 0/0/54000 paid 1000000 over 0",
            &[],
        ),
        (
            "納期内の納付が遅れて届く: 後の納付が過誤納",
            &["納付 1000000 2026-09-01", "納付 1000000 2025-06-02"],
            "過納 open 0/0/0 paid 1000000 over 1000000",
            &["1000000 2026-09-01"],
        ),
        (
            "延滞金まで納めた後に、先の納付が届く: 延滞金の減も過誤納",
            &["納付 1106100 2026-09-01", "納付 500000 2025-07-01"],
            "過納 open 0/0/0 paid 1000000 over 552100",
            &["552100 2026-09-01"],
        ),
        (
            "遅れて届いた納付が取り消される",
            &["納付 1000000 2026-09-01", "納付 1000000 2025-06-02", "取消 2"],
            "一部納付 open 0/0/106100 paid 1000000 over 0",
            &[],
        ),
        (
            "延滞金を納めた後の、遅れて届いた納付が取り消される",
            &["納付 1106100 2026-09-01", "納付 500000 2025-07-01", "取消 2"],
            "完納 open 0/0/0 paid 1000000 over 0",
            &[],
        ),
        (
            "二つのうち先の納付が取り消され、納め直す",
            &["納付 500000 2025-07-01", "納付 500000 2026-09-01", "取消 1", "納付 500000 2026-11-01"],
            "一部納付 open 0/0/113700 paid 1000000 over 0",
            &[],
        ),
        (
            "二重納付のうち先の納付が取り消される: 税は未納に戻り、後の納付は過誤納のまま",
            &["納付 1000000 2025-06-02", "納付 1000000 2026-09-01", "取消 1"],
            "過納 open 1000000/0/0 paid 0 over 1000000",
            &["1000000 2026-09-01"],
        ),
    ] {
        let mut town = Town::new();
        town.levies(LEVY);
        follow(&mut town, NOTICE, steps);
        assert_eq!(town.stands(NOTICE), wanted, "{what}");
        assert_eq!(overs(&mut town), over, "{what}");
        // Cleared again, nothing changes.
        town.done("clear", &json!({}));
        assert_eq!(town.stands(NOTICE), wanted, "{what}");
    }
}

/// 減額: 延滞金も減額した税額のものになり、納めた分は過誤納になる。
#[test]
fn a_reduction_takes_its_charge_with_it() {
    for (what, steps, wanted, over) in [
        (
            "60万円に減額、延滞金は未納",
            &["納付 1000000 2026-09-01", "更正 600000 2026-10-01"][..],
            "過納 open 0/0/63700 paid 600000 over 400000",
            &["400000 2026-09-01"][..],
        ),
        (
            "60万円に減額、延滞金106,100円も納付済み",
            &["納付 1106100 2026-09-01", "更正 600000 2026-10-01"],
            "過納 open 0/0/0 paid 600000 over 442400",
            &["442400 2026-09-01"],
        ),
        (
            "取り消し、延滞金は未納",
            &["納付 1000000 2026-09-01", "更正 0 2026-10-01"],
            "過納 open 0/0/0 paid 0 over 1000000",
            &["1000000 2026-09-01"],
        ),
        (
            "減額で余ったのは後の納付: はじめの60万円は期限内なので、延滞金は残らない",
            &["納付 600000 2025-06-02", "納付 400000 2026-09-01", "更正 600000 2026-10-01"],
            "過納 open 0/0/0 paid 600000 over 400000",
            &["400000 2026-09-01"],
        ),
    ] {
        let mut town = Town::new();
        town.levies(LEVY);
        follow(&mut town, NOTICE, steps);
        assert_eq!(town.stands(NOTICE), wanted, "{what}");
        assert_eq!(overs(&mut town), over, "{what}");
    }
}

/// 全額を取り消すと、督促手数料も調定から落ち、納めた手数料は過誤納になる。
#[test]
fn the_fee_of_a_levy_that_is_cancelled_goes_with_it() {
    for (what, paid, wanted) in [
        ("未納", "", "完納 open 0/0/0 paid 0 over 0"),
        ("手数料まで納付済み", "10900", "過納 open 0/0/0 paid 0 over 10900"),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies("1 10800");
        town.today = date(2026, 6, 15);
        town.done("reminders", &json!({}));
        assert_eq!(town.stands("1"), "未納 open 10800/100/0 paid 0 over 0", "{what}");
        town.today = date(2026, 7, 20);
        if !paid.is_empty() {
            town.pay(&format!("1 {paid} 2026-07-20"));
        }
        // A reduction that leaves something leaves the fee.
        town.levies("1 5000 hist 2 decided 2026-08-03");
        assert_eq!(town.instalment("1").levied(tax_collection::records::Part::Fee).0, 100, "{what}");
        town.levies("1 0 hist 3 decided 2026-08-04");
        assert_eq!(town.stands("1"), wanted, "{what}");
        town.verified();
    }
}

/// 納期限（令和8年4月30日）の後の増額（9月1日決定、50万円から100万円）: 増えた分の納期限は別で、決定の前の延滞金はない。
#[test]
fn an_increase_has_a_due_date_of_its_own() {
    for (what, steps, wanted, due_on) in [
        (
            "はじめの分は期限内、増えた分も9月30日の期限内",
            &["納付 500000 2026-04-30", "更正 1000000 2026-09-01 due 2026-09-30", "納付 500000 2026-09-30"][..],
            "完納 open 0/0/0 paid 1000000 over 0",
            "2026-09-30",
        ),
        (
            "増えた分が期限後: 9月30日の翌日から1,400円",
            &["納付 500000 2026-04-30", "更正 1000000 2026-09-01 due 2026-09-30", "納付 500000 2026-11-02"],
            "一部納付 open 0/0/1400 paid 1000000 over 0",
            "2026-09-30",
        ),
        (
            "はじめの分も増えた分も期限後: 20,500円と1,400円",
            &["更正 1000000 2026-09-01 due 2026-09-30", "納付 1000000 2026-11-02"],
            "一部納付 open 0/0/21900 paid 1000000 over 0",
            "2026-09-30",
        ),
        (
            "はじめの分だけ納める: 納期限は増えた分のもの",
            &["更正 1000000 2026-09-01 due 2026-09-30", "納付 500000 2026-09-10"],
            "一部納付 open 500000/0/0 paid 500000 over 0",
            "2026-09-30",
        ),
        (
            "はじめの分が残る: 納期限ははじめのもの",
            &["更正 1000000 2026-09-01 due 2026-09-30", "納付 400000 2026-09-10"],
            "一部納付 open 600000/0/0 paid 400000 over 0",
            "2026-04-30",
        ),
        (
            "賦課が元の納期限のまま送る: 決定から1か月を過ぎた10月2日",
            &["納付 500000 2026-04-30", "更正 1000000 2026-09-01 due 2026-04-30", "納付 500000 2026-10-02"],
            "完納 open 0/0/0 paid 1000000 over 0",
            "2026-10-02",
        ),
        (
            "同じく11月2日に納める: 10月2日の翌日から1,100円",
            &["納付 500000 2026-04-30", "更正 1000000 2026-09-01 due 2026-04-30", "納付 500000 2026-11-02"],
            "一部納付 open 0/0/1100 paid 1000000 over 0",
            "2026-10-02",
        ),
        (
            "増額を減額で戻す",
            &["更正 1000000 2026-09-01 due 2026-09-30", "更正 500000 2026-09-15 due 2026-09-30"],
            "未納 open 500000/0/0 paid 0 over 0",
            "2026-04-30",
        ),
        (
            "納期限の前の増額は、同じ納期限",
            &["更正 1000000 2026-04-20 due 2026-04-30", "納付 1000000 2026-04-30"],
            "完納 open 0/0/0 paid 1000000 over 0",
            "2026-04-30",
        ),
        (
            "還付した後の増額は、納めていない",
            &[
                "納付 500000 2026-04-30",
                "更正 0 2026-05-15 due 2026-04-30",
                "更正 500000 2026-09-01 due 2026-09-30",
            ],
            "過納 open 500000/0/0 paid 0 over 500000",
            "2026-09-30",
        ),
    ] {
        let mut town = Town::new();
        town.levies("03/2026/1/1 500000 due 2026-04-30 decided 2026-04-01");
        follow(&mut town, "03/2026/1/1", steps);
        assert_eq!(town.stands("03/2026/1/1"), wanted, "{what}");
        assert_eq!(town.instalment("03/2026/1/1").due_on.to_string(), due_on, "{what}");
    }
}

/// はじめの分の督促は、増えた分の督促ではない。
#[test]
fn a_reminder_is_of_the_part_that_was_due() {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.levies("03/2026/1/1 500000 due 2026-04-30 decided 2026-04-01");
    town.today = date(2026, 5, 20);
    town.done("reminders", &json!({}));
    town.levies("03/2026/1/1 1000000 hist 2 decided 2026-09-01 due 2026-09-30");
    assert!(town.instalment("03/2026/1/1").reminder.is_some());
    town.today = date(2026, 11, 20);
    town.pay("03/2026/1/1 500000 2026-09-10");
    assert_eq!(town.instalment("03/2026/1/1").reminder, None);
    town.receive(&format!("P0001,bank,3,{},2026-09-10,2026-09-10,500000", key("03/2026/1/1")));
    let held = town.instalment("03/2026/1/1");
    assert_eq!(held.reminder.map(|one| one.sent_on), Some(date(2026, 5, 20)));
    assert_eq!(held.due_on, date(2026, 4, 30));
    town.verified();
}

/// 時効の完成（納期限 令和元年6月28日、督促 7月15日から10日の後の5年で、令和6年7月25日まで）した30万円。
fn ended() -> Town {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.levies("03/2019/1/1 300000 due 2019-06-28 decided 2019-05-01");
    town.today = date(2019, 7, 15);
    town.done("register-cases", &json!({}));
    town.done("reminders", &json!({}));
    town.today = date(2026, 11, 20);
    town
}

/// 時効の完成した税への納付は、収納でなく誤納。
#[test]
fn money_for_a_tax_that_has_ended_is_given_back() {
    for (what, paid_on, wanted) in [
        ("完成の後", "2024-07-26", "過納 open 300000/100/0 paid 0 over 300100"),
        ("最後の日の納付が遅れて届く", "2024-07-25", "一部納付 open 0/0/"),
    ] {
        let mut town = ended();
        town.pay(&format!("03/2019/1/1 300100 {paid_on}"));
        assert!(town.stands("03/2019/1/1").starts_with(wanted), "{what}: {}", town.stands("03/2019/1/1"));
        town.verified();
        if paid_on == "2024-07-26" {
            let prepared = town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
            assert_eq!(prepared["rows"][0]["left_yen"], json!(300_100), "{what}");
            assert_eq!(town.balance(Account::Overpaid), -300_100, "{what}");
        }
    }
}

/// 時効の完成した税では、催告も差押も誓約も納付書もなく、証明は断られず、過誤納も充てられない。
#[test]
fn nothing_is_asked_for_a_tax_that_has_ended() {
    let mut town = ended();
    let of = |more: Value| {
        let mut input = json!({ "addressee_no": person(1) });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let demands = town.done("demands", &of(json!({})));
    assert_eq!(
        (&demands["count"], &demands["left_out"][0]["why"]),
        (&json!(0), &json!("納付義務が消滅（不納欠損の手続きが必要）"))
    );
    let debit = json!({ "debit_on": "2026-12-25", "due_on": "2019-06-28" });
    let asked = town.done("transfer-request", &debit);
    assert_eq!(
        (&asked["count"], &asked["left_out"]),
        (&json!(0), &json!([{ "why": "納付義務の消滅", "count": 1 }]))
    );
    let refusals = [
        (
            "seizure",
            json!({ "kind": "seizure", "property_kind": "deposit", "property": "預金", "holder": "架空銀行" }),
            "TXC81",
        ),
        (
            "delivery-request",
            json!({ "property_kind": "deposit", "property": "預金", "holder": "架空裁判所" }),
            "TXC81",
        ),
        ("pledge", json!({ "rows": [{ "on": "2026-12-25", "yen": "300000" }] }), "TXC81"),
        ("reissue", json!({ "limit": "2026-12-25" }), "TXC44"),
    ];
    for (id, more, wanted) in refusals {
        let said = town.refused(id, &of(more));
        assert!(said[0].starts_with(wanted), "{id}: {said:?}");
    }
    let said = town.refused("reissue", &json!({ "slip": key("03/2019/1/1"), "limit": "2026-12-25" }));
    assert!(said[0].starts_with("TXC82") && said[0].contains("消滅時効の完成"), "{said:?}");
    town.done("certificate", &of(json!({ "kind": "no-arrears", "requested_by": "本人" })));
    assert_eq!(town.done("inquiry", &of(json!({})))["arrears_label"], json!("滞納なし"));
    let shown = town.done("case-inquiry", &of(json!({})));
    let row = &shown["levies"][0];
    assert_eq!((&row["limitation_over"], &row["completes_on"]), (&json!(true), &json!("2024-07-25")));
    assert!(row["not_seizable"].as_str().unwrap().contains("消滅"), "{row}");
    town.levies("1 10800");
    town.pay("1 12000 2026-05-20");
    assert_eq!(town.done("appropriate", &json!({}))["total_yen"], json!(0));
    assert_eq!(town.done("overpayment-list", &json!({}))["rows"][0]["proposal"], json!("還付"));
    town.verified();
    // The write-off finds the same.
    let given_up = town.done("write-off", &json!({ "decision_no": "1" }));
    assert_eq!((&given_up["count"], &given_up["rows"][0]["since"]), (&json!(1), &json!("2024-07-26")));
}

/// 時効の計算・滞納者照会・不納欠損は、閉庁日の納期限を同じように移す（令和2年10月31日は土曜日で、11月2日まで）。
#[test]
fn the_limitation_begins_behind_the_due_date_as_it_moved() {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.levies("03/2020/1/1 300000 due 2020-10-31 decided 2020-05-01");
    let shown = |town: &mut Town| town.done("case-inquiry", &json!({ "addressee_no": person(1) }));
    assert_eq!(shown(&mut town)["levies"][0]["completes_on"], json!("2025-11-02"));
    let limitation =
        town.system.calculations.iter().find(|one| one.id == "tax-collection/limitation").unwrap();
    let asked = json!({ "tax_item": "03", "due_on": "2020-10-31", "on": "2026-11-20" });
    assert_eq!((limitation.calculate)(&asked).unwrap().result["completes_on"], json!("2025-11-02"));
    for (on, count) in [("2025-11-02", 0), ("2025-11-03", 1)] {
        let found = town.done("write-off", &json!({ "dry_run": true, "on": on }));
        assert_eq!(found["count"], json!(count), "{on}");
    }
}

/// Bodies of before have no reference of a payment, no parts and no days of a decision.
#[test]
fn bodies_of_before_are_read() {
    let paid: TaxPaid = serde_json::from_value(json!({ "on": "2026-05-20", "yen": 10_800 })).unwrap();
    assert_eq!(paid.reference, "");
    let mut town = Town::new();
    town.levies("1 10800");
    town.pay("1 12000 2026-05-20");
    let held = serde_json::to_value(town.instalment("1")).unwrap();
    assert!(held.get("due_parts").is_none(), "{held}");
    let over: Overpayment = serde_json::from_value(json!({
        "overpayment_key": "K", "levy_key": "L", "addressee_no": "1", "yen": 5_000, "cause": "correction",
        "found_on": "2026-05-20", "paid_on": "2026-05-01", "state": "found",
        "settled": [{ "on": "2026-05-21", "levy_key": "M", "yen": 1_000 }],
    }))
    .unwrap();
    assert_eq!((over.days, over.settled[0].addition), (RefundDays::default(), None));
}
