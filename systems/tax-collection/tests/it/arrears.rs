//! 滞納整理: cases a tax officer can check.

use domain::Date;
use jiff::civil::date;
use register::ViewExt as _;
use serde_json::{Value, json};
use tax_collection::records::{Account, CASE, Case, CaseState, Part, ReceiptState};

use crate::town::{Town, key, known, person};

/// A town with people that letters reach, on a day.
fn town(levies: &str, today: Date) -> Town {
    let mut town = Town::new();
    town.today = today;
    town.take("addressees", &(1..6).map(known).collect::<Vec<_>>());
    assert_eq!(town.levies(levies), Vec::<String>::new());
    town
}

fn codes(town: &mut Town, id: &str, input: &Value) -> Vec<String> {
    town.refused(id, input).iter().map(|text| text.split(' ').next().unwrap().to_owned()).collect()
}

/// The reminder of everything that is overdue, as sent on a day.
fn remind(town: &mut Town, on: Date) -> Value {
    let now = town.today;
    town.today = on;
    let told = town.done("reminders", &json!({}));
    town.today = now;
    told
}

fn case(town: &Town) -> Case {
    town.memory.load::<Case>(&person(1)).unwrap().unwrap().record
}

fn me(more: Value) -> Value {
    let mut input = json!({ "addressee_no": person(1) });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// 納期限 2026-06-01 の1期。督促されるか、されないならなぜか。
#[test]
fn who_is_reminded_and_who_is_left_out() {
    let preliminary = format!("C1,convenience,1,{},2026-06-10,2026-06-25,10800", key("1"));
    for (what, day, before, wanted) in [
        ("納期限の当日", "2026-06-01", "", ""),
        ("納期限の翌日", "2026-06-02", "", "督促 手数料100"),
        ("20日目", "2026-06-21", "", "督促 手数料100"),
        ("20日を過ぎた", "2026-06-22", "", "督促 手数料100 遅れ"),
        ("完納", "2026-06-15", "pay 1 10800 2026-06-05", ""),
        ("一部納付", "2026-06-15", "pay 1 5000 2026-06-05", "督促 手数料100"),
        ("速報", "2026-06-15", "preliminary", "引抜き 速報の納付あり"),
        ("猶予中", "2026-06-15", "deferment", "引抜き 猶予中"),
        ("執行停止中", "2026-06-15", "suspension", "引抜き 執行停止中"),
        ("督促済み", "2026-06-15", "reminders", ""),
        ("宛先がない", "2026-06-15", "unknown", "引抜き 宛先の住所なし"),
    ] {
        let mut town = if before == "unknown" {
            let mut town = Town::new();
            town.levies("1 10800");
            town
        } else {
            town("1 10800", day.parse().unwrap())
        };
        town.today = day.parse().unwrap();
        match before.split_once(' ') {
            Some(("pay", line)) => town.pay(line),
            _ if before == "preliminary" => {
                town.receive(&preliminary);
            }
            _ if before == "deferment" => {
                let granted = json!({ "action": "grant", "kind": "collection", "reason": "12", "from": "2026-06-10", "to": "2026-12-09" });
                town.done("deferment", &me(granted));
            }
            _ if before == "suspension" => {
                town.done("suspension", &me(json!({ "action": "suspend", "reason": "1" })));
            }
            _ if before == "reminders" => {
                town.done("reminders", &json!({}));
            }
            _ => {}
        }
        // A trial says the same, and does nothing.
        let trial = town.done("reminders", &json!({ "dry_run": true }));
        let outcome = town.run("reminders", &json!({}));
        let told = outcome.answer.unwrap().data;
        assert_eq!((&trial["rows"], &trial["left_out"]), (&told["rows"], &told["left_out"]), "{what}");
        let row = told["rows"].as_array().unwrap().first().map(|row| {
            format!("督促 手数料{}{}", row["fee_yen"], if row["late"] == true { " 遅れ" } else { "" })
        });
        let out = told["left_out"].as_array().unwrap().first();
        let out = out.map(|row| format!("引抜き {}", row["why"].as_str().unwrap()));
        assert_eq!(row.or(out).unwrap_or_default(), wanted, "{what}");
        assert_eq!(outcome.documents.len(), usize::from(wanted.starts_with("督促")), "{what}");
        town.verified();
    }
}

/// One letter per person, with every debt, its fee and a slip for each.
#[test]
fn a_reminder_names_every_debt_of_the_person() {
    let mut town = town("1 10800\n2 7200 of 2\n3 12900", date(2026, 6, 15));
    let outcome = town.run("reminders", &json!({}));
    assert_eq!(outcome.documents.len(), 2);
    let data = &outcome.documents[0].data;
    assert_eq!(outcome.documents[0].title, "督促状");
    assert_eq!(data["rows"].as_array().unwrap().len(), 2);
    assert_eq!(
        data["rows"][0].as_array().unwrap()[3..7],
        [json!("10,800"), json!("100"), json!("0"), json!("10,900")]
    );
    assert_eq!(data["slips"][1]["total"], json!("13,000"));
    assert_eq!(data["facts"][0]["value"], json!("23,900円（延滞金は令和8年6月25日まで）"));
    assert_eq!(town.stands("1"), "未納 open 10800/100/0 paid 0 over 0");
    // The fee is owed behind the tax, and once.
    town.done("reminders", &json!({}));
    town.pay("1 10850 2026-06-15");
    assert_eq!(town.stands("1"), "一部納付 open 0/50/0 paid 10800 over 0");
    town.verified();
}

#[test]
fn a_reminder_that_came_back_is_served_by_public_notice() {
    let mut town = town("1 10800", date(2026, 7, 20));
    remind(&mut town, date(2026, 6, 15));
    assert_eq!(codes(&mut town, "reminder-returned", &me(json!({ "returned_on": "2026-06-14" }))), ["TXC54"]);
    let outcome =
        town.run("reminder-returned", &me(json!({ "returned_on": "2026-06-20", "notice_on": "2026-07-01" })));
    assert_eq!(outcome.documents[0].title, "公示送達書");
    // 7月1日の掲示から7日を経過した8日に届き、10日を経過した18日の翌日から差し押さえられる。
    let told = town.done("case-inquiry", &me(json!({ "as_of": "2026-07-18" })));
    assert_eq!(told["levies"][0]["seizable_from"], json!("2026-07-19"));
    assert!(told["levies"][0]["not_seizable"].as_str().unwrap().contains("10日を経過していません"));
}

/// 督促 2026-06-15: 6月25日が十日を経過した日。
#[test]
fn when_property_can_be_seized() {
    for (what, before, on, wanted) in [
        ("督促なし", "", "2026-06-30", "TXC52"),
        ("十日を経過した日", "reminded", "2026-06-25", "TXC64"),
        ("その翌日", "reminded", "2026-06-26", ""),
        ("猶予中", "deferred", "2026-07-20", "TXC64"),
        ("執行停止中", "suspended", "2026-07-20", "TXC64"),
        ("今日より後", "reminded", "2026-11-21", "TXC53"),
        ("納めた", "paid", "2026-07-20", "TXC52"),
    ] {
        let mut town = town("1 10800", date(2026, 11, 20));
        if !before.is_empty() {
            remind(&mut town, date(2026, 6, 15));
        }
        match before {
            "deferred" => {
                let granted = json!({ "action": "grant", "kind": "applied", "reason": "31", "from": "2026-07-01", "to": "2026-12-31" });
                town.done("deferment", &me(granted));
            }
            "suspended" => {
                town.done(
                    "suspension",
                    &me(json!({ "action": "suspend", "reason": "2", "on": "2026-07-01" })),
                );
            }
            "paid" => town.pay("1 10900 2026-07-10"),
            _ => {}
        }
        let input = me(
            json!({ "kind": "seizure", "on": on, "property_kind": "deposit", "property": "普通預金", "holder": "架空銀行" }),
        );
        if wanted.is_empty() {
            town.done("seizure", &input);
            let outcome = town.run("seizure-document", &me(json!({ "no": "1" })));
            let titles: Vec<&str> = outcome.documents.iter().map(|one| one.title.as_str()).collect();
            assert_eq!(titles, ["差押調書（謄本）", "差押通知書"], "{what}");
        } else {
            assert_eq!(codes(&mut town, "seizure", &input), [wanted], "{what}");
        }
        town.verified();
    }
}

/// 猶予: what is asked for, granted, refused, taken back, and what the days do to the charge.
#[test]
fn deferments_defer_and_exempt() {
    let mut town = town("04/2021/1/1 65000 due 2021-05-31", date(2022, 1, 31));
    let asked = me(json!({
        "action": "apply", "kind": "collection", "reason": "11", "from": "2021-07-01", "to": "2022-06-30", "applied_on": "2021-06-28",
    }));
    town.done("deferment", &asked);
    assert!(town.instalment("04/2021/1/1").deferments.is_empty());
    town.verified();
    assert_eq!(
        codes(
            &mut town,
            "deferment",
            &me(json!({ "action": "grant", "no": "1", "decided_on": "2021-06-27" }))
        ),
        ["TXC54"]
    );
    let granted =
        town.run("deferment", &me(json!({ "action": "grant", "no": "1", "decided_on": "2021-06-30" })));
    assert_eq!(granted.documents[0].title, "猶予許可通知書");
    town.verified();
    assert_eq!(codes(&mut town, "deferment", &me(json!({ "action": "refuse", "no": "1" }))), ["TXC58"]);
    // 全額の免除: 6月の30日だけが残り、千円に満たない。
    town.pay("04/2021/1/1 10000 2022-01-10");
    let told = town.done("case-inquiry", &me(json!({ "as_of": "2022-01-31" })));
    assert_eq!(told["levies"][0]["delinquency_yen"], json!(0));
    assert_eq!(told["deferments"][0]["reason_label"], json!("災害・盗難"));
    // Taken back: the days from then on are charged again.
    town.done("deferment", &me(json!({ "action": "cancel", "no": "1", "decided_on": "2021-08-01" })));
    let days = town.instalment("04/2021/1/1").deferments;
    assert_eq!((days[0].from, days[0].to), (date(2021, 7, 1), date(2021, 7, 31)));
    let told = town.done("case-inquiry", &me(json!({ "as_of": "2022-01-31" })));
    assert!(1000 < told["levies"][0]["delinquency_yen"].as_i64().unwrap());
    assert_eq!(codes(&mut town, "deferment", &me(json!({ "action": "cancel", "no": "1" }))), ["TXC58"]);
    town.verified();
}

#[test]
fn deferments_that_are_refused() {
    let plain = json!({ "action": "grant", "kind": "collection", "reason": "12", "from": "2026-07-01", "to": "2026-12-31" });
    for (what, change, wanted) in [
        ("終期が始期より前", json!({ "to": "2026-06-30" }), "TXC54"),
        ("2年を超える", json!({ "to": "2028-07-01" }), "TXC55"),
        ("種類に合わない事由", json!({ "reason": "31" }), "TXC56"),
        ("事由がない", json!({ "reason": "" }), "E124"),
        ("番号がない", json!({ "no": "2" }), "TXC57"),
        ("他人の期別", json!({ "levy_keys": key("2") }), "TXC51"),
        ("未納がない", json!({ "levy_keys": key("3") }), "TXC52"),
        ("すでに猶予", json!({ "from": "2027-01-01", "to": "2027-06-30" }), "TXC59"),
    ] {
        let mut town = town("1 10800\n2 7200 of 2\n3 0", date(2026, 11, 20));
        if wanted == "TXC59" {
            town.done("deferment", &me(json!({ "action": "grant", "kind": "collection", "reason": "12", "from": "2026-07-01", "to": "2027-01-01" })));
        }
        let mut input = me(plain.clone());
        for (name, value) in change.as_object().unwrap() {
            input[name] = value.clone();
        }
        assert_eq!(codes(&mut town, "deferment", &input), [wanted], "{what}");
    }
    // The last day of two years, and a security that is asked for but may be waived.
    let mut town = town("1 1200000", date(2026, 11, 20));
    let mut input = me(plain);
    input["to"] = json!("2028-06-30");
    let outcome = town.run("deferment", &input);
    assert_eq!(outcome.findings.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["TXC60"]);
    assert!(outcome.findings.iter().all(|one| !one.stops()));
}

/// 誓約 2026-07-01、7月末から毎月末に4,000円ずつ3回。基準日 2026-09-15、銀行の7日。
#[test]
fn a_promise_is_kept_or_broken_by_what_was_paid() {
    for (what, payments, on, wanted) in [
        ("何も納めない", "", "2026-08-07", "期日前 期日前 期日前"),
        ("7日を過ぎた", "", "2026-08-08", "不履行 期日前 期日前"),
        ("期日に納めた", "1 4000 2026-07-31", "2026-09-15", "履行 不履行 期日前"),
        ("銀行の7日のうち", "1 4000 2026-08-07", "2026-08-20", "履行 期日前 期日前"),
        ("遅れて納めた", "1 4000 2026-08-08", "2026-08-20", "不履行 期日前 期日前"),
        ("まとめて先に", "1 8000 2026-07-20", "2026-09-15", "履行 履行 期日前"),
        ("足りない", "1 3999 2026-07-20", "2026-09-15", "不履行 不履行 期日前"),
        ("全部納めた", "1 10900 2026-09-10", "2026-11-15", "履行 履行 履行"),
    ] {
        let mut town = town("1 10800", date(2026, 11, 20));
        remind(&mut town, date(2026, 6, 15));
        let row = |on: &str| json!({ "on": on, "yen": "4000" });
        let rows = json!([row("2026-07-31"), row("2026-08-31"), row("2026-09-30")]);
        town.done("pledge", &me(json!({ "on": "2026-07-01", "rows": rows })));
        for line in payments.lines() {
            town.pay(line);
        }
        let told = town.done("case-inquiry", &me(json!({ "as_of": on })));
        let states: Vec<&str> = told["pledges"][0]["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["promise_label"].as_str().unwrap())
            .collect();
        assert_eq!(states.join(" "), wanted, "{what}");
        let broken = town.done("pledge-follow-up", &json!({ "on": on }));
        assert_eq!(broken["count"], json!(i32::from(wanted.contains("不履行"))), "{what}");
        town.verified();
    }
}

#[test]
fn pledges_that_are_refused() {
    let row = |on: &str, yen: &str| json!({ "on": on, "yen": yen });
    for (what, rows, wanted) in [
        ("計画がない", json!([]), vec!["TXC61"]),
        ("0円", json!([row("2026-12-01", "0")]), vec!["TXC61"]),
        ("誓約日より前", json!([row("2026-11-19", "10800")]), vec!["TXC54"]),
        ("同じ日が2回", json!([row("2026-12-01", "5400"), row("2026-12-01", "5400")]), vec!["TXC54"]),
    ] {
        let mut town = town("1 10800", date(2026, 11, 20));
        assert_eq!(codes(&mut town, "pledge", &me(json!({ "rows": rows }))), wanted, "{what}");
    }
    let mut town = town("1 10800", date(2026, 11, 20));
    let outcome = town.run("pledge", &me(json!({ "rows": [row("2026-12-01", "10799")] })));
    assert_eq!(outcome.findings[0].code, "TXC62");
    assert_eq!(
        codes(&mut town, "contact", &json!({ "addressee_no": person(9), "kind": "phone", "note": "不在" })),
        ["TXC50"]
    );
    assert_eq!(
        codes(&mut town, "contact", &me(json!({ "kind": "phone", "note": "不在", "next_on": "2026-11-20" }))),
        ["TXC54"]
    );
    assert_eq!(
        codes(&mut town, "contact", &me(json!({ "kind": "phone", "note": "不在", "on": "2026-11-21" }))),
        ["TXC53"]
    );
}

/// 税額65,000円、2021-05-31 納期限: 2022-01-31 の延滞金は3,400円（ST-20）。
#[test]
fn a_remission_takes_from_the_charge_as_it_stands() {
    for (what, input, wanted) in [
        ("全額", json!({ "share": "all" }), "未納 open 65000/0/0 paid 0 over 0"),
        ("2分の1", json!({ "share": "half" }), "未納 open 65000/0/1700 paid 0 over 0"),
        ("金額", json!({ "share": "yen", "amount": "400" }), "未納 open 65000/0/3000 paid 0 over 0"),
        ("多すぎる", json!({ "share": "yen", "amount": "3401" }), "TXC63"),
        ("決定が申請より前", json!({ "decided_on": "2022-01-30", "applied_on": "2022-01-31" }), "TXC54"),
    ] {
        let mut town = town("04/2021/1/1 65000 due 2021-05-31", date(2022, 1, 31));
        let mut given = me(json!({ "reason": "1", "decision": "granted" }));
        for (name, value) in input.as_object().unwrap() {
            given[name] = value.clone();
        }
        if wanted.starts_with("TXC") {
            assert_eq!(codes(&mut town, "remission", &given), [wanted], "{what}");
            continue;
        }
        town.done("remission", &given);
        assert_eq!(town.stands("04/2021/1/1"), wanted, "{what}");
        town.verified();
        // Paid on the same day, what was remitted is not asked for again.
        let open: i64 = Part::ALL.iter().map(|part| town.instalment("04/2021/1/1").open(*part).0).sum();
        town.pay(&format!("04/2021/1/1 {open} 2022-01-31"));
        assert_eq!(town.stands("04/2021/1/1"), "完納 open 0/0/0 paid 65000 over 0", "{what}");
        town.verified();
    }
}

/// A payment that is taken back leaves of the charge it fixed what was remitted since.
#[test]
fn a_remitted_charge_stays_when_its_payment_is_taken_back() {
    let mut town = town("04/2021/1/1 65000 due 2021-05-31", date(2022, 1, 31));
    let levy = key("04/2021/1/1");
    town.receive(&format!("C1,convenience,2,{levy},2022-01-31,,65000"));
    town.done("clear", &json!({}));
    assert_eq!(town.stands("04/2021/1/1"), "一部納付 open 0/0/3400 paid 65000 over 0");
    town.done("remission", &me(json!({ "reason": "1", "decision": "granted" })));
    town.verified();
    town.receive(&format!("C1,convenience,3,{levy},2022-01-31,,65000"));
    assert_eq!(town.stands("04/2021/1/1"), "未納 open 65000/0/0 paid 0 over 0");
    town.verified();
}

/// 催告は、督促からの日数、前の催告からの日数、額で段階が進む。
#[test]
fn demands_go_up_by_age_and_amount() {
    for (what, levy, days, wanted) in [
        ("30日に満たない", "1 10800", vec!["2026-07-14"], vec![""]),
        ("30日", "1 10800", vec!["2026-07-15"], vec!["1"]),
        ("二度は出ない", "1 10800", vec!["2026-07-15", "2026-07-15"], vec!["1", ""]),
        ("60日だが前から30日に満たない", "1 10800", vec!["2026-08-01", "2026-08-30"], vec!["1", ""]),
        (
            "段階が進む",
            "1 10800",
            vec!["2026-07-15", "2026-08-14", "2026-10-13", "2026-11-20"],
            vec!["1", "2", "3", ""],
        ),
        (
            "額が小さく予告に進まない",
            "1 9800",
            vec!["2026-07-15", "2026-08-14", "2026-10-13"],
            vec!["1", "2", ""],
        ),
    ] {
        let mut town = town(levy, date(2026, 6, 15));
        town.done("reminders", &json!({}));
        town.done("register-cases", &json!({}));
        for (day, stage) in days.into_iter().zip(wanted) {
            town.today = day.parse().unwrap();
            let outcome = town.run("demands", &json!({}));
            let told = outcome.answer.unwrap().data;
            let got = told["rows"].as_array().unwrap().first().map(|row| row["stage"].to_string());
            assert_eq!(got.unwrap_or_default(), stage, "{what} {day}");
            assert_eq!(outcome.documents.len(), usize::from(!stage.is_empty()), "{what} {day}");
        }
    }
    // Who keeps a plan for everything gets none; who breaks it does.
    let mut town = town("1 10800", date(2026, 6, 15));
    town.done("reminders", &json!({}));
    town.done("register-cases", &json!({}));
    town.done("pledge", &me(json!({ "rows": [{ "on": "2026-07-31", "yen": "10900" }] })));
    for (day, count) in [("2026-07-20", 0), ("2026-08-08", 1)] {
        town.today = day.parse().unwrap();
        assert_eq!(town.done("demands", &json!({ "dry_run": true }))["count"], json!(count), "{day}");
    }
    assert_eq!(codes(&mut town, "demands", &json!({ "stage": "9" })), ["TXC56"]);
    assert_eq!(codes(&mut town, "demands", &json!({ "pay_by": "2026-08-08" })), ["TXC54"]);
}

/// 換価代金: 滞納処分費、古い期別から順に、本税・手数料・延滞金。余りは滞納者に。
#[test]
fn the_money_of_a_sale_goes_to_costs_first_then_to_the_oldest_debt() {
    for (what, sold, costs, others, wanted, rest) in [
        (
            "全部に足りる",
            30_000,
            500,
            0,
            ["完納 open 0/0/0 paid 10800 over 0", "完納 open 0/0/0 paid 7200 over 0"],
            11_300,
        ),
        (
            "二つ目に足りない",
            15_000,
            500,
            0,
            ["完納 open 0/0/0 paid 10800 over 0", "一部納付 open 3600/100/0 paid 3600 over 0"],
            0,
        ),
        (
            "他の債権者が先",
            15_000,
            500,
            10_000,
            ["一部納付 open 6300/100/0 paid 4500 over 0", "未納 open 7200/100/0 paid 0 over 0"],
            0,
        ),
        (
            "費用だけ",
            500,
            500,
            0,
            ["未納 open 10800/100/0 paid 0 over 0", "未納 open 7200/100/0 paid 0 over 0"],
            0,
        ),
    ] {
        let mut town = town("1 10800\n2 7200 due 2026-06-02", date(2026, 6, 15));
        town.done("reminders", &json!({}));
        town.today = date(2026, 7, 10);
        town.done("survey", &me(json!({ "target": "架空銀行本店" })));
        town.done("survey", &me(json!({ "no": "1", "answered_on": "2026-07-10", "kind": "deposit", "description": "普通預金 30,000円", "value": "30000" })));
        town.done("seizure", &me(json!({ "kind": "seizure", "survey_no": "1", "holder": "架空銀行本店" })));
        town.done(
            "auction",
            &me(json!({ "no": "1", "action": "notice", "method": "collection", "held_on": "2026-07-15" })),
        );
        town.today = date(2026, 7, 20);
        let paid = me(json!({
            "no": "1", "action": "paid", "sold_for": sold.to_string(), "costs": costs.to_string(), "others": others.to_string(),
        }));
        let told = town.done("auction", &paid);
        assert_eq!(told["rest_yen"], json!(rest), "{what}");
        assert_eq!([town.stands("1"), town.stands("2")], wanted, "{what}");
        let receipt = town.receipt(&format!("換価{}-001-01", person(1)));
        let state = if rest == 0 { ReceiptState::Cleared } else { ReceiptState::Suspense };
        assert_eq!(receipt.state, state, "{what}");
        assert_eq!(town.balance(Account::Unapplied), -rest, "{what}");
        town.verified();
        assert_eq!(codes(&mut town, "auction", &paid), ["TXC58", "TXC58"], "{what}");
        town.done("release", &me(json!({ "no": "1", "reason": "2" })));
        assert_eq!(
            codes(&mut town, "release", &me(json!({ "no": "1", "reason": "2" }))),
            ["TXC58"],
            "{what}"
        );
    }
}

#[test]
fn dispositions_that_are_refused() {
    let mut town = town("1 10800", date(2026, 7, 20));
    remind(&mut town, date(2026, 6, 15));
    let request = me(
        json!({ "holder": "架空地方裁判所", "property_kind": "real-estate", "property": "令和8年（ケ）第1号" }),
    );
    let asked = town.run("delivery-request", &request);
    let titles: Vec<&str> = asked.documents.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles, ["交付要求書", "交付要求通知書"]);
    for (id, input, wanted) in [
        ("seizure", json!({ "kind": "seizure", "survey_no": "1" }), "TXC57"),
        ("seizure", json!({ "kind": "seizure" }), "E124"),
        ("seizure-document", json!({ "no": "1" }), "TXC58"),
        ("seizure-document", json!({ "no": "2" }), "TXC57"),
        ("release", json!({ "no": "1", "on": "2026-07-19", "reason": "6" }), "TXC54"),
        ("auction", json!({ "no": "1", "action": "notice" }), "E124"),
        (
            "auction",
            json!({ "no": "1", "action": "notice", "method": "auction", "held_on": "2026-08-01" }),
            "TXC56",
        ),
        (
            "auction",
            json!({ "no": "1", "action": "notice", "method": "distribution", "held_on": "2026-07-19" }),
            "TXC54",
        ),
        ("auction", json!({ "no": "1", "action": "paid", "sold_for": "1" }), "TXC57"),
        ("survey", json!({}), "E124"),
        ("survey", json!({ "no": "1", "answered_on": "2026-07-20" }), "TXC57"),
        ("suspension", json!({ "action": "suspend" }), "E124"),
        ("suspension", json!({ "action": "cancel", "no": "1" }), "TXC57"),
        ("suspension", json!({ "action": "suspend", "reason": "1", "on": "2026-07-21" }), "TXC53"),
    ] {
        assert_eq!(codes(&mut town, id, &me(input.clone())), [wanted], "{id} {input}");
    }
    town.done("suspension", &me(json!({ "action": "suspend", "reason": "1" })));
    assert_eq!(codes(&mut town, "suspension", &me(json!({ "action": "suspend", "reason": "1" }))), ["TXC65"]);
    town.done("suspension", &me(json!({ "action": "cancel", "no": "1" })));
    assert_eq!(codes(&mut town, "suspension", &me(json!({ "action": "cancel", "no": "1" }))), ["TXC58"]);
    town.verified();
}

/// Who owes gets a case; who has paid is settled; who owes again is opened again.
#[test]
fn cases_open_settle_and_open_again() {
    let mut town = town("1 10800\n2 7200 of 2\n3 3900 due 2026-12-01", date(2026, 6, 15));
    let told = town.done("register-cases", &json!({}));
    assert_eq!((&told["count"], &told["total_yen"]), (&json!(2), &json!(18_000)));
    assert_eq!(town.done("register-cases", &json!({}))["count"], json!(0));
    town.done("contact", &me(json!({ "kind": "visit", "note": "不在。手紙を置いた。", "next_on": "2026-06-20", "officer": "収納一郎" })));
    let list = town.done("case-list", &json!({ "officer": "収納一郎" }));
    assert_eq!((&list["count"], &list["rows"][0]["next_on"]), (&json!(1), &json!("2026-06-20")));
    assert_eq!(town.done("case-list", &json!({ "least": "10000" }))["count"], json!(1));
    town.pay("1 10800 2026-06-15");
    let told = town.done("refresh-balances", &json!({}));
    assert_eq!((&told["settled_count"], &told["total_yen"]), (&json!(1), &json!(7_200)));
    assert_eq!(case(&town).state, CaseState::Settled);
    assert_eq!(town.done("refresh-balances", &json!({}))["count"], json!(0));
    assert_eq!(town.done("case-list", &json!({}))["count"], json!(1));
    town.today = date(2026, 12, 2);
    assert_eq!(town.done("register-cases", &json!({}))["count"], json!(1));
    assert_eq!((case(&town).state, case(&town).registered_on), (CaseState::Open, town.today));
    assert_eq!(case(&town).summary.yen.0, 3_900);
    assert_eq!(town.memory.register(&CASE).len(), 2);
    town.verified();
}
