//! The system from outside: rows and forms in, registers and answers out.
#![cfg(test)]

mod bench;
mod matching;
mod portal;
mod procedures;
mod withdrawals;
mod work;
