#![doc = include_str!("../README.md")]

mod drafts;
pub mod intakes;
pub mod records;
pub mod rules;
mod tasks;

use system::System;

/// The system of collection and arrears (収滞納管理): everything it has, listed.
pub fn system() -> System {
    System {
        id: "tax-collection",
        title: "収滞納管理",
        task_id: "036",
        kinds: Vec::new(),
        functions: Vec::new(),
        calculations: rules::calculations(),
        datasets: Vec::new(),
        intakes: Vec::new(),
        indexed: Vec::new(),
        checks: Vec::new(),
    }
}
