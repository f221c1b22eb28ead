//! What is asked: every code of a charset, every scalar, every registered sequence.

use std::borrow::Cow;

use moji::{Charset, Endian, data};

use super::program::{Peer, Program};

/// Which way a conversion goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    /// Bytes to text.
    Decode,
    /// Text to bytes.
    Encode,
}

impl Direction {
    pub(super) const ALL: [Self; 2] = [Self::Decode, Self::Encode];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Encode => "encode",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Decode => Self::Encode,
            Self::Encode => Self::Decode,
        }
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.word() == word)
    }
}

/// A charset of ours and the names by which the peers know it, or what they take for it.
pub(super) struct Compared {
    pub charset: Charset,
    pub programs: &'static [Program],
}

/// Everything that is compared. JEF and the unified characters have no peer among these programs.
pub(super) fn compared() -> Vec<Compared> {
    let utf16 = |endian| Charset::Utf16 { endian, bom: false };
    let utf32 = |endian| Charset::Utf32 { endian, bom: false };
    let one = |charset, programs| Compared { charset, programs };
    vec![
        one(Charset::Windows31J, WINDOWS_31J),
        one(Charset::EucJp, EUC_JP),
        one(Charset::Ibm930, IBM_930),
        one(Charset::Ibm939, IBM_939),
        one(Charset::UTF_8, UTF_8),
        one(utf16(Endian::Little), UTF_16LE),
        one(utf16(Endian::Big), UTF_16BE),
        one(utf32(Endian::Little), UTF_32LE),
        one(utf32(Endian::Big), UTF_32BE),
    ]
}

const fn of(peer: Peer, name: &'static str) -> Program {
    Program { peer, name }
}

/// The first of each peer is what it takes for our charset; the others go by a name that people use for it.
const WINDOWS_31J: &[Program] = &[
    of(Peer::Glibc, "CP932"),
    of(Peer::Glibc, "IBM943"),
    of(Peer::Glibc, "SHIFT_JIS"),
    of(Peer::Python, "cp932"),
    of(Peer::Python, "shift_jis"),
    of(Peer::Java, "windows-31j"),
    of(Peer::Java, "Shift_JIS"),
    of(Peer::Postgres, "SJIS"),
    of(Peer::Postgres, "SHIFT_JIS_2004"),
    of(Peer::Icu, "ibm-943_P15A-2003"),
];
const EUC_JP: &[Program] = &[
    of(Peer::Glibc, "EUC-JP-MS"),
    of(Peer::Glibc, "EUC-JP"),
    of(Peer::Python, "euc_jp"),
    of(Peer::Java, "x-eucJP-Open"),
    of(Peer::Java, "EUC-JP"),
    of(Peer::Postgres, "EUC_JP"),
    of(Peer::Icu, "euc-jp-2007"),
];
const IBM_930: &[Program] =
    &[of(Peer::Glibc, "IBM930"), of(Peer::Java, "x-IBM930"), of(Peer::Icu, "ibm-930_P120-1999")];
const IBM_939: &[Program] =
    &[of(Peer::Glibc, "IBM939"), of(Peer::Java, "x-IBM939"), of(Peer::Icu, "ibm-939_P120-1999")];
const UTF_8: &[Program] = &[
    of(Peer::Glibc, "UTF-8"),
    of(Peer::Python, "utf-8"),
    of(Peer::Java, "UTF-8"),
    of(Peer::Postgres, "UTF8"),
    of(Peer::Icu, "UTF-8"),
];
const UTF_16LE: &[Program] = &[
    of(Peer::Glibc, "UTF-16LE"),
    of(Peer::Python, "utf-16-le"),
    of(Peer::Java, "UTF-16LE"),
    of(Peer::Icu, "UTF-16LE"),
];
const UTF_16BE: &[Program] = &[
    of(Peer::Glibc, "UTF-16BE"),
    of(Peer::Python, "utf-16-be"),
    of(Peer::Java, "UTF-16BE"),
    of(Peer::Icu, "UTF-16BE"),
];
const UTF_32LE: &[Program] = &[
    of(Peer::Glibc, "UTF-32LE"),
    of(Peer::Python, "utf-32-le"),
    of(Peer::Java, "UTF-32LE"),
    of(Peer::Icu, "UTF-32LE"),
];
const UTF_32BE: &[Program] = &[
    of(Peer::Glibc, "UTF-32BE"),
    of(Peer::Python, "utf-32-be"),
    of(Peer::Java, "UTF-32BE"),
    of(Peer::Icu, "UTF-32BE"),
];

/// One thing that is asked: bytes to decode, or text in UTF-8 to encode.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Item(Box<[u8]>);

impl Item {
    pub(super) fn code(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    pub(super) fn text(text: &str) -> Self {
        Self(text.as_bytes().into())
    }

    /// Bytes of the code, or the text in UTF-8.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// How a table names it: `F040`, `845B+E0102`.
    pub(super) fn name(&self, direction: Direction) -> String {
        match direction {
            Direction::Decode => hex(&self.0),
            Direction::Encode => points(&self.0),
        }
    }

    /// The other way round.
    #[cfg(test)]
    pub(super) fn of_name(name: &str, direction: Direction) -> Option<Self> {
        match direction {
            Direction::Decode => unhex(name).map(|bytes| Self::code(&bytes)),
            Direction::Encode => text(name).map(|text| Self::text(&text)),
        }
    }

    /// What a program is given: a double-byte code of a host stands between its shift codes.
    pub(super) fn input(&self, charset: &Charset, direction: Direction) -> Cow<'_, [u8]> {
        match (direction, self.bytes()) {
            (Direction::Decode, &[first, second]) if charset.is_host() => {
                vec![0x0E, first, second, 0x0F].into()
            }
            (_, bytes) => bytes.into(),
        }
    }

    /// The scalar, if the item is text of one scalar.
    pub(super) fn scalar(&self) -> Option<char> {
        let mut chars = str::from_utf8(&self.0).ok()?.chars();
        chars.next().filter(|_| chars.next().is_none())
    }

    /// Where the first scalar of a text of several stands in [`texts`].
    pub(super) fn base(&self) -> Option<usize> {
        let mut chars = str::from_utf8(&self.0).ok()?.chars();
        let (base, _) = (u32::from(chars.next()?), chars.next()?);
        let surrogates_before = if base < 0xD800 { 0 } else { 0x800 };
        usize::try_from(base - surrogates_before).ok()
    }

    /// Whether it is a kanji and a selector that are registered together.
    pub(super) fn is_registered_sequence(&self) -> bool {
        let mut chars = str::from_utf8(&self.0).unwrap_or_default().chars();
        let (Some(base), Some(selector), None) = (chars.next(), chars.next(), chars.next()) else {
            return false;
        };
        data::ivd().is_registered(base, selector)
    }
}

/// Everything asked of a charset one way, in an order in which neighbours are likely to fare alike.
pub(super) fn universe(charset: &Charset, direction: Direction) -> Vec<Item> {
    match direction {
        Direction::Decode => codes(charset),
        Direction::Encode => texts(),
    }
}

/// Every code of one and of two bytes, and what the charset has beyond.
fn codes(charset: &Charset) -> Vec<Item> {
    let mut codes: Vec<Item> = (0..=u8::MAX).map(|byte| Item::code(&[byte])).collect();
    // A shift code inside a pair would be a shift code: how those are read stands among the streams.
    let is_shift = |byte| charset.is_host() && matches!(byte, 0x0E | 0x0F);
    let pairs = (0..=u16::MAX).map(u16::to_be_bytes).filter(|pair| !pair.iter().any(|&byte| is_shift(byte)));
    codes.extend(pairs.map(|pair| Item::code(&pair)));
    match charset {
        Charset::EucJp => {
            codes.extend((0..=u16::MAX).map(u16::to_be_bytes).map(|[b, c]| Item::code(&[0x8F, b, c])));
        }
        Charset::Utf8 { .. } => {
            let tails = || 0x80..=0xBF_u8;
            let pairs: Vec<[u8; 2]> = tails().flat_map(|b| tails().map(move |c| [b, c])).collect();
            for lead in 0xE0..=0xEF_u8 {
                codes.extend(pairs.iter().map(|[b, c]| Item::code(&[lead, *b, *c])));
            }
            codes
                .extend(('\u{10000}'..=char::MAX).map(|c| Item::code(c.encode_utf8(&mut [0; 4]).as_bytes())));
            // Four bytes for what has fewer, and what lies behind the last scalar.
            codes.extend(
                [0xF080_8080, 0xF08F_BFBF, 0xF490_8080, 0xF580_8080, 0xF7BF_BFBF_u32]
                    .map(|code| Item::code(&code.to_be_bytes())),
            );
        }
        Charset::Utf16 { endian, .. } => codes.extend(('\u{10000}'..=char::MAX).map(|c| {
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units).iter();
            Item::code(&units.flat_map(|unit| ordered(unit.to_be_bytes(), *endian)).collect::<Vec<u8>>())
        })),
        Charset::Utf32 { endian, .. } => {
            // Past the last scalar, one plane more.
            codes.extend((0..0x12_0000_u32).map(|point| Item::code(&ordered(point.to_be_bytes(), *endian))));
        }
        _ => {}
    }
    codes
}

fn ordered<const N: usize>(mut big: [u8; N], endian: Endian) -> [u8; N] {
    if endian == Endian::Little {
        big.reverse();
    }
    big
}

/// Every scalar, every registered sequence of a kanji and a selector, every kana with a combining voiced mark.
fn texts() -> Vec<Item> {
    let mut texts: Vec<Item> = ('\0'..=char::MAX).map(|c| Item::text(c.encode_utf8(&mut [0; 4]))).collect();
    let ivd = data::ivd();
    for base in ivd.bases() {
        texts.extend(
            ivd.selectors(base).map(|(selector, _)| Item::text(&String::from_iter([base, selector]))),
        );
    }
    for kana in '\u{3041}'..='\u{30FF}' {
        texts.extend(['\u{3099}', '\u{309A}'].map(|mark| Item::text(&String::from_iter([kana, mark]))));
    }
    texts
}

/// Bytes as hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |bits: u8| char::from(bits + if bits < 10 { b'0' } else { b'A' - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0F)]).collect()
}

/// The other way round.
pub(super) fn unhex(digits: &str) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Code points of a text in UTF-8: `845B+E0102`; also of what only looks like UTF-8, as glibc lets it pass.
pub(super) fn points(text: &[u8]) -> String {
    let mut points: Vec<u32> = Vec::new();
    for &byte in text {
        let bits = u32::from(byte);
        match (byte, points.last_mut()) {
            (0x80..=0xBF, Some(point)) => *point = *point << 6 | (bits & 0x3F),
            (0x00..=0xBF, _) => points.push(bits),
            (0xC0..=0xDF, _) => points.push(bits & 0x1F),
            (0xE0..=0xEF, _) => points.push(bits & 0x0F),
            (0xF0..=0xFF, _) => points.push(bits & 0x07),
        }
    }
    let points: Vec<String> = points.iter().map(|point| format!("{point:04X}")).collect();
    points.join("+")
}

/// The other way round.
#[cfg(test)]
fn text(points: &str) -> Option<String> {
    points.split('+').map(|point| char::from_u32(u32::from_str_radix(point, 16).ok()?)).collect()
}
