#![doc = include_str!("../README.md")]

mod apply;
mod error;
mod feed;
mod kinds;
mod ledger;
mod lists;
mod mark;
mod pool;
mod restore;
mod room;
mod rows;
mod schema;
mod store;
mod text;
mod verify;
mod view;
mod writer;

pub use ::store::{KeyRing, VaultKey};
pub use ledger::ReadOnly;
pub use restore::Restorer;
pub use store::{Options, Store};

pub(crate) use store::Shared;
