//! Questions over links: answered with the newest rows, recorded under a number, refused with words.

use linkage::{DELIVERY, Delivery, Phase};
use office::{AUDIT, AuditEntry, LinkStanding, ListFile, RunError};
use register::AsOf;
use system::Finding;
use transport::Question;

use super::house::TestHouse;

const LINK: &str = r#"
id = "seal-asks"
title = "住民票情報照会（印鑑登録）"
rows = ["city:25"]
source = "resident-register"
target = "seal-registration"
dataset = "resident-register/resident"
method = "immediate"
timing = "on-request"
extent = "difference"
unmappable = "reject"
rows_per_delivery_max = 100
exclusive_lock = false
assurance = "none"
[delivery.inquiry]
subjects_max = 3
"#;

fn house(more: &str) -> TestHouse {
    let house = TestHouse::new();
    let at = house.place("welfare-suite");
    let link = LINK.to_owned() + more;
    let house = house.reopen(|sources| {
        sources.links.push(ListFile { name: "seal-asks.toml".into(), text: link });
        sources.places.insert("files".into(), Ok(at.shared()));
    });
    house.move_in();
    house
}

fn question(subjects: &[&str], purpose: &str) -> Question {
    Question { subjects: subjects.iter().map(|one| (*one).to_owned()).collect(), purpose: purpose.into() }
}

fn people(house: &TestHouse) -> Vec<String> {
    let found = house.run("resident-register/search", serde_json::json!({ "q": "カツラギ" })).unwrap();
    found.answer.unwrap().subjects
}

fn delivery(house: &TestHouse, no: u64) -> Delivery {
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let stored = view.get(&DELIVERY, &Delivery::key_of("seal-asks", no)).unwrap().unwrap();
    stored.typed::<Delivery>().unwrap().record
}

fn audited(house: &TestHouse) -> Vec<AuditEntry> {
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let mut entries = Vec::new();
    view.scan(&AUDIT, None, &mut |stored| {
        let entry = stored.typed::<AuditEntry>().unwrap().record;
        if entry.function == "office/inquiry" {
            entries.push(entry);
        }
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    entries
}

#[test]
fn what_is_asked_is_answered_recorded_and_kept() {
    let house = house("");
    let people = people(&house);
    let asker = TestHouse::caller("sato", &["office/inquiry"]);
    let asked = question(&[&people[1], "999999999999990", &people[0]], "印鑑登録の受付");
    let answered = house.office.ask(&asker, "seal-asks", &asked).unwrap();

    let no_at = answered.answer.items.iter().position(|item| item == "addressee_no").unwrap();
    let found: Vec<&str> = answered.answer.rows.iter().map(|row| &*row[no_at]).collect();
    assert_eq!(found, [&people[1], &people[0]], "in the order of the question");
    assert_eq!(answered.answer.missing, ["999999999999990"]);
    assert_eq!(answered.titles[no_at], "宛名番号");

    let kept = delivery(&house, 1);
    assert_eq!((kept.phase, kept.rows, &kept.asked), (Phase::Applied, 2, &asked.subjects));
    assert_eq!(house.office.check_evidence().unwrap(), Vec::<String>::new());
    let entries = audited(&house);
    assert_eq!(entries.len(), 1);
    assert_eq!((&*entries[0].user, &*entries[0].purpose), ("sato", "印鑑登録の受付"));
    assert_eq!(entries[0].subjects, asked.subjects);

    // The next has the next number, and who was asked about is found again.
    let again = house.office.ask(&asker, "seal-asks", &question(&[&people[0]], "証明書の交付")).unwrap();
    assert_eq!(again.answer.no, 2);
    let traced = house.office.trace(&people[0]).unwrap();
    let own: Vec<u64> =
        traced.iter().filter(|line| line.delivery.link == "seal-asks").map(|line| line.delivery.no).collect();
    assert_eq!(own, [2, 1]);
    let other = house.office.trace(&people[2]).unwrap();
    assert!(other.iter().all(|line| line.delivery.link != "seal-asks"), "nobody asked about the third");
}

/// A kept answer that is touched is told.
#[test]
fn an_altered_answer_is_found() {
    let house = house("");
    let asker = TestHouse::caller("sato", &["*"]);
    house.office.ask(&asker, "seal-asks", &question(&[&people(&house)[0]], "受付")).unwrap();
    let folder = house.office.evidence_root().join("seal-asks");
    let kept = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&kept, b"{}").unwrap();
    let problems = house.office.check_evidence().unwrap();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("配信 seal-asks 1番: 控え "), "{problems:?}");
}

/// Each case: who asks, about whom, what for, and the codes of what is wrong.
#[test]
fn what_cannot_be_asked_is_refused_and_nothing_is_recorded() {
    let house = house("");
    let all = ["*"];
    let long = "長".repeat(201);
    for (link, subjects, purpose, codes) in [
        ("resident-to-addressee", vec!["1"], "受付", vec!["Q001"]),
        ("seal-asks", vec![], "受付", vec!["Q006"]),
        ("seal-asks", vec!["1", "2", "3", "4"], "受付", vec!["Q007"]),
        ("seal-asks", vec!["1", ""], "受付", vec!["Q008"]),
        ("seal-asks", vec!["1/2"], "受付", vec!["Q008"]),
        ("seal-asks", vec!["1\n"], "受付", vec!["Q008"]),
        ("seal-asks", vec!["1", "1"], "受付", vec!["Q009"]),
        ("seal-asks", vec!["1"], " ", vec!["Q010"]),
        ("seal-asks", vec!["1"], &long, vec!["Q010"]),
        ("seal-asks", vec![], "", vec!["Q006", "Q010"]),
    ] {
        let asker = TestHouse::caller("sato", &all);
        match house.office.ask(&asker, link, &question(&subjects, purpose)) {
            Err(RunError::Refused(findings)) => {
                let found: Vec<&str> = findings.iter().map(|finding| &*finding.code).collect();
                assert_eq!(found, codes, "{link} {subjects:?} {purpose}");
                assert!(
                    findings.iter().all(|finding| !finding.message.is_empty() && !finding.remedy.is_empty())
                );
            }
            other => panic!("{link} {subjects:?} {purpose}: {other:?}"),
        }
    }
    let denied = house.office.ask(&TestHouse::caller("sato", &[]), "seal-asks", &question(&["1"], "受付"));
    assert!(matches!(denied, Err(RunError::Denied { .. })), "{denied:?}");
    let unknown = house.office.ask(&TestHouse::caller("sato", &all), "nobody", &question(&["1"], "受付"));
    assert!(
        matches!(&unknown, Err(RunError::NoLink(words)) if words.starts_with("連携「nobody」はありません。")),
        "{unknown:?}"
    );
    let view = house.office.journal().view(AsOf::default()).unwrap();
    assert!(view.get(&DELIVERY, &Delivery::key_of("seal-asks", 1)).unwrap().is_none());
    assert_eq!(audited(&house).len(), 1, "the missing right alone");
}

fn only(result: Result<office::Answered, RunError>) -> Finding {
    match result {
        Err(RunError::Refused(mut findings)) if findings.len() == 1 => findings.remove(0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stopped_link_answers_nobody() {
    let house = house("");
    let (asker, person) = (TestHouse::caller("sato", &["*"]), people(&house)[0].clone());
    let ask = || house.office.ask(&asker, "seal-asks", &question(&[&person], "受付"));
    assert_eq!(ask().unwrap().answer.no, 1);
    house.office.hold_link(&asker, "seal-asks", "相手の工事").unwrap();
    let finding = only(ask());
    assert_eq!((&*finding.code, finding.message.contains("相手の工事")), ("Q005", true), "{finding:?}");
    house.office.release_link(&asker, "seal-asks").unwrap();
    assert!(
        matches!(house.office.run_link(&asker, "seal-asks"), Err(RunError::Refused(_))),
        "nothing to run"
    );
    assert_eq!(ask().unwrap().answer.no, 2, "without a gap");
}

/// A place that carries files answers no questions: who asked is told, and the operator sees it.
#[test]
fn an_outside_system_that_does_not_answer_shows_on_the_monitor() {
    let house = house("place = \"files\"\n");
    house.settle();
    let asker = TestHouse::caller("sato", &["*"]);
    let finding = only(house.office.ask(&asker, "seal-asks", &question(&["1"], "受付")));
    assert_eq!(finding.code, "Q004");
    assert!(finding.message.contains("照会に答えません"), "{finding:?}");
    let view = house.office.link_view("seal-asks").unwrap().unwrap();
    assert_eq!(view.standing, LinkStanding::Trouble);
    assert!(view.why.contains("照会に答えません"), "{}", view.why);
}
