//! How long the initial levy of a large city takes: `cargo bench -p light-vehicle-tax`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark measures, prints and may stop"
)]

use std::time::Instant;

use domain::AddresseeNo;
use jiff::Timestamp;
use jiff::civil::date;
use light_vehicle_tax::records::{ADDRESSEE, VEHICLE};
use register::{Actor, AsOf, Body, Draft, Journal, Write};
use serde_json::{Value, json};
use store_sqlite::{Options, Store};
use system::{Context, Function, Input, Outcome};

const VEHICLES: u64 = 100_000;
const PERSONS: u64 = 60_000;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let system = light_vehicle_tax::system();
    let store = Store::open(&folder.path().join("town.db"), &system.kinds, Options::default()).unwrap();
    let begun = Instant::now();
    load(&store);
    println!("loaded {VEHICLES} vehicles: {:?}", begun.elapsed());
    let function = |id: &str| system.functions.iter().find(|one| one.id == id).unwrap();
    let levy = function("light-vehicle-tax/initial-levy");
    let begun = Instant::now();
    let mut parts = 0;
    loop {
        let outcome = run(&store, levy, json!({"tax_year": "2026"}));
        parts += 1;
        if outcome.left == 0 {
            break;
        }
    }
    println!("initial levy in {parts} parts: {:?} (target 20 s)", begun.elapsed());
    for (id, input) in [
        ("light-vehicle-tax/notice-order", json!({"tax_year": "2026"})),
        ("light-vehicle-tax/notice-print", json!({"tax_year": "2026"})),
        ("light-vehicle-tax/totals", json!({})),
    ] {
        let begun = Instant::now();
        let outcome = run(&store, function(id), input);
        println!("{id}: {:?} {}", begun.elapsed(), outcome.message);
    }
    let begun = Instant::now();
    let view = store.view(AsOf::default()).unwrap();
    let wrong: usize = system.checks.iter().map(|check| (check.run)(&*view).unwrap().len()).sum();
    println!("checks: {:?}, {wrong} inconsistencies", begun.elapsed());
}

fn run(store: &Store, function: &Function, input: Value) -> Outcome {
    let municipality = json!({"attester_name": "架空　太郎"});
    let outcome = {
        let view = store.view(AsOf::default()).unwrap();
        let context = Context {
            today: date(2026, 4, 20),
            now: Timestamp::UNIX_EPOCH,
            actor: Actor::Program("bench".to_owned()),
            confirmed: &[],
            random: 0,
            search: &(),
            municipality: &municipality,
        };
        (function.decide)(&*view, &Input(input), &context).unwrap()
    };
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    commit(store, outcome.writes.clone());
    outcome
}

fn commit(store: &Store, writes: Vec<Write>) {
    let actor = Actor::Program("bench".to_owned());
    let mut draft = Draft::new("light-vehicle-tax", "bench", actor, Timestamp::UNIX_EPOCH);
    draft.writes = writes;
    store.commit(draft).unwrap();
}

/// Persons and vehicles of every kind, as they stand in the register.
fn load(store: &Store) {
    let number = |serial: u64| AddresseeNo::from_serial(serial).unwrap().to_string();
    let mut writes = Vec::new();
    for serial in 1..=PERSONS {
        let body = json!({
            "addressee_no": number(serial), "history_no": 1, "class": "1", "status": "1", "name": format!("架空　{serial}郎"),
            "name_kana": "カクウ　タロウ", "postcode": format!("689{:04}", serial % 400), "address": format!("架空県みなと郡台帳町{serial}番地"),
        });
        writes.push(Write::create(&ADDRESSEE, number(serial), Body::of(&body).unwrap()));
    }
    let kinds = ["passenger", "cargo", "moped-50", "minicar", "motorcycle-250", "small-special-farm"];
    for serial in 1..=VEHICLES {
        let owner = number(serial % PERSONS + 1);
        let key = format!("{serial:010}");
        let kind = kinds[usize::try_from(serial % 6).unwrap()];
        let body = json!({
            "vehicle_no": key, "active_plate": format!("鳥取580あ{serial}"), "active_chassis": format!("HX-{serial}"),
            "taxpayer_no": owner, "plate": {"area": "鳥取", "class": "580", "kana": "あ", "number": serial.to_string()},
            "chassis": format!("HX-{serial}"), "kind": kind, "use": "private", "fuel": "petrol",
            "first_inspected": format!("{}-06", 2005 + serial % 20), "model": "架空号",
            "holdings": [{"from": "2020-05-01", "owner_no": owner, "user_no": owner, "reason": "01"}],
            "registered_on": if serial.is_multiple_of(50) { "2026-04-10" } else { "2020-05-01" },
            "registered_reason": "01", "source": "counter",
        });
        writes.push(Write::create(&VEHICLE, key, Body::of(&body).unwrap()));
    }
    while !writes.is_empty() {
        let rest = writes.split_off(writes.len().min(5_000));
        commit(store, std::mem::replace(&mut writes, rest));
    }
}
