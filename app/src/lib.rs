#![doc = include_str!("../README.md")]

pub mod catalogue;
pub mod config;
pub mod demo;
pub mod house;
pub mod links;
mod print;
pub mod progress;
pub mod serve;
pub mod standards;
