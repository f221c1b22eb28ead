//! A code chart on its way to a file: cells, and lines that run along them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail};

/// Which way a cell is used. The order is the order of the parts in a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Both,
    Decode,
    Encode,
    /// Encode only, to a cell that shows another form of the kanji.
    EncodeForm,
}

impl Way {
    /// The third column.
    fn mark(self) -> &'static str {
        match self {
            Self::Both => "",
            Self::Decode => "\t>",
            Self::Encode => "\t<",
            Self::EncodeForm => "\t~",
        }
    }
}

/// The cells of a coded character set.
#[derive(Default)]
pub(super) struct Chart {
    cells: Vec<(u32, char, Way)>,
}

impl Chart {
    /// A chart of what its codes decode to. A character of several codes is written at the one with the lowest `rank`, and
    /// only read at the others.
    pub(super) fn decoding(decode: &BTreeMap<u32, char>, rank: impl Fn(u32) -> u32) -> Self {
        let mut written: BTreeMap<char, u32> = BTreeMap::new();
        for (&code, &c) in decode {
            let best = written.entry(c).or_insert(code);
            if rank(code) < rank(*best) {
                *best = code;
            }
        }
        let way = |code, c| if written.get(&c) == Some(&code) { Way::Both } else { Way::Decode };
        Self { cells: decode.iter().map(|(&code, &c)| (code, c, way(code, c))).collect() }
    }

    pub(super) fn add(&mut self, code: u32, c: char, way: Way) {
        self.cells.push((code, c, way));
    }

    /// The code that decodes to a character and is written for it.
    pub(super) fn code_of(&self, c: char) -> Option<u32> {
        self.cells.iter().find(|cell| cell.1 == c && cell.2 == Way::Both).map(|cell| cell.0)
    }

    /// Adds other spellings of characters of the chart, for encoding only: (spelling, character of the chart).
    pub(super) fn add_spellings(&mut self, spellings: &[(char, char)]) -> anyhow::Result<()> {
        for &(spelling, of) in spellings {
            let code =
                self.code_of(of).with_context(|| format!("U+{:04X} is not in the chart", u32::from(of)))?;
            self.add(code, spelling, Way::Encode);
        }
        Ok(())
    }

    /// The number of cells of a way, as `all` or as the sum of some.
    pub(super) fn count(&self, way: Way) -> usize {
        self.cells.iter().filter(|cell| cell.2 == way).count()
    }

    /// Lines of first code and characters. A line ends with its row (the bytes before the last), at a gap, and where the way
    /// changes; `next` says which last byte follows another.
    pub(super) fn lines(mut self, next: impl Fn(u32) -> u32) -> anyhow::Result<String> {
        // The tables are read by eye and by a line reader: what cannot be seen cannot stand in them.
        if let Some(&(code, c, _)) = self.cells.iter().find(|cell| cell.1.is_control()) {
            bail!("{code:X} is the control character U+{:04X}", u32::from(c));
        }
        self.cells.sort_by_key(|&(code, c, way)| (way, code, c));
        let mut text = String::new();
        let mut open: Option<(u32, Way)> = None;
        for (code, c, way) in self.cells {
            let continues =
                open.is_some_and(|(last, of)| of == way && next(last) == code && last >> 8 == code >> 8);
            if !continues {
                if let Some((_, of)) = open {
                    text.push_str(of.mark());
                    text.push('\n');
                }
                write!(text, "{code:02X}\t")?;
            }
            text.push(c);
            open = Some((code, way));
        }
        if let Some((_, of)) = open {
            text.push_str(of.mark());
            text.push('\n');
        }
        Ok(text)
    }
}

/// Rows of 94 and of 190 have no hole.
pub(super) fn plain_next(code: u32) -> u32 {
    code + 1
}

/// The column remark of all charts made here.
pub(super) const COLUMNS: &str = "\
# Columns: code of the first character (hex); characters of consecutive codes of one row; way (none: both, > decode only,
# < encode only, ~ encode only and to a cell that shows another form of the kanji). A gap begins a new line.
";
