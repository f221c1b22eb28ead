//! What a town and those who collect for it send one another: the layouts of `standards/layouts` as they are.

use crate::support::*;

const REQUEST: &str = include_str!("../../../../standards/layouts/zengin-transfer-request.toml");
const RESULT: &str = include_str!("../../../../standards/layouts/zengin-transfer-result-in.toml");
const CONVENIENCE: &str = include_str!("../../../../standards/layouts/convenience-payment-in.toml");
const MPN: &str = include_str!("../../../../standards/layouts/mpn-payment-in.toml");

const CUSTOMER: &str = "04202600000000170172";

/// In the order of the layout's items.
const REQUEST_ITEMS: [&str; 13] = [
    "bank",
    "bank_name",
    "branch",
    "branch_name",
    "account_type",
    "account_no",
    "holder_kana",
    "amount",
    "new_code",
    "customer_no",
    "client_code",
    "client_name",
    "debit_day",
];

fn request(amount: &'static str, day: &'static str) -> Vec<&'static str> {
    let holder = "ﾔﾏﾀﾞ ﾀﾛｳ";
    vec![
        "9999",
        "ｶｸｳｷﾞﾝｺｳ",
        "012",
        "ﾎﾝﾃﾝ",
        "1",
        "0012345",
        holder,
        amount,
        "1",
        CUSTOMER,
        "1234567890",
        "ｶｸｳﾁﾖｳ",
        day,
    ]
}

/// A record of 120 bytes from its parts.
fn record(parts: &[&str]) -> String {
    let record = parts.concat();
    assert_eq!(record.chars().count(), 120, "{record}");
    record
}

fn sjis(text: &str) -> Vec<u8> {
    // Half-width katakana have the bytes A1 to DF in JIS X 0201.
    let byte = |c: char| match u32::from(c) {
        ascii @ 0x20..=0x7E => u8::try_from(ascii).unwrap(),
        kana @ 0xFF61..=0xFF9F => u8::try_from(kana - 0xFEC0).unwrap(),
        _ => panic!("{c}"),
    };
    text.chars().map(byte).collect()
}

/// ST-23, and every byte before the trailer.
#[test]
fn a_request_of_one_row_is_four_records_of_120_bytes() {
    let plan = compile(&parse(REQUEST).unwrap());
    assert_eq!(plan.layout().items(), REQUEST_ITEMS);
    let bytes = file(&plan, &[("", request("5300", "0601"))]);
    let blank = |count: usize| " ".repeat(count);
    let pad = |text: &str, width: usize| format!("{text}{}", blank(width - text.chars().count()));
    let expected = [
        record(&[
            "1",
            "91",
            "0",
            "1234567890",
            &pad("ｶｸｳﾁﾖｳ", 40),
            "0601",
            "9999",
            &pad("ｶｸｳｷﾞﾝｺｳ", 15),
            "000",
            &blank(15),
            "1",
            "0000000",
            &blank(17),
        ]),
        record(&[
            "2",
            "9999",
            &pad("ｶｸｳｷﾞﾝｺｳ", 15),
            "012",
            &pad("ﾎﾝﾃﾝ", 15),
            &blank(4),
            "1",
            "0012345",
            &pad("ﾔﾏﾀﾞ ﾀﾛｳ", 30),
            "0000005300",
            "1",
            CUSTOMER,
            "0",
            &blank(8),
        ]),
        record(&["8000001000000005300", &"0".repeat(36), &blank(65)]),
        record(&["9", &blank(119)]),
    ];
    assert_eq!(bytes, sjis(&expected.concat()));
    assert!(read(&plan, &bytes).iter().all(|line| !line.contains(" bad ")), "{:?}", read(&plan, &bytes));
}

#[test]
fn counts_and_sums_of_a_request_are_those_of_its_rows() {
    let plan = compile(&parse(REQUEST).unwrap());
    for (amounts, trailer) in [
        (&[][..], "8000000000000000000"),
        (&["1", "2", "9999999999"], "8000003010000000002"),
        (&["300000"; 12], "8000012000003600000"),
    ] {
        let rows: Vec<_> = amounts.iter().map(|amount| ("", request(amount, "0601"))).collect();
        let bytes = file(&plan, &rows);
        let at = bytes.len() - 240;
        assert_eq!(std::str::from_utf8(&bytes[at..at + 19]), Ok(trailer));
        assert_eq!(bytes.len() % 120, 0);
    }
}

/// One file has one day and one bank, for its header names them.
#[test]
fn a_row_of_another_day_or_bank_is_refused() {
    let plan = compile(&parse(REQUEST).unwrap());
    let (mut out, mut events, mut writer) = (Vec::new(), Vec::new(), plan.writer());
    writer.write_row(&request("1", "0601"), &mut out, &mut events).unwrap();
    let length = out.len();
    let mut other_bank = request("1", "0601");
    other_bank[0] = "0001";
    for (row, error) in [
        (
            request("1", "0630"),
            "項目「引落日」: 「0630」が、前の行の「0601」と違います（一つのファイルでは同じ値でなければなりません）",
        ),
        (
            other_bank,
            "項目「取引銀行番号」: 「0001」が、前の行の「9999」と違います（一つのファイルでは同じ値でなければなりません）",
        ),
    ] {
        let refused = writer.write_row(&row, &mut out, &mut events).unwrap_err();
        assert_eq!(refused.to_string(), error);
    }
    assert_eq!((out.len(), writer.tally().rows), (length, 1));
}

/// A result of a bank: one row of each code, 100 yen to the code.
fn result(trailer: &str) -> Vec<u8> {
    let mut text = record(&["1910", &" ".repeat(116)]);
    for (code, amount) in
        [("0", 5300), ("0", 700), ("1", 100), ("2", 200), ("3", 300), ("4", 400), ("8", 800), ("9", 900)]
    {
        text.push_str(&record(&[
            "29999",
            &" ".repeat(15),
            "012",
            &" ".repeat(19),
            "1",
            "0012345",
            "ﾔﾏﾀﾞ ﾀﾛｳ",
            &" ".repeat(22),
            &format!("{amount:010}"),
            "0",
            CUSTOMER,
            code,
            &" ".repeat(8),
        ]));
    }
    text.push_str(&record(&[trailer, &" ".repeat(65)]));
    text.push_str(&record(&["9", &" ".repeat(119)]));
    sjis(&text)
}

const RIGHT: &str = "8000008000000008700000002000000006000000006000000002700";

#[test]
fn every_result_of_a_bank_is_read() {
    let plan = compile(&parse(RESULT).unwrap());
    let lines = read(&plan, &result(RIGHT));
    assert!(lines.iter().all(|line| !line.contains(" bad ")), "{lines:?}");
    assert_eq!(lines.len(), 11);
    for (line, code) in lines[1..9].iter().zip(["0", "0", "1", "2", "3", "4", "8", "9"]) {
        assert!(line.contains(&format!("customer_no={CUSTOMER} result={code}")), "{line}");
    }
    assert!(lines[1].contains("amount=5300") && lines[1].contains("holder_kana=ﾔﾏﾀﾞ ﾀﾛｳ"), "{}", lines[1]);
}

#[test]
fn a_result_whose_counts_or_sums_are_wrong_is_told_with_both_numbers() {
    let plan = compile(&parse(RESULT).unwrap());
    let wrong = |from: usize, text: &str| {
        let mut trailer = RIGHT.to_owned();
        trailer.replace_range(from..from + text.len(), text);
        let lines = read(&plan, &result(&trailer)).into_iter().filter(|line| line.contains(" bad "));
        lines.collect::<Vec<_>>().concat()
    };
    for (from, text, told) in [
        (
            1,
            "000009",
            "「合計件数」（ファイルの先頭から1081バイト）: データレコードの数 9 が、実際の 8 と合いません",
        ),
        (7, "000000008701", "「amount」の合計 8701 が、実際の 8700 と合いません"),
        (19, "000003", "データレコードの数（result ＝ 0） 3 が、実際の 2 と合いません"),
        (25, "000000006001", "「amount」の合計（result ＝ 0） 6001 が、実際の 6000 と合いません"),
        (37, "000005", "データレコードの数（result ≠ 0） 5 が、実際の 6 と合いません"),
        (43, "000000002600", "「amount」の合計（result ≠ 0） 2600 が、実際の 2700 と合いません"),
    ] {
        let lines = wrong(from, text);
        assert!(lines.contains(told) && lines.matches("合いません").count() == 1, "{told} in {lines}");
    }
}

#[test]
fn a_result_of_another_code_or_without_its_end_is_told() {
    let plan = compile(&parse(RESULT).unwrap());
    let mut bytes = result(RIGHT);
    bytes[120 + 111] = b'5';
    let lines = read(&plan, &bytes);
    assert!(
        lines[1].contains("「振替結果コード」") && lines[1].contains("コード表に「5」がありません"),
        "{lines:?}"
    );
    // What is not read is no part of the sums, and the trailer says so.
    assert!(lines[9].contains("合いません（読めないレコード1件を除く）"), "{lines:?}");
    let bytes = result(RIGHT);
    let lines = read(&plan, &bytes[..bytes.len() - 120]);
    assert!(lines.iter().any(|line| line.contains("トレーラレコードがありません")), "{lines:?}");
}

#[test]
fn payments_of_shops_and_of_mpn_are_read_with_their_stage() {
    let plan = compile(&parse(CONVENIENCE).unwrap());
    let head = "収納番号,データ区分,コンビニ収納用コード,収納年月日,店舗処理年月日,収納金額,店舗コード\r\n";
    let code = "91912345042026000000001701100026060100108006";
    let text = format!(
        "{head}K1,1,{code},2026-05-20,2026-05-20,10800,S01\r\nK1,2,{code},2026-05-20,2026-05-22,10800,S01\r\n"
    );
    let lines = read(&plan, text.as_bytes());
    assert!(
        lines[0].contains(&format!("payment_no=K1 stage=1 code44={code} paid_on=2026-05-20")),
        "{lines:?}"
    );
    assert!(
        lines[1].contains("stage=2") && lines[1].contains("received_on=2026-05-22 amount=10800"),
        "{lines:?}"
    );
    let wrong =
        format!("{head}K1,4,{code},2026-05-20,2026-05-20,10800,S01\r\nK2,3,91,2026-05-20,2026-05-20,-1,\r\n");
    let lines = read(&plan, wrong.as_bytes());
    assert!(lines[0].contains("コード表に「4」がありません") && lines[1].contains(" bad "), "{lines:?}");

    let plan = compile(&parse(MPN).unwrap());
    let head = "収納番号,データ区分,納付番号,確認番号,納付区分,納付年月日,収納年月日,収納金額\r\n";
    let lines = read(&plan, format!("{head}M1,3,{CUSTOMER},123456,001,2026-05-20,,10800\r\n").as_bytes());
    assert!(lines[0].contains(&format!("stage=3 customer_no={CUSTOMER}")), "{lines:?}");
}

#[test]
fn a_condition_that_says_nothing_is_refused() {
    let with = |fields: &str| {
        let head = "form = \"csv\"\ncharset = \"UTF-8\"\ndetail = [{ name = \"a\", type = \"9\", decimals = 0 }, { name = \"r\" }]";
        parse(&format!("{head}\ntrailer = [{{ name = \"n\", type = \"9\", {fields} }}]\n")).err()
    };
    for (fields, told) in [
        ("fact = \"row_count\", where = \"r = 0\"", None),
        ("total = \"a\", where = \"r != 0\"", None),
        ("fact = \"row_count\", where = \"r\"", Some("の形で書きます")),
        ("fact = \"row_count\", where = \"x = 0\"", Some("where「x」という項目がデータレコードにありません")),
        ("total = \"x\", where = \"r = 0\"", Some("total「x」という項目がデータレコードにありません")),
        ("fact = \"record_count\", where = \"r = 0\"", Some("where は total か")),
        ("total = \"a\", common = \"r\"", Some("どちらか一つが必要です")),
    ] {
        let error = with(fields);
        let fits = match (told, &error) {
            (None, None) => true,
            (Some(told), Some(error)) => error.contains(told),
            _ => false,
        };
        assert!(fits, "{fields}: {error:?}");
    }
}
