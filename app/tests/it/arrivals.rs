//! Everything that comes in over a link of the carried standards: a demonstration town, and simulated systems outside that put
//! numbered files into its places and look for the receipts.

use std::collections::BTreeMap;

use counterparts::{Mishap, Sender};
use daicho::demo::{Demo, make};
use daicho::house::{House, Outside};
use linkage::Phase;
use office::{LinkWorker, Ready, Turn};
use register::{AsOf, ViewExt};
use resident_register::records::{Application, Person, Transfer};
use transport::Verdict;

/// Links of another list for the same data.
const OF_THE_TOWN: [(&str, &str); 4] = [
    ("town-move-in-notices-from-juki-net", "move-in-notices-from-juki-net"),
    ("town-certificates-from-juki-net", "certificates-from-juki-net"),
    ("town-numbers-from-juki-net", "numbers-from-juki-net"),
    ("town-notices-from-immigration", "notices-from-immigration"),
];

/// Links of money and vehicles, whose rows stand on what a town has levied before: `office/tests/it/eltax.rs` plays their senders.
const ELSEWHERE: [&str; 9] = [
    "payment-controls-from-eltax",
    "payments-from-common-payment",
    "payments-paid-from-eltax",
    "payments-received-from-eltax",
    "registrations-from-association",
    "registrations-from-inspection-info",
    "registrations-from-oss",
    "town-registrations-from-oss",
    "write-offs-from-case-files",
];

/// What one system outside sends over a link: the items of one row, and how many of the rows are refused.
struct Sends<'a> {
    link: &'a str,
    row: Vec<(&'a str, &'a str)>,
    refused: usize,
}

fn sends<'a>(no: &'a str, name: &'a str, birth: &'a str, sex: &'a str, address: &'a str) -> Vec<Sends<'a>> {
    let one = |link, row: &[(&'a str, &'a str)], refused| Sends { link, row: row.to_vec(), refused };
    let who = [("row_no", "1"), ("application_no", "A-1"), ("name", name), ("birth_date", birth)];
    let with = |more: &[(&'a str, &'a str)]| -> Vec<(&'a str, &'a str)> {
        who.iter().chain(more).copied().collect()
    };
    let qualification = [("addressee_no", no), ("acquired_on", "2026-04-01")];
    let mut all = vec![
        // It answers a question that nobody here has asked, and is held back.
        one(
            "query-answers-from-juki-net",
            &[("answer_no", "1"), ("query_no", "Q-1"), ("query_result", "3")],
            1,
        ),
        one(
            "move-in-notices-from-juki-net",
            &[
                ("notice_no", "1"),
                ("name", name),
                ("birth_date", birth),
                ("municipality", "河原市"),
                ("moved_on", "2026-11-01"),
                ("order_key", "K1"),
                ("sequence", "1"),
            ],
            0,
        ),
        one(
            "certificates-from-juki-net",
            &[
                ("row_no", "R8-1-01"),
                ("certificate_no", "R8-1"),
                ("transfer_source", "card"),
                ("from_municipality", "河原市"),
                ("planned_on", "2026-11-30"),
                ("family_name", "鈴木"),
                ("given_name", "一郎"),
                ("birth_date", "1990-02-03"),
                ("sex", "1"),
                ("resident_record_code", "23057188464"),
            ],
            0,
        ),
        // Nobody has asked for a number.
        one(
            "numbers-from-juki-net",
            &[("message_no", "000000000001"), ("individual_number", "123456789018")],
            1,
        ),
        one("codes-from-juki-net", &[("row_no", "1"), ("resident_record_code", "12345678903")], 0),
        one(
            "wide-area-requests-from-juki-net",
            &[
                ("request_no", "Q1"),
                ("from_municipality", "河原市"),
                ("resident_record_code", "00000000019"),
                ("scope", "person"),
            ],
            0,
        ),
        Sends {
            link: "notices-from-immigration",
            row: with(&[("procedure", "immigration-notice"), ("event_date", "2026-11-01")]),
            refused: 0,
        },
        // Nobody was asked for a transfer, and nobody levied what is paid: the one is held back, the others wait as 仮受.
        one(
            "transfer-results-from-banks",
            &[
                ("bank", "9990"),
                ("branch", "001"),
                ("amount", "10800"),
                ("customer_no", "04202600000000170131"),
                ("result", "0"),
                ("debit_day", "0601"),
            ],
            1,
        ),
        one(
            "payments-from-convenience-stores",
            &[
                ("payment_no", "C1"),
                ("stage", "2"),
                ("code44", "91912345042026000000001701100026060100108006"),
                ("paid_on", "2026-05-20"),
                ("received_on", "2026-05-22"),
                ("amount", "10800"),
            ],
            0,
        ),
        one(
            "payments-from-mpn",
            &[
                ("payment_no", "M1"),
                ("stage", "2"),
                ("customer_no", "04202600000000170131"),
                ("paid_on", "2026-05-20"),
                ("amount", "10800"),
            ],
            0,
        ),
        one("refund-results-from-accounting", &[("overpayment_key", "X"), ("paid_on", "2026-05-20")], 1),
        one(
            "payments-from-accounting",
            &[
                ("payment_no", "B1"),
                ("customer_no", "04202600000000170131"),
                ("paid_on", "2026-05-20"),
                ("amount", "10800"),
            ],
            0,
        ),
        // What 中間サーバー answers about a copy nobody sent or an inquiry nobody made, and asks of a number nobody has, is held back.
        one(
            "results-from-intermediate-server",
            &[
                ("result_no", "1"),
                ("result_of", "1"),
                ("no", "000000099999"),
                ("send_no", "1"),
                ("result", "1"),
            ],
            1,
        ),
        one(
            "information-answers-from-intermediate-server",
            &[("result_no", "1"), ("inquiry_no", "S-000000000001"), ("state", "2"), ("answer", "x")],
            1,
        ),
        one(
            "sign-requests-from-intermediate-server",
            &[("request_no", "000001"), ("integrated_no", "000000000999997")],
            1,
        ),
        one("results-from-immigration", &[("message_no", "000000000001"), ("result", "00")], 1),
        Sends {
            link: "applications-from-myna-portal",
            row: with(&[
                ("procedure", "one-stop-move-out"),
                ("form_version", "1"),
                ("signature", "1"),
                ("sex", sex),
                ("address", address),
                ("event_date", "2026-12-20"),
                ("dest_municipality", "隣市"),
            ]),
            refused: 0,
        },
        Sends {
            link: "applications-from-number-linkage",
            row: with(&[("procedure", "move-out-withdrawal"), ("withdraws", "unknown")]),
            refused: 1,
        },
    ];
    for link in [
        "health-insurance-to-resident",
        "pension-to-resident",
        "allowance-to-resident",
        "allowance-full-to-resident",
        "long-term-care-to-resident",
        "late-stage-to-resident",
        "town-allowance-to-resident",
        "town-long-term-care-to-resident",
        "town-late-stage-to-resident",
    ] {
        all.push(one(link, &qualification, 0));
    }
    for (link, like) in OF_THE_TOWN {
        let same = all.iter().find(|one| one.link == like).unwrap();
        let (row, refused) = (same.row.clone(), same.refused);
        all.push(Sends { link, row, refused });
    }
    all
}

#[test]
fn what_each_system_outside_sends_is_taken_in_and_answered() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { folder: dir.path().join("demo"), residents: 50, seed: 1, fresh: false };
    let (config, House { office, .. }) = make(&demo, Outside::default()).unwrap();
    let (no, name, birth, sex, address) = {
        let view = office.journal().view(AsOf::default()).unwrap();
        let mut first = None;
        view.scan(&resident_register::records::PERSON, None, &mut |stored| {
            let person = stored.typed::<Person>()?.record;
            let (sex, address) = (person.sex.code(), person.address.one_line());
            let birth = person.birth_date.to_string();
            first = Some((person.addressee_no.to_string(), person.name, birth, sex, address));
            Ok(std::ops::ControlFlow::Break(()))
        })
        .unwrap();
        first.unwrap()
    };
    // Whom applications are matched with is told first, over the links of the house.
    LinkWorker::new(&office).settle().unwrap();
    let sent = sends(&no, &name, &birth, sex, &address);
    let inward: Vec<&str> = office
        .links()
        .all()
        .iter()
        .filter(|running| matches!(running.link.delivery, catalog::Delivery::Inward { .. }))
        .map(|running| running.link.id.as_str())
        .collect();
    let mut played: Vec<&str> = sent.iter().map(|one| one.link).chain(ELSEWHERE).collect();
    played.sort_unstable();
    let mut known = inward.clone();
    known.sort_unstable();
    assert_eq!(played, known, "every link by which something comes in has a sender here");

    let mut senders: BTreeMap<&str, (Sender, Vec<String>)> = BTreeMap::new();
    for one in &sent {
        let running = office.links().get(one.link).unwrap();
        let Ok(Ready::Inward(inward)) = &running.ready else {
            panic!("{}: {:?}", one.link, running.ready.as_ref().err())
        };
        let place = config.folder_place(running.link.place().unwrap()).unwrap();
        let place = transport::Folder::at(place).other_side();
        let dataset = &running.link.dataset;
        let plan = inward.plan.clone();
        let items: Vec<String> = plan.layout().items().into_iter().map(str::to_owned).collect();
        let values: Vec<String> = items
            .iter()
            .map(|item| {
                one.row.iter().find(|(name, _)| name == item).map_or("", |(_, value)| value).to_owned()
            })
            .collect();
        for (name, _) in &one.row {
            assert!(items.iter().any(|item| item == name), "{}: the layout has no {name}", one.link);
        }
        let mut sender = Sender::new(Box::new(place), one.link, dataset, &inward.file_prefix, plan);
        let full = running.link.extent == catalog::Extent::Full;
        let names = sender.send(&[values], full, "2026-11-20", Mishap::None).unwrap();
        senders.insert(one.link, (sender, names));
    }
    let worker = LinkWorker::new(&office);
    for one in &sent {
        let mut turns = 0;
        while worker.turn(one.link).unwrap() == Turn::Worked {
            turns += 1;
            assert!(turns < 50, "{} never settles", one.link);
        }
        let (sender, names) = &senders[one.link];
        for file in names {
            let receipt = sender.receipt(file).unwrap();
            assert_eq!(receipt.map(|receipt| receipt.verdict), Some(Verdict::Applied), "{}", one.link);
        }
        let delivery = office.deliveries(one.link, None, 1).unwrap().remove(0);
        assert_eq!((delivery.phase, delivery.rows), (Phase::Applied, 1), "{}", one.link);
        assert_eq!(delivery.refused.len(), one.refused, "{}: {:?}", one.link, delivery.refused);
    }
    // What came from the portal was matched with its person, and goes on to the register of residents.
    worker.settle().unwrap();
    let view = office.journal().view(AsOf::default()).unwrap();
    let applied = view.load::<application_management::records::Application>("A-1").unwrap().unwrap().record;
    assert_eq!((applied.state.label(), applied.addressee_no.unwrap().to_string()), ("照合済", no));
    assert!(view.load::<Transfer>("TSK-R8-1").unwrap().is_some());
    assert_eq!(view.load_by::<Application>("status", "open").unwrap().len(), 2);
    drop(view);
    assert_eq!(office.check_evidence().unwrap(), [""; 0]);
}
