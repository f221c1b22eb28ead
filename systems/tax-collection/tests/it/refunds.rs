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
        // A premium of another insurer, or of another law: refunded.
        ("08/2026/1/1 10800\n09/2026/2/1 9000 due 2026-07-31", "08/2026/1/1 12000 2026-05-20", &[]),
        ("07/2026/1/1 10800\n08/2026/2/1 9000 due 2026-07-31", "07/2026/1/1 12000 2026-05-20", &[]),
        (
            "08/2026/1/1 10800\n08/2026/2/1 9000 due 2026-07-31",
            "08/2026/1/1 12000 2026-05-20",
            &["08 1200 left 0"],
        ),
        // Two of them meet one debt of 1,000 yen: the second finds what the first left.
        (
            "1 10800\n2 10800\n03/2026/3/1 1000 due 2026-07-31",
            "1 12000 2026-05-20\n2 12000 2026-05-20",
            &["03 1000 left 200"],
        ),
        (
            "1 10800\n2 10800\n03/2026/3/1 2000 due 2026-07-31",
            "1 12000 2026-05-20\n2 12000 2026-05-20",
            &["03 1200 left 0", "03 800 left 400"],
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
    // Paid back: the list of overpayments has it no more, and nobody is sent there.
    let cancelled = town.refused("payments-import", &json!({ "list": "X,bank,3,どこか,2026-11-01,,5000" }));
    assert!(cancelled[0].contains("収納番号Xは、納めた人に返還済みです"), "{cancelled:?}");
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

/// 速報のある期別には充当しない。確報か取消しの後にもう一度。
#[test]
fn nothing_is_put_to_what_is_told_to_be_paid() {
    for (what, stage, put, found) in [
        ("速報", "1", json!(0), "TXC80"),
        ("速報の取消し", "3", json!(1_000), ""),
        ("確報", "2", json!(0), ""),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies("1 10800\n03/2026/2/1 1000 due 2026-07-31");
        town.pay("1 12000 2026-05-20");
        let told = |stage: &str| {
            format!("Q,convenience,{stage},{},2026-07-30,2026-08-05,1000", crate::town::key("03/2026/2/1"))
        };
        town.receive(&told("1"));
        if stage != "1" {
            town.receive(&told(stage));
            town.done("clear", &json!({}));
        }
        let outcome = town.run("appropriate", &json!({}));
        let codes: Vec<&str> = outcome.findings.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes.join(" "), found, "{what}");
        assert_eq!(outcome.answer.unwrap().data["total_yen"], put, "{what}");
        // A letter has no row of nothing.
        let rows: Vec<&Value> = outcome.documents.iter().map(|one| &one.data["rows"]).collect();
        assert!(!rows.iter().any(|rows| rows.to_string().contains("\"0\"")), "{what}: {rows:?}");
        town.verified();
    }
}

/// 二重納付（令和7年5月30日）の加算金は、充当した分は充当適状の日（7月31日）まで、残りは還付の決定の日まで。
#[test]
fn an_addition_is_reckoned_part_by_part() {
    for (what, paid, notices) in [
        ("190万円を充当し、10万円を還付", "2100000", &[("2026-11-20", 3_000), ("2026-12-31", 3_100)][..]),
        ("190万円を充当し、残りはない", "2000000", &[("2026-11-20", 1_400), ("2026-12-31", 1_400)]),
    ] {
        for (on, wanted) in notices {
            let mut town = Town::new();
            town.take("addressees", &[known(1)]);
            town.levies("03/2025/1/1 100000 due 2025-05-30\n03/2025/2/1 1900000 due 2025-07-31");
            town.pay(&format!("03/2025/1/1 {paid} 2025-05-30"));
            assert_eq!(town.done("appropriate", &json!({}))["total_yen"], json!(1_900_000), "{what}");
            assert_eq!(town.stands("03/2025/2/1"), "完納 open 0/0/0 paid 1900000 over 0", "{what}");
            town.today = on.parse().unwrap();
            let prepared = town.done("refund-notices", &json!({ "claim_by": "2027-01-29" }));
            assert_eq!(prepared["rows"][0]["addition_yen"], json!(wanted), "{what} {on}");
            let key = "03-2025-0000000017-01-01";
            town.done("refund-claim", &own_account(key));
            town.done("refund", &json!({ "pay_on": on }));
            town.done("refund-paid", &json!({ "refunded_on": on }));
            assert_eq!(town.balance(Account::Addition), *wanted, "{what} {on}");
            assert_eq!(town.done("overpayment-list", &json!({}))["rows"], json!([]), "{what} {on}");
            town.verified();
        }
    }
}

/// 300万円（令和6年5月31日納付）を11月15日に取り消し、令和7年3月31日に入力して還付する。加算金の起算日は減額の原因による。
#[test]
fn the_first_day_of_an_addition_goes_by_the_cause() {
    for (what, cause, wanted) in [
        ("原因がない: 納付の翌日から", &[][..], Ok(22_400)),
        ("更正・決定・賦課決定", &[("refund_cause", "1")], Ok(22_400)),
        (
            "更正の請求（10月1日）: 更正の1か月後の12月16日から",
            &[("refund_cause", "2"), ("refund_claimed_on", "2024-10-01")],
            Ok(7_800),
        ),
        (
            "更正の請求（7月1日）: 請求の3か月後の10月2日から",
            &[("refund_cause", "2"), ("refund_claimed_on", "2024-07-01")],
            Ok(13_300),
        ),
        (
            "所得税の更正（9月2日）: その1か月後の10月3日から",
            &[("refund_cause", "3"), ("refund_noticed_on", "2024-09-02")],
            Ok(13_300),
        ),
        (
            "日のない更正の請求",
            &[("refund_cause", "2")],
            Err("refund_claimed_on: 減額の原因に要る更正の請求の日がありません。"),
        ),
        (
            "日のない所得税の更正",
            &[("refund_cause", "3")],
            Err("refund_noticed_on: 減額の原因に要る所得税の通知・申告の日がありません。"),
        ),
        ("知らない原因", &[("refund_cause", "4")], Err("refund_cause: 減額の原因「4」は、")),
    ] {
        let mut town = Town::new();
        town.today = date(2025, 3, 31);
        town.take("addressees", &[known(1)]);
        town.levies("03/2024/1/1 3000000 due 2024-05-31 decided 2024-04-10");
        town.pay("03/2024/1/1 3000000 2024-05-31");
        let mut row = crate::town::levy("03/2024/1/1 0 due 2024-05-31 hist 2 decided 2024-11-15");
        row.extend(cause.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let refused = town.take("levies", &[row]).join(" ");
        match wanted {
            Err(said) => assert!(refused.starts_with(said), "{what}: {refused}"),
            Ok(addition) => {
                assert_eq!(refused, "", "{what}");
                let prepared = town.done("refund-notices", &json!({ "claim_by": "2025-04-30" }));
                assert_eq!(prepared["rows"][0]["addition_yen"], json!(addition), "{what}");
            }
        }
        town.verified();
    }
}

/// 9月1日の減額を11月20日に入力して充当する: 充てる90万円（納期限6月30日）の延滞金は、減額の日までの9,300円。
#[test]
fn what_a_correction_made_too_much_is_fit_from_its_decision() {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.levies("1 2000000\n03/2026/2/1 900000 due 2026-06-30");
    town.pay("1 2000000 2026-05-20");
    town.levies("1 0 hist 2 decided 2026-09-01");
    assert_eq!(town.done("appropriate", &json!({}))["total_yen"], json!(909_300));
    assert_eq!(town.stands("03/2026/2/1"), "完納 open 0/0/0 paid 900000 over 0");
    town.verified();
}

/// 会計に支払を依頼した過納分の納付は、取り消せない。取り消した過納分の支払済みは、反映しない。
#[test]
fn a_cancellation_does_not_lose_what_the_accounting_pays() {
    let cancel =
        json!({ "list": format!("P0001,bank,3,{},2026-11-01,2026-11-01,12000", crate::town::key("1")) });
    for (what, requested) in [("支払依頼の後", true), ("還付通知の後", false)] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.levies("1 10800");
        town.pay("1 12000 2026-11-01");
        town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
        let claim = own_account(OVERPAID);
        town.done("refund-claim", &claim);
        if requested {
            town.done("refund", &json!({ "pay_on": "2026-11-20" }));
            let said = town.refused("payments-import", &cancel);
            assert!(
                said[0].starts_with("TXC02") && said[0].contains("会計に還付の支払を依頼しています"),
                "{said:?}"
            );
            // The accounting stops the payment, and the cancellation goes on.
            town.done(
                "refund-paid",
                &json!({ "refunded_on": "2026-11-20", "overpayment_key": OVERPAID, "result": "failed" }),
            );
        }
        town.done("payments-import", &cancel);
        assert_eq!(town.stands("1"), "未納 open 10800/0/0 paid 0 over 0", "{what}");
        let said = town.take("refund-results", &[result("2026-11-20", "1")]).join(" ");
        assert!(said.contains("支払済みの結果は反映していません"), "{what}: {said}");
        assert_eq!(town.balance(Account::Cash), 0, "{what}");
        town.verified();
    }
}

/// 還付した過納分の納付は、同じ期別にほかの過納分があっても、取り消せない。
#[test]
fn what_was_refunded_is_not_taken_for_another_surplus() {
    let mut town = Town::new();
    town.take("addressees", &[known(1)]);
    town.levies("1 10800");
    town.pay("1 12000 2026-11-01");
    town.done("refund-notices", &json!({ "claim_by": "2026-12-25" }));
    town.done("refund-claim", &own_account(OVERPAID));
    town.done("refund", &json!({ "pay_on": "2026-11-20" }));
    town.done("refund-paid", &json!({ "refunded_on": "2026-11-20" }));
    town.pay("1 5000 2026-11-02");
    let line = format!("P0001,bank,3,{},2026-11-01,2026-11-01,12000", crate::town::key("1"));
    let said = town.refused("payments-import", &json!({ "list": line }));
    assert!(said[0].contains("すでに還付か充当をしています"), "{said:?}");
    assert_eq!(town.stands("1"), "過納 open 0/0/0 paid 10800 over 5000");
    town.verified();
}
