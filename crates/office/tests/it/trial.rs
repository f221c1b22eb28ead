//! Trying a changed link: what would differ is told to the byte, and nothing is sent.

use std::fs;
use std::path::Path;

use catalog::Link;
use layout::Layout;
use office::{Change, RunError, Sides, Trial, Tried};

use super::house::TestHouse;

const LINK: &str = "resident-full-to-welfare";

fn standard(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../standards").join(path)).unwrap()
}

/// A change of the link file and of the layout by replacing words.
fn change(link: (&str, &str), layout: (&str, &str)) -> Change {
    let changed = |text: String, (from, to): (&str, &str)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let link = changed(standard(&format!("links/{LINK}.toml")), link);
    let layout = changed(standard("layouts/resident-utf16.toml"), layout);
    let layout =
        Layout::parse_with(&layout, "changed.toml", &mut |name| Ok(standard(&format!("layouts/{name}"))));
    let link = Link::parse(&link, &format!("{LINK}.toml")).unwrap();
    Change { link: Some(link), layout: Some(layout.unwrap()) }
}

const SAME: (&str, &str) = ("title = ", "title = ");

/// A town whose welfare suite has taken the full extract of three people.
fn house() -> TestHouse {
    let house = TestHouse::new();
    house.move_in();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    house
}

fn tried(house: &TestHouse, change: &Change, days: u32) -> Result<(Trial, Vec<Tried>), RunError> {
    let (caller, mut told) = (TestHouse::caller("unyo", &["office/links"]), Vec::new());
    let trial = house.office.try_change(&caller, LINK, change, days, &mut |one| {
        told.push(one.clone());
        Ok(())
    })?;
    Ok((trial, told))
}

#[test]
fn what_does_not_change_gives_the_very_bytes_that_were_sent() {
    let house = house();
    // Somebody moves in after the extract: the trial is of the state at that time.
    let before = house.office.journal().head().unwrap();
    let (trial, _) = tried(&house, &change(SAME, SAME), 30).unwrap();
    let [own] = trial.deliveries.as_slice() else { panic!("{trial:?}") };
    assert!(own.is_as_sent && trial.is_the_same(), "{own:?}");
    let sent = house.office.delivery(LINK, 1).unwrap().unwrap().delivery;
    assert_eq!((own.rows.then, own.bytes.then, &own.sha256.then), (sent.rows, sent.bytes, &sent.sha256));
    // The audit entry is all that the trial wrote.
    let entries = house.office.journal().feed(before, &[], 100).unwrap();
    let kinds: Vec<&str> = entries.iter().flat_map(|entry| &entry.versions).map(|own| &*own.kind).collect();
    assert_eq!(kinds, ["office/audit"]);
}

/// Each case: what is changed, the columns that differ with their number of records, and where the first byte differs.
#[test]
fn a_change_is_told_to_the_column_and_the_byte() {
    let house = house();
    let sent = house.office.delivery(LINK, 1).unwrap().unwrap().delivery;
    let rows = sent.rows;
    assert!(0 < rows);
    let kana = (r#"from = "name_kana""#, r#"from = "name""#);
    let (trial, told) = tried(&house, &change(SAME, kana), 30).unwrap();
    assert_eq!(
        trial.by_item,
        [("氏名フリガナ".to_owned(), rows)].into(),
        "a column filled from a wrong item"
    );
    let own = &trial.deliveries[0];
    assert!(own.is_as_sent && own.differing == rows && !own.frame_differs && own.rows.now == own.rows.then);
    // The first byte that differs is the one a comparison of the two files finds.
    let kept = fs::read(house.place("welfare-suite").out().join(sent.file_name.unwrap())).unwrap();
    let header = kept.windows(4).position(|four| four == [0x0d, 0, 0x0a, 0]).unwrap() + 4;
    assert!(u64::try_from(header).unwrap() < own.first_byte.unwrap());
    let first = told.iter().find_map(|one| match one {
        Tried::Item { values: Sides { now: Some(now), then: Some(then) }, .. } => Some((now, then)),
        _ => None,
    });
    let (now, then) = first.unwrap();
    assert!(now != then && !now.is_empty(), "{now} {then}");

    let quoted = ("bom = true", "bom = false");
    let (trial, told) = tried(&house, &change(SAME, quoted), 30).unwrap();
    let own = &trial.deliveries[0];
    assert_eq!((own.first_byte, own.frame_differs, own.differing), (Some(0), true, 0), "only the BOM");
    assert_eq!(told.len(), 1, "the delivery, and no record");

    let name = ("zenken_", "all_");
    let (trial, _) = tried(&house, &change(name, SAME), 30).unwrap();
    assert!(!trial.is_the_same() && trial.deliveries[0].first_byte.is_none(), "only the file's name");
}

#[test]
fn a_row_that_could_no_longer_be_sent_is_told_with_its_reason() {
    let house = house();
    // Nobody here has a 通称; a layout that asks for it sends nobody.
    let short = (
        r#"from = "alias_name",             type = "T""#,
        r#"from = "alias_name",             type = "T", required = true"#,
    );
    let (trial, told) = tried(&house, &change(SAME, short), 30).unwrap();
    let own = &trial.deliveries[0];
    assert_eq!(own.held.now, 0);
    assert_eq!(own.held.then, own.rows.now - own.rows.then);
    assert!(0 < own.held.then);
    let whys: Vec<&Tried> = told.iter().filter(|one| matches!(one, Tried::Held { .. })).collect();
    assert_eq!(u64::try_from(whys.len()).unwrap(), own.held.then);
    assert!(
        matches!(whys[0], Tried::Held { why, .. } if why.now.is_empty() && why.then.contains("通称")),
        "{whys:?}"
    );
}

#[test]
fn only_the_days_that_are_asked_for_are_tried() {
    let house = house();
    house.clock.pass(jiff::SignedDuration::from_hours(24 * 3));
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    for (days, expected) in [(30, 2), (3, 2), (2, 1), (0, 1)] {
        let (trial, _) = tried(&house, &change(SAME, SAME), days).unwrap();
        assert_eq!(trial.deliveries.len(), expected, "{days} days");
    }
}

type Alter = fn(&mut Link);

/// Each case: what the changed file says otherwise, and the code of the refusal.
#[test]
fn a_change_of_another_link_is_refused() {
    let house = house();
    let of_link = |alter: Alter| {
        let mut change = Change { layout: None, ..change(SAME, SAME) };
        alter(change.link.as_mut().unwrap());
        change
    };
    let cases: [(Alter, &str); 4] = [
        (|link| "another".clone_into(&mut link.id), "V002"),
        (
            |link| link.delivery = catalog::Delivery::InProcess { intake: "addressee/residents".to_owned() },
            "V002",
        ),
        (|link| "addressee/addressee".clone_into(&mut link.dataset), "V003"),
        (
            |link| {
                if let catalog::Delivery::Outward { layout, .. } = &mut link.delivery {
                    "nowhere".clone_into(layout);
                }
            },
            "V004",
        ),
    ];
    for (alter, code) in cases {
        let Err(RunError::Refused(findings)) = tried(&house, &of_link(alter), 30) else { panic!("{code}") };
        assert_eq!(findings[0].code, code);
        assert!(!findings[0].remedy.is_empty(), "{code}");
    }
    let nobody = TestHouse::caller("tanaka", &["addressee/*"]);
    let denied = house.office.try_change(&nobody, LINK, &change(SAME, SAME), 30, &mut |_| Ok(()));
    assert!(matches!(denied, Err(RunError::Denied { .. })), "{denied:?}");
}
