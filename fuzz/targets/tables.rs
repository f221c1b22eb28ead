//! Any text as a town's table or as a pack: read, or refused with lines that exist; what was read compiles and converts.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use moji::*;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let lines = text.lines().count().max(1);
    match Gaiji::parse("gaiji.tsv", text) {
        Err(errors) => assert!(errors.iter().all(|error| (1..=lines).contains(&error.line))),
        Ok(gaiji) => {
            let options = Options { gaiji: Some(Arc::new(gaiji)), ..Options::default() };
            for charset in [Charset::UTF_8, Charset::Pack("OWN".into())] {
                if let Ok(encoder) = fuzz::tables().encoder(&charset, &options) {
                    let _ = encoder.encode(Field::Mixed, text, &mut Vec::new(), &mut Vec::new());
                }
            }
        }
    }
    let (main, encode) = text.split_once("\n\n").unwrap_or((text, ""));
    let files = [
        PackFile { name: "own.tsv", text: main },
        PackFile { name: "own-encode.tsv", text: encode },
        PackFile { name: "jef.tsv", text: main },
        PackFile { name: "jef-encode.tsv", text: encode },
        PackFile { name: "jef-area.tsv", text: encode },
    ];
    let found = Packs::parse(&files);
    assert!(found.errors.iter().all(|error| (1..=lines).contains(&error.line)));
    let names: Vec<Charset> = found.packs.iter().flat_map(|pack| Charset::from_name(pack.name())).collect();
    let tables = Tables::with_packs(found.packs);
    for charset in names {
        if let (Ok(encoder), Ok(decoder)) =
            (tables.encoder(&charset, &Options::default()), tables.decoder(&charset, &Options::default()))
        {
            let _ = encoder.encode(Field::Mixed, text, &mut Vec::new(), &mut Vec::new());
            let _ = decoder.decode(Field::Mixed, input, &mut String::new(), &mut Vec::new());
        }
    }
});
