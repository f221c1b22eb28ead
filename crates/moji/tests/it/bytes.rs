//! Bytes that are wrong, and what is made of them.

use moji::*;

use crate::support::{JEF, built_in, decode, hex, substitute, told, unhex};

#[test]
fn host_bytes_that_are_wrong() {
    use Field::{Double, Mixed, Single};
    for (field, bytes, want, substituted) in [
        // Redundant shifts, an unclosed run, a cut padding character.
        (Mixed, "28280E4129", Err("2バイト目（0始まり）: 未定義のコードです"), "\u{FFFD}\u{FFFD}"),
        (Mixed, "2838BBB329", Ok("山"), "山"),
        (Mixed, "29C129", Ok("A"), "A"),
        (Mixed, "38BBB3", Ok("山"), "山"),
        (Mixed, "28BBB340", Ok("山"), "山"),
        (Mixed, "28BB29C1", Err("1バイト目（0始まり）: 2バイト文字が途中で切れています"), "\u{FFFD}A"),
        (Double, "BBB3BB", Err("2バイト目（0始まり）: 2バイト文字が途中で切れています"), "山\u{FFFD}"),
        (Double, "BBB341A1", Err("2バイト目（0始まり）: 未定義のコードです"), "山\u{FFFD}"),
        (Double, "28BBB329", Err("0バイト目（0始まり）: 未定義のコードです"), "\u{FFFD}山\u{FFFD}"),
        (Double, "A1A14040", Ok("　　"), "　　"),
        (Single, "C128", Err("1バイト目（0始まり）: 未定義のコードです"), "A\u{FFFD}"),
    ] {
        let bytes = unhex(bytes);
        let got = decode(&JEF, &Options::default(), field, &bytes).map_err(|error| error.to_string());
        assert_eq!(got, want.map(String::from).map_err(String::from), "{field:?} {}", hex(&bytes));
        assert_eq!(decode(&JEF, &substitute(), field, &bytes).unwrap(), substituted, "{field:?}");
    }
}

#[test]
fn what_is_not_written_this_way_again_is_told() {
    for (charset, field, bytes, want) in [
        (JEF, Field::Mixed, "28BBB329", ""),
        (JEF, Field::Mixed, "28BBB3", "1:tidied →"),
        (JEF, Field::Mixed, "2828BBB329", "0:tidied 28→"),
        (JEF, Field::Mixed, "38BBB329", "0:tidied 38→"),
        (JEF, Field::Mixed, "29C1", "0:tidied 29→"),
        (JEF, Field::Mixed, "C12829C1", "1:tidied 29→"),
        (JEF, Field::Mixed, "28BBB32928C0EE29", "1:tidied 28→"),
        (JEF, Field::Double, "BBB340", "1:tidied 40→"),
        (JEF, Field::Double, "A1A1", "0:respelled A1A1→　"),
        (JEF, Field::Mixed, "28BB29C1", "0:substituted BB→\u{FFFD}"),
        // NEC's selection of IBM's kanji has another code.
        (Charset::Windows31J, Field::Mixed, "ED40", "0:respelled ED40→纊"),
        (Charset::Windows31J, Field::Mixed, "FA5C", ""),
        (Charset::Windows31J, Field::Mixed, "F040", ""),
    ] {
        let (mut text, mut events) = (String::new(), Vec::new());
        let decoder = built_in().decoder(&charset, &substitute()).unwrap();
        decoder.decode(field, &unhex(bytes), &mut text, &mut events).unwrap();
        assert_eq!(told(&events), want, "{charset} {bytes}");
    }
}

#[test]
fn lead_bytes_without_their_second() {
    use DecodeRule::{TruncatedPair, Undefined};
    for (charset, bytes, offset, rule, substituted) in [
        (Charset::Windows31J, "4188", 1, TruncatedPair, "A\u{FFFD}"),
        (Charset::Windows31J, "889F 8820 41", 2, TruncatedPair, "亜\u{FFFD} A"),
        (Charset::Windows31J, "8100", 0, TruncatedPair, "\u{FFFD}\0"),
        (Charset::Windows31J, "8540 41", 0, Undefined, "\u{FFFD}A"),
        (Charset::Windows31J, "80", 0, Undefined, "\u{FFFD}"),
        (Charset::Windows31J, "A0", 0, Undefined, "\u{FFFD}"),
        (Charset::Windows31J, "FD", 0, Undefined, "\u{FFFD}"),
        (Charset::EucJp, "B0A1 B041", 2, TruncatedPair, "亜\u{FFFD}A"),
        (Charset::EucJp, "8FB0", 0, TruncatedPair, "\u{FFFD}\u{FFFD}"),
        (Charset::EucJp, "8EE0", 0, Undefined, "\u{FFFD}"),
        (Charset::EucJp, "80", 0, Undefined, "\u{FFFD}"),
    ] {
        let bytes = unhex(bytes);
        let got = decode(&charset, &Options::default(), Field::Mixed, &bytes);
        let want = Err(DecodeError { offset, rule });
        assert_eq!(got, want, "{charset} {}", hex(&bytes));
        assert_eq!(decode(&charset, &substitute(), Field::Mixed, &bytes).unwrap(), substituted);
    }
}

#[test]
fn codes_without_a_character_can_be_kept_and_written_back() {
    let keep = Options { unmappable: Unmappable::Keep, undefined: Undefined::Keep, ..Options::default() };
    let (mut text, mut events) = (String::new(), Vec::new());
    let decoder = built_in().decoder(&JEF, &keep).unwrap();
    decoder.decode(Field::Double, &unhex("BBB341A1"), &mut text, &mut events).unwrap();
    assert_eq!((text.as_str(), told(&events).as_str()), ("山\u{F41A1}", "1:kept 41A1→\u{F41A1}"));
    let (mut bytes, mut events) = (Vec::new(), Vec::new());
    let encoder = built_in().encoder(&JEF, &keep).unwrap();
    encoder.encode(Field::Double, &text, &mut bytes, &mut events).unwrap();
    assert_eq!((hex(&bytes).as_str(), told(&events).as_str()), ("BBB341A1", "1:kept \u{F41A1}→41A1"));
    // A private scalar does not leave a link that does not keep.
    assert!(crate::support::encode(&JEF, &Options::default(), Field::Double, &text).is_err());
    // It stands for no other code than one without a character.
    assert!(crate::support::encode(&JEF, &keep, Field::Double, "\u{FBBB3}").is_err());
}

#[test]
fn trim_takes_only_the_padding_of_the_kind() {
    let trim = Options { trim: true, ..Options::default() };
    for (charset, field, bytes, want) in [
        (JEF, Field::Double, "BBB34040", "山"),
        (JEF, Field::Single, "C14040", "A"),
        (JEF, Field::Mixed, "28BBB340402940", "山　"),
        (Charset::Windows31J, Field::Double, "8E522020", "山"),
        (Charset::Windows31J, Field::Double, "8E528140", "山"),
        (Charset::Windows31J, Field::Mixed, "8E528140", "山　"),
    ] {
        assert_eq!(decode(&charset, &trim, field, &unhex(bytes)).unwrap(), want, "{charset} {bytes}");
    }
}
