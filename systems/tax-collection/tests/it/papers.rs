//! 証明書交付, 再発行, 照会, 統計: what is told of the books.

use jiff::civil::date;
use serde_json::json;

use crate::town::{Town, key, known, person};

/// A slip made again asks for the charge of its last day, and its bar code says the same.
#[test]
fn a_slip_asks_for_the_charge_of_its_last_day() {
    let mut town = Town::new();
    town.today = date(2022, 1, 20);
    town.take("addressees", &[known(1)]);
    town.levies("04/2021/1/1 65000 due 2021-05-31");
    let outcome = town.run("reissue", &json!({ "slip": key("04/2021/1/1"), "limit": "2022-01-31" }));
    let slip = &outcome.documents[0].data["slips"][0];
    assert_eq!(slip["total"], json!("68,400"));
    assert_eq!(slip["amounts"][2], json!({ "label": "延滞金", "yen": "3,400" }));
    assert_eq!(town.instalment("04/2021/1/1").reissues, 1);
    for (input, wanted) in [
        (json!({ "slip": key("04/2021/1/1"), "limit": "2022-01-19" }), "TXC43"),
        (json!({ "slip": key("9"), "limit": "2022-01-31" }), "TXC01"),
    ] {
        assert!(town.refused("reissue", &input)[0].starts_with(wanted));
    }
    town.pay("04/2021/1/1 68400 2022-01-20");
    let paid = json!({ "slip": key("04/2021/1/1"), "limit": "2022-01-31" });
    assert!(town.refused("reissue", &paid)[0].starts_with("TXC44"));
}

/// Who gets a certificate that nothing is overdue.
#[test]
fn whether_nothing_is_overdue() {
    for (levies, payments, wanted) in [
        ("1 10800", "1 10800 2026-05-20", ""),
        // Not due yet.
        ("1 10800 due 2026-12-25", "", ""),
        ("1 10800", "", "TXC42"),
        ("1 10800", "1 5000 2026-05-20", "TXC42"),
        // The tax is paid, the charge is not.
        ("04/2021/1/1 65000 due 2021-05-31", "04/2021/1/1 65000 2022-01-31", "TXC42"),
        ("1 10800 of 2", "", "TXC40"),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies(levies);
        for payment in payments.lines() {
            town.pay(payment);
        }
        let input = json!({ "addressee_no": person(1), "kind": "no-arrears", "requested_by": "本人" });
        let outcome = town.run("certificate", &input);
        let code =
            outcome.findings.iter().find(|finding| finding.stops()).map_or("", |finding| &finding.code);
        assert_eq!(code, wanted, "{levies} {payments}");
        assert_eq!(outcome.documents.len(), usize::from(wanted.is_empty()), "{levies}");
    }
}

/// The year's settlement: levied, received, given up, owed; nothing is missing between them.
#[test]
fn a_year_is_settled_without_a_difference() {
    let mut town = Town::new();
    town.levies("1 10800\n2 7200\n3 5000\n03/2026/4/1 40000 due 2026-07-31\n03/2025/5/1 9000 due 2025-07-31");
    town.pay("1 10800 2026-05-20");
    town.pay("2 8000 2026-05-20");
    town.pay("03/2026/4/1 10000 2026-08-15");
    town.pay("03/2025/5/1 9000 2026-05-01");
    town.levies("3 2000 hist 2 decided 2026-09-01");
    let settled = town.done("statistics", &json!({ "account_year": 2026 }));
    let rows: Vec<String> = settled["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} levied {} received {} open {} over {} difference {}",
                row["tax_label"].as_str().unwrap(),
                row["assessed_yen"],
                row["received_yen"],
                row["open_yen"],
                row["over_yen"],
                row["difference_yen"]
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            // What was levied in 2025 and paid in May counts into 2025; it owes nothing when 2026 begins.
            "固定資産税・都市計画税 levied 40000 received 10000 open 30000 over 0 difference 0",
            "軽自動車税（種別割） levied 20000 received 18800 open 2000 over 800 difference 0",
        ]
    );
    let totals = town.done("day-totals", &json!({}));
    assert_eq!(totals["difference_yen"], json!(0));
    let register = town
        .done("levy-register", &json!({ "tax_item": "04", "levy_year": 2026, "count": 3, "total": 20_000 }));
    assert_eq!((&register["difference_count"], &register["difference_yen"]), (&json!(0), &json!(0)));
    let short = town.done("levy-register", &json!({ "tax_item": "04", "levy_year": 2026, "count": 4 }));
    assert_eq!(short["difference_count"], json!(1));
}

/// 固定資産税 900,000円（納期限 6月30日）。督促手数料と延滞金は調定にも収納率にも入らず、別の表に出る。
#[test]
fn a_rate_of_collection_is_of_the_tax_alone() {
    for (what, paid, of_tax, of_fee, of_charge) in [
        ("未納", "", "900000 0 0.0", "100 0 100", ""),
        ("本税だけ", "900000", "900000 900000 100.0", "100 0 100", "27200 0 27200"),
        ("手数料と延滞金も", "927300", "900000 900000 100.0", "100 100 0", "27200 27200 0"),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies("03/2026/4/1 900000 due 2026-06-30");
        town.today = date(2026, 7, 15);
        town.done("reminders", &json!({}));
        // 900,000円 × 2.8% × 31日、9.1% × 112日（11月20日まで）。
        town.today = date(2026, 11, 20);
        if !paid.is_empty() {
            town.pay(&format!("03/2026/4/1 {paid} 2026-11-20"));
        }
        let told = town.done("statistics", &json!({ "account_year": 2026 }));
        let row = &told["rows"][0];
        let tax = format!(
            "{} {} {}",
            row["assessed_yen"],
            row["received_yen"],
            row["rate_percent"].as_str().unwrap()
        );
        assert_eq!(tax, of_tax, "{what}");
        let extra = |part: &str| {
            let rows = told["extras"].as_array().unwrap().iter();
            let row = rows.into_iter().find(|row| row["part_label"] == json!(part));
            row.map(|row| format!("{} {} {}", row["assessed_yen"], row["received_yen"], row["open_yen"]))
        };
        assert_eq!(extra("督促手数料").unwrap_or_default(), of_fee, "{what}");
        assert_eq!(extra("延滞金").unwrap_or_default(), of_charge, "{what}");
        town.verified();
    }
}

/// What a person sees at the counter.
#[test]
fn an_inquiry_tells_what_is_owed() {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.levies("1 10800\n2 7200 due 2026-12-25");
    town.pay("1 5000 2026-05-20");
    for asked in [
        json!({ "addressee_no": person(1) }),
        json!({ "slip": key("2") }),
        json!({ "notice_no": &key("1")[8..18] }),
    ] {
        let data = town.done("inquiry", &asked);
        assert_eq!(data["open_yen"], json!(13_000), "{asked}");
        assert_eq!(data["overdue_yen"], json!(5_800));
        assert_eq!(data["arrears_label"], json!("滞納あり"));
        assert_eq!(data["rows"].as_array().unwrap().len(), 2);
    }
    assert!(town.refused("inquiry", &json!({ "addressee_no": person(8) }))[0].starts_with("TXC20"));
}

/// Each tax counts its notices by itself: a number of two people is asked about and not guessed.
#[test]
fn a_notice_number_of_several_people_is_not_guessed() {
    let mut town = Town::new();
    town.take("addressees", &[known(1), known(2)]);
    town.levies("1 10800 of 1\n03/2026/1/1 9000 of 2");
    let notice = json!({ "notice_no": &key("1")[8..18] });
    assert!(town.refused("inquiry", &notice)[0].starts_with("TXC21 "));
    assert_eq!(town.done("inquiry", &json!({ "slip": key("1") }))["open_yen"], json!(10_800));
}

/// 教示 stands under a decision, as the table has it.
#[test]
fn a_decision_tells_how_to_object() {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.levies("1 10800\n03/2026/2/1 9000 due 2026-07-31");
    town.pay("1 12000 2026-05-20");
    let outcome = town.run("appropriate", &json!({}));
    let notes = outcome.documents[0].data["notes"].to_string();
    assert!(notes.contains("起算して3か月以内") && notes.contains("起算して6か月以内"), "{notes}");
}

/// A letter to a protected person bears no address, and whoever sends it is told.
#[test]
fn a_protected_address_stands_on_no_paper() {
    for (change, address, told) in [
        (None, "架空県架空郡架空町大字架空1番地", false),
        (Some(("protected", "1")), "", true),
        // Planned and gone.
        (Some(("moved_out_to", "よその町2番地")), "架空県架空郡架空町大字架空1番地", false),
    ] {
        let mut town = Town::new();
        let mut person = known(1);
        person.extend(change.map(|(name, value)| (name, value.to_owned())));
        town.take("addressees", &[person]);
        town.levies("1 10800");
        let outcome = town.run("reissue", &json!({ "slip": key("1"), "limit": "2026-12-25" }));
        let paper = &outcome.documents[0];
        assert_eq!(paper.data["recipient"]["address"], json!(address), "{change:?}");
        assert_eq!(paper.title.contains("支援措置"), told, "{change:?}");
        assert_eq!(paper.data.to_string().contains("大字架空1番地"), !told, "{change:?}");
    }
}
