#![doc = include_str!("../README.md")]

pub mod functions;
pub mod intakes;
mod offers;
pub mod records;
pub mod verify;

use system::System;

pub use offers::{Offer, OfferItem};

/// The system's id: the first part of all its names.
pub const ID: &str = "stand-in";

/// The stand-in (代役) with what it offers: everything it has, listed.
///
/// Names and kinds of offers live as long as the program: it is composed once, at its start.
pub fn system(offers: &[Offer]) -> System {
    let datasets: Vec<_> = offers.iter().map(offers::dataset).collect();
    let mut kinds = vec![&records::RECEIVED];
    kinds.extend(datasets.iter().map(|dataset| dataset.kind));
    System {
        id: ID,
        title: "代役（未導入システム）",
        task_id: "",
        kinds,
        functions: vec![functions::enter::function(&datasets), functions::inquiry::function()],
        calculations: Vec::new(),
        extracts: Vec::new(),
        datasets,
        intakes: vec![intakes::ROWS],
        indexed: Vec::new(),
        checks: verify::checks(),
    }
}
