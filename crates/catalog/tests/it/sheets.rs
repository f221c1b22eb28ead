//! Lists as municipalities keep them. The headings of the first three are those of the printed lists.

use catalog::{
    Area, Assurance, Direction, Extent, Grid, LinkList, ListKind, MethodWord, QuestionKind, TimingWord,
};
use proptest::prelude::*;

use crate::support::{CITY, KOTOURA, TOWN_A, UNIT, known, lists, vocabulary};

/// Rows written with `|` between the cells.
pub(crate) fn grid(rows: &[&str]) -> Grid {
    let rows = rows.iter().map(|row| row.split('|').map(|cell| cell.replace('¶', "\n")).collect()).collect();
    Grid { file: "連携一覧.xlsx".to_owned(), sheet: "一覧".to_owned(), rows, ..Grid::default() }
}

pub(crate) fn read(grid: &Grid) -> LinkList {
    LinkList::from_grid(grid, "town", &vocabulary(), &known().systems)
}

pub(crate) fn asked(list: &LinkList, row: usize) -> Vec<(QuestionKind, &str)> {
    let doubts = list.rows.get(row).map(|row| row.doubts.as_slice()).unwrap_or_default();
    doubts.iter().map(|doubt| (doubt.kind, doubt.text.as_str())).collect()
}

#[test]
fn the_list_of_a_city_is_read_by_its_printed_headings() {
    let list = read(&grid(&[
        "図表26-1 連携対象業務一覧",
        "",
        "No.|データ作成元|方向|データ受渡先|連携情報¶(項目名等)|連携¶方式|処理¶タイミング|内部¶連携|外部¶連携|外部¶委託|連携¶方法|コード¶変換|変換先の¶文字コード",
        "1|共通基盤¶(住記システム)|→|健康管理システム|住民情報日次全件データ|自動|日次||○||NW|有|Unicode UTF-16",
        "2|住記システム|←|共通基盤 (税総合システム)|税情報|手動|随時|○|||ツール|無|-",
        "※ コード変換の仕様は別途協議する。",
    ]));
    assert_eq!(
        (list.problems.as_slice(), list.rows.len(), list.kind),
        ([].as_slice(), 2, Some(ListKind::General))
    );
    let first = &list.rows[0];
    assert_eq!((&*first.no, first.line), ("1", 4));
    assert_eq!(
        (&*first.source, &*first.via, &*first.target),
        ("住記システム", "共通基盤", "健康管理システム")
    );
    assert_eq!((first.method, &*first.timing), (Some(MethodWord::Automatic), [TimingWord::Daily].as_slice()));
    assert_eq!((&*first.scope, &*first.channel, first.conversion), ("外部\n連携", "NW", Some(true)));
    assert_eq!((&*first.charset, first.extent_or_hint()), ("Unicode UTF-16", Some(Extent::Full)));
    let second = &list.rows[1];
    assert_eq!(
        (&*second.source, &*second.via, &*second.target),
        ("税総合システム", "共通基盤", "住記システム")
    );
    assert_eq!((&*second.charset, second.conversion), ("", Some(false)));
    assert_eq!(list.notes, ["※ コード変換の仕様は別途協議する。"]);
    assert_eq!((asked(&list, 0), asked(&list, 1)), (vec![], vec![]));
}

#[test]
fn the_list_of_a_town_is_read_by_its_printed_headings() {
    let list = read(&grid(&[
        "No.|データ作成元システム|方向|データ連携先システム|連携情報名・主な項目|連携方式|処理タイミング|調達範囲外システムとの連携対象|コード変換の有無|コード変換の仕様|備考",
        "1|住民記録システム|→|住民基本台帳ネットワークシステム|住民記録情報|自動|随時|該当|あり|住基ネット統一|GWサーバ経由",
        "2|住民記録システム|→|番号連携サーバ|特定個人情報|自動|日次|非該当|なし||",
    ]));
    assert_eq!((list.problems.as_slice(), list.rows.len()), ([].as_slice(), 2));
    let strict = LinkList::parse("town_a.tsv", TOWN_A);
    for (row, same) in list.rows.iter().zip(&strict.rows) {
        let of = |row: &catalog::LinkRow| {
            (
                row.source.clone(),
                row.target.clone(),
                row.data.clone(),
                row.method,
                row.timing.clone(),
                row.charset.clone(),
                row.conversion,
                row.scope.clone(),
                row.note.clone(),
            )
        };
        assert_eq!(of(row), of(same));
        assert_eq!(row.doubts, []);
    }
}

#[test]
fn the_list_of_outside_links_is_read_by_its_printed_headings() {
    let list = read(&grid(&[
        "NO|担当課|標準化対象業務システム(現行)|データ連携方向|データ連携先システム|主な連携情報|連携方式|連携処理タイミング|データ連携先主体|データ連携先システム¶保守ベンダー",
        "1|町民生活課|住民記録(総合行政システム)|←→|住基ネット|住民異動情報|自動(オンライン)|随時|J-LIS|CS:(株)ケイズ",
        "2|町民生活課|住民記録(総合行政システム)|→|出入国在留管理システム|外国人異動情報|手動(ファイル)|日次・随時|法務省|",
    ]));
    assert_eq!((list.problems.as_slice(), list.rows.len()), ([].as_slice(), 2));
    let first = &list.rows[0];
    assert_eq!(
        (&*first.source, &*first.target, first.direction),
        ("住民記録", "住基ネット", Some(Direction::Both))
    );
    assert_eq!((first.method, &*first.channel), (Some(MethodWord::Automatic), "オンライン"));
    assert_eq!(
        first.note,
        "担当課: 町民生活課／データ連携先主体: J-LIS／データ連携先システム\n保守ベンダー: CS:(株)ケイズ"
    );
    let said =
        "「住民記録(総合行政システム)」を「住民記録」（現行: 総合行政システム）とみなしました。よいですか。";
    assert_eq!(asked(&list, 0), [(QuestionKind::Assumed, said)]);
    assert_eq!(list.rows[1].timing, [TimingWord::Daily, TimingWord::AsItArises]);
}

/// Two lines of headings, marks under words, merged cells, 〃, sections, a page break, notes, free lines.
#[test]
fn a_sheet_as_people_make_them_is_read() {
    let mut sheet = grid(&[
        "住民情報システム　データ連携一覧（案）",
        "令和8年4月1日現在",
        "項番|連携元|連携先||ﾃﾞｰﾀ名|連携方式|||連携頻度||||件数|文字コード|備考",
        "||業務名|システム名||API|DB連携|ファイル|日次|月次|年次|随時|||",
        "１．住民基本台帳",
        "1|住民記録|国民健康保険|国保システム|住民異動情報|○|||||||約500件／日|UTF-8|",
        "2|||〃|世帯情報|||●|||●||1万件|JEF/EBCDIC|※2",
        "項番|連携元|連携先||ﾃﾞｰﾀ名|連携方式|||連携頻度||||件数|文字コード|備考",
        "3|住民記録|介護保険||住民情報||○|○|○|||||―|",
        "4",
        "※1 件数は令和7年度の実績",
        "※2 当初賦課時のみ",
    ]);
    sheet.merged = vec![
        Area { top: 5, left: 1, bottom: 6, right: 1 },
        Area { top: 5, left: 2, bottom: 6, right: 2 },
        Area { top: 2, left: 2, bottom: 2, right: 3 },
        Area { top: 2, left: 5, bottom: 2, right: 7 },
        Area { top: 2, left: 8, bottom: 2, right: 11 },
    ];
    let list = read(&sheet);
    assert_eq!((list.problems.as_slice(), list.rows.len(), list.skipped), ([].as_slice(), 3, 0));
    let row = |no: usize| &list.rows[no - 1];
    for no in 1..=2 {
        assert_eq!((&*row(no).source, &*row(no).target), ("住民記録", "国民健康保険"), "{no}");
    }
    assert_eq!((row(1).method, row(1).timing.len()), (Some(MethodWord::Immediate), 0));
    assert_eq!(
        (row(2).method, &*row(2).timing),
        (Some(MethodWord::FileOrMedia), [TimingWord::Yearly].as_slice())
    );
    assert_eq!(
        (row(3).method, &*row(3).timing),
        (Some(MethodWord::RelayAndFile), [TimingWord::Daily].as_slice())
    );
    let volume = |no: usize| row(no).volume.as_ref().map(|volume| (volume.max, volume.per.as_str()));
    assert_eq!((volume(1), volume(2)), (Some((Some(500), "日")), Some((Some(10_000), "回"))));
    assert_eq!((&*row(2).charset, &*row(3).charset), ("JEF/EBCDIC", ""));
    assert_eq!(row(2).note, "連携先／システム名: 国保システム／※2");
    assert_eq!(list.notes.len(), 3, "{:?}", list.notes);
    assert_eq!(asked(&list, 1), []);
}

/// Each case: a sheet, and what is asked about its first row.
#[test]
fn what_is_assumed_or_not_understood_is_asked() {
    let head = "番号|送信元|送信先|データ|方式|時期|全件/差分|方向|到達保証";
    for (row, kind, text) in [
        (
            "1|住民記録|介護保険|住民|伝書鳩|日次|差分|→|送信側",
            QuestionKind::Word,
            "方式「伝書鳩」が何を指すか分かりません。",
        ),
        (
            "1|住民記録|介護保険|住民|API|日次22時ごろ|差分|→|送信側",
            QuestionKind::Assumed,
            "時期「日次22時ごろ」を、書かれた日時ちょうどの「日次」とみなしました。",
        ),
        (
            "1|住民記録|介護保険|住民|API|日次|全件/差分|→|送信側",
            QuestionKind::Extent,
            "「全件/差分」とあります。",
        ),
        (
            "1|住民記録|介護保険|住民|API|日次|差分||送信側",
            QuestionKind::Assumed,
            "方向が空なので、左の欄から右の欄へ送るとみなしました。",
        ),
        ("1|住民記録|介護保険||API|日次|差分|→|送信側", QuestionKind::Dataset, "データの名前が空です。"),
        ("1|住民記録|介護保険|住民|API|日次|差分|→|○", QuestionKind::Word, "到達保障とだけあります。"),
        (
            "1|住民記録|介護保険|住民|API、ファイル|日次|差分|→|送信側",
            QuestionKind::Method,
            "方式が「API、ファイル」と二つ以上あります。",
        ),
    ] {
        let list = read(&grid(&[head, row]));
        assert_eq!(list.problems, [], "{row}");
        let found = asked(&list, 0);
        assert!(found.iter().any(|(is, said)| *is == kind && said.starts_with(text)), "{row}: {found:?}");
    }
}

#[test]
fn an_end_left_empty_means_the_one_above_and_is_asked() {
    let list = read(&grid(&[
        "番号|送信元|送信先|データ",
        "1|住民記録|介護保険|住民",
        "2||介護保険|世帯",
        "2||後期高齢者医療|世帯",
    ]));
    assert_eq!(list.rows.iter().map(|row| &*row.source).collect::<Vec<_>>(), ["住民記録"; 3]);
    let said = "送り元（B3）が空なので、上の行の「住民記録」とみなしました。よいですか。";
    assert_eq!(asked(&list, 1), [(QuestionKind::Assumed, said)]);
    assert_eq!(list.rows[2].no, "2-2");
    assert!(asked(&list, 2)[1].1.starts_with("番号「2」が2度あるので"), "{:?}", asked(&list, 2));
    // A list of one system, which only its title names.
    let list = read(&grid(&[
        "介護保険システム 連携一覧",
        "No|連携先|入出力|データ",
        "1|住民記録|入力|住民",
        "2|国民健康保険|出力|資格",
    ]));
    let ends: Vec<_> = list.rows.iter().map(|row| (&*row.source, &*row.target)).collect();
    assert_eq!(ends, [("住民記録", "介護保険"), ("介護保険", "国民健康保険")]);
}

#[test]
fn a_receiver_alone_is_a_row_and_a_section_begins_anew() {
    let list = read(&grid(&[
        "番号|送信元|送信先|データ",
        "1|住民記録|介護保険|住民",
        "||国民健康保険|",
        "固定資産税システム",
        "2||収納管理|調定",
        "||滞納管理|",
    ]));
    let ends: Vec<_> = list.rows.iter().map(|row| (&*row.source, &*row.target)).collect();
    let wanted = [("住民記録", "介護保険"), ("住民記録", "国民健康保険"), ("固定資産税", "収納管理")];
    assert_eq!(ends[..3], wanted);
    assert_eq!((ends.len(), list.notes.as_slice()), (4, ["固定資産税システム".to_owned()].as_slice()));
    assert_eq!(ends[3], ("固定資産税", "滞納管理"));
}

#[test]
fn a_word_without_a_meaning_is_named() {
    for (line, told) in [
        ("timing\t毎晩\t日時", "vocabulary.tsv 2行目 3列目（meaning）: 意味「日時」は知らない言葉です。"),
        ("heading\t相手\ttaget", "vocabulary.tsv 2行目 3列目（meaning）: 意味「taget」は知らない言葉です。"),
        ("timng\t毎晩\t日次", "vocabulary.tsv 2行目 1列目（about）: 種類「timng」は知らない言葉です。"),
        ("timing\t\t日次", "vocabulary.tsv 2行目 2列目（word）: 言葉または意味が空です。"),
        (
            "timing\t毎晩\t日次\ntiming\t毎 晩\t月次",
            "vocabulary.tsv 3行目 2列目（word）: 「毎 晩」はすでに「日次」の意味です。",
        ),
    ] {
        let (_, problems) =
            catalog::Vocabulary::parse("vocabulary.tsv", &format!("about\tword\tmeaning\n{line}\n"));
        assert_eq!(problems.len(), 1, "{line}");
        assert!(problems[0].to_string().starts_with(told), "{}", problems[0]);
    }
}

#[test]
fn a_table_too_large_for_a_list_is_told_before_it_fills_the_memory() {
    let mut wide = grid(&["番号|送信元|送信先|データ"]);
    wide.rows.resize(30_000, Vec::new());
    wide.rows.push(vec![String::new(); 100_000]);
    let list = read(&wide);
    assert!(
        list.problems[0].to_string().contains("表が大きすぎます（30001行100000列）"),
        "{}",
        list.problems[0]
    );
}

#[test]
fn what_cannot_be_a_row_is_told_by_its_cell_and_the_rest_is_read() {
    let list = read(&grid(&["番号|送信元|送信先|データ", "1||介護保険|住民", "2|住民記録|介護保険|住民"]));
    assert_eq!((list.rows.len(), list.skipped), (1, 1));
    let told = list.problems[0].to_string();
    assert!(told.starts_with("連携一覧.xlsx「一覧」 2行目 2列目（送信元）: 送り元が空です。"), "{told}");
    let none = read(&grid(&["氏名|住所|電話", "甲|乙|丙"]));
    assert!(
        none.rows.is_empty() && none.problems[0].to_string().contains("連携一覧の見出しが見つかりません")
    );
}

#[test]
fn sheets_of_one_workbook_are_one_list_without_a_number_twice() {
    let sheet = |name: &str, target: &str| {
        let mut sheet = grid(&["No|送信元|送信先|データ", &format!("1|住民記録|{target}|住民")]);
        sheet.sheet = name.to_owned();
        sheet
    };
    let sheets = [sheet("内部", "介護保険"), grid(&["表紙|台帳町"]), sheet("外部 連携", "国民健康保険")];
    let lists = LinkList::read_workbook("一覧.xlsx", &sheets, &vocabulary(), &known().systems);
    assert_eq!(lists.iter().map(|list| &*list.id.0).collect::<Vec<_>>(), ["一覧", "一覧/外部_連携"]);
    let whole = LinkList::joined(lists).unwrap();
    assert_eq!(whole.rows.iter().map(|row| &*row.no).collect::<Vec<_>>(), ["1", "外部_連携-1"]);
    let again = LinkList::parse("a.tsv", &whole.to_general_tsv());
    assert_eq!((again.rows.len(), again.problems.as_slice()), (2, [].as_slice()));
}

#[test]
fn any_list_written_in_the_general_shape_reads_as_the_same_links() {
    let of = |list: &LinkList| -> Vec<_> {
        let links = list.rows.iter().map(|row| {
            (
                row.no.clone(),
                row.source.clone(),
                row.target.clone(),
                row.data.clone(),
                row.method,
                row.timing.clone(),
                row.extent,
                row.charset.clone(),
                row.volume.clone(),
                row.exclusive_lock,
                row.delivery_assurance,
            )
        });
        links.collect()
    };
    for list in lists() {
        let again = LinkList::parse("town.tsv", &list.to_general_tsv());
        assert_eq!(
            (again.problems.as_slice(), again.kind),
            ([].as_slice(), Some(ListKind::General)),
            "{}",
            list.id
        );
        assert_eq!(of(&again), of(&list));
    }
    let unit = LinkList::parse("unit_links.tsv", UNIT);
    assert!(unit.rows.iter().any(|row| row.delivery_assurance == Some(Assurance::ReceiverAsks)));
}

/// Each case: what stands under 時期, what is meant, and how many questions it leaves.
#[test]
fn an_interval_is_a_timing_in_a_cell_and_as_a_heading() {
    let every = TimingWord::EveryMinutes;
    for (cell, timing, questions) in [
        ("10分ごと", vec![every(10)], 0),
        ("５分間隔", vec![every(5)], 0),
        ("毎時", vec![every(60)], 0),
        ("1時間ごと（平日のみ）", vec![every(60)], 0),
        ("10分毎・日次", vec![every(10), TimingWord::Daily], 0),
        ("毎時30分", vec![every(60)], 1),
        ("0分ごと", vec![], 1),
    ] {
        let list = read(&grid(&[
            "番号|送信元|送信先|データ|方式|時期",
            &format!("1|住民記録|介護保険|住民情報|ファイル|{cell}"),
        ]));
        assert_eq!((&list.rows[0].timing, asked(&list, 0).len()), (&timing, questions), "{cell}");
        let again = LinkList::parse("town.tsv", &list.to_general_tsv());
        assert_eq!(again.rows[0].timing, timing, "{cell}: {:?}", again.problems);
    }
    let marked = read(&grid(&[
        "番号|送信元|送信先|データ|10分ごと|日次|月次",
        "1|住民記録|介護保険|住民情報|○||",
        "2|住民記録|介護保険|住民情報|||○",
    ]));
    let timings: Vec<_> = marked.rows.iter().map(|row| row.timing.as_slice()).collect();
    assert_eq!(timings, [[every(10)], [TimingWord::Monthly]]);
}

proptest! {
    #[test]
    fn no_grid_makes_a_list_panic(
        which in 0_usize..3,
        rows in prop::collection::vec(prop::collection::vec("[ -~\u{3042}自動日次○〃・→（）※１\n]{0,5}", 0..14), 0..12),
        areas in prop::collection::vec((0_usize..15, 0_usize..15, 0_usize..15, 0_usize..15), 0..4),
    ) {
        let mut grid = Grid::from_text("a.tsv", [CITY, TOWN_A, KOTOURA][which].lines().next().unwrap());
        grid.rows[0] = "No|データ作成元|方向|データ受渡先|連携情報|連携方式|処理タイミング|内部連携|コード変換|文字コード".split('|').map(str::to_owned).collect();
        grid.rows.extend(rows);
        grid.merged = areas.into_iter().map(|(top, left, bottom, right)| Area { top, left, bottom, right }).collect();
        let list = read(&grid);
        prop_assert!(list.rows.len() + list.skipped < grid.rows.len());
        let again = LinkList::parse("a.tsv", &list.to_general_tsv());
        prop_assert_eq!(again.rows.len(), list.rows.len(), "{:?}", again.problems);
    }
}

#[test]
fn two_versions_of_a_list_are_compared_by_what_they_mean() {
    let before = read(&grid(&[
        "番号|送信元|送信先|データ|方式|時期",
        "1|住民記録|介護保険|住民情報|ファイル|日次",
        "2|住民記録|国民健康保険|住民情報|ファイル|日次",
        "3|住民記録|後期高齢者医療|住民情報|ファイル|月次",
        "4|住民記録|選挙人名簿管理|資格|ファイル|月次",
    ]));
    let after = read(&grid(&[
        "No.|データ作成元|データ受渡先|連携情報|連携方式|処理タイミング|備考",
        "1|住民記録システム|国民健康保険|住民情報|ﾌｧｲﾙ転送|毎日|",
        "2|住記システム|介護保険|住民情報|DB中継|日次|見直し",
        "3|住民記録|生活保護|住民情報|ファイル|月次|",
        "4|住民記録|選挙人名簿管理|選挙資格|ファイル|月次|",
    ]));
    let systems = known().systems;
    let told: Vec<String> =
        catalog::compare(&before, &after, &systems).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "変更 2 住記システム → 介護保険「住民情報」（旧 1）\n    方式: ファイル転送/媒体連携 → DB中継\n    備考: （空） → 見直し",
            "変更 3 住民記録 → 生活保護「住民情報」\n    受け側: 後期高齢者医療 → 生活保護",
            "変更 4 住民記録 → 選挙人名簿管理「選挙資格」\n    データ: 資格 → 選挙資格",
        ]
    );
    assert_eq!(catalog::compare(&before, &before, &systems), []);
    let mut fewer = before.clone();
    fewer.rows.truncate(3);
    let told: Vec<String> =
        catalog::compare(&before, &fewer, &systems).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["削除 4 住民記録 → 選挙人名簿管理「資格」"]);
    let told: Vec<String> =
        catalog::compare(&fewer, &before, &systems).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["追加 4 住民記録 → 選挙人名簿管理「資格」"]);
}

/// A list with headings of two lines, merged as people do, hours in a column of their own, a sum and notes below.
pub(crate) fn with_merged_headings() -> Grid {
    let mut grid = grid(&[
        "別紙３　システム間データ連携一覧||||||||||",
        "",
        "項番|連携元||連携先||連携データ名|連携方式|連携頻度||全件／差分|備考",
        "|システム名|所管|システム名|所管|||周期|時刻||",
        "1|住民基本台帳システム|市民課|介護保険システム|高齢福祉課|異動者情報|ファイル連携|日次|22:00|差分|",
        "2|〃|〃|未知の窓口支援パッケージＸ|デジタル推進室|住民情報|バッチ|週次（月曜）|6:30|全件|",
        "3|収納管理|税務課|指定金融機関|会計課|口座振替依頼データ|媒体（ＤＶＤ）|毎月10日||全件|",
        "4|防災情報システム|危機管理課|住民記録|市民課|同意情報|API|随時||差分|双方向",
        "計|||||4件|||||",
        "注１|介護は令和９年度に切替|||||||||",
    ]);
    let area = |top, left, bottom, right| Area { top, left, bottom, right };
    grid.merged = vec![area(0, 0, 0, 10), area(2, 1, 2, 2), area(2, 3, 2, 4), area(2, 7, 2, 8)];
    grid.merged.extend([0, 5, 6, 9, 10].map(|column| area(2, column, 3, column)));
    grid
}

#[test]
fn headings_of_two_merged_lines_are_no_rows_and_a_sum_and_notes_are_none_either() {
    let list = read(&with_merged_headings());
    assert_eq!(list.problems, []);
    let ends: Vec<(&str, &str, &str, &str)> =
        list.rows.iter().map(|row| (&*row.no, &*row.source, &*row.target, &*row.when)).collect();
    assert_eq!(
        ends,
        [
            ("1", "住民基本台帳システム", "介護保険システム", "22:00"),
            ("2", "住民基本台帳システム", "未知の窓口支援パッケージＸ", "週次（月曜） 6:30"),
            ("3", "収納管理", "指定金融機関", "毎月10日"),
            ("4", "防災情報システム", "住民記録", ""),
        ]
    );
    assert_eq!(list.notes, ["計 4件", "注１ 介護は令和９年度に切替"]);
    assert_eq!(list.rows[1].timing, [TimingWord::Weekly]);
    // Written in the general shape and read again, hours and days are still there.
    let again = LinkList::parse("town.tsv", &list.to_general_tsv());
    assert_eq!(again.problems, []);
    let when = |list: &LinkList| list.rows.iter().map(|row| row.when.clone()).collect::<Vec<_>>();
    assert_eq!(when(&again), when(&list));
    // The words behind the names make no difference; a name nobody knows is nobody's.
    let systems = known().systems;
    let known: Vec<Option<&str>> =
        list.rows.iter().map(|row| systems.resolve(&row.target).map(|system| &*system.id)).collect();
    assert_eq!(
        known,
        [Some("long-term-care-insurance"), None, Some("financial-institutions"), Some("resident-register")]
    );
}
