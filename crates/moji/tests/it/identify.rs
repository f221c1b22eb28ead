//! Identification of a town's own characters. People and lists are invented.

use moji::identify::{Decisions, Listed, Report, State, Survey, decisions, list};
use moji::*;

use crate::support::built_in;

fn scalar_of(code: &str) -> Option<char> {
    let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?;
    ('\u{E000}'..='\u{F8FF}').contains(&c).then_some(c)
}

fn listed(text: &str) -> Vec<Listed> {
    list("外字一覧.tsv", text, &scalar_of).unwrap()
}

/// Surveys records of (key, name, address).
fn survey(list: &str, decided: &str, records: &[(&str, &str, &str)]) -> Report {
    let decided = decisions("決定.tsv", decided, &scalar_of).unwrap();
    let target = built_in().encoder(&Charset::Windows31J, &Options::default()).unwrap();
    let mut survey = Survey::new(listed(list), decided, Some(target), Pairs::default());
    for (key, name, address) in records {
        survey.record(key, [("氏名", *name), ("住所", *address)]);
    }
    if survey.wants_echo() {
        for (_, name, address) in records {
            survey.echo([("氏名", *name), ("住所", *address)]);
        }
    }
    survey.report(3)
}

fn states(report: &Report) -> Vec<(&str, State, u64, usize)> {
    let rows = report.gaiji.iter();
    rows.map(|row| (row.code.as_str(), row.state, row.uses.occurrences, row.uses.persons)).collect()
}

#[test]
fn undecided_characters_stand_first_and_the_most_frequent_before_the_others() {
    let report = survey(
        "コード\t備考\tMJ\nE000\t使われていない\nE001\nE002\nE003\t\tMJ028902\nE004\n",
        "E004\tMJ022335\n",
        &[
            ("1", "\u{E001}田　一郎", "港町"),
            ("2", "\u{E002}田　二郎", "港町\u{E002}"),
            ("3", "\u{E003}田　三郎", "港町"),
            ("2", "\u{E002}田　二郎", "港町"),
            ("4", "\u{E004}田　四郎", "\u{E00F}町"),
        ],
    );
    assert_eq!(
        states(&report),
        [
            ("E002", State::Undecided, 3, 1),
            ("E001", State::Undecided, 1, 1),
            ("E00F", State::Undecided, 1, 1),
            ("E003", State::Unique, 1, 1),
            ("E004", State::Decided, 1, 1),
            ("E000", State::Unused, 0, 0),
        ]
    );
    let sample = &report.gaiji[0].uses.samples[0];
    assert_eq!(
        (
            sample.key.as_str(),
            sample.item.as_str(),
            sample.place,
            sample.before.as_str(),
            sample.after.as_str()
        ),
        ("2", "氏名", Some("姓"), "", "田　二郎")
    );
    assert_eq!(report.gaiji[2].listed, None, "a code that the list does not have is found all the same");
    assert_eq!(report.records, 5);
}

#[test]
fn what_the_list_says_ranks_the_candidates() {
    let head = "コード\t備考\t読み\t画数\t部首\t候補\n";
    for (row, best, evidence, state) in [
        // Numbers in a remark.
        ("E000\tMJ022335 を使う", "MJ022335", "一覧に指定", State::Unique),
        ("E000\t戸籍349920", "MJ022335", "一覧に指定", State::Unique),
        ("E000\tJ+845B", "MJ022335", "一覧に指定", State::Unique),
        ("E000\t\t\t\t\t葛\u{E0102}", "MJ022335", "一覧に指定", State::Unique),
        ("E000\tMJ022335かMJ022336", "MJ022335", "一覧に指定", State::Undecided),
        // Another glyph than the one that has a code of its own.
        (
            "E000\tはしごだか（高の異体字）\tたか\t11",
            "MJ028902",
            "「高」に縮退（表1）、読み、画数",
            State::Unique,
        ),
        ("E000\t「葛」\tカツ\t１１画\t艸", "MJ022335", "「葛」の字形、読み、画数、部首", State::Unique),
        ("E000\t葛", "MJ022335", "「葛」の字形", State::Undecided),
        // Nothing but a description.
        ("E000\t\tけつ\t2", "MJ030374", "読み、画数", State::Undecided),
        ("E000\t\t\t17\t213", "MJ030157", "画数、部首", State::Undecided),
    ] {
        let report = survey(&format!("{head}{row}\n"), "", &[("1", "\u{E000}", "港町")]);
        let found = &report.gaiji[0];
        let why: Vec<String> = found.candidates[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            (found.candidates[0].number.to_string().as_str(), why.join("、").as_str(), found.state),
            (best, evidence, state),
            "{row}"
        );
    }
}

#[test]
fn what_stands_elsewhere_in_the_same_place_is_a_hint() {
    let mut records = vec![("1", "\u{E000}橋　花子", "港町")];
    records.extend([("2", "高橋　太郎", "港町"), ("3", "高橋　次郎", "港町"), ("4", "石橋　次郎", "港町")]);
    let report = survey("E000\n", "", &records);
    let best = &report.gaiji[0].candidates[0];
    let why: Vec<String> = best.evidence.iter().map(ToString::to_string).collect();
    // 髙 is shrunk to 高, and 高 itself would not need a code of the town's own.
    assert_eq!(
        (best.number.to_string().as_str(), why.join("、").as_str()),
        ("MJ028902", "「高」に縮退（表1）、同じ並びに「高」2件")
    );
    let nothing = survey("E000\n", "", &[("1", "\u{E000}\u{E001}", "港町"), ("2", "山川", "港町")]);
    assert!(nothing.gaiji.iter().all(|row| row.candidates.is_empty()), "unknown neighbours say nothing");
}

#[test]
fn other_characters_that_need_a_look_are_listed_with_the_reason() {
    let report = survey(
        "E000\n",
        "",
        &[
            ("1", "葛\u{E0102}城", "\u{323AF}町"),
            ("2", "葛\u{E01EF}城", "港町"),
            ("3", "𠮷田", "港町"),
            ("4", "𠮷田", "港町\n"),
        ],
    );
    let found: Vec<(String, String, u64)> = report
        .others
        .iter()
        .map(|row| {
            let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.word()).collect();
            (row.cluster.to_string(), reasons.join(" "), row.uses.occurrences)
        })
        .collect();
    let want = [
        ("𠮷", "not_in_target", 2),
        ("葛\u{E0102}", "not_in_target", 1),
        ("葛\u{E01EF}", "not_registered not_in_target", 1),
        ("\u{323AF}", "not_in_mj not_in_target", 1),
    ];
    assert_eq!(found, want.map(|(text, reasons, count)| (text.to_owned(), reasons.to_owned(), count)));
}

#[test]
fn decisions_come_from_a_file_a_table_or_a_filled_report() {
    let of = |text: &str| -> Decisions { decisions("決定.tsv", text, &scalar_of).unwrap() };
    let character = |decisions: &Decisions, c: char| decisions.of(c).map(|decided| decided.character);
    let kuzu = Cluster::with_selector('葛', '\u{E0102}').unwrap();
    for text in [
        "E000\tMJ022335\nE001\tnone\nE002\t\n",
        "#code\tucs\nE000\t845B+E0102\nE001\tなし\n",
        "#ucs\tcode\n葛\u{E0102}\tE000\nnone\tE001\n",
        "kind\tcode\tunicode\tdecision\ngaiji\tE000\tE000\t845B+E0102\ngaiji\tE001\tE001\tnone\ngaiji\tE002\tE002\t\n",
    ] {
        let found = of(text);
        assert_eq!(character(&found, '\u{E000}'), Some(Some(kuzu)), "{text}");
        assert_eq!(character(&found, '\u{E001}'), Some(None), "{text}");
        assert_eq!(character(&found, '\u{E002}'), None, "{text}");
    }
    assert_eq!(character(&of("E000\tMJ090001"), '\u{E000}'), Some(Some(Cluster::of('\u{1B002}'))));
    // A list that has decisions of its own; a decision for a code beside it is kept.
    let report = survey("code\tdecision\nE000\tMJ022335\n", "E009\tnone\n", &[("1", "\u{E000}", "")]);
    assert_eq!(states(&report), [("E000", State::Decided, 1, 1), ("E009", State::Unused, 0, 0)]);
}

#[test]
fn lists_and_decisions_that_cannot_be_read_are_refused_with_their_lines() {
    let told = |errors: Vec<TableError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told(list("外字一覧.tsv", "コード\t備考\nE000\t\nXX\t\nE000\t\n845B\t\n", &scalar_of).unwrap_err()),
        [
            "外字一覧.tsv 3行目: コード「XX」は外字のコードではありません",
            "外字一覧.tsv 4行目: コード「E000」は2行目にもあります",
            "外字一覧.tsv 5行目: コード「845B」は外字のコードではありません",
        ]
    );
    assert_eq!(
        told(
            decisions("決定.tsv", "E000\tMJ022335\nE000\tMJ022336\nE001\t山川\n80A1\t山\n", &scalar_of)
                .unwrap_err()
        ),
        [
            "決定.tsv 2行目: コード「E000」には別の文字も決定されています",
            "決定.tsv 3行目: 文字「山川」を一つの文字として読めません",
            "決定.tsv 4行目: コード「80A1」は外字のコードではありません",
        ]
    );
}
