//! Files as no system should send them: what is wrong is told with its place, and the next record is read.

use crate::support::*;

/// Three fields, and what becomes of a record between two good ones.
fn check(head: &str, fields: &[&str], good: &str, cases: &[(&str, &str)]) {
    let plan = plan(head, fields);
    let good = bytes(good);
    let fine = read(&plan, &good);
    assert_eq!(fine.len(), 1);
    assert!(fine[0].starts_with("1 detail "), "{fine:?}");
    for (bad, want) in cases {
        let bad = bytes(bad);
        let whole = [good.as_slice(), &bad, &good].concat();
        let read = read(&plan, &whole);
        let told =
            read.iter().find(|line| line.contains(" bad ")).cloned().unwrap_or_else(|| read[1].clone());
        assert!(told.ends_with(want), "{want}\n{told}\n{read:?}");
        assert_eq!(read[0], fine[0]);
        let last = read.last().unwrap();
        assert_eq!(last.split_once(' ').unwrap().1, fine[0].split_once(' ').unwrap().1, "goes on: {read:?}");
        assert!(told.contains(&hex(&bad)) || !told.contains(" bad "), "handed over whole: {told}");
    }
}

#[test]
fn records_of_a_host() {
    check(
        "form = \"fixed\"\ncharset = \"JEF/EBCDIC\"",
        &[
            "item = \"甲\", name = \"a\", type = \"X\", bytes = 3",
            "item = \"乙\", name = \"b\", type = \"N\", bytes = 4",
            "item = \"丙\", name = \"c\", type = \"M\", bytes = 6",
            "item = \"丁\", name = \"d\", type = \"9\", bytes = 2",
            "item = \"戊\", name = \"e\", type = \"P\", bytes = 2",
        ],
        "C1C240 BBB34040 28BBB3294040 F0F1 012C",
        &[
            // Padding in another charset, nothing at all, line ends.
            (
                "C12020 BBB34040 28BBB3294040 F0F1 012C",
                "「甲」（ファイルの先頭から18バイト）: X'20'があります（EBCDICの空白はX'40'です。変換前に空白を埋めています）",
            ),
            (
                "C1C240 BBB32020 28BBB3294040 F0F1 012C",
                "「乙」（ファイルの先頭から22バイト）: X'20'があります（EBCDICの空白はX'40'です。変換前に空白を埋めています）",
            ),
            (
                "000000 BBB34040 28BBB3294040 F0F1 012C",
                "「甲」（ファイルの先頭から17バイト）: X'00'が続いています（値が設定されていない項目）",
            ),
            (
                "C10000 BBB34040 28BBB3294040 F0F1 012C",
                "「甲」（ファイルの先頭から18バイト）: X'00'が続いています（値が設定されていない項目）",
            ),
            (
                "C1C240 FFFFFFFF 28BBB3294040 F0F1 012C",
                "「乙」（ファイルの先頭から20バイト）: X'FF'が続いています（値が設定されていない項目）",
            ),
            (
                "C1C240 BBB34040 28BBB3294040 0000 012C",
                "「丁」（ファイルの先頭から30バイト）: X'00'が続いています（値が設定されていない項目）",
            ),
            (
                "C1C240 BBB34040 28BBB3294040 F0F1 0000",
                "「戊」（ファイルの先頭から32バイト）: X'00'が続いています（値が設定されていない項目）",
            ),
            (
                "C11540 BBB34040 28BBB3294040 F0F1 012C",
                "「甲」（ファイルの先頭から18バイト）: 固定長の中に改行（X'15'）があります",
            ),
            // Shift codes.
            (
                "C1C240 BBB34040 28BBB3404040 F0F1 012C",
                "「丙」（ファイルの先頭から30バイト）: シフトコードが足りません（漢字イン・アウトの組になっていません）",
            ),
            (
                "C1C240 BBB34040 2828BBB32940 F0F1 012C",
                "「丙」（ファイルの先頭から25バイト）: シフトコード X'28' が重複しています",
            ),
            (
                "C1C240 BBB34040 28BBB3292940 F0F1 012C",
                "「丙」（ファイルの先頭から28バイト）: シフトコード X'29' が重複しています",
            ),
            (
                "C1C240 BBB34040 C1C229404040 F0F1 012C",
                "「丙」（ファイルの先頭から26バイト）: シフトコードが足りません（漢字イン・アウトの組になっていません）",
            ),
            (
                "C1C240 28BBB329 28BBB3294040 F0F1 012C",
                "「乙」（ファイルの先頭から20バイト）: 未定義のコードです",
            ),
            // Characters and numbers.
            (
                "C1C240 BBB37F7F 28BBB3294040 F0F1 012C",
                "「乙」（ファイルの先頭から22バイト）: 未定義のコードです",
            ),
            (
                "C1C240 BBB34040 28BBB3294040 F0C1 012C",
                "「丁」（ファイルの先頭から31バイト）: 数字以外の文字があります「0A」",
            ),
            (
                "C1C240 BBB34040 28BBB3294040 F0F1 0A2C",
                "「戊」（ファイルの先頭から32バイト）: 数値として読めません（X'0A2C'）",
            ),
            (
                "C1C240 BBB34040 28BBB3294040 F0F1 0123",
                "「戊」（ファイルの先頭から32バイト）: 数値として読めません（X'0123'）",
            ),
            // What only would be written otherwise is told, not refused.
            ("C1C240 BBB34040 38BBB3294040 F0F1 012C", "c=山 d=01 e=12 (丙 0 38 tidied)"),
            ("C1C240 BBB34040 28BBB3294040 4040 012F", "d= e=12 (丁 0 40 tidied; 戊 0 2F respelled)"),
            ("C1C240 BBB34040 28BBB3294040 F0F1 000D", "d=01 e=0 (戊 0 0D respelled)"),
        ],
    );
}

#[test]
fn shift_codes_may_be_put_in_order_instead() {
    let plan = plan(
        "form = \"fixed\"\ncharset = \"JEF/EBCDIC\"\nshift_codes = \"tidy\"",
        &["name = \"a\", type = \"M\", bytes = 6"],
    );
    for code in ["28BBB3292940", "2828BBB32940", "28BBB3404040"] {
        let read = read(&plan, &bytes(code));
        assert!(read[0].starts_with("1 detail a=山") && read[0].contains("tidied"), "{code}: {read:?}");
    }
}

#[test]
fn records_of_windows() {
    check(
        "form = \"fixed\"\ncharset = \"MS932\"",
        &[
            "item = \"甲\", name = \"a\", type = \"M\", bytes = 4",
            "item = \"乙\", name = \"b\", type = \"9\", bytes = 8, format = \"yyyymmdd\"",
        ],
        "8E524120 3230323530343031",
        &[
            (
                "8E528120 3230323530343031",
                "「甲」（ファイルの先頭から14バイト）: 2バイト文字が途中で切れています",
            ),
            (
                "8E52418E 3230323530343031",
                "「甲」（ファイルの先頭から15バイト）: 2バイト文字が途中で切れています",
            ),
            (
                "8E520A20 3230323530343031",
                "「甲」（ファイルの先頭から14バイト）: 固定長の中に改行（X'0A'）があります",
            ),
            (
                "8E520120 3230323530343031",
                "「甲」（ファイルの先頭から14バイト）: 制御文字（U+0001）があります",
            ),
            (
                "8E524120 3230323531333031",
                "「乙」（ファイルの先頭から16バイト）: 日付として読めません「20251301」",
            ),
            (
                "8E524120 3939393939393939",
                "「乙」（ファイルの先頭から16バイト）: 日付として読めません「99999999」",
            ),
        ],
    );
}

#[test]
fn records_of_utf_8() {
    check(
        "form = \"fixed\"\ncharset = \"UTF-8\"",
        &[
            "item = \"甲\", name = \"a\", type = \"T\", bytes = 4",
            "item = \"乙\", name = \"b\", type = \"T\", bytes = 4",
        ],
        "E5B1B120 41424344",
        &[
            ("E5B1FF20 41424344", "「甲」（ファイルの先頭から8バイト）: UTF-8として正しくありません"),
            // A character over the border of two fields is whole in neither.
            (
                "4142E5B1 B1424344",
                "「甲」（ファイルの先頭から10バイト）: UTF-8として正しくありません; 2件目のレコード「乙」（ファイルの先頭から12バイト）: UTF-8として正しくありません",
            ),
            ("41EFBBBF 41424344", "「甲」（ファイルの先頭から9バイト）: 先頭以外にBOM（U+FEFF）があります"),
            (
                "4141410A 41424344",
                "「甲」（ファイルの先頭から11バイト）: 固定長の中に改行（X'0A'）があります",
            ),
            // Characters that only look odd at first.
            ("C2A72020 41424344", "2 detail a=§ b=ABCD"),
        ],
    );
}

#[test]
fn records_that_are_too_short_or_too_long() {
    let fields = ["item = \"甲\", name = \"a\", type = \"X\", bytes = 4"];
    let with = plan("form = \"fixed\"\ncharset = \"MS932\"\nnewline = \"crlf\"", &fields);
    assert_eq!(
        read(&with, b"AAAA\r\nBBB\r\nCCCCC\r\nDDDD\r\nEE"),
        [
            "1 detail a=AAAA",
            "2 bad 4242420D0A: 2件目のレコード（ファイルの先頭から10バイト）: レコード長が6バイトではありません（5バイト）",
            "3 bad 43434343430D0A: 3件目のレコード（ファイルの先頭から15バイト）: レコード長が6バイトではありません（7バイト）",
            "4 detail a=DDDD",
            "5 bad 4545: 5件目のレコード（ファイルの先頭から24バイト）: レコード長が6バイトではありません（2バイト）",
        ]
    );
    // The line end of the very last record may be missing.
    assert_eq!(read(&with, b"AAAA\r\nBBBB"), ["1 detail a=AAAA", "2 detail a=BBBB"]);

    let without = plan("form = \"fixed\"\ncharset = \"MS932\"", &fields);
    assert_eq!(
        read(&without, b"AAAABBBBCC"),
        [
            "1 detail a=AAAA",
            "2 detail a=BBBB",
            "3 bad 4343: 3件目のレコード（ファイルの先頭から8バイト）: レコード長が4バイトではありません（2バイト）",
        ]
    );
    // Line ends that stand between records, and at the end.
    assert_eq!(
        read(&without, b"AAAA\r\nBBBBCCCC\r\n"),
        [
            "1 detail a=AAAA",
            "2 bad 0D0A: 2件目のレコード（ファイルの先頭から4バイト）: 固定長の中に改行（X'0D0A'）があります",
            "3 detail a=BBBB",
            "4 detail a=CCCC",
            "5 bad 0D0A: 5件目のレコード（ファイルの先頭から14バイト）: 固定長の中に改行（X'0D0A'）があります",
        ]
    );
}

#[test]
fn a_record_that_does_not_end_is_handed_over_in_parts() {
    let plan = plan(
        "form = \"fixed\"\ncharset = \"MS932\"\nnewline = \"lf\"",
        &["name = \"a\", type = \"X\", bytes = 4"],
    );
    let mut reader = plan.reader();
    let endless = vec![b'x'; 200_000];
    let whole = [b"AAAA\n", endless.as_slice(), b"\nBBBB\n"].concat();
    let (mut bad, mut good) = (0, Vec::new());
    let pieces: Vec<&[u8]> = whole.chunks(1000).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let mut input = *piece;
        while let Some(record) = reader.read(&mut input, at + 1 == pieces.len()) {
            match record {
                layout::Record::Good(record) => good.push(record.get(0).unwrap().to_owned()),
                layout::Record::Bad(record) => {
                    assert!(record.bytes.len() <= 66_000, "{} bytes at once", record.bytes.len());
                    bad += record.bytes.len();
                }
            }
        }
    }
    assert_eq!((bad, good), (endless.len() + 1, vec!["AAAA".to_owned(), "BBBB".to_owned()]));
}

#[test]
fn undefined_codes_may_be_kept_or_replaced() {
    let fields = ["item = \"甲\", name = \"a\", type = \"N\", bytes = 4"];
    let file = bytes("BBB3 7F7F");
    let substitute = plan("form = \"fixed\"\ncharset = \"JEF\"\nundefined = \"substitute\"", &fields);
    assert_eq!(read(&substitute, &file), ["1 detail a=山\u{FFFD} (甲 1 7F7F substituted \u{FFFD})"]);
    let keep =
        plan("form = \"fixed\"\ncharset = \"JEF\"\nundefined = \"keep\"\nunmappable = \"keep\"", &fields);
    assert_eq!(read(&keep, &file), ["1 detail a=山\u{F7F7F} (甲 1 7F7F kept \u{F7F7F})"]);
    assert_eq!(hex(&row(&keep, &["山\u{F7F7F}"]).unwrap().0), "BBB37F7F");
    let utf8 = plan(
        "form = \"fixed\"\ncharset = \"UTF-8\"\nundefined = \"substitute\"",
        &["name = \"a\", type = \"T\", bytes = 3"],
    );
    assert_eq!(read(&utf8, b"A\xFFB"), ["1 detail a=A\u{FFFD}B (a 1 FF substituted \u{FFFD})"]);
}
