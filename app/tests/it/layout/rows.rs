//! Rows that are written, and how the command is called.

use super::{bytes, folder, layout, names};

const LAYOUT: &str = r#"
form = "csv"
charset = "MS932"
header_line = "item"
newline = "lf"
detail = [
  { item = "番号", name = "id", from = "person_id", type = "9", required = true },
  { item = "氏名", name = "name", chars_max = 3, unmappable = "reject" },
  { item = "方書", name = "room", overflow = "truncate", chars_max = 2, unmappable = "substitute" },
]
"#;

const ROWS: &str = "{\"person_id\":1,\"name\":\"山田\",\"room\":\"𠮷\"}\n{\"person_id\":\"\",\"name\":\"川\"}\n\
     {\"person_id\":3,\"name\":\"𠮷\"}\n{\"person_id\":4,\"name\":\"山田太郎\"}\n{\n{\"person_id\":5,\"room\":\"abc\"}\n";

#[test]
fn rows_that_cannot_be_written_are_told_and_kept() {
    let dir = folder(&[("a.toml", LAYOUT), ("rows.jsonl", ROWS)]);
    layout(&dir, "encode a.toml rows.jsonl --output a.csv --report r.tsv --bad bad.jsonl", b"").check(
        1,
        &[
            "1件目「方書」1文字目「𠮷」（U+20BB7）: 代替文字 〓",
            "2件目の行、項目「番号」: 必須項目に値がありません",
            "3件目の行、項目「氏名」: 1文字目の「𠮷」（U+20BB7）は相手の文字コードにありません",
            "4件目の行、項目「氏名」: 4文字ありますが、3文字までです",
            "5件目の行: JSONとして読めません（\" がありません）",
            "6件目「方書」3文字目「c」（U+0063）: 切り捨て ",
            "文字の変換: 代替文字 1、切り捨て 1",
            "2件を書きました、4件を除きました",
        ],
    );
    let text: Vec<u8> = bytes(&dir, "a.csv");
    assert_eq!(text, b"\x94\xD4\x8D\x86,\x8E\x81\x96\xBC,\x95\xFB\x8F\x91\n1,\x8ER\x93c,\x81\xAC\n5,,ab\n");
    let kept: String = ROWS.split_inclusive('\n').skip(1).take(4).collect();
    assert_eq!(String::from_utf8(bytes(&dir, "bad.jsonl")).unwrap(), kept);
    let report = String::from_utf8(bytes(&dir, "r.tsv")).unwrap();
    let short: Vec<String> = report
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            format!("{} {} {} {}", cells[0], cells[2], cells[6], cells[8])
        })
        .collect();
    assert_eq!(
        short,
        [
            "1 方書 substituted 〓",
            "2 番号 required ",
            "3 氏名 unmappable ",
            "4 氏名 too_long ",
            "5  syntax ",
            "6 方書 truncated "
        ]
    );
}

#[test]
fn nothing_is_half_written() {
    let dir = folder(&[("a.toml", LAYOUT), ("rows.jsonl", ROWS)]);
    let run = layout(&dir, "encode a.toml rows.jsonl --whole --output a.csv", b"");
    assert_eq!(run.code, Some(1));
    assert!(run.told.ends_with("出力できない行が4件あるので、何も書きませんでした\n"), "{}", run.told);
    let run = layout(&dir, "encode a.toml rows.jsonl --whole", b"");
    assert_eq!((run.code, run.out.len()), (Some(1), 0));
    assert_eq!(names(dir.path()), ["a.toml", "rows.jsonl"]);

    // What the trailer cannot say.
    let text = "form = \"fixed\"\ncharset = \"MS932\"\nfields = [ { name = \"n\", type = \"9\", bytes = 2, decimals = 0 } ]\ntrailer = [ { item = \"合計\", name = \"s\", total = \"n\", type = \"9\", bytes = 2 } ]\n";
    std::fs::write(dir.path().join("b.toml"), text).unwrap();
    layout(&dir, "encode b.toml --output b.dat", b"{\"n\":60}\n{\"n\":70}\n")
        .check(1, &["トレーラ: 項目「合計」: 3バイト必要ですが、項目は2バイトです"]);
    layout(&dir, "decode b.toml missing.dat --output b.jsonl", b"");
    assert_eq!(names(dir.path()), ["a.toml", "b.toml", "rows.jsonl"]);
}

#[test]
fn rows_may_come_as_csv_with_the_names_of_people() {
    let dir = folder(&[("a.toml", LAYOUT), ("rows.csv", "番号,name,方書,よけい\n7,\"山\",\"a,b\",x\n")]);
    let run = layout(&dir, "encode a.toml rows.csv --policy substitute", b"");
    run.check(
        0,
        &[
            "項目「よけい」はレイアウトで使っていません",
            "1件目「方書」3文字目「b」（U+0062）: 切り捨て ",
            "文字の変換: 切り捨て 1",
            "1件を書きました",
        ],
    );
    assert_eq!(run.out, b"\x94\xD4\x8D\x86,\x8E\x81\x96\xBC,\x95\xFB\x8F\x91\n7,\x8ER,\"a,\"\n");
    let run = layout(&dir, "encode a.toml --input-format tsv", "番号\t氏名\n8\t川\n".as_bytes());
    assert_eq!((run.code, run.out.ends_with(b"\n8,\x90\xEC,\n")), (Some(0), true), "{}", run.told);
}

#[test]
fn wrong_calls_are_told_from_wrong_layouts_and_missing_files() {
    let dir = folder(&[("a.toml", LAYOUT), ("bad.toml", "form = \"csv\"\n")]);
    for (arguments, code, told) in [
        ("check a.toml", 0, ""),
        ("check a.toml bad.toml", 1, "bad.toml: charset（文字コード）が必要です"),
        ("encode bad.toml", 1, "charset（文字コード）が必要です"),
        ("encode a.toml --fact day=1", 2, "--fact「day=1」は使えません"),
        ("encode a.toml --fact day", 2, "--fact「day」は NAME=VALUE の形ではありません"),
        ("encode", 2, "レイアウトを --layout で指定してください"),
        ("decode a.toml b c", 2, "余分なファイルがあります（c）"),
        ("decode a.toml missing.dat", 3, "missing.dat が読めません"),
        ("spec missing.toml", 3, "missing.toml が読めません"),
        ("sample a.toml --output missing/a.csv", 3, "missing/a.csv に書けません"),
    ] {
        let run = layout(&dir, arguments, b"");
        assert_eq!(run.code, Some(code), "{arguments}: {}", run.told);
        assert!(run.told.contains(told.trim_start_matches("bad.toml: ")), "{arguments}: {}", run.told);
    }
    assert_eq!(names(dir.path()), ["a.toml", "bad.toml"]);
}
