//! Random texts and bytes, long enough for the wide path, and specials at every place of a run: the fast path must equal
//! the model in every position, in every field length, cut at every byte.

use std::sync::LazyLock;

use moji::data::{self, MultiByte};
use moji::*;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::setups::{FIELDS, Room, Setup, more, sequences, substituting, whole, without_pack};

/// All setups, built once.
fn setups() -> &'static [Setup] {
    static SETUPS: LazyLock<Vec<Setup>> = LazyLock::new(|| {
        let mut setups = whole();
        setups.extend(more());
        setups.extend([without_pack(&Options::default()), without_pack(&substituting())]);
        setups
    });
    &SETUPS
}

fn kanji() -> &'static [char] {
    static KANJI: LazyLock<Vec<char>> = LazyLock::new(|| {
        MultiByte::JIS_X_0208.cells().map(|cell| cell.char).filter(|c| *c >= '一').collect()
    });
    &KANJI
}

/// A run of one kind of character: what a field of a register has, and what it should not have.
fn run() -> impl Strategy<Value = String> {
    let hentaigana: Vec<char> = data::hentaigana().iter().filter_map(|kana| kana.char).collect();
    let family: Vec<char> = "〜～‖∥−－¢￠£￡¬￢—―‐ーｰ一¥\\‾~￣·•・…⋯゛゜".chars().collect();
    let many = |piece: BoxedStrategy<String>, most: usize| {
        proptest::collection::vec(piece, 1..=most).prop_map(|pieces| pieces.concat())
    };
    prop_oneof![
        4 => many(select(kanji()).prop_map(String::from).boxed(), 24),
        2 => "[ -~]{1,20}",
        2 => "[｡-ﾟ]{1,12}",
        1 => "([ｶ-ﾄﾊ-ﾎ][ﾞﾟ]){1,6}",
        2 => "[ぁ-んァ-ヶー　]{1,20}",
        1 => "[Ａ-Ｚａ-ｚ０-９]{1,10}",
        2 => many(select(sequences()).prop_map(|cluster| cluster.to_string()).boxed(), 4),
        1 => "[亜-腕A-Zａ-ｚｱ][\u{FE00}\u{FE0F}\u{E0100}-\u{E0105}\u{E01EF}]{1,2}",
        1 => many((select(hentaigana), select(vec!["", "\u{3099}", "\u{309A}", "\u{3099}\u{E0100}"]))
            .prop_map(|(kana, mark)| format!("{kana}{mark}")).boxed(), 4),
        1 => "[かはカハ山][\u{3099}\u{309A}]{1,2}",
        1 => "[\u{E000}-\u{EC20}\u{F8FF}\u{F0000}\u{F41A1}\u{FFDFD}\u{10FFFF}]{1,3}",
        1 => "[\u{20000}-\u{2A6DF}]{1,4}",
        1 => "[髙﨑𠮷啞唖鯵鰺葛辻都侮㐂]{1,4}",
        1 => "[😀한ÀÿŁ☃\u{A0}\u{AD}\u{FFFD}\u{1B11F}]{1,3}",
        1 => "[\u{0}-\u{1F}\u{7F}-\u{9F}]{1,3}",
        1 => many(select(family).prop_map(String::from).boxed(), 4),
        1 => Just("\n".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(run(), 0..7).prop_map(|runs| runs.concat().chars().take(70).collect())
}

/// One special between two runs of one character each, so that it comes to stand at every place of a wide step.
fn special() -> impl Strategy<Value = String> {
    let filler = || (select("亜あアＡA1 ｱé〜葛𠮷".chars().collect::<Vec<_>>()), 0..80_usize);
    (filler(), run(), filler()).prop_map(|((before, many), special, (after, more))| {
        let special: String = special.chars().take(3).collect();
        format!("{}{special}{}", before.to_string().repeat(many), after.to_string().repeat(more % 12))
    })
}

/// A piece of bytes, made for a charset when it is known.
#[derive(Clone, Debug)]
enum Octets {
    /// Codes that have a character.
    Codes(Vec<Index>),
    /// The same between shift codes, where there are any.
    Run(Vec<Index>),
    Any(Vec<u8>),
}

fn octets() -> impl Strategy<Value = Vec<Octets>> {
    let codes = |most| proptest::collection::vec(any::<Index>(), 1..most);
    let telling = vec![
        vec![0x28],
        vec![0x29],
        vec![0x38],
        vec![0x0E],
        vec![0x0F],
        vec![0x40],
        vec![0x40, 0x40],
        vec![0xA1, 0xA1],
        vec![0x20],
        vec![0x15],
        vec![0x0A],
        vec![0x8E],
        vec![0x8F],
        vec![0x81],
        vec![0x80, 0xA3],
        vec![0xFF],
        vec![0x3F],
    ];
    let piece = prop_oneof![
        2 => codes(70).prop_map(Octets::Codes),
        3 => codes(40).prop_map(Octets::Run),
        1 => proptest::collection::vec(any::<u8>(), 1..4).prop_map(Octets::Any),
        2 => select(telling).prop_map(Octets::Any),
    ];
    proptest::collection::vec(piece, 0..7)
}

fn bytes_of(setup: &Setup, pieces: &[Octets]) -> Vec<u8> {
    let shifts = match setup.charset {
        Charset::Jef(_) => Some((0x28, 0x29)),
        Charset::Ibm930 | Charset::Ibm939 => Some((0x0E, 0x0F)),
        _ => None,
    };
    let mut bytes = Vec::new();
    for piece in pieces {
        match (piece, shifts) {
            (Octets::Any(any), _) => bytes.extend(any),
            (Octets::Codes(codes), Some(_)) => {
                bytes.extend(codes.iter().flat_map(|index| index.get(&setup.singles).bytes()));
            }
            (Octets::Run(codes), Some((enter, leave))) => {
                bytes.push(enter);
                bytes.extend(codes.iter().flat_map(|index| index.get(&setup.doubles).bytes()));
                bytes.push(leave);
            }
            (Octets::Codes(codes) | Octets::Run(codes), None) => {
                bytes.extend(codes.iter().flat_map(|index| index.get(&setup.doubles).bytes()));
            }
        }
    }
    bytes
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn any_text_is_written_as_the_contract_says(at in any::<Index>(), text in text()) {
        let (setup, mut room) = (at.get(setups()), Room::default());
        for field in FIELDS {
            setup.check_text(field, &text, &mut room);
            setup.check_fixed(field, &text, &mut room);
        }
        setup.check_text_in_pieces(&text);
    }

    #[test]
    fn any_bytes_are_read_as_the_contract_says(at in any::<Index>(), pieces in octets()) {
        let (setup, mut room) = (at.get(setups()), Room::default());
        let bytes = bytes_of(setup, &pieces);
        for field in FIELDS {
            setup.check_bytes(field, &bytes, &mut room);
        }
        setup.check_bytes_in_pieces(&bytes);
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn any_bytes_go_from_charset_to_charset(from in any::<Index>(), to in any::<Index>(), pieces in octets()) {
        // A converter has one set of tables for both sides.
        let tables = setups()[0].tables;
        let alike = |setup: &&Setup| {
            let Options { trim, gaiji, .. } = &setup.options;
            !trim && gaiji.is_none() && std::ptr::eq(setup.tables, tables)
        };
        let setups: Vec<&Setup> = setups().iter().filter(alike).collect();
        let (from, to) = (*from.get(setups.as_slice()), *to.get(setups.as_slice()));
        from.check_on_to(to, &bytes_of(from, &pieces));
    }
}

proptest! {
    #![proptest_config(config(8_000))]

    #[test]
    fn any_special_in_a_run_is_written_as_the_contract_says(at in any::<Index>(), text in special()) {
        let (setup, mut room) = (at.get(setups()), Room::default());
        for field in FIELDS {
            setup.check_text(field, &text, &mut room);
        }
    }
}

/// The wide path takes 16 or more characters at a time, its tail the rest, and it steps back where a selector shows that the
/// character before it was not whole.
#[test]
fn specials_at_every_place_of_a_run() {
    let specials = [
        "",
        "葛\u{E0100}",
        "葛\u{E0102}",
        "亜\u{FE00}",
        "A\u{FE0F}",
        "\u{E0100}",
        "𠮷",
        "😀",
        "ｶﾞ",
        "A",
        "亜",
        "〜",
        "\u{1B019}\u{3099}",
        "か\u{3099}",
        "\u{E000}",
        "a",
        "\n",
        "\u{E0100}\u{E0101}",
    ];
    let mut room = Room::default();
    for setup in setups().iter().filter(|setup| setup.options.unmappable != Unmappable::Reject) {
        for filler in ["亜", "A", "葛\u{E0102}"] {
            for special in specials {
                // A hundred bytes of text, whatever the character, are more than one wide step of any processor.
                for before in 0..=100 / filler.chars().next().unwrap().len_utf8() {
                    let after = [0, 1, 7, 8, 16, 17, 33][(before + special.len()) % 7];
                    let text = format!("{}{special}{}", filler.repeat(before), filler.repeat(after));
                    setup.check_text(Field::Mixed, &text, &mut room);
                    setup.check_text(FIELDS[before % 2], &text, &mut room);
                }
            }
        }
    }
}
