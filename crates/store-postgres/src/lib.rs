#![doc = include_str!("../README.md")]

mod conn;
mod drive;
mod error;
mod euc;
mod feed;
mod group;
mod kinds;
mod listen;
mod plan;
mod schema;
mod store;
mod verify;
mod view;
mod writer;

pub use ::store::{Trouble, VaultKey};
pub use store::{Options, Password, Store};

pub(crate) use store::Shared;
