//! Shapes of lists that came in from outside: other headings, other orders, several systems in one cell.

use catalog::{MethodWord, Systems};

use crate::sheets::{asked, grid, read};
use crate::support::known;

/// The rows of a sheet as `source > target`, by the systems they stand for.
fn ways(rows: &[&str]) -> Vec<String> {
    let list = read(&grid(rows));
    let systems = known().systems;
    let name = |name: &str| named(&systems, name);
    list.rows.iter().map(|row| format!("{} > {}", name(&row.source), name(&row.target))).collect()
}

fn named(systems: &Systems, name: &str) -> String {
    systems.resolve(name).map_or_else(|| name.to_owned(), |system| system.name.clone())
}

#[test]
fn headings_as_other_towns_word_them_are_read() {
    for head in [
        "No|提供元システム|受領側|連携項目|連携方法|頻度",
        "No|提供側システム|受領側システム|データ|方式|時期",
        "No|提供元システム|利用側システム|データ項目|連携方式|連携サイクル",
        "No|送信システム|受信システム|ファイル名|連携方式|連携間隔",
        "No|データ出力元|データ入力先|情報の種類|接続方式|更新頻度",
        "No|システム名（送り側）|システム名（受け側）|I/F名称|方式|時期",
        "No|業務名(提供元)|業務名(利用側)|データ|方式|時期",
        "No|提供元|利用業務|データ|方式|時期",
    ] {
        let found = ways(&[head, "1|住民記録|介護保険|住民異動|ファイル|日次"]);
        assert_eq!(found, ["住民基本台帳 > 介護保険"], "{head}");
    }
}

#[test]
fn what_comes_nearest_to_headings_is_named() {
    for (head, told) in [
        (
            "No|送信元|うけとりかた|データ|方式|時期",
            "1行目が見出しに近いですが、受け側の列が分かりません。分からない見出し: うけとりかた",
        ),
        ("No|送信元|送信先|もの|いつ", "1行目が見出しに近いですが、データ、方式、時期のどの列も"),
    ] {
        let list = read(&grid(&[head, "1|住民記録|介護保険|住民異動|ファイル|日次"]));
        let found = list.problems[0].to_string();
        assert!(found.contains(told), "{head}: {found}");
    }
}

#[test]
fn a_file_names_the_data_only_where_nothing_else_does() {
    let list = read(&grid(&[
        "No|送信元|送信先|ファイル名|データ名|方式|時期",
        "1|住民記録|介護保険|A.csv|住民異動|ファイル|日次",
    ]));
    assert_eq!((&*list.rows[0].data, &*list.rows[0].note), ("住民異動", "ファイル名: A.csv"));
}

#[test]
fn a_second_table_has_its_own_columns() {
    let found = ways(&[
        "（１）送信データ",
        "No|連携元|連携先|データ|方式|時期",
        "1|住民記録|国保|異動|ファイル|日次",
        "",
        "（２）受信データ",
        "No|連携先|連携元|時期|データ|方式",
        "2|住民記録|戸籍|即時|届出|API",
        "3||国保|日次|資格|ファイル",
    ]);
    assert_eq!(found, ["住民基本台帳 > 国民健康保険", "戸籍 > 住民基本台帳"]);
}

/// Each case: the heading of the direction and a row, the way it goes, and whether it is asked.
#[test]
fn a_direction_is_read_by_marks_and_arrows_and_otherwise_asked() {
    for (head, row, way, stops) in [
        ("受信|送信", "1|住民記録|戸籍|○||届出|API|即時", "戸籍 > 住民基本台帳", false),
        ("受信|送信", "1|住民記録|国保||○|異動|ファイル|日次", "住民基本台帳 > 国民健康保険", false),
        ("データの流れ|備考", "1|住民記録|戸籍|戸籍→住民記録||届出|API|即時", "戸籍 > 住民基本台帳", false),
        (
            "データの流れ|備考",
            "1|住民記録|国保|住基→国民健康保険||異動|API|即時",
            "住民基本台帳 > 国民健康保険",
            false,
        ),
        ("データの流れ|備考", "1|住民記録|国保|IN||異動|API|即時", "国民健康保険 > 住民基本台帳", false),
        (
            "データの流れ|備考",
            "1|住民記録|国保|介護→住基||異動|API|即時",
            "住民基本台帳 > 国民健康保険",
            true,
        ),
        ("ながれ|備考", "1|住民記録|国保|IN||異動|API|即時", "住民基本台帳 > 国民健康保険", true),
        ("ながれ|備考", "1|住民記録|国保|国保→住基||異動|API|即時", "住民基本台帳 > 国民健康保険", true),
        ("ながれ|備考", "1|住民記録|国保|住基→国保||異動|API|即時", "住民基本台帳 > 国民健康保険", false),
        ("ながれ|備考", "1|住民記録|国保||国保→住民記録|異動|API|即時", "住民基本台帳 > 国民健康保険", true),
    ] {
        let sheet = grid(&[&format!("No|業務名|連携先|{head}|データ|方式|時期"), row]);
        let list = read(&sheet);
        let systems = known().systems;
        let row_of = &list.rows[0];
        let found = format!("{} > {}", named(&systems, &row_of.source), named(&systems, &row_of.target));
        let asks = asked(&list, 0).iter().any(|(kind, _)| *kind == catalog::QuestionKind::Direction);
        assert_eq!((found.as_str(), asks), (way, stops), "{head} {row}");
    }
    let both = read(&grid(&[
        "No|業務名|連携先|受信|送信|データ|方式",
        "1|住民記録|住基ネット|○|○|本人確認情報|API",
    ]));
    assert_eq!(both.rows[0].direction, Some(catalog::Direction::Both));
    let both =
        read(&grid(&["No|業務名|入/出|連携先|データ|方式", "1|住民記録|入/出|住基ネット|本人確認情報|API"]));
    assert_eq!((both.rows[0].direction, asked(&both, 0)), (Some(catalog::Direction::Both), vec![]));
}

#[test]
fn an_hour_in_a_column_of_its_own_is_one_change() {
    let of = |hour: &str| {
        read(&grid(&[
            "No|送信元|送信先|データ|方式|時期|連携時刻|備考",
            &format!("1|住民記録|介護保険|住民|ファイル|日次|{hour}|夜間"),
        ]))
    };
    let changes = catalog::compare(&of("20:10"), &of("21:10"), &known().systems);
    let told: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].matches("20:10").count(), told[0].matches("21:10").count()), (1, 1), "{}", told[0]);
}

#[test]
fn several_systems_in_a_cell_are_rows_of_their_own() {
    for (cell, want) in [
        ("印鑑登録、国民年金、児童手当", vec!["1(1) 印鑑登録", "1(2) 国民年金", "1(3) 児童手当"]),
        ("国保／介護／後期高齢", vec!["1(1) 国民健康保険", "1(2) 介護保険", "1(3) 後期高齢者医療"]),
        ("国保・介護", vec!["1(1) 国民健康保険", "1(2) 介護保険"]),
        ("国保・介護（福祉）", vec!["1(1) 国民健康保険", "1(2) 介護保険"]),
        ("会計室（財務会計）、教育委員会（学齢簿）", vec!["1(1) 財務会計", "1(2) 就学"]),
        ("共通基盤（国保・介護）", vec!["1(1) 国民健康保険", "1(2) 介護保険"]),
        ("国保、国民健康保険", vec!["1 国民健康保険"]),
        ("人事・給与", vec!["1 人事給与"]),
        ("国保・謎の業務Ｘ", vec!["1 国保・謎の業務Ｘ"]),
        ("会計室（財務会計）", vec!["1 財務会計"]),
        ("教育委員会（学齢簿）", vec!["1 就学"]),
        ("→国保", vec!["1 国民健康保険"]),
    ] {
        let list = read(&grid(&[
            "No|送信元|送信先|データ|方式|時期",
            &format!("1|住民記録|{cell}|異動|ファイル|日次"),
        ]));
        let systems = known().systems;
        let found: Vec<String> =
            list.rows.iter().map(|row| format!("{} {}", row.no, named(&systems, &row.target))).collect();
        assert_eq!(found, want, "{cell}");
        let split = asked(&list, 0).iter().any(|(_, text)| text.contains("1組ずつの行に分けました"));
        assert_eq!(split, 1 < want.len(), "{cell}");
    }
    for cell in ["各業務", "各業務（18業務）", "全業務"] {
        let list = read(&grid(&[
            "No|送信元|送信先|データ|方式|時期",
            &format!("1|住民記録|{cell}|異動|ファイル|日次"),
        ]));
        let found = asked(&list, 0);
        assert!(found.iter().any(|(_, text)| text.contains("名前を挙げて")), "{cell}: {found:?}");
    }
}

#[test]
fn a_receiver_left_empty_is_not_guessed_and_a_row_struck_out_is_a_note() {
    let list = read(&grid(&[
        "No|送信元|送信先|データ|方式|時期|備考",
        "1|住民記録|国保|異動|ファイル|日次|",
        "2|住民記録||異動|ファイル|日次|廃止予定",
        "3|削除|||||",
        "4|欠番|||||",
        "5|住民記録|〃|世帯|ファイル|日次|",
    ]));
    // What 〃 repeats is empty as well.
    assert_eq!((list.rows.len(), list.skipped, list.notes.len()), (1, 2, 2), "{:?}", list.notes);
    assert!(list.problems[0].to_string().contains("3列目（送信先）: 受け側が空です"), "{}", list.problems[0]);
}

#[test]
fn rows_withdrawn_are_asked_about() {
    for (time, note, stops) in [
        ("廃止", "", true),
        ("検討中", "", true),
        ("日次", "未定", true),
        ("日次", "廃止（令和7年度）", true),
        ("日次", "R8廃止予定", true),
        ("日次", "印鑑登録廃止", false),
        ("日次", "旧システムの画面は廃止する見込みです", false),
        ("日次", "", false),
    ] {
        let list = read(&grid(&[
            "No|送信元|送信先|データ|方式|時期|備考",
            &format!("1|住民記録|国保|廃止届情報|ファイル|{time}|{note}"),
        ]));
        let asks = asked(&list, 0).iter().any(|(kind, _)| *kind == catalog::QuestionKind::Withdrawn);
        assert_eq!(asks, stops, "{time} {note}");
    }
}

#[test]
fn a_column_of_how_it_travels_gives_the_method() {
    for (cell, method) in [
        ("オンライン", Some(MethodWord::Immediate)),
        ("バッチ", Some(MethodWord::Automatic)),
        ("USB", Some(MethodWord::FileOrMedia)),
        ("Web API", Some(MethodWord::Immediate)),
        ("LGWAN経由", None),
        ("NW", None),
    ] {
        let list = read(&grid(&[
            "No|送信元|送信先|データ|連携方法|頻度",
            &format!("1|住民記録|介護保険|異動|{cell}|日次"),
        ]));
        assert_eq!((list.rows[0].method, &*list.rows[0].channel), (method, cell), "{cell}");
    }
}

/// Systems as columns, and a heading over several columns of which a text file keeps the first cell alone.
#[test]
fn systems_as_columns_are_rows() {
    let found = ways(&[
        "項番|データ名|提供元|利用業務||||頻度",
        "|||国保|介護|後期|年金|",
        "1|住民異動|住民記録|○|○|－|○|日次",
        "2|所得情報|個人住民税|○||△|－|年次（6月）",
    ]);
    let want = [
        "住民基本台帳 > 国民健康保険",
        "住民基本台帳 > 介護保険",
        "住民基本台帳 > 国民年金",
        "個人住民税 > 国民健康保険",
    ];
    assert_eq!(found, want);
    let found = ways(&[
        "業務間データ連携マトリクス",
        "連携元＼連携先|住民記録|印鑑登録|国保|介護保険",
        "住民記録|-|○|○|",
        "国保|○|||△",
        "印鑑登録||-||",
        "○：連携あり　△：検討中",
    ]);
    let want = ["住民基本台帳 > 印鑑登録", "住民基本台帳 > 国民健康保険", "国民健康保険 > 住民基本台帳"];
    assert_eq!(found, want);
}

/// No line of the list is taken for a second line of headings.
#[test]
fn the_first_row_below_one_line_of_headings_is_a_row() {
    for (head, rows) in [
        ("連携先|連携方式|頻度|備考", ["国保|ファイル|日次|", "介護|API|即時|", "年金|ファイル|月次|"]),
        (
            "連携先|ファイル名|連携方式|頻度",
            ["国保|A.csv|ファイル|日次", "介護|B.csv|API|即時", "年金|C.csv|ファイル|月次"],
        ),
    ] {
        let mut lines = vec!["住民記録システム 連携先一覧", head];
        lines.extend(rows);
        let want = ["国民健康保険", "介護保険", "国民年金"].map(|to| format!("住民基本台帳 > {to}"));
        assert_eq!(ways(&lines), want, "{head}");
    }
}

#[test]
fn a_system_nobody_knows_among_columns_of_receivers_is_one_of_them() {
    let sheet = [
        "項番|データ名|提供元|利用業務|||頻度",
        "|||国保|介護|謎の業務Ｘ|",
        "1|住民異動|住民記録|○|○|○|日次",
        "2|世帯|住民記録||||日次",
        "3|||||||",
    ];
    let found = ways(&sheet);
    let want = ["国民健康保険", "介護保険", "謎の業務Ｘ"].map(|to| format!("住民基本台帳 > {to}"));
    assert_eq!(found, want);
    // A line of data without a mark is told of.
    let list = read(&grid(&sheet));
    assert!(list.problems[0].to_string().contains("印（○）がありません"), "{}", list.problems[0]);
    assert_eq!(list.skipped, 1);
    let sheet = ["連携元＼連携先|住民記録|国保|謎の業務Ｘ|備考", "住民記録|-|○|○|毎日", "国保||-||なし"];
    let list = read(&grid(&sheet));
    let ends: Vec<&str> = list.rows.iter().map(|row| &*row.target).collect();
    assert_eq!((ends, list.notes.len()), (vec!["国保", "謎の業務Ｘ"], 1), "{:?}", list.notes);
    // A mark is never the name of a system.
    let list = read(&grid(&["No|送信元|送信先|データ|方式", "1|住民記録|○|異動|ファイル"]));
    assert_eq!((list.rows.len(), list.skipped), (0, 1));
}

#[test]
fn what_only_looks_like_a_question_stops_no_row() {
    for (head, cell) in [
        ("ファイル形式", "CSV→固定長"),
        ("保守ベンダー", "未定"),
        ("連携開始日", "令和7年10月1日"),
        ("実行サーバ", "SV01"),
    ] {
        let list = read(&grid(&[
            &format!("No|送信元|送信先|データ|方式|時期|{head}"),
            &format!("1|住民記録|国保|廃止|ファイル|日次（22:00）|{cell}"),
        ]));
        assert_eq!(asked(&list, 0), [], "{head}");
        assert_eq!(
            (&*list.rows[0].when, &*list.rows[0].note),
            ("日次（22:00）", &*format!("{head}: {cell}／22:00"))
        );
    }
    // An hour, or how long it takes.
    let list = read(&grid(&[
        "No|送信元|送信先|データ|方式|時期|処理時間",
        "1|住民記録|国保|異動|ファイル|日次|1:30",
    ]));
    assert_eq!(asked(&list, 0).len(), 1, "{:?}", asked(&list, 0));
}

/// What stands below 送信 and 受信 need not be a mark.
#[test]
fn only_marks_say_the_way() {
    for (head, cells) in [("送信|受信", "A.csv|B.csv"), ("出力|取込", "22:00|6:00")] {
        let list = read(&grid(&[
            &format!("No|送信元|送信先|{head}|データ|方式|時期"),
            &format!("1|住民記録|国保|{cells}|異動|ファイル|日次"),
        ]));
        let row = &list.rows[0];
        assert_eq!(row.direction, Some(catalog::Direction::Out), "{head}");
        assert_eq!(asked(&list, 0), [], "{head}");
        assert!(cells.split('|').all(|cell| row.note.contains(cell)), "{}", row.note);
    }
}

#[test]
fn numbers_made_up_meet_no_printed_one() {
    let list = read(&grid(&[
        "No|送信元|送信先|データ|方式|時期",
        "1|住民記録|国保・介護|異動|ファイル|日次",
        "1|住民記録|年金|異動|ファイル|日次",
        "1-1|住民記録|印鑑|異動|ファイル|日次",
        "1-2|住民記録|戸籍|異動|ファイル|日次",
    ]));
    let numbers: Vec<&str> = list.rows.iter().map(|row| &*row.no).collect();
    assert_eq!(numbers, ["1(1)", "1(2)", "1-3", "1-1", "1-2"]);
    let head = "送信元|送信先|データ|方式|時期";
    let list = read(&grid(&[
        head,
        "住民記録|国保|異動|ファイル|日次",
        "",
        "送信元|送信先|時期|データ|方式",
        "住民記録|介護|日次|異動|ファイル",
    ]));
    assert_eq!((list.rows.len(), asked(&list, 1)), (2, vec![]));
}

#[test]
fn a_line_of_too_many_pairs_is_told() {
    let systems =
        "国保、介護、年金、印鑑登録、戸籍、児童手当、就学、収納管理、滞納管理、固定資産税、個人住民税";
    let list = read(&grid(&[
        "No|送信元|送信先|データ|方式|時期",
        &format!("1|{systems}|{systems}|異動|ファイル|日次"),
    ]));
    assert_eq!((list.rows.len(), list.skipped), (0, 1));
    assert!(list.problems[0].to_string().contains("組のシステムがあります"), "{}", list.problems[0]);
}
