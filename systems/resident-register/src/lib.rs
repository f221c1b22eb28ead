#![doc = include_str!("../README.md")]

mod certificates;
mod concealment;
mod copy;
mod datasets;
mod desk;
mod extracts;
mod functions;
pub mod load;
pub mod migration;
mod movement;
pub mod records;
mod rules;
mod sheet;
mod statistics;
mod support_dataset;
mod texts;
mod verify;
mod verify_support;

use system::System;

/// The resident register (住民基本台帳) as a value: everything it has, listed.
pub fn system() -> System {
    System {
        id: "resident-register",
        title: "住民基本台帳",
        task_id: "001",
        kinds: vec![
            &records::PERSON,
            &records::HOUSEHOLD,
            &records::PROVISIONAL,
            &records::HOLD,
            &records::TRANSFER,
            &records::COUNTER,
            &records::CODE_SLOT,
            &records::ISSUANCE,
            &records::SUPPRESSION,
            &records::TEMPORARY_RELEASE,
            &records::SUPPORT_MEASURE,
            &records::PROTECTED_PERSON,
            &records::SUPPORT_RELEASE,
            &records::MIGRATION,
        ],
        functions: functions::all(),
        datasets: vec![
            datasets::RESIDENT.clone(),
            extracts::HOUSEHOLDS.clone(),
            extracts::FORMER.clone(),
            support_dataset::SUPPORT_MEASURES.clone(),
        ],
        intakes: Vec::new(),
        indexed: vec![texts::RESIDENTS],
        checks: verify::checks().into_iter().chain(verify_support::checks()).collect(),
    }
}
