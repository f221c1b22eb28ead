//! A receiver's register held against what it should hold.

use std::path::PathBuf;

use domain::ResidentRecordCode;
use office::{Mismatch, Reconciliation, RunError};

use super::house::{TestHouse, three_people};

const LINK: &str = "resident-full-to-welfare";

/// A town of three whose welfare suite has taken the full extract, and the text of that file: what the suite should hold.
fn taken() -> (TestHouse, String) {
    let house = TestHouse::new();
    house.move_in();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let name = house.office.deliveries(LINK, None, 1).unwrap().remove(0).file_name.unwrap();
    let bytes = std::fs::read(house.place("welfare-suite").out().join(name)).unwrap();
    let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    (house, String::from_utf16(&units).unwrap())
}

fn dump(house: &TestHouse, text: &str) -> PathBuf {
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = house.place("welfare-suite").path().join("dump.csv");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn compared(house: &TestHouse, text: &str) -> (Reconciliation, Vec<Mismatch>) {
    let (path, caller) = (dump(house, text), TestHouse::caller("unyo", &["office/links"]));
    let mut told = Vec::new();
    let found = house.office.reconcile(&caller, LINK, &path, None, &mut |mismatch| {
        told.push(mismatch.clone());
        Ok(())
    });
    (found.unwrap(), told)
}

/// The lines of a CSV without quoted line ends, and its cells; none of the values here has a comma.
fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn text(cells: &[Vec<String>]) -> String {
    cells.iter().map(|line| line.join(",") + "\r\n").collect()
}

#[test]
fn what_was_confirmed_agrees_and_later_movements_are_no_difference() {
    let (house, full) = taken();
    let (found, told) = compared(&house, &full);
    assert_eq!(told, []);
    assert!(found.agrees(), "{found:?}");
    assert_eq!((found.ours, found.theirs, found.same), (3, 3, 3));
    // Somebody moves in and is not confirmed yet: the receiver is not blamed for that.
    let mut other = three_people();
    for (number, member) in (1..).zip(other["members"].as_array_mut().unwrap()) {
        let code = ResidentRecordCode::from_first_ten(5_000_000_000 + number).unwrap();
        member["resident_record_code"] = code.expose().into();
        member.as_object_mut().unwrap().remove("individual_number");
        member["given_name"] = format!("別人{number}").into();
    }
    let entered = house.run_confirming("tanaka", "resident-register/move-in", &other).opens.unwrap();
    let finalize = serde_json::json!({ "provisional_no": entered });
    house.run_confirming("suzuki", "resident-register/finalize", &finalize);
    assert!(compared(&house, &full).0.agrees());
}

#[test]
fn a_wrongly_mapped_field_is_found_by_its_name() {
    let (house, full) = taken();
    let mut lines = cells(&full);
    let heading = |title: &str| lines[0].iter().position(|cell| cell.trim_matches('"') == title).unwrap();
    let (lot, town) = (heading("番地"), heading("町名"));
    for line in &mut lines[1..] {
        line.swap(lot, town);
    }
    let (found, told) = compared(&house, &text(&lines));
    assert_eq!((found.differing, found.same, found.only_ours, found.only_theirs), (3, 0, 0, 0));
    let items: Vec<(&str, u64)> = found.by_item.iter().map(|(item, count)| (item.as_str(), *count)).collect();
    assert_eq!(items, [("lot", 3), ("town", 3)], "every resident, in just these two");
    let first = told.iter().find_map(|mismatch| match mismatch {
        Mismatch::Item { item, ours, theirs, .. } if item == "town" => Some((ours.clone(), theirs.clone())),
        _ => None,
    });
    let (ours, theirs) = first.unwrap();
    assert!(ours.contains("本町") && !theirs.contains("本町"), "{ours} {theirs}");
}

#[test]
fn who_is_missing_left_over_or_doubled_is_named() {
    let (house, full) = taken();
    let lines = cells(&full);
    let numbers: Vec<String> = lines[1..].iter().map(|line| line[0].trim_matches('"').to_owned()).collect();
    // The first is not there.
    let (found, told) = compared(&house, &text(&[&lines[..1], &lines[2..]].concat()));
    assert_eq!(told, [Mismatch::OnlyOurs { subject: numbers[0].clone() }]);
    assert_eq!((found.ours, found.theirs, found.only_ours), (3, 2, 1));
    // The last twice.
    let (found, told) = compared(&house, &text(&[&lines[..], &lines[3..]].concat()));
    assert_eq!(told, [Mismatch::Twice { subject: numbers[2].clone() }]);
    assert!(!found.agrees());
    // Somebody who never was.
    let mut stranger = lines[3].clone();
    stranger[0] = stranger[0].replace(&numbers[2], "000000000099998");
    let (found, told) = compared(&house, &text(&[&lines[..], &[stranger]].concat()));
    assert_eq!(told, [Mismatch::OnlyTheirs { subject: "000000000099998".to_owned() }]);
    assert_eq!((found.same, found.only_theirs), (3, 1));
    // A record with a cell too few is told by its number, and its resident as missing.
    let mut short = lines;
    short[2].pop();
    let (found, told) = compared(&house, &text(&short));
    assert_eq!((found.others, found.only_ours), (1, 1), "{told:?}");
    assert!(matches!(&told[0], Mismatch::Unread { number: 3, why } if !why.is_empty()), "{told:?}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let (house, full) = taken();
    let path = dump(&house, &full);
    let ask = |link: &str, layout: Option<&str>, path: &std::path::Path, rights: &[&str]| {
        let caller = TestHouse::caller("unyo", rights);
        house.office.reconcile(&caller, link, path, layout, &mut |_| Ok(())).unwrap_err().to_string()
    };
    let all = ["*"];
    assert!(ask(LINK, None, &path, &[]).contains("権限がありません"));
    assert!(ask("nobody", None, &path, &all).contains("nobody"));
    for (link, layout, path, code, words) in [
        ("resident-to-addressee", None, path.clone(), "T001", "外へ送る連携ではありません"),
        (LINK, Some("nobody"), path.clone(), "T003", "レイアウト「nobody」がありません"),
        (LINK, None, path.with_extension("none"), "T004", "が読めません"),
    ] {
        let caller = TestHouse::caller("unyo", &all);
        match house.office.reconcile(&caller, link, &path, layout, &mut |_| Ok(())) {
            Err(RunError::Refused(findings)) => {
                let found: Vec<(&str, bool)> =
                    findings.iter().map(|one| (&*one.code, one.message.contains(words))).collect();
                assert_eq!(found, [(code, true)], "{findings:?}");
            }
            other => panic!("{words}: {other:?}"),
        }
    }
}

/// A file of a host, with its header and trailer, in JEF and fixed length: what its code changes is no difference.
#[test]
fn a_file_of_a_host_agrees_with_itself() {
    let house = TestHouse::new();
    house.move_in();
    house.settle();
    house.receiver("tax-suite").turn().unwrap();
    house.settle();
    let link = "resident-full-to-tax";
    let delivery = house.office.deliveries(link, None, 1).unwrap().remove(0);
    assert_eq!(delivery.phase, linkage::Phase::Applied);
    let file = house.place("tax-suite").out().join(delivery.file_name.unwrap());
    let (caller, mut told) = (TestHouse::caller("unyo", &["office/links"]), Vec::new());
    let found = house.office.reconcile(&caller, link, &file, None, &mut |mismatch| {
        told.push(mismatch.clone());
        Ok(())
    });
    let found = found.unwrap();
    assert_eq!((found.ours, found.theirs, found.same), (3, delivery.rows, delivery.rows));
    let held: Vec<&Mismatch> = told.iter().filter(|one| !matches!(one, Mismatch::Held { .. })).collect();
    assert_eq!(held, Vec::<&Mismatch>::new(), "nothing but what could not be sent");
}
