//! Numbers of notices and slips: 通知書番号 with its check digit, コンビニ収納用コード.

use domain::{Date, Yen};

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

/// The code a convenience store reads from a slip (コンビニ収納用コード, GS1-128): 44 digits of application identifier 91,
/// company (6), key of the levy (18) with its check digit and two spare, reissue (1), last day (6), stamp (1), yen (6), check digit.
///
/// None when the company has not six digits, the key does not read, or there is nothing to pay.
pub(crate) fn convenience_store(company: &str, levy_key: &str, limit: Date, yen: Yen) -> Option<String> {
    let key = levy_key.replace('-', "");
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(company, 6) || !digits(&key, 18) || yen.0 <= 0 || 999_999 < yen.0 {
        return None;
    }
    let key_check = check_digit_10w3(&key)?;
    let (year, month, day) = (limit.year().rem_euclid(100), limit.month(), limit.day());
    let code = format!("91{company}{key}{key_check}000{year:02}{month:02}{day:02}0{:06}", yen.0);
    check_digit_10w3(&code).map(|check| format!("{code}{check}"))
}

/// The digits of a code as they stand under its bars.
pub(crate) fn convenience_caption(code: &str) -> Option<String> {
    let part = |from: usize, to: usize| code.get(from..to);
    let (company, free) = (part(2, 8)?, part(8, 30)?);
    let (limit, stamp, yen, check) = (part(30, 36)?, part(36, 37)?, part(37, 43)?, part(43, 44)?);
    Some(format!("(91){company}-{free}\n{limit}-{stamp}-{yen}-{check}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slips_code_has_44_digits() {
        let limit = jiff::civil::date(2026, 6, 1);
        let code = convenience_store("912345", "04-2026-0000000017-01", limit, Yen(10_800)).unwrap();
        assert_eq!(code, "91912345042026000000001701100026060100108006");
        let caption = convenience_caption(&code).unwrap();
        assert_eq!(caption, "(91)912345-0420260000000017011000\n260601-0-010800-6");
        assert_eq!(convenience_store("", "04-2026-0000000017-01", limit, Yen(10_800)), None);
        assert_eq!(convenience_store("912345", "04-2026-0000000017-01", limit, Yen(0)), None);
    }

    #[test]
    fn the_handbooks_example_comes_out() {
        assert_eq!(check_digit_10w3("4912345"), Some(6), "ST-24");
        assert_eq!(check_digit_10w3("49a"), None);
        assert_eq!(notice_no(1).as_deref(), Some("0000000017"));
        assert_eq!(notice_no(1_000_000_000), None);
    }
}
