//! The functions of the register.

mod asked;
mod decide;
mod medium;
mod steps;
mod whereabouts;

use system::System;

use crate::records::MEDIUM;
use crate::verify;

/// The register of media (媒体管理簿): everything it has, listed.
#[must_use]
pub fn system() -> System {
    let mut functions = vec![whereabouts::function(), medium::function()];
    functions.extend(steps::functions());
    System {
        id: "media-register",
        title: "媒体管理簿",
        task_id: "",
        kinds: vec![&MEDIUM],
        functions,
        calculations: Vec::new(),
        extracts: Vec::new(),
        datasets: Vec::new(),
        intakes: Vec::new(),
        indexed: Vec::new(),
        checks: verify::checks(),
    }
}
