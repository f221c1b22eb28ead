//! Readings (読み) of MJ characters, and hentaigana (変体仮名).

use std::sync::LazyLock;

use super::number::{KosekiNumber, MjNumber};
use super::table::{Table, of_number, one_char};

/// The readings, compiled in. Parsed on the first call, some milliseconds.
pub fn readings() -> &'static Readings {
    static READINGS: LazyLock<Readings> = LazyLock::new(Readings::parse);
    &READINGS
}

/// The readings of all MJ characters: on in katakana, kun in hiragana.
pub struct Readings {
    rows: Vec<(MjNumber, &'static str)>,
}

impl Readings {
    pub(super) const TABLE: Table =
        Table::new("mj-readings", "006.02", include_str!("../../data/mj-readings.tsv"));

    /// Name and version.
    pub fn table(&self) -> Table {
        Self::TABLE
    }

    /// The readings of a character, in the order of the list.
    pub fn of(&self, number: MjNumber) -> impl Iterator<Item = &'static str> + use<> {
        of_number(&self.rows, number).into_iter().flat_map(|text| text.split(' '))
    }

    /// The characters that have a reading, by number: a way to find a character one sees (文字同定). Looks through all, which
    /// takes some milliseconds.
    pub fn numbers(&self, reading: &str) -> impl Iterator<Item = MjNumber> {
        let has = move |text: &str| text.split(' ').any(|of| of == reading);
        self.rows.iter().filter(move |&&(_, text)| has(text)).map(|&(number, _)| number)
    }

    fn parse() -> Self {
        let mut before = "";
        let same = |(number, text): (MjNumber, &'static str)| {
            if text != "=" {
                before = text;
            }
            (number, before)
        };
        Self { rows: Self::TABLE.numbered().map(same).collect() }
    }
}

/// A hentaigana (変体仮名) of the MJ list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hentaigana {
    /// MJ文字図形名.
    pub number: MjNumber,
    /// The character; none for a number that was merged into another one.
    pub char: Option<char>,
    /// The kanji it comes from (字母).
    pub parent: char,
    /// The kana it may be read as (音価), one character each.
    pub sounds: &'static str,
    /// 戸籍統一文字番号.
    pub koseki: Option<KosekiNumber>,
    /// 学術用変体仮名番号, nine digits.
    pub academic: Option<&'static str>,
    /// The number this one was merged into (統合).
    pub merged_into: Option<MjNumber>,
}

impl Hentaigana {
    pub(super) const TABLE: Table =
        Table::new("mj-hentaigana", "002.01", include_str!("../../data/mj-hentaigana.tsv"));
}

/// All hentaigana, by number.
pub fn hentaigana() -> &'static [Hentaigana] {
    static ROWS: LazyLock<Vec<Hentaigana>> = LazyLock::new(|| {
        let rows = Hentaigana::TABLE.numbered();
        rows.filter_map(|(number, line)| hentaigana_of(number, line)).collect()
    });
    &ROWS
}

pub(super) fn hentaigana_of(number: MjNumber, line: &'static str) -> Option<Hentaigana> {
    let mut columns = line.split('\t');
    let char = columns.next()?;
    let char = if char.is_empty() { None } else { Some(one_char(char)?) };
    let parent = one_char(columns.next()?)?;
    let mut column = || columns.next().unwrap_or_default();
    let sounds = column();
    let koseki = match column() {
        "" => None,
        number => Some(number.parse().ok()?),
    };
    let academic = Some(column()).filter(|number| !number.is_empty());
    let merged_into = match column() {
        "" => None,
        number => Some(MjNumber::of_digits(number)?),
    };
    let hentaigana = Hentaigana { number, char, parent, sounds, koseki, academic, merged_into };
    columns.next().is_none().then_some(hentaigana)
}
