//! UTF-8, UTF-16, UTF-32: strict, nothing normalised.

use moji::*;

use crate::support::{UTF16, UTF16_BE, UTF32, decode, encode, hex, substitute};

#[test]
fn unicode_carries_every_name() {
    let name = "葛\u{E0100}城𠮷田髙﨑か\u{3099}";
    for charset in [Charset::UTF_8, UTF16, UTF32, UTF16_BE] {
        let bytes = encode(&charset, &Options::default(), Field::Mixed, name).unwrap();
        assert_eq!(decode(&charset, &Options::default(), Field::Mixed, &bytes).unwrap(), name, "{charset}");
    }
    assert_eq!(hex(&encode(&UTF16, &Options::default(), Field::Mixed, "𠮷").unwrap()), "42D8B7DF");
    assert_eq!(
        hex(&encode(&UTF32, &Options::default(), Field::Mixed, "葛\u{E0100}").unwrap()),
        "0000845B000E0100"
    );
}

#[test]
fn unicode_bytes_that_are_wrong() {
    use DecodeRule::{BomInside, InvalidScalar, InvalidUtf8, LoneSurrogate, TruncatedUnit};
    for (charset, bytes, offset, rule, substituted) in [
        (UTF16, b"A\0\x42\xD8B\0".as_slice(), 2, LoneSurrogate, "A\u{FFFD}B"),
        (UTF16, b"\xB7\xDFA\0", 0, LoneSurrogate, "\u{FFFD}A"),
        (UTF16, b"A\0\x42\xD8", 2, LoneSurrogate, "A\u{FFFD}"),
        (UTF16, b"\x42\xD8\x42\xD8\xB7\xDF", 0, LoneSurrogate, "\u{FFFD}𠮷"),
        (UTF16, b"A\0B", 2, TruncatedUnit, "A\u{FFFD}"),
        (UTF16, b"A\0\xFF\xFE", 2, BomInside, "A\u{FFFD}"),
        (UTF32, b"\0\0\0A\0\0\xD8\x00", 4, InvalidScalar, "A\u{FFFD}"),
        (UTF32, b"\0\x11\0\0", 0, InvalidScalar, "\u{FFFD}"),
        (UTF32, b"\0\0\0A\0\0", 4, TruncatedUnit, "A\u{FFFD}"),
        (UTF32, b"\0\x02\x0B\xB7\0\0\xFE\xFF", 4, BomInside, "𠮷\u{FFFD}"),
        (Charset::UTF_8, b"A\xE3\x81", 1, InvalidUtf8, "A\u{FFFD}"),
        (Charset::UTF_8, b"A\xE3\x81B", 1, InvalidUtf8, "A\u{FFFD}B"),
        (Charset::UTF_8, b"\xC0\x80", 0, InvalidUtf8, "\u{FFFD}\u{FFFD}"),
        (Charset::UTF_8, b"\xED\xA0\x80", 0, InvalidUtf8, "\u{FFFD}\u{FFFD}\u{FFFD}"),
        (Charset::UTF_8, b"A\xEF\xBB\xBFB", 1, BomInside, "A\u{FFFD}B"),
    ] {
        let got = decode(&charset, &Options::default(), Field::Mixed, bytes);
        assert_eq!(got, Err(DecodeError { offset, rule }), "{charset} {bytes:X?}");
        assert_eq!(decode(&charset, &substitute(), Field::Mixed, bytes).unwrap(), substituted, "{charset}");
    }
}
