//! Numbers on payment slips: check digits, keys of levies, codes of convenience stores.
#![expect(clippy::unwrap_used, reason = "a helper of a test may stop the test")]

use domain::slip::{
    ConvenienceStore, NoticeNo, SlipError, check_digit_10w3, convenience_store, convenience_store_caption,
    convenience_store_yen_max,
};
use domain::{Date, FiscalYear, LevyKey, NumberError, TaxItem, Yen};
use proptest::prelude::*;

const KEY: &str = "04-2026-0000000017-01";

fn key() -> LevyKey {
    KEY.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn check_digits_of_modulus_10_weight_3() {
    for (digits, check) in [
        ("4912345", Some(6)), // ST-24
        ("000000001", Some(7)),
        ("000001234", Some(8)),
        ("490123456789", Some(4)),
        ("0", Some(0)),
        ("", None),
        ("49 2345", None),
        ("４９", None),
    ] {
        assert_eq!(check_digit_10w3(digits), check, "{digits}");
    }
}

#[test]
fn notice_numbers_end_in_their_check_digit() {
    assert_eq!(NoticeNo::from_serial(1).unwrap().as_str(), "0000000017");
    assert_eq!(NoticeNo::from_serial(999_999_999).unwrap().serial(), 999_999_999);
    for (text, reads) in
        [("0000000017", true), ("0000000016", false), ("000000017", false), ("000000001七", false)]
    {
        assert_eq!(NoticeNo::parse(text).is_ok(), reads, "{text}");
    }
    assert_eq!(NoticeNo::parse_input("0000-0000 １７").unwrap().serial(), 1);
    assert!(matches!(NoticeNo::from_serial(1_000_000_000), Err(NumberError::Serial { .. })));
}

#[test]
fn tax_items_are_those_of_the_table() {
    let all: Vec<&str> = TaxItem::all().map(TaxItem::code).collect();
    assert_eq!(all, ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"]);
    assert!(TaxItem::all().all(|item| !item.label().is_empty() && item.is_common() == (item.code() == "00")));
    assert_eq!(TaxItem::parse("04").unwrap().label(), "軽自動車税（種別割）");
    for text in ["10", "4", "", "004", "０４"] {
        assert_eq!(TaxItem::parse(text), Err(SlipError::TaxItem(text.to_owned())));
    }
}

#[test]
fn keys_of_levies_read_in_one_shape_only() {
    let read = key();
    assert_eq!(
        (read.tax_item().code(), read.tax_year(), read.notice_no().serial(), read.instalment()),
        ("04", FiscalYear(2026), 1, 1)
    );
    assert_eq!(read.to_string(), KEY);
    assert_eq!(serde_json::to_string(&read).unwrap(), format!("\"{KEY}\""));
    assert_eq!(serde_json::from_str::<LevyKey>(&format!("\"{KEY}\"")).unwrap(), read);
    for (text, says) in [
        ("04-2026-0000000017", "の形ではありません"),
        ("04-2026-0000000017-01-1", "の形ではありません"),
        ("4-2026-0000000017-01", "の形ではありません"),
        ("04-2026-0000000017-1", "の形ではありません"),
        ("04-+026-0000000017-01", "の形ではありません"),
        ("00-2026-0000000017-01", "の形ではありません"), // all taxes are not one
        ("04-0026-0000000017-01", "の形ではありません"),
        ("10-2026-0000000017-01", "税目「10」はありません"),
        ("04-2026-0000000018-01", "通知書番号の検査数字が合いません"),
        ("", "の形ではありません"),
    ] {
        let error = LevyKey::parse(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
    assert_eq!(LevyKey::new(read.tax_item(), FiscalYear(2026), read.notice_no(), 100), None);
}

#[test]
fn customer_numbers_come_back_as_the_key() {
    // 04202600000000170100 leaves 26 of 97, so the check is 72.
    let no = key().customer_no();
    assert_eq!(no, "04202600000000170172");
    assert_eq!(LevyKey::from_customer_no(&no), Ok(key()));
    for wrong in ["", "0420260000000017010", "04202600000000170100", "042026000000001 0100"] {
        assert!(LevyKey::from_customer_no(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_store_reads_forty_four_digits() {
    let code = convenience_store("912345", &key(), 0, day("2026-06-01"), Yen(10_800)).unwrap();
    // Application identifier, company; item, year, notice, instalment; check of these (by hand: 59, so 1), spare,
    // reissue; last day; no stamp; yen.
    let expected =
        concat!("91", "912345", "04", "2026", "0000000017", "01", "1", "00", "0", "260601", "0", "010800");
    assert_eq!(code.get(..43), Some(expected));
    assert_eq!(code.len(), 44);
    let caption = convenience_store_caption(&code);
    assert_eq!(caption.as_deref(), Some("(91)912345-0420260000000017011000\n260601-0-010800-6"));
    assert_eq!(convenience_store_caption(expected), None);
    let read = ConvenienceStore::parse(&code).unwrap();
    assert_eq!(
        (read.key, read.limit, read.yen, read.reissue),
        (key(), Some(day("2026-06-01")), Yen(10_800), 0)
    );
}

#[test]
fn what_has_no_code() {
    let code = |company: &str, reissue: u8, yen: i64| {
        convenience_store(company, &key(), reissue, day("2026-06-01"), Yen(yen)).is_some()
    };
    assert_eq!(convenience_store_yen_max(), Yen(300_000));
    for (company, reissue, yen, is) in [
        ("912345", 9, 300_000, true),
        ("912345", 10, 300_000, false),
        ("912345", 0, 300_001, false),
        ("912345", 0, 1, true),
        ("912345", 0, 0, false),
        ("912345", 0, -1, false),
        ("91234", 0, 1, false),
        ("9123456", 0, 1, false),
        ("91234a", 0, 1, false),
        ("", 0, 1, false),
    ] {
        assert_eq!(code(company, reissue, yen), is, "{company} {reissue} {yen}");
    }
}

#[test]
fn a_slip_without_a_last_day_reads() {
    let code = convenience_store("912345", &key(), 0, day("2026-06-01"), Yen(1)).unwrap();
    let mut open = code.get(..43).unwrap().replacen("260601", "999999", 1);
    open.push_str(&check_digit_10w3(&open).unwrap().to_string());
    assert_eq!(ConvenienceStore::parse(&open).unwrap().limit, None);
    let mut never = open.get(..43).unwrap().replacen("999999", "261301", 1);
    never.push_str(&check_digit_10w3(&never).unwrap().to_string());
    assert!(matches!(ConvenienceStore::parse(&never), Err(SlipError::Shape { .. })));
}

fn keys() -> impl Strategy<Value = LevyKey> {
    (1usize..10, 1000i16..=9999, 0u64..1_000_000_000, 0u8..100).prop_map(
        |(item, year, serial, instalment)| {
            let item = TaxItem::all().nth(item).unwrap();
            LevyKey::new(item, FiscalYear(year), NoticeNo::from_serial(serial).unwrap(), instalment).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn keys_are_read_back(key in keys()) {
        prop_assert_eq!(LevyKey::parse(&key.to_string()), Ok(key));
        prop_assert_eq!(LevyKey::from_customer_no(&key.customer_no()), Ok(key));
    }

    #[test]
    fn exactly_one_check_digit_fits_a_notice(serial in 0u64..1_000_000_000) {
        let fitting = (0..10).filter(|last| NoticeNo::parse(&format!("{serial:09}{last}")).is_ok());
        prop_assert_eq!(fitting.count(), 1);
    }

    #[test]
    fn codes_of_stores_are_read_back(
        key in keys(), company in "[0-9]{6}", reissue in 0u8..10, days in 0i32..36_000, yen in 1i64..=300_000,
    ) {
        let limit = day("2000-01-01").saturating_add(jiff::Span::new().days(days));
        let code = convenience_store(&company, &key, reissue, limit, Yen(yen)).unwrap();
        let read = ConvenienceStore { company, key, reissue, limit: Some(limit), yen: Yen(yen) };
        prop_assert_eq!(ConvenienceStore::parse(&code), Ok(read));
    }

    #[test]
    fn one_wrong_digit_is_seen(key in keys(), at in 0usize..20, by in 1u8..10) {
        let mut digits = key.customer_no().into_bytes();
        digits[at] = (digits[at] - b'0' + by) % 10 + b'0';
        prop_assert!(LevyKey::from_customer_no(&String::from_utf8(digits).unwrap()).is_err());
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = (LevyKey::parse(&text), ConvenienceStore::parse(&text), LevyKey::from_customer_no(&text));
        let _ = convenience_store_caption(&text);
        let _ = (TaxItem::parse(&text), NoticeNo::parse_input(&text), check_digit_10w3(&text));
    }
}
