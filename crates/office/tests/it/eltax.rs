//! 共通納税, 軽JNKS, 軽OSS and the system of case files: what goes to them and what they bring.

use std::fs;

use counterparts::{InspectionAnswer, Mishap, Sender, VehicleInspection, VehiclePayment};
use domain::slip::LevyKey;
use linkage::Phase;
use office::Ready;
use register::{AsOf, ViewExt};
use serde_json::{Value, json};
use tax_collection::records::Instalment;
use transport::Verdict;

use super::house::TestHouse;

fn run(house: &TestHouse, function: &str, input: &Value) -> Value {
    let ran = house.run_confirming("zeimu", function, input);
    ran.answer.map(|answer| answer.data).unwrap_or_default()
}

/// A house whose links have begun, with a person who owes the tax of a plate.
fn owing() -> (TestHouse, String, String) {
    let house = TestHouse::new();
    house.settle();
    house.move_in();
    house.settle();
    let mut people =
        house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap().subjects;
    people.sort();
    let person = people.remove(0);
    let notice = domain::slip::NoticeNo::from_serial(1).unwrap();
    let levy = json!({
        "tax_item": "04", "tax_year": 2026, "levy_year": 2026, "notice_no": notice.to_string(), "instalment": 1,
        "history_no": 1, "addressee_no": person, "amount": 10_800, "due_on": "2026-06-01", "decided_on": "2026-05-01",
        "object": "鳥取 580 あ 1001",
    });
    run(&house, "tax-collection/levy-entry", &levy);
    (house, person, format!("04-2026-{notice}-01"))
}

/// Starts a link and gives the new lines it left at its place, heading left out; the receiver takes them.
fn lines(house: &TestHouse, link: &str) -> Vec<String> {
    house.office.run_link(&TestHouse::caller("suzuki", &["office/links"]), link).unwrap();
    house.settle();
    let place = house.office.links().get(link).unwrap().link.place().unwrap().to_owned();
    let newest = house.office.deliveries(link, None, 1).unwrap().remove(0);
    let text = String::from_utf8(
        fs::read(house.place(&place).out().join(newest.file_name.as_deref().unwrap())).unwrap(),
    )
    .unwrap();
    let answered = house.receiver(&place).turn().unwrap();
    assert!(answered.iter().all(|one| one.verdict == Verdict::Applied), "{answered:?}");
    house.settle();
    text.lines().skip(1).map(str::to_owned).collect()
}

/// Sends rows as the other side of a link, `item=value` each, and gives what was held of them.
fn bring(house: &TestHouse, link: &str, rows: &[&[(&str, &str)]]) -> Vec<String> {
    let running = house.office.links().get(link).unwrap();
    let Ok(Ready::Inward(inward)) = &running.ready else { panic!("{link}") };
    let place = Box::new(house.place(running.link.place().unwrap()).other_side());
    let before = house.office.deliveries(link, None, 1).unwrap().first().map_or(0, |newest| newest.no);
    let mut sender =
        Sender::new(place, link, &running.link.dataset, &inward.file_prefix, inward.plan.clone())
            .going_on_with(before + 1);
    let value = |row: &[(&str, &str)], item: &str| {
        row.iter().find(|(name, _)| *name == item).map_or(String::new(), |(_, value)| (*value).to_owned())
    };
    let items = inward.plan.layout().items();
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| items.iter().map(|item| value(row, item)).collect()).collect();
    sender.send(&rows, false, "2026-11-20", Mishap::None).unwrap();
    house.settle();
    let newest = house.office.deliveries(link, None, 1).unwrap().remove(0);
    assert_eq!((newest.no, newest.phase), (before + 1, Phase::Applied), "{link}");
    newest.refused.iter().map(|refused| refused.message.clone()).collect()
}

/// Sends 軽JNKS what is new, and gives what it answers about the plate.
fn inspected(house: &TestHouse, jnks: &mut VehicleInspection) -> InspectionAnswer {
    for line in lines(house, "light-vehicle-payments-to-jnks") {
        let cells: Vec<&str> = line.split(',').collect();
        let [levy_key, history_no, plate, tax_year, levied, paid, due_on, _, standing] = cells[..] else {
            panic!("{line}")
        };
        let payment = VehiclePayment {
            levy_key: levy_key.to_owned(),
            history_no: history_no.parse().unwrap(),
            plate: plate.to_owned(),
            tax_year: tax_year.parse().unwrap(),
            levied: levied.parse().unwrap(),
            paid: paid.parse().unwrap(),
            due_on: due_on.parse().unwrap(),
            standing: standing.parse().unwrap(),
        };
        jnks.take(payment).unwrap();
    }
    jnks.answer("鳥取 580 あ 1001", "2026-11-20".parse().unwrap())
}

fn state(house: &TestHouse, key: &str) -> String {
    let view = house.office.journal().view(AsOf::default()).unwrap();
    view.load::<Instalment>(key).unwrap().unwrap().record.state().label().to_owned()
}

#[test]
fn common_payment_is_told_what_may_be_paid_and_tells_what_was() {
    let (house, _, key) = owing();
    let customer = LevyKey::parse(&key).unwrap().customer_no();
    let slip = |payable: &str| format!("{key},{customer},04,2026,10800,2026-06-01,{payable}");
    assert_eq!(lines(&house, "slips-to-eltax"), [slip("1")]);
    assert_eq!(lines(&house, "demands-to-common-payment"), [slip("1")]);
    let plate = |standing: &str, paid: &str| format!("{key},鳥取 580 あ 1001,2026,10800,{paid},{standing}");
    let told = |link: &str| -> Vec<String> {
        // Without the version, which is the journal's.
        let cells = |line: String| {
            let cells: Vec<&str> = line.split(',').collect();
            [cells[0], cells[2], cells[3], cells[4], cells[5], cells[8]].join(",")
        };
        lines(&house, link).into_iter().map(cells).collect()
    };
    assert_eq!(told("light-vehicle-payments-to-eltax"), [plate("2", "0")]);

    // Told of: no more to be paid, and no money yet.
    let paid =
        [("payment_no", "E1"), ("customer_no", &*customer), ("paid_on", "2026-11-18"), ("amount", "10800")];
    assert_eq!(bring(&house, "payments-paid-from-eltax", &[&paid]), [""; 0]);
    run(&house, "tax-collection/clear", &json!({}));
    assert_eq!(state(&house, &key), "未納");
    assert_eq!(lines(&house, "slips-to-eltax"), [slip("0")]);
    let mut jnks = VehicleInspection::default();
    assert_eq!(inspected(&house, &mut jnks), InspectionAnswer::Announced);

    // The money: booked once, whichever of the two partners tells of it, and how often.
    let mut received = paid.to_vec();
    received.push(("received_on", "2026-11-20"));
    for link in
        ["payments-received-from-eltax", "payments-from-common-payment", "payments-received-from-eltax"]
    {
        assert_eq!(bring(&house, link, &[&received]), [""; 0]);
        run(&house, "tax-collection/clear", &json!({}));
        assert_eq!(state(&house, &key), "完納", "a charge below a thousand yen is none");
    }
    assert_eq!(inspected(&house, &mut jnks), InspectionAnswer::Paid);
    let control = |no: &'static str, kind: &'static str, on: &'static str, amount: &'static str| {
        [("control_key", no), ("kind", kind), ("on", on), ("count", "1"), ("amount", amount)]
    };
    let controls = [control("K1", "1", "2026-11-18", "10800"), control("K2", "2", "2026-11-20", "10801")];
    let rows: Vec<&[(&str, &str)]> = controls.iter().map(|row| row.as_slice()).collect();
    assert_eq!(bring(&house, "payment-controls-from-eltax", &rows), [""; 0]);
    let compared = run(&house, "tax-collection/payment-control-list", &json!({ "differing": true }));
    assert_eq!((&compared["count"], &compared["rows"][0]["control_key"]), (&json!(2), &json!("K2")));
    house.sound();
}

#[test]
fn case_files_elsewhere_are_told_and_decide_what_is_given_up() {
    let (house, person, key) = owing();
    let starts = |link: &str, wanted: &str| {
        let sent = lines(&house, link);
        assert!(sent.iter().any(|line| line.starts_with(wanted)), "{link}: {sent:?}");
    };
    starts("assessments-to-case-files", &format!("{key},1,04,2026,2026,"));
    starts("balances-to-case-files", &format!("{key},1,04,2026,{person},10800,0,"));
    starts("addressees-to-case-files", &format!("{person},1,1,1,"));
    let row = |decision_no: &'static str| {
        [("levy_key", &*key), ("decided_on", "2026-11-19"), ("decision_no", decision_no), ("reason", "1")]
    };
    let unknown = [
        ("levy_key", "04-2026-0000000099-01"),
        ("decided_on", "2026-11-19"),
        ("decision_no", "決1"),
        ("reason", "1"),
    ];
    let held = bring(&house, "write-offs-from-case-files", &[&row("決1"), &unknown]);
    assert_eq!(held.len(), 1, "{held:?}");
    assert!(held[0].contains("の期別はありません"), "{held:?}");
    assert_eq!(state(&house, &key), "不納欠損");
    assert!(bring(&house, "write-offs-from-case-files", &[&row("決2")])[0].contains("すでに欠損しています"));
    house.sound();
}

#[test]
fn vehicles_come_from_three_partners_and_go_without_a_name() {
    let (house, person, _) = owing();
    let new = |key: &'static str, number: &'static str, owner: &'static str| {
        vec![
            ("line_key", key),
            ("fiscal_year", "2026"),
            ("line_kind", "1"),
            ("event_on", "2026-11-10"),
            ("event_reason", "01"),
            ("plate_area", "鳥取"),
            ("plate_class", "580"),
            ("plate_kana", "い"),
            ("plate_number", number),
            ("chassis", key),
            ("kind", "passenger"),
            ("use", "private"),
            ("fuel", "petrol"),
            ("first_inspected", "2026-11"),
            ("displacement_cc", "658"),
            ("model", "架空号"),
            ("owner_no", owner),
        ]
    };
    let person: &'static str = person.leak();
    for (link, key, number) in [
        ("registrations-from-association", "A-000001", "5001"),
        ("registrations-from-oss", "O-000001", "5002"),
        ("town-registrations-from-oss", "O-000002", "5003"),
        ("registrations-from-inspection-info", "K-000001", "5004"),
    ] {
        assert_eq!(bring(&house, link, &[&new(key, number, person)]), [""; 0], "{link}");
    }
    // Who is not known waits for a person.
    assert_eq!(bring(&house, "registrations-from-oss", &[&new("O-000009", "5009", "")]), [""; 0]);
    let list = |state: &str| {
        run(&house, "light-vehicle-tax/import-list", &json!({ "state": state }))["count"].clone()
    };
    assert_eq!((list("applied"), list("held")), (json!(4), json!(1)));
    let sent = lines(&house, "holdings-to-oss");
    assert_eq!(sent.len(), 4, "{sent:?}");
    assert!(sent.iter().all(|line| line.contains("鳥取 580 い 500") && !line.contains(person)), "{sent:?}");
    house.sound();
}
