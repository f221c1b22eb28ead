//! The resident register as a clerk and an auditor see it: scripts in `tests/cases`, dataset, search, certificates, statistics,
//! and random sequences of movements.

#[cfg(test)]
mod applications;
#[cfg(test)]
mod arrivals;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod consistency;
#[cfg(test)]
mod details;
#[cfg(test)]
mod former;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod inspection;
#[cfg(test)]
mod many_hits;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod passed_on;
#[cfg(test)]
mod protection;
#[cfg(test)]
mod qualifications;
#[cfg(test)]
mod readings;
#[cfg(test)]
mod sequences;
#[cfg(test)]
mod statistics;
#[cfg(test)]
mod told;
#[cfg(test)]
mod town;
#[cfg(test)]
mod wide_area;
