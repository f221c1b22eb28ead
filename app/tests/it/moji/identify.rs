//! `daicho moji identify`.

use super::{Run, at, folder, moji, read};

const LIST: &str =
    "コード\t備考\t読み\t画数\n80A1\tはしごだか（高の異体字）\tたか\t11\n80A2\t\n80A3\t使われていない\n";

/// The rows of a report by some of its columns.
fn rows(report: &str, wanted: &[&str]) -> Vec<String> {
    let mut lines = report.lines();
    let head: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let columns: Vec<usize> =
        wanted.iter().map(|name| head.iter().position(|column| column == name).unwrap()).collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), head.len(), "{line}");
            columns.iter().map(|&column| cells[column]).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

const COLUMNS: [&str; 6] = ["kind", "state", "code", "unicode", "occurrences", "persons"];

#[test]
fn an_extract_in_any_form_and_charset_gives_the_same() {
    let csv = "宛名番号,氏名,住所\r\n1,\u{E000}橋　花子,港町\r\n2,\"高橋　太郎\",\u{E001}町\r\n3,高橋　次郎,港町\r\n1,\u{E000}橋　花子,山町\r\n";
    let tsv = csv.replace(',', "\t").replace('"', "");
    let lines = "{\"宛名番号\":\"1\",\"氏名\":\"\u{E000}橋　花子\",\"住所\":\"港町\"}\n{\"宛名番号\":\"2\",\"氏名\":\"高橋　太郎\",\"住所\":\"\u{E001}町\"}\n\n{\"宛名番号\":\"3\",\"氏名\":\"高橋　次郎\",\"住所\":\"港町\"}\n{\"宛名番号\":\"1\",\"氏名\":\"\u{E000}橋　花子\",\"住所\":\"山町\"}\n";
    let dir = folder(&[("list.tsv", LIST), ("r.csv", csv), ("r.tsv", &tsv), ("r.jsonl", lines)]);
    // The same from the host: 80A1 is U+E000 there.
    let jef = moji(&["convert", "--from", "utf-8", "--to", "jef"], csv.as_bytes());
    std::fs::write(dir.path().join("r.txt"), &jef.out).unwrap();
    let identify = |options: &[&str]| -> Run {
        let list = at(&dir, "list.tsv");
        let mut arguments = vec!["identify", "--gaiji", &list, "--key", "宛名番号"];
        arguments.extend(options);
        moji(&arguments, b"")
    };
    for (file, more) in [
        ("r.csv", vec!["--code", "jef"]),
        ("r.tsv", vec!["--code", "jef"]),
        ("r.jsonl", vec!["--code", "jef", "--items", "氏名,住所"]),
        ("r.txt", vec!["--from", "jef", "--format", "csv"]),
    ] {
        let register = at(&dir, file);
        let mut options = vec!["--register", register.as_str()];
        options.extend(more);
        let run = identify(&options);
        assert_eq!(run.code, Some(0), "{file}: {}", run.told);
        assert_eq!(
            rows(run.text(), &COLUMNS),
            ["gaiji undecided 80A2 E001 1 1", "gaiji unique 80A1 E000 2 1", "gaiji unused 80A3 E002 0 0",],
            "{file}"
        );
        assert_eq!(
            run.told,
            "4件の記録、未決 1字、候補一つ 1字、決定済み 0字、使用なし 1字、外字のほかに確かめる文字 0字\n"
        );
    }
    let run = identify(&["--register", &at(&dir, "r.csv"), "--code", "jef"]);
    let unique = rows(run.text(), &["samples", "candidates"])[1].clone();
    assert!(
        unique.starts_with("1 氏名・姓 〔80A1〕橋　花子 MJ028902 髙 9AD9（「高」に縮退（表1）、同じ並びに「高」2件、読み、画数）"),
        "{unique}"
    );
}

#[test]
fn decisions_become_a_table_for_conversions() {
    let csv = "key,name\n1,\u{E000}橋\n2,\u{E001}橋\n3,\u{E002}橋\n4,\u{E003}橋\n";
    let list = "E000\nE001\nE002\nE003\n";
    let dir = folder(&[
        ("list.tsv", list),
        ("r.csv", csv),
        ("decided.tsv", "#code\tucs\nE000\tMJ028902\nE001\tnone\nE003\t髙\n"),
    ]);
    let (list, register, decided) = (at(&dir, "list.tsv"), at(&dir, "r.csv"), at(&dir, "decided.tsv"));
    let (table, report) = (at(&dir, "table.tsv"), at(&dir, "report.tsv"));
    let run = moji(
        &[
            "identify",
            "--gaiji",
            &list,
            "--register",
            &register,
            "--decisions",
            &decided,
            "--gaiji-out",
            &table,
            "--out",
            &report,
        ],
        b"",
    );
    assert_eq!((run.code, run.text()), (Some(0), ""), "{}", run.told);
    assert_eq!(read(&table), "#code\tucs\nE000\t9AD9\nE001\tnone\n# E003\t9AD9\tE000 と同じ文字\n");
    assert!(run.told.starts_with("外字 E003 と E000 は同じ文字「髙」です"), "{}", run.told);
    let text = read(&report);
    assert_eq!(
        rows(&text, &["state", "code", "decision"]),
        ["undecided E002 ", "decided E000 9AD9", "decided E001 none", "decided E003 9AD9"]
    );
    // The report with its column filled in is a file of decisions.
    let filled = text.replace(
        "undecided\t未決\tE002\tE002\t1\t1\t3 name 〔E002〕橋\t\t\t",
        "undecided\t未決\tE002\tE002\t1\t1\t3 name 〔E002〕橋\t\tMJ022335\t",
    );
    assert_ne!(filled, text);
    std::fs::write(&report, filled).unwrap();
    let run = moji(&["identify", "--gaiji", &list, "--register", &register, "--decisions", &report], b"");
    assert!(rows(run.text(), &["state", "code", "decision"]).contains(&"decided E002 845B+E0102".to_owned()));
    let run =
        moji(&["convert", "--from", "utf-16be", "--to", "utf-8", "--gaiji", &table], b"\xE0\x00\x6A\x4B");
    assert_eq!(run.text(), "髙橋");
}

#[test]
fn what_cannot_be_identified_says_why() {
    let dir = folder(&[
        ("list.tsv", "E000\n"),
        ("wrong.tsv", "E000\n80A1\n"),
        ("r.csv", "key,name\n1,\u{E000}\n"),
        ("r.dat", "key,name\n1,\u{E000}\n"),
        ("bad.csv", "key,name\n1,\u{E000}\n"),
        ("bad.jsonl", "{\"key\":\"1\"}\n{\"name\":\"a\"}\n"),
    ]);
    std::fs::write(dir.path().join("bad.csv"), b"key,name\n1,\xFF\n").unwrap();
    for (list, register, more, code, told) in [
        ("wrong.tsv", "r.csv", vec![], 1, "wrong.tsv 2行目: コード「80A1」は外字のコードではありません"),
        ("list.tsv", "r.dat", vec![], 2, "--format: csv、tsv、jsonl のどれか"),
        ("list.tsv", "r.csv", vec!["--items", "住所"], 2, "r.csv に項目「住所」がありません"),
        (
            "list.tsv",
            "bad.csv",
            vec![],
            1,
            "2件目のレコード、入力の11バイト目（0始まり）: UTF-8として正しくありません",
        ),
        ("list.tsv", "bad.jsonl", vec!["--key", "key"], 1, "2行目に項目「key」がありません"),
        ("none.tsv", "r.csv", vec![], 3, "none.tsv が読めません"),
    ] {
        let (list, register) = (at(&dir, list), at(&dir, register));
        let mut arguments = vec!["identify", "--gaiji", &list, "--register", &register];
        arguments.extend(more);
        let run = moji(&arguments, b"");
        assert_eq!((run.code, run.text()), (Some(code), ""), "{told}: {}", run.told);
        assert!(run.told.contains(told), "{told}: {}", run.told);
    }
    let run = moji(
        &[
            "identify",
            "--gaiji",
            &at(&dir, "list.tsv"),
            "--register",
            &at(&dir, "r.csv"),
            "--json",
            "--to",
            "ms932",
        ],
        b"",
    );
    let found: serde_json::Value = serde_json::from_str(run.text()).unwrap();
    assert_eq!((found["gaiji"][0]["code"].as_str(), found["records"].as_u64()), (Some("E000"), Some(1)));
}
