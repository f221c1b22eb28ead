#![doc = include_str!("../README.md")]

mod application_intake;
mod cards;
mod certificates;
mod concealment;
mod consistency_intake;
mod copy;
mod datasets;
mod desk;
mod detail_dataset;
mod extracts;
mod functions;
mod intakes;
mod link_datasets;
pub mod load;
pub mod migration;
mod movement;
mod notice_datasets;
mod number_intakes;
mod passed_on;
mod person_queries;
mod qualifications;
pub mod records;
mod rules;
mod sheet;
mod statistics;
mod support_dataset;
mod texts;
mod transfer_intake;
mod verify;
mod verify_notices;
mod verify_support;
mod wide_area;

use system::System;

/// 業務ID of this system in data for the 宛名 functions.
///
/// Source: 基本データリスト 業務ID (001 住民基本台帳).
const TASK: &str = "001";

/// The resident register (住民基本台帳) as a value: everything it has, listed.
pub fn system() -> System {
    System {
        id: "resident-register",
        title: "住民基本台帳",
        task_id: TASK,
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
            &records::INSPECTION,
            &records::MIGRATION,
            &records::INBOUND_ORDER,
            &records::CONSISTENCY_DIFFERENCE,
            &records::CERTIFICATE_STOP,
            &records::SIGN_REQUEST,
            &records::CODE_REQUEST,
            &records::NON_RESIDENT,
            &records::PERSON_QUERY,
            &records::PERSON_ANSWER,
            &records::WIDE_AREA_ANSWER,
            &records::WIDE_AREA_ISSUANCE,
        ],
        functions: functions::all(),
        calculations: Vec::new(),
        extracts: extracts::offered(),
        datasets: vec![
            datasets::RESIDENT.clone(),
            extracts::HOUSEHOLDS.clone(),
            extracts::FORMER.clone(),
            detail_dataset::DETAILS.clone(),
            support_dataset::SUPPORT_MEASURES.clone(),
            notice_datasets::JUKI_NET.clone(),
            notice_datasets::ANNEX.clone(),
            notice_datasets::IMMIGRATION.clone(),
            notice_datasets::IDENTITY.clone(),
            notice_datasets::MOVE_IN.clone(),
            notice_datasets::ANNEX_OUT.clone(),
            notice_datasets::ANNEX_IN_HOUSE.clone(),
            notice_datasets::NUMBER_REQUEST.clone(),
            notice_datasets::SEND_TO.clone(),
            link_datasets::BASIC.clone(),
            link_datasets::ADDRESSEE_BASE.clone(),
            link_datasets::NUMBERED_BASE.clone(),
            link_datasets::SPECIFIC_PERSONAL.clone(),
            link_datasets::NON_DISCLOSURE.clone(),
            link_datasets::HEADS.clone(),
            link_datasets::CONVENIENCE.clone(),
            link_datasets::CONVENIENCE_STOPS.clone(),
            link_datasets::CERTIFICATE_SERIALS.clone(),
            link_datasets::CONSISTENCY.clone(),
            wide_area::ANSWERS.clone(),
            passed_on::SIGNS.clone(),
            passed_on::CODE_REQUESTS.clone(),
            person_queries::TO_JUKI_NET.clone(),
            person_queries::TO_ADDRESSEE.clone(),
        ],
        intakes: vec![
            intakes::MOVE_IN_NOTICES,
            intakes::IMMIGRATION_RESULTS,
            qualifications::QUALIFICATIONS,
            cards::CARDS,
            transfer_intake::TRANSFERS,
            number_intakes::NUMBER_ANSWERS,
            number_intakes::CODES,
            application_intake::APPLICATIONS,
            application_intake::IMMIGRATION_NOTICES,
            application_intake::FAMILY_REGISTER_NOTICES,
            consistency_intake::CONSISTENCY,
            wide_area::REQUESTS,
            passed_on::SIGN_REQUESTS,
            passed_on::NON_RESIDENTS,
            person_queries::QUERIES,
            person_queries::ANSWERS,
        ],
        indexed: vec![texts::RESIDENTS],
        checks: {
            let checks = verify::checks().into_iter().chain(verify_support::checks());
            checks.chain(verify_notices::checks()).collect()
        },
    }
}
