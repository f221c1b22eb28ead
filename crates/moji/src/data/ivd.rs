//! The Ideographic Variation Database (IVD): which sequences of a kanji and a selector are registered, in the collections
//! used in Japan.

use std::sync::LazyLock;

use super::number::MjNumber;
use super::table::{Table, one_char};

/// The first selector that the database uses.
const FIRST_SELECTOR: u32 = 0xE_0100;

/// The database, compiled in. Parsed on the first call, about a millisecond.
pub fn ivd() -> &'static Ivd {
    static IVD: LazyLock<Ivd> = LazyLock::new(Ivd::parse);
    &IVD
}

/// What a sequence is registered as; one of them at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// CID of the collection Adobe-Japan1.
    pub adobe_japan1: Option<u16>,
    /// Identifier in the collection Hanyo-Denshi (汎用電子情報交換環境整備プログラム), such as `JTB9D5`.
    pub hanyo_denshi: Option<&'static str>,
    /// Identifier in the collection Moji_Joho (文字情報基盤).
    pub moji_joho: Option<MjNumber>,
}

/// The database.
pub struct Ivd {
    /// By base character; taken apart when asked for.
    bases: Vec<(char, &'static str)>,
}

impl Ivd {
    pub(super) const TABLE: Table = Table::new("ivd-jp", "2022-09-13", include_str!("../../data/ivd-jp.tsv"));

    /// Name and version.
    pub fn table(&self) -> Table {
        Self::TABLE
    }

    /// What a sequence is registered as, if it is.
    pub fn collections(&self, base: char, selector: char) -> Option<Registration> {
        let place = u32::from(selector).checked_sub(FIRST_SELECTOR)?;
        registration(self.line(base).split(' ').nth(usize::try_from(place).ok()?)?)
    }

    /// Whether one of the collections has the sequence.
    pub fn is_registered(&self, base: char, selector: char) -> bool {
        self.collections(base, selector).is_some()
    }

    /// The selectors that are registered behind a character, ascending.
    pub fn selectors(&self, base: char) -> impl Iterator<Item = (char, Registration)> + use<> {
        let entries = (FIRST_SELECTOR..).filter_map(char::from_u32).zip(self.line(base).split(' '));
        entries.filter_map(|(selector, entry)| Some((selector, registration(entry)?)))
    }

    /// The characters that have registered sequences, ascending.
    pub fn bases(&self) -> impl ExactSizeIterator<Item = char> {
        self.bases.iter().map(|&(base, _)| base)
    }

    fn line(&self, base: char) -> &'static str {
        let at = self.bases.binary_search_by_key(&base, |&(base, _)| base);
        at.ok().and_then(|at| self.bases.get(at)).map_or("", |&(_, line)| line)
    }

    fn parse() -> Self {
        Self { bases: Self::TABLE.lines().filter_map(base).collect() }
    }
}

pub(super) fn base(line: &'static str) -> Option<(char, &'static str)> {
    let (base, entries) = line.split_once('\t')?;
    Some((one_char(base)?, entries))
}

/// Reads an entry. `None` for a place that nothing is registered at.
pub(super) fn registration(entry: &'static str) -> Option<Registration> {
    if entry.is_empty() || entry == "-" {
        return None;
    }
    let (id, mj) = entry.split_once('/').unwrap_or((entry, ""));
    let adobe_japan1 = id.parse().ok();
    let hanyo_denshi = (adobe_japan1.is_none() && !id.is_empty()).then_some(id);
    let moji_joho = MjNumber::of_digits(mj);
    Some(Registration { adobe_japan1, hanyo_denshi, moji_joho })
}
