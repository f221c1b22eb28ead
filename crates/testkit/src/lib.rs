#![doc = include_str!("../README.md")]

pub mod bench;
mod bodies;
pub mod journal;
pub mod ledger;
mod lists;
pub mod places;
pub mod postgres;
mod rotation;
pub mod security_key;
pub mod servers;
pub mod shelf;
