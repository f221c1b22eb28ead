#![doc = include_str!("../README.md")]

mod durable;
mod folder;
mod slip;

pub use durable::{Beside, write_durably};
pub use folder::{Access, Folder, PlaceError, in_hex, make_folders, sha256_of};
pub use slip::{Control, Receipt, SlipError, Verdict};
