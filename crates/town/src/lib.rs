#![doc = include_str!("../README.md")]

mod census;
mod data;
mod forms;
mod life;
mod naming;
mod place;
mod plan;
mod resident;
mod rng;
mod table;
mod town;

pub use census::{AgeClass, Census, census};
pub use place::{Area, Municipality};
pub use resident::{Foreign, Household, Resident};
pub use town::{Households, Options, Town};
