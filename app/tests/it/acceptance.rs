//! The 検収書 as the office writes it is the one the press prints.

use daicho::demo::{Demo, make};
use daicho::house::Outside;
use documents::LinkAcceptance;
use office::Caller;

#[test]
fn the_press_knows_every_item_of_an_acceptance_and_misses_none() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { folder: dir.path().join("demo"), residents: 50, seed: 1, fresh: false };
    let (_, house) = make(&demo, Outside::default()).unwrap();
    let office = &house.office;
    let link = office.link_views().unwrap().remove(0);
    let days = (office.today().saturating_sub(jiff::Span::new().days(30)), office.today());
    let acceptance = office.accept(&Caller::command_line(), &link.id, days, None).unwrap();
    let request = acceptance.document();
    let printed: LinkAcceptance = serde_json::from_value(request.data.clone()).unwrap();
    // Read and written again it says the same: no item is dropped on the way to the paper.
    assert_eq!(serde_json::to_value(&printed).unwrap(), request.data);
    assert!(!printed.checks.is_empty() && !printed.facts.is_empty());
}
