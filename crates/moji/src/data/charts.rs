//! Code charts: which code stands for which character, and which way.

use super::table::Table;

/// Which way a cell is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The code reads as the character, and the character is written as the code.
    Both,
    /// Only read: the character is written at another code (重複符号).
    Decode,
    /// Only written: the code reads as another spelling of the same character (such as `〜` and `～`).
    Encode,
    /// Only written, and the code reads as another form of the kanji (such as `俠` at the cell of `侠`). For a name that is a
    /// change: use it only where simpler forms (縮退) were asked for, and report it.
    EncodeForm,
}

impl Direction {
    fn of_mark(mark: Option<&str>) -> Option<Self> {
        match mark {
            None | Some("=") => Some(Self::Both),
            Some(">") => Some(Self::Decode),
            Some("<") => Some(Self::Encode),
            Some("~") => Some(Self::EncodeForm),
            Some(_) => None,
        }
    }

    /// Whether the code reads as the character.
    pub fn decodes(self) -> bool {
        matches!(self, Self::Both | Self::Decode)
    }
}

/// A cell of a [`MultiByte`] chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The bytes of the code as one number, the first the highest: `0x41`, `0x8260`, `0x8FB0A1`.
    pub code: u32,
    /// The character.
    pub char: char,
    /// Which way.
    pub direction: Direction,
}

/// A cell of a [`SingleByte`] chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteCell {
    /// The code.
    pub byte: u8,
    /// The character.
    pub char: char,
    /// Which way; never [`Direction::EncodeForm`].
    pub direction: Direction,
    /// A control byte that the vendor leaves undefined and that is passed through.
    pub undefined_control: bool,
}

/// A chart of one-byte codes. Bytes it does not list are undefined; shift codes are not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SingleByte {
    table: Table,
}

impl SingleByte {
    /// Fujitsu EBCDIC with half-width katakana (EBCDICカナ).
    pub const EBCDIC_KANA: Self =
        Self::new("ebcdic-kana", "jef4j-0.12.2", include_str!("../../data/ebcdic-kana.tsv"));
    /// Fujitsu EBCDIC with lower-case letters (EBCDIC英小文字).
    pub const EBCDIC_LOWER: Self =
        Self::new("ebcdic-lower", "jef4j-0.12.2", include_str!("../../data/ebcdic-lower.tsv"));
    /// Fujitsu EBCDIC with ASCII's characters (EBCDIC-ASCII).
    pub const EBCDIC_ASCII: Self =
        Self::new("ebcdic-ascii", "jef4j-0.12.2", include_str!("../../data/ebcdic-ascii.tsv"));
    /// The one-byte codes of ibm-930 (CCSID 290, katakana).
    pub const IBM_930: Self = Self::new("ibm-930", "P120-1999", include_str!("../../data/ibm-930.tsv"));
    /// The one-byte codes of ibm-939 (CCSID 1027, Latin).
    pub const IBM_939: Self = Self::new("ibm-939", "P120-1999", include_str!("../../data/ibm-939.tsv"));

    const fn new(name: &'static str, edition: &'static str, text: &'static str) -> Self {
        Self { table: Table::new(name, edition, text) }
    }

    /// Name and version.
    pub const fn table(&self) -> Table {
        self.table
    }

    /// All cells, by code. A code may have several characters, of which at most one is read.
    pub fn cells(&self) -> impl Iterator<Item = ByteCell> + use<> {
        self.table.lines().filter_map(byte_cell)
    }
}

/// Reads `byte TAB scalar TAB way [TAB note]`.
pub(super) fn byte_cell(line: &str) -> Option<ByteCell> {
    let mut columns = line.split('\t');
    let byte = u8::from_str_radix(columns.next()?, 16).ok()?;
    let char = char::from_u32(u32::from_str_radix(columns.next()?, 16).ok()?)?;
    let direction = Direction::of_mark(columns.next())?;
    let undefined_control = columns.next() == Some("c");
    Some(ByteCell { byte, char, direction, undefined_control })
}

/// A chart with codes of two bytes, and perhaps of one and three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultiByte {
    table: Table,
    /// The lowest and the highest last byte of a row.
    last_bytes: (u8, u8),
    /// A last byte between them that no code has.
    hole: Option<u8>,
    /// Whether 00-7F are ASCII.
    ascii: bool,
    /// The user-defined cells (外字領域): first and last code, first character.
    user_defined: &'static [(u32, u32, char)],
}

impl MultiByte {
    /// JIS X 0208:1990, rows 1 to 84, by JIS code (2121-747E), in JIS's spellings.
    pub const JIS_X_0208: Self = Self {
        table: Table::new("jis-x-0208", "1990", include_str!("../../data/jis-x-0208.tsv")),
        last_bytes: (0x21, 0x7E),
        hole: None,
        ascii: false,
        user_defined: &[],
    };
    /// Windows-31J (MS932, code page 932) with its user-defined cells F040-F9FC.
    pub const WINDOWS_31J: Self = Self {
        table: Table::new("windows-31j", "cp932", include_str!("../../data/windows-31j.tsv")),
        last_bytes: (0x40, 0xFC),
        hole: Some(0x7F),
        ascii: true,
        user_defined: &[(0xF040, 0xF9FC, '\u{E000}')],
    };
    /// EUC-JP in the flavour eucJP-ms with its user-defined cells F5A1-FEFE and 8FF5A1-8FFEFE.
    pub const EUC_JP: Self = Self {
        table: Table::new("euc-jp", "eucJP-ms", include_str!("../../data/euc-jp.tsv")),
        last_bytes: (0xA1, 0xFE),
        hole: None,
        ascii: true,
        user_defined: &[(0xF5A1, 0xFEFE, '\u{E000}'), (0x8F_F5A1, 0x8F_FEFE, '\u{E3AC}')],
    };
    /// The double-byte codes (IBM漢字) of ibm-930 and ibm-939 with their user-defined cells 6941-7FFE.
    pub const IBM_KANJI: Self = Self {
        table: Table::new("ibm-kanji", "P120-1999", include_str!("../../data/ibm-kanji.tsv")),
        last_bytes: (0x41, 0xFE),
        hole: None,
        ascii: false,
        user_defined: &[(0x6941, 0x7FFE, '\u{E000}')],
    };

    /// Name and version.
    pub const fn table(&self) -> Table {
        self.table
    }

    /// All cells: ASCII, the listed ones in the order of the file, the user-defined ones.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + use<> {
        let chart = *self;
        let both = |code, char| Cell { code, char, direction: Direction::Both };
        let ascii = ('\0'..='\x7F').filter(move |_| chart.ascii).map(move |c| both(u32::from(c), c));
        let listed = self.table.lines().filter_map(move |line| chart.run(line)).flatten();
        let user_defined = chart.user_defined.iter().flat_map(move |&(first, last, char)| {
            let rows = (first >> 8)..=(last >> 8);
            let codes = rows.flat_map(move |row| chart.codes_from(row << 8 | u32::from(chart.last_bytes.0)));
            codes.zip(char..).map(move |(code, char)| both(code, char))
        });
        ascii.chain(listed).chain(user_defined)
    }

    /// Reads `first code TAB characters [TAB way]`: the cells of consecutive codes of one row. `None` when the line has another
    /// form or runs out of its row.
    pub(super) fn run(self, line: &str) -> Option<impl Iterator<Item = Cell> + use<'_>> {
        let mut columns = line.split('\t');
        let first = u32::from_str_radix(columns.next()?, 16).ok()?;
        let chars = columns.next()?.chars();
        let direction = Direction::of_mark(columns.next())?;
        let fits = chars.clone().count() <= self.codes_from(first).count() && columns.next().is_none();
        let cells = self.codes_from(first).zip(chars);
        fits.then(|| cells.map(move |(code, char)| Cell { code, char, direction }))
    }

    /// The codes of a row from one on.
    fn codes_from(self, first: u32) -> impl Iterator<Item = u32> + use<> {
        let row_end = first & !0xFF | u32::from(self.last_bytes.1);
        let is_hole = move |code: &u32| self.hole.is_some_and(|hole| u32::from(hole) == code & 0xFF);
        (first..=row_end).filter(move |code| !is_hole(code))
    }
}
