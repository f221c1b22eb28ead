#![doc = include_str!("../README.md")]

mod datasets;
mod findings;
pub mod functions;
pub mod intakes;
pub mod records;
mod resolve;
pub mod rules;
pub mod verify;

use system::System;

/// The system of applications (申請管理): everything it has, listed.
pub fn system() -> System {
    System {
        id: "application-management",
        title: "申請管理",
        task_id: "029",
        kinds: vec![&records::APPLICATION, &records::PASSED, &records::RESIDENT, &records::CERTIFICATE],
        functions: functions::functions(),
        calculations: Vec::new(),
        extracts: Vec::new(),
        datasets: datasets::all(),
        intakes: intakes::all(),
        indexed: Vec::new(),
        checks: verify::checks(),
    }
}
