//! A defect of one system: its link says so, and nothing else stops.

use linkage::LinkState;
use office::LinkStanding;
use register::{AsOf, Body, Fault, View, ViewExt, Write};
use system::{Applied, Context, Incoming, System};

use super::house::TestHouse;

const LINK: &str = "resident-to-addressee";

fn standing(house: &TestHouse) -> (LinkStanding, String) {
    let view = house.office.link_view(LINK).unwrap().unwrap();
    (view.standing, view.why)
}

/// What an intake does.
type Apply = fn(&dyn View, &[Incoming<'_>], &Context<'_>) -> Result<Applied, Fault>;

fn failing(_: &dyn View, _: &[Incoming<'_>], _: &Context<'_>) -> Result<Applied, Fault> {
    Err(Fault::because("表が読めません"))
}

fn conflicting(_: &dyn View, _: &[Incoming<'_>], _: &Context<'_>) -> Result<Applied, Fault> {
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
