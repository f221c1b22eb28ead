//! The system of collection from outside: rows in, registers, answers and worked examples out.
#![cfg(test)]

mod calc;
mod clearing;
mod papers;
mod refunds;
mod town;
mod transfers;
