//! Rules over values: periods, qualification, standing, polling districts.

mod district;
mod law;
mod qualify;
mod standing;

pub use district::{District, Districts, districts};
pub use domain::period_end;
pub use law::{Law, Laws, first_working_day, laws};
pub use qualify::{Qualified, attains_on, is_past, qualifies_from, qualifies_on};
pub use standing::{Arrival, next};
