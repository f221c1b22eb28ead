//! Any text in any charset: bytes that read back as what was told, or an error that names a character of the text; and a
//! fixed field has its length.
#![no_main]

use fuzz::choose;
use libfuzzer_sys::fuzz_target;
use moji::*;

fuzz_target!(|input: &[u8]| {
    let Some(choice) = choose(input) else { return };
    let Ok(text) = std::str::from_utf8(choice.rest) else { return };
    let codecs = choice.codecs();
    let (encoder, decoder) = &*codecs;
    let (mut bytes, mut events) = (Vec::new(), Vec::new());
    match encoder.encode(choice.field, text, &mut bytes, &mut events) {
        Err(EncodeError::Unmappable { scalar_offset, cluster }) => {
            assert!(bytes.is_empty() && events.is_empty());
            assert_eq!(text.chars().nth(scalar_offset), Some(cluster.base()));
        }
        Err(error) => panic!("{error}"),
        // A byte order mark inside is written and not read.
        Ok(()) if text.contains('\u{FEFF}') || choice.options.trim => {}
        Ok(()) => {
            let mut back = String::new();
            decoder.decode(choice.field, &bytes, &mut back, &mut Vec::new()).unwrap();
            assert_eq!(back, read_back(text, &events), "{events:?}");
        }
    }
    let (mut field, mut events) = (Vec::new(), Vec::new());
    let done =
        encoder.encode_fixed(choice.field, text, choice.bytes, Overflow::Truncate, &mut field, &mut events);
    match done {
        Ok(()) => assert_eq!(field.len(), choice.bytes),
        Err(_) => assert!(field.is_empty() && events.is_empty()),
    }
});
