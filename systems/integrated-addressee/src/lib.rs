#![doc = include_str!("../README.md")]

mod findings;
mod flag;
pub mod functions;
pub mod intakes;
pub mod records;
pub mod verify;

use system::System;

/// The system of integrated addressees (団体内統合宛名): everything it has, listed.
pub fn system() -> System {
    System {
        id: "integrated-addressee",
        title: "団体内統合宛名",
        // One of the common functions; it has no 業務ID of its own.
        task_id: "",
        kinds: vec![&records::PERSON, &records::LINK, &records::PENDING, &records::COUNTER],
        functions: vec![
            functions::number::function(),
            functions::change_number::function(),
            functions::remove::function(),
            functions::convert::to_integrated(),
            functions::convert::to_addressee(),
            functions::inquiry::function(),
            functions::pending::function(),
        ],
        calculations: Vec::new(),
        extracts: Vec::new(),
        datasets: Vec::new(),
        intakes: vec![intakes::RESIDENTS, intakes::NON_RESIDENTS],
        indexed: Vec::new(),
        checks: verify::checks(),
    }
}
