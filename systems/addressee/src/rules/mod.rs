//! Rules over values.

mod account;
mod data;
mod display_name;
mod holder;
mod matching;
mod reference;

pub use account::{AccountFault, AccountNumbers, account_numbers};
pub use data::{Branch, Series, branch, series, tax_item_label, tax_items};
pub use display_name::{can_prefer, display_name, letter_name};
pub use holder::is_holder;
pub use matching::{Agreement, Sought, candidate};
pub use reference::{may_mark, may_refer};
