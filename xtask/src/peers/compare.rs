//! Where a program's answers differ from ours.

use std::collections::HashMap;

use moji::Charset;

use super::ours::{Answer, Ours};
use super::tokens::REFUSED;
use super::universe::{Direction, Item, hex, universe};

/// What is compared: a charset of ours, one way, everything asked of it and what we answer.
pub(super) struct Subject {
    pub charset: Charset,
    pub direction: Direction,
    pub items: Vec<Item>,
    pub ours: Vec<Answer>,
}

/// One item where a program does otherwise.
pub(super) struct Difference<'a> {
    pub item: &'a Item,
    pub ours: &'a Answer,
    /// What the program makes of it, in hex digits, or [`REFUSED`].
    pub theirs: &'a str,
    /// Whether it makes the same of the first scalar alone.
    pub is_base: bool,
}

impl Subject {
    pub(super) fn of(ours: &mut Ours, charset: &Charset, direction: Direction) -> Self {
        let items = universe(charset, direction);
        let ours = items.iter().map(|item| ours.answer(direction, item)).collect();
        Self { charset: charset.clone(), direction, items, ours }
    }

    /// Our results without what we say.
    pub(super) fn our_results(&self) -> Vec<&str> {
        self.ours.iter().map(|answer| answer.result.as_str()).collect()
    }

    /// What everything asked is for a program that reads lines of hex digits.
    pub(super) fn texts(&self) -> String {
        let mut texts = String::with_capacity(10 * self.items.len());
        for item in &self.items {
            texts.push_str(&hex(&item.input(&self.charset, self.direction)));
            texts.push('\n');
        }
        texts
    }

    /// Compares. That a program refuses counts, not in which words.
    ///
    /// Bytes that are several codes one behind another differ only where a code of them does, so that they are left out.
    pub(super) fn compare<'a>(&'a self, theirs: &[&'a str]) -> Vec<Difference<'a>> {
        let places: HashMap<&[u8], usize> = self.parts();
        let their = |index: usize| theirs.get(index).copied().unwrap_or_default();
        let our = |index: usize| self.ours.get(index).map_or("", |answer| &answer.result);
        let joined = |front: &str, back: &str| match (front, back) {
            (REFUSED, _) | (_, REFUSED) => REFUSED.to_owned(),
            (front, back) => format!("{front}{back}"),
        };
        let differs = |(index, (item, ours)): (usize, (&'a Item, &'a Answer))| {
            let theirs = their(index);
            if ours.result == theirs {
                return None;
            }
            let bytes = item.bytes();
            let splits = (1..bytes.len()).filter_map(|at| bytes.split_at_checked(at));
            let mut splits =
                splits.filter_map(|(front, back)| Some((*places.get(front)?, *places.get(back)?)));
            let is_several = splits.any(|(front, back)| {
                joined(our(front), our(back)) == ours.result && joined(their(front), their(back)) == theirs
            });
            let base = item.base().map(their);
            let is_base = self.direction == Direction::Encode && base == Some(theirs);
            (!is_several).then_some(Difference { item, ours, theirs: their(index), is_base })
        };
        self.items.iter().zip(&self.ours).enumerate().filter_map(differs).collect()
    }

    /// Where the codes stand that others may be made of.
    fn parts(&self) -> HashMap<&[u8], usize> {
        let by_bytes = self.direction == Direction::Decode
            && matches!(self.charset, Charset::Windows31J | Charset::EucJp | Charset::Utf8 { .. });
        let short = self.items.iter().enumerate().filter(|(_, item)| by_bytes && item.bytes().len() <= 2);
        short.map(|(index, item)| (item.bytes(), index)).collect()
    }
}
