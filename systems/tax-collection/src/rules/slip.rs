//! From the number on a slip to the instalment it is for.

use domain::slip::{ConvenienceStore, LevyKey};

/// The instalment of a slip's number: the 44 digits of a convenience store's bar code, the 20 digits of a transfer's 顧客番号, or
/// the key itself; none when the number is none of them or its check does not fit.
pub fn levy_key_of(slip: &str) -> Option<LevyKey> {
    let slip = slip.trim();
    match slip.len() {
        44 => ConvenienceStore::parse(slip).ok().map(|code| code.key),
        20 => LevyKey::from_customer_no(slip).ok(),
        _ => LevyKey::parse(slip).ok(),
    }
}
