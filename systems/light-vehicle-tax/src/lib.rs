#![doc = include_str!("../README.md")]

pub mod rules;

use system::System;

/// The system of light vehicle tax (軽自動車税 種別割): everything it has, listed.
pub fn system() -> System {
    System {
        id: "light-vehicle-tax",
        title: "軽自動車税",
        task_id: "013",
        kinds: Vec::new(),
        functions: Vec::new(),
        calculations: rules::calculations(),
        datasets: Vec::new(),
        intakes: Vec::new(),
        indexed: Vec::new(),
        checks: Vec::new(),
    }
}
