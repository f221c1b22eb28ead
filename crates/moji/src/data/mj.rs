//! The list of MJ characters (MJ文字情報一覧表).

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use super::index::Index;
use super::number::{JukiCode, KosekiNumber, MjNumber, ToukiNumber, X0213};
use super::table::{Columns, Table, one_char};

/// The list, compiled in. Parsed on the first call, some ten milliseconds.
pub fn mj() -> &'static MjList {
    static LIST: LazyLock<MjList> = LazyLock::new(MjList::parse);
    &LIST
}

/// A character of the list, which is one glyph (文字図形).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mj {
    /// MJ文字図形名.
    pub number: MjNumber,
    /// The corresponding character (対応するUCS). None for three withdrawn numbers.
    pub ucs: Option<char>,
    /// The character that shows this glyph by itself (実装したUCS): [`ucs`](Self::ucs) or a compatibility ideograph.
    pub implemented: Option<char>,
    /// The selector of the collection Moji_Joho that shows this glyph behind [`ucs`](Self::ucs).
    pub selector: Option<char>,
    /// The selector of the standardized variant of [`ucs`](Self::ucs) that is [`implemented`](Self::implemented).
    pub standardized: Option<char>,
    /// 住基ネット統一文字コード.
    pub juki: Option<JukiCode>,
    /// 戸籍統一文字番号.
    pub koseki: Option<KosekiNumber>,
    /// 登記統一文字番号.
    pub touki: Option<ToukiNumber>,
    /// The place in JIS X 0213 (面区点) that unifies this glyph.
    pub x0213: Option<X0213>,
    /// Total strokes (総画数).
    pub strokes: u8,
    /// As in the file.
    radicals: &'static str,
}

impl Mj {
    /// How the glyph is written: `ucs` with its Moji_Joho selector, else the character that shows it by itself. 19 numbers have
    /// none.
    pub fn sequence(&self) -> Option<Sequence> {
        match (self.ucs, self.selector) {
            (Some(base), Some(selector)) => Some(Sequence { base, selector: Some(selector) }),
            _ => self.implemented.map(|base| Sequence { base, selector: None }),
        }
    }

    /// Radicals (部首) and strokes beside them, the usual one first.
    pub fn radicals(&self) -> impl Iterator<Item = RadicalStrokes> + use<> {
        self.radicals.split(' ').filter_map(radical_strokes)
    }
}

/// A character and perhaps a variation selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sequence {
    /// The character.
    pub base: char,
    /// The selector behind it.
    pub selector: Option<char>,
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.base)?;
        self.selector.map_or(Ok(()), |selector| write!(f, "{selector}"))
    }
}

/// A radical (部首) and the strokes beside it (内画数).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RadicalStrokes {
    /// Number of the Kangxi radical, 1 to 214.
    pub radical: u8,
    /// Strokes without the radical; the list does not say them of every entry.
    pub inner: Option<u8>,
}

pub(super) fn radical_strokes(text: &str) -> Option<RadicalStrokes> {
    let (radical, inner) = text.split_once('.')?;
    let radical = radical.parse().ok().filter(|radical| (1..=214).contains(radical))?;
    let inner = if inner == "-" { None } else { Some(inner.parse().ok()?) };
    Some(RadicalStrokes { radical, inner })
}

/// All MJ characters, and ways to find one.
pub struct MjList {
    /// By number. Indexes hold places in it: it has fewer than 65,536 rows.
    rows: Vec<Mj>,
    by_sequence: Index,
    by_base: Index,
    by_juki: OnceLock<Index>,
    by_koseki: OnceLock<Index>,
    by_touki: OnceLock<Index>,
}

impl MjList {
    pub(super) const TABLE: Table = Table::new("mj", "006.02", include_str!("../../data/mj.tsv"));

    /// Name and version.
    pub fn table(&self) -> Table {
        Self::TABLE
    }

    /// All characters, by number.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Mj> {
        self.rows.iter()
    }

    /// The character of a number.
    pub fn get(&self, number: MjNumber) -> Option<&Mj> {
        let at = self.rows.binary_search_by_key(&number, |mj| mj.number).ok()?;
        self.rows.get(at)
    }

    /// The glyph that a character with its selector, or by itself, stands for: by Moji_Joho sequence, by standardized
    /// sequence, or, without selector, the glyph that the character shows by itself.
    ///
    /// A selector of another collection is not found, also where its glyph is the same.
    pub fn by_sequence(&self, base: char, selector: Option<char>) -> Option<&Mj> {
        self.row(self.by_sequence.first(sequence_key(base, selector)?)?)
    }

    /// All glyphs of a character, by number.
    pub fn by_base(&self, base: char) -> impl Iterator<Item = &Mj> {
        self.by_base.all(u32::from(base)).filter_map(|row| self.row(row))
    }

    /// The glyph of a 住基ネット統一文字コード.
    pub fn by_juki(&self, code: JukiCode) -> Option<&Mj> {
        self.by(&self.by_juki, u32::from(code.0), |mj| mj.juki.map(|code| u32::from(code.0)))
    }

    /// The glyph of a 戸籍統一文字番号.
    pub fn by_koseki(&self, number: KosekiNumber) -> Option<&Mj> {
        self.by(&self.by_koseki, number.get(), |mj| mj.koseki.map(KosekiNumber::get))
    }

    /// The glyph of a 登記統一文字番号.
    pub fn by_touki(&self, number: ToukiNumber) -> Option<&Mj> {
        self.by(&self.by_touki, number.get(), |mj| mj.touki.map(ToukiNumber::get))
    }

    fn row(&self, row: u16) -> Option<&Mj> {
        self.rows.get(usize::from(row))
    }

    /// Finds by a column whose index is made when it is first asked for: few ask for all three.
    fn by(&self, index: &OnceLock<Index>, key: u32, of: impl Fn(&Mj) -> Option<u32>) -> Option<&Mj> {
        self.row(index.get_or_init(|| index_of(&self.rows, of)).first(key)?)
    }

    fn parse() -> Self {
        let mut rows = Vec::with_capacity(60_000);
        let mut sequences = Vec::with_capacity(70_000);
        for (number, line) in Self::TABLE.numbered() {
            let Some((mj, second)) = mj_of(number, line) else { continue };
            let Ok(row) = u16::try_from(rows.len()) else { break };
            let sequence = |selector: Option<char>| Some((mj.ucs?, Some(selector?)));
            let alone = mj.implemented.map(|base| (base, None));
            let spellings = [sequence(mj.selector), second, sequence(mj.standardized), alone];
            for (base, selector) in spellings.into_iter().flatten() {
                sequences.extend(sequence_key(base, selector).map(|key| (key, row)));
            }
            rows.push(mj);
        }
        Self {
            by_sequence: Index::new(sequences.into_iter()),
            by_base: index_of(&rows, |mj| mj.ucs.map(u32::from)),
            by_juki: OnceLock::new(),
            by_koseki: OnceLock::new(),
            by_touki: OnceLock::new(),
            rows,
        }
    }
}

fn index_of(rows: &[Mj], key: impl Fn(&Mj) -> Option<u32>) -> Index {
    Index::new(rows.iter().zip(0..=u16::MAX).filter_map(|(mj, row)| Some((key(mj)?, row))))
}

/// Character and selector as one number. `None` when the selector is none of 256.
fn sequence_key(base: char, selector: Option<char>) -> Option<u32> {
    let place = match selector.map(u32::from) {
        None => 0,
        Some(code @ 0xFE00..=0xFE0F) => 1 + code - 0xFE00,
        Some(code @ 0xE_0100..=0xE_01EF) => 17 + code - 0xE_0100,
        Some(_) => return None,
    };
    Some(u32::from(base) << 9 | place)
}

/// A sequence beside the written one: character, selector.
type Second = Option<(char, Option<char>)>;

/// Reads the columns behind the number.
pub(super) fn mj_of(number: MjNumber, line: &'static str) -> Option<(Mj, Second)> {
    let mut columns = Columns(line);
    let ucs = optional(columns.next()?, one_char)?;
    let strokes = columns.next()?.parse().ok()?;
    let radicals = columns.next()?;
    let mut column = || columns.next().unwrap_or_default();
    let koseki: Option<KosekiNumber> = optional(column(), |text| text.parse().ok())?;
    let touki = match column() {
        "=" => Some(ToukiNumber::from(koseki?)),
        text => optional(text, |text| text.parse().ok())?,
    };
    let juki = match column() {
        "=" => Some(u16::try_from(u32::from(ucs?)).ok()?),
        text => optional(text, |text| u16::from_str_radix(text, 16).ok())?,
    };
    let implemented = match column() {
        "" => ucs,
        "-" => None,
        text => Some(one_char(text)?),
    };
    let (selector, second) = match column() {
        "" => (None, None),
        text => {
            let (selector, second) = text.split_once(' ').unwrap_or((text, ""));
            (Some(ideographic(selector)?), optional(second, second_sequence)?)
        }
    };
    let standardized = optional(column(), |digit| offset(0xFE00, digit))?;
    let x0213 = optional(column(), |text| text.parse().ok())?;
    let juki = juki.map(JukiCode);
    let mj = Mj {
        number,
        ucs,
        implemented,
        selector,
        standardized,
        juki,
        koseki,
        touki,
        x0213,
        strokes,
        radicals,
    };
    columns.next().is_none().then_some((mj, second))
}

/// An empty column is nothing; another one must be read.
fn optional<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { read(text).map(Some) }
}

fn second_sequence(text: &str) -> Option<(char, Option<char>)> {
    let base = text.chars().next()?;
    let selector = ideographic(text.strip_prefix(base)?)?;
    Some((base, Some(selector)))
}

/// The ideographic selector E01xx of two digits.
fn ideographic(digits: &str) -> Option<char> {
    offset(0xE_0100, digits)
}

fn offset(first: u32, digits: &str) -> Option<char> {
    char::from_u32(first + u32::from(u8::from_str_radix(digits, 16).ok()?))
}
