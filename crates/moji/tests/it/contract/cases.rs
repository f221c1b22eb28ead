//! Worked cases for each item of the contract, and the pitfalls, to be read by a person who knows the code charts. Crate and
//! model must both say what stands here.

use moji::*;

use super::setups::{Setup, keeping, options, own_characters, setup, shrinking, substituting};
use crate::support::{hex, unhex};

const KANA: Charset = Charset::Jef(Ebcdic::Kana);

fn point(piece: Piece) -> String {
    piece.exactly().replace("X'", "").replace(['\'', ' '], "")
}

/// Events as `position what from→to`, by code point.
fn told(events: &[CharEvent]) -> String {
    let word = |event: &CharEvent| {
        format!("; {} {} {}→{}", event.position, event.done.word(), point(event.from), point(event.to))
    };
    events.iter().map(word).collect()
}

fn unmappable(error: &EncodeError) -> String {
    match error {
        EncodeError::Unmappable { scalar_offset, .. } => format!("unmappable at {scalar_offset}"),
        EncodeError::Overflow { needed, .. } => format!("overflow, needs {needed}"),
        EncodeError::Length { unit, .. } => format!("length, unit {unit}"),
    }
}

fn differ(case: &str, [crates, model]: [&str; 2], want: &str) -> Option<String> {
    let right = crates == want && model == want;
    (!right).then(|| format!("{case}\n  want  {want}\n  crate {crates}\n  model {model}"))
}

/// Texts and what is written for them.
fn writes(setup: Option<Setup>, cases: &[(&str, Field, &str, &str)]) {
    let Some(setup) = setup else { return };
    let mut wrong = Vec::new();
    for &(item, field, text, want) in cases {
        let (mut bytes, mut events) = (Vec::new(), Vec::new());
        let crates = setup.encoder.encode(field, text, &mut bytes, &mut events);
        let got = crates.map_or_else(|error| unmappable(&error), |()| hex(&bytes) + &told(&events));
        let model = setup.model.encode(field, text);
        let model = model
            .map_or_else(|error| unmappable(&error), |written| hex(&written.bytes) + &told(&written.events));
        wrong.extend(differ(&format!("{item}: {field:?} {text}"), [&got, &model], want));
    }
    assert!(wrong.is_empty(), "{}\n{}", setup.name, wrong.join("\n"));
}

/// Bytes and what is read from them.
fn reads(setup: Option<Setup>, cases: &[(&str, Field, &str, &str)]) {
    let Some(setup) = setup else { return };
    let mut wrong = Vec::new();
    let error = |error: &DecodeError| format!("{} at {}", error.rule.word(), error.offset);
    for &(item, field, bytes, want) in cases {
        let (mut text, mut events) = (String::new(), Vec::new());
        let crates = setup.decoder.decode(field, &unhex(bytes), &mut text, &mut events);
        let got = crates.map_or_else(|found| error(&found), |()| text.clone() + &told(&events));
        let model = setup.model.decode(field, &unhex(bytes));
        let model = model.map_or_else(|found| error(&found), |read| read.text + &told(&read.events));
        wrong.extend(differ(&format!("{item}: {field:?} {bytes}"), [&got, &model], want));
    }
    assert!(wrong.is_empty(), "{}\n{}", setup.name, wrong.join("\n"));
}

/// Texts, the length of a field, and what is written into it.
fn fills(setup: Option<Setup>, cases: &[(&str, Field, usize, Overflow, &str, &str)]) {
    let Some(setup) = setup else { return };
    let mut wrong = Vec::new();
    for &(item, field, length, overflow, text, want) in cases {
        let (mut bytes, mut events) = (Vec::new(), Vec::new());
        let crates = setup.encoder.encode_fixed(field, text, length, overflow, &mut bytes, &mut events);
        let got = crates.map_or_else(|error| unmappable(&error), |()| hex(&bytes) + &told(&events));
        let prefixes = setup.model.prefixes(field, text).unwrap();
        let model = setup.model.fixed(field, &prefixes, length, overflow);
        let model = model
            .map_or_else(|error| unmappable(&error), |written| hex(&written.bytes) + &told(&written.events));
        wrong.extend(differ(&format!("{item}: {field:?} {length} {text}"), [&got, &model], want));
    }
    assert!(wrong.is_empty(), "{}\n{}", setup.name, wrong.join("\n"));
}

use Field::{Double, Mixed, Single};

#[test]
fn clusters_and_the_order_in_which_a_code_is_looked_for() {
    let jef = |options: Options| setup(KANA, &options);
    writes(
        jef(options()),
        &[
            ("1 a kana and a mark that are a row are one", Double, "\u{1B019}\u{3099}", "71AC"),
            ("1 others stay apart", Double, "か\u{3099}", "A4ABA1AB; 1 respelled U+3099→U+309B"),
            (
                "1 the semi-voiced mark has no pair",
                Double,
                "\u{1B019}\u{309A}",
                "71ABA1AC; 1 respelled U+309A→U+309C",
            ),
            ("1 a mark and a selector", Double, "\u{1B019}\u{3099}\u{E0100}", "unmappable at 0"),
            ("1 a selector alone", Mixed, "葛\u{E0102}\u{E0103}", "unmappable at 2"),
            ("3b one byte where there is one", Mixed, "A", "C1"),
            ("3b outside N fields", Double, "A", "unmappable at 0"),
            ("3c outside X fields", Single, "亜", "unmappable at 0"),
            ("3c V: Moji_Joho's selector", Double, "葛\u{E0102}葛\u{E0103}", "61B5B3EB"),
            ("3c not Adobe-Japan1's", Double, "葛\u{E0100}", "unmappable at 0"),
            ("3c B: the bare base", Double, "葛", "B3EB; 0 respelled U+845B→U+845BU+E0103"),
            ("3c C: compatibility", Double, "\u{FA30}", "42BB; 0 respelled U+FA30→U+4FAEU+E0103"),
            ("3c the first and the last own cell", Double, "\u{E000}\u{EC1D}", "80A1A0FE"),
            ("3c behind it", Double, "\u{EC1E}", "unmappable at 0"),
        ],
    );
    writes(
        jef(Options { ivs: Ivs::Aj1, ..options() }),
        &[
            ("3c A: Adobe-Japan1's selector", Double, "葛\u{E0100}葛\u{E0101}", "61B5B3EB"),
            ("3c not Moji_Joho's", Double, "葛\u{E0102}", "unmappable at 0"),
        ],
    );
    writes(
        jef(Options { ivs: Ivs::Plain, ..options() }),
        &[
            ("3c no selector", Double, "葛\u{E0102}", "unmappable at 0"),
            ("3c the bare base", Double, "葛", "B3EB"),
            ("3c C: compatibility", Double, "\u{FA30}", "42BB"),
        ],
    );
    let own = own_characters("葛\u{E0100}\t80A1\nA\t80A2\nnone\t80A3\n山\tB0A1");
    writes(
        jef(Options { gaiji: own.clone(), ..options() }),
        &[
            ("3a the town's table first", Mixed, "A山", "2880A2B0A129"),
            ("3a a character nobody else has", Double, "葛\u{E0100}", "80A1"),
            ("3a two bytes do not go into X", Single, "A", "C1"),
            ("3a its codes are nobody else's", Double, "亜", "unmappable at 0"),
            ("3a nor the formula's", Double, "\u{E000}", "unmappable at 0"),
            ("3a nor those nobody uses", Double, "\u{E002}", "unmappable at 0"),
        ],
    );
    reads(
        jef(Options { gaiji: own, ..options() }),
        &[
            ("3a", Double, "80A1B0A1", "葛\u{E0100}山"),
            ("3a the old code of 山", Double, "BBB3", "山; 0 respelled BBB3→U+5C71"),
            ("3a nobody's", Double, "80A3", "undefined at 0"),
        ],
    );
}

#[test]
fn the_three_views_of_the_cells_of_1978() {
    let view = |map| setup(KANA, &Options { map, ..options() });
    writes(
        view(JefMap::Face),
        &[
            (
                "4 face, a swapped pair",
                Double,
                "鯵鰺壺壷檜桧",
                "F2CDB0B3C4DBD4E4C9B0DBD8; 3 respelled U+58F7→U+58F7U+E0101; 4 respelled U+6A9C→U+6A9CU+E0102",
            ),
            ("4 face, a changed form", Double, "啞唖", "B0A247B9"),
            ("P3 moved to row 84", Double, "遙凜熙", "CDDA44A458A8; 0 respelled U+9059→U+9059U+E0101"),
        ],
    );
    writes(
        view(JefMap::Pc),
        &[
            (
                "4 pc, swapped pairs follow the glyph",
                Double,
                "鯵鰺壺壷檜桧",
                "F2CDB0B3C4DBD4E4C9B0DBD8; 3 respelled U+58F7→U+58F7U+E0101; 4 respelled U+6A9C→U+6A9CU+E0102",
            ),
            ("4 pc, a changed form by place", Double, "唖", "B0A2"),
            ("4 pc, its old form too", Double, "啞", "B0A2; 0 respelled U+555E→U+5516"),
            ("4 pc, kind A", Double, "遥槙", "CDDACBEA"),
        ],
    );
    writes(
        view(JefMap::Area),
        &[
            ("4 area, swapped pairs by place", Double, "鯵鰺壺壷檜桧", "B0B3F2CDD4E4C4DBDBD8C9B0"),
            ("4 area, a changed form by place", Double, "唖啞", "B0A2B0A2; 1 respelled U+555E→U+5516"),
            ("4 area, symbols in JIS's spelling", Double, "〜～", "A1C1A1C1; 1 respelled U+FF5E→U+301C"),
        ],
    );
    let cells = "B0B3F2CDB0A247B9A1C1";
    reads(view(JefMap::Face), &[("4 face", Double, cells, "鰺鯵啞唖～")]);
    reads(view(JefMap::Pc), &[("4 pc", Double, cells, "鰺鯵唖唖～; 3 respelled 47B9→U+5516")]);
    reads(view(JefMap::Area), &[("4 area", Double, cells, "鯵鰺唖唖〜; 3 respelled 47B9→U+5516")]);
}

#[test]
fn policies_for_what_the_other_side_lacks() {
    writes(
        setup(KANA, &options()),
        &[
            ("5 reject names the scalar", Mixed, "葛\u{E0102}A😀", "unmappable at 3"),
            ("5 in X", Single, "A山", "unmappable at 1"),
        ],
    );
    writes(
        setup(KANA, &substituting()),
        &[
            ("5 〓 in N", Double, "😀", "A2AE; 0 substituted U+1F600→U+3013"),
            ("5 〓 in M", Mixed, "A😀", "C128A2AE29; 1 substituted U+1F600→U+3013"),
            ("5 ? in X", Single, "A山", "C16F; 1 substituted U+5C71→U+003F"),
            ("5 without its selector first", Double, "亜\u{FE00}", "B0A1; 0 vs_dropped U+4E9CU+FE00→U+4E9C"),
            (
                "5 a voiced kana keeps its mark",
                Double,
                "\u{1B019}\u{3099}\u{FE00}",
                "71AC; 0 vs_dropped U+1B019U+3099U+FE00→U+1B019U+3099",
            ),
            ("5 then 〓", Double, "😀\u{FE0F}", "A2AE; 0 substituted U+1F600U+FE0F→U+3013"),
        ],
    );
    writes(
        setup(Charset::Windows31J, &substituting()),
        &[
            ("6 〓", Mixed, "A𠮷", "4181AC; 1 substituted U+20BB7→U+3013"),
            ("6 without its selector first", Mixed, "葛\u{E0102}", "8A8B; 0 vs_dropped U+845BU+E0102→U+845B"),
        ],
    );
    writes(
        setup(Charset::Windows31J, &shrinking()),
        &[
            ("7 without its selector first", Mixed, "葛\u{E0102}", "8A8B; 0 vs_dropped U+845BU+E0102→U+845B"),
            ("7 table 1", Mixed, "𠮷", "8B67; 0 shrunk U+20BB7→U+5409"),
            ("7 no form: 〓", Mixed, "😀", "81AC; 0 substituted U+1F600→U+3013"),
            ("7 a kanji in X has no form there", Single, "𠮷", "3F; 0 substituted U+20BB7→U+003F"),
        ],
    );
    let chosen =
        Options { substitute: Some('●'.into()), substitute_single: Some('*'.into()), ..substituting() };
    writes(
        setup(KANA, &chosen),
        &[
            ("5 another substitute", Mixed, "😀", "28A1FC29; 0 substituted U+1F600→U+25CF"),
            ("5 another for X", Single, "山", "5C; 0 substituted U+5C71→U+002A"),
        ],
    );
    reads(
        setup(KANA, &keeping()),
        &[("U codes without a character kept", Double, "71F7", "\u{F71F7}; 0 kept 71F7→U+F71F7")],
    );
    writes(
        setup(KANA, &keeping()),
        &[("U and written back", Double, "\u{F71F7}", "71F7; 0 kept U+F71F7→71F7")],
    );
}

#[test]
fn shifts_padding_and_overflow() {
    writes(
        setup(KANA, &options()),
        &[
            ("8 one pair for a run", Mixed, "亜唖", "28B0A147B929"),
            ("8 none without kanji", Mixed, "A1", "C1F1"),
            ("8 in before, out behind", Mixed, "A亜B", "C128B0A129C2"),
            ("8 empty", Mixed, "", ""),
            ("8 N has none", Double, "亜", "B0A1"),
            ("8 X has none", Single, "A", "C1"),
        ],
    );
    writes(
        setup(KANA, &Options { shift_in: ShiftIn::K38, ..options() }),
        &[("2 9 point", Mixed, "亜", "38B0A129")],
    );
    use Overflow::{Reject, Truncate};
    fills(
        setup(KANA, &options()),
        &[
            ("9 X: 40", Single, 3, Reject, "A", "C14040"),
            ("9 N: 4040", Double, 4, Reject, "亜", "B0A14040"),
            ("9 M: 40 behind the last shift", Mixed, 6, Reject, "亜", "28B0A1294040"),
            ("9 just fits", Mixed, 4, Reject, "亜", "28B0A129"),
            ("9 one byte short", Mixed, 3, Reject, "亜", "overflow, needs 4"),
            ("9 cut, the shift included", Mixed, 5, Truncate, "亜唖", "28B0A12940; 1 truncated U+5516→"),
            ("9 nothing fits", Mixed, 3, Truncate, "亜", "404040; 0 truncated U+4E9C→"),
            (
                "9 a cluster is not cut",
                Double,
                2,
                Truncate,
                "亜葛\u{E0102}",
                "B0A1; 1 truncated U+845BU+E0102→",
            ),
            ("9 nor a voiced kana", Double, 2, Truncate, "\u{1B019}\u{3099}亜", "71AC; 2 truncated U+4E9C→"),
            ("P12 a half-width mark is a character", Single, 1, Truncate, "ｶﾞ", "86; 1 truncated U+FF9E→"),
            ("9 no half character", Double, 3, Reject, "亜", "length, unit 2"),
        ],
    );
    fills(
        setup(Charset::Windows31J, &options()),
        &[
            ("12 padding 20", Mixed, 4, Reject, "亜", "889F2020"),
            ("12 in N too", Double, 4, Reject, "亜", "889F2020"),
            ("12 no half character", Mixed, 3, Truncate, "亜唖", "889F20; 1 truncated U+5516→"),
        ],
    );
    let widen = Options { widen: true, ..options() };
    writes(
        setup(KANA, &widen),
        &[
            (
                "9 widen",
                Double,
                "A-1",
                "A3C1A1DDA3B1; 0 widened U+0041→U+FF21; 1 widened U+002D→U+FF0D; 2 widened U+0031→U+FF11",
            ),
            ("9 widen: marks combined", Double, "ﾊﾟ", "A5D1; 0 widened U+FF8A→U+30D1; 1 widened U+FF9F→"),
            ("9 widen: only N, or M without such a byte", Mixed, "Aﾊﾟ", "C19DBF"),
            ("9 widen: never X", Single, "亜", "unmappable at 0"),
        ],
    );
    for ebcdic in [Ebcdic::Lower, Ebcdic::Ascii] {
        let (kana, latin) = ("28A5D129; 0 widened U+FF8A→U+30D1; 1 widened U+FF9F→", "8140");
        let cases =
            [("9 widen: M without kana of one byte", Mixed, "ﾊﾟ", kana), ("9 not ASCII", Mixed, "a ", latin)];
        writes(setup(Charset::Jef(ebcdic), &widen), &cases);
    }
}

#[test]
fn reading_a_host() {
    reads(
        setup(KANA, &options()),
        &[
            ("10 28 and 38 enter", Mixed, "28B0A129", "亜"),
            ("10", Mixed, "38B0A129", "亜; 0 tidied 38→"),
            ("10 redundant ones", Mixed, "2828B0A12929C1", "亜A; 0 tidied 28→; 1 tidied 29→"),
            ("10 an unclosed run", Mixed, "28B0A1", "亜; 1 tidied →"),
            ("10 a lead outside 40-FE", Double, "B0A13FA1", "undefined at 2"),
            ("10 FF is outside too", Double, "FFA1", "undefined at 0"),
            ("10 an unknown pair", Double, "B0A171F7", "undefined at 2"),
            ("10 a second byte that shifts", Mixed, "28B0A1B029", "truncated_pair at 3"),
            ("10 a missing second byte", Double, "B0A1B0", "truncated_pair at 2"),
            ("10 a lone final 40", Double, "B0A140", "亜; 1 tidied 40→"),
            ("10 not final", Mixed, "28B0A14029", "truncated_pair at 3"),
            ("10 a byte that is no character", Single, "C157C1", "undefined at 1"),
            ("10 X has no shift codes", Single, "28", "undefined at 0"),
            ("10 N has none", Double, "28B0A129", "undefined at 0"),
            ("P4 A1A1 is read, never written", Double, "A1A14040", "　　; 0 respelled A1A1→U+3000"),
            ("P15 20 in EBCDIC", Single, "C120", "A\u{80}"),
            ("P17 line ends", Single, "15250D3F", "\n\u{85}\r\u{1A}"),
            ("11 mj", Double, "61B542BB", "葛\u{E0102}侮\u{E0103}"),
        ],
    );
    reads(
        setup(KANA, &Options { ivs: Ivs::Aj1, ..options() }),
        &[("11 aj1", Double, "61B542BB", "葛\u{E0100}侮\u{E0101}")],
    );
    reads(
        setup(KANA, &Options { ivs: Ivs::Plain, ..options() }),
        &[("11 plain", Double, "61B542BB", "葛\u{FA30}; 0 respelled 61B5→U+845B")],
    );
    reads(
        setup(KANA, &substituting()),
        &[
            ("10 goes on", Double, "B0A13FB0A1", "亜\u{FFFD}亜; 1 substituted 3F→U+FFFD"),
            ("10 behind a cut pair", Mixed, "28B029C1", "\u{FFFD}A; 0 substituted B0→U+FFFD"),
        ],
    );
    let trim = Options { trim: true, ..options() };
    reads(
        setup(KANA, &trim),
        &[
            ("10 trim N", Double, "B0A140404040", "亜"),
            ("10 trim X", Single, "C1404040", "A"),
            ("10 trim M", Mixed, "28B0A1294040", "亜"),
            ("10 trim M takes no U+3000", Mixed, "28B0A1404029", "亜　"),
            ("10 trim takes only what is behind", Single, "40C140C1", " A A"),
        ],
    );
    reads(
        setup(Charset::Windows31J, &options()),
        &[
            ("12 no second byte", Mixed, "4188", "truncated_pair at 1"),
            ("12 an impossible one", Mixed, "887F", "truncated_pair at 0"),
            ("12 an unknown pair", Mixed, "8540", "undefined at 0"),
            ("9 N has no single bytes", Double, "889F41", "undefined at 2"),
            ("12 but the padding's, told", Double, "889F20", "亜 ; 1 tidied 20→U+0020"),
            ("P11 second bytes 5C and 7C", Mixed, "955C837C", "表ポ"),
            ("P11 80, A0, FD-FF", Mixed, "41FD", "undefined at 1"),
            ("P11 NEC's selection", Mixed, "ED40FA5C", "纊纊; 0 respelled ED40→U+7E8A"),
            ("P11 NEC row 13 and JIS", Mixed, "81E08790", "≒≒; 1 respelled 8790→U+2252"),
        ],
    );
    writes(
        setup(Charset::Windows31J, &options()),
        &[
            (
                "P11 JIS first, IBM before NEC's selection",
                Mixed,
                "∵纊¬",
                "81E6FA5C81CA; 2 respelled U+00AC→U+FFE2",
            ),
            (
                "P11 cent and pound",
                Mixed,
                "¢£",
                "81918192; 0 respelled U+00A2→U+FFE0; 1 respelled U+00A3→U+FFE1",
            ),
            ("P11 own cells", Mixed, "\u{E000}\u{E757}", "F040F9FC"),
            ("P9 wave dash", Mixed, "〜～", "81608160; 0 respelled U+301C→U+FF5E"),
            ("P10 the yen sign has no code", Mixed, "¥", "unmappable at 0"),
        ],
    );
}

#[test]
fn resident_registry_codes() {
    let juki = |options: &Options| setup(Charset::Juki, options);
    writes(
        juki(&options()),
        &[
            ("13 a sequence", Double, "葛\u{E0102}葛\u{E0103}", "845BB9D5"),
            ("13 P5 bare is the form of 2004", Double, "葛", "B9D5; 0 respelled U+845B→U+845BU+E0103"),
            (
                "13 a standardized sequence",
                Double,
                "廊\u{FE00}",
                "F928; 0 respelled U+5ECAU+FE00→U+5ECAU+E0104",
            ),
            ("13 its compatibility ideograph", Double, "\u{F928}", "F928; 0 respelled U+F928→U+5ECAU+E0104"),
            ("13 no code", Double, "〆", "unmappable at 0"),
            ("P6 a selector of another collection", Double, "葛\u{E0100}", "unmappable at 0"),
        ],
    );
    reads(
        juki(&options()),
        &[
            ("13 the canonical sequence", Double, "845BB9D5", "葛\u{E0102}葛\u{E0103}"),
            ("13 no such code", Double, "845B0000", "undefined at 2"),
            ("13 half a code", Double, "845BB9", "truncated_pair at 2"),
        ],
    );
}

#[test]
fn pitfalls_of_spelling() {
    writes(
        setup(KANA, &options()),
        &[
            ("P9 five characters people type for each other", Double, "ー－‐―一", "A1BCA1DDA1BEA1BDB0EC"),
            ("P9 the em dash", Double, "—", "A1BD; 0 respelled U+2014→U+2015"),
            (
                "P9 double bar, minus",
                Double,
                "‖−",
                "A1C2A1DD; 0 respelled U+2016→U+2225; 1 respelled U+2212→U+FF0D",
            ),
            (
                "P9 cent, not sign",
                Double,
                "¢¬",
                "A1F176A7; 0 respelled U+00A2→U+FFE0; 1 respelled U+00AC→U+FFE2",
            ),
            (
                "P8 folding of a-z",
                Single,
                "aZz",
                "C1E9E9; 0 respelled U+0061→U+0041; 2 respelled U+007A→U+005A",
            ),
            ("P8 4A: pound and [", Single, "£[", "4A4A; 1 respelled U+005B→U+00A3"),
            ("P8 5F: not sign and ^", Single, "¬^", "5F5F; 1 respelled U+005E→U+00AC"),
            ("P8 A1: ~ and overline", Single, "~‾", "A1A1; 1 respelled U+203E→U+007E"),
            ("P10 5B is the yen of the host", Mixed, "\\$", "5BE0"),
            ("P10 the yen sign has two bytes", Mixed, "¥", "28A1EF29; 0 respelled U+00A5→U+FFE5"),
            (
                "P7 the person's character stays",
                Double,
                "\u{FA10}塚",
                "C4CDC4CD; 0 respelled U+FA10→U+585AU+E0105; 1 respelled U+585A→U+585AU+E0105",
            ),
            (
                "P2 plain defaults",
                Double,
                "冴渚",
                "BAE3BDED; 0 respelled U+51B4→U+51B4U+E0104; 1 respelled U+6E1A→U+6E1AU+E0103",
            ),
        ],
    );
    writes(
        setup(Charset::Jef(Ebcdic::Ascii), &options()),
        &[
            ("P10 5B and E0 the other way", Single, "$\\", "5BE0"),
            ("P10 small letters", Single, "az", "81A9"),
        ],
    );
    writes(
        setup(Charset::Jef(Ebcdic::Lower), &options()),
        &[("P10 as kana", Single, "\\$", "5BE0"), ("P10 no half-width kana", Mixed, "ｱ", "unmappable at 0")],
    );
}
