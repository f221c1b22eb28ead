//! A defect of one system: its link says so, and nothing else stops.

use linkage::LinkState;
use office::LinkStanding;
use register::{AsOf, Body, Fault, Stored, View, ViewExt, Write};
use system::{Applied, Batch, Context, Fate, Row, System};

use super::house::TestHouse;

const LINK: &str = "resident-to-addressee";

fn standing(house: &TestHouse) -> (LinkStanding, String) {
    let view = house.office.link_view(LINK).unwrap().unwrap();
    (view.standing, view.why)
}

/// What an intake does.
type Apply = fn(&dyn View, &Batch<'_>, &Context<'_>) -> Result<Applied, Fault>;

fn failing(_: &dyn View, _: &Batch<'_>, _: &Context<'_>) -> Result<Applied, Fault> {
    Err(Fault::because("表が読めません"))
}

fn conflicting(_: &dyn View, _: &Batch<'_>, _: &Context<'_>) -> Result<Applied, Fault> {
    let body = Body::of(&serde_json::json!({}))?;
    let write = || Write::create(&addressee::records::ADDRESSEE, "twice", body.clone());
    Ok(Applied { writes: vec![write(), write()], refused: Vec::new() })
}

fn set_intake(systems: &mut [System], apply: Apply) {
    let addressee = systems.iter_mut().find(|system| system.id == "addressee").unwrap();
    addressee.intakes[0].apply = apply;
}

#[test]
fn an_intake_that_fails_or_contradicts_itself_shows_on_its_link() {
    let house = TestHouse::new();
    house.move_in();
    let mut house = house;
    let cases: [(Apply, &str); 2] = [(failing, "表が読めません"), (conflicting, "addressee/addressee twice")];
    for (apply, told) in cases {
        house = house.reopen_with(|systems| set_intake(systems, apply), |_| {});
        // Ends, and does not turn for ever.
        house.settle();
        let (standing, why) = standing(&house);
        assert_eq!(standing, LinkStanding::Trouble);
        assert!(why.contains(told), "{why}");
        assert_eq!(
            house.office.link_view("resident-to-child-allowance").unwrap().unwrap().standing,
            LinkStanding::Idle
        );
        house.clock.pass(jiff::SignedDuration::from_mins(10));
    }
    // Mended, the link goes on where it stood, and nothing was lost.
    let house = house.reopen(|_| {});
    house.settle();
    assert_eq!(standing(&house).0, LinkStanding::Idle);
    let deliveries = house.office.deliveries(LINK, None, 10).unwrap();
    assert_eq!(deliveries.iter().map(|own| own.rows).collect::<Vec<_>>(), [3]);
    let view = house.office.journal().view(AsOf::default()).unwrap();
    assert_eq!(view.load::<LinkState>(LINK).unwrap().unwrap().record.next_no, 2);
}

fn unreadable(_: &dyn View, _: &Stored, _: &mut Row) -> Result<Fate, Fault> {
    Err(Fault::new("行が作れません", std::io::Error::other("生年月日の桁が合いません")))
}

/// Files kept of the full extract for the welfare system.
fn kept(house: &TestHouse) -> Vec<String> {
    let folder = house.office.evidence_root().join("resident-full-to-welfare");
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn what_cannot_be_prepared_is_told_with_its_cause_and_leaves_nothing_behind() {
    let house = TestHouse::new();
    house.move_in();
    let house = house.reopen_with(
        |systems| {
            let register = systems.iter_mut().find(|system| system.id == "resident-register").unwrap();
            for dataset in &mut register.datasets {
                dataset.row = unreadable;
            }
        },
        |_| {},
    );
    house.settle();
    let why = |house: &TestHouse| house.office.link_view("resident-full-to-welfare").unwrap().unwrap().why;
    let told = "配信ファイルを作れません。原因: 行が作れません。原因: 生年月日の桁が合いません";
    assert!(why(&house).contains(told), "{}", why(&house));
    assert_eq!(kept(&house), [""; 0]);
    // A full extract over its limit is tried again and again, and while the town grows each would be another file.
    let mut house = house.reopen(|sources| {
        for link in sources.links.iter_mut().filter(|link| link.name == "resident-full-to-welfare.toml") {
            let limit = link.text.lines().find(|line| line.starts_with("rows_per_delivery_max")).unwrap();
            link.text = link.text.replace(limit, "rows_per_delivery_max = 2");
        }
    });
    for _ in 0..2 {
        house.clock.pass(jiff::SignedDuration::from_mins(10));
        house.settle();
        assert!(why(&house).contains("一配信の上限2件を超えています"), "{}", why(&house));
        assert_eq!(kept(&house), [""; 0]);
    }
    house = house.reopen(|_| {});
    house.clock.pass(jiff::SignedDuration::from_mins(10));
    house.settle();
    assert_eq!(kept(&house).len(), 1, "the data of the one delivery, of whose characters nothing is to tell");
}
