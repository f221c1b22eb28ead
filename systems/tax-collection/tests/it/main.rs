//! The system of collection from outside: rows in, registers, answers and worked examples out.
#![cfg(test)]

mod arrears;
mod calc;
mod charges;
mod checks;
mod clearing;
mod closing;
mod limitation;
mod masking;
mod papers;
mod partners;
mod places;
mod refunds;
mod town;
mod transfers;
mod year;
