//! CSV, TSV, JSON lines, XML.

use crate::support::*;

const FIELDS: [&str; 4] = [
    "name = \"id\", type = \"9\"",
    "name = \"name\", type = \"T\"",
    "name = \"birth\", type = \"X\", format = \"yyyymmdd\", unknown = \"zero\"",
    "name = \"amount\", type = \"S9\", decimals = 2",
];

fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("", vec!["007", "山,田\"太\"\r\n郎", "1985-04-01", "-1.5"]),
        ("", vec!["8", "<葛\u{E0100}&>", "", ""]),
    ]
}

#[test]
fn every_form_is_written_and_read_back() {
    for (head, want) in [
        (
            "form = \"csv\"\nheader_line = \"name\"",
            "id,name,birth,amount\r\n007,\"山,田\"\"太\"\"\r\n郎\",19850401,-1.50\r\n8,<葛\u{E0100}&>,,\r\n",
        ),
        (
            "form = \"tsv\"\nquote = \"all\"\nnewline = \"lf\"",
            "\"007\"\t\"山,田\"\"太\"\"\r\n郎\"\t\"19850401\"\t\"-1.50\"\n\"8\"\t\"<葛\u{E0100}&>\"\t\"\"\t\"\"\n",
        ),
        (
            "form = \"jsonl\"",
            "{\"id\":\"007\",\"name\":\"山,田\\\"太\\\"\\r\\n郎\",\"birth\":\"19850401\",\"amount\":-1.50}\n{\"id\":\"8\",\"name\":\"<葛\u{E0100}&>\",\"birth\":\"\",\"amount\":\"\"}\n",
        ),
        (
            "form = \"xml\"\nroot = \"rows\"",
            "<?xml version=\"1.0\" encoding=\"ENC\"?>\n<rows>\n<detail><id>007</id><name>山,田\"太\"&#xD;&#xA;郎</name><birth>19850401</birth><amount>-1.50</amount></detail>\n<detail><id>8</id><name>&lt;葛\u{E0100}&amp;&gt;</name><birth></birth><amount></amount></detail>\n</rows>\n",
        ),
    ] {
        for charset in ["UTF-8", "UTF-8 BOM", "UTF-16LE", "UTF-16", "UCS-4"] {
            let plan = plan(&format!("{head}\ncharset = \"{charset}\""), &FIELDS);
            let bytes = file(&plan, &rows());
            if charset == "UTF-8" {
                let want = want.replace("ENC", "UTF-8");
                assert_eq!(String::from_utf8(bytes.clone()).unwrap(), want, "{head}");
            }
            let first = if head.contains("header_line") { 2 } else { 1 };
            assert_eq!(
                read(&plan, &bytes),
                [
                    format!("{first} detail id=007 name=山,田\"太\"\r\n郎 birth=1985-04-01 amount=-1.50"),
                    format!("{} detail id=8 name=<葛\u{E0100}&> birth= amount=", first + 1),
                ],
                "{head} {charset}"
            );
        }
    }
}

#[test]
fn forms_stand_in_older_charsets_too() {
    for form in ["csv", "tsv", "jsonl", "xml"] {
        for charset in ["MS932", "EUC-JP"] {
            let head = format!("form = \"{form}\"\ncharset = \"{charset}\"\nunmappable = \"substitute\"");
            let plan = plan(&head, &["item = \"氏名\", name = \"name\", type = \"M\""]);
            let (bytes, events) = row(&plan, &["表\"ソ𠮷\\"]).unwrap();
            assert_eq!(events, ["氏名 3 𠮷 substituted 〓"], "{head}");
            let whole = file(&plan, &[("", vec!["表\"ソ𠮷\\"])]);
            assert!(whole.windows(bytes.len()).any(|window| window == bytes));
            assert_eq!(read(&plan, &whole), ["1 detail name=表\"ソ〓\\"], "{head}");
        }
    }
}

#[test]
fn records_of_text_that_are_wrong_leave_the_next_one_alone() {
    let csv = plan("form = \"csv\"\ncharset = \"UTF-8\"", &["name = \"a\"", "name = \"b\", type = \"9\""]);
    let json = plan("form = \"jsonl\"\ncharset = \"UTF-8\"", &["name = \"a\"", "name = \"b\", type = \"9\""]);
    let xml = plan("form = \"xml\"\ncharset = \"UTF-8\"", &["name = \"a\"", "name = \"b\", type = \"9\""]);
    for (plan, file, want) in [
        (
            &csv,
            "x,1\r\ny\r\nz,3\r\n",
            "2件目のレコード（ファイルの先頭から5バイト）: 項目数が1個です（2個必要です）",
        ),
        (
            &csv,
            "x,1\r\ny,b\r\nz,3\r\n",
            "2件目のレコード「b」（ファイルの先頭から7バイト）: 数字以外の文字があります「b」",
        ),
        (
            &csv,
            "x,1\r\n\"y,2\r\nz,3\r\n",
            "2件目のレコード（ファイルの先頭から5バイト）: 引用符が正しく閉じていません",
        ),
        (&csv, "x,1\r\n\"y\"2,2\r\nz,3\r\n", "引用符が正しく閉じていません"),
        (&csv, "x,1\r\ny\"2,2\r\nz,3\r\n", "引用符が正しく閉じていません"),
        (
            &csv,
            "x,1\r\n\u{FEFF}y,2\r\nz,3\r\n",
            "2件目のレコード「a」（ファイルの先頭から5バイト）: 先頭以外にBOM（U+FEFF）があります",
        ),
        (
            &json,
            "{\"a\":\"x\",\"b\":1}\n{\"a\":\"y\"\n{\"a\":\"z\",\"b\":3}\n",
            "JSONとして読めません（} がありません）",
        ),
        (
            &json,
            "{\"a\":\"x\",\"b\":1}\n{\"c\":\"y\"}\n{\"a\":\"z\",\"b\":3}\n",
            "レイアウトにない項目「c」があります",
        ),
        (
            &json,
            "{\"a\":\"x\",\"b\":1}\n{\"a\":\"y\",\"a\":\"\"}\n{\"a\":\"z\",\"b\":3}\n",
            "「a」が二つあります",
        ),
        (
            &xml,
            "<records><detail><a>x</a><b>1</b></detail><detail><a>y</b></detail><detail><a>z</a><b>3</b></detail></records>",
            "XMLとして読めません（</a> がありません）",
        ),
        (
            &xml,
            "<records><detail><a>x</a><b>1</b></detail>junk<detail><a>z</a><b>3</b></detail></records>",
            "レコードの間に文字があります",
        ),
        (
            &xml,
            "<records><detail><a>x</a><b>1</b></detail><other/><detail><a>z</a><b>3</b></detail></records>",
            "どの種類のレコードでもありません（<other>）",
        ),
    ] {
        let read = read(plan, file.as_bytes());
        assert_eq!(read.len(), 3, "{read:?}");
        assert_eq!((read[0].as_str(), read[2].as_str()), ("1 detail a=x b=1", "3 detail a=z b=3"), "{file}");
        assert!(read[1].starts_with("2 bad ") && read[1].contains(want), "{want}\n{}", read[1]);
    }
    // Bytes that are no text of the charset, and half a character at the end.
    let bytes = b"x,1\r\ny\xFF,2\r\nz,3\r\n";
    assert_eq!(
        read(&csv, bytes)[1],
        "2 bad 79FF2C320D0A: 2件目のレコード「a」（ファイルの先頭から6バイト）: UTF-8として正しくありません"
    );
    let utf16 = plan("form = \"csv\"\ncharset = \"UTF-16BE\"", &["name = \"a\""]);
    assert_eq!(
        read(&utf16, b"\0x\0\n\0y\0"),
        [
            "1 detail a=x",
            "2 bad 007900: 2件目のレコード「a」（ファイルの先頭から6バイト）: 文字が途中で切れています"
        ]
    );
}

#[test]
fn byte_order_marks_belong_to_the_start() {
    let with = plan("form = \"csv\"\ncharset = \"UTF-8 BOM\"", &["name = \"a\""]);
    let without = plan("form = \"csv\"\ncharset = \"UTF-8\"", &["name = \"a\""]);
    assert_eq!(read(&with, b"\xEF\xBB\xBFx\r\n"), ["1 detail a=x"]);
    assert_eq!(
        read(&with, b"x\r\n"),
        ["0 bad : 1件目のレコード（ファイルの先頭から0バイト）: 先頭のBOMがありません", "1 detail a=x"]
    );
    assert_eq!(read(&without, b"\xEF\xBB\xBFx\r\n"), ["1 detail a=x (a 0 \u{FEFF} tidied)"]);
}

#[test]
fn a_form_without_quotes_takes_them_as_characters() {
    let plan =
        plan("form = \"tsv\"\ncharset = \"UTF-8\"\nquote = \"never\"", &["name = \"a\"", "name = \"b\""]);
    assert_eq!(read(&plan, "\"x\ty\"\n".as_bytes()), ["1 detail a=\"x b=y\""]);
    assert_eq!(
        row(&plan, &["x\ty", ""]).unwrap_err(),
        "項目「a」: 区切り文字「\\t」を、引用符のない形式には書けません"
    );
    assert_eq!(
        row(&plan, &["x", "y\n"]).unwrap_err(),
        "項目「b」: 区切り文字「\\n」を、引用符のない形式には書けません"
    );
}

#[test]
fn numbers_and_lengths_of_text_forms() {
    let field = |keys: &str| {
        plan("form = \"csv\"\ncharset = \"UTF-8\"", &[&format!("item = \"甲\", name = \"a\", {keys}")])
    };
    for (keys, value, want) in [
        ("type = \"9\", digits = 4, pad = \"zero\"", "7", "0007\r\n"),
        ("type = \"9\", digits = 2", "123", "項目「甲」: 3桁ありますが、項目は2桁です"),
        ("type = \"9\", decimals = 1", "1.25", "項目「甲」: 小数点以下が2桁ありますが、項目は1桁です"),
        ("type = \"S9\", digits = 3, decimals = 1", "-12.3", "-12.3\r\n"),
        ("type = \"S9\", digits = 3, decimals = 1", "123", "項目「甲」: 4桁ありますが、項目は3桁です"),
        ("type = \"K\"", "ガ", "ｶﾞ\r\n"),
        ("type = \"W\"", "ｶﾞ1", "ガ１\r\n"),
        ("type = \"T\", chars_max = 1, overflow = \"truncate\"", "葛\u{E0100}城", "葛\u{E0100}\r\n"),
        ("type = \"T\", codes = { a = \"b,\" }", "a", "\"b,\"\r\n"),
    ] {
        let plan = field(keys);
        let got =
            row(&plan, &[value]).map_or_else(|error| error, |(bytes, _)| String::from_utf8(bytes).unwrap());
        assert_eq!(got, want, "{keys} {value}");
    }
    let plan = field("type = \"T\", chars_max = 2");
    assert!(read(&plan, "東京都\n".as_bytes())[0].ends_with("3文字ありますが、2文字までです"));
}
