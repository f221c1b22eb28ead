//! Rules over values: the tax of a vehicle for a fiscal year.

mod annual;
mod rates;

use system::Calculation;

pub use annual::{Annual, Grade, Vehicle, annual};
pub use rates::{Fuel, Missing, Month, Rates, Use, rates};

/// What can be calculated without a register.
pub(crate) fn calculations() -> Vec<Calculation> {
    vec![annual::CALCULATION]
}
