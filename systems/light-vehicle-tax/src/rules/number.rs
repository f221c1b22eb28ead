//! Numbers of the system: 通知書番号 with its check digit, and plain serials.

/// The check digit modulus 10 weight 3 of some digits: weights 3, 1, 3, 1 … from the right.
///
/// None when something is not a digit.
pub(crate) fn check_digit_10w3(digits: &str) -> Option<u8> {
    let mut sum: u32 = 0;
    for (index, c) in digits.chars().rev().enumerate() {
        let digit = c.to_digit(10)?;
        sum = sum.checked_add(if index % 2 == 0 { digit.checked_mul(3)? } else { digit })?;
    }
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// The 通知書番号 of a serial: nine digits and the check digit. None once the serials are used up.
pub(crate) fn notice_no(serial: u64) -> Option<String> {
    if 999_999_999 < serial {
        return None;
    }
    let digits = format!("{serial:09}");
    check_digit_10w3(&digits).map(|check| format!("{digits}{check}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handbooks_example_comes_out() {
        assert_eq!(check_digit_10w3("4912345"), Some(6), "ST-24");
        assert_eq!(check_digit_10w3("49a"), None);
        assert_eq!(notice_no(1).as_deref(), Some("0000000017"));
        assert_eq!(notice_no(1_000_000_000), None);
    }
}
