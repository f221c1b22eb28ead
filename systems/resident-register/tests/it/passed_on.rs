//! What is passed on to 住基ネット or asked of it, and the numbers of those who live elsewhere.

use domain::{RegisterDate, Sex};
use register::ViewExt;
use resident_register::records::{CODE_REQUEST, CodeRequest, NonResident};
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
    let names = ["addressee_no", "addressee_kind", "name", "birth_date", "sex"];
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
