//! Several kinds of records, headers and trailers, counts and totals.

use crate::support::*;

/// Header, two kinds of details, trailer with everything that can be counted.
const KINDS: &str = r#"
form = "fixed"
charset = "MS932"
newline = "lf"

[[record]]
name = "head"
role = "header"
fields = [
  { name = "kind", literal = "10", type = "X", bytes = 2 },
  { name = "no", fact = "delivery_no", type = "9", bytes = 4 },
  { name = "on", fact = "date", format = "yyyymmdd" },
  { name = "rest", filler = true, bytes = 6 },
]

[[record]]
name = "person"
fields = [
  { name = "kind", literal = "20", type = "X", bytes = 2 },
  { name = "id", type = "9", bytes = 4 },
  { name = "name", type = "N", bytes = 14 },
]

[[record]]
name = "tax"
fields = [
  { name = "kind", literal = "21", type = "X", bytes = 2 },
  { name = "id", type = "9", bytes = 4 },
  { name = "amount", type = "S9", bytes = 7, decimals = 2 },
  { name = "rest", filler = true, bytes = 7 },
]

[[record]]
name = "end"
role = "trailer"
fields = [
  { name = "kind", literal = "90", type = "X", bytes = 2 },
  { name = "rows", fact = "row_count", type = "9", bytes = 3 },
  { name = "taxes", fact = "row_count", of = "tax", type = "9", bytes = 2 },
  { name = "records", fact = "record_count", type = "9", bytes = 2 },
  { name = "bytes", fact = "bytes", type = "9", bytes = 3 },
  { name = "sum", total = "amount", type = "S9", bytes = 8, decimals = 2 },
]
"#;

/// Values in the order of the items: id, name, amount.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![("person", vec!["1", "山田", ""]), ("tax", vec!["1", "", "-1.50"]), ("tax", vec!["1", "", "20"])]
}

#[test]
fn kinds_are_told_by_their_literals_and_counted() {
    let plan = compile(&parse(KINDS).unwrap());
    assert_eq!(plan.layout().items(), ["id", "name", "amount"]);
    let bytes = file(&plan, &rows());
    let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').map(String::from_utf8_lossy).collect();
    assert_eq!(lines[0], "10000720260401      ");
    assert_eq!(lines[2], "210001000015}       ");
    assert_eq!(lines[4], "90003020506300001 85{".replace(' ', ""));
    assert_eq!(
        read(&plan, &bytes),
        [
            "1 head kind=10 no=0007 on=2026-04-01 rest=",
            "2 person kind=20 id=0001 name=山田",
            "3 tax kind=21 id=0001 amount=-1.50 rest=",
            "4 tax kind=21 id=0001 amount=20.00 rest=",
            "5 end kind=90 rows=003 taxes=02 records=05 bytes=063 sum=18.50",
        ]
    );
    let mut writer = plan.writer();
    let refused = writer.write_row(&["1", "", ""], &mut Vec::new(), &mut Vec::new()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "項目「レコード全体」: レコードの種類を決められません（person, tax のどれかです）"
    );
}

#[test]
fn wrong_counts_places_and_kinds_are_told() {
    let plan = compile(&parse(KINDS).unwrap());
    let bytes = file(&plan, &rows());
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let bad = |order: &[usize]| -> Vec<String> {
        let bytes: Vec<u8> = order.iter().flat_map(|&line| lines[line].iter().copied()).collect();
        let read = read(&plan, &bytes).into_iter().filter(|line| line.contains(" bad "));
        read.map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
    };
    assert_eq!(bad(&[0, 1, 2, 3, 4]), Vec::<String>::new());
    assert_eq!(
        bad(&[0, 1, 3, 4]),
        [
            "4件目のレコード「rows」（ファイルの先頭から65バイト）: データレコードの数 003 が、実際の 2 と合いません; \
          4件目のレコード「taxes」（ファイルの先頭から68バイト）: 「tax」レコードの数 02 が、実際の 1 と合いません; \
          4件目のレコード「records」（ファイルの先頭から70バイト）: レコードの数 05 が、実際の 4 と合いません; \
          4件目のレコード「bytes」（ファイルの先頭から72バイト）: データ部のバイト数 063 が、実際の 42 と合いません; \
          4件目のレコード「sum」（ファイルの先頭から75バイト）: 「amount」の合計 18.50 が、実際の 20.00 と合いません"
        ]
    );
    assert_eq!(
        bad(&[0, 1, 2, 3]),
        ["4件目のレコード（ファイルの先頭から84バイト）: トレーラレコードがありません"]
    );
    assert_eq!(
        bad(&[1, 2, 3, 4]),
        [
            "1件目のレコード（ファイルの先頭から0バイト）: ヘッダレコードがありません",
            "4件目のレコード「records」（ファイルの先頭から70バイト）: レコードの数 05 が、実際の 4 と合いません"
        ]
    );
    assert_eq!(
        bad(&[0, 1, 2, 3, 4, 3]),
        ["6件目のレコード（ファイルの先頭から105バイト）: taxレコードがここにあるのは誤りです"]
    );
    let mut strange = bytes.clone();
    strange[21] = b'3';
    assert_eq!(
        read(&plan, &strange)[1],
        format!(
            "2 bad {}: 2件目のレコード（ファイルの先頭から21バイト）: どの種類のレコードでもありません（1バイト目 X'3330'）",
            hex(&strange[21..42])
        )
    );
    // A record that cannot be read still counts, and its missing share of the total is told.
    let mut damaged = bytes;
    damaged[51] = b'x';
    assert!(
        read(&plan, &damaged)[4]
            .contains("「amount」の合計 18.50 が、実際の 20.00 と合いません（読めないレコード1件を除く）"),
        "{:?}",
        read(&plan, &damaged)
    );
}

#[test]
fn kinds_that_cannot_be_told_apart_are_refused() {
    let file = |first: &str, second: &str| {
        format!(
            "form = \"fixed\"\ncharset = \"MS932\"\n[[record]]\nname = \"a\"\nfields = [ {{ name = \"k\", {first}, type = \"X\", bytes = 2 }} ]\n[[record]]\nname = \"b\"\nfields = [ {{ name = \"k\", {second}, type = \"X\", bytes = 2 }} ]\n"
        )
    };
    for (first, second, told) in [
        ("literal = \"1\"", "literal = \"2\"", true),
        ("literal = \"1\"", "literal = \"1\"", false),
        ("literal = \"1\"", "from = \"k\"", false),
    ] {
        let compiled = compile_with(&parse(&file(first, second)).unwrap(), moji::Unmappable::Reject);
        match compiled {
            Ok(_) => assert!(told, "{first} {second}"),
            Err(error) => {
                let want = "f.toml 6行目: レコード「a」と「b」を区別できません（同じ位置に違う固定値 literal が要ります）";
                assert_eq!((told, error.as_str()), (false, want));
            }
        }
    }
}

#[test]
fn headers_and_trailers_without_a_mark_are_told_by_their_place() {
    let file_text = r#"
form = "csv"
charset = "UTF-8"
header_line = "name"
header = [ { name = "no", fact = "delivery_no", type = "9" }, { name = "rows", fact = "row_count", type = "9" } ]
detail = [ { name = "id", type = "T" }, { name = "amount", type = "9", decimals = 1 } ]
trailer = [ { name = "sum", total = "amount", type = "9", decimals = 1 } ]
"#;
    let plan = compile(&parse(file_text).unwrap());
    let bytes = file(&plan, &[("", vec!["a", "1.5"]), ("", vec!["b", "2"])]);
    assert_eq!(String::from_utf8(bytes.clone()).unwrap(), "7,2\r\nid,amount\r\na,1.5\r\nb,2.0\r\n3.5\r\n");
    assert_eq!(
        read(&plan, &bytes),
        ["1 header no=7 rows=2", "3 detail id=a amount=1.5", "4 detail id=b amount=2.0", "5 trailer sum=3.5"]
    );
    let wrong = b"7,3\r\nid,amount\r\na,1.5\r\n1.5\r\n";
    let read = read(&plan, wrong);
    assert_eq!(
        read.last().unwrap(),
        "4 bad : 1件目のレコード「rows」（ファイルの先頭から0バイト）: データレコードの数 3 が、実際の 1 と合いません"
    );
}
