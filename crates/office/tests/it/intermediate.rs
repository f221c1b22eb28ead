//! 中間サーバー: copies, blocks and inquiries from the register of residents to a simulated server and back.

use std::fs;

use counterparts::{IntermediateServer, Mishap, Sender};
use integrated_addressee::records::{Link, Person, ProvisionCopy};
use jiff::SignedDuration;
use linkage::Phase;
use office::{LinkWorker, Ready, RunError, RunOptions, Turn};
use register::{AsOf, ViewExt};
use serde_json::{Value, json};
use transport::{Question, Verdict};

use super::house::TestHouse;

const COPIES: &str = "copies-to-intermediate-server";
const RESULTS: &str = "results-from-intermediate-server";
const ANSWERS: &str = "information-answers-from-intermediate-server";
const SIGNS: &str = "sign-requests-from-intermediate-server";
const DATE: &str = "2026-11-20";

/// A town whose link from the register has no 個人番号: a clerk numbers.
fn by_hand() -> TestHouse {
    TestHouse::new().reopen(|sources| {
        for link in
            sources.links.iter_mut().filter(|link| link.name == "resident-to-integrated-addressee.toml")
        {
            link.text = link.text.replace("numbered-base", "addressee-base");
        }
    })
}

/// A link by which the simulator sends.
fn sender(house: &TestHouse, link: &str) -> Sender {
    let running = house.office.links().get(link).unwrap();
    let Ok(Ready::Inward(inward)) = &running.ready else { panic!("{link}") };
    let place = Box::new(house.place("intermediate-server").other_side());
    Sender::new(place, link, &running.link.dataset, &inward.file_prefix, inward.plan.clone())
}

fn server(house: &TestHouse) -> IntermediateServer {
    let mut plans = std::collections::BTreeMap::new();
    for running in house.office.links().all() {
        if let Ok(Ready::Outward { plan, .. }) = &running.ready
            && running.link.place() == Some("intermediate-server")
        {
            plans.insert(running.link.id.clone(), (**plan).clone());
        }
    }
    let folder = house.place("intermediate-server");
    IntermediateServer::new(folder, plans, sender(house, RESULTS), sender(house, ANSWERS))
        .asking_for_signs(Some(sender(house, SIGNS)))
}

fn run(house: &TestHouse, function: &str, input: &Value) -> Value {
    let ran = house.run_confirming("bango", &format!("integrated-addressee/{function}"), input);
    ran.answer.map(|answer| answer.data).unwrap_or_default()
}

/// A day goes by: the nightly files leave, the server works them, what it owes comes back, and is taken in.
fn day(house: &TestHouse, server: &mut IntermediateServer) {
    house.clock.pass(SignedDuration::from_hours(24));
    house.settle();
    let taken = server.turn().unwrap();
    assert!(taken.iter().all(|one| one.verdict == Verdict::Applied), "{taken:?}");
    house.settle();
    server.send_results(DATE).unwrap();
    house.settle();
}

/// Three people of one household; the first two have a 個人番号.
fn people(house: &TestHouse) -> Vec<String> {
    house.move_in();
    house.settle();
    let found = house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap();
    let mut people = found.subjects;
    people.sort();
    people
}

fn number(house: &TestHouse, addressee_no: &str, individual: &str) -> String {
    let input = json!({
        "individual_number": individual, "addressee_no": addressee_no, "task_id": "001", "resident_status": "1",
        "name": "葛城",
    });
    run(house, "number", &input)["integrated_no"].as_str().unwrap().to_owned()
}

/// Where every copy stands, by the place of its person among the people.
fn stands(house: &TestHouse, people: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for stand in ["unconvertible", "held", "refused", "sent", "accepted"] {
        for row in run(house, "copy-list", &json!({ "stand": stand }))["rows"].as_array().unwrap() {
            let of = people.iter().position(|one| *one == row["addressee_no"]).unwrap() + 1;
            let (state, code) = (row["state"].as_str().unwrap(), row["code"].as_str().unwrap());
            all.push(format!("{of} {state} {code}").trim().to_owned());
        }
    }
    all.sort();
    all
}

#[test]
fn a_copy_is_sent_its_result_comes_back_and_what_could_not_be_converted_goes_later() {
    let house = by_hand();
    let people = people(&house);
    assert_eq!(stands(&house, &people), ["1", "2", "3"].map(|of| format!("{of} 変換できない MSV01")));
    let first = number(&house, &people[0], "123456789018");
    let mut server = server(&house);
    assert_eq!(stands(&house, &people), ["1 結果待ち", "2 変換できない MSV01", "3 変換できない MSV01"]);
    day(&house, &mut server);
    assert_eq!(stands(&house, &people), ["1 登録済み", "2 変換できない MSV01", "3 変換できない MSV01"]);
    // The file has the integrated number and neither the 宛名番号 nor the 個人番号.
    let out = house.place("intermediate-server").out();
    let file = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "csv"));
    let text = String::from_utf8(fs::read(file.unwrap()).unwrap()).unwrap();
    assert!(text.contains(&first) && text.contains("世帯主") && !text.contains("123456789018"), "{text}");
    assert_eq!(server.copy("000000000001").map(|items| items.contains("世帯主")), Some(true));

    // With its number the second goes in the next file; the server is ordered to refuse it, and says why.
    let second = number(&house, &people[1], "983205673214");
    server.orders.refused.insert(second);
    day(&house, &mut server);
    assert_eq!(stands(&house, &people), ["1 登録済み", "2 エラー MSV05", "3 変換できない MSV01"]);
    let shown = run(&house, "copy-list", &json!({ "stand": "refused" }));
    assert!(shown["rows"][0]["why"].as_str().unwrap().contains("E101 項目の値が範囲外"), "{shown}");
    // The task asks what became of its copy.
    let key = shown["rows"][0]["copy_key"].as_str().unwrap().to_owned();
    let asked = Question { subjects: vec![key.clone()], purpose: "副本の誤りの確認".into() };
    let caller = TestHouse::caller("tanaka", &["office/inquiry"]);
    let told = house.office.ask(&caller, "resident-asks-copy-results", &asked).unwrap();
    let cell = |item: &str| {
        let at = told.answer.items.iter().position(|name| name == item).unwrap();
        told.answer.rows[0][at].as_str()
    };
    assert_eq!(
        (cell("addressee_no"), cell("accepted"), cell("error_code")),
        (people[1].as_str(), "", "E101")
    );
    // Sent again and accepted.
    server.orders.refused.clear();
    run(&house, "resend", &json!({ "result_of": "1", "key": key }));
    day(&house, &mut server);
    assert_eq!(stands(&house, &people)[1], "2 登録済み");
    house.sound();
}

#[test]
fn a_doubled_result_file_is_taken_once_and_a_row_nobody_sent_is_held() {
    let house = by_hand();
    let people = people(&house);
    number(&house, &people[0], "123456789018");
    let mut server = server(&house);
    day(&house, &mut server);
    let row =
        |no: &str, result: &str| ["0000000099", "1", no, "1", result, "", ""].map(str::to_owned).to_vec();
    // The same file under the next number: nothing changes. The same number with other bytes: refused whole.
    for (what, rows, mishap, held) in [
        ("同じ結果がもう一度", vec![row("000000000001", "1")], Mishap::None, vec![]),
        ("送っていない通番", vec![row("000000000077", "1")], Mishap::None, vec!["MSV07"]),
        ("違う結果", vec![row("000000000001", "9")], Mishap::None, vec!["MSV08"]),
        (
            "同じ番号で別の内容",
            vec![row("000000000001", "1"), row("000000000077", "1")],
            Mishap::NumberTwice,
            vec!["MSV08"],
        ),
    ] {
        server.send_as_ordered(&rows, DATE, mishap).unwrap();
        house.settle();
        let newest = house.office.deliveries(RESULTS, None, 1).unwrap().remove(0);
        let codes: Vec<bool> =
            newest.refused.iter().zip(&held).map(|(refused, code)| refused.message.contains(code)).collect();
        assert_eq!(
            (newest.phase, codes),
            (Phase::Applied, vec![true; held.len()]),
            "{what}: {:?}",
            newest.refused
        );
        assert_eq!(stands(&house, &people)[0], "1 登録済み", "{what}");
    }
    let taken = house.office.deliveries(RESULTS, None, 9).unwrap();
    assert_eq!(taken.len(), 4, "the number that came twice was taken once");
    house.sound();
}

/// The measure begins before or after the copy is known: in both orders the block is accepted before the copy goes.
#[test]
fn the_block_of_a_protected_person_comes_before_the_copy() {
    for copy_first in [true, false] {
        let house = by_hand();
        let people = people(&house);
        let mut server = server(&house);
        let first = if copy_first {
            let first = number(&house, &people[0], "123456789018");
            house.protect(&people[0]);
            // The copy of before the measure leaves with the next file; a newer one waits.
            first
        } else {
            house.protect(&people[0]);
            house.settle();
            number(&house, &people[0], "123456789018")
        };
        server.orders.block_first.insert(first.clone());
        house.settle();
        if !copy_first {
            assert_eq!(stands(&house, &people)[0], "1 保留 MSV03");
        }
        // The block goes at once, also when copies leave at night.
        server.turn().unwrap();
        assert!(server.is_blocked(&first), "{copy_first}");
        house.settle();
        server.send_results(DATE).unwrap();
        house.settle();
        assert_eq!(stands(&house, &people)[0], "1 結果待ち", "{copy_first}");
        day(&house, &mut server);
        assert_eq!(stands(&house, &people)[0], "1 登録済み", "{copy_first}");
        let of: Vec<&str> =
            server.log().iter().filter(|(_, who)| *who == first).map(|(what, _)| what.as_str()).collect();
        let order = ["registration", "block", "copy"].map(|what| format!("integrated-addressee/{what}"));
        assert_eq!(of, order, "{copy_first}");
        house.sound();
    }
}

/// From the counter to 中間サーバー with nobody between; no file has the 個人番号.
#[test]
fn a_resident_is_numbered_by_the_link_and_a_changed_individual_number_is_taken_over() {
    let house = TestHouse::new();
    let people = people(&house);
    let mut server = server(&house);
    day(&house, &mut server);
    assert_eq!(stands(&house, &people), ["1 登録済み", "2 登録済み", "3 変換できない MSV01"]);
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let of = |view: &dyn register::View| {
        let link = view.load::<Link>(&people[0]).unwrap().unwrap().record;
        let person = view.load::<Person>(link.integrated_no.as_str()).unwrap().unwrap().record;
        (link.integrated_no, person.individual_number)
    };
    let (integrated_no, number) = of(&*view);
    drop(view);
    let waiting = run(&house, "pending", &json!({}));
    assert_eq!(waiting["count"], json!(0), "who has no 個人番号 is not waited for");

    let new = domain::IndividualNumber::from_first_eleven(30_000_000_001).unwrap();
    let change = json!({
        "number_kind": "46", "targets": [people[0]], "individual_number": new.expose(), "basis": "ex-officio",
        "event_date": DATE, "notified_on": DATE, "notifier_name": "葛城",
    });
    let entered = house.run_confirming("tanaka", "resident-register/number-change", &change);
    house.run_confirming(
        "suzuki",
        "resident-register/finalize",
        &json!({ "provisional_no": entered.opens.unwrap() }),
    );
    house.settle();
    let view = house.office.journal().view(AsOf::default()).unwrap();
    assert_eq!(of(&*view), (integrated_no, new));
    drop(view);
    for entry in fs::read_dir(house.place("intermediate-server").out()).unwrap() {
        let text = String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap()).into_owned();
        assert!(!text.contains(number.expose()) && !text.contains(new.expose()), "{text}");
    }
    house.sound();
}

/// A number is registered before anything of it, and deleted with what the server holds of it; what it refuses is sent again.
#[test]
fn a_number_is_registered_deleted_and_registered_again_by_the_link_alone() {
    let house = by_hand();
    let people = people(&house);
    let mut server = server(&house);
    server.orders.number_first = true;
    house.protect(&people[0]);
    house.settle();
    let first = number(&house, &people[0], "123456789018");
    // The server takes number, block and copy in this order, and would refuse the others.
    day(&house, &mut server);
    day(&house, &mut server);
    assert_eq!(stands(&house, &people)[0], "1 登録済み");
    let of = |server: &IntermediateServer| -> Vec<String> {
        let own = server.log().iter().filter(|(_, who)| *who == first);
        own.map(|(what, _)| what.trim_start_matches("integrated-addressee/").to_owned()).collect()
    };
    assert_eq!(of(&server), ["registration", "block", "copy"]);
    let numbers = |house: &TestHouse| run(house, "number-list", &json!({}));
    assert_eq!((numbers(&house)["count"].clone(), numbers(&house)["accepted"].clone()), (json!(0), json!(1)));
    // The server asks for the sign of the new number, and the request goes on to the register with the 宛名番号.
    server.send_signs(DATE).unwrap();
    house.settle();
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let asked =
        view.load::<integrated_addressee::records::SignRequest>(&format!("{first}-1")).unwrap().unwrap();
    assert_eq!(asked.record.addressee_no.to_string(), people[0]);
    drop(view);
    assert_eq!(house.office.deliveries("sign-requests-to-resident", None, 1).unwrap()[0].refused.len(), 0);
    // No file has the 個人番号.
    for entry in fs::read_dir(house.place("intermediate-server").out()).unwrap() {
        let text = String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap()).into_owned();
        assert!(!text.contains("123456789018"), "{text}");
    }

    // The last 宛名番号 goes: the deletion goes at once, and with it everything the server held.
    run(&house, "remove", &json!({ "addressee_no": people[0], "task_id": "001" }));
    house.settle();
    server.turn().unwrap();
    assert_eq!((server.is_registered(&first), server.is_blocked(&first)), (Some(false), false));
    assert_eq!(server.copy("000000000001"), None);

    // Numbered again; the server refuses at first, and the copy waits for it.
    server.orders.refused_numbers.insert(first.clone());
    assert_eq!(number(&house, &people[0], "123456789018"), first, "a number is never given twice");
    day(&house, &mut server);
    assert_eq!(numbers(&house)["rows"][0]["code"], json!("MSV16"));
    server.orders.refused_numbers.clear();
    run(&house, "resend", &json!({ "result_of": "3", "key": first }));
    day(&house, &mut server);
    assert_eq!(server.is_registered(&first), Some(true));
    house.sound();
}

#[test]
fn an_inquiry_is_asked_and_answered_later() {
    let house = by_hand();
    let people = people(&house);
    let first = number(&house, &people[0], "123456789018");
    let mut server = server(&house);
    let ask = |no: &str| json!({ "addressee_no": no, "affair": "A027-0201", "purpose": "児童手当の認定" });
    let no = run(&house, "information-inquiry", &ask(&people[0]))["inquiry_no"].as_str().unwrap().to_owned();
    // Without a number it waits here.
    let waiting =
        run(&house, "information-inquiry", &ask(&people[1]))["inquiry_no"].as_str().unwrap().to_owned();
    let state = |no: &str| {
        let list = run(&house, "information-inquiries", &json!({}));
        let row =
            list["rows"].as_array().unwrap().iter().find(|row| row["inquiry_no"] == *no).unwrap().clone();
        row["state"].as_str().unwrap().to_owned()
    };
    server.orders.answers.insert(first, "所得額=1200000".to_owned());
    house.settle();
    server.turn().unwrap();
    house.settle();
    assert_eq!((state(&no), state(&waiting)), ("受付".to_owned(), "受付".to_owned()));
    server.send_answers(DATE).unwrap();
    house.settle();
    assert_eq!((state(&no), state(&waiting)), ("回答あり".to_owned(), "受付".to_owned()));

    // Only with its own right, and for a purpose that is in the audit log.
    let look = json!({ "inquiry_no": no, "purpose": "認定の審査" });
    let without = TestHouse::caller("kyoku", &["integrated-addressee/information-inquiries"]);
    let refused =
        house.office.run(&without, "integrated-addressee/information-answer", &look, &RunOptions::default());
    assert!(matches!(refused, Err(RunError::Denied { .. })), "no right");
    assert_eq!(run(&house, "information-answer", &look)["information"], json!("所得額=1200000"));
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let mut purposes = Vec::new();
    view.scan(&office::AUDIT, None, &mut |stored| {
        let entry = stored.typed::<office::AuditEntry>()?.record;
        if entry.function == "integrated-addressee/information-answer" {
            purposes.push(format!("{} {}", entry.user, entry.purpose));
        }
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    assert!(purposes.contains(&"bango 認定の審査".to_owned()), "{purposes:?}");
    // Sealed: the answer stands nowhere in the clear but in the kept bytes, which go after a week.
    assert_eq!(house.office.deliveries(ANSWERS, None, 9).unwrap().len(), 1);
    let link = view.load::<Link>(&people[0]).unwrap().unwrap().record;
    assert_eq!(
        view.load_by::<ProvisionCopy>("addressee_no", &people[0]).unwrap()[0].record.integrated_no,
        link.integrated_no
    );
    drop(view);
    assert!(!house.office.deliveries(COPIES, None, 9).unwrap().iter().any(|own| own.phase == Phase::Refused));
    house.sound();
}

/// A 個人番号 lies in no file, whoever writes what into a link file.
#[test]
fn a_link_that_would_carry_individual_numbers_out_of_the_house_does_not_run() {
    let house = TestHouse::new().reopen(|sources| {
        for link in sources.links.iter_mut().filter(|link| link.name.starts_with("resident-full-to-welfare"))
        {
            link.text =
                link.text.replace("\"resident-register/resident\"", "\"resident-register/numbered-base\"");
        }
    });
    let view = house.office.link_view("resident-full-to-welfare").unwrap().unwrap();
    assert_eq!(view.standing, office::LinkStanding::Broken);
    assert!(view.why.contains("個人番号があり") && view.why.contains("in-process"), "{}", view.why);
}

/// The number and the copy that needs it come over two links at one time; whichever is first, the copy goes.
#[test]
fn two_links_into_one_system_do_not_pass_each_other_unseen() {
    let house = TestHouse::new();
    house.settle();
    house.move_in();
    let bring = |link: &'static str| {
        while LinkWorker::new(&house.office).turn(link).unwrap() == Turn::Worked {}
    };
    std::thread::scope(|scope| {
        scope.spawn(|| bring("resident-to-integrated-addressee"));
        scope.spawn(|| bring("specific-personal-to-integrated-addressee"));
    });
    house.sound();
    house.settle();
    house.sound();
}
