//! 還付, 不納欠損 and 収滞納照会: what goes to the accounting and comes back, and what others may ask.

use std::collections::BTreeMap;
use std::fs;

use counterparts::{Mishap, Sender};
use linkage::Phase;
use office::Ready;
use register::{AsOf, ViewExt};
use serde_json::{Value, json};
use tax_collection::records::Instalment;
use transport::{Question, Verdict};

use super::house::TestHouse;

const PLACE: &str = "financial-accounting";

fn run(house: &TestHouse, function: &str, input: &Value) -> Value {
    let ran = house.run_confirming("zeimu", &format!("tax-collection/{function}"), input);
    ran.answer.map(|answer| answer.data).unwrap_or_default()
}

fn person(house: &TestHouse) -> String {
    house.move_in();
    house.settle();
    let mut people =
        house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap().subjects;
    people.sort();
    people.remove(0)
}

/// A levy by the number of its notice, and its key.
fn levy(house: &TestHouse, person: &str, serial: u64, year: i16, amount: i64) -> String {
    let notice = domain::slip::NoticeNo::from_serial(serial).unwrap();
    let input = json!({
        "tax_item": "04", "tax_year": year, "levy_year": year, "notice_no": notice.to_string(), "instalment": 1,
        "history_no": 1, "addressee_no": person, "amount": amount, "due_on": format!("{year}-06-01"),
        "decided_on": format!("{year}-05-01"),
    });
    run(house, "levy-entry", &input);
    format!("04-{year}-{notice}-01")
}

fn pay(house: &TestHouse, no: &str, key: &str, amount: i64) {
    let list = format!("{no},bank,2,{key},2026-05-20,2026-05-21,{amount}");
    run(house, "payments-import", &json!({ "list": list }));
    run(house, "clear", &json!({}));
}

fn state(house: &TestHouse, key: &str) -> String {
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let levy = view.load::<Instalment>(key).unwrap().unwrap().record;
    levy.state().label().to_owned()
}

/// The lines of the files whose names begin so, heading left out.
fn sent(house: &TestHouse, prefix: &str) -> Vec<String> {
    let out = house.place(PLACE).out();
    let mut lines = Vec::new();
    for entry in fs::read_dir(out).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with(prefix) && name.ends_with(".csv") {
            let text = String::from_utf8(fs::read(&path).unwrap()).unwrap();
            lines.extend(text.lines().skip(1).map(str::to_owned));
        }
    }
    lines.sort();
    lines
}

fn answers(house: &TestHouse, link: &str) -> (Sender, Vec<String>) {
    let running = house.office.links().get(link).unwrap();
    let Ok(Ready::Inward(inward)) = &running.ready else { panic!("{link}") };
    let place = Box::new(house.place(PLACE).other_side());
    let items = inward.plan.layout().items().into_iter().map(str::to_owned).collect();
    (Sender::new(place, link, &running.link.dataset, &inward.file_prefix, inward.plan.clone()), items)
}

fn taken(house: &TestHouse) {
    let answered = house.receiver(PLACE).turn().unwrap();
    assert!(answered.iter().all(|one| one.verdict == Verdict::Applied), "{answered:?}");
    house.settle();
}

#[test]
fn a_refund_is_asked_of_the_accounting_and_booked_when_it_was_paid() {
    let house = TestHouse::new();
    let person = person(&house);
    let key = levy(&house, &person, 1, 2026, 10_800);
    pay(&house, "P1", &key, 12_000);
    assert_eq!(state(&house, &key), "過納");
    let overpaid = format!("{key}-01");
    run(&house, "refund-notices", &json!({ "claim_by": "2026-12-25" }));
    let claim = json!({
        "overpayment_key": overpaid, "bank": "9990", "branch": "001", "account_type": "1", "account_no": "0012345",
        "holder_kana": "カクウ　イチロウ",
    });
    // The account is not in the name of who is due the money: two people look at it.
    for clerk in ["tanaka", "suzuki"] {
        house.run_confirming(clerk, "tax-collection/refund-claim", &claim);
    }
    house.settle();
    assert_eq!(sent(&house, "kanpu_"), [""; 0], "a claim is not yet a payment");
    taken(&house);
    run(&house, "refund", &json!({ "pay_on": "2026-11-20" }));
    house.settle();
    let lines = sent(&house, "kanpu_");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with(&format!("{overpaid},{person},2026-11-20,1200,")), "{lines:?}");
    taken(&house);
    // Sent once, however often the links turn.
    house.settle();
    assert_eq!(sent(&house, "kanpu_").len(), 1);

    let (mut accounting, items) = answers(&house, "refund-results-from-accounting");
    let result = |key: &str, on: &str, outcome: &str| -> Vec<String> {
        let cell = |item: &String| match item.as_str() {
            "paid_on" => on,
            "outcome" => outcome,
            _ => key,
        };
        items.iter().map(|item| cell(item).to_owned()).collect()
    };
    let row = |key: &str, on: &str| result(key, on, "");
    // One nobody asked for is held with words; the good row beside it is booked.
    for (what, rows, held, stands) in [
        ("頼んでいない整理番号", vec![row("04-2026-0000000999-01-01", "2026-11-20")], 1, "過納"),
        ("支払った", vec![row(&overpaid, "2026-11-20"), row("x", "2026-11-20")], 1, "完納"),
        ("同じ結果がもう一度", vec![row(&overpaid, "2026-11-20")], 0, "完納"),
        ("知らない結果", vec![result(&overpaid, "2026-11-20", "9")], 1, "完納"),
        ("口座がなく、戻ってきた", vec![result(&overpaid, "2026-11-20", "2")], 0, "過納"),
    ] {
        accounting.send(&rows, false, "2026-11-30", Mishap::None).unwrap();
        house.settle();
        let newest = house.office.deliveries("refund-results-from-accounting", None, 1).unwrap().remove(0);
        assert_eq!(
            (newest.phase, newest.refused.len()),
            (Phase::Applied, held),
            "{what}: {:?}",
            newest.refused
        );
        assert_eq!(state(&house, &key), stands, "{what}");
    }
    house.sound();
}

#[test]
fn what_is_given_up_is_told_to_the_accounting_whole() {
    let house = TestHouse::new();
    let person = person(&house);
    let old = levy(&house, &person, 2, 2020, 7_200);
    let new = levy(&house, &person, 3, 2026, 5_000);
    let told = run(&house, "write-off", &json!({ "decision_no": "決裁1" }));
    assert_eq!(told["count"], json!(1), "{told}");
    assert_eq!((state(&house, &old).as_str(), state(&house, &new).as_str()), ("不納欠損", "未納"));
    house.settle();
    assert_eq!(sent(&house, "funoketsuson_"), [""; 0], "once a year");
    let caller = TestHouse::caller("suzuki", &["office/links"]);
    for run in 1..3 {
        house.office.run_link(&caller, "write-offs-to-accounting").unwrap();
        house.settle();
        taken(&house);
        // A full extract: every run has all of it.
        let lines = sent(&house, "funoketsuson_");
        assert_eq!(lines.len(), run, "{lines:?}");
        assert!(lines.iter().all(|line| line.starts_with(&format!("{old},04,2020,2020,"))), "{lines:?}");
        assert!(lines.iter().all(|line| line.contains("決裁1") && line.ends_with(",7200,0")), "{lines:?}");
    }
    house.sound();
}

#[test]
fn others_ask_how_a_person_stands() {
    let house = TestHouse::new();
    let person = person(&house);
    let paid = levy(&house, &person, 4, 2026, 10_800);
    levy(&house, &person, 5, 2025, 7_200);
    pay(&house, "P2", &paid, 10_800);
    let caller = TestHouse::caller("sato", &["office/inquiry"]);
    for link in [
        "resident-asks-collection",
        "property-tax-asks-collection",
        "inhabitant-tax-asks-collection",
        "health-insurance-asks-collection",
        "long-term-care-asks-collection",
    ] {
        let asked = Question {
            subjects: vec![person.clone(), "999999999999990".into()],
            purpose: "証明の受付".into(),
        };
        let told = house.office.ask(&caller, link, &asked).unwrap().answer;
        assert_eq!(
            (told.rows.len(), told.missing.as_slice()),
            (1, ["999999999999990".to_owned()].as_slice())
        );
        let cells: BTreeMap<&str, &str> =
            told.items.iter().map(String::as_str).zip(told.rows[0].iter().map(|cell| &**cell)).collect();
        let sums = ["levied", "paid", "open", "oldest_due_on", "by_tax"].map(|item| cells[item]);
        assert_eq!(sums, ["18000", "10800", "7200", "2025-06-02", "04:18000:10800:7200"], "{link}");
    }
    house.sound();
}
