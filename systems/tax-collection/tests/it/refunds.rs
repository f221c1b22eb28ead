//! 還付・充当: what was paid too much goes to what is owed, and the rest back to who paid it.

use jiff::civil::date;
use serde_json::{Value, json};
use tax_collection::records::Account;

use crate::town::{Town, known};

/// `levies; payments` of one person; what is put where, and what is left.
#[test]
fn to_what_an_overpayment_goes() {
    for (levies, payments, wanted) in [
        // Nothing else is owed.
        ("1 10800", "1 12000 2026-05-20", &[][..]),
        // Another tax is due: all of it, or as far as it goes.
        ("1 10800\n03/2026/2/1 1000 due 2026-07-31", "1 12000 2026-05-20", &["03 1000 left 200"]),
        ("1 10800\n03/2026/2/1 9000 due 2026-07-31", "1 12000 2026-05-20", &["03 1200 left 0"]),
        // The oldest due date first.
        (
            "1 10800\n03/2026/2/1 700 due 2026-07-31\n01/2026/3/1 600 due 2026-06-30",
            "1 12000 2026-05-20",
            &["01 600 left 0", "03 600 left 0"],
        ),
        // Not due yet, or a premium and not a tax: refunded.
        ("1 10800\n03/2026/2/1 9000 due 2027-02-01", "1 12000 2026-05-20", &[]),
        ("1 10800\n07/2026/2/1 9000 due 2026-07-31", "1 12000 2026-05-20", &[]),
        (
            "07/2026/1/1 10800\n07/2026/2/1 9000 due 2026-07-31",
            "07/2026/1/1 12000 2026-05-20",
            &["07 1200 left 0"],
        ),
        // Of somebody else: never.
        ("1 10800\n03/2026/2/1 9000 due 2026-07-31 of 2", "1 12000 2026-05-20", &[]),
    ] {
        let mut town = Town::new();
        town.levies(levies);
        for payment in payments.lines() {
            town.pay(payment);
        }
        let done = town.done("appropriate", &json!({}));
        let rows: Vec<String> = done["rows"].as_array().unwrap().iter().map(few).collect();
        assert_eq!(rows, wanted, "{levies} / {payments}");
        town.verified();
        // Again: nothing is put twice.
        let again = town.done("appropriate", &json!({}));
        assert_eq!(again["total_yen"], json!(0), "{levies}");
        town.verified();
    }
}

fn few(row: &Value) -> String {
    let key = row["levy_key"].as_str().unwrap();
    format!("{} {} left {}", &key[..2], row["amount_yen"], row["left_yen"])
}

/// From the notice over the claim to the payment, with the addition (ST-22: 600,000 yen, 203 days, 3,000 yen).
#[test]
fn a_refund_goes_its_way() {
    let mut town = Town::new();
    town.today = date(2024, 12, 20);
    town.take("addressees", &[known(1)]);
    town.levies("03/2024/1/1 600000 due 2024-05-31 decided 2024-04-10");
    town.pay("03/2024/1/1 600000 2024-05-31");
    town.levies("03/2024/1/1 0 due 2024-05-31 hist 2 decided 2024-12-20");
    let key = "03-2024-0000000017-01-01";
    let claim = json!({
        "overpayment_key": key, "bank": "9990", "branch": "001", "account_type": "1", "account_no": "0012345",
        "holder_kana": "カクウ　イチロウ",
    });
    // Before the notice nothing is claimed.
    assert!(town.refused("refund-claim", &claim)[0].starts_with("TXC31"));
    let prepared = town.done("refund-notices", &json!({ "claim_by": "2025-01-31" }));
    assert_eq!(prepared["rows"][0]["addition_yen"], json!(3_000));
    town.done("refund-claim", &claim);
    town.done("refund", &json!({ "pay_on": "2024-12-20" }));
    town.done("refund-paid", &json!({ "refunded_on": "2024-12-20" }));
    assert_eq!(town.stands("03/2024/1/1"), "完納 open 0/0/0 paid 0 over 0");
    assert_eq!(town.balance(Account::Cash), -3_000);
    assert_eq!(town.balance(Account::Addition), 3_000);
    town.verified();
    // Told again by the accounting: nothing is paid twice.
    town.take(
        "refund-results",
        &[vec![("overpayment_key", key.to_owned()), ("paid_on", "2024-12-20".to_owned())]],
    );
    assert_eq!(town.balance(Account::Cash), -3_000);
    // What was refunded cannot be taken back by a late cancellation.
    let refused = town.refused(
        "payments-import",
        &json!({ "list": "P0001,bank,3,03-2024-0000000017-01,2024-05-31,,600000" }),
    );
    assert!(refused[0].contains("すでに還付か充当をしています"), "{refused:?}");
}

#[test]
fn claims_that_are_refused() {
    for (change, wanted) in [
        (("bank", "999"), "TXC10 金融機関コード「999」が4桁の数字ではありません。"),
        (("account_no", "12345"), "TXC10 口座番号「12345」が7桁の数字ではありません。"),
        (("overpayment_key", "x"), "TXC30 整理番号「x」の過誤納はありません。"),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies("1 10800");
        town.pay("1 12000 2026-05-20");
        town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
        let mut claim = json!({
            "overpayment_key": "04-2026-0000000017-01-01", "bank": "9990", "branch": "001", "account_type": "1",
            "account_no": "0012345", "holder_kana": "カクウ　イチロウ",
        });
        claim[change.0] = json!(change.1);
        assert_eq!(town.refused("refund-claim", &claim)[0], wanted);
    }
}
