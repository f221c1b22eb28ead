#![doc = include_str!("../README.md")]

pub mod datasets;
mod drafts;
mod functions;
pub mod intakes;
mod letters;
mod notices;
pub mod records;
pub mod rules;
mod tasks;
mod verify;

use system::System;

/// The system of collection and arrears (収滞納管理): everything it has, listed.
pub fn system() -> System {
    System {
        id: "tax-collection",
        title: "収滞納管理",
        task_id: "036",
        kinds: vec![
            &records::INSTALMENT,
            &records::RECEIPT,
            &records::PAYMENT_CONTROL,
            &records::OVERPAYMENT,
            &records::CLOSING,
            &records::CASE,
            &records::SURVEY,
            &records::DISPOSITION,
            &records::TRANSFER_APPLICATION,
            &records::TRANSFER,
            &records::ISSUE,
            &records::known::ADDRESSEE,
            &records::known::MAILING,
            &records::known::TAX_AGENT,
            &records::known::ACCOUNT,
        ],
        functions: functions::all(),
        calculations: rules::calculations(),
        extracts: datasets::extracts(),
        datasets: datasets::all(),
        intakes: vec![
            intakes::ADDRESSEES,
            intakes::MAILINGS,
            intakes::TAX_AGENTS,
            intakes::ACCOUNTS,
            intakes::LEVIES,
            intakes::PAYMENTS,
            intakes::TRANSFER_RESULTS,
            intakes::REFUND_RESULTS,
            intakes::PAYMENT_CONTROLS,
            intakes::WRITE_OFFS,
        ],
        indexed: Vec::new(),
        checks: verify::checks(),
    }
}
