//! 広域交付: what others are answered and what they never are; what is issued here and not kept.

use std::collections::BTreeMap;

use domain::{RegisterDate, Sex};
use register::ViewExt;
use resident_register::records::{Issuance, WIDE_AREA_ISSUANCE, WideAreaAnswer};
use serde_json::{Value, json};
use system::{Fate, Row};

use crate::cases::usual;
use crate::town::{Described, Town};

const NAMES: [&str; 8] = [
    "request_no",
    "from_municipality",
    "resident_record_code",
    "scope",
    "with_relation",
    "with_domicile",
    "with_individual_number",
    "with_qualifications",
];

fn town() -> Town {
    let mut town = Town::new();
    let birth = RegisterDate::parse_input("1980-01-01").unwrap();
    let member = |name, relation| Described { name, relation, sex: Sex::Unknown, birth };
    town.household("1番地", &[member("太郎", "世帯主"), member("花子", "妻")]);
    town.household("2番地", &[member("次郎", "世帯主")]);
    town
}

fn code(town: &Town, name: &str) -> String {
    town.person(name).resident_record_code.unwrap().expose().to_owned()
}

fn answers(town: &Town) -> Vec<BTreeMap<&'static str, String>> {
    let view = town.view();
    let id = "resident-register/wide-area-answer";
    let dataset = town.system.datasets.iter().find(|one| one.id == id).unwrap();
    let mut rows = Vec::new();
    view.scan(dataset.kind, None, &mut |stored| {
        let mut row = Row::new();
        assert_eq!((dataset.row)(&*view, stored, &mut row)?, Fate::Row);
        assert_eq!(row.len(), dataset.items.len());
        rows.push(dataset.names().into_iter().zip(row.values().map(str::to_owned)).collect());
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    rows
}

#[test]
fn a_household_is_answered_without_what_the_law_keeps_back_and_the_history_has_it() {
    let mut town = town();
    let taro = code(&town, "太郎");
    let asked = vec!["R1", "河原市", &taro, "household", "", "", "", ""];
    assert!(town.take("wide-area-requests", &NAMES, std::slice::from_ref(&asked)).refused.is_empty());
    let rows = answers(&town);
    let told: Vec<(&str, &str, &str)> =
        rows.iter().map(|row| (&*row["answer_no"], &*row["name"], &*row["relation"])).collect();
    assert_eq!(told, [("R1-01", "山田　太郎", ""), ("R1-02", "山田　花子", "")]);
    assert_eq!((&*rows[0]["carries"], &*rows[0]["granted"]), ("", "1"));
    let all = format!("{rows:?}");
    let person = town.person("太郎");
    for kept_back in [&person.register_head, &"字浜1番地".to_owned(), &taro] {
        assert!(!all.contains(&format!("\"{kept_back}")), "{kept_back}: {all}");
    }
    let history = town.view().load_by::<Issuance>("household_no", person.household_no.as_str()).unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!((&*history[0].record.requested_by, history[0].record.persons.len()), ("河原市", 2));
    // Asked again by the same number it is one issue.
    assert!(town.take("wide-area-requests", &NAMES, &[asked]).writes.is_empty());
    // On special request the relation and a number, of one person.
    let one = vec!["R2", "河原市", &taro, "person", "1", "", "1", ""];
    town.take("wide-area-requests", &NAMES, &[one]);
    let last = answers(&town).pop().unwrap();
    assert_eq!(
        (&*last["relation"], &*last["head_name"], &*last["carries"], &*last["resident_kind"]),
        ("世帯主", "山田　太郎", "number", "1")
    );
    assert_eq!(town.contradictions(), Vec::<String>::new());
}

#[test]
fn what_the_law_forbids_is_refused_and_what_is_suppressed_is_answered_as_nobody() {
    let mut town = town();
    let (taro, jiro) = (code(&town, "太郎"), code(&town, "次郎"));
    let refused = |town: &mut Town, at: usize, value: &str| {
        let mut row = vec!["R9", "河原市", &*taro, "person", "", "", "", ""];
        row[at] = value;
        let applied = town.take("wide-area-requests", &NAMES, &[row]);
        let code = |message: &str| message.chars().take(4).collect::<String>();
        applied.refused.iter().map(|one| format!("{} {}", one.item, code(&one.message))).collect::<Vec<_>>()
    };
    assert_eq!(refused(&mut town, 5, "1"), ["with_domicile E154"]);
    assert_eq!(refused(&mut town, 7, "1"), ["with_qualifications E154"]);
    assert_eq!(refused(&mut town, 2, "12345678900"), ["resident_record_code E031"]);
    assert_eq!(refused(&mut town, 3, "all").len(), 1);
    assert_eq!(refused(&mut town, 0, "").len(), 1);
    assert!(answers(&town).is_empty());
    let mut input = usual("support-apply", town.today);
    input["applicant"] = json!(town.people["花子"]);
    assert!(town.run("support-apply", "clerk", &input, true).committed);
    let no = town.people["次郎"];
    let input = json!({ "addressee_no": no, "certificate": "error", "reason": "試験" });
    assert!(town.run("suppression-set", "clerk", &input, true).committed);
    for (no, code) in [("S1", &*taro), ("S2", &*jiro), ("S3", "23057188464")] {
        let row = vec![no, "河原市", code, "household", "", "", "", ""];
        assert!(town.take("wide-area-requests", &NAMES, &[row]).refused.is_empty());
    }
    let rows = answers(&town);
    assert_eq!(rows.len(), 3);
    // Nobody can tell the protected, the suppressed and the stranger apart.
    for row in &rows {
        let told: Vec<&String> = row
            .iter()
            .filter(|(item, value)| !["answer_no", "request_no"].contains(item) && !value.is_empty())
            .map(|(_, value)| value)
            .collect();
        assert_eq!(told.len(), 4, "{row:?}");
        assert_eq!((&*row["granted"], &*row["name"]), ("0", ""));
    }
    let held = town.view().load::<WideAreaAnswer>("S1-01").unwrap().unwrap().record;
    assert_eq!((held.addressee_no, &*held.issue_number), (None, ""));
}

fn asked() -> Value {
    json!({
        "request_no": "Q-1", "of_municipality": "別県河原市", "requested_by": "鈴木　一郎", "identity_checked": true,
        "address": "別県河原市中央1番地", "head_name": "鈴木　一郎",
        "members": [{
            "name": "鈴木　一郎", "birth_date": "1980-01-01", "sex": "1", "relation": "世帯主",
            "resident_since": "2010-04-01", "previous": "別県隣市2番地", "individual_number": "123456789018",
        }],
    })
}

#[test]
fn a_copy_for_a_resident_of_elsewhere_is_printed_and_only_its_issue_is_kept() {
    let mut town = town();
    let issued = town.run("wide-area-issue", "clerk", &asked(), true);
    assert!(issued.committed, "{:?}", issued.findings);
    let data = &issued.outcome.documents[0].data;
    assert_eq!(issued.outcome.documents[0].template, "resident-record-copy");
    let printed = &data["persons"][0];
    assert_eq!((&printed["individual_number"], &printed["relation"]), (&json!("omitted"), &json!("omitted")));
    assert_eq!(printed["nationality"]["japanese"]["registered_domicile"], "omitted");
    assert_eq!(printed["address_since"], "blank");
    assert!(data["attestation"]["text"].as_str().unwrap().contains("河原市"), "{data}");
    let mut kept = Vec::new();
    town.view()
        .scan(&WIDE_AREA_ISSUANCE, None, &mut |stored| {
            kept.push(stored.body.as_str().to_owned());
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].contains("1980-01-01") && !kept[0].contains("中央1番地"), "{}", kept[0]);
}

#[test]
fn a_copy_for_a_resident_of_elsewhere_has_its_refusals() {
    let mut town = town();
    for (item, value, code) in [
        ("with_domicile", json!(true), "E154"),
        ("identity_checked", json!(false), "D102"),
        ("members", json!([]), "D103"),
    ] {
        let mut input = asked();
        input[item] = value;
        let ran = town.run("wide-area-issue", "clerk", &input, true);
        assert!(ran.codes().contains(&code.to_owned()), "{item}: {:?}", ran.codes());
        assert!(!ran.committed, "{item}");
    }
    town.municipality["attester_name"] = json!("");
    assert_eq!(town.run("wide-area-issue", "clerk", &asked(), true).codes(), ["E155"]);
}

#[test]
fn a_household_without_a_head_is_answered_with_a_blank_and_not_with_who_died() {
    let mut town = Town::new();
    let birth = RegisterDate::parse_input("1980-01-01").unwrap();
    let member = |name, relation| Described { name, relation, sex: Sex::Unknown, birth };
    town.household("1番地", &[member("太郎", "世帯主"), member("花子", "妻"), member("一郎", "子")]);
    let mut input = usual("death", town.today);
    input["targets"] = json!([town.people["太郎"]]);
    let entered = town.run("death", "clerk", &input, true);
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(town.run("finalize", "reviewer", &no, true).committed);
    let hanako = code(&town, "花子");
    let asked = vec!["R1", "河原市", &hanako, "household", "1", "", "", ""];
    assert!(town.take("wide-area-requests", &NAMES, &[asked]).refused.is_empty());
    let told: Vec<(String, String)> =
        answers(&town).iter().map(|row| (row["name"].clone(), row["head_name"].clone())).collect();
    let blank = |name: &str| (name.to_owned(), String::new());
    assert_eq!(told, [blank("山田　花子"), blank("山田　一郎")]);
}

#[test]
fn a_copy_for_a_resident_of_elsewhere_is_in_the_history_is_issued_once_and_can_be_spoilt() {
    let mut town = town();
    let issued = town.run("wide-area-issue", "clerk", &asked(), true);
    assert!(issued.committed, "{:?}", issued.findings);
    let number = issued.outcome.answer.unwrap().data["issue_numbers"][0].clone();
    let listed = |town: &mut Town, input: Value| {
        let answer = town.run("issuance-list", "clerk", &input, true).outcome.answer.unwrap();
        answer.data["rows"].as_array().unwrap().clone()
    };
    let rows = listed(&mut town, json!({}));
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(
        (&rows[0]["issue_number"], &rows[0]["certificate"]),
        (&number, &json!("住民票の写し（広域交付）"))
    );
    assert_eq!(rows[0]["names"], "別県河原市の住民1人");
    assert!(listed(&mut town, json!({ "certificate": "除票" })).is_empty());
    // The same request again is no second copy, until the first is spoilt.
    assert_eq!(town.run("wide-area-issue", "clerk", &asked(), true).codes(), ["D105"]);
    let spoilt = json!({ "issue_number": number, "reason": "紙づまり" });
    let ran = town.run("issuance-dispose", "clerk", &spoilt, true);
    assert!(ran.committed, "{:?}", ran.findings);
    assert_eq!(town.run("issuance-dispose", "clerk", &spoilt, true).codes(), ["D054"]);
    assert_eq!(listed(&mut town, json!({ "disposed": true }))[0]["disposed"], "紙づまり");
    assert!(town.run("wide-area-issue", "clerk", &asked(), true).committed);
    assert_eq!(listed(&mut town, json!({})).len(), 2);
}
