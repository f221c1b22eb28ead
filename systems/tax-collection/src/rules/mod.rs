//! Rules over values: days and rates of the delinquency charge, additions to refunds, the order in which money clears.

mod addition;
mod appropriate;
mod days;
mod delinquency;
mod rates;
mod shape;

use system::Calculation;

pub use addition::{Addition, Cause, Overpaid, addition};
pub use appropriate::{Appropriated, Debt, Parts, appropriate, clear};
pub use delinquency::{Charge, Deferment, Late, Part, Segment, charge};
pub use rates::{Missing, Rates, RoundingMode, rates};

/// What can be calculated without a register.
pub(crate) fn calculations() -> Vec<Calculation> {
    vec![delinquency::CALCULATION, addition::CALCULATION, appropriate::CALCULATION, appropriate::CLEARING]
}
