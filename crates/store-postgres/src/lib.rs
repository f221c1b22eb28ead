#![doc = include_str!("../README.md")]

mod conn;
mod copy;
mod cursor;
mod drive;
mod error;
mod euc;
mod feed;
mod group;
mod kinds;
mod ledger;
mod listen;
mod plan;
mod restore;
mod schema;
mod server;
mod store;
mod verify;
mod view;
mod writer;

pub use ::store::{KeyRing, Trouble, VaultKey};
pub use ledger::ReadOnly;
pub use restore::Restorer;
pub use server::{Tls, TlsError};
pub use store::{Options, Password, Store};

pub(crate) use store::{Reading, Shared};
