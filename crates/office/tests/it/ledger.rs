//! The day as the operator checks it in the morning.

use jiff::SignedDuration;
use office::LedgerLine;

use super::house::TestHouse;

fn line(house: &TestHouse, link: &str, day: &str) -> LedgerLine {
    let lines = house.office.ledger(day.parse().unwrap()).unwrap();
    lines.into_iter().find(|line| line.link == link).unwrap()
}

/// Expected, made, rows, applied, confirmed.
fn counts(line: &LedgerLine) -> (u64, u64, u64, u64, u64) {
    (line.expected, line.made, line.rows, line.applied, line.confirmed)
}

#[test]
fn a_day_says_what_was_expected_made_and_confirmed() {
    let house = TestHouse::new();
    house.move_in();
    house.settle();
    let (full, day) = ("resident-full-to-welfare", "2026-11-20");
    // The first extract lies there and nobody has answered; its own time, eight in the evening, has not come.
    let first = line(&house, full, day);
    assert_eq!(counts(&first), (0, 1, 3, 0, 0));
    assert_eq!(first.wrong, "1件の配信がまだ反映されていません");
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let first = line(&house, full, day);
    assert_eq!((counts(&first), &*first.wrong), ((0, 1, 3, 1, 3), ""));

    // At half past eight the evening's run is there, too.
    house.clock.pass(SignedDuration::from_mins(11 * 60 + 30));
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    assert_eq!(counts(&line(&house, full, day)), (1, 2, 6, 2, 6));
    let inside = line(&house, "resident-to-addressee", day);
    assert_eq!((counts(&inside), &*inside.wrong), ((0, 1, 3, 1, 3), ""), "on change: no times to expect");
    assert_eq!(counts(&line(&house, full, "2026-11-19")), (0, 0, 0, 0, 0), "before the town began");
}

#[test]
fn a_run_that_did_not_come_and_a_stopped_link_come_first() {
    let house = TestHouse::new();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let operator = TestHouse::caller("unyo", &["office/links"]);
    house.office.hold_link(&operator, "resident-full-to-welfare", "相手の工事").unwrap();
    house.clock.pass(SignedDuration::from_hours(36));
    house.settle();
    let lines = house.office.ledger("2026-11-21".parse().unwrap()).unwrap();
    let wrong: Vec<&LedgerLine> = lines.iter().take_while(|line| !line.wrong.is_empty()).collect();
    assert!(lines.iter().skip(wrong.len()).all(|line| line.wrong.is_empty()), "what is wrong comes first");
    let held = wrong.iter().find(|line| line.link == "resident-full-to-welfare").unwrap();
    assert_eq!(held.wrong, "保留中（相手の工事）。予定1回のうち1回がありません");
}
