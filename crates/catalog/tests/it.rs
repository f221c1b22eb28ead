//! The four real lists, the function table and the link files, and what happens to malformed ones.

#[cfg(test)]
mod support {
    use catalog::{Charsets, Known, Link, LinkList, LinkRow, Systems};

    pub(crate) const CITY: &str = include_str!("../../../standards/lists/city.tsv");
    pub(crate) const TOWN_A: &str = include_str!("../../../standards/lists/town_a.tsv");
    pub(crate) const KOTOURA: &str = include_str!("../../../standards/lists/kotoura_links.tsv");
    pub(crate) const UNIT: &str = include_str!("../../../standards/lists/unit_links.tsv");
    pub(crate) const SYSTEMS: &str = include_str!("../../../standards/lists/systems.tsv");
    pub(crate) const CHARSETS: &str = include_str!("../../../standards/lists/charset_words.tsv");
    pub(crate) const FUNCTIONS: &str = include_str!("../../../standards/functions/unit_functions.tsv");

    macro_rules! link_files {
        ($($name:literal),* $(,)?) => {
            [$(($name, include_str!(concat!("../../../standards/links/", $name)))),*]
        };
    }

    pub(crate) const LINKS: [(&str, &str); 6] = link_files![
        "resident-to-addressee.toml",
        "resident-to-child-allowance.toml",
        "resident-to-electoral-roll.toml",
        "resident-changes-to-welfare.toml",
        "resident-full-to-welfare.toml",
        "resident-full-to-tax.toml",
    ];

    pub(crate) fn lists() -> [LinkList; 4] {
        [
            LinkList::parse("city.tsv", CITY),
            LinkList::parse("town_a.tsv", TOWN_A),
            LinkList::parse("kotoura_links.tsv", KOTOURA),
            LinkList::parse("unit_links.tsv", UNIT),
        ]
    }

    pub(crate) fn rows() -> Vec<LinkRow> {
        lists().into_iter().flat_map(|list| list.rows).collect()
    }

    pub(crate) fn links() -> Vec<Link> {
        LINKS.iter().map(|(name, text)| Link::parse(text, name).unwrap()).collect()
    }

    /// The first slice: four systems installed, two layouts, two places.
    pub(crate) fn known() -> Known {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (systems, problems) = Systems::parse("systems.tsv", SYSTEMS);
        assert!(problems.is_empty(), "{problems:?}");
        let (charsets, problems) = Charsets::parse("charset_words.tsv", CHARSETS);
        assert!(problems.is_empty(), "{problems:?}");
        Known {
            systems,
            charsets,
            installed: set(&["resident-register", "addressee", "child-allowance", "electoral-roll"]),
            datasets: set(&["resident-register/resident"]),
            intakes: set(&["addressee/residents", "child-allowance/residents", "electoral-roll/residents"]),
            layouts: [("resident-utf16", "utf-16"), ("resident-jef", "jef-ebcdic")]
                .map(|(layout, charset)| (layout.to_owned(), charset.to_owned()))
                .into(),
            places: set(&["welfare-suite", "tax-suite"]),
        }
    }
}

#[cfg(test)]
mod lists {
    use std::collections::BTreeSet;

    use catalog::{Direction, Extent, LinkList, ListKind, MethodWord, SystemKind, TimingWord, ViaSide};
    use proptest::prelude::*;

    use crate::support::{CITY, KOTOURA, TOWN_A, UNIT, known, lists, rows};

    #[test]
    fn every_row_of_the_four_lists_is_read_and_written_back_as_it_was() {
        let wanted = [
            (ListKind::City, 59, CITY),
            (ListKind::TownA, 97, TOWN_A),
            (ListKind::Kotoura, 43, KOTOURA),
            (ListKind::Unit, 1006, UNIT),
        ];
        for (list, (kind, count, text)) in lists().iter().zip(wanted) {
            assert_eq!(list.problems, [], "{}", list.id);
            assert_eq!((list.kind, list.rows.len(), list.skipped), (Some(kind), count, 0), "{}", list.id);
            assert_eq!(list.to_tsv(), text, "{}", list.id);
        }
    }

    #[test]
    fn rows_of_every_shape_say_who_gives_what_to_whom() {
        let [city, town_a, kotoura, unit] = lists();
        let row = city.row("24").unwrap();
        assert_eq!((&*row.source, &*row.via, &*row.target), ("住記システム", "共通基盤", "税総合システム"));
        assert_eq!((row.via_side, &*row.charset), (Some(ViaSide::Target), "JEF/EBCDIC"));
        assert_eq!((row.method, &*row.timing), (Some(MethodWord::Automatic), [TimingWord::Daily].as_slice()));
        assert_eq!((row.extent, row.extent_or_hint()), (None, Some(Extent::Full)));

        let quoted = town_a.rows.iter().find(|row| row.source.contains('"')).unwrap();
        assert_eq!(quoted.source, "登記履歴管理システム(A\" TAXes)");
        assert_eq!(quoted.direction, Some(Direction::In));

        let both = kotoura.row("1").unwrap();
        assert_eq!((&*both.source, &*both.target), ("住民記録", "住基ネット"));
        assert_eq!(both.direction, Some(Direction::Both));
        assert_eq!(kotoura.rows.iter().filter(|row| row.direction == Some(Direction::Both)).count(), 18);
        assert!(kotoura.rows.iter().any(|row| row.timing.len() == 4), "日次・随時・月次・年次");

        let first = unit.row("1").unwrap();
        assert_eq!((&*first.source, &*first.target), ("住基ネット", "住民基本台帳"));
        assert_eq!(first.volume.as_ref().and_then(|volume| volume.max), Some(500));
        assert_eq!(first.data, "異動（増加）／転入");
    }

    /// 384 = who (unit, counterpart), which way, how, how often, how much; the function is left aside.
    #[test]
    fn the_1006_lines_of_the_unit_list_are_384_links_between_systems() {
        let [.., unit] = lists();
        let links: BTreeSet<_> = unit
            .rows
            .iter()
            .map(|row| {
                let unit = row.function.as_ref().map(|function| &function.unit);
                (unit, &row.source, &row.target, row.method, &row.timing, row.extent)
            })
            .collect();
        assert_eq!(links.len(), 384);
    }

    #[test]
    fn every_system_name_of_the_lists_is_known() {
        let known = known();
        for row in rows() {
            for name in [&row.source, &row.target] {
                assert!(known.systems.resolve(name).is_some(), "{name}");
            }
        }
        assert_eq!(known.systems.all().len(), 113);
        for (name, id, kind) in [
            ("住記システム", "resident-register", SystemKind::Standard20),
            ("後期高齢システム（MCWEL）", "late-stage-elderly-medical-care", SystemKind::Standard20),
            ("入国管理局", "immigration-services", SystemKind::CounterpartNational),
        ] {
            let system = known.systems.resolve(name).unwrap();
            assert_eq!((&*system.id, system.kind), (id, kind));
        }
        assert_eq!(known.systems.resolve("出退勤システム"), None);
    }

    const HEADER: &str = "no\tsource\tvia\ttarget\tvia_side\tdata\tmethod\ttiming\tscope\tchannel\tconversion\ttarget_charset\n";
    const GOOD: &str = "1\t住記\t\t福祉\t\t住民\t自動\t日次\t外部\tNW\t無\t\n";

    /// Each case: a line after one good line, and the problem it gives. The good line is always read.
    #[test]
    fn a_malformed_row_is_named_and_left_out() {
        let cases = [
            ("2\t住記\t\t福祉\t\t住民\t自動", "city.tsv 3行目: 列が7個あります。見出しは12列です。"),
            (
                "2\t住記\t\t福祉\t\t住民\t自動\t毎日\t\t\t\t",
                "city.tsv 3行目 8列目（timing）: 「毎日」は知らない言葉です。",
            ),
            (
                "2\t住記\t\t福祉\t\t住民\tFAX\t日次\t\t\t\t",
                "city.tsv 3行目 7列目（method）: 「FAX」は知らない言葉です。",
            ),
            (
                "2\t住記\t\t福祉\tmiddle\t住民\t自動\t日次\t\t\t\t",
                "city.tsv 3行目 5列目（via_side）: 「middle」",
            ),
            ("2\t住記\t\t福祉\t\t住民\t自動\t日次\t\t\t要\t", "city.tsv 3行目 11列目（conversion）: 「要」"),
            ("2\t\t\t福祉\t\t住民\t自動\t日次\t\t\t\t", "city.tsv 3行目 2列目（source）: 空です。"),
            ("2\t住記\t\t \t\t住民\t自動\t日次\t\t\t\t", "city.tsv 3行目 4列目（target）: 空です。"),
            ("2\t住記\t\t福祉\t\t\t自動\t日次\t\t\t\t", "city.tsv 3行目 6列目（data）: 空です。"),
            ("\t住記\t\t福祉\t\t住民\t自動\t日次\t\t\t\t", "city.tsv 3行目 1列目（no）: 空です。"),
            (
                "1\t住記\t\t福祉\t\t住民\t自動\t日次\t\t\t\t",
                "city.tsv 3行目 1列目（no）: 番号「1」が2度あります。",
            ),
        ];
        for (line, message) in cases {
            let text = format!("{HEADER}{GOOD}{line}\n");
            let list = LinkList::parse("city.tsv", &text);
            assert_eq!((list.rows.len(), list.skipped, list.problems.len()), (1, 1, 1), "{line}");
            let shown = list.problems[0].to_string();
            assert!(shown.starts_with(message), "{shown}");
            assert_eq!(list.to_tsv(), text, "nothing is lost when written back");
        }
    }

    #[test]
    fn unknown_words_in_direction_and_extent_are_named() {
        let town = TOWN_A.replacen("\t→\t", "\t⇒\t", 1);
        let unit = UNIT.replacen("\t差分\t", "\t一部\t", 1);
        for (file, text, message) in [
            ("town_a.tsv", town, "town_a.tsv 2行目 3列目（direction）: 「⇒」は知らない言葉です。"),
            ("unit_links.tsv", unit, "unit_links.tsv 2行目 9列目（extent）: 「一部」は知らない言葉です。"),
        ] {
            let list = LinkList::parse(file, &text);
            assert_eq!(list.skipped, 1);
            assert!(list.problems[0].to_string().starts_with(message), "{}", list.problems[0]);
        }
    }

    #[test]
    fn a_file_that_is_no_list_gives_one_problem_and_no_rows() {
        for (text, message) in [
            ("", "city.tsv 1行目: どの様式の連携一覧か分かりません。"),
            ("氏名\t住所\n甲\t乙\n", "city.tsv 1行目: どの様式の連携一覧か分かりません。"),
            ("no\tvia_side\n1\tsource\n", "city.tsv 1行目: 見出し「source」の列がありません。"),
        ] {
            let list = LinkList::parse("city.tsv", text);
            assert!(list.rows.is_empty());
            assert!(list.problems[0].to_string().starts_with(message), "{}", list.problems[0]);
        }
    }

    #[test]
    fn bom_crlf_and_blank_lines_do_not_matter() {
        let text = format!("\u{feff}{HEADER}{GOOD}\n").replace('\n', "\r\n");
        let list = LinkList::parse("city.tsv", &text);
        assert_eq!((list.rows.len(), list.skipped, list.problems.len()), (1, 0, 0));
        assert_eq!(list.rows[0].charset, "");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_list_panic(
            which in 0_usize..5,
            body in "([ -~\u{3042}自動日次・→I1]{0,6}[\t\n\r\"]){0,60}",
        ) {
            let texts = [CITY, TOWN_A, KOTOURA, UNIT, "x\n"];
            let header = texts[which].lines().next().unwrap();
            let list = LinkList::parse("a.tsv", &format!("{header}\n{body}"));
            let states = catalog::assess(&list.rows, &crate::support::links(), &known());
            prop_assert_eq!(states.len(), list.rows.len());
            let again = LinkList::parse("a.tsv", &list.to_tsv());
            prop_assert_eq!(again.rows, list.rows);
        }

        #[test]
        fn a_list_with_one_cell_changed_loses_at_most_that_row(
            line in 0_usize..59, column in 0_usize..12, cell in "[^\t\n\r]{0,8}",
        ) {
            let mut lines: Vec<Vec<String>> =
                CITY.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
            lines[line + 1][column] = cell;
            let text: String = lines.into_iter().map(|cells| cells.join("\t") + "\n").collect();
            let list = LinkList::parse("city.tsv", &text);
            prop_assert!(58 <= list.rows.len());
            prop_assert_eq!(list.rows.len() + list.skipped, 59);
        }
    }
}

#[cfg(test)]
mod functions {
    use catalog::{FunctionMode, FunctionTable};
    use proptest::prelude::*;

    use crate::support::{FUNCTIONS, lists};

    #[test]
    fn the_function_table_is_read_whole_and_every_row_has_its_own_number() {
        let table = FunctionTable::parse("unit_functions.tsv", FUNCTIONS);
        assert_eq!((table.rows.len(), table.problems.len()), (162, 0));
        let numbers: std::collections::BTreeSet<_> = table.rows.iter().map(|row| &row.number).collect();
        assert_eq!(numbers.len(), 162);
        let moved_in = table.find("住民基本台帳", "転入", "");
        assert_eq!((moved_in.len(), &*moved_in[0].number), (1, "1.1.1"));
        assert_eq!(moved_in[0].mode, FunctionMode::Online);
        assert_eq!(table.find("住民基本台帳", "職権による異動", "").len(), 2, "below 増加 and 減少");
        assert_eq!(table.by_number("1.1.1").unwrap().place.level2, "転入");
    }

    #[test]
    fn every_line_of_the_unit_list_belongs_to_a_function() {
        let table = FunctionTable::parse("unit_functions.tsv", FUNCTIONS);
        let [.., unit] = lists();
        for row in &unit.rows {
            let place = row.function.as_ref().unwrap();
            let found = table.find(&place.unit, &place.level2, &place.level3);
            assert!(found.iter().any(|function| function.place == *place), "{place:?}");
        }
    }

    #[test]
    fn a_malformed_function_is_named_and_left_out() {
        let text = FUNCTIONS.replacen("\tOL\t", "\t画面\t", 1);
        let table = FunctionTable::parse("unit_functions.tsv", &text);
        assert_eq!(table.rows.len(), 161);
        let shown = table.problems[0].to_string();
        assert!(
            shown.starts_with("unit_functions.tsv 2行目 5列目（mode）: 「画面」は知らない言葉です。"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_a_table_panic(body in "([ -~OLBT/\u{3042}]{0,6}[\t\n]){0,60}") {
            let header = FUNCTIONS.lines().next().unwrap();
            let text = format!("{header}\n{body}");
            let _table = FunctionTable::parse("f.tsv", &text);
            let _systems = catalog::Systems::parse("s.tsv", &format!("system_id\tname_ja\taliases\tkind\n{body}"));
            let _charsets = catalog::Charsets::parse("c.tsv", &format!("word\tcharset\tconvertible\n{body}"));
        }
    }
}

#[cfg(test)]
mod links {
    use catalog::{Delivery, Extent, Link, Timing, check_link, explain};
    use jiff::civil::time;
    use proptest::prelude::*;

    use crate::support::{LINKS, known, links, rows};

    fn tax() -> (&'static str, &'static str) {
        LINKS[5]
    }

    #[test]
    fn every_link_file_is_among_the_tested() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../standards/links");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> =
            names.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".toml")).collect();
        names.sort();
        let mut tested = LINKS.map(|(name, _)| name);
        tested.sort_unstable();
        assert_eq!(names, tested);
    }

    #[test]
    fn the_links_of_the_first_slice_agree_with_their_rows() {
        let (rows, known) = (rows(), known());
        for link in links() {
            assert_eq!(check_link(&link, &rows, &known), [], "{}", link.id);
        }
        let tax = links().remove(5);
        assert_eq!(tax.timing, Timing::Daily { at: time(20, 30, 0, 0), business_days_only: false });
        assert_eq!(tax.extent, Extent::Full);
        let Delivery::Folder { place, receipt_within_minutes, .. } = tax.delivery else { panic!("a file") };
        assert_eq!((&*place, receipt_within_minutes), ("tax-suite", Some(60)));
    }

    /// Each case: what is changed in the tax link, and what the reader is told.
    #[test]
    fn a_malformed_link_file_is_refused_with_the_line() {
        let (name, text) = tax();
        for (from, to, message) in [
            ("extent = \"full\"", "extents = \"full\"", "11行目（extents）: 「extents」は知らない項目です。"),
            ("extent = \"full\"\n", "", "（extent）: 項目「extent」がありません。"),
            ("\"full\"", "\"all\"", "「all」は書けない値です。"),
            ("\"20:30\"", "\"25:30\"", "TOMLとして読めません"),
            ("business_days_only = false", "business_days = false", "「business_days」は知らない項目です。"),
            ("layout = ", "format = ", "「format」は知らない項目です。"),
            ("\"city:24\"", "\"24\"", "一覧の行「24」は「一覧名:番号」の形ではありません"),
            (
                "id = \"resident-full-to-tax\"",
                "id = \"tax\"",
                "id「tax」がファイル名「resident-full-to-tax」と違います。",
            ),
            ("\"tax-suite\"", "\"../etc\"", "場所「../etc」は名前として使えません。"),
            ("zenken_{date}_{no}.dat", "../{no}.dat", "ファイル名「../{no}.dat」は使えません。"),
            ("zenken_{date}_{no}.dat", "zenken.dat", "ファイル名「zenken.dat」は使えません。"),
            ("= 500000", "= 0", "1回の上限件数が0です。"),
            ("receipt_within_minutes = 60", "receipt_within_minutes = 0", "受領を待つ時間が0分です。"),
            ("\"file-or-media\"", "\"immediate\"", "受け渡しはファイルなのに"),
            (
                "{ daily = { at = \"20:30\", business_days_only = false } }",
                "{ yearly = { month = 2, day = 30, at = \"20:30\" } }",
                "2月30日という日はありません。",
            ),
            (
                "{ daily = { at = \"20:30\", business_days_only = false } }",
                "{ every-minutes = 0 }",
                "0分ごとという間隔は使えません。",
            ),
            ("[delivery.folder]", "[delivery", "TOMLとして読めません"),
        ] {
            assert!(text.contains(from), "{from}");
            let problem = Link::parse(&text.replacen(from, to, 1), name).unwrap_err();
            let shown = problem.to_string();
            assert!(shown.starts_with(name) && shown.contains(message), "{from} -> {to}: {shown}");
        }
    }

    /// Each case: what is changed in the tax link, and the contradiction with rows 24 and 5 or the installation.
    #[test]
    fn a_link_that_contradicts_its_row_is_named() {
        let (name, text) = tax();
        for (from, to, message) in [
            ("\"full\"", "\"difference\"", "city:24 は「全件」ですが、連携は「差分」です"),
            (
                "timing = { daily = { at = \"20:30\", business_days_only = false } }",
                "timing = \"on-change\"",
                "city:24 の時期は「日次」で、連携の時期と合いません",
            ),
            (
                "timing = { daily = { at = \"20:30\", business_days_only = false } }",
                "timing = \"by-hand\"",
                "city:24 の方式は「自動」で、連携の方式・時期と合いません",
            ),
            (
                "resident-jef",
                "resident-utf16",
                "city:24 の文字コードは「JEF/EBCDIC」ですが、レイアウト「resident-utf16」は「utf-16」です",
            ),
            ("resident-jef", "resident-ebcdic", "レイアウト「resident-ebcdic」がありません"),
            ("\"tax-suite\"", "\"tax-office\"", "受け渡し場所「tax-office」がありません"),
            ("\"city:5\"", "\"city:60\"", "行「city:60」が一覧にありません"),
            (
                "integrated-tax-suite",
                "integrated-welfare-suite",
                "city:24 は「税総合システム」ですが、連携は「integrated-welfare-suite」です",
            ),
            (
                "resident-register/resident",
                "resident-register/household",
                "「resident-register/household」はまだありません",
            ),
            (
                "resident-register/resident",
                "addressee/resident",
                "「addressee/resident」は「resident-register」のものではありません",
            ),
            ("receipt_within_minutes = 60", "", "送信側が到達を保障するのに、受領を待ちません"),
        ] {
            assert!(text.contains(from), "{from}");
            let link = Link::parse(&text.replacen(from, to, 1), name).unwrap();
            let problems = check_link(&link, &rows(), &known());
            assert!(
                problems.iter().any(|problem| problem.to_string().contains(message)),
                "{to}: {problems:?}"
            );
        }
    }

    #[test]
    fn a_link_without_the_control_its_row_asks_for_is_named() {
        let (name, text) = LINKS[2];
        let text =
            text.replace("exclusive_lock = true", "exclusive_lock = false").replace("sender-assures", "none");
        let problems = check_link(&Link::parse(&text, name).unwrap(), &rows(), &known());
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 22, "two for each of the eleven functions");
        assert!(shown[0].contains("unit_links:11 は取込中の排他制御を求めています"), "{}", shown[0]);
        assert!(shown[1].contains("unit_links:11 は送信側の到達保障を求めています"), "{}", shown[1]);
    }

    #[test]
    fn a_link_says_what_will_happen() {
        let [.., tax] = <[Link; 6]>::try_from(links()).unwrap();
        assert_eq!(
            explain(&tax),
            "連携「resident-full-to-tax」住民情報日次全件データ（税総合システム）
  いつ: 毎日（休日も）20時30分に送ります。止まっていて逃した回は、動き出したときに1回分だけ補います。
  何を: 「resident-register」のデータセット resident-register/resident のある時点の全件。1回の受け渡しは500000件までで、超える分は次の番号に分けます。
  どこへ: 「integrated-tax-suite」への受け渡し場所「tax-suite」に、レイアウト resident-jef のファイル zenken_{date}_{no}.dat を置きます。
  文字: 変換できない文字は字形の近い文字に縮退し（なければ代わりの文字にし）、誰のどの項目かを記録します。
  制御: 取り込む間も受け側の画面は使えます（排他制御なし）。
  到達: 送信側が届いたことを確かめます。60分以内に受領が届かなければ警報を出します。
  もとの行: city:24、city:5
"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_a_link_panic(text in "[ -~\n\u{3042}]{0,200}") {
            let _refused = Link::parse(&text, "a.toml");
        }

        #[test]
        fn a_damaged_link_file_is_read_or_refused(at in 0_usize..900, with in "[ -~\n]{0,3}", which in 0_usize..6) {
            let (name, text) = LINKS[which];
            let damaged: String =
                text.chars().enumerate().map(|(i, c)| if i == at { with.clone() } else { c.to_string() }).collect();
            if let Ok(link) = Link::parse(&damaged, name) {
                let _problems = check_link(&link, &rows(), &known());
                prop_assert!(explain(&link).contains("連携「"));
            }
        }
    }
}

#[cfg(test)]
mod states {
    use catalog::{QuestionKind, RowRef, RowState, Standing, Summary, assess, summary_table};

    use crate::support::{known, links, lists, rows};

    fn state(list: &str, no: &str) -> RowState {
        let states = assess(&rows(), &links(), &known());
        states.into_iter().find(|state| state.row == RowRef::new(list, no)).unwrap()
    }

    fn doubts(no: &str) -> Vec<QuestionKind> {
        state("city", no).doubts.iter().map(|question| question.kind).collect()
    }

    #[test]
    fn rows_of_the_first_slice_run() {
        for (list, no, id) in [
            ("city", "5", "resident-full-to-tax"),
            ("city", "24", "resident-full-to-tax"),
            ("city", "25", "resident-changes-to-welfare"),
            ("city", "26", "resident-full-to-welfare"),
            ("unit_links", "46", "resident-to-addressee"),
        ] {
            assert_eq!(state(list, no).standing, Standing::Runs(id.to_owned()), "{list}:{no}");
        }
        let monthly_relay = state("unit_links", "9").standing;
        assert_eq!(monthly_relay, Standing::RunsOtherwise("resident-to-electoral-roll".to_owned()));
    }

    /// Each case: a row and one of the questions it gives.
    #[test]
    fn rows_that_do_not_run_say_what_is_missing() {
        for (list, no, question) in [
            ("city", "1", "受け側「健康管理システム」はこの団体に入っていません。"),
            ("city", "1", "「日次」とあります。何時に送りますか。"),
            ("city", "1", "「共通基盤」を通しますか。"),
            ("city", "2", "文字コード「UCS-4」のレイアウトがまだありません。"),
            ("city", "6", "送り元「税総合システム」はこの団体に入っていません。"),
            ("city", "6", "受け側「住記システム」には、まだ受け口がありません。"),
            ("city", "18", "受け口 electoral-roll/residents のどれに入れますか。"),
            ("city", "30", "「住民基本台帳データ」は全件ですか、差分ですか。"),
            ("city", "33", "文字コード「SS明朝」が何を指すか分かりません。"),
            ("city", "35", "文字コード「住基ネット統一文字」の変換表がありません。"),
            ("city", "44", "文字コード「XEK」が何を指すか分かりません。"),
            ("kotoura_links", "1", "双方向の行です。"),
            ("unit_links", "2", "DB中継とファイルのどちらで送りますか。"),
            ("unit_links", "2", "送り元「固定資産税」はこの団体に入っていません。"),
        ] {
            let Standing::Lacks(questions) = state(list, no).standing else { panic!("{list}:{no} runs") };
            assert!(
                questions.iter().any(|asked| asked.text.contains(question)),
                "{list}:{no} {questions:#?}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_together_in_the_city_list_is_asked() {
        for (a, b) in [(4, 23), (5, 24), (6, 45), (7, 46), (8, 47), (9, 57), (11, 59), (12, 48)] {
            for (one, other) in [(a, b), (b, a)] {
                let found = state("city", &one.to_string()).doubts;
                let text = format!("{other}番と同じ流れの、「共通基盤」をはさんだもう一方の区間です。");
                assert!(found.iter().any(|doubt| doubt.text.starts_with(&text)), "{one}: {found:?}");
            }
        }
        for no in ["14", "15", "16", "17"] {
            assert_eq!(doubts(no), [QuestionKind::Identical], "{no}");
        }
        assert_eq!(doubts("40"), [QuestionKind::Contradiction], "自動 and 手動");
        assert_eq!(doubts("27"), [QuestionKind::LegMissing]);
        assert_eq!(doubts("25"), []);
        let immediate_but = |question: &str| {
            let states = assess(&rows(), &links(), &known());
            states.iter().filter(|state| state.doubts.iter().any(|d| d.text.starts_with(question))).count()
        };
        assert_eq!(immediate_but("即時連携なのに時期が「月次」です。"), 1);
        assert!(1 <= immediate_but("即時連携なのに全件です。"));
    }

    #[test]
    fn every_row_has_a_state_and_nothing_lacks_without_a_question() {
        let states = assess(&rows(), &links(), &known());
        assert_eq!(states.len(), 59 + 97 + 43 + 1006);
        for state in states {
            if let Standing::Lacks(questions) = state.standing {
                assert!(!questions.is_empty(), "{}", state.row);
            }
        }
    }

    #[test]
    fn the_summary_counts_each_list() {
        let states = assess(&rows(), &links(), &known());
        let summaries: Vec<Summary> = lists().iter().map(|list| Summary::of(list, &states)).collect();
        for summary in &summaries {
            assert_eq!(summary.read, summary.runs + summary.runs_otherwise + summary.lacks);
        }
        assert_eq!(
            summary_table(&summaries),
            "\
一覧           読込  除外  稼働  別方式で稼働  未稼働  要確認
city             59     0     4             0      55      33
town_a           97     0     0             0      97       0
kotoura_links    43     0     0             0      43       0
unit_links     1006     0    33            22     951       3
"
        );
    }
}
