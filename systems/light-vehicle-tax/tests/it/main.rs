//! The system of light vehicle tax from outside: rows in, functions, answers, datasets.
#![cfg(test)]

mod annual;
mod any_order;
mod bench;
mod decisions;
mod findings;
mod levy;
mod masking;
mod office;
mod places;
