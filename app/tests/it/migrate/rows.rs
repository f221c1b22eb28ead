//! Rows of an old system: which are taken, what is said of the others, what a wrong mapping shows.

use std::collections::BTreeMap;
use std::fs;

use daicho::migrate::{LoadOptions, Loaded, load, reconcile};
use domain::{IndividualNumber, ResidentRecordCode};
use register::{AsOf, Journal as _, Position, ViewExt as _};
use resident_register::records::{Household, Person};
use serde_json::{Value, json};

use super::{HEADER, MAPPING, Old, all, new_town, now, only_good, problems, row, store};

/// Each row is a household of its own; what is other than usual of it, and the rules it breaks.
#[test]
fn rows_that_cannot_be_taken_are_told_by_rule() {
    let cases = [
        ("", ""),
        ("カナ=ﾔﾏﾀﾞ　ﾀﾛｳ", ""),
        ("生年月日=19600000", ""),
        ("生年月日=19600101 不詳=昭和35年頃", ""),
        ("生年月日=19610229", ""),
        ("続柄=同居人", "A082"),
        ("生年月日=19601301", "E006"),
        ("生年月日=1960", "E008"),
        ("生年月日=20270101", "E011 E012 E015"),
        ("生年月日=19950101", "E012 E015"),
        ("生年月日=", "E124"),
        ("住民日=6020401", "E009"),
        ("住民日=4020400 異動日=4020401", ""),
        ("コード=10000000011", "E031"),
        ("コード=", "E036"),
        ("番号=123456789012", "E037"),
        ("番号=", ""),
        ("性別=X", "E174"),
        ("区分=7", "E174"),
        ("続柄=孫", "A082 E085"),
        ("続柄=子の子の子の子の子", "A082 E086"),
        ("カナ=山田", "E063"),
        ("氏名=", "A061"),
        ("氏名=山田", "E062"),
        ("氏名=\u{E000}田　太郎", "E065"),
        ("氏名=髙﨑　𠮷葛\u{E0100}", ""),
        ("区分=2 旧姓=佐藤", "E068 E124"),
        ("区分=2", "E124"),
        ("事由=04", ""),
        ("事由=24", "E117"),
        ("本籍=", "E123"),
        ("町名=", "E124"),
        ("状態=3 コード= 本籍= 事由=23", ""),
        ("状態=3 コード= 本籍=", "E124"),
        ("異動日=5090401", "E002 E005"),
        ("カナ=ﾔﾏﾀﾞ ﾀﾛｳ", ""),
        ("個人=12345678901234567", "D078"),
        ("世帯=H-1", "D078 E040"),
        ("異動日=0000000 事由=", ""),
    ];
    let rows: Vec<String> = (1..).zip(cases).map(|(n, (other, _))| row(n, n, other)).collect();
    let old = Old::new(&rows);
    let (code, out, told) = old.run(&["check", "--json"]);
    assert_eq!(code, Some(1), "{told}");
    let mut found: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for line in out.lines() {
        let told: Value = serde_json::from_str(line).unwrap();
        let Some(number) = told["line"].as_u64().filter(|_| told["file"] == "old.csv") else { continue };
        for part in ["message", "remedy"] {
            assert!(!told[part].as_str().unwrap().is_empty(), "{line}");
        }
        if told["rule"] != "D074" {
            found.entry(number).or_default().push(told["rule"].as_str().unwrap().to_owned());
        }
    }
    let mut wrong = Vec::new();
    for (line, (other, rules)) in (2..).zip(cases) {
        let mut got = found.remove(&line).unwrap_or_default();
        got.sort();
        got.dedup();
        // Who is not a head leaves the household without one; that is told only of rows that can be taken.
        let wanted: Vec<&str> = rules.split(' ').filter(|rule| !rule.is_empty()).collect();
        let wanted: Vec<&str> = if 1 < wanted.len() {
            wanted.into_iter().filter(|rule| *rule != "A082").collect()
        } else {
            wanted
        };
        if got != wanted {
            wrong.push(format!("{other}: {got:?}, not {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(code, Some(1));
    assert!(!out.contains("1234567890120"), "no number is shown");
}

#[test]
fn rows_of_one_person_and_of_one_household_are_held_against_each_other() {
    let rows = [
        row(1, 1, ""),
        row(2, 1, "続柄=妻 性別=F"),
        row(3, 2, ""),
        row(4, 2, ""), // A second head.
        row(5, 5, ""),
        row(5, 5, ""), // The same person twice.
        row(6, 6, &format!("コード={}", ResidentRecordCode::from_first_ten(1_000_000_007).unwrap().expose())),
        row(7, 7, ""), // The code of 6.
    ];
    let old = Old::new(&rows);
    let (code, out, _) = old.run(&["check"]);
    assert_eq!(code, Some(1));
    for part in [
        "エラー old.csv 4行目 000000000000002「続柄」: E081 世帯に世帯主が2人います",
        "エラー old.csv 7行目 000000000000005「履歴番号」: D071",
        "エラー old.csv 9行目 000000000000007「住民票コード」: E032 住民票コードが、宛名番号000000000000006の人と同じです",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert!(!out.contains("old.csv 2行目") && !out.contains("old.csv 3行目"), "{out}");
    let journal = store();
    let loaded = load(&journal, &old.input(), &only_good(), now()).unwrap();
    assert_eq!((loaded.persons, loaded.households, loaded.left_out), (2, 1, 5));
    assert_eq!(problems(&journal), Vec::<String>::new());
}

#[test]
fn a_household_with_a_bad_member_stays_out_whole_and_comes_back_as_a_file() {
    let rows = [
        row(1, 1, ""),
        row(2, 2, ""),
        row(3, 2, "続柄=妻 性別=F コード=1"),
        row(4, 2, "状態=2 事由=21"), // A former resident of that household is not of it any more.
        row(5, 1, "続柄=子"),
    ];
    let old = Old::new(&rows);
    let journal = store();
    let refused = load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap_err();
    assert!(refused.to_string().contains("--only-good"), "{refused}");
    assert_eq!(journal.head().unwrap(), Position(0));

    let loaded = load(&journal, &old.input(), &only_good(), now()).unwrap();
    assert_eq!(loaded, Loaded { persons: 3, rows: 3, households: 1, left_out: 2, gone_on_from: 0 });
    let kept: Vec<String> = all::<Person>(&journal).into_keys().collect();
    assert_eq!(kept, ["000000000000001", "000000000000004", "000000000000005"]);
    let household = &all::<Household>(&journal)["000000000000001"][0];
    assert_eq!(household["members"], json!(["000000000000001", "000000000000005"]));
    assert_eq!(old.report("load-left-out-old.csv"), format!("{HEADER}\n{}\n{}\n", rows[1], rows[2]));
    assert!(old.report("load-findings.tsv").contains("D074"));
    assert_eq!(problems(&journal), Vec::<String>::new());
}

#[test]
fn a_row_that_is_nobodys_stops_the_load() {
    for bad in ["1,2,3", "\"1,2", &row(9, 9, "個人=x")] {
        let old = Old::new(&[row(1, 1, ""), bad.to_owned()]);
        let journal = store();
        let refused = load(&journal, &old.input(), &only_good(), now()).unwrap_err();
        assert!(refused.to_string().contains("だれのものか分からない"), "{refused}");
        assert_eq!(journal.head().unwrap(), Position(0));
    }
}

#[test]
fn characters_of_an_old_charset_are_identified_or_told() {
    let mapping = MAPPING.replace("CHARSET", "Windows-31J");
    let decode = |text: &str, gaiji: &[u8]| {
        let tables = moji::Tables::built_in();
        let encoder = tables.encoder(&moji::Charset::Windows31J, &moji::Options::default()).unwrap();
        let mut bytes = Vec::new();
        let mut events = Vec::new();
        for (at, part) in text.split('?').enumerate() {
            if at != 0 {
                bytes.extend_from_slice(gaiji);
            }
            encoder.encode(moji::Field::Mixed, part, &mut bytes, &mut events).unwrap();
        }
        bytes
    };
    let text = format!("{HEADER}\n{}\n{}\n", row(1, 1, "氏名=髙﨑　太郎"), row(2, 2, "氏名=?田　太郎"));
    let old = Old::with(&decode(&text, b"\xF0\x40"), &mapping);
    let (code, out, _) = old.run(&["check"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("3行目 000000000000002「氏名」: E065"), "{out}");

    // The same with the town's table: the code is 𠮷 in it.
    fs::write(old.dir.path().join("gaiji.tsv"), "#ucs\tcode\n20BB7\tF040\n").unwrap();
    fs::write(
        old.dir.path().join("mapping.toml"),
        mapping.replace("[codes.sex]", "[characters]\ngaiji = \"gaiji.tsv\"\n\n[codes.sex]"),
    )
    .unwrap();
    let journal = store();
    load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap();
    let people = all::<Person>(&journal);
    assert_eq!(people["000000000000001"][0]["name"], "髙﨑　太郎");
    assert_eq!(people["000000000000002"][0]["name"], "𠮷田　太郎");

    // And with the substitute instead: told with line, record and item.
    fs::write(
        old.dir.path().join("mapping.toml"),
        mapping.replace("[codes.sex]", "[characters]\npolicy = \"substitute\"\n\n[codes.sex]"),
    )
    .unwrap();
    let journal = store();
    load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap();
    assert_eq!(all::<Person>(&journal)["000000000000002"][0]["name"], "〓田　太郎");
    let notes = old.report("load-conversions.tsv");
    assert!(
        notes.lines().any(|line| line.starts_with("old.csv\t3\t000000000000002\t氏名\t代替文字\t")),
        "{notes}"
    );
}

#[test]
fn files_of_fixed_length_and_of_two_byte_units_are_read_by_the_same_rules() {
    let layout = r#"
form = "fixed"
charset = "Windows-31J"
newline = "crlf"
detail = [
  { item = "個人", name = "a", type = "9", bytes = 5 },
  { item = "氏名", name = "b", type = "N", bytes = 20 },
  { item = "生年月日", name = "c", type = "9", bytes = 8, format = "yyyymmdd", unknown = "zero" },
]
"#;
    let items = r#"
[source.items]
addressee_no = { column = "個人", pad = 15 }
household_no = { column = "個人", pad = 15 }
name = "氏名"
birth_date = "生年月日"
resident_kind = { value = "1" }
resident_status = { value = "3" }
relation = { value = "02" }
movement_reason = { value = "23" }
event_date = { value = "2010-04-01" }
"#;
    let mut fixed = Vec::new();
    for (no, name, birth) in [("00001", "髙橋　一郎", "19830000"), ("00002", "﨑山　花子", "19831231")]
    {
        fixed.extend_from_slice(no.as_bytes());
        let encoder =
            moji::Tables::built_in().encoder(&moji::Charset::Windows31J, &moji::Options::default()).unwrap();
        encoder.encode(moji::Field::Double, name, &mut fixed, &mut Vec::new()).unwrap();
        fixed.extend_from_slice(
            "　　　　　".chars().flat_map(|_| [0x81, 0x40]).collect::<Vec<u8>>().as_slice(),
        );
        fixed.extend_from_slice(format!("{birth}\r\n").as_bytes());
    }
    let old = Old::with(
        &fixed,
        &format!("[[source]]\ntable = \"person\"\nfiles = [\"old.csv\"]\nlayout = \"old.toml\"\n{items}"),
    );
    fs::write(old.dir.path().join("old.toml"), layout).unwrap();
    // 上 (U+4E0A) holds the byte of a line end in a unit of two bytes.
    let text = "\u{FEFF}個人,氏名,生年月日,上\n1,髙橋　一郎,1983-00-00,\n2,﨑山　花子,1983-12-31,上\n";
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = Old::with(
        &units,
        &format!("[[source]]\ntable = \"person\"\nfiles = [\"old.csv\"]\ncharset = \"UTF-16\"\n{items}"),
    );
    for old in [old, wide] {
        let journal = store();
        load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap();
        let people = all::<Person>(&journal);
        let told: Vec<String> =
            people.values().map(|rows| format!("{} {}", rows[0]["name"], rows[0]["birth_date"])).collect();
        assert_eq!(told, ["\"髙橋　一郎\" \"U10:1983-01-01\"", "\"﨑山　花子\" \"1983-12-31\""]);
    }
}

/// A mapping with two columns the wrong way round.
fn swapped(one: (&str, &str), other: (&str, &str)) -> String {
    let mapping = MAPPING.replace("CHARSET", "UTF-8");
    for (from, to) in [one, other] {
        assert!(mapping.contains(from), "{from} {to}");
    }
    mapping.replace(one.0, one.1).replace(other.0, other.1)
}

#[test]
fn a_wrong_mapping_is_named_by_the_figures_and_by_another_mapping() {
    let rows: Vec<String> = (1..=60)
        .map(|n| {
            let former = if n % 10 == 0 { " 旧姓=サトウ" } else { "" };
            row(n, n, &format!("生年月日={}0401{former}", 1920 + n))
        })
        .collect();
    let right = Old::new(&rows);
    let (code, out, told) = right.run(&["rehearse"]);
    assert_eq!(code, Some(0), "{told}\n{out}");
    assert!(!out.contains("D076") && !out.contains("D077"), "{out}");
    assert!(out.contains("相違はありません"), "{out}");

    let file = format!("{HEADER}\n{}\n", rows.join("\n"));
    let kana = swapped(
        ("name_kana = { column = \"カナ\", widen = true }", "name_kana = \"旧姓\""),
        ("former_family_name = \"旧姓\"", "former_family_name = \"カナ\""),
    );
    let wrong = Old::with(file.as_bytes(), &kana);
    let (_, out, _) = wrong.run(&["rehearse"]);
    assert!(
        out.contains("値の様子 旧氏: D076 旧氏は空の人が多い項目ですが、60行中60行に値があります"),
        "{out}"
    );

    // Birth and 住民となった年月日: every row is refused, and the reason is named.
    let dates = swapped(
        (
            "birth_date = { column = \"生年月日\", date = \"yyyymmdd\", unknown = \"不詳\" }",
            "birth_date = { column = \"住民日\", date = \"era\" }",
        ),
        (
            "resident_since = { column = \"住民日\", date = \"era\" }",
            "resident_since = { column = \"生年月日\", date = \"yyyymmdd\" }",
        ),
    );
    let late = Old::with(file.as_bytes(), &dates);
    let (code, out, _) = late.run(&["check"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("「住民となった年月日」: E015"), "{out}");
    assert!(out.contains("「住民となった年月日」: D077"), "{out}");

    // What was loaded with the wrong mapping does not stand up to the right one.
    let dir = tempfile::tempdir().unwrap();
    let (_config, house) = new_town(dir.path());
    load(house.office.journal(), &wrong.input(), &LoadOptions::default(), now()).unwrap();
    assert!(!reconcile(&house.office, &right.input()).unwrap());
    let differences = right.report("reconciliation-differences.tsv");
    for item in ["氏名_フリガナ", "旧氏"] {
        assert_eq!(
            differences.lines().filter(|line| line.split('\t').nth(2) == Some(item)).count(),
            60,
            "{item}"
        );
    }
    let report = right.report("reconciliation-report.txt");
    assert!(report.contains("旧氏\t60\t") && report.contains("氏名\t0\t"), "{report}");
}

#[test]
fn a_number_that_differs_is_told_and_not_shown() {
    let rows = [row(1, 1, ""), row(2, 2, "")];
    let old = Old::new(&rows);
    let dir = tempfile::tempdir().unwrap();
    let (_config, house) = new_town(dir.path());
    load(house.office.journal(), &old.input(), &LoadOptions::default(), now()).unwrap();
    let other = IndividualNumber::from_first_eleven(33_333_333_333).unwrap();
    let changed = Old::new(&[rows[0].clone(), row(2, 2, &format!("番号={}", other.expose()))]);
    assert!(!reconcile(&house.office, &changed.input()).unwrap());
    let told =
        changed.report("reconciliation-differences.tsv") + &changed.report("reconciliation-report.txt");
    assert!(
        told.contains("住民票\t000000000000002-1\t個人番号\t（伏せています）\t（伏せています）"),
        "{told}"
    );
    assert!(!told.contains(other.expose()), "{told}");
}

#[test]
fn several_rows_of_a_person_become_versions_with_their_days() {
    let header = format!("{HEADER},履歴");
    let rows =
        [format!("{},7", row(1, 1, "町名=港町 事由=41 異動日=5020501")), format!("{},3", row(1, 1, ""))];
    let mapping = MAPPING
        .replace("CHARSET", "UTF-8")
        .replace("resident_status", "history_no = \"履歴\"\nresident_status");
    let old = Old::with(format!("{header}\n{}\n", rows.join("\n")).as_bytes(), &mapping);
    let journal = store();
    let loaded = load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap();
    assert_eq!((loaded.persons, loaded.rows), (1, 2));
    let view = journal.view(AsOf::default()).unwrap();
    let versions = view.load_history::<Person>("000000000000001").unwrap();
    let told: Vec<(u32, u32, String, String)> = versions
        .iter()
        .map(|one| {
            (
                one.version,
                one.record.history_no,
                one.effective_on.to_string(),
                one.record.address.town.clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, 1, "1990-04-01".to_owned(), "本町".to_owned()),
            (2, 2, "2020-05-01".to_owned(), "港町".to_owned())
        ]
    );
    assert_eq!(versions[1].record.history_entries.len(), 2);
    assert!(old.report("load-findings.tsv").contains("D072"), "the gap in the old numbers is told");
}

#[test]
fn a_mapping_says_what_is_wrong_with_it() {
    let right = MAPPING.replace("CHARSET", "UTF-8");
    for (from, to, told) in [
        ("sex = {", "seks = {", "seks: 住民票の項目にありません"),
        ("name = \"氏名\"", "name = \"名前\"", "列「名前」がファイルにありません"),
        (
            "birth_date = { column = \"生年月日\",",
            "birth_date = { colum = \"生年月日\",",
            "書き方に誤りがあります",
        ),
        ("codes = \"sex\"", "codes = \"sec\"", "[codes.sec] がありません"),
        ("relation = \"続柄\"\n", "", "続柄表記（relation）の対応がありません"),
        ("charset = \"UTF-8\"", "charset = \"BASE64\"", "文字コード「BASE64」"),
        ("table = \"person\"", "table = \"people\"", "table「people」はありません"),
        (
            "given_name = { column = \"氏名\", part = 2 }",
            "given_name = { column = \"氏名\", value = \"x\" }",
            "どれか一つ",
        ),
        ("files = [\"old.csv\"]", "files = [\"../old.csv\"]", "フォルダの付かない"),
    ] {
        assert!(right.contains(from), "{from}");
        let old = Old::with(format!("{HEADER}\n{}\n", row(1, 1, "")).as_bytes(), &right.replace(from, to));
        let (code, _, said) = old.run(&["check"]);
        assert_eq!(code, Some(1), "{to}: {said}");
        assert!(said.contains(told), "{to}: {said}");
    }
}
