//! What the targets share: how the first bytes of an input choose charset, field and options.

pub mod layouts;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use moji::*;

/// A town's table, so that its rows take part.
const GAIJI: &str = "葛\u{E0100}\t80A1\n𠮷\t80A2\nnone\t80A3\n";

/// A pack of two codes, one of its own and one on top of UTF-16.
const PACKS: [PackFile<'static>; 2] = [
    PackFile { name: "own.tsv", text: "#: code OWN\n0041\t4E00\n2829\t845B\tE0102\n" },
    PackFile { name: "private.tsv", text: "#: code PRIVATE\n#: base UTF-16BE\nE000\t845B\tE0102\n" },
];

/// All tables that can be had without a pack of the town's, and the two above.
pub fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| {
        let found = Packs::parse(&PACKS);
        assert!(found.errors.is_empty(), "{:?}", found.errors);
        Tables::with_packs(found.packs)
    });
    &TABLES
}

/// The choices an input makes, and what is left of it.
pub struct Choice<'a> {
    pub charset: Charset,
    pub field: Field,
    pub options: Options,
    pub bytes: usize,
    pub rest: &'a [u8],
    key: (u8, u8, u8),
}

impl Choice<'_> {
    /// The codecs of the choice, made once.
    pub fn codecs(&self) -> Rc<(Encoder, Decoder)> {
        thread_local! {
            static KNOWN: RefCell<HashMap<(u8, u8, u8), Rc<(Encoder, Decoder)>>> = RefCell::default();
        }
        KNOWN.with_borrow_mut(|known| {
            // All choices together do not fit into memory.
            if 256 < known.len() {
                known.clear();
            }
            let make = || {
                let encoder = tables().encoder(&self.charset, &self.options).unwrap();
                Rc::new((encoder, tables().decoder(&self.charset, &self.options).unwrap()))
            };
            known.entry(self.key).or_insert_with(make).clone()
        })
    }
}

/// Reads the choices from the first four bytes.
pub fn choose(input: &[u8]) -> Option<Choice<'_>> {
    let (&[a, b, c, d], rest) = input.split_first_chunk()?;
    let packs = [Charset::Pack("OWN".into()), Charset::Pack("PRIVATE".into())];
    let charsets: Vec<Charset> = Charset::BUILT_IN.into_iter().chain(packs).collect();
    let a = a % u8::try_from(charsets.len()).unwrap();
    let charset = charsets[usize::from(a)].clone();
    // A town's table makes a table of its own each time, so it goes with the usual options only.
    let with_gaiji = matches!(charset, Charset::Jef(_)) && b >> 4 & 3 == 0 && c & 9 == 8;
    let options = Options {
        unmappable: [Unmappable::Reject, Unmappable::Substitute, Unmappable::Shrink, Unmappable::Keep]
            [usize::from(b & 3)],
        undefined: [Undefined::Reject, Undefined::Substitute, Undefined::Keep, Undefined::Substitute]
            [usize::from(b >> 2 & 3)],
        map: [JefMap::Face, JefMap::Pc, JefMap::Area, JefMap::Face][usize::from(b >> 4 & 3)],
        // Without the pack no cell has a selector, so one collection is as good as another.
        ivs: Ivs::Mj,
        shift_in: if c & 1 == 0 || b >> 4 & 3 != 0 { ShiftIn::K28 } else { ShiftIn::K38 },
        widen: c & 2 != 0,
        trim: c & 4 != 0,
        gaiji: with_gaiji.then(gaiji),
        ..Options::default()
    };
    let field = [Field::Single, Field::Double, Field::Mixed, Field::Mixed][usize::from(c >> 4 & 3)];
    Some(Choice { charset, field, options, bytes: usize::from(d), rest, key: (a, b, c) })
}

fn gaiji() -> Arc<Gaiji> {
    static TABLE: LazyLock<Arc<Gaiji>> =
        LazyLock::new(|| Arc::new(Gaiji::parse("gaiji.tsv", GAIJI).unwrap()));
    TABLE.clone()
}
