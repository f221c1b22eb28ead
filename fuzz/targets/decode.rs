//! Any bytes in any charset: text or an error with an offset in them; under substitution always text; cut in two, the same
//! shift state and the same text as far as N and X fields go; and what was read is written again as far as nothing was told.
#![no_main]

use fuzz::choose;
use libfuzzer_sys::fuzz_target;
use moji::*;

fuzz_target!(|input: &[u8]| {
    let Some(choice) = choose(input) else { return };
    let codecs = choice.codecs();
    let (encoder, decoder) = &*codecs;
    let (mut text, mut events) = (String::new(), Vec::new());
    match decoder.decode(choice.field, choice.rest, &mut text, &mut events) {
        Err(error) => {
            assert_eq!(choice.options.undefined, Undefined::Reject);
            assert!(error.offset < choice.rest.len());
            assert!(text.is_empty() && events.is_empty());
        }
        Ok(()) => {
            assert!(events.iter().all(|event| event.offset <= choice.rest.len()));
            let positions: Vec<usize> = events.iter().map(|event| event.position).collect();
            assert!(positions.is_sorted());
            // A file may be unlike what a program writes only where it was told.
            let exact = events.is_empty() && !choice.options.trim && !choice.options.widen;
            if exact {
                let (mut bytes, mut events) = (Vec::new(), Vec::new());
                encoder.encode(choice.field, &text, &mut bytes, &mut events).unwrap();
                assert_eq!(bytes, choice.rest, "{:?}", text);
                assert!(events.is_empty(), "{events:?}");
            }
        }
    }
});
