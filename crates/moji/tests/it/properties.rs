//! What must hold of every text and of all bytes.

use moji::*;
use proptest::prelude::*;

use crate::support::{JEF, UTF16, UTF32, built_in, decode, encode, substitute, with_pack_once};

const FIELDS: [Field; 3] = [Field::Single, Field::Double, Field::Mixed];

proptest! {
    /// What is written reads back, or the encoder said what it changed.
    #[test]
    fn clean_text_round_trips(
        text in "[亜-腕Ａ-Ｚぁ-んァ-ヶA-Z0-9ｱ-ﾟ 　𠮷髙﨑葛\u{E0100}-\u{E0102}a-c]{0,24}",
    ) {
        for charset in Charset::BUILT_IN.into_iter().filter(|charset| *charset != Charset::Juki) {
            for field in FIELDS {
                let (mut out, mut events) = (Vec::new(), Vec::new());
                let encoder = built_in().encoder(&charset, &substitute()).unwrap();
                encoder.encode(field, &text, &mut out, &mut events).unwrap();
                let back = decode(&charset, &Options::default(), field, &out).unwrap();
                prop_assert_eq!(back == text, events.is_empty(), "{} {:?} {} {:?}", charset, field, back, events);
            }
        }
    }

    /// Nothing is silent: what reads back is the text with the reports carried out, and nothing else.
    #[test]
    fn what_reads_back_is_what_was_told(
        text in "([ -~]{0,20}|[ｱ-ﾟ]{0,12}|[亜-腕ぁ-んァ-ヶＡ-Ｚ　]{0,14}|[𠮷髙﨑葛辻¥〜¢‾\u{E000}\u{3099}\u{FE00}\u{E0100}-\u{E0103}]{0,3}|\\PC{0,2}){0,5}",
        bytes in 0usize..60,
    ) {
        let policies = [Unmappable::Substitute, Unmappable::Shrink];
        let mut tables = vec![built_in().clone()];
        tables.extend(with_pack_once().cloned());
        for tables in &tables {
            for charset in Charset::BUILT_IN.into_iter().filter(|charset| *charset != Charset::Juki) {
                for (field, unmappable) in FIELDS.into_iter().flat_map(|field| policies.map(|policy| (field, policy))) {
                    let options = Options { unmappable, widen: bytes % 2 == 0, ..substitute() };
                    let encoder = tables.encoder(&charset, &options).unwrap();
                    let decoder = tables.decoder(&charset, &options).unwrap();
                    let read = |bytes: &[u8]| {
                        let mut back = String::new();
                        decoder.decode(field, bytes, &mut back, &mut Vec::new()).unwrap();
                        back
                    };
                    let (mut out, mut events) = (Vec::new(), Vec::new());
                    encoder.encode(field, &text, &mut out, &mut events).unwrap();
                    prop_assert_eq!(read(&out), read_back(&text, &events), "{} {:?} {:?}", charset, field, events);
                    let bytes = bytes / encoder.unit(field) * encoder.unit(field);
                    let (mut out, mut events) = (Vec::new(), Vec::new());
                    encoder.encode_fixed(field, &text, bytes, Overflow::Truncate, &mut out, &mut events).unwrap();
                    let back = read(&out);
                    let told = read_back(&text, &events);
                    let rest = back.strip_prefix(&told);
                    let padded = rest.is_some_and(|rest| rest.chars().all(|c| c == ' ' || c == '\u{3000}'));
                    prop_assert!(padded, "{} {:?} {:?} {:?} {:?}", charset, field, told, back, events);
                }
            }
        }
    }

    /// A field has exactly its length and holds a prefix, whatever the text.
    #[test]
    fn a_fixed_field_has_its_length(text in any::<String>(), pairs in 0usize..12) {
        for field in FIELDS {
            let (mut out, mut events) = (Vec::new(), Vec::new());
            let encoder = built_in().encoder(&JEF, &substitute()).unwrap();
            encoder.encode_fixed(field, &text, pairs * 2, Overflow::Truncate, &mut out, &mut events).unwrap();
            prop_assert_eq!(out.len(), pairs * 2);
            decode(&JEF, &Options::default(), field, &out).unwrap();
        }
    }

    /// No bytes make the decoder fail under substitution, and cut anywhere it reads what stood before the cut.
    #[test]
    fn any_bytes_in_pieces(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        for charset in Charset::BUILT_IN {
            for field in FIELDS {
                let whole = decode(&charset, &substitute(), field, &bytes).unwrap();
                for cut in 0..bytes.len() {
                    let before = decode(&charset, &substitute(), field, &bytes[..cut]).unwrap();
                    let sure = before.trim_end_matches('\u{FFFD}');
                    prop_assert!(whole.starts_with(sure), "{} {:?} cut {}", charset, field, cut);
                }
            }
        }
    }

    /// N and X fields have no state: the parts encoded apart are the whole.
    #[test]
    fn fields_without_state_are_independent_of_cuts(text in "[亜-腕]{0,12}", cut in 0usize..12) {
        let at = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
        let of = |part: &str| encode(&JEF, &substitute(), Field::Double, part).unwrap();
        prop_assert_eq!([of(&text[..at]), of(&text[at..])].concat(), of(&text));
    }

    /// Unicode to Unicode loses nothing and says nothing.
    #[test]
    fn unicode_round_trips_any_text(text in any::<String>()) {
        prop_assume!(!text.contains('\u{FEFF}'));
        for charset in [Charset::UTF_8, UTF16, UTF32] {
            let bytes = encode(&charset, &Options::default(), Field::Mixed, &text).unwrap();
            prop_assert_eq!(&decode(&charset, &Options::default(), Field::Mixed, &bytes).unwrap(), &text);
        }
    }
}
