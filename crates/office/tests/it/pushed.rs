//! Deliveries whose receiver answers in the same breath.

use std::sync::Arc;
use std::time::Duration;

use counterparts::HttpReceiver;
use linkage::Phase;
use office::{LinkStanding, Ready};
use transport::http::wire::ReceiptKey;
use transport::http::{Auth, HttpOptions, HttpPlace, Speech};
use transport::{Network, Place};

use super::house::TestHouse;

const FULL: &str = "resident-full-to-welfare";

/// A town whose welfare suite is at an address.
fn town(receiver: &HttpReceiver, key: &ReceiptKey) -> TestHouse {
    let place = HttpPlace::at(HttpOptions {
        base: format!("http://{}/welfare", receiver.address()),
        speech: Speech::Rest,
        auth: Auth::Token("t".into()),
        receiver_key: Some(key.public()),
        authorities: None,
        network: Network::default(),
        wait: Duration::from_secs(30),
        clock: || 0,
    });
    let place: Arc<dyn Place> = Arc::new(place.unwrap());
    TestHouse::new().reopen(|sources| {
        sources.places.insert("welfare-suite".into(), Ok(place));
    })
}

#[test]
fn a_receipt_in_the_answer_is_recorded_with_the_sending() {
    let key = || ReceiptKey::parse(&"07".repeat(32)).unwrap();
    for (agreed, phase, standing) in
        [(true, Phase::Applied, LinkStanding::Idle), (false, Phase::Refused, LinkStanding::Held)]
    {
        let receiver = HttpReceiver::start("t", key(), |_, _| ()).unwrap();
        let house = town(&receiver, &key());
        if let Some(Ok(Ready::Outward { plan, .. })) =
            house.office.links().get(FULL).map(|running| &running.ready)
            && agreed
        {
            receiver.agree(FULL, (**plan).clone());
        }
        house.settle();
        let view = house.office.delivery(FULL, 1).unwrap().unwrap();
        let phases: Vec<Phase> = view.steps.iter().map(|(phase, _)| *phase).collect();
        assert_eq!(phases, [Phase::Prepared, phase], "one step for both");
        assert!(view.delivery.sent_at.is_some());
        let receipt = view.delivery.receipt.unwrap();
        assert_eq!(receipt.reason.is_empty(), agreed, "{}", receipt.reason);
        assert_eq!(house.office.link_view(FULL).unwrap().unwrap().standing, standing);
        assert_eq!(receiver.last(FULL), u64::from(agreed));
    }
}
