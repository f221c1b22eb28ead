#![doc = include_str!("../README.md")]

mod directory;
mod keys;
mod open;
mod pack;
mod unfit;

pub use keys::{KeyError, Keys, Recipients, Secret};
pub use open::Unpacker;
pub use pack::{PackError, Packer};
pub use unfit::{Unfit, UnpackError};
