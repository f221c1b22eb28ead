//! Archives against damage, plans against folders with gaps, checkpoints against forgery, masks against leaks.

#[cfg(test)]
mod checkpoints;
#[cfg(test)]
mod files;
#[cfg(test)]
mod mask;
#[cfg(test)]
mod plans;
