//! Support measures: whose address is hidden, and where.

use serde_json::{Value, json};
use testkit::bench::{Given, Memory, take};

use crate::support::{TODAY, ask, done, inquiry, intake, non_resident, number, search, sound, town};

fn protection(serial: u64, history_no: u32, protected: &str) -> Given {
    vec![
        ("addressee_no", number(serial)),
        ("history_no", history_no.to_string()),
        ("protected", protected.to_owned()),
        ("until", "2027-03-31".into()),
    ]
}

fn protect(memory: &mut Memory, serial: u64) {
    let applied = take(memory, &intake("protected"), TODAY, &[protection(serial, 1, "1")]);
    assert_eq!(applied.refused, []);
}

/// Every text of an answer, wherever it stands.
fn texts(value: &Value) -> String {
    value.to_string()
}

#[test]
fn the_address_of_a_protected_person_and_of_the_household_is_nowhere() {
    let mut memory = town();
    let mailing = json!({"addressee_no": number(1), "tax_item": "00", "from": "2026-04-01", "postcode": "6800001", "address": "隠れ町3番地"});
    done(&mut memory, "mailing-set", &mailing);
    // The husband acts for somebody else, under his address.
    let agent = json!({"addressee_no": number(3), "tax_item": "03", "from": "2026-04-01", "kind": "1", "agent_no": number(2)});
    done(&mut memory, "tax-agent-set", &agent);
    let secrets = ["みなと町", "隠れ町", "6800001"];
    assert!(secrets.iter().all(|secret| texts(&inquiry(&mut memory, &number(1))).contains(secret)));
    protect(&mut memory, 1);
    sound(&memory);
    for serial in [1, 2, 3] {
        let shown = texts(&inquiry(&mut memory, &number(serial)));
        assert!(shown.contains("支援措置対象"), "{serial}");
        for secret in secrets {
            assert!(!shown.contains(secret), "{serial} {secret}: {shown}");
        }
    }
    let notice = inquiry(&mut memory, &number(1))["addressee"]["address_notice"].clone();
    assert!(notice.as_str().unwrap().contains("住民記録"));
    let found = ask(&mut memory, "search", &json!({"q": "架空"})).answer.unwrap();
    assert_eq!(found.subjects, [number(1), number(2)]);
    assert!(!texts(&found.data).contains("みなと町"));
}

/// Others show an address unless its row is marked: the rows of a whole household go out with the mark, and again without it.
#[test]
fn the_rows_of_a_household_are_marked_together() {
    let mut memory = town();
    let marks = |memory: &Memory| -> Vec<String> {
        [1, 2, 3].map(|serial| super::datasets::item(memory, &number(serial), "protected")).into()
    };
    let versions = |memory: &Memory| {
        [1, 2, 3].map(|serial| super::datasets::item(memory, &number(serial), "history_no"))
    };
    assert_eq!(marks(&memory), ["", "", ""]);
    let before = versions(&memory);
    protect(&mut memory, 1);
    assert_eq!(marks(&memory), ["1", "2", ""]);
    let after = versions(&memory);
    assert!(before[0] != after[0] && before[1] != after[1] && before[2] == after[2], "{before:?} {after:?}");

    // Both are protected in one batch, and are told once.
    let both = [protection(1, 2, "1"), protection(2, 1, "1")];
    assert_eq!(take(&mut memory, &intake("protected"), TODAY, &both).refused, []);
    let ended = [protection(1, 3, ""), protection(2, 2, "")];
    assert_eq!(take(&mut memory, &intake("protected"), TODAY, &ended).refused, []);
    assert_eq!(marks(&memory), ["", "", ""]);
    sound(&memory);
}

#[test]
fn nobody_finds_a_protected_person_by_the_address() {
    let mut memory = town();
    let cases = ["みなと町", "架空 みなと町", "1番地"];
    for q in cases {
        assert_eq!(search(&mut memory, q), [number(1), number(2)], "{q}");
    }
    protect(&mut memory, 1);
    for q in cases {
        assert!(search(&mut memory, q).is_empty(), "{q}");
    }
    assert_eq!(search(&mut memory, "花子"), [number(1)]);
    // Nor by asking for a number as somebody who lives there: only name and birth date may agree.
    let sought = json!({"name": "架空　花", "birth_date": "1985-04-01", "sex": "2", "town": "みなと町", "lot": "1番地"});
    assert_eq!(ask(&mut memory, "non-resident-register", &sought).findings, []);
    let sought = json!({"name": "架空　花子", "birth_date": "1985-04-01", "sex": "2", "town": "みなと町", "lot": "1番地"});
    let outcome = ask(&mut memory, "non-resident-register", &sought);
    let finding = outcome.findings.iter().find(|finding| finding.path == number(1)).unwrap();
    assert!(
        !finding.message.contains("みなと町") && !finding.message.contains("住所で"),
        "{}",
        finding.message
    );
}

#[test]
fn the_same_person_under_another_number_is_hidden_too() {
    let mut memory = town();
    let own =
        json!({"name": "架空　花子", "birth_date": "1985-04-01", "sex": "2", "town": "旧町", "lot": "5番地"});
    let given = done(&mut memory, "non-resident-register", &own);
    assert_eq!(given, non_resident(1));
    protect(&mut memory, 1);
    assert!(texts(&inquiry(&mut memory, &given)).contains("旧町"));
    ask(&mut memory, "merge", &json!({"sub_no": given, "main_no": number(1)}));
    assert!(!texts(&inquiry(&mut memory, &given)).contains("旧町"));
    assert!(search(&mut memory, "旧町").is_empty());
}

#[test]
fn whoever_left_with_a_protected_person_stays_hidden_as_a_non_resident() {
    let mut memory = town();
    let left = crate::residents::row(
        2,
        2,
        &[("name", "架空　太郎"), ("resident_status", "2"), ("dest_address_planned", "逃れ町1番地")],
    );
    take(&mut memory, &intake("residents"), TODAY, &[crate::support::household(left, 901)]);
    protect(&mut memory, 1);
    done(&mut memory, "carry-over", &json!({"addressee_no": number(2)}));
    assert!(!texts(&inquiry(&mut memory, &number(2))).contains("逃れ町"));
}

#[test]
fn rows_may_come_before_the_person_and_end_by_a_newer_row_only() {
    let protected = intake("protected");
    let mut memory = Memory::default();
    take(&mut memory, &protected, TODAY, &[protection(1, 2, "1")]);
    let residents = intake("residents");
    take(&mut memory, &residents, TODAY, &[crate::residents::row(1, 1, &[])]);
    // (row, whether the address is shown)
    let steps = [
        (protection(1, 1, ""), false),
        (protection(1, 3, ""), true),
        (protection(1, 4, "1"), false),
        (protection(1, 4, ""), false),
        // As the resident register offers it: the end by its code alone.
        (
            vec![
                ("addressee_no", number(1)),
                ("history_no", "5".into()),
                ("support_class", "2".into()),
                ("to", "2020-01-01".into()),
            ],
            false,
        ),
        (vec![("addressee_no", number(1)), ("history_no", "6".into()), ("support_class", "3".into())], true),
    ];
    for (row, shown) in steps {
        take(&mut memory, &protected, TODAY, std::slice::from_ref(&row));
        let address = inquiry(&mut memory, &number(1))["addressee"]["address"].clone();
        assert_eq!(address == "みなと町1番地", shown, "{row:?}");
        sound(&memory);
    }
    // A newer row of the person does not take the protection away.
    take(&mut memory, &protected, TODAY, &[protection(1, 7, "1")]);
    take(&mut memory, &residents, TODAY, &[crate::residents::row(1, 2, &[])]);
    assert_eq!(inquiry(&mut memory, &number(1))["addressee"]["address"], "支援措置対象");
    sound(&memory);
}

#[test]
fn a_row_that_does_not_say_clearly_is_refused() {
    let cases = [
        (
            vec![("addressee_no", "1".to_owned()), ("history_no", "1".into()), ("protected", "1".into())],
            "addressee_no",
        ),
        (
            vec![("addressee_no", number(1)), ("history_no", "".into()), ("protected", "1".into())],
            "history_no",
        ),
        (
            vec![("addressee_no", number(1)), ("history_no", "1".into()), ("protected", "x".into())],
            "protected",
        ),
        (
            vec![("addressee_no", number(1)), ("history_no", "1".into()), ("support_class", "".into())],
            "support_class",
        ),
        (vec![("addressee_no", number(1)), ("history_no", "1".into())], "support_class"),
    ];
    for (row, item) in cases {
        let mut memory = town();
        let applied = take(&mut memory, &intake("protected"), TODAY, &[row]);
        assert_eq!(applied.refused[0].item, item);
        assert!(applied.writes.is_empty());
    }
}
