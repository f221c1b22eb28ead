#![doc = include_str!("../README.md")]

mod durable;
mod folder;
pub mod http;
mod index;
mod place;
mod slip;

pub use durable::{Beside, write_durably};
pub use folder::{Access, Folder, in_hex, make_folders, sha256_of};
pub use index::FolderIndex;
pub use place::{Arrival, Place, PlaceError};
pub use slip::{Control, Receipt, SlipError, Verdict};
