#![doc = include_str!("../README.md")]

mod concealment;
mod datasets;
pub mod functions;
pub mod intakes;
pub mod records;
pub mod rules;
pub mod verify;

use system::{Extract, System};

/// The system of the electoral roll (選挙人名簿): everything it has, listed.
pub fn system() -> System {
    System {
        id: "electoral-roll",
        title: "選挙人名簿管理",
        task_id: "006",
        kinds: vec![&records::ELECTOR, &records::PROTECTION],
        functions: vec![
            functions::list::function(),
            functions::inquiry::function(),
            functions::regular_registration::function(),
            functions::remove_expired::function(),
        ],
        calculations: Vec::new(),
        extracts: vec![Extract::plain("electoral-roll/registration", "addressee_no")],
        datasets: vec![datasets::REGISTRATIONS.clone()],
        intakes: vec![intakes::RESIDENTS, intakes::PROTECTED],
        indexed: Vec::new(),
        checks: verify::checks(),
    }
}
