#![doc = include_str!("../README.md")]

mod bundle;
mod directory;
mod keys;
mod open;
mod pack;
mod unfit;

pub use bundle::bundle;
pub use keys::{KeyError, Keys, Recipients, Secret};
pub use open::Unpacker;
pub use pack::{PackError, Packer};
pub use unfit::{Unfit, UnpackError};
