//! A town's own characters.

use std::sync::Arc;

use moji::*;

use crate::support::{JEF, UTF16, built_in, decode, encode, hex};

fn with(table: &str) -> Options {
    Options { gaiji: Some(Arc::new(Gaiji::parse("外字.tsv", table).unwrap())), ..Options::default() }
}

#[test]
fn a_row_of_the_table_goes_before_all_others() {
    for (table, charset, field, text, code) in [
        ("845B+E0100\t80A1", JEF, Field::Double, "葛\u{E0100}", "80A1"),
        ("葛\u{E0100}\t80A1", JEF, Field::Mixed, "葛\u{E0100}", "2880A129"),
        ("#code\tucs\n80A1\tU+845B U+E0100", JEF, Field::Double, "葛\u{E0100}", "80A1"),
        ("MJ022336\t80A2", JEF, Field::Double, "葛\u{E0103}", "80A2"),
        ("𠮷\t0xF040", Charset::Windows31J, Field::Mixed, "𠮷", "F040"),
        ("𠮷\tE000", UTF16, Field::Mixed, "𠮷", "00E0"),
    ] {
        let options = with(table);
        let bytes = encode(&charset, &options, field, text);
        assert_eq!(bytes.as_deref().map(hex).as_deref(), Ok(code), "{table}");
        assert_eq!(decode(&charset, &options, field, &bytes.unwrap()).as_deref(), Ok(text), "{table}");
    }
}

#[test]
fn a_code_of_the_table_is_nobody_elses() {
    let options = with("葛\u{E0100}\t80A1\nnone\t80A2");
    for (charset, private) in [(JEF, "\u{E000}"), (JEF, "\u{E001}")] {
        assert!(encode(&charset, &options, Field::Double, private).is_err(), "{}", private.escape_unicode());
    }
    let undefined = decode(&JEF, &options, Field::Double, b"\x80\xA2").unwrap_err();
    assert_eq!(undefined.rule, DecodeRule::Undefined);
    assert_eq!(hex(&encode(&JEF, &options, Field::Double, "\u{E002}").unwrap()), "80A3");
    let own = with("葛\u{E0100}\tE000\nなし\tE001");
    assert!(encode(&UTF16, &own, Field::Mixed, "\u{E000}").is_err());
}

#[test]
fn a_table_that_contradicts_itself_is_refused_with_its_lines() {
    let table = "# 外字\n葛\t80A1\n𠮷\t80A1\n葛\t80A2\n山川\t80A3\n山\tXYZ\n葛\t80A1\nMJ999999\t80A4\n";
    let errors = Gaiji::parse("外字.tsv", table).unwrap_err();
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "外字.tsv 3行目: コード 80A1 には2行目で別の文字が割り当てられています",
            "外字.tsv 4行目: 文字「葛」（U+845B）には2行目で別のコードが割り当てられています",
            "外字.tsv 5行目: 文字「山川」を一つの文字として読めません",
            "外字.tsv 6行目: コード「XYZ」を16進数として読めません",
            "外字.tsv 8行目: MJ999999 に当たるUnicodeの文字がありません",
        ]
    );
    let shift = Gaiji::parse("外字.tsv", "葛\t28A1").map(Arc::new).unwrap();
    let options = Options { gaiji: Some(shift), ..Options::default() };
    assert_eq!(
        built_in().encoder(&JEF, &options).err().unwrap().to_string(),
        "外字表の1行目: コード 28A1 は文字コード「JEF/EBCDICカナ」に書けません"
    );
}
