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

/// What stands for a link on a day: its runs with how they stand, and how much was made.
fn told(house: &TestHouse, link: &str, day: &str) -> Option<(Vec<String>, usize)> {
    let links = house.office.timetable(day.parse().unwrap()).unwrap();
    let found = links.into_iter().find(|one| one.link == link)?;
    let runs = found.planned.iter().map(|run| format!("{} {}", run.at.time(), run.standing.label()));
    Some((runs.collect(), found.made.len()))
}

#[test]
fn a_day_of_the_calendar_says_how_each_run_stands() {
    let house = TestHouse::new();
    house.move_in();
    house.settle();
    let full = "resident-full-to-welfare";
    let run = |standing: &str| vec![format!("20:00:00 {standing}")];
    // The town begins at nine on a Friday: the day before asks for nothing, its own evening and Monday are ahead.
    assert_eq!(told(&house, full, "2026-11-19"), None);
    assert_eq!(told(&house, full, "2026-11-20"), Some((run("予定"), 1)));
    assert_eq!(told(&house, full, "2026-11-24"), Some((run("予定"), 0)));
    assert_eq!(
        told(&house, "resident-to-addressee", "2026-11-20"),
        Some((vec![], 1)),
        "follows what changes"
    );
    assert_eq!(told(&house, "resident-to-addressee", "2026-11-24"), Some((vec![], 0)));

    // Nobody looks after the program at eight: late, until it comes round.
    house.clock.pass(SignedDuration::from_mins(11 * 60 + 30));
    assert_eq!(told(&house, full, "2026-11-20"), Some((run("未実行"), 1)));
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    assert_eq!(told(&house, full, "2026-11-20"), Some((run("済"), 2)));

    let operator = TestHouse::caller("unyo", &["office/links"]);
    house.office.hold_link(&operator, full, "相手の工事").unwrap();
    assert_eq!(told(&house, full, "2026-11-24"), Some((run("保留中"), 0)));
}

#[test]
fn rarer_runs_stand_on_their_open_days() {
    let house = TestHouse::new();
    let (from, to) = ("2026-04-01".parse().unwrap(), "2027-03-31".parse().unwrap());
    let runs = house.office.rare_runs(from, to);
    assert!(runs.is_sorted_by_key(|run| run.at));
    let days = |link: &str| -> Vec<String> {
        runs.iter().filter(|run| run.link == link).map(|run| run.at.date().to_string()).collect()
    };
    assert!(runs.iter().all(|run| (from..=to).contains(&run.at.date())));
    assert!(days("resident-full-to-welfare").is_empty(), "each day is not rare");
    let links: std::collections::BTreeSet<&str> = runs.iter().map(|run| &*run.link).collect();
    let counts: Vec<String> =
        links.iter().map(|link| format!("{link} {} {}", days(link).len(), days(link)[0])).collect();
    assert_eq!(
        counts,
        [
            "levy-totals-to-accounting 12 2026-04-01",
            "light-vehicle-tax-levy-full-to-tax-collection 1 2026-05-01",
            "registrations-from-association 12 2026-04-10",
            "write-offs-to-accounting 1 2026-04-01",
        ]
    );
}
