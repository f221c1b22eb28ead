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
    let claim = own_account(key);
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

/// 仮受の返還: owed to a payer who is named, and paid once by the way of every refund.
#[test]
fn what_was_paid_for_nothing_goes_back_to_its_payer() {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    // What the payer owes besides is not paid with it: nobody knows that it was for a tax.
    town.levies("1 10800");
    town.receive("X,bank,2,どこか,2026-11-01,,5000");
    town.done("clear", &json!({}));
    let settle = |payer: &str| json!({ "payment_no": "X", "how": "return", "addressee_no": payer, "why": "納付書なし" });
    assert!(town.refused("suspense-settle", &settle(""))[0].starts_with("TXC75"));
    assert!(town.refused("suspense-settle", &settle(&crate::town::person(9)))[0].starts_with("TXC11"));
    town.done("suspense-settle", &settle(&crate::town::person(1)));
    assert_eq!(town.receipt("X").state.label(), "返還");
    assert_eq!((town.balance(Account::Cash), town.balance(Account::Overpaid)), (5_000, -5_000));
    town.verified();
    let listed = town.done("overpayment-list", &json!({}));
    let row = &listed["rows"][0];
    assert_eq!(
        (&row["overpayment_key"], &row["left_yen"], &row["proposal"]),
        (&json!("R-X"), &json!(5_000), &json!("還付"))
    );
    assert_eq!(town.done("appropriate", &json!({}))["total_yen"], json!(0));
    // A cancellation comes too late: the money is on its way.
    let cancelled = town.refused("payments-import", &json!({ "list": "X,bank,3,どこか,2026-11-01,,5000" }));
    assert!(cancelled[0].contains("返還の手続きをしています"), "{cancelled:?}");
    town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
    let claim = own_account("R-X");
    town.done("refund-claim", &claim);
    town.done("refund", &json!({ "pay_on": "2026-11-20" }));
    let dataset = town.system.datasets.iter().find(|one| one.id == "tax-collection/refund").unwrap();
    let stored = register::View::get(&town.memory, dataset.kind, "R-X").unwrap().unwrap();
    let mut row = system::Row::new();
    assert_eq!((dataset.row)(&town.memory, &stored, &mut row).unwrap(), system::Fate::Row);
    town.done("refund-paid", &json!({ "refunded_on": "2026-11-20" }));
    assert_eq!((town.balance(Account::Cash), town.balance(Account::Overpaid)), (0, 0));
    town.verified();
}

/// The overpayment of 1,200 yen the cases are about.
const OVERPAID: &str = "04-2026-0000000017-01-01";

/// The payee's own account.
fn own_account(key: &str) -> Value {
    json!({
        "overpayment_key": key, "bank": "9990", "branch": "001", "account_type": "1", "account_no": "0012345",
        "holder_kana": "カクウ　イチロウ",
    })
}

/// What the accounting says of it.
fn result(on: &str, outcome: &str) -> testkit::bench::Given {
    vec![
        ("overpayment_key", OVERPAID.to_owned()),
        ("paid_on", on.to_owned()),
        ("outcome", outcome.to_owned()),
    ]
}

/// `results` of the accounting in turn, what is said of the last, how the overpayment of 1,200 yen stands then.
#[test]
fn what_the_accounting_answers() {
    for (what, results, said, state, cash) in [
        ("支払済み", vec![result("2026-11-20", "")], "", "処理済み", 10_800),
        ("支払済みの番号", vec![result("2026-11-20", "1")], "", "処理済み", 10_800),
        (
            "これからの支払日",
            vec![result("2026-11-21", "")],
            "paid_on: 支払日令和8年11月21日が、今日より後です。会計の支払結果を確かめてください。",
            "支払依頼済み",
            12_000,
        ),
        ("振込不能", vec![result("2026-11-20", "2")], "", "還付通知済み", 12_000),
        (
            "振込不能がもう一度",
            vec![result("2026-11-20", "2"), result("2026-11-20", "2")],
            "",
            "還付通知済み",
            12_000,
        ),
        (
            "支払の後の組戻し",
            vec![result("2026-11-19", "1"), result("2026-11-20", "2")],
            "",
            "還付通知済み",
            12_000,
        ),
        (
            "知らない結果",
            vec![result("2026-11-20", "9")],
            "outcome: 結果「9」は、1（支払済み）、2（振込不能）のどちらでもありません。",
            "支払依頼済み",
            12_000,
        ),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies("1 10800");
        town.pay("1 12000 2026-11-01");
        town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
        let claim = own_account(OVERPAID);
        town.done("refund-claim", &claim);
        town.done("refund", &json!({ "pay_on": "2026-11-20" }));
        let mut last = Vec::new();
        for result in results {
            last = town.take("refund-results", &[result]);
        }
        assert_eq!(last.join(" "), said, "{what}");
        let listed = town.done("overpayment-list", &json!({}));
        let now = listed["rows"].get(0).map_or("処理済み", |row| row["state_label"].as_str().unwrap());
        assert_eq!((now, town.balance(Account::Cash)), (state, cash), "{what}");
        town.verified();
        if state == "還付通知済み" {
            assert!(listed["rows"][0]["why"].as_str().unwrap().contains("振込不能"), "{what}");
            // Another account, and it is paid anew.
            town.done("refund-claim", &claim);
            town.done("refund", &json!({ "pay_on": "2026-11-20" }));
            town.done("refund-paid", &json!({ "refunded_on": "2026-11-20" }));
            assert_eq!(town.balance(Account::Cash), 10_800, "{what}");
            assert_eq!(town.stands("1"), "完納 open 0/0/0 paid 10800 over 0", "{what}");
            town.verified();
        }
    }
}

/// 会計の結果が遅れて届いても、依頼し直した支払の結果とは取り違えない。二度払わない。
#[test]
fn a_late_result_is_not_that_of_the_new_request() {
    let mut town = Town::new();
    let anew_on = std::mem::replace(&mut town.today, date(2026, 11, 18));
    town.take("addressees", &[known(1)]);
    town.levies("1 10800");
    town.pay("1 12000 2026-11-01");
    town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
    let claim = own_account(OVERPAID);
    let ask = |town: &mut Town| {
        town.done("refund-claim", &claim);
        town.done("refund", &json!({ "pay_on": "2026-11-20" }));
    };
    ask(&mut town);
    // A clerk registers what the accounting said on the telephone, and it is asked for anew.
    town.done(
        "refund-paid",
        &json!({ "refunded_on": "2026-11-18", "overpayment_key": OVERPAID, "result": "failed" }),
    );
    town.today = anew_on;
    ask(&mut town);
    for (what, on, outcome, said) in [
        ("前の依頼の振込不能が、ファイルでも届く", "2026-11-17", "2", ""),
        ("登録した日の振込不能", "2026-11-18", "2", ""),
        ("前の依頼の振込不能の日が、登録より後", "2026-11-19", "2", "その前の依頼のものです"),
        ("前の依頼の支払済み", "2026-11-19", "1", "その前の依頼のものです"),
    ] {
        let told = town.take("refund-results", &[result(on, outcome)]).join(" ");
        assert!(told.contains(said) && told.is_empty() == said.is_empty(), "{what}: {told}");
        let listed = town.done("overpayment-list", &json!({}));
        assert_eq!(listed["rows"][0]["state_label"], json!("支払依頼済み"), "{what}");
    }
    assert!(town.take("refund-results", &[result("2026-11-20", "1")]).is_empty());
    assert_eq!(town.balance(Account::Cash), 10_800);
    town.verified();
}

/// Days that lie behind are no days to come.
#[test]
fn refund_days_that_are_over() {
    let mut town = Town::new();
    for (id, input, wanted) in [
        (
            "refund-notices",
            json!({ "claim_by": "2026-11-19" }),
            "TXC35 請求書の提出期限令和8年11月19日が、今日より前です。",
        ),
        ("refund", json!({ "pay_on": "2026-11-19" }), "TXC34 支払予定日令和8年11月19日が、今日より前です。"),
        (
            "refund-paid",
            json!({ "refunded_on": "2026-11-21" }),
            "TXC33 支払日令和8年11月21日が、今日より後です。",
        ),
        (
            "refund-paid",
            json!({ "refunded_on": "2026-11-20", "result": "failed" }),
            "TXC36 整理番号「」の過誤納はありません。",
        ),
    ] {
        assert_eq!(town.refused(id, &input), [wanted]);
    }
}

/// What a user enters, through the form, and what is said of it.
fn enter(town: &mut Town, user: &str, id: &str, input: &Value) -> Vec<String> {
    let function = town.system.functions.iter().find(|one| one.id == id).unwrap();
    let (checked, wrong) = function.form.check(input);
    assert!(wrong.is_empty(), "{wrong:?}");
    let context = system::Context {
        today: town.today,
        now: jiff::Timestamp::UNIX_EPOCH,
        actor: register::Actor::Program(user.to_owned()),
        confirmed: &[],
        random: 0,
        search: &(),
        municipality: &Value::Null,
    };
    let outcome = (function.decide)(&town.memory, &system::Input(checked), &context).unwrap();
    if outcome.findings.iter().all(|finding| !finding.stops()) {
        town.memory.commit(outcome.writes.clone());
    }
    outcome.findings.into_iter().map(|finding| finding.code).collect()
}

/// `clerk holder account`, in turn, of a refund to カクウ　イチロウ; the last one's findings and the state then.
#[test]
fn an_account_of_somebody_else_needs_two_clerks() {
    for (what, entries, codes, state) in [
        ("本人の口座", &["甲 カクウ　イチロウ 0012345"][..], "", "還付請求受付済み"),
        ("フリガナの分からない人", &["甲 カクウ　イチロウ 0012345"], "TXC32", "振込先の審査待ち"),
        ("別人の口座", &["甲 カクウ　ハナコ 0012345"], "TXC32", "振込先の審査待ち"),
        (
            "同じ職員がもう一度",
            &["甲 カクウ　ハナコ 0012345", "甲 カクウ　ハナコ 0012345"],
            "TXC32 TXC38",
            "振込先の審査待ち",
        ),
        (
            "別の職員が同じ内容",
            &["甲 カクウ　ハナコ 0012345", "乙 カクウ　ハナコ 0012345"],
            "TXC32",
            "還付請求受付済み",
        ),
        // Another account begins anew, and waits for somebody else again.
        (
            "別の職員が別の口座",
            &["甲 カクウ　ハナコ 0012345", "乙 カクウ　ハナコ 0054321"],
            "TXC32",
            "振込先の審査待ち",
        ),
        (
            "別の口座をはじめの職員",
            &["甲 カクウ　ハナコ 0012345", "乙 カクウ　ハナコ 0054321", "甲 カクウ　ハナコ 0054321"],
            "TXC32",
            "還付請求受付済み",
        ),
        (
            "本人の口座に改める",
            &["甲 カクウ　ハナコ 0012345", "甲 カクウ　イチロウ 0012345"],
            "",
            "還付請求受付済み",
        ),
    ] {
        let mut town = Town::new();
        let mut payee = known(1);
        if what == "フリガナの分からない人" {
            payee.retain(|(item, _)| *item != "name_kana");
        }
        town.take("addressees", &[payee]);
        town.levies("1 10800");
        town.pay("1 12000 2026-05-20");
        town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
        let mut said = Vec::new();
        for entry in entries {
            let [clerk, holder, account_no] = entry.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{entry}")
            };
            let claim = json!({
                "overpayment_key": "04-2026-0000000017-01-01", "bank": "9990", "branch": "001", "account_type": "1",
                "account_no": account_no, "holder_kana": holder,
            });
            said = enter(&mut town, clerk, "tax-collection/refund-claim", &claim);
        }
        assert_eq!(said.join(" "), codes, "{what}");
        let listed = town.done("overpayment-list", &json!({}));
        assert_eq!(listed["rows"][0]["state_label"], json!(state), "{what}");
        // Nothing is paid before the second person has looked.
        let asked = town.done("refund", &json!({ "pay_on": "2026-11-30" }));
        let count = usize::from(state == "還付請求受付済み");
        assert_eq!(asked["rows"].as_array().map(Vec::len), Some(count), "{what}");
        town.verified();
    }
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
