//! Residents: rows in, registers and answers out.

use proptest::prelude::*;
use serde_json::json;
use testkit::bench::{Given, Memory, run, take, verify};

use crate::support::{TODAY, number, system};

pub(crate) fn row(serial: u64, history_no: u32, more: &[(&'static str, &str)]) -> Given {
    let mut row: Given = vec![
        ("addressee_no", number(serial)),
        ("history_no", history_no.to_string()),
        ("household_no", number(900 + serial / 3)),
        ("resident_kind", "1".into()),
        ("resident_status", "1".into()),
        ("name", "架空　花子".into()),
        ("name_kana", "カクウ　ハナコ".into()),
        ("name_roman", String::new()),
        ("alias_name", String::new()),
        ("birth_date", "1985-04-01".into()),
        ("sex", "2".into()),
        ("town", "みなと町".into()),
        ("lot", "1番地".into()),
        ("dest_address_planned", String::new()),
    ];
    for (name, value) in more {
        row.iter_mut().find(|(of, _)| of == name).unwrap().1 = (*value).to_owned();
    }
    row
}

#[test]
fn the_newest_row_is_held_whatever_comes_when() {
    // (history numbers in order of arrival, the one held, versions written)
    let cases: [(&[u32], u32, usize); 5] =
        [(&[1], 1, 1), (&[1, 2], 2, 2), (&[2, 1], 2, 1), (&[1, 1], 1, 1), (&[1, 4, 3, 4], 4, 2)];
    for (arrivals, held, versions) in cases {
        let system = system();
        let mut memory = Memory::default();
        for history_no in arrivals {
            let lot = format!("{history_no}番地");
            take(&mut memory, &system.intakes[0], TODAY, &[row(1, *history_no, &[("lot", &lot)])]);
        }
        let outcome =
            run(&system, &mut memory, TODAY, "addressee/inquiry", &json!({"addressee_no": number(1)}));
        let data = outcome.answer.unwrap().data;
        assert_eq!(data["addressee"]["history_no"], held, "{arrivals:?}");
        assert_eq!(data["addressee"]["address"], format!("みなと町{held}番地"));
        assert_eq!(data["history"].as_array().unwrap().len(), versions, "{arrivals:?}");
    }
}

#[test]
fn a_row_that_does_not_read_is_refused_and_the_others_go_on() {
    let cases: [(&str, &str, &str); 7] = [
        ("birth_date", "昭和60年", "生年月日"),
        ("birth_date", "", "生年月日"),
        ("addressee_no", "123", "宛名番号"),
        ("history_no", "0", "履歴番号"),
        ("resident_kind", "7", "住民種別"),
        ("resident_status", "", "住民状態"),
        ("sex", "9", "性別"),
    ];
    for (item, value, word) in cases {
        let mut memory = Memory::default();
        let rows = [row(1, 1, &[(item, value)]), row(2, 1, &[])];
        let applied = take(&mut memory, &system().intakes[0], TODAY, &rows);
        assert_eq!(applied.writes.len(), 1, "{item}={value}");
        assert_eq!(applied.refused[0].item, item);
        assert!(applied.refused[0].message.contains(word), "{}", applied.refused[0].message);
    }
}

#[test]
fn a_chosen_name_stays_while_the_record_has_it() {
    let system = system();
    let mut memory = Memory::default();
    let foreign: [(&str, &str); 4] =
        [("resident_kind", "2"), ("name", "LI HUA"), ("name_roman", "LI HUA"), ("alias_name", "桜田　華")];
    take(&mut memory, &system.intakes[0], TODAY, &[row(1, 1, &foreign)]);
    let mut choose = |code: &str, rows: &[Given]| {
        let input = json!({"addressee_no": number(1), "name_preference": code});
        run(&system, &mut memory, TODAY, "addressee/set-name-preference", &input);
        take(&mut memory, &system.intakes[0], TODAY, rows);
        let asked = json!({"addressee_no": number(1)});
        let outcome = run(&system, &mut memory, TODAY, "addressee/inquiry", &asked);
        outcome.answer.unwrap().data["addressee"]["display_name"].as_str().unwrap().to_owned()
    };
    assert_eq!(choose("09", &[]), "桜田　華");
    assert_eq!(choose("05", &[row(1, 2, &foreign)]), "LI HUA（桜田　華）");
    // The alias is deleted: the name of the record stands again.
    assert_eq!(choose("09", &[row(1, 3, &foreign[..3])]), "LI HUA");
    assert_eq!(verify(&system, &memory), Vec::<String>::new());
    let input = json!({"addressee_no": number(1), "name_preference": "09"});
    let refused = run(&system, &mut memory, TODAY, "addressee/set-name-preference", &input);
    assert_eq!(refused.findings[0].code, "ADR02");
}

#[test]
fn search_finds_any_fragment_and_former_residents_on_demand() {
    let system = system();
    let mut memory = Memory::default();
    let rows = [
        row(1, 1, &[]),
        row(2, 1, &[("name", "渡邉　太郎"), ("name_kana", "ワタナベ　タロウ")]),
        row(3, 1, &[("name", "渡辺　次郎"), ("name_kana", "ワタナベ　ジロウ"), ("resident_status", "2")]),
        row(
            4,
            1,
            &[("resident_kind", "2"), ("name", "MARIA SILVA"), ("alias_name", "マリア"), ("name_kana", "")],
        ),
    ];
    take(&mut memory, &system.intakes[0], TODAY, &rows);
    let cases: [(&str, bool, &[u64]); 8] = [
        ("わたなべ", false, &[2]),
        ("ﾜﾀﾅﾍﾞ", true, &[2, 3]),
        ("渡邊", true, &[2, 3]),
        ("ワタナベ　タロ", true, &[2]),
        ("まりあ", false, &[4]),
        ("花子 みなと町", false, &[1]),
        ("山田", true, &[]),
        ("silva", false, &[4]),
    ];
    for (q, include_former, found) in cases {
        let input = json!({"q": q, "include_former": include_former});
        let answer = run(&system, &mut memory, TODAY, "addressee/search", &input).answer.unwrap();
        let expected: Vec<String> = found.iter().map(|serial| number(*serial)).collect();
        assert_eq!(answer.subjects, expected, "{q}");
    }
}

proptest! {
    #[test]
    fn batches_single_rows_and_repeats_give_the_same_register(
        arrivals in prop::collection::vec((1u64..6, 1u32..5, "[1-3]"), 1..30)
    ) {
        let system = system();
        let intake = &system.intakes[0];
        // Each person's rows in their order, as a link delivers them.
        let mut arrivals = arrivals;
        arrivals.sort_by_key(|(serial, history_no, _)| (*history_no, *serial));
        arrivals.dedup_by_key(|(serial, history_no, _)| (*history_no, *serial));
        let given = |(serial, history_no, status): &(u64, u32, String)| {
            row(*serial, *history_no, &[("resident_status", status.as_str())])
        };
        let mut one_by_one = Memory::default();
        for arrival in &arrivals {
            take(&mut one_by_one, intake, TODAY, &[given(arrival)]);
        }
        let mut batched = Memory::default();
        for same in arrivals.chunk_by(|a, b| a.1 == b.1) {
            let rows: Vec<Given> = same.iter().map(given).collect();
            take(&mut batched, intake, TODAY, &rows);
        }
        let kind = system.kinds[0];
        prop_assert_eq!(one_by_one.register(kind), batched.register(kind));
        for arrival in &arrivals {
            prop_assert!(take(&mut batched, intake, TODAY, &[given(arrival)]).writes.is_empty());
        }
        prop_assert_eq!(verify(&system, &batched), Vec::<String>::new());
    }
}
