//! Files as they lie between two systems: written, sampled, read back, and as no system should send them.

use super::{Run, bytes, folder, from_hex, layout, names};

const RESIDENTS: [(&str, &str); 2] = [
    ("resident-jef", include_str!("../../../../standards/layouts/resident-jef.toml")),
    ("resident-utf16", include_str!("../../../../standards/layouts/resident-utf16.toml")),
];

#[test]
fn a_sample_is_read_and_written_again_byte_by_byte() {
    for (name, text) in RESIDENTS {
        let dir = folder(&[("a.toml", text)]);
        layout(&dir, "sample a.toml --rows 30 --output a.dat", b"")
            .check(0, &["見本30件を書きました（データレコード 1種類）"]);
        layout(&dir, "decode a.toml a.dat --all --output a.jsonl", b"")
            .check(0, &["データレコード30件を読みました"]);
        layout(&dir, "encode a.toml a.jsonl --output again.dat", b"").check(0, &["30件を書きました"]);
        assert_eq!(bytes(&dir, "a.dat"), bytes(&dir, "again.dat"), "{name}");
        // The rows alone make the same file, too.
        let run = layout(&dir, "sample a.toml --rows 30 --jsonl", b"");
        let again = "encode --layout a.toml --fact date=2026-04-01 --fact source=見本 --output third.dat";
        assert_eq!(layout(&dir, again, &run.out).code, Some(0));
        assert_eq!(bytes(&dir, "a.dat"), bytes(&dir, "third.dat"), "{name}");
    }
}

#[test]
fn the_sheet_comes_as_text_or_as_a_workbook() {
    for (_, text) in RESIDENTS {
        let dir = folder(&[("a.toml", text)]);
        let run = layout(&dir, "spec a.toml", b"");
        assert_eq!((run.code, run.told.as_str()), (Some(0), ""));
        assert!(run.text().contains("| 宛名番号 | addressee_no |"), "{}", run.text());
        layout(&dir, "spec a.toml --output a.xlsx", b"").check(0, &[]);
        assert!(bytes(&dir, "a.xlsx").starts_with(b"PK\x03\x04"));
        layout(&dir, "spec a.toml --format md --output b.xlsx", b"").check(0, &[]);
        assert_eq!(bytes(&dir, "b.xlsx"), run.out);
    }
}

const HOST: &str = r#"
form = "fixed"
charset = "JEF/EBCDIC"
trailer = [
  { item = "区分", name = "kind", literal = "9", type = "X", bytes = 1 },
  { item = "件数", name = "rows", fact = "row_count", type = "9", bytes = 4 },
  { item = "合計", name = "sum", total = "amount", type = "P", digits = 7 },
  { item = "予備", name = "rest", filler = true, bytes = 7 },
]
detail = [
  { item = "区分", name = "kind", literal = "1", type = "X", bytes = 1 },
  { item = "番号", name = "id", type = "9", bytes = 2 },
  { item = "氏名", name = "name", type = "N", bytes = 4 },
  { item = "摘要", name = "note", type = "M", bytes = 6 },
  { item = "金額", name = "amount", type = "P", digits = 5 },
]
"#;

const GOOD: &str = "F1 F0F1 BBB34040 28BBB3294040 00001C";
const LAST: &str = "F1 F0F3 BBB34040 28BBB3294040 00003C";

/// A bad record between two good ones: what is told, what is read, and that its bytes are handed over as they are.
fn bad(record: &str, trailer: &str, handed: &str, told: &[&str]) {
    let dir = folder(&[("a.toml", HOST)]);
    let file = from_hex(&[GOOD, record, LAST, trailer].concat());
    let run = layout(&dir, "decode a.toml --report r.tsv --bad bad.dat", &file);
    assert_eq!(run.code, Some(1), "{}", run.told);
    let lines: Vec<&str> = run.told.lines().collect();
    assert_eq!(lines[..lines.len() - 1], *told, "{record}");
    assert_eq!(run.text().lines().count(), 2, "the good ones are read: {}", run.text());
    assert!(run.text().contains("\"01\"") && run.text().contains("\"03\""));
    assert_eq!(bytes(&dir, "bad.dat"), from_hex(handed), "{record}");
    assert_eq!(String::from_utf8(bytes(&dir, "r.tsv")).unwrap().lines().count(), 1 + told.len());
}

#[test]
fn a_bad_record_costs_itself_and_no_other() {
    // The trailer of two rows that can be summed, or of three of which one is missing from the sum.
    let [two, three] = ["2", "3"].map(|rows| format!("F9 F0F0F0F{rows} 0000004C 40404040404040"));
    let at = "2件目のレコード";
    for (record, rule) in [
        (
            "F1 F0F2 BBB34141 28BBB3294040 00020C",
            "「氏名」（ファイルの先頭から21バイト）: 未定義のコードです",
        ),
        (
            "F1 F0F2 BBB34040 28BBB3404040 00020C",
            "「摘要」（ファイルの先頭から29バイト）: シフトコードが足りません（漢字イン・アウトの組になっていません）",
        ),
        (
            "F1 F0F2 BBB34040 2828BBB32940 00020C",
            "「摘要」（ファイルの先頭から24バイト）: シフトコード X'28' が重複しています",
        ),
        (
            "F1 F0F2 BBB34040 C12020202020 00020C",
            "「摘要」（ファイルの先頭から24バイト）: X'20'があります（EBCDICの空白はX'40'です。変換前に空白を埋めています）",
        ),
        (
            "F1 F0F2 BBB34040 C1154040C140 00020C",
            "「摘要」（ファイルの先頭から24バイト）: 固定長の中に改行（X'15'）があります",
        ),
        (
            "F1 F0C2 BBB34040 28BBB3294040 00020C",
            "「番号」（ファイルの先頭から18バイト）: 数字以外の文字があります「0B」",
        ),
        (
            "F1 F0F2 BBB34040 28BBB3294040 000200",
            "「金額」（ファイルの先頭から29バイト）: 数値として読めません（X'000200'）",
        ),
        (
            "F5 F0F2 BBB34040 28BBB3294040 00020C",
            "（ファイルの先頭から16バイト）: どの種類のレコードでもありません（1バイト目 X'F5'）",
        ),
        (
            "F1 F0F2 BBB34040 C1 28BBB3294040 00020C",
            "（ファイルの先頭から16バイト）: レコード長が16バイトではありません（17バイト）",
        ),
        (
            "F1 F0F2 BBB34040 28BBB32940",
            "（ファイルの先頭から16バイト）: レコード長が16バイトではありません（12バイト）",
        ),
    ] {
        // A record of no kind is no row.
        let counted = !rule.contains("どの種類");
        bad(record, if counted { &three } else { &two }, record, &[&format!("{at}{rule}")]);
    }
    // Line ends between records.
    bad(
        "0D25",
        &two,
        "0D25",
        &["2件目のレコード（ファイルの先頭から16バイト）: 固定長の中に改行（X'0D25'）があります"],
    );
}

#[test]
fn wrong_counts_and_missing_records_are_told_at_the_end() {
    let dir = folder(&[("a.toml", HOST)]);
    let check = |file: &str, told: &[&str]| {
        let run: Run = layout(&dir, "decode a.toml --output out.jsonl", &from_hex(file));
        run.check(1, told);
        assert_eq!(names(dir.path()), ["a.toml", "out.jsonl"]);
    };
    check(
        &format!("{GOOD} F9F0F0F0F2 0000002C 40404040404040"),
        &[
            "2件目のレコード「件数」（ファイルの先頭から17バイト）: データレコードの数 0002 が、実際の 1 と合いません",
            "2件目のレコード「合計」（ファイルの先頭から21バイト）: 「amount」の合計 2 が、実際の 1 と合いません",
            "データレコード1件を読みました、読めないもの1件",
        ],
    );
    check(
        GOOD,
        &[
            "1件目のレコード（ファイルの先頭から16バイト）: トレーラレコードがありません",
            "データレコード1件を読みました、読めないもの1件",
        ],
    );
    check(
        "F1F0F1",
        &[
            "1件目のレコード（ファイルの先頭から0バイト）: レコード長が16バイトではありません（3バイト）",
            "1件目のレコード（ファイルの先頭から3バイト）: トレーラレコードがありません",
            "データレコード0件を読みました、読めないもの2件",
        ],
    );
}

#[test]
fn an_odd_byte_and_a_mark_in_the_middle_are_told_in_text_forms() {
    let text = |form: &str, charset: &str| {
        format!(
            "form = \"{form}\"\ncharset = \"{charset}\"\nfields = [ {{ item = \"氏名\", name = \"a\" }} ]\n"
        )
    };
    for (form, charset, file, out, told) in [
        (
            "csv",
            "UTF-16LE",
            &b"\x71\x5C\r\0\n\0\x31"[..],
            "{\"a\":\"山\"}\n",
            "2件目のレコード「氏名」（ファイルの先頭から6バイト）: 文字が途中で切れています",
        ),
        (
            "csv",
            "UTF-8",
            b"a\r\n\xEF\xBB\xBFb\r\nc\r\n",
            "{\"a\":\"a\"}\n{\"a\":\"c\"}\n",
            "2件目のレコード「氏名」（ファイルの先頭から3バイト）: 先頭以外にBOM（U+FEFF）があります",
        ),
        (
            "csv",
            "MS932",
            b"\x8ER\r\n\x8E\r\nb\r\n",
            "{\"a\":\"山\"}\n{\"a\":\"b\"}\n",
            "2件目のレコード「氏名」（ファイルの先頭から4バイト）: 2バイト文字が途中で切れています",
        ),
        (
            "tsv",
            "UTF-8",
            b"a\r\n\xFF\r\nb\r\n",
            "{\"a\":\"a\"}\n{\"a\":\"b\"}\n",
            "2件目のレコード「氏名」（ファイルの先頭から3バイト）: UTF-8として正しくありません",
        ),
        (
            "jsonl",
            "UTF-8",
            b"{\"a\":\"a\"}\n{\"a\":\n{\"a\":\"b\"}\n",
            "{\"a\":\"a\"}\n{\"a\":\"b\"}\n",
            "2件目のレコード（ファイルの先頭から15バイト）: JSONとして読めません（値がありません）",
        ),
        (
            "xml",
            "UTF-8",
            b"<records><detail><a>a</b></detail><detail><a>b</a></detail></records>",
            "{\"a\":\"b\"}\n",
            "1件目のレコード（ファイルの先頭から21バイト）: XMLとして読めません（</a> がありません）",
        ),
    ] {
        let dir = folder(&[("a.toml", &text(form, charset))]);
        let run = layout(&dir, "decode a.toml", file);
        assert_eq!((run.code, run.text()), (Some(1), out), "{form} {charset}: {}", run.told);
        assert_eq!(run.told.lines().next(), Some(told));
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_device_stays_one() {
    let dir = folder(&[("a.toml", HOST)]);
    let null = dir.path().join("null");
    std::os::unix::fs::symlink("/dev/null", &null).unwrap();
    let file = from_hex(&format!("{GOOD} F9F0F0F0F1 0000001C 40404040404040"));
    let run = layout(&dir, "decode a.toml --output null --report null --bad null", &file);
    run.check(0, &["データレコード1件を読みました"]);
    assert!(null.is_symlink());
    assert_eq!(names(dir.path()), ["a.toml", "null"]);
}
