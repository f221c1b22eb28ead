#![doc = include_str!("../README.md")]

mod folder;
mod slip;

pub use folder::{Folder, PlaceError, write_durably};
pub use slip::{Control, Receipt, SlipError, Verdict};
