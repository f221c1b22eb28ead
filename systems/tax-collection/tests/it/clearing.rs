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
        assert_eq!(!town.instalment("1").preliminary.is_empty(), preliminary, "{stages:?}");
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

/// `first; second` line under one 収納番号: what is said of the second, and what came in. `!` is a line that is refused.
#[test]
fn one_number_is_one_payment() {
    let line = |stage: u8, notice: &str, paid_on: &str, yen: u32| {
        format!("A,bank,{stage},{},{paid_on},2026-05-25,{yen}", key(notice))
    };
    let first = || line(2, "1", "2026-05-20", 10_800);
    for (what, first, second, wanted, cash) in [
        ("同じ行がもう一度", first(), first(), "収納番号Aは、受け取り済みです。二度は入れません。", 10_800),
        ("別の調定", first(), line(2, "2", "2026-05-20", 10_800), "!（違うもの: 納付の対象）。", 10_800),
        ("別の納付日", first(), line(2, "1", "2026-05-21", 10_800), "!（違うもの: 納付日）。", 10_800),
        ("別の金額", first(), line(2, "1", "2026-05-20", 5_000), "!（違うもの: 金額）。", 10_800),
        (
            "別の調定と金額",
            first(),
            line(2, "2", "2026-05-20", 7_200),
            "!（違うもの: 納付の対象、金額）。",
            10_800,
        ),
        ("別のチャネル", first(), first().replace("bank", "post"), "!（違うもの: 収納チャネル）。", 10_800),
        // 確報は、速報と同じものを納めたときだけ。納付日は確報のもの。
        (
            "速報と別の調定の確報",
            line(1, "1", "2026-05-20", 10_800),
            line(2, "2", "2026-05-20", 10_800),
            "!（違うもの: 納付の対象）。",
            0,
        ),
        (
            "納付日の違う確報",
            line(1, "1", "2026-05-20", 10_800),
            line(2, "1", "2026-05-21", 10_800),
            "",
            10_800,
        ),
        (
            "速報がもう一度",
            line(1, "1", "2026-05-20", 10_800),
            line(1, "1", "2026-05-20", 10_800),
            "収納番号Aは、受け取り済みです。二度は入れません。",
            0,
        ),
        (
            "別の調定の取消",
            first(),
            line(3, "2", "2026-05-20", 10_800),
            "!（違うもの: 納付の対象）。",
            10_800,
        ),
    ] {
        // In two lists, and in one.
        for together in [false, true] {
            let mut town = Town::new();
            town.levies("1 10800\n2 7200");
            let list = if together {
                format!("{first}\n{second}")
            } else {
                town.receive(&first);
                second.clone()
            };
            let input = json!({ "list": list, "skip_errors": true });
            let outcome = town.run("payments-import", &input);
            let data = outcome.answer.unwrap().data;
            let said = data["rows"].as_array().unwrap();
            assert_eq!(said.len(), usize::from(!wanted.is_empty()), "{what} {together}: {said:?}");
            if let Some(row) = said.first() {
                let ends = wanted.trim_start_matches('!');
                assert!(row["result"].as_str().unwrap().ends_with(ends), "{what} {together}: {row}");
                assert_eq!(row["text"], json!(second), "{what} {together}: the line can be put right");
                assert!(!row["remedy"].as_str().unwrap().is_empty());
                let (again, wrong) = if wanted.starts_with('!') { (0, 1) } else { (1, 0) };
                assert_eq!((&data["again_count"], &data["wrong_count"]), (&json!(again), &json!(wrong)));
            }
            // What is counted is what was booked.
            let booked = i64::from(together) + i64::from(wanted.is_empty());
            assert_eq!(data["count"], json!(booked), "{what} {together}");
            town.done("clear", &json!({}));
            assert_eq!(town.balance(Account::Cash), cash, "{what} {together}");
            assert_eq!(town.stands("2"), "未納 open 7200/0/0 paid 0 over 0", "{what} {together}");
            town.verified();
        }
    }
    // A clerk put it to the right levy: told again it is the payment it was.
    let mut town = Town::new();
    town.levies("1 10800");
    let line = "A,bank,2,どこか,2026-05-20,,10800";
    town.receive(line);
    town.done("clear", &json!({}));
    town.done(
        "suspense-settle",
        &json!({ "payment_no": "A", "how": "put", "slip": key("1"), "why": "本人に確認" }),
    );
    town.done("clear", &json!({}));
    assert_eq!(town.receive(line)["again_count"], json!(1));
    town.verified();
}

/// The same over a link: what is twice in one file is held, what another file told before is not.
#[test]
fn one_number_is_one_payment_over_a_link() {
    let row = |no: &str, notice: &str, received_on: &str| -> testkit::bench::Given {
        vec![
            ("payment_no", no.to_owned()),
            ("channel", "bank".to_owned()),
            ("stage", "2".to_owned()),
            ("levy_key", key(notice)),
            ("paid_on", "2026-05-20".to_owned()),
            ("received_on", received_on.to_owned()),
            ("amount", "10800".to_owned()),
        ]
    };
    let mut town = Town::new();
    town.levies("1 10800\n2 7200\n3 5000 decided 2026-05-21");
    for (what, rows, wanted) in [
        ("一つの納付", vec![row("A", "1", "")], &[][..]),
        ("同じ納付が別のファイルでもう一度", vec![row("A", "1", "")], &[]),
        (
            "一つのファイルに二度",
            vec![row("B", "1", ""), row("B", "1", "")],
            &["payment_no: 収納番号Bは、受け取り済みです。二度は入れません。"],
        ),
        (
            "別の調定",
            vec![row("A", "2", "")],
            &[
                "payment_no: 収納番号Aは、金融機関・04-2026-0000000017-01・令和8年5月20日納付・10,800円としてすでに受け取っています。今度は金融機関・04-2026-0000000024-01・令和8年5月20日納付・10,800円です（違うもの: 納付の対象）。送り元に、どちらが正しいかを確かめてください。別の納付なら、別の収納番号で取り込みます。",
            ],
        ),
        (
            "これからの収入日",
            vec![row("C", "1", "2026-11-21")],
            &["received_on: 収入日令和8年11月21日が、今日より後です。"],
        ),
        (
            "決定日より前",
            vec![row("D", "3", "")],
            &[
                "paid_on: 納付日令和8年5月20日が、調定番号04-2026-0000000031-01の決定日令和8年5月21日より前です。納付日と納付書を確かめてください。見込納付なら、窓口収納で確認して登録します。",
            ],
        ),
    ] {
        assert_eq!(town.take("payments", &rows), wanted, "{what}");
    }
    town.verified();
    // A correction is decided later than what was paid, and changes nothing of it.
    town.levies("1 12900 hist 2 decided 2026-09-01");
    assert_eq!(town.take("payments", &[row("E", "1", "")]), Vec::<String>::new());
}

/// At the counter a payment before the levy was decided is confirmed by a clerk.
#[test]
fn a_payment_before_its_levy_is_confirmed() {
    let mut town = Town::new();
    town.levies("1 10800");
    for (no, paid_on, wanted) in [("A", "2026-05-01", ""), ("B", "2026-04-30", "TXC74@paid_on")] {
        let input = json!({ "slip": key("1"), "payment_no": no, "channel": "window", "paid_on": paid_on, "amount": 5_400 });
        let outcome = town.run("payment-entry", &input);
        let codes: Vec<String> = outcome.findings.iter().map(system::Finding::confirmation).collect();
        assert_eq!(codes.join(" "), wanted, "{paid_on}");
        assert!(!outcome.writes.is_empty(), "{paid_on}");
    }
}

/// Two payments are told of one instalment: as long as one of them stands, nobody is reminded and no bank is asked.
#[test]
fn each_preliminary_word_stands_by_itself() {
    let told =
        |no: &str, stage: u8| format!("{no},convenience,{stage},{},2026-05-20,2026-05-25,10800", key("1"));
    for (words, stand) in [
        (&[("A", 1_u8), ("B", 1)][..], "A B"),
        (&[("A", 1), ("B", 1), ("B", 3)], "A"),
        (&[("A", 1), ("B", 1), ("A", 3)], "B"),
        (&[("A", 1), ("B", 1), ("A", 3), ("B", 3)], ""),
        (&[("A", 1), ("B", 1), ("B", 2)], "A"),
    ] {
        let mut town = Town::new();
        town.levies("1 10800");
        for (no, stage) in words {
            town.receive(&told(no, *stage));
        }
        town.done("clear", &json!({}));
        let held = town.instalment("1");
        let numbers: Vec<&str> = held.preliminary.iter().map(|told| told.payment_no.as_str()).collect();
        assert_eq!(numbers.join(" "), stand, "{words:?}");
        town.verified();
    }
    // A body of before held one of them.
    let one = json!({ "payment_no": "A", "paid_on": "2026-05-20", "yen": 10_800 });
    for (old, new) in
        [(json!({ "preliminary": one }), json!({ "preliminary": [one] })), (json!({}), json!({}))]
    {
        assert_eq!(tax_collection::records::INSTALMENT.upcast(1, old), Ok(new));
    }
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
            json!({ "list": line("A").replace("2026-05-20,,", "2026-05-20,2026-11-21,") }),
            "TXC02 1行目: 収入日令和8年11月21日が、今日より後です。（誤りは全部で1行）",
        ),
        (
            json!({ "list": line("A").replace("2026-05-20", "2026-04-30") }),
            "TXC02 1行目: 納付日令和8年4月30日が、調定番号04-2026-0000000017-01の決定日令和8年5月1日より前です。（誤りは全部で1行）",
        ),
        (
            json!({ "list": line("A").replace("2026-05-20,,", "2026-05-20,2026-05-19,") }),
            "TXC02 1行目: 収入日令和8年5月19日が、納付日令和8年5月20日より前です。（誤りは全部で1行）",
        ),
        (
            json!({ "list": line("A").replace("2026-05-20", "平成38年5月20日") }),
            "TXC02 1行目: 納付日「平成38年5月20日」は暦にある日付ではありません。（誤りは全部で1行）",
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

/// 共通納税の入金日のファイルは、入金年月日のない行を確報にしない。
#[test]
fn a_final_word_of_common_payment_names_its_day() {
    for (what, channel, stage, received_on, wanted) in [
        ("入金日のファイル", "eltax", "2", "2026-05-25", ""),
        ("入金年月日がない", "eltax", "2", "", "received_on: 共通納税の確報なのに、入金年月日がありません。"),
        ("納付日のファイル", "eltax", "1", "", ""),
        ("金融機関は納付日が収入日", "bank", "2", "", ""),
        (
            "入金が納付より前",
            "eltax",
            "2",
            "2026-05-19",
            "received_on: 収入日令和8年5月19日が、納付日令和8年5月20日より前です。",
        ),
    ] {
        let mut town = Town::new();
        town.levies("1 10800");
        let row = vec![
            ("payment_no", "A".to_owned()),
            ("channel", channel.to_owned()),
            ("stage", stage.to_owned()),
            ("levy_key", key("1")),
            ("paid_on", "2026-05-20".to_owned()),
            ("received_on", received_on.to_owned()),
            ("amount", "10800".to_owned()),
        ];
        let refused = town.take("payments", &[row]).join(" ");
        assert!(refused.starts_with(wanted) && refused.is_empty() == wanted.is_empty(), "{what}: {refused}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// In whatever order payments are cleared, the charge and what is owed are those of their days.
    #[test]
    fn the_charge_never_depends_on_the_order_of_clearing(days in proptest::collection::vec((0..700_i64, 1..400_000_i64), 1..6), seed in 0..720_usize) {
        let pay = |order: &[usize]| {
            let mut town = Town::new();
            town.levies("03/2025/1/1 500000 due 2025-06-02 decided 2024-12-01");
            for at in order {
                let (days_behind, yen) = days[*at];
                let on = jiff::civil::date(2024, 12, 20).checked_add(jiff::Span::new().days(days_behind)).unwrap();
                town.pay(&format!("03/2025/1/1 {yen} {on}"));
            }
            town.verified();
            let held = town.instalment("03/2025/1/1");
            (held.levied(tax_collection::records::Part::Delinquency), held.open_total(), held.overpaid())
        };
        let mut order: Vec<usize> = (0..days.len()).collect();
        order.sort_by_key(|at| days[*at].0);
        let by_day = pay(&order);
        let mut other: Vec<usize> = Vec::new();
        let mut left = order;
        let mut seed = seed;
        while !left.is_empty() {
            other.push(left.remove(seed % left.len()));
            seed /= 2;
        }
        prop_assert_eq!(pay(&other), by_day);
    }

    /// Whatever is levied, corrected, paid and taken back in whatever order, the books agree.
    #[test]
    fn the_books_always_agree(steps in proptest::collection::vec((0..6_u8, 1..4_u64, 0..30_000_i64), 1..25)) {
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
                    let day = ["2026-05-20", "2026-07-20", "2026-11-19"][usize::try_from(yen % 3).unwrap()];
                    town.receive(&format!("P{payment},convenience,2,{key},{day},,{yen}"));
                }
                2 => {
                    town.done("clear", &json!({}));
                }
                3 if 0 < payment => {
                    let held = town.receipt(&format!("P{payment}"));
                    let line = format!("P{payment},convenience,3,{},{},,{}", held.levy_key, held.paid_on, held.yen.0);
                    town.run("payments-import", &json!({ "list": line }));
                }
                4 => {
                    town.done("appropriate", &json!({}));
                }
                5 => {
                    town.done("refund-notices", &json!({ "claim_by": "2026-12-25", "addressee_no": crate::town::person(1) }));
                }
                _ => {}
            }
            town.verified();
        }
    }
}
