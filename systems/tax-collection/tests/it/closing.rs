//! 決算: what is given up, what is carried over, and that no yen is lost on the way.

use std::collections::BTreeMap;

use domain::{Date, FiscalYear};
use jiff::ToSpan;
use proptest::prelude::*;
use register::ViewExt as _;
use serde_json::{Value, json};
use tax_collection::records::{
    Account, CLOSING, Cause, Closing, INSTALMENT, Instalment, RECEIPT, Receipt, ReceiptState,
};
use testkit::bench::verify;

use crate::town::{Town, key, known, levy, person};

fn on(day: &str) -> Date {
    day.parse().unwrap()
}

fn codes(town: &mut Town, id: &str, input: &Value) -> Vec<String> {
    town.refused(id, input).iter().map(|text| text.split(' ').next().unwrap().to_owned()).collect()
}

/// The balance of each account in each account year, over all books.
fn years(town: &Town) -> BTreeMap<(FiscalYear, Account), i64> {
    let mut sums = BTreeMap::new();
    let mut add = |entries: &[tax_collection::records::Entry]| {
        for entry in entries {
            *sums.entry((entry.year, entry.debit)).or_default() += entry.yen.0;
            *sums.entry((entry.year, entry.credit)).or_default() -= entry.yen.0;
        }
    };
    for (key, _) in town.memory.register(&INSTALMENT) {
        add(town.memory.load::<Instalment>(&key).unwrap().unwrap().record.book.entries());
    }
    for (key, _) in town.memory.register(&RECEIPT) {
        add(town.memory.load::<Receipt>(&key).unwrap().unwrap().record.book.entries());
    }
    sums
}

fn of(sums: &BTreeMap<(FiscalYear, Account), i64>, year: i16, account: Account) -> i64 {
    sums.get(&(FiscalYear(year), account)).copied().unwrap_or_default()
}

/// 調定 = 収納 − 過誤納 + 欠損 + 繰越 up to a year that is closed; nothing is left of it elsewhere.
fn settled(town: &Town, year: i16) {
    let sums = years(town);
    let of = |account| {
        sums.iter().filter(|((of, on), _)| of.0 <= year && *on == account).map(|(_, yen)| yen).sum::<i64>()
    };
    assert_eq!(of(Account::Receivable), 0, "{year}");
    assert_eq!(of(Account::Unapplied), 0, "{year}");
    let received = of(Account::Cash) + of(Account::Overpaid) + of(Account::Addition);
    assert_eq!(-of(Account::Levied), received + of(Account::WrittenOff) + of(Account::Carried), "{year}");
}

fn me(more: Value) -> Value {
    let mut input = json!({ "addressee_no": person(1) });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// 令和7年度の1期 10,800円。閉鎖のときに何が繰り越されるか。
#[test]
fn what_is_carried_over() {
    let last = "04/2025/1/1";
    for (what, payments, wanted, carried) in [
        ("未納", "", "滞納繰越 open 10800/0/0 paid 0 over 0", Some(10_800)),
        ("完納", "10800 2025-05-20", "完納 open 0/0/0 paid 10800 over 0", None),
        ("一部納付", "5000 2025-05-20", "滞納繰越 open 5800/0/0 paid 5000 over 0", Some(5_800)),
        ("出納整理期間の納付は旧年度", "10800 2026-05-31", "完納 open 0/0/0 paid 10800 over 0", None),
        ("6月1日の納付は新年度", "10800 2026-06-01", "完納 open 0/0/0 paid 10800 over 0", Some(10_800)),
        ("両方", "5000 2026-05-31\n5800 2026-06-01", "完納 open 0/0/0 paid 10800 over 0", Some(5_800)),
    ] {
        let mut town = Town::new();
        town.today = on("2026-06-10");
        town.levies(&format!("{last} 10800"));
        for payment in payments.lines() {
            town.pay(&format!("{last} {payment}"));
        }
        let trial = town.done("carry-over", &json!({ "year": "2025", "dry_run": true }));
        assert_eq!(trial["total_yen"], json!(carried.unwrap_or(0)), "{what}");
        assert_eq!(town.memory.register(&CLOSING).len(), 0, "{what}");
        let told = town.done("carry-over", &json!({ "year": "2025" }));
        assert_eq!(
            (&told["complete"], &told["total_yen"]),
            (&json!(true), &json!(carried.unwrap_or(0))),
            "{what}"
        );
        assert_eq!(town.stands(last), wanted, "{what}");
        let held = town.instalment(last);
        assert_eq!(held.carried_into.map(|year| year.0), carried.map(|_| 2026), "{what}");
        // The due date stays, and with it the charge: 2025-06-01 was a Sunday.
        assert_eq!(held.due_on, on("2025-06-02"), "{what}");
        settled(&town, 2025);
        // What came in behind the closing's last day went the same way.
        assert_eq!(
            (town.balance(Account::Receivable), town.balance(Account::Carried)),
            (0, held.open_total().0),
            "{what}"
        );
        town.verified();
    }
    // What was carried over is paid into the new year, also in the months in which the old one is open still.
    let mut town = Town::new();
    town.today = on("2025-06-01");
    town.levies("04/2024/1/1 1900");
    town.done("carry-over", &json!({ "year": "2024" }));
    town.today = on("2026-05-20");
    town.pay("04/2024/1/1 1900 2026-05-20");
    assert_eq!(of(&years(&town), 2026, Account::Carried), -1_900);
    town.verified();
}

/// 令和7年度の会計を閉鎖した後の、令和7年度分の課税。調定年度が令和7年度のままなら確かめさせ、どちらも令和8年度の過年度分になる。
#[test]
fn what_is_levied_behind_a_closing_is_of_an_older_year() {
    for (levy_year, wanted) in [("2025", "TXC92"), ("2026", "")] {
        let mut town = Town::new();
        town.today = on("2026-06-10");
        town.take("addressees", &[known(1)]);
        town.levies("04/2025/1/1 10800\n04/2026/2/1 7200");
        town.done("carry-over", &json!({ "year": "2025" }));
        let levy = me(json!({
            "tax_item": "04", "tax_year": "2025", "levy_year": levy_year, "notice_no": "0000000031",
            "instalment": "1", "history_no": "1", "amount": "3900", "due_on": "2026-07-10",
            "decided_on": "2026-06-10",
        }));
        let outcome = town.run("levy-entry", &levy);
        let codes: Vec<&str> = outcome.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes.join(" "), wanted, "{levy_year}");
        let told = town.done("statistics", &json!({ "account_year": 2026 }));
        let rows: Vec<String> = told["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| format!("{} {}", row["class_label"].as_str().unwrap(), row["assessed_yen"]))
            .collect();
        assert_eq!(rows, ["現年課税分 7200", "過年度分 3900", "滞納繰越分 10800"], "{levy_year}");
        // The closed year is what it was.
        let closed = town.done("statistics", &json!({ "account_year": 2025 }));
        assert_eq!(closed["rows"][0]["assessed_yen"], json!(10_800), "{levy_year}");
        town.verified();
    }
}

#[test]
fn closings_that_are_refused() {
    let mut town = Town::new();
    town.today = on("2026-05-31");
    town.levies("04/2025/1/1 10800\n04/2025/2/1 7200");
    let input = json!({ "year": "2025" });
    assert_eq!(codes(&mut town, "carry-over", &input), ["TXC70"]);
    town.today = on("2026-06-01");
    town.receive(&format!("A,bank,2,{},2026-05-20,,10800", key("04/2025/1/1")));
    assert_eq!(codes(&mut town, "carry-over", &input), ["TXC72"]);
    town.done("clear", &json!({}));
    town.done("carry-over", &input);
    assert_eq!(codes(&mut town, "carry-over", &input), ["TXC71"]);
    assert_eq!(codes(&mut town, "carry-over", &json!({ "year": "2024" })), ["TXC71"]);
    assert_eq!(codes(&mut town, "carry-over", &json!({ "year": "2026" })), ["TXC70"]);
    town.verified();
}

/// 見込納付: 令和8年3月に納めた、令和8年度の調定。令和8年度の収入になり、令和7年度の閉鎖では繰り越されない。
#[test]
fn what_was_paid_ahead_counts_into_the_year_of_its_levy() {
    let line = format!("A,bank,2,{},2026-03-20,,5000", key("1"));
    for (what, levied_on) in [("閉鎖の前に賦課", "2026-05-20"), ("閉鎖の後に賦課", "2026-06-20")]
    {
        let mut town = Town::new();
        town.today = on("2026-05-20");
        town.levies("04/2025/1/1 7200");
        town.receive(&line);
        town.done("clear", &json!({}));
        assert_eq!(
            (town.receipt("A").year, town.receipt("A").state),
            (FiscalYear(2025), ReceiptState::Suspense)
        );
        let early = levied_on < "2026-06";
        if early {
            town.levies("1 10800");
            town.done("clear", &json!({}));
        }
        town.today = on("2026-06-10");
        let told = town.done("carry-over", &json!({ "year": "2025" }));
        assert_eq!((&told["count"], &told["total_yen"]), (&json!(1), &json!(7_200)), "{what}");
        if !early {
            town.levies("1 10800");
            town.done("clear", &json!({}));
        }
        let held = town.instalment("1");
        assert_eq!(held.carried_into, None, "{what}");
        assert_eq!(town.stands("1"), "一部納付 open 5800/0/0 paid 5000 over 0", "{what}");
        assert!(held.book.entries().iter().all(|entry| entry.year == FiscalYear(2026)), "{what}");
        settled(&town, 2025);
        town.verified();
        // At the end of its own year it is carried over with what is left.
        town.today = on("2027-06-10");
        let told = town.done("carry-over", &json!({ "year": "2026" }));
        assert_eq!(town.instalment("1").carried_into, Some(FiscalYear(2027)), "{what}");
        assert_eq!(told["total_yen"], json!(5_800), "{what}");
        town.verified();
    }
    // Known already when it is paid ahead.
    let mut town = Town::new();
    town.today = on("2026-03-25");
    town.levies("1 10800 decided 2026-03-10");
    town.receive(&line);
    town.done("clear", &json!({}));
    assert_eq!(town.receipt("A").year, FiscalYear(2026));
    town.today = on("2026-06-10");
    assert_eq!(town.done("carry-over", &json!({ "year": "2025" }))["count"], json!(0));
    town.verified();
}

/// Money that is told of years late counts into the first year that is open.
#[test]
fn nothing_comes_into_a_closed_year() {
    let mut town = Town::new();
    town.today = on("2026-06-10");
    town.levies("04/2023/1/1 7200\n04/2023/2/1 5000");
    for year in ["2023", "2024", "2025"] {
        town.done("carry-over", &json!({ "year": year }));
    }
    town.receive(&format!(
        "A,bank,2,{},2023-08-01,,7200\nB,bank,2,どこか,2024-08-01,,500",
        key("04/2023/1/1")
    ));
    town.done("clear", &json!({}));
    for no in ["A", "B"] {
        assert_eq!(town.receipt(no).year, FiscalYear(2026), "{no}");
    }
    town.verified();
}

/// A payment that nobody knows waits in the next year; one that is taken back after the closing counts in the open year.
#[test]
fn the_closed_year_stays_as_it_was() {
    let mut town = Town::new();
    town.today = on("2026-06-01");
    town.levies("04/2025/1/1 10800");
    let payment = format!("C,convenience,2,{},2026-03-20,,10800", key("04/2025/1/1"));
    town.receive(&payment);
    town.receive("X,bank,2,どこかの納付書,2026-03-20,,500");
    town.done("clear", &json!({}));
    assert_eq!(town.receipt("X").year, FiscalYear(2025));
    town.done("carry-over", &json!({ "year": "2025" }));
    settled(&town, 2025);
    assert_eq!((town.receipt("X").year, town.receipt("X").state), (FiscalYear(2026), ReceiptState::Suspense));
    town.verified();
    let before: Vec<i64> = Account::ALL.iter().map(|account| of(&years(&town), 2025, *account)).collect();
    town.today = on("2026-07-01");
    town.receive(&payment.replace(",2,04", ",3,04"));
    assert_eq!(town.stands("04/2025/1/1"), "滞納繰越 open 10800/0/0 paid 0 over 0");
    assert_eq!(town.balance(Account::Carried), 10_800);
    town.verified();
    // A correction of the closed year's levy counts in the open one too.
    town.levies("04/2025/1/1 4000 hist 2 decided 2026-07-01");
    assert_eq!(town.stands("04/2025/1/1"), "滞納繰越 open 4000/0/0 paid 0 over 0");
    let after: Vec<i64> = Account::ALL.iter().map(|account| of(&years(&town), 2025, *account)).collect();
    assert_eq!(before, after);
    town.verified();
}

/// 税額10,800円、納期限2020-06-01。基準日までに何があれば、なぜ欠損するか。
#[test]
fn what_is_written_off_and_why() {
    let suspend = |from: &str, immediate: bool| json!({ "action": "suspend", "reason": "1", "on": from, "immediate": immediate });
    for (what, step, input, today, wanted) in [
        ("時効の最後の日", "", json!({}), "2025-06-01", ""),
        ("時効の完成", "", json!({}), "2025-06-02", "消滅時効の完成"),
        ("督促で延びた", "reminders", json!({ "sent_on": "2020-06-20" }), "2025-06-30", ""),
        ("督促から5年", "reminders", json!({ "sent_on": "2020-06-20" }), "2025-07-01", "消滅時効の完成"),
        (
            "差押中",
            "seizure",
            json!({ "kind": "seizure", "property_kind": "real-estate", "property": "土地" }),
            "2026-06-01",
            "",
        ),
        ("停止3年の最後の日", "suspension", suspend("2021-04-01", false), "2024-04-01", ""),
        ("停止3年", "suspension", suspend("2021-04-01", false), "2024-04-02", "執行停止が3年継続"),
        ("即時消滅", "suspension", suspend("2021-04-01", true), "2021-04-01", "即時消滅"),
        (
            "誓約で延びた",
            "pledge",
            json!({ "rows": [{ "on": "2021-12-01", "yen": "10800" }] }),
            "2026-04-01",
            "",
        ),
        (
            "誓約から5年",
            "pledge",
            json!({ "rows": [{ "on": "2021-12-01", "yen": "10800" }] }),
            "2026-04-02",
            "消滅時効の完成",
        ),
    ] {
        let mut town = Town::new();
        town.take("addressees", &[known(1)]);
        town.today = on("2020-06-20");
        town.levies("04/2020/1/1 10800");
        if step == "seizure" {
            town.done("reminders", &json!({}));
        }
        if step != "reminders" {
            town.today = on("2021-04-01");
        }
        if !step.is_empty() {
            town.done(step, &me(input));
        }
        town.today = on(today);
        let trial = town.done("write-off", &json!({ "dry_run": true }));
        let told = town.done("write-off", &json!({ "decision_no": "決裁1" }));
        assert_eq!((&trial["rows"], &trial["total_yen"]), (&told["rows"], &told["total_yen"]), "{what}");
        let row = told["rows"].as_array().unwrap().first();
        assert_eq!(row.map_or("", |row| row["reason_label"].as_str().unwrap()), wanted, "{what}");
        assert_eq!(town.instalment("04/2020/1/1").write_off.is_some(), !wanted.is_empty(), "{what}");
        if !wanted.is_empty() {
            assert!(town.stands("04/2020/1/1").starts_with("不納欠損 open 0/0/0"), "{what}");
        }
        assert_eq!(town.done("write-off", &json!({ "decision_no": "決裁1" }))["count"], json!(0), "{what}");
        town.verified();
    }
}

#[test]
fn write_offs_that_are_refused() {
    let mut town = Town::new();
    town.today = on("2025-06-02");
    town.levies("04/2020/1/1 10800\n04/2025/2/1 7200 due 2025-05-31\n04/2020/3/1 3900 of 2");
    let one = |no: &str| json!({ "levy_keys": key(no), "decision_no": "決裁1" });
    assert_eq!(codes(&mut town, "write-off", &json!({})), ["TXC68"]);
    assert_eq!(
        codes(&mut town, "write-off", &json!({ "decision_no": "決裁1", "on": "2025-06-03" })),
        ["TXC53"]
    );
    assert_eq!(codes(&mut town, "write-off", &one("9")), ["TXC01"]);
    assert_eq!(codes(&mut town, "write-off", &one("04/2025/2/1")), ["TXC69"]);
    // A running deferment keeps a debt, asked for by name or not. It was granted when the limitation had been completed.
    let deferred = json!({
        "action": "grant", "kind": "conversion", "reason": "21", "from": "2025-06-02", "to": "2026-06-01", "levy_keys": key("04/2020/1/1"),
    });
    town.done("deferment", &me(deferred));
    assert_eq!(codes(&mut town, "write-off", &one("04/2020/1/1")), ["TXC69"]);
    let told = town.done("write-off", &json!({ "decision_no": "決裁1" }));
    assert_eq!((&told["count"], &told["kept_back"][0]["why"]), (&json!(1), &json!("猶予の期間中です")));
    assert!(town.instalment("04/2020/1/1").write_off.is_none());
    // Paid behind the write-off: nothing was owed.
    town.pay("04/2020/3/1 3900 2025-06-02");
    assert_eq!(town.stands("04/2020/3/1"), "過納 open 0/0/0 paid 0 over 3900");
    town.verified();
}

/// What was given up is not owed to anybody when the levy is taken back.
#[test]
fn a_levy_taken_back_behind_its_write_off_owes_nobody() {
    let mut town = Town::new();
    town.today = on("2025-06-02");
    town.levies("04/2020/1/1 10800");
    town.pay("04/2020/1/1 800 2020-05-20");
    town.today = on("2025-06-20");
    town.done("write-off", &json!({ "decision_no": "決裁1" }));
    assert_eq!(town.stands("04/2020/1/1"), "不納欠損 open 0/0/0 paid 800 over 0");
    town.levies("04/2020/1/1 4000 hist 2 decided 2025-06-20");
    assert_eq!(town.stands("04/2020/1/1"), "不納欠損 open 0/0/0 paid 800 over 0");
    assert_eq!(town.balance(Account::WrittenOff), 3_200);
    town.levies("04/2020/1/1 0 hist 3 decided 2025-06-20");
    assert_eq!(town.stands("04/2020/1/1"), "過納 open 0/0/0 paid 0 over 800");
    town.verified();
}

/// More than one part: each run does some and says how many are left; what is done is passed over.
#[test]
fn batches_go_on_where_they_stopped() {
    const PERSONS: u64 = 5_003;
    let mut town = Town::new();
    town.today = on("2025-06-20");
    let persons: Vec<u64> = (1..=PERSONS).collect();
    for some in persons.chunks(10) {
        town.take("addressees", &some.iter().map(|no| known(*no)).collect::<Vec<_>>());
        let line = |no: &u64| levy(&format!("04/2025/{no}/1 10800 of {no}"));
        town.take("levies", &some.iter().map(line).collect::<Vec<_>>());
    }
    assert_eq!(town.done("register-cases", &json!({}))["count"], json!(PERSONS));
    assert_eq!(town.done("register-cases", &json!({}))["count"], json!(0));
    for (count, left) in [(5_000, 3), (3, 0), (0, 0)] {
        let outcome = town.run("reminders", &json!({}));
        assert_eq!((&outcome.answer.unwrap().data["count"], outcome.left), (&json!(count), left));
    }
    // Cut behind its first part, the closing goes on another day; the year is shut meanwhile.
    town.today = on("2026-06-01");
    let outcome = town.run("carry-over", &json!({ "year": "2025" }));
    assert_eq!((&outcome.answer.unwrap().data["complete"], outcome.left), (&json!(false), 3));
    let last = format!("04/2025/{PERSONS}/1");
    town.receive(&format!("P,bank,2,{},2026-05-20,,10800", key(&last)));
    assert_eq!(town.receipt("P").year, FiscalYear(2026));
    town.done("clear", &json!({}));
    town.today = on("2026-06-02");
    let outcome = town.run("carry-over", &json!({ "year": "2025" }));
    let data = outcome.answer.unwrap().data;
    assert_eq!((&data["count"], &data["total_yen"], outcome.left), (&json!(PERSONS), &json!(54_532_700), 0));
    let closing = town.memory.load::<Closing>("2025").unwrap().unwrap().record;
    assert!(closing.complete);
    assert_eq!(verify(&town.system, &town.memory), Vec::<String>::new());
    settled(&town, 2025);
    assert_eq!(town.done("refresh-balances", &json!({}))["count"], json!(PERSONS));
    assert_eq!(town.done("refresh-balances", &json!({}))["count"], json!(0));
}

/// A year day by day: levies of four taxes, payments on time, late, in part, twice and not at all, reminders, a plan, a
/// write-off; the closing leaves no difference.
#[test]
fn a_simulated_year_closes_with_no_difference() {
    let mut town = Town::new();
    let people = 40_u64;
    town.take("addressees", &(1..=people).map(known).collect::<Vec<_>>());
    town.today = on("2025-05-10");
    let due = [
        ("04", ["2025-06-02"].as_slice()),
        ("03", &["2025-06-02", "2025-07-31", "2025-12-25", "2026-03-02"]),
        ("07", &["2025-09-01", "2026-02-02"]),
    ];
    let mut levies = Vec::new();
    for no in 1..=people {
        for (item, days) in due {
            for (instalment, day) in (1..).zip(days) {
                let yen = 2_000 + i64::try_from(no * 977 % 90_000).unwrap() + 1_000 * instalment;
                let name = format!("{item}/2025/{no}/{instalment}");
                town.levies(&format!("{name} {yen} due {day} of {no}"));
                levies.push((name, yen, on(day), no));
            }
        }
    }
    // An old debt that has ended: nobody is reminded of it, and it is given up at the end of the year.
    town.levies("04/2019/900/1 10800 of 1");
    let mut payments = 0;
    let mut day = on("2025-05-11");
    while day <= on("2026-05-31") {
        town.today = day;
        for (name, yen, due, no) in &levies {
            let later = |days: i64| due.checked_add(days.days()).unwrap() == day;
            let paid = match no % 8 {
                0..=3 if later(-3) => Some(*yen),
                4 if later(70) => Some(yen + 5_000),
                5 if later(40) || later(90) => Some(yen / 2),
                6 if later(-10) || later(2) => Some(*yen),
                _ => None,
            };
            if let Some(yen) = paid {
                payments += 1;
                let line = format!("S{payments},bank,2,{},{day},,{yen}", key(name));
                town.receive(&line);
            }
        }
        town.done("clear", &json!({}));
        if day.day() == 20 {
            town.done("reminders", &json!({}));
            town.done("register-cases", &json!({}));
            town.done("refresh-balances", &json!({}));
            town.verified();
        }
        day = day.tomorrow().unwrap();
    }
    town.done("write-off", &json!({ "decision_no": "令和7年度第1号" }));
    town.today = on("2026-06-01");
    town.done("carry-over", &json!({ "year": "2025" }));
    town.verified();
    settled(&town, 2025);
    let sums = years(&town);
    assert!(0 < of(&sums, 2025, Account::Carried) && 0 < payments);
    assert_eq!(of(&sums, 2025, Account::WrittenOff) + of(&sums, 2026, Account::WrittenOff), 10_800);
    let owed: i64 = town
        .memory
        .register(&INSTALMENT)
        .iter()
        .map(|(key, _)| town.memory.load::<Instalment>(key).unwrap().unwrap().record.open_total().0)
        .sum();
    assert_eq!(owed, town.balance(Account::Carried) + town.balance(Account::Receivable));
    assert_eq!(town.balance(Account::Receivable), 0);
    let refreshed = town.done("refresh-balances", &json!({}));
    assert_eq!(refreshed["total_yen"], json!(owed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is paid, taken back, corrected, reminded, deferred, remitted, suspended, given up and carried over in whatever
    /// order, the books agree after each step, and a year that is closed stays at zero.
    #[test]
    fn the_books_agree_through_arrears_and_closings(
        steps in proptest::collection::vec((0..12_u8, 1..4_u64, 1..30_000_i64, 1..120_i64), 1..32),
    ) {
        let mut town = Town::new();
        town.take("addressees", &(1..4).map(known).collect::<Vec<_>>());
        town.today = on("2020-05-20");
        town.levies("04/2020/1/1 65000 of 1\n04/2020/2/1 7200 of 1\n07/2020/3/1 129000 of 2");
        let notice = |no: u64| ["04/2020/1/1", "04/2020/2/1", "07/2020/3/1"][usize::try_from(no - 1).unwrap()];
        let (mut history, mut payment) = (1, 0);
        let mut closed: Vec<i16> = Vec::new();
        for (step, no, yen, days) in steps {
            let levy = key(notice(no));
            let owner = person(if no == 3 { 2 } else { 1 });
            let today = town.today;
            match step {
                0 => {
                    history += 1;
                    let owner = if no == 3 { 2 } else { 1 };
                    town.levies(&format!("{} {yen} due 2020-06-01 hist {history} decided {today} of {owner}", notice(no)));
                }
                1 | 2 => {
                    payment += 1;
                    // Often just what is owed, so that charges are fixed.
                    let open = town.instalment(notice(no)).open_total().0;
                    let yen = if yen % 2 == 0 && 0 < open { open } else { yen * 3 };
                    town.receive(&format!("P{payment},convenience,2,{levy},{today},,{yen}"));
                }
                3 => {
                    town.done("clear", &json!({}));
                }
                4 if 0 < payment => {
                    let held = town.receipt(&format!("P{}", 1 + u64::try_from(yen).unwrap() % payment));
                    let line = format!("{},convenience,3,{},{today},,{}", held.payment_no, held.levy_key, held.yen.0);
                    town.run("payments-import", &json!({ "list": line }));
                }
                5 => {
                    town.run("reminders", &json!({}));
                }
                6 => {
                    let to = today.checked_add(days.days()).unwrap();
                    let action = if yen % 2 == 0 { "grant" } else { "cancel" };
                    town.run("deferment", &json!({
                        "addressee_no": owner, "action": action, "no": if action == "cancel" { "1" } else { "" },
                        "kind": "collection", "reason": "11", "from": today.to_string(), "to": to.to_string(),
                    }));
                }
                7 => {
                    town.run("remission", &json!({ "addressee_no": owner, "reason": "2", "decision": "granted", "share": "half" }));
                }
                8 => {
                    town.run("suspension", &json!({ "addressee_no": owner, "action": "suspend", "reason": "1", "immediate": yen % 2 == 0 }));
                    town.run("write-off", &json!({ "decision_no": "決裁" }));
                }
                9 => {
                    town.run("appropriate", &json!({}));
                }
                10 => {
                    let year = FiscalYear::of(town.today).previous().0;
                    let outcome = town.run("carry-over", &json!({ "year": year.to_string() }));
                    if outcome.findings.is_empty() {
                        closed.push(year);
                    }
                }
                _ => {
                    town.today = today.checked_add((days * 3).days()).unwrap().min(on("2026-11-20"));
                }
            }
            town.verified();
            for year in &closed {
                settled(&town, *year);
            }
        }
        // At the end everything comes to rest.
        town.today = on("2026-11-20");
        town.done("clear", &json!({}));
        town.run("carry-over", &json!({ "year": "2025" }));
        town.verified();
        settled(&town, 2025);
    }
}

/// The causes the ledger has are those this file and its neighbours make.
#[test]
fn a_write_off_and_a_carrying_over_say_so_in_the_ledger() {
    let mut town = Town::new();
    town.today = on("2026-06-01");
    town.levies("04/2020/1/1 10800");
    town.done("carry-over", &json!({ "year": "2025" }));
    town.done("write-off", &json!({ "decision_no": "決裁7" }));
    let held = town.instalment("04/2020/1/1");
    let causes: Vec<(Cause, i16, &str)> = held
        .book
        .entries()
        .iter()
        .map(|entry| (entry.cause, entry.year.0, entry.reference.as_str()))
        .collect();
    assert_eq!(
        causes,
        [(Cause::Levy, 2020, ""), (Cause::CarryOver, 2020, ""), (Cause::WriteOff, 2026, "決裁7")]
    );
}
