//! Layouts as a town edits them, rows as a system sends them.

use std::sync::LazyLock;

use layout::*;
use moji::{Done, Tables, Unmappable};
use proptest::prelude::*;

const UTF16: &str = include_str!("../../../../standards/layouts/resident-utf16.toml");
const JEF: &str = include_str!("../../../../standards/layouts/resident-jef.toml");

const ITEMS: [&str; 38] = [
    "addressee_no",
    "history_no",
    "household_no",
    "resident_kind",
    "resident_status",
    "name",
    "name_kana",
    "name_roman",
    "former_family_name",
    "alias_name",
    "birth_date",
    "sex",
    "relation_codes",
    "relation",
    "head_name",
    "member_order",
    "prefecture",
    "municipality",
    "town",
    "lot",
    "building",
    "postcode",
    "town_code",
    "resident_since",
    "addr_since",
    "moved_in_notified_on",
    "prev_address",
    "nationality",
    "status_of_residence",
    "stay_expires_on",
    "movement_reason",
    "event_date",
    "notified_on",
    "processed_on",
    "deletion_reason",
    "deletion_event_date",
    "dest_address_planned",
    "moveout_planned_on",
];

fn row(changes: &[(&str, &'static str)]) -> Vec<&'static str> {
    let mut values = vec![""; ITEMS.len()];
    let base = [
        ("addressee_no", "000000000000019"),
        ("history_no", "1"),
        ("resident_kind", "1"),
        ("resident_status", "1"),
        ("name", "山田　太郎"),
        ("birth_date", "1985-04-01"),
        ("sex", "1"),
        ("name_kana", "ヤマダ　タロウ"),
        ("prefecture", "東京都"),
        ("lot", "一丁目２番３号"),
    ];
    for (item, value) in base.iter().chain(changes) {
        values[ITEMS.iter().position(|name| name == item).unwrap()] = value;
    }
    values
}

fn plan(file: &str, policy: Unmappable) -> Plan {
    Layout::parse(file, "layout.toml").unwrap().compile(&ITEMS, policy, &Tables::built_in()).unwrap()
}

fn facts() -> Facts {
    Facts { delivery_no: 7, date: "2026-04-01".to_owned(), ..Facts::default() }
}

fn write(plan: &Plan, rows: &[Vec<&str>]) -> (Vec<u8>, Vec<RowEvent>) {
    let (mut out, mut events) = (Vec::new(), Vec::new());
    let mut writer = plan.writer();
    writer.write_header(&facts(), &mut out, &mut events).unwrap();
    for row in rows {
        writer.write_row(row, &mut out, &mut events).unwrap();
    }
    writer.write_trailer(&facts(), &mut out, &mut events).unwrap();
    (out, events)
}

#[test]
fn the_welfare_file_carries_every_character() {
    let plan = plan(UTF16, Unmappable::Reject);
    let rows = vec![
        row(&[("name", "葛\u{E0100}城　𠮷男"), ("building", "コーポ\"髙﨑\",\r\n１０１")]),
        row(&[("birth_date", "U10:1983-01-01")]),
    ];
    let (bytes, events) = write(&plan, &rows);
    assert!(events.is_empty());
    assert_eq!(&bytes[..6], b"\xFF\xFE\x9B\x5B\x0D\x54", "BOM, then 宛名");
    let table = plan.read(&bytes).unwrap();
    assert_eq!(table.value(0, "name"), Some("葛\u{E0100}城　𠮷男"));
    assert_eq!(table.value(0, "building"), Some("コーポ\"髙﨑\",\r\n１０１"));
    assert_eq!(table.value(1, "birth_date"), Some("1983-01-01"));
    assert_eq!(table.rows[1][11], "U10", "不詳区分");
}

#[test]
fn the_tax_file_is_fixed_length_and_says_what_it_lost() {
    let plan = plan(JEF, Unmappable::Shrink);
    let Form::Fixed { record_bytes } = plan.layout().form.clone() else { panic!("fixed") };
    let rows = vec![
        row(&[("name", "葛\u{E0100}城　𠮷男")]),
        row(&[("birth_date", "U10:1983-01-01"), ("lot", "1-2")]),
        row(&[("birth_date", "1983-02-29!")]),
    ];
    let (bytes, events) = write(&plan, &rows);
    assert_eq!(bytes.len(), 5 * record_bytes);
    assert_eq!((bytes[0], bytes[record_bytes], bytes[4 * record_bytes]), (0xF1, 0xF2, 0xF9));
    let events: Vec<_> = events
        .iter()
        .map(|event| {
            let item = plan.field(event.field).unwrap().item.as_str();
            (item, event.event.position, event.event.done, event.event.to.to_string())
        })
        .collect();
    let want = [
        ("氏名", 0, Done::SelectorDropped, "葛"),
        ("氏名", 4, Done::Shrunk, "吉"),
        ("番地", 0, Done::Widened, "１"),
        ("番地", 1, Done::Widened, "－"),
        ("番地", 2, Done::Widened, "２"),
    ];
    let want = want.map(|(item, position, done, to)| (item, position, done, to.to_owned()));
    assert_eq!(events, want);
    let table = plan.read(&bytes).unwrap();
    assert_eq!(table.rows.len(), 3);
    assert_eq!(table.value(0, "name"), Some("葛城　吉男"));
    assert_eq!(table.value(0, "birth_date"), Some("1985-04-01"));
    assert_eq!(table.value(1, "birth_date"), Some("1983-00-00"));
    assert_eq!(table.value(2, "birth_date"), Some("1983-02-29!"));
    assert_eq!(table.value(0, "former_family_name"), Some(""));
    assert!(table.header.contains(&("delivery_no".to_owned(), "00000007".to_owned())));
    assert!(table.trailer.contains(&("row_count".to_owned(), "000000003".to_owned())));
}

#[test]
fn a_row_that_breaks_a_rule_leaves_nothing_behind() {
    let plan = plan(JEF, Unmappable::Reject);
    for (item, value, want) in [
        ("addressee_no", "", "項目「宛名番号」: 必須項目に値がありません"),
        ("addressee_no", "0000000000000190", "項目「宛名番号」: 16バイト必要ですが、項目は15バイトです"),
        ("history_no", "x", "項目「履歴番号」: 数字以外の文字があります"),
        ("history_no", "1000", "項目「履歴番号」: 4バイト必要ですが、項目は3バイトです"),
        ("name", "𠮷男", "項目「氏名」: 1文字目の「𠮷」（U+20BB7）は相手の文字コードにありません"),
        ("birth_date", "昭和", "項目「生年月日」: 日付として読めません"),
        ("sex", "男", "項目「性別」: 1文字目の「男」（U+7537）は相手の文字コードにありません"),
    ] {
        let (mut out, mut events) = (b"before".to_vec(), Vec::new());
        let mut values = row(&[("lot", "1-2")]);
        values[ITEMS.iter().position(|name| *name == item).unwrap()] = value;
        let error = plan.writer().write_row(&values, &mut out, &mut events).unwrap_err();
        assert_eq!(error.to_string(), want);
        assert_eq!((out.as_slice(), events.len()), (b"before".as_slice(), 0));
    }
    let error = plan.writer().write_row(&["1"], &mut Vec::new(), &mut Vec::new()).unwrap_err();
    assert_eq!(error.rule, RowRule::Values { expected: 38, got: 1 });
}

#[test]
fn a_file_that_was_damaged_is_not_read() {
    let plan = plan(JEF, Unmappable::Reject);
    let Form::Fixed { record_bytes } = plan.layout().form.clone() else { panic!("fixed") };
    let (bytes, _) = write(&plan, &[row(&[]), row(&[])]);
    let refused = |bytes: &[u8]| plan.read(bytes).unwrap_err().to_string();
    assert!(refused(&bytes[..bytes.len() - 1]).contains("レコード長が"), "a byte short");
    assert!(refused(&bytes[..3 * record_bytes]).contains("トレーラレコードがありません"), "no trailer");
    assert!(refused(&[]).contains("ヘッダレコードがありません"), "empty");
    let missing_row = [&bytes[..2 * record_bytes], &bytes[3 * record_bytes..]].concat();
    assert!(
        refused(&missing_row).contains("データレコードの数 000000002 が、実際の 1 と合いません"),
        "a row short"
    );
    let mut bad = bytes;
    bad[record_bytes + 35] = 0x29;
    let error = plan.read(&bad).unwrap_err();
    assert_eq!(
        (error.record, error.item.as_str(), error.offset),
        (2, "住民状態", (record_bytes + 35).try_into().unwrap())
    );
    let utf16 = super::residents::plan(UTF16, Unmappable::Reject);
    let (bytes, _) = write(&utf16, &[row(&[])]);
    assert!(utf16.read(&bytes[2..]).unwrap_err().to_string().contains("BOM"));
    assert!(utf16.read(&bytes[..bytes.len() - 6]).unwrap_err().to_string().contains("項目数"));
}

#[test]
fn a_layout_that_is_wrong_is_refused_with_its_place() {
    let file = |detail: &str| {
        format!(
            "title = \"t\"\ndataset = \"d\"\nform = \"fixed\"\ncharset = \"JEF/EBCDIC\"\nrecord_bytes = 10\ndetail = [\n{detail}\n]\n"
        )
    };
    let field = |no: u32, start: u32, bytes: u32, more: &str| {
        format!(
            "  {{ no = {no}, item = \"甲{no}\", name = \"a{no}\", from = \"x\", start_byte = {start}, bytes = {bytes}, {more} }},\n"
        )
    };
    let x = "type = \"X\"";
    for (detail, want) in [
        (
            field(1, 1, 4, x) + &field(2, 6, 5, x),
            "f.toml 8行目「甲2」: 開始位置 6 は 5 のはずです（前の項目とのすき間）",
        ),
        (
            field(1, 1, 4, x) + &field(2, 4, 7, x),
            "f.toml 8行目「甲2」: 開始位置 4 は 5 のはずです（前の項目との重なり）",
        ),
        (
            field(1, 1, 9, x),
            "f.toml 7行目「甲1」: 最後の項目が 9 バイト目で終わり、レコード長 10 と合いません",
        ),
        (field(1, 1, 5, x) + &field(1, 6, 5, x), "f.toml 8行目「甲1」: 項番 1 が重複しています"),
        (
            field(1, 1, 10, "type = \"Z\""),
            "f.toml 7行目「甲1」: type「Z」は X, N, M, T, K, W, 9, S9, P のどれでもありません",
        ),
        (field(1, 1, 10, "type = \"T\""), "f.toml 7行目「甲1」: type T はUnicodeの文字コードだけのものです"),
        (
            field(1, 1, 10, "type = \"X\", pad = \"zero\""),
            "f.toml 7行目「甲1」: pad zero は数字・数値・日付だけのものです",
        ),
        (
            field(1, 1, 10, "type = \"X\", literal = \"a\""),
            "f.toml 7行目「甲1」: from と literal のどちらか一つが必要です",
        ),
        (String::new(), "f.toml: detail に項目がありません"),
    ] {
        let errors = Layout::parse(&file(&detail), "f.toml").unwrap_err();
        assert!(errors.iter().any(|error| error.to_string() == want), "{want}\n{errors:?}");
    }
    let errors = Layout::parse("title = ", "f.toml").unwrap_err();
    assert!(errors[0].to_string().starts_with("f.toml 1行目: TOMLとして読めません"), "{errors:?}");
    let layout =
        Layout::parse(&file(&(field(1, 1, 5, "type = \"N\"") + &field(2, 6, 5, x))), "f.toml").unwrap();
    let errors = layout.compile(&["y"], Unmappable::Reject, &Tables::built_in()).err().unwrap();
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "f.toml 7行目「甲1」: 提供データ d に項目「x」がありません",
            "f.toml 7行目「甲1」: 桁数 5 は2バイトの倍数ではありません",
            "f.toml 8行目「甲2」: 提供データ d に項目「x」がありません",
        ]
    );
}

#[test]
fn csv_values_are_held_to_their_length_in_characters() {
    let file = |overflow: &str| {
        format!(
            "title = \"t\"\ndataset = \"d\"\nform = \"csv\"\ncharset = \"UTF-8\"\ndetail = [ {{ no = 1, item = \"甲\", name = \"a\", from = \"x\", type = \"T\", chars_max = 2, overflow = \"{overflow}\" }} ]"
        )
    };
    for (overflow, value, want) in [
        ("reject", "葛\u{E0100}城", "葛\u{E0100}城\r\n"),
        ("reject", "東京都", "項目「甲」: 3文字ありますが、2文字までです"),
        ("truncate", "葛\u{E0100}城市", "葛\u{E0100}城\r\n"),
    ] {
        let plan = Layout::parse(&file(overflow), "f")
            .unwrap()
            .compile(&["x"], Unmappable::Reject, &Tables::built_in())
            .unwrap();
        let (mut out, mut events) = (Vec::new(), Vec::new());
        let done = plan.writer().write_row(&[value], &mut out, &mut events);
        let got = done.map_or_else(|error| error.to_string(), |()| String::from_utf8(out).unwrap());
        assert_eq!(got, want);
        assert_eq!(events.len(), usize::from(overflow == "truncate"));
    }
}

proptest! {
    /// A CSV file gives back what went in, whatever stands in the values.
    #[test]
    fn csv_round_trips(a in any::<String>(), b in "[\",\r\n 山]{0,8}", all in any::<bool>()) {
        let quote = if all { "all" } else { "needed" };
        let file = format!("title = \"t\"\ndataset = \"d\"\nform = \"csv\"\ncharset = \"UTF-16\"\nquote = \"{quote}\"\ndetail = [
            {{ no = 1, item = \"甲\", name = \"a\", from = \"a\", type = \"T\" }},
            {{ no = 2, item = \"乙\", name = \"b\", from = \"b\", type = \"T\" }} ]");
        let plan = Layout::parse(&file, "f").unwrap().compile(&["b", "a"], Unmappable::Reject, &Tables::built_in()).unwrap();
        let (mut out, mut events) = (Vec::new(), Vec::new());
        let mut writer = plan.writer();
        writer.write_header(&Facts::default(), &mut out, &mut events).unwrap();
        writer.write_row(&[&b, &a], &mut out, &mut events).unwrap();
        writer.write_row(&[&a, &b], &mut out, &mut events).unwrap();
        // Trailing spaces are trimmed at the end of the file only, where a quote or a line end stands.
        let table = plan.read(&out).unwrap();
        prop_assert_eq!(table.rows, vec![vec![a.clone(), b.clone()], vec![b, a]]);
    }

    /// No bytes make reading panic, and a file is read whole or refused.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        static PLANS: LazyLock<[Plan; 2]> = LazyLock::new(|| [UTF16, JEF].map(|file| plan(file, Unmappable::Reject)));
        for plan in PLANS.iter() {
            let _ = plan.read(&bytes);
        }
    }

    /// No text makes parsing panic.
    #[test]
    fn any_text_is_parsed_or_refused(cut in 0usize..JEF.len(), junk in any::<String>()) {
        let head: String = JEF.chars().take(cut).collect();
        let _ = Layout::parse(&(head + &junk), "f");
    }
}
