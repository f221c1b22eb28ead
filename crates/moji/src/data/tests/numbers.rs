//! Numbers as texts.

use proptest::prelude::*;

use crate::data::{JukiCode, KosekiNumber, MjNumber, ToukiNumber, X0213};

fn shown<T: std::str::FromStr + ToString>(text: &str) -> Option<String> {
    text.parse().ok().map(|number: T| number.to_string())
}

#[test]
fn numbers_are_read_in_one_spelling() {
    type Read = fn(&str) -> Option<String>;
    let (mj, juki, koseki, touki, x0213): (Read, Read, Read, Read, Read) =
        (shown::<MjNumber>, shown::<JukiCode>, shown::<KosekiNumber>, shown::<ToukiNumber>, shown::<X0213>);
    for (read, text, reads) in [
        (mj, "MJ022335", true),
        (mj, "MJ090001", true),
        (mj, "MJ22335", false),
        (mj, "MJ+22335", false),
        (mj, "022335", false),
        (mj, "MJ0223350", false),
        (mj, "", false),
        (juki, "J+845B", true),
        (juki, "J+0041", true),
        (juki, "J+845", false),
        (juki, "J++84B", false),
        (juki, "J+1845B", false),
        (juki, "U+845B", false),
        (koseki, "352760", true),
        (koseki, "00352760", false),
        (koseki, "35276０", false),
        (touki, "00352760", true),
        (touki, "352760", false),
        (x0213, "1-19-75", true),
        (x0213, "2-01-13", true),
        (x0213, "3-01-13", false),
        (x0213, "1-95-01", false),
        (x0213, "1-19-00", false),
        (x0213, "1-19", false),
        (x0213, "1-19-75-1", false),
    ] {
        assert_eq!(read(text), reads.then(|| text.to_owned()), "{text}");
    }
    let refusal = "22335".parse::<MjNumber>().unwrap_err();
    assert_eq!(refusal.to_string(), "\"22335\" is no MJ number (MJ and six digits)");
}

proptest! {
    #[test]
    fn every_number_reads_as_it_is_shown(number in 0u32..1_000_000, code: u16) {
        let number = MjNumber::new(number).unwrap();
        prop_assert_eq!(number.to_string().parse(), Ok(number));
        let code = JukiCode(code);
        prop_assert_eq!(code.to_string().parse(), Ok(code));
    }

    #[test]
    fn no_text_makes_a_reader_stumble(text in "\\PC{0,10}") {
        let _ = (shown::<MjNumber>(&text), shown::<JukiCode>(&text), shown::<X0213>(&text));
    }
}
