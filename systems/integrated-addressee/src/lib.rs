#![doc = include_str!("../README.md")]

mod datasets;
mod desk;
mod findings;
mod flag;
pub mod functions;
pub mod intakes;
pub mod records;
mod rules;
pub mod verify;

use system::System;

/// The system of integrated addressees (団体内統合宛名): everything it has, listed.
pub fn system() -> System {
    System {
        id: "integrated-addressee",
        title: "団体内統合宛名",
        // One of the common functions; it has no 業務ID of its own.
        task_id: "",
        kinds: vec![
            &records::PERSON,
            &records::LINK,
            &records::PENDING,
            &records::CONFLICT,
            &records::COUNTER,
            &records::COPY,
            &records::WAITING_COPY,
            &records::TRANSMISSION_RESULT,
            &records::PROTECTION,
            &records::BLOCK,
            &records::REGISTRATION,
            &records::INFORMATION_INQUIRY,
            &records::INFORMATION_ANSWER,
            &records::SIGN_REQUEST,
        ],
        functions: vec![
            functions::number::function(),
            functions::change_number::function(),
            functions::remove::function(),
            functions::convert::to_integrated(),
            functions::convert::to_addressee(),
            functions::inquiry::function(),
            functions::pending::function(),
            functions::copy_list::function(),
            functions::block_list::function(),
            functions::number_list::function(),
            functions::resend::function(),
            functions::information_inquiry::function(),
            functions::information_inquiries::function(),
            functions::information_answer::function(),
        ],
        calculations: Vec::new(),
        extracts: Vec::new(),
        datasets: datasets::all(),
        intakes: intakes::all(),
        indexed: Vec::new(),
        checks: verify::checks(),
    }
}
