#![doc = include_str!("../README.md")]

mod error;
mod header;
mod place;
mod postgres;
mod rows;
mod schema;
mod session;
mod sqlite;

pub use error::RelayError;
pub use place::{Options, Relay};
