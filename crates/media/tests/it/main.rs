//! The register of media from outside: its table, its functions, what they refuse, and that nothing contradicts itself.
#![cfg(test)]

mod functions;
mod shelf;
mod table;
