//! What a person at a screen can get wrong, and what is said of it.

use domain::Date;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::town::{Town, key, known, person};

/// The findings of a function, each as `TXC08@tax_year`.
fn found(town: &mut Town, id: &str, input: &Value) -> String {
    let outcome = town.run(id, input);
    for finding in &outcome.findings {
        assert!(finding.message.ends_with('。') && finding.remedy.ends_with('。'), "{finding:?}");
    }
    outcome.findings.iter().map(system::Finding::confirmation).collect::<Vec<_>>().join(" ")
}

fn with(mut input: Value, changes: &[(&str, &str)]) -> Value {
    for (name, value) in changes {
        input[*name] = json!(value);
    }
    input
}

/// 令和8年11月20日に手で入力する賦課。
#[test]
fn levies_that_are_mistyped() {
    let good = json!({
        "tax_item": "04", "tax_year": "2026", "levy_year": "2026", "notice_no": "0000000017", "instalment": "1",
        "history_no": "1", "addressee_no": person(1), "amount": "10800", "due_on": "2026-12-25",
        "decided_on": "2026-11-20",
    });
    for (what, changes, wanted) in [
        ("正しい賦課", &[][..], ""),
        ("翌年度", &[("tax_year", "2027"), ("levy_year", "2027"), ("due_on", "2027-05-31")], ""),
        (
            "翌年度より後",
            &[("tax_year", "2028"), ("levy_year", "2028")],
            "TXC08@tax_year TXC08@levy_year TXC08@due_on",
        ),
        (
            "2099年度",
            &[("tax_year", "2099"), ("levy_year", "2099")],
            "TXC08@tax_year TXC08@levy_year TXC08@due_on",
        ),
        ("10年前", &[("tax_year", "2016"), ("levy_year", "2026")], ""),
        ("10年より前", &[("tax_year", "2015"), ("levy_year", "2026")], "TXC09@tax_year"),
        ("1950年度", &[("tax_year", "1950"), ("levy_year", "1950")], "TXC09@tax_year TXC09@levy_year"),
        ("0期", &[("instalment", "0")], "TXC08@instalment"),
        ("納期限が決定日", &[("due_on", "2026-11-20")], ""),
        ("納期限が決定日より前", &[("due_on", "2026-11-19")], "TXC09@due_on"),
        ("1900年の納期限", &[("due_on", "1900-12-25")], "TXC08@due_on"),
        ("これからの決定日", &[("decided_on", "2026-11-21")], "TXC08@decided_on"),
        ("知らない人", &[("addressee_no", &person(2))], "TXC91@addressee_no"),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        assert_eq!(found(&mut town, "levy-entry", &with(good.clone(), changes)), wanted, "{what}");
    }
}

/// 店舗の一覧にあるのは 9990-001 など。一覧にない店舗は、確かめてから登録する。
#[test]
fn branches_nobody_knows() {
    for (bank, branch, apply, claim) in [
        ("9990", "001", "", ""),
        ("1234", "001", "TXC19@bank", "TXC37@bank"),
        ("9990", "999", "TXC19@bank", "TXC37@bank"),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies("1 10800");
        town.pay("1 12000 2026-05-20");
        town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
        let account = json!({
            "bank": bank, "branch": branch, "account_type": "1", "account_no": "0012345", "holder_kana": "カクウ　イチロウ",
        });
        let applied = [
            ("tax_item", "04"),
            ("from", "2027-05-31"),
            ("method", "1"),
            ("confirmed", "active"),
            ("bank_name", "架空銀行"),
            ("branch_name", "本店"),
        ];
        let mut input = with(account.clone(), &applied);
        input["addressee_no"] = json!(person(1));
        assert_eq!(found(&mut town, "transfer-apply", &input), apply, "{bank} {branch}");
        let input = with(account, &[("overpayment_key", "04-2026-0000000017-01-01")]);
        assert_eq!(found(&mut town, "refund-claim", &input), claim, "{bank} {branch}");
    }
}

/// 履歴番号を飛ばすと、飛ばした番号は後から登録できないので、確かめてから進む。
#[test]
fn a_history_that_leaves_a_number_out() {
    let row = json!({
        "tax_item": "04", "tax_year": "2026", "levy_year": "2026", "notice_no": "0000000017", "instalment": "1",
        "addressee_no": person(1), "amount": "9000", "due_on": "2026-12-25", "decided_on": "2026-11-20",
    });
    for (what, held, history_no, wanted) in [
        ("はじめは1", "", "1", ""),
        ("はじめが2", "", "2", "TXC83@history_no"),
        ("次の番号", "1 10800", "2", ""),
        ("一つ飛ばす", "1 10800", "3", "TXC83@history_no"),
        ("すでにある番号", "1 10800", "1", "TXC07@history_no"),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies(held);
        let input = with(row.clone(), &[("history_no", history_no)]);
        assert_eq!(found(&mut town, "levy-entry", &input), wanted, "{what}");
    }
}

fn reminded(levy: &str, today: Date, on: Date) -> Town {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.levies(levy);
    town.today = on;
    town.done("reminders", &json!({}));
    town.today = today;
    town
}

/// 督促（6月15日、手数料100円）と行き違いの納付（6月10日）。
#[test]
fn the_fee_of_a_reminder_that_crossed_its_payment_is_taken_back() {
    let mut town = reminded("1 10800", date(2026, 6, 20), date(2026, 6, 15));
    town.pay("1 10800 2026-06-10");
    assert_eq!(town.stands("1"), "一部納付 open 0/100/0 paid 10800 over 0");
    let certificate = json!({ "addressee_no": person(1), "kind": "no-arrears", "requested_by": "本人" });
    assert!(found(&mut town, "certificate", &certificate).contains("TXC42"));
    let remit = json!({ "addressee_no": person(1), "part": "fee", "reason": "4", "decision": "granted" });
    assert_eq!(found(&mut town, "remission", &remit), "");
    assert_eq!(town.stands("1"), "完納 open 0/0/0 paid 10800 over 0");
    assert!(!found(&mut town, "certificate", &certificate).contains("TXC42"));
    town.verified();
    // There is none a second time, and what is not a fee is not taken for one.
    assert_eq!(found(&mut town, "remission", &remit), "TXC52@levy_keys");
    // The charge of later days is what it was: the fee is none of it (ST-20).
    let mut town = reminded("04/2021/1/1 65000 due 2021-05-31", date(2022, 1, 31), date(2021, 6, 15));
    let fee = town.instalment("04/2021/1/1").open(tax_collection::records::Part::Fee).0;
    assert!(0 < fee, "the table has a fee of that day");
    town.done("remission", &remit);
    town.pay("04/2021/1/1 65000 2022-01-31");
    assert_eq!(town.stands("04/2021/1/1"), "一部納付 open 0/0/3400 paid 65000 over 0");
    town.verified();
}

/// 減免額を入れて、割合を選ばない: all would be remitted.
#[test]
fn an_amount_without_its_share_is_refused() {
    for (share, amount, wanted) in
        [("", "400", "TXC63@amount"), ("half", "400", "TXC63@amount"), ("yen", "400", ""), ("all", "", "")]
    {
        let mut town = Town::new();
        town.today = date(2022, 1, 31);
        town.levies("04/2021/1/1 65000 due 2021-05-31");
        let mut input = json!({ "addressee_no": person(1), "reason": "1", "decision": "granted" });
        for (name, value) in [("share", share), ("amount", amount)] {
            if !value.is_empty() {
                input[name] = json!(value);
            }
        }
        assert_eq!(found(&mut town, "remission", &input), wanted, "{share} {amount}");
    }
}

/// 完納による解除は、対象の期別に未納がないときだけ。
#[test]
fn a_release_for_full_payment_needs_it() {
    for (paid, reason, wanted) in
        [("", "1", "TXC76@reason"), ("5000", "1", "TXC76@reason"), ("", "3", ""), ("10900", "1", "")]
    {
        let mut town = reminded("1 10800", date(2026, 7, 20), date(2026, 6, 15));
        let seizure = json!({
            "addressee_no": person(1), "kind": "seizure", "property_kind": "deposit", "property": "架空銀行の預金",
            "holder": "架空銀行", "levy_keys": key("1"),
        });
        assert_eq!(found(&mut town, "seizure", &seizure), "");
        if !paid.is_empty() {
            town.pay(&format!("1 {paid} 2026-07-20"));
        }
        let release = json!({ "addressee_no": person(1), "no": "1", "reason": reason });
        assert_eq!(found(&mut town, "release", &release), wanted, "{paid} {reason}");
    }
}

/// Whoever sees a 仮受 is told what to do with it.
#[test]
fn a_list_of_suspense_says_what_to_do() {
    let mut town = Town::new();
    town.levies("1 10800");
    town.receive(&format!("A,bank,2,{},2026-05-20,,7200\nB,bank,2,どこかの納付書,2026-05-20,,500", key("2")));
    let cleared = town.done("clear", &json!({}));
    let listed = town.done("suspense-list", &json!({}));
    for rows in [&cleared["suspense"], &listed["rows"]] {
        let mut remedies: Vec<&str> =
            rows.as_array().unwrap().iter().map(|row| row["remedy"].as_str().unwrap()).collect();
        remedies.sort_unstable();
        assert!(
            remedies[0].starts_with("納付書を確かめ") && remedies[1].starts_with("賦課が届けば"),
            "{remedies:?}"
        );
    }
}

/// 納期限 2026-11-28 は土曜日なので、11月30日（月曜日）が納期限になる（地方税法20条の5第2項）。どの窓口も、30日までは滞納とせず、
/// 12月1日から滞納とする。充当できるのは納期限の日から。
#[test]
fn a_due_date_on_a_closed_day_has_moved_for_everybody() {
    for (what, today, overdue, appropriated) in [
        ("土曜日", date(2026, 11, 28), false, false),
        ("日曜日", date(2026, 11, 29), false, false),
        ("納期限の月曜日", date(2026, 11, 30), false, true),
        ("その翌日", date(2026, 12, 1), true, true),
    ] {
        let town = || {
            let mut town = Town::new();
            town.take("addressees", &[known(1)]);
            town.levies("1 50000 due 2026-11-28");
            town.today = today;
            town
        };
        let mut now = town();
        let seen = now.done("inquiry", &json!({ "addressee_no": person(1) }));
        assert_eq!(seen["rows"][0]["due_on"], json!("2026-11-30"), "{what}");
        assert_eq!(seen["arrears_label"], json!(if overdue { "滞納あり" } else { "滞納なし" }), "{what}");
        let certificate = json!({ "addressee_no": person(1), "kind": "no-arrears", "requested_by": "本人" });
        assert_eq!(found(&mut now, "certificate", &certificate).contains("TXC42"), overdue, "{what}");
        let reminded = now.done("reminders", &json!({ "dry_run": true }));
        assert_eq!(reminded["count"], json!(u8::from(overdue)), "{what}");
        let cases = now.run("register-cases", &json!({})).writes.len();
        assert_eq!(0 < cases, overdue, "{what}");
        let mut now = town();
        now.levies("2 5000 due 2026-06-30");
        now.pay("2 9000 2026-06-29");
        now.done("appropriate", &json!({}));
        let open = now.instalment("1").open_total().0;
        assert_eq!(open, if appropriated { 46_000 } else { 50_000 }, "{what}");
        now.verified();
    }
    // 30日の納付に延滞金はない。
    let mut town = Town::new();
    town.levies("1 5000000 due 2026-11-28");
    town.today = date(2026, 11, 30);
    town.pay("1 5000000 2026-11-30");
    assert_eq!(town.stands("1"), "完納 open 0/0/0 paid 5000000 over 0");
}

/// 6月15日に、発付日を6月25日とする督促状（手数料100円）を作る。納期限は6月1日。
#[test]
fn a_reminder_dated_ahead_costs_nothing_before_its_day() {
    for (what, payment, wanted, pulled) in [
        ("前の日の完納", "10800 2026-06-24", "完納 open 0/0/0 paid 10800 over 0", true),
        ("手数料も納めた", "10900 2026-06-24", "過納 open 0/0/0 paid 10800 over 100", true),
        ("前の日の一部納付", "10000 2026-06-24", "一部納付 open 800/100/0 paid 10000 over 0", false),
        ("発付日の完納", "10800 2026-06-25", "一部納付 open 0/100/0 paid 10800 over 0", false),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies("1 10800");
        town.today = date(2026, 6, 15);
        town.done("reminders", &json!({ "sent_on": "2026-06-25" }));
        let (yen, day) = payment.split_once(' ').unwrap();
        town.today = day.parse().unwrap();
        town.receive(&format!("A,bank,2,{},{day},{day},{yen}", key("1")));
        let cleared = town.run("clear", &json!({}));
        assert_eq!(town.stands("1"), wanted, "{what}");
        let told = cleared.answer.unwrap().data;
        let rows = told["pulled_reminders"].as_array().unwrap();
        assert_eq!(
            (rows.len(), cleared.message.contains("引き抜いて")),
            (usize::from(pulled), pulled),
            "{what}"
        );
        assert_eq!(town.instalment("1").reminder.is_none(), pulled, "{what}");
        town.verified();
        // 納付が取り消されたら、改めて督促し、手数料は一度だけかかる。
        if wanted.starts_with("完納") {
            town.receive(&format!("A,bank,3,{},{day},{day},{yen}", key("1")));
            town.done("clear", &json!({}));
            town.done("reminders", &json!({}));
            assert_eq!(town.stands("1"), "未納 open 10800/100/0 paid 0 over 0", "{what}");
            town.verified();
        }
    }
}
