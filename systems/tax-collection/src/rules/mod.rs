//! Rules over values: days and rates of the delinquency charge, additions to refunds, the order in which money clears.

mod account_year;
mod addition;
mod appropriate;
mod book;
mod days;
mod delinquency;
mod rates;
mod shape;
mod slip;
mod transfer;

use system::Calculation;

pub use account_year::account_year;
pub use addition::{Addition, Cause, Overpaid, addition};
pub use appropriate::{Appropriated, Class, Debt, Parts, appropriate, clear};
pub use book::{Cleared, Money, charge_missing, charge_to, put, take_back};
pub use delinquency::{Charge, Deferment, Exempted, Late, Part, Segment, charge};
pub use rates::{Missing, Rates, RoundingMode, rates};

/// What can be calculated without a register.
pub(crate) fn calculations() -> Vec<Calculation> {
    vec![delinquency::CALCULATION, addition::CALCULATION, appropriate::CALCULATION, appropriate::CLEARING]
}
pub use slip::levy_key_of;
pub use transfer::transfer_result;
