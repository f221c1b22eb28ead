#![doc = include_str!("../README.md")]

mod candidates;
mod datasets;
mod findings;
pub mod functions;
pub mod intakes;
mod linked;
mod numbering;
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
            &records::REQUEST,
            &records::QUERY,
            &records::COUNTER,
        ],
        functions: vec![
            functions::search::function(),
            functions::inquiry::function(),
            functions::set_name_preference::function(),
            functions::non_resident_register::function(),
            functions::non_resident_correct::function(),
            functions::non_resident_close::function(),
            functions::carry_over::function(),
            functions::merge::function(),
            functions::unmerge::function(),
            functions::corporation::register(),
            functions::corporation::correct(),
            functions::corporation::close(),
            functions::mailing::set(),
            functions::mailing::end(),
            functions::tax_agent::set(),
            functions::tax_agent::end(),
            functions::account::set(),
            functions::account::change_state(),
            functions::requests::list(),
            functions::requests::decide_one(),
            functions::person_query::ask(),
            functions::person_query::list(),
            functions::non_resident_number::function(),
        ],
        calculations: Vec::new(),
        extracts: datasets::extracts(),
        datasets: datasets::all(),
        intakes: intakes::all(),
        indexed: vec![texts::INDEXED],
        checks: verify::checks(),
    }
}
