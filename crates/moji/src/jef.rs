//! JEF standard area and EBCDIC kana, as arrays.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use crate::options::JefMap;

/// No cell in the single-byte array: U+0000 has a cell, so 0 cannot say it.
const NO_SINGLE: u16 = u16::MAX;
/// Marks a single-byte cell that reads back as another character.
const FOLDED: u16 = 0x100;

/// One view of JEF with EBCDIC kana, both ways. About 640 kB, built once, then only read.
pub(crate) struct Jef {
    /// Double-byte code by BMP scalar, 0 for none.
    double: Vec<u16>,
    /// Double-byte code by scalar beyond the BMP, sorted.
    double_beyond: Vec<(char, u16)>,
    /// Scalar by double-byte code, U+0000 for none.
    double_back: Vec<char>,
    /// Single-byte code by BMP scalar with [`FOLDED`], or [`NO_SINGLE`].
    single: Vec<u16>,
    /// Scalar by single byte.
    single_back: Vec<Option<char>>,
    /// Name and hash of the content.
    version: String,
}

static FACE: LazyLock<Jef> = LazyLock::new(|| Jef::build(JefMap::Face));
static PC: LazyLock<Jef> = LazyLock::new(|| Jef::build(JefMap::Pc));
static AREA: LazyLock<Jef> = LazyLock::new(|| Jef::build(JefMap::Area));

/// What JIS X 0208 spells differently from the vendor: (cell, JIS's spelling). The chart has the vendor's spelling.
const JIS_SPELLINGS: [(u16, char); 5] =
    [(0xA1C1, '〜'), (0xA1C2, '‖'), (0xA1DD, '−'), (0xA1F1, '¢'), (0xA1F2, '£')];

/// Other spellings accepted on encoding: (scalar, cell).
const SPELLINGS: [(char, u16); 16] = [
    ('\u{00A5}', 0xA1EF),
    ('\u{00B7}', 0xA1A6),
    ('\u{2014}', 0xA1BD),
    ('\u{2022}', 0xA1A6),
    ('\u{203E}', 0xA1B1),
    ('\u{2211}', 0xA6B2),
    ('\u{22EF}', 0xA1C4),
    ('\u{3099}', 0xA1AB),
    ('\u{309A}', 0xA1AC),
    ('\u{FA10}', 0xC4CD),
    ('\u{FA3C}', 0xD6A5),
    ('\u{FA4A}', 0xC2F6),
    ('\u{FA58}', 0xE5D6),
    ('\u{FA59}', 0xC8CB),
    ('\u{FA6B}', 0xB7C3),
    ('\u{FA6D}', 0xB4DC),
];

/// The cells of row 13 that stand in JEF's standard area besides JIS X 0208.
const ROW_13: [(u16, char); 8] = [
    (0xADE5, '㊤'),
    (0xADE6, '㊥'),
    (0xADE7, '㊦'),
    (0xADE8, '㊧'),
    (0xADE9, '㊨'),
    (0xADF3, '∮'),
    (0xADF8, '∟'),
    (0xADF9, '⊿'),
];

impl Jef {
    pub(crate) fn of(map: JefMap) -> &'static Self {
        match map {
            JefMap::Face => &FACE,
            JefMap::Pc => &PC,
            JefMap::Area => &AREA,
        }
    }

    pub(crate) fn double(&self, c: char) -> Option<u16> {
        match u16::try_from(u32::from(c)) {
            Ok(bmp) => self.double.get(usize::from(bmp)).copied().filter(|&code| code != 0),
            Err(_) => {
                let at = self.double_beyond.binary_search_by_key(&c, |&(scalar, _)| scalar).ok()?;
                self.double_beyond.get(at).map(|&(_, code)| code)
            }
        }
    }

    /// The single-byte code, and whether it reads back as another character.
    pub(crate) fn single(&self, c: char) -> Option<(u8, bool)> {
        let bmp = u16::try_from(u32::from(c)).ok()?;
        let cell = self.single.get(usize::from(bmp)).copied().filter(|&cell| cell != NO_SINGLE)?;
        Some((cell.to_be_bytes()[1], cell & FOLDED != 0))
    }

    pub(crate) fn char_of_double(&self, code: u16) -> Option<char> {
        self.double_back.get(usize::from(code)).copied().filter(|&c| c != '\0')
    }

    pub(crate) fn char_of_single(&self, byte: u8) -> Option<char> {
        self.single_back.get(usize::from(byte)).copied().flatten()
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    fn build(map: JefMap) -> Self {
        let mut jef = Self {
            double: vec![0; 0x1_0000],
            double_beyond: Vec::new(),
            double_back: vec!['\0'; 0x1_0000],
            single: vec![NO_SINGLE; 0x1_0000],
            single_back: vec![None; 0x100],
            version: String::new(),
        };
        jef.add_chart();
        jef.add_1978(map);
        for (c, code) in SPELLINGS.into_iter().chain(JIS_SPELLINGS.map(|(code, c)| (c, code))) {
            jef.alias(c, code);
        }
        jef.add_user_defined();
        jef.add_single();
        jef.seal(map);
        jef
    }

    /// The JIS X 0208 chart without what JIS added after 1978. The JEF code is the JIS code + 0x8080.
    ///
    /// JEF's standard area follows JIS C 6226-1978, so rows 2 (from cell 15) and 8 and row 84 are later additions that
    /// JEF has elsewhere, in the extended area.
    fn add_chart(&mut self) {
        for row in 0xA1..=0xF3_u8 {
            for cell in 0xA1..=0xFE_u8 {
                let in_jis78 = match row {
                    0xA2 => cell <= 0xAE,
                    0xA8..=0xAF => false,
                    _ => true,
                };
                let pair = [row, cell];
                let (text, bad) = encoding_rs::EUC_JP.decode_without_bom_handling(&pair);
                let mut chars = text.chars();
                if let (true, false, Some(c), None) = (in_jis78, bad, chars.next(), chars.next()) {
                    self.put(u16::from_be_bytes(pair), c);
                }
            }
        }
        for (code, c) in ROW_13 {
            self.put(code, c);
        }
        // The ideographic space is 4040. A1A1 is no JEF code: read, never written.
        self.put(0x4040, '\u{3000}');
    }

    /// Puts the forms of 1978 into their cells, as far as the view asks for them.
    fn add_1978(&mut self, map: JefMap) {
        let table = include_str!("../data/jis-1978.tsv");
        let mut changes: Vec<(u16, char, char)> = Vec::new();
        let mut by_area = Vec::new();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (Some(kind), Some(jis), Some(old)) =
                (columns.next(), columns.next().and_then(one_char), columns.next().and_then(one_char))
            else {
                continue;
            };
            let mut rows = vec![(jis, old)];
            if kind == "pair" {
                rows.push((old, jis));
            }
            for (jis, old) in rows {
                let Some(code) = self.double(jis) else { continue };
                let area = map == JefMap::Area || (map == JefMap::Pc && kind != "pair");
                if area { by_area.push((code, jis, old)) } else { changes.push((code, jis, old)) }
            }
        }
        for &(_, jis, _) in &changes {
            self.forget(jis);
        }
        for &(code, _, old) in &changes {
            self.put(code, old);
        }
        // By area the 1978 form is one more spelling of the cell, unless it is another cell's own character.
        let own: HashSet<char> = by_area.iter().map(|&(_, jis, _)| jis).collect();
        for &(code, _, old) in by_area.iter().filter(|(_, _, old)| !own.contains(old)) {
            self.alias(old, code);
        }
        if map == JefMap::Area {
            for (code, jis) in JIS_SPELLINGS {
                let vendor = self.char_of_double(code);
                self.put(code, jis);
                vendor.into_iter().for_each(|c| self.alias(c, code));
            }
        }
    }

    /// User-defined cells (外字領域) 80A1-A0FE stand for U+E000-EC1D in order.
    fn add_user_defined(&mut self) {
        let cells = (0x80..=0xA0_u8).flat_map(|row| (0xA1..=0xFE_u8).map(move |cell| [row, cell]));
        for (pair, c) in cells.zip('\u{E000}'..='\u{EC1D}') {
            self.put(u16::from_be_bytes(pair), c);
        }
    }

    fn add_single(&mut self) {
        let table = include_str!("../data/ebcdic-kana.tsv");
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let byte = columns.next().and_then(|hex| u8::from_str_radix(hex, 16).ok());
            let scalar = columns.next().and_then(|hex| u16::from_str_radix(hex, 16).ok());
            let (Some(byte), Some(scalar)) = (byte, scalar) else { continue };
            let both_ways = columns.next() == Some("=");
            if let Some(cell) = self.single.get_mut(usize::from(scalar)) {
                *cell = u16::from(byte) | if both_ways { 0 } else { FOLDED };
            }
            if let (true, Some(back)) = (both_ways, self.single_back.get_mut(usize::from(byte))) {
                *back = char::from_u32(u32::from(scalar));
            }
        }
    }

    fn put(&mut self, code: u16, c: char) {
        if let Some(back) = self.double_back.get_mut(usize::from(code)) {
            *back = c;
        }
        self.forget(c);
        self.alias(c, code);
    }

    /// One more character written at a cell; a character that has a cell keeps it.
    fn alias(&mut self, c: char, code: u16) {
        match u16::try_from(u32::from(c)) {
            Ok(bmp) => {
                if let Some(cell) = self.double.get_mut(usize::from(bmp)).filter(|cell| **cell == 0) {
                    *cell = code;
                }
            }
            Err(_) => {
                if let Err(at) = self.double_beyond.binary_search_by_key(&c, |&(scalar, _)| scalar) {
                    self.double_beyond.insert(at, (c, code));
                }
            }
        }
    }

    fn forget(&mut self, c: char) {
        match u16::try_from(u32::from(c)) {
            Ok(bmp) => self.double.get_mut(usize::from(bmp)).into_iter().for_each(|cell| *cell = 0),
            Err(_) => self.double_beyond.retain(|&(scalar, _)| scalar != c),
        }
    }

    fn seal(&mut self, map: JefMap) {
        let mut hash = Sha256::new();
        for code in self.double.iter().chain(&self.single) {
            hash.update(code.to_be_bytes());
        }
        for &(c, code) in &self.double_beyond {
            hash.update(u32::from(c).to_be_bytes());
            hash.update(code.to_be_bytes());
        }
        for &c in &self.double_back {
            hash.update(u32::from(c).to_be_bytes());
        }
        for c in &self.single_back {
            hash.update(c.map_or(u32::MAX, u32::from).to_be_bytes());
        }
        let view = match map {
            JefMap::Face => "face",
            JefMap::Pc => "pc",
            JefMap::Area => "area",
        };
        self.version = format!("jef-standard-area/{view}+ebcdic-kana sha256:");
        for byte in hash.finalize() {
            // Writing to a String cannot fail.
            let _ = write!(self.version, "{byte:02x}");
        }
    }
}

fn one_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.as_str().is_empty())
}
