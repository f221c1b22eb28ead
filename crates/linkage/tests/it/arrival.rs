//! What comes in: numbers without gap, each once, sets whole.

use catalog::{Extent, Link};
use domain::BusinessCalendar;
use jiff::{SignedDuration, Timestamp};
use linkage::{Event, Found, InwardStep, LinkState, Notice, Seen, Taking, found, plan_inward};
use register::Position;

const LINK: &str = r#"
id = "kokuho-in"
title = "被保険者情報（国保連合会）"
rows = ["kotoura_links:33"]
source = "nhi-federation"
target = "national-health-insurance"
dataset = "stand-in/nhi-federation-insured"
method = "file-or-media"
timing = { daily = { at = "20:00", business_days_only = true } }
extent = "difference"
unmappable = "shrink"
rows_per_delivery_max = 1000
exclusive_lock = true
assurance = "receiver-asks"

[delivery.inward]
place = "nhi-federation"
layout = "insured"
file_prefix = "kokuho_"
intake = "stand-in/rows"
arrives_within_minutes = 60
"#;

fn link() -> Link {
    Link::parse(LINK, "kokuho-in.toml").unwrap()
}

fn at(text: &str) -> Timestamp {
    linkage::timestamp(text.parse().unwrap()).unwrap()
}

/// A file of delivery `no`, part of a set, as of `no` times ten.
fn file(no: u64, part: u32, parts: u32) -> Seen {
    Seen::File(Notice {
        name: format!("kokuho_{no:06}_{part}.csv"),
        link: "kokuho-in".into(),
        no,
        extent: Extent::Difference,
        as_of: Position(no * 10),
        rows: 1,
        part,
        parts,
    })
}

fn change(seen: &Seen, change: impl Fn(&mut Notice)) -> Seen {
    let Seen::File(mut notice) = seen.clone() else { panic!("a file") };
    change(&mut notice);
    Seen::File(notice)
}

/// What is found in one word, and the number or the words.
fn word(found: Found) -> String {
    match found {
        Found::Nothing => "nothing".into(),
        Found::Take(files) => {
            format!("take {}", files.iter().map(|own| own.name.clone()).collect::<Vec<_>>().join(" "))
        }
        Found::Repeat(notice) => format!("repeat {}", notice.no),
        Found::Refuse { reason, .. } => format!("refuse {reason}"),
        Found::Stop { what } => format!("stop {what}"),
    }
}

/// Deliveries 1 and 2 were taken, up to position 20.
fn state() -> LinkState {
    let mut state = LinkState::new(&link(), Position(0), at("2026-11-20T09:00:00"));
    for no in 1..=2 {
        let taking = Taking {
            no,
            names: vec![format!("kokuho_{no:06}_1.csv")],
            extent: Extent::Difference,
            as_of: Position(no * 10),
            rows: 1,
            done: 0,
            refused: Vec::new(),
            since: at("2026-11-20T20:01:00"),
        };
        state = state.after(Event::TakingBegan(taking)).unwrap().after(Event::Taken { due: None }).unwrap();
    }
    state
}

#[test]
fn what_lies_in_the_place_decides() {
    let other = change(&file(3, 1, 1), |notice| notice.link = "another".into());
    let taken_elsewhere = change(&file(1, 1, 1), |notice| notice.link = "another".into());
    let neighbour = change(&file(3, 1, 1), |notice| notice.link = "neighbour".into());
    let older = change(&file(3, 1, 1), |notice| notice.as_of = Position(19));
    let full = change(&file(3, 2, 2), |notice| notice.extent = Extent::Full);
    let twice = change(&file(3, 1, 2), |notice| notice.name = "kokuho_000003_x.csv".into());
    let unreadable =
        Seen::Unreadable { name: "kokuho_x.csv".into(), what: "「no」の行がありません".into() };
    for (seen, wanted) in [
        (vec![], "nothing"),
        (vec![file(3, 1, 1)], "take kokuho_000003_1.csv"),
        (vec![file(4, 1, 1), file(3, 1, 1)], "take kokuho_000003_1.csv"),
        (vec![file(3, 2, 2), file(3, 1, 2)], "take kokuho_000003_1.csv kokuho_000003_2.csv"),
        (vec![file(2, 1, 1), file(3, 1, 1)], "repeat 2"),
        (vec![file(4, 1, 1)], "stop 配信3番が届いていません（4番は届いています）。"),
        (vec![file(3, 1, 2)], "stop 配信3番は2個組ですが、2個目が届いていません。"),
        (vec![file(3, 1, 3), file(4, 1, 1)], "stop 配信3番は3個組ですが、2、3個目が届いていません。"),
        (vec![file(3, 1, 2), file(3, 2, 3)], "refuse 組の番号2/3が、組の数2と合いません"),
        (vec![file(3, 3, 2)], "refuse 組の番号3/2が、組の数2と合いません"),
        (vec![file(3, 1, 2), twice], "refuse 配信3番の1個目が二つあります"),
        (vec![file(3, 1, 2), full], "refuse 配信3番の組の中で、全件・差分か時点が違います"),
        (vec![older], "refuse 取り込み済みの時点20より古い時点19のものです"),
        (vec![other], "refuse 連携「kokuho-in」のものではありません"),
        (vec![taken_elsewhere], "refuse 連携「kokuho-in」のものではありません"),
        (vec![neighbour.clone()], "nothing"),
        (vec![neighbour, file(3, 1, 1)], "take kokuho_000003_1.csv"),
        (vec![unreadable, file(3, 1, 1)], "stop 「kokuho_x.csv」の管理ファイルが読めません"),
    ] {
        let told = word(found(&link(), &state(), &seen, &|other| other == "neighbour"));
        assert!(told.starts_with(wanted), "{seen:?}: {told}");
    }
}

#[test]
fn what_has_not_come_is_told_once_and_only_on_open_days() {
    let calendar = BusinessCalendar::from_tsv("土\t土曜日\t\n日\t日曜日\t\n").unwrap();
    let mut state = LinkState::new(&link(), Position(0), at("2026-11-20T09:00:00"));
    // 20 November 2026 is a Friday.
    for (now, missed) in [
        ("2026-11-20T20:59:00", None),
        ("2026-11-20T21:00:00", Some("2026-11-20T20:00:00")),
        ("2026-11-20T22:00:00", None),
        ("2026-11-22T22:00:00", None),
        ("2026-11-23T21:30:00", Some("2026-11-23T20:00:00")),
    ] {
        let step = plan_inward(&link(), &state, at(now), &calendar);
        assert_eq!(step, InwardStep::Look { missed: missed.map(at) }, "{now}");
        if let Some(missed) = missed {
            let what = "届いていません".to_owned();
            state = state.after(Event::Stopped { at: at(now), what, missed: Some(at(missed)) }).unwrap();
        }
    }
    let early = at("2026-11-24T19:30:00");
    assert_eq!(linkage::due_of_arrival(&link(), &state, early, &calendar), Some(at("2026-11-24T20:00:00")));
    let late = at("2026-11-25T08:30:00");
    assert_eq!(linkage::due_of_arrival(&link(), &state, late, &calendar), Some(at("2026-11-24T20:00:00")));
}

#[test]
fn a_delivery_is_taken_once_and_by_its_number() {
    let state = state();
    let taking = |no| Taking {
        no,
        names: vec!["a".into()],
        extent: Extent::Difference,
        as_of: Position(30),
        rows: 5,
        done: 0,
        refused: Vec::new(),
        since: at("2026-11-20T20:01:00"),
    };
    assert!(state.after(Event::TakingBegan(taking(4))).is_err(), "a gap");
    assert!(state.after(Event::TakingBegan(taking(2))).is_err(), "a repeat");
    let began = state.after(Event::TakingBegan(taking(3))).unwrap();
    assert!(began.after(Event::TakingBegan(taking(3))).is_err(), "begun already");
    let some = began.after(Event::RowsTaken { done: 3, refused: Vec::new() }).unwrap();
    assert!(some.after(Event::RowsTaken { done: 2, refused: Vec::new() }).is_err(), "backwards");
    let calendar = BusinessCalendar::from_tsv("").unwrap();
    let now = at("2026-11-20T20:02:00");
    assert_eq!(plan_inward(&link(), &some, now, &calendar), InwardStep::GoOn);
    let taken = some.after(Event::Taken { due: None }).unwrap();
    assert_eq!((taken.next_no, taken.position), (4, Position(30)));
    let failed = taken.after(Event::Failed { at: now, what: "場所が読めません".into() }).unwrap();
    let until = Some(now.checked_add(SignedDuration::from_secs(1)).unwrap());
    assert_eq!(plan_inward(&link(), &failed, now, &calendar), InwardStep::Idle { until });
    assert!(taken.after(Event::SkippedTo { no: 4 }).is_err());
    assert_eq!(taken.after(Event::SkippedTo { no: 6 }).unwrap().next_no, 6);
}
