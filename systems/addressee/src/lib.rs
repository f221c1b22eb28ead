#![doc = include_str!("../README.md")]

mod datasets;
pub mod functions;
pub mod intakes;
pub mod records;
pub mod rules;
mod texts;
pub mod verify;

use system::System;

/// The system of addressees (宛名): everything it has, listed.
pub fn system() -> System {
    System {
        id: "addressee",
        title: "宛名管理",
        // The addressees of residents are part of the shared functions and have no 業務ID of their own.
        task_id: "",
        kinds: vec![
            &records::ADDRESSEE,
            &records::MERGE,
            &records::MAILING,
            &records::TAX_AGENT,
            &records::ACCOUNT,
            &records::PROTECTION,
            &records::COUNTER,
        ],
        functions: vec![
            functions::search::function(),
            functions::inquiry::function(),
            functions::set_name_preference::function(),
        ],
        calculations: Vec::new(),
        datasets: datasets::all(),
        intakes: vec![intakes::RESIDENTS],
        indexed: vec![texts::INDEXED],
        checks: verify::checks(),
    }
}
