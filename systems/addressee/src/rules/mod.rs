//! Rules over values.

mod display_name;

pub use display_name::{can_prefer, display_name};
