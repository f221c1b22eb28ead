//! Conversion cases, as a person who knows the code charts would check them.

#[cfg(test)]
mod cases {
    use moji::*;
    use proptest::prelude::*;

    const UTF16: Charset = Charset::Utf16 { endian: Endian::Little, bom: true };
    const UCS4: Charset = Charset::Ucs4 { endian: Endian::Big, bom: false };
    const JEF: Charset = Charset::JefEbcdicKana;
    const SUBSTITUTE: Options = Options {
        unmappable: Unmappable::Substitute,
        undefined: Undefined::Substitute,
        map: JefMap::Face,
        shift_in: ShiftIn::K28,
        widen: false,
        trim: false,
    };

    fn encode(charset: Charset, options: Options, field: Field, text: &str) -> Result<Vec<u8>, EncodeError> {
        let mut out = Vec::new();
        Encoder::new(charset, options).encode(field, text, &mut out, &mut Vec::new())?;
        Ok(out)
    }

    fn decode(charset: Charset, options: Options, field: Field, bytes: &[u8]) -> Result<String, DecodeError> {
        let mut out = String::new();
        Decoder::new(charset, options).decode(field, bytes, &mut out, &mut Vec::new())?;
        Ok(out)
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Encodes into a fixed field and words the outcome: bytes, then what was reported.
    fn fixed(options: Options, field: Field, bytes: usize, overflow: Overflow, text: &str) -> String {
        let (mut out, mut events) = (Vec::new(), Vec::new());
        let done =
            Encoder::new(JEF, options).encode_fixed(field, text, bytes, overflow, &mut out, &mut events);
        if let Err(error) = done {
            assert!(out.is_empty() && events.is_empty(), "a refused field leaves nothing behind");
            return error.to_string();
        }
        let events: Vec<String> = events
            .iter()
            .map(|event| format!("{}:{}{}→{}", event.position, event.done.label(), event.cluster, event.to))
            .collect();
        [&[hex(&out)], events.as_slice()].concat().join(" ")
    }

    #[test]
    fn jef_fields() {
        use Field::{Double, Mixed, Single};
        use Overflow::{Reject, Truncate};
        let refuse = Options::default();
        let widen = Options { widen: true, ..refuse };
        for (options, field, bytes, overflow, text, want) in [
            // Padding by kind.
            (refuse, Single, 4, Reject, "A1", "C1F14040"),
            (refuse, Single, 4, Reject, "ｶﾞ", "86BE4040"),
            (refuse, Double, 6, Reject, "山", "BBB340404040"),
            (refuse, Mixed, 6, Reject, "山", "28BBB3294040"),
            // No empty pairs, one pair for a run.
            (refuse, Mixed, 9, Reject, "山A川", "28BBB329C128C0EE29"),
            (refuse, Mixed, 6, Reject, "山川", "28BBB3C0EE29"),
            (refuse, Mixed, 1, Reject, "", "40"),
            // Overflow: refuse, or whole clusters with the shift-out counted.
            (refuse, Mixed, 5, Reject, "山川", "6バイト必要ですが、項目は5バイトです"),
            (refuse, Mixed, 5, Truncate, "山川", "28BBB32940 1:切り捨て川→"),
            (refuse, Mixed, 3, Truncate, "山", "404040 0:切り捨て山→"),
            (refuse, Mixed, 2, Truncate, "A山", "C140 1:切り捨て山→"),
            (refuse, Double, 4, Truncate, "東京都", "C5ECB5FE 2:切り捨て都→"),
            (refuse, Double, 3, Reject, "東", "項目の長さ3バイトは2バイトの倍数ではありません"),
            // Unmappable: refuse, substitute by kind, selector first.
            (refuse, Double, 8, Reject, "山𠮷", "2文字目の「𠮷」（U+20BB7）は相手の文字コードにありません"),
            (
                refuse,
                Double,
                8,
                Reject,
                "葛\u{E0100}",
                "1文字目の「葛\u{E0100}」（U+845B U+E0100）は相手の文字コードにありません",
            ),
            (refuse, Single, 8, Reject, "山", "1文字目の「山」（U+5C71）は相手の文字コードにありません"),
            (refuse, Double, 8, Reject, "A", "1文字目の「A」（U+0041）は相手の文字コードにありません"),
            (SUBSTITUTE, Double, 4, Reject, "𠮷田", "A2AEC5C4 0:代替文字𠮷→〓"),
            (SUBSTITUTE, Double, 2, Reject, "髙", "A2AE 0:代替文字髙→〓"),
            (SUBSTITUTE, Double, 2, Reject, "﨑", "A2AE 0:代替文字﨑→〓"),
            (SUBSTITUTE, Single, 1, Reject, "山", "6F 0:代替文字山→?"),
            (
                SUBSTITUTE,
                Mixed,
                6,
                Reject,
                "葛\u{E0100}城",
                "28B3EBBEEB29 0:異体字セレクタ除去葛\u{E0100}→葛",
            ),
            // Full-width forms, one report for a run.
            (widen, Double, 12, Reject, "1-2号", "A3B1A1DDA3B2B9E640404040 0:全角化1-2→１－２"),
            (widen, Double, 4, Reject, "ｶﾞﾊﾟ", "A5ACA5D1 0:全角化ｶﾞﾊﾟ→ガパ"),
            (widen, Double, 2, Truncate, "ｶﾞﾊﾟ", "A5AC 0:全角化ｶﾞ→ガ 2:切り捨てﾊﾟ→"),
            // EBCDIC kana has capitals only.
            (refuse, Single, 3, Reject, "aBc", "C1C2C3 0:同一コードへの統合a→A 2:同一コードへの統合c→C"),
        ] {
            assert_eq!(fixed(options, field, bytes, overflow, text), want, "{text}");
        }
    }

    #[test]
    fn views_of_the_cells_that_changed_in_1983() {
        for (map, text, want) in [
            // A swapped pair follows the glyph in face and pc, the position by area.
            (JefMap::Face, "鯵", Some("F2CD")),
            (JefMap::Pc, "鯵", Some("F2CD")),
            (JefMap::Area, "鯵", Some("B0B3")),
            (JefMap::Area, "鰺", Some("F2CD")),
            // A changed form: the cell shows 啞.
            (JefMap::Face, "唖", None),
            (JefMap::Face, "啞", Some("B0A2")),
            (JefMap::Pc, "唖", Some("B0A2")),
            (JefMap::Pc, "啞", Some("B0A2")),
            (JefMap::Area, "啞", Some("B0A2")),
            (JefMap::Face, "遥", None),
            (JefMap::Pc, "遥", Some("CDDA")),
            // Later symbols and row 84 are not at their JIS position.
            (JefMap::Area, "凜", None),
            (JefMap::Area, "∈", None),
            // The wave dash in both spellings.
            (JefMap::Face, "～", Some("A1C1")),
            (JefMap::Face, "〜", Some("A1C1")),
            (JefMap::Area, "～", Some("A1C1")),
        ] {
            let options = Options { map, ..Options::default() };
            let got = encode(JEF, options, Field::Double, text).ok().map(|bytes| hex(&bytes));
            assert_eq!(got.as_deref(), want, "{map:?} {text}");
        }
        for (map, want) in [(JefMap::Face, "啞～鰺"), (JefMap::Pc, "唖～鰺"), (JefMap::Area, "唖〜鯵")]
        {
            let options = Options { map, ..Options::default() };
            assert_eq!(
                decode(JEF, options, Field::Double, b"\xB0\xA2\xA1\xC1\xB0\xB3").unwrap(),
                want,
                "{map:?}"
            );
        }
    }

    #[test]
    fn every_double_byte_code_round_trips_in_every_view() {
        for map in [JefMap::Face, JefMap::Pc, JefMap::Area] {
            let options = Options { map, ..Options::default() };
            let (mut kanji, mut user_defined) = (0, 0);
            for code in 0..=u16::MAX {
                let Ok(text) = decode(JEF, options, Field::Double, &code.to_be_bytes()) else { continue };
                if text.is_empty() || code == 0xA1A1 {
                    continue;
                }
                assert_eq!(
                    encode(JEF, options, Field::Double, &text).unwrap(),
                    code.to_be_bytes(),
                    "{code:04X} {text}"
                );
                kanji += usize::from((0xB0A1..=0xF3FE).contains(&code));
                user_defined += usize::from((0x80A1..=0xA0FE).contains(&code));
            }
            assert_eq!(
                (kanji, user_defined),
                (2965 + 3384, 3102),
                "{map:?}: level 1, level 2 without row 84"
            );
        }
    }

    #[test]
    fn every_ebcdic_kana_cell_round_trips() {
        let mut cells = 0;
        for byte in 0..=u8::MAX {
            let Ok(text) = decode(JEF, Options::default(), Field::Single, &[byte]) else { continue };
            assert_eq!(encode(JEF, Options::default(), Field::Single, &text).unwrap(), [byte], "{byte:02X}");
            cells += 1;
        }
        let table = include_str!("../data/ebcdic-kana.tsv");
        let both_ways = table.lines().filter(|line| line.split('\t').nth(2) == Some("=")).count();
        let rows = table.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!((cells, rows), (both_ways, 225));
    }

    #[test]
    fn the_table_of_1978_is_whole() {
        let table = include_str!("../data/jis-1978.tsv");
        let count = |kind: &str| table.lines().filter(|line| line.split('\t').next() == Some(kind)).count();
        assert_eq!((count("pair"), count("form"), count("moved")), (22, 44, 4));
    }

    #[test]
    fn jef_bytes_that_are_wrong() {
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
            let bytes: Vec<u8> = (0..bytes.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&bytes[at..at + 2], 16).unwrap())
                .collect();
            let got = decode(JEF, Options::default(), field, &bytes).map_err(|error| error.to_string());
            assert_eq!(got, want.map(String::from).map_err(String::from), "{field:?} {}", hex(&bytes));
            assert_eq!(
                decode(JEF, SUBSTITUTE, field, &bytes).unwrap(),
                substituted,
                "{field:?} {}",
                hex(&bytes)
            );
        }
    }

    #[test]
    fn trim_takes_only_the_padding_of_the_kind() {
        let trim = Options { trim: true, ..Options::default() };
        for (field, bytes, want) in [
            (Field::Double, b"\xBB\xB3\x40\x40".as_slice(), "山"),
            (Field::Single, b"\xC1\x40\x40", "A"),
            (Field::Mixed, b"\x28\xBB\xB3\x40\x40\x29\x40", "山　"),
        ] {
            assert_eq!(decode(JEF, trim, field, bytes).unwrap(), want);
        }
    }

    #[test]
    fn unicode_carries_every_name() {
        let name = "葛\u{E0100}城𠮷田髙﨑か\u{3099}";
        for charset in [Charset::Utf8, UTF16, UCS4, Charset::Utf16 { endian: Endian::Big, bom: false }] {
            let bytes = encode(charset, Options::default(), Field::Text, name).unwrap();
            assert_eq!(decode(charset, Options::default(), Field::Text, &bytes).unwrap(), name, "{charset}");
        }
        assert_eq!(hex(&encode(UTF16, Options::default(), Field::Text, "𠮷").unwrap()), "42D8B7DF");
        assert_eq!(
            hex(&encode(UCS4, Options::default(), Field::Text, "葛\u{E0100}").unwrap()),
            "0000845B000E0100"
        );
    }

    #[test]
    fn unicode_bytes_that_are_wrong() {
        use DecodeRule::{InvalidScalar, InvalidUtf8, LoneSurrogate, TruncatedUnit};
        for (charset, bytes, offset, rule) in [
            (UTF16, b"A\0\x42\xD8B\0".as_slice(), 2, LoneSurrogate),
            (UTF16, b"\xB7\xDFA\0", 0, LoneSurrogate),
            (UTF16, b"A\0\x42\xD8", 2, LoneSurrogate),
            (UTF16, b"A\0B", 2, TruncatedUnit),
            (UCS4, b"\0\0\0A\0\0\xD8\x00", 4, InvalidScalar),
            (UCS4, b"\0\x11\0\0", 0, InvalidScalar),
            (UCS4, b"\0\0\0A\0\0", 4, TruncatedUnit),
            (Charset::Utf8, b"A\xE3\x81", 1, InvalidUtf8),
        ] {
            assert_eq!(
                decode(charset, SUBSTITUTE, Field::Text, bytes),
                Err(DecodeError { offset, rule }),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn the_tables_have_a_version_of_their_own() {
        let version =
            |map| Encoder::new(JEF, Options { map, ..Options::default() }).table_version().to_owned();
        assert!(version(JefMap::Face).starts_with("jef-standard-area/face+ebcdic-kana sha256:"));
        assert_ne!(version(JefMap::Face).split_once("sha256:"), version(JefMap::Pc).split_once("sha256:"));
    }

    proptest! {
        /// What is written reads back, or the encoder said what it changed.
        #[test]
        fn clean_text_round_trips(text in "[亜-腕Ａ-Ｚぁ-んァ-ヶA-Z0-9ｱ-ﾟ 　𠮷髙﨑葛\u{E0100}-\u{E0102}a-c]{0,24}") {
            for charset in [Charset::Utf8, UTF16, UCS4, JEF] {
                for field in [Field::Single, Field::Double, Field::Mixed, Field::Text] {
                    let (mut out, mut events) = (Vec::new(), Vec::new());
                    Encoder::new(charset, SUBSTITUTE).encode(field, &text, &mut out, &mut events).unwrap();
                    let back = decode(charset, Options::default(), field, &out).unwrap();
                    prop_assert_eq!(back == text, events.is_empty(), "{:?} {}", field, back);
                }
            }
        }

        /// A field has exactly its length and holds a prefix, whatever the text.
        #[test]
        fn a_fixed_field_has_its_length(text in any::<String>(), pairs in 0usize..12) {
            for field in [Field::Single, Field::Double, Field::Mixed] {
                let (mut out, mut events) = (Vec::new(), Vec::new());
                let encoder = Encoder::new(JEF, SUBSTITUTE);
                encoder.encode_fixed(field, &text, pairs * 2, Overflow::Truncate, &mut out, &mut events).unwrap();
                prop_assert_eq!(out.len(), pairs * 2);
                decode(JEF, Options::default(), field, &out).unwrap();
            }
        }

        /// No bytes make the decoder fail under substitution, and cut anywhere it reads what stood before the cut.
        #[test]
        fn any_bytes_in_pieces(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            for field in [Field::Single, Field::Double, Field::Mixed] {
                let whole = decode(JEF, SUBSTITUTE, field, &bytes).unwrap();
                for cut in 0..bytes.len() {
                    let before = decode(JEF, SUBSTITUTE, field, &bytes[..cut]).unwrap();
                    let sure = before.strip_suffix('\u{FFFD}').unwrap_or(&before);
                    prop_assert!(whole.starts_with(sure), "{:?} cut {}", field, cut);
                }
            }
            for charset in [Charset::Utf8, UTF16, UCS4] {
                if let Err(error) = decode(charset, SUBSTITUTE, Field::Text, &bytes) {
                    prop_assert!(decode(charset, SUBSTITUTE, Field::Text, &bytes[..error.offset]).is_ok());
                }
            }
        }

        /// N and X fields have no state: the parts encoded apart are the whole.
        #[test]
        fn fields_without_state_are_independent_of_cuts(text in "[亜-腕]{0,12}", cut in 0usize..12) {
            let at = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
            let of = |part: &str| encode(JEF, SUBSTITUTE, Field::Double, part).unwrap();
            prop_assert_eq!([of(&text[..at]), of(&text[at..])].concat(), of(&text));
        }
    }

    /// The comparison with the full JEF tables, where they are at hand.
    #[test]
    fn the_standard_area_equals_the_full_tables() {
        let folder = std::env::var_os("DAICHO_TABLES").map_or_else(
            || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/moji"),
            Into::into,
        );
        let Ok(table) = std::fs::read_to_string(folder.join("jef.tsv")) else {
            eprintln!("NOT CHECKED: no jef.tsv in {} (set DAICHO_TABLES)", folder.display());
            return;
        };
        let scalar = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        let mut checked = 0;
        for line in table.lines().skip(1) {
            let mut columns = line.split('\t');
            let code = u16::from_str_radix(columns.next().unwrap(), 16).unwrap();
            let [row, cell] = code.to_be_bytes();
            let got = decode(JEF, Options::default(), Field::Double, &code.to_be_bytes()).ok();
            if code == 0x4040 || (0xA1 <= row && 0xA1 <= cell) {
                let want = scalar(columns.next().unwrap()).unwrap().to_string();
                assert_eq!(got, Some(want), "{code:04X}");
                checked += 1;
            } else if !(0x80..=0xA0).contains(&row) {
                assert_eq!(got, None, "{code:04X} is not in the standard area");
            }
        }
        let encode_table = std::fs::read_to_string(folder.join("jef-encode.tsv")).unwrap();
        for line in encode_table.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let code = u16::from_str_radix(columns[1], 16).unwrap();
            let [row, cell] = code.to_be_bytes();
            let Some(c) = scalar(columns[0]) else { continue };
            if 0xA1 <= row && 0xA1 <= cell {
                let got = encode(JEF, Options::default(), Field::Double, &c.to_string()).unwrap();
                assert_eq!(got, code.to_be_bytes(), "{}", columns[0]);
            }
        }
        assert_eq!(checked, 6811);
        eprintln!("checked {checked} cells of the standard area against {}", folder.display());
    }
}
