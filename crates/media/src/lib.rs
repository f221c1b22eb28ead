#![doc = include_str!("../README.md")]

mod functions;
mod reading;
mod records;
mod rules;
mod verify;

pub use functions::system;
pub use reading::{lost_of_link, of_delivery};
pub use records::{Holder, MEDIUM, MediaKind, Medium, Step};
pub use rules::{Action, State, next};
