//! JEF's cells: the views of 1978, sweeps of all codes, the pack.

use moji::data::{MultiByte, SingleByte};
use moji::*;

use crate::support::{JEF, built_in, decode, encode, hex, with_pack};

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
        let got = encode(&JEF, &options, Field::Double, text).ok().map(|bytes| hex(&bytes));
        assert_eq!(got.as_deref(), want, "{map:?} {text}");
    }
    for (map, want) in [(JefMap::Face, "啞～鰺"), (JefMap::Pc, "唖～鰺"), (JefMap::Area, "唖〜鯵")] {
        let options = Options { map, ..Options::default() };
        let bytes = b"\xB0\xA2\xA1\xC1\xB0\xB3";
        assert_eq!(decode(&JEF, &options, Field::Double, bytes).unwrap(), want, "{map:?}");
    }
}

#[test]
fn every_double_byte_code_round_trips_in_every_view() {
    for map in [JefMap::Face, JefMap::Pc, JefMap::Area] {
        let options = Options { map, ..Options::default() };
        let (mut kanji, mut user_defined) = (0, 0);
        for code in 0..=u16::MAX {
            let Ok(text) = decode(&JEF, &options, Field::Double, &code.to_be_bytes()) else { continue };
            if text.is_empty() || code == 0xA1A1 {
                continue;
            }
            assert_eq!(
                encode(&JEF, &options, Field::Double, &text).unwrap(),
                code.to_be_bytes(),
                "{code:04X} {text}"
            );
            kanji += usize::from((0xB0A1..=0xF3FE).contains(&code));
            user_defined += usize::from((0x80A1..=0xA0FE).contains(&code));
        }
        assert_eq!((kanji, user_defined), (2965 + 3384, 3102), "{map:?}: level 1, level 2 without row 84");
    }
}

#[test]
fn every_cell_of_each_ebcdic_round_trips() {
    for (ebcdic, chart, rows) in [
        (Ebcdic::Kana, SingleByte::EBCDIC_KANA, 225),
        (Ebcdic::Lower, SingleByte::EBCDIC_LOWER, 162),
        (Ebcdic::Ascii, SingleByte::EBCDIC_ASCII, 161),
    ] {
        let (charset, options) = (Charset::Jef(ebcdic), Options::default());
        let mut cells = 0;
        for byte in 0..=u8::MAX {
            let Ok(text) = decode(&charset, &options, Field::Single, &[byte]) else { continue };
            assert_eq!(encode(&charset, &options, Field::Single, &text).unwrap(), [byte], "{byte:02X}");
            cells += 1;
        }
        let both_ways = chart.cells().filter(|cell| cell.direction.decodes()).count();
        assert_eq!((cells, chart.cells().count()), (both_ways, rows), "{ebcdic:?}");
    }
}

#[test]
fn the_tables_have_a_version_of_their_own() {
    let version = |map| {
        let options = Options { map, ..Options::default() };
        built_in().encoder(&JEF, &options).unwrap().table_version().to_owned()
    };
    assert!(version(JefMap::Face).starts_with("jef-standard-area/face/mj+ebcdic-kana sha256:"));
    assert_ne!(version(JefMap::Face).split_once("sha256:"), version(JefMap::Pc).split_once("sha256:"));
}

/// Where the pack is at hand: without selectors, what the rule says of the standard area is what the pack says.
#[test]
fn the_standard_area_by_rule_equals_the_pack() {
    let Some(tables) = with_pack() else { return };
    for map in [JefMap::Face, JefMap::Pc, JefMap::Area] {
        let options = Options { map, ivs: Ivs::Plain, ..Options::default() };
        let rule = built_in().decoder(&JEF, &options).unwrap();
        let pack = tables.decoder(&JEF, &options).unwrap();
        let (mut agreed, mut compatibility) = (0, 0);
        for code in (0xA1A1..=0xF3FE_u16).chain([0x4040]) {
            let read = |decoder: &Decoder| {
                let mut text = String::new();
                let done = decoder.decode(Field::Double, &code.to_be_bytes(), &mut text, &mut Vec::new());
                done.ok().map(|()| text)
            };
            match (read(&rule), read(&pack)) {
                (Some(rule), Some(pack)) if rule == pack => agreed += 1,
                (None, None) => {}
                // Without selectors the pack reads some cells as compatibility ideographs.
                (Some(rule), Some(pack)) => {
                    let c = pack.chars().next().unwrap();
                    assert!(('\u{F900}'..='\u{FAFF}').contains(&c), "{map:?} {code:04X} {rule} {pack}");
                    compatibility += 1;
                }
                (rule, pack) => panic!("{map:?} {code:04X}: {rule:?} by rule, {pack:?} by the pack"),
            }
        }
        assert_eq!((agreed + compatibility, compatibility), (6811, 7), "{map:?}");
    }
}

#[test]
fn the_chart_of_jis_has_its_levels() {
    let in_rows = |rows: std::ops::RangeInclusive<u32>| {
        MultiByte::JIS_X_0208
            .cells()
            .filter(|cell| cell.direction.decodes() && rows.contains(&((cell.code >> 8) - 0x20)))
            .count()
    };
    assert_eq!((in_rows(16..=47), in_rows(48..=84)), (2965, 3390));
}
