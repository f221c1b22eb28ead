//! Rows that contradict themselves, and rows that only look so.

use jiff::civil::date;

use super::*;
use crate::records::Person;

/// A resident who came in 2008, and what is other than that: `item=value`.
fn row(other: &str) -> Person {
    let usual = [
        ("addressee_no", "000000000000001"),
        ("history_no", "1"),
        ("household_no", "000000000000001"),
        ("resident_kind", "1"),
        ("resident_status", "1"),
        ("name", "移行　太郎"),
        ("family_name", "移行"),
        ("given_name", "太郎"),
        ("name_kana", "イコウ　タロウ"),
        ("birth_date", "1985-04-01"),
        ("relation", "世帯主"),
        ("register_head", "移行　太郎"),
        ("domicile_municipality", "なし"),
        ("address_prefecture", "架空県"),
        ("address_municipality", "みなと郡台帳町"),
        ("address_town", "みなと町"),
        ("resident_since", "2008-04-01"),
        ("resident_record_code", "12345678903"),
        ("movement_reason", "01"),
        ("event_date", "2008-04-01"),
        ("processed_on", "2008-04-01"),
    ];
    let table = person_table();
    let mut values = vec![String::new(); table.items.len()];
    let others = other.split(' ').filter_map(|pair| pair.split_once('='));
    for (name, value) in usual.into_iter().chain(others) {
        value.clone_into(&mut values[table.place(name).unwrap()]);
    }
    person(&values).unwrap()
}

fn codes(found: &[system::Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn rows_that_cannot_be_are_told() {
    let today = date(2026, 11, 29);
    let long = format!("address_town={}", "町".repeat(121));
    let allowed = format!("address_town={}", "町".repeat(120));
    for (other, wanted) in [
        ("", &[][..]),
        ("event_date=2027-01-01 processed_on=2027-01-01", &["E005", "E002"]),
        ("processed_on=2027-01-01", &["E005"]),
        ("event_date=2026-05-01 processed_on=2025-01-01", &["E002"]),
        ("event_date=U10:2026-01-01 processed_on=2026-03-01", &[]),
        ("movement_reason=21 event_date=2026-12-20 processed_on=2026-11-20", &[]),
        ("movement_reason=22 event_date=2026-11-20 processed_on=2026-11-01", &[]),
        ("deletion_event_date=2018-04-01 deletion_reason=21", &["D079"]),
        ("deletion_event_date=2018-04-01", &["D079"]),
        ("moveout_planned_on=2026-12-20 moveout_planned_reason=21", &[]),
        ("resident_status=2", &["E124", "E124"]),
        ("resident_status=3 deletion_reason=23", &["E124"]),
        ("resident_status=3 deletion_event_date=2018-04-01", &["E124"]),
        ("resident_status=3 deletion_reason=23 deletion_event_date=U09", &[]),
        ("resident_status=3 movement_reason=23 event_date=2018-04-01 processed_on=2018-04-02", &[]),
        ("resident_status=3 movement_reason=21 event_date=2018-04-01 processed_on=2018-04-02", &["D079"]),
        ("resident_status=9 deletion_reason=41 deletion_event_date=2018-04-01", &["D079"]),
        ("resident_status=9 deletion_reason=26 deletion_event_date=2018-04-01", &[]),
        ("resident_status=2 deletion_reason=26 deletion_event_date=2018-04-01", &["D079"]),
        (&long, &["E067"]),
        (&allowed, &[]),
    ] {
        assert_eq!(codes(&check(&row(other), true, today)), wanted, "{other}");
    }
    assert_eq!(codes(&check(&row("resident_status=2"), false, today)), Vec::<&str>::new(), "an older row");
}

#[test]
fn what_follows_a_deletion_is_an_entry() {
    let dead = "resident_status=3 movement_reason=23 event_date=2018-04-01 processed_on=2018-04-02";
    let left = "resident_status=2 movement_reason=21 event_date=2018-04-01 processed_on=2018-04-02";
    for (before, next, told) in [
        (dead, "movement_reason=41", true),
        (dead, "movement_reason=01", true),
        (dead, "movement_reason=06", false),
        (dead, "movement_reason=09", false),
        (dead, "resident_status=3 movement_reason=43", false),
        (dead, "resident_status=3 movement_reason=41", true),
        (left, "movement_reason=01", false),
        (left, "movement_reason=43", true),
        (left, "resident_status=2 movement_reason=53", true),
        ("", "movement_reason=41", false),
    ] {
        let mut rows = [row(before), row(&format!("{next} history_no=2"))];
        let found = settle(&mut rows);
        let wanted: &[&str] = if told { &["E103"] } else { &[] };
        assert_eq!(codes(&found), wanted, "{before} / {next}");
    }
}

#[test]
fn a_foreigner_known_by_roman_letters_has_a_name() {
    let foreign = "resident_kind=2 name= family_name= given_name= register_head= domicile_municipality=";
    for (names, called) in [
        ("name_roman=ＪＯＨＮ name_kanji=", "ＪＯＨＮ"),
        ("name_roman=ＬＥＥ name_kanji=李", "ＬＥＥ"),
        ("name_kanji=李", "李"),
        ("name=ＫＩＭ name_roman=ＬＥＥ", "ＫＩＭ"),
    ] {
        let mut head = row(&format!("{foreign} head_name=旧 {names}"));
        let household_no = head.household_no;
        let (_, found) = gather(household_no, None, &mut [&mut head]);
        assert_eq!((head.name.as_str(), head.head_name.as_str()), (called, called), "{names}: {found:?}");
    }
    let mut nameless = row("name= family_name= given_name= head_name=移行　太郎");
    let household_no = nameless.household_no;
    gather(household_no, None, &mut [&mut nameless]);
    assert_eq!(nameless.head_name, "移行　太郎", "a head without a name empties no item");
}

#[test]
fn a_resident_lives_in_the_town() {
    let home = ("架空県".to_owned(), "みなと郡台帳町".to_owned());
    for (other, told) in [
        ("", false),
        ("address_prefecture=東京都 address_municipality=千代田区", true),
        ("address_municipality=隣町", true),
        ("resident_status=2 address_municipality=隣町", false),
        ("address_prefecture= address_municipality=", false),
    ] {
        let found = outside(&row(other), &home);
        assert_eq!(found.map(|finding| finding.code), told.then(|| "D075".to_owned()), "{other}");
    }
}
