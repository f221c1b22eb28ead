//! The worked examples of collection, and what must hold of any.

use proptest::prelude::*;
use serde_json::{Value, json};
use system::{Calculated, Finding};

fn calculate(id: &str, input: &Value) -> Result<Calculated, Vec<Finding>> {
    let system = tax_collection::system();
    let found = system.calculations.iter().find(|one| one.id == format!("tax-collection/{id}"));
    // Without one there is nothing to say, which no test takes for an answer.
    found.map_or_else(|| Err(Vec::new()), |one| (one.calculate)(input))
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect())
}

#[test]
fn delinquency_charges_come_out_as_published() {
    for row in rows(include_str!("../cases/delinquency-charge.tsv")) {
        let input = json!({ "tax": row[0].parse::<i64>().unwrap(), "due_on": row[1], "paid_on": row[2] });
        let result = calculate("delinquency-charge", &input).unwrap().result;
        let segments: Vec<String> = result["segments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{}:{}", one["days"], one["yen"]))
            .collect();
        assert_eq!(segments.join("/"), row[3], "{row:?}");
        assert_eq!(result["delinquency_charge"].to_string(), row[4], "{row:?}");
    }
}

#[test]
fn additions_to_refunds_come_out_as_reckoned() {
    for row in rows(include_str!("../cases/refund-addition.tsv")) {
        let mut input = json!({
            "amount": row[0].parse::<i64>().unwrap(), "paid_on": row[1], "decided_on": row[2], "cause": row[3],
        });
        match (row[3], row[4].split_once('/')) {
            ("correction-on-request", Some((requested, corrected))) => {
                input["requested_on"] = json!(requested);
                input["corrected_on"] = json!(corrected);
            }
            ("income-tax", _) => input["noticed_on"] = json!(row[4]),
            _ => {}
        }
        let result = calculate("refund-addition", &input).unwrap().result;
        assert_eq!(result["starts_on"], json!(row[5]), "{row:?}");
        assert_eq!(result["days"].to_string(), row[6], "{row:?}");
        assert_eq!(result["addition"].to_string(), row[7], "{row:?}");
    }
}

/// 一部納付は翌日から残りの税額で、猶予の日は免除の分だけ軽くなる。
#[test]
fn part_payments_and_deferments_change_the_base_and_the_rate() {
    let charge = |more: Value| {
        let mut input = json!({ "tax": 100_000, "due_on": "2024-05-31", "paid_on": "2024-08-31" });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let result = calculate("delinquency-charge", &input).unwrap().result;
        (result["sum"].as_i64().unwrap(), result["delinquency_charge"].as_i64().unwrap())
    };
    // 30日 2.4% 197円 + 62日 8.7% 1,477円
    assert_eq!(charge(json!({})), (1674, 1600));
    // 7月10日まで10日は10万円、11日から52日は4万円: 197 + 238 + 495
    assert_eq!(charge(json!({ "payments": [{ "on": "2024-07-10", "yen": 60_000 }] })), (930, 0));
    // 7月は全額の免除: 197 + 31日 738円
    let all = json!([{ "from": "2024-07-01", "to": "2024-07-31", "exempted": "all" }]);
    assert_eq!(charge(json!({ "deferments": all })), (935, 0));
    // 7月は猶予特例基準割合0.9%: 197 + 76 + 738
    let part = json!([{ "from": "2024-07-01", "to": "2024-07-31", "exempted": "part" }]);
    assert_eq!(charge(json!({ "deferments": part })), (1011, 1000));
    // 期間ごとに切り捨てる市: 端数が合わさる
    for (mode, sum) in [("segment", 131 + 2839 + 472), ("phase", 131 + 3312)] {
        let input = json!({ "tax": 64_000, "due_on": "2021-05-31", "paid_on": "2022-01-31", "mode": mode });
        assert_eq!(calculate("delinquency-charge", &input).unwrap().result["sum"], json!(sum), "{mode}");
    }
}

#[test]
fn an_overpayment_goes_to_what_is_due_the_oldest_first_and_never_across_classes() {
    let debt = |id: &str, class: &str, due_on: &str, tax: i64, fee: i64, delinquency: i64| json!({ "id": id, "class": class, "due_on": due_on, "tax": tax, "fee": fee, "delinquency": delinquency });
    let input = json!({
        "overpaid": 40_000, "on": "2024-09-10", "class": "tax",
        "debts": [
            debt("固定2期", "tax", "2024-07-31", 25_000, 0, 0),
            debt("国保料", "premium", "2024-05-31", 9_000, 0, 0),
            debt("軽自", "tax", "2024-05-31", 10_800, 100, 300),
            debt("固定3期", "tax", "2024-12-25", 25_000, 0, 0),
        ],
    });
    let result = calculate("appropriation", &input).unwrap().result;
    let given: Vec<(&str, i64)> = result["appropriated"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["total"].as_i64().unwrap()))
        .collect();
    assert_eq!(given, [("軽自", 11_200), ("固定2期", 25_000)]);
    assert_eq!(result["refund"], json!(3_800));
}

#[test]
fn a_payment_clears_costs_tax_fee_and_charge_in_their_order() {
    for (paid, costs, tax, fee, delinquency, open, over) in [
        (12_000, 500, 10_800, 100, 400, 0, 200),
        (11_800, 500, 10_800, 100, 400, 0, 0),
        (11_450, 500, 10_800, 100, 50, 350, 0),
        (10_000, 500, 9_500, 0, 0, 1_800, 0),
        (300, 300, 0, 0, 0, 11_500, 0),
    ] {
        let input = json!({ "paid": paid, "costs": 500, "tax": 10_800, "fee": 100, "delinquency": 400 });
        let result = calculate("clearing", &input).unwrap().result;
        let cleared = json!({ "costs": costs, "tax": tax, "fee": fee, "delinquency": delinquency });
        assert_eq!(
            (&result["cleared"], &result["open"], &result["overpaid"]),
            (&cleared, &json!(open), &json!(over)),
            "{paid}"
        );
    }
}

#[test]
fn what_cannot_be_calculated_is_refused_with_what_to_do() {
    let late = |more: Value| {
        let mut input = json!({ "tax": 100_000, "due_on": "2024-05-31", "paid_on": "2024-08-31" });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        input
    };
    for (id, input, code) in [
        ("delinquency-charge", late(json!({ "paid_on": "2027-04-01" })), "R001"),
        ("delinquency-charge", late(json!({ "tax": -1 })), "R002"),
        ("delinquency-charge", late(json!({ "tax": 1_000_000_000_000_i64 })), "R002"),
        ("delinquency-charge", late(json!({ "due_on": "2024-02-30" })), "F006"),
        ("delinquency-charge", late(json!({ "zei": 1 })), "F006"),
        ("delinquency-charge", late(json!({ "paid_on": "2024-12-28 23:59" })), "F006"),
        ("delinquency-charge", late(json!({ "due_on": "-009999-01-01" })), "F006"),
        ("delinquency-charge", late(json!({ "due_on": "2036-05-31", "paid_on": "2036-06-30" })), "R001"),
        ("delinquency-charge", late(json!({ "payments": [{ "on": "2024-06-10", "yen": 0 }] })), "R002"),
        (
            "refund-addition",
            json!({ "amount": 1, "paid_on": "2024-05-31", "decided_on": "2024-12-20", "starts_on": "2020-01-01" }),
            "R003",
        ),
        (
            "refund-addition",
            json!({ "amount": 1, "paid_on": "2024-05-31", "decided_on": "2024-12-20", "requested_on": "2024-07-01" }),
            "R008",
        ),
        (
            "refund-addition",
            json!({ "amount": 1, "paid_on": "2020-01-31", "decided_on": "2020-12-20", "cause": "quarrel" }),
            "F006",
        ),
        (
            "appropriation",
            json!({ "overpaid": 1, "on": "2024-09-10", "debts": [
                { "id": "a", "due_on": "2024-05-31", "tax": 1 }, { "id": "a", "due_on": "2024-07-31", "tax": 1 },
            ] }),
            "R007",
        ),
        (
            "appropriation",
            json!({ "overpaid": 1, "on": "2024-09-10", "debts": [], "order": ["tax"] }),
            "R006",
        ),
        ("limitation", json!({ "tax_item": "zz", "due_on": "2021-05-31", "on": "2026-11-20" }), "R009"),
        ("delinquency-charge", late(json!({ "payments": [{ "on": "2024-06-10", "yen": 100_001 }] })), "R004"),
        ("delinquency-charge", late(json!({ "payments": [{ "on": "2024-09-10", "yen": 1 }] })), "R003"),
        (
            "refund-addition",
            json!({ "amount": 1, "paid_on": "2024-05-31", "decided_on": "2024-05-30" }),
            "R003",
        ),
        (
            "refund-addition",
            json!({ "amount": 1, "paid_on": "2024-05-31", "decided_on": "2024-06-30", "cause": "income-tax" }),
            "R005",
        ),
        ("clearing", json!({ "paid": 1, "tax": 1, "order": ["tax", "tax", "fee"] }), "R006"),
        ("appropriation", json!({ "overpaid": 1, "on": "2024-09-10" }), "F006"),
    ] {
        let findings = calculate(id, &input).unwrap_err();
        assert_eq!(findings.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), [code], "{id} {input}");
        assert!(findings.iter().all(|one| !one.remedy.is_empty()));
    }
}

proptest! {
    /// 一日遅れても安くはならず、税額が増えても安くはならない。
    #[test]
    fn a_charge_never_falls_with_time_or_tax(tax in 0_i64..5_000_000, days in 0_i64..1500, more in 0_i64..90) {
        let due: domain::Date = "2021-05-31".parse().unwrap();
        let day = |days: i64| due.checked_add(jiff::Span::new().days(days)).unwrap().to_string();
        let of = |tax: i64, days: i64| {
            let input = json!({ "tax": tax, "due_on": "2021-05-31", "paid_on": day(days) });
            calculate("delinquency-charge", &input).unwrap().result["sum"].as_i64().unwrap()
        };
        // A new stretch may lose less than a yen where it is cut.
        prop_assert!(of(tax, days) <= of(tax, days + more) + 1);
        prop_assert!(of(tax, days) <= of(tax + more * 1000, days));
    }

    /// Not a yen is lost or made between what was paid, what it met, and what is given back.
    #[test]
    fn appropriation_balances(
        overpaid in 0_i64..1_000_000,
        debts in prop::collection::vec((0_i64..300_000, 0_i64..200, 0_i64..9_000, 1_i8..13), 0..6),
    ) {
        let open: Vec<Value> = debts
            .iter()
            .enumerate()
            .map(|(at, (tax, fee, delinquency, month))| json!({
                "id": at.to_string(), "due_on": format!("2024-{month:02}-01"), "tax": tax, "fee": fee, "delinquency": delinquency,
            }))
            .collect();
        let input = json!({ "overpaid": overpaid, "on": "2024-06-30", "debts": open });
        let result = calculate("appropriation", &input).unwrap().result;
        let given: i64 = result["appropriated"].as_array().unwrap().iter().map(|one| one["total"].as_i64().unwrap()).sum();
        prop_assert_eq!(given + result["refund"].as_i64().unwrap(), overpaid);
        let due: i64 = debts.iter().filter(|debt| debt.3 <= 6).map(|debt| debt.0 + debt.1 + debt.2).sum();
        prop_assert_eq!(given, overpaid.min(due));
    }
}

/// 一部納付が税額の千円未満しか動かさないなら、区間は分かれず、延滞金も変わらない。
#[test]
fn a_part_payment_that_changes_no_base_changes_nothing() {
    let charge = |payments: Value| {
        let input =
            json!({ "tax": 71_900, "due_on": "2024-05-31", "paid_on": "2024-10-12", "payments": payments });
        calculate("delinquency-charge", &input).unwrap().result
    };
    let without = charge(json!([]));
    assert_eq!(without["delinquency_charge"], json!(1900));
    assert_eq!(charge(json!([{ "on": "2024-07-05", "yen": 500 }])), without);
}

/// 割合の各行を一度は使う: 30日分（第一期）と365日分（第二期）。
#[test]
fn every_year_of_the_rates_is_reckoned_with() {
    for (due_on, paid_on, first, after) in [
        // 1999年まで 7.3%と14.6%
        ("1998-05-29", "1998-06-30", 6_200, 400),
        // 2000年と2001年 4.5%
        ("2000-05-31", "2000-06-30", 3_698, 0),
        // 2014年 2.9%と9.2%
        ("2014-05-30", "2014-07-01", 2_463, 252),
        // 2018年から2020年 2.6%と8.9%
        ("2018-05-31", "2018-07-01", 2_136, 243),
        // 2021年 2.5%と8.8%
        ("2021-05-31", "2021-07-01", 2_054, 241),
    ] {
        let input = json!({ "tax": 1_000_000, "due_on": due_on, "paid_on": paid_on });
        let result = calculate("delinquency-charge", &input).unwrap().result;
        let of = |phase: bool| {
            let all = result["segments"].as_array().unwrap().iter();
            all.filter(|one| one["first_phase"] == json!(phase))
                .map(|one| one["yen"].as_i64().unwrap())
                .sum::<i64>()
        };
        assert_eq!((of(true), of(false)), (first, after), "{due_on}");
    }
}

/// 令和元年の十連休: 納期限4月30日は5月7日になる。
#[test]
fn a_due_date_moves_over_the_holidays_of_its_year() {
    let input = json!({ "tax": 100_000, "due_on": "2019-04-30", "paid_on": "2020-01-31" });
    let result = calculate("delinquency-charge", &input).unwrap().result;
    assert_eq!(result["due_on"], json!("2019-05-07"));
    assert_eq!(result["delinquency_charge"], json!(6_000));
    // 充当も、動いた納期限で見る: 2025年5月31日は土曜日
    let debt = json!([{ "id": "a", "due_on": "2025-05-31", "tax": 10_800 }]);
    for (on, refund) in [("2025-06-01", 30_000), ("2025-06-02", 19_200)] {
        let input = json!({ "overpaid": 30_000, "on": on, "debts": debt });
        assert_eq!(calculate("appropriation", &input).unwrap().result["refund"], json!(refund), "{on}");
    }
}

/// 保険料の過誤納は税に充てない。
#[test]
fn a_premium_paid_too_much_is_not_put_to_a_tax() {
    let input = json!({
        "overpaid": 5_000, "on": "2024-09-10", "class": "premium",
        "debts": [
            { "id": "軽自", "class": "tax", "due_on": "2024-05-31", "tax": 10_800 },
            { "id": "国保料", "class": "premium", "due_on": "2024-07-31", "tax": 3_000 },
        ],
    });
    let result = calculate("appropriation", &input).unwrap().result;
    assert_eq!(result["appropriated"].as_array().unwrap().len(), 1);
    assert_eq!(result["refund"], json!(2_000));
}

/// 項目は日本語の名前でも、日付は元号でも、金額はコンマや全角でも読める。
#[test]
fn what_people_write_means_what_programs_write() {
    let program = json!({ "tax": 65_000, "due_on": "2021-05-31", "paid_on": "2022-01-31" });
    let expected = calculate("delinquency-charge", &program).unwrap();
    for person in [
        json!({ "本税": "６５，０００円", "納期限": "令和3年5月31日", "納付日": "R4.1.31" }),
        json!({ "tax": "65000", "due": "20210531", "paid": "2022/01/31", "payments": null }),
        json!({ "tax": 65_000.0, "due_date": "2021-05-31", "paid_date": "2022-01-31", "mode": "区間ごと" }),
    ] {
        assert_eq!(calculate("delinquency-charge", &person).unwrap(), expected, "{person}");
    }
}

/// 所見は、どの明細のどの項目かを日本語で言う。
#[test]
fn a_finding_names_the_record_and_the_item() {
    let system = tax_collection::system();
    for (id, input, item, words) in [
        (
            "appropriation",
            json!({ "overpaid": 1, "on": "2024-09-10", "debts": [
                { "id": "a", "due_on": "2024-05-31", "tax": 1 }, { "id": "軽自", "due_on": "2024-07-31", "tax": -5 },
            ] }),
            "未納の2件目「軽自」の本税",
            "本税が-5円です",
        ),
        (
            "delinquency-charge",
            json!({ "tax": 1, "due_on": "2024-05-31", "paid_on": "2024-08-31", "payments": [{ "on": "来週", "yen": 1 }] }),
            "一部納付の1件目の納付日",
            "日付として読めません",
        ),
        (
            "delinquency-charge",
            json!({ "tax": 1, "due_on": "2024-05-31" }),
            "納付日",
            "「paid_on」がありません",
        ),
        ("delinquency-charge", json!([]), "入力", "項目名と値の組"),
    ] {
        let found = system.calculations.iter().find(|one| one.id.ends_with(id)).unwrap();
        let findings = found.answer(&input).unwrap_err();
        assert_eq!(findings[0].item, item, "{findings:?}");
        assert!(findings[0].message.contains(words), "{findings:?}");
    }
}
