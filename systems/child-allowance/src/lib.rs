#![doc = include_str!("../README.md")]

mod derivation;
pub mod functions;
pub mod intakes;
pub mod records;
pub mod rules;
pub mod verify;

use system::System;

/// The system of child allowance (児童手当): everything it has, listed.
pub fn system() -> System {
    System {
        id: "child-allowance",
        title: "児童手当",
        task_id: "027",
        kinds: vec![&records::PERSON, &records::ENTITLEMENT],
        functions: vec![
            functions::list::function(),
            functions::household::function(),
            functions::judge::function(),
            functions::age_out::function(),
            functions::calc_monthly::function(),
        ],
        calculations: vec![rules::MONTHLY],
        extracts: Vec::new(),
        datasets: Vec::new(),
        intakes: vec![intakes::RESIDENTS],
        indexed: Vec::new(),
        checks: verify::checks(),
    }
}
