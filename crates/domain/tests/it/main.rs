//! The vocabulary's tables of cases and properties.

mod calendar;
mod dates;
mod names;
mod numbers;
mod people;
mod slips;
