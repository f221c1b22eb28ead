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

const HEADER: &str =
    "no\tsource\tvia\ttarget\tvia_side\tdata\tmethod\ttiming\tscope\tchannel\tconversion\ttarget_charset\n";
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
        ("2\t住記\t\t福祉\tmiddle\t住民\t自動\t日次\t\t\t\t", "city.tsv 3行目 5列目（via_side）: 「middle」"),
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
    let turned = TOWN_A.replacen("\t→\t", "\t←\t", 1);
    for (file, text, message) in [
        (
            "town_a.tsv",
            turned,
            "town_a.tsv 2行目 3列目（direction）: 矢印の向きと source・target が合いません。",
        ),
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
