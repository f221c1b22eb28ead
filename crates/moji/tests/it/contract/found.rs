//! Faults that the comparison with the model found, smallest case first seen.

use moji::*;

use super::setups::{options, substituting};
use crate::support::{JEF, UTF16, UTF32, built_in, hex, told};

fn encode(
    charset: &Charset,
    options: &Options,
    field: Field,
    text: &str,
) -> Result<(Vec<u8>, Vec<CharEvent>), String> {
    let (mut bytes, mut events) = (Vec::new(), Vec::new());
    let encoder = built_in().encoder(charset, options).map_err(|error| error.to_string())?;
    let done = encoder.encode(field, text, &mut bytes, &mut events);
    done.map(|()| (bytes, events)).map_err(|error| error.to_string())
}

/// The fast path stepped back over the selector and left the report of the bare character behind.
#[test]
fn a_cluster_is_told_once() {
    let text = "A".repeat(18) + "〜\u{FE00}";
    let (_, events) = encode(&JEF, &substituting(), Field::Double, &text).unwrap();
    assert_eq!(events.iter().filter(|event| event.position == 18).count(), 1, "{}", told(&events[18..]));
}

/// `CharEvent::to` was what had been written, not what a reader of the output finds: C1 reads as `A`, A1C1 as `～`.
#[test]
fn an_event_tells_what_a_reader_finds() {
    for (field, text, want) in [(Field::Single, "a\u{FE00}", 'A'), (Field::Double, "〜\u{FE00}", '～')] {
        let (_, events) = encode(&JEF, &substituting(), field, text).unwrap();
        assert_eq!(events[0].to, Piece::from(want), "{text}");
    }
}

/// J+ has two bytes for each character. X fields took the basic plane and refused the others.
#[test]
fn an_x_field_of_j_plus_takes_all_characters_or_none() {
    let written: Vec<bool> = ["葛", "葛\u{E0102}", "𠀋"]
        .iter()
        .map(|text| encode(&Charset::Juki, &options(), Field::Single, text).is_ok())
        .collect();
    assert!(written == [false; 3] || written == [true; 3], "{written:?}");
}

/// What the decoder refuses inside a text (`bom_inside`) was written there in silence.
#[test]
fn a_byte_order_mark_in_a_text_is_told_or_refused() {
    for charset in [Charset::UTF_8, UTF16, UTF32] {
        let Ok((bytes, events)) = encode(&charset, &options(), Field::Mixed, "A\u{FEFF}") else { continue };
        let (mut text, mut read) = (String::new(), Vec::new());
        let done = built_in().decoder(&charset, &options()).unwrap().decode(
            Field::Mixed,
            &bytes,
            &mut text,
            &mut read,
        );
        assert!(done.is_ok() || !events.is_empty(), "{charset} {} {done:?}", hex(&bytes));
    }
}
