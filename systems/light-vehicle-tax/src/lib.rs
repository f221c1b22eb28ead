#![doc = include_str!("../README.md")]

mod codes;
mod datasets;
mod desk;
mod facts;
pub mod functions;
mod intakes;
pub mod records;
pub mod rules;

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
        datasets: datasets::datasets(),
        intakes: intakes::intakes(),
        indexed: Vec::new(),
        checks: Vec::new(),
    }
}
