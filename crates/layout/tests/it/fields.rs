//! Every kind of item: what is written, and what it is read back as.

use crate::support::*;

const JEF: &str = "form = \"fixed\"\ncharset = \"JEF/EBCDIC\"";
const MS932: &str = "form = \"fixed\"\ncharset = \"MS932\"";
const UTF16: &str = "form = \"fixed\"\ncharset = \"UTF-16BE\"";
const UTF8: &str = "form = \"fixed\"\ncharset = \"UTF-8\"";

/// Head, keys of the only item `a`, its value, the bytes in hex, what they are read back as.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn check(cases: &[Case]) {
    for (head, keys, value, code, back) in cases {
        let plan = plan(head, &[&format!("name = \"a\", {keys}")]);
        let (written, events) =
            row(&plan, &[value]).unwrap_or_else(|error| panic!("{keys} {value}: {error}"));
        assert_eq!(hex(&written), code.replace(' ', ""), "{keys} {value}");
        let events = if events.is_empty() { String::new() } else { format!(" ({})", events.join("; ")) };
        let read = read(&plan, &written).join("\n");
        assert_eq!(
            format!("{}{events}", read.strip_prefix("1 detail a=").unwrap_or(&read)),
            *back,
            "{keys} {value}"
        );
        // What was read is written again just so.
        let again = back.split(" (").next().unwrap();
        if !keys.contains("required") || !again.is_empty() {
            assert_eq!(hex(&row(&plan, &[again]).unwrap().0), code.replace(' ', ""), "{keys} {value} again");
        }
    }
}

#[test]
fn characters() {
    check(&[
        (JEF, "type = \"X\", bytes = 4", "A1", "C1 F1 40 40", "A1"),
        (JEF, "type = \"N\", bytes = 6", "山", "BBB3 4040 4040", "山"),
        (JEF, "type = \"M\", bytes = 8", "A山", "C1 28 BBB3 29 404040", "A山"),
        (JEF, "type = \"M\", bytes = 6", "山1", "28 BBB3 29 F1 40", "山1"),
        (MS932, "type = \"M\", bytes = 6", "A山ｱ", "41 8E52 B1 20 20", "A山ｱ"),
        (MS932, "type = \"N\", bytes = 6", "山", "8E52 20202020", "山"),
        (UTF16, "type = \"N\", bytes = 6", "山", "5C71 3000 3000", "山"),
        (UTF16, "type = \"T\", bytes = 8", "𠮷a", "D842DFB7 0061 0020", "𠮷a"),
        (UTF8, "type = \"T\", bytes = 6", "山a", "E5B1B1 61 20 20", "山a"),
        (UTF8, "type = \"X\", bytes = 2", "", "20 20", ""),
    ]);
}

#[test]
fn spaces_that_will_be_taken_for_padding_are_told() {
    check(&[
        (JEF, "type = \"N\", bytes = 6", "山　", "BBB3 4040 4040", "山 (a 1 　 tidied)"),
        (JEF, "type = \"X\", bytes = 4", "A  ", "C1 40 40 40", "A (a 1   tidied)"),
        (JEF, "type = \"X\", bytes = 4, justify = \"right\"", " A", "40 40 40 C1", "A (a 0   tidied)"),
        // Only the side of the padding loses its spaces, and only its own.
        (JEF, "type = \"X\", bytes = 4", " A", "40 C1 40 40", " A"),
        (JEF, "type = \"M\", bytes = 8", "A　", "C1 28 4040 29 404040", "A　"),
    ]);
}

#[test]
fn kana_of_either_width() {
    check(&[
        (MS932, "type = \"K\", bytes = 6", "ﾔﾏ A", "D4 CF 20 41 20 20", "ﾔﾏ A"),
        (
            MS932,
            "type = \"K\", bytes = 6",
            "ガＡ",
            "B6 DE 41 20 20 20",
            "ｶﾞA (a 0 ガ respelled ｶ; a 0  respelled ﾞ; a 1 Ａ respelled A)",
        ),
        (MS932, "type = \"K\", bytes = 2, overflow = \"truncate\"", "ﾔガパ", "D4 20", "ﾔ (a 1 ガ truncated)"),
        (MS932, "type = \"W\", bytes = 6", "ヤマ", "8384 837D 20 20", "ヤマ"),
        (
            MS932,
            "type = \"W\", bytes = 6",
            "ｶﾞA",
            "834B 8260 20 20",
            "ガＡ (a 0 ｶ widened ガ; a 1 ﾞ widened; a 2 A widened Ａ)",
        ),
        (UTF8, "type = \"W\", bytes = 9", "ｶﾞ", "E382AC 202020202020", "ガ (a 0 ｶ widened ガ; a 1 ﾞ widened)"),
    ]);
}

#[test]
fn numbers() {
    check(&[
        (JEF, "type = \"9\", bytes = 4", "7", "F0F0F0F7", "0007"),
        (JEF, "type = \"9\", bytes = 4, pad = \"space\"", "7", "F7404040", "7"),
        (JEF, "type = \"9\", bytes = 4, pad = \"space\", justify = \"right\"", "7", "404040F7", "7"),
        (JEF, "type = \"9\", bytes = 4, decimals = 0", "7", "F0F0F0F7", "7"),
        (JEF, "type = \"9\", bytes = 5, decimals = 2", "1.5", "F0F0F1F5F0", "1.50"),
        (UTF16, "type = \"9\", bytes = 6", "7", "0030 0030 0037", "007"),
        (JEF, "type = \"S9\", bytes = 4", "-123", "F0F1F2D3", "-123"),
        (JEF, "type = \"S9\", digits = 4", "123", "F0F1F2C3", "123"),
        (JEF, "type = \"S9\", digits = 4, sign = \"leading\"", "-123", "D0F1F2F3", "-123"),
        (JEF, "type = \"S9\", digits = 3, sign = \"separate\"", "-12", "60F0F1F2", "-12"),
        (JEF, "type = \"S9\", digits = 3, sign = \"trailing-separate\"", "12", "F0F1F24E", "12"),
        (JEF, "type = \"S9\", digits = 4, zones = \"F/D\"", "123", "F0F1F2F3", "123"),
        (JEF, "type = \"S9\", digits = 4, decimals = 2", "-0.05", "F0F0F0D5", "-0.05"),
        (MS932, "type = \"S9\", digits = 4", "-123", "3031324C", "-123"),
        (MS932, "type = \"S9\", digits = 4", "120", "3031327B", "120"),
        (MS932, "type = \"S9\", digits = 4, zones = \"3/7\"", "-123", "30313273", "-123"),
        (UTF16, "type = \"S9\", digits = 2, sign = \"separate\"", "-1", "002D 0030 0031", "-1"),
        (JEF, "type = \"P\", digits = 5", "-12345", "12345D", "-12345"),
        (JEF, "type = \"P\", digits = 4", "1234", "01234C", "1234"),
        (MS932, "type = \"P\", digits = 5, decimals = 2", "12.5", "01250C", "12.50"),
        (JEF, "type = \"P\", digits = 3, sign = \"none\"", "12", "012F", "12"),
        (JEF, "type = \"P\", bytes = 2", "", "000C", "0"),
        (JEF, "type = \"S9\", bytes = 2", "", "F0C0", "0"),
        (JEF, "type = \"9\", bytes = 2", "", "F0F0", "00"),
    ]);
}

#[test]
fn dates() {
    let unknown = "type = \"9\", format = \"yyyymmdd\", unknown = \"zero\"";
    check(&[
        (JEF, "type = \"9\", format = \"yyyymmdd\"", "1985-04-01", "F1F9F8F5F0F4F0F1", "1985-04-01"),
        (JEF, unknown, "1983-00-00", "F1F9F8F3F0F0F0F0", "1983-00-00"),
        (JEF, unknown, "U10:1983-01-01", "F1F9F8F3F0F0F0F0", "1983-00-00"),
        (JEF, unknown, "", "F0F0F0F0F0F0F0F0", ""),
        (JEF, "type = \"X\", format = \"yyyymmdd\"", "", "4040404040404040", ""),
        (JEF, "format = \"wareki\"", "2025-04-01", "F5F0F7F0F4F0F1", "2025-04-01"),
        (MS932, "format = \"wareki-letter\"", "M45-07-30", "4D343530373330", "M45-07-30"),
        (MS932, "format = \"iso\"", "2025-04-01", "323032352D30342D3031", "2025-04-01"),
        (MS932, "format = \"yyyy/mm/dd\"", "1983-02-29!", "313938332F30322F3239", "1983-02-29!"),
        (
            UTF16,
            "type = \"X\", format = \"yymmdd\"",
            "2025-04-01",
            "0032 0035 0030 0034 0030 0031",
            "2025-04-01",
        ),
        (
            MS932,
            "type = \"9\", format = \"yyyymmdd\", codes = [[\"無期限\", \"99999999\"]]",
            "無期限",
            "3939393939393939",
            "無期限",
        ),
    ]);
}

#[test]
fn codes_defaults_and_padding() {
    check(&[
        (MS932, "type = \"X\", bytes = 1, codes = \"sex.tsv\"", "1", "4D", "1"),
        // Two of ours are one of theirs: the first is what comes back, and that is told.
        (MS932, "type = \"X\", bytes = 1, codes = \"sex.tsv\"", "9", "46", "2 (a 0 9 respelled 2)"),
        (MS932, "type = \"9\", bytes = 2, codes = { a = \"1\", b = \"2\" }", "b", "3032", "b"),
        (
            MS932,
            "type = \"X\", bytes = 3, default = \"なし\", codes = [[\"なし\", \"-\"]]",
            "",
            "2D2020",
            "なし",
        ),
        (MS932, "type = \"X\", bytes = 3, pad = \"0x00\"", "A", "410000", "A"),
        (MS932, "type = \"X\", bytes = 3, pad = \"0x2A\", justify = \"right\"", "A", "2A2A41", "A"),
        (MS932, "type = \"X\", bytes = 2, pad = \"none\"", "AB", "4142", "AB"),
        (MS932, "type = \"N\", bytes = 4, pad = \"wide-space\"", "山", "8E52 8140", "山"),
        (JEF, "type = \"X\", bytes = 3, justify = \"right\"", "A", "4040C1", "A"),
    ]);
}

#[test]
fn what_does_not_fit_is_refused_or_cut_between_characters() {
    check(&[
        (
            JEF,
            "type = \"N\", bytes = 4, overflow = \"truncate\"",
            "山田太",
            "BBB3 C5C4",
            "山田 (a 2 太 truncated)",
        ),
        // The shift-out counts, and no pair stays open.
        (
            JEF,
            "type = \"M\", bytes = 5, overflow = \"truncate\"",
            "A山田",
            "C1 28 BBB3 29",
            "A山 (a 2 田 truncated)",
        ),
        (
            JEF,
            "type = \"M\", bytes = 4, overflow = \"truncate\"",
            "A山田",
            "C1 404040",
            "A (a 1 山 truncated)",
        ),
        (
            UTF8,
            "type = \"T\", bytes = 6, overflow = \"truncate\"",
            "葛\u{E0100}城",
            "202020202020",
            " (a 0 葛\u{E0100} truncated)",
        ),
        (
            JEF,
            "type = \"N\", bytes = 4, overflow = \"truncate\", justify = \"right\"",
            "山田太",
            "BBB3 C5C4",
            "山田 (a 2 太 truncated)",
        ),
    ]);
    for (head, keys, value, want) in [
        (JEF, "type = \"N\", bytes = 4", "山田太", "6バイト必要ですが、項目は4バイトです"),
        (JEF, "type = \"9\", bytes = 2", "123", "3バイト必要ですが、項目は2バイトです"),
        (JEF, "type = \"S9\", digits = 2", "123", "3桁ありますが、項目は2桁です"),
        (JEF, "type = \"P\", digits = 2", "-123", "3桁ありますが、項目は2桁です"),
        (JEF, "type = \"P\", digits = 2, sign = \"none\"", "-1", "負の数は、符号のない項目に入りません"),
        (JEF, "type = \"P\", digits = 4, decimals = 1", "1.25", "小数点以下が2桁ありますが、項目は1桁です"),
        (JEF, "type = \"9\", bytes = 4, decimals = 1", "-1", "負の数は、符号のない項目に入りません"),
        (JEF, "type = \"S9\", digits = 4", "1x", "数値として読めません（符号・数字・小数点だけが使えます）"),
        (JEF, "type = \"X\", bytes = 1, codes = \"sex.tsv\"", "3", "コード表に「3」がありません"),
        (
            JEF,
            "type = \"X\", bytes = 2, pad = \"none\"",
            "A",
            "1バイトですが、埋め字のない項目なので2バイト必要です",
        ),
        (JEF, "type = \"X\", bytes = 4", "A\nB", "2文字目に制御文字（U+000A）があります"),
        (UTF8, "type = \"T\", bytes = 9", "a\u{FEFF}", "2文字目に制御文字（U+FEFF）があります"),
        (JEF, "type = \"K\", bytes = 4", "ｱあ", "2文字目の「あ」（U+3042）は仮名の項目に入りません"),
        (JEF, "type = \"W\", bytes = 4", "山", "1文字目の「山」（U+5C71）は仮名の項目に入りません"),
        (JEF, "format = \"yyyymmdd\"", "1983-02-30", "日付として読めません"),
        (JEF, "format = \"yyyymmdd\"", "U10:1983-01-01", "不詳を含む日付をこの項目に出力できません"),
        (JEF, "type = \"X\", bytes = 4, required = true", "", "必須項目に値がありません"),
    ] {
        let plan = plan(head, &[&format!("item = \"甲\", name = \"a\", {keys}")]);
        assert_eq!(row(&plan, &[value]).unwrap_err(), format!("項目「甲」: {want}"), "{keys} {value}");
    }
}

#[test]
fn characters_the_other_side_lacks_go_by_policy() {
    let fields = [
        "name = \"a\", type = \"N\", bytes = 6",
        "name = \"b\", type = \"N\", bytes = 6, unmappable = \"reject\"",
        "name = \"c\", type = \"X\", bytes = 2, unmappable = \"substitute\"",
    ];
    let plan = plan(&format!("{JEF}\nunmappable = \"shrink\"\nwiden = true"), &fields);
    let (code, events) = row(&plan, &["𠮷1", "山", "山"]).unwrap();
    assert_eq!(hex(&code), "B5C8A3B14040BBB3404040406F40");
    assert_eq!(events, ["a 0 𠮷 shrunk 吉", "a 1 1 widened １", "c 0 山 substituted ?"]);
    let refused = row(&plan, &["", "𠮷", ""]).unwrap_err();
    assert_eq!(refused, "項目「b」: 1文字目の「𠮷」（U+20BB7）は相手の文字コードにありません");

    let own = "name = \"a\", type = \"N\", bytes = 4";
    let plan = super::support::plan(&format!("{JEF}\ngaiji = \"gaiji.tsv\""), &[own]);
    let (code, events) = row(&plan, &["𠮷"]).unwrap();
    assert_eq!((hex(&code).as_str(), events.len()), ("80A14040", 0));
    assert_eq!(read(&plan, &code), ["1 detail a=𠮷"]);

    let plan =
        super::support::plan(&format!("{JEF}\nsubstitute = \"＊\"\nunmappable = \"substitute\""), &[own]);
    assert_eq!(row(&plan, &["𠮷"]).unwrap().1, ["a 0 𠮷 substituted ＊"]);
}

#[test]
fn a_reverse_check_finds_what_no_event_told() {
    // A code list whose other half is missing would do; here it is two of ours for one of theirs, which is told anyway.
    let head = format!("{MS932}\nreverse_check = true");
    let plan = plan(
        &head,
        &[
            "name = \"a\", type = \"X\", bytes = 1, codes = \"sex.tsv\"",
            "name = \"b\", type = \"9\", bytes = 4",
            "name = \"c\", type = \"9\", format = \"yyyymmdd\", unknown = \"zero\"",
            "name = \"d\", type = \"P\", digits = 3",
        ],
    );
    assert_eq!(row(&plan, &["9", "7", "U10:1983-01-01", ""]).unwrap().1, ["a 0 9 respelled 2"]);
    // Text of another item's date of which the other side makes nothing: the internal date is not what came in.
    let plan = super::support::plan(&head, &["name = \"a\", type = \"X\", bytes = 4, default = \"x\""]);
    assert_eq!(row(&plan, &[""]).unwrap().1, Vec::<String>::new());
}

#[test]
fn single_spaces_behind_double_byte_characters_are_padding() {
    // 髙 has three bytes in EUC-JP, so that the padding need not come in pairs.
    for (charset, code) in [("EUC-JP", "8FF4FB B6B6 202020"), ("MS932", "FBFC 8BB4 20202020")] {
        let plan = plan(
            &format!("form = \"fixed\"\ncharset = \"{charset}\""),
            &["name = \"a\", type = \"N\", bytes = 8"],
        );
        assert_eq!(hex(&row(&plan, &["髙橋"]).unwrap().0), hex(&bytes(code)));
        assert_eq!(read(&plan, &bytes(code)), ["1 detail a=髙橋"], "no event");
    }
}

#[test]
fn what_was_converted_before_is_told_again_in_full() {
    let head = "form = \"fixed\"\ncharset = \"JEF\"\nunmappable = \"substitute\"\nwiden = true";
    let plan =
        plan(head, &["name = \"a\", type = \"N\", bytes = 12", "name = \"b\", type = \"N\", bytes = 12"]);
    // Two items, so that what one of them remembers cannot stand for the other.
    for row in [["𠮷野", "A山"], ["A山", "𠮷野"], ["辻\u{E0101}", "辻\u{E0101}"]] {
        let (mut once, mut told) = (Vec::new(), Vec::new());
        plan.writer().write_row(&row, &mut once, &mut told).unwrap();
        let mut writer = plan.writer();
        for _ in 0..3 {
            let (mut out, mut events) = (Vec::new(), Vec::new());
            writer.write_row(&row, &mut out, &mut events).unwrap();
            assert_eq!((hex(&out), &events), (hex(&once), &told), "{row:?}");
        }
        assert!(!told.is_empty());
    }
}
