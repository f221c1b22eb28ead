//! A power cut takes kept bytes that were not flushed yet.

use std::fs::{self, File};
use std::path::PathBuf;

use linkage::Phase;
use office::{LinkStanding, LinkWorker, Turn};
use serde_json::json;

use super::house::TestHouse;

const LINK: &str = "resident-changes-to-welfare";

/// A town where a difference is recorded and not sent.
fn prepared() -> TestHouse {
    let house = TestHouse::new();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    house.move_in();
    assert_eq!(LinkWorker::new(&house.office).turn(LINK).unwrap(), Turn::Worked);
    assert_eq!(own(&house).phase, Phase::Prepared);
    house
}

fn own(house: &TestHouse) -> linkage::Delivery {
    house.office.deliveries(LINK, None, 1).unwrap().remove(0)
}

/// The kept files: the characters and the data.
fn kept(house: &TestHouse) -> Vec<PathBuf> {
    let folder = fs::read_dir(house.office.evidence_root().join(LINK)).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn lost(files: &[PathBuf]) {
    for file in files {
        fs::remove_file(file).unwrap();
    }
}

fn emptied(files: &[PathBuf]) {
    for file in files {
        File::options().write(true).open(file).unwrap().set_len(0).unwrap();
    }
}

fn half(files: &[PathBuf]) {
    for file in files {
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    }
}

/// What a power cut does to files.
type Cut = fn(&[PathBuf]);

#[test]
fn what_a_power_cut_took_is_made_again_to_the_byte() {
    let cuts: [(&str, Cut); 4] = [("nothing", |_| ()), ("lost", lost), ("emptied", emptied), ("half", half)];
    for (name, cut) in cuts {
        let house = prepared();
        let files = kept(&house);
        let whole: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
        assert!(whole.iter().any(|bytes| !bytes.is_empty()));
        cut(&files);
        // What happens at the counter meanwhile is no part of it.
        let found =
            house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap();
        house.protect(found.subjects.first().unwrap());
        assert_eq!(house.office.check_evidence().unwrap(), [""; 0], "{name}: it can be made again");
        assert_eq!(LinkWorker::new(&house.office).turn(LINK).unwrap(), Turn::Worked);
        let sent = own(&house);
        assert_eq!((sent.no, sent.phase), (1, Phase::Sent), "{name}");
        let now: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
        assert_eq!(now, whole, "{name}");
        let there = fs::read(house.place("welfare-suite").out().join(sent.file_name.unwrap())).unwrap();
        assert!(whole.contains(&there), "{name}");
        assert_eq!(house.office.check_evidence().unwrap(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_cannot_be_made_again_stops_the_link_until_it_can() {
    let house = prepared();
    lost(&kept(&house));
    let change = |from: &'static str, to: &'static str| {
        move |sources: &mut office::LinkSources| {
            for file in sources.layouts.iter_mut().filter(|file| file.name == "resident-utf16.toml") {
                assert!(file.text.contains(from), "{from}");
                file.text = file.text.replacen(from, to, 1);
            }
        }
    };
    let house = house.reopen(change("bom = true", "bom = false"));
    house.settle();
    let view = house.office.link_view(LINK).unwrap().unwrap();
    assert_eq!(view.standing, LinkStanding::Trouble);
    assert!(view.why.contains("配信1番の控えがディスクから失われ"), "{}", view.why);
    assert!(!house.place("welfare-suite").out().join(own(&house).file_name.unwrap()).exists());

    let house = house.reopen(|_| ());
    let operator = TestHouse::caller("unyo", &["office/links"]);
    house.office.release_link(&operator, LINK).unwrap();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    assert_eq!(own(&house).phase, Phase::Applied);
    assert_eq!(house.office.check_evidence().unwrap(), Vec::<String>::new());
}
