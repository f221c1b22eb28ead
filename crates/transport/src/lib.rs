#![doc = include_str!("../README.md")]

mod folder;
mod slip;

pub use folder::{Access, Folder, PlaceError, make_folders, write_durably};
pub use slip::{Control, Receipt, SlipError, Verdict};
