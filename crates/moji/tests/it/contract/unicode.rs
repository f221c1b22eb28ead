//! Contract 14: UTF-16 and UCS-4 are strict and whole, and so is UTF-8.

use std::sync::LazyLock;

use moji::*;
use proptest::prelude::*;
use proptest::sample::select;

use super::setups::{Setup, setup, substituting};
use crate::support::{built_in, hex};

const CHARSETS: [Charset; 5] = [
    Charset::UTF_8,
    Charset::Utf16 { endian: Endian::Little, bom: false },
    Charset::Utf16 { endian: Endian::Big, bom: false },
    Charset::Utf32 { endian: Endian::Little, bom: false },
    Charset::Utf32 { endian: Endian::Big, bom: false },
];

fn write(charset: &Charset, text: &str) -> Vec<u8> {
    let short = |endian: &Endian, unit: u16| match endian {
        Endian::Little => unit.to_le_bytes(),
        Endian::Big => unit.to_be_bytes(),
    };
    let long = |endian: &Endian, unit: u32| match endian {
        Endian::Little => unit.to_le_bytes(),
        Endian::Big => unit.to_be_bytes(),
    };
    match charset {
        Charset::Utf16 { endian, .. } => text.encode_utf16().flat_map(|unit| short(endian, unit)).collect(),
        Charset::Utf32 { endian, .. } => text.chars().flat_map(|c| long(endian, c.into())).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// The front of some bytes: a character, or the rule that is broken, and how many bytes that is.
fn front(charset: &Charset, bytes: &[u8]) -> (Result<char, DecodeRule>, usize) {
    use DecodeRule::{BomInside, InvalidScalar, InvalidUtf8, LoneSurrogate, TruncatedUnit};
    let number = |endian: &Endian, bytes: &[u8]| {
        let shift = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
        match endian {
            Endian::Big => bytes.iter().fold(0, shift),
            Endian::Little => bytes.iter().rev().fold(0, shift),
        }
    };
    let (found, length) = match charset {
        Charset::Utf16 { .. } if bytes.len() < 2 => (Err(TruncatedUnit), bytes.len()),
        Charset::Utf16 { endian, .. } => {
            let unit = number(endian, &bytes[..2]);
            let next = bytes.get(2..4).map(|next| number(endian, next)).unwrap_or_default();
            match (unit, next) {
                (0xD800..=0xDBFF, 0xDC00..=0xDFFF) => {
                    (Ok(char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (next - 0xDC00)).unwrap()), 4)
                }
                (0xD800..=0xDFFF, _) => (Err(LoneSurrogate), 2),
                _ => (Ok(char::from_u32(unit).unwrap()), 2),
            }
        }
        Charset::Utf32 { .. } if bytes.len() < 4 => (Err(TruncatedUnit), bytes.len()),
        Charset::Utf32 { endian, .. } => {
            (char::from_u32(number(endian, &bytes[..4])).ok_or(InvalidScalar), 4)
        }
        _ => {
            let chunk = bytes.utf8_chunks().next().unwrap();
            match chunk.valid().chars().next() {
                Some(c) => (Ok(c), c.len_utf8()),
                None => (Err(InvalidUtf8), chunk.invalid().len()),
            }
        }
    };
    (found.and_then(|c| if c == '\u{FEFF}' { Err(BomInside) } else { Ok(c) }), length)
}

/// The text under substitution, and the first error.
fn read(charset: &Charset, bytes: &[u8]) -> (String, Option<DecodeError>) {
    let (mut text, mut first, mut offset) = (String::new(), None, 0);
    while offset < bytes.len() {
        let (found, length) = front(charset, &bytes[offset..]);
        first = first.or(found.err().map(|rule| DecodeError { offset, rule }));
        text.push(found.unwrap_or(char::REPLACEMENT_CHARACTER));
        offset += length;
    }
    (text, first)
}

fn check_bytes(charset: &Charset, bytes: &[u8]) {
    let (want, error) = read(charset, bytes);
    let (mut text, mut events) = (String::new(), Vec::new());
    built_in()
        .decoder(charset, &substituting())
        .unwrap()
        .decode(Field::Mixed, bytes, &mut text, &mut events)
        .unwrap();
    assert_eq!(text, want, "{charset} {}", hex(bytes));
    // Told, each of them, where it stands; and nothing else.
    let told: Vec<usize> = events.iter().map(|event| event.position).collect();
    let original = |position: &usize| charset_has_it(charset, bytes, *position);
    let lost = want.chars().enumerate().filter(|(_, c)| *c == char::REPLACEMENT_CHARACTER).map(|(at, _)| at);
    assert_eq!(told, lost.filter(|at| !original(at)).collect::<Vec<_>>(), "{charset} {}", hex(bytes));
    let (mut text, mut events) = (String::new(), Vec::new());
    let strict = built_in().decoder(charset, &Options::default()).unwrap();
    let done = strict.decode(Field::Mixed, bytes, &mut text, &mut events);
    assert_eq!(done.err(), error, "{charset} {}", hex(bytes));

    let whole = convert(charset, &Charset::UTF_8, &[bytes]);
    for cut in 0..=bytes.len() {
        let (first, last) = bytes.split_at(cut);
        assert_eq!(
            convert(charset, &Charset::UTF_8, &[first, last]),
            whole,
            "{charset} {} cut at {cut}",
            hex(bytes)
        );
    }
}

/// Whether U+FFFD itself stands in the bytes there.
fn charset_has_it(charset: &Charset, bytes: &[u8], position: usize) -> bool {
    let mut offset = 0;
    for _ in 0..position {
        offset += front(charset, &bytes[offset..]).1;
    }
    front(charset, &bytes[offset..]).0.is_ok()
}

fn convert(
    from: &Charset,
    to: &Charset,
    parts: &[&[u8]],
) -> (Result<(), ConvertError>, Vec<u8>, Vec<StreamEvent>) {
    let options = substituting();
    let mut converter = Converter::new(built_in(), (from, &options), (to, &options)).unwrap();
    let (mut out, mut events) = (Vec::new(), Vec::new());
    let mut done = Ok(());
    for part in parts {
        done = done.and_then(|()| converter.push(part, &mut out, &mut events));
    }
    (done.and_then(|()| converter.finish(&[], &mut out, &mut events)), out, events)
}

#[test]
fn every_scalar_is_carried_as_it_is() {
    for charset in CHARSETS {
        let (encoder, decoder) = (
            built_in().encoder(&charset, &Options::default()).unwrap(),
            built_in().decoder(&charset, &Options::default()).unwrap(),
        );
        for plane in 0..=0x10_u32 {
            let scalars = (plane << 16..(plane + 1) << 16).filter_map(char::from_u32);
            let text: String = scalars.filter(|c| *c != '\u{FEFF}').collect();
            for field in [Field::Single, Field::Double, Field::Mixed] {
                let (mut bytes, mut back, mut events) = (Vec::new(), String::new(), Vec::new());
                encoder.encode(field, &text, &mut bytes, &mut events).unwrap();
                assert!(bytes == write(&charset, &text), "{charset} plane {plane}");
                decoder.decode(field, &bytes, &mut back, &mut events).unwrap();
                assert!(back == text && events.is_empty(), "{charset} plane {plane}");
            }
        }
    }
}

#[test]
fn every_unit_of_two_bytes() {
    for charset in &CHARSETS {
        for unit in (0..=u16::MAX).filter(|unit| matches!(unit >> 8, 0x00 | 0xD7..=0xE0 | 0xFE..=0xFF)) {
            check_bytes(charset, &unit.to_be_bytes());
            check_bytes(charset, &[0, 0x11, unit.to_be_bytes()[0], unit.to_be_bytes()[1]]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_units(charset in select(CHARSETS.to_vec()), units in proptest::collection::vec(unit(), 0..12)) {
        check_bytes(&charset, &units.concat());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Contract 1 and 9: a field holds the longest run of whole clusters, then spaces, in N fields wide ones.
    #[test]
    fn any_text_in_a_field(text in "([山A𠮷ｱ]|葛\u{E0102}|\u{1B019}\u{3099}|か\u{3099}|\u{E0100}){0,8}") {
        static SPLIT: LazyLock<Setup> = LazyLock::new(|| setup(Charset::Windows31J, &Options::default()).unwrap());
        let units = SPLIT.model.units(&text);
        for (charset, field) in CHARSETS.iter().flat_map(|charset| [(charset, Field::Double), (charset, Field::Mixed)]) {
            let wide = field == Field::Double && *charset != Charset::UTF_8;
            let padding = write(charset, if wide { "\u{3000}" } else { " " });
            let encoder = SPLIT.tables.encoder(charset, &Options::default()).unwrap();
            let whole = write(charset, &text).len();
            for bytes in 0..whole + 3 {
                let ends = units.iter().map(|unit| (unit.byte, Some(unit))).chain([(text.len(), None)]);
                let fitting = ends.map(|(end, cut)| (write(charset, &text[..end]), cut));
                let fitting: Vec<_> = fitting.filter(|(written, _)| written.len() <= bytes).collect();
                let (mut want, cut) = fitting.last().cloned().unwrap();
                while want.len() < bytes {
                    want.extend(&padding);
                }
                let (mut got, mut events) = (Vec::new(), Vec::new());
                let done = encoder.encode_fixed(field, &text, bytes, Overflow::Truncate, &mut got, &mut events);
                if bytes.is_multiple_of(padding.len()) {
                    prop_assert_eq!((done, &got), (Ok(()), &want), "{} {:?} {}", charset, field, bytes);
                    let told: Vec<_> = events.iter().map(|event| (event.position, event.done)).collect();
                    let wanted: Vec<_> = cut.iter().map(|unit| (unit.scalar, Done::Truncated)).collect();
                    prop_assert_eq!(told, wanted);
                } else {
                    prop_assert_eq!(done, Err(EncodeError::Length { bytes, unit: padding.len() }));
                }
                let done = encoder.encode_fixed(field, &text, bytes, Overflow::Reject, &mut got, &mut events);
                if bytes.is_multiple_of(padding.len()) && bytes < whole {
                    prop_assert_eq!(done, Err(EncodeError::Overflow { needed: whole, bytes }));
                }
            }
        }
    }
}

/// Bytes that are, or nearly are, a unit of one of the forms.
fn unit() -> impl Strategy<Value = Vec<u8>> {
    let scalar = any::<char>().prop_flat_map(|c| {
        select(CHARSETS.to_vec()).prop_map(move |charset| write(&charset, &c.to_string()))
    });
    let half = (select(vec![0xD842_u16, 0xDFB7, 0xDBFF, 0xDC00, 0xFEFF, 0x5C71, 0x0041]), any::<bool>())
        .prop_map(|(unit, big)| if big { unit.to_be_bytes().to_vec() } else { unit.to_le_bytes().to_vec() });
    let cut = scalar.clone().prop_map(|mut bytes| {
        bytes.pop();
        bytes
    });
    prop_oneof![3 => scalar, 3 => half, 1 => cut, 1 => proptest::collection::vec(any::<u8>(), 1..4)]
}
