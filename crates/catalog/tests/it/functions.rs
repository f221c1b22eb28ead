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
