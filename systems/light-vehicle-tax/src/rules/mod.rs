//! Rules over values: the tax of a vehicle for a fiscal year.

mod annual;
pub(crate) mod assess;
mod rates;

use system::Calculation;

pub use annual::{Annual, Grade, NoAmount, Vehicle, annual};
pub use assess::{Assessed, Levied, Way, assess, decidable_until};
pub use rates::{Decision, Engine, Fuel, Missing, Month, Practice, Rates, ReductionRate, Use, rates};

/// What can be calculated without a register.
pub(crate) fn calculations() -> Vec<Calculation> {
    vec![annual::CALCULATION]
}
