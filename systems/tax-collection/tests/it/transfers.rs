//! 口座振替: requests, stops, results.

use jiff::civil::date;
use serde_json::json;

use crate::town::{Town, account, key, known};

fn customer_no(notice: &str) -> String {
    domain::slip::LevyKey::parse(&key(notice)).unwrap().customer_no()
}

/// Who is asked, and who is left out and why.
#[test]
fn whose_bank_is_asked() {
    let mut town = Town::new();
    town.today = date(2026, 5, 20);
    for serial in 1..=6 {
        town.take("addressees", &[known(serial)]);
    }
    town.levies(
        "1 10800 of 1\n2 7200 of 2\n3 5000 of 3\n4 3900 of 4\n5 6900 of 5\n6 12900 of 6 due 2026-09-30",
    );
    for serial in [1, 2, 4, 5, 6] {
        let state = if serial == 2 { "9" } else { "1" };
        town.take("accounts", &[account(serial, "04", state)]);
    }
    // Paid already, and told of as paid.
    town.pay("4 3900 2026-05-15");
    town.receive(&format!("C5,convenience,1,{},2026-05-19,,6900", key("5")));
    let asked = town.done("transfer-request", &json!({ "debit_on": "2026-06-01" }));
    assert_eq!((asked["count"].as_u64(), asked["total_yen"].as_i64()), (Some(1), Some(10_800)));
    let left_out: Vec<String> = asked["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["why"].as_str().unwrap(), one["count"]))
        .collect();
    assert_eq!(left_out, ["口座なし 2", "速報あり 1"]);
    // Asked once.
    assert_eq!(town.done("transfer-request", &json!({ "debit_on": "2026-06-01" }))["count"], json!(0));
    town.verified();
}

/// 2026年5月31日は日曜日。振替日は金融機関の営業日で、納期限は動いた後の日でも元の日でもよい。
#[test]
fn a_debit_on_a_closed_day_is_refused() {
    for (debit_on, due_on, wanted) in [
        ("2026-05-30", "", "TXC90"),
        ("2026-05-31", "", "TXC90"),
        ("2026-06-01", "", "1件"),
        ("2026-06-01", "2026-05-31", "1件"),
        ("2026-06-26", "2026-05-31", "1件"),
        ("2026-12-31", "2026-05-31", "TXC90"),
        ("2027-01-11", "2026-05-31", "TXC90"),
    ] {
        let mut town = Town::new();
        town.today = date(2026, 5, 20);
        town.take("addressees", &[known(1)]);
        town.levies("1 10800 of 1 due 2026-05-31");
        town.take("accounts", &[account(1, "04", "1")]);
        let mut input = json!({ "debit_on": debit_on });
        if !due_on.is_empty() {
            input["due_on"] = json!(due_on);
        }
        let outcome = town.run("transfer-request", &input);
        let said = outcome.findings.first().map_or(outcome.message.as_str(), |finding| &finding.code);
        assert!(said.starts_with(wanted), "{debit_on} {due_on}: {said}");
        town.verified();
    }
}

/// A bank that does not know who asks is asked nothing; the others are, when a clerk has confirmed it.
#[test]
fn 委託者コードのない金融機関() {
    for (what, clients, asked, left_out, found) in [
        ("全体の設定", json!({}), 2, "", ""),
        ("一つだけの設定", json!({ "9991": { "code": "8888800001" } }), 2, "", ""),
        (
            "一つが読めない",
            json!({ "9991": { "code": "88888" } }),
            1,
            "委託者コードの設定なし 1",
            "TXC73@bank.9991",
        ),
    ] {
        let mut town = Town::new();
        town.today = date(2026, 5, 20);
        for (serial, bank) in [(1, "9990"), (2, "9991")] {
            town.take("addressees", &[known(serial)]);
            let mut account = account(serial, "04", "1");
            account.iter_mut().find(|(name, _)| *name == "bank").unwrap().1 = bank.to_owned();
            town.take("accounts", &[account]);
        }
        town.levies("1 10800 of 1\n2 7200 of 2");
        town.municipality["transfer_clients"] = clients;
        let outcome = town.run("transfer-request", &json!({ "debit_on": "2026-06-01" }));
        let codes: Vec<String> = outcome.findings.iter().map(system::Finding::confirmation).collect();
        let data = outcome.answer.unwrap().data;
        let whys: Vec<String> = data["left_out"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", one["why"].as_str().unwrap(), one["count"]))
            .collect();
        assert_eq!(
            (data["count"].as_u64(), whys.join(" "), codes.join(" ")),
            (Some(asked), left_out.to_owned(), found.to_owned()),
            "{what}"
        );
        town.verified();
    }
}

/// Each answer of a bank, and what the instalment stands at after the clearing.
#[test]
fn what_a_bank_answers() {
    for (answer, told, wanted) in [
        ("10800,0", "", "完納 open 0/0/0 paid 10800 over 0"),
        ("10800,1", "", "未納 open 10800/0/0 paid 0 over 0"),
        ("10800,4", "", "未納 open 10800/0/0 paid 0 over 0"),
        ("10800,7", "振替結果コード「7」はありません。", "未納 open 10800/0/0 paid 0 over 0"),
        ("10801,0", "10,800円でしたが、結果は10,801円です。", "未納 open 10800/0/0 paid 0 over 0"),
    ] {
        let mut town = Town::new();
        town.today = date(2026, 5, 20);
        town.take("addressees", &[known(1)]);
        town.take("accounts", &[account(1, "00", "1")]);
        town.levies("1 10800");
        town.done("transfer-request", &json!({ "debit_on": "2026-06-01" }));
        town.today = date(2026, 6, 4);
        let input = json!({ "debit_on": "2026-06-01", "list": format!("{},{answer}", customer_no("1")) });
        if told.is_empty() {
            town.done("transfer-results", &input);
            town.done("transfer-results", &input);
            assert!(town.instalment("1").transfer.is_none());
        } else {
            let refused = town.refused("transfer-results", &input);
            assert!(refused[0].contains(told), "{refused:?}");
        }
        town.done("clear", &json!({}));
        assert_eq!(town.stands("1"), wanted, "{answer}");
        town.verified();
        // A failed one is told of once, with a slip that asks for the charge of its last day.
        if answer.ends_with(",1") {
            let letters = json!({ "debit_on": "2026-06-01", "limit": "2026-06-30" });
            let outcome = town.run("unable-notices", &letters);
            assert_eq!(outcome.documents.len(), 1);
            assert_eq!(outcome.documents[0].data["slips"][0]["total"], json!("10,800"));
            assert_eq!(town.run("unable-notices", &letters).documents.len(), 0);
        }
    }
    // An answer to what nobody asked.
    let mut town = Town::new();
    town.levies("1 10800");
    let input = json!({ "debit_on": "2026-06-01", "list": format!("{},10800,0", customer_no("1")) });
    assert!(town.refused("transfer-results", &input)[0].contains("請求していません"));
    let input = json!({ "debit_on": "2026-06-01", "list": "04202600000000170199,10800,0" });
    assert!(town.refused("transfer-results", &input)[0].starts_with("TXC18 1行目: 顧客番号"));
}

/// 振替不能が二度続いた口座は、人が確かめるまで請求しない。
#[test]
fn an_account_that_fails_twice_waits_for_a_person() {
    for (what, results, review) in [
        ("一度だけ", &["1"][..], false),
        ("続けて二度", &["1", "1"], true),
        ("理由が違っても", &["1", "2"], true),
        ("間に振替済み", &["1", "0", "1"], false),
        ("委託者都合の停止は数えない", &["1", "8"], false),
    ] {
        let mut town = Town::new();
        town.today = date(2026, 5, 20);
        town.take("addressees", &[known(1)]);
        town.take("accounts", &[account(1, "04", "1")]);
        let apply = json!({
            "addressee_no": crate::town::person(1), "tax_item": "04", "from": "2026-05-20", "method": "1",
            "confirmed": "active", "bank": "9990", "bank_name": "架空銀行", "branch": "001", "branch_name": "本店",
            "account_type": "1", "account_no": "0000001", "holder_kana": "カクウ　イチロウ",
        });
        town.done("transfer-apply", &apply);
        town.levies("1 10800\n2 7200 due 2026-07-31\n3 5000 due 2026-08-31\n4 3900 due 2026-09-30");
        let days = [("1", "2026-06-01", 10_800), ("2", "2026-07-31", 7_200), ("3", "2026-08-31", 5_000)];
        for (result, (notice, debit_on, yen)) in results.iter().zip(days) {
            town.done("transfer-request", &json!({ "debit_on": debit_on }));
            town.today = debit_on.parse().unwrap();
            let list = format!("{},{yen},{result}", customer_no(notice));
            town.done("transfer-results", &json!({ "debit_on": debit_on, "list": list }));
        }
        let asked = town.done("transfer-request", &json!({ "debit_on": "2026-09-30" }));
        let listed = asked["review"].as_array().unwrap();
        assert_eq!(
            (asked["count"].as_u64(), listed.len()),
            (Some(u64::from(!review)), usize::from(review)),
            "{what}"
        );
        if review {
            assert_eq!(asked["left_out"][0]["why"], json!("振替不能が続き要確認"), "{what}");
            assert!(listed[0]["why"].as_str().unwrap().starts_with("振替不能が続きました"), "{what}");
            let shown = town.done("account-inquiry", &json!({ "addressee_no": crate::town::person(1) }));
            assert_eq!(
                shown["applications"][0]["state_label"],
                json!("要確認（振替不能が続いた）"),
                "{what}"
            );
            // A clerk has asked the payer.
            let change = json!({
                "addressee_no": crate::town::person(1), "tax_item": "04", "state": "active", "why": "残高を確認",
            });
            town.done("transfer-change", &change);
            assert_eq!(
                town.done("transfer-request", &json!({ "debit_on": "2026-09-30" }))["count"],
                json!(1)
            );
        }
        town.verified();
    }
}

/// A transfer that must not be made any more is stopped.
#[test]
fn transfers_that_are_stopped() {
    let mut town = Town::new();
    town.today = date(2026, 5, 20);
    for serial in 1..=3 {
        town.take("addressees", &[known(serial)]);
        town.take("accounts", &[account(serial, "04", "1")]);
    }
    town.levies("1 10800 of 1\n2 7200 of 2\n3 5000 of 3");
    town.done("transfer-request", &json!({ "debit_on": "2026-06-01" }));
    town.pay("1 10800 2026-05-20");
    let mut ended = account(3, "04", "9");
    ended.iter_mut().find(|(name, _)| *name == "history_no").unwrap().1 = "2".to_owned();
    town.take("accounts", &[ended]);
    let stopped = town.done("transfer-stop", &json!({ "debit_on": "2026-06-01" }));
    let mut whys: Vec<&str> =
        stopped["rows"].as_array().unwrap().iter().map(|row| row["why"].as_str().unwrap()).collect();
    whys.sort_unstable();
    assert_eq!(whys, ["口座の取消・停止", "納付・減額あり"]);
    assert_eq!(
        town.done("transfer-stop", &json!({ "debit_on": "2026-06-01" }))["rows"].as_array().unwrap().len(),
        0
    );
    town.verified();
}

/// An application that is not well says what is wrong with it.
#[test]
fn applications_that_are_refused() {
    let good = json!({
        "addressee_no": crate::town::person(1), "tax_item": "04", "from": "2027-05-31", "method": "1",
        "confirmed": "active", "bank": "9990", "bank_name": "架空銀行", "branch": "001", "branch_name": "本店",
        "account_type": "1", "account_no": "0012345", "holder_kana": "カクウ　イチロウ",
    });
    for (change, wanted) in [
        (("bank", "99"), "TXC10"),
        (("account_no", "123"), "TXC10"),
        (("from", "2026-01-01"), "TXC12"),
        (("addressee_no", &*crate::town::person(9)), "TXC11"),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        let mut input = good.clone();
        input[change.0] = json!(change.1);
        assert!(town.refused("transfer-apply", &input)[0].starts_with(wanted), "{change:?}");
    }
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.done("transfer-apply", &good);
    assert!(town.refused("transfer-apply", &good)[0].starts_with("TXC13"));
    let change = |state: &str| json!({ "addressee_no": crate::town::person(1), "tax_item": "04", "state": state, "why": "申出" });
    assert!(town.refused("transfer-change", &change("refused"))[0].starts_with("TXC16"));
    town.done("transfer-change", &change("paused"));
    town.done("transfer-change", &change("ended"));
    town.done("transfer-apply", &good);
}
