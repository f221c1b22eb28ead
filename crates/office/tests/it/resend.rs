//! Sending again: the count that was shown is the count that goes, and nobody gets a row twice by it.

use std::fs;

use domain::ResidentRecordCode;
use linkage::Phase;
use office::{LinkStanding, RunError};

use super::house::{TestHouse, three_people};

const LINK: &str = "resident-changes-to-welfare";

/// A family more, numbered so that no two are alike.
pub(super) fn another_family(house: &TestHouse, number: u64) {
    let mut family = three_people();
    for (place, member) in (1..).zip(family["members"].as_array_mut().unwrap()) {
        let code = ResidentRecordCode::from_first_ten(5_000_000_000 + number * 10 + place).unwrap();
        member["resident_record_code"] = code.expose().into();
        member.as_object_mut().unwrap().remove("individual_number");
        member["given_name"] = format!("別人{number}の{place}").into();
    }
    let entered = house.run_confirming("tanaka", "resident-register/move-in", &family).opens.unwrap();
    let finalize = serde_json::json!({ "provisional_no": entered });
    house.run_confirming("suzuki", "resident-register/finalize", &finalize);
}

fn taken(house: &TestHouse) {
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
}

/// A town whose welfare suite has taken the full extract and then three differences of three rows each.
fn house() -> TestHouse {
    let house = TestHouse::new();
    taken(&house);
    for number in 1..=3 {
        another_family(&house, number);
        taken(&house);
    }
    assert_eq!(counts(&house), [(3, 3), (2, 3), (1, 3)]);
    house
}

fn counts(house: &TestHouse) -> Vec<(u64, u64)> {
    let all = house.office.deliveries(LINK, None, 20).unwrap();
    all.iter().map(|own| (own.no, own.rows)).collect()
}

fn operator() -> office::Caller {
    TestHouse::caller("unyo", &["office/links"])
}

fn codes<T: std::fmt::Debug>(result: Result<T, RunError>) -> Vec<String> {
    match result {
        Err(RunError::Refused(findings)) => findings.into_iter().map(|finding| finding.code).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bulk_resend_counts_exactly() {
    let house = house();
    for (since, rows) in [(1, 9), (2, 6), (3, 3)] {
        assert_eq!(house.office.resend_preview(LINK, since).unwrap().rows, rows, "since {since}");
    }
    assert_eq!(counts(&house).len(), 3, "a preview sends nothing");
    assert_eq!(house.office.resend(&operator(), LINK, 2).unwrap().rows, 6);
    house.settle();
    let again = house.office.deliveries(LINK, None, 1).unwrap().remove(0);
    assert_eq!((again.no, again.rows, again.resent, again.phase), (4, 6, true, Phase::Sent));
    taken(&house);
    assert_eq!(house.office.deliveries(LINK, None, 1).unwrap()[0].phase, Phase::Applied);

    // It is over: the next difference carries the new alone, and the numbers have no gap.
    another_family(&house, 4);
    taken(&house);
    assert_eq!(counts(&house), [(5, 3), (4, 6), (3, 3), (2, 3), (1, 3)]);
    assert_eq!(house.office.link_view(LINK).unwrap().unwrap().standing, LinkStanding::Idle);

    // Whom it carried is traced to both.
    let second = house.run("resident-register/search", serde_json::json!({ "q": "別人2の1" })).unwrap();
    let person = &second.answer.unwrap().subjects[0];
    let lines = house.office.trace(person).unwrap();
    let numbers: Vec<u64> =
        lines.iter().filter(|line| line.delivery.link == LINK).map(|line| line.delivery.no).collect();
    assert_eq!(numbers, [4, 2]);
}

#[test]
fn the_very_bytes_go_again_and_nothing_is_taken_twice() {
    let house = house();
    let place = house.place("welfare-suite");
    let names: Vec<String> =
        house.office.deliveries(LINK, None, 3).unwrap().into_iter().filter_map(|own| own.file_name).collect();
    let before: Vec<Vec<u8>> = names.iter().map(|name| fs::read(place.out().join(name)).unwrap()).collect();
    // The receiver's folder was lost.
    for name in &names {
        fs::remove_file(place.out().join(name)).unwrap();
        fs::remove_file(place.out().join(format!("{name}.ctl"))).unwrap();
    }
    let sent = house.office.resend_as_sent(&operator(), LINK, (1, 3)).unwrap();
    assert_eq!(sent, [(1, 3), (2, 3), (3, 3)]);
    let after: Vec<Vec<u8>> = names.iter().map(|name| fs::read(place.out().join(name)).unwrap()).collect();
    assert_eq!(before, after);
    let answered = house.receiver("welfare-suite").turn().unwrap();
    assert!(answered.iter().all(|taken| taken.repeat), "a receiver that has them answers as before");
    assert_eq!(answered.len(), 3);
    assert!(house.office.delivery(LINK, 2).unwrap().unwrap().delivery.sent_again_at.is_some());
}

#[test]
fn what_cannot_go_again_is_refused_before_anything_is_sent() {
    let house = house();
    let caller = operator();
    assert_eq!(codes(house.office.resend_preview("resident-to-addressee", 1)), ["R001"]);
    assert_eq!(codes(house.office.resend_preview("resident-full-to-welfare", 1)), ["R002"]);
    assert_eq!(codes(house.office.resend_preview(LINK, 9)), ["R003"]);
    assert_eq!(codes(house.office.resend_as_sent(&caller, LINK, (2, 1))), ["R003"]);
    assert_eq!(codes(house.office.resend_as_sent(&caller, LINK, (2, 4))), ["R003"]);
    let nobody = TestHouse::caller("tanaka", &["resident-register/*"]);
    assert!(matches!(house.office.resend(&nobody, LINK, 1), Err(RunError::Denied { .. })));
    assert!(matches!(house.office.resend_as_sent(&nobody, LINK, (1, 1)), Err(RunError::Denied { .. })));

    // A kept file that was touched stops the whole range.
    let folder = house.office.evidence_root().join(LINK);
    let kept = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let second = kept
        .filter(|path| path.to_string_lossy().ends_with(".data"))
        .find(|path| path.file_name().unwrap().to_string_lossy().starts_with("000000000002."))
        .unwrap();
    fs::write(&second, b"touched").unwrap();
    assert_eq!(codes(house.office.resend_as_sent(&caller, LINK, (1, 3))), ["R005"]);
    assert!(house.office.delivery(LINK, 1).unwrap().unwrap().delivery.sent_again_at.is_none());

    // With a delivery on its way nothing goes again.
    another_family(&house, 4);
    house.settle();
    assert_eq!(codes(house.office.resend(&caller, LINK, 1)), ["R007"]);
    assert_eq!(codes(house.office.resend_as_sent(&caller, LINK, (1, 1))), ["R007"]);
}

#[test]
fn more_rows_than_a_delivery_may_carry_are_refused_with_the_count() {
    let house = house().reopen(|sources| {
        let file = sources.links.iter_mut().find(|file| file.name == format!("{LINK}.toml")).unwrap();
        file.text = file.text.replace("rows_per_delivery_max = 1000", "rows_per_delivery_max = 5");
    });
    match house.office.resend(&operator(), LINK, 1) {
        Err(RunError::Refused(findings)) => {
            assert!(findings[0].message.contains("再送する行が9件で、1回の上限5件"), "{findings:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(house.office.resend(&operator(), LINK, 3).unwrap().rows, 3);
}
