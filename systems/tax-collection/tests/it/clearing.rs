//! 賦課情報の受取, 消込データ作成, 消込: cases a tax officer can check.

use proptest::prelude::*;
use serde_json::json;
use tax_collection::records::{Account, ReceiptState};

use crate::town::{Town, key};

/// `levies; payments` and what the instalment of notice 1 stands at.
#[test]
fn what_a_payment_does_to_its_levy() {
    for (levies, payments, wanted) in [
        ("1 10800", "", "未納 open 10800/0/0 paid 0 over 0"),
        ("1 10800", "1 10800 2026-05-20", "完納 open 0/0/0 paid 10800 over 0"),
        // On the due date: in time.
        ("1 10800", "1 10800 2026-06-01", "完納 open 0/0/0 paid 10800 over 0"),
        // Two parts.
        ("1 10800", "1 5000 2026-05-20", "一部納付 open 5800/0/0 paid 5000 over 0"),
        ("1 10800", "1 5000 2026-05-20\n1 5800 2026-05-25", "完納 open 0/0/0 paid 10800 over 0"),
        // Too much, and twice: 過誤納.
        ("1 10800", "1 12000 2026-05-20", "過納 open 0/0/0 paid 10800 over 1200"),
        ("1 10800", "1 10800 2026-05-20\n1 10800 2026-05-21", "過納 open 0/0/0 paid 10800 over 10800"),
        // Late, with a charge of less than a thousand yen: none.
        ("1 10800", "1 10800 2026-08-01", "完納 open 0/0/0 paid 10800 over 0"),
        // Late, with a charge: 65,000 yen from 2021-05-31 to 2022-01-31 is 3,400 (ST-20), open until it is paid.
        (
            "04/2021/1/1 65000 due 2021-05-31",
            "04/2021/1/1 65000 2022-01-31",
            "一部納付 open 0/0/3400 paid 65000 over 0",
        ),
        (
            "04/2021/1/1 65000 due 2021-05-31",
            "04/2021/1/1 68400 2022-01-31",
            "完納 open 0/0/0 paid 65000 over 0",
        ),
        (
            "04/2021/1/1 65000 due 2021-05-31",
            "04/2021/1/1 69000 2022-01-31",
            "過納 open 0/0/0 paid 65000 over 600",
        ),
        // A part first: the charge is fixed when the tax is met, on what stayed.
        (
            "04/2021/1/1 65000 due 2021-05-31",
            "04/2021/1/1 60000 2021-06-30\n04/2021/1/1 5000 2022-01-31",
            "完納 open 0/0/0 paid 65000 over 0",
        ),
    ] {
        let mut town = Town::new();
        assert_eq!(town.levies(levies), Vec::<String>::new());
        for payment in payments.lines() {
            town.pay(payment);
        }
        let notice = levies.split_whitespace().next().unwrap();
        assert_eq!(town.stands(notice), wanted, "{levies} {payments}");
        town.verified();
    }
}

/// A correction moves the difference; what was paid above it is owed to the payer.
#[test]
fn what_a_correction_does() {
    for (payments, correction, wanted) in [
        ("", "1 12900 hist 2 decided 2026-09-01", "未納 open 12900/0/0 paid 0 over 0"),
        ("", "1 0 hist 2 decided 2026-09-01", "完納 open 0/0/0 paid 0 over 0"),
        (
            "1 10800 2026-05-20",
            "1 12900 hist 2 decided 2026-09-01",
            "一部納付 open 2100/0/0 paid 10800 over 0",
        ),
        ("1 10800 2026-05-20", "1 4000 hist 2 decided 2026-09-01", "過納 open 0/0/0 paid 4000 over 6800"),
        ("1 5000 2026-05-20", "1 4000 hist 2 decided 2026-09-01", "過納 open 0/0/0 paid 4000 over 1000"),
        ("1 10800 2026-05-20", "1 0 hist 2 decided 2026-09-01", "過納 open 0/0/0 paid 0 over 10800"),
        // Told again, or older than what is known: nothing.
        ("1 5000 2026-05-20", "1 0 hist 1 decided 2026-09-01", "一部納付 open 5800/0/0 paid 5000 over 0"),
    ] {
        let mut town = Town::new();
        town.levies("1 10800");
        for payment in payments.lines() {
            town.pay(payment);
        }
        assert_eq!(town.levies(correction), Vec::<String>::new());
        assert_eq!(town.stands("1"), wanted, "{payments} {correction}");
        town.verified();
        // The same row again changes nothing.
        town.levies(correction);
        assert_eq!(town.stands("1"), wanted, "{payments} {correction}");
    }
}

/// A levy that cannot be taken says which item and why.
#[test]
fn levies_that_are_refused() {
    let row = |changes: &[(&'static str, &str)]| {
        let mut row = crate::town::levy("1 10800");
        for (name, value) in changes {
            let at = row.iter().position(|(of, _)| of == name).unwrap();
            row[at].1 = (*value).to_owned();
        }
        row
    };
    for (changes, wanted) in [
        (&[("amount", "-1")][..], "amount: 税額「-1」が、0円以上、12桁までの金額ではありません。"),
        (&[("amount", "１０８００")], ""),
        (
            &[("amount", "1234567890123")],
            "amount: 税額「1234567890123」が、0円以上、12桁までの金額ではありません。",
        ),
        (&[("due_on", "2026-06-31")], "due_on: 納期限「2026-06-31」は暦にある日付ではありません。"),
        (&[("due_on", "")], "due_on: 納期限がありません。"),
        (&[("tax_item", "4")], "tax_item: 税目「4」が2桁の数字ではありません。"),
        (&[("history_no", "0")], "history_no: 履歴番号「0」が1以上の整数ではありません。"),
        (&[("levy_year", "2025")], "levy_year: 調定年度令和7年度が、相当年度令和8年度より前です。"),
        (&[("instalment", "02")], "levy_key: "),
        (&[("addressee_no", "12")], "addressee_no: "),
    ] {
        let mut town = Town::new();
        let refused = town.take("levies", &[row(changes)]).join("\n");
        let fits = if wanted.is_empty() { refused.is_empty() } else { refused.starts_with(wanted) };
        assert!(fits, "{changes:?}: {refused}");
    }
    let mut town = Town::new();
    town.levies("1 10800");
    let refused = town.levies("1 10800 hist 2 of 2");
    assert!(refused[0].starts_with("addressee_no: 納税義務者が"), "{refused:?}");
}

/// 速報 stops reminders, 確報 is money, 取消 takes back; told twice changes nothing.
#[test]
fn what_a_convenience_store_tells_in_turn() {
    let key = key("1");
    let told = |stage: u8| format!("C1,convenience,{stage},{key},2026-05-20,2026-06-05,10800");
    let unpaid = "未納 open 10800/0/0 paid 0 over 0";
    let paid = "完納 open 0/0/0 paid 10800 over 0";
    for (stages, preliminary, wanted, cash) in [
        (&[1_u8][..], true, unpaid, 0),
        (&[1, 1], true, unpaid, 0),
        (&[1, 2], false, paid, 10_800),
        (&[1, 2, 2, 1], false, paid, 10_800),
        (&[2], false, paid, 10_800),
        (&[1, 3], false, unpaid, 0),
        (&[1, 2, 3], false, unpaid, 0),
        (&[1, 3, 3], false, unpaid, 0),
    ] {
        let mut town = Town::new();
        town.levies("1 10800");
        for stage in stages {
            town.receive(&told(*stage));
            town.done("clear", &json!({}));
        }
        assert_eq!(town.instalment("1").preliminary.is_some(), preliminary, "{stages:?}");
        assert_eq!(town.stands("1"), wanted, "{stages:?}");
        assert_eq!(town.balance(Account::Cash), cash, "{stages:?}");
        town.verified();
    }
    // What was taken back is not told anew under the same number, and another amount is another payment.
    let mut town = Town::new();
    town.levies("1 10800");
    town.receive(&told(1));
    town.receive(&told(3));
    let again = town.refused("payments-import", &json!({ "list": told(2) }));
    assert!(again[0].contains("取り消されています"), "{again:?}");
    let other = told(2).replace("10800", "5000");
    let other = town.refused("payments-import", &json!({ "list": other }));
    assert!(other[0].contains("10,800円としてすでに受け取っています"), "{other:?}");
}

/// A payment for nothing that is known waits for a person, and for a levy that comes later.
#[test]
fn payments_for_nothing_wait() {
    let mut town = Town::new();
    town.levies("1 10800");
    town.receive(&format!("A,bank,2,{},2026-05-20,,7200\nB,bank,2,どこかの納付書,2026-05-20,,500", key("2")));
    let cleared = town.done("clear", &json!({}));
    assert_eq!(cleared["suspense"].as_array().unwrap().len(), 2);
    assert_eq!(town.receipt("A").state, ReceiptState::Suspense);
    assert_eq!(town.balance(Account::Unapplied), -7_700);
    town.verified();
    town.levies("2 7200");
    town.done("clear", &json!({}));
    assert_eq!(town.stands("2"), "完納 open 0/0/0 paid 7200 over 0");
    assert_eq!(town.receipt("B").state, ReceiptState::Suspense);
    assert_eq!(town.balance(Account::Unapplied), -500);
    town.verified();
}

/// Lists that do not agree with their cover, or have wrong lines, leave nothing behind.
#[test]
fn lists_that_are_refused() {
    let line = |no: &str| format!("{no},bank,2,{},2026-05-20,,10800", key("1"));
    for (input, wanted) in [
        (json!({ "list": line("A"), "count": 2 }), "TXC03 送り状の件数は2、明細の件数は1です。"),
        (
            json!({ "list": line("A"), "total": 10_801 }),
            "TXC03 送り状の合計額は10801、明細の合計額は10800です。",
        ),
        (
            json!({ "list": "A,bank,2" }),
            "TXC02 1行目: 項目が3あります。7項目ではありません。（誤りは全部で1行）",
        ),
        (
            json!({ "list": line("A").replace("10800", "0") }),
            "TXC02 1行目: 金額「0」が、1円以上、12桁までの金額ではありません。（誤りは全部で1行）",
        ),
        (
            json!({ "list": line("A").replace("2026-05-20", "2026-11-21") }),
            "TXC02 1行目: 納付日令和8年11月21日が、今日より後です。（誤りは全部で1行）",
        ),
        (
            json!({ "list": line("A").replace("bank", "bnk") }),
            "TXC02 1行目: 収納チャネル「bnk」はありません。（誤りは全部で1行）",
        ),
    ] {
        let mut town = Town::new();
        town.levies("1 10800");
        assert_eq!(town.refused("payments-import", &input), [wanted]);
        assert_eq!(town.balance(Account::Cash), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is levied, corrected, paid and taken back in whatever order, the books agree.
    #[test]
    fn the_books_always_agree(steps in proptest::collection::vec((0..4_u8, 1..4_u64, 0..30_000_i64), 1..25)) {
        let mut town = Town::new();
        town.levies("1 10800\n2 7200\n3 12900");
        let (mut history, mut payment) = (1, 0);
        for (step, notice, yen) in steps {
            let key = key(&notice.to_string());
            match step {
                0 => {
                    history += 1;
                    town.levies(&format!("{notice} {yen} hist {history} decided 2026-09-01"));
                }
                1 if 0 < yen => {
                    payment += 1;
                    town.receive(&format!("P{payment},convenience,2,{key},2026-07-20,,{yen}"));
                }
                2 => {
                    town.done("clear", &json!({}));
                }
                3 if 0 < payment => {
                    let held = town.receipt(&format!("P{payment}"));
                    let line = format!("P{payment},convenience,3,{},2026-07-20,,{}", held.levy_key, held.yen.0);
                    town.run("payments-import", &json!({ "list": line }));
                }
                _ => {}
            }
            town.verified();
        }
    }
}
