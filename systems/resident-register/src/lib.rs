#![doc = include_str!("../README.md")]

mod cards;
mod certificates;
mod concealment;
mod copy;
mod datasets;
mod desk;
mod detail_dataset;
mod extracts;
mod functions;
mod intakes;
pub mod load;
pub mod migration;
mod movement;
mod notice_datasets;
mod qualifications;
pub mod records;
mod rules;
mod sheet;
mod statistics;
mod support_dataset;
mod texts;
mod verify;
mod verify_notices;
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
            &records::OUTBOUND_NOTICE,
            &records::RECEIVED_NOTICE,
            &records::SUPPRESSION,
            &records::TEMPORARY_RELEASE,
            &records::SUPPORT_MEASURE,
            &records::PROTECTED_PERSON,
            &records::SUPPORT_RELEASE,
            &records::QUALIFICATION,
            &records::MEMO,
            &records::FORMER_ARCHIVE,
            &records::FORMER_NOTE,
            &records::CARD,
            &records::APPLICATION,
            &records::MIGRATION,
        ],
        functions: functions::all(),
        datasets: vec![
            datasets::RESIDENT.clone(),
            extracts::HOUSEHOLDS.clone(),
            extracts::FORMER.clone(),
            detail_dataset::DETAILS.clone(),
            support_dataset::SUPPORT_MEASURES.clone(),
            notice_datasets::JUKI_NET.clone(),
            notice_datasets::ANNEX.clone(),
            notice_datasets::IMMIGRATION.clone(),
        ],
        intakes: vec![
            intakes::MOVE_IN_NOTICES,
            intakes::IMMIGRATION_RESULTS,
            qualifications::QUALIFICATIONS,
            cards::CARDS,
        ],
        indexed: vec![texts::RESIDENTS],
        checks: {
            let checks = verify::checks().into_iter().chain(verify_support::checks());
            checks.chain(verify_notices::checks()).collect()
        },
    }
}
