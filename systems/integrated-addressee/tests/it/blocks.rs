//! 自動応答不可・不開示: a copy of a protected person goes after the block was accepted, whichever came first.

use integrated_addressee::intakes::{NON_DISCLOSURE, RESIDENT_COPIES, TRANSMISSION_RESULTS};
use integrated_addressee::records::{Block, COPY, Protection, ProvisionCopy, TransmissionResult};
use proptest::prelude::*;
use register::{View, ViewExt};
use serde_json::json;

use super::bench::{Bench, number, row};

/// A step of a story; its serial is the 宛名番号's.
#[derive(Debug)]
enum Step {
    /// A copy with its mark, under a 履歴番号.
    Copy(u64, u32, &'static str),
    /// 自動応答不可・不開示 on or off, under a 履歴番号.
    Told(u64, u32, &'static str),
    /// The person of the second number gets the first as 宛名番号.
    Numbered(u64, u64),
    /// The server answers to the block of a person.
    Answered(u64, &'static str, &'static str),
}
use Step::{Answered, Numbered, Told};

fn play(bench: &mut Bench, steps: &[Step]) -> Vec<(String, String)> {
    let mut refused = Vec::new();
    for step in steps {
        refused.extend(match *step {
            Step::Copy(serial, history, mark) => bench.take(
                &RESIDENT_COPIES,
                &[row(&[
                    ("addressee_no", &number(serial)),
                    ("history_no", &history.to_string()),
                    ("relation", "子"),
                    ("undisclosed", mark),
                ])],
            ),
            Told(serial, history, on) => bench.take(
                &NON_DISCLOSURE,
                &[row(&[
                    ("addressee_no", &number(serial)),
                    ("history_no", &history.to_string()),
                    ("no_automatic_answer", on),
                    ("undisclosed", on),
                    ("valid_from", "2026-11-01"),
                    ("valid_to", if on == "1" { "" } else { "2026-12-01" }),
                ])],
            ),
            Numbered(serial, person) => {
                bench.number(person, serial);
                Vec::new()
            }
            Answered(person, send_no, result) => bench.take(
                &TRANSMISSION_RESULTS,
                &[row(&[
                    ("result_of", "2"),
                    ("no", &number(person)),
                    ("send_no", send_no),
                    ("result", result),
                    ("error_code", if result == "9" { "E31" } else { "" }),
                ])],
            ),
        });
    }
    refused
}

fn holds(bench: &mut Bench) -> String {
    let data = bench.run("copy-list", &json!({})).answer.unwrap().data;
    let rows = data["rows"].as_array().unwrap();
    rows.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
}

#[test]
fn 自動応答不可と副本の順の表() {
    // What happens; the blocks given out as 送信回数 and mark; why copies wait; how many have gone.
    let table: &[(&str, &[Step], &str, &str, usize)] = &[
        ("設定が先", &[Numbered(1, 1), Told(1, 1, "1"), Step::Copy(1, 1, "1")], "1:1", "MSV03", 0),
        ("副本が先", &[Numbered(1, 1), Step::Copy(1, 1, "1"), Told(1, 1, "1")], "1:1", "MSV03", 0),
        ("副本だけ", &[Numbered(1, 1), Step::Copy(1, 1, "1")], "", "MSV02", 0),
        (
            "設定が先、受付後に送る",
            &[Numbered(1, 1), Told(1, 1, "1"), Step::Copy(1, 1, "1"), Answered(1, "1", "1")],
            "1:1",
            "",
            1,
        ),
        (
            "副本が先、受付後に送る",
            &[Numbered(1, 1), Step::Copy(1, 1, "1"), Told(1, 1, "1"), Answered(1, "1", "1")],
            "1:1",
            "",
            1,
        ),
        (
            "受付の後の副本はすぐ送る",
            &[Numbered(1, 1), Told(1, 1, "1"), Answered(1, "1", "1"), Step::Copy(1, 1, "1")],
            "1:1",
            "",
            1,
        ),
        (
            "断られたら送らない",
            &[Numbered(1, 1), Told(1, 1, "1"), Step::Copy(1, 1, "1"), Answered(1, "1", "9")],
            "1:1",
            "MSV04",
            0,
        ),
        ("対象でない人", &[Numbered(1, 1), Step::Copy(1, 1, "")], "", "", 1),
        (
            "業務が対象と書かなくても、設定があれば待つ",
            &[Numbered(1, 1), Told(1, 1, "1"), Step::Copy(1, 1, "")],
            "1:1",
            "MSV03",
            0,
        ),
        (
            "送った後に対象になれば、設定だけ送る",
            &[Numbered(1, 1), Step::Copy(1, 1, ""), Told(1, 1, "1")],
            "1:1",
            "",
            1,
        ),
        (
            "対象になった後の版は受付を待つ",
            &[Numbered(1, 1), Step::Copy(1, 1, ""), Told(1, 1, "1"), Step::Copy(1, 2, "1")],
            "1:1",
            "MSV03",
            1,
        ),
        ("付番の前に両方届く", &[Told(1, 1, "1"), Step::Copy(1, 1, "1"), Numbered(1, 1)], "1:1", "MSV03", 0),
        (
            "終わりは受付を待たない",
            &[Numbered(1, 1), Told(1, 1, "1"), Step::Copy(1, 1, "1"), Told(1, 2, "")],
            "2:",
            "",
            1,
        ),
        (
            "終わってから、また対象になった人の副本は、新しい設定を待つ",
            &[Numbered(1, 1), Told(1, 1, "1"), Told(1, 2, ""), Step::Copy(1, 1, "1")],
            "2:",
            "MSV02",
            0,
        ),
        (
            "古い申出は読み飛ばす",
            &[Numbered(1, 1), Told(1, 2, "1"), Told(1, 1, ""), Step::Copy(1, 1, "1")],
            "1:1",
            "MSV03",
            0,
        ),
        (
            "同じ人の別の宛名番号で対象",
            &[Numbered(1, 1), Numbered(2, 1), Told(2, 1, "1"), Step::Copy(1, 1, "")],
            "1:1",
            "MSV03",
            0,
        ),
        (
            "片方が終わっても、もう片方が続く",
            &[Numbered(1, 1), Numbered(2, 1), Told(1, 1, "1"), Told(2, 1, "1"), Told(1, 2, "")],
            "1:1",
            "",
            0,
        ),
        (
            "別の宛名番号が後から付く",
            &[Numbered(1, 1), Told(2, 1, "1"), Step::Copy(1, 1, ""), Numbered(2, 1), Step::Copy(1, 2, "")],
            "1:1",
            "MSV03",
            1,
        ),
        ("対象だったことのない人の終わり", &[Numbered(1, 1), Told(1, 1, "")], "", "", 0),
    ];
    for (what, steps, blocks, waiting, gone) in table {
        let mut bench = Bench::default();
        assert_eq!(play(&mut bench, steps), [], "{what}");
        let given: Vec<String> = bench
            .offers("block", &["send_no", "no_automatic_answer"])
            .iter()
            .map(|row| row.replace(' ', ":"))
            .collect();
        assert_eq!(given.join(" "), *blocks, "{what}");
        assert_eq!(holds(&mut bench), *waiting, "{what}");
        assert_eq!(bench.offers("copy", &["send_no"]).len(), *gone, "{what}");
    }
}

#[test]
fn 断られた設定を再送する() {
    let mut bench = Bench::default();
    play(&mut bench, &[Numbered(1, 1), Told(1, 1, "1"), Step::Copy(1, 1, "1")]);
    let state = |bench: &mut Bench| {
        let data = bench.run("block-list", &json!({})).answer.unwrap().data;
        data["rows"][0]["state"].as_str().unwrap().to_owned()
    };
    let again = json!({ "result_of": "2", "key": number(1) });
    assert_eq!(
        (state(&mut bench), bench.codes("resend", &again)),
        ("結果待ち".to_owned(), "MSV09".to_owned())
    );
    play(&mut bench, &[Answered(1, "1", "9")]);
    assert_eq!((state(&mut bench), bench.codes("resend", &again)), ("エラー".to_owned(), String::new()));
    play(&mut bench, &[Answered(1, "2", "1")]);
    assert_eq!((state(&mut bench), holds(&mut bench)), ("設定済み".to_owned(), String::new()));
    play(&mut bench, &[Told(1, 2, ""), Answered(1, "3", "1")]);
    assert_eq!(state(&mut bench), "解除済み");
    // A block nobody sent.
    let refused = play(&mut bench, &[Answered(1, "4", "1"), Answered(2, "1", "1")]);
    assert!(refused.len() == 2 && refused.iter().all(|(_, words)| words.contains("MSV07")), "{refused:?}");
}

#[test]
fn 対象かどうか読めない行は断る() {
    let mut bench = Bench::default();
    for (what, item, value) in [
        ("自動応答不可", "no_automatic_answer", "2"),
        ("不開示", "undisclosed", "有"),
        ("履歴番号", "history_no", "0"),
        ("宛名番号", "addressee_no", "1"),
        ("開始日", "valid_from", "今日"),
        ("終了日", "valid_to", "今日"),
    ] {
        let no = number(1);
        let mut given = row(&[
            ("addressee_no", &no),
            ("history_no", "1"),
            ("no_automatic_answer", "1"),
            ("undisclosed", "1"),
            ("valid_from", ""),
            ("valid_to", ""),
        ]);
        given.iter_mut().filter(|(name, _)| *name == item).for_each(|(_, held)| *held = value.to_owned());
        let refused = bench.take(&NON_DISCLOSURE, &[given]);
        assert_eq!(refused.first().map(|(item, _)| item.as_str()), Some(item), "{what}");
    }
    assert_eq!(bench.run("block-list", &json!({})).answer.unwrap().data["count"], json!(0));
}

/// Rows of one batch that let the same copy go let it go once.
#[test]
fn 一度に届いても副本は一度だけ送る() {
    let of = |serial: u64, history: &str, on: &str| {
        row(&[
            ("addressee_no", &number(serial)),
            ("history_no", history),
            ("no_automatic_answer", on),
            ("undisclosed", on),
        ])
    };
    let mut bench = Bench::default();
    play(&mut bench, &[Numbered(1, 1), Numbered(2, 1)]);
    bench.take(&NON_DISCLOSURE, &[of(1, "1", "1"), of(2, "1", "1")]);
    assert_eq!(bench.offers("block", &["send_no"]), ["1"], "one person, one block");
    play(&mut bench, &[Step::Copy(1, 1, "1"), Step::Copy(2, 1, "1")]);
    assert_eq!(holds(&mut bench), "MSV03 MSV03");
    bench.take(&NON_DISCLOSURE, &[of(1, "2", ""), of(2, "2", "")]);
    assert_eq!(bench.offers("copy", &["send_no"]), ["1", "1"]);

    // The first row ends the block, the second says that the person never was protected under the other number.
    let mut bench = Bench::default();
    play(&mut bench, &[Numbered(1, 1), Numbered(2, 1), Told(1, 1, "1"), Step::Copy(1, 1, "1")]);
    bench.take(&NON_DISCLOSURE, &[of(1, "2", ""), of(2, "1", "")]);
    assert_eq!(bench.offers("copy", &["send_no"]), ["1"]);
}

fn step() -> impl Strategy<Value = (u8, u64, bool)> {
    (0u8..5, 1u64..4, any::<bool>())
}

fn copies(bench: &Bench) -> Vec<ProvisionCopy> {
    let mut all = Vec::new();
    bench
        .memory
        .scan(&COPY, None, &mut |stored| {
            all.push(stored.typed::<ProvisionCopy>()?.record);
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    /// Three 宛名番号 of two people, in any order of copies, measures, numbering and answers: what goes out of a protected person goes
    /// after the newest block was accepted.
    #[test]
    fn no_copy_of_a_protected_person_goes_before_its_block(steps in prop::collection::vec(step(), 1..40)) {
        let mut bench = Bench::default();
        for (history, (kind, serial, on)) in (1u32..).zip(steps) {
            let before = copies(&bench);
            let mark = if on { "1" } else { "" };
            let person = if serial == 3 { 1 } else { serial };
            match kind {
                0 => drop(play(&mut bench, &[Step::Copy(serial, history, mark)])),
                1 => drop(play(&mut bench, &[Told(serial, history, mark)])),
                2 => {
                    let numbered = play(&mut bench, &[Numbered(serial, person)]);
                    prop_assert_eq!(numbered, []);
                }
                _ => {
                    // The server answers to the newest block of somebody, if it was sent one.
                    let blocks = bench.offers("block", &["integrated_no", "send_no"]);
                    let newest = blocks.get(usize::try_from(serial).unwrap() % 2).map(|row| row.split_once(' ').unwrap());
                    if let Some((no, send_no)) = newest {
                        let result = if on { "1" } else { "9" };
                        let given = row(&[("result_of", "2"), ("no", no), ("send_no", send_no), ("result", result)]);
                        bench.take(&TRANSMISSION_RESULTS, &[given]);
                    }
                }
            }
            for copy in copies(&bench).into_iter().filter(|copy| !before.contains(copy)) {
                let integrated = copy.integrated_no.to_string();
                let block = bench.memory.load::<Block>(&integrated).unwrap().map(|held| held.record);
                let accepted = bench.memory.load::<TransmissionResult>(&integrated).unwrap().map(|held| held.record);
                if let Some(block) = block.filter(Block::holds) {
                    let accepted = accepted.is_some_and(|one| one.accepted && one.send_no == block.send_no);
                    prop_assert!(accepted, "step {}: {:?}", history, copy);
                }
                let told = bench.memory.load::<Protection>(copy.addressee_no.as_str()).unwrap();
                prop_assert!(told.is_some() || !copy.undisclosed, "step {}: {:?}", history, copy);
            }
        }
    }
}
