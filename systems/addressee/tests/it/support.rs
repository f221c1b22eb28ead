//! A town of a few addressees, and what is asked of it in few words.

use domain::{AddresseeNo, Date};
use jiff::civil::date;
use serde_json::{Value, json};
use system::{Intake, Outcome, System};
use testkit::bench::{Given, Memory, run, take, verify};

use crate::residents::row;

pub(crate) const TODAY: Date = date(2026, 11, 20);

pub(crate) fn system() -> System {
    addressee::system()
}

pub(crate) fn number(serial: u64) -> String {
    AddresseeNo::from_serial(serial).unwrap().to_string()
}

/// The n-th number given to a non-resident.
pub(crate) fn non_resident(nth: u64) -> String {
    number(49_999_999_999_999 + nth)
}

/// The n-th number given to a corporation.
pub(crate) fn corporation(nth: u64) -> String {
    number(69_999_999_999_999 + nth)
}

pub(crate) fn intake(id: &str) -> Intake {
    *system().intakes.iter().find(|intake| intake.id == format!("addressee/{id}")).unwrap()
}

/// Residents: 1 a woman, 2 her husband, 3 somebody of another household who moved out, 4 somebody who died.
pub(crate) fn town() -> Memory {
    let mut memory = Memory::default();
    let rows = [
        household(row(1, 1, &[("name", "架空　花子"), ("name_kana", "カクウ　ハナコ")]), 901),
        household(
            row(
                2,
                1,
                &[("name", "架空　太郎"), ("name_kana", "カクウ　タロウ"), ("birth_date", "1983-02-03")],
            ),
            901,
        ),
        household(
            row(
                3,
                1,
                &[
                    ("name", "渡辺　次郎"),
                    ("name_kana", "ワタナベ　ジロウ"),
                    ("birth_date", "1990-09-09"),
                    ("resident_status", "2"),
                    ("dest_address_planned", "他県他市本町9番地"),
                    ("town", "浜町"),
                ],
            ),
            902,
        ),
        household(
            row(
                4,
                1,
                &[
                    ("name", "故人　四郎"),
                    ("name_kana", "コジン　シロウ"),
                    ("birth_date", "1930-01-01"),
                    ("resident_status", "3"),
                ],
            ),
            903,
        ),
    ];
    take(&mut memory, &intake("residents"), TODAY, &rows);
    memory
}

/// The row of somebody who lives in a household.
pub(crate) fn household(mut row: Given, serial: u64) -> Given {
    row.iter_mut().find(|(item, _)| *item == "household_no").unwrap().1 = number(serial);
    row
}

/// Runs a function of the system.
pub(crate) fn ask(memory: &mut Memory, id: &str, input: &Value) -> Outcome {
    run(&system(), memory, TODAY, &format!("addressee/{id}"), input)
}

/// The codes of what a function finds, in order; empty when it is done without a word.
pub(crate) fn codes(memory: &mut Memory, id: &str, input: &Value) -> Vec<String> {
    ask(memory, id, input).findings.into_iter().map(|finding| finding.code).collect()
}

/// Runs a function that must not refuse, and gives the number it is about.
pub(crate) fn done(memory: &mut Memory, id: &str, input: &Value) -> String {
    let outcome = ask(memory, id, input);
    assert!(outcome.findings.iter().all(|finding| !finding.stops()), "{id} {input}: {:?}", outcome.findings);
    outcome.opens.unwrap()
}

/// The answer of an inquiry.
pub(crate) fn inquiry(memory: &mut Memory, addressee_no: &str) -> Value {
    ask(memory, "inquiry", &json!({ "addressee_no": addressee_no })).answer.unwrap().data
}

/// The numbers a search finds.
pub(crate) fn search(memory: &mut Memory, q: &str) -> Vec<String> {
    ask(memory, "search", &json!({ "q": q })).answer.unwrap().subjects
}

/// What the checks say; must be nothing.
pub(crate) fn sound(memory: &Memory) {
    assert_eq!(verify(&system(), memory), Vec::<String>::new());
}

/// Some input with more or other items.
pub(crate) fn with(base: &Value, more: &Value) -> Value {
    let mut all = base.as_object().unwrap().clone();
    all.extend(more.as_object().unwrap().clone());
    Value::Object(all)
}
