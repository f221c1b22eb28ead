//! Files of fixed length without line ends in which a record has bytes too many or too few.

use crate::support::*;
use layout::Plan;

/// What reading makes of a file, without the values of good records: `1`, `2 bad 6: レコード長…`.
fn check(plan: &Plan, file: &[u8], want: &[&str]) {
    let got: Vec<String> = read(plan, file)
        .iter()
        .map(|line| match line.split_once(" bad ") {
            Some((number, told)) => {
                let (bytes, errors) = told.split_once(": ").unwrap();
                let rules: Vec<&str> =
                    errors.split("; ").map(|error| error.split_once("）: ").unwrap().1).collect();
                format!("{number} bad {}: {}", bytes.len() / 2, rules.join("; "))
            }
            None => line.split(' ').next().unwrap().to_owned(),
        })
        .collect();
    assert_eq!(got, want, "{}", String::from_utf8_lossy(file));
}

fn one_kind() -> Plan {
    plan(
        "form = \"fixed\"\ncharset = \"MS932\"",
        &["name = \"a\", type = \"9\", bytes = 3", "name = \"b\", type = \"N\", bytes = 4"],
    )
}

#[test]
fn a_record_of_a_wrong_length_costs_no_other_record() {
    // 001山川, with every number of bytes lost in the middle, and with some too many.
    let record = |no: u8| [b"00", &[b'0' + no][..], &bytes("8E528EEC")].concat();
    let [one, two, three, four] = [1, 2, 3, 4].map(record);
    let plan = one_kind();
    for lost in 1..6 {
        let short = [&two[..1], &two[1 + lost..]].concat();
        let file = [one.as_slice(), &short, &three, &four, &one].concat();
        let told = format!("2 bad {}: レコード長が7バイトではありません（{}バイト）", 7 - lost, 7 - lost);
        check(&plan, &file, &["1", &told, "3", "4", "5"]);
    }
    for more in ["x", "xx", "xxxx", "xxxxxx"] {
        let file = [one.as_slice(), &two[..4], more.as_bytes(), &two[4..], &three, &four].concat();
        let length = 7 + more.len();
        let told = format!("2 bad {length}: レコード長が7バイトではありません（{length}バイト）");
        check(&plan, &file, &["1", &told, "3", "4"]);
    }
    // Bytes behind a record that is good as far as it should go.
    let file = [one.as_slice(), b"xx", &two, &three].concat();
    check(&plan, &file, &["1", "2 bad 2: レコード長が7バイトではありません（2バイト）", "3", "4"]);
    // The last record.
    let file = [one.as_slice(), &two, &three[..5]].concat();
    check(&plan, &file, &["1", "2", "3 bad 5: レコード長が7バイトではありません（5バイト）"]);
}

#[test]
fn records_that_are_only_bad_stay_in_their_places() {
    let plan = one_kind();
    let (good, bad) = (b"001\x8E\x52\x8E\xEC", b"0X1\x8E\x52\x8E\xEC");
    for count in [1, 2, 5, 40] {
        let file = [good.as_slice(), &bad.repeat(count), good].concat();
        let mut want = vec!["1".to_owned()];
        want.extend((0..count).map(|at| format!("{} bad 7: 数字以外の文字があります「0X1」", at + 2)));
        want.push((count + 2).to_string());
        check(&plan, &file, &want.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn kinds_are_found_again_by_their_literals() {
    let plan = compile(
        &parse(
            r#"
form = "fixed"
charset = "JEF"
[[record]]
name = "a"
fields = [ { name = "k", literal = "A", type = "X", bytes = 1 }, { name = "x", type = "9", bytes = 4 } ]
[[record]]
name = "end"
role = "trailer"
fields = [ { name = "k", literal = "Z", type = "X", bytes = 1 }, { name = "n", fact = "row_count", type = "9", bytes = 4 } ]
"#,
        )
        .unwrap(),
    );
    let (row, end) = (bytes("C1 F1F2F3F4"), bytes("E9 F0F0F0F3"));
    let length = |got: usize| format!("bad {got}: レコード長が5バイトではありません（{got}バイト）");
    check(
        &plan,
        &[row.as_slice(), &row[..3], &row, &end].concat(),
        &["1", &format!("2 {}", length(3)), "3", "4"],
    );
    check(
        &plan,
        &[row.as_slice(), &row, &row[..2], &end].concat(),
        &["1", "2", &format!("3 {}", length(2)), "4"],
    );
    // A line end between two records, the second of which is bad besides.
    let unset = bytes("C1 00000000");
    check(
        &plan,
        &[row.as_slice(), b"\r\n", &unset, &row, &end].concat(),
        &[
            "1",
            "2 bad 2: 固定長の中に改行（X'0D0A'）があります",
            "3 bad 5: X'00'が続いています（値が設定されていない項目）",
            "4",
            "5",
        ],
    );
}

#[test]
fn a_file_that_is_no_file_of_records_is_read_to_its_end() {
    let plan = one_kind();
    let noise: Vec<u8> = (0..20_000_u32).map(|at| u8::try_from(at * 7919 % 251).unwrap()).collect();
    let mut reader = plan.reader();
    let (mut input, mut covered) = (noise.as_slice(), 0);
    while let Some(record) = reader.read(&mut input, true) {
        covered += match record {
            layout::Record::Good(good) => good.bytes.len(),
            layout::Record::Bad(bad) => bad.bytes.len(),
        };
    }
    assert_eq!(covered, noise.len(), "every byte is handed over");
}
