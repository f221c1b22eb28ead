#![doc = include_str!("../README.md")]

pub mod audit;
pub mod backup;
pub mod catalogue;
pub mod config;
pub mod demo;
pub mod derive;
pub mod history;
pub mod house;
mod input;
mod journal;
pub mod keys;
pub mod layouts;
pub mod links;
pub mod lists;
pub mod moji;
mod output;
pub mod packings;
pub mod places;
pub mod places_relay;
mod print;
pub mod progress;
pub mod serve;
pub mod simulate;
pub mod standards;
pub mod tables;
mod told;
mod trial;
