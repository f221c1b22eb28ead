//! 決算: what is given up, what is carried over, what each person owes then.

mod carry_over;
mod refresh;
mod write_off;

use system::Function;

use super::arrears::{
    CASES_MAX, PART_MAX, ROWS_MAX, cases, dispositions_by_person, flag, gather, refuse, suspended, tax_items,
};
use super::{day_or_today, no_levy, place};

/// Every function of the closing, in the order of the function table.
pub(super) fn all() -> Vec<Function> {
    vec![write_off::function(), carry_over::function(), refresh::function()]
}
