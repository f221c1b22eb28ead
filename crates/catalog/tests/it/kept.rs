//! No row of a list is lost, turned round or run in silence: what is understood runs, the rest asks.

use catalog::{Extent, Grid, LinkList, MethodWord, QuestionKind, Systems, TimingWord};

use crate::sheets::{asked, grid, read};
use crate::support::{known, vocabulary};

fn named(systems: &Systems, name: &str) -> String {
    systems.resolve(name).map_or_else(|| name.to_owned(), |system| system.name.clone())
}

/// The rows of a list as `number source > target data`, with `?` where one does not run before a question is answered, and
/// `!` where it is told that it is not wanted.
fn told(list: &LinkList) -> Vec<String> {
    let systems = known().systems;
    let row = |row: &catalog::LinkRow| {
        let is = |wanted: QuestionKind| row.doubts.iter().any(|doubt| doubt.kind == wanted);
        let sign = match (is(QuestionKind::Withdrawn), is(QuestionKind::Direction)) {
            (true, _) => "!",
            (_, true) => "?",
            _ => "",
        };
        let (source, target) = (named(&systems, &row.source), named(&systems, &row.target));
        format!("{} {source} > {target} {}{sign}", row.no, row.data)
    };
    list.rows.iter().map(row).collect()
}

fn check(sheet: &[&str], want: &[&str]) {
    let list = read(&grid(sheet));
    assert_eq!(told(&list), want, "{sheet:#?} {:?}", list.problems);
    assert_eq!((list.problems.len(), list.skipped), (0, 0), "{sheet:#?} {:?}", list.problems);
}

/// Each case: the headings of the two ends and what stands between, and a row of 住民記録 and 国保.
#[test]
fn headings_of_the_two_ends_are_read() {
    for (heads, ends, want) in [
        ("連携元システム名称||連携先システム名称", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("送信システム名称||受信システム名称", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("配信元||配信先", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("送付元||送付先", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("移動元||移動先", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("提供元機関||提供先機関", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("起点||終点", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("公開側||取得側", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("入力元||出力先", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("作成システム||利用システム", "住民記録||国保", "住民基本台帳 > 国民健康保険"),
        ("本システム|方向|連携先", "住民記録|←|国保", "国民健康保険 > 住民基本台帳"),
        ("業務システム名|方向|対向システム名", "住民記録|受信|国保", "国民健康保険 > 住民基本台帳"),
        ("システムA|方向|システムB", "住民記録|→|国保", "住民基本台帳 > 国民健康保険"),
        ("システム１|方向|システム２", "住民記録|←|国保", "国民健康保険 > 住民基本台帳"),
        // Neither of two sides says who sends.
        ("システムA||システムB", "住民記録||国保", "住民基本台帳 > 国民健康保険?"),
        ("連携元→連携先||", "国保→住民記録||", "国民健康保険 > 住民基本台帳"),
        ("連携システム||", "住民記録←国保||", "国民健康保険 > 住民基本台帳"),
    ] {
        let list =
            read(&grid(&[&format!("No|{heads}|データ|方式|頻度"), &format!("1|{ends}|資格|自動|日次")]));
        let want = match want.strip_suffix('?') {
            Some(want) => format!("1 {want} 資格?"),
            None => format!("1 {want} 資格"),
        };
        assert_eq!(told(&list), [want], "{heads} {:?}", list.problems);
    }
}

#[test]
fn headings_that_say_who_sends_are_not_turned_round() {
    check(
        &[
            "住民記録システム　連携一覧",
            "No|送受信区分|連携元|連携先|データ|方式|頻度",
            "1|送信|住民記録|国保|異動|自動|日次",
            "2|受信|戸籍|住民記録|届出|自動|日次",
            "3|←|介護|住民記録|資格|自動|日次",
            "4|受信|住民記録|後期|資格|自動|日次",
        ],
        &[
            "1 住民基本台帳 > 国民健康保険 異動",
            "2 戸籍 > 住民基本台帳 届出",
            "3 介護保険 > 住民基本台帳 資格",
            "4 住民基本台帳 > 後期高齢者医療 資格?",
        ],
    );
    // A word between the two may be said from either side; an arrow there is drawn.
    check(
        &[
            "No|送信元|方向|送信先|データ|方式|頻度",
            "1|住民記録|受信|国保|資格|自動|日次",
            "2|住民記録|←|国保|資格|自動|日次",
        ],
        &["1 住民基本台帳 > 国民健康保険 資格?", "2 国民健康保険 > 住民基本台帳 資格"],
    );
}

#[test]
fn what_goes_out_and_what_comes_in_are_two_links() {
    check(
        &[
            "国民健康保険システム連携一覧",
            "No|連携先|送信データ|受信データ|方式|頻度",
            "1|住民記録|資格情報|住民異動|自動|日次",
            "2|個人住民税|－|所得情報|自動|年次",
            "3|収納|調定情報||自動|月次",
        ],
        &[
            "1(1) 国民健康保険 > 住民基本台帳 資格情報",
            "1(2) 住民基本台帳 > 国民健康保険 住民異動",
            "2 個人住民税 > 国民健康保険 所得情報",
            "3 国民健康保険 > 収滞納管理 調定情報",
        ],
    );
    check(
        &["業務|連携先|出力情報|入力情報|方式|頻度", "住民記録|戸籍||戸籍届出|自動|随時"],
        &["1行目 戸籍 > 住民基本台帳 戸籍届出"],
    );
    check(
        &["No|業務|連携先|受信データ|方式|頻度", "1|住民記録|戸籍|戸籍届出|自動|随時"],
        &["1 戸籍 > 住民基本台帳 戸籍届出"],
    );
}

#[test]
fn the_title_of_a_list_says_that_all_comes_in() {
    let want = ["1 住民基本台帳 > 介護保険 住民異動"];
    for (title, head, row) in [
        ("介護保険システム　受信データ一覧", "項番|提供元|データ|方式|頻度", "1|住民記録|住民異動|自動|日次"),
        ("介護保険システム　受信一覧", "項番|連携先|データ|方式|頻度", "1|住民記録|住民異動|自動|日次"),
        (
            "受信インターフェース一覧（介護保険システム）",
            "項番|送信元システム|連携先|データ|方式|頻度",
            "1|住民記録||住民異動|自動|日次",
        ),
        (
            "介護保険システム　受信データ一覧",
            "項番|提供元システム|受信データ|受信方法|受信サイクル",
            "1|住民記録|住民異動|ファイル|日次",
        ),
        ("介護保険　送受信一覧", "No|方向|連携先|データ|方式|頻度", "1|受信|住民記録|住民異動|自動|日次"),
    ] {
        check(&[title, head, row], &want);
    }
    check(
        &[
            "【介護保険　入力インタフェース】",
            "No|相手システム|データ|方式|頻度",
            "1|住民記録|住民異動|自動|日次",
            "",
            "【介護保険　出力インタフェース】",
            "No|相手システム|データ|方式|頻度",
            "2|収納|調定|自動|月次",
        ],
        &["1 住民基本台帳 > 介護保険 住民異動", "2 介護保険 > 収滞納管理 調定"],
    );
}

/// A note that speaks of what comes in turns nothing round.
#[test]
fn a_note_above_a_list_is_no_title() {
    for note in ["※受信データは別紙のとおり", "受信データの形式は、契約の後に示す。"]
    {
        check(
            &["介護保険システム　連携一覧", note, "項番|連携先|データ|方式|頻度", "1|収納|調定|自動|日次"],
            &["1 介護保険 > 収滞納管理 調定"],
        );
    }
}

#[test]
fn sections_of_partners_leave_the_owner_and_what_repeats() {
    check(
        &[
            "国民健康保険システム 連携一覧",
            "No|方向|連携先|データ|方式|頻度",
            "■住民記録との連携",
            "1|←|住民記録|異動|自動|日次",
            "■収納との連携",
            "2|→|収納|調定|〃|月次",
        ],
        &["1 住民基本台帳 > 国民健康保険 異動", "2 国民健康保険 > 収滞納管理 調定"],
    );
    let list = read(&grid(&[
        "No|連携元|連携先|データ|方式|頻度",
        "1|住民記録|国保|異動|自動|月次",
        "【介護保険関係】",
        "2|住民記録|介護|〃|〃|〃",
    ]));
    let row = &list.rows[1];
    assert_eq!(
        (&*row.data, row.method, &*row.timing),
        ("異動", Some(MethodWord::Automatic), [TimingWord::Monthly].as_slice())
    );
}

/// Each case: a heading, a cell below it, and whether the row is not wanted.
#[test]
fn rows_that_are_not_wanted_do_not_run() {
    for (head, cell, withdrawn) in [
        ("連携有無", "有", false),
        ("連携有無", "無", true),
        ("連携有無", "無し", true),
        ("連携有無", "×", true),
        ("連携有無", "－", true),
        ("連携要否", "要", false),
        ("連携要否", "△", true),
        ("新システムでの要否", "不要", true),
        ("新システムでの要否", "否", true),
        ("新システムでの要否", "不要（完結）", true),
        ("調達範囲", "○", false),
        ("調達範囲", "対象外", true),
        ("調達範囲", "×", true),
        ("調達範囲外", "×", false),
        ("対象", "対象外", true),
        ("備考", "※欠番", true),
        ("備考", "使用停止", true),
        ("備考", "廃止。", true),
        ("備考", "現在使用していない", true),
        ("備考", "運用停止中", true),
        ("備考", "将来対応", true),
        ("備考", "要協議", true),
        ("備考", "新システムでは不要", true),
        ("文字変換", "不要", false),
        ("排他制御", "不要", false),
        ("暗号化", "不要", false),
        ("備考", "住民異動の廃止分を含む", false),
    ] {
        let list = read(&grid(&[
            &format!("No|連携元|連携先|データ|方式|頻度|{head}"),
            &format!("1|住民記録|国保|異動|自動|日次|{cell}"),
        ]));
        let found = asked(&list, 0);
        let is = found.iter().any(|(kind, _)| *kind == QuestionKind::Withdrawn);
        assert_eq!(is, withdrawn, "{head} {cell}: {found:?}");
        assert!(!is || found.iter().any(|(_, text)| text.contains(cell)), "{found:?}");
    }
}

#[test]
fn rows_struck_through_or_hidden_do_not_run_and_are_told() {
    let mut sheet = grid(&[
        "No|連携元|連携先|データ|方式|頻度",
        "1|住民記録|国保|異動|自動|日次",
        "2|住民記録|介護|異動|自動|日次",
        "3|住民記録|後期|〃|自動|日次",
    ]);
    (sheet.struck, sheet.hidden) = ([2].into(), [3].into());
    let list = read(&sheet);
    assert_eq!(asked(&list, 0), []);
    let said = "行が取り消し線で消されているので、動かしていません。連携しますか。";
    assert_eq!(asked(&list, 1), [(QuestionKind::Withdrawn, said)]);
    let said = "表で非表示にされている行なので、動かしていません。連携しますか。";
    assert_eq!(asked(&list, 2), [(QuestionKind::Withdrawn, said)]);
    assert_eq!(list.rows[2].data, "異動");
}

#[test]
fn columns_that_are_not_read_are_told_once() {
    let list = read(&grid(&[
        "No|連携元|連携先|データ|方式|うごかしかた|担当課|めも",
        "1|住民記録|国保|異動|自動|日次|市民課|",
        "2|住民記録|介護|異動|自動|月次（10日）|市民課|",
    ]));
    let hints: Vec<String> = list.hints.iter().map(ToString::to_string).collect();
    assert_eq!(
        hints,
        [
            "連携一覧.xlsx「一覧」 1行目 6列目（うごかしかた）: 見出し「うごかしかた」は読んでいません。中身は備考として残しています。中身は「時期」のようです。連携に要る列なら、見出しを直すか、言葉の表（vocabulary.tsv）に足してください。"
        ]
    );
    assert_eq!((list.problems.len(), &*list.rows[0].note), (0, "うごかしかた: 日次／担当課: 市民課"));
}

/// Each case: a heading, a cell, and what is read of it.
#[test]
fn headings_are_read_by_what_stands_below_where_they_leave_it_open() {
    for (head, cell, method, timing, extent) in [
        ("方法", "手動", Some(MethodWord::Manual), None, None),
        ("連携手法", "媒体", Some(MethodWord::FileOrMedia), None, None),
        ("データ授受方法", "オンライン", Some(MethodWord::Immediate), None, None),
        ("処理形態", "バッチ", Some(MethodWord::Automatic), None, None),
        ("処理形態", "月次（10日）", None, Some(TimingWord::Monthly), None),
        ("処理区分", "日次", None, Some(TimingWord::Daily), None),
        ("起動契機", "随時", None, Some(TimingWord::AsItArises), None),
        ("全差区分", "差", None, None, Some(Extent::Difference)),
        ("全／差", "全", None, None, Some(Extent::Full)),
        ("データ区分", "全件", None, None, Some(Extent::Full)),
        ("データ区分", "個人情報", None, None, None),
        ("更新区分", "差分", None, None, Some(Extent::Difference)),
    ] {
        let list = read(&grid(&[
            &format!("No|連携元|連携先|データ|{head}"),
            &format!("1|住民記録|国保|名簿|{cell}"),
        ]));
        let row = &list.rows[0];
        assert_eq!(
            (row.method, row.timing.first().copied(), row.extent),
            (method, timing, extent),
            "{head} {cell}"
        );
        assert_eq!(asked(&list, 0), [], "{head} {cell}");
    }
    for group in ["方法", "連携方法", ""] {
        let list = read(&grid(&[
            &format!("No|連携元|連携先|データ|頻度|{group}||"),
            "|||||オンライン|バッチ|手動",
            "1|住民記録|国保|名簿|日次||○|",
            "2|住民記録|介護|名簿|月次|||○",
        ]));
        let methods: Vec<_> = list.rows.iter().map(|row| row.method).collect();
        assert_eq!(methods, [Some(MethodWord::Automatic), Some(MethodWord::Manual)], "{group}");
    }
}

#[test]
fn a_second_line_of_headings_is_no_row() {
    check(
        &[
            "IF-ID|IF名称|送信元||送信先||処理サイクル|起動時刻",
            "||システム|サブシステム|システム|サブシステム||",
            "IFJ001|住民異動連携|住民記録|異動|国民健康保険|資格|日次|21:00",
        ],
        &["1行目 住民基本台帳 > 国民健康保険 住民異動連携"],
    );
    let list = read(&grid(&[
        "No|連携元|連携先|データ|方式|頻度|実行時刻|",
        "||||||開始|終了",
        "1|住民記録|国保|異動|自動|日次|21:00|22:00",
    ]));
    assert_eq!((list.rows.len(), &*list.rows[0].when), (1, "21:00～22:00"));
}

fn sheet(name: &str, rows: &[&str]) -> Grid {
    Grid { sheet: name.to_owned(), ..grid(rows) }
}

#[test]
fn no_sheet_with_rows_is_passed_over_in_silence() {
    let sheets = [
        sheet("住記", &["No|連携元|連携先|データ|方式|頻度", "1|住民記録|国保|異動|自動|日次"]),
        sheet("続き", &["2|住民記録|介護|異動|自動|日次", "3|住民記録|後期高齢|異動|自動|日次"]),
        sheet("税", &["No|おくりて|うけて|データ|方式|頻度", "1|個人住民税|国保|所得|自動|年次"]),
        sheet("改版履歴", &["版|日付|作成", "1.0|2026/4/1|山田", "1.1|2026/6/1|山田"]),
        sheet("表紙", &["台帳町", "外部連携一覧"]),
    ];
    let lists = LinkList::read_workbook("一覧.xlsx", &sheets, &vocabulary(), &known().systems);
    let whole = LinkList::joined(lists).unwrap();
    assert_eq!(
        told(&whole),
        [
            "1 住民基本台帳 > 国民健康保険 異動",
            "続き-2 住民基本台帳 > 介護保険 異動",
            "続き-3 住民基本台帳 > 後期高齢者医療 異動"
        ]
    );
    let problems: Vec<String> = whole.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].contains("「税」 1行目") && problems[0].contains("おくりて、うけて"),
        "{}",
        problems[0]
    );
    let hints: Vec<String> = whole.hints.iter().map(ToString::to_string).collect();
    assert_eq!(hints, ["一覧.xlsx: シート「改版履歴」は連携一覧として読んでいません。"]);
}

#[test]
fn a_text_with_cells_of_several_lines_is_read_as_a_spreadsheet_saved_it() {
    let text = "No\t連携元\t連携先\tデータ\t方式\t頻度\r\n1\t住民記録\t国保\t\"住民異動\n（世帯含む）\"\t自動\t\"日次\n22:00\"\r\n2\t\"\t介護\t住民異動\t自動\t日次\r\n";
    let list = LinkList::read_text("town.tsv", text, &vocabulary(), &known().systems);
    assert_eq!(
        told(&list),
        ["1 住民基本台帳 > 国民健康保険 住民異動\n（世帯含む）", "2 住民基本台帳 > 介護保険 住民異動"]
    );
    assert_eq!(list.rows[0].timing, [TimingWord::Daily]);
}

/// What the list says its marks mean says when.
#[test]
fn a_legend_gives_the_marks_of_a_table_of_systems_their_meaning() {
    let list = read(&grid(&[
        "送信元＼送信先|住記|国保|介護|後期",
        "住記|－|○|◎|△",
        "国保|●|－||",
        "※○：日次　◎：月次（10日）　●：随時　△：検討中",
    ]));
    let systems = known().systems;
    let rows: Vec<_> = list
        .rows
        .iter()
        .map(|row| (named(&systems, &row.target), row.timing.clone(), row.when.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("国民健康保険".to_owned(), vec![TimingWord::Daily], ""),
            ("介護保険".to_owned(), vec![TimingWord::Monthly], "月次（10日）"),
            ("住民基本台帳".to_owned(), vec![TimingWord::AsItArises], ""),
        ]
    );
    // What △ means is not a time, and is asked.
    assert!(asked(&list, 0).iter().any(|(_, text)| text.contains("「△」")), "{:?}", asked(&list, 0));
}

#[test]
fn what_follows_runs_and_what_differs_from_today_is_asked() {
    let list = read(&grid(&[
        "No|現行||次期||データ|方式||備考",
        "|連携元|連携先|連携元|連携先||現行|次期|",
        "1|住記|国保|住民記録|国民健康保険|異動|手動|自動|",
        "2|住民記録|旧介護|住民記録|介護保険|異動|自動|自動|",
    ]));
    assert_eq!(told(&list), ["1 住民基本台帳 > 国民健康保険 異動", "2 住民基本台帳 > 介護保険 異動"]);
    assert_eq!(list.rows[0].method, Some(MethodWord::Automatic), "{:?}", list.problems);
    let said = "「次期／連携先」は「介護保険」、現行は「旧介護」です。次期で動かしてよいですか。";
    assert_eq!(asked(&list, 1), [(QuestionKind::Assumed, said)]);
    assert!(
        asked(&list, 0)
            .iter()
            .any(|(_, text)| text.starts_with("「方式／次期」は「自動」、現行は「手動」です。"))
    );
}

/// Each case: what stands in the column of the receiver, and the rows, or that a split is asked for.
#[test]
fn several_receivers_are_rows_or_a_split_is_asked_for() {
    for (cell, want) in [
        ("国保及び介護", Some(vec!["国民健康保険", "介護保険"])),
        ("①国保②介護", Some(vec!["国民健康保険", "介護保険"])),
        ("国保並びに後高", Some(vec!["国民健康保険", "後期高齢者医療"])),
        ("国保他6業務", None),
        ("庁内各システム", None),
        ("障がい", Some(vec!["障害者福祉"])),
        ("固定", Some(vec!["固定資産税"])),
        ("住登外宛名", Some(vec!["住登外宛名管理"])),
        ("自治体中間サーバー", Some(vec!["中間サーバー"])),
        ("入管庁", Some(vec!["出入国在留管理システム"])),
        ("児手", Some(vec!["児童手当"])),
    ] {
        let list =
            read(&grid(&["No|連携元|連携先|データ|方式|頻度", &format!("1|住民記録|{cell}|異動|自動|日次")]));
        let systems = known().systems;
        let found: Vec<String> = list.rows.iter().map(|row| named(&systems, &row.target)).collect();
        let asks = asked(&list, 0).iter().any(|(kind, _)| *kind == QuestionKind::SystemUnknown);
        assert_eq!(asks, want.is_none(), "{cell}");
        if let Some(want) = want {
            assert_eq!(found, want, "{cell}");
        }
    }
}

#[test]
fn figures_count_by_what_their_heading_says() {
    for (head, cell, max, per) in [
        ("件数（千件）", "12", Some(12_000), "日"),
        ("件数（千件）", "0.5", Some(500), "日"),
        ("データ件数¶(単位:件/月)", "12,000", Some(12_000), "月"),
        ("件数", "約1.2万件", Some(12_000), "日"),
        ("件数", "120MB", None, "日"),
    ] {
        let list = read(&grid(&[
            &format!("No|連携元|連携先|データ|方式|頻度|{head}"),
            &format!("1|住民記録|国保|異動|自動|日次|{cell}"),
        ]));
        let volume = list.rows[0].volume.clone().unwrap();
        assert_eq!((volume.max, &*volume.per, &*volume.text), (max, per, cell), "{head}");
    }
}
