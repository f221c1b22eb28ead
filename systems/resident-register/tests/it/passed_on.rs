//! What is passed on to 住基ネット or asked of it, and the numbers of those who live elsewhere.

use domain::{RegisterDate, Sex};
use register::ViewExt;
use resident_register::records::{
    CODE_REQUEST, CodeRequest, NonResident, PERSON_ANSWER, PERSON_QUERY, PersonQuery,
};
use serde_json::json;

use crate::cases::usual;
use crate::town::{Described, Town};

fn town() -> Town {
    let mut town = Town::new();
    let birth = RegisterDate::parse_input("1980-01-01").unwrap();
    town.household("1番地", &[Described { name: "太郎", relation: "世帯主", sex: Sex::Male, birth }]);
    town
}

#[test]
fn a_sign_request_is_kept_and_the_gateway_gets_the_code_alone() {
    let mut town = town();
    let taro = town.people["太郎"].to_string();
    let names = ["request_no", "addressee_no"];
    assert!(town.take("sign-requests", &names, &[vec!["F-1", &taro]]).refused.is_empty());
    assert!(town.take("sign-requests", &names, &[vec!["F-1", &taro]]).writes.is_empty());
    let twice = town.take("sign-requests", &names, &[vec!["F-3", &taro], vec!["F-3", &taro]]);
    assert_eq!(twice.writes.len(), 1);
    for row in [["", &*taro], ["F-2", "000000000123455"], ["F-2", "1"]] {
        let applied = town.take("sign-requests", &names, &[row.to_vec()]);
        assert_eq!(applied.refused.len(), 1, "{row:?}");
    }
    let mut input = usual("notice-numbers", town.today);
    input["message_no"] = json!("F-1");
    let answer = town.run("notice-numbers", "gateway", &input, true).outcome.answer.unwrap();
    let code = town.person("太郎").resident_record_code.unwrap();
    assert_eq!(answer.data["resident_record_code"], code.expose());
    assert_eq!(answer.data["individual_number"], json!(null));
    assert_eq!(answer.subjects, [taro]);
}

#[test]
fn codes_are_asked_for_once_a_day_while_the_pool_is_low() {
    let mut town = town();
    town.pool(3);
    let asked = |town: &Town| town.view().count(&CODE_REQUEST).unwrap();
    assert!(town.run("code-request", "night", &json!({}), true).committed);
    assert!(!town.run("code-request", "night", &json!({}), true).committed);
    assert_eq!(asked(&town), 1);
    let held = town.view().load::<CodeRequest>("20260401").unwrap().unwrap().record;
    assert!(3 < held.wanted, "{held:?}");
    town.today = jiff::civil::date(2026, 4, 2);
    assert!(town.run("code-request", "night", &json!({}), true).committed);
    assert_eq!(asked(&town), 2);
}

/// E041 and A050: numbers are kept apart, and who moves in under a new one is told of.
#[test]
fn a_non_residents_number_is_nobody_elses_and_a_namesake_who_moves_in_is_told() {
    let mut town = town();
    town.pool(5);
    let taro = town.people["太郎"].to_string();
    let next = domain::AddresseeNo::from_serial(2).unwrap().to_string();
    let names = ["addressee_no", "class", "name", "birth_date", "sex"];
    let mut take = |rows: &[Vec<&str>]| town.take("non-residents", &names, rows);
    let collides = take(&[vec![&taro, "2", "鈴木　次郎", "1970-01-01", "1"]]);
    assert!(collides.refused[0].message.starts_with("E041 "), "{:?}", collides.refused);
    // A former resident keeps the number, a resident is none of them, and a date must read.
    assert!(take(&[vec![&taro, "2", "山田　太郎", "1980-01-01", "1"]]).refused.is_empty());
    assert!(take(&[vec![&taro, "1", "山田　太郎", "1980-01-01", "1"]]).refused.is_empty());
    assert_eq!(take(&[vec![&next, "2", "鈴木　次郎", "きのう", "1"]]).refused.len(), 1);
    let mut input = usual("move-in", jiff::civil::date(2026, 4, 1));
    input["members"][0]["given_name"] = json!("三郎");
    let member = input["members"][0].clone();
    let text = |item: &str| member[item].as_str().unwrap_or_default().to_owned();
    let name = format!("{}　{}", text("family_name"), text("given_name"));
    let birth = RegisterDate::parse_input(&text("birth_date")).unwrap().to_string();
    let sex = text("sex");
    assert!(take(&[vec![&next, "2", &name, &birth, &sex]]).refused.is_empty());
    assert!(take(&[vec![&next, "2", &name, &birth, &sex]]).writes.is_empty());
    assert!(town.view().load::<NonResident>(&next).unwrap().is_some());
    input["members"][0]["relation"] = json!("世帯主");
    let entered = town.run("move-in", "clerk", &input, true);
    assert!(entered.codes().contains(&"A050".to_owned()), "{:?}", entered.codes());
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(town.run("finalize", "reviewer", &no, true).committed);
    town.learn();
    let given: Vec<String> = town.people.values().map(ToString::to_string).collect();
    assert_eq!(given.len(), 2);
    assert!(!given.contains(&next), "{given:?}");
    assert_eq!(town.contradictions(), Vec::<String>::new());
}

/// 基本４情報確認, 同一住所者検索: a question passes once and only as it came; an answer only to what was asked.
#[test]
fn questions_about_non_residents_pass_on_and_their_answers_back() {
    let mut town = town();
    let asked = ["query_no", "query_kind", "addressee_no", "name", "birth_date", "sex", "address"];
    let five = domain::AddresseeNo::from_serial(49_999_999_999_999).unwrap().to_string();
    let row = |no: &'static str, kind: &'static str| {
        vec![no, kind, &*five, "他所　五郎", "1970-07-07", "1", "他県他市本町5番地"]
    };
    for (query, wanted) in [
        (row("Q-1", "1"), ""),
        (row("Q-2", "2"), ""),
        (row("Q-1", "2"), ""),
        (row("", "1"), "query_no"),
        (row("Q 3", "1"), "query_no"),
        (row("Q-3", "3"), "query_kind"),
        (vec!["Q-3", "1", "12", "他所　五郎", "", "", "他市"], "addressee_no"),
    ] {
        let applied = town.take("person-queries", &asked, std::slice::from_ref(&query));
        let items: Vec<&str> = applied.refused.iter().map(|refused| refused.item.as_str()).collect();
        assert_eq!(items.join(" "), wanted, "{query:?}");
    }
    let held = town.view().load::<PersonQuery>("Q-1").unwrap().unwrap();
    assert_eq!((held.version, held.record.kind.as_str()), (1, "1"), "a number is one question");
    assert_eq!(town.view().count(&PERSON_QUERY).unwrap(), 2);

    let answered = ["answer_no", "query_no", "query_result", "name", "address"];
    for (answer, wanted) in [
        (vec!["K-1", "Q-1", "1", "他所　五郎", "他県他市本町5番地"], ""),
        (vec!["K-1", "Q-1", "1", "他所　五郎", "他県他市本町5番地"], ""),
        (vec!["K-2", "Q-2", "3", "", ""], ""),
        (vec!["K-3", "Q-9", "1", "だれか", "どこか"], "query_no"),
        (vec!["", "Q-1", "1", "だれか", "どこか"], "answer_no"),
    ] {
        let applied = town.take("person-answers", &answered, std::slice::from_ref(&answer));
        let items: Vec<&str> = applied.refused.iter().map(|refused| refused.item.as_str()).collect();
        assert_eq!(items.join(" "), wanted, "{answer:?}");
    }
    assert_eq!(town.view().count(&PERSON_ANSWER).unwrap(), 2);
    assert_eq!(town.contradictions(), Vec::<String>::new());
}
