//! Masking: what goes in does not come out, and what belongs together stays together.

use std::collections::BTreeSet;

use archive::{Masker, RuleError, Rules};
use domain::{IndividualNumber, ResidentRecordCode};
use proptest::prelude::*;
use serde_json::{Value, json};

const RULES: &str = "\
# kind\tpath\trule
t/person\tname\tname
t/person\tname_kana\tkana:name
t/person\tfamily_name\tfamily
t/person\tformer\tfamily
t/person\tformer_kana\tfamily-kana:former
t/person\troman\troman
t/person\tsex\tkeep
t/person\taddress.town\tkeep
t/person\taddress.lot\tlot
t/person\taddress.building\tbuilding
t/person\tnumber\tindividual-number
t/person\tcode\tresident-record-code
t/person\tphone\tdigits
t/person\tnotes[].on\tkeep
t/person\tnotes[].text\tblank
t/other\tname\tname
t/other\tmoved_to\tplace
";

fn mask(seed: u64, kind: &str, body: &Value) -> Value {
    let rules = Rules::parse(RULES).unwrap();
    Masker::new(&rules, seed).body(kind, body)
}

fn person() -> Value {
    json!({
        "name": "髙橋　花子", "name_kana": "タカハシ　ハナコ", "family_name": "髙橋", "former": "髙橋", "former_kana": "タカハシ",
        "roman": "NGUYEN VAN", "sex": "2",
        "address": { "town": "見本町", "lot": "12番地3", "building": "コーポ髙橋101", "added_later": "髙橋様方" },
        "number": "123456789018", "code": "12345678903", "phone": "090-1234-5678",
        "notes": [{ "on": "2026-04-01", "text": "花子より電話", "by": "花子" }],
        "added_later": "髙橋花子", "count": 3, "flag": true, "nothing": null, "list": ["花子"],
    })
}

#[test]
fn each_field_becomes_what_its_rule_says() {
    let masked = mask(1, "t/person", &person());
    let text = masked.to_string();
    for secret in [
        "髙橋",
        "花子",
        "タカハシ",
        "NGUYEN",
        "12番地3",
        "コーポ",
        "123456789018",
        "12345678903",
        "1234-5678",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(masked["sex"], "2");
    assert_eq!(masked["address"]["town"], "見本町");
    assert_eq!(masked["notes"], json!([{ "on": "2026-04-01", "text": "", "by": "" }]));
    // What no rule knows is blanked, each in its own type.
    for (field, blank) in [
        ("added_later", json!("")),
        ("count", json!(0)),
        ("flag", json!(false)),
        ("nothing", json!(null)),
        ("list", json!([])),
    ] {
        assert_eq!(masked[field], blank, "{field}");
    }
    assert_eq!(masked["address"]["added_later"], "");
    assert!(IndividualNumber::parse(masked["number"].as_str().unwrap()).is_ok());
    assert!(ResidentRecordCode::parse(masked["code"].as_str().unwrap()).is_ok());
    let phone = masked["phone"].as_str().unwrap();
    assert!(phone.starts_with('0') && phone.len() == 13 && phone.matches('-').count() == 2, "{phone}");
}

#[test]
fn names_agree_within_and_between_records() {
    let masked = mask(1, "t/person", &person());
    let (family, given) = masked["name"].as_str().unwrap().split_once('　').unwrap();
    assert_eq!(masked["family_name"], family);
    assert!(!given.is_empty());
    let kana = masked["name_kana"].as_str().unwrap();
    assert_eq!(kana.split_once('　').unwrap().0, masked["former_kana"]);
    let other = mask(1, "t/other", &json!({ "name": "髙橋　花子", "moved_to": "実在県実在市1-2" }));
    assert_eq!(other["name"], masked["name"]);
    assert!(other["moved_to"].as_str().unwrap().starts_with("架空県"));
}

#[test]
fn the_same_seed_gives_the_same_copy_and_another_seed_another() {
    assert_eq!(mask(1, "t/person", &person()), mask(1, "t/person", &person()));
    let (one, two) = (mask(1, "t/person", &person()), mask(2, "t/person", &person()));
    for field in ["number", "code", "phone"] {
        assert_ne!(one[field], two[field], "{field}");
    }
}

#[test]
fn unknown_fields_and_kinds_are_told() {
    let rules = Rules::parse(RULES).unwrap();
    let mut masker = Masker::new(&rules, 1);
    assert!(masker.knows("t/person") && !masker.knows("t/unknown"));
    masker.body("t/person", &person());
    let unknown: Vec<&str> = masker.unknown().keys().map(|(_, path)| path.as_str()).collect();
    assert_eq!(unknown, ["added_later", "address.added_later", "count", "flag", "list", "notes[].by"]);
}

#[test]
fn broken_tables_are_refused() {
    for (text, wanted) in [
        ("t/a\tname", RuleError::Columns(1)),
        ("t/a\tname\tname\tx", RuleError::Columns(1)),
        ("\nt/a\tname\thide", RuleError::Rule { line: 2, rule: "hide".to_owned() }),
        ("t/a\tname\tkana:", RuleError::Rule { line: 1, rule: "kana:".to_owned() }),
        (
            "t/a\tname\tkeep\nt/a\tname\tname",
            RuleError::Twice { line: 2, kind: "t/a".to_owned(), path: "name".to_owned() },
        ),
    ] {
        assert_eq!(Rules::parse(text).unwrap_err(), wanted, "{text}");
    }
}

#[test]
fn no_two_numbers_become_one() {
    let rules = Rules::parse(RULES).unwrap();
    let mut masker = Masker::new(&rules, 1);
    let mut seen = BTreeSet::new();
    for number in 0..5_000 {
        let number = IndividualNumber::from_first_eleven(20_000_000_000 + number).unwrap();
        let masked = masker.body("t/person", &json!({ "number": number.expose() }));
        assert!(seen.insert(masked["number"].as_str().unwrap().to_owned()));
    }
}

proptest! {
    #[test]
    fn nothing_panics_and_shapes_stay(name in any::<String>(), number in any::<String>(), phone in any::<String>()) {
        let masked = mask(7, "t/person", &json!({ "name": name, "number": number, "phone": phone, "address": name }));
        prop_assert!(masked["name"].is_string() && masked["number"].is_string() && masked["phone"].is_string());
        prop_assert_eq!(&masked["address"], "");
    }
}
