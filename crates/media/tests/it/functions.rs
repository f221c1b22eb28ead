//! The functions: a medium's life, what each refuses, what the lists show.

use jiff::ToSpan;
use media::{Action, MEDIUM, Medium, State, lost_of_link, of_delivery};
use proptest::prelude::*;
use register::{View, ViewExt};
use serde_json::json;
use system::Severity;

use crate::shelf::{LINK, Shelf, TODAY};

fn state(shelf: &Shelf, medium_no: &str) -> Option<State> {
    shelf.memory.load::<Medium>(medium_no).unwrap().map(|held| held.record.state)
}

#[test]
fn a_medium_goes_out_comes_back_is_erased_and_is_written_anew() {
    let mut shelf = Shelf::new();
    let life = ["write", "seal", "hand-over", "confirm", "return", "erase", "write", "destroy"];
    shelf.lead("m-1", &life);
    assert_eq!(state(&shelf, "M-1"), Some(State::Destroyed), "one label is one number, however it is typed");
    let told = shelf.answer("medium", json!({ "medium_no": "M-1" }));
    let steps: Vec<&str> =
        told["steps"].as_array().unwrap().iter().map(|own| own["action_label"].as_str().unwrap()).collect();
    assert_eq!(steps, ["書込", "封印", "引渡し", "受領の確認", "返却", "消去", "書込", "廃棄"]);
    assert_eq!(told["steps"][2]["organisation"], "税総合システム運用会社");
    assert_eq!(told["possible"], json!([]));
    assert_eq!(shelf.problems(), [""; 0]);
}

#[test]
fn what_came_from_others_is_kept_and_given_back() {
    let mut shelf = Shelf::new();
    shelf.run("accept", json!({ "organisation": "国保連合会", "deliveries": "", "due_back_on": "R8.12.1" }));
    assert_eq!(state(&shelf, "M-1"), Some(State::Arrived));
    shelf.run("send-back", json!({ "taken_by": "架空　三郎" }));
    let held = shelf.memory.load::<Medium>("M-1").unwrap().unwrap().record;
    let holder = held.holder.unwrap();
    assert_eq!(
        (held.state, &*holder.organisation, &*holder.taken_by),
        (State::SentBack, "国保連合会", "架空　三郎")
    );
    assert_eq!(shelf.problems(), [""; 0]);
}

/// What is led up to, then the function, what is typed, the finding's code and a piece of what it says.
#[test]
fn what_cannot_be_is_refused_with_words() {
    for (before, function, given, code, words) in [
        (&[][..], "seal", json!({}), "MED01", "媒体 M-1 は管理簿にありません"),
        (&["write"], "write", json!({}), "MED02", "「書込済」なので、「書込」はできません"),
        (&["write"], "hand-over", json!({}), "MED02", "次にできるのは「封印」「消去」「廃棄」「紛失」です"),
        (&["write", "destroy"], "seal", json!({}), "MED02", "この先の処理はありません"),
        (&[], "write", json!({ "done_on": "2026-11-21" }), "MED03", "令和8年11月21日は今日より後です"),
        (
            &["write"],
            "seal",
            json!({ "done_on": "2026-11-19" }),
            "MED03",
            "前の処理の令和8年11月20日より前です",
        ),
        (&[], "write", json!({ "link_id": "nobody" }), "MED04", "連携「nobody」は動いていません"),
        (&[], "write", json!({ "deliveries": "9" }), "MED05", "配信9番は、ファイルのある配信ではありません"),
        (&[], "write", json!({ "deliveries": "5" }), "MED05", "配信5番は"),
        (&[], "write", json!({ "deliveries": "3-" }), "MED05", "「3-」が番号として読めません"),
        (&[], "write", json!({ "deliveries": "4-3" }), "MED05", "「4-3」が"),
        (&[], "write", json!({ "deliveries": "0" }), "MED05", "「0」が"),
        (&[], "write", json!({ "deliveries": "1-1000000" }), "MED05", "「1-1000000」が"),
        (
            &[],
            "write",
            json!({ "medium_no": "媒体１" }),
            "MED06",
            "「媒体１」に、英数字とハイフンのほかの文字",
        ),
        (
            &["write", "seal"],
            "hand-over",
            json!({ "due_back_on": "2026-11-19" }),
            "MED07",
            "返却予定日令和8年11月19日が",
        ),
        (&[], "medium", json!({}), "MED01", "媒体 M-1 は管理簿にありません"),
    ] {
        let mut shelf = Shelf::new();
        shelf.lead("M-1", before);
        let was = state(&shelf, "M-1");
        let outcome = shelf.run(function, given.clone());
        let told: Vec<_> =
            outcome.findings.iter().map(|own| (own.severity, &*own.code, own.message.clone())).collect();
        assert_eq!(told.len(), 1, "{function} {given}: {told:?}");
        assert_eq!((told[0].0, told[0].1), (Severity::Error, code), "{function} {given}");
        assert!(told[0].2.contains(words), "{function} {given}: {}", told[0].2);
        assert_eq!(state(&shelf, "M-1"), was, "{function} {given}");
    }
}

#[test]
fn deliveries_that_anybody_could_read_are_asked_about() {
    for (deliveries, asked) in [("3", ""), ("3,4", ""), ("1", "配信1番は"), ("1-4", "配信1、2番は")]
    {
        let mut shelf = Shelf::new();
        let outcome = shelf.run("write", json!({ "deliveries": deliveries }));
        let told = outcome.findings.iter().map(|own| (own.severity, &*own.code, &*own.message));
        match told.collect::<Vec<_>>().as_slice() {
            [] => assert_eq!(asked, "", "{deliveries}"),
            [(severity, code, message)] => {
                assert_eq!((*severity, *code), (Severity::Alert, "MED08"));
                assert!(!asked.is_empty() && message.contains(asked), "{deliveries}: {message}");
            }
            more => panic!("{more:?}"),
        }
    }
}

#[test]
fn the_list_shows_what_is_out_and_what_should_be_back() {
    let mut shelf = Shelf::new();
    let out = |shelf: &mut Shelf, no: &str, due: &str| {
        shelf.lead(no, &["write", "seal"]);
        shelf.run("hand-over", json!({ "medium_no": no, "due_back_on": due }));
    };
    out(&mut shelf, "M-1", "R8.12.31");
    out(&mut shelf, "M-2", "R8.11.25");
    out(&mut shelf, "M-3", "");
    shelf.lead("M-3", &["confirm", "lose"]);
    shelf.lead("M-4", &["write"]);
    shelf.lead("M-5", &["write", "erase"]);
    for (days, which, numbers, overdue) in [
        (0, "out", &["M-3", "M-1", "M-2"][..], 0),
        (5, "out", &["M-3", "M-1", "M-2"], 0),
        (6, "out", &["M-3", "M-2", "M-1"], 1),
        (6, "overdue", &["M-2"], 1),
        (6, "held", &["M-4"], 0),
        (6, "all", &["M-3", "M-2", "M-1", "M-4", "M-5"], 1),
    ] {
        shelf.today = TODAY + days.days();
        let told = shelf.answer("whereabouts", json!({ "which": which }));
        let found: Vec<&str> =
            told["rows"].as_array().unwrap().iter().map(|row| row["medium_no"].as_str().unwrap()).collect();
        assert_eq!(found, numbers, "{which} after {days} days");
        assert_eq!(told["overdue_count"], overdue, "{which} after {days} days");
    }
    shelf.today = TODAY + 6.days();
    let told = shelf.answer("whereabouts", json!({}));
    assert_eq!(told["rows"][1]["days_out"], 6);
    assert_eq!(told["rows"][1]["overdue"], "超過");
    assert_eq!(shelf.answer("whereabouts", json!({ "link_id": "other" }))["count"], 0);
}

#[test]
fn a_lost_medium_is_told_until_it_is_found_or_dealt_with() {
    for end in ["find", "settle"] {
        let mut shelf = Shelf::new();
        shelf.lead("M-1", &["write", "seal", "hand-over"]);
        let lost = |shelf: &Shelf| lost_of_link(&shelf.memory, LINK).unwrap().len();
        assert_eq!(lost(&shelf), 0);
        shelf.lead("M-1", &["lose"]);
        assert_eq!(lost(&shelf), 1);
        let told = shelf.memory.load::<Medium>("M-1").unwrap().unwrap().record;
        assert!(told.holder.is_some(), "who had it last");
        shelf.lead("M-1", &[end]);
        assert_eq!(lost(&shelf), 0, "{end}");
        assert_eq!(shelf.problems(), [""; 0]);
    }
}

#[test]
fn a_delivery_names_its_media() {
    let mut shelf = Shelf::new();
    shelf.run("write", json!({ "medium_no": "B-2", "deliveries": "3、4" }));
    shelf.run("write", json!({ "medium_no": "A-1", "deliveries": "4" }));
    for (no, numbers) in [(3, &["B-2"][..]), (4, &["A-1", "B-2"]), (1, &[])] {
        let found = of_delivery(&shelf.memory, LINK, no).unwrap();
        assert_eq!(found.iter().map(|own| &*own.medium_no).collect::<Vec<_>>(), numbers, "{no}");
    }
    assert_eq!(shelf.answer("medium", json!({ "medium_no": "B-2" }))["deliveries"], "3-4");
}

const FUNCTIONS: [&str; 12] = [
    "write",
    "accept",
    "seal",
    "hand-over",
    "confirm",
    "return",
    "send-back",
    "erase",
    "destroy",
    "lose",
    "find",
    "settle",
];

proptest! {
    #[test]
    fn whatever_is_entered_in_whatever_order_nothing_contradicts_itself(
        entered in prop::collection::vec((0..12_usize, 1..3_u8), 0..40),
    ) {
        let mut shelf = Shelf::new();
        let mut taken = 0;
        for (at, medium) in entered {
            let no = format!("M-{medium}");
            let before = state(&shelf, &no);
            let outcome = shelf.run(FUNCTIONS[at], json!({ "medium_no": no }));
            let expected = media::next(before, Action::ALL[at]);
            prop_assert_eq!(outcome.findings.is_empty(), expected.is_some(), "{:?}", outcome.findings);
            prop_assert_eq!(state(&shelf, &no), expected.or(before));
            taken += usize::from(expected.is_some());
        }
        prop_assert_eq!(shelf.problems(), Vec::<String>::new());
        let versions = ["M-1", "M-2"].map(|no| shelf.memory.history(&MEDIUM, no).unwrap().len());
        prop_assert_eq!(versions.iter().sum::<usize>(), taken, "every step is a version");
    }
}
