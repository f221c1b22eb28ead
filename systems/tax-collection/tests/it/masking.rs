//! Every field that a case, a survey, a disposition or a closing can hold has a rule for copies of the town.

use std::collections::BTreeSet;

use domain::Yen;
use jiff::civil::date;
use register::Record;
use serde_json::Value;
use tax_collection::records::{
    Case, Closing, Contact, ContactKind, Decision, Deferment, DefermentKind, Demand, Disposition,
    DispositionKind, Ended, Part, Pledge, PropertyKind, Remission, Sale, SaleMethod, Survey, Suspension,
};

const DAY: domain::Date = date(2026, 11, 20);

fn filled() -> Vec<(&'static str, Value)> {
    let text = || "文字".to_owned();
    let keys = || vec![text()];
    let mut case = Case::new("1", DAY);
    case.officer = text();
    case.demands.push(Demand { stage: 1, on: DAY, total: Yen(1) });
    case.contacts.push(Contact { on: DAY, kind: ContactKind::Visit, note: text(), next_on: Some(DAY) });
    case.pledges.push(Pledge { on: DAY, levy_keys: keys(), rows: Vec::new(), ended_on: Some(DAY) });
    case.deferments.push(Deferment {
        kind: DefermentKind::Collection,
        reason: text(),
        levy_keys: keys(),
        applied_on: DAY,
        decision: Decision::Granted,
        decided_on: Some(DAY),
        from: DAY,
        to: DAY,
        all: true,
        security: text(),
        cancelled_on: Some(DAY),
    });
    case.remissions.push(Remission {
        applied_on: DAY,
        decided_on: DAY,
        decision: Decision::Granted,
        reason: text(),
        levy_keys: keys(),
        part: Part::Delinquency,
        yen: Yen(1),
    });
    case.suspensions.push(Suspension {
        reason: text(),
        levy_keys: keys(),
        from: DAY,
        immediate: false,
        cancelled_on: Some(DAY),
    });
    let survey = Survey {
        survey_key: text(),
        addressee_no: text(),
        target: text(),
        asked_on: DAY,
        answered_on: Some(DAY),
        kind: Some(PropertyKind::Deposit),
        description: text(),
        value: Yen(1),
    };
    let disposition = Disposition {
        disposition_key: text(),
        addressee_no: text(),
        kind: DispositionKind::Seizure,
        property_kind: PropertyKind::Deposit,
        property: text(),
        holder: text(),
        levy_keys: keys(),
        on: DAY,
        ended: Some(Ended { on: DAY, reason: text() }),
        sales: vec![Sale {
            method: SaleMethod::Auction,
            noticed_on: DAY,
            held_on: DAY,
            estimate: Yen(1),
            paid_on: Some(DAY),
            sold_for: Yen(1),
            costs: Yen(1),
            others: Yen(1),
            payment_no: text(),
        }],
    };
    let closing = Closing {
        year: domain::FiscalYear(2026),
        closed_on: DAY,
        carried: 1,
        carried_yen: Yen(1),
        complete: true,
    };
    vec![
        (Case::KIND.id, serde_json::to_value(case).unwrap()),
        (Survey::KIND.id, serde_json::to_value(survey).unwrap()),
        (Disposition::KIND.id, serde_json::to_value(disposition).unwrap()),
        (Closing::KIND.id, serde_json::to_value(closing).unwrap()),
    ]
}

#[test]
fn every_field_has_a_rule_and_words_about_persons_are_not_kept() {
    let table = include_str!("../../../../standards/masking.tsv");
    let rules: BTreeSet<(&str, &str, &str)> = table
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (cells.len() == 3).then(|| (cells[0], cells[1], cells[2]))
        })
        .collect();
    let rule = |kind: &str, path: &str| {
        rules.iter().find(|(of, at, _)| (*of, *at) == (kind, path)).map(|(_, _, rule)| *rule)
    };
    for (kind, body) in filled() {
        for (name, value) in body.as_object().unwrap() {
            if rule(kind, name).is_some() {
                continue;
            }
            let items = value.as_array().unwrap_or_else(|| panic!("{kind} {name} has no rule"));
            for field in items[0].as_object().unwrap().keys() {
                assert!(rule(kind, &format!("{name}[].{field}")).is_some(), "{kind} {name}[].{field}");
            }
        }
    }
    for (kind, path) in [
        ("case", "contacts[].note"),
        ("case", "deferments[].security"),
        ("survey", "target"),
        ("survey", "description"),
        ("disposition", "property"),
        ("disposition", "holder"),
    ] {
        assert_eq!(rule(&format!("tax-collection/{kind}"), path), Some("blank"), "{kind} {path}");
    }
}

/// What the other kinds hold after a busy year: each field has a rule, or a copy would have levies without their ledger.
#[test]
fn levies_and_payments_are_whole_in_a_copy() {
    let table = include_str!("../../../../standards/masking.tsv");
    let rules: BTreeSet<(&str, &str)> = table
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(kind, rest)| rest.split_once('\t').map(|(path, _)| (kind, path)))
        .collect();
    let town = crate::town::busy();
    for kind in &town.system.kinds {
        for (key, body) in town.memory.register(kind) {
            let body: Value = serde_json::from_str(&body).unwrap();
            for (name, value) in body.as_object().unwrap() {
                let whole = rules.contains(&(kind.id, name));
                let parts = value.as_object().is_some_and(|parts| {
                    parts.keys().all(|part| rules.contains(&(kind.id, &format!("{name}.{part}"))))
                });
                let listed =
                    rules.iter().any(|(of, path)| *of == kind.id && path.starts_with(&format!("{name}[].")));
                assert!(whole || parts || listed, "{} {key}: {name} has no rule", kind.id);
            }
        }
    }
    for kind in [
        "instalment",
        "receipt",
        "overpayment",
        "transfer-application",
        "transfer",
        "issue",
        "addressee",
        "account",
    ] {
        let id = format!("tax-collection/{kind}");
        let kind = town.system.kinds.iter().find(|kind| kind.id == id).unwrap();
        assert!(!town.memory.register(kind).is_empty(), "{id} was not tried");
    }
}
