#![doc = include_str!("../README.md")]

mod apply;
mod feed;
mod fields;
mod kinds;
mod pool;
mod schema;
mod store;
mod text;
mod vault;
mod verify;
mod view;
mod writer;

pub use store::{Options, Store};
pub use vault::VaultKey;

pub(crate) use store::Shared;
