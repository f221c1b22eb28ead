//! JEF kanji (JEF漢字): the standard area by rule, everything by a table pack.

use std::collections::HashSet;

use crate::charset::Ebcdic;
use crate::cluster::{Cluster, Pairs};
use crate::code::Code;
use crate::compiled::{ByteSet, Direction, Draft, Framing};
use crate::data::{Change, MultiByte, SingleByte, Table, jis_1978};
use crate::options::{Ivs, JefMap, ShiftIn};

/// The code that leaves double-byte state (漢字アウト).
const SHIFT_OUT: u8 = 0x29;
/// The ideographic space. A1A1 is no JEF code: read, never written.
const SPACE: Code = Code::double(0x4040);

const STANDARD: Table =
    Table::new("jef-standard", "jis-c-6226-1978", include_str!("../data/jef-standard.tsv"));

/// How a spelling is good for encoding (符号化の種別), as the pack's `class` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A scalar, or one with a voiced mark, without selector.
    Regular,
    /// The bare base of a code that has a selector.
    Base,
    /// With a Moji_Joho selector.
    MojiJoho,
    /// With an Adobe-Japan1 selector.
    AdobeJapan1,
    /// A compatibility ideograph.
    Compatibility,
    /// Another spelling, never read.
    Spelling,
}

/// What a code reads as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub code: Code,
    pub text: Cluster,
    pub moji_joho: Option<char>,
    pub adobe_japan1: Option<char>,
    pub compatibility: Option<char>,
}

/// Why JIS has another character at a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AreaKind {
    /// Spelling of a symbol.
    Symbol,
    /// Two kanji that changed places in 1983.
    Swapped,
    /// A form changed in 1983, the old one having moved to row 84 or not.
    Form,
}

/// A cell that shows one character (face) and is another's place in JIS X 0208 (area).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AreaRow {
    pub code: Code,
    pub face: char,
    pub area: char,
    pub kind: AreaKind,
}

/// JEF kanji as tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jef {
    pub name: String,
    pub readings: Vec<Reading>,
    pub writings: Vec<(Cluster, Code, Class)>,
    pub area: Vec<AreaRow>,
    pub pairs: Vec<(char, char)>,
}

impl Reading {
    /// What a link reads that carries one collection of selectors.
    pub(crate) fn cluster(&self, ivs: Ivs) -> Cluster {
        let selector = match ivs {
            Ivs::Mj => self.moji_joho,
            Ivs::Aj1 => self.adobe_japan1,
            Ivs::Plain => return self.compatibility.map_or(self.text, Cluster::of),
        };
        selector
            .filter(|_| self.text.mark().is_none())
            .and_then(|selector| Cluster::with_selector(self.text.base(), selector))
            .unwrap_or(self.text)
    }
}

impl Jef {
    /// The standard area by rule: JIS X 0208 + 8080 as it was in 1978.
    ///
    /// Rows 2 (from cell 15) and 8 and row 84 are later additions, which JEF has elsewhere, in the extended area.
    pub(crate) fn standard() -> Self {
        let mut jef = Self { name: "jef-standard-area".to_owned(), ..Self::default() };
        let vendor = rows(STANDARD, "vendor");
        for cell in MultiByte::JIS_X_0208.cells().filter(|cell| cell.direction.decodes()) {
            let Some(code) = u16::try_from(cell.code).ok().map(|code| code | 0x8080) else { continue };
            let in_1978 = match code.to_be_bytes() {
                [0xA2, cell] => cell <= 0xAE,
                [row, _] => !(0xA8..=0xAF).contains(&row) && row <= 0xF3,
            };
            let code = Code::double(code);
            if !in_1978 || cell.char == '\u{3000}' {
                continue;
            }
            let spelt = vendor.iter().find(|row| row.0 == code).map_or(cell.char, |row| row.1);
            jef.regular(code, spelt);
        }
        jef.regular(SPACE, '\u{3000}');
        jef.readings.push(Reading::plain(Code::double(0xA1A1), '\u{3000}'));
        for (code, c, _) in rows(STANDARD, "cell") {
            jef.regular(code, c);
        }
        jef.add_1978();
        for &(code, face, jis) in &vendor {
            if let Some(area) = jis {
                jef.area.push(AreaRow { code, face, area, kind: AreaKind::Symbol });
                jef.writings.push((Cluster::of(area), code, Class::Spelling));
            }
        }
        for (code, c, _) in rows(STANDARD, "spelling") {
            jef.writings.push((Cluster::of(c), code, Class::Spelling));
        }
        jef
    }

    fn regular(&mut self, code: Code, c: char) {
        self.readings.push(Reading::plain(code, c));
        self.writings.push((Cluster::of(c), code, Class::Regular));
    }

    /// The cells show the forms of 1978; where JIS changed them, the area table says so.
    fn add_1978(&mut self) {
        let mut changes = Vec::new();
        for changed in jis_1978() {
            let kind = if changed.change == Change::Pair { AreaKind::Swapped } else { AreaKind::Form };
            changes.push((changed.new, changed.old, kind));
            if kind == AreaKind::Swapped {
                changes.push((changed.old, changed.new, kind));
            }
        }
        let cell = |c| self.readings.iter().find(|reading| reading.text == Cluster::of(c)).map(|r| r.code);
        let area: Vec<AreaRow> = changes
            .into_iter()
            .filter_map(|(now, then, kind)| Some(AreaRow { code: cell(now)?, face: then, area: now, kind }))
            .collect();
        for row in &area {
            self.readings.retain(|reading| reading.code != row.code);
            self.writings.retain(|&(_, code, _)| code != row.code);
        }
        for row in &area {
            self.regular(row.code, row.face);
        }
        self.area.extend(area);
    }

    /// The table for one link.
    pub(crate) fn draft(&self, ebcdic: Ebcdic, map: JefMap, ivs: Ivs, shift_in: ShiftIn) -> Draft {
        let (enter, enter_too) = match shift_in {
            ShiftIn::K28 => (0x28, 0x38),
            ShiftIn::K38 => (0x38, 0x28),
        };
        let view = match map {
            JefMap::Face => "face",
            JefMap::Pc => "pc",
            JefMap::Area => "area",
        };
        let selectors = match ivs {
            Ivs::Mj => "mj",
            Ivs::Plain => "plain",
            Ivs::Aj1 => "aj1",
        };
        let name = format!("{}/{view}/{selectors}+ebcdic-{}", self.name, ebcdic.word());
        let mut draft = Draft::new(name, Framing::Shift { enter, enter_too, leave: SHIFT_OUT });
        draft.leads = ByteSet::of(&[0x40..=0xFE]);
        draft.seconds = draft.seconds.without(&[enter, enter_too, SHIFT_OUT]);
        draft.can_keep = true;
        draft.pairs = Pairs::new(self.pairs.iter().copied());
        draft.singles = ebcdic_singles(ebcdic);
        let area: Vec<AreaRow> = self.area.iter().copied().filter(|row| row.is_in(map)).collect();
        let places: HashSet<char> = area.iter().map(|row| row.area).collect();
        for row in &area {
            draft.codes.push((row.code, Cluster::of(row.area), Direction::Both));
        }
        // The glyph's own character is one more spelling of its cell, unless it is another cell's character.
        for row in area.iter().filter(|row| !places.contains(&row.face)) {
            draft.codes.push((row.code, Cluster::of(row.face), Direction::EncodeOnly));
        }
        for &(cluster, code, class) in &self.writings {
            let wanted = match class {
                Class::MojiJoho => ivs == Ivs::Mj,
                Class::AdobeJapan1 => ivs == Ivs::Aj1,
                Class::Regular | Class::Base | Class::Compatibility | Class::Spelling => true,
            };
            if wanted {
                draft.codes.push((code, cluster, Direction::EncodeOnly));
            }
        }
        for reading in &self.readings {
            draft.codes.push((reading.code, reading.cluster(ivs), Direction::DecodeOnly));
        }
        // User-defined cells (外字領域) 80A1-A0FE stand for U+E000-EC1D in order.
        let cells = (0x80..=0xA0_u8).flat_map(|row| (0xA1..=0xFE_u8).map(move |cell| [row, cell]));
        for (pair, c) in cells.zip('\u{E000}'..='\u{EC1D}') {
            draft.codes.push((Code::double(u16::from_be_bytes(pair)), Cluster::of(c), Direction::Both));
        }
        draft
    }
}

impl Reading {
    pub(crate) fn plain(code: Code, c: char) -> Self {
        Self { code, text: Cluster::of(c), moji_joho: None, adobe_japan1: None, compatibility: None }
    }
}

impl AreaRow {
    fn is_in(&self, map: JefMap) -> bool {
        match map {
            JefMap::Face => false,
            JefMap::Pc => self.kind == AreaKind::Form,
            JefMap::Area => true,
        }
    }
}

/// The single bytes of a Fujitsu EBCDIC without its shift codes.
fn ebcdic_singles(ebcdic: Ebcdic) -> Vec<(u8, char, Direction)> {
    let chart = match ebcdic {
        Ebcdic::Kana => SingleByte::EBCDIC_KANA,
        Ebcdic::Lower => SingleByte::EBCDIC_LOWER,
        Ebcdic::Ascii => SingleByte::EBCDIC_ASCII,
    };
    chart.cells().map(|cell| (cell.byte, cell.char, cell.direction.into())).collect()
}

/// Rows of one kind: code, scalar, perhaps another scalar.
fn rows(table: Table, kind: &str) -> Vec<(Code, char, Option<char>)> {
    let scalar = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    table
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            (columns.next()? == kind).then_some(())?;
            let code = Code::parse_hex(columns.next()?)?;
            Some((code, scalar(columns.next()?)?, columns.next().and_then(scalar)))
        })
        .collect()
}
