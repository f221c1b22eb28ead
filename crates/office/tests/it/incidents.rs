//! What has happened in town halls, by name.

use std::fs;

use office::LinkStanding;
use transport::{Receipt, Verdict};

use super::house::TestHouse;

/// Two links carried the same bytes under the same number, and the receipt of one lay under the name of the other: found by the
/// simulation, seed 201120.
#[test]
fn the_receipt_of_another_link_is_not_believed() {
    let house = TestHouse::new();
    house.settle();
    let own = house.office.deliveries("resident-full-to-welfare", None, 1).unwrap().remove(0);
    let receipt = |link: Option<&str>| Receipt {
        link: link.map(str::to_owned),
        no: own.no,
        rows: own.rows,
        sha256: own.sha256.clone(),
        verdict: Verdict::Applied,
    };
    let path = house.place("welfare-suite").receipts().join(format!("{}.receipt", own.file_name.unwrap()));
    fs::write(&path, receipt(Some("resident-changes-to-welfare")).to_text()).unwrap();
    house.settle();
    let view = house.office.link_view("resident-full-to-welfare").unwrap().unwrap();
    assert_eq!(view.standing, LinkStanding::Held);
    assert!(view.why.contains("受領書が別の連携「resident-changes-to-welfare」のものです"), "{}", view.why);

    // Sent again, and answered by a receiver of before, whose receipts do not name the link.
    let operator = TestHouse::caller("unyo", &["office/links"]);
    house.office.release_link(&operator, "resident-full-to-welfare").unwrap();
    house.settle();
    fs::write(&path, receipt(None).to_text()).unwrap();
    house.settle();
    let view = house.office.link_view("resident-full-to-welfare").unwrap().unwrap();
    assert_eq!(view.standing, LinkStanding::Idle, "{}", view.why);
}

/// A destination is dead: its folder is a file that nobody may write. The other destination and every system of the house go on.
#[test]
fn one_dead_destination_stops_nobody_else() {
    let house = TestHouse::new();
    house.settle();
    for place in ["welfare-suite", "tax-suite"] {
        house.receiver(place).turn().unwrap();
    }
    house.settle();
    let dead = house.place("welfare-suite").out();
    fs::rename(&dead, dead.with_extension("away")).unwrap();
    fs::write(&dead, b"").unwrap();

    house.move_in();
    let operator = TestHouse::caller("unyo", &["office/links"]);
    house.office.run_link(&operator, "resident-full-to-tax").unwrap();
    house.settle();
    house.receiver("tax-suite").turn().unwrap();
    house.settle();
    let standing = |link: &str| house.office.link_view(link).unwrap().unwrap().standing;
    assert_eq!(standing("resident-changes-to-welfare"), LinkStanding::Trouble);
    for link in ["resident-full-to-tax", "resident-to-addressee", "resident-to-child-allowance"] {
        assert_eq!(standing(link), LinkStanding::Idle, "{link}");
    }
    let tax = house.office.deliveries("resident-full-to-tax", None, 1).unwrap().remove(0);
    assert_eq!((tax.no, tax.rows, tax.receipt.map(|receipt| receipt.rows)), (2, 3, Some(3)));

    // It comes back: what was owed arrives, once, under the number it had.
    fs::remove_file(&dead).unwrap();
    fs::rename(dead.with_extension("away"), &dead).unwrap();
    house.office.release_link(&operator, "resident-changes-to-welfare").unwrap();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let welfare = house.office.deliveries("resident-changes-to-welfare", None, 10).unwrap();
    assert_eq!(welfare.iter().map(|own| (own.no, own.rows)).collect::<Vec<_>>(), [(1, 3)]);
    assert_eq!(standing("resident-changes-to-welfare"), LinkStanding::Idle);
}
