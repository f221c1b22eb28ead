//! Any bytes from one charset to another: what comes out does not depend on how they are cut.
#![no_main]

use fuzz::{choose, tables};
use libfuzzer_sys::fuzz_target;
use moji::*;

fuzz_target!(|input: &[u8]| {
    let Some(mut from) = choose(input) else { return };
    let Some(mut to) = choose(from.rest) else { return };
    (from.options.gaiji, to.options.gaiji) = (None, None);
    let run = |piece: usize| {
        let mut converter =
            Converter::new(tables(), (&from.charset, &from.options), (&to.charset, &to.options)).unwrap();
        let (mut out, mut events) = (Vec::new(), Vec::new());
        let mut done = Ok(());
        for bytes in to.rest.chunks(piece) {
            done = done.and_then(|()| converter.push(bytes, &mut out, &mut events));
        }
        done = done.and_then(|()| converter.finish(&[], &mut out, &mut events));
        (done, out, events)
    };
    let whole = run(usize::MAX);
    let cut = run(1 + from.bytes % 9);
    assert_eq!(whole.0, cut.0);
    assert_eq!(whole.1, cut.1);
    if whole.0.is_ok() {
        // The sides of one block come one after the other, whatever a block is.
        let sorted = |mut events: Vec<StreamEvent>| {
            events.sort_by_key(|found| (found.side == Side::Encoding, found.event.position));
            events
        };
        assert_eq!(sorted(whole.2), sorted(cut.2));
    }
});
