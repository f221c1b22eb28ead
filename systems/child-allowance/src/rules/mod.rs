//! Rules over values: months, rates, payees, amounts, entitlement.

mod amount;
mod calc;
mod entitle;
mod month;
mod payee;
mod rates;

pub use amount::{Granted, course, granted};
pub use calc::{CalcError, MONTHLY, monthly};
pub use entitle::{derived, entitlement};
pub use month::{Month, MonthError};
pub use payee::payee;
pub use rates::{AmountClass, ClaimRule, PayeeRule, Rates, Regime, Until, rates};
