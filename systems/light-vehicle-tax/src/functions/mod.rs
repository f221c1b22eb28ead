//! The functions, one per file.

pub(crate) mod import;
pub mod initial_levy;
pub(crate) mod register;

use system::Function;

/// Every function, in the order of the function table.
pub(crate) fn functions() -> Vec<Function> {
    vec![register::function(), initial_levy::function()]
}
