#![doc = include_str!("../README.md")]

mod column;
mod signature;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use column::Column;
use memchr::memmem;
use rustc_hash::FxBuildHasher;

/// How many entries a block holds: the bits of one word.
const BLOCK: usize = 64;

/// Below so many forgotten places nothing is laid out afresh.
const FORGOTTEN_MIN: usize = 4096;

/// Separates entries in a column. A text that holds it is stored with a space in its place.
const SEPARATOR: char = '\u{1f}';

/// One condition of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    /// The fragment stands in the text of one of some columns.
    Holds {
        /// The columns.
        columns: &'a [usize],
        /// The fragment. An empty one stands everywhere.
        fragment: &'a str,
    },
    /// The first line of the text lies between two bounds, both included, in byte order. An empty text never does.
    Between {
        /// The column.
        column: usize,
        /// The lower bound.
        from: &'a str,
        /// The upper bound.
        to: &'a str,
    },
}

/// Entries under keys, with one text per column.
#[derive(Debug, Default)]
pub struct Finder {
    columns: Vec<Column>,
    keys: Vec<Box<str>>,
    places: HashMap<Box<str>, usize, FxBuildHasher>,
    /// One word per block: which of its places are in use.
    live: Vec<u64>,
    forgotten: usize,
}

impl Finder {
    /// An empty finder with so many columns.
    pub fn new(columns: usize) -> Self {
        Self { columns: (0..columns).map(|_| Column::default()).collect(), ..Self::default() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The text of an entry in a column; nothing when the key is unknown.
    pub fn text(&self, key: &str, column: usize) -> Option<&str> {
        self.columns.get(column)?.text(*self.places.get(key)?)
    }

    /// Sets the texts of a key, one per column in their order; missing ones are empty, more are left out.
    pub fn set<T: AsRef<str>>(&mut self, key: &str, texts: &[T]) {
        self.forget(key);
        self.append(key.into(), texts.iter().map(AsRef::as_ref));
        if self.forgotten > FORGOTTEN_MIN.max(self.keys.len() / 2) {
            self.lay_out();
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) {
        self.forget(key);
    }

    /// The keys of at most `limit` entries for which all conditions hold, in key order, and whether there are more.
    pub fn find(&self, conditions: &[Condition<'_>], limit: usize) -> (Vec<&str>, bool) {
        // No text holds what separates them.
        if conditions
            .iter()
            .any(|one| matches!(one, Condition::Holds { fragment, .. } if fragment.contains(SEPARATOR)))
        {
            return (Vec::new(), false);
        }
        let asked: Vec<Asked<'_>> = conditions.iter().map(Asked::of).collect();
        let mut keys: Vec<&str> = Vec::new();
        let may = self.blocks(conditions);
        for block in 0..self.live.len() {
            let in_word = may.as_ref().is_none_or(|words| bit(words, block));
            if !in_word {
                continue;
            }
            let mut places = self.fits(block, &asked);
            while places != 0 {
                if keys.len() == limit {
                    keys.sort_unstable();
                    return (keys, true);
                }
                let within = usize::try_from(places.trailing_zeros()).unwrap_or_default();
                places &= places - 1;
                if let Some(key) = self.keys.get(block * BLOCK + within) {
                    keys.push(key);
                }
            }
        }
        keys.sort_unstable();
        (keys, false)
    }

    /// Which blocks may hold an answer, one bit per block; all of them when the signatures tell nothing.
    fn blocks(&self, conditions: &[Condition<'_>]) -> Option<Vec<u64>> {
        let mut all: Option<Vec<u64>> = None;
        for condition in conditions {
            let Condition::Holds { columns, fragment } = condition else { continue };
            let mut may = Vec::new();
            for column in columns.iter().filter_map(|column| self.columns.get(*column)) {
                let words = column.blocks(fragment)?;
                may.resize(words.len().max(may.len()), 0);
                for (may, word) in may.iter_mut().zip(words) {
                    *may |= word;
                }
            }
            all = Some(match all {
                None => may,
                Some(all) => all.iter().zip(&may).map(|(one, other)| one & other).collect(),
            });
        }
        all
    }

    /// The places of a block for which all conditions hold.
    fn fits(&self, block: usize, asked: &[Asked<'_>]) -> u64 {
        let mut places = self.live.get(block).copied().unwrap_or_default();
        for one in asked {
            if places == 0 {
                break;
            }
            places &= match one {
                Asked::Holds { columns, finder } => columns
                    .iter()
                    .filter_map(|column| self.columns.get(*column))
                    .fold(0, |found, column| found | column.holding(block, finder)),
                Asked::Between { column, from, to } => {
                    self.columns.get(*column).map_or(0, |column| column.between(block, from, to))
                }
            };
        }
        places
    }

    fn append<'t>(&mut self, key: Box<str>, texts: impl Iterator<Item = &'t str>) {
        let place = self.keys.len();
        let mut texts = texts;
        for column in &mut self.columns {
            column.push(place, texts.next().unwrap_or_default());
        }
        let (block, within) = (place / BLOCK, place % BLOCK);
        if self.live.len() <= block {
            self.live.push(0);
        }
        if let Some(word) = self.live.get_mut(block) {
            *word |= 1 << within;
        }
        self.keys.push(key.clone());
        self.places.insert(key, place);
    }

    fn forget(&mut self, key: &str) {
        let Some(place) = self.places.remove(key) else { return };
        if let Some(word) = self.live.get_mut(place / BLOCK) {
            *word &= !(1 << (place % BLOCK));
        }
        self.forgotten += 1;
    }

    /// Lays everything out afresh, without the forgotten places.
    fn lay_out(&mut self) {
        let mut fresh = Self::new(self.columns.len());
        for (place, key) in self.keys.iter().enumerate() {
            if self.places.get(key) == Some(&place) {
                fresh.append(
                    key.clone(),
                    self.columns.iter().map(|column| column.text(place).unwrap_or_default()),
                );
            }
        }
        *self = fresh;
    }
}

/// A condition made ready to be asked of many blocks.
enum Asked<'a> {
    // Boxed: it is several times as large as the other.
    Holds { columns: &'a [usize], finder: Box<memmem::Finder<'a>> },
    Between { column: usize, from: &'a str, to: &'a str },
}

impl<'a> Asked<'a> {
    fn of(condition: &Condition<'a>) -> Self {
        match *condition {
            Condition::Holds { columns, fragment } => {
                Self::Holds { columns, finder: Box::new(memmem::Finder::new(fragment)) }
            }
            Condition::Between { column, from, to } => Self::Between { column, from, to },
        }
    }
}

/// Whether a bit is set in a row of words; beyond its end none is.
fn bit(words: &[u64], at: usize) -> bool {
    words.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
}
