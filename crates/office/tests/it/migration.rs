//! 移行: a legacy and a standard partner for one flow, one of them after the other, and what the legacy one lacks.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use linkage::Phase;
use office::{LinkStanding, ListFile, Packings, RunError};
use register::{AsOf, ViewExt};

use transport::Question;

use super::house::TestHouse;
use super::inward;
use super::resend::another_family;

const OLD: &str = "resident-changes-to-welfare";
const NEW: &str = "resident-changes-to-new-welfare";

/// The changes for a new partner, in force from the 25th, when it takes over from the present one.
fn new_link(more: &str) -> String {
    format!(
        r#"
id = "{NEW}"
title = "住民情報異動データ（新しい福祉システム）"
rows = ["city:25"]
source = "resident-register"
target = "integrated-welfare-suite"
dataset = "resident-register/resident"
method = "file-or-media"
timing = "on-change"
extent = "difference"
unmappable = "shrink"
rows_per_delivery_max = 1000
exclusive_lock = false
assurance = "sender-assures"
term = {{ from = "2026-11-25" }}
succeeds = "{OLD}"
{more}
[delivery.outward]
place = "new-welfare"
layout = "resident-utf16"
file_name = "new_{{no}}.csv"
receipt_within_minutes = 60
"#
    )
}

/// A town with both links, whose present partner holds everything up to now.
fn house() -> TestHouse {
    let house = TestHouse::new();
    let at = house.place("new-welfare");
    let house = house.reopen(|sources| {
        sources.links.push(ListFile { name: format!("{NEW}.toml"), text: new_link("") });
        sources.places.insert("new-welfare".into(), Ok(at.shared()));
    });
    house.settle();
    answer(&house);
    house
}

/// Both partners answer what lies there.
fn answer(house: &TestHouse) {
    for place in ["welfare-suite", "new-welfare"] {
        house.receiver(place).turn().unwrap();
    }
    house.settle();
}

fn standing(house: &TestHouse, link: &str) -> (LinkStanding, String) {
    let view = house.office.link_view(link).unwrap().unwrap();
    (view.standing, view.why)
}

/// Rows of the deliveries of a link, oldest first.
fn carried(house: &TestHouse, link: &str) -> Vec<(u64, u64, Phase)> {
    let mut all = house.office.deliveries(link, None, 50).unwrap();
    all.reverse();
    all.iter().map(|own| (own.no, own.rows, own.phase)).collect()
}

fn code<T: std::fmt::Debug>(result: Result<T, RunError>) -> String {
    match result {
        Err(RunError::Refused(findings)) => findings[0].code.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_partner_takes_over_from_another_without_a_gap_and_without_a_double() {
    let house = house();
    let operator = TestHouse::caller("unyo", &["office/links"]);
    assert_eq!(standing(&house, NEW), (LinkStanding::NotYet, "2026-11-25から動きます".to_owned()));
    assert_eq!(code(house.office.run_link(&operator, NEW)), "L005");
    assert_eq!(code(house.office.hold_link(&operator, NEW, "早い")), "L005");

    another_family(&house, 1);
    house.settle();
    answer(&house);
    assert_eq!(carried(&house, OLD), [(1, 3, Phase::Applied)]);

    // On the day the receipt of the second one is still out: the new link waits, and what changes meanwhile waits with it.
    another_family(&house, 2);
    house.settle();
    house.clock.pass(SignedDuration::from_hours(5 * 24));
    another_family(&house, 3);
    house.settle();
    let (found, why) = standing(&house, NEW);
    assert_eq!(found, LinkStanding::Queued);
    assert!(why.contains("配信2番の受領を待っています"), "{why}");
    assert!(carried(&house, NEW).is_empty());
    assert!(!house.office.cutovers().unwrap()[0].done);

    // It comes. Whichever of the two is turned first, the third family goes once.
    answer(&house);
    house.settle();
    answer(&house);
    let cutover = house.office.cutovers().unwrap().remove(0);
    assert!(cutover.done, "{cutover:?}");
    let (old, new) = (carried(&house, OLD), carried(&house, NEW));
    let total: u64 = old.iter().chain(&new).map(|(_, rows, _)| rows).sum();
    assert_eq!(total, 9, "three families of three: {old:?} {new:?}");
    assert!(old.iter().chain(&new).all(|(_, _, phase)| *phase == Phase::Applied));
    assert_eq!(standing(&house, OLD).0, LinkStanding::Ended);

    // From now on all goes by the new one, also after a restart, and the old one cannot be started again.
    another_family(&house, 4);
    house.settle();
    answer(&house);
    assert_eq!(carried(&house, OLD), old);
    assert_eq!(
        carried(&house, NEW).iter().map(|(_, rows, _)| rows).sum::<u64>(),
        total - old.iter().map(|own| own.1).sum::<u64>() + 3
    );
    assert_eq!(code(house.office.run_link(&operator, OLD)), "L005");
    assert_eq!(code(house.office.resend(&operator, OLD, 1)), "L005");
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let state = view.load::<linkage::LinkState>(OLD).unwrap().unwrap().record;
    assert_eq!(state.succeeded_by.as_deref(), Some(NEW));
}

#[test]
fn both_partners_may_be_served_side_by_side() {
    let house = TestHouse::new();
    let at = house.place("new-welfare");
    let text = new_link("").replace(&format!("succeeds = \"{OLD}\""), "").replace("2026-11-25", "2026-11-20");
    let house = house.reopen(|sources| {
        sources.links.push(ListFile { name: format!("{NEW}.toml"), text });
        sources.places.insert("new-welfare".into(), Ok(at.shared()));
    });
    house.settle();
    answer(&house);
    another_family(&house, 1);
    house.settle();
    answer(&house);
    assert_eq!(carried(&house, OLD), [(1, 3, Phase::Applied)]);
    assert_eq!(carried(&house, NEW), [(1, 3, Phase::Applied)]);
}

#[test]
fn a_link_ends_with_its_last_day_and_what_is_on_its_way_still_ends_well() {
    let house = TestHouse::new();
    let house = house.reopen(|sources| {
        let own = sources.links.iter_mut().find(|own| own.name == format!("{OLD}.toml")).unwrap();
        own.text = own.text.replace("timing =", "term = { until = \"2026-11-21\" }\ntiming =");
    });
    house.settle();
    answer_old(&house);
    another_family(&house, 1);
    house.settle();
    house.clock.pass(SignedDuration::from_hours(2 * 24));
    another_family(&house, 2);
    house.settle();
    let (found, why) = standing(&house, OLD);
    assert_eq!(found, LinkStanding::Trouble, "the receipt is still waited for");
    assert!(why.contains("受領"), "{why}");
    answer_old(&house);
    assert_eq!(carried(&house, OLD), [(1, 3, Phase::Applied)]);
    assert_eq!(standing(&house, OLD), (LinkStanding::Ended, "2026-11-21で終わりました".to_owned()));
}

fn answer_old(house: &TestHouse) {
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
}

#[test]
fn items_a_legacy_source_lacks_are_shown_and_filled_by_rule() {
    let filled = inward::LINK.replace(
        "[delivery.inward]",
        "[fill]\nname_kana = { item = \"name\" }\ncity_code = { value = \"477991\" }\n\n[delivery.inward]",
    );
    let house = inward::linked(TestHouse::new(), stand_in::intakes::ROWS.apply, &filled, Packings::new());
    let mut sender = inward::sender(&house.place("federation"));
    sender
        .send(&inward::rows(&[("1", "甲"), ("2", "乙")]), false, "2026-11-20", counterparts::Mishap::None)
        .unwrap();
    inward::settle(&house);
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    view.scan(&stand_in::records::RECEIVED, None, &mut |stored| {
        let own = stored.typed::<stand_in::records::Received>()?.record;
        let values =
            ["name", "name_kana", "city_code"].map(|item| own.values.get(item).cloned().unwrap_or_default());
        held.insert(own.subject, values.to_vec());
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    let row = |values: [&str; 3]| values.map(str::to_owned).to_vec();
    assert_eq!(
        held,
        BTreeMap::from([
            ("1".into(), row(["甲", "甲", "477991"])),
            ("2".into(), row(["乙", "乙", "477991"]))
        ])
    );
    let told = house.office.link_view("insured-in").unwrap().unwrap().lacking;
    let told: Vec<(&str, &str)> = told.iter().map(|own| (own.item.as_str(), own.filled.as_str())).collect();
    assert_eq!(told, [("city_code", "「477991」とします"), ("name_kana", "「name」の値とします")]);
}

/// Each case: what is filled in, and what is said of it.
#[test]
fn what_cannot_be_filled_in_stops_the_link_with_words() {
    for (fill, words) in [
        ("name = { value = \"\" }", "レイアウトにあります"),
        ("kana = { item = \"yomi\" }", "レイアウトにありません"),
    ] {
        let text = inward::LINK.replace("[delivery.inward]", &format!("[fill]\n{fill}\n\n[delivery.inward]"));
        let house = inward::linked(TestHouse::new(), stand_in::intakes::ROWS.apply, &text, Packings::new());
        let (found, why) = standing(&house, "insured-in");
        assert_eq!(found, LinkStanding::Broken, "{fill}");
        assert!(why.contains(words), "{fill}: {why}");
    }
}

#[test]
fn a_question_is_answered_only_while_the_link_is_in_force() {
    let house = TestHouse::new().reopen(|sources| {
        let own =
            sources.links.iter_mut().find(|own| own.name == "child-allowance-asks-resident.toml").unwrap();
        own.text = own.text.replace("timing =", "term = { from = \"2026-12-01\" }\ntiming =");
    });
    house.move_in();
    let caller = TestHouse::caller("jidou", &["office/inquiry", "office/links"]);
    let question = || Question { subjects: vec!["0000000012".to_owned()], purpose: "認定".to_owned() };
    assert_eq!(code(house.office.ask(&caller, "child-allowance-asks-resident", &question())), "L005");
    house.clock.pass(SignedDuration::from_hours(20 * 24));
    let answered = house.office.ask(&caller, "child-allowance-asks-resident", &question());
    assert!(
        !matches!(&answered, Err(RunError::Refused(findings)) if findings[0].code == "L005"),
        "{answered:?}"
    );
}
