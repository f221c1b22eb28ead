//! Packs: mapping tables of others taken in, and what a pack then does.

use moji::*;

use crate::support::hex;

/// Rows as a person writes them: code, character, then `hd=…`, `aj1=…`, `sp=…`, `text=…` and options.
fn rows(key: &str, table: &str) -> Vec<MappingRow> {
    let mut rows = Vec::new();
    for (line, content) in (1..).zip(table.lines()) {
        let mut words = content.split_whitespace();
        let (Some(code), Some(unicode)) = (words.next(), words.next()) else { continue };
        let mut row = MappingRow {
            line,
            key: key.to_owned(),
            code: code.to_owned(),
            unicode: unicode.to_owned(),
            ..MappingRow::default()
        };
        for word in words {
            match word.split_once('=') {
                Some(("hd", value)) => row.hd = value.to_owned(),
                Some(("aj1", value)) => row.aj1 = value.to_owned(),
                Some(("sp", value)) => row.sp = value.to_owned(),
                Some(("text", value)) => row.text = value.to_owned(),
                _ => row.options.push(word.to_owned()),
            }
        }
        rows.push(row);
    }
    rows
}

/// Rows of the standard area as the public table has them, and invented ones (7EA1-7EA7).
const JEF: &str = "
    A1AB 3099 text=゛ encode_only
    C4CD FA10 text=\u{FA10} cjk_ci irreversible
    7EA1 FA30 text=\u{FA30} cjk_ci irreversible
    7EA5 1B11E text=\u{1B11E} substitution
    7EA6 1B11E text=\u{1B11E} substitution
    7EA7 1B019 sp=3099 text=\u{1B019}\u{3099}
    4040 3000
    A1AB 309B text=゛
    A1C1 FF5E text=～
    B3EC FA60 text=\u{FA60} cjk_ci
    B0A2 555E text=啞
    C4CD 585A hd=E0105 aj1=E0101 text=塚\u{E0105}
    7EA1 4FAE hd=E0103 text=侮\u{E0103}
    7EA2 5ABE hd=E0103 aj1=E0100 text=媾\u{E0103} irreversible
    D5BD 5ABE hd=E0104 aj1=E0101 text=媾\u{E0104}
    7EA3 FFFD text=(変女) irreversible unmappable
    7EA4 9577 text=長 decode_only
    C4B9 9577 text=長
";

fn file<'a>(imported: &'a Imported, name: &str) -> Vec<&'a str> {
    let (_, text) = imported.files.iter().find(|(other, _)| other == name).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

fn tables(imported: &Imported) -> Tables {
    let files: Vec<PackFile<'_>> =
        imported.files.iter().map(|(name, text)| PackFile { name, text }).collect();
    let found = Packs::parse(&files);
    assert_eq!((found.errors, found.others), (vec![], vec![]), "an import is a pack without faults");
    Tables::with_packs(found.packs)
}

#[test]
fn a_published_jef_table_becomes_the_three_files_of_the_pack() {
    let imported = import("fujitsu_jef_mapping.json", &rows("jef", JEF), None).unwrap();
    assert_eq!((imported.charset.as_str(), imported.codes, imported.remarks.len()), ("JEF", 15, 0));
    assert_eq!(
        file(&imported, "jef.tsv"),
        [
            "4040\t3000\t\t\t\t\t",
            // A compatibility ideograph is another spelling of the code that its base has with a selector.
            "7EA1\t4FAE\tE0103\t\tFA30\t030244\t",
            // Not what the bare character is written with, though its sequences are.
            "7EA2\t5ABE\tE0103\tE0100\t\t009888\tp",
            "7EA3\t\t\t\t\t\tU",
            "7EA4\t9577\t\t\t\t027400\tpv",
            // Of two near glyphs the later is written.
            "7EA5\t1B11E\t\t\t\t\tpvS",
            "7EA6\t1B11E\t\t\t\t\tS",
            "7EA7\t1B019+3099\t\t\t\t\t",
            "A1A1\t3000\t\t\t\t\tpvN",
            "A1AB\t309B\t\t\t\t\t",
            "A1C1\tFF5E\t\t\t\t\t",
            "B0A2\t555E\t\t\t\t008406\t",
            "B3EC\tFA60\t\t\t\t030295\t",
            "C4B9\t9577\t\t\t\t027400\t",
            "C4CD\t585A\tE0105\tE0101\tFA10\t030194\t",
            "D5BD\t5ABE\tE0104\tE0101\t\t009887\t",
        ]
    );
    assert_eq!(
        file(&imported, "jef-encode.tsv"),
        [
            "3000\t4040\tR",
            "301C\tA1C1\tW",
            "3099\tA1AB\tW",
            "309B\tA1AB\tR",
            "4FAE\t7EA1\tB",
            "4FAE+E0103\t7EA1\tV",
            "555E\tB0A2\tR",
            "585A\tC4CD\tB",
            "585A+E0101\tC4CD\tA",
            "585A+E0105\tC4CD\tV",
            "5ABE\tD5BD\tB",
            "5ABE+E0100\t7EA2\tA",
            "5ABE+E0101\tD5BD\tA",
            "5ABE+E0103\t7EA2\tV",
            "5ABE+E0104\tD5BD\tV",
            "9577\tC4B9\tR",
            "FA10\tC4CD\tC",
            "FA30\t7EA1\tC",
            "FA60\tB3EC\tR",
            "FF5E\tA1C1\tR",
            "1B019+3099\t7EA7\tR",
            "1B11E\t7EA6\tR",
        ]
    );
    // The cells JIS changed come by rule, for those that the table has.
    assert_eq!(
        file(&imported, "jef-area.tsv"),
        ["A1C1\tFF5E\t301C\t\tS", "B0A2\t555E\t5516\t\tF", "B3EC\tFA60\t8910\t\tF"]
    );
}

#[test]
fn an_imported_pack_converts_in_every_view() {
    let tables = tables(&import("jef.json", &rows("jef", JEF), None).unwrap());
    assert!(tables.has_jef_pack());
    let jef = Charset::Jef(Ebcdic::Kana);
    for (ivs, map, text, code) in [
        (Ivs::Mj, JefMap::Face, "塚\u{E0105}", Some("C4CD")),
        (Ivs::Mj, JefMap::Face, "塚\u{E0101}", None),
        (Ivs::Aj1, JefMap::Face, "塚\u{E0101}", Some("C4CD")),
        (Ivs::Plain, JefMap::Face, "\u{FA30}", Some("7EA1")),
        (Ivs::Mj, JefMap::Face, "侮", Some("7EA1")),
        (Ivs::Mj, JefMap::Face, "媾", Some("D5BD")),
        (Ivs::Mj, JefMap::Face, "〜\u{1B019}\u{3099}", Some("A1C17EA7")),
        (Ivs::Mj, JefMap::Face, "唖", None),
        (Ivs::Mj, JefMap::Area, "唖", Some("B0A2")),
    ] {
        let options = Options { ivs, map, ..Options::default() };
        let mut bytes = Vec::new();
        let encoder = tables.encoder(&jef, &options).unwrap();
        let done = encoder.encode(Field::Double, text, &mut bytes, &mut Vec::new());
        assert_eq!(done.ok().map(|()| hex(&bytes)).as_deref(), code, "{ivs:?} {map:?} {text}");
    }
}

#[test]
fn what_contradicts_itself_is_put_right_and_told() {
    let table = "
        7EA1 FD11 text=︑
        7EA2 4FAE hd=E01EF text=侮
        7EA3 5ABE hd=E0103 aj1=E01EE text=媾\u{E0104}
        76D1 212B text=\u{C5}
        A1C1 301C text=～
    ";
    let imported = import("jef.json", &rows("jef", table), None).unwrap();
    assert_eq!(
        file(&imported, "jef.tsv").iter().map(|row| row.rsplit_once('\t').unwrap().0).collect::<Vec<_>>(),
        [
            "76D1\t212B\t\t\t\t",
            "7EA1\tFE11\t\t\t\t",
            "7EA2\t4FAE\t\t\t\t006728",
            "7EA3\t5ABE\tE0103\t\t\t009888",
            "A1A1\t3000\t\t\t\t",
            "A1C1\t301C\t\t\t\t",
        ]
    );
    assert_eq!(
        imported.remarks,
        [
            "7EA1: unicode FD11 と text「︑」（U+FE11）が違います。text を採りました",
            "7EA2: 4FAE+E01EF は Moji_Joho に登録がありません。除きました",
            "7EA3: 異体字セレクタが text（U+5ABE U+E0104）と違います。セレクタの項目を採りました",
            "7EA3: 5ABE+E01EE は Adobe-Japan1 に登録がありません。除きました",
            "A1C1: 1978年の字形は「～」のはずですが、「〜」とあります",
        ]
    );
}

#[test]
fn another_vendors_table_becomes_a_charset_of_its_own() {
    let table = "
        A1A1 3000 decode_only
        4040 3000
        73FA 4EE4 decode_only combination
        CEE1 4EE4
        A1C1 301C
    ";
    for (file_name, key, charset, want) in [
        ("hitachi_keis78_mapping.json", "keis", None, "KEIS78"),
        ("nec_jips_mapping.json", "code", None, "JIPS"),
        ("mapping.json", "keis", None, "KEIS"),
        ("mapping.json", "code", Some("町独自２バイト"), "町独自2バイト"),
    ] {
        let imported = import(file_name, &rows(key, table), charset).unwrap();
        assert_eq!(imported.charset, want, "{file_name}");
        let tables = tables(&imported);
        let charset = Charset::Pack(want.into());
        let options = Options::default();
        let mut bytes = Vec::new();
        // Codes that are only read stand behind those that are written.
        let encoder = tables.encoder(&charset, &options).unwrap();
        encoder.encode(Field::Double, "令　〜～", &mut bytes, &mut Vec::new()).unwrap();
        assert_eq!(hex(&bytes), "CEE14040A1C1A1C1");
        let mut text = String::new();
        let decoder = tables.decoder(&charset, &options).unwrap();
        decoder.decode(Field::Double, b"\x73\xFA\xA1\xA1", &mut text, &mut Vec::new()).unwrap();
        assert_eq!(text, "令　");
    }
}

#[test]
fn a_table_that_cannot_be_a_pack_is_refused_with_its_lines() {
    let refused = |name: &str, rows: &[MappingRow], charset: Option<&str>| {
        let errors = import(name, rows, charset).unwrap_err();
        errors.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        refused("ebcdik.json", &rows("ebcdic", "40 0020\nC1 0041"), None),
        [
            "ebcdik.json 1行目: 1バイトの表はパックにできません（EBCDICなど1バイトのコード表は組み込みのものを使います）"
        ]
    );
    let mut mixed =
        rows("jef", "A1A2 3001\nA1 FF61\nA1A3 D800\nA1A4 FF0C hd=845B\nXX 3001\nA1A5 30FB sp=3001");
    mixed.extend(rows("keis", "A1A6 30FB"));
    assert_eq!(
        refused("a.json", &mixed, None),
        [
            "a.json 3行目: unicode「D800」をコードポイントとして読めません",
            "a.json 4行目: hd「845B」は異体字セレクタではありません",
            "a.json 5行目: コード「XX」を16進数として読めません",
            "a.json 6行目: sp「3001」は結合用の濁点・半濁点ではありません",
            "a.json 1行目: コードの項目名「keis」が1件目（jef）と違います",
            "a.json 2行目: コード A1 は2バイトではありません",
        ]
    );
    assert_eq!(refused("a.json", &[], None), ["a.json 1行目: 変換の組が一つもありません"]);
    assert_eq!(
        refused("a.json", &rows("code", "A1A1 3000"), Some("MS932")),
        ["a.json 1行目: 文字コード「Windows-31J」は組み込みのものです。別の名前を指定してください"]
    );
}
