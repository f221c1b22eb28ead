//! The system of light vehicle tax from outside: rows in, functions, answers, datasets.
#![cfg(test)]

mod annual;
mod bench;
mod levy;
