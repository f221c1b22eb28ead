//! What the other side sends: taken in whole and in order, or stopped with words that say what to do.

use std::collections::BTreeMap;

use counterparts::{Mishap, Sender};
use jiff::SignedDuration;
use layout::Layout;
use linkage::Phase;
use moji::{Tables, Unmappable};
use office::{LinkStanding, LinkWorker, ListFile, Packings, RunError, RunOptions, Turn};
use register::{AsOf, Fault, View};
use serde_json::json;
use stand_in::records::RECEIVED;
use system::{Applied, Batch, Context};
use transport::{Folder, Verdict};

use super::house::TestHouse;

pub(super) const LINK: &str = r#"
id = "insured-in"
title = "被保険者情報（国保連合会）"
rows = ["city:25"]
source = "nhi-federation"
target = "national-health-insurance"
dataset = "stand-in/nhi-federation-insured"
method = "file-or-media"
timing = { daily = { at = "20:00", business_days_only = false } }
extent = "difference"
unmappable = "shrink"
rows_per_delivery_max = 100000
exclusive_lock = true
assurance = "receiver-asks"
[delivery.inward]
place = "federation"
layout = "insured"
file_prefix = "ins_"
intake = "stand-in/rows"
arrives_within_minutes = 60
"#;

const LAYOUT: &str = r#"
title = "被保険者情報"
dataset = "stand-in/nhi-federation-insured"
form = "csv"
charset = "UTF-8"
newline = "crlf"
header_line = "item"
detail = [
  { no = 1, item = "宛名番号", name = "addressee_no", from = "addressee_no", type = "T", required = true },
  { no = 2, item = "氏名", name = "name", from = "name", type = "T" },
]
"#;

fn house() -> TestHouse {
    wired(TestHouse::new(), stand_in::intakes::ROWS.apply)
}

type Apply = fn(&dyn View, &Batch<'_>, &Context<'_>) -> Result<Applied, Fault>;

/// The house with the inward link, whose intake decides so.
fn wired(house: TestHouse, apply: Apply) -> TestHouse {
    linked(house, apply, LINK, Packings::new())
}

/// The same with another link file, and keys it may name.
pub(super) fn linked(house: TestHouse, apply: Apply, link: &str, packings: Packings) -> TestHouse {
    let at = house.place("federation");
    house.reopen_with(
        |systems| {
            let item =
                stand_in::OfferItem { name: "a".into(), title: "甲".into(), holds: system::ItemType::Text };
            let mut stand_in = stand_in::system(&[stand_in::Offer {
                id: "stand-in/x".into(),
                title: "試験".into(),
                subject: "a".into(),
                items: vec![item],
            }]);
            stand_in.intakes[0].apply = apply;
            systems.push(stand_in);
        },
        |sources| {
            sources.links.push(ListFile { name: "insured-in.toml".into(), text: link.into() });
            sources.packings = packings;
            sources.layouts.push(ListFile { name: "insured.toml".into(), text: LAYOUT.into() });
            sources.places.insert("federation".into(), Ok(at.shared()));
        },
    )
}

pub(super) fn sender(folder: &Folder) -> Sender {
    sender_of(LAYOUT, folder)
}

/// Somebody who writes files of this layout, whatever the town reads.
fn sender_of(layout: &str, folder: &Folder) -> Sender {
    let layout = Layout::parse(layout, "insured.toml").unwrap();
    let plan = layout.compile(&["addressee_no", "name"], Unmappable::Reject, &Tables::built_in()).unwrap();
    let place = Box::new(folder.other_side());
    Sender::new(place, "insured-in", "stand-in/nhi-federation-insured", "ins_", plan)
}

pub(super) fn rows(pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
    pairs.iter().map(|(no, name)| vec![(*no).to_owned(), (*name).to_owned()]).collect()
}

/// Turns the link until it owes nothing.
pub(super) fn settle(house: &TestHouse) {
    let worker = LinkWorker::new(&house.office);
    while worker.turn("insured-in").unwrap() == Turn::Worked {}
}

/// What the stand-in holds: subject and name.
pub(super) fn held(house: &TestHouse) -> BTreeMap<String, String> {
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let mut held = BTreeMap::new();
    view.scan(&RECEIVED, None, &mut |stored| {
        let own = stored.typed::<stand_in::records::Received>()?.record;
        held.insert(own.subject.clone(), own.values.get("name").cloned().unwrap_or_default());
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    held
}

pub(super) fn trouble(house: &TestHouse) -> String {
    let view = house.office.link_view("insured-in").unwrap().unwrap();
    if view.standing == LinkStanding::Trouble { view.why } else { String::new() }
}

#[test]
fn what_is_sent_is_taken_answered_and_kept() {
    let house = house();
    let mut sender = sender(&house.place("federation"));
    let first = sender.send(&rows(&[("1", "甲"), ("2", "髙橋")]), false, "2026-11-20", Mishap::None).unwrap();
    let second = sender.send(&rows(&[("2", "高橋")]), false, "2026-11-20", Mishap::None).unwrap();
    settle(&house);
    assert_eq!(held(&house), BTreeMap::from([("1".into(), "甲".into()), ("2".into(), "高橋".into())]));
    for name in first.iter().chain(&second) {
        assert_eq!(sender.receipt(name).unwrap().unwrap().verdict, Verdict::Applied, "{name}");
    }
    let deliveries = house.office.deliveries("insured-in", None, 9).unwrap();
    let told: Vec<_> = deliveries.iter().map(|own| (own.no, own.phase, own.rows)).collect();
    assert_eq!(told, [(2, Phase::Applied, 1), (1, Phase::Applied, 2)]);
    assert_eq!(house.office.check_evidence().unwrap(), [""; 0]);
    // A full extract closes what is not in it.
    sender.send(&rows(&[("2", "高橋"), ("3", "丙")]), true, "2026-11-21", Mishap::None).unwrap();
    settle(&house);
    assert_eq!(held(&house).into_keys().collect::<Vec<_>>(), ["2", "3"]);
}

#[test]
fn a_lost_answer_is_given_again_and_nothing_is_applied_twice() {
    let house = house();
    let folder = house.place("federation");
    let mut sender = sender(&folder);
    let names = sender.send(&rows(&[("1", "甲")]), false, "2026-11-20", Mishap::None).unwrap();
    settle(&house);
    std::fs::remove_file(folder.answers().join(format!("{}.receipt", names[0]))).unwrap();
    settle(&house);
    assert_eq!(sender.receipt(&names[0]).unwrap().unwrap().verdict, Verdict::Applied);
    assert_eq!(house.office.deliveries("insured-in", None, 9).unwrap().len(), 1);
    assert_eq!(house.office.check_evidence().unwrap(), [""; 0], "the copy that was taken is kept");
}

#[test]
fn other_bytes_under_a_taken_number_do_not_touch_what_is_kept() {
    let house = house();
    let mut sender = sender(&house.place("federation"));
    sender.send(&rows(&[("1", "甲")]), false, "2026-11-20", Mishap::None).unwrap();
    settle(&house);
    sender.send(&rows(&[("1", "乙")]), false, "2026-11-20", Mishap::NumberTwice).unwrap();
    settle(&house);
    assert_eq!(house.office.check_evidence().unwrap(), [""; 0]);
    assert_eq!(held(&house)["1"], "甲");
}

/// Killed between two batches, with the copy altered meanwhile: only what was checked is applied.
#[test]
fn a_copy_that_is_not_what_was_checked_is_taken_anew_or_not_at_all() {
    let house = house();
    let folder = house.place("federation");
    let mut sender = sender(&folder);
    let names = sender.send(&rows(&[("1", "甲")]), false, "2026-11-20", Mishap::None).unwrap();
    let worker = LinkWorker::new(&house.office);
    assert_eq!(worker.turn("insured-in").unwrap(), Turn::Worked, "put to work");
    assert_eq!(worker.turn("insured-in").unwrap(), Turn::Worked, "begun");
    let copy = house.office.evidence_root().join("insured-in").join("000000000001.001.arrived");
    std::fs::write(&copy, "addressee_no,name\r\n1,丁\r\n").unwrap();
    let there = folder.incoming().join(&names[0]);
    let original = std::fs::read(&there).unwrap();
    std::fs::write(&there, "altered too").unwrap();
    settle(&house);
    assert!(trouble(&house).contains("受信したときの内容と違います"), "{}", trouble(&house));
    assert!(held(&house).is_empty());
    std::fs::write(&there, original).unwrap();
    house.clock.pass(SignedDuration::from_mins(10));
    settle(&house);
    assert_eq!(held(&house)["1"], "甲");
}

#[test]
fn a_full_extract_with_a_record_that_does_not_read_takes_nobody_away() {
    let house = house();
    let mut sender = sender(&house.place("federation"));
    let three = rows(&[("1", "甲"), ("2", "乙"), ("3", "あいうえおかきくけこ")]);
    sender.send(&three, true, "2026-11-20", Mishap::None).unwrap();
    settle(&house);
    sender.send(&three, true, "2026-11-21", Mishap::BrokenCharacter).unwrap();
    settle(&house);
    assert_eq!(held(&house).into_keys().collect::<Vec<_>>(), ["1", "2", "3"], "the third is held, not gone");
    sender.send(&three[..2], true, "2026-11-22", Mishap::None).unwrap();
    settle(&house);
    assert_eq!(held(&house).into_keys().collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn a_number_that_will_never_come_may_be_passed_over() {
    let house = house();
    let mut sender = sender(&house.place("federation"));
    sender.send(&rows(&[("1", "甲")]), false, "2026-11-20", Mishap::None).unwrap();
    settle(&house);
    sender.send(&rows(&[("1", "乙")]), false, "2026-11-20", Mishap::Gap).unwrap();
    settle(&house);
    assert_eq!(held(&house)["1"], "甲");
    let operator = TestHouse::caller("unyo", &["office/links"]);
    for (no, caller) in [(1, &operator), (2, &operator), (3, &TestHouse::caller("tanaka", &[]))] {
        assert!(house.office.skip_link(caller, "insured-in", no, "廃番").is_err(), "{no}");
    }
    house.office.skip_link(&operator, "insured-in", 3, "送信元で欠番").unwrap();
    settle(&house);
    assert_eq!(held(&house)["1"], "乙");
    assert_eq!(trouble(&house), "");
}

/// Each mishap of the other side: what the link tells, and whether the file is refused or waited for.
#[test]
fn what_is_wrong_stops_the_link_and_says_what_to_do() {
    for (mishap, told, refused) in [
        (Mishap::WrongCount, "件数が1件です（管理ファイルは2件）", true),
        (Mishap::WrongSize, "大きさが", true),
        (Mishap::Older, "取り込み済みの時点1より古い時点0のものです", true),
        (Mishap::NumberTwice, "配信1番は、別の内容で取り込み済みです", true),
        (Mishap::Gap, "配信2番が届いていません（3番は届いています）", false),
        (Mishap::SecondFileMissing, "配信2番は2個組ですが、2個目が届いていません", false),
    ] {
        let house = house();
        let mut sender = sender(&house.place("federation"));
        sender.send(&rows(&[("1", "甲")]), false, "2026-11-20", Mishap::None).unwrap();
        settle(&house);
        let names = sender.send(&rows(&[("1", "乙")]), false, "2026-11-20", mishap).unwrap();
        settle(&house);
        assert!(trouble(&house).contains(told), "{mishap:?}: {}", trouble(&house));
        assert_eq!(held(&house)["1"], "甲", "{mishap:?}: nothing of it was taken");
        let answer = sender.receipt(&names[0]).unwrap();
        assert_eq!(
            answer.is_some_and(|own| matches!(own.verdict, Verdict::Refused(_))),
            refused,
            "{mishap:?}"
        );
    }
}

/// Incident: the other side changes the order of its columns. Read by their places, every number would be a name.
#[test]
fn a_file_with_other_columns_is_refused_whole() {
    let house = house();
    let swapped = LAYOUT.replace("宛名番号", "仮").replace("氏名", "宛名番号").replace("仮", "氏名");
    let mut sender = sender_of(&swapped, &house.place("federation"));
    let names = sender.send(&rows(&[("甲", "1")]), false, "2026-11-20", Mishap::None).unwrap();
    settle(&house);
    assert!(trouble(&house).contains("「氏名」"), "{}", trouble(&house));
    assert!(held(&house).is_empty());
    let answer = sender.receipt(&names[0]).unwrap();
    assert!(answer.is_some_and(|own| matches!(own.verdict, Verdict::Refused(_))));
}

/// Incident: two files of one delivery, of which one is never imported.
#[test]
fn the_second_of_two_files_that_never_comes_is_told_the_same_day() {
    let house = house();
    let mut sender = sender(&house.place("federation"));
    sender.send(&rows(&[("1", "甲")]), false, "2026-11-20", Mishap::SecondFileMissing).unwrap();
    settle(&house);
    assert!(trouble(&house).contains("2個目が届いていません"), "{}", trouble(&house));
    assert!(held(&house).is_empty(), "half of a set is never taken");
}

#[test]
fn a_row_with_a_broken_character_is_held_and_the_others_pass() {
    let house = house();
    let mut sender = sender(&house.place("federation"));
    let three = rows(&[("1", "甲"), ("2", "乙"), ("3", "あいうえおかきくけこ")]);
    sender.send(&three, false, "2026-11-20", Mishap::BrokenCharacter).unwrap();
    settle(&house);
    assert_eq!(held(&house).into_keys().collect::<Vec<_>>(), ["1", "2"]);
    let delivery = house.office.deliveries("insured-in", None, 1).unwrap().remove(0);
    assert_eq!((delivery.phase, delivery.rows, delivery.refused.len()), (Phase::Applied, 3, 1));
}

#[test]
fn what_does_not_come_by_its_time_is_told_before_anybody_asks() {
    let house = house();
    settle(&house);
    house.clock.pass(SignedDuration::from_hours(24));
    settle(&house);
    let worker = LinkWorker::new(&house.office);
    assert_eq!(worker.turn("insured-in").unwrap(), Turn::Waiting);
    assert!(trouble(&house).contains("まだ届いていません"), "{}", trouble(&house));
    // It comes late: the trouble is over.
    let mut sender = sender(&house.place("federation"));
    sender.send(&rows(&[("1", "甲")]), false, "2026-11-21", Mishap::None).unwrap();
    settle(&house);
    assert_eq!(trouble(&house), "");
}

#[test]
fn a_large_delivery_is_taken_in_batches_and_keeps_the_screens_waiting() {
    let house = house();
    let mut sender = sender(&house.place("federation"));
    let many: Vec<(String, String)> = (1..=2_500).map(|no| (no.to_string(), format!("氏名{no}"))).collect();
    let many: Vec<Vec<String>> = many.into_iter().map(|(no, name)| vec![no, name]).collect();
    sender.send(&many, true, "2026-11-20", Mishap::None).unwrap();
    let worker = LinkWorker::new(&house.office);
    assert_eq!(worker.turn("insured-in").unwrap(), Turn::Worked, "put to work");
    assert_eq!(worker.turn("insured-in").unwrap(), Turn::Worked, "begun");
    // Between the beginning and the end nobody works on half of it.
    let enter = json!({ "dataset": "stand-in/x", "rows": "a\n1\n" });
    let caller = TestHouse::caller("tanaka", &["*"]);
    let refused = house.office.run(&caller, "stand-in/enter", &enter, &RunOptions::default());
    let Err(RunError::Refused(findings)) = refused else { panic!("refused") };
    assert!(findings.iter().any(|own| own.message.contains("データ取込中です")), "{findings:?}");
    assert_eq!(house.office.intake_under_way("stand-in").unwrap().unwrap().rows, 2_500);
    settle(&house);
    assert_eq!(house.office.intake_under_way("stand-in").unwrap(), None);
    assert_eq!(held(&house).len(), 2_500);
}

/// Fails at the second thousand, as a program that is killed there.
fn failing_half_way(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    if batch.rows.iter().any(|row| row.text("addressee_no") == "1500") {
        return Err(Fault::because("電源が切れました"));
    }
    (stand_in::intakes::ROWS.apply)(view, batch, context)
}

#[test]
fn a_delivery_that_was_cut_half_way_goes_on_behind_what_was_applied() {
    let house = wired(TestHouse::new(), failing_half_way);
    let mut sender = sender(&house.place("federation"));
    let many =
        |from: usize| (from..=2_500).map(|no| vec![no.to_string(), format!("氏名{no}")]).collect::<Vec<_>>();
    sender.send(&many(1), true, "2026-11-20", Mishap::None).unwrap();
    settle(&house);
    assert!(trouble(&house).contains("電源が切れました"), "{}", trouble(&house));
    assert_eq!(held(&house).len(), 1_000, "the first thousand stands");
    let house = wired(house, stand_in::intakes::ROWS.apply);
    house.clock.pass(SignedDuration::from_mins(10));
    settle(&house);
    assert_eq!(held(&house).len(), 2_500);
    assert_eq!(
        house.office.deliveries("insured-in", None, 9).unwrap().len(),
        1,
        "one delivery, however often begun"
    );
    // The end of a full extract counts those applied before the cut, too.
    sender.send(&many(2), true, "2026-11-21", Mishap::None).unwrap();
    settle(&house);
    assert_eq!(held(&house).len(), 2_499);
}
