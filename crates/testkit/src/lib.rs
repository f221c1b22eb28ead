#![doc = include_str!("../README.md")]

pub mod bench;
pub mod bodies;
pub mod journal;
pub mod ledger;
pub mod postgres;
