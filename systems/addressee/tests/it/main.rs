//! The system of addressees from outside: rows and inputs in, registers and answers out.
#![cfg(test)]

#[cfg(test)]
mod corporations;
#[cfg(test)]
mod datasets;
#[cfg(test)]
mod merging;
#[cfg(test)]
mod non_residents;
#[cfg(test)]
mod per_tax;
#[cfg(test)]
mod protected;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod residents;
#[cfg(test)]
mod support;
#[cfg(test)]
mod verification;
