//! The register of media in a house: who may use it, and what links and deliveries say of it.

use linkage::Phase;
use office::{LinkStanding, RunError, RunOptions};
use serde_json::{Value, json};

use super::house::TestHouse;

const LINK: &str = "resident-full-to-tax";

/// A town that keeps the register and has made a delivery for the tax suite.
fn house() -> TestHouse {
    let house = TestHouse::new().reopen_with(|systems| systems.push(media::system()), |_| {});
    house.move_in();
    house.settle();
    house
}

fn enter(house: &TestHouse, function: &str, mut input: Value) {
    input["medium_no"] = json!("M-1");
    house.run_confirming("unyo", &format!("media-register/{function}"), &input);
}

/// A medium with delivery 1 that was handed over.
fn handed_over(house: &TestHouse) {
    enter(house, "write", json!({ "media": "usb-memory", "link_id": LINK, "deliveries": "1" }));
    enter(house, "seal", json!({ "seal_no": "F-1" }));
    enter(
        house,
        "hand-over",
        json!({ "organisation": "運用会社", "taken_by": "架空　次郎", "how": "手渡し" }),
    );
}

fn standing(house: &TestHouse, link: &str) -> (LinkStanding, String) {
    let view = house.office.link_view(link).unwrap().unwrap();
    (view.standing, view.why)
}

#[test]
fn a_lost_medium_is_told_on_its_link_until_it_is_found() {
    let house = house();
    handed_over(&house);
    let before = standing(&house, LINK);
    assert_eq!(before.0, LinkStanding::Waiting);
    enter(&house, "lose", json!({ "note": "便の追跡が途絶えた" }));
    let (now, why) = standing(&house, LINK);
    assert_eq!(now, LinkStanding::MediumLost);
    assert!(why.contains("媒体 M-1 が紛失しています"), "{why}");
    assert_eq!(house.office.link_views().unwrap()[0].id, LINK, "the worst stands first");
    let day = house.office.ledger(house.office.today()).unwrap();
    let of_link = |link: &str| day.iter().find(|line| line.link == link).unwrap().wrong.clone();
    assert!(of_link(LINK).ends_with("媒体 M-1 が紛失しています"), "{}", of_link(LINK));
    assert!(!of_link("resident-full-to-welfare").contains("媒体"));
    assert_ne!(standing(&house, "resident-full-to-welfare").0, LinkStanding::MediumLost);

    // What stops the link keeps its button.
    let operator = TestHouse::caller("unyo", &["office/links"]);
    house.office.hold_link(&operator, LINK, "確認中").unwrap();
    let (now, why) = standing(&house, LINK);
    assert_eq!(now, LinkStanding::Held);
    assert!(why.contains("確認中") && why.contains("媒体 M-1 が紛失しています"), "{why}");
    house.office.release_link(&operator, LINK).unwrap();

    enter(&house, "find", json!({ "note": "配送所にあった。封印は無事" }));
    house.settle();
    assert_eq!(standing(&house, LINK), before);
}

#[test]
fn a_delivery_shows_the_media_it_is_on() {
    let house = house();
    let on = |no| house.office.delivery(LINK, no).unwrap().unwrap().media;
    assert!(on(1).is_empty());
    handed_over(&house);
    let media = on(1);
    assert_eq!(
        media.iter().map(|own| (&*own.medium_no, own.state.label())).collect::<Vec<_>>(),
        [("M-1", "引渡済")]
    );
    assert_eq!(
        house.office.delivery(LINK, 1).unwrap().unwrap().delivery.phase,
        Phase::Sent,
        "its receipt is its own"
    );
}

#[test]
fn whoever_has_no_right_enters_nothing() {
    let house = house();
    let input = json!({ "medium_no": "M-1", "media": "tape", "link_id": LINK, "deliveries": "1" });
    let counter = TestHouse::caller("madoguchi", &["resident-register/*", "office/links"]);
    let refused = house.office.run(&counter, "media-register/write", &input, &RunOptions::default());
    assert!(matches!(refused, Err(RunError::Denied { .. })));
    let registrar = TestHouse::caller("kanri", &["media-register/whereabouts"]);
    let looked =
        house.office.run(&registrar, "media-register/whereabouts", &json!({}), &RunOptions::default());
    assert_eq!(looked.unwrap().answer.unwrap().data["count"], 0);
}
