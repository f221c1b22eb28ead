//! What an office does over a year: changes and their corrections, notices, tables, certificates, files, inquiries.

use jiff::civil::date;
use serde_json::{Value, json};

use crate::bench::{Given, NONE, Town, number, person};

pub(crate) fn levied(cars: u64) -> Town {
    let mut town = Town::new();
    for serial in 1..=cars {
        town.car(serial, &format!("{}", 1000 + serial), &json!({}));
    }
    town.done("initial-levy", &json!({"tax_year": "2026"}));
    town
}

pub(crate) fn levies(town: &Town) -> Vec<String> {
    town.rows("levy", &["notice_no", "history_no", "addressee_no", "amount", "reason"])
}

pub(crate) fn line(notice_no: &str, history_no: u32, serial: u64, amount: u32, reason: &str) -> String {
    format!("{notice_no} {history_no} {} {amount} {reason}", number(serial))
}

fn paid(town: &mut Town, key: &str, yen: u32, more: &[(&'static str, &str)]) {
    let mut row: Given = vec![
        ("levy_key", key.into()),
        ("history_no", "1".into()),
        ("tax_item", "04".into()),
        ("levied", "10800".into()),
        ("paid", yen.to_string()),
        ("fee_due", "0".into()),
        ("last_paid_on", "2026-05-20".into()),
        ("preliminary", String::new()),
        ("state", if yen < 10_800 { "2" } else { "3" }.into()),
    ];
    for (name, value) in more {
        for item in row.iter_mut().filter(|item| item.0 == *name) {
            item.1 = (*value).to_owned();
        }
    }
    assert_eq!(town.take("balances", &[row]), NONE);
}

#[test]
fn a_vehicle_that_was_scrapped_before_the_day_is_taken_back_with_what_was_paid() {
    let mut town = levied(2);
    paid(&mut town, "04-2026-0000000017-01", 10_800, &[]);
    town.done(
        "scrap",
        &json!({"plate": "鳥取 580 あ 1001", "scrapped_on": "2026-04-01", "scrapped_reason": "21"}),
    );
    assert_eq!(
        levies(&town)[0],
        line("0000000017", 1, 1, 10_800, "01"),
        "nothing changes before the decision"
    );
    let data = town.done("tax-change-all", &json!({}));
    assert_eq!((&data["difference"], &data["overpaid"]), (&json!(-10_800), &json!(10_800)));
    assert_eq!(levies(&town)[0], line("0000000017", 2, 1, 0, "07"));
    assert_eq!(levies(&town)[1], line("0000000024", 1, 2, 10_800, "01"));
    assert_eq!(town.verify(), NONE);
    // Taken back: the levy is made anew, under a number of its own.
    town.done("scrap-undo", &json!({"vehicle_no": "0000000001", "note": "車両の取違え"}));
    town.done("tax-change-all", &json!({}));
    assert_eq!(levies(&town)[2], line("0000000031", 1, 1, 10_800, "02"));
    assert_eq!(town.verify(), NONE);
}

#[test]
fn a_scrapping_after_the_day_changes_no_levy() {
    let mut town = levied(1);
    town.done(
        "scrap",
        &json!({"plate": "鳥取580あ1001", "scrapped_on": "2026-04-02", "scrapped_reason": "21"}),
    );
    let data = town.done("tax-change-all", &json!({}));
    assert_eq!(data["count"], json!(0));
}

#[test]
fn a_transfer_before_the_day_moves_the_levy_to_the_new_owner() {
    let mut town = levied(1);
    let change = json!({"plate": "鳥取580あ1001", "changed_on": "2026-04-01", "changed_reason": "11", "owner_no": number(5)});
    town.done("change", &change);
    town.done("tax-change-all", &json!({}));
    assert_eq!(levies(&town), [line("0000000017", 2, 1, 0, "07"), line("0000000024", 1, 5, 10_800, "07")]);
    assert_eq!(town.verify(), NONE);
    // After the day: the tax of the year stays with who held it then.
    let change = json!({"plate": "鳥取580あ1001", "changed_on": "2026-04-02", "changed_reason": "11", "owner_no": number(6)});
    town.done("change", &change);
    assert_eq!(town.done("correction-list", &json!({}))["count"], json!(0));
}

#[test]
fn a_conversion_counts_from_its_day_and_a_mistake_from_the_first() {
    let convert = |day: &str, more: &[(&str, &str)]| {
        let mut town = levied(1);
        let mut change =
            json!({"plate": "鳥取580あ1001", "changed_on": day, "changed_reason": "19", "use": "business"});
        for (name, value) in more {
            change[*name] = json!(value);
        }
        town.done("change", &change);
        town.done("tax-change-all", &json!({}));
        assert_eq!(town.verify(), NONE);
        levies(&town)
    };
    let stays = [line("0000000017", 1, 1, 10_800, "01")];
    let less = [line("0000000017", 2, 1, 6_900, "07")];
    assert_eq!(convert("2026-04-02", &[]), stays);
    assert_eq!(convert("2026-04-01", &[]), less, "so on the day of assessment");
    assert_eq!(convert("2026-04-02", &[("mistake", "1")]), less);
    assert_eq!(convert("2026-04-02", &[("use", ""), ("exempt", "9")]), stays);
    assert_eq!(convert("2026-04-01", &[("use", ""), ("exempt", "9")]), [line("0000000017", 2, 1, 0, "07")]);
}

#[test]
fn a_reduction_takes_the_tax_off_and_its_end_brings_it_back() {
    let mut town = levied(1);
    let applied = json!({
        "vehicle_no": "0000000001", "class": "disabled", "person_no": number(2), "notebook_no": "身障1", "driver": "2",
        "from_fy": "2026", "decision": "granted",
    });
    town.done("reduction", &applied);
    town.done("tax-change-all", &json!({}));
    assert_eq!(levies(&town), [line("0000000017", 2, 1, 0, "05")]);
    assert_eq!(town.verify(), NONE);
    town.today = date(2026, 7, 1);
    town.done(
        "reduction-end",
        &json!({"reduction_no": "0000000001", "until_fy": "2025", "note": "手帳の返還"}),
    );
    town.done("tax-change-all", &json!({}));
    assert_eq!(levies(&town), [line("0000000017", 3, 1, 10_800, "06")]);
    assert_eq!(town.rows("levy", &["due_on"]), ["2026-07-31"], "30 days from the decision");
    assert_eq!(town.verify(), NONE);
}

#[test]
fn what_a_correction_says_is_a_decision_that_stays() {
    let mut town = levied(1);
    town.done(
        "correction",
        &json!({"vehicle_no": "0000000001", "tax_year": "2026", "reason": "04", "note": "現車なし"}),
    );
    let outcome = town.run("tax-change", &json!({"correction_no": "0000000001"}));
    assert!(outcome.message.contains("差引-10,800円"), "{}", outcome.message);
    assert_eq!(levies(&town), [line("0000000017", 2, 1, 0, "04")]);
    // Another change of the vehicle does not bring the levy back.
    town.done("change", &json!({"plate": "鳥取580あ1001", "changed_on": "2026-04-15", "changed_reason": "15", "chassis": "NEW-1"}));
    assert_eq!(town.done("correction-list", &json!({}))["count"], json!(0));
    let notice = town.run("change-notice", &json!({"levy_key": "04-2026-0000000017-01"}));
    let data = &notice.documents[0].data;
    let facts: Vec<String> = data["facts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fact| {
            format!("{}={}", fact["label"].as_str().unwrap(), fact["value"]["text"].as_str().unwrap())
        })
        .collect();
    for wanted in ["変更前の税額=10,800円", "変更後の税額=0円", "差引=-10,800円", "変更の事由=職権抹消"]
    {
        assert!(facts.contains(&wanted.to_owned()), "{facts:?}");
    }
    assert_eq!(data["issue_number"], json!("軽自0000000001"));
    assert_eq!(
        town.codes("reissue", &json!({"levy_key": "04-2026-0000000017-01"})),
        ["LVT36"],
        "nothing to pay"
    );
    let again = town.run("reissue", &json!({"issue_no": "軽自0000000001"}));
    assert_eq!(again.documents[0].title, "軽自動車税（種別割）税額変更通知書（再交付）");
    assert_eq!(again.documents[0].data["facts"], data["facts"], "as it was printed");
}

/// A slip with the bar code of a day that is over could not be paid.
#[test]
fn a_notice_issued_again_has_the_slip_of_that_day() {
    let mut town = levied(1);
    let code = |outcome: &system::Outcome| !outcome.documents[0].data["slips"][0]["bar_code"].is_null();
    let key = json!({"levy_key": "04-2026-0000000017-01"});
    let first = town.run("reissue", &key);
    assert!(code(&first));
    let number = json!({"issue_no": first.documents[0].data["issue_number"]});
    assert!(code(&town.run("reissue", &number)), "before the due date");
    town.today = date(2026, 7, 1);
    let late = town.run("reissue", &number);
    assert!(!code(&late), "behind it");
    assert_eq!(late.documents[0].title, "納税通知書（再交付）");
}

#[test]
fn notices_come_in_posting_order_to_who_receives_letters() {
    let mut town = levied(4);
    town.car(14, "1014", &json!({}));
    town.done("tax-change-all", &json!({}));
    let rows = [
        vec![
            ("mailing_key", format!("{}-04", number(3))),
            ("history_no", "1".into()),
            ("addressee_no", number(3)),
            ("tax_item", "04".into()),
            ("from", "2026-04-01".into()),
            ("until", String::new()),
            ("name", "架空　送り先".into()),
            ("postcode", "1000001".into()),
            ("address", "東京都千代田区架空1".into()),
            ("ended", String::new()),
        ],
        vec![
            ("mailing_key", format!("{}-00", number(4))),
            ("history_no", "1".into()),
            ("addressee_no", number(4)),
            ("tax_item", "00".into()),
            ("from", "2026-05-01".into()),
            ("until", String::new()),
            ("name", String::new()),
            ("postcode", "1000002".into()),
            ("address", "まだ先の住所".into()),
            ("ended", String::new()),
        ],
    ];
    assert_eq!(town.take("mailings", &rows), NONE);
    let account = vec![
        ("account_key", format!("{}-04", number(2))),
        ("history_no", "1".to_owned()),
        ("addressee_no", number(2)),
        ("tax_item", "04".into()),
        ("from", "2020-04-01".into()),
        ("until", String::new()),
        ("bank_name", "架空銀行".into()),
        ("branch_name", "本店".into()),
        ("state", "1".into()),
    ];
    assert_eq!(town.take("accounts", &[account]), NONE);
    let ordered = town.run("notice-order", &json!({"tax_year": "2026"}));
    let withheld = &ordered.answer.unwrap().data["withheld"];
    assert_eq!(withheld[0]["addressee_no"], json!(number(14)), "nobody's protected address is printed");
    let rows = &ordered.documents[0].data["rows"];
    assert_eq!(rows, &json!([["100", "1"], ["689", "3"], ["計", "4"]]), "送付件数表");
    let print = town.run("notice-print", &json!({"tax_year": "2026"}));
    assert_eq!(print.documents.len(), 1, "one file");
    let sheets = print.documents[0].data["sheets"].as_array().unwrap();
    let few = |sheet: &Value| {
        let to = &sheet["recipient"];
        let slips = sheet["slips"].as_array().unwrap().len();
        format!("{} {} {slips}", to["postcode"].as_str().unwrap(), to["name"].as_str().unwrap())
    };
    assert_eq!(
        sheets.iter().map(few).collect::<Vec<_>>(),
        [
            "〒100-0001 架空　送り先　様 1",
            "〒689-2301 架空　1郎　様 1",
            "〒689-2302 架空　2郎　様 0",
            "〒689-2304 架空　4郎　様 1",
        ]
    );
    let slip = &sheets[1]["slips"][0];
    assert_eq!(
        (&sheets[1]["office"], &sheets[1]["name"]),
        (&json!("架空県みなと郡台帳町"), &json!("台帳町長　架空　太郎"))
    );
    assert_eq!((&slip["total"], &slip["due"]), (&json!("10,800"), &json!("令和8年6月1日")));
    assert_eq!((&slip["year"], &slip["notice_no"]), (&json!("令和8年度"), &json!("0000000017")));
    assert_eq!(slip["bar_code"]["payload"], json!("91912345042026000000001701100026060100108006"));
    // What is printed stays printed; what is cancelled between order and printing is not sent.
    assert_eq!(town.codes("notice-print", &json!({"tax_year": "2026"})), ["LVT32"]);
    town.done(
        "scrap",
        &json!({"plate": "鳥取580あ1001", "scrapped_on": "2026-03-31", "scrapped_reason": "21"}),
    );
    town.done("tax-change-all", &json!({}));
    let data = town.done("notice-print", &json!({"tax_year": "2026", "from": "1", "to": "4"}));
    assert_eq!((&data["printed"], data["passed_over"].as_array().unwrap().len()), (&json!(3), 1));
}

#[test]
fn the_levy_table_adds_up_month_by_month() {
    let mut town = levied(3);
    town.car(4, "1004", &json!({"kind": "cargo", "first_inspected": "2010-01"}));
    town.done("tax-change-all", &json!({}));
    let april = town.done("totals", &json!({}));
    assert_eq!((&april["count"], &april["yen"], &april["agrees"]), (&json!(4), &json!(38_400), &json!(true)));
    town.today = date(2026, 5, 10);
    town.done(
        "scrap",
        &json!({"plate": "鳥取580あ1001", "scrapped_on": "2026-03-31", "scrapped_reason": "21"}),
    );
    town.done("tax-change-all", &json!({}));
    let may = town.done("totals", &json!({}));
    let sums =
        |data: &Value| [&data["yen_up"], &data["yen_down"], &data["yen"]].map(|yen| yen.as_i64().unwrap());
    assert_eq!((sums(&april), sums(&may)), ([38_400, 0, 38_400], [0, 10_800, 27_600]));
    // April, made again after its month, is what it was.
    let again = town.done("totals", &json!({"month": "2026-04"}));
    assert_eq!(sums(&again), sums(&april));
    assert_eq!(
        town.rows(
            "levy-total",
            &["month", "kind", "grade", "count_up", "yen_up", "yen_down", "count", "yen"]
        ),
        [
            "2026-04 cargo surcharge 1 6000 0 1 6000",
            "2026-04 passenger standard 3 32400 0 3 32400",
            "2026-05 cargo surcharge 0 0 0 1 6000",
            "2026-05 passenger standard 0 0 10800 2 21600",
        ]
    );
    assert_eq!(town.verify(), NONE);
}

#[test]
fn a_certificate_is_of_the_year_that_is_paid() {
    let mut town = levied(1);
    let wish = json!({"plate": "鳥取580あ1001"});
    town.today = date(2026, 6, 10);
    paid(&mut town, "04-2026-0000000017-01", 5_000, &[]);
    assert_eq!(town.codes("inspection-certificate", &wish), ["LVT26"], "in part only");
    paid(&mut town, "04-2026-0000000017-01", 10_800, &[("history_no", "2")]);
    let outcome = town.run("inspection-certificate", &wish);
    let rows = outcome.documents[0].data["persons"][0]["rows"].to_string();
    assert!(
        rows.contains("令和8年度") && rows.contains("令和9年5月30日") && rows.contains("10,800円"),
        "{rows}"
    );
}

#[test]
fn a_file_of_the_association_is_applied_line_by_line_and_what_does_not_fit_is_held() {
    let mut town = levied(2);
    let lines = [
        "H\t2026\t202604-1\t4".to_owned(),
        format!("1\t20260410\t01\t鳥取\t580\tい\t5001\tNEW-5001\tpassenger\tprivate\tpetrol\t2026-04\t658\t\t架空号\t\t{}\t\t\t架空　5郎\t台帳町5番地\t", number(5)),
        "3\t20260412\t21\t鳥取\t580\tい\t5001\tNEW-5001\t\t\t\t\t\t\t\t\t\t\t\t\t\t".to_owned(),
        format!("2\t20260415\t11\t鳥取\t580\tあ\t1001\tHX-1001\t\t\t\t\t\t\t\t\t{}\t\t\t\t\t", number(6)),
        "1\t20260410\t01\t鳥取\t580\tい\t5002\tNEW-5002\tcargo\t\t\t2026-04\t\t\t\t\t\t\t\t架空花子\t台帳町9番地\t".to_owned(),
    ];
    let data = town.done("import", &json!({"lines": lines.join("\n")}));
    assert_eq!((&data["applied_count"], &data["held_count"]), (&json!(3), &json!(1)));
    assert_eq!(data["rows"][0]["rule"], json!("LVT06"));
    assert_eq!(
        town.rows("vehicle", &["plate", "taxpayer_no", "scrapped_on"]),
        [
            format!("鳥取 580 あ 1001 {} ", number(6)),
            format!("鳥取 580 あ 1002 {} ", number(2)),
            format!("鳥取 580 い 5001 {} 2026-04-12", number(5)),
        ]
    );
    let line_no = data["rows"][0]["line_no"].clone();
    let settle =
        json!({"line_no": line_no, "action": "settle", "note": "住民票で確認", "owner_no": number(9)});
    assert_eq!(town.codes("import-settle", &settle), ["LVT40"], "another name than on the line");
    let mut settle = settle;
    settle["compared"] = json!(true);
    town.done("import-settle", &settle);
    assert_eq!(town.rows("vehicle", &["plate", "taxpayer_no"])[3], format!("鳥取 580 い 5002 {}", number(9)));
    assert_eq!(town.done("import-list", &json!({}))["count"], json!(0));
    assert_eq!(town.done("import-list", &json!({"state": "settled"}))["count"], json!(1));
    assert_eq!(town.verify(), NONE);
}

#[test]
fn rows_of_the_association_over_a_link_come_once() {
    let mut town = levied(1);
    let row = |key: &str, day: &str| -> Given {
        vec![
            ("line_key", key.into()),
            ("fiscal_year", "2026".into()),
            ("line_kind", "3".into()),
            ("event_on", day.into()),
            ("event_reason", "21".into()),
            ("plate_area", "鳥取".into()),
            ("plate_class", "580".into()),
            ("plate_kana", "あ".into()),
            ("plate_number", "1001".into()),
            ("chassis", "HX-1001".into()),
        ]
    };
    assert_eq!(town.take("association", &[row("L-000001", "2026-04-10")]), NONE);
    assert_eq!(town.take("association", &[row("L-000001", "2026-04-10")]), NONE, "the same again");
    assert_eq!(
        town.take("association", &[row("L-000001", "2026-04-11")]).len(),
        1,
        "another under the number"
    );
    assert_eq!(town.rows("vehicle", &["scrapped_on"]), ["2026-04-10"]);
    assert_eq!(town.done("import-list", &json!({"state": "applied"}))["count"], json!(1));
}

#[test]
fn letters_go_once_a_year_to_movers_and_heirs() {
    let mut town = levied(1);
    town.car(13, "1013", &json!({}));
    town.take(
        "addressees",
        &[person(1, &[("history_no", "2"), ("status", "3"), ("departed_on", "2026-04-10")])],
    );
    let moved = town.run("letters", &json!({"letter": "moved"}));
    let to = &moved.documents[0].data["recipient"];
    assert_eq!((moved.documents.len(), to["address"].as_str().unwrap()), (1, "架空県よそ市1番地"));
    assert_eq!(town.run("letters", &json!({"letter": "moved"})).documents.len(), 0, "once a year");
    let heir = town.run("letters", &json!({"letter": "heir"}));
    assert_eq!(heir.documents[0].data["recipient"]["name"], json!("故　架空　1郎様　ご遺族　様"));
}

#[test]
fn inquiries_answer_for_a_day_and_by_an_earlier_plate() {
    let mut town = levied(2);
    town.done("change", &json!({"plate": "鳥取580あ1001", "changed_on": "2026-04-10", "changed_reason": "14", "plate_area": "鳥取", "plate_class": "580", "plate_kana": "う", "plate_number": "7"}));
    town.done("change", &json!({"plate": "鳥取580う7", "changed_on": "2026-04-12", "changed_reason": "11", "owner_no": number(2)}));
    let found = town.done("inquiry", &json!({"plate": "あ1001"}));
    assert_eq!(
        (&found["vehicle_no"], found["versions"].as_array().unwrap().len()),
        (&json!("0000000001"), 3)
    );
    assert_eq!(found["levies"][0]["amount"], json!(10_800));
    assert_eq!(town.done("inquiry", &json!({"addressee_no": number(2)}))["count"], json!(2));
    let asked = |serial: u64, day: &str| json!({"addressee_no": number(serial), "as_of": day, "asked_by": "よそ市", "purpose": "滞納処分"});
    for (serial, day, count) in [
        (1, "2026-04-11", 1),
        (1, "2026-04-12", 0),
        (2, "2026-04-12", 2),
        (2, "2026-04-20", 2),
        (1, "2020-04-30", 0),
    ] {
        assert_eq!(town.done("holdings", &asked(serial, day))["count"], json!(count), "{serial} {day}");
    }
}

#[test]
fn collection_is_told_where_letters_go_and_again_when_the_day_turns() {
    let mut town = levied(2);
    town.car(14, "1014", &json!({}));
    town.done("mailing-refresh", &json!({}));
    let items = ["addressee_no", "history_no", "address", "basis", "protected"];
    assert_eq!(
        town.rows("mailing", &items),
        [
            format!("{} 1 架空県みなと郡台帳町1番地 register ", number(1)),
            format!("{} 1 架空県みなと郡台帳町2番地 register ", number(2)),
            format!("{} 1  register 1", number(14)),
        ]
    );
    let agent = vec![
        ("agent_key", format!("{}-00", number(1))),
        ("history_no", "1".to_owned()),
        ("addressee_no", number(1)),
        ("tax_item", "00".into()),
        ("kind", "1".into()),
        ("from", "2026-05-01".into()),
        ("until", "2026-05-31".into()),
        ("name", "架空　管理人".into()),
        ("postcode", String::new()),
        ("address", "よその町1".into()),
        ("ended", String::new()),
    ];
    town.take("tax-agents", &[agent]);
    for (day, wanted) in [
        (date(2026, 4, 30), "1 架空県みなと郡台帳町1番地"),
        (date(2026, 5, 1), "2 よその町1"),
        (date(2026, 6, 1), "3 架空県みなと郡台帳町1番地"),
    ] {
        town.today = day;
        town.done("mailing-refresh", &json!({}));
        assert_eq!(town.rows("mailing", &["history_no", "address"])[0], wanted, "{day}");
    }
}

/// Source: 住民基本台帳事務処理要領 第5-10（支援措置）. Whoever acts for somebody may be protected, and so may whom they act for.
#[test]
fn where_letters_go_is_not_shown_where_it_tells_of_a_protected_person() {
    let mut town = levied(1);
    let agent = |serial: u64, agent: u64, lot: &str| -> Given {
        vec![
            ("agent_key", format!("{}-00", number(serial))),
            ("history_no", "1".into()),
            ("addressee_no", number(serial)),
            ("tax_item", "00".into()),
            ("kind", "1".into()),
            ("from", "2026-01-01".into()),
            ("until", String::new()),
            ("agent_no", number(agent)),
            ("name", "代理　人".into()),
            ("postcode", "6892301".into()),
            ("address", format!("代理町{lot}")),
            ("ended", String::new()),
        ]
    };
    let rows = [agent(2, 14, "1番地"), agent(3, 4, "2番地"), agent(14, 4, "3番地")];
    assert_eq!(town.take("tax-agents", &rows), NONE);
    for (name, serial, shown) in [
        ("nobody protected", 3, true),
        ("the agent is protected", 2, false),
        ("the taxpayer is, the agent not", 14, false),
    ] {
        let data = town.done("mailing-inquiry", &json!({"addressee_no": number(serial)}));
        let told = data.to_string();
        assert_eq!(told.contains("代理町") && told.contains("6892301"), shown, "{name}: {told}");
        assert_eq!(data["protected"], json!(!shown), "{name}");
        assert_eq!(data["basis"], "納税管理人・相続人代表者", "{name}: letters still go to the agent");
    }
}
