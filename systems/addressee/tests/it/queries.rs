//! 基本４情報確認, 同一住所者検索: what is asked of 住基ネット about a non-resident, and what comes back.

use addressee::records::PersonQuery;
use register::{View, ViewExt};
use serde_json::{Value, json};
use system::{Fate, Row};
use testkit::bench::{Given, Memory, take};

use crate::support::{TODAY, ask, codes, done, intake, non_resident, number, sound, system, town};

/// A town with a non-resident whose facts are known, and one of whom no address is.
fn asked_about() -> Memory {
    let mut memory = town();
    for facts in [
        json!({"name": "他所　五郎", "birth_date": "1970-07-07", "sex": "1", "town": "本町5番地"}),
        json!({"name": "生年　だけ", "birth_date": "1950-01-01"}),
    ] {
        done(&mut memory, "non-resident-register", &facts);
    }
    memory
}

fn query(addressee_no: &str, kind: &str) -> Value {
    json!({"addressee_no": addressee_no, "query_kind": kind, "purpose": "納税通知書の送付先の確認"})
}

/// An answer: `answer_no query_no result [name address]`.
fn answer(line: &str) -> Given {
    let cells: Vec<&str> = line.split(' ').collect();
    let names = ["answer_no", "query_no", "query_result", "name", "address"];
    names.into_iter().zip(cells).map(|(name, cell)| (name, cell.to_owned())).collect()
}

/// What goes out of a question; nothing once it is answered.
fn told(memory: &Memory, query_no: &str) -> Option<String> {
    let dataset = system().datasets.into_iter().find(|one| one.id == "addressee/person-query").unwrap();
    let stored = memory.get(dataset.kind, query_no).unwrap().unwrap();
    let mut row = Row::new();
    let fate = (dataset.row)(memory, &stored, &mut row).unwrap();
    (fate == Fate::Row).then(|| row.values().collect::<Vec<_>>().join(" "))
}

#[test]
fn who_may_be_asked_about_and_how_often() {
    let mut memory = asked_about();
    let (five, name_only) = (non_resident(1), non_resident(2));
    for (person, kind, wanted) in [
        (number(77), "1", "ADR01"),
        (number(1), "1", "ADR11"),
        (name_only.clone(), "1", "ADR51"),
        (name_only, "2", "ADR51"),
        (five.clone(), "1", ""),
        (five.clone(), "1", "ADR50"),
        (five.clone(), "2", ""),
    ] {
        let found = codes(&mut memory, "person-query", &query(&person, kind));
        assert_eq!(found.join(" "), wanted, "{person} {kind}");
    }
    let close = json!({"addressee_no": five, "closing_reason": "2", "closed_on": "2026-10-01"});
    done(&mut memory, "non-resident-close", &close);
    assert_eq!(codes(&mut memory, "person-query", &query(&five, "1")), ["ADR12"]);
    sound(&memory);
}

#[test]
fn an_answer_is_laid_on_its_question_once_in_any_order() {
    let mut memory = asked_about();
    let five = non_resident(1);
    done(&mut memory, "person-query", &query(&five, "2"));
    let query_no = format!("{five}-2-20261120");
    assert_eq!(
        told(&memory, &query_no).unwrap(),
        format!("{query_no} 2 {five} 他所　五郎  1970-07-07 1 本町5番地")
    );
    let rows = [
        answer(&format!("K-2 {query_no} 1 他所　六子 本町5番地")),
        answer(&format!("K-1 {query_no} 1 他所　五郎 本町5番地")),
        answer("K-9 nobody-asked 1 だれか どこか"),
        answer(&format!("K-3 {query_no} 7 だれか どこか")),
    ];
    for turn in 0..2 {
        let applied = take(&mut memory, &intake("query-answers"), TODAY, &rows);
        let refused: Vec<String> =
            applied.refused.iter().map(|row| format!("{} {}", row.subject, row.item)).collect();
        assert_eq!(refused, ["K-9 query_no", "K-3 query_result"], "turn {turn}");
    }
    let held = memory.load::<PersonQuery>(&query_no).unwrap().unwrap();
    let names: Vec<&str> = held.record.found.iter().map(|person| person.name.as_str()).collect();
    assert_eq!((held.version, names), (2, vec!["他所　五郎", "他所　六子"]), "told again, nothing changes");
    assert_eq!(told(&memory, &query_no), None, "what is answered is asked no more");
    let list = ask(&mut memory, "person-query-list", &json!({})).answer.unwrap().data;
    assert_eq!(list["rows"][0]["query_result_label"], json!("一致・該当あり"));
    assert_eq!(list["rows"][0]["found_persons"][1]["address"], json!("本町5番地"));
    let open = ask(&mut memory, "person-query-list", &json!({"unanswered": true})).answer.unwrap().data;
    assert_eq!(open["count"], json!(0));
    sound(&memory);
}

/// An answer tells where somebody lives: of who is protected it is not shown.
#[test]
fn the_address_of_a_protected_person_is_not_shown_in_an_answer() {
    let mut memory = asked_about();
    let five = non_resident(1);
    done(&mut memory, "person-query", &query(&five, "1"));
    let row = answer(&format!("K-1 {five}-1-20261120 2 他所　五郎 隠れ町3番地"));
    assert_eq!(take(&mut memory, &intake("query-answers"), TODAY, &[row]).refused, []);
    let protection =
        vec![("addressee_no", five), ("history_no", "1".to_owned()), ("protected", "1".to_owned())];
    assert_eq!(take(&mut memory, &intake("protected"), TODAY, &[protection]).refused, []);
    let list = ask(&mut memory, "person-query-list", &json!({})).answer.unwrap().data.to_string();
    assert!(list.contains("支援措置対象") && !list.contains("隠れ町"), "{list}");
}
