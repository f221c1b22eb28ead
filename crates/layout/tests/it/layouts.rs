//! Layouts that are wrong, and what is said about them.

use crate::support::*;

const FIXED: &str = "form = \"fixed\"\ncharset = \"MS932\"";

#[test]
fn a_short_layout_is_enough() {
    let layout = layout(
        FIXED,
        &["item = \"番号\", type = \"9\", bytes = 4", "name = \"name\", type = \"N\", bytes = 6"],
    )
    .unwrap();
    let fields: Vec<(u32, &str, &str, usize)> = layout.records[0]
        .fields
        .iter()
        .map(|field| (field.no, field.item.as_str(), field.name.as_str(), field.start_byte))
        .collect();
    assert_eq!(fields, [(1, "番号", "番号", 1), (2, "name", "name", 5)]);
    assert_eq!((layout.title.as_str(), layout.items()), ("f", vec!["番号", "name"]));
    assert_eq!(layout.form, layout::Form::Fixed { record_bytes: 10 });
}

#[test]
fn a_table_beside_the_layout_is_read_like_its_own_lines() {
    let layout = parse(&format!("{FIXED}\nfields = \"fields.tsv\"\n")).unwrap();
    let plan = compile(&layout);
    assert_eq!(hex(&row(&plan, &["1", "山"]).unwrap().0), "303030318E5220202020");
    assert_eq!(row(&plan, &["", "山"]).unwrap_err(), "項目「番号」: 必須項目に値がありません");
    let head = "form = \"fixed\"\ncharset = \"JEF\"\nrecord_bytes = 12\nfields = \"fields.tsv\"\n";
    let want = "fields.tsv 3行目「氏名」: 最後の項目が 10 バイト目で終わり、レコード長 12 と合いません";
    assert_eq!(parse(head).unwrap_err(), want);
}

#[test]
fn every_breach_is_told_with_file_line_item_and_rule() {
    let item = |keys: &str| format!("{FIXED}\ndetail = [\n  {{ item = \"甲\", {keys} }},\n]\n");
    let text = |keys: &str| {
        format!("form = \"csv\"\ncharset = \"UTF-8\"\ndetail = [\n  {{ item = \"甲\", {keys} }},\n]\n")
    };
    for (file, want) in [
        (
            item("type = \"X\", byts = 4, bytes = 4"),
            "f.toml 4行目「甲」: キー「byts」は使えません（使えるのは",
        ),
        (item("type = \"X\""), "f.toml 4行目「甲」: start_byte と bytes が必要です"),
        (item("bytes = 4"), "f.toml 4行目「甲」: type（X, N, M, T, K, W, 9, S9, P のどれか）が必要です"),
        (
            item("type = \"X\", bytes = \"four\""),
            "f.toml 4行目「甲」: bytes「four」は0以上の整数ではありません",
        ),
        (
            item("type = \"X\", bytes = 4, required = \"maybe\""),
            "required「maybe」は true でも false でもありません",
        ),
        (
            item("type = \"X\", bytes = 4, fact = \"date\""),
            "fact と total と common はヘッダとトレーラだけのものです",
        ),
        (item("type = \"P\", bytes = 4, digits = 5"), "digits 5 には 3 バイト必要です（bytes = 4）"),
        (item("type = \"S9\", bytes = 4, sign = \"none\""), "符号のない数値は type 9 です"),
        (item("type = \"X\", bytes = 4, sign = \"leading\""), "sign は type S9 と P だけのものです"),
        (
            item("type = \"S9\", bytes = 4, zones = \"C\""),
            "zones「C」は letters でも C/D のような16進の組でもありません",
        ),
        (item("type = \"S9\", digits = 32"), "数値は31桁までです"),
        (item("type = \"9\", bytes = 4, overflow = \"truncate\""), "type 9, S9, P は切り捨てできません"),
        (item("type = \"9\", bytes = 4, decimals = 5"), "decimals が全体の桁数を超えています"),
        (item("type = \"N\", bytes = 8, format = \"yyyymmdd\""), "日付は type X, M, T, 9 の項目に書きます"),
        (
            item("type = \"9\", bytes = 7, format = \"wareki-letter\""),
            "数字だけでない日付は type 9 には入りません",
        ),
        (item("type = \"X\", bytes = 4, pad = \"0xZZ\""), "pad「0xZZ」は 0x00 から 0xFF までではありません"),
        (
            item("type = \"X\", bytes = 4, pad = \"wide-space\""),
            "pad wide-space は type N と W だけのものです",
        ),
        (
            item("type = \"X\", bytes = 4, codes = \"twice.tsv\""),
            "twice.tsv 2行目「甲」: コード「1」に「M」（1行目）と「F」の二つの変換先があります",
        ),
        (
            item("type = \"X\", bytes = 4, codes = \"none.tsv\""),
            "codes のファイル「none.tsv」が読めません（ファイルがありません）",
        ),
        (
            format!("{FIXED}\ngaiji = \"gaiji-twice.tsv\"\n"),
            "gaiji-twice.tsv 2行目: コード 80A1 には1行目で別の文字が割り当てられています",
        ),
        (format!("{FIXED}\nshape = \"x\"\n"), "f.toml 3行目: キー「shape」は使えません"),
        ("charset = \"UTF-8\"\n".to_owned(), "form（fixed, csv, tsv, jsonl, xml のどれか）が必要です"),
        ("form = \"csv\"\n".to_owned(), "charset（文字コード）が必要です"),
        (text("bytes = 4"), "f.toml 4行目「甲」: start_byte と bytes は固定長だけのものです"),
        (text("type = \"P\", digits = 3"), "type P は固定長だけのものです"),
        (
            "form = \"xml\"\ncharset = \"UTF-8\"\nfields = [ { name = \"1st\" } ]\n".to_owned(),
            "name「1st」はXMLの要素名になりません",
        ),
        ("a = 1\na = 2\nform = \"csv\"\n".to_owned(), "f.toml 2行目: TOMLとして読めません"),
        (
            "form = \"csv\"\ncharset = \"UTF-8\"\nfields = 3\n".to_owned(),
            "fields のファイル「3」が読めません",
        ),
        ("form = \"csv\"\ncharset = \"UTF-8\"\nfields = [ 3 ]\n".to_owned(), "項目は { no = 1, item"),
        ("form = \"csv\"\ncharset = \"UTF-8\"\nrecord = 3\n".to_owned(), "record は [[record]] と書きます"),
    ] {
        let got = parse(&file).unwrap_err();
        assert!(got.contains(want), "{want}\n{got}\n{file}");
    }
    let got = parse(&item("type = \"Q\", bytes = \"x\", pad = \"y\"")).unwrap_err();
    assert_eq!(got.lines().count(), 3, "all at once\n{got}");
}

#[test]
fn what_the_charset_cannot_do_is_told_when_compiling() {
    for (head, keys, want) in [
        (
            "form = \"csv\"\ncharset = \"JEF\"",
            "type = \"X\"",
            "f.toml: csv は文字コード「JEF/EBCDICカナ」では作成できません",
        ),
        (
            "form = \"csv\"\ncharset = \"MS932\"\ndelimiter = \"|\"",
            "type = \"X\"",
            "区切り文字 | は、文字コード「Windows-31J」の2バイト目と区別できません",
        ),
        (
            "form = \"fixed\"\ncharset = \"XEK\"",
            "type = \"X\", bytes = 2",
            "文字コード「XEK」の変換表がありません",
        ),
        (
            "form = \"fixed\"\ncharset = \"UTF-16LE\"",
            "type = \"S9\", digits = 2, zones = \"letters\"",
            "この文字コードでは、符号を数字に重ねられません（sign = separate）",
        ),
        (
            "form = \"fixed\"\ncharset = \"MS932\"\nsubstitute = \"𠮷\"",
            "type = \"X\", bytes = 2",
            "代替文字「𠮷」は文字コード「Windows-31J」にありません",
        ),
        (
            "form = \"csv\"\ncharset = \"MS932\"\nheader_line = \"item\"",
            "item = \"𠮷\", type = \"X\"",
            "見出し「𠮷」は文字コード「Windows-31J」に書けません",
        ),
    ] {
        let layout = layout(head, &[&format!("name = \"a\", {keys}")]).unwrap();
        let got = compile_with(&layout, moji::Unmappable::Reject).err().unwrap();
        assert!(got.contains(want), "{want}\n{got}");
    }
    let two = "form = \"fixed\"\ncharset = \"MS932\"\nheader = [ { name = \"h\", literal = \"山\", type = \"X\", bytes = 2 } ]\ndetail = [ { name = \"a\", type = \"X\", bytes = 2 } ]";
    let got = compile_with(&parse(two).unwrap(), moji::Unmappable::Substitute).err().unwrap();
    assert_eq!(
        got,
        "f.toml 3行目「h」: 固定値「山」: 1文字目の「山」（U+5C71）は相手の文字コードにありません"
    );
}
