//! Merging and unmerging, and that no sequence of registering, merging and unmerging breaks the register.

use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::bench::{Memory, take};

use crate::support::{
    TODAY, ask, codes, corporation, done, household, inquiry, intake, non_resident, number, sound, town,
};

fn merge(sub: &str, main: &str) -> Value {
    json!({"sub_no": sub, "main_no": main, "reason": "同じ人"})
}

/// Three non-residents of one name and birth date, and a corporation.
fn owners() -> Memory {
    let mut memory = town();
    for nth in 1..4 {
        let input = json!({"name": "他所　五郎", "birth_date": "1970-07-07", "town": "本町", "lot": format!("{nth}番地")});
        assert_eq!(done(&mut memory, "non-resident-register", &input), non_resident(nth));
    }
    let input = json!({"name": "株式会社みなと", "name_kana": "ミナト", "town": "本町"});
    assert_eq!(done(&mut memory, "corporation-register", &input), corporation(1));
    memory
}

#[test]
fn links_go_one_step_and_never_in_circles() {
    let [a, b, c] = [1, 2, 3].map(non_resident);
    let mut memory = owners();
    // (function, input, what is found)
    let undo = |sub: &str| json!({"sub_no": sub, "reason": "別の人"});
    let steps: Vec<(&str, Value, &[&str])> = vec![
        ("merge", merge(&a, &a), &["ADR20"]),
        ("merge", merge(&a, &number(99)), &["ADR01"]),
        ("merge", merge(&a, &corporation(1)), &["ADR26"]),
        ("merge", merge(&a, &number(1)), &["ADR24"]),
        ("unmerge", undo(&a), &[]),
        ("unmerge", undo(&a), &["ADR25"]),
        ("merge", merge(&a, &b), &[]),
        ("merge", merge(&a, &c), &["ADR22"]),
        ("merge", merge(&b, &a), &["ADR21"]),
        ("merge", merge(&c, &a), &["ADR21"]),
        ("merge", merge(&b, &c), &["ADR23"]),
        ("merge", merge(&c, &b), &[]),
        ("unmerge", undo(&a), &[]),
        ("merge", merge(&a, &b), &[]),
        ("merge", merge(&number(1), &number(3)), &["ADR24", "ADR27"]),
    ];
    for (id, input, found) in steps {
        assert_eq!(codes(&mut memory, id, &input), found, "{id} {input}");
        sound(&memory);
    }
}

#[test]
fn an_undone_link_stays_in_the_history() {
    let [a, b] = [1, 2].map(non_resident);
    let mut memory = owners();
    ask(&mut memory, "merge", &merge(&a, &b));
    ask(&mut memory, "unmerge", &json!({"sub_no": a, "reason": "別の人と分かった"}));
    let merges = inquiry(&mut memory, &a)["merges"].clone();
    assert_eq!(merges.as_array().unwrap().len(), 1);
    assert_eq!(merges[0]["unmerged_on"], "2026-11-20");
    assert_eq!(merges[0]["reason"], "別の人と分かった");
    // Nothing was rewritten: what both say is what they said.
    for given in [&a, &b] {
        assert_eq!(inquiry(&mut memory, given)["history"].as_array().unwrap().len(), 1);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Register(u8),
    Corporation(u8),
    Merge(usize, usize),
    Unmerge(usize),
    Close(usize),
    Carry(usize),
    Account(usize),
    Protect(usize, bool),
    Resident(usize, u32, bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u8..4).prop_map(Step::Register),
        (0u8..3).prop_map(Step::Corporation),
        (0usize..9, 0usize..9).prop_map(|(sub, main)| Step::Merge(sub, main)),
        (0usize..9, 0usize..9).prop_map(|(sub, main)| Step::Merge(sub, main)),
        (0usize..9).prop_map(Step::Unmerge),
        (0usize..9).prop_map(Step::Close),
        (0usize..9).prop_map(Step::Carry),
        (0usize..9).prop_map(Step::Account),
        (0usize..9, any::<bool>()).prop_map(|(who, on)| Step::Protect(who, on)),
        (0usize..4, 2u32..9, any::<bool>()).prop_map(|(who, no, here)| Step::Resident(who, no, here)),
    ]
}

/// Nine numbers: four residents, three non-residents, two corporations; some may not have been given yet.
fn numbers() -> Vec<String> {
    let residents = (1..5).map(number);
    residents.chain((1..4).map(non_resident)).chain((1..3).map(corporation)).collect()
}

/// Takes a step, and says which findings stopped it.
fn walk(memory: &mut Memory, step: &Step, at: u32) {
    let numbers = numbers();
    let of = |nth: &usize| numbers[*nth].as_str();
    match step {
        Step::Register(who) => {
            let input = json!({"name": format!("他所　{who}"), "birth_date": "1970-07-07", "town": "本町"});
            ask(memory, "non-resident-register", &input);
        }
        Step::Corporation(who) => {
            let corporate_no = ["", "7000012050002", "8700110005901"][usize::from(*who)];
            let input = json!({"name": "株式会社みなと", "name_kana": "ミナト", "town": "本町", "corporate_no": corporate_no});
            ask(memory, "corporation-register", &input);
        }
        Step::Merge(sub, main) => {
            ask(memory, "merge", &merge(of(sub), of(main)));
        }
        Step::Unmerge(sub) => {
            ask(memory, "unmerge", &json!({"sub_no": of(sub), "reason": "別の人"}));
        }
        Step::Close(who) => {
            let input = json!({"addressee_no": of(who), "closing_reason": "9", "closed_on": "2026-11-01"});
            ask(memory, "non-resident-close", &input);
            ask(memory, "corporation-close", &input);
        }
        Step::Carry(who) => {
            ask(memory, "carry-over", &json!({"addressee_no": of(who)}));
        }
        Step::Account(who) => {
            let input = json!({
                "addressee_no": of(who), "tax_item": "00", "from": "2026-04-01", "bank": "9990", "branch": "001",
                "account_type": "1", "account_no": format!("{at:07}"), "holder_kana": "ｶｸｳ ﾊﾅｺ", "method": "1",
            });
            ask(memory, "account-set", &input);
        }
        Step::Protect(who, on) => {
            let row = vec![
                ("addressee_no", of(who).to_owned()),
                ("history_no", at.to_string()),
                ("protected", if *on { "1" } else { "" }.to_owned()),
            ];
            take(memory, &intake("protected"), TODAY, &[row]);
        }
        Step::Resident(who, history_no, here) => {
            let status = if *here { "1" } else { "2" };
            let mut row = crate::residents::row(1, *history_no, &[("resident_status", status)]);
            row[0].1 = of(who).to_owned();
            take(memory, &intake("residents"), TODAY, &[household(row, 901)]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_sequence_leaves_the_register_sound(steps in prop::collection::vec(step(), 1..40)) {
        let mut memory = town();
        for (at, step) in (1..).zip(&steps) {
            walk(&mut memory, step, at);
        }
        prop_assert_eq!(testkit::bench::verify(&crate::support::system(), &memory), Vec::<String>::new());
        for given in numbers() {
            let asked = ask(&mut memory, "inquiry", &json!({ "addressee_no": given }));
            prop_assert!(asked.answer.is_some() || asked.findings[0].code == "ADR01");
        }
    }
}
