//! The lists of the pack's folder, row by row, and the numbers that the contract promises.

use moji::*;

use super::charts::{jef_tables, rows, scalar};
use super::setups::{Room, Setup, options, setup};
use crate::support::{hex, pack_folder};

const KANA: Charset = Charset::Jef(Ebcdic::Kana);

/// What is written for a text in an N field and whether anything was told.
fn written(setup: &Setup, text: &str) -> Option<(String, bool)> {
    let mut room = Room::default();
    let done = setup.encoder.encode(Field::Double, text, &mut room.bytes, &mut room.events);
    done.ok().map(|()| (hex(&room.bytes), !room.events.is_empty()))
}

/// What a code reads as and whether anything was told.
fn read(setup: &Setup, code: u16) -> Option<(String, bool)> {
    let mut room = Room::default();
    let done = setup.decoder.decode(Field::Double, &code.to_be_bytes(), &mut room.text, &mut room.events);
    done.ok().filter(|()| !room.text.is_empty()).map(|()| (room.text.clone(), !room.events.is_empty()))
}

/// The round-trip guarantee: of 11,439 cells with a character, so many read as something that is written there again.
#[test]
fn cells_that_make_a_round_trip() {
    for (ivs, exact) in [(Ivs::Mj, 11_416), (Ivs::Aj1, 11_341), (Ivs::Plain, 10_874)] {
        let Some(setup) = setup(KANA, &Options { ivs, ..options() }) else { return };
        let own = |code: &u16| (0x80..=0xA0).contains(&(code >> 8));
        let cells: Vec<u16> = (0..=u16::MAX).filter(|code| read(&setup, *code).is_some()).collect();
        let (own, listed): (Vec<u16>, Vec<u16>) = cells.into_iter().partition(own);
        let returning = |codes: &[u16]| {
            codes
                .iter()
                .filter(|code| {
                    let (text, told) = read(&setup, **code).unwrap();
                    let (back, _) = written(&setup, &text).unwrap();
                    assert_eq!(
                        told,
                        back != format!("{code:04X}"),
                        "{code:04X} {text}: told if and only if it is lost"
                    );
                    !told
                })
                .count()
        };
        assert_eq!((listed.len(), returning(&listed)), (11_439, exact), "{ivs:?}");
        assert_eq!((own.len(), returning(&own)), (3_102, 3_102), "{ivs:?}");
    }
}

/// Contract 4, straight from jef-area.
#[test]
fn cells_that_jis_changed() {
    let Some(tables) = jef_tables() else { return };
    for map in [JefMap::Face, JefMap::Pc, JefMap::Area] {
        let setup = setup(KANA, &Options { map, ivs: Ivs::Plain, ..options() }).unwrap();
        let changed = |kind: &str| map == JefMap::Area || map == JefMap::Pc && matches!(kind, "F" | "A");
        for row in &tables.area {
            let (code, kind) = (u16::from_str_radix(&row[0], 16).unwrap(), row[4].as_str());
            let (face, area) = (scalar(&row[1]).unwrap(), scalar(&row[2]).unwrap());
            let (text, _) = read(&setup, code).unwrap();
            if changed(kind) {
                assert_eq!(text, area.to_string(), "{map:?} {code:04X}");
                assert_eq!(written(&setup, &text), Some((row[0].clone(), false)), "{map:?} {text}");
            }
            let swapped = map == JefMap::Area && kind == "X";
            let (back, _) = written(&setup, &face.to_string()).unwrap();
            assert_eq!(
                back == row[0],
                !swapped,
                "{map:?} {face} at {code:04X}: the old form follows its cell"
            );
        }
    }
}

/// Pitfall 2: bare text from PCs reaches another glyph than the MJ default, and is told.
#[test]
fn plain_defaults() {
    let Some(folder) = pack_folder() else { return };
    let setup = setup(KANA, &options()).unwrap();
    let defaults = rows(&folder, "jef-mj-default.tsv");
    for row in &defaults {
        let text = scalar(&row[0]).unwrap().to_string();
        assert_eq!(written(&setup, &text), Some((row[1].clone(), true)), "{text}");
    }
    assert_eq!(defaults.len(), 236);
}

/// Pitfall 3: what JIS added in 1983 is not at its JIS position.
#[test]
fn characters_of_1983() {
    let Some(folder) = pack_folder() else { return };
    let setup = setup(KANA, &options()).unwrap();
    let gap = rows(&folder, "jef-jis83-gap.tsv");
    for row in &gap {
        let character = scalar(&row[1]).unwrap();
        let code = u16::from_str_radix(&row[0], 16).unwrap();
        assert_ne!(read(&setup, code).map(|(text, _)| text), Some(character.to_string()), "{character}");
        let there = written(&setup, &character.to_string()).map(|(code, _)| code);
        // ¬ alone is listed in JIS's spelling, for which the list has no cell; it goes to that of Microsoft's (pitfall 9).
        let want = if character == '¬' { "76A7" } else { row[2].as_str() };
        assert_eq!(there.as_deref(), Some(want), "{character}");
    }
    assert_eq!(gap.len(), 77);
}

/// Pitfall 7: nothing is normalised, so a compatibility ideograph keeps its cell, which is not its base's.
#[test]
fn compatibility_ideographs_stay_themselves() {
    let Some(tables) = jef_tables() else { return };
    let setup = setup(KANA, &Options { ivs: Ivs::Plain, ..options() }).unwrap();
    let mut cells = 0;
    for row in tables.cells.iter().filter(|row| !row[4].is_empty()) {
        let (code, character) =
            (u16::from_str_radix(&row[0], 16).unwrap(), scalar(&row[4]).unwrap().to_string());
        assert_eq!(read(&setup, code).map(|(text, _)| text).as_ref(), Some(&character), "{code:04X}");
        assert_eq!(written(&setup, &character), Some((row[0].clone(), false)), "{code:04X}");
        cells += 1;
    }
    assert_eq!(cells, 85);
}
