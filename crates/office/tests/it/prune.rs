//! Kept bytes go at the end of their time; records stay.

use std::fs;
use std::path::PathBuf;

use jiff::SignedDuration;
use office::Pruned;

use super::house::TestHouse;

const LINK: &str = "resident-full-to-welfare";

/// A town whose link says how long its bytes are kept.
fn keeping(keep_days: &str) -> TestHouse {
    TestHouse::new().reopen(|sources| {
        let file = sources.links.iter_mut().find(|file| file.name == format!("{LINK}.toml")).unwrap();
        file.text = file.text.replace("\n[delivery", &format!("\n{keep_days}\n[delivery"));
    })
}

/// A town with three full extracts, a day apart, each taken by its receiver.
fn house(keep_days: &str) -> TestHouse {
    let house = keeping(keep_days);
    house.move_in();
    house.settle();
    for _ in 0..2 {
        taken(&house);
        house.clock.pass(SignedDuration::from_hours(24));
        house.settle();
    }
    taken(&house);
    house
}

fn taken(house: &TestHouse) {
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
}

/// The kept files of a link's delivery.
fn kept(house: &TestHouse, no: u64) -> Vec<PathBuf> {
    let folder = house.office.evidence_root().join(LINK);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(&format!("{no:012}.")))
        .collect();
    files.sort();
    files
}

#[test]
fn what_is_old_enough_goes_and_its_record_stays() {
    let house = house("keep_days = 10");
    let sizes: u64 = kept(&house, 1).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(sizes > 0);
    assert_eq!(house.office.prune(None).unwrap(), Pruned::default(), "nothing is ten days old");

    // Ten days after the first, a day before the second.
    house.clock.pass(SignedDuration::from_hours(24 * 8 + 12));
    assert_eq!(house.office.prune(None).unwrap(), Pruned { deliveries: 1, bytes: sizes });
    assert_eq!((kept(&house, 1).len(), kept(&house, 2).len()), (0, 1));
    let delivery = house.office.delivery(LINK, 1).unwrap().unwrap().delivery;
    assert!(delivery.pruned_at.is_some() && delivery.rows == 3 && !delivery.sha256.is_empty());
    assert_eq!(
        house.office.check_evidence().unwrap(),
        Vec::<String>::new(),
        "what went in order is not missed"
    );

    // However old, the newest stays: it may be asked for again.
    house.clock.pass(SignedDuration::from_hours(24 * 400));
    assert_eq!(house.office.prune(None).unwrap().deliveries, 1);
    assert_eq!((kept(&house, 2).len(), kept(&house, 3).len()), (0, 1));
    assert_eq!(house.office.prune(None).unwrap(), Pruned::default());

    // Killed between the record and the file: the next time ends it.
    let left = house.office.evidence_root().join(LINK).join("000000000001.aa.data");
    fs::write(&left, b"left").unwrap();
    assert_eq!(house.office.prune(None).unwrap().bytes, 4);
    assert!(!left.exists());
}

/// Each case: what the link says, what the town says, and how many deliveries go after two months.
#[test]
fn the_link_says_it_before_the_town() {
    for (link, town, goes) in
        [("", None, 0), ("", Some(30), 2), ("keep_days = 100", Some(30), 0), ("keep_days = 30", None, 2)]
    {
        let house = house(link);
        house.clock.pass(SignedDuration::from_hours(24 * 60));
        // Nobody's files but those of the link under test are told apart here; the others have none so old twice.
        let before = kept(&house, 1).len() + kept(&house, 2).len();
        house.office.prune(town).unwrap();
        let after = kept(&house, 1).len() + kept(&house, 2).len();
        assert_eq!(before - after, goes, "{link} {town:?}");
        assert_eq!(kept(&house, 3).len(), 1);
    }
}

/// A delivery whose receipt is not there is not done with.
#[test]
fn what_is_on_its_way_stays() {
    let house = house("keep_days = 1");
    let caller = TestHouse::caller("unyo", &["*"]);
    house.office.run_link(&caller, LINK).unwrap();
    house.settle();
    house.clock.pass(SignedDuration::from_hours(24 * 60));
    house.office.prune(None).unwrap();
    assert_eq!(kept(&house, 4).len(), 1, "sent and not answered");
    assert_eq!(kept(&house, 3).len(), 1, "the newest that was applied");
}

#[test]
fn extracts_that_did_not_change_are_kept_once_and_free_the_disk_with_the_last() {
    use std::os::unix::fs::MetadataExt;

    let house = keeping("keep_days = 10");
    for number in 1..=4 {
        super::resend::another_family(&house, number);
    }
    house.settle();
    for _ in 0..2 {
        taken(&house);
        house.clock.pass(SignedDuration::from_hours(24));
        house.settle();
    }
    taken(&house);
    let data = |no: u64| {
        let files = kept(&house, no)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "data"));
        files.map(|path| fs::metadata(path).unwrap()).next()
    };
    let [first, second, third] = [1, 2, 3].map(|no| data(no).unwrap());
    assert_eq!([second.ino(), third.ino()], [first.ino(); 2], "nobody moved");
    assert_eq!(house.office.check_evidence().unwrap(), [""; 0]);

    // The first goes, and its place is still the others'.
    house.clock.pass(SignedDuration::from_hours(24 * 8 + 12));
    let pruned = house.office.prune(None).unwrap();
    assert_eq!(pruned.deliveries, 1);
    assert!(pruned.bytes < first.len(), "{pruned:?}");
    assert_eq!(house.office.check_evidence().unwrap(), [""; 0]);
    // Somebody moves in: the next extract is another, and with the last of the old ones their place is free.
    super::resend::another_family(&house, 5);
    house.settle();
    taken(&house);
    house.clock.pass(SignedDuration::from_hours(24 * 30));
    house.settle();
    taken(&house);
    let pruned = house.office.prune(None).unwrap();
    assert!(first.len() <= pruned.bytes, "{pruned:?}");
    assert!(data(2).is_none() && data(3).is_none());
}
