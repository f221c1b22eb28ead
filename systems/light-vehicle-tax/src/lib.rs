#![doc = include_str!("../README.md")]

mod association;
mod codes;
mod datasets;
mod delivery;
mod desk;
mod facts;
pub mod functions;
mod intakes;
mod notice;
mod print;
pub mod records;
pub mod rules;
pub mod verify;

use system::System;

/// The system of light vehicle tax (軽自動車税 種別割): everything it has, listed.
pub fn system() -> System {
    System {
        id: "light-vehicle-tax",
        title: "軽自動車税",
        task_id: "013",
        kinds: records::kinds(),
        functions: functions::functions(),
        calculations: rules::calculations(),
        extracts: datasets::extracts(),
        datasets: datasets::datasets(),
        intakes: intakes::intakes(),
        indexed: vec![functions::inquiry::INDEXED],
        checks: verify::checks(),
    }
}
