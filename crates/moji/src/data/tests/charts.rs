//! The code charts.

use std::collections::{BTreeMap, HashMap};

use crate::data::charts::byte_cell;
use crate::data::{Cell, Direction, MultiByte, SingleByte};

const SINGLE: [SingleByte; 5] = [
    SingleByte::EBCDIC_KANA,
    SingleByte::EBCDIC_LOWER,
    SingleByte::EBCDIC_ASCII,
    SingleByte::IBM_930,
    SingleByte::IBM_939,
];

const MULTI: [MultiByte; 4] =
    [MultiByte::JIS_X_0208, MultiByte::WINDOWS_31J, MultiByte::EUC_JP, MultiByte::IBM_KANJI];

#[test]
fn every_line_of_the_charts_parses() {
    for chart in SINGLE {
        for line in chart.table().lines() {
            assert!(byte_cell(line).is_some(), "{}: {line}", chart.table().name());
        }
    }
    for chart in MULTI {
        for line in chart.table().lines() {
            assert!(chart.run(line).is_some(), "{}: {line}", chart.table().name());
        }
    }
}

#[test]
fn a_broken_line_is_left_out() {
    let run = |line| MultiByte::WINDOWS_31J.run(line).map(Iterator::count);
    for (line, cells) in [
        ("889F\t亜唖娃", Some(3)),
        ("8160\t〜‖\t<", Some(2)),
        ("81FB\t〜◯", Some(2)),
        ("81FC\t〜◯", None),
        ("889F", None),
        ("889G\t亜", None),
        ("889F\t亜\t!", None),
        ("889F\t亜\t<\tmore", None),
        ("", None),
    ] {
        assert_eq!(run(line), cells, "{line}");
    }
    // 7F is no last byte of this code.
    let codes: Vec<u32> = MultiByte::WINDOWS_31J.run("817E\t×÷").unwrap().map(|cell| cell.code).collect();
    assert_eq!(codes, [0x817E, 0x8180]);
    for line in ["", "40", "40\t", "40\tD800\t=", "140\t0020\t=", "40\t0020\t?"] {
        assert_eq!(byte_cell(line), None, "{line}");
    }
}

/// (cells, both ways, decode only, encode only, encode only in another form).
#[test]
fn charts_have_as_many_cells_as_their_standards() {
    let count = |directions: Vec<Direction>| {
        let of = |wanted| directions.iter().filter(|&&direction| direction == wanted).count();
        let [both, decode, encode, form] =
            [Direction::Both, Direction::Decode, Direction::Encode, Direction::EncodeForm].map(of);
        (directions.len(), both, decode, encode, form)
    };
    let single = SINGLE.map(|chart| count(chart.cells().map(|cell| cell.direction).collect()));
    assert_eq!(
        single,
        [
            (225, 194, 0, 31, 0),
            (162, 157, 0, 5, 0),
            (161, 157, 0, 4, 0),
            (226, 226, 0, 0, 0),
            (226, 226, 0, 0, 0)
        ]
    );
    let multi = MULTI.map(|chart| count(chart.cells().map(|cell| cell.direction).collect()));
    assert_eq!(
        multi,
        [
            (6_879 + 7, 6_879, 0, 7, 0),
            (9_801, 9_397, 398, 6, 0),
            (128 + 63 + 13_143 + 1_880, 128 + 63 + 13_111 + 1_880, 24, 8, 0),
            (7_265 + 44 + 4_370, 7_265 + 4_370, 0, 5, 39),
        ]
    );
}

/// Codes that read as one character, and characters that are written as one code.
#[test]
fn charts_never_read_or_write_two_ways() {
    for chart in MULTI {
        let (mut read, mut written) = (HashMap::new(), HashMap::new());
        for cell in chart.cells() {
            if cell.direction.decodes() {
                assert_eq!(read.insert(cell.code, cell.char), None, "{:X}", cell.code);
            }
            if cell.direction != Direction::Decode {
                assert_eq!(written.insert(cell.char, cell.code), None, "{}", cell.char);
            }
        }
        // What is read is written again, at the same code or a twin; what is written is read, as the same or a twin.
        assert!(read.values().all(|c| written.contains_key(c)));
        assert!(written.values().all(|code| read.contains_key(code)));
    }
    for chart in SINGLE {
        let (mut read, mut written) = (HashMap::new(), HashMap::new());
        for cell in chart.cells() {
            if cell.direction.decodes() {
                assert_eq!(read.insert(cell.byte, cell.char), None, "{:X}", cell.byte);
            }
            assert_eq!(written.insert(cell.char, cell.byte), None, "{}", cell.char);
        }
    }
}

#[test]
fn cells_that_an_expert_knows() {
    let both = Direction::Both;
    for (chart, code, char, direction) in [
        (MultiByte::JIS_X_0208, 0x3021, '亜', both),
        (MultiByte::JIS_X_0208, 0x2141, '〜', both),
        (MultiByte::JIS_X_0208, 0x2141, '～', Direction::Encode),
        (MultiByte::JIS_X_0208, 0x7426, '熙', both),
        (MultiByte::WINDOWS_31J, 0x88_9F, '亜', both),
        (MultiByte::WINDOWS_31J, 0x5C, '\\', both),
        (MultiByte::WINDOWS_31J, 0xB1, 'ｱ', both),
        (MultiByte::WINDOWS_31J, 0x8160, '～', both),
        (MultiByte::WINDOWS_31J, 0x8160, '〜', Direction::Encode),
        (MultiByte::WINDOWS_31J, 0xFBFC, '髙', both),
        (MultiByte::WINDOWS_31J, 0xEEE0, '髙', Direction::Decode),
        (MultiByte::WINDOWS_31J, 0xFAB1, '﨑', both),
        (MultiByte::WINDOWS_31J, 0x878A, '㈱', both),
        (MultiByte::WINDOWS_31J, 0xFA58, '㈱', Direction::Decode),
        (MultiByte::WINDOWS_31J, 0xF07E, '\u{E03E}', both),
        (MultiByte::WINDOWS_31J, 0xF080, '\u{E03F}', both),
        (MultiByte::WINDOWS_31J, 0xF9FC, '\u{E757}', both),
        (MultiByte::EUC_JP, 0xB0A1, '亜', both),
        (MultiByte::EUC_JP, 0x8EB1, 'ｱ', both),
        (MultiByte::EUC_JP, 0x8F_B0A1, '丂', both),
        (MultiByte::EUC_JP, 0x8F_F4FB, '髙', both),
        (MultiByte::EUC_JP, 0xADA1, '①', both),
        (MultiByte::EUC_JP, 0xADE2, '№', both),
        (MultiByte::EUC_JP, 0x8F_A2F1, '№', Direction::Decode),
        (MultiByte::EUC_JP, 0xFEFE, '\u{E3AB}', both),
        (MultiByte::EUC_JP, 0x8F_F5A1, '\u{E3AC}', both),
        (MultiByte::EUC_JP, 0x8F_FEFE, '\u{E757}', both),
        (MultiByte::IBM_KANJI, 0x4040, '\u{3000}', both),
        (MultiByte::IBM_KANJI, 0x43A1, '〜', both),
        (MultiByte::IBM_KANJI, 0x43A1, '～', Direction::Encode),
        (MultiByte::IBM_KANJI, 0x52EC, '侠', both),
        (MultiByte::IBM_KANJI, 0x52EC, '俠', Direction::EncodeForm),
        (MultiByte::IBM_KANJI, 0x7FFE, '\u{F111}', both),
    ] {
        let found = chart.cells().any(|cell| cell == Cell { code, char, direction });
        assert!(found, "{} {code:X} {char}", chart.table().name());
    }
    for (chart, byte, char, direction) in [
        (SingleByte::EBCDIC_KANA, 0xC1, 'A', both),
        (SingleByte::EBCDIC_KANA, 0xC1, 'a', Direction::Encode),
        (SingleByte::EBCDIC_KANA, 0x81, 'ｱ', both),
        (SingleByte::EBCDIC_KANA, 0x5B, '\\', both),
        (SingleByte::EBCDIC_LOWER, 0x81, 'a', both),
        (SingleByte::EBCDIC_ASCII, 0xE0, '\\', both),
        (SingleByte::IBM_930, 0x62, 'a', both),
        (SingleByte::IBM_930, 0x81, 'ｱ', both),
        (SingleByte::IBM_939, 0x81, 'a', both),
        (SingleByte::IBM_939, 0x5B, '$', both),
    ] {
        let found =
            chart.cells().any(|cell| (cell.byte, cell.char, cell.direction) == (byte, char, direction));
        assert!(found, "{} {byte:X} {char}", chart.table().name());
    }
}

/// JIS X 0208 is at the same places of Windows-31J and EUC-JP, but for the spellings.
#[test]
fn jis_x_0208_stands_in_windows_31j_and_euc_jp() {
    let read = |chart: MultiByte| -> BTreeMap<u32, char> {
        chart.cells().filter(|cell| cell.direction.decodes()).map(|cell| (cell.code, cell.char)).collect()
    };
    let (windows, euc) = (read(MultiByte::WINDOWS_31J), read(MultiByte::EUC_JP));
    let mut spelled_otherwise = String::new();
    for (code, c) in read(MultiByte::JIS_X_0208) {
        let (row, cell) = ((code >> 8) - 0x21, (code & 0xFF) - 0x21);
        let lead = 0x81 + row / 2 + if row < 62 { 0 } else { 0x40 };
        let trail = if row % 2 == 1 { 0x9F + cell } else { 0x40 + cell + u32::from(63 <= cell) };
        assert_eq!(euc[&(code | 0x8080)], windows[&(lead << 8 | trail)]);
        if euc[&(code | 0x8080)] != c {
            spelled_otherwise.push(c);
        }
    }
    assert_eq!(spelled_otherwise, "〜‖−¢£¬");
}
