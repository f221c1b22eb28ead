//! Check digits. Cases: published worked examples and hand computation.

use domain::{
    AddresseeNo, CorporateNumber, HouseholdNo, IndividualNumber, MunicipalityCode, NumberError,
    ResidentRecordCode,
};
use proptest::prelude::*;

#[test]
fn resident_record_codes() {
    for (first_ten, full) in [
        (1_234_567_890, "12345678903"),
        (1, "00000000019"),
        (2_305_718_846, "23057188464"),
        (4_000_000_001, "40000000010"), // remainder 0
        (6, "00000000060"),             // remainder 1
    ] {
        let code = ResidentRecordCode::from_first_ten(first_ten).unwrap();
        assert_eq!(code.expose(), full);
        assert_eq!(ResidentRecordCode::parse(full), Ok(code));
    }
    assert!(ResidentRecordCode::from_first_ten(9_999_999_999).is_ok());
    assert!(ResidentRecordCode::from_first_ten(10_000_000_000).is_err());
}

#[test]
fn individual_numbers() {
    for (first_eleven, full) in
        [(12_345_678_901, "123456789018"), (98_320_567_321, "983205673214"), (1, "000000000019")]
    {
        let number = IndividualNumber::from_first_eleven(first_eleven).unwrap();
        assert_eq!(number.expose(), full);
        assert_eq!(IndividualNumber::parse(full), Ok(number));
    }
    assert!(IndividualNumber::from_first_eleven(u64::MAX).is_err());
}

#[test]
fn corporate_numbers() {
    assert_eq!(CorporateNumber::parse("8700110005901").unwrap().as_str(), "8700110005901");
    assert_eq!(CorporateNumber::parse("7000012050002").unwrap().to_string(), "7000012050002");
    assert!(CorporateNumber::parse("9700110005901").is_err());
    assert!(CorporateNumber::parse("0700110005901").is_err());
}

#[test]
fn municipality_codes() {
    for (five, full) in [
        ("13101", "131016"),
        ("01100", "011002"),
        ("13113", "131130"),
        ("47382", "473821"),
        ("31371", "313718"),
    ] {
        let code = MunicipalityCode::from_first_five(five).unwrap();
        assert_eq!(code.as_str(), full);
        assert_eq!(MunicipalityCode::parse(full), Ok(code));
        assert_eq!(code.prefecture_code(), &five[..2]);
    }
    for outside in ["00100", "48100", "99999"] {
        assert_eq!(MunicipalityCode::from_first_five(outside), Err(NumberError::Prefecture), "{outside}");
    }
}

#[test]
fn addressee_and_household_numbers() {
    for (serial, full) in [
        (1, "000000000000019"),
        (12_345, "000000000123455"),
        (14, "000000000000140"), // remainder 0
        (6, "000000000000060"),  // remainder 1
    ] {
        let number = AddresseeNo::from_serial(serial).unwrap();
        assert_eq!((number.as_str(), number.serial()), (full, serial));
        assert_eq!(AddresseeNo::parse_new(full), Ok(number));
        assert_eq!(HouseholdNo::from_serial(serial).unwrap().as_str(), full);
    }
    assert!(AddresseeNo::from_serial(99_999_999_999_999).is_ok());
    assert!(AddresseeNo::from_serial(100_000_000_000_000).is_err());
}

#[test]
fn an_old_addressee_number_keeps_its_misfitting_check_digit() {
    let old = AddresseeNo::parse("000000000000018").unwrap();
    assert!(!old.check_digit_fits());
    assert_eq!(old.serial(), 1);
    let refused = AddresseeNo::parse_new("000000000000018").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "宛名番号の検査数字が合いません。書類の番号ともう一度見比べてください（E040）"
    );
}

#[test]
fn what_is_wrong_is_said_without_the_number() {
    for (text, message) in [
        ("", "個人番号は12桁です（入力は0桁）。桁数を確認してください（E037）"),
        ("12345678901", "個人番号は12桁です（入力は11桁）。桁数を確認してください（E037）"),
        ("12345678901x", "個人番号に数字以外の文字があります。半角数字12桁で入力してください（E037）"),
        (
            "１２３４５６７８９０１８",
            "個人番号に数字以外の文字があります。半角数字12桁で入力してください（E037）",
        ),
        ("123456789017", "個人番号の検査数字が合いません。書類の番号ともう一度見比べてください（E037）"),
    ] {
        let message_given = IndividualNumber::parse(text).unwrap_err().to_string();
        assert_eq!(message_given, message);
        assert!(text.is_empty() || !message_given.contains(text));
    }
}

#[test]
fn typed_numbers_may_be_wide_and_grouped() {
    let number = IndividualNumber::parse("123456789018").unwrap();
    for typed in ["１２３４　５６７８　９０１８", "1234 5678 9018", "1234-5678-9018", " 123456789018 "]
    {
        assert_eq!(IndividualNumber::parse_input(typed), Ok(number), "{typed}");
    }
}

#[test]
fn personal_numbers_do_not_show_in_debug() {
    let number = IndividualNumber::parse("123456789018").unwrap();
    assert_eq!(format!("{number:?}"), "IndividualNumber(************)");
    let code = ResidentRecordCode::parse("12345678903").unwrap();
    assert_eq!(format!("{:?}", Some(code)), "Some(ResidentRecordCode(***********))");
}

#[test]
fn json_holds_the_text_and_reading_it_checks() {
    let number = IndividualNumber::parse("123456789018").unwrap();
    assert_eq!(serde_json::to_string(&number).unwrap(), "\"123456789018\"");
    assert_eq!(serde_json::from_str::<IndividualNumber>("\"123456789018\"").unwrap(), number);
    assert!(serde_json::from_str::<IndividualNumber>("\"123456789017\"").is_err());
    assert!(serde_json::from_str::<IndividualNumber>("123456789018").is_err());
}

proptest! {
    #[test]
    fn exactly_one_check_digit_fits(ten in 0u64..10_000_000_000, eleven in 0u64..100_000_000_000,
                                    twelve in 0u64..1_000_000_000_000, serial in 0u64..100_000_000_000_000,
                                    five in 1_000u32..48_000) {
        let fitting = |fits: &dyn Fn(u8) -> bool| (0..10).filter(|digit| fits(*digit)).count();
        prop_assert_eq!(fitting(&|d| ResidentRecordCode::parse(&format!("{ten:010}{d}")).is_ok()), 1);
        prop_assert_eq!(fitting(&|d| IndividualNumber::parse(&format!("{eleven:011}{d}")).is_ok()), 1);
        prop_assert_eq!(fitting(&|d| CorporateNumber::parse(&format!("{d}{twelve:012}")).is_ok()), 1);
        prop_assert_eq!(fitting(&|d| MunicipalityCode::parse(&format!("{five:05}{d}")).is_ok()), 1);
        prop_assert_eq!(fitting(&|d| AddresseeNo::parse_new(&format!("{serial:014}{d}")).is_ok()), 1);
        prop_assert_eq!(fitting(&|d| HouseholdNo::parse_new(&format!("{serial:014}{d}")).is_ok()), 1);
    }

    #[test]
    fn one_mistyped_digit_of_a_code_is_found_unless_both_remainders_give_zero(
        ten in 0u64..10_000_000_000, at in 0usize..10, other in 0u8..10,
    ) {
        let code = ResidentRecordCode::from_first_ten(ten).unwrap();
        let mut typed = code.expose().as_bytes().to_vec();
        let before = typed[at];
        typed[at] = b'0' + other;
        let typed = String::from_utf8(typed).unwrap();
        if before != b'0' + other && !code.expose().ends_with('0') {
            prop_assert!(ResidentRecordCode::parse(&typed).is_err());
        }
    }

    #[test]
    fn serials_round_trip(serial in 0u64..100_000_000_000_000) {
        prop_assert_eq!(AddresseeNo::from_serial(serial).unwrap().serial(), serial);
        prop_assert_eq!(HouseholdNo::from_serial(serial).unwrap().serial(), serial);
    }

    #[test]
    fn no_text_breaks_a_reader(text in "\\PC{0,16}") {
        let _ = ResidentRecordCode::parse_input(&text);
        let _ = IndividualNumber::parse_input(&text);
        let _ = CorporateNumber::parse_input(&text);
        let _ = MunicipalityCode::parse_input(&text);
        let _ = MunicipalityCode::from_first_five(&text);
        let _ = AddresseeNo::parse_input(&text);
    }
}
