//! Trying places out, and faults on order.

use std::fs;
use std::sync::Arc;

use office::{LinkStanding, RunError};
use transport::{Mischief, Place, Rehearsal};

use super::house::TestHouse;

const CHANGES: &str = "resident-changes-to-welfare";

/// A rehearsal environment: faults may be ordered at every place.
fn rehearsing() -> TestHouse {
    TestHouse::new().reopen(|sources| {
        for place in sources.places.values_mut() {
            if let Ok(open) = place {
                let before: Arc<dyn Place> = Arc::new(Rehearsal::before(Arc::clone(open)));
                *place = Ok(before);
            }
        }
    })
}

fn turn(house: &TestHouse) {
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
}

#[test]
fn what_an_operator_sees_of_each_fault_and_how_it_ends() {
    let operator = TestHouse::caller("unyo", &["office/links"]);
    #[rustfmt::skip]
    let cases = [
        // What is ordered, how the link stands, what is said, what must be done after the end.
        (Mischief::Away,      LinkStanding::Trouble, "接続できないことにしています", true),
        (Mischief::Mute,      LinkStanding::Waiting, "", false),
        (Mischief::Miscounts, LinkStanding::Held,    "件数", true),
        (Mischief::Refuses,   LinkStanding::Held,    "取り込まないことにしています", true),
        // These two concern what comes in.
        (Mischief::Withholds, LinkStanding::Idle,    "", false),
        (Mischief::Garbles,   LinkStanding::Idle,    "", false),
    ];
    for (mischief, standing, said, must_release) in cases {
        let house = rehearsing();
        turn(&house);
        house.office.rehearse(&operator, CHANGES, Some(mischief)).unwrap();
        assert_eq!(house.office.rehearsed(CHANGES), Some(Some(mischief)));
        let under: Vec<_> =
            house.office.under_rehearsal().iter().map(|running| running.link.id.clone()).collect();
        assert!(under.contains(&CHANGES.to_owned()) && !under.contains(&"resident-to-addressee".to_owned()));

        house.move_in();
        turn(&house);
        let view = house.office.link_view(CHANGES).unwrap().unwrap();
        assert_eq!(view.standing, standing, "{mischief:?}: {}", view.why);
        assert!(view.why.contains(said), "{mischief:?}: {}", view.why);

        house.office.rehearse(&operator, CHANGES, None).unwrap();
        if must_release {
            house.office.release_link(&operator, CHANGES).unwrap();
        }
        turn(&house);
        let view = house.office.link_view(CHANGES).unwrap().unwrap();
        assert_eq!(view.standing, LinkStanding::Idle, "{mischief:?}: {}", view.why);
        let all = house.office.deliveries(CHANGES, None, 9).unwrap();
        assert_eq!(all.iter().map(|own| (own.no, own.rows)).collect::<Vec<_>>(), [(1, 3)], "{mischief:?}");
    }
}

#[test]
fn a_trial_tells_its_steps_or_the_cause_and_moves_nothing() {
    let house = rehearsing();
    turn(&house);
    let operator = TestHouse::caller("unyo", &["office/links"]);
    let before = house.office.link_view(CHANGES).unwrap().unwrap().position;
    let probe = house.office.probe_link(&operator, CHANGES).unwrap();
    assert_eq!(probe.failure, [""; 0]);
    assert_eq!(probe.steps, ["フォルダ", "書き込み", "読み取り", "削除", "相手からのファイルの一覧"]);

    house.office.rehearse(&operator, CHANGES, Some(Mischief::Away)).unwrap();
    let probe = house.office.probe_link(&operator, CHANGES).unwrap();
    assert!(probe.steps.is_empty());
    assert_eq!(probe.failure.last().unwrap(), "障害の予行です。接続できないことにしています");
    house.office.rehearse(&operator, CHANGES, None).unwrap();

    // A real one: a file lies where the folder was.
    let out = house.place("welfare-suite").out();
    fs::rename(&out, out.with_extension("away")).unwrap();
    fs::write(&out, b"").unwrap();
    let probe = house.office.probe_link(&operator, CHANGES).unwrap();
    assert!(probe.failure.len() > 1 && probe.failure[0].contains("失敗しました"), "{:?}", probe.failure);
    assert_eq!(house.office.link_view(CHANGES).unwrap().unwrap().position, before);
}

#[test]
fn what_cannot_be_tried_or_ordered_is_told() {
    let house = TestHouse::new();
    let operator = TestHouse::caller("unyo", &["office/links"]);
    let code = |done: Result<(), RunError>| match done {
        Err(RunError::Refused(findings)) => findings[0].code.clone(),
        other => format!("{other:?}"),
    };
    let probe = |id: &str| house.office.probe_link(&operator, id).map(|_| ());
    assert_eq!(code(probe("resident-to-addressee")), "L006");
    assert!(matches!(probe("nobody"), Err(RunError::NoLink(_))));
    // No rehearsal environment, or no place to order something at.
    for id in [CHANGES, "resident-to-addressee"] {
        assert_eq!(house.office.rehearsed(id), None);
        assert_eq!(code(house.office.rehearse(&operator, id, Some(Mischief::Away))), "L007");
    }
    let nobody = TestHouse::caller("madoguchi", &["resident-register/*"]);
    assert!(matches!(house.office.probe_link(&nobody, CHANGES), Err(RunError::Denied { .. })));
    assert!(matches!(house.office.rehearse(&nobody, CHANGES, None), Err(RunError::Denied { .. })));
    let house = house.reopen(|sources| {
        sources.places.insert("welfare-suite".into(), Err("フォルダの名前を書いてください".into()));
    });
    let refused = house.office.probe_link(&operator, CHANGES).map(|_| ());
    assert!(matches!(&refused, Err(RunError::Refused(found)) if found[0].code == "L008"), "{refused:?}");
}
